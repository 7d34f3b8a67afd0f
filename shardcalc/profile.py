"""Capacity profiles: YAML files in, workloads out, and the JSON Schema of such a file.

A profile says ``version``, ``defaults`` and ``streams``. A value comes from the first that gives it: the stream
itself, the command line's flags, the defaults, and last what this tool assumes; where each came from is kept.
Everything wrong in a file is reported at once, with line and column.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema
from typing_extensions import TypedDict

from .fields import HELP
from .units import BadValue, shown
from .workload import FIELDS, BadFields, Workload, assemble, nearest, read_line
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


# ── the schema ───────────────────────────────────────────────────────────────────────────────────

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "number", "exclusiveMinimum": 0}


def _either(pattern: str, *examples: object) -> dict[str, Any]:
    return {"anyOf": [_NUMBER, {"type": "string", "pattern": pattern}], "examples": list(examples)}


_N: Final = r"^\s*[0-9][0-9_]*(\.[0-9]+)?([eE][+-]?[0-9]+)?(/[0-9.]+)?\s*"
_SIZE: Final = _either(_N + r"([bB]|bytes?|[kKmMgG]([iI]?[bB])?)?\s*$", 1, "512 B", "1.5 KiB", "1 MiB")
_RATE: Final = _either(_N + r"[kKMG]?\s*(records?|rps)?\s*(/\s*(s|sec|second|min|minute|h|hr|hour|d|day))?\s*$", 6, 16.67, "90k/min", "8/day")
_SHARE: Final = {"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, {"type": "string", "pattern": _N + r"%?\s*$"}], "examples": ["20%", 0.2]}
_DURATION: Final = {
    "type": "string",
    "pattern": _N + r"(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*$",
    "examples": ["200 ms", "6h", "7d"],
}


def _count(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


def _object(required: Sequence[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


_CONSUMER: Final = _object(
    ["type"],
    name=_TEXT,
    type={"enum": ["kcl", "lambda", "firehose", "flink", "sdk", "fan-out"]},
    poll_interval=_DURATION | {"description": "time between GetRecords calls on each shard, instead of the type's default"},
    max_rps_per_shard=_RATE | {"description": "the most producer records a second that it handles from one shard"},
    parallelization_factor=_count(1) | {"description": "Lambda: concurrent batches per shard"},
    batch_size=_count(1) | {"description": "Lambda: stream records per batch"},
    batch_duration=_DURATION | {"description": "Lambda: how long one batch takes"},
)

FORMS: Final[Mapping[str, dict[str, Any]]] = {
    "size": _SIZE,
    "sizes": {"type": "array", "minItems": 1, "items": _object(["size", "share"], size=_SIZE, share=_SHARE)},
    "max_size": _SIZE,
    "max_record_size": _SIZE,
    "rps": {"anyOf": [*_RATE["anyOf"], _object(["mean", "peak"], mean=_RATE, peak=_RATE)], "examples": [6, "90k/min", {"mean": 100, "peak": "20k/min"}]},
    "consumers": {"anyOf": [_count(0), {"type": "array", "items": _CONSUMER}], "examples": [2, [{"name": "billing", "type": "lambda"}]]},
    "fan_out": _count(0),
    "headroom": _SHARE,
    "hottest_key": _SHARE,
    "skew": {"anyOf": [{"type": "number", "minimum": 1}, {"type": "string", "pattern": _N + r"x?\s*$"}], "examples": [1.5]},
    "catch_up": _object(["outage", "within"], outage=_DURATION, within=_DURATION) | {"examples": [{"outage": "6h", "within": "2h"}]},
    "aggregation": _object(["target_size"], target_size=_SIZE) | {"examples": [{"target_size": "25 KiB"}]},
    "retention": {"anyOf": [_NUMBER, _DURATION], "examples": ["7d", 168]},
    "long_term_reads": _SIZE,
    "mode": {"enum": ["provisioned", "on-demand-standard", "on-demand-advantage", "on-demand", "PROVISIONED", "ON_DEMAND"]},
    "region": _TEXT | {"examples": ["us-east-1"]},
    "shards": _count(1),
    "owner": _TEXT,
    "notes": _TEXT,
}
"""What each field of a stream looks like, as JSON Schema."""

_READERS: Final = {**FIELDS, "owner": read_line, "notes": read_line}


def _read_version(value: object) -> str:
    if value != VERSION:
        raise BadValue(f"{shown(value)} is not a version of profiles known here; write version: {VERSION}")
    return VERSION


StreamFields = TypedDict(  # type: ignore[misc]  # the fields are those of the workload's own table
    "StreamFields",
    {name: Annotated[Any, PlainValidator(read), WithJsonSchema(FORMS[name]), Field(description=HELP[name])] for name, read in _READERS.items()},
    total=False,
)
StreamFields.__pydantic_config__ = ConfigDict(extra="forbid", title="Stream")  # type: ignore[attr-defined]


class ProfileFields(TypedDict, total=False):
    """One YAML document."""

    __pydantic_config__ = ConfigDict(extra="forbid", title="shardcalc profile")  # type: ignore[misc]
    version: Annotated[Any, PlainValidator(_read_version), WithJsonSchema({"const": 1}), Field(description="version of this format")]
    defaults: Annotated[StreamFields, Field(description="fields for every stream that does not give its own")]
    streams: Annotated[dict[str, StreamFields], Field(description="one entry a stream, by its name")]


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(ProfileFields)


def schema() -> dict[str, Any]:
    """The JSON Schema of a profile, for editors and CI."""
    made = _adapter().json_schema()
    made["required"] = ["version", "streams"]
    made["properties"]["streams"]["minProperties"] = 1
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


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
    found: list[Problem] = []
    if not isinstance(root, YamlMapping):
        problems.append(Problem(file, Place(1, 1), "", f"not a profile: write version: {VERSION} and streams"))
        return
    _find_duplicates(file, root, "", found)
    for name in ("defaults", "streams"):
        if name in root and root[name] is None:
            root[name] = YamlMapping(root.values_at[name])
    try:
        document = _adapter().validate_python(root)
    except ValidationError as error:
        found += _translate(file, root, error)
        document = None
    for name in ("version", "streams"):
        if name not in root:
            found.append(Problem(file, place_of(root.at), name, "missing" + (f"; write version: {VERSION}" if name == "version" else "")))
    if isinstance(root.get("streams"), YamlMapping):
        if not root["streams"]:
            found.append(Problem(file, _place(root, ("streams",)), "streams", "no stream in it"))
        for name in root["streams"]:
            if not name or not name.isprintable() or len(name) > 256 or name != name.strip():
                message = f"{shown(name)} is not a name: at most 256 printable characters, no space around them"
                found.append(Problem(file, _place(root, ("streams", name), key=True), "streams", message))
    if document is None or "streams" not in document or found:
        problems += sorted(found, key=_order)
        return
    defaults = document.get("defaults", {})
    for name, own in document["streams"].items():
        try:
            yield _stream(file, root, name, own, flags, defaults)
        except BadFields as error:
            problems += [_problem(file, root, name, field, message) for field, message in error.problems]


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


def _translate(file: str, root: YamlMapping, error: ValidationError) -> Iterator[Problem]:
    for row in error.errors(include_url=False):
        path = tuple(row["loc"])
        label = ".".join(map(str, path))
        kind = row["type"]
        if kind == "extra_forbidden":
            known = ProfileFields.__annotations__ if len(path) == 1 else _READERS
            yield Problem(file, _place(root, path, key=True), label, f"unknown field{nearest(str(path[-1]), known)}")
        elif kind == "value_error":
            cause = row["ctx"]["error"]
            if isinstance(cause, BadFields):
                for inner, message in cause.problems:
                    deeper = (*path, *(int(part) if part.isdigit() else part for part in inner.split(".")))
                    unknown = message.startswith("unknown field")
                    yield Problem(file, _place(root, deeper, key=unknown), f"{label}.{inner}", message)
            else:
                yield Problem(file, _place(root, path), label, str(cause))
        else:
            # The scalars are read by our own readers, so what is left are mappings that are something else.
            what = {"streams": "write one mapping a stream, by its name", "defaults": "write a mapping of fields"}
            message = f"{_kind(row['input'])} is not a mapping; {what.get(str(path[-1]), 'write a mapping of fields')}"
            yield Problem(file, _place(root, path), label, message)


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
        if path[0] in mapping:
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
