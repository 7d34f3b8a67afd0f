"""From what CloudWatch counted to what was asked of the stream, limit by limit and period by period.

CloudWatch counts what was accepted; what was rejected was asked for too. Rates are sums over their period, never
averages. All amounts are whole bytes, records or calls in one period, and ``GAP`` where nothing is known: plain
integers, because a history holds many. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, lcm
from typing import Any, Final, NamedTuple

from .facts import Fact, Limits
from .history import (
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
    History,
    Series,
)
from .units import Duration, ceil_div

GAP: Final = -1
"""No value: nothing is known of this period. Amounts are never negative."""

Amounts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Demand:
    """What was asked of one limit that grows with shards."""

    name: str
    title: str
    base_name: str
    fact: Fact[Any]
    """The limit of one shard."""
    amounts: Amounts
    """Bytes or records in each period, of the whole stream."""
    open_shards: Amounts | None = None
    """For the hottest shard, the shards that were open: ``amounts`` is its traffic as often as there were shards."""
    consumer: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What producers wrote and wanted to write."""

    accepted_bytes: Amounts
    accepted_records: Amounts
    throttled: Amounts | None
    """Records that were rejected, retries counted each time; None when the metric was not read."""
    demand_bytes: Amounts
    """With the rejected records, at the mean size of those accepted in the same period; rounded up to whole bytes."""
    demand_records: Amounts


