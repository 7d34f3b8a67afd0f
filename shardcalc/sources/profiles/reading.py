"""Capacity profiles: YAML files in, workloads out.

A profile says ``version``, ``defaults``, ``policy`` and ``streams``; ``.shardcalc.yaml`` says a policy for
many of them. A value comes from the first that gives it: the stream itself, the command line's flags, the
defaults, and last what this tool assumes; where each came from is kept. Everything wrong in a file is
reported at once, with line and column. The fields are read by the same readers as the flags; ``schema.py``
publishes what they accept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from shardcalc.core.lint.policy import SHARED_FIELDS
from shardcalc.core.text import BadFields, BadValue, nearest
from shardcalc.core.workload.declared import (
    STREAM_READERS,
    DeclaredStream,
    Document,
    Identity,
    Place,
    Problem,
    ProfileErrors,
)
from shardcalc.core.workload.reading import read_fields, read_name
from shardcalc.core.workload.requirements import (
    NO_REQUIREMENTS,
    REQUIREMENT_FIELDS,
    Requirements,
)
from shardcalc.core.workload.workload import Workload, assemble
from shardcalc.sources.profiles.documents import (
    MAX_PROBLEMS,
    VERSION,
    Piped,
    by_place,
    document_of,
    find_duplicates,
    inner_problems,
    kind_of,
    leaves_repository,
    place_at,
    policy_of,
    read_version,
    roots_of,
    with_paths,
)
from shardcalc.sources.profiles.folders import placed, yaml_files
from shardcalc.sources.profiles.policies import POLICY_FILE, load_policy, policy_files
from shardcalc.sources.profiles.yaml_events import (
    MAX_ENTRIES,
    YamlMapping,
    place_of,
)

_REQUIREMENTS: Final = frozenset(field.name for field in REQUIREMENT_FIELDS)
_TOP: Final = ("version", "defaults", "policy", "streams")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def load(
    paths: Sequence[str],
    flags: Mapping[str, Any] | None = None,
    passed_over: list[str] | None = None,
    exclude: Sequence[str] = (),
) -> list[DeclaredStream]:
    """Read every stream of the profiles at these paths; a folder means all profiles below it.

    Args:
        paths: files and folders.
        flags: fields given on the command line, already read; they win over ``defaults`` and lose to a
            stream's own.
        passed_over: takes the YAML files of folders that are no profiles.
        exclude: what is left out of folders, as patterns of gitignore.

    Raises:
        ProfileErrors: listing every problem of every file.
    """
    problems: list[Problem] = []
    streams = load_files(files_of(paths, problems, passed_over, exclude), flags or {}, problems)
    problems += declared_twice((stream.identity, stream.file, stream.place) for stream in streams)
    if problems:
        raise ProfileErrors(problems)
    return streams


def files_of(
    paths: Sequence[str],
    problems: list[Problem],
    passed_over: list[str] | None = None,
    exclude: Sequence[str] = (),
) -> list[str]:
    """The files that paths name, and the profiles that they contain; what does not exist goes to
    ``problems``, and YAML that is no profile to ``passed_over``. What is named is not excluded.
    """
    return list(_files(paths, problems, [] if passed_over is None else passed_over, exclude))


def load_files(
    files: Sequence[str],
    flags: Mapping[str, Any],
    problems: list[Problem],
    policies: Mapping[str, Document | None] | None = None,
) -> list[DeclaredStream]:
    """Read every stream of some files; what is wrong goes to ``problems``.

    Args:
        files: the files.
        flags: fields given on the command line, already read.
        problems: takes what is wrong.
        policies: the policy file that counts for each file, where they are read already.
    """
    if policies is None:
        policies = policy_files(files, problems)
    streams: list[DeclaredStream] = []
    for file in files:
        if os.path.basename(file) == POLICY_FILE:
            load_policy(file, problems)  # given by name, as pre-commit does with a changed file: only read
        else:
            streams += _load_file(file, flags, problems, policies.get(file))
        if more := list(too_many(file, len(streams), len(problems))):
            problems += more
            break
    return streams


def too_many(file: str, streams: int, problems: int = 0) -> Iterator[Problem]:
    """A problem where there is more, up to a file, than is planned or told at once."""
    if streams > MAX_ENTRIES:
        yield Problem(file, None, "", f"more than {MAX_ENTRIES:,} streams as far as this file; name fewer")
    if problems >= MAX_PROBLEMS:
        told = f"{MAX_PROBLEMS:,} problems or more as far as this file; what comes after it was not looked at"
        yield Problem(file, None, "", told)


def declared_twice(streams: Iterable[tuple[Identity, str, Place | None]]) -> Iterator[Problem]:
    """A problem for each stream that the same one goes before: identity, file and place of each."""
    seen: dict[Identity, tuple[str, Place | None]] = {}
    for identity, file, place in streams:
        first = seen.setdefault(identity, (file, place))
        if first[1] is not place:
            yield Problem(
                file,
                place,
                f"streams.{identity.name}",
                f"the stream is declared twice; first in {first[0]}:{first[1]}",
            )


def _files(
    paths: Sequence[str], problems: list[Problem], passed_over: list[str], exclude: Sequence[str]
) -> Iterator[str]:
    for given in dict.fromkeys(paths):
        if isinstance(given, Piped):
            yield given
        elif os.path.isdir(given):
            seen = list(yaml_files(given, exclude, problems))
            found = [file for file, left_out in seen if not left_out]
            profiles = [file for file in found if _is_profile(file)]
            passed_over += sorted(set(found).difference(profiles))
            if not profiles:
                why = f"no profile among the {len(found):,} YAML files" if found else "no YAML file"
                but = "" if len(found) == len(seen) else ", but for what is excluded or in .gitignore"
                problems.append(Problem(given, None, "", f"{why} below this folder{but}"))
            yield from profiles
        elif os.path.isfile(given):
            yield given
        else:
            problems.append(
                Problem(
                    given,
                    None,
                    "",
                    "not a file that can be read" if os.path.exists(given) else "no such file or folder",
                )
            )


_LOOKED_AT: Final = 1024**2
_PROFILE: Final = re.compile(
    r"""^["']?streams["']?[ \t]*:|^[ \t]*\{.*["']?streams["']?[ \t]*:"""
    r"""|^version[ \t]*:[ \t]*["']?1["']?[ \t\r]*(#|$)""",
    re.MULTILINE,
)
"""What makes a YAML file a profile, usable or not: its streams, or the version of profiles."""
_ANSWER: Final = re.compile(
    r"""[\s{]*["']?schema_version["']?[ \t]*:[^\n,]*[\n,]\s*["']?command["']?[ \t]*:"""
)
"""How what shardcalc itself wrote begins."""


