"""Capacity profiles: YAML files in, workloads out.

A profile says ``version``, ``defaults``, ``policy`` and ``streams``; ``.shardcalc.yaml`` says a policy for many of them.
A value comes from the first that gives it: the stream itself, the command line's flags, the defaults, and last what this
tool assumes; where each came from is kept. Everything wrong in a file is reported at once, with line and column. The
fields are read by the same readers as the flags; ``schema.py`` publishes what they accept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from shardcalc.core.lint.policy import ASKED_FIELDS, NOTHING_ASKED, Asked, Suppression, read_policy
from shardcalc.core.units import BadValue, shown
from shardcalc.core.workload.workload import (
    FIELDS,
    BadFields,
    Reader,
    Workload,
    assemble,
    nearest,
    read_fields,
    read_line,
)
from shardcalc.sources.profiles.yaml_events import (
    MAX_BYTES,
    Place,
    YamlError,
    YamlList,
    YamlMapping,
    decode,
    documents,
    place_of,
)

VERSION: Final = "1"
SUFFIXES: Final = (".yaml", ".yml")
POLICY_FILE: Final = ".shardcalc.yaml"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, and where."""

    file: str
    place: Place | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.place}" if self.place else self.file
        path = self.path if self.path.isprintable() else shown(self.path)
        return f"{where}  {path + ': ' if path else ''}{self.message}"


class ProfileErrors(Exception):
    """Profiles that cannot be used: every problem of every file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One YAML document, with what is needed to find any of its values again."""

    file: str
    root: YamlMapping
    policy: Mapping[str, Any]
    """The fields of its policy that are given."""

    def place_of(self, path: Sequence[str | int]) -> Place:
        """Where the value at a path begins; a list or mapping is found by its key."""
        return _place(self.root, path, key=isinstance(_at(self.root, path), (YamlMapping, YamlList)))


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a profile."""

    name: str
    file: str
    mark: Any
    workload: Workload
    origins: Mapping[str, str]
    """For each field that was given: ``stream``, ``flag`` or ``defaults``."""
    unused_flags: tuple[str, ...]
    """Fields of the command line that the stream's own value kept out."""
    document: Document
    owner: str = ""
    notes: str = ""
    asked: Asked = NOTHING_ASKED
    """What only ``check`` looks at."""

    @property
    def place(self) -> Place:
        """Where its name stands in the file."""
        return place_of(self.mark)

    @property
    def where(self) -> str:
        """File, line and column of its name."""
        return f"{self.file}:{place_of(self.mark)}"

    def written(self, field: str) -> Any:
        """A field as it stands in the file, before anything was read into it; None when no file gives it."""
        return _at(self.document.root, self.path_of((field,)))

    def path_of(self, at: Sequence[str | int]) -> tuple[str | int, ...]:
        """The path of one of its fields in the document: its own, the defaults', or its name's where neither gives it."""
        if at:
            origin = self.origins.get(str(at[0]))
            if origin == "stream":
                return ("streams", self.name, *at)
            if origin == "defaults":
                return ("defaults", *at)
        return ("streams", self.name)

    def place_of(self, at: Sequence[str | int]) -> Place:
        """Where one of its fields stands; its name where no file gives it."""
        path = self.path_of(at)
        return self.place if len(path) == 2 and path[0] == "streams" else self.document.place_of(path)


_READERS: Final[Mapping[str, Reader]] = {**FIELDS, "owner": read_line, "notes": read_line, **ASKED_FIELDS}
_ASKED: Final = frozenset(ASKED_FIELDS)
_TOP: Final = ("version", "defaults", "policy", "streams")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def load(paths: Sequence[str], flags: Mapping[str, Any] | None = None) -> list[Stream]:
    """Read every stream of the profiles at these paths; a folder stands for all YAML below it.

    Args:
        paths: files and folders.
        flags: fields given on the command line, already read; they win over ``defaults`` and lose to a stream's own.

    Raises:
        ProfileErrors: listing every problem of every file.
    """
    problems: list[Problem] = []
    streams = load_files(files_of(paths, problems), flags or {}, problems)
    problems += standing_twice(
        (stream.workload.region, stream.name, stream.file, stream.place) for stream in streams
    )
    if problems:
        raise ProfileErrors(problems)
    return streams


def files_of(paths: Sequence[str], problems: list[Problem]) -> list[str]:
    """The files that paths stand for; what is not there goes to ``problems``."""
    return list(_files(paths, problems))


