"""The whole capacity calculation: a workload and AWS's limits in, a plan with its working out.

A stream needs the most shards that any one limit asks for. Each limit that grows with shards is a
:class:`Constraint` that carries its demand, the limit of one shard, and the count it would ask for alone. A
limit holds when the busiest shard holds it: with a skew, or with the hottest key, whichever asks for more.
What more shards cannot relieve is no constraint but a finding (``findings.py``). Pure arithmetic on exact
fractions; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count as count_from
from typing import Any, NamedTuple

from shardcalc.core.capacity.constraint import (
    Constraint,
    Factors,
    Regime,
    Reserve,
    constrain,
    reserve,
    with_key,
    with_skew,
)
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.packing import Packing, pack, whole_kib
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.text import decimal, ratio
from shardcalc.core.units import ByteRate, RecordRate, ceil_div
from shardcalc.core.workload.parts import Consumer
from shardcalc.core.workload.workload import Workload


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
    """Bytes written at peak, with the overhead of aggregation."""
    formula: Formula
    guide: Formula
    """The formula as AWS's guide states it, with the record size rounded up to whole KiB."""
    reserve: Reserve
    """What of every limit is left unused."""
    constraints: tuple[Constraint, ...]
    """Every limit as each shard of an even stream meets it, then what the busiest shard meets besides."""
    shards: int
    """The least count at which every limit holds; where a limit of the hottest key never does, without it."""
    findings: tuple[Finding, ...] = ()

    @property
    def binding(self) -> tuple[Constraint, ...]:
        """All constraints that ask for the full count, ties included; none at one shard, the minimum."""
        shards = self.shards
        return tuple(limit for limit in self.constraints if limit.shards == shards) if shards > 1 else ()

    @property
    def nearest(self) -> Constraint:
        """The limit that is nearest to its capacity at the planned count."""
        return self.busiest(self.shards)

    @property
    def unrelieved(self) -> tuple[Constraint, ...]:
        """The limits of the hottest key that no count relieves."""
        return tuple(limit for limit in self.constraints if limit.regime is Regime.NONE)

    @property
    def outgrown(self) -> Fraction | None:
        """The multiple of the traffic above which no count up to the most leaves the shard of the hottest key
        what it may use; None without a hottest key.
        """
        able = [limit for limit in self.constraints if limit.key and limit.regime is not Regime.NONE]
        return min((limit.most(limit.most_shards) for limit in able), default=None)

    def busiest(self, shards: int) -> Constraint:
        """The limit with the highest utilisation at a count."""
        return max(self.constraints, key=lambda limit: limit.utilisation(shards))

    def share(self, shards: int) -> Fraction:
        """The part of the stream that the busiest shard of a count takes."""
        return max(limit.share(shards) for limit in self.constraints)

    def utilisation(self, shards: int) -> Fraction:
        """The highest utilisation of any limit at a count, without any reserve; above one it throttles."""
        return max(limit.utilisation(shards) for limit in self.constraints)

    def most(self, shards: int) -> Fraction:
        """The multiple of the traffic that a count carries with the reserve, as far as any count can."""
        return min(limit.most(shards) for limit in self.constraints if limit.regime is not Regime.NONE)

    def ends(self) -> Iterator[Fraction]:
        """What 1, 2, 3, ... shards carry, as multiples of the traffic."""
        even = [limit for limit in self.constraints if limit.key is None]
        keyed = [limit for limit in self.constraints if limit.key is not None and limit.shards]
        load, used, skew = max(limit.load for limit in even), self.reserve.used, self.workload.skew
        alone, each = used / load, used / (skew * load)
        for shards in count_from(1):  # pragma: no branch - it goes on for ever
            end = max(alone, each * shards)
            yield min(end, *(limit.most(shards) for limit in keyed)) if keyed else end

    def least(self, times: Fraction) -> int | None:
        """The least count that carries a multiple of the traffic; None where the hottest key forbids it.

        What the shard of the hottest key may use is as at today's traffic.
        """
        counts = [limit.least(times) for limit in self.constraints if limit.regime is not Regime.NONE]
        return None if None in counts else max(count for count in counts if count is not None)

    def capacity(self, shards: int, limits: Limits) -> tuple[ByteRate, ByteRate]:
        """What this many shards take in and give out to shared consumers, in bytes per second."""
        return limits.write_bytes.value * shards, limits.read_bytes.value * shards

    @property
    def guide_differs(self) -> str:
        """Why AWS's guide would say another count than this plan, or nothing when it says the same."""
        if self.guide.shards == self.shards:
            return ""
        reasons = []
        rounded = whole_kib(self.workload.size)
        if self.guide.shards > self.formula.shards:
            reasons.append(f"it rounds {self.workload.size} up to {rounded}")
        elif self.guide.shards < self.formula.shards:
            reasons.append("it ignores the overhead of aggregation")
        if self.formula.shards != self.shards:
            left_out = dict.fromkeys(
                constraint.title
                for constraint in self.binding
                if constraint.name not in ("write-bytes", "read-bytes")
            )
            if left_out:
                reasons.append(f"it ignores {' and '.join(left_out)}")
            if self.reserve.factor != 1:
                reasons.append(f"it leaves no reserve ({self.reserve} here)")
            if self.packing.records == 1 and self.packing.counted > rounded:
                reasons.append("it rounds the mean size and not each record")
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
    kept = reserve(workload.headroom, workload.max_utilisation)
    limit = _Limit(workload, limits, kept, peak, records, write, records.of(packing.counted))
    constraints = [*limit.shards(), *limit.consumers()]
    key, worst = workload.hottest_key, None
    if workload.skew != 1 or key is not None:
        worst = max(constraints, key=lambda limit: limit.load)
    if worst is not None and workload.skew != 1:
        constraints.append(with_skew(worst, workload.skew))
    if worst is not None and key is not None:
        # In each regime the busiest limit decides, and a busier limit never has a better regime.
        most, regimes = limits.shards_most.value, set()
        for each in sorted((x for x in constraints if x.skew == 1), key=lambda x: -x.load):
            keyed = with_key(each, key.share, most)
            if keyed.regime is Regime.NONE or keyed.regime not in regimes:
                constraints.append(keyed)
            regimes.add(keyed.regime)
    formula = _formula(write, workload.shared, limits)
    guide = _formula(peak.of(whole_kib(workload.size)), workload.shared, limits)
    shards = max([constraint.shards for constraint in constraints])
    return Plan(workload, packing, write, formula, guide, kept, tuple(constraints), shards)


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


