"""Until when a shard count does, when the traffic grows as declared: the date of each next shard.

Traffic grows by its share from one month (or year) to the next, compounding, and evenly over the days
between; so every date is exact and can be redone with a pencil. Pure arithmetic; no clock: the first day is
an input.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from typing import Final, NamedTuple

from shardcalc.core.capacity.streams import Plan
from shardcalc.core.units import Months, ceil_div
from shardcalc.core.workload.parts import Growth

ONE: Final = Fraction(1)
HORIZON: Final = Months(12)
"""How far is looked when nobody says."""
MOST: Final = 120
"""The most steps that are dated; a stream that grows further needs more than dates."""


class NextShard(NamedTuple):
    """The first day on which one more shard is needed."""

    day: date
    shards: int
    """What is needed from that day on."""


class Forecast(NamedTuple):
    """The steps of a growing stream, from a first day to a last one."""

    growth: Growth
    first: date
    last: date
    load: Fraction
    """Demand on the first day, in shards before rounding up."""
    at_last: int
    """What is needed on the last day."""
    steps: tuple[NextShard, ...]
    """In order of time, on one day possibly several; no more than :data:`MOST` of them."""

    @property
    def shards(self) -> int:
        """What is needed on the first day."""
        return max(1, ceil_div(self.load))

    def until(self, shards: int) -> date | None:
        """The first day on which this shard count is no longer enough; None when it is enough to the last."""
        if shards < self.shards:
            return self.first
        return next((step.day for step in self.steps if step.shards > shards), None)

    @property
    def more(self) -> int:
        """How many steps follow that are not listed."""
        return self.at_last - (self.steps[-1].shards if self.steps else self.shards)


def forecast(plan: Plan, today: date) -> Forecast | None:
    """Work out when a plan needs its next shards; None when the workload declares no growth.

    Every demand is in proportion to the traffic, so the limit that binds today binds all the way.
    """
    growth = plan.workload.growth
    if growth is None:
        return None
    load = max(constraint.load for constraint in plan.constraints)
    last = later(today, (plan.workload.horizon or HORIZON).count)
    return Forecast(
        growth,
        today,
        last,
        load,
        max(1, ceil_div(_at(last, load, growth, today))),
        tuple(islice(_steps(load, growth, today, last), MOST)),
    )


def _at(day: date, load: Fraction, growth: Growth, first: date) -> Fraction:
    """The demand on a day."""
    begin, periods = first, 0
    while (end := later(first, (periods + 1) * growth.period.count)) <= day:
        begin, periods = end, periods + 1
    return (
        load
        * (ONE + growth.share) ** periods
        * (ONE + growth.share * (day - begin).days / (end - begin).days)
    )


def _steps(load: Fraction, growth: Growth, first: date, last: date) -> Iterator[NextShard]:
    shards = max(1, ceil_div(load))
    begin, at, periods = first, load, 0
    while begin < last and growth.share:
        periods += 1
        end = later(first, periods * growth.period.count)
        grown = at * (ONE + growth.share)
        days = (end - begin).days
        while grown > shards:
            # The load is above the shard count as soon as at x (1 + share x day / days) is.
            passed = (shards / at - ONE) / growth.share * days
            day = begin + timedelta(passed.numerator // passed.denominator + 1)
            if day > last:
                return
            shards += 1
            yield NextShard(day, shards)
        begin, at = end, grown


def later(day: date, months: int) -> date:
    """The same day ``months`` months later, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
