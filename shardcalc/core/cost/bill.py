"""What a workload costs: every billing line, in each capacity mode.

A bill is a list of lines, quantity x price; its total is their exact sum. A price that is unknown makes its
line unknown and the total a lower bound. Capacity follows the peak, cost the mean. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, NamedTuple

from shardcalc.core.capacity.packing import Packing, aggregation
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits, Source, regions
from shardcalc.core.facts.prices import (
    ConsumerShardHours,
    GigabyteMonths,
    Gigabytes,
    MetricMonths,
    Price,
    PriceSheet,
    PutPayloadUnits,
    Q,
    ShardHours,
    StreamHours,
    exact_decimal,
)
from shardcalc.core.text import decimal, percent
from shardcalc.core.units import GIB, USD, Duration, Quantity, ceil_div
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.workload import Workload

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


DATA_IN: Final = ("data-in",)
DATA_OUT: Final = ("data-out", "fan-out-data", "long-term-retrieval")
"""The lines that count towards the floors of On-demand Advantage."""

AS_PLANNED: Final = "metrics of planned shards"
"""What is billed on demand, where nobody knows how many shards AWS will open."""

Bounds = tuple[Quantity, Quantity]


class CostLine(NamedTuple):
    """One line of a bill. Made by :func:`priced`, so that its cost follows from quantity and price."""

    name: str
    title: str
    quantity: Quantity
    price: Price[Any] | None
    """None: nobody could verify the price, so the cost is unknown."""
    cost: USD | None
    """Quantity x price, exactly; None when the price is unknown."""
    moved: Volume | None
    """What the quantity was counted from, where it was estimated because the mix of record sizes is not
    known."""
    factors: tuple[tuple[Fraction | int, str], ...]
    """What the quantity is the product of."""
    least: bool = False
    """Whether the quantity is only the least that it can be, because no record size is known."""

    @property
    def complete(self) -> bool:
        """Whether the cost is known, and not only the least that it can be."""
        return self.price is not None and not self.least

    @property
    def working(self) -> str:
        """How the quantity came about."""
        return " x ".join(f"{decimal(factor)} {name}" for factor, name in self.factors)

    def bounds(self, limits: Limits) -> Bounds | None:
        """The least and the most that the quantity can be for any mix of record sizes with the same mean;
        None when it is exact.
        """
        if self.moved is None:
            return None
        if self.name == "put-payload-units":
            least, most = self.moved.pieces_bounds(limits.put_payload_unit.value.amount)
            return PutPayloadUnits(least), PutPayloadUnits(most)
        unit = limits.on_demand_record_unit.value.amount
        least, most = self.moved.pieces_bounds(unit)
        return gigabytes(least * unit), gigabytes(most * unit)


def priced(
    name: str,
    title: str,
    quantity: Q,
    price: Price[Q] | None,
    *factors: tuple[Fraction | int, str],
    moved: Volume | None = None,
    least: bool = False,
) -> CostLine:
    """One line of a bill."""
    cost = None if price is None else price.cost(quantity)
    return CostLine(name, title, quantity, price, cost, moved, factors, least)


class Bill(NamedTuple):
    """What one stream costs in one mode over some hours. Made by :func:`billed`, so that its total follows
    from the lines.
    """

    mode: Mode
    region: str
    hours: Fraction
    lines: tuple[CostLine, ...]
    total: USD
    """The exact sum of the lines whose price is known; a lower bound unless :attr:`complete`."""

    @property
    def complete(self) -> bool:
        """Whether every line is known."""
        return all(line.complete for line in self.lines)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The names of lines whose price is unknown or not verified."""
        return tuple(line.name for line in self.lines if line.price is None or not line.price.verified)

    @property
    def oldest(self) -> date | None:
        """The oldest date of a price used; None when no price is known."""
        return min((line.price.date for line in self.lines if line.price is not None), default=None)

    def spread(self, limits: Limits) -> Spread:
        """What the bill is at least and at most, its discount taken off; in On-demand Advantage for one
        stream before the account's floors, which :meth:`RegionCost.spread` has.
        """
        return Spread(*(bill.total for bill in extremes(self, limits)))


