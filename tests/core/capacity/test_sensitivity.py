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


def test_a_key_an_outage_and_fan_out_are_inputs_of_their_own():
    # Four behind by 4 x: 16 x 1,000 KiB/s over 2 MiB/s = 7.8125, and 4 % of it on a key: 0.3125 + 7.5/n <= 1:
    # 10.9.
    fields = {"size": 1, "rps": 1000, "catch_up": {"outage": "6h", "within": "2h"}, "hottest_key": "4%"}
    planned = plan(Workload.of(**fields, consumers=4, fan_out=1))
    assert planned.shards == 11
    changes = {change.title: change.shards for change in sensitivity(planned, built_in_limits())}
    # 4.4 %: 0.34375 + 7.46875/n <= 1: 11.4.
    assert changes["hottest key +10%"] == 12
    # 6.6 h: 4.3 x 4,000 / 2,048 = 8.398: 0.3359 + 8.0625/n <= 1: 12.1.
    assert changes["outage to catch up with +10%"] == 13
    # Each has its own 2 MiB/s.
    assert changes["one more fan-out consumer"] == 11


def test_without_the_consumer_that_fell_behind_nobody_does():
    readers = [{"name": name, "type": "kcl"} for name in ("billing", "audit")]
    caught = {"outage": "6h", "within": "2h", "consumers": ["billing"]}
    # (1 + 4) x 1,000 KiB/s over 2 MiB/s = 2.44; without audit 4 x 1,000: 1.95; without billing 1,000 alone.
    planned = plan(Workload.of(size=1, rps=1000, consumers=readers, catch_up=caught))
    changes = {change.title: change.shards for change in sensitivity(planned, built_in_limits())}
    assert (planned.shards, changes["without audit"], changes["without billing"]) == (3, 2, 1)


def test_a_slower_function_takes_longer_for_each_batch():
    # 100 records in half a second are 200/s a shard: 1,800/s need 9. In 0.5 / 0.9 s, 180/s: 10 exactly.
    reader = {"name": "mail", "type": "lambda", "batch_size": 100, "batch_duration": "0.5s"}
    planned = plan(Workload.of(size=1, rps=1800, consumers=[reader]))
    changes = {change.title: change for change in sensitivity(planned, built_in_limits())}
    assert planned.shards == 9
    assert changes["mail slower by 10%"][1:] == (10, 1, 1)
    # Without it, 1,800 records of 1 KiB are 1.8.
    assert changes["without mail"][1:] == (2, -7, Fraction(18, 10) - 9)


def test_a_mix_of_sizes_grows_as_a_whole_and_equal_effects_are_told_by_name():
    # 2,000/s of 1 and of 3 KiB are 4,000 KiB/s: 3.90625 shards, and a tenth more is 4.296875. Another reader
    # makes it 8,000 KiB/s over 2 MiB/s, the same 3.90625.
    planned = plan(Workload.of(sizes="1 KiB=50%,3 KiB=50%", rps=2000))
    tenth = Fraction(390625, 1_000_000)
    assert [change[:] for change in sensitivity(planned, built_in_limits())] == [
        ("headroom +10% of demand", 5, 1, tenth),
        ("record size +10%", 5, 1, tenth),
        ("records per second +10%", 5, 1, tenth),
        ("skew +10%", 5, 1, tenth),
        ("one more shared consumer", 4, 0, 0),
    ]


def test_a_key_is_never_more_than_everything():
    # 100/s on one key: 95 % and a tenth more were 104.5 %, and are all of it.
    planned = plan(Workload.of(size=1, rps=100, hottest_key="95%", consumers=0))
    changes = {change.title: change.more for change in sensitivity(planned, built_in_limits())}
    assert changes["hottest key +10%"] == 0
    # Without an outage, fan-out or speeds there are no inputs of these names.
    assert sorted(changes) == [
        "headroom +10% of demand",
        "hottest key +10%",
        "one more shared consumer",
        "record size +10%",
        "records per second +10%",
        "skew +10%",
    ]


def test_the_largest_record_grows_with_the_mean():
    # 1 KiB at most is less than the grown mean: a workload that nobody could plan.
    planned = plan(Workload.of(size=1, max_size=1, rps=6000))
    changes = {change.title: change.shards for change in sensitivity(planned, built_in_limits())}
    # 6,000 x 1.1 KiB are 6.445 MiB/s.
    assert changes["record size +10%"] == 7
