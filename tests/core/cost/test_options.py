"""The two what-ifs, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction

from shardcalc import Workload
from shardcalc.core.cost.options import aggregation_option, fan_out_options
from shardcalc.core.facts.prices import built_in_prices
from tests.regions import HOURS, LIMITS, PRICES, costed


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


def test_an_option_has_the_whole_bill_and_a_discount_where_one_is_given():
    # 41 payload units of 6 records in 730 h are 646,488,000 at $0.014 for a million, $9.05. Each consumer on
    # fan-out reads 6 MiB/s, 15,398.4 GB at $0.013, $200.18, beside the hours of 229.95, 197.10 + 197.10 and
    # 164.25 + 328.50.
    workload = Workload.of(size=1024, rps=6, consumers=7)
    none, one, two = fan_out_options(workload, PRICES, LIMITS, HOURS)[:3]
    assert [option.bill.total.cents for option in (none, one, two)] == ["239.00", "603.43", "902.16"]
    assert (one.above(none).cents, none.above(one).cents) == ("364.43", "-364.43")
    off = fan_out_options(workload, PRICES, LIMITS, HOURS, Fraction(1, 10))
    assert [option.bill.total.amount for option in off[:3]] == [
        option.bill.total.amount * Fraction(9, 10) for option in (none, one, two)
    ]
    # Of Beijing no price is known, and so no difference.
    first, *_, last = fan_out_options(workload, built_in_prices("cn-north-1"), LIMITS, HOURS)
    assert (last.above(first), last.above(none), none.above(last)) == (None, None, None)


def test_packing_is_told_with_what_it_saves_in_each_mode():
    # 50 shards, $547.50, and 131,400 million units, $1,839.60, become 6 shards and 566.4 million
    # units, $7.93.
    workload = Workload.of(size="100 B", rps=50_000)
    option = aggregation_option(workload, PRICES, LIMITS, HOURS)
    now = costed(workload)
    assert option.cost.provisioned.total.cents == "73.63"
    saved = option.saves(now)
    assert saved[0].cents == "2313.47"
    assert saved == tuple(
        before.total - after.total for before, after in zip(now.bills, option.cost.bills, strict=True)
    )
    off = aggregation_option(workload, PRICES, LIMITS, HOURS, Fraction(1, 10))
    assert off.cost.provisioned.total.amount == option.cost.provisioned.total.amount * Fraction(9, 10)
    unpriced = aggregation_option(workload, built_in_prices("cn-north-1"), LIMITS, HOURS)
    assert unpriced.saves(now) == option.saves(unpriced.cost) == (None, None, None)


def test_what_a_consumer_can_handle_moves_with_it():
    readers = [
        {
            "name": "fast",
            "type": "lambda",
            "batch_size": 10,
            "batch_duration": "1s",
            "poll_interval": "100ms",
        },
        {"name": "slow", "type": "sdk", "max_rps_per_shard": 5},
        {"name": "out", "type": "fan-out"},
    ]
    # 100/s: ten a second of each batch need 10 shards; five of slow need 20.
    options = fan_out_options(Workload.of(size=1, rps=100, consumers=readers), PRICES, LIMITS, HOURS)
    assert [(option.moved, option.shards) for option in options] == [(0, 20), (1, 20), (2, 20)]
    assert [option.calls.amount for option in options] == [11, 1, 0]