class Spread(NamedTuple):
    """The least and the most that is to be paid, for any mix of record sizes with the mean that is known.

    Both are reached by some mix, and are equal where nothing is estimated. Lines without a price add nothing,
    as in :attr:`Bill.total`.
    """

    least: USD
    most: USD


class Volume(NamedTuple):
    """What passes through a stream in the hours that are billed, at the mean rate."""

    records: Fraction
    """Stream records: aggregates count once."""
    size: Fraction
    """Mean bytes of one."""
    mix: tuple[tuple[Fraction, Fraction], ...]
    """Sizes of stream records in bytes, each with its share; none when the mix is not known."""
    largest: int
    """Bytes of the largest that there can be."""
    least: bool = False
    """Whether no size is known: counts by record are the least that they can be."""

    @property
    def data(self) -> Fraction:
        """Bytes written."""
        return self.records * self.size

    @property
    def exact(self) -> bool:
        """Whether the mix of record sizes is known; counts by record are estimates when it is not."""
        return bool(self.mix)

    def pieces(self, size: Fraction) -> Fraction:
        """How many pieces of a size the records make, each record rounded up on its own."""
        if not self.mix:
            return self.records * max(1, ceil_div(self.size, size))
        return self.records * sum(share * max(1, ceil_div(record, size)) for record, share in self.mix)

    def pieces_bounds(self, size: Fraction) -> tuple[Fraction, Fraction]:
        """The fewest and the most pieces for any mix of records of whole bytes with this mean and largest.

        Both are sharp: a mix of two sizes reaches each. Most pieces come of sizes one byte above a whole
        number of pieces, fewest of whole pieces; above the last whole piece, of those and the largest.
        """
        mean, most = max(self.size, ONE), ceil_div(Fraction(self.largest), size)
        whole = (most - 1) * size
        fewest = max(ONE, mean / size)
        if mean > whole and most > 1:
            fewest = most - 1 + (mean - whole) / (self.largest - whole)
        return self.records * fewest, self.records * min(Fraction(most), (mean - 1) / size + 1)


def gigabytes(size: Fraction | int) -> Gigabytes:
    """Bytes as AWS bills them: its GB is 2^30 bytes."""
    return Gigabytes(Fraction(size) / GIB)


def volume(workload: Workload, packing: Packing, hours: Fraction, limits: Limits) -> Volume:
    """What a workload writes in this number of hours at its mean rate.

    The largest record is ``max_size``; where that is not declared, the largest that the stream accepts. An
    aggregate can be as large as its target, and its mean is that of full ones.
    """
    records = workload.rps.mean.amount * _seconds(hours)
    largest = workload.max_size or workload.max_record_size or limits.record_size_default.value
    mix: tuple[tuple[Fraction, Fraction], ...] = ()
    packed = aggregation(workload, limits)
    if packing.records > 1 and packed is not None:
        records /= packing.records
        largest = max(largest, packed.target_size)
    else:
        mix = tuple((part.size.amount, part.share) for part in workload.sizes)
        if workload.size_assumed:
            mix = ((packing.size.amount, ONE),)
    top = ceil_div(max(largest, packing.size).amount)
    return Volume(records, packing.size.amount, mix, top, workload.size_assumed)


@lru_cache(16)
def _seconds(hours: Fraction) -> Fraction:
    return hours * 3600


def billed(mode: Mode, region: str, hours: Fraction, lines: Sequence[CostLine]) -> Bill:
    """A bill of these lines."""
    return Bill(mode, region, hours, tuple(lines), total([line.cost for line in lines]))


def total(costs: Iterable[USD | None]) -> USD:
    """The exact sum of what is known."""
    known = [cost.amount for cost in costs if cost is not None]
    return USD(sum(known[1:], known[0])) if known else USD(0)


