"""The decision of a review, and what it changes in a month."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import Workload, plan
from shardcalc.core.advice.decision import Action, decide
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices


@pytest.mark.parametrize(
    ("fields", "action", "change"),
    [
        # A shard-hour is $0.015, a month 730 h: $10.95 a shard.
        ({"shards": 20}, Action.RAISE, "10.95"),
        ({"shards": 23}, Action.LOWER, "-21.90"),
        ({"shards": 21}, Action.KEEP, "0.00"),
        ({}, Action.CREATE, None),
        ({"mode": "on-demand"}, Action.ON_DEMAND, None),
        ({"shards": 20, "region": "eu-west-1"}, Action.RAISE, None),
    ],
)
def test_a_decision_says_what_it_changes_in_a_month(fields, action, change):
    workload = Workload.of(size=1024, rps=6, consumers=7, **fields)
    made = decide(
        plan(workload), built_in_prices(workload.region), built_in_limits(), Fraction(730), Fraction(0)
    )
    assert made.action is action
    assert (made.change.cents if made.change is not None else None) == change
