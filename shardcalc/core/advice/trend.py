"""Whether the stream grows, and until when its shards do. Pure arithmetic; no clock: the history says when it
ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from shardcalc.core.history.demand import GAP, Load
from shardcalc.core.history.model import History, moment
from shardcalc.core.text import percent, shards_text
from shardcalc.core.units import ceil_div

_DAY: Final = 86_400
GROWTH_LEAST: Final = Fraction(5, 100)
"""Weekly medians that rise by less than this over the window are no trend."""
GROWTH_DAYS: Final = 4
"""The days of a week that must be known for the week to have a median."""
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


def grow(history: History, load: Load, deciding: int, reserve: Fraction, target: int) -> Trend:
    """Weekly medians of the daily peaks, and when the present count is no longer enough at their pace.

    Days and weeks are counted back from the end, so that each is whole. The pace is that from the first to
    the last week; it is a trend only when no week is below the one before it.
    """
    day = _DAY // history.period
    count = history.points // day if day else 0
    peaks = [
        max(load.series[len(load.series) - (back + 1) * day : len(load.series) - back * day])
        for back in range(count)
    ]
    medians: list[Fraction | None] = []
    for week in range(count // 7):
        known_peaks = sorted(peak for peak in peaks[week * 7 : week * 7 + 7] if peak > GAP)
        medians.insert(0, _median(known_peaks) / load.shard if len(known_peaks) >= GROWTH_DAYS else None)
    weeks = tuple(medians)
    whole = [median for median in weeks if median is not None]
    if len(weeks) < 2:
        return Trend(weeks, None, None, f"no trend: {count} whole days are fewer than two weeks")
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
    if current is None or history.mode == "ON_DEMAND":
        return Trend(weeks, per_week, None, text)
    peak = Fraction(deciding, load.shard) * reserve
    end = moment(history.end).date()
    untils = {count: _until(end, count, peak, pace / last) for count in dict.fromkeys((current, target))}
    words = [_lasts(count, end, until) for count, until in untils.items()]
    return Trend(weeks, per_week, untils[current], f"{text}; at that pace {', and '.join(words)}")


def _until(end: date, count: int, peak: Fraction, pace: Fraction) -> date | None:
    """The day on which a count no longer carries a peak that grows by so large a share of itself a week; None
    when that is far away.
    """
    if peak > count:
        return end
    days = ceil_div((count / peak - 1) / pace * 7)
    return end + timedelta(days) if days <= HORIZON else None


def _lasts(count: int, end: date, until: date | None) -> str:
    shards = f"{shards_text(count)} {'is' if count == 1 else 'are'}"
    if until is None:
        return f"{shards} enough for more than {HORIZON // 365} years"
    return f"{shards} not enough" if until == end else f"{shards} enough until {until}"


def _median(ordered: Sequence[int]) -> Fraction:
    middle = len(ordered) // 2
    return Fraction(
        ordered[middle] if len(ordered) % 2 else ordered[middle - 1] + ordered[middle],
        1 if len(ordered) % 2 else 2,
    )
