"""The inputs that matter: those that move the count."""

from __future__ import annotations

from fractions import Fraction

from shardcalc import Workload, plan
from shardcalc.core.capacity.sensitivity import sensitivity
from shardcalc.core.facts import built_in_limits


def test_the_input_that_moves_the_count_most_comes_first():
    # 6 MiB/s to 7 consumers: 21 shards. An eighth adds 3, +10 % of rate, size, skew or demand adds 2.1 (24
    # after rounding up).
    planned = plan(Workload.of(size=1024, rps=6, consumers=7))
    changes = {
        change.title: (change.shards, change.more, change.load)
        for change in sensitivity(planned, built_in_limits())
    }
    assert next(iter(changes)) == "one more shared consumer"
    assert changes["one more shared consumer"] == (24, 3, 3)
    for title in ("records per second +10%", "record size +10%", "headroom +10% of demand", "skew +10%"):
        assert changes[title] == (24, 3, Fraction(21, 10))


def test_a_slow_consumer_is_an_input_of_its_own():
    # 1,000 records/s over 100 a shard are 10 shards; over 90, 11.11. Without it, 1,000 of 1 KiB are one.
    planned = plan(
        Workload.of(size=1, rps=1000, consumers=[{"name": "slow", "type": "sdk", "max_rps_per_shard": 100}])
    )
    changes = {change.title: change.shards for change in sensitivity(planned, built_in_limits())}
    assert (changes["slow slower by 10%"], changes["without slow"]) == (12, 1)