def load_files(files: Iterable[str], flags: Mapping[str, Any], problems: list[Problem]) -> list[Stream]:
    """Read every stream of some files; what is wrong goes to ``problems``."""
    streams: list[Stream] = []
    for file in files:
        if os.path.basename(file) == POLICY_FILE:
            _load_policy(file, problems)  # given by name, as pre-commit does with a changed file: only read
        else:
            streams += _load_file(file, flags, problems)
    return streams


def standing_twice(streams: Iterable[tuple[str, str, str, Place]]) -> Iterator[Problem]:
    """A problem for each stream that another one of the same Region and name goes before: Region, name, file and place of each."""
    seen: dict[tuple[str, str], tuple[str, Place]] = {}
    for region, name, file, place in streams:
        first = seen.setdefault((region, name), (file, place))
        if first[1] is not place:
            yield Problem(
                file, place, f"streams.{name}", f"the stream stands twice; first in {first[0]}:{first[1]}"
            )


def _files(paths: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    for given in dict.fromkeys(paths):
        if os.path.isdir(given):
            found = [
                os.path.join(folder, name)
                for folder, folders, names in os.walk(given)
                if not folders.sort()  # sorts the walk itself
                for name in sorted(names)
                if name.endswith(SUFFIXES) and not name.startswith(".") and not _hidden(folder, given)
            ]
            if not found:
                problems.append(Problem(given, None, "", "no YAML file below this folder"))
            yield from found
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


def _hidden(folder: str, top: str) -> bool:
    return any(
        part.startswith(".") and part not in (".", "..")
        for part in os.path.relpath(folder, top).split(os.sep)
    )


def _roots(file: str, problems: list[Problem]) -> list[tuple[Any, Any]] | None:
    try:
        if os.path.getsize(file) > MAX_BYTES:
            raise YamlError(Place(1, 1), f"larger than {MAX_BYTES // 1024**2} MiB")
        with open(file, "rb") as opened:
            return list(documents(decode(opened.read(MAX_BYTES + 1))))
    except YamlError as error:
        problems.append(Problem(file, error.place, "", str(error)))
    except OSError as error:
        problems.append(Problem(file, None, "", f"cannot be read: {error.strerror}"))
    return None


def _load_file(file: str, flags: Mapping[str, Any], problems: list[Problem]) -> Iterator[Stream]:
    roots = _roots(file, problems)
    if roots is None:
        return
    roots = [(root, at) for root, at in roots if root is not None] if len(roots) > 1 else roots
    if not roots or roots[0][0] is None:
        problems.append(Problem(file, Place(1, 1), "", f"empty; write version: {VERSION} and streams"))
    for root, _ in (pair for pair in roots if pair[0] is not None):
        yield from _load_document(file, root, flags, problems)


def _load_document(
    file: str, root: Any, flags: Mapping[str, Any], problems: list[Problem]
) -> Iterator[Stream]:
    if not isinstance(root, YamlMapping):
        problems.append(
            Problem(file, Place(1, 1), "", f"not a profile: write version: {VERSION} and streams")
        )
        return
    found: list[Problem] = []
    _find_duplicates(file, root, "", found)
    unknown = [name for name in root if name not in _TOP]
    found += [
        Problem(file, _place(root, (name,), key=True), name, f"unknown field{nearest(name, _TOP)}")
        for name in unknown
    ]
    _version(file, root, found)
    policy = _policy(file, root, found) if "policy" in root else {}
    defaults = _fields(file, root, ("defaults",), root.get("defaults"), found) if "defaults" in root else {}
    streams = root.get("streams")
    own: dict[str, dict[str, Any]] = {}
    if not isinstance(streams, YamlMapping) or not streams:
        wrong = (
            "missing"
            if "streams" not in root
            else "no stream in it"
            if not streams
            else f"{_kind(streams)} is not a mapping"
        )
        found.append(
            Problem(
                file,
                _place(root, ("streams",), key=True),
                "streams",
                f"{wrong}; write one mapping a stream, by its name",
            )
        )
    else:
        for name, written in streams.items():
            if not name or not name.isprintable() or len(name) > 256 or name != name.strip():
                message = (
                    f"{shown(name)} is not a name: at most 256 printable characters, no space around them"
                )
                found.append(Problem(file, _place(root, ("streams", name), key=True), "streams", message))
            own[name] = _fields(file, root, ("streams", name), written, found)
    if found:
        problems += sorted(found, key=_order)
        return
    document = Document(file, root, policy)
    if "ignore" in defaults:
        defaults["ignore"] = _with_paths(defaults["ignore"], ("defaults",))
    for name, fields in own.items():
        try:
            yield _stream(document, name, fields, flags, defaults)
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
                _place(root, path),
                ".".join(path),
                f"{_kind(written)} is not a mapping; write a mapping of fields",
            )
        )
        return {}
    try:
        return read_fields(written, _READERS)
    except BadFields as error:
        found += _inner(file, root, path, error)
        return {}


