"""The whole capacity calculation: a workload and AWS's limits in, a plan with its working out.

A stream needs the most shards that any one limit asks for. Each limit that grows with shards is a
:class:`Constraint` that carries its demand, the limit of one shard, and the count it would ask for alone.
What more shards cannot relieve is no constraint but a finding (``findings.py``). Pure arithmetic on exact
fractions; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.capacity.constraint import Constraint, Factors, constrain
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.packing import Packing, pack
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.text import decimal, percent, ratio
from shardcalc.core.units import ByteRate, RecordRate, Size, ceil_div
from shardcalc.core.workload.parts import Consumer
from shardcalc.core.workload.workload import Workload

ONE: Final = Fraction(1)


class Formula(NamedTuple):
    """AWS's sizing formula, ``max(write KiB/s / 1024, read KiB/s / 2048)``, with its two terms.

    Source: "Choose the right mode to stream in",
        https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
    """

    write: ByteRate
    read: ByteRate
    write_limit: ByteRate
    read_limit: ByteRate
    shards: int
    """The larger term, rounded up, at least one."""

    @property
    def terms(self) -> tuple[Fraction, Fraction]:
        """Shards asked for by writing and by reading, not rounded."""
        return self.write.ratio_to(self.write_limit), self.read.ratio_to(self.read_limit)

    @property
    def working(self) -> str:
        """The formula with its numbers, in KiB/s as AWS writes it."""
        written, read = (decimal(rate.amount / 1024).replace(",", "") for rate in (self.write, self.read))
        over, under = (
            decimal(rate.amount / 1024).replace(",", "") for rate in (self.write_limit, self.read_limit)
        )
        terms = ", ".join(ratio(term) for term in self.terms)
        return f"max({written}/{over}, {read}/{under}) = max({terms}) -> {self.shards:,}"


class Plan(NamedTuple):
    """How many shards a workload needs, and why."""

    workload: Workload
    packing: Packing
    write: ByteRate
    """Bytes written at peak, before headroom and with the overhead of aggregation."""
    formula: Formula
    guide: Formula
    """The formula as AWS's guide states it, with the record size rounded up to whole KiB."""
    constraints: tuple[Constraint, ...]
    shards: int
    """The count that satisfies every constraint, the most that one of them asks for; one less does not."""
    findings: tuple[Finding, ...] = ()

    @property
    def binding(self) -> tuple[Constraint, ...]:
        """All constraints that ask for the full count, ties included."""
        shards = self.shards
        return tuple(constraint for constraint in self.constraints if constraint.shards == shards)

    @property
    def utilisation(self) -> Fraction:
        """The highest utilisation of any limit at the planned count."""
        return self.worst_utilisation(self.shards)

    def worst_utilisation(self, shards: int) -> Fraction:
        """The highest utilisation of any limit at this shard count."""
        return max(constraint.utilisation(shards) for constraint in self.constraints)

    def capacity(self, shards: int, limits: Limits) -> tuple[ByteRate, ByteRate]:
        """What this number of shards takes in and gives out to shared consumers, in bytes per second."""
        return limits.write_bytes.value * shards, limits.read_bytes.value * shards

    @property
    def guide_differs(self) -> str:
        """Why AWS's guide would say another count than this plan, or nothing when it says the same."""
        if self.guide.shards == self.shards:
            return ""
        reasons = []
        if self.guide.shards != self.formula.shards:
            reasons.append(f"it rounds {self.workload.size} up to {guide_size(self.workload.size)}")
        if self.formula.shards != self.shards:
            left_out = dict.fromkeys(
                constraint.title
                for constraint in self.binding
                if constraint.name not in ("write-bytes", "read-bytes")
            )
            if left_out:
                reasons.append(f"it ignores {' and '.join(left_out)}")
            if self.workload.headroom:
                reasons.append(f"it has no headroom ({percent(self.workload.headroom)} here)")
            if self.packing.records > 1:
                reasons.append("it ignores the overhead of aggregation")
        return "; ".join(reasons)


