"""One stream with its profile and its history."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from shardcalc import Workload
from shardcalc.core.advice.judged import Ground, judge
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.parts import Mode
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


@pytest.mark.parametrize(
    ("declared", "runs", "now"),
    [
        ("provisioned", "PROVISIONED", Mode.PROVISIONED),
        ("provisioned", None, Mode.PROVISIONED),
        ("provisioned", "ON_DEMAND", Mode.ON_DEMAND_STANDARD),
        # Of a stream that shall be on demand no count is one of now.
        ("on-demand", "PROVISIONED", None),
        ("on-demand", "ON_DEMAND", Mode.ON_DEMAND_STANDARD),
        # AWS's word is the same for both, and what is declared says which.
        ("on-demand-advantage", "ON_DEMAND", Mode.ON_DEMAND_ADVANTAGE),
        ("on-demand-advantage", None, Mode.ON_DEMAND_ADVANTAGE),
    ],
)
def test_what_is_paid_now_is_paid_in_the_mode_that_runs(declared, runs, now):
    workload = Workload.of(size="1000 B", rps=8000, mode=declared)
    stream = DeclaredStream("orders", workload, {"mode": "stream"})
    made = judge(stream, GROUND, history(mode=runs))
    assert (made.now and made.now.mode) is now
    # What follows the advice is in the mode that is declared.
    assert made.advised.mode is made.bill.mode is workload.mode


def test_the_money_of_a_stream_is_of_its_counts():
    # 8,000/s in the busiest minute and 25 % more: 10 are needed, and 16 run; 16 and 10 x $10.95 for shards.
    stream = DeclaredStream("orders", Workload.of(size="1000 B", rps=8000, shards=16), {})
    made = judge(stream, GROUND, history(open_shards=16))

    def shards(bill):
        return next(line.cost.cents for line in bill.lines if line.name == "shard-hours")

    assert [shards(bill) for bill in (made.now, made.advised, made.needed, made.bill)] == [
        "175.20", "109.50", "109.50", "109.50",
    ]  # fmt: skip
    assert made.change.cents == "-65.70"
    # A tenth off is a tenth off everything.
    off = judge(stream, GROUND._replace(discount=Fraction(1, 10)), history(open_shards=16))
    assert off.change.cents == "-59.13"
    assert off.now.total.amount == made.now.total.amount * Fraction(9, 10)
    assert off.undiscounted == made.undiscounted
    # The same bill is made once.
    assert made.provisioned(10) is made.provisioned(10) is made.needed


def test_a_new_stream_has_no_bill_of_now():
    made = judge(DeclaredStream("orders", Workload.of(size=1, rps=1), {}), GROUND)
    assert (made.now, made.change) == (None, None)
    assert made.bill is made.needed
