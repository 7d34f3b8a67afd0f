"""Break-even rates of the modes: published, worked by hand, and as properties."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc import Mode, Workload
from shardcalc.core.cost.break_even import break_evens, curves
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import SHARD_METRICS
from shardcalc.core.workload.workload import Rates
from tests.fuzz import examples
from tests.regions import LIMITS, region


def test_aws_says_that_advantage_pays_from_ten_mib_a_second_with_one_consumer():
    # 25 (0.032 + 0.016) = x (0.08 + 0.04), and stream-hours of 0.04 for one stream make it a little less than
    # 10.
    made = curves(region(Workload.of(size=1024, rps=10)), LIMITS)
    standard, advantage = (
        made.cost(mode, Fraction(1)) for mode in (Mode.ON_DEMAND_STANDARD, Mode.ON_DEMAND_ADVANTAGE)
    )
    assert standard - advantage == USD(Fraction(4, 100)) * 730


def test_curves_meet_the_bills_at_todays_traffic():
    made = region(
        Workload.of(size=3, rps={"mean": 500, "peak": 900}, consumers=3, fan_out=2, retention="9d"),
        Workload.of(size=40, rps=20),
    )
    drawn = curves(made, LIMITS)
    for mode in Mode:
        assert drawn.cost(mode, Fraction(1)) == made.total(mode)


def scaled(workload: Workload, times: Fraction) -> Workload:
    """The same workload with its mean and peak rates multiplied, and with them what is read of old data."""
    reads = workload.long_term_reads
    rates = Rates(workload.rps.mean * times, workload.rps.peak * times)
    return replace(workload, rps=rates, long_term_reads=reads * times if reads is not None else None)


workloads = st.builds(
    lambda size, mean, more, consumers, fan_out, days, metrics: Workload.of(
        size=f"{size} B",
        rps={"mean": mean, "peak": mean + more},
        consumers=consumers,
        fan_out=fan_out,
        retention=f"{days}d",
        enhanced_metrics=metrics,
        **({"long_term_reads": "7 GiB"} if days > 10 else {}),
    ),
    st.integers(50, 200_000),
    st.integers(1, 5000),
    st.integers(0, 5000),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(1, 20),
    st.lists(st.sampled_from(SHARD_METRICS), max_size=2),
)


@given(
    st.lists(workloads, min_size=1, max_size=3),
    st.fractions(min_value=Fraction(1, 50), max_value=20, max_denominator=50),
)
@examples(60)
def test_curves_are_the_bills_of_the_scaled_workloads(given_workloads, times):
    drawn = curves(region(*given_workloads), LIMITS)
    again = region(*[scaled(workload, times) for workload in given_workloads])
    for mode in Mode:
        assert drawn.cost(mode, times) == again.total(mode)


@given(st.lists(workloads, min_size=1, max_size=2), st.data())
@examples(60)
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
    costs = {mode: drawn.cost(mode, inside).amount for mode in Mode if drawn.reach[mode] >= inside}
    assert costs[regime.mode] == min(costs.values())


def test_the_break_even_rate_of_one_small_stream():
    # One shard: 730 x 0.015 = 10.95 and 1.4e-8 a record; on demand 29.20 and per GB: provisioned stays
    # cheaper until far beyond one shard.
    made = region(Workload.of(size=1, rps=100))
    assert made.cheapest(LIMITS) is Mode.PROVISIONED
    regimes = curves(made, LIMITS).regimes()
    assert regimes[0].mode is Mode.PROVISIONED
    [found] = break_evens(regimes) or [None]
    if found is not None:
        assert found.upward


def test_where_there_is_no_stream_there_is_no_regime():
    assert curves(region(), LIMITS).regimes() == ()


# ── the hottest key ──────────────────────────────────────────────────────────────────────────────

# Read by 4, 1,000 KiB/s are 1.953 shards. n carry x = 0.512 / (0.4 + 0.6/n) of it, none 0.512 / 0.4 = 1.28.
KEYED = Workload.of(size=1, rps=1000, hottest_key="40%", consumers=4)


def test_with_a_key_a_shard_is_added_where_the_shard_of_the_key_is_full():
    drawn = curves(region(KEYED), LIMITS)
    a_little = Fraction(1, 10**9)
    for n in (1, 2, 6, 7, 100):
        end = Fraction(512, 1000) / (Fraction(4, 10) + Fraction(6, 10 * n))
        # 10.95 a shard; 1,000 x 2,628,000 units a month are 36.792.
        assert drawn.cost(Mode.PROVISIONED, end).amount == n * Fraction("10.95") + end * Fraction("36.792")
        more = end + a_little
        assert drawn.cost(Mode.PROVISIONED, more).amount == (n + 1) * Fraction("10.95") + more * Fraction(
            "36.792"
        )


def test_the_curves_end_where_no_count_carries_the_key():
    # 10,000 shards carry 0.512 / 0.40006.
    drawn = curves(region(KEYED), LIMITS)
    assert drawn.end == Fraction("0.512") / Fraction("0.40006")
    points = drawn.sampled([], 50)
    assert Fraction(points[-1].times) == Fraction(float(drawn.end))
    dollars = [point.costs[Mode.PROVISIONED].amount for point in points]
    assert dollars == sorted(dollars)
    assert dollars[-1] == 10_000 * Fraction("10.95") + drawn.end * Fraction("36.792")
    assert all(found.above < drawn.end for found in drawn.regimes())
    # Beside others the first key that ends, ends all; without a key nothing does.
    later = Workload.of(size=1, rps=1000, hottest_key="20%", consumers=4)
    assert curves(region(KEYED, later), LIMITS).end == drawn.end
    assert curves(region(Workload.of(size=1, rps=1)), LIMITS).end is None


# The key alone fills a part of a shard: the traffic can grow until it fills all of it.
keyed = st.builds(
    lambda size, share, full, consumers: Workload.of(
        size=f"{size} B",
        rps=str(
            Fraction(full, 100)
            * min(Fraction(1000), Fraction(2**20, size), Fraction(2**21, size * consumers))
            / Fraction(share, 100)
        ),
        hottest_key=f"{share}%",
        consumers=consumers,
    ),
    st.integers(50, 20_000),
    st.integers(1, 60),
    st.integers(1, 90),
    st.integers(1, 5),
)


@given(st.lists(keyed, min_size=1, max_size=2))
@examples(40)
def test_with_keys_the_bills_on_both_sides_of_a_break_even_are_as_it_says(given_workloads):
    made = region(*given_workloads)
    regimes = curves(made, LIMITS).regimes()
    today = next(found.mode for found in regimes if found.up_to is None or found.up_to >= 1)
    for found in break_evens(regimes):
        below, above = (today, found.mode) if found.upward else (found.mode, today)
        for side, mode in ((-1, below), (1, above)):
            times = found.times * (1 + side * Fraction(1, 10**12))
            there = region(*[scaled(workload, times) for workload in given_workloads])
            assert there.total(mode) == there.total(there.ranked[0])


# ── what a mode cannot carry ─────────────────────────────────────────────────────────────────────


def test_a_mode_that_takes_no_such_stream_is_the_cheapest_at_no_rate():
    # 21 fan-out consumers: at 20/s provisioned would cost a twelfth of the floors of Advantage.
    drawn = curves(region(Workload.of(size=1, rps=20, fan_out=21)), LIMITS)
    assert drawn.reach[Mode.PROVISIONED] == drawn.reach[Mode.ON_DEMAND_STANDARD] == 0
    assert [found.mode for found in drawn.regimes()] == [Mode.ON_DEMAND_ADVANTAGE]
    assert break_evens(drawn.regimes()) == ()
    # 51 are taken by none.
    assert curves(region(Workload.of(size=1, rps=20, fan_out=51)), LIMITS).regimes() == ()


def test_a_mode_is_the_cheapest_up_to_its_ceiling_and_no_further():
    # Peaks of 1 GiB/s, and next to nothing on average: Standard is 29.20 and little more. 10 GiB/s in are the
    # most that it takes. Shards are asked for by records: 1,048,576 / 1,000; 10,000 take 10,000,000.
    peaks = {"size": 1, "rps": {"mean": 1, "peak": 1024 * 1024}}
    assert curves(region(Workload.of(**peaks)), LIMITS).reach == {
        Mode.PROVISIONED: Fraction(10_000_000, 1_048_576),
        Mode.ON_DEMAND_STANDARD: 10,
        Mode.ON_DEMAND_ADVANTAGE: 10,
    }
    # 10 consumers get 10 GiB/s of the 20 that may go out. Twice that only shards give.
    regimes = curves(region(Workload.of(**peaks, consumers=0, fan_out=10)), LIMITS).regimes()
    found = {item.mode: item.times for item in break_evens(regimes) if item.upward}
    assert found == {Mode.PROVISIONED: 2}


def test_the_curves_of_a_stream_are_worked_by_hand():
    """1,000 KiB/s for one reader: a shard for $10.95, 2,628 million units for $36.792. On demand
    2,506.26 GB go in at $0.08 and out at $0.04, $300.75, beside $29.20. Of Advantage 25 MiB/s are owed in and
    out, 64,160.16 GB at $0.032 and $0.016.
    """
    drawn = curves(region(Workload.of(size=1, rps=1000, consumers=1)), LIMITS)
    moved, owed = Fraction(1000 * 2_628_000, 2**20), Fraction(25 * 2_628_000, 2**10)
    assert drawn.provisioned == Fraction(36792, 1000)
    assert drawn.standard == (Fraction(2920, 100), moved * Fraction(12, 100))
    assert drawn.advantage == moved * Fraction(48, 1000)
    assert drawn.floors == ((owed, moved, Fraction(32, 1000)), (owed, moved, Fraction(16, 1000)))
    # 10,000 shards, and 10 GiB/s on demand.
    on_demand = Fraction(10 * 2**20, 1000)
    assert (drawn.end, list(drawn.reach.values())) == (None, [10_000, on_demand, on_demand])
    # A quarter, all, and four times as much take one shard, one, and four.
    samples = drawn.sampled([], 3)
    assert [sample.times for sample in samples] == [0.25, 1, 4]
    assert [[cost.cents for cost in sample.costs.values()] for sample in samples] == [
        ["20.15", "104.39", "3079.69"],
        ["47.74", "329.95", "3079.69"],
        ["190.97", "1232.20", "3079.69"],
    ]


@pytest.mark.parametrize(
    ("around", "count", "times"),
    [
        ([], 2, [0.25, 4]),
        # A quarter of the least and four times the most of today and these.
        ([Fraction(2), Fraction(1, 2)], 2, [0.125, 8]),
        ([Fraction(4)], 4, [0.25, 1, 4, 16]),
    ],
)
def test_a_picture_reaches_four_times_as_far_as_what_it_shows(around, count, times):
    drawn = curves(region(Workload.of(size=1, rps=1000, consumers=1)), LIMITS)
    assert [sample.times for sample in drawn.sampled(around, count)] == pytest.approx(times)


def test_a_picture_ends_where_the_hottest_key_outgrows_its_shard():
    # Of 10,000 shards the key's has 0.4 + 0.6 / 10,000 of 1,000/s.
    drawn = curves(region(Workload.of(size=1, rps=1000, consumers=1, hottest_key="40%")), LIMITS)
    assert drawn.end == 1 / Fraction(40006, 100_000)
    assert [sample.times for sample in drawn.sampled([], 2)] == pytest.approx([0.25, float(drawn.end)])


@pytest.mark.parametrize(
    ("rps", "modes"),
    [
        # 10,000 shards are as many as there may be, and on demand Frankfurt takes far less.
        ("10M", [Mode.PROVISIONED]),
        ("10001k", []),
    ],
)
def test_where_no_mode_carries_todays_traffic_there_is_nothing_to_compare(rps, modes):
    drawn = curves(region(Workload.of(size=1, rps=rps, region="eu-central-1")), LIMITS)
    assert [found.mode for found in drawn.regimes()][-1:] == modes
