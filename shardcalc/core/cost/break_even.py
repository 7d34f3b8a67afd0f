"""Where the modes cross: the cost of each as a function of traffic, and the rates at which another becomes
the cheapest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.cost.bill import (
    DATA_IN,
    DATA_OUT,
    Bill,
    total,
)
from shardcalc.core.cost.comparison import RegionCost
from shardcalc.core.facts import Limits
from shardcalc.core.units import GIB, USD, ceil_div
from shardcalc.core.workload.parts import Mode

ZERO: Final = Fraction(0)

STEPS: Final = 4_000
"""How many steps of the shard count a search for break-even rates looks at."""


class Regime(NamedTuple):
    """A range of traffic, as multiples of today's, in which one mode is the cheapest."""

    mode: Mode
    above: Fraction
    up_to: Fraction | None
    """None: as far as was looked."""


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

    per_shard: tuple[tuple[Fraction, Fraction], ...]
    """For each stream: its demand in shards today, before rounding up, and what one shard costs."""
    metrics: tuple[tuple[Fraction, Fraction], ...]
    """The same for the shard-level metrics. They cost as much in every mode, so they decide nothing."""
    provisioned: Fraction
    """What else provisioned costs, in proportion to traffic."""
    standard: _Line
    advantage: Fraction
    """What Advantage costs in proportion to traffic, before its floors."""
    floors: tuple[tuple[Fraction, Fraction, Fraction], ...]
    """For each floor: the quantity that is owed, the quantity moved today, and the price of what is
    missing."""

    def cost(self, mode: Mode, x: Fraction) -> USD:
        """The cost of a mode at a multiple of today's traffic."""
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
        """The cost of each mode at some points, spaced logarithmically around today and these multiples."""
        shown = [Fraction(1), *around]
        low, high = float(min(shown)) / 4, float(max(shown)) * 4
        times = [low * (high / low) ** (index / (count - 1)) for index in range(count)]
        nearest = [Fraction(each).limit_denominator(10**9) for each in times]
        return tuple(
            Sample(each, {mode: self.cost(mode, x) for mode in Mode})
            for each, x in zip(times, nearest, strict=True)
        )

    def regimes(self, steps: int = STEPS) -> tuple[Regime, ...]:
        """Which mode is the cheapest, from no traffic upward, as far as this number of steps of the shard
        count reaches.
        """
        found: list[Regime] = []
        start, shards = ZERO, sum((price for _, price in self.per_shard), ZERO)
        for end, price in self._breakpoints(steps):
            if end > start:
                # On (start, end] the number of shards is that of the step before `end`; the price of the next
                # comes after.
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
        """Where a curve bends: each multiple at which a stream's next shard is needed, with its price, and
        each floor's kink.
        """

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


def _by_shard(steps: Sequence[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    """What costs so much a shard, at a multiple of today's traffic."""
    return sum((max(1, ceil_div(load * x)) * price for load, price in steps), ZERO)


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
    per_shard: list[tuple[Fraction, Fraction]] = []
    metrics: list[tuple[Fraction, Fraction]] = []
    moving = ZERO
    for stream in region.streams:
        bill = stream.provisioned
        each, metered = _sum([bill], *_BY_SHARD), _sum([bill], _METRICS)
        load = max(constraint.load for constraint in stream.plan.constraints)
        per_shard.append((load, each / stream.shards))
        metrics.append((load, metered / stream.shards))
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
    return Curves(
        tuple(per_shard), tuple(metrics), moving, _Line(fixed, standard - fixed), advantage, tuple(owed)
    )


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
