"""Reading our own JSON back: what is wrong with a file is said with the place of the value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from shardcalc.core.text import BadValue, read_count, shown

VERSION: Final = 1


class StoredError(Exception):
    """A saved file that cannot be used, and why."""


def load_own(file: str, command: str, what: str) -> dict[str, Any]:
    """Read one of our own JSON documents."""
    try:
        with open(file, encoding="utf-8") as opened:
            body = json.load(opened)
    except OSError as error:
        raise StoredError(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise StoredError(f"not JSON: {error}") from error
    if not isinstance(body, dict) or body.get("command") != command:
        raise StoredError(f"not {what}")
    if body.get("schema_version") != VERSION:
        raise StoredError(
            f"schema_version {shown(body.get('schema_version'))} is not known here; write it again with this release"
        )
    return body


def rows_of(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise StoredError(f"{name}: not a list of objects")
    return rows


def text_of(row: Mapping[str, Any], name: str, where: str) -> str:
    """A text."""
    value = row.get(name)
    if not isinstance(value, str):
        raise StoredError(f"{where}.{name}: {shown(value)} is not text")
    return value


def count_of(row: Mapping[str, Any], name: str, where: str) -> int | None:
    """A whole number; None where it is null."""
    value = row.get(name)
    if value is None:
        return None
    try:
        if type(value) is not int:
            raise BadValue(f"{shown(value)} is not a whole number")
        return read_count(value, "a count", most=10**12)
    except BadValue as error:
        raise StoredError(f"{where}.{name}: {error}") from error


def fraction_of(value: object, where: str) -> Fraction:
    """A number, exactly."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Fraction(value)
        raise ValueError
    except (ValueError, OverflowError) as error:
        raise StoredError(f"{where}: {shown(value)} is not a number") from error