def provisioned_bill(
    workload: Workload, packing: Packing, shards: int, prices: PriceSheet, limits: Limits, hours: Fraction
) -> Bill:
    """The bill of a provisioned stream with this number of open shards.

    Source: https://aws.amazon.com/kinesis/data-streams/pricing/
    """
    moved = volume(workload, packing, hours, limits)
    shard_hours = ShardHours(hours * shards)
    units = PutPayloadUnits(moved.pieces(limits.put_payload_unit.value.amount))
    lines = [
        priced(
            "shard-hours", "shard-hours", shard_hours, prices.shard_hour, (shards, "shards"), (hours, "h")
        ),
        priced(
            "put-payload-units",
            "PUT payload units",
            units,
            prices.put_payload_unit,
            moved=None if moved.exact else moved,
            least=moved.least,
        ),
    ]
    retention = workload.retention
    if retention is not None and retention > limits.retention_least.value:
        lines.append(
            priced(
                "extended-retention",
                "extended retention",
                shard_hours,
                prices.extended_shard_hour,
                (shards, "shards"),
                (hours, "h"),
            )
        )
    if retention is not None and retention > limits.extended_retention_most.value:
        stored = _stored(moved, retention - limits.extended_retention_most.value, hours, limits)
        lines.append(priced("long-term-retention", "long-term retention", stored, prices.long_term_storage))
    read = _old_reads(workload, hours, limits)
    if read:
        lines.append(priced("long-term-retrieval", "long-term retrieval", read, prices.long_term_retrieval))
    fan_out = workload.fan_out
    if fan_out:
        consumer_hours = ConsumerShardHours(fan_out * shards * hours)
        factors = (fan_out, "consumers"), (shards, "shards"), (hours, "h")
        lines.append(
            priced(
                "consumer-shard-hours",
                "consumer-shard-hours",
                consumer_hours,
                prices.fan_out_consumer_shard_hour,
                *factors,
            )
        )
        lines.append(
            priced("fan-out-data", "fan-out data", gigabytes(moved.data * fan_out), prices.fan_out_data)
        )
    lines += _metrics(workload, shards, "shard-level metrics", limits, hours)
    return billed(Mode.PROVISIONED, workload.region, hours, lines)


def _metrics(
    workload: Workload, shards: int, title: str, limits: Limits, hours: Fraction
) -> Iterator[CostLine]:
    """The shard-level metrics that are switched on: CloudWatch bills each of every shard as a custom metric.

    At the price of the first tier, which is the same wherever it is known; AWS takes less for very many.
    """
    count, fact = len(workload.enhanced_metrics), limits.custom_metric_month
    if not count:
        return
    price = Price(
        fact.name,
        fact.value,
        MetricMonths,
        fact.source,
        fact.date,
        fact.confidence,
        exact_decimal(fact.value.amount),
        fact.note,
    )
    share = months(hours, limits)
    yield priced(
        "enhanced-metrics",
        title,
        MetricMonths(count * shards * share),
        None if workload.region in regions().metrics_unpriced else price,
        (count, "metrics"),
        (shards, "shards"),
        (share, "months"),
    )


def _stored(moved: Volume, kept: Duration, hours: Fraction, limits: Limits) -> GigabyteMonths:
    """What is stored at any time because it is kept so long, for the part of a month that is billed."""
    rate = moved.data / (hours * 3600)
    return GigabyteMonths(rate * kept.amount / GIB * months(hours, limits))


def _old_reads(workload: Workload, hours: Fraction, limits: Limits) -> Gigabytes:
    """What is read of records older than seven days; none where the retention leaves nothing so old."""
    read, retention = workload.long_term_reads, workload.retention
    if read is None or retention is None or retention <= limits.extended_retention_most.value:
        return Gigabytes(0)
    return gigabytes(read.amount * months(hours, limits))


def months(hours: Fraction, limits: Limits) -> Fraction:
    """How many months this number of hours is, for what is charged by the month: 28 to 31 days are one month,
    other hours are counted in usual months.
    """
    return ONE if 28 * 24 <= hours <= 31 * 24 else hours / limits.month.value.in_hours