class _Limit(NamedTuple):
    """The limits of one workload, each made a constraint."""

    workload: Workload
    limits: Limits
    reserve: Reserve
    peak: RecordRate
    """Producer records."""
    records: RecordRate
    """Stream records."""
    write: ByteRate
    counted: ByteRate
    """Bytes as the write limit counts them."""

    def shards(self) -> Iterator[Constraint]:
        """What a shard takes in and gives out."""
        limits, workload = self.limits, self.workload
        counted = "write" if self.counted == self.write else "write, each record in whole KiB,"
        fact: Fact[Any] = limits.write_bytes
        yield constrain(
            "write-bytes", "write bytes", self.counted, counted, (), fact.value, fact, self.reserve
        )
        fact = limits.write_records
        yield constrain(
            "write-records", "write records", self.records, "write", (), fact.value, fact, self.reserve
        )
        shared, fan_out = workload.shared, workload.fan_out
        if shared:
            readers: Factors = ((shared, "shared consumer" if shared == 1 else "shared consumers"),)
            yield self._bytes("read-bytes", "shared read bytes", limits.read_bytes, readers)
        if fan_out:
            yield self._bytes("fan-out-bytes", "fan-out bytes per consumer", limits.fan_out_bytes, ())
        caught = workload.catch_up
        if caught is None:
            return
        times = f"catch-up ({caught.outage} + {caught.within} over {caught.within})"
        behind = [consumer for consumer in workload.consumers if workload.falls_behind(consumer)]
        late = sum(consumer.count for consumer in behind if consumer.is_shared)
        if late:
            factors = (*readers, (caught.factor, times))
            if late < shared:
                word = f"consumers ({shared - late} and {late} x {decimal(caught.factor)} {times})"
                factors = ((shared - late + late * caught.factor, word),)
            yield self._bytes("catch-up-read", "catch-up read bytes", limits.read_bytes, factors)
        if any(not consumer.is_shared for consumer in behind):
            factors = ((caught.factor, times),)
            title = "catch-up fan-out bytes per consumer"
            yield self._bytes("catch-up-fan-out", title, limits.fan_out_bytes, factors)

    def consumers(self) -> Iterator[Constraint]:
        """What each consumer handles of a shard, as far as it is declared."""
        for consumer in self.workload.consumers:
            speed = consumer_speed(consumer, self.limits)
            if speed is not None:
                yield from self._speed(consumer, self.records, *speed, self.limits.lambda_.factor)
            if consumer.max_rps_per_shard is not None:
                yield from self._speed(consumer, self.peak, consumer.max_rps_per_shard, "", None)

    def _bytes(self, name: str, title: str, fact: Fact[Any], factors: Factors) -> Constraint:
        return constrain(name, title, self.write, "write", factors, fact.value, fact, self.reserve)

    def _speed(
        self,
        consumer: Consumer,
        demand: RecordRate,
        speed: RecordRate,
        working: str,
        fact: Fact[Any] | None,
    ) -> Iterator[Constraint]:
        who = str(consumer)

        def made(name: str, title: str, factors: Factors) -> Constraint:
            return constrain(name, title, demand, "records", factors, speed, fact, self.reserve, working, who)

        yield made("consumer-speed", f"speed of {who}", ())
        caught = self.workload.catch_up
        if caught is not None and self.workload.falls_behind(consumer):
            factors = ((caught.factor, f"catch-up ({caught.outage} + {caught.within} over {caught.within})"),)
            yield made("catch-up-speed", f"catch-up speed of {who}", factors)
