"""The modes side by side: pooled floors and exact sums, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import Mode, Workload, cost
from shardcalc.core.cost.break_even import break_evens, curves
from shardcalc.core.cost.comparison import trade_offs, with_discount
from shardcalc.core.facts.prices import UNITS, built_in_prices
from shardcalc.core.units import USD
from tests.regions import LIMITS, costed, region


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


PROVISIONED_ALONE = built_in_prices("eu-central-1")._replace(
    **{name: None for name in UNITS if name.startswith(("on_demand", "advantage"))}
)
"""A sheet that knows no price of on-demand."""


def test_a_mode_with_an_unknown_price_is_not_ranked():
    frankfurt = region(Workload.of(size=1, rps=1, region="eu-central-1"), prices=PROVISIONED_ALONE)
    assert frankfurt.ranked == (Mode.PROVISIONED,)
    assert frankfurt.lowest is None
    assert frankfurt.cheapest(LIMITS) is None
    assert frankfurt.above_lowest(Mode.PROVISIONED) is None
    assert curves(frankfurt, LIMITS) is None


def test_spiky_traffic_makes_on_demand_cheaper():
    # Mean 1/s, peak 20,000/s: 20 shards x 730 x 0.015 = 219 against 29.20 of stream-hours.
    made = region(Workload.of(size=1, rps={"mean": 1, "peak": 20_000}))
    assert made.cheapest(LIMITS) is Mode.ON_DEMAND_STANDARD
    found = {(item.mode, item.upward): item.times for item in break_evens(curves(made, LIMITS).regimes())}
    # Down to 2 shards, 21.90 and next to nothing: below a tenth of the traffic provisioned is cheaper again.
    assert found[(Mode.PROVISIONED, False)] == Fraction(1, 10)


def test_provisioned_is_billed_for_what_is_needed_and_now_for_what_is_there():
    # One shard is 10.95, and 2,628,000 records are 0.036792.
    made = costed(Workload.of(size=1, rps=1, shards=4), base=4, advised=2)
    assert [bill.total.cents for bill in (made.provisioned, made.now, made.advised)] == [
        "10.99",
        "43.84",
        "21.94",
    ]
    assert costed(Workload.of(size=1, rps=1)).now is None


def test_now_is_the_mode_that_runs_and_advised_the_one_that_is_declared():
    on_demand = Workload.of(size=1, rps=1, mode="on-demand", shards=4)
    made = costed(on_demand)
    assert made.now == made.advised == made.standard
    made = costed(on_demand, base=4, mode=Mode.PROVISIONED)
    assert (made.now.total.cents, made.advised) == ("43.84", made.standard)
    made = costed(Workload.of(size=1, rps=1, shards=4), base=4, mode=Mode.ON_DEMAND_STANDARD)
    assert (made.now, made.advised) == (made.standard, made.provisioned)


def test_too_few_shards_make_provisioned_no_cheaper():
    report = cost(Workload.of(size="700B", rps="mean=300,peak=40000", headroom="25%", consumers=2, shards=2))
    [made] = report.regions[0].cost.streams
    # 40,000 x 1.25 = 50 shards; 2 x 28,000,000 B/s x 1.25 over 2 MiB/s ask for 33.4.
    # 300 x 2,628,000 = 788.4 M units of 0.014 a million: 11.0376. 50 x 10.95 = 547.50; 2 x 10.95 = 21.90.
    assert made.shards == 50
    assert made.provisioned.total == USD(Fraction("558.5376"))
    assert made.now.total == USD(Fraction("32.9376"))
    assert made.advised == made.provisioned


def test_a_surplus_makes_provisioned_no_dearer_than_its_own_break_even_says():
    [found] = cost(Workload.of(size=1, rps=20, shards=40)).regions
    # One shard: 10.95 + 20 x 0.036792 = 11.68584. Standard: 29.20 and 50.1251 GB x (0.08 + 0.04) = 35.22. As
    # it is, 438 + 0.73584.
    assert found.cost.total(Mode.PROVISIONED) == USD(Fraction("11.68584"))
    assert found.cost.total(Mode.ON_DEMAND_STANDARD).cents == "35.22"
    assert found.cost.streams[0].now.total == USD(Fraction("438.73584"))
    assert found.cost.cheapest(LIMITS) is Mode.PROVISIONED
    [here] = [each for each in found.regimes if each.above < 1 and (each.up_to is None or each.up_to >= 1)]
    assert here.mode is Mode.PROVISIONED
    assert found.curves.cost(Mode.PROVISIONED, Fraction(1)) == found.cost.total(Mode.PROVISIONED)


# ── which is the cheapest ────────────────────────────────────────────────────────────────────────


def test_a_mode_is_the_cheapest_only_where_no_mix_of_sizes_makes_another_cheaper():
    # 3 shards are 32.85, and 26.28 M units 0.36792: 33.21792. Standard: 29.20, 25.0626 GB of whole KiB x 0.08
    # and x 0.04: 32.2075; but half of the records a byte above 1 KiB, and as many small ones, count twice.
    spread = {"size": 1, "rps": {"mean": 10, "peak": 3000}}
    for sizes, cheapest in (({}, None), ({"max_size": 1}, Mode.ON_DEMAND_STANDARD)):
        made = region(Workload.of(**spread, **sizes))
        assert made.total(Mode.PROVISIONED) == USD(Fraction("33.21792"))
        assert made.total(Mode.ON_DEMAND_STANDARD).cents == "32.21"
        assert made.lowest is Mode.ON_DEMAND_STANDARD
        assert made.above_lowest(Mode.PROVISIONED).cents == "1.01"
        assert made.cheapest(LIMITS) is cheapest
        assert made.streams[0].cheaper(LIMITS) is cheapest


def test_of_one_stream_provisioned_and_standard_are_compared_where_both_are_known():
    assert costed(Workload.of(size=1, rps=1)).cheaper(LIMITS) is Mode.PROVISIONED
    # It cannot carry the one, and nobody knows what the other costs.
    assert costed(Workload.of(size=1, rps=1, fan_out=21)).cheaper(LIMITS) is None
    frankfurt = Workload.of(size=1, rps=1, region="eu-central-1")
    assert costed(frankfurt, PROVISIONED_ALONE).cheaper(LIMITS) is None


# ── what a mode cannot carry ─────────────────────────────────────────────────────────────────────


def figures(made) -> list[bool]:
    return [made.streams[0].bill(mode) is not None for mode in Mode]


def test_a_mode_that_cannot_carry_the_streams_has_no_figure_and_is_not_ranked():
    # 20 fan-out consumers are taken by each; 21 by Advantage alone; 51 by none.
    for count, able in ((20, list(Mode)), (21, [Mode.ON_DEMAND_ADVANTAGE]), (51, [])):
        made = region(Workload.of(size=1, rps=1, consumers=0, fan_out=count))
        assert figures(made) == [mode in able for mode in Mode]
        assert set(made.ranked) == set(able)
        assert (made.lowest is None) is (len(able) < 2)
        assert all((made.above_lowest(mode) is None) is (len(able) < 2) for mode in Mode)


def test_one_stream_that_a_mode_cannot_carry_bars_it_for_the_region_and_not_for_the_others():
    made = region(Workload.of(size=1, rps=1, fan_out=21), Workload.of(size=1, rps=1))
    assert made.ranked == (Mode.ON_DEMAND_ADVANTAGE,)
    assert made.cheapest(LIMITS) is None
    assert [[stream.bill(mode) is not None for mode in Mode] for stream in made.streams] == [
        [False, False, True], [True, True, True],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "able"),
    [
        # Of 1 MiB: 5 GiB/s to 5 consumers with fan-out are 25 GiB/s out, and 20 are the most on demand.
        ({"rps": 5120, "fan_out": 5}, [True, False, False]),
        ({"rps": 5120, "fan_out": 4}, [True, True, True]),
        # 10 GiB/s in are the most there and are 10,240 shards, 240 more than a stream can have.
        ({"rps": 10_240}, [False, True, True]),
        ({"rps": 10_241}, [False, False, False]),
    ],
)
def test_a_peak_above_what_a_mode_scales_to_has_no_figure(fields, able):
    assert figures(region(Workload.of(size="1 MiB", consumers=0, **fields))) == able


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
    """The warnings of one stream in Frankfurt, where on demand takes 200 MiB/s in and 400 MiB/s out."""
    made = region(
        Workload.of(size="1 MiB", region="eu-central-1", **fields), prices=built_in_prices("eu-central-1")
    )
    return [(found.mode, found.text) for found in trade_offs(made, LIMITS) if found.warning]


def test_a_peak_above_the_ceilings_of_on_demand_is_warned_of():
    assert warned(rps=200, consumers=2) == []
    # 300 MiB/s in, and twice that out. Advantage scales as far as Standard.
    told = warned(rps=300, consumers=2)
    assert [mode for mode, _ in told] == [Mode.ON_DEMAND_STANDARD] * 2 + [Mode.ON_DEMAND_ADVANTAGE] * 2
    for (_, said_in), (_, said_out) in (told[:2], told[2:]):
        assert all(text in said_in for text in ("300 MiB/s", "200 MiB/s"))
        assert all(text in said_out for text in ("600 MiB/s", "400 MiB/s"))
    # The reserve is for shards: what is written is 200 MiB/s.
    assert warned(rps=200, consumers=2, headroom="50%") == []


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