def _is_profile(file: str) -> bool:
    """Whether a file of a folder is meant as a profile; what cannot be read is told where it is read."""
    if leaves_repository(file):
        return True
    try:
        with open(file, "rb") as opened:
            start = opened.read(_LOOKED_AT)
    except OSError:
        return True
    try:
        text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    except UnicodeDecodeError:
        return True
    return _PROFILE.search(text) is not None and _ANSWER.match(text) is None


def _load_file(
    file: str, flags: Mapping[str, Any], problems: list[Problem], shared: Document | None
) -> Iterator[DeclaredStream]:
    roots = roots_of(file, problems)
    if roots is None:
        return
    roots = [(root, at) for root, at in roots if root is not None] if len(roots) > 1 else roots
    if not roots or roots[0][0] is None:
        problems.append(Problem(file, Place(1, 1), "", f"empty; write version: {VERSION} and streams"))
    for root, _ in (pair for pair in roots if pair[0] is not None):
        if len(problems) >= MAX_PROBLEMS:
            break
        yield from _load_document(file, root, flags, problems, shared)


def _load_document(
    file: str, root: Any, flags: Mapping[str, Any], problems: list[Problem], shared: Document | None
) -> Iterator[DeclaredStream]:
    if not isinstance(root, YamlMapping):
        problems.append(
            Problem(file, Place(1, 1), "", f"not a profile: write version: {VERSION} and streams")
        )
        return
    found: list[Problem] = []
    find_duplicates(file, root, "", found)
    unknown = [name for name in islice(root, MAX_PROBLEMS) if name not in _TOP]
    found += [
        Problem(file, place_at(root, (name,), key=True), name, f"unknown field{nearest(name, _TOP)}")
        for name in unknown
    ]
    read_version(file, root, found)
    policy = policy_of(file, root, found) if "policy" in root else {}
    found += [
        Problem(file, place_at(root, ("policy", name), key=True), f"policy.{name}", f"only for {POLICY_FILE}")
        for name in _OF_FILES.intersection(policy)
    ]
    defaults = _fields(file, root, ("defaults",), root.get("defaults"), found) if "defaults" in root else {}
    streams = root.get("streams")
    own: dict[str, dict[str, Any]] = {}
    if not isinstance(streams, YamlMapping) or not streams:
        wrong = (
            "missing"
            if "streams" not in root
            else "no stream in it"
            if not streams
            else f"{kind_of(streams)} is not a mapping"
        )
        found.append(
            Problem(
                file,
                place_at(root, ("streams",), key=True),
                "streams",
                f"{wrong}; write one mapping a stream, by its name",
            )
        )
    else:
        for name, written in streams.items():
            if len(found) >= MAX_PROBLEMS:
                break
            try:
                read_name(name)
            except BadValue as error:
                place = place_at(root, ("streams", name), key=True)
                found.append(Problem(file, place, "streams", str(error)))
            own[name] = _fields(file, root, ("streams", name), written, found)
    if found:
        problems += sorted(found, key=by_place)
        return
    assert isinstance(streams, YamlMapping)  # else there is a problem
    where = placed(file, shared) if shared is not None and "folders" in shared.policy else {}
    document = document_of(file, root, policy)._replace(shared=shared, placed=where)
    if "ignore" in defaults:
        defaults["ignore"] = with_paths(defaults["ignore"], ("defaults",))
    for name, fields in own.items():
        if len(problems) >= MAX_PROBLEMS:
            break
        try:
            yield _stream(document, name, place_of(streams.keys_at[name]), fields, flags, defaults)
        except BadFields as error:
            problems += [_problem(file, root, name, field, message) for field, message in error.problems]


