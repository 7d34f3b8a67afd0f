"""Capacity profiles: YAML files in, workloads out.

A profile says ``version``, ``defaults`` and ``streams``. A value comes from the first that gives it: the stream
itself, the command line's flags, the defaults, and last what this tool assumes; where each came from is kept.
Everything wrong in a file is reported at once, with line and column. The fields are read by the same readers as the
flags; ``schema.py`` publishes what they accept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .units import shown
from .workload import FIELDS, BadFields, Reader, Workload, assemble, nearest, read_fields, read_line
from .yamltext import MAX_BYTES, Place, YamlError, YamlList, YamlMapping, decode, documents, place_of

VERSION: Final = "1"
SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, and where."""

    file: str
    place: Place | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.place}" if self.place else self.file
        return f"{where}  {self.path + ': ' if self.path else ''}{self.message}"


class ProfileErrors(Exception):
    """Profiles that cannot be used: every problem of every file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


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
    owner: str = ""
    notes: str = ""

    @property
    def place(self) -> Place:
        """Where its name stands in the file."""
        return place_of(self.mark)

    @property
    def where(self) -> str:
        """File, line and column of its name."""
        return f"{self.file}:{place_of(self.mark)}"


_READERS: Final[Mapping[str, Reader]] = {**FIELDS, "owner": read_line, "notes": read_line}
_TOP: Final = ("version", "defaults", "streams")


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
    streams: list[Stream] = []
    for file in _files(paths, problems):
        streams += _load_file(file, flags or {}, problems)
    seen: dict[tuple[str, str], Stream] = {}
    for stream in streams:
        first = seen.setdefault((stream.workload.region, stream.name), stream)
        if first is not stream:
            message = f"the stream stands twice; first in {first.where}"
            problems.append(Problem(stream.file, stream.place, f"streams.{stream.name}", message))
    if problems:
        raise ProfileErrors(problems)
    return streams


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
            problems.append(Problem(given, None, "", "not a file that can be read" if os.path.exists(given) else "no such file or folder"))


def _hidden(folder: str, top: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in os.path.relpath(folder, top).split(os.sep))


def _load_file(file: str, flags: Mapping[str, Any], problems: list[Problem]) -> Iterator[Stream]:
    try:
        if os.path.getsize(file) > MAX_BYTES:
            raise YamlError(Place(1, 1), f"larger than {MAX_BYTES // 1024**2} MiB")
        with open(file, "rb") as opened:
            roots = list(documents(decode(opened.read(MAX_BYTES + 1))))
    except YamlError as error:
        problems.append(Problem(file, error.place, "", str(error)))
        return
    except OSError as error:
        problems.append(Problem(file, None, "", f"cannot be read: {error.strerror}"))
        return
    roots = [(root, at) for root, at in roots if root is not None] if len(roots) > 1 else roots
    if not roots or roots[0][0] is None:
        problems.append(Problem(file, Place(1, 1), "", f"empty; write version: {VERSION} and streams"))
    for root, _ in (pair for pair in roots if pair[0] is not None):
        yield from _load_document(file, root, flags, problems)


def _load_document(file: str, root: Any, flags: Mapping[str, Any], problems: list[Problem]) -> Iterator[Stream]:
    if not isinstance(root, YamlMapping):
        problems.append(Problem(file, Place(1, 1), "", f"not a profile: write version: {VERSION} and streams"))
        return
    found: list[Problem] = []
    _find_duplicates(file, root, "", found)
    unknown = [name for name in root if name not in _TOP]
    found += [Problem(file, _place(root, (name,), key=True), name, f"unknown field{nearest(name, _TOP)}") for name in unknown]
    if "version" not in root:
        found.append(Problem(file, place_of(root.at), "version", f"missing; write version: {VERSION}"))
    elif root["version"] != VERSION:
        message = f"{_kind(root['version'])} is not a version of profiles known here; write version: {VERSION}"
        found.append(Problem(file, _place(root, ("version",)), "version", message))
    defaults = _fields(file, root, ("defaults",), root.get("defaults"), found) if "defaults" in root else {}
    streams = root.get("streams")
    own: dict[str, dict[str, Any]] = {}
    if not isinstance(streams, YamlMapping) or not streams:
        wrong = "missing" if "streams" not in root else "no stream in it" if not streams else f"{_kind(streams)} is not a mapping"
        found.append(Problem(file, _place(root, ("streams",), key=True), "streams", f"{wrong}; write one mapping a stream, by its name"))
    else:
        for name, written in streams.items():
            if not name or not name.isprintable() or len(name) > 256 or name != name.strip():
                message = f"{shown(name)} is not a name: at most 256 printable characters, no space around them"
                found.append(Problem(file, _place(root, ("streams", name), key=True), "streams", message))
            own[name] = _fields(file, root, ("streams", name), written, found)
    if found:
        problems += sorted(found, key=_order)
        return
    for name, fields in own.items():
        try:
            yield _stream(file, root, name, fields, flags, defaults)
        except BadFields as error:
            problems += [_problem(file, root, name, field, message) for field, message in error.problems]


def _fields(file: str, root: YamlMapping, path: tuple[str, ...], written: Any, found: list[Problem]) -> dict[str, Any]:
    """Read the fields of one mapping; what is wrong goes to ``found``."""
    if written is None:
        return {}
    if not isinstance(written, YamlMapping):
        found.append(Problem(file, _place(root, path), ".".join(path), f"{_kind(written)} is not a mapping; write a mapping of fields"))
        return {}
    try:
        return read_fields(written, _READERS)
    except BadFields as error:
        for field, message in error.problems:
            deeper = (*path, *(int(part) if part.isdigit() else part for part in field.split(".")))
            unknown = message.startswith("unknown field")
            found.append(Problem(file, _place(root, deeper, key=unknown), ".".join((*path, field)), message))
        return {}


def _order(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.column) if problem.place else (0, 0)


def _stream(file: str, root: YamlMapping, name: str, own: dict[str, Any], flags: Mapping[str, Any], defaults: dict[str, Any]) -> Stream:
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
    workload = Workload(**assemble(values))
    return Stream(name, file, root["streams"].keys_at[name], workload, origins, unused, **text)


_ONE_OF: Final = {"size": "sizes", "sizes": "size"}


# ── places ───────────────────────────────────────────────────────────────────────────────────────


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
                message = f"stands twice; first at {place_of(node.keys_at[name])}" if name in node.keys_at else "stands twice"
                found.append(Problem(file, place_of(mark), f"{prefix}{name}", message))
            for name, value in node.items():
                if value.__class__ is not str and value is not None:
                    pending.append((f"{prefix}{name}", value))
        elif isinstance(node, YamlList):
            pending += [(f"{prefix}{index}", value) for index, value in enumerate(node) if not isinstance(value, str)]
