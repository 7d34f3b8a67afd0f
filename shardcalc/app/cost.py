"""``cost``: what streams cost in each capacity mode, and where the modes cross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.selection import Group, Selection
from shardcalc.app.streams import Streams, in_region, listed
from shardcalc.core.advice.judged import Judged, judge
from shardcalc.core.cost.bill import Bill, oldest, total
from shardcalc.core.cost.break_even import STEPS, BreakEven, Curves, Regime, break_evens, curves
from shardcalc.core.cost.comparison import RegionCost, TradeOff, cost_region, trade_offs, with_discount
from shardcalc.core.cost.mix import Mix, StreamBills, best_mix
from shardcalc.core.cost.options import AggregationOption, FanOutOption, aggregation_option, fan_out_options
from shardcalc.core.facts import Limits
from shardcalc.core.units import USD, Currency, RecordRate
from shardcalc.core.workload.declared import Home
from shardcalc.core.workload.parts import Mode


class RegionReport(NamedTuple):
    """The streams of one account and Region in each mode."""

    home: Home
    streams: tuple[Judged, ...]
    cost: RegionCost
    """With the discount, if one was given."""
    curves: Curves | None
    regimes: tuple[Regime, ...]
    break_evens: tuple[BreakEven, ...]
    trade_offs: tuple[TradeOff, ...]
    mix: Mix | None
    """The best mode for each of several streams; None for one, and where a price is unknown."""
    fan_out: tuple[FanOutOption, ...]
    """Only for a single stream with several shared consumers."""
    aggregation: AggregationOption | None
    """Only for a single stream that could be packed."""
    steps: int
    """How many steps of the shard count were looked at for break-even rates."""

    @property
    def sums(self) -> list[tuple[str, USD | None, bool]]:
        """The totals of the modes that can carry the streams: the mode, the amount, and whether it is
        complete.
        """
        able = [mode for mode in Mode if not self.cost.obstacles(mode)]
        return [(mode.value, self.cost.total(mode), self.cost.complete(mode)) for mode in able]

    def line(self, mode: Mode, title: str) -> tuple[bool, USD | None]:
        """Whether a mode's bills have a line of this title, and what all of them cost; None where a price is
        unknown.
        """
        costs = [line.cost for line in self.cost.bill(mode).lines if line.title == title]
        return bool(costs), None if None in costs else total(costs)

    @property
    def rate(self) -> RecordRate:
        """Records per second that all its streams write, on average."""
        return RecordRate(sum((stream.plan.workload.rps.mean.amount for stream in self.streams), Fraction(0)))

    def rate_at(self, found: BreakEven) -> RecordRate:
        """Records per second on average at a break-even point."""
        return self.rate * found.times


class CostReport(NamedTuple):
    """What streams cost, account by account and Region by Region."""

    regions: tuple[RegionReport, ...]
    limits: Limits
    hours: Fraction
    discount: Fraction
    currency: Currency | None = None
    selection: Selection | None = None
    beside: bool = False
    """Whether the Regions are the same streams, to be compared."""

    @property
    def by(self) -> str:
        """The field of :attr:`groups`."""
        return self.selection.by if self.selection is not None else ""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The totals by the field that was asked for, each stream in its mode at what it needs."""
        if self.selection is None:
            return ()
        return self.selection.groups(stream for region in self.regions for stream in region.streams)

    @property
    def lowest(self) -> tuple[RegionReport, Mode] | None:
        """Where, and in which mode, the same streams cost the least; None where no price is known."""
        known = [(region, mode) for region in self.regions if (mode := region.cost.lowest) is not None]
        return min(known, key=lambda each: each[0].cost.total(each[1]).amount, default=None)

    def above(self, region: RegionReport) -> tuple[Mode, USD] | None:
        """The lowest mode of a Region, and what it costs more than the lowest of all; None where no price is
        known.
        """
        best, lowest = region.cost.lowest, self.lowest
        if best is None or lowest is None:
            return None
        least, mode = lowest
        return best, region.cost.total(best) - least.cost.total(mode)

    @property
    def oldest(self) -> date:
        """The oldest date of a fact that was used."""
        return oldest(self.limits, self._bills())

    def _bills(self) -> Iterator[Bill]:
        for region in self.regions:
            for mode in Mode:
                yield from region.cost.bills(mode)


def cost(
    streams: Streams,
    *,
    basis: Basis | None = None,
    steps: int = STEPS,
    beside: Sequence[str] = (),
    selection: Selection | None = None,
) -> CostReport:
    """Bill streams in every mode, Region by Region.

    Args:
        streams: what to bill.
        basis: prices, hours and discount.
        steps: how many steps of the shard count to look at for break-even rates.
        beside: Regions in each of which to bill all streams, instead of their own.
        selection: which streams, in which order, and whose totals.

    Raises:
        BadFields: one of these is no Region with Kinesis Data Streams.
        Refused: a price sheet of the basis is for no Region of the streams.
    """
    wanted = listed(streams) if selection is None else selection.kept(listed(streams))
    billed = [moved for region in beside for moved in in_region(wanted, region)] or wanted
    basis = (basis or Basis.of()).for_streams(billed)
    made = [judge(stream, basis.ground(stream)) for stream in billed]
    report = cost_judged(selection.sorted(made) if selection is not None else made, basis, steps)
    return report._replace(beside=bool(beside), selection=selection)


def cost_judged(streams: Iterable[Judged], basis: Basis, steps: int = STEPS) -> CostReport:
    """Bill streams that are judged already."""
    by_home: dict[Home, list[Judged]] = {}
    for stream in streams:
        by_home.setdefault(stream.stream.home, []).append(stream)
    regions = tuple(_region(home, found, basis, steps) for home, found in by_home.items())
    return CostReport(regions, basis.limits, basis.hours, basis.discount, basis.currency)


def _region(home: Home, streams: list[Judged], basis: Basis, steps: int) -> RegionReport:
    limits, hours, discount = basis.limits, basis.hours, basis.discount
    sheet = basis.prices(home.region)
    made = cost_region([stream.undiscounted for stream in streams], sheet, limits, hours)
    drawn = curves(made, limits)
    regimes = drawn.regimes(steps) if drawn is not None else ()
    alone = streams[0].plan.workload if len(streams) == 1 else None
    several = alone is not None and alone.shared > 1
    return RegionReport(
        home,
        tuple(streams),
        with_discount(made, discount) if discount else made,
        drawn,
        regimes,
        break_evens(regimes),
        trade_offs(made, limits),
        None if alone is not None else best_mix(_bills(made), sheet, limits, hours, discount),
        fan_out_options(alone, sheet, limits, hours, discount) if alone is not None and several else (),
        aggregation_option(alone, sheet, limits, hours, discount) if alone is not None else None,
        steps,
    )


def _bills(region: RegionCost) -> list[StreamBills]:
    return [
        StreamBills(
            None if stream.now is None else stream.now.mode,
            stream.bill(Mode.PROVISIONED),
            stream.bill(Mode.ON_DEMAND_STANDARD),
            stream.bill(Mode.ON_DEMAND_ADVANTAGE),
        )
        for stream in region.streams
    ]
