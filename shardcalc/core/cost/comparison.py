"""The capacity modes side by side: which is cheapest, by how much, and at which rate another becomes cheaper.

Costs are compared exactly. A mode with an unknown price has no total and takes no part. On-demand Advantage
belongs to an account and Region, so it is compared for all streams of a Region together. Pure arithmetic; no
I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.on_demand import ceilings
from shardcalc.core.capacity.on_demand import obstacles as obstacles_of
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import (
    Bill,
    Spread,
    advantage_bill,
    discounted,
    extremes,
    floors,
    joined,
    provisioned_bill,
    standard_bill,
    total,
)
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.workload import Workload

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


class StreamCost(NamedTuple):
    """One stream's money on one basis: now, as advised, and in each mode at what the mode needs.

    Advantage is without the floors, which are the account's.
    """

    workload: Workload
    plan: Plan
    provisioned: Bill
    """At the needed count, whatever runs or is declared."""
    standard: Bill
    advantage: Bill
    now: Bill | None
    """With the mode and the count that run or are declared; None for a new stream."""
    advised: Bill
    """In the declared mode with the advised count."""
    obstacles: Mapping[Mode, tuple[str, ...]]
    """Why a mode cannot carry the traffic, for modes that cannot: they have no figure."""

    @property
    def shards(self) -> int:
        """The needed count, which the provisioned bill is for."""
        return self.plan.shards

    @property
    def bills(self) -> tuple[Bill, Bill, Bill]:
        """In each mode."""
        return self.provisioned, self.standard, self.advantage

    @property
    def able(self) -> tuple[Bill, ...]:
        """In each mode that can carry the traffic."""
        return tuple(bill for bill in self.bills if bill.mode not in self.obstacles)

    def bill(self, mode: Mode) -> Bill | None:
        """In one mode; None when it cannot carry the traffic."""
        return None if mode in self.obstacles else self.bills[_MODES.index(mode)]

    def cheaper(self, limits: Limits) -> Mode | None:
        """The cheaper of provisioned and On-demand Standard for this stream alone, for any mix of record
        sizes; None when a price is unknown, one of them cannot carry it, or the mix decides.
        """
        one, other = self.bill(Mode.PROVISIONED), self.bill(Mode.ON_DEMAND_STANDARD)
        if one is None or other is None or not (one.complete and other.complete):
            return None
        ours, theirs = one.spread(limits), other.spread(limits)
        if ours.most <= theirs.least:
            return Mode.PROVISIONED
        return Mode.ON_DEMAND_STANDARD if theirs.most <= ours.least else None


_MODES: Final = tuple(Mode)


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

    def spread(self, mode: Mode, limits: Limits) -> Spread:
        """What a mode costs at least and at most, for any mix of record sizes with the means that are known.

        Less data in owes more to a floor of Advantage: the shortfall is worked out anew at both ends. AWS
        prices it as the data that is missing, so no mix between them costs less or more.
        """
        index = list(Mode).index(mode)
        ends = [extremes(stream.bills[index], limits) for stream in self.streams]
        totals = []
        for end in (0, 1):
            bills = [pair[end] for pair in ends]
            if mode is Mode.ON_DEMAND_ADVANTAGE:
                cuts = (line.price for bill in bills for line in bill.lines if line.name == "discount")
                cut = next((-price.amount.amount for price in cuts if price is not None), ZERO)
                bills.append(discounted(floors(bills, self.prices, limits, self.hours), cut))
            totals.append(total([bill.total for bill in bills]))
        return Spread(*totals)

    def complete(self, mode: Mode) -> bool:
        """Whether every price of a mode is known."""
        return all(bill.complete for bill in self.bills(mode))

    def obstacles(self, mode: Mode) -> tuple[str, ...]:
        """Why a mode cannot carry all streams."""
        return tuple(dict.fromkeys(why for stream in self.streams for why in stream.obstacles.get(mode, ())))

    @property
    def ranked(self) -> tuple[Mode, ...]:
        """The modes that carry all streams and whose prices are all known, the lowest first; the order of
        the modes decides a tie.
        """
        able = [mode for mode in Mode if self.complete(mode) and not self.obstacles(mode)]
        return tuple(sorted(able, key=lambda mode: self.total(mode).amount))

    @property
    def lowest(self) -> Mode | None:
        """The mode with the lowest total, for records of the sizes that are declared; None unless at least
        two are known, for one alone is no comparison.
        """
        ranked = self.ranked
        return ranked[0] if len(ranked) > 1 else None

    def cheapest(self, limits: Limits) -> Mode | None:
        """The mode that is the cheapest for any mix of record sizes if all streams take one mode; None when
        the mix decides, or an unknown price does.
        """
        lowest = self.lowest
        if lowest is None:
            return None
        most = self.spread(lowest, limits).most
        others = (mode for mode in Mode if mode is not lowest and not self.obstacles(mode))
        return lowest if all(most <= self.spread(mode, limits).least for mode in others) else None

    def above_lowest(self, mode: Mode) -> USD | None:
        """What a mode costs more than the lowest; None when that cannot be said."""
        lowest = self.lowest
        return self.total(mode) - self.total(lowest) if lowest is not None and mode in self.ranked else None


def cost_stream(
    planned: Plan,
    prices: PriceSheet,
    limits: Limits,
    hours: Fraction,
    *,
    base: int | None = None,
    advised: int | None = None,
    mode: Mode | None = None,
) -> StreamCost:
    """Bill one stream on every basis.

    Args:
        planned: its plan.
        prices: its Region's prices.
        limits: AWS's limits.
        hours: the hours that are billed.
        base: the shards that run or are declared; None for a new stream.
        advised: the shards that are advised; the needed ones when not given.
        mode: the mode that runs, where it is not the declared one.
    """
    workload, rest = planned.workload, (prices, limits, hours)
    provisioned, standard, advantage = (
        bill(workload, planned.packing, planned.shards, *rest)
        for bill in (provisioned_bill, standard_bill, advantage_bill)
    )

    def bill(mode: Mode, shards: int) -> Bill:
        if mode is Mode.PROVISIONED:
            same = shards == planned.shards
            return provisioned if same else provisioned_bill(workload, planned.packing, shards, *rest)
        return standard if mode is Mode.ON_DEMAND_STANDARD else advantage

    runs = mode or workload.mode
    now = None if base is None and runs is Mode.PROVISIONED else bill(runs, base or planned.shards)
    obstacles = {each: tuple(why for why, _ in obstacles_of(planned, each, limits)) for each in Mode}
    return StreamCost(
        workload,
        planned,
        provisioned,
        standard,
        advantage,
        now,
        bill(workload.mode, advised or planned.shards),
        {each: why for each, why in obstacles.items() if why},
    )


def cost_region(
    streams: Iterable[StreamCost], prices: PriceSheet, limits: Limits, hours: Fraction
) -> RegionCost:
    """Put all streams of one Region together, with the floors of Advantage once for all of them."""
    made = tuple(streams)
    owed = floors([stream.advantage for stream in made], prices, limits, hours)
    return RegionCost(prices.region, prices, made, owed, hours)


def with_discount(region: RegionCost, share: Fraction) -> RegionCost:
    """The same costs with a discount on every bill, as a line of its own."""
    streams = tuple(discounted_stream(stream, share) for stream in region.streams)
    return region._replace(streams=streams, floors=discounted(region.floors, share))


def discounted_stream(stream: StreamCost, share: Fraction) -> StreamCost:
    """A stream's bills with a discount."""
    if not share:
        return stream
    return stream._replace(
        provisioned=discounted(stream.provisioned, share),
        standard=discounted(stream.standard, share),
        advantage=discounted(stream.advantage, share),
        now=None if stream.now is None else discounted(stream.now, share),
        advised=discounted(stream.advised, share),
    )


