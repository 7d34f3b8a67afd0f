"""The specification of a planner, as properties that hold for every workload."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shardcalc import (
    Aggregation,
    CatchUp,
    Consumer,
    ConsumerType,
    Duration,
    Rates,
    RecordRate,
    Size,
    Workload,
    plan,
)
from shardcalc.core.capacity.inverse import carried
from shardcalc.core.facts import built_in_limits
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
    hottest_key=st.none() | fractions(0, 1).filter(bool),
    catch_up=st.none() | st.builds(CatchUp, durations, durations),
    aggregation=st.none() | st.builds(Aggregation, fractions(1000, 1_000_000).map(Size)),
)


def carries(workload: Workload, shards: int) -> bool:
    """Whether so many shards hold every limit, asked anew from the definition of each limit and not from the
    planner.
    """
    peak, size = workload.rps.peak.amount, workload.size.amount
    records, record = peak, size
    if workload.aggregation is not None:
        packed = (workload.aggregation.target_size.amount - 20) // (size + 10)
        if packed > 1:
            records, record = peak / packed, (size + 10) * packed + 20
    # The busiest shard takes `skew` times the mean shard's part, and that with the headroom.
    part = (1 + workload.headroom) * workload.skew / shards
    written, stored = records * record * part, records * part
    shared = sum(
        consumer.count for consumer in workload.consumers if consumer.type is not ConsumerType.FAN_OUT
    )
    backlog = (
        1 + workload.catch_up.outage.amount / workload.catch_up.within.amount
        if workload.catch_up
        else Fraction(1)
    )
    if written > MIB or stored > 1000 or written * shared * backlog > 2 * MIB:
        return False
    for consumer in workload.consumers:
        if consumer.type is ConsumerType.FAN_OUT:
            if written > 2 * MIB:
                return False
            continue
        if consumer.batch_duration is not None:
            speed = (
                Fraction(consumer.parallelization_factor * consumer.batch_size)
                / consumer.batch_duration.amount
            )
            if stored * backlog > speed:
                return False
        if (
            consumer.max_rps_per_shard is not None
            and peak * part * backlog > consumer.max_rps_per_shard.amount
        ):
            return False
    return True


@given(workloads)
@examples(400)
def test_the_planned_count_suffices_and_one_less_does_not(workload):
    shards = plan(workload).shards
    assert carries(workload, shards)
    assert shards == 1 or not carries(workload, shards - 1)


@given(workloads, st.data())
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
    from dataclasses import replace

    assert plan(replace(workload, **{name: changed[name]()})).shards >= plan(workload).shards


@given(workloads)
def test_twice_the_rate_needs_at_most_twice_the_shards(workload):
    from dataclasses import replace

    double = replace(workload, rps=Rates(workload.rps.mean, workload.rps.peak * 2))
    assert plan(double).shards <= 2 * plan(workload).shards


@given(workloads, st.integers(1, 500))
def test_what_shards_carry_is_what_a_plan_for_that_rate_needs(workload, shards):
    from dataclasses import replace

    rate = carried(replace(workload, hottest_key=None), shards, LIMITS).rate
    assert plan(replace(workload, rps=Rates(rate, rate))).shards <= shards
    more = rate * Fraction(1001, 1000)
    assert plan(replace(workload, rps=Rates(more, more))).shards > shards


@given(workloads)
def test_every_binding_limit_and_only_those_ask_for_the_count(workload):
    planned = plan(workload)
    names = {id(constraint) for constraint in planned.binding}
    for constraint in planned.constraints:
        assert (constraint.shards == planned.shards) == (id(constraint) in names)
        assert constraint.utilisation(planned.shards) <= 1
