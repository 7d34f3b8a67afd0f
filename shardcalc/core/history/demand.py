"""From what CloudWatch counted to what was asked of the stream, limit by limit and period by period.

CloudWatch counts what was accepted; what was rejected was asked for too. Rates are sums over their period,
never averages. All amounts are whole bytes, records or calls in one period, and ``GAP`` where nothing is
known: plain integers, because a history holds many. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import compress, repeat
from math import ceil, lcm
from operator import mul
from typing import Any, Final, NamedTuple, Self, TypeVar, cast

from shardcalc.core.facts import Fact, Limits
from shardcalc.core.history.metrics import (
    FAN_OUT_BYTES,
    FAN_OUT_LAG,
    GET_BYTES,
    GET_CALLS,
    GET_SUCCESS,
    INCOMING_BYTES,
    INCOMING_RECORDS,
    ITERATOR_AGE,
    READ_THROTTLED,
    WRITE_THROTTLED,
)
from shardcalc.core.history.model import History, Measurements, Series
from shardcalc.core.units import Duration, ceil_div

GAP: Final = -1
"""No value: nothing is known of this period. An amount is never negative, so every value that is not above
``GAP`` is a gap, also a gap that was multiplied; ``amount > GAP`` is the test."""

Amounts = Sequence[int]


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
    open_shards: Amounts | None = None
    """For the hottest shard, the shards that were open: ``measured`` is its traffic as often as there were
    shards."""
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
    """A history with each metric looked at once; those without a point are left out."""

    history: History
    metrics: Mapping[str, Measure]
    consumers: Mapping[str, Mapping[str, Measure]]

    @classmethod
    def of(cls, history: History) -> Self:
        """Look at a history."""
        consumers = {name: _looked_at(of) for name, of in history.consumers.items()}
        return cls(history, _looked_at(history.metrics), consumers)

    def time(self, index: int) -> int:
        """Epoch seconds at which a period begins."""
        return self.history.start + index * self.history.period

    def peak_time(self, measured: Measure) -> int:
        """Epoch seconds at which the busiest period begins."""
        return self.time(measured.amounts.index(measured.peak))


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
    """What was asked of each limit that the history tells something about."""
    yield Demand("write-bytes", "write bytes", "write", limits.write_bytes, written.demand_bytes)
    yield Demand("write-records", "write records", "write", limits.write_records, written.demand_records)
    yield from _hottest(readings.history, written, limits)
    read = readings.metrics.get(GET_BYTES)
    if read is not None:
        yield Demand("read-bytes", "shared read bytes", "read", limits.read_bytes, read)
    for name, of in readings.consumers.items():
        if FAN_OUT_BYTES in of:
            yield Demand(
                "fan-out-bytes",
                f"fan-out bytes of {name}",
                "read",
                limits.fan_out_bytes,
                of[FAN_OUT_BYTES],
                consumer=name,
            )


def _hottest(history: History, written: Traffic, limits: Limits) -> Iterator[Demand]:
    """The busiest shard's traffic times the number of open shards: what the stream must carry to give that
    shard enough capacity.

    Spread over N shards, the busiest keeps its multiple of the mean shard, so the stream needs as many shards
    as if each took what the busiest took.
    """
    for key, name, title, fact, accepted, wanted in (
        (
            INCOMING_BYTES,
            "hottest-shard-bytes",
            "hottest shard, bytes",
            limits.write_bytes,
            written.accepted_bytes,
            written.demand_bytes,
        ),
        (
            INCOMING_RECORDS,
            "hottest-shard-records",
            "hottest shard, records",
            limits.write_records,
            written.accepted_records,
            written.demand_records,
        ),
    ):
        nothing: Amounts = (GAP,) * history.points
        looked_at = [measure(of[key]) for of in history.shards.values() if key in of]
        shards = [nothing if of is None else of.amounts for of in looked_at]
        if not any(looked_at):
            continue
        busiest = list(map(max, *shards)) if len(shards) > 1 else list(shards[0])
        alive = _alive(shards, history.points)
        if wanted is not accepted:
            for index, (asked, taken) in enumerate(zip(wanted.amounts, accepted.amounts, strict=True)):
                # A shard's rejected records are not counted apart, so it gets its share of the stream's.
                if 0 < taken < asked and busiest[index] > 0:
                    busiest[index] = -(-busiest[index] * asked // taken)
        times = of_amounts(
            [GAP if hot <= GAP else hot * count for hot, count in zip(busiest, alive, strict=True)]
        )
        if times is not None:  # pragma: no branch - a shard that was measured has a point
            yield Demand(name, title, "busiest shard", fact, times, alive)


def _alive(shards: Sequence[Amounts], points: int) -> Amounts:
    """How many shards were open in each period: each from its first point to its last, and throughout when it
    has none.
    """
    change = [0] * (points + 1)
    for series in shards:
        first = next((index for index, value in enumerate(series) if value > GAP), 0)
        last = next((points - index for index, value in enumerate(reversed(series)) if value > GAP), points)
        change[first] += 1
        change[last] -= 1
    alive, count = [], 0
    for step in change[:points]:
        count += step
        alive.append(count)
    return alive


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
    day = 86_400 // readings.history.period
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


# ── all limits in one unit ───────────────────────────────────────────────────────────────────────


class Load(NamedTuple):
    """What was asked in each period of the limit that was nearest to its capacity, in parts of what a shard
    carries.
    """

    series: list[int]
    """Negative where nothing is known."""
    ordered: list[int]
    """The known ones, ascending."""
    shard: int
    """What one shard carries in a period, in the same unit."""
    weights: tuple[int, ...]
    """By which each demand's amounts were multiplied to come to this unit."""

    def shards(self, load: int, reserve: Fraction) -> int:
        """The shards that carry a load times a reserve, at least one."""
        return max(1, ceil_div(reserve * load, self.shard))

    def quantile(self, share: Fraction) -> int:
        """The load that so large a share of the periods does not exceed: the nearest rank."""
        return self.ordered[max(0, ceil_div(share * len(self.ordered)) - 1)]


def bring_together(asked: Sequence[Demand], burst: Fraction, period: int) -> Load:
    """Bring all demands to one unit and take the largest of each period.

    What one shard carries in a period is a different number for bytes and for records, so each demand is
    multiplied to a common multiple of them: then whole numbers compare across limits, and nothing is rounded
    before the shards are.
    """
    carries = [demand.fact.value.amount * period / burst for demand in asked]
    shard = lcm(*(amount.numerator for amount in carries))
    weights = tuple(int(shard / amount) for amount in carries)
    # A gap times a weight stays negative, and so loses against anything known.
    scaled = [
        map(mul, demand.measured.amounts, repeat(weight))
        for demand, weight in zip(asked, weights, strict=True)
    ]
    series = list(scaled[0])
    for more in scaled[1:]:
        series = [one if one > two else two for one, two in zip(series, more, strict=True)]
    ordered = sorted(series)
    return Load(series, ordered[bisect_left(ordered, 0) :], shard, weights)


def points(written: Traffic) -> int:
    """How many periods have both bytes and records."""
    sizes, records = written.accepted_bytes, written.accepted_records
    if sizes.known == len(sizes.amounts) or records.known == len(records.amounts):
        return min(sizes.known, records.known)
    pairs = zip(sizes.amounts, records.amounts, strict=True)
    return len([size for size, count in pairs if size > GAP < count])