def recent(history: History, days: int | None) -> History:
    """The last so many days of a history; all of it when it is no longer than that, or None is asked for."""
    keep = history.points if days is None else min(history.points, days * 86_400 // history.period)
    skip = history.points - keep
    if not skip:
        return history
    return replace(
        history,
        start=history.start + skip * history.period,
        points=keep,
        metrics={key: series[skip:] for key, series in history.metrics.items()},
        consumers={name: {key: series[skip:] for key, series in of.items()} for name, of in history.consumers.items()},
        shards={name: {key: series[skip:] for key, series in of.items()} for name, of in history.shards.items()},
    )


def whole_amounts(series: Series) -> Amounts:
    """A series as whole amounts: a part of a byte, record or call is rounded up to a whole one."""
    if set(map(type, series)) <= {int}:
        return series  # type: ignore[return-value]  # every value was just seen to be an int
    return [GAP if value is None else value if value.__class__ is int else ceil(value) for value in series]


def amounts(series: Series | None) -> Amounts | None:
    """The amounts of a metric, or None when it was not read or has no point at all."""
    if series is None:
        return None
    made = whole_amounts(series)
    return made if len(made) and max(made) != GAP else None


def time(history: History, index: int) -> int:
    """Epoch seconds at which a period begins."""
    return history.start + index * history.period


def known(series: Amounts) -> int:
    """How many periods are no gap."""
    return len(series) - series.count(GAP)


def total(series: Amounts) -> int:
    """The sum over all periods that are no gap."""
    # Each gap counts as GAP in the sum.
    return sum(series) - GAP * series.count(GAP)


def traffic(history: History) -> Traffic | None:
    """What was written and wanted; None when bytes or records are unknown for the whole time.

    Demand is accepted plus rejected records. Producers try again after a rejection, and each try counts: demand is an
    upper bound. Bytes grow by the same ratio as records, since nobody counts the bytes of rejected records.
    """
    accepted, records = amounts(history.metrics.get(INCOMING_BYTES)), amounts(history.metrics.get(INCOMING_RECORDS))
    if accepted is None or records is None:
        return None
    throttled = amounts(history.metrics.get(WRITE_THROTTLED))
    wanted_bytes, wanted_records = accepted, records
    if throttled is not None and max(throttled) > 0:
        all_bytes, all_records = total(accepted), total(records)
        wanted_bytes, wanted_records = list(accepted), list(records)
        for index, rejected in enumerate(throttled):
            if rejected <= 0 or records[index] == GAP:
                continue
            wanted_records[index] += rejected
            if records[index] and accepted[index] != GAP:
                wanted_bytes[index] = -(-accepted[index] * wanted_records[index] // records[index])
            elif all_records:
                # Nothing was accepted in this period, so the mean size of all the time has to stand in.
                wanted_bytes[index] = -(-all_bytes * wanted_records[index] // all_records)
            else:
                wanted_bytes[index] = GAP
    return Traffic(accepted, records, throttled, wanted_bytes, wanted_records)


def demands(history: History, written: Traffic, limits: Limits) -> Iterator[Demand]:
    """What was asked of each limit that the history tells something about."""
    yield Demand("write-bytes", "write bytes", "write", limits.write_bytes, written.demand_bytes)
    yield Demand("write-records", "write records", "write", limits.write_records, written.demand_records)
    yield from _hottest(history, written, limits)
    read = amounts(history.metrics.get(GET_BYTES))
    if read is not None:
        yield Demand("read-bytes", "shared read bytes", "read", limits.read_bytes, read)
    for name, of in history.consumers.items():
        pushed = amounts(of.get(FAN_OUT_BYTES))
        if pushed is not None:
            yield Demand("fan-out-bytes", f"fan-out bytes of {name}", "read", limits.fan_out_bytes, pushed, consumer=name)


def _hottest(history: History, written: Traffic, limits: Limits) -> Iterator[Demand]:
    """The busiest shard's traffic, as often as there were shards: so much the stream would have to carry to give it room.

    Spread over N shards, the busiest keeps its multiple of the mean shard, so the stream needs as many shards as if
    each took what the busiest took.
    """
    for key, name, title, fact, accepted, wanted in (
        (INCOMING_BYTES, "hottest-shard-bytes", "hottest shard, bytes", limits.write_bytes, written.accepted_bytes, written.demand_bytes),
        (INCOMING_RECORDS, "hottest-shard-records", "hottest shard, records", limits.write_records, written.accepted_records, written.demand_records),
    ):
        shards = [whole_amounts(of[key]) for of in history.shards.values() if key in of]
        if not shards:
            continue
        busiest = list(map(max, *shards)) if len(shards) > 1 else list(shards[0])
        if max(busiest) == GAP:
            continue
        alive = _alive(shards, history.points)
        for index, asked in enumerate(wanted):
            # The shard's own rejected records are not counted apart, so it gets its share of the stream's.
            if busiest[index] > 0 and 0 < accepted[index] < asked:
                busiest[index] = -(-busiest[index] * asked // accepted[index])
        times = [GAP if hot == GAP else hot * count for hot, count in zip(busiest, alive, strict=True)]
        yield Demand(name, title, "busiest shard", fact, times, alive)


def _alive(shards: Sequence[Amounts], points: int) -> Amounts:
    """How many shards were open in each period: each from its first point to its last, and throughout when it has none."""
    change = [0] * (points + 1)
    for series in shards:
        first = next((index for index, value in enumerate(series) if value != GAP), 0)
        last = next((points - index for index, value in enumerate(reversed(series)) if value != GAP), points)
        change[first] += 1
        change[last] -= 1
    alive, count = [], 0
    for step in change[:points]:
        count += step
        alive.append(count)
    return alive


def calls(history: History) -> Amounts | None:
    """GetRecords calls of the whole stream in each period, rejected ones included; None when unknown."""
    made = amounts(history.metrics.get(GET_SUCCESS))
    if made is None:
        made = amounts(history.metrics.get(GET_CALLS))
    rejected = amounts(history.metrics.get(READ_THROTTLED))
    if made is None or rejected is None or max(rejected) <= 0:
        return made
    return [GAP if count == GAP else count + max(more, 0) for count, more in zip(made, rejected, strict=True)]


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


def lags(history: History) -> Iterator[Lag]:
    """The lag of the shared consumers together, and of each fan-out consumer that tells it."""
    series = [("", history.metrics.get(ITERATOR_AGE))]
    series += [(name, of.get(FAN_OUT_LAG)) for name, of in history.consumers.items()]
    day = 86_400 // history.period
    for reader, values in series:
        ages = amounts(values)
        if ages is None:
            continue
        worst, latest = max(ages), max(ages[-day:])
        yield Lag(
            reader,
            Duration(Fraction(worst, 1000)),
            time(history, ages.index(worst)),
            None if latest == GAP else Duration(Fraction(latest, 1000)),
        )


# ── all limits in one unit ───────────────────────────────────────────────────────────────────────


class Load(NamedTuple):
    """What was asked in each period of the limit that was nearest to its capacity, in parts of what a shard carries."""

    series: list[int]
    """Negative where nothing is known."""
    ordered: list[int]
    """The known ones, ascending."""
    shard: int
    """What one shard carries in a period, in the same unit."""
    weights: tuple[int, ...]
    """By which each demand's amounts were multiplied to come to this unit."""

    def shards(self, load: int, headroom: Fraction) -> int:
        """The shards that carry a load with headroom on top, at least one."""
        return max(1, ceil_div((1 + headroom) * load, self.shard))

    def quantile(self, share: Fraction) -> int:
        """The load that so large a share of the periods does not exceed: the nearest rank."""
        return self.ordered[max(0, ceil_div(share * len(self.ordered)) - 1)]


def bring_together(asked: Sequence[Demand], burst: Fraction, period: int) -> Load:
    """Bring all demands to one unit and take the largest of each period.

    What one shard carries in a period is a different number for bytes and for records, so each demand is multiplied to
    a common multiple of them: then whole numbers compare across limits, and nothing is rounded before the shards are.
    """
    carries = [demand.fact.value.amount * period / burst for demand in asked]
    shard = lcm(*(amount.numerator for amount in carries))
    weights = tuple(int(shard / amount) for amount in carries)
    # A gap times a weight stays negative, and so loses against anything known.
    scaled = [[amount * weight for amount in demand.amounts] for demand, weight in zip(asked, weights, strict=True)]
    series = list(map(max, *scaled))
    ordered = sorted(series)
    return Load(series, ordered[bisect_left(ordered, 0) :], shard, weights)


def points(written: Traffic) -> int:
    """How many periods have both bytes and records."""
    if GAP not in written.accepted_bytes and GAP not in written.accepted_records:
        return len(written.accepted_bytes)
    return sum(size != GAP != count for size, count in zip(written.accepted_bytes, written.accepted_records, strict=True))
