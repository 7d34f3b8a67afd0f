"""Where the modes cross: the cost of each as a function of traffic, and the rates at which another becomes
the cheapest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Final, NamedTuple

from shardcalc.core.capacity.on_demand import reach
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import (
    DATA_IN,
    DATA_OUT,
    Bill,
    total,
)
from shardcalc.core.cost.comparison import RegionCost
from shardcalc.core.facts import Limits
from shardcalc.core.units import GIB, USD
from shardcalc.core.workload.parts import Mode

ZERO: Final = Fraction(0)

STEPS: Final = 4_000
"""How many steps of the shard count a search for break-even rates looks at."""


class Regime(NamedTuple):
    """A range of traffic, as multiples of today's, in which one mode is the cheapest."""

    mode: Mode
    above: Fraction
    up_to: Fraction | None
    """None: as far as was looked, or as any mode carries the traffic."""


class Sample(NamedTuple):
    """What each mode costs at one point of a picture."""

    times: float
    """The multiple of today's traffic; it only places the point."""
    costs: Mapping[Mode, USD]


class _Line(NamedTuple):
    """Cost as a function of traffic on one step: ``fixed + slope x``."""

    fixed: Fraction
    slope: Fraction

    def at(self, x: Fraction) -> Fraction:
        return self.fixed + self.slope * x


