"""The capacity modes side by side: which is cheapest, by how much, and at which rate another becomes cheaper.

Costs are compared exactly. A mode with an unknown price has no total and takes no part. On-demand Advantage
belongs to an account and Region, so it is compared for all streams of a Region together. Pure arithmetic; no
I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.capacity.planning import plan
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
from shardcalc.core.facts import Limits, regions
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.workload import Workload

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


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
        """The cheaper of provisioned and On-demand Standard for this stream alone; None when a price is
        unknown.
        """
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
        """The cost when each stream takes the cheaper of provisioned and On-demand Standard; None when a
        price is unknown.
        """
        if not (self.complete(Mode.PROVISIONED) and self.complete(Mode.ON_DEMAND_STANDARD)):
            return None
        return total([min(stream.provisioned.total, stream.standard.total) for stream in self.streams])


def cost_stream(workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction) -> StreamCost:
    """Bill one stream in each mode; provisioned with its declared shards, or the planned ones when none are
    declared.
    """
    planned = plan(workload, limits)
    shards = workload.shards or planned.shards
    return StreamCost(
        workload,
        planned,
        shards,
        provisioned_bill(workload, planned.packing, shards, prices, limits, hours),
        standard_bill(workload, planned.packing, planned.shards, prices, limits, hours),
        advantage_bill(workload, planned.packing, planned.shards, prices, limits, hours),
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
    streams = tuple(stream._replace(**discounted_stream(stream, share)) for stream in region.streams)
    return region._replace(streams=streams, floors=discounted(region.floors, share))


def discounted_stream(stream: StreamCost, share: Fraction) -> dict[str, Any]:
    """The bills of a stream with a discount, by the name of their field."""
    return {
        name: discounted(bill, share)
        for name, bill in zip(("provisioned", "standard", "advantage"), stream.bills, strict=True)
    }


# ── break-even ───────────────────────────────────────────────────────────────────────────────────


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
