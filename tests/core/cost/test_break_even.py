"""Break-even rates of the modes: published, worked by hand, and as properties."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

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
    costs = {mode: drawn.cost(mode, inside).amount for mode in Mode}
    assert costs[regime.mode] == min(costs.values())


def test_the_break_even_rate_of_one_small_stream():
    # One shard: 730 x 0.015 = 10.95 and 1.4e-8 a record; on demand 29.20 and per GB: provisioned stays
    # cheaper until far beyond one shard.
    made = region(Workload.of(size=1, rps=100))
    assert made.cheapest is Mode.PROVISIONED
    regimes = curves(made, LIMITS).regimes()
    assert regimes[0].mode is Mode.PROVISIONED
    [found] = break_evens(regimes) or [None]
    if found is not None:
        assert found.upward


def test_where_there_is_no_stream_there_is_no_regime():
    assert curves(region(), LIMITS).regimes() == ()
