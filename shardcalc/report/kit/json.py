"""The kit of JSON: a contract with ``schema_version``, hand-written fields and units in the names of keys.

Whole numbers are integers; others are the nearest double; money is a decimal string; dates are ISO 8601.
A value that is not known is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, Final

from shardcalc.core.units import USD, Quantity

SCHEMA_VERSION: Final = 1
COMPACT: Final = (",", ":")
"""Separators without blanks."""
SPACED: Final = (", ", ": ")


def head(command: str) -> dict[str, Any]:
    """What every document of a command begins with."""
    return {"schema_version": SCHEMA_VERSION, "command": command}


def document(body: Mapping[str, Any]) -> str:
    """One object, indented for people to read."""
    return _seen(json.dumps(body, indent=2, ensure_ascii=False, default=exact)) + "\n"


def line(value: object, separators: tuple[str, str] = SPACED) -> str:
    """One value on one line."""
    return _seen(_encoder(separators).encode(value))


def _seen(written: str) -> str:
    """The same JSON, with escapes for characters that cannot be seen and commands of a log."""
    if "##" in written:
        written = written.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[")
    if written.replace("\n", "").isprintable():
        return written
    return "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in written)


@cache
def _encoder(separators: tuple[str, str]) -> json.JSONEncoder:
    # Nothing here can hold itself, and looking for that costs time on each value.
    return json.JSONEncoder(ensure_ascii=False, separators=separators, check_circular=False, default=exact)


def listing(
    start: Mapping[str, Any], name: str, lines: Iterable[str], separators: tuple[str, str] = SPACED
) -> str:
    """One object that ends in a list, with each item of the list on its own line.

    Args:
        start: the other fields.
        name: the key of the list.
        lines: the items, each written already, so that a long list is never held as dictionaries.
        separators: those that the lines were written with.
    """
    comma, colon = separators
    begin = line(start, separators).removesuffix("}")
    return f'{begin}{comma}"{name}"{colon}[\n' + ",\n".join(lines) + "\n]}\n"


def exact(value: object) -> int | float | str:
    """Turn a value that JSON has no type for into one that it has.

    Raises:
        TypeError: it is none of ours.
    """
    match value:
        case USD():
            return value.cents
        case Quantity():
            return number(value.amount)
        case date():
            return value.isoformat()
        case Fraction():  # the last: a type of numbers looks its instances up slowly
            return number(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def number(value: Fraction | int, over: int = 1) -> int | float:
    """A number as JSON has it, divided by a whole number if one is given."""
    numerator, denominator = value.as_integer_ratio()
    return divide(numerator, denominator * over)


def divide(numerator: int, denominator: int) -> int | float:
    """A quotient of whole numbers as JSON has it: whole, or the nearest double."""
    return numerator / denominator if numerator % denominator else numerator // denominator


def times(one: Quantity, count: int) -> int | float:
    """A quantity multiplied by a count."""
    above, below = one.amount.as_integer_ratio()
    return divide(above * count, below)
