"""YAML as text, lists and mappings that remember the place of each.

Every scalar stays the text that was written: whether ``16.67`` is a rate and ``no`` a name is for the field
that reads it to say, so no float, octal number or boolean gets in between. Nesting and anchors are bounded,
so that no small file can ask for much memory. The parser is PyYAML's; no schema is known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from shardcalc.core.text import shown
from shardcalc.core.workload.declared import Place

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_ENTRIES: Final = 100_000
"""In one mapping or list: as many streams as are planned at once."""
MAX_DOCUMENTS: Final = 10_000
MAX_VALUES: Final = 1_000_000
"""In one file, those that aliases repeat included: about ten for each of the most streams."""
MAX_KEY: Final = 1_000
"""Characters, as YAML itself bounds a key without a question mark."""
MAX_EXPANSION: Final = 100_000
"""How many values the aliases of a file may expand to, beyond ten times the values that are written out."""


class YamlError(ValueError):
    """Text that is not YAML of the kind understood here, and where."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


class YamlMapping(dict[str, Any]):
    """A mapping with the marks of its keys and values."""

    __slots__ = ("at", "duplicates", "keys_at", "values_at", "weight")

    def __init__(self, at: Any) -> None:
        self.at = at
        self.keys_at: dict[str, Any] = {}
        self.values_at: dict[str, Any] = {}
        self.duplicates: list[tuple[str, Any]] = []
        self.weight = 1


class YamlList(list[Any]):
    """A list with the marks of its items."""

    __slots__ = ("at", "items_at", "weight")

    def __init__(self, at: Any) -> None:
        self.at = at
        self.items_at: list[Any] = []
        self.weight = 1


def place_of(mark: Any) -> Place:
    """A PyYAML mark, which counts from zero, as people count."""
    return Place(mark.line + 1, mark.column + 1)


def decode(data: bytes) -> str:
    """Decode a file's bytes.

    Raises:
        YamlError: binary data, or text that is not UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise YamlError(Place(1, 1), f"larger than {MAX_BYTES // 1024**2} MiB")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError(_place_at(data, data.index(b"\0")), "binary data, not YAML text")
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError(_place_at(data, error.start), "not UTF-8 text") from error


def _place_at(data: bytes, offset: int) -> Place:
    return Place(data.count(b"\n", 0, offset) + 1, offset - data.rfind(b"\n", 0, offset))


def documents(text: str) -> Iterator[tuple[Any, Any]]:
    """Each document's root value and its mark: str, None, YamlList or YamlMapping.

    Raises:
        YamlError: at the first place that cannot be read.
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        parser = loader(text)
        try:
            # An event is None when there are no more; asking the parser itself saves a generator's step for
            # each.
            yield from _build(iter(parser.get_event, None))
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        if "'\\t'" in problem or (mark is not None and _is_tab(text, mark)):
            problem = "a tab: YAML does not allow tabs for indentation; write spaces"
        raise YamlError(
            place_of(mark) if mark is not None else Place(1, 1), f"not YAML: {problem}"
        ) from error
    except yaml.reader.ReaderError as error:
        # The C parser counts bytes, the Python one characters.
        data = (
            text.encode("utf-8")
            if loader is not yaml.BaseLoader
            else text.encode("utf-32-le")[: 4 * error.position].decode("utf-32-le").encode("utf-8")
        )
        raise YamlError(
            _place_at(data, error.position if loader is not yaml.BaseLoader else len(data)),
            "a character that YAML does not allow",
        ) from error


def _is_tab(text: str, mark: Any) -> bool:
    lines = text.splitlines()
    return bool(
        mark.line < len(lines)
        and mark.column < len(lines[mark.line])
        and lines[mark.line][mark.column] == "\t"
    )


