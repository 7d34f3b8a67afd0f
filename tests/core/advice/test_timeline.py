"""A history drawn as stretches: nothing is drawn over what is not known."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shardcalc.core.advice.timeline import Stretch, Timeline, timeline
from tests.suggested import found, hot
from tests.synthetic import history

ONE, TWO = Fraction(1), Fraction(2)


def drawn(*stretches):
    """Stretches of a minute each, from 1970 on."""
    return Timeline(
        tuple(Stretch(index * 60, most, throttled) for index, (most, throttled) in enumerate(stretches)),
        60, 60, (),
    )  # fmt: skip


def test_a_line_ends_before_a_gap_and_begins_after_it():
    made = drawn((None, 0), (ONE, 0), (TWO, 0), (None, 0), (None, 0), (ONE, 0))
    assert made.pieces == [[(60, ONE), (120, TWO)], [(300, ONE)]]


def test_rejections_that_touch_are_one():
    assert drawn((ONE, 3), (ONE, 1), (ONE, 0), (ONE, 2)).rejections == [(0, 120), (180, 240)]


def test_a_hot_shard_asks_for_as_many_shards_as_it_needs_to_fit():
    # As in test_a_hot_shard_needs_more: 18 just carry the sale and 34 keep the headroom; noon is 750/s of
    # 5,000/s on one shard, which fits 9 of its like: 750 x 12 / 1,000.
    made = timeline(found(history(shards=hot(history(), Fraction(15, 100)))))
    assert max(stretch.most for stretch in made.stretches) == 18
    assert dict(made.needed)[34] == 60
    assert max(most for day, most, _ in made.days if day.day != 16) == 9


def test_a_day_has_the_most_and_all_rejections_of_its_stretches():
    """Noon and evening of 1970-01-01, in which 3 and 5 periods rejected something, then a day without any."""
    made = Timeline(
        (
            Stretch(43_200, Fraction(2), 3),
            Stretch(64_800, Fraction(1), 5),
            Stretch(86_400, None, 0),
        ),
        21_600,
        60,
        (),
    )
    assert made.days == [(date(1970, 1, 1), Fraction(2), 8), (date(1970, 1, 2), None, 0)]
