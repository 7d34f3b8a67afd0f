"""From what CloudWatch counted to what was asked of the stream, limit by limit and period by period.

CloudWatch counts what was accepted; what was rejected was asked for too. Rates are sums over their period,
never averages. All amounts are whole bytes, records or calls in one period, and ``GAP`` where nothing is
known: plain integers, because a history holds many. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import compress
from math import ceil
from typing import Any, Final, NamedTuple, Self, TypeVar, cast

from shardcalc.core.facts import Fact, Limits
from shardcalc.core.history.metrics import (
    CONSUMER_METRICS,
    FAN_OUT_BYTES,
    FAN_OUT_LAG,
    GET_BYTES,
    GET_CALLS,
    GET_SUCCESS,
    INCOMING_BYTES,
    INCOMING_RECORDS,
    ITERATOR_AGE,
    READ_THROTTLED,
    STREAM_METRICS,
    WRITE_THROTTLED,
)
from shardcalc.core.history.model import History, Measurements, Series
from shardcalc.core.units import Duration

GAP: Final = -1
"""No value: nothing is known of this period. An amount is never negative, so every value that is not above
``GAP`` is a gap, also a gap that was multiplied; ``amount > GAP`` is the test."""

Amounts = Sequence[int]

WRITING: Final = (INCOMING_BYTES, INCOMING_RECORDS, WRITE_THROTTLED)
READING: Final = (GET_BYTES, GET_SUCCESS, GET_CALLS, READ_THROTTLED)
RECEIVING: Final = (FAN_OUT_BYTES, FAN_OUT_LAG)
"""Metrics that have a point whenever something is written, polled for, or pushed to a consumer, and none
while nothing is: CloudWatch publishes no point for silence."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What was asked of one limit that grows with shards."""

    name: str
    title: str
    base_name: str
    fact: Fact[Any]
    """The limit of one shard."""
    measured: Measure
    """Bytes or records of the whole stream."""
    consumer: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What producers wrote and wanted to write."""

    accepted_bytes: Measure
    accepted_records: Measure
    throttled: Measure | None
    """Records that were rejected, retries counted each time; None when that is not known."""
    demand_bytes: Measure
    """With the rejected records, at the mean size of those accepted in the same period; rounded up to whole
    bytes."""
    demand_records: Measure

    @property
    def rejected(self) -> int:
        """Records that are known to have been rejected."""
        return 0 if self.throttled is None else self.throttled.total


def recent(history: History, days: int | None) -> History:
    """The last ``days`` days of a history; all of it when it is no longer than that, or ``days`` is None."""
    if days is None or history.end - history.begin <= days * 86_400:
        return history
    since = history.end - max(days * 86_400, history.period)
    older = tuple(_since(part, since) for part in history.older if part.end - part.period >= since)
    return replace(_since(history, since), older=older)


Part = TypeVar("Part", bound=Measurements)


def _since(part: Part, since: int) -> Part:
    """The periods that begin at a time or later."""
    skip = max(0, -(-(since - part.start) // part.period))
    if not skip:
        return part

    def cut(of: Mapping[str, Series]) -> dict[str, Series]:
        return {key: series[skip:] for key, series in of.items()}

    return replace(
        part,
        start=part.start + skip * part.period,
        points=part.points - skip,
        metrics=cut(part.metrics),
        consumers={name: cut(of) for name, of in part.consumers.items()},
        shards={name: cut(of) for name, of in part.shards.items()},
    )


def coarser(part: Measurements, period: int) -> Measurements:
    """The stream's and its consumers' series in longer periods: sums of them, and the maxima of ages.

    Periods are put together from the end; what is left at the beginning is left out.
    """
    each = period // part.period
    skip = part.points % each

    def put(of: Mapping[str, Series]) -> dict[str, Series]:
        return {name: _put_together(series, skip, each, _STATISTIC[name]) for name, series in of.items()}

    known = {name: series for name, series in part.metrics.items() if name in _STATISTIC}
    return Measurements(
        start=part.start + skip * part.period,
        period=period,
        points=part.points // each,
        metrics=put(known),
        consumers={
            name: put({key: series for key, series in of.items() if key in _STATISTIC})
            for name, of in part.consumers.items()
        },
    )


_STATISTIC: Final = {**STREAM_METRICS, **CONSUMER_METRICS}


def _put_together(series: Series, skip: int, each: int, statistic: str) -> Series:
    whole = max if statistic == "Maximum" else sum
    if None not in series:
        return [whole(series[index : index + each]) for index in range(skip, len(series), each)]  # type: ignore[arg-type, type-var]
    made: list[int | float | None] = []
    for index in range(skip, len(series), each):
        known = [value for value in series[index : index + each] if value is not None]
        made.append(whole(known) if known else None)
    return made


class Measure(NamedTuple):
    """The amounts of one metric, with what everybody asks of them."""

    amounts: Amounts
    known: int
    """How many periods are no gap; at least one."""
    total: int
    """Over all periods that are no gap."""
    peak: int

    def mean(self, period: int) -> Fraction:
        """The amount of a second, over all periods that are no gap."""
        return Fraction(self.total, self.known * period)


def measure(series: Series | None) -> Measure | None:
    """Look at a metric; None when it was not read or has no point at all.

    A part of a byte, record or call is rounded up to a whole one.
    """
    if not series:
        return None
    whole = cast("Amounts", series)
    try:
        # The sum tells in one go whether all values are integers, and most series are.
        added: object = sum(whole)
    except TypeError:
        added = None
    if added.__class__ is int:
        return Measure(whole, len(whole), added, max(whole))
    amounts = [GAP if value is None else value for value in series]
    return of_amounts(amounts if sum(amounts).__class__ is int else list(map(ceil, amounts)))  # type: ignore[arg-type]


def of_amounts(amounts: Amounts) -> Measure | None:
    """Look at amounts; None when all are gaps."""
    gaps = amounts.count(GAP)
    # Each gap counts as GAP in the sum.
    return (
        Measure(amounts, len(amounts) - gaps, sum(amounts) - GAP * gaps, max(amounts))
        if gaps < len(amounts)
        else None
    )


@dataclass(frozen=True, slots=True)
class Readings:
    """Measurements with each metric looked at once; those without a point are left out."""

    part: Measurements
    metrics: Mapping[str, Measure]
    consumers: Mapping[str, Mapping[str, Measure]]
    quiet: int = 0
    """Periods in which nobody wrote: no metric of writing has a point, and each counts as zero."""

    @classmethod
    def of(cls, part: Measurements, since: int | None = None) -> Self:
        """Look at measurements.

        Args:
            part: the measurements.
            since: epoch seconds from which a period in which no metric of writing (or of reading) has a point
                is a quiet one, because CloudWatch publishes none for silence; None for never.
        """
        first = part.points if since is None else max(0, -(-(since - part.start) // part.period))
        metrics, consumers, quiet = dict(part.metrics), {}, 0
        for group in (WRITING, READING):
            silent = _silent(metrics, group, first)
            metrics |= _filled(metrics, group, silent)
            quiet = len(silent) if group is WRITING else quiet
        for name, of in part.consumers.items():
            silent = _silent(of, RECEIVING, first)
            consumers[name] = _looked_at({**of, **_filled(of, RECEIVING[:1], silent)})
        return cls(part, _looked_at(metrics), consumers, quiet)

    def time(self, index: int) -> int:
        """Epoch seconds at which a period begins."""
        return self.part.start + index * self.part.period

    def peak_time(self, measured: Measure) -> int:
        """Epoch seconds at which the busiest period begins."""
        return self.time(measured.amounts.index(measured.peak))

    @property
    def polled(self) -> bool | None:
        """Whether anybody called GetRecords; None when that is not known."""
        made = self.metrics.get(GET_SUCCESS) or self.metrics.get(GET_CALLS) or self.metrics.get(GET_BYTES)
        return None if made is None else made.peak > 0


def _silent(table: Mapping[str, Series], group: Sequence[str], first: int) -> Sequence[int]:
    """The periods from the first on in which no metric of a group has a point, although the first two of the
    group, which have one whenever something happens, were read.
    """
    if any(name not in table or None not in table[name] for name in group[:2]):
        return ()
    columns = [table[name][first:] for name in group if name in table]
    nothing = (None,) * len(columns)
    return [index for index, row in enumerate(zip(*columns, strict=True), first) if row == nothing]


def _filled(table: Mapping[str, Series], group: Sequence[str], silent: Sequence[int]) -> dict[str, Series]:
    made: dict[str, Series] = {}
    for name in group if silent else ():
        if name in table:
            series = list(table[name])
            for index in silent:
                series[index] = 0
            made[name] = series
    return made


def first_point(part: Measurements) -> int | None:
    """Epoch seconds of the first period in which something was written or rejected; None where there is
    none.
    """
    columns = [part.metrics[name] for name in WRITING if name in part.metrics]
    firsts = (next((at for at, value in enumerate(of) if value is not None), None) for of in columns)
    found = [at for at in firsts if at is not None]
    return part.start + min(found) * part.period if found else None


def _looked_at(table: Mapping[str, Series]) -> dict[str, Measure]:
    return {key: made for key, series in table.items() if (made := measure(series)) is not None}


def traffic(readings: Readings) -> Traffic | None:
    """What was written and wanted; None when bytes or records are unknown for the whole time.

    Demand is accepted plus rejected records. Producers try again after a rejection, and each try counts:
    demand is an upper bound. Bytes grow by the same ratio as records, since nobody counts the bytes of
    rejected records.
    """
    sizes, records = readings.metrics.get(INCOMING_BYTES), readings.metrics.get(INCOMING_RECORDS)
    if sizes is None or records is None:
        return None
    throttled = readings.metrics.get(WRITE_THROTTLED)
    if throttled is None or not throttled.peak:
        return Traffic(sizes, records, throttled, sizes, records)
    accepted, counts = sizes.amounts, records.amounts
    wanted_bytes, wanted_records = list(accepted), list(counts)
    for index in compress(range(len(counts)), throttled.amounts):
        rejected = throttled.amounts[index]
        if rejected <= GAP or counts[index] <= GAP:
            continue
        wanted_records[index] += rejected
        if counts[index] and accepted[index] > GAP:
            wanted_bytes[index] = -(-accepted[index] * wanted_records[index] // counts[index])
        elif records.total:
            # Nothing was accepted in this period, so the mean size over all periods is used.
            wanted_bytes[index] = -(-sizes.total * wanted_records[index] // records.total)
        else:
            wanted_bytes[index] = GAP
    return Traffic(
        sizes, records, throttled, of_amounts(wanted_bytes) or sizes, of_amounts(wanted_records) or records
    )


def demands(readings: Readings, written: Traffic, limits: Limits) -> Iterator[Demand]:
    """What was asked of each limit that the history tells something about, all shards alike."""
    yield Demand("write-bytes", "write bytes", "write", limits.write_bytes, written.demand_bytes)
    yield Demand("write-records", "write records", "write", limits.write_records, written.demand_records)
    hold = limits.iterator_age_hold.value
    read = readings.metrics.get(GET_BYTES)
    if read is not None:
        read = _without_backlog(readings, read, readings.metrics.get(ITERATOR_AGE), written, hold)
        yield Demand("read-bytes", "shared read bytes", "read", limits.read_bytes, read)
    for name, of in readings.consumers.items():
        if FAN_OUT_BYTES in of:
            pushed = _without_backlog(readings, of[FAN_OUT_BYTES], of.get(FAN_OUT_LAG), written, hold)
            title = f"fan-out bytes of {name}"
            yield Demand("fan-out-bytes", title, "read", limits.fan_out_bytes, pushed, consumer=name)


def _without_backlog(
    readings: Readings, read: Measure, age: Measure | None, written: Traffic, hold: Duration
) -> Measure:
    """What would have been read without a backlog, which more shards do not shorten.

    A reader that is far behind reads as fast as it can. From the period in which it lags more than ``hold``
    until it lags no more than a period, it counts with what it reads of each byte written in the other
    periods; with what it read where there are none.
    """
    if age is None or _milliseconds(age.peak) <= hold:
        return read
    most, calm = hold.amount * 1000, readings.part.period * 1000
    behind, is_behind = [], False
    for lag in age.amounts:
        is_behind = lag > calm if is_behind and lag > GAP else is_behind or lag > most
        behind.append(is_behind)
    sizes = written.accepted_bytes.amounts
    pairs = [
        (out, size)
        for out, size, late in zip(read.amounts, sizes, behind, strict=True)
        if not late and out > GAP and size > GAP
    ]
    taken, given = sum(out for out, _ in pairs), sum(size for _, size in pairs)
    if not given:
        return read
    usual = [
        min(out, -(-size * taken // given)) if late and out > GAP and size > GAP else out
        for out, size, late in zip(read.amounts, sizes, behind, strict=True)
    ]
    return of_amounts(usual) or read


def calls(readings: Readings) -> Measure | None:
    """GetRecords calls of the whole stream in each period, rejected ones included; None when unknown."""
    made = readings.metrics.get(GET_SUCCESS) or readings.metrics.get(GET_CALLS)
    rejected = readings.metrics.get(READ_THROTTLED)
    if made is None or rejected is None or not rejected.peak:
        return made
    return of_amounts(
        [
            GAP if count <= GAP else count + max(more, 0)
            for count, more in zip(made.amounts, rejected.amounts, strict=True)
        ]
    )


@dataclass(frozen=True, slots=True)
class Lag:
    """How far readers were behind, at worst."""

    reader: str
    """The consumer's name; empty for all shared consumers together."""
    worst: Duration
    at: int
    """Epoch seconds of the worst period."""
    latest: Duration | None
    """The worst of the last day; None when nothing is known of it."""


def lags(readings: Readings) -> Iterator[Lag]:
    """The lag of the shared consumers together, and of each fan-out consumer that tells it."""
    ages = [
        ("", readings.metrics.get(ITERATOR_AGE)),
        *((name, of.get(FAN_OUT_LAG)) for name, of in readings.consumers.items()),
    ]
    day = 86_400 // readings.part.period
    for reader, age in ages:
        if age is not None:
            latest = max(age.amounts[-day:])
            yield Lag(
                reader,
                _milliseconds(age.peak),
                readings.peak_time(age),
                None if latest <= GAP else _milliseconds(latest),
            )


def _milliseconds(number: int) -> Duration:
    return Duration(Fraction(number, 1000))


def points(written: Traffic) -> int:
    """How many periods have both bytes and records."""
    sizes, records = written.accepted_bytes, written.accepted_records
    if sizes.known == len(sizes.amounts) or records.known == len(records.amounts):
        return min(sizes.known, records.known)
    pairs = zip(sizes.amounts, records.amounts, strict=True)
    return len([size for size, count in pairs if size > GAP < count])