def _build(events: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    # One pass over the parser's events with a stack of our own: no recursion, so nesting cannot exhaust the
    # interpreter's.
    scalar, mapping_start, sequence_start, alias = (
        yaml.ScalarEvent,
        yaml.MappingStartEvent,
        yaml.SequenceStartEvent,
        yaml.AliasEvent,
    )
    mapping_end, sequence_end = yaml.MappingEndEvent, yaml.SequenceEndEvent
    stack: list[Any] = []
    keys: list[Any] = []
    key: Any = None
    container: Any = None
    anchors: dict[str, Any] = {}
    number = written = expanded = 0
    for event in events:
        kind = event.__class__
        if kind is scalar:
            value = event.value
            if not event.style and value in ("", "~", "null", "Null", "NULL"):
                value = None
            written += 1
            if written + expanded > MAX_VALUES:
                told = f"more than {MAX_VALUES:,} values; split the file"
                raise YamlError(place_of(event.start_mark), told)
            if event.anchor:
                anchors[event.anchor] = value
        elif kind is mapping_end or kind is sequence_end:
            value = container
            if kind is mapping_end and "<<" in value:
                _merge(value)
            container, key = stack.pop(), keys.pop()
            if container is not None:
                container.weight += value.weight
            else:
                yield value, value.at
                continue
            if container.__class__ is YamlMapping:
                _put(container, key, value, value.at)
                key = None
            else:
                _add(container, value, value.at)
            continue
        elif kind is mapping_start or kind is sequence_start:
            if container.__class__ is YamlMapping and key is None:
                raise YamlError(place_of(event.start_mark), "a key must be text, not a list or mapping")
            written += 1
            if len(stack) >= MAX_DEPTH:
                raise YamlError(place_of(event.start_mark), f"nested more than {MAX_DEPTH} levels deep")
            stack.append(container)
            keys.append(key)
            container = YamlMapping(event.start_mark) if kind is mapping_start else YamlList(event.start_mark)
            key = None
            if event.anchor:
                anchors[event.anchor] = container
            continue
        elif kind is alias:
            name = f"*{event.anchor}" if len(event.anchor) < 60 else shown(f"*{event.anchor}")
            if event.anchor not in anchors:
                raise YamlError(place_of(event.start_mark), f"alias {name} has no anchor")
            value = anchors[event.anchor]
            if value is container or any(value is outer for outer in stack if outer is not None):
                raise YamlError(place_of(event.start_mark), f"alias {name} is inside its own anchor")
            weight = getattr(value, "weight", 1)
            expanded += weight
            if expanded > MAX_EXPANSION + 10 * written or written + expanded > MAX_VALUES:
                raise YamlError(
                    place_of(event.start_mark), "anchors expand to more values than is reasonable"
                )
            if container is not None and weight > 1:
                container.weight += weight
        else:
            if kind is yaml.DocumentStartEvent:
                anchors.clear()
                number += 1
                if number > MAX_DOCUMENTS:
                    told = f"more than {MAX_DOCUMENTS:,} documents in one file"
                    raise YamlError(place_of(event.start_mark), told)
            continue
        if container.__class__ is YamlMapping:
            if key is None:
                if not isinstance(value, str):
                    if value is not None:
                        raise YamlError(
                            place_of(event.start_mark), "a key must be text, not a list or mapping"
                        )
                    value = getattr(event, "value", "") or ""
                if len(value) > MAX_KEY:
                    raise YamlError(
                        place_of(event.start_mark),
                        f"a key of more than {MAX_KEY:,} characters: {shown(value)}",
                    )
                key = (value, event.start_mark)
            else:
                _put(container, key, value, event.start_mark)
                key = None
                container.weight += 1
        elif container is not None:
            _add(container, value, event.start_mark)
            container.weight += 1
        else:
            yield value, event.start_mark


def _put(mapping: YamlMapping, key: tuple[str, Any], value: Any, at: Any) -> None:
    name, mark = key
    if len(mapping) + len(mapping.duplicates) >= MAX_ENTRIES:
        raise YamlError(place_of(mark), _TOO_MANY)
    if name in mapping:
        mapping.duplicates.append(key)
        return
    mapping[name] = value
    mapping.keys_at[name] = mark
    mapping.values_at[name] = at


def _add(items: YamlList, value: Any, at: Any) -> None:
    if len(items) >= MAX_ENTRIES:
        raise YamlError(place_of(at), _TOO_MANY)
    items.append(value)
    items.items_at.append(at)


_TOO_MANY: Final = f"more than {MAX_ENTRIES:,} entries in one list or mapping; split it"


def _merge(mapping: YamlMapping) -> None:
    """Apply ``<<: *anchor``: what the mapping itself says wins."""
    at = mapping.values_at.pop("<<")
    mapping.keys_at.pop("<<")
    merged = mapping.pop("<<")
    for source in merged if isinstance(merged, YamlList) else [merged]:
        if not isinstance(source, YamlMapping):
            raise YamlError(place_of(at), "<< takes a mapping, or a list of mappings")
        for name, value in source.items():
            if name not in mapping:
                mapping[name] = value
                mapping.keys_at[name] = source.keys_at[name]
                mapping.values_at[name] = source.values_at[name]
