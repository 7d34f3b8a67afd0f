"""The capacity modes side by side: which is cheapest, by how much, and at which rate another becomes cheaper.

Costs are compared exactly. A mode with an unknown price has no total and takes no part. On-demand Advantage belongs to
an account and Region, so it is compared for all streams of a Region together. Pure arithmetic; no I/O.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.capacity.findings import get_records_calls, poll_interval
from shardcalc.core.capacity.streams import Plan, plan
from shardcalc.core.cost.bill import (
    DATA_IN,
    DATA_OUT,
    Bill,
    advantage_bill,
    discounted,
    floors,
    joined,
    provisioned_bill,
    standard_bill,
    total,
)
from shardcalc.core.facts import Limits, regions
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import GIB, USD, CallRate
from shardcalc.core.workload.workload import Aggregation, Consumer, ConsumerType, Mode, Rates, Workload

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)
STEPS: Final = 4_000
"""How many steps of the shard count a search for break-even rates looks at."""


class StreamCost(NamedTuple):
    """One stream's bill in each mode; Advantage without the floors, which are the account's."""

    workload: Workload
    plan: Plan
    shards: int
    """The shards that the provisioned bill is for: the declared ones, else the planned."""
    provisioned: Bill
    standard: Bill
    advantage: Bill

    @property
    def bills(self) -> tuple[Bill, Bill, Bill]:
        """All three."""
        return self.provisioned, self.standard, self.advantage

    @property
    def cheaper(self) -> Mode | None:
        """The cheaper of provisioned and On-demand Standard for this stream alone; None when a price is unknown."""
        if not (self.provisioned.complete and self.standard.complete):
            return None
        return Mode.PROVISIONED if self.provisioned.total <= self.standard.total else Mode.ON_DEMAND_STANDARD


class RegionCost(NamedTuple):
    """All streams of one Region in each mode, the floors of Advantage taken once."""

    region: str
    prices: PriceSheet
    streams: tuple[StreamCost, ...]
    floors: Bill
    hours: Fraction

    def bills(self, mode: Mode) -> tuple[Bill, ...]:
        """The bills of a mode: one a stream, and for Advantage the floors."""
        index = list(Mode).index(mode)
        found = tuple(stream.bills[index] for stream in self.streams)
        return (*found, self.floors) if mode is Mode.ON_DEMAND_ADVANTAGE else found

    def bill(self, mode: Mode) -> Bill:
        """All bills of a mode as one."""
        return joined(self.bills(mode))

    def total(self, mode: Mode) -> USD:
        """What is known of a mode's cost."""
        return total([bill.total for bill in self.bills(mode)])

    def complete(self, mode: Mode) -> bool:
        """Whether every price of a mode is known."""
        return all(bill.complete for bill in self.bills(mode))

    @property
    def ranked(self) -> tuple[Mode, ...]:
        """The modes whose prices are all known, cheapest first; the order of the modes decides a tie."""
        return tuple(
            sorted((mode for mode in Mode if self.complete(mode)), key=lambda mode: self.total(mode).amount)
        )

    @property
    def cheapest(self) -> Mode | None:
        """The cheapest mode; None unless at least two are known, for one alone is no comparison."""
        ranked = self.ranked
        return ranked[0] if len(ranked) > 1 else None

    def above_cheapest(self, mode: Mode) -> USD | None:
        """What a mode costs more than the cheapest; None when that cannot be said."""
        return (
            self.total(mode) - self.total(self.cheapest)
            if self.cheapest is not None and self.complete(mode)
            else None
        )

    @property
    def mixed(self) -> USD | None:
        """The cost when each stream takes the cheaper of provisioned and On-demand Standard; None when a price is unknown."""
        if not (self.complete(Mode.PROVISIONED) and self.complete(Mode.ON_DEMAND_STANDARD)):
            return None
        return total([min(stream.provisioned.total, stream.standard.total) for stream in self.streams])