def standard_bill(
    workload: Workload, packing: Packing, shards: int, prices: PriceSheet, limits: Limits, hours: Fraction
) -> Bill:
    """The bill of a stream in On-demand Standard: no consumer-hours, data in rounded up by record.

    AWS chooses the shards of an on-demand stream: those given, the planned ones, only count the shard-level
    metrics.

    Source: https://aws.amazon.com/kinesis/data-streams/pricing/
    """
    moved = volume(workload, packing, hours, limits)
    lines = [
        priced("stream-hours", "stream-hours", StreamHours(hours), prices.on_demand_stream_hour),
        _data_in(moved, prices.on_demand_data_in, limits),
        *_data_out(workload, moved, prices.on_demand_data_out, prices.on_demand_fan_out_data),
    ]
    lines += _old_data_out(workload, prices.on_demand_data_out, hours, limits)
    retention = workload.retention or limits.retention_least.value
    least, most = limits.retention_least.value, limits.extended_retention_most.value
    if retention > least:
        kept = _stored(moved, min(retention, most) - least, hours, limits)
        lines.append(
            priced("extended-retention", "extended retention", kept, prices.on_demand_extended_storage)
        )
    if retention > most:
        kept = _stored(moved, retention - most, hours, limits)
        lines.append(
            priced("long-term-retention", "long-term retention", kept, prices.on_demand_long_term_storage)
        )
    lines += _metrics(workload, shards, AS_PLANNED, limits, hours)
    return billed(Mode.ON_DEMAND_STANDARD, workload.region, hours, lines)


def advantage_bill(
    workload: Workload, packing: Packing, shards: int, prices: PriceSheet, limits: Limits, hours: Fraction
) -> Bill:
    """The bill of a stream in On-demand Advantage, before the account's floors: see :func:`floors`.

    The shards only count the shard-level metrics, as in :func:`standard_bill`.

    Source: https://aws.amazon.com/blogs/big-data/, On-demand Advantage, 2025-11-03 and 2026-03-09
    """
    moved = volume(workload, packing, hours, limits)
    lines = [
        _data_in(moved, prices.advantage_data_in, limits),
        *_data_out(workload, moved, prices.advantage_data_out, prices.advantage_fan_out_data),
    ]
    lines += _old_data_out(workload, prices.advantage_data_out, hours, limits)
    retention = workload.retention or limits.retention_least.value
    if retention > limits.retention_least.value:
        kept = _stored(moved, retention - limits.retention_least.value, hours, limits)
        lines.append(
            priced("extended-retention", "extended retention", kept, prices.advantage_extended_storage)
        )
    lines += _metrics(workload, shards, AS_PLANNED, limits, hours)
    return billed(Mode.ON_DEMAND_ADVANTAGE, workload.region, hours, lines)


