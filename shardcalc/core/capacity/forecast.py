"""Until when a shard count does, when the traffic grows as declared: the date of each next shard.

Traffic grows by its share from one month (or year) to the next, compounding, and evenly over the days
between; so every date is exact and can be redone with a pencil. It counts from the day of which the rates
are, else from today. Pure arithmetic; no clock: today is an input.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import count as counting
from itertools import islice
from math import log, log1p
from typing import Final, NamedTuple

from shardcalc.core.capacity.streams import Plan
from shardcalc.core.units import Months
from shardcalc.core.workload.parts import Growth

ONE: Final = Fraction(1)
HORIZON: Final = Months(12)
"""How far is looked when nobody says."""
FAR: Final = Fraction(10**30) ** 5
"""The multiple of the declared traffic as far as which growth is followed; no float is much larger."""
MOST: Final = 120
"""The most steps that are dated; a stream that grows further needs more than dates."""


class NextShard(NamedTuple):
    """The first day on which more shards are needed."""

    day: date
    shards: int
    """What is needed from that day on."""


class Grown(NamedTuple):
    """Traffic that grows: its multiple of the declared one, by day."""

    growth: Growth
    dated: date
    """The day on which the declared rates are true."""

    def times(self, day: date) -> Fraction:
        """The multiple of the declared traffic on a day; one before the rates' own."""
        for begin, end, at in self._periods(self._period_before(day)):
            if day < end:
                return at * (ONE + self.growth.share * max(0, (day - begin).days) / (end - begin).days)
        raise AssertionError("periods go on for ever")  # pragma: no cover - so nothing gets here

    def above(self, times: Fraction, last: date) -> date | None:
        """The first day on which traffic is above a multiple of the declared one; None when it is not until
        the last.
        """
        if not self.growth.share:
            return None if times >= 1 else self.dated
        # Logarithms only say where to begin; a period too early costs a step, and nothing else.
        near = int(log(times) / log1p(self.growth.share)) - 1 if times > 1 else 0
        for begin, end, at in self._periods(max(0, min(near, self._period_before(last)))):
            if begin > last:
                return None
            if at > times:
                return begin
            if at * (ONE + self.growth.share) > times:
                # Above as soon as at x (1 + share x day / days) is.
                passed = (times / at - ONE) / self.growth.share * (end - begin).days
                day = begin + timedelta(passed.numerator // passed.denominator + 1)
                return day if day <= last else None
        return None  # pragma: no cover - periods go on for ever

    def _period_before(self, day: date) -> int:
        """The number of a period that begins on a day at the latest; the first is 0."""
        passed = (day.year - self.dated.year) * 12 + day.month - self.dated.month
        return max(0, passed // self.growth.period.count - 1)

    def _periods(self, first: int) -> Iterator[tuple[date, date, Fraction]]:
        """Each period from a number on: its days, and the multiple of the traffic that it begins with."""
        months = self.growth.period.count
        begin, at = later(self.dated, first * months), min(FAR, (ONE + self.growth.share) ** first)
        for number in counting(first + 1):  # pragma: no branch - it goes on for ever
            end = later(self.dated, number * months)
            yield begin, end, at
            begin, at = end, min(FAR, at * (ONE + self.growth.share))


@dataclass(frozen=True)
class Forecast:
    """A growing stream, from today to a last day."""

    plan: Plan
    grown: Grown
    first: date
    """Today."""
    last: date

    @cached_property
    def steps(self) -> tuple[NextShard, ...]:
        """The days on which more shards are needed, in order; no more than :data:`MOST` of them."""
        return tuple(islice(_steps(self), MOST))

    @cached_property
    def at_last(self) -> int:
        """What is needed on the last day; the last known count when the hottest key then fits no shard."""
        return self.needed(self.last) or (self.steps[-1].shards if self.steps else self.shards)

    @cached_property
    def key_out(self) -> date | None:
        """The first day on which the hottest key outgrows its shard, however many there are."""
        return None if self.plan.outgrown is None else self.grown.above(self.plan.outgrown, self.last)

    @property
    def growth(self) -> Growth:
        """How the traffic grows."""
        return self.grown.growth

    @property
    def shards(self) -> int:
        """What is needed today."""
        return self.needed(self.first) or self.plan.shards

    def needed(self, day: date) -> int | None:
        """What is needed on a day; None when the hottest key then fits no shard."""
        return self.plan.least(max(ONE, self.grown.times(day)))

    def until(self, shards: int) -> date | None:
        """The first day on which this shard count is no longer enough; None when it is enough to the last."""
        day = self.grown.above(self.plan.most(shards), self.last)
        return None if day is None else max(day, self.first)

    @property
    def more(self) -> int:
        """How many shards more are needed on the last day than the listed steps tell."""
        return self.at_last - (self.steps[-1].shards if self.steps else self.shards)


def forecast(plan: Plan, today: date) -> Forecast | None:
    """Work out when a plan needs its next shards; None when the workload declares no growth.

    Every demand is in proportion to the traffic; what the shard of the hottest key may use stays as today.
    """
    growth = plan.workload.growth
    if growth is None:
        return None
    grown = Grown(growth, plan.workload.rps.dated or today)
    return Forecast(
        plan, grown, today, later(max(today, grown.dated), (plan.workload.horizon or HORIZON).count)
    )


def _steps(made: Forecast) -> Iterator[NextShard]:
    shards: int | None = made.shards
    while shards is not None:
        day = made.until(shards)
        if day is None:
            return
        shards = made.needed(day)
        if shards is not None:
            yield NextShard(day, shards)


def later(day: date, months: int) -> date:
    """The same day ``months`` months later, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