def cost_stream(workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction) -> StreamCost:
    """Bill one stream in each mode; provisioned with its declared shards, or the planned ones when none are declared."""
    planned = plan(workload, limits)
    shards = workload.shards or planned.shards
    return StreamCost(
        workload,
        planned,
        shards,
        provisioned_bill(workload, shards, prices, limits, hours),
        standard_bill(workload, prices, limits, hours),
        advantage_bill(workload, prices, limits, hours),
    )


def cost_region(
    workloads: Iterable[Workload], prices: PriceSheet, limits: Limits, hours: Fraction
) -> RegionCost:
    """Bill all streams of one Region in each mode, with the floors of Advantage once for all of them."""
    streams = tuple(cost_stream(workload, prices, limits, hours) for workload in workloads)
    return RegionCost(
        prices.region,
        prices,
        streams,
        floors([stream.advantage for stream in streams], prices, limits, hours),
        hours,
    )


def with_discount(region: RegionCost, share: Fraction) -> RegionCost:
    """The same costs with a discount on every bill, as a line of its own."""
    streams = tuple(stream._replace(**_discounted(stream, share)) for stream in region.streams)
    return region._replace(streams=streams, floors=discounted(region.floors, share))


def _discounted(stream: StreamCost, share: Fraction) -> dict[str, Any]:
    return {
        name: discounted(bill, share)
        for name, bill in zip(("provisioned", "standard", "advantage"), stream.bills, strict=True)
    }


# ── break-even ───────────────────────────────────────────────────────────────────────────────────


class Regime(NamedTuple):
    """A range of traffic, as multiples of today's, in which one mode is the cheapest."""

    mode: Mode
    above: Fraction
    up_to: Fraction | None
    """None: as far as was looked."""


class _Line(NamedTuple):
    """Cost as a function of traffic on one step: ``fixed + slope x``."""

    fixed: Fraction
    slope: Fraction

    def at(self, x: Fraction) -> Fraction:
        return self.fixed + self.slope * x


