"""One stream with its profile and its history."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from shardcalc import Workload
from shardcalc.core.advice.judged import Ground, judge
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.requirements import Requirements
from tests.synthetic import history

GROUND = Ground(built_in_limits(), built_in_prices("us-east-1"), date(2026, 11, 21), Fraction(730))


def test_where_the_history_does_not_say_what_runs_the_profile_does():
    # 8,000/s in the busiest minute, and 25 % headroom: 10 shards.
    workload = Workload.of(size="1000 B", rps=8000)
    stream = DeclaredStream("orders", workload, {}, requirements=Requirements(current_shards=8))
    made = judge(stream, GROUND, history(open_shards=None))
    assert (made.decision.running, made.decision.base, made.decision.advised) == (8, 8, 10)
    assert judge(stream, GROUND, history(open_shards=9)).decision.running == 9
