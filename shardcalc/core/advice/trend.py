"""Whether the stream grows, and until when its shards do. Pure arithmetic; no clock: the history says when it
ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from shardcalc.core.facts import Limits
from shardcalc.core.history.demand import GAP, coarser
from shardcalc.core.history.load import Asked, asked_of
from shardcalc.core.history.model import History, moment
from shardcalc.core.text import percent, shards_text
from shardcalc.core.units import ceil_div

_DAY: Final = 86_400
GROWTH_LEAST: Final = Fraction(5, 100)
"""Weekly medians that rise by less than this over the window are no trend."""
GROWTH_DAYS: Final = 4
"""The days of a week that must be known for the week to have a median."""
LEAST_WEEKS: Final = 4
"""Fewer whole weeks show no trend: of two, the next two reversed more often than they went on."""
ONE: Final = Fraction(1)
HORIZON: Final = 10 * 365
"""A date that is more than this number of days away is not given."""


class Trend(NamedTuple):
    """How the weekly medians of the daily peaks went."""

    weeks: tuple[Fraction | None, ...]
    """Shards that carry the median day's peak, without headroom, oldest week first; None where too few days
    are known."""
    per_week: Fraction | None
    """Growth of a week, as a share of the first; None when there is no trend."""
    until: date | None
    """The day on which the present count no longer carries the peak with its headroom; None when that cannot
    be said."""
    text: str


def grow(
    history: History, parts: Sequence[Asked], peak: Fraction | None, target: int, limits: Limits, since: int
) -> Trend:
    """Weekly medians of the daily peaks, and when the present count is no longer enough at their pace.

    Days and weeks are counted back from the end, so that each is whole. All days are looked at in the
    coarsest period of the history, because a finer one shows higher peaks. The pace is that from the first to
    the last week; it is a trend only when no week is below the one before it.

    Args:
        history: what was measured.
        parts: what was asked in each part of it.
        peak: the shards that carry the deciding period with its reserve; None where they are alike no more.
        target: the advised count.
        limits: AWS's limits.
        since: epoch seconds from which a period without a point is a quiet one.
    """
    count = (history.end - history.begin) // _DAY
    if count < 7 * LEAST_WEEKS:
        return Trend((), None, None, f"no trend: {count} whole days are fewer than {LEAST_WEEKS} weeks")
    medians: list[Fraction | None] = []
    days = _days(history, parts, limits, since)
    for week in range(count // 7):
        known = sorted(days[day] for day in range(week * 7, week * 7 + 7) if day in days)
        medians.insert(0, median(known) if len(known) >= GROWTH_DAYS else None)
    weeks = tuple(medians)
    whole = [week for week in weeks if week is not None]
    if len(whole) < len(weeks):
        return Trend(weeks, None, None, f"no trend: a week has fewer than {GROWTH_DAYS} known days")
    first, last = whole[0], whole[-1]
    steady = all(later >= earlier for earlier, later in pairwise(whole))
    if not first or not steady or last < first * (1 + GROWTH_LEAST):
        return Trend(weeks, None, None, "no trend")
    per_week = (last / first - 1) / (len(whole) - 1)
    pace = (last - first) / (len(whole) - 1)
    text = f"the median day's peak grows {percent(per_week)} a week"
    current = history.open_shards
    if current is None or history.mode == "ON_DEMAND" or peak is None:
        return Trend(weeks, per_week, None, text)
    end = moment(history.end).date()
    untils = {count: _until(end, count, peak, pace / last) for count in dict.fromkeys((current, target))}
    words = [_lasts(count, end, until) for count, until in untils.items()]
    return Trend(weeks, per_week, untils[current], f"{text}; at that pace {', and '.join(words)}")


def _days(history: History, parts: Sequence[Asked], limits: Limits, since: int) -> Mapping[int, Fraction]:
    """The peak of each day that is known, in shards that are full; the last day is 0, that before it 1."""
    period = max(part.readings.part.period for part in parts)
    peaks: dict[int, Fraction] = {}
    for part in parts:
        own = part.readings.part
        asked = part if own.period == period else asked_of(coarser(own, period), limits, ONE, since)
        assert asked is not None  # the part has traffic
        start, load = asked.readings.part.start, asked.load
        most: dict[int, int] = {}
        for index, each in enumerate(load.series):
            day = (history.end - 1 - start - index * period) // _DAY
            if each > most.get(day, GAP):
                most[day] = each
        for day, each in most.items():
            peaks[day] = max(peaks.get(day, Fraction(0)), Fraction(each, load.shard))
    return peaks


def _until(end: date, count: int, peak: Fraction, pace: Fraction) -> date | None:
    """The day on which a count no longer carries a peak that grows by so large a share of itself a week; None
    when that is far away.
    """
    if peak > count:
        return end
    days = max(1, ceil_div((count / peak - 1) / pace * 7))
    return end + timedelta(days) if days <= HORIZON else None


def _lasts(count: int, end: date, until: date | None) -> str:
    shards = f"{shards_text(count)} {'is' if count == 1 else 'are'}"
    if until is None:
        return f"{shards} enough for more than {HORIZON // 365} years"
    return f"{shards} not enough" if until == end else f"{shards} enough until {until}"
