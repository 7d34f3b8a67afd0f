"""The modes side by side: pooled floors and exact sums, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import Mode, Workload
from shardcalc.core.cost.break_even import break_evens, curves
from shardcalc.core.cost.comparison import cost_stream, trade_offs, with_discount
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.units import USD
from tests.regions import HOURS, LIMITS, PRICES, region


def test_advantage_pools_its_floors_over_all_streams_of_a_region():
    # 10 streams of 2.5 MiB/s with one consumer fill both floors of 25 MiB/s together; alone every would pay
    # nine tenths of them.
    workload = Workload.of(size=1, rps=2560)
    together = region(*[workload] * 10)
    assert together.floors.lines == ()
    # 25 MiB/s x 2,628,000 s / 1,024 = 64,160.16 GB x (0.032 + 0.016) = 3,079.69
    assert together.total(Mode.ON_DEMAND_ADVANTAGE).cents == "3079.69"
    alone = region(workload)
    assert [line.name for line in alone.floors.lines] == ["shortfall-in", "shortfall-out"]
    assert alone.total(Mode.ON_DEMAND_ADVANTAGE).cents == "3079.69"


@pytest.mark.parametrize("discount", [0, Fraction(1, 4)])
def test_the_floor_of_data_in_takes_up_what_a_mix_of_sizes_saves(discount):
    # 12,800/s of 1.5 KiB are billed as 2 KiB: 25 MiB/s, just the floor. With whole KiB they are 18.75 MiB/s
    # and owe the rest; of sizes one byte above they are at most (1,535 / 1,024 + 1) KiB: 31.238 MiB/s.
    made = with_discount(region(Workload.of(size="1.5 KiB", rps=12_800)), discount)
    # 2,628,000 s; data out is 18.75 MiB/s and owes 6.25: 25 MiB/s x 0.016.
    gigabytes = Fraction(2_628_000, 1024)
    least = gigabytes * 25 * (Fraction("0.032") + Fraction("0.016"))
    most = gigabytes * (
        Fraction(12_800, 1024) * (Fraction(1535, 1024) + 1) * Fraction("0.032") + 25 * Fraction("0.016")
    )
    found = made.spread(Mode.ON_DEMAND_ADVANTAGE, LIMITS)
    assert found == (USD(least * (1 - discount)), USD(most * (1 - discount)))
    assert made.total(Mode.ON_DEMAND_ADVANTAGE) == found.least


def test_the_least_and_the_most_of_a_mode_are_sums_over_its_streams():
    made = region(Workload.of(size=90, max_size=100, rps=1), Workload.of(size=90, max_size=100, rps=2))
    # 21.90 of shard-hours; 3 x 2,628,000 x 1.4e-8 = 0.110376 a unit, 3.6 to 4 units.
    unit = Fraction("0.110376")
    assert made.spread(Mode.PROVISIONED, LIMITS) == (
        USD(Fraction("21.90") + Fraction(36, 10) * unit),
        USD(Fraction("21.90") + 4 * unit),
    )


def test_fan_out_counts_towards_the_floor_of_data_out():
    one = region(Workload.of(size=1, rps=25_600, consumers=0, fan_out=1))
    assert one.floors.lines == ()
    none = region(Workload.of(size=1, rps=25_600, consumers=0))
    assert [line.name for line in none.floors.lines] == ["shortfall-out"]


def test_a_mode_with_an_unknown_price_is_not_ranked():
    frankfurt = region(
        Workload.of(size=1, rps=1, region="eu-central-1"), prices=built_in_prices("eu-central-1")
    )
    assert frankfurt.ranked == (Mode.PROVISIONED,)
    assert frankfurt.cheapest is None
    assert curves(frankfurt, LIMITS) is None


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


@pytest.mark.parametrize("mode", list(Mode))
def test_totals_are_the_exact_sums_of_their_lines(mode):
    made = region(
        Workload.of(size="1234 B", rps="7/13", consumers=3, fan_out=2, retention="9d"),
        Workload.of(size=7, rps="1/3"),
    )
    lines = [line.cost.amount for bill in made.bills(mode) for line in bill.lines]
    assert made.total(mode).amount == sum(lines)
    assert all(type(amount) is Fraction for amount in lines)


def warned(**fields):
    """The warnings of one stream in Frankfurt, where Standard takes 200 MiB/s in and 400 MiB/s out."""
    made = region(Workload.of(size="1 MiB", **fields), prices=built_in_prices("eu-central-1"))
    return [(found.mode, found.text) for found in trade_offs(made, LIMITS) if found.warning]


def test_a_peak_above_the_ceilings_of_on_demand_is_warned_of():
    assert warned(rps=200, consumers=2) == []
    # 300 MiB/s in, and twice that out.
    (into, said_in), (out, said_out) = warned(rps=300, consumers=2)
    assert (into, out) == (Mode.ON_DEMAND_STANDARD,) * 2
    assert all(text in said_in for text in ("300 MiB/s", "200 MiB/s"))
    assert all(text in said_out for text in ("600 MiB/s", "400 MiB/s"))


@pytest.mark.parametrize(
    ("consumers", "modes"),
    [
        (20, []),
        (21, [Mode.PROVISIONED, Mode.ON_DEMAND_STANDARD]),
        (51, [Mode.PROVISIONED, Mode.ON_DEMAND_STANDARD, Mode.ON_DEMAND_ADVANTAGE]),
    ],
)
def test_more_fan_out_consumers_than_a_mode_takes_are_warned_of(consumers, modes):
    assert [mode for mode, _ in warned(rps=1, fan_out=consumers)] == modes