def on_demand_bill(plan: Plan, prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The bill of a planned stream in its own on-demand mode; in Advantage before the account's floors."""
    workload = plan.workload
    bill = standard_bill if workload.mode is Mode.ON_DEMAND_STANDARD else advantage_bill
    return bill(workload, plan.packing, plan.shards, prices, limits, hours)


def floors(bills: Iterable[Bill], prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The lines by which all Advantage bills of one account and Region together fall short of AWS's two
    floors.

    The shortfall is taken over the whole period; AWS does not say over which interval it measures.

    Source: https://aws.amazon.com/blogs/big-data/, On-demand Advantage, 2025-11-03
    """
    moved = {"in": ZERO, "out": ZERO}
    for bill in bills:
        for line in bill.lines:
            if line.name in DATA_IN:
                moved["in"] += line.quantity.amount
            elif line.name in DATA_OUT:
                moved["out"] += line.quantity.amount
    lines = []
    for way, floor, price in (
        ("in", limits.advantage_floor_in.value, prices.advantage_data_in_shortfall),
        ("out", limits.advantage_floor_out.value, prices.advantage_data_out_shortfall),
    ):
        short = floor.over(Duration.hours(hours)).amount / GIB - moved[way]
        if short > 0:
            lines.append(priced(f"shortfall-{way}", f"shortfall {way}, to {floor}", Gigabytes(short), price))
    return billed(Mode.ON_DEMAND_ADVANTAGE, prices.region, hours, lines)


def _data_in(moved: Volume, price: Price[Gigabytes] | None, limits: Limits) -> CostLine:
    unit = limits.on_demand_record_unit.value.amount
    rounded = gigabytes(moved.pieces(unit) * unit)
    kept = None if moved.exact else moved
    return priced("data-in", "data in, whole KiB", rounded, price, moved=kept, least=moved.least)


def _old_data_out(
    workload: Workload, price: Price[Gigabytes] | None, hours: Fraction, limits: Limits
) -> Iterator[CostLine]:
    # On demand there is no price of its own for records older than seven days: they leave as any other data.
    read = _old_reads(workload, hours, limits)
    if read:
        yield priced("long-term-retrieval", "long-term retrieval, as data out", read, price)


def _data_out(
    workload: Workload, moved: Volume, shared: Price[Gigabytes] | None, fan_out: Price[Gigabytes] | None
) -> Iterator[CostLine]:
    if workload.shared:
        yield priced("data-out", "data out", gigabytes(moved.data * workload.shared), shared)
    if workload.fan_out:
        yield priced("fan-out-data", "fan-out data out", gigabytes(moved.data * workload.fan_out), fan_out)


def difference(bill: Bill, other: Bill) -> USD | None:
    """What one bill is above another of the same lines; None when a price that matters is unknown.

    A line that is the same on both needs no price.
    """
    above = ZERO
    for line, against in zip(bill.lines, other.lines, strict=True):
        if line.quantity == against.quantity:
            continue
        if line.cost is None or against.cost is None:
            return None
        above += line.cost.amount - against.cost.amount
    return USD(above)


def change(after: Bill, before: Bill) -> USD | None:
    """What one bill is above another, of whatever modes; None when a price that matters is unknown."""
    if after.mode is before.mode:
        return difference(after, before)
    return after.total - before.total if after.complete and before.complete else None


def extremes(bill: Bill, limits: Limits) -> tuple[Bill, Bill]:
    """A bill for the mix of record sizes that costs the least, and for the one that costs the most."""
    ends: tuple[list[CostLine], list[CostLine]] = ([], [])
    for line in bill.lines:
        for end, quantity in zip(ends, line.bounds(limits) or (line.quantity,) * 2, strict=True):
            taken = total([each.cost for each in end]) if line.name == "discount" else quantity
            end.append(priced(line.name, line.title, taken, line.price, *line.factors))
    least, most = (billed(bill.mode, bill.region, bill.hours, lines) for lines in ends)
    return least, most


def joined(bills: Sequence[Bill]) -> Bill:
    """Several bills of one mode as one, the discount as one line."""
    lines = [line for bill in bills for line in bill.lines if line.name != "discount"]
    cuts = [line for bill in bills for line in bill.lines if line.name == "discount"]
    if cuts:
        first = cuts[0]
        quantity = total([line.quantity for line in cuts if isinstance(line.quantity, USD)])
        lines.append(priced(first.name, first.title, quantity, first.price))
    return billed(bills[0].mode, bills[0].region, bills[0].hours, lines)


def discounted(bill: Bill, share: Fraction) -> Bill:
    """The bill with a discount on all of it, as a line of its own; unchanged when no price on it is known."""
    read = bill.oldest
    if not share or read is None:
        return bill
    price = Price(
        "discount",
        USD(-share),
        USD,
        Source("discount", "declared by you", ""),
        read,
        "A",
        exact_decimal(-share),
    )
    return billed(
        bill.mode,
        bill.region,
        bill.hours,
        (*bill.lines, priced("discount", f"discount of {percent(share)}", bill.total, price)),
    )


def oldest(limits: Limits, bills: Iterable[Bill]) -> date:
    """The oldest date among the limits and the prices on these bills."""

    def dates() -> Iterator[date]:
        yield from (fact.date for fact in limits.facts)
        yield from (bill.oldest for bill in bills if bill.oldest is not None)

    return min(dates())
