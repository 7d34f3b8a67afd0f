"""The kits of CSV and YAML: what JSON says, as rows for a spreadsheet and as YAML.

Both are made of a command's JSON, so that no format says more than another, or something else. The keys of
JSON have units in their names, and so have the columns.
"""

from __future__ import annotations

import csv as _csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shardcalc.core.text import visible

NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "|", "%", ":")
"""What a spreadsheet may take for the begin of a formula, or a runner for a command."""


_OF_DOCUMENTS: Final = ("schema_version", "command")


def csv(document: str, rows: Sequence[str]) -> str:
    """The rows of a JSON document as CSV, the names of columns first.

    What an object holds becomes a column of its own; a list becomes one text with semicolons between, and a
    list of objects the ids or names of these. A text that a spreadsheet would calculate begins with an
    apostrophe.

    Args:
        document: the JSON.
        rows: the path to the rows, a ``+`` between lists of one kind; an object on the way, such as a Region,
            is repeated in each of its rows. Without a path, the document is the only row.
    """
    made = [dict(_cells(row)) for row in _rows(json.loads(document, parse_float=str), rows)]
    columns = list(dict.fromkeys(name for row in made for name in row if name not in _OF_DOCUMENTS))
    # An object that is null in some row has columns of its own in others.
    columns = [
        name
        for name in columns
        if any(row.get(name) for row in made) or not any(other.startswith(f"{name}_") for other in columns)
    ]
    text = io.StringIO()
    writer = _csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in made)
    return text.getvalue()


def _rows(value: Mapping[str, Any], path: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    if not path:
        yield value
        return
    first, *rest = path
    # What holds for the whole document is no row's.
    outer = {} if "schema_version" in value else _scalars(value)
    for item in (item for name in first.split("+") for item in value.get(name) or ()):
        for row in _rows(item, rest):
            yield {**outer, **row}


def _scalars(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if not isinstance(each, (Mapping, list))}


def _cells(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            yield from _cells(value, f"{before}{key}_")
        elif not isinstance(value, list):
            yield f"{before}{key}", _cell(value)
        elif all(isinstance(each, Mapping) for each in value):
            named = [each.get("id", each.get("name")) for each in value]
            if None not in named:
                yield f"{before}{key}", _cell("; ".join(map(str, named)))
        else:
            yield f"{before}{key}", _cell("; ".join(map(str, value)))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = visible(str(value))
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.fullmatch(text) else text


def yaml(document: str) -> str:
    """A JSON document as YAML, its keys in the same order."""
    import yaml as _yaml

    class Dumper(_yaml.SafeDumper):
        """Quotes what needs an escape, and repeats what is there twice."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Dumper, value: str) -> Any:
        plain = value.isprintable() and "##" not in value
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    Dumper.add_representer(str, text)
    made = _yaml.dump(
        json.loads(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    made = made.replace("##", "#\\x23")
    return "".join(c if c == "\n" or c.isprintable() else f"\\U{ord(c):08x}" for c in made)
