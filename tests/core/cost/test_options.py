"""The two what-ifs, with values worked by hand."""

from __future__ import annotations

from shardcalc import Workload
from shardcalc.core.cost.options import aggregation_option, fan_out_options
from tests.regions import HOURS, LIMITS, PRICES


def test_moving_consumers_to_fan_out_trades_shards_for_consumer_hours():
    options = fan_out_options(Workload.of(size=1024, rps=6, consumers=7), PRICES, LIMITS, HOURS)
    # reads 6 x (7 - k) / 2, never below the 6 that writing needs
    assert [option.shards for option in options] == [21, 18, 15, 12, 9, 6, 6, 6]
    assert [option.calls.amount for option in options] == [7, 6, 5, 4, 3, 2, 1, 0]
    by_name = {line.name: line.cost.cents for line in options[2].bill.lines}
    # 15 x 730 x 0.015 = 164.25 for shards; 2 x 15 x 730 x 0.015 = 328.50 for consumers
    assert (by_name["shard-hours"], by_name["consumer-shard-hours"]) == ("164.25", "328.50")


def test_fan_out_slots_are_not_exceeded():
    options = fan_out_options(Workload.of(size=1, rps=1, consumers=9, fan_out=15), PRICES, LIMITS, HOURS)
    assert [option.moved for option in options] == [0, 1, 2, 3, 4, 5]


def test_packing_small_records_saves_shards_and_put_units():
    option = aggregation_option(Workload.of(size="100 B", rps=50_000), PRICES, LIMITS, HOURS)
    assert option.records == 232
    assert option.cost.plan.shards == 6
    assert aggregation_option(Workload.of(size="20 KiB", rps=1), PRICES, LIMITS, HOURS) is None


def test_records_written_one_by_one_can_be_packed_by_the_kpl():
    # By PutRecord 1.1 KiB count as 2: 20 shards. 22 of 1,126.4 + 10 B and 20 B are 25,020.8 B: 454.5 a second
    # of them are 10.85 MiB/s.
    option = aggregation_option(
        Workload.of(size="1.1 KiB", rps=10_000, producer="put-record"), PRICES, LIMITS, HOURS
    )
    assert (option.records, option.cost.plan.shards) == (22, 11)


def test_what_the_kpl_packs_already_is_not_packed_again():
    assert aggregation_option(Workload.of(size="100 B", rps=1, producer="kpl"), PRICES, LIMITS, HOURS) is None


def test_a_consumer_that_falls_behind_still_does_on_fan_out():
    # (6 + 2) / 2 = 4 x 1,000 KiB/s, shared or not: 1.95 of 2 MiB/s. Three that share: (2 + 4) x 1,000: 2.93.
    readers = [{"name": name, "type": "kcl"} for name in ("billing", "audit", "search")]
    workload = Workload.of(
        size=1,
        rps=1000,
        consumers=readers,
        catch_up={"outage": "6h", "within": "2h", "consumers": ["billing"]},
    )
    options = fan_out_options(workload, PRICES, LIMITS, HOURS)
    # Billing moves first: the two others read 2 x 1,000, 0.98.
    assert [option.shards for option in options] == [3, 2, 2, 2]
