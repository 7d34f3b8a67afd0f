"""What a number of shards carries."""

from __future__ import annotations

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
    # a key takes 1,000 records/s, half of 2,000
    assert answer.rate.amount == 2000
    assert answer.binding == ()