def _version(file: str, root: YamlMapping, found: list[Problem]) -> None:
    if "version" not in root:
        found.append(Problem(file, place_of(root.at), "version", f"missing; write version: {VERSION}"))
    elif root["version"] != VERSION:
        message = (
            f"{_kind(root['version'])} is not a version of profiles known here; write version: {VERSION}"
        )
        found.append(Problem(file, _place(root, ("version",)), "version", message))


def _policy(file: str, root: YamlMapping, found: list[Problem]) -> dict[str, Any]:
    """Read the policy of a profile or a policy file; what is wrong goes to ``found``."""
    try:
        policy = read_policy(root["policy"])
    except BadFields as error:
        found += _inner(file, root, ("policy",), error)
        return {}
    except BadValue as error:
        found.append(Problem(file, _place(root, ("policy",)), "policy", str(error)))
        return {}
    if "ignore" in policy:
        policy["ignore"] = _with_paths(policy["ignore"], ("policy",))
    return policy


def _inner(file: str, root: YamlMapping, path: tuple[str | int, ...], error: BadFields) -> Iterator[Problem]:
    for inner, message in error.problems:
        deeper = (*path, *(int(part) if part.isdigit() else part for part in inner.split(".")))
        unknown = message.startswith("unknown ")
        yield Problem(file, _place(root, deeper, key=unknown), ".".join([*map(str, path), inner]), message)


def _order(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.column) if problem.place else (0, 0)


def _with_paths(ignore: Iterable[Suppression], path: tuple[str, ...]) -> tuple[Suppression, ...]:
    return tuple(
        replace(suppression, path=(*path, "ignore", index)) for index, suppression in enumerate(ignore)
    )


def _stream(
    document: Document, name: str, own: dict[str, Any], flags: Mapping[str, Any], defaults: dict[str, Any]
) -> Stream:
    if "ignore" in own:
        own["ignore"] = (*_with_paths(own["ignore"], ("streams", name)), *defaults.get("ignore", ()))
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
    if "rps" not in values:
        raise BadFields([("rps", "missing; write the records per second")])
    unused = tuple(field for field in flags if origins.get(field) != "flag" and field in own) if flags else ()
    text = {key: values[key] for key in ("owner", "notes") if key in values}
    if text:
        values = {key: value for key, value in values.items() if key not in text}
    asked = NOTHING_ASKED
    if not _ASKED.isdisjoint(values):
        asked = Asked(**{key: values[key] for key in _ASKED if key in values})
        values = {key: value for key, value in values.items() if key not in _ASKED}
    workload = Workload(**assemble(values))
    return Stream(
        name,
        document.file,
        document.root["streams"].keys_at[name],
        workload,
        origins,
        unused,
        document,
        asked=asked,
        **text,
    )


_ONE_OF: Final = {"size": "sizes", "sizes": "size"}


# ── policy files ─────────────────────────────────────────────────────────────────────────────────


def policy_files(files: Iterable[str], problems: list[Problem]) -> dict[str, Document]:
    """The policy file that counts for each profile: the nearest ``.shardcalc.yaml`` upwards, as far as the repository's root.

    Without a repository the search ends at the working folder, or at the profile's own. What is wrong goes to ``problems``.
    """
    nearest_of: dict[str, str | None] = {}
    read: dict[str, Document | None] = {}
    found: dict[str, Document] = {}
    for file in files:
        folder = os.path.dirname(file)
        if folder not in nearest_of:
            nearest_of[folder] = _nearest_policy(os.path.realpath(folder or "."))
        policy_file = nearest_of[folder]
        if policy_file is None:
            continue
        if policy_file not in read:
            near = os.path.relpath(policy_file)
            read[policy_file] = _load_policy(policy_file if near.startswith("..") else near, problems)
        document = read[policy_file]
        if document is not None:
            found[file] = document
    return found


def _nearest_policy(folder: str) -> str | None:
    above = [folder]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    roots = [index for index, each in enumerate(above) if os.path.exists(os.path.join(each, ".git"))]
    here = os.path.realpath(".")
    top = roots[0] if roots else above.index(here) if here in above else 0
    return next(
        (path for each in above[: top + 1] if os.path.isfile(path := os.path.join(each, POLICY_FILE))), None
    )


