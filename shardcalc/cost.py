"""What a workload costs: every billing line, in each capacity mode.

A bill is a list of lines, quantity x price; its total is their exact sum. A price that is unknown makes its line
unknown and the total a lower bound. Capacity follows the peak, cost the mean. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from .capacity import Packing, pack
from .facts import Limits
from .facts.prices import (
    ConsumerShardHours,
    GigabyteMonths,
    Gigabytes,
    Price,
    PriceSheet,
    PutPayloadUnits,
    ShardHours,
    StreamHours,
)
from .units import GIB, USD, Duration, Quantity, ceil_div, decimal
from .workload import Mode, Workload

ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of a bill."""

    name: str
    title: str
    quantity: Quantity
    price: Price[Any] | None
    """None: nobody could verify the price, so the cost is unknown."""
    bounds: tuple[Quantity, Quantity] | None = None
    """The least and the most that the quantity can be, when the mix of record sizes is not known."""
    working: str = ""

    @property
    def cost(self) -> USD | None:
        """Quantity x price, exactly; None when the price is unknown."""
        return None if self.price is None else self.price.cost(self.quantity)


@dataclass(frozen=True, slots=True)
class Bill:
    """What one stream costs in one mode over some hours."""

    mode: Mode
    region: str
    hours: Fraction
    lines: tuple[CostLine, ...]

    @property
    def total(self) -> USD:
        """The exact sum of the lines whose price is known; a lower bound unless :attr:`complete`."""
        return USD(sum((line.cost.amount for line in self.lines if line.cost is not None), ZERO))

    @property
    def complete(self) -> bool:
        """Whether every line has a price."""
        return all(line.price is not None for line in self.lines)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The names of lines whose price is unknown or not verified."""
        return tuple(line.name for line in self.lines if line.price is None or not line.price.verified)

    @property
    def oldest(self) -> date | None:
        """The oldest date of a price used; None when no price is known."""
        return min((line.price.date for line in self.lines if line.price is not None), default=None)


@dataclass(frozen=True, slots=True)
class Volume:
    """What passes through a stream in the hours that are billed, at the mean rate."""

    records: Fraction
    """Stream records: aggregates count once."""
    data: Fraction
    """Bytes written."""
    put_units: Fraction
    """PUT payload units; an estimate when :attr:`exact` is false."""
    rounded: Fraction
    """Bytes written, each record rounded up to whole KiB as on-demand bills them; an estimate likewise."""
    exact: bool
    """Whether the mix of record sizes is known."""

    def put_unit_bounds(self, unit: Fraction) -> tuple[PutPayloadUnits, PutPayloadUnits]:
        """Bounds that hold for every mix of sizes: ``max(R, B/unit) <= units < R + B/unit``."""
        by_bytes = self.data / unit
        return PutPayloadUnits(max(self.records, by_bytes)), PutPayloadUnits(self.records + by_bytes)

    def rounded_bounds(self, unit: Fraction) -> tuple[Gigabytes, Gigabytes]:
        """Bounds that hold for every mix of sizes: ``max(B, unit R) <= billed < B + unit R``."""
        by_records = self.records * unit
        return gigabytes(max(self.data, by_records)), gigabytes(self.data + by_records)


def gigabytes(size: Fraction | int) -> Gigabytes:
    """Bytes as AWS bills them: its GB is 2^30 bytes."""
    return Gigabytes(Fraction(size) / GIB)


def put_payload_units(size: Fraction, limits: Limits) -> int:
    """PUT payload units of one record of so many bytes: pieces of 25 KiB, rounded up.

    Source: https://aws.amazon.com/kinesis/data-streams/pricing/
    """
    return max(1, ceil_div(size, limits.put_payload_unit.value.amount))


def volume(workload: Workload, packing: Packing, limits: Limits, hours: Fraction) -> Volume:
    """What a workload writes in so many hours at its mean rate."""
    records = workload.rps.mean.amount / packing.records * hours * 3600
    rounding = limits.on_demand_record_unit.value.amount
    if workload.sizes and packing.records == 1:
        units = sum((part.share * put_payload_units(part.size.amount, limits) for part in workload.sizes), ZERO)
        rounded = sum((part.share * ceil_div(part.size.amount, rounding) for part in workload.sizes), ZERO)
    else:
        units = Fraction(put_payload_units(packing.size.amount, limits))
        rounded = Fraction(ceil_div(packing.size.amount, rounding))
    exact = bool(workload.sizes) and packing.records == 1
    return Volume(records, records * packing.size.amount, records * units, records * rounded * rounding, exact)


def provisioned_bill(workload: Workload, shards: int, prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The bill of a provisioned stream with so many open shards.

    Source: https://aws.amazon.com/kinesis/data-streams/pricing/
    """
    packing = pack(workload, limits)
    moved = volume(workload, packing, limits, hours)
    shard_hours = ShardHours(shards * hours)
    bounds = None if moved.exact else moved.put_unit_bounds(limits.put_payload_unit.value.amount)
    lines = [
        CostLine("shard-hours", "shard-hours", shard_hours, prices.shard_hour, working=f"{shards:,} shards x {decimal(hours)} h"),
        CostLine("put-payload-units", "PUT payload units", PutPayloadUnits(moved.put_units), prices.put_payload_unit, bounds),
    ]
    retention = workload.retention or limits.retention_least.value
    if retention > limits.retention_least.value:
        lines.append(CostLine("extended-retention", "extended retention", shard_hours, prices.extended_shard_hour, working="on every shard-hour"))
    if retention > limits.extended_retention_most.value:
        stored = _stored(moved, retention - limits.extended_retention_most.value, hours, limits)
        lines.append(CostLine("long-term-retention", "long-term retention", stored, prices.long_term_storage, working="what is older than 7 d"))
    if workload.long_term_reads is not None:
        lines.append(CostLine("long-term-retrieval", "long-term retrieval", gigabytes(workload.long_term_reads.amount), prices.long_term_retrieval))
    fan_out = workload.fan_out
    if fan_out:
        consumer_hours = ConsumerShardHours(fan_out * shards * hours)
        working = f"{fan_out} consumers x {shards:,} shards x {decimal(hours)} h"
        lines.append(CostLine("consumer-shard-hours", "fan-out consumer-shard-hours", consumer_hours, prices.fan_out_consumer_shard_hour, working=working))
        lines.append(CostLine("fan-out-data", "fan-out data", gigabytes(moved.data * fan_out), prices.fan_out_data))
    return Bill(Mode.PROVISIONED, workload.region, hours, tuple(lines))


