"""All that was asked of a stream in one unit, period by period: how near to full each count would have been.

What one shard carries in a period is a different number for bytes and for records, so all are multiplied to a
common multiple: then whole numbers compare across limits, and nothing is rounded before the shards are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from math import lcm
from operator import mul
from typing import Final, NamedTuple

from shardcalc.core.capacity.constraint import Regime
from shardcalc.core.facts import Limits
from shardcalc.core.history.demand import GAP, Demand, Readings, Traffic, demands, traffic
from shardcalc.core.history.hot_shard import NO_COUNT, HotShard, hot_shards
from shardcalc.core.history.model import Measurements
from shardcalc.core.units import ceil_div

TIMES: Final = 4
"""The busiest shard asks for at most this many times the shards that were enough if all were alike. Beyond, a
little more traffic or another key on that shard asks for many more each time: then spread the key."""
UNMET: Final = 10**9
"""More than any count: no count is enough."""


class Load(NamedTuple):
    """What was asked in each period of the limit that was nearest to its capacity, in parts of what a shard
    carries.
    """

    series: list[int]
    """For shards that are alike; negative where nothing is known."""
    ordered: list[int]
    """The known ones, ascending."""
    shard: int
    """What one shard carries in a period, in the same unit."""
    weights: tuple[int, ...]
    """By which each demand's amounts were multiplied to come to this unit."""
    hot: tuple[HotShard, ...] = ()
    """The busiest shard, where it is known, in the same unit."""
    most: int = 10_000
    """The most shards that are asked for on account of the busiest one."""

    def shards(self, load: int, reserve: Fraction) -> int:
        """The shards that carry a load times a reserve, at least one, where all are alike."""
        return max(1, ceil_div(reserve * load, self.shard))

    def at(self, shards: int) -> list[int]:
        """The series at a count of shards, with the busiest of them counting as often as there are shards."""
        made = self.series
        for each in self.hot:
            pairs = zip(made, each.at(shards), strict=True)
            # A gap stays one: nothing is known of the busiest shard there, and that counts as nothing.
            made = [one if one > two or one <= GAP else two for one, two in pairs]
        return made

    def ordered_at(self, shards: int) -> list[int]:
        """The known values of the series at a count of shards, ascending."""
        return sorted(load for load in self.at(shards) if load > GAP) if self.hot else self.ordered

    def asked(self) -> list[int]:
        """The load of each period; where the busiest shard asks for more than the others do, as many full
        shards as it needs to fit.
        """
        made = self.series
        for each in self.hot:
            counts = each.counts(Fraction(self.shard), self.most)
            needed = [count * self.shard if count > 1 else GAP for count in counts]
            made = [one if one > two else two for one, two in zip(made, needed, strict=True)]
        return made

    def carried(self, shards: int) -> bool:
        """Whether this many shards carry every period."""
        return max(self.at(shards)) <= shards * self.shard


@dataclass(frozen=True)
class Counted:
    """The least count for each period of a load with a reserve. Made by :func:`count`."""

    load: Load
    reserve: Fraction
    most: int
    """The most shards that are asked for on account of the busiest one."""
    regimes: tuple[Regime, ...]
    """What each limit of the busiest shard may use of it."""
    hot: tuple[list[int], ...]
    """For each of these the counts of the periods, ``UNMET`` where none is enough; all one where the limit is
    left out."""

    @cached_property
    def counts(self) -> list[int]:
        """Of all limits together, at least one; ``UNMET`` where no count is enough."""
        times, by = (self.reserve / self.load.shard).as_integer_ratio()
        made = [-(-load * times // by) if load > 0 else 1 for load in self.load.series]
        for each in self.hot:
            made = [one if one > two else two for one, two in zip(made, each, strict=True)]
        return made

    def least(self, allowed: int = 0, first: int = 0, end: int | None = None) -> int:
        """The least count that carries all but the allowed number of periods, from one to another."""
        if self.hot:
            ordered = sorted(self.counts[first:end])
            # Different limits may have no count in different periods, more of them than are allowed.
            return next(count for count in reversed(ordered[: len(ordered) - allowed]) if count != UNMET)
        # A larger load never needs fewer shards, so only one is looked at.
        whole = first == 0 and end is None
        known = self.load.ordered if whole else sorted(self.load.series[first:end])
        return self.load.shards(max(0, known[max(-1 - allowed, -len(known))]), self.reserve)


def count(load: Load, reserve: Fraction, allowed: int = 0) -> Counted:
    """The counts of each period with a reserve.

    What the busiest shard may use is decided once for all periods, by the worst one that is not allowed to go
    over: as much as the others if some count allows that, else all of it, else the limit is left out. Decided
    period by period, the minute that just keeps the reserve would ask for thousands of shards, on a day on
    which another minute cannot keep it.
    """
    most = min(load.most, TIMES * load.shards(load.ordered[-1], reserve))
    made = [_regime(load, each, reserve, allowed, most) for each in load.hot]
    return Counted(
        load, reserve, most, tuple(regime for regime, _ in made), tuple(counts for _, counts in made)
    )


def _regime(
    load: Load, hot: HotShard, reserve: Fraction, allowed: int, most: int
) -> tuple[Regime, list[int]]:
    full = Fraction(load.shard)
    for regime, room in ((Regime.RESERVED, full / reserve), (Regime.BARE, full)):
        counts = hot.counts(room, most, (room + full) / 2)
        if counts.count(NO_COUNT) <= allowed:
            return regime, [each or UNMET for each in counts]
    return Regime.NONE, [1] * len(hot.busiest)


def bring_together(
    asked: Sequence[Demand], hot: Sequence[HotShard], burst: Fraction, period: int, most: int
) -> Load:
    """Bring all demands to one unit and take the largest of each period."""
    both: list[Demand | HotShard] = [*asked, *hot]
    carries = [each.fact.value.amount * period / burst for each in both]
    shard = lcm(*(amount.numerator for amount in carries))
    weights = tuple(int(shard / amount) for amount in carries)
    # A gap times a weight stays negative, and so loses against anything known.
    scaled = [
        map(mul, each.measured.amounts, repeat(weight))
        for each, weight in zip(asked, weights[: len(asked)], strict=True)
    ]
    series = list(scaled[0])
    for more in scaled[1:]:
        series = [one if one > two else two for one, two in zip(series, more, strict=True)]
    ordered = sorted(series)
    return Load(
        series,
        ordered[bisect_left(ordered, 0) :],
        shard,
        weights,
        tuple(each.times(weight) for each, weight in zip(hot, weights[len(asked) :], strict=True)),
        most,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a stream in one part of its history."""

    readings: Readings
    written: Traffic
    demands: tuple[Demand, ...]
    hot: tuple[HotShard, ...]
    load: Load


def asked_of(part: Measurements, limits: Limits, burst: Fraction, since: int | None) -> Asked | None:
    """Look at one part of a history; None where bytes or records are unknown for the whole of it.

    Args:
        part: the measurements.
        limits: AWS's limits.
        burst: the busiest second over the mean second of its period.
        since: epoch seconds from which a period without a point is a quiet one; None for never.
    """
    readings = Readings.of(part, since)
    written = traffic(readings)
    if written is None:
        return None
    asked = tuple(demands(readings, written, limits))
    hot = hot_shards(readings, written, limits)
    load = bring_together(asked, hot, burst, part.period, limits.shards_most.value)
    return Asked(readings, written, asked, hot, load)
