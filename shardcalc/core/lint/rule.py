"""What a rule is made of, and the small things that several rules share.

A rule has a stable id, a name, a severity, its reason, its remedy, the fact that it rests on, and one example
that triggers it beside one that does not. The rules are in ``rules/``, one module for each topic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any

from shardcalc.core.capacity.finding import Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, discounted, own_bill, provisioned_bill, standard_bill
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.lint.policy import Policy
from shardcalc.core.text import shards_text
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.requirements import Requirements
from shardcalc.core.workload.workload import Workload

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Hit:
    """What one rule found in one stream."""

    message: str
    remedy: str
    at: tuple[str | int, ...] = ()
    """The field at fault; empty for the fields that the rule names."""
    fact: Fact[Any] | None = None
    severity: Severity | None = None
    """Where it is not the rule's own."""


@dataclass(slots=True)
class Subject:
    """One planned stream with all that the rules may look at; bills are made when a rule asks for one."""

    workload: Workload
    plan: Plan
    requirements: Requirements
    policy: Policy
    owner: str
    one_rate: bool
    """Whether a single rate was given, which is then mean and peak."""
    limits: Limits
    prices: PriceSheet
    discount: Fraction
    made: Bill | None = None

    @property
    def shards(self) -> int:
        """The shards that will run: those that are declared, else those that are needed."""
        return self.workload.shards or self.plan.shards

    @property
    def bill(self) -> Bill:
        """A month in the stream's own mode."""
        if self.made is None:
            self.made = self._discounted(own_bill(self.plan, self.shards, *self._rest))
        return self.made

    def provisioned(self, shards: int) -> Bill:
        """A month as a provisioned stream with this number of shards."""
        return self._discounted(provisioned_bill(self.workload, self.plan.packing, shards, *self._rest))

    def standard(self) -> Bill:
        """A month in On-demand Standard."""
        made = standard_bill(self.workload, self.plan.packing, self.plan.shards, *self._rest)
        return self._discounted(made)

    @property
    def _rest(self) -> tuple[PriceSheet, Limits, Fraction]:
        return self.prices, self.limits, self.limits.month.value.in_hours

    def _discounted(self, bill: Bill) -> Bill:
        return discounted(bill, self.discount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, whole."""

    id: str
    name: str
    severity: Severity
    """The gravest that it reports, unless a policy says otherwise."""
    summary: str
    reason: str
    remedy: str
    bad: str
    """A profile that triggers it, or the fields of a stream that does."""
    good: str
    """The same without the fault."""
    fact: str = ""
    """The limit that it rests on, by its name in ``Limits``; empty for a rule of shardcalc's own."""
    at: tuple[str, ...] = ()
    """The fields where people will look for the fault, best first; one that is not given is passed over."""
    findings: tuple[str, ...] = ()
    """The plan's findings that it reports as they are."""
    replaces: tuple[str, ...] = ()
    """The plan's findings that it looks for itself, because a policy sets their threshold."""
    look: Callable[[Subject], Sequence[Hit]] | None = None

    def source(self, limits: Limits) -> Fact[Any] | None:
        """The fact that it rests on."""
        return attrgetter(self.fact)(limits) if self.fact else None


def example(text: str) -> str:
    """A whole profile of a rule's example."""
    if text.startswith("version:"):
        return text + "\n"
    return "version: 1\nstreams:\n  orders:\n" + "".join(f"    {line}\n" for line in text.splitlines())


def total_text(bill: Bill) -> str:
    """A bill's total in words; one with an unknown price is a lower bound."""
    return str(bill.total) if bill.complete else f"at least {bill.total}"


def unpriced(bill: Bill) -> str:
    """The lines of a bill that have no known price, by their titles."""
    return ", ".join(line.title for line in bill.lines if line.price is None)


def over_amount(
    subject: Subject, most: USD, what: str, at: tuple[str, ...], *, reached: bool
) -> Sequence[Hit]:
    """Hold a month's bill against an amount; a bill that cannot be cleared for want of a price is a warning.

    Args:
        subject: the stream.
        most: the amount.
        what: what the bill then is, before the amount: "above the budget of".
        at: the field that gives the amount.
        reached: whether a bill of exactly the amount is already too much.
    """
    bill = subject.bill
    over = bill.total > most or (reached and bill.total == most)
    if bill.complete and not over:
        return ()
    shards = f" for {shards_text(subject.shards)}" if bill.mode is Mode.PROVISIONED else ""
    month = f"{total_text(bill)} a month in {bill.mode}{shards}"
    if over:
        return (
            Hit(
                f"{month} is {what} {most}, by {bill.total - most}",
                "raise it, or lower shards, retention or fan-out; shardcalc plan shows each line of the bill",
                at,
            ),
        )
    return (
        Hit(
            f"{month} cannot be compared with {most}: no verified price for {unpriced(bill)}",
            f"check the bill by hand: prices in {bill.region} are not all known",
            at,
            severity=WARNING,
        ),
    )
