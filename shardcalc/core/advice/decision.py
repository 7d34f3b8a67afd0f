"""What a plan asks to be decided: raise, lower or keep the declared shards, and what that changes in a month.

Pure arithmetic on a plan and its bills; no I/O.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, difference, discounted, own_bill
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode

ABOUT_SHARDS: Final = ("under-provisioned", "over-provisioned")
"""Findings that the verdict itself says."""


class Action(StrEnum):
    """What to do with a stream's shards."""

    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"
    CREATE = "create"
    """Nothing is declared, so there is nothing to compare with."""
    ON_DEMAND = "on-demand"
    """AWS scales the stream itself."""


class Decision(NamedTuple):
    """One stream's line in a review."""

    action: Action
    shards: int
    """What is needed."""
    today: int | None
    """What is declared."""
    bill: Bill
    """A month with what is needed."""
    bill_today: Bill | None
    """A month with what is declared; None when nothing is, or AWS scales the stream."""
    open: tuple[Finding, ...]
    """Errors that more shards do not cure."""

    @property
    def change(self) -> USD | None:
        """What the decision adds to a month, below zero when it saves; None when there is nothing to compare,
        or a price that matters is unknown.
        """
        return None if self.bill_today is None else difference(self.bill, self.bill_today)

    @property
    def used(self) -> int:
        """The count at which the utilisation of today is told: what is declared, else what is needed."""
        return self.shards if self.today is None else self.today


def decide(plan: Plan, prices: PriceSheet, limits: Limits, hours: Fraction, discount: Fraction) -> Decision:
    """Compare what a stream needs with what it has."""
    workload, shards = plan.workload, plan.shards
    today = workload.shards
    provisioned = workload.mode is Mode.PROVISIONED
    if not provisioned:
        action = Action.ON_DEMAND
    elif today is None:
        action = Action.CREATE
    else:
        action = Action.KEEP if today == shards else Action.RAISE if today < shards else Action.LOWER

    def bill(shards: int) -> Bill:
        return discounted(own_bill(plan, shards, prices, limits, hours), discount)

    before = bill(today) if provisioned and today is not None else None
    errors = tuple(f for f in plan.findings if f.severity is Severity.ERROR and f.id not in ABOUT_SHARDS)
    return Decision(action, shards, today, bill(shards), before, errors)
