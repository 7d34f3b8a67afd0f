"""What was asked in each period in one unit, and the least counts for it, worked by hand.

A shard carries 1,000. In the first period 1,000 were asked of two shards, 600 of them of the busier one: as
if a key were 200 of it, (2 x 600 - 1,000) / 1, and 800 were even. In the second 300, of which 200: the key
has 100. Of the third nothing is known.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc.core.capacity.constraint import Regime
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history.demand import GAP, Demand, Measure
from shardcalc.core.history.hot_shard import HotShard
from shardcalc.core.history.load import UNMET, Load, bring_together, count

LIMITS = built_in_limits()
RESERVE = Fraction(5, 4)


def hot(busiest, whole, open_shards=None):
    shards = open_shards or [2] * len(busiest)
    return HotShard("hottest-shard-records", "", LIMITS.write_records, busiest, whole, shards)


EVEN = Load([1000, 300, GAP], [300, 1000], 1000, (1,))
UNEVEN = EVEN._replace(hot=(hot([600, 200, 0], [1000, 300, 0]),))


def test_shards_that_are_alike_are_asked_as_one():
    assert EVEN.at(4) == EVEN.asked() == [1000, 300, GAP]
    assert EVEN.ordered_at(4) == [300, 1000]
    assert (EVEN.carried(1), EVEN._replace(series=[1001, 300, GAP]).carried(1)) == (True, False)


@pytest.mark.parametrize(
    ("load", "reserve", "shards"),
    [(0, 1, 1), (1000, 1, 1), (1001, 1, 2), (800, RESERVE, 1), (801, RESERVE, 2)],
)
def test_a_load_takes_so_many_shards(load, reserve, shards):
    assert EVEN.shards(load, Fraction(reserve)) == shards


def test_the_busiest_shard_counts_as_often_as_there_are_shards():
    # Of four: (200 + 800 / 4) x 4 and (100 + 200 / 4) x 4. What is not known stays so.
    assert UNEVEN.at(4) == [1600, 600, GAP]
    assert UNEVEN.ordered_at(4) == [600, 1600]
    # Of two it is as it was: 2 x 600 and 2 x 200; of one it is all.
    assert (UNEVEN.at(2), UNEVEN.at(1)) == ([1200, 400, GAP], [1000, 300, GAP])
    assert [UNEVEN.carried(n) for n in (1, 2)] == [True, True]
    # 1,200 of 1,500: a key of 900 and 600 even. Two hold 2,000 and are asked for 2,400; three
    # 3 x 1,100, seven 7 x (900 + 600 / 7), six just fit.
    keyed = Load([1500], [1500], 1000, (1,), (hot([1200], [1500]),))
    assert [keyed.at(n) for n in (2, 3, 6, 7)] == [[2400], [3300], [6000], [6900]]
    assert [keyed.carried(n) for n in (2, 5, 6, 7)] == [False, False, True, True]
    # Six full shards are asked for.
    assert keyed.asked() == [6000]


def test_a_busiest_shard_that_fits_in_one_asks_for_no_more():
    assert UNEVEN.asked() == [1000, 300, GAP]


def test_the_least_count_of_each_period():
    # 1,000 x 1.25 need two; of 300, one. Where nothing is known, one.
    made = count(EVEN, RESERVE)
    assert (made.counts, made.regimes, made.least(), made.most) == ([2, 1, 1], (), 2, 8)
    assert [made.least(first=first, end=end) for first, end in ((0, 1), (1, 2), (2, 3), (1, None))] == [
        2,
        1,
        1,
        1,
    ]
    assert [made.least(allowed) for allowed in (0, 1, 2, 9)] == [2, 1, 1, 1]


def test_the_busiest_shard_keeps_the_reserve_where_a_count_lets_it():
    # 600 and 200 are less than 1,000 / 1.25: 2 x 600 / 800 is more than one, and 300 fit one shard.
    made = count(UNEVEN, RESERVE)
    assert (made.regimes, made.hot, made.counts) == ((Regime.RESERVED,), ([2, 1, 1],), [2, 1, 1])
    assert made.least() == 2
    assert [made.least(first=first) for first in (0, 1)] == [2, 1]
    assert made.least(allowed=1) == 1


def test_it_may_use_all_where_no_count_keeps_the_reserve():
    # A key of 900 is more than 800, and fits 1,000 with 600 / 100 = 6 shards. No more than four times the two
    # for 1,500 x 1.25 are looked at.
    load = Load([1500, 100], [100, 1500], 1000, (1,), (hot([1200, 50], [1500, 100]),))
    made = count(load, RESERVE)
    assert (made.regimes, made.counts, made.least(), made.most) == ((Regime.BARE,), [6, 1], 6, 8)
    # Were that period allowed to go over, the other would keep the reserve; it has no count then.
    made = count(load, RESERVE, 1)
    assert LIMITS.shards_most.value < UNMET
    assert (made.regimes, made.counts) == ((Regime.RESERVED,), [UNMET, 1])
    assert made.least(1) == 1


def test_it_is_left_out_where_no_count_is_enough():
    # All of 1,500 on one shard.
    load = Load([1500, 100], [100, 1500], 1000, (1,), (hot([1500, 100], [1500, 100]),))
    made = count(load, RESERVE)
    assert (made.regimes, made.hot, made.counts) == ((Regime.NONE,), ([1, 1],), [2, 1])
    # No more are asked for than a stream may have.
    assert count(load._replace(most=3), RESERVE).most == 3


def demand(fact, *amounts):
    known = [amount for amount in amounts if amount > GAP]
    return Demand("", "", "", fact, Measure(list(amounts), len(known), sum(known), max(known)))


def test_bytes_and_records_are_brought_to_one_unit():
    # In a minute a shard takes 60 MiB, 2^22 x 3 x 5 B, and 60,000 records, 2^5 x 3 x 5^4.
    whole = 2**22 * 3 * 5**4
    made = bring_together(
        [demand(LIMITS.write_bytes, 2**20, GAP, 0, GAP), demand(LIMITS.write_records, 30, 60_000, 0, GAP)],
        [],
        Fraction(1),
        60,
        7,
    )
    assert (made.shard, made.weights, made.most) == (whole, (125, 2**17), 7)
    assert made.series[:3] == [125 * 2**20, whole, 0]
    assert made.series[3] < 0
    assert made.ordered == [0, 125 * 2**20, whole]
    # With bursts of two, half of a shard is full.
    half = bring_together([demand(LIMITS.write_records, 1)], [hot([1], [1])], Fraction(2), 60, 7)
    assert (half.shard, half.weights) == (30_000, (1, 1))
