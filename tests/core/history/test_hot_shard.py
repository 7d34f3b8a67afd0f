"""The count at which the busiest shard has room, against a second statement of the rule in fractions."""

from __future__ import annotations

from fractions import Fraction
from hashlib import md5
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.recommendation import Options, suggest
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history.demand import GAP
from shardcalc.core.history.hot_shard import NO_COUNT, HotShard
from shardcalc.core.history.model import History

MOST = 500


@st.composite
def periods(draw):
    """What the busiest shard took, what the stream took, and how many shards there were."""
    shards = draw(st.integers(2, 40))
    whole = draw(st.integers(0, 10_000))
    return draw(st.integers(ceil(Fraction(whole, shards)), whole)), whole, shards


def share(busiest, whole, shards, at):
    """The busiest shard's part of the stream at another count: decision.md, section 5."""
    if not whole:
        return Fraction(0)
    part = Fraction(busiest, whole)
    if at < shards:
        return min(Fraction(1), part * shards / at)
    key = (part * shards - 1) / (shards - 1)
    return key + (1 - key) / at


def hot(period):
    busiest, whole, shards = period
    limits = built_in_limits()
    return HotShard("n", "t", limits.write_records, [busiest], [whole], [shards])


@given(periods(), st.fractions(1, 5000))
def test_the_count_leaves_room_and_one_less_does_not(period, room):
    def asked(count):
        return share(*period, count) * period[1]

    [count] = hot(period).counts(room, MOST)
    if count == NO_COUNT:
        assert asked(MOST) > room
    else:
        assert asked(count) <= room
        assert count == 1 or asked(count - 1) > room


@given(periods(), st.fractions(1, 5000), st.fractions(0, 500))
def test_a_count_that_was_open_is_kept_while_it_leaves_enough(period, room, more):
    [plain], [kept] = hot(period).counts(room, MOST), hot(period).counts(room, MOST, room + more)
    assert kept == (period[2] if room < period[0] <= room + more else plain)


@given(periods(), st.integers(1, 100))
def test_what_the_busiest_is_asked_for_at_a_count_is_its_share_as_often(period, count):
    [most] = hot(period).at(count)
    assert most == ceil(share(*period, count) * period[1] * count)


def test_what_is_not_known_is_nothing_in_another_unit():
    made = HotShard("n", "t", built_in_limits().write_records, [GAP, 20], [30, 40], [2, 2]).times(3)
    assert (made.busiest, made.whole) == ([0, 60], [0, 120])


@given(periods(), st.integers(1, 100))
def test_periods_with_one_count_are_asked_as_if_it_changed(period, count):
    busiest, whole, shards = period
    # In a period with one shard nothing is known of a busiest one.
    changes = HotShard("n", "t", built_in_limits().write_records, [busiest, 0], [whole, 0], [shards, 1])
    assert changes.at(count) == [*hot(period).at(count), 0]


# ── advice that is followed settles ──────────────────────────────────────────────────────────────

HOURS = 7 * 24


def test_each_period_is_asked_with_the_shards_that_were_open_in_it():
    limits = built_in_limits()
    hot = HotShard("n", "t", limits.write_records, [60, 50], [100, 100], [4, 2])
    # At two: of four shards one took 60 of 100, so of two it takes all 100; even halves stay 50.
    # At three: 240 / 3 = 80; even thirds of 100, rounded up times 3.
    assert hot.at(2) == [200, 100]
    assert hot.at(3) == [240, 100]
    # At eight: the key is (0.6 x 4 - 1) / 3 of 100 = 46.67, and 53.33 / 8 = 6.67 of the rest: 53.33 x 8.
    assert hot.at(8) == [427, 100]


def shard_of(key, shards):
    return int.from_bytes(md5(key.encode(), usedforsecurity=False).digest(), "big") * shards >> 128


def week(rate, key, others, shards):
    """Seven days of a stream whose records are on one hot key and evenly on others, or evenly on all shards
    where there are none, as CloudWatch would tell them: each shard takes 1,000 records a second and rejects
    the rest.
    """
    parts = [Fraction(0) if others else (1 - key) / shards] * shards
    parts[shard_of("hot", shards)] += key
    for each in range(others):
        parts[shard_of(f"key-{each}", shards)] += (1 - key) / others
    load = [Fraction(rate * (hour % 24 + 1), 24) * 3600 for hour in range(HOURS)]
    taken = [[min(int(part * each), 3_600_000) for each in load] for part in parts]
    accepted = [sum(column) for column in zip(*taken, strict=True)]
    rejected = [int(each) - got for each, got in zip(load, accepted, strict=True)]
    return History(
        start=1_794_614_400,
        period=3600,
        points=HOURS,
        metrics={
            "IncomingBytes": [100 * each for each in accepted],
            "IncomingRecords": accepted,
            "WriteProvisionedThroughputExceeded": rejected,
            "GetRecords.IteratorAgeMilliseconds": [0] * HOURS,
        },
        shards={f"shardId-{n:012d}": {"IncomingRecords": of} for n, of in enumerate(taken)},
        stream="orders",
        region="us-east-1",
        mode="PROVISIONED",
        open_shards=shards,
    )


def followed(rate, key, others, shards):
    """The counts that somebody has who follows the advice until it is to keep."""
    counts = [shards]
    while len(counts) < 12:
        decision = suggest(week(rate, key, others, counts[-1]), Options.of()).decision
        if decision.action is Action.KEEP:
            break
        counts.append(decision.advised)
    return counts


@pytest.mark.parametrize(
    ("rate", "key", "counts"),
    [
        # decision.md: 1,500/s and a key of 60 %, for which 6 shards just do; it was 2, 3, 5, 7, 9, 11, ...
        (1500, Fraction(6, 10), [2, 6]),
        # 900/s and a key of 90 %: two shards do; it was 2, 3, 4, ...
        (900, Fraction(9, 10), [2]),
    ],
)
def test_a_hot_key_does_not_ask_for_more_each_time(rate, key, counts):
    assert followed(rate, key, 0, 2) == counts


@settings(max_examples=25)
@given(
    st.integers(200, 6000),
    st.fractions(0, Fraction(9, 10), max_denominator=40),
    st.sampled_from([0, 100, 300, 2000]),
    st.integers(1, 16),
)
def test_advice_that_is_followed_settles_in_three_rounds(rate, key, others, shards):
    assert len(followed(rate, key, others, shards)) <= 4