def _stored(moved: Volume, kept: Duration, hours: Fraction, limits: Limits) -> GigabyteMonths:
    """What lies in a stream at any time because it is kept so long, for the part of a month that is billed."""
    rate = moved.data / (hours * 3600)
    return GigabyteMonths(rate * kept.amount / GIB * hours / month_of(hours, limits))


def month_of(hours: Fraction, limits: Limits) -> Fraction:
    """The hours of the month in which so many hours are billed: 28 to 31 days are a month of their own, else the usual one."""
    return hours if 28 * 24 <= hours <= 31 * 24 else limits.month.value.in_hours


def standard_bill(workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The bill of a stream in On-demand Standard: no consumer-hours, data in rounded up by record.

    Source: https://aws.amazon.com/kinesis/data-streams/pricing/
    """
    moved = volume(workload, pack(workload, limits), limits, hours)
    lines = [
        CostLine("stream-hours", "stream-hours", StreamHours(hours), prices.on_demand_stream_hour),
        _data_in(moved, prices.on_demand_data_in, limits),
        *_data_out(workload, moved, prices.on_demand_data_out, prices.on_demand_fan_out_data),
    ]
    retention = workload.retention or limits.retention_least.value
    least, most = limits.retention_least.value, limits.extended_retention_most.value
    if retention > least:
        kept = _stored(moved, min(retention, most) - least, hours, limits)
        lines.append(CostLine("extended-retention", "extended retention", kept, prices.on_demand_extended_storage, working="what is older than 1 d"))
    if retention > most:
        kept = _stored(moved, retention - most, hours, limits)
        lines.append(CostLine("long-term-retention", "long-term retention", kept, prices.on_demand_long_term_storage, working="what is older than 7 d"))
    return Bill(Mode.ON_DEMAND_STANDARD, workload.region, hours, tuple(lines))


def advantage_bill(workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The bill of a stream in On-demand Advantage, before the account's floors: see :func:`floors`.

    Source: https://aws.amazon.com/blogs/big-data/, On-demand Advantage, 2025-11-03 and 2026-03-09
    """
    moved = volume(workload, pack(workload, limits), limits, hours)
    lines = [
        _data_in(moved, prices.advantage_data_in, limits),
        *_data_out(workload, moved, prices.advantage_data_out, prices.advantage_fan_out_data),
    ]
    retention = workload.retention or limits.retention_least.value
    if retention > limits.retention_least.value:
        kept = _stored(moved, retention - limits.retention_least.value, hours, limits)
        lines.append(CostLine("extended-retention", "extended retention", kept, prices.advantage_extended_storage, working="what is older than 1 d"))
    return Bill(Mode.ON_DEMAND_ADVANTAGE, workload.region, hours, tuple(lines))


def floors(bills: Iterable[Bill], prices: PriceSheet, limits: Limits, hours: Fraction) -> Bill:
    """The lines by which all Advantage bills of one account and Region together fall short of AWS's two floors.

    The shortfall is taken over the whole period; AWS does not say over which interval it measures.

    Source: https://aws.amazon.com/blogs/big-data/, On-demand Advantage, 2025-11-03
    """
    moved = {"in": ZERO, "out": ZERO}
    for bill in bills:
        for line in bill.lines:
            if line.name in ("data-in", "data-out", "fan-out-data"):
                moved["in" if line.name == "data-in" else "out"] += line.quantity.amount
    lines = []
    for way, floor, price in (
        ("in", limits.advantage_floor_in.value, prices.advantage_data_in_shortfall),
        ("out", limits.advantage_floor_out.value, prices.advantage_data_out_shortfall),
    ):
        short = floor.over(Duration.hours(hours)).amount / GIB - moved[way]
        if short > 0:
            lines.append(CostLine(f"shortfall-{way}", f"shortfall of data {way} to {floor}", Gigabytes(short), price, working="once an account and Region"))
    return Bill(Mode.ON_DEMAND_ADVANTAGE, prices.region, hours, tuple(lines))


def _data_in(moved: Volume, price: Price[Gigabytes] | None, limits: Limits) -> CostLine:
    bounds = None if moved.exact else moved.rounded_bounds(limits.on_demand_record_unit.value.amount)
    return CostLine("data-in", "data in, by record of whole KiB", gigabytes(moved.rounded), price, bounds)


def _data_out(workload: Workload, moved: Volume, shared: Price[Gigabytes] | None, fan_out: Price[Gigabytes] | None) -> Iterator[CostLine]:
    if workload.shared:
        yield CostLine("data-out", "data out", gigabytes(moved.data * workload.shared), shared, working=f"{workload.shared} shared consumers")
    if workload.fan_out:
        yield CostLine("fan-out-data", "fan-out data out", gigabytes(moved.data * workload.fan_out), fan_out, working=f"{workload.fan_out} fan-out consumers")
