"""What was measured of one stream, and the versioned JSON document that keeps it.

A history is data as CloudWatch and Kinesis gave it: series of sums and maxima on one clock, and what the
stream looked like when it was read. ``None`` in a series is a gap, which is not a quiet minute; ``None`` in a
field is unknown, which is not zero. Everything that ``suggest`` says, it says from one of these. Nothing here
reads a file or asks AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from shardcalc.core.text import BadFields, BadValue, read_count, shown
from shardcalc.core.workload.reading import NAME as NAME
from shardcalc.core.workload.reading import read_fields, read_name
from shardcalc.core.workload.workload import read_region, read_retention

Series = Sequence[int | float | None]
"""One value a period, the i-th at ``start + i * period``; None is a gap."""


MODES: Final = ("PROVISIONED", "ON_DEMAND")
"""A stream's capacity mode, as AWS names it; ON_DEMAND is both Standard and Advantage."""

LATEST: Final = 4_102_444_800
"""The year 2100: a time after it is a mistake of units."""
MOST: Final = 10**21
"""More bytes, records, calls or milliseconds than any series adds up to."""
MOST_POINTS: Final = 1_000_000
"""More periods than any metric is kept for: those of nearly two years at one minute."""


@dataclass(frozen=True, slots=True)
class AccountQuota:
    """What DescribeLimits says of the account in the stream's Region."""

    shard_limit: int
    open_shard_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Series of sums and maxima on one clock."""

    start: int
    """Epoch seconds of the first period's begin."""
    period: int
    """Seconds."""
    points: int
    """How many periods there are; every series has one value for each."""
    metrics: Mapping[str, Series]
    """By the keys of :data:`STREAM_METRICS`; a metric that was not read is absent."""
    consumers: Mapping[str, Mapping[str, Series]] = field(default_factory=dict)
    """By consumer name, then by the keys of :data:`CONSUMER_METRICS`."""
    shards: Mapping[str, Mapping[str, Series]] = field(default_factory=dict)
    """By shard id, then by the keys of :data:`SHARD_METRICS`; closed parents too, while they had traffic."""

    @property
    def end(self) -> int:
        """Epoch seconds at which the last period ends."""
        return self.start + self.points * self.period


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Measurements):
    """What was measured of one stream, at the finest period. A field that is None is unknown."""

    older: tuple[Measurements, ...] = ()
    """What was measured before ``start``, in coarser periods, the newest first: CloudWatch keeps no finer
    ones for so long. Each ends where the one before it starts."""
    stream: str | None = None
    region: str | None = None
    arn: str | None = None
    mode: str | None = None
    """One of :data:`MODES`."""
    status: str | None = None
    """As AWS names it: ACTIVE, UPDATING, CREATING, DELETING."""
    open_shards: int | None = None
    """When it was read; closed parents do not count."""
    retention_hours: int | None = None
    enhanced_metrics: tuple[str, ...] | None = None
    """Shard-level metrics that are switched on; empty when none is."""
    registered: tuple[str, ...] | None = None
    """Names of the consumers registered for fan-out when it was read; empty when there is none."""
    max_record_size_kib: int | None = None
    warm_throughput_mibps: int | None = None
    created: int | None = None
    """Epoch seconds."""
    account: AccountQuota | None = None
    read_at: str | None = None
    """When AWS was asked, as ISO 8601 text."""

    @property
    def which(self) -> str | None:
        """The stream as a command for AWS names it: by its ARN where that is known, so that a shell with
        other credentials cannot change a stream of the same name.
        """
        return self.arn or self.stream

    @property
    def account_number(self) -> str:
        """The number of the account that owns it; empty when it is not known."""
        return self.arn.split(":")[4] if self.arn else ""

    @property
    def parts(self) -> tuple[Measurements, ...]:
        """All that was measured, the finest and newest first."""
        return (self, *self.older)

    @property
    def begin(self) -> int:
        """Epoch seconds at which the oldest part starts."""
        return self.parts[-1].start


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def whole(series: Iterable[int | float | None]) -> list[int | float | None]:
    """A series with whole floats as integers, which is what a sum of bytes, records or calls is."""
    return [int(value) if value.__class__ is float and value.is_integer() else value for value in series]


# ── what a file does not say ─────────────────────────────────────────────────────────────────────


def complete(history: History, said: Mapping[str, object]) -> History:
    """Fill in fields that are unknown from what somebody says of the stream, as text.

    Raises:
        BadFields: listing every field that cannot be read, or that the history knows to be otherwise.
    """
    problems = []
    values = read_fields(said, _SAID)
    fields: dict[str, Any] = {}
    for name, value in values.items():
        known = getattr(history, _FIELD[name])
        if known is not None and known != value:
            problems.append(
                (
                    name,
                    f"{shown(value)} is not what the file says: {shown(known)}; remove the flag, or check "
                    "that it is the right file",
                )
            )
        fields[_FIELD[name]] = value
    if problems:
        raise BadFields(problems)
    return replace(history, **fields)


def _read_mode(value: object) -> str:
    text = str(value).strip().upper().replace("-", "_")
    if text not in MODES:
        raise BadValue(f"{shown(value)} is not a capacity mode; write {' or '.join(MODES)}")
    return text


def _read_hours(value: object) -> int:
    hours = read_retention(value).in_hours
    if hours.denominator != 1:
        raise BadValue(f"{shown(value)} is not a retention: whole hours")
    return int(hours)


_SAID: Final[Mapping[str, Any]] = {
    "stream": read_name,
    "region": read_region,
    "mode": _read_mode,
    "current": lambda value: read_count(value, "a shard count", least=1),
    "retention": _read_hours,
}
_FIELD: Final = {
    "stream": "stream",
    "region": "region",
    "mode": "mode",
    "current": "open_shards",
    "retention": "retention_hours",
}


def moment(epoch: int) -> datetime:
    """A point in time, in UTC."""
    return datetime.fromtimestamp(epoch, UTC)
