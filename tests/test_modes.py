"""Modes side by side: pooled floors, break-even rates, and the two what-ifs, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shardcalc import Mode, Workload
from shardcalc.core.cost.break_even import break_evens, curves
from shardcalc.core.cost.comparison import cost_region, cost_stream, scaled
from shardcalc.core.cost.options import aggregation_option, fan_out_options
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.units import USD

LIMITS = built_in_limits()
PRICES = built_in_prices("us-east-1")
HOURS = Fraction(730)


def region(*workloads: Workload, prices=PRICES):
    return cost_region(workloads, prices, LIMITS, HOURS)


def test_advantage_pools_its_floors_over_all_streams_of_a_region():
    # 10 streams of 2.5 MiB/s with one consumer fill both floors of 25 MiB/s together; alone each would pay nine tenths of them.
    workload = Workload.of(size=1, rps=2560)
    together = region(*[workload] * 10)
    assert together.floors.lines == ()
    # 25 MiB/s x 2,628,000 s / 1,024 = 64,160.16 GB x (0.032 + 0.016) = 3,079.69
    assert together.total(Mode.ON_DEMAND_ADVANTAGE).cents == "3079.69"
    alone = region(workload)
    assert [line.name for line in alone.floors.lines] == ["shortfall-in", "shortfall-out"]
    assert alone.total(Mode.ON_DEMAND_ADVANTAGE).cents == "3079.69"


def test_fan_out_counts_towards_the_floor_of_data_out():
    one = region(Workload.of(size=1, rps=25_600, consumers=0, fan_out=1))
    assert one.floors.lines == ()
    none = region(Workload.of(size=1, rps=25_600, consumers=0))
    assert [line.name for line in none.floors.lines] == ["shortfall-out"]


def test_aws_says_that_advantage_pays_from_ten_mib_a_second_with_one_consumer():
    # 25 (0.032 + 0.016) = x (0.08 + 0.04), and stream-hours of 0.04 for one stream make it a little less than 10.
    made = curves(region(Workload.of(size=1024, rps=10)), LIMITS)
    standard, advantage = (
        made.cost(mode, Fraction(1)) for mode in (Mode.ON_DEMAND_STANDARD, Mode.ON_DEMAND_ADVANTAGE)
    )
    assert standard - advantage == USD(Fraction(4, 100)) * 730


def test_a_mode_with_an_unknown_price_is_not_ranked():
    frankfurt = region(
        Workload.of(size=1, rps=1, region="eu-central-1"), prices=built_in_prices("eu-central-1")
    )
    assert frankfurt.ranked == (Mode.PROVISIONED,)
    assert frankfurt.cheapest is None
    assert curves(frankfurt, LIMITS) is None


def test_curves_meet_the_bills_at_todays_traffic():
    made = region(
        Workload.of(size=3, rps={"mean": 500, "peak": 900}, consumers=3, fan_out=2, retention="9d"),
        Workload.of(size=40, rps=20),
    )
    drawn = curves(made, LIMITS)
    for mode in Mode:
        assert drawn.cost(mode, Fraction(1)) == made.total(mode)


workloads = st.builds(
    lambda size, mean, more, consumers, fan_out, days: Workload.of(
        size=f"{size} B",
        rps={"mean": mean, "peak": mean + more},
        consumers=consumers,
        fan_out=fan_out,
        retention=f"{days}d",
        **({"long_term_reads": "7 GiB"} if days > 10 else {}),
    ),
    st.integers(50, 200_000),
    st.integers(1, 5000),
    st.integers(0, 5000),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(1, 20),
)


@given(
    st.lists(workloads, min_size=1, max_size=3),
    st.fractions(min_value=Fraction(1, 50), max_value=20, max_denominator=50),
)
@settings(max_examples=60, deadline=None)
def test_curves_are_the_bills_of_the_scaled_workloads(given_workloads, times):
    drawn = curves(region(*given_workloads), LIMITS)
    again = region(*[scaled(workload, times) for workload in given_workloads])
    for mode in Mode:
        assert drawn.cost(mode, times) == again.total(mode)


@given(st.lists(workloads, min_size=1, max_size=2), st.data())
@settings(max_examples=60, deadline=None)
def test_in_every_regime_its_mode_is_the_cheapest(given_workloads, data):
    drawn = curves(region(*given_workloads), LIMITS)
    regimes = drawn.regimes()
    assert regimes[0].above == 0
    assert regimes[-1].up_to is None
    for before, after in pairwise(regimes):
        assert before.up_to == after.above
        assert before.mode is not after.mode
    regime = data.draw(st.sampled_from(regimes[:-1] or regimes))
    end = regime.up_to if regime.up_to is not None else regime.above + 1
    if regime.up_to is None:
        return
    inside = regime.above + (end - regime.above) * data.draw(
        st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100)
    )
    costs = {mode: drawn.cost(mode, inside).amount for mode in Mode}
    assert costs[regime.mode] == min(costs.values())


def test_the_break_even_rate_of_one_small_stream():
    # One shard: 730 x 0.015 = 10.95 and 1.4e-8 a record; on demand 29.20 and per GB: provisioned stays cheaper until far beyond one shard.
    made = region(Workload.of(size=1, rps=100))
    assert made.cheapest is Mode.PROVISIONED
    regimes = curves(made, LIMITS).regimes()
    assert regimes[0].mode is Mode.PROVISIONED
    [found] = break_evens(regimes) or [None]
    if found is not None:
        assert found.upward


def test_spiky_traffic_makes_on_demand_cheaper():
    # Mean 1/s, peak 20,000/s: 20 shards x 730 x 0.015 = 219 against 29.20 of stream-hours.
    made = region(Workload.of(size=1, rps={"mean": 1, "peak": 20_000}))
    assert made.cheapest is Mode.ON_DEMAND_STANDARD
    found = {(item.mode, item.upward): item.times for item in break_evens(curves(made, LIMITS).regimes())}
    # Down to 2 shards, 21.90 and next to nothing: below a tenth of the traffic provisioned is cheaper again.
    assert found[(Mode.PROVISIONED, False)] == Fraction(1, 10)


def test_declared_shards_are_what_provisioned_is_billed_for():
    workload = Workload.of(size=1, rps=1, shards=4)
    assert cost_stream(workload, PRICES, LIMITS, HOURS).provisioned.lines[0].cost == USD(Fraction("43.80"))


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


@pytest.mark.parametrize("mode", list(Mode))
def test_totals_are_the_exact_sums_of_their_lines(mode):
    made = region(
        Workload.of(size="1234 B", rps="7/13", consumers=3, fan_out=2, retention="9d"),
        Workload.of(size=7, rps="1/3"),
    )
    lines = [line.cost.amount for bill in made.bills(mode) for line in bill.lines]
    assert made.total(mode).amount == sum(lines)
    assert all(type(amount) is Fraction for amount in lines)
