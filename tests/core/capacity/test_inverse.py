"""What a number of shards carries."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import Workload
from shardcalc.core.capacity.inverse import carried
from shardcalc.core.facts import built_in_limits

LIMITS = built_in_limits()


def test_what_shards_carry():
    answer = carried(Workload.of(size=5, rps=1), 15, LIMITS)
    # 15 MiB/s / 5 KiB = 3,072 records/s
    assert answer.rate.amount == 3072
    assert str(answer.write) == "15 MiB/s"
    assert [constraint.name for constraint in answer.binding] == ["write-bytes"]


def test_what_shards_carry_knows_the_hottest_key():
    answer = carried(Workload.of(size=1, rps=1, hottest_key="50%"), 10, LIMITS)
    # A shard takes 1,000 records/s. The key's has 50 % and a tenth of the rest, 55 %: 1,000 / 0.55. With ever
    # more shards the half alone would fill it: 1,000 / 0.5.
    assert answer.rate.amount == Fraction(20_000, 11)
    assert [constraint.name for constraint in answer.binding] == ["hottest-key"]
    assert answer.hottest_key.amount == 2000


@pytest.mark.parametrize(("size", "unit"), [("2 KiB", Fraction(1, 512)), ("2 MiB", 2), ("8 MiB", 8)])
def test_what_shards_carry_keeps_the_reserve_of_the_key_for_records_of_any_size(size, unit):
    # u = 0.8, 10 shards, key 60 %: 0.8 / (0.64 x load of one record a second), and 0.8 / 0.6 of it at most.
    answer = carried(Workload.of(size=size, rps=1, hottest_key="60%", headroom="25%"), 10, LIMITS)
    assert (answer.rate.amount, answer.hottest_key.amount) == (Fraction(5, 4) / unit, Fraction(4, 3) / unit)


def test_what_shards_carry_knows_the_skew():
    # The busiest of 10 takes 15 %; of one it takes everything.
    asked = Workload.of(size=1024, rps=1, skew="1.5")
    assert carried(asked, 10, LIMITS).rate.amount == Fraction(100, 15)
    assert carried(asked, 1, LIMITS).rate.amount == 1