# ── what a mode gives or takes besides money ─────────────────────────────────────────────────────


class TradeOff(NamedTuple):
    """One thing to know about a mode; a warning when these streams are beyond it."""

    mode: Mode
    text: str
    warning: bool = False


def trade_offs(region: RegionCost, limits: Limits) -> tuple[TradeOff, ...]:
    """What each mode gives or takes besides money, for these streams."""
    write, read = (fact.value for fact in ceilings(region.region, limits))
    some, many = limits.fan_out_consumers.value, limits.fan_out_consumers_advantage.value
    found = [
        TradeOff(
            Mode.PROVISIONED,
            f"capacity stays as set until UpdateShardCount; at most {some} fan-out consumers a stream",
        ),
        TradeOff(
            Mode.ON_DEMAND_STANDARD,
            f"grows by itself to {limits.on_demand_growth.value} times the peak of the last 30 days, and may "
            "throttle when traffic more than doubles within "
            f"{limits.on_demand_growth_time.value}; at most {write} in and {read} out a stream in "
            f"{region.region}, and {some} fan-out consumers; a hot key is "
            f"limited as before; at most {limits.mode_switches.value} switches of the mode in 24 h",
        ),
        TradeOff(
            Mode.ON_DEMAND_ADVANTAGE,
            f"as Standard, with warm throughput that can be set ahead of a peak and {many} fan-out "
            "consumers; it holds for all on-demand streams of the "
            f"account and Region, which pay for at least {limits.advantage_floor_in.value} in and "
            f"{limits.advantage_floor_out.value} out",
        ),
    ]
    for mode in Mode:
        found += [TradeOff(mode, why, warning=True) for why in region.obstacles(mode)]
    return tuple(sorted(found, key=lambda trade: list(Mode).index(trade.mode)))