class Curves(NamedTuple):
    """The cost of each mode as a function of traffic, where 1 is today's.

    Provisioned steps up by a shard at a time; On-demand Standard is a straight line; Advantage is one with a
    kink at each floor.
    """

    per_shard: tuple[tuple[Plan, Fraction], ...]
    """For each stream: its plan, and what one shard costs."""
    metrics: tuple[tuple[Plan, Fraction], ...]
    """The same for the shard-level metrics. They cost as much in every mode, so they decide nothing."""
    provisioned: Fraction
    """What else provisioned costs, in proportion to traffic."""
    standard: _Line
    advantage: Fraction
    """What Advantage costs in proportion to traffic, before its floors."""
    floors: tuple[tuple[Fraction, Fraction, Fraction], ...]
    """For each floor: the quantity that is owed, the quantity moved today, and the price of what is
    missing."""
    end: Fraction | None
    """The multiple up to which some count carries the hottest key of every stream; None without a key."""
    reach: Mapping[Mode, Fraction]
    """The multiple up to which each mode carries every stream; zero where it never does."""

    def cost(self, mode: Mode, x: Fraction) -> USD:
        """The cost of a mode at a multiple of today's traffic, not beyond the end."""
        metrics = _by_shard(self.metrics, x)
        if mode is Mode.PROVISIONED:
            return USD(metrics + _by_shard(self.per_shard, x) + self.provisioned * x)
        if mode is Mode.ON_DEMAND_STANDARD:
            return USD(metrics + self.standard.at(x))
        return USD(
            metrics
            + self.advantage * x
            + sum(max(ZERO, owed - moved * x) * price for owed, moved, price in self.floors)
        )

    def sampled(self, around: Sequence[Fraction], count: int) -> tuple[Sample, ...]:
        """The cost of each mode at some points, spaced logarithmically around today and these multiples, and
        not beyond the end.
        """
        shown = [Fraction(1), *around]
        last = max(shown) * 4 if self.end is None else min(max(shown) * 4, self.end)
        low, high = float(min(shown)) / 4, float(last)
        times = [low * (high / low) ** (index / (count - 1)) for index in range(count)]
        nearest = [min(Fraction(each).limit_denominator(10**9), last) for each in times]
        return tuple(
            Sample(each, {mode: self.cost(mode, x) for mode in Mode})
            for each, x in zip(times, nearest, strict=True)
        )

    def regimes(self, steps: int = STEPS) -> tuple[Regime, ...]:
        """Which mode is the cheapest, from no traffic upward, as far as this number of steps of the shard
        count reaches, or to the end. Only modes that carry the traffic are compared; where none carries
        today's, there is nothing to compare.
        """
        if max(self.reach.values()) < 1:
            return ()
        found: list[Regime] = []
        start, shards = ZERO, sum((price for _, price in self.per_shard), ZERO)
        for bend, price in self._breakpoints(steps):
            end = bend if self.end is None else min(bend, self.end)
            if end > start:
                # On (start, end] the number of shards is that of the step before `end`; the price of the next
                # comes after.
                lines = [
                    line for line in self._lines(shards, (start + end) / 2) if self.reach[line[0]] >= end
                ]
                if not lines:
                    break
                for mode, above, up_to in _cheapest(lines, start, end):
                    if found and found[-1].mode is mode:
                        found[-1] = found[-1]._replace(up_to=up_to)
                    else:
                        found.append(Regime(mode, above, up_to))
                start = end
            shards += price
        return (*found[:-1], found[-1]._replace(up_to=None)) if found else ()

    def _breakpoints(self, most: int) -> Iterator[tuple[Fraction, Fraction]]:
        """Where a curve bends: each multiple at which a stream's next shard is needed, with its price, each
        floor's kink, and where a mode ends.
        """

        def steps(plan: Plan, price: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
            return ((end, price) for end in islice(plan.ends(), most))

        kinks = sorted(
            [(owed / moved, ZERO) for owed, moved, _ in self.floors if moved]
            + [(times, ZERO) for times in self.reach.values()]
        )
        merged = heapq.merge(kinks, *(steps(plan, price) for plan, price in self.per_shard))
        for count, point in enumerate(merged):  # pragma: no branch - the steps go on for ever
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


def _by_shard(streams: Sequence[tuple[Plan, Fraction]], x: Fraction) -> Fraction:
    """What streams pay by the shard, at a multiple of today's traffic; where the hottest key outgrows its
    shard the count stays as it is, and nothing is drawn beyond.
    """
    return sum(((plan.least(x) or plan.shards) * price for plan, price in streams), ZERO)


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
    """The cost of each mode as a function of the traffic of all streams together; None when a price is
    unknown.
    """
    if not all(region.complete(mode) for mode in Mode) or not _priced(region):
        return None
    per_shard: list[tuple[Plan, Fraction]] = []
    metrics: list[tuple[Plan, Fraction]] = []
    moving = ZERO
    for stream in region.streams:
        bill = stream.provisioned
        each, metered = _sum([bill], *_BY_SHARD), _sum([bill], _METRICS)
        per_shard.append((stream.plan, each / stream.shards))
        metrics.append((stream.plan, metered / stream.shards))
        moving += bill.total.amount - each - metered
    bills = [stream.standard for stream in region.streams]
    fixed = _sum(bills, "stream-hours")
    standard = total([bill.total for bill in bills]).amount - _sum(bills, _METRICS)
    bills = [stream.advantage for stream in region.streams]
    advantage = total([bill.total for bill in bills]).amount - _sum(bills, _METRICS)
    prices = region.prices
    owed = []
    for way, floor, price in (
        ("in", limits.advantage_floor_in.value, prices.advantage_data_in_shortfall),
        ("out", limits.advantage_floor_out.value, prices.advantage_data_out_shortfall),
    ):
        if price is None:  # pragma: no cover - _priced() has looked at both
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
    line = _Line(fixed, standard - fixed)
    keyed = [limit for plan, _ in per_shard for limit in plan.constraints if limit.key is not None]
    end = min((limit.most(limits.shards_most.value) for limit in keyed if limit.shards), default=None)
    far = {
        mode: min((reach(stream.plan, mode, limits) for stream in region.streams), default=ZERO)
        for mode in Mode
    }
    return Curves(tuple(per_shard), tuple(metrics), moving, line, advantage, tuple(owed), end, far)


_BY_SHARD: Final = ("shard-hours", "extended-retention", "consumer-shard-hours")
_METRICS: Final = "enhanced-metrics"


def _sum(bills: Iterable[Bill], *names: str) -> Fraction:
    """What the lines of these names cost together."""
    return total([line.cost for bill in bills for line in bill.lines if line.name in names]).amount


def _priced(region: RegionCost) -> bool:
    # Above the floors the bill has no shortfall line, and its price could still be unknown.
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
