"""A history made small enough to look at: stretches of it with the most that each asked for, and how often
each count was needed.

A stretch keeps its highest value, so that no peak is lost. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.history.demand import GAP
from shardcalc.core.history.load import UNMET, count
from shardcalc.core.history.metrics import READ_THROTTLED, WRITE_THROTTLED
from shardcalc.core.history.model import moment
from shardcalc.core.units import ceil_div

STRETCHES: Final = 300
"""A picture has no more of them."""


class Stretch(NamedTuple):
    """A piece of a history."""

    start: int
    """Epoch seconds."""
    most: Fraction | None
    """The most that a period asked for, in shards before rounding up and without headroom; None where nothing
    is known."""
    throttled: int
    """Periods in which records or reads were rejected."""


class Timeline(NamedTuple):
    """A history at a timeline."""

    stretches: tuple[Stretch, ...]
    seconds: int
    """How long each stretch is."""
    period: int
    """How long a period is, in seconds."""
    needed: tuple[tuple[int, int], ...]
    """Each shard count, ascending, and how many periods needed it, with headroom."""

    @property
    def days(self) -> list[tuple[date, Fraction | None, int]]:
        """Each day in UTC with the most that a period of it asked for, and its periods in which something was
        rejected.
        """
        found: dict[date, tuple[Fraction | None, int]] = {}
        for stretch in self.stretches:
            day = moment(stretch.start).date()
            most, throttled = found.get(day, (None, 0))
            known = [each for each in (most, stretch.most) if each is not None]
            found[day] = max(known, default=None), throttled + stretch.throttled
        return [(day, most, throttled) for day, (most, throttled) in found.items()]

    @property
    def rejections(self) -> list[tuple[int, int]]:
        """From when to when something was rejected, in epoch seconds."""
        found: list[tuple[int, int]] = []
        for stretch in self.stretches:
            if stretch.throttled:
                start = found.pop()[0] if found and found[-1][1] == stretch.start else stretch.start
                found.append((start, stretch.start + self.seconds))
        return found

    @property
    def pieces(self) -> list[list[tuple[int, Fraction]]]:
        """The known values between the gaps, so that no line is drawn over what is not known."""
        found: list[list[tuple[int, Fraction]]] = [[]]
        for stretch in self.stretches:
            if stretch.most is None:
                found.append([])
            else:
                found[-1].append((stretch.start, stretch.most))
        return [piece for piece in found if piece]


def timeline(made: Suggestion) -> Timeline:
    """Look at the history of a suggestion."""
    history = made.history
    readings, load = made.parts[0].readings, made.parts[0].load
    asked = load.asked()
    rejected = [
        of.amounts
        for key in (WRITE_THROTTLED, READ_THROTTLED)
        if (of := readings.metrics.get(key)) is not None
    ]
    each = max(1, ceil_div(Fraction(history.points), STRETCHES))
    stretches = []
    for first in range(0, history.points, each):
        most = max(asked[first : first + each])
        throttled = sum(
            any(amounts[index] > 0 for amounts in rejected)
            for index in range(first, min(first + each, history.points))
        )
        stretches.append(
            Stretch(
                history.start + first * history.period,
                None if most <= GAP else Fraction(most, load.shard),
                throttled,
            )
        )
    counts = count(load, made.options.reserve.factor).counts
    needed = Counter(
        each for each, value in zip(counts, load.series, strict=True) if value > GAP and each != UNMET
    )
    return Timeline(tuple(stretches), each * history.period, history.period, tuple(sorted(needed.items())))