def _fields(
    file: str, root: YamlMapping, path: tuple[str, ...], written: Any, found: list[Problem]
) -> dict[str, Any]:
    """Read the fields of one mapping; what is wrong goes to ``found``."""
    if written is None:
        return {}
    if not isinstance(written, YamlMapping):
        found.append(
            Problem(
                file,
                place_at(root, path),
                ".".join(path),
                f"{kind_of(written)} is not a mapping; write a mapping of fields",
            )
        )
        return {}
    try:
        return read_fields(written, STREAM_READERS)
    except BadFields as error:
        found += inner_problems(file, root, path, error)
    except BadValue as error:
        found.append(Problem(file, place_at(root, path, key=True), ".".join(path), str(error)))
    return {}


def _stream(
    document: Document,
    name: str,
    place: Place,
    own: dict[str, Any],
    flags: Mapping[str, Any],
    defaults: dict[str, Any],
) -> DeclaredStream:
    if "ignore" in own:
        own["ignore"] = (*with_paths(own["ignore"], ("streams", name)), *defaults.get("ignore", ()))
    origins: dict[str, str] = {}
    if defaults or flags:
        values: dict[str, Any] = {}
        for origin, layer in (("stream", own), ("flag", flags), ("defaults", defaults)):
            for field, value in layer.items():
                other = _ONE_OF.get(field)
                if field not in values and (other is None or other not in values or origins[other] == origin):
                    values[field] = value
                    origins[field] = origin
    else:
        values = own
        origins = dict.fromkeys(own, "stream")
    unused = tuple(field for field in flags if origins.get(field) != "flag" and field in own) if flags else ()
    # What the policies want of every stream counts where neither the stream nor a flag says it.
    for layer in document.layers:
        for field in _OF_POLICY:
            if field in layer and field not in values:
                values = {**values, field: layer[field]}
                origins[field] = "policy"
    for field, value in document.placed.items():
        if field not in values:
            values = {**values, field: value}
            origins[field] = "policy"
    text = {key: values[key] for key in _TEXTS if key in values}
    if text:
        values = {key: value for key, value in values.items() if key not in text}
    requirements = NO_REQUIREMENTS
    if not _REQUIREMENTS.isdisjoint(values):
        requirements = Requirements(**{key: values[key] for key in _REQUIREMENTS if key in values})
        values = {key: value for key, value in values.items() if key not in _REQUIREMENTS}
    return DeclaredStream(
        name,
        Workload(**assemble(values)),
        origins,
        document,
        text.get("owner", ""),
        text.get("notes", ""),
        requirements,
        unused,
        place,
        text.get("account", ""),
        text.get("environment", ""),
    )


_OF_FILES: Final = frozenset(field.name for field in SHARED_FIELDS)
_TEXTS: Final = ("owner", "notes", "account", "environment")
"""Fields of a stream that its workload does not have."""
_OF_POLICY: Final = ("max_utilisation",)
"""Fields of a workload that a policy can give."""
_ONE_OF: Final = {"size": "sizes", "sizes": "size", "rps": "throughput", "throughput": "rps"}


# ── policy files ─────────────────────────────────────────────────────────────────────────────────


# ── places ───────────────────────────────────────────────────────────────────────────────────────


def _problem(file: str, root: YamlMapping, name: str, field: str, message: str) -> Problem:
    """A problem of one stream's fields together: at the field, or where the defaults give it, or at the
    stream's name.
    """
    path = tuple(field.split("."))
    label = f"streams.{name}.{field}"
    for start in (("streams", name), ("defaults",)):
        mapping: Any = root
        for step in start:
            mapping = mapping.get(step, {}) if isinstance(mapping, dict) else {}
        if isinstance(mapping, dict) and path[0] in mapping:
            return Problem(file, place_at(root, (*start, *path)), label, message)
    return Problem(file, place_at(root, ("streams", name), key=True), label, message)