class Curves(NamedTuple):
    """The cost of each mode as a function of traffic, where 1 is today's.

    Provisioned steps up by a shard at a time; On-demand Standard is a straight line; Advantage is one with a kink at each floor.
    """

    per_shard: tuple[tuple[Fraction, Fraction], ...]
    """For each stream: its demand in shards today, before rounding up, and what one shard costs."""
    provisioned: Fraction
    """What else provisioned costs, in proportion to traffic."""
    standard: _Line
    advantage: Fraction
    """What Advantage costs in proportion to traffic, before its floors."""
    floors: tuple[tuple[Fraction, Fraction, Fraction], ...]
    """For each floor: the quantity that is owed, the quantity moved today, and the price of what is missing."""

    def cost(self, mode: Mode, x: Fraction) -> USD:
        """The cost of a mode at a multiple of today's traffic."""
        if mode is Mode.PROVISIONED:
            shards = sum(
                max(1, -(-(load * x).numerator // (load * x).denominator)) * price
                for load, price in self.per_shard
            )
            return USD(shards + self.provisioned * x)
        if mode is Mode.ON_DEMAND_STANDARD:
            return USD(self.standard.at(x))
        return USD(
            self.advantage * x
            + sum(max(ZERO, owed - moved * x) * price for owed, moved, price in self.floors)
        )

    def regimes(self, steps: int = STEPS) -> tuple[Regime, ...]:
        """Which mode is the cheapest, from no traffic upward, as far as so many steps of the shard count reach."""
        found: list[Regime] = []
        start, shards = ZERO, sum((price for _, price in self.per_shard), ZERO)
        for end, price in self._breakpoints(steps):
            if end > start:
                # On (start, end] the number of shards is that of the step before `end`; the price of the next comes after.
                lines = self._lines(shards, (start + end) / 2)
                for mode, above, up_to in _cheapest(lines, start, end):
                    if found and found[-1].mode is mode:
                        found[-1] = found[-1]._replace(up_to=up_to)
                    else:
                        found.append(Regime(mode, above, up_to))
                start = end
            shards += price
        return (*found[:-1], found[-1]._replace(up_to=None)) if found else ()

    def _breakpoints(self, most: int) -> Iterator[tuple[Fraction, Fraction]]:
        """Where a curve bends: each multiple at which a stream's next shard is needed, with its price, and each floor's kink."""

        def steps(load: Fraction, price: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
            for count in range(1, most + 1):
                yield count / load, price

        kinks = sorted((owed / moved, ZERO) for owed, moved, _ in self.floors if moved)
        merged = heapq.merge(kinks, *(steps(load, price) for load, price in self.per_shard if load))
        for count, point in enumerate(merged):
            if count >= most:
                return
            yield point

    def _lines(self, shards: Fraction, inside: Fraction) -> tuple[tuple[Mode, _Line], ...]:
        fixed, slope = ZERO, self.advantage
        for owed, moved, price in self.floors:
            if moved * inside < owed:
                fixed += owed * price
                slope -= moved * price
        return (
            (Mode.PROVISIONED, _Line(shards, self.provisioned)),
            (Mode.ON_DEMAND_STANDARD, self.standard),
            (Mode.ON_DEMAND_ADVANTAGE, _Line(fixed, slope)),
        )


def _cheapest(
    lines: Sequence[tuple[Mode, _Line]], start: Fraction, end: Fraction
) -> Iterator[tuple[Mode, Fraction, Fraction]]:
    """The lowest of a few straight lines between two points, piece by piece, exactly."""
    at = start
    while at < end:
        # The lowest line at this point, and among equals the one that stays lowest.
        mode, line = min(lines, key=lambda pair: (pair[1].at(at), pair[1].slope))
        until = end
        for _, other in lines:
            if other.slope < line.slope:
                crossing = (other.fixed - line.fixed) / (line.slope - other.slope)
                if at < crossing < until:
                    until = crossing
        yield mode, at, until
        at = until


def curves(region: RegionCost, limits: Limits) -> Curves | None:
    """The cost of each mode as a function of the traffic of all streams together; None when a price is unknown."""
    if not all(region.complete(mode) for mode in Mode) or not _priced(region):
        return None
    per_shard: list[tuple[Fraction, Fraction]] = []
    moving = ZERO
    for stream in region.streams:
        each = [
            line.cost.amount
            for line in stream.provisioned.lines
            if line.name in _BY_SHARD and line.cost is not None
        ]
        load = max(constraint.load for constraint in stream.plan.constraints)
        per_shard.append((load, sum(each, ZERO) / stream.shards))
        moving += stream.provisioned.total.amount - sum(each, ZERO)
    fixed = total(
        [
            line.cost
            for stream in region.streams
            for line in stream.standard.lines
            if line.name == "stream-hours"
        ]
    ).amount
    standard = region.total(Mode.ON_DEMAND_STANDARD).amount
    advantage = total([stream.advantage.total for stream in region.streams]).amount
    prices = region.prices
    owed = []
    for way, floor, price in (
        ("in", limits.advantage_floor_in.value, prices.advantage_data_in_shortfall),
        ("out", limits.advantage_floor_out.value, prices.advantage_data_out_shortfall),
    ):
        if price is None:
            return None
        names = DATA_IN if way == "in" else DATA_OUT
        moved = sum(
            (
                line.quantity.amount
                for stream in region.streams
                for line in stream.advantage.lines
                if line.name in names
            ),
            ZERO,
        )
        owed.append((floor.amount * region.hours * 3600 / GIB, moved, price.amount.amount))
    return Curves(tuple(per_shard), moving, _Line(fixed, standard - fixed), advantage, tuple(owed))


_BY_SHARD: Final = ("shard-hours", "extended-retention", "consumer-shard-hours")


def _priced(region: RegionCost) -> bool:
    # Above the floors no line of shortfall stands on the bill, and its price could still be unknown.
    return (
        region.prices.advantage_data_in_shortfall is not None
        and region.prices.advantage_data_out_shortfall is not None
    )


class BreakEven(NamedTuple):
    """The nearest rate at which another mode becomes the cheapest."""

    mode: Mode
    times: Fraction
    """The multiple of today's traffic at which it happens."""
    upward: bool


def break_evens(regimes: Sequence[Regime]) -> tuple[BreakEven, ...]:
    """Where the cheapest mode changes next, below and above today's traffic."""
    found = []
    for index, regime in enumerate(regimes):
        if regime.above < 1 and (regime.up_to is None or regime.up_to >= 1):
            if index:
                found.append(BreakEven(regimes[index - 1].mode, regime.above, upward=False))
            if regime.up_to is not None and index + 1 < len(regimes):
                found.append(BreakEven(regimes[index + 1].mode, regime.up_to, upward=True))
    return tuple(found)


# ── what a mode gives or takes besides money ─────────────────────────────────────────────────────


class TradeOff(NamedTuple):
    """One thing to know about a mode; a warning when these streams are beyond it."""

    mode: Mode
    text: str
    warning: bool = False


def trade_offs(region: RegionCost, limits: Limits) -> tuple[TradeOff, ...]:
    """What each mode gives or takes besides money, for these streams."""
    large = region.region in regions().large
    write = (limits.on_demand_write_large if large else limits.on_demand_write_small).value
    read = (limits.on_demand_read_large if large else limits.on_demand_read_small).value
    some, many = limits.fan_out_consumers.value, limits.fan_out_consumers_advantage.value
    found = [
        TradeOff(
            Mode.PROVISIONED,
            f"capacity stays as set until UpdateShardCount; at most {some} fan-out consumers a stream",
        ),
        TradeOff(
            Mode.ON_DEMAND_STANDARD,
            f"grows by itself to {limits.on_demand_growth.value} times the peak of the last 30 days, and may throttle when traffic more than doubles within "
            f"{limits.on_demand_growth_time.value}; at most {write} in and {read} out a stream in {region.region}, and {some} fan-out consumers; a hot key is "
            f"limited as before; at most {limits.mode_switches.value} switches of the mode in 24 h",
        ),
        TradeOff(
            Mode.ON_DEMAND_ADVANTAGE,
            f"as Standard, with warm throughput that can be set ahead of a peak and {many} fan-out consumers; it holds for all on-demand streams of the "
            f"account and Region, which pay for at least {limits.advantage_floor_in.value} in and {limits.advantage_floor_out.value} out",
        ),
    ]
    peak_in = max(stream.plan.write * (ONE + stream.workload.headroom) for stream in region.streams)
    peak_out = max(
        stream.plan.write
        * (ONE + stream.workload.headroom)
        * (stream.workload.shared + stream.workload.fan_out)
        for stream in region.streams
    )
    if peak_in > write:
        found.append(
            TradeOff(
                Mode.ON_DEMAND_STANDARD,
                f"a peak of {peak_in} in is above the ceiling of {write}: ask AWS to raise it first",
                warning=True,
            )
        )
    if peak_out > read:
        found.append(
            TradeOff(
                Mode.ON_DEMAND_STANDARD,
                f"a peak of {peak_out} out is above the ceiling of {read}: ask AWS to raise it first",
                warning=True,
            )
        )
    consumers = max(stream.workload.fan_out for stream in region.streams)
    for mode, most in (
        (Mode.PROVISIONED, some),
        (Mode.ON_DEMAND_STANDARD, some),
        (Mode.ON_DEMAND_ADVANTAGE, many),
    ):
        if consumers > most:
            found.append(
                TradeOff(
                    mode,
                    f"{consumers} fan-out consumers are more than the {most} that it takes",
                    warning=True,
                )
            )
    return tuple(sorted(found, key=lambda trade: list(Mode).index(trade.mode)))


# ── what else could be changed ───────────────────────────────────────────────────────────────────


class FanOutOption(NamedTuple):
    """Some shared consumers moved to enhanced fan-out, in provisioned mode."""

    moved: int
    shards: int
    calls: CallRate
    """GetRecords calls per second that are left on each shard."""
    bill: Bill

    def above(self, other: FanOutOption) -> USD | None:
        """What this costs more than another; None when a price is unknown."""
        return self.bill.total - other.bill.total if self.bill.complete and other.bill.complete else None


def fan_out_options(
    workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction, discount: Fraction = ZERO
) -> tuple[FanOutOption, ...]:
    """What shards and fan-out cost against each other: none, one, two, ... shared consumers moved, fastest pollers first."""
    pollers = sorted(
        (c for c in workload.consumers if c.is_shared), key=lambda c: poll_interval(c, limits).amount
    )
    options = []
    room = limits.fan_out_consumers.value - workload.fan_out
    for moved in range(min(workload.shared, max(0, room)) + 1):
        changed = replace(workload, consumers=_moved(workload, pollers, moved), shards=None)
        planned = plan(changed, limits)
        bill = provisioned_bill(changed, planned.shards, prices, limits, hours)
        options.append(
            FanOutOption(
                moved, planned.shards, get_records_calls(changed, limits), discounted(bill, discount)
            )
        )
    return tuple(options)


def _moved(workload: Workload, pollers: Sequence[Consumer], count: int) -> tuple[Consumer, ...]:
    """The consumers of a workload with so many of its pollers on fan-out; what each can handle stays as declared."""
    kept = [consumer for consumer in workload.consumers if not consumer.is_shared]
    for consumer in pollers:
        moving = min(count, consumer.count)
        count -= moving
        if moving:
            lambda_settings = consumer.type is ConsumerType.LAMBDA
            kept.append(
                Consumer(
                    consumer.name,
                    ConsumerType.FAN_OUT,
                    moving,
                    None,
                    consumer.max_rps_per_shard,
                    consumer.parallelization_factor if lambda_settings else None,
                    consumer.batch_size if lambda_settings else None,
                    consumer.batch_duration if lambda_settings else None,
                )
            )
        if moving < consumer.count:
            kept.append(replace(consumer, count=consumer.count - moving))
    return tuple(kept)


class AggregationOption(NamedTuple):
    """The same stream with its records packed into PUT payload units that are full."""

    records: int
    """Producer records in one aggregate."""
    cost: StreamCost

    def saves(self, now: StreamCost) -> tuple[USD | None, ...]:
        """What it saves in each mode; None where a price is unknown."""
        pairs = zip(now.bills, self.cost.bills, strict=True)
        return tuple(
            before.total - after.total if before.complete and after.complete else None
            for before, after in pairs
        )


def aggregation_option(
    workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction, discount: Fraction = ZERO
) -> AggregationOption | None:
    """What packing records towards one full PUT payload unit would cost; None when there is nothing to pack."""
    if workload.aggregation is not None:
        return None
    target = limits.put_payload_unit.value
    changed = replace(workload, aggregation=Aggregation(target), sizes=(), shards=None)
    made = cost_stream(changed, prices, limits, hours)
    return (
        AggregationOption(made.plan.packing.records, made._replace(**_discounted(made, discount)))
        if made.plan.packing.records > 1
        else None
    )


def scaled(workload: Workload, times: Fraction) -> Workload:
    """The same workload with its mean and peak rates multiplied, and with them what is read of old data."""
    reads = workload.long_term_reads
    rates = Rates(workload.rps.mean * times, workload.rps.peak * times)
    return replace(workload, rps=rates, long_term_reads=reads * times if reads is not None else None)
