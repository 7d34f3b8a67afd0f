"""The specification of a planner, as properties that hold for every workload.

That the count suffices and one less does not is asked in ``test_against_the_oracle.py``.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from shardcalc import (
    Aggregation,
    CatchUp,
    Consumer,
    ConsumerType,
    Duration,
    Plan,
    Rates,
    RecordRate,
    Size,
    Workload,
    plan,
)
from shardcalc.core.capacity.constraint import Regime
from shardcalc.core.capacity.inverse import carried
from shardcalc.core.facts import built_in_limits
from shardcalc.core.workload.parts import HottestKey
from tests.fuzz import examples

LIMITS = built_in_limits()
MIB = 1024 * 1024


def fractions(least: int, most: int) -> st.SearchStrategy[Fraction]:
    return st.fractions(min_value=least, max_value=most, max_denominator=997)


sizes = fractions(1, 4 * MIB).map(Size)
rates = st.builds(
    lambda mean, more: Rates(RecordRate(mean), RecordRate(mean + more)),
    fractions(1, 200_000),
    fractions(0, 50_000),
)
durations = fractions(1, 100_000).map(Duration)
consumers = st.lists(
    st.one_of(
        st.builds(Consumer, count=st.integers(1, 9)),
        st.builds(Consumer, type=st.just(ConsumerType.FAN_OUT), count=st.integers(1, 9)),
        st.builds(
            Consumer,
            name=st.just("function"),
            type=st.just(ConsumerType.LAMBDA),
            parallelization_factor=st.integers(1, 10),
            batch_size=st.integers(1, 10_000),
            batch_duration=fractions(1, 60).map(Duration),
        ),
        st.builds(
            Consumer,
            name=st.just("slow"),
            type=st.just(ConsumerType.KCL),
            max_rps_per_shard=fractions(1, 5000).map(RecordRate),
        ),
    ),
    max_size=3,
).map(tuple)
workloads = st.builds(
    Workload,
    size=sizes,
    rps=rates,
    consumers=consumers,
    headroom=fractions(0, 3),
    skew=fractions(1, 5),
    hottest_key=st.none() | st.builds(HottestKey, fractions(0, 1).filter(bool), st.just("")),
    catch_up=st.none() | st.builds(CatchUp, durations, durations, st.just(())),
    max_utilisation=st.none() | fractions(0, 1).filter(bool),
    aggregation=st.none() | st.builds(Aggregation, fractions(1000, 1_000_000).map(Size)),
)


def without_key(workload: Workload) -> Workload:
    """A key has a regime, and only where that stays does more need more: see the tests with the oracle."""
    return replace(workload, hottest_key=None)


def reserved(planned: Plan) -> bool:
    return all(limit.regime is Regime.RESERVED for limit in planned.constraints)


@given(workloads.map(without_key), st.data())
@examples(300)
def test_more_of_anything_never_needs_fewer_shards(workload, data):
    changed = {
        "size": lambda: workload.size * Fraction(11, 10),
        "rps": lambda: Rates(workload.rps.mean, workload.rps.peak * Fraction(11, 10)),
        "headroom": lambda: workload.headroom + Fraction(1, 10),
        "skew": lambda: workload.skew * Fraction(11, 10),
        "consumers": lambda: (*workload.consumers, Consumer()),
        "catch_up": lambda: (
            CatchUp(workload.catch_up.outage * 2, workload.catch_up.within)
            if workload.catch_up
            else CatchUp(Duration(60), Duration(60))
        ),
    }
    name = data.draw(st.sampled_from(sorted(changed)))
    if name == "size" and workload.aggregation is not None:
        # A larger record may fill an aggregate better, as packing whole records always may; that is
        # arithmetic and no fault.
        return
    assert plan(replace(workload, **{name: changed[name]()})).shards >= plan(workload).shards


@given(workloads.map(without_key))
def test_twice_the_rate_needs_at_most_twice_the_shards(workload):
    double = replace(workload, rps=Rates(workload.rps.mean, workload.rps.peak * 2))
    # One shard has everything, whatever the skew; of the first that it can be divided on, one has its share.
    assert plan(double).shards <= max(2 * plan(workload).shards, ceil(2 * workload.skew))


@given(workloads, st.integers(1, 500))
def test_what_shards_carry_is_what_a_plan_for_that_rate_needs(workload, shards):
    rate = carried(workload, shards, LIMITS).rate
    assert plan(replace(workload, rps=Rates(rate, rate))).shards <= shards
    more = rate * Fraction(1001, 1000)
    planned = plan(replace(workload, rps=Rates(more, more)))
    # A key that then has no reserve anywhere may fill its shard.
    assert planned.shards > shards or not reserved(planned)


@given(workloads)
def test_every_binding_limit_and_only_those_ask_for_the_count(workload):
    planned = plan(workload)
    names = {id(constraint) for constraint in planned.binding}
    assert bool(names) is (planned.shards > 1)
    for constraint in planned.constraints:
        assert (constraint.shards == planned.shards > 1) == (id(constraint) in names)
        if constraint.regime is not Regime.NONE:
            assert constraint.utilisation(planned.shards) <= constraint.used
    assert planned.nearest.utilisation(planned.shards) == planned.utilisation(planned.shards)