def _load_policy(file: str, problems: list[Problem]) -> Document | None:
    roots = _roots(file, problems)
    if roots is None:
        return None
    root = roots[0][0] if len(roots) == 1 else None
    if not isinstance(root, YamlMapping):
        problems.append(
            Problem(
                file, Place(1, 1), "", f"not a policy: write version: {VERSION} and policy, in one document"
            )
        )
        return None
    found: list[Problem] = []
    _find_duplicates(file, root, "", found)
    known = ("version", "policy")
    found += [
        Problem(file, _place(root, (name,), key=True), name, f"unknown field{nearest(name, known)}")
        for name in root
        if name not in known
    ]
    _version(file, root, found)
    if "policy" not in root:
        found.append(Problem(file, place_of(root.at), "policy", "missing"))
    policy = _policy(file, root, found) if "policy" in root else {}
    if found:
        problems += sorted(found, key=_order)
        return None
    if "ignore" in policy:
        policy["ignore"] = tuple(replace(suppression, file=file) for suppression in policy["ignore"])
    return Document(file, root, policy)


# ── places ───────────────────────────────────────────────────────────────────────────────────────

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line breaks of YAML 1.1, by which its marks count."""


def lines_of(file: str, numbers: Iterable[int]) -> dict[int, str]:
    """Some lines of a file, as far as it can still be read."""
    try:
        with open(file, "rb") as opened:
            lines = _BREAK.split(decode(opened.read(MAX_BYTES + 1)))
    except (OSError, YamlError):
        return {}
    return {number: lines[number - 1] for number in numbers if number <= len(lines)}


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "nothing" if value is None else shown(value)


def _problem(file: str, root: YamlMapping, name: str, field: str, message: str) -> Problem:
    """A problem of one stream's fields together: at the field, or where the defaults give it, or at the stream's name."""
    path = tuple(field.split("."))
    label = f"streams.{name}.{field}"
    for start in (("streams", name), ("defaults",)):
        mapping: Any = root
        for step in start:
            mapping = mapping.get(step, {}) if isinstance(mapping, dict) else {}
        if isinstance(mapping, dict) and path[0] in mapping:
            return Problem(file, _place(root, (*start, *path)), label, message)
    return Problem(file, _place(root, ("streams", name), key=True), label, message)


def _at(root: YamlMapping, path: Sequence[str | int]) -> Any:
    """The value at a path as it was written; None when it is not there."""
    node: Any = root
    for step in path:
        inside = (
            step in node
            if isinstance(node, YamlMapping)
            else isinstance(node, YamlList) and isinstance(step, int) and step < len(node)
        )
        if not inside:
            return None
        node = node[step]
    return node


def _place(root: YamlMapping, path: Sequence[str | int], *, key: bool = False) -> Place:
    """Where the value at a path stands, or its key; the nearest place above it when it is not there."""
    at = root.at
    node: Any = root
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(node, YamlMapping) and isinstance(step, str) and step in node:
            # The value of a mapping begins on a later line; its key is where people look.
            inner = isinstance(node[step], (YamlMapping, YamlList)) and not last
            at = node.keys_at[step] if (key and last) or inner else node.values_at[step]
            node = node[step]
        elif isinstance(node, YamlList) and isinstance(step, int) and step < len(node):
            at = node.items_at[step]
            node = node[step]
        else:
            break
    return place_of(at)


def _find_duplicates(file: str, node: Any, path: str, found: list[Problem]) -> None:
    # Aliases make the same mapping stand in several places; each is looked at once, since its weight is bounded.
    pending: list[tuple[str, Any]] = [(path, node)]
    seen: set[int] = set()
    while pending:
        path, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        prefix = f"{path}." if path else ""
        if isinstance(node, YamlMapping):
            for name, mark in node.duplicates:
                message = (
                    f"stands twice; first at {place_of(node.keys_at[name])}"
                    if name in node.keys_at
                    else "stands twice"
                )
                found.append(Problem(file, place_of(mark), f"{prefix}{name}", message))
            for name, value in node.items():
                if value.__class__ is not str and value is not None:
                    pending.append((f"{prefix}{name}", value))
        elif isinstance(node, YamlList):
            pending += [
                (f"{prefix}{index}", value) for index, value in enumerate(node) if not isinstance(value, str)
            ]
