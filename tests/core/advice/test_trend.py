"""Until when the shards do, at the pace of four weeks: worked by hand.

Each week has one rate throughout, in steps: r, r + d, r + 2d, r + 3d records a second. In shards that is
r/1,000 and so on, the pace is d/1,000 a week, and as a share of the last week p = d / (r + 3d). Without a
reserve n shards carry (r + 3d)/1,000 of it, so they do for (1,000 n / (r + 3d) - 1) / p weeks.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from shardcalc.core.history.model import History
from tests.suggested import found
from tests.synthetic import END

WEEK = 7 * 24
DAY_OF_END = date(2026, 11, 21)


def weekly(*rates, **more):
    """Hours of so many records a second of 10 bytes, each week another."""
    counts = [rate * 3600 for rate in rates for _ in range(WEEK)]
    return History(
        start=END - len(counts) * 3600,
        period=3600,
        points=len(counts),
        metrics={"IncomingRecords": counts, "IncomingBytes": [10 * count for count in counts]},
        stream="orders",
        region="us-east-1",
        mode="PROVISIONED",
        **more,
    )


def trend(*rates, shards=None, **options):
    return found(weekly(*rates, open_shards=shards), **{"headroom": "0%", **options}).growth


@pytest.mark.parametrize(
    ("shards", "days"),
    [
        # 1.3 shards grow by 0.1 a week: 2 do for 7 weeks, 3 for 17, 4 for 27.
        (2, 49),
        (3, 119),
        (4, 189),
        # 53 do for 51.7 / 0.1 = 517 weeks; 54 for 527, which are 3,689 days.
        (53, 3619),
        (54, None),
        # One does not.
        (1, 0),
    ],
)
def test_a_count_does_until_the_peak_has_grown_to_it(shards, days):
    made = trend(1000, 1100, 1200, 1300, shards=shards)
    assert made.weeks == (1, Fraction(11, 10), Fraction(12, 10), Fraction(13, 10))
    assert made.per_week == Fraction(1, 10)
    assert made.until == (None if days is None else DAY_OF_END + timedelta(days))


def test_a_part_of_a_day_counts_as_a_day():
    # 1.9 grow by 0.3 a week: 0.1 more take a third of a week, 2.33 days.
    assert trend(1000, 1300, 1600, 1900, shards=2).until == DAY_OF_END + timedelta(3)
    # Of 1.25 x 1.9 = 2.375, 3 are (3 / 2.375 - 1) x 1.9 / 0.3 = 1.67 weeks ahead: 11.67 days.
    assert trend(1000, 1300, 1600, 1900, shards=3, headroom="25%").until == DAY_OF_END + timedelta(12)


def test_what_is_full_today_is_not_enough_tomorrow():
    assert trend(1000, 2000, 3000, 4000, shards=4).until == DAY_OF_END + timedelta(1)


def test_no_date_is_given_beyond_ten_years():
    # 22 grow by 7 a week, a shard a day: 3,672 do for 3,650 days.
    rates = (1000, 8000, 15_000, 22_000)
    assert trend(*rates, shards=3672).until == date(2036, 11, 18)
    assert trend(*rates, shards=3673).until is None


@pytest.mark.parametrize(
    ("shards", "words"),
    [
        (3673, "3,673 shards are enough for more than 10 years"),
        # What runs is what is advised, and is said once.
        (22, "22 shards are enough until 2026-11-22"),
        (21, "21 shards are not enough, and 22 shards are enough until 2026-11-22"),
        (1, "1 shard is not enough, and 22 shards are enough until 2026-11-22"),
    ],
)
def test_the_pace_is_told_with_what_runs_and_what_is_advised(shards, words):
    # 700 % of the first a week.
    text = trend(1000, 8000, 15_000, 22_000, shards=shards).text
    assert text == f"the median day's peak grows 700% a week; at that pace {words}"


def test_without_a_count_the_pace_alone_is_told():
    made = trend(1000, 1100, 1200, 1300)
    assert (made.text, made.until) == ("the median day's peak grows 10% a week", None)


@pytest.mark.parametrize(
    ("rates", "per_week"),
    [
        # 5 % from the first week to the last is a trend, and a week may stay as it was.
        ((1000, 1000, 1000, 1050), Fraction(5, 300)),
        ((1000, 1000, 1000, 1049), None),
        ((1000, 1050, 1049, 1100), None),
        ((0, 1000, 2000, 3000), None),
        # Of five weeks there are four steps.
        ((1000, 1100, 1200, 1300, 1400), Fraction(1, 10)),
        ((1000, 2000, 3000), None),
    ],
)
def test_only_what_rises_from_week_to_week_by_a_twentieth_in_all_is_a_trend(rates, per_week):
    made = trend(*rates, shards=2)
    assert made.per_week == per_week
    if per_week is None:
        assert made.text.startswith("no trend")
        assert made.until is None