def size_stream(workload: Workload, limits: Limits) -> Plan:
    """Work out how many shards a workload needs; the plan has no findings yet.

    The count is the maximum over all constraints: each is demand over the limit of one shard, rounded up
    once.

    Source: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html for bytes;
    https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html for the rest.
    """
    packing = pack(workload, limits)
    peak = workload.rps.peak
    records = RecordRate(peak.amount / packing.records) if packing.records > 1 else peak
    write = records.of(packing.size)
    constraints = _constraints(workload, limits, peak, records, write)
    if workload.skew != 1:
        hottest = max(constraints, key=lambda constraint: constraint.load)
        constraints.append(
            constrain(
                "hottest-shard",
                f"hot shard: {hottest.title}",
                hottest.base,
                hottest.base_name,
                (*hottest.factors, (workload.skew, "skew")),
                hottest.per_shard,
                hottest.fact,
                hottest.per_shard_working,
                hottest.consumer,
            ),
        )
    formula = _formula(write, workload.shared, limits)
    rounded = guide_size(workload.size)
    guide = (
        formula
        if packing.records == 1 and rounded == workload.size
        else _formula(peak.of(rounded), workload.shared, limits)
    )
    constraints_made = tuple(constraints)
    shards = max([constraint.shards for constraint in constraints])
    return Plan(workload, packing, write, formula, guide, constraints_made, shards)


def guide_size(size: Size) -> Size:
    """A record size rounded up to whole KiB, as AWS's sizing guide does."""
    return Size(ceil_div(size.amount, 1024) * 1024)


def consumer_speed(consumer: Consumer, limits: Limits) -> tuple[RecordRate, str] | None:
    """The stream records per second that a Lambda consumer handles from one shard, with its working; None
    when not declared.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    """
    if consumer.batch_duration is None:
        return None
    factor = consumer.parallelization_factor or limits.lambda_.factor_default.value
    batch = consumer.batch_size or limits.lambda_.batch_default.value
    working = f"({factor} x {batch:,} records / {consumer.batch_duration} =) "
    return RecordRate(factor * batch / consumer.batch_duration.amount), working


def _formula(write: ByteRate, shared: int, limits: Limits) -> Formula:
    read = write * shared
    into, out = limits.write_bytes.value, limits.read_bytes.value
    return Formula(
        write, read, into, out, max(1, ceil_div(write.amount, into.amount), ceil_div(read.amount, out.amount))
    )


def _constraints(
    workload: Workload, limits: Limits, peak: RecordRate, records: RecordRate, write: ByteRate
) -> list[Constraint]:
    headroom: Factors = ((ONE + workload.headroom, "headroom"),) if workload.headroom else ()
    shared = workload.shared
    fact: Fact[Any] = limits.write_bytes
    found = [constrain("write-bytes", "write bytes", write, "write", headroom, fact.value, fact)]
    fact = limits.write_records
    found.append(constrain("write-records", "write records", records, "write", headroom, fact.value, fact))
    readers: Factors = ((shared, "shared consumer" if shared == 1 else "shared consumers"),)
    if shared:
        fact = limits.read_bytes
        found.append(
            constrain("read-bytes", "shared read bytes", write, "write", readers + headroom, fact.value, fact)
        )
    if workload.fan_out:
        fact = limits.fan_out_bytes
        found.append(
            constrain(
                "fan-out-bytes", "fan-out bytes per consumer", write, "write", headroom, fact.value, fact
            )
        )
    backlog: Factors = ()
    if workload.catch_up is not None:
        outage, within = workload.catch_up.outage, workload.catch_up.within
        backlog = ((ONE + outage.ratio_to(within), f"catch-up ({outage} + {within} over {within})"),)
        if shared:
            fact = limits.read_bytes
            found.append(
                constrain(
                    "catch-up-read",
                    "catch-up read bytes",
                    write,
                    "write",
                    readers + backlog + headroom,
                    fact.value,
                    fact,
                )
            )
    for consumer in workload.consumers:
        drains = backlog if consumer.is_shared else ()
        speed = consumer_speed(consumer, limits)
        if speed is not None:
            found += _speed(consumer, records, headroom, drains, speed[0], speed[1], limits.lambda_.factor)
        if consumer.max_rps_per_shard is not None:
            found += _speed(consumer, peak, headroom, drains, consumer.max_rps_per_shard, "", None)
    return found


def _speed(
    consumer: Consumer,
    demand: RecordRate,
    headroom: Factors,
    drains: Factors,
    speed: RecordRate,
    working: str,
    fact: Fact[Any] | None,
) -> Iterator[Constraint]:
    yield constrain(
        "consumer-speed",
        f"speed of {consumer}",
        demand,
        "records",
        headroom,
        speed,
        fact,
        working,
        str(consumer),
    )
    if drains:
        title = f"catch-up speed of {consumer}"
        yield constrain(
            "catch-up-speed", title, demand, "records", drains + headroom, speed, fact, working, str(consumer)
        )
