"""The planner against a second statement of its rules, which shares no code with it.

The oracle is ``tests/oracle.py``; ``tests/workloads.py`` draws a workload as text, which the planner reads,
and as fractions, which the oracle is given.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from tests.counterexamples import KNOWN
from tests.fuzz import examples
from tests.oracle import Oracle
from tests.workloads import workloads

CASES = workloads()


def shards(case) -> int:
    return plan(Workload.of(**case.fields)).shards


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_what_was_worked_by_hand_is_planned(known):
    assert shards(known.case) == known.needed


@examples(600)
@given(CASES)
def test_a_plan_has_the_count_of_the_oracle(case):
    assert shards(case) == Oracle(case.stream).needed


@examples(150)
@given(CASES)
def test_the_planned_count_suffices_and_one_less_does_not(case):
    oracle, planned = Oracle(case.stream), shards(case)
    assert oracle.ok(planned)
    assert planned == 1 or not oracle.ok(planned - 1)


@examples(150)
@given(CASES, st.fractions(1, 3, max_denominator=20))
def test_more_traffic_never_needs_fewer_shards_while_the_regimes_of_the_key_are_equal(case, factor):
    more = case.times(factor)
    before, after = Oracle(case.stream), Oracle(more.stream)
    assert before.unrelieved <= after.unrelieved
    if before.regimes == after.regimes:
        assert shards(case) <= shards(more)


@examples(150)
@given(CASES, st.fractions(0, 2, max_denominator=20))
def test_more_headroom_never_needs_fewer_shards_while_the_regimes_of_the_key_are_equal(case, more):
    stricter = case.reserved(case.stream.headroom + more)
    if Oracle(case.stream).regimes == Oracle(stricter.stream).regimes:
        assert shards(case) <= shards(stricter)


@examples(150)
@given(CASES, st.integers(1, 60))
def test_a_count_carries_so_much_and_no_more(case, count):
    oracle, planned = Oracle(case.stream), plan(Workload.of(**case.fields))
    most = planned.most(count)
    assert oracle.ok(count, most)
    assert not oracle.ok(count, most * Fraction(10**9 + 1, 10**9))


@examples(150)
@given(CASES, st.integers(1, 60))
def test_the_ends_of_all_counts_are_what_each_carries(case, count):
    planned = plan(Workload.of(**case.fields))
    ends = list(islice(planned.ends(), count))
    assert ends == [planned.most(shards) for shards in range(1, count + 1)]
    assert planned.least(ends[-1]) == Oracle(case.stream).need(ends[-1])
    more = ends[-1] * Fraction(10**9 + 1, 10**9)
    assert planned.least(more) == Oracle(case.stream).need(more)
