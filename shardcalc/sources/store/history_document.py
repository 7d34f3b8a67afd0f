"""The JSON document of a saved history: written, and read back strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.metrics import CONSUMER_METRICS, SHARD_METRICS, STREAM_METRICS
from shardcalc.core.history.model import (
    LATEST,
    MODES,
    MOST,
    MOST_POINTS,
    NAME,
    AccountQuota,
    History,
    Series,
    whole,
)
from shardcalc.core.text import nearest, shown

SCHEMA_VERSION: Final = 1


KIND: Final = "shardcalc-history"


def to_document(history: History) -> dict[str, Any]:
    """Turn a history into the document that :func:`read_document` reads back to an equal one.

    Whole numbers are written as integers, whatever CloudWatch's client made of them.
    """
    return {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "read_at": history.read_at,
        "stream": {
            "name": history.stream,
            "region": history.region,
            "mode": history.mode,
            "status": history.status,
            "open_shards": history.open_shards,
            "retention_hours": history.retention_hours,
            "enhanced_metrics": _list(history.enhanced_metrics),
            "registered_consumers": _list(history.registered),
            "max_record_size_kib": history.max_record_size_kib,
            "warm_throughput_mib_per_second": history.warm_throughput_mibps,
        },
        "account": None
        if history.account is None
        else {
            "shard_limit": history.account.shard_limit,
            "open_shard_count": history.account.open_shard_count,
        },
        "start_epoch_seconds": history.start,
        "period_seconds": history.period,
        "points": history.points,
        "metrics": {key: whole(series) for key, series in history.metrics.items()},
        "consumers": {
            name: {key: whole(series) for key, series in of.items()} for name, of in history.consumers.items()
        },
        "shards": {
            name: {key: whole(series) for key, series in of.items()} for name, of in history.shards.items()
        },
    }


def _list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


def read_document(data: object) -> History:
    """Read the document of a saved history, strictly.

    Raises:
        HistoryError: listing everything that is missing, unknown, of the wrong kind or out of range.
    """
    if not isinstance(data, dict):
        raise HistoryError([("", "not a saved history: a JSON object was expected")])
    if data.get("kind") != KIND:
        raise HistoryError(
            [("kind", f"not a saved history: {_shown(data.get('kind'))} where '{KIND}' was expected")]
        )
    if data.get("schema_version") != SCHEMA_VERSION or data["schema_version"].__class__ is not int:
        raise HistoryError(
            [
                (
                    "schema_version",
                    f"{_shown(data.get('schema_version'))} is not a version known here; this shardcalc reads {SCHEMA_VERSION}",
                )
            ]
        )
    reader = _Reader()
    return reader.history(data)


_REGION: Final = re.compile(r"[a-z]{2,8}(-[a-z]{1,12}){1,3}-\d{1,2}")


_WORD: Final = re.compile(r"[A-Za-z_]{1,64}")


def _shown(value: object) -> str:
    return "nothing" if value is None else shown(value)


class _Reader:
    """Reads one document, collecting every problem on the way."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []
        self.points = 0

    def history(self, data: dict[str, Any]) -> History:
        known = (
            "kind",
            "schema_version",
            "read_at",
            "stream",
            "account",
            "start_epoch_seconds",
            "period_seconds",
            "points",
            "metrics",
            "consumers",
            "shards",
        )
        self.keys("", data, known)
        stream = self.table(data, "stream")
        self.keys(
            "stream.",
            stream,
            ("name", "region", "mode", "status", "open_shards", "retention_hours", "enhanced_metrics", "registered_consumers",
             "max_record_size_kib", "warm_throughput_mib_per_second"),
        )  # fmt: skip
        account = self.table(data, "account", optional=True)
        self.keys("account.", account, ("shard_limit", "open_shard_count"))
        start = self.count(data, "", "start_epoch_seconds", least=0, most=LATEST) or 0
        period = self.count(data, "", "period_seconds", least=60, most=86_400) or 60
        points = self.count(data, "", "points", least=1, most=MOST_POINTS)
        if period % 60:
            self.bad("period_seconds", f"{period} is not a multiple of 60")
        if points is not None and start + points * period > LATEST:
            self.bad("start_epoch_seconds", "the history ends after the year 2100")
        self.points = points or 0
        mode = self.text(stream, "stream.", "mode", _WORD, optional=True)
        if mode is not None and mode not in MODES:
            self.bad("stream.mode", f"{shown(mode)} is not a capacity mode; {' or '.join(MODES)}")
        limit = open_count = None
        if data.get("account") is not None:
            limit = self.count(account, "account.", "shard_limit", least=0)
            open_count = self.count(account, "account.", "open_shard_count", least=0)
        made = History(
            start=start,
            period=period,
            points=self.points,
            metrics=self.series(data, "metrics", STREAM_METRICS),
            consumers=self.groups(data, "consumers", CONSUMER_METRICS),
            shards=self.groups(data, "shards", SHARD_METRICS),
            stream=self.text(stream, "stream.", "name", NAME, optional=True),
            region=self.text(stream, "stream.", "region", _REGION, optional=True),
            mode=mode,
            status=self.text(stream, "stream.", "status", _WORD, optional=True),
            open_shards=self.count(stream, "stream.", "open_shards", least=1, optional=True),
            retention_hours=self.count(stream, "stream.", "retention_hours", least=1, optional=True),
            enhanced_metrics=self.names(stream, "enhanced_metrics"),
            registered=self.names(stream, "registered_consumers"),
            max_record_size_kib=self.count(stream, "stream.", "max_record_size_kib", least=1, optional=True),
            warm_throughput_mibps=self.count(
                stream, "stream.", "warm_throughput_mib_per_second", least=0, optional=True
            ),
            account=AccountQuota(limit, open_count) if limit is not None and open_count is not None else None,
            read_at=self.when(data),
        )
        if self.problems:
            raise HistoryError(self.problems)
        return made

    def bad(self, place: str, message: str) -> None:
        self.problems.append((place, message))

    def keys(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        self.problems += [
            (f"{place}{key}", f"unknown field{nearest(key, known)}") for key in table if key not in known
        ]

    def table(self, data: Mapping[str, Any], name: str, *, optional: bool = False) -> dict[str, Any]:
        value = data.get(name)
        if isinstance(value, dict):
            return value
        if value is not None or not optional:
            self.bad(name, "missing" if value is None else f"{shown(value)} is not an object")
        return {}

    def count(
        self,
        table: Mapping[str, Any],
        place: str,
        name: str,
        *,
        least: int,
        most: int = 1_000_000,
        optional: bool = False,
    ) -> int | None:
        value = table.get(name)
        if value is None:
            if not optional:
                self.bad(place + name, "missing")
        elif value.__class__ is not int:
            self.bad(place + name, f"{shown(value)} is not a whole number")
        elif not least <= value <= most:
            self.bad(place + name, f"{value:,} is out of range: from {least:,} to {most:,}")
        else:
            return int(value)
        return None

    def text(
        self,
        table: Mapping[str, Any],
        place: str,
        name: str,
        pattern: re.Pattern[str],
        *,
        optional: bool = False,
    ) -> str | None:
        value = table.get(name)
        if value is None:
            if not optional:
                self.bad(place + name, "missing")
        elif not isinstance(value, str) or not pattern.fullmatch(value):
            self.bad(place + name, f"{shown(value)} is not what AWS allows here")
        else:
            return value
        return None

    def names(self, table: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
        value = table.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(
            isinstance(item, str) and NAME.fullmatch(item) for item in value
        ):
            self.bad(f"stream.{name}", f"{shown(value)} is not a list of names")
            return None
        return tuple(value)

    def when(self, data: Mapping[str, Any]) -> str | None:
        value = data.get("read_at")
        if value is None:
            return None
        try:
            if not isinstance(value, str):
                raise ValueError
            datetime.fromisoformat(value)
        except ValueError:
            self.bad(
                "read_at", f"{shown(value)} is not a date and time; write for example 2026-11-21T09:00:00Z"
            )
            return None
        return value

    def groups(
        self, data: Mapping[str, Any], name: str, known: Mapping[str, str]
    ) -> dict[str, dict[str, Series]]:
        groups = self.table(data, name, optional=True)
        made = {}
        for key in groups:
            if not NAME.fullmatch(key):
                self.bad(name, f"{shown(key)} is not a name that AWS allows")
            else:
                made[key] = self.series(groups, key, known, f"{name}.")
        return made

    def series(
        self, data: Mapping[str, Any], name: str, known: Mapping[str, str], place: str = ""
    ) -> dict[str, Series]:
        table = self.table(data, name)
        self.keys(f"{place}{name}.", table, tuple(known))
        return {
            key: self.values(f"{place}{name}.{key}", values) for key, values in table.items() if key in known
        }

    def values(self, place: str, values: object) -> Series:
        if not isinstance(values, list):
            self.bad(place, f"{shown(values)} is not a list of values")
            return ()
        if len(values) != self.points:
            self.bad(place, f"{len(values):,} values where points says {self.points:,}")
        # The type of each value, once for the whole list: most lists hold integers and gaps only.
        kinds = set(map(type, values))
        if not kinds <= {int, float, type(None)}:
            index = next(
                i for i, value in enumerate(values) if value.__class__ not in (int, float, type(None))
            )
            self.bad(place, f"value {index}: {shown(values[index])} is not a number; a gap is null")
            return ()
        if float in kinds:
            odd = next(
                (
                    i
                    for i, value in enumerate(values)
                    if value.__class__ is float and (value != value or value in (float("inf"), float("-inf")))
                ),
                None,
            )
            if odd is not None:
                self.bad(place, f"value {odd}: {values[odd]} is not a number; a gap is null")
                return ()
            values = whole(values)
        present = values if kinds == {int} else [value for value in values if value is not None]
        if present and min(present) < 0:
            index = next(i for i, value in enumerate(values) if value is not None and value < 0)
            self.bad(place, f"value {index}: {values[index]} is below zero")
        elif sum(present) > MOST:
            self.bad(place, "larger values than AWS ever counts")
        return values
