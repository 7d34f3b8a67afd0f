"""What is known from before, our own JSON read back: the baseline of a check, and the plan it is held against.

The door for these two files; what is wrong with one is said with the place of the value.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.plan_diff import Standing, thousandths
from shardcalc.core.units import USD, BadValue, read_count, shown

VERSION: Final = 1


class SavedError(Exception):
    """A saved file that cannot be used, and why."""


def read_baseline(file: str) -> Counter[tuple[str, str, str]]:
    """Read a baseline: how often each rule, file and stream is known.

    Raises:
        SavedError: it cannot be read, or is no baseline.
    """
    rows = _list(_load(file, "check-baseline", "the file that --write-baseline writes"), "findings")
    known: Counter[tuple[str, str, str]] = Counter()
    for index, row in enumerate(rows):
        where = f"findings[{index}]"
        known[_text(row, "rule", where), _text(row, "file", where), _text(row, "stream", where)] += (
            _count(row, "count", where) or 0
        )
    return known


def write_baseline(found: Iterable[Found], file: str) -> str:
    """The text of a baseline that knows every finding that counts now."""
    counted = Counter(
        (each.rule.id, near(each.file, file), each.stream)
        for each in found
        if each.state is not State.SUPPRESSED
    )
    rows = [
        {"rule": rule, "file": name, "stream": stream, "count": count}
        for (rule, name, stream), count in sorted(counted.items())
    ]
    return (
        json.dumps(
            {"schema_version": VERSION, "command": "check-baseline", "findings": rows},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def near(file: str, baseline: str) -> str:
    """A file's name as seen from the folder of the baseline, so that it does not matter where a check is run from."""
    return os.path.relpath(os.path.realpath(file), os.path.dirname(os.path.realpath(baseline))).replace(
        os.sep, "/"
    )


def read_plan(file: str) -> tuple[Fraction, list[Standing]]:
    """Read the JSON of ``shardcalc plan``: the hours of its costs, and its streams.

    Raises:
        SavedError: it cannot be read, or is no such plan.
    """
    what = "the output of shardcalc plan PATH --format json"
    body = _load(file, "plan", what)
    hours = _fraction(body.get("hours"), "hours")
    if hours <= 0:
        raise SavedError(f"hours: {shown(hours)} is not above zero")
    standings = []
    for index, row in enumerate(_list(body, "streams")):
        where = f"streams[{index}]"
        shards = _count(row, "shards", where)
        declared = _count(row, "declared_shards", where)
        cost = row.get("cost")
        if shards is None or not shards or not isinstance(cost, dict):
            raise SavedError(f"{where}: shards or cost is missing; write {what}")
        try:
            total = USD.parse(_text(cost, "total_usd", f"{where}.cost"))
        except BadValue as error:
            raise SavedError(f"{where}.cost.total_usd: {error}") from error
        used = _fraction(row.get("utilisation"), f"{where}.utilisation") * shards / (declared or shards)
        findings = tuple(_text(finding, "id", f"{where}.findings") for finding in _list(row, "findings"))
        name, region = _text(row, "name", where), _text(row, "region", where)
        standings.append(
            Standing(
                name,
                region,
                shards,
                declared,
                total,
                cost.get("complete") is True,
                thousandths(used),
                findings,
            )
        )
    return hours, standings


def _load(file: str, command: str, what: str) -> dict[str, Any]:
    try:
        with open(file, encoding="utf-8") as opened:
            body = json.load(opened)
    except OSError as error:
        raise SavedError(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SavedError(f"not JSON: {error}") from error
    if not isinstance(body, dict) or body.get("command") != command:
        raise SavedError(f"not {what}")
    if body.get("schema_version") != VERSION:
        raise SavedError(
            f"schema_version {shown(body.get('schema_version'))} is not known here; write it again with this release"
        )
    return body


def _list(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = body.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SavedError(f"{name}: not a list of objects")
    return rows


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise SavedError(f"{where}.{name}: {shown(value)} is not text")
    return value


def _count(row: Mapping[str, Any], name: str, where: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        if type(value) is not int:
            raise BadValue(f"{shown(value)} is not a whole number")
        return read_count(value, "a count", most=10**12)
    except BadValue as error:
        raise SavedError(f"{where}.{name}: {error}") from error


def _fraction(value: object, where: str) -> Fraction:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Fraction(value)
        raise ValueError
    except (ValueError, OverflowError) as error:
        raise SavedError(f"{where}: {shown(value)} is not a number") from error
