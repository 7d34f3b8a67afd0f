"""What a rule is made of, and the small things that several rules share.

A rule has a stable id, a name, a severity, its reason, its remedy, the fact that it rests on, and one example
that triggers it beside one that does not. The rules are in ``rules/``, one module for each topic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import Any, Final

from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.lint.policy import Policy
from shardcalc.core.text import shards_text
from shardcalc.core.units import USD, ceil_div
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


@dataclass(frozen=True, slots=True)
class Subject:
    """One judged stream with all that the rules may look at."""

    judged: Judged
    policy: Policy

    @property
    def workload(self) -> Workload:
        """What is declared."""
        return self.judged.plan.workload

    @property
    def plan(self) -> Plan:
        """Its plan."""
        return self.judged.plan

    @property
    def requirements(self) -> Requirements:
        """What it is held to besides its load."""
        return self.judged.stream.requirements

    @property
    def limits(self) -> Limits:
        """AWS's limits."""
        return self.judged.ground.limits

    @property
    def consumers_given(self) -> bool:
        """Whether the profile says who reads; without it, one consumer is only assumed."""
        return not self.judged.stream.origins.keys().isdisjoint(("consumers", "fan_out"))

    @property
    def shards(self) -> int:
        """The shards that will run: those that are declared, else those that are advised."""
        return self.workload.shards or self.judged.decision.advised

    @property
    def least_shards(self) -> int:
        """The fewest shards to advise: as many as are enough, and no fewer than one deployment reaches."""
        current, mode = self.requirements.current_shards, self.workload.mode
        if mode is not Mode.PROVISIONED:
            return self.shards
        reached = ceil_div(Fraction(current or 0), self.limits.reshard_factor.value)
        return max(self.plan.shards, self.judged.decision.advised, reached)

    @property
    def bill(self) -> Bill:
        """A month in the stream's own mode with these shards."""
        provisioned = self.workload.mode is Mode.PROVISIONED
        return self.judged.provisioned(self.shards) if provisioned else self.judged.advised


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
    return amount_text(bill.total, bill.complete)


def amount_text(amount: USD, complete: bool) -> str:
    """An amount in words; where a price is unknown it is a lower bound, and one of nothing says nothing."""
    if complete:
        return str(amount)
    return "an unknown amount" if amount.cents == "0.00" else f"at least {amount}"


def unpriced(bill: Bill) -> str:
    """The lines of a bill that have no known price, by their titles."""
    return "; ".join(line.title for line in bill.lines if line.price is None)


SAY_SIZE: Final = "declare size, the mean size of a record"


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
    over = bill.total > most or (reached and bill.total == most and (bill.complete or bool(bill.total)))
    if bill.complete and not over:
        return ()
    shards = f" for {shards_text(subject.shards)}" if bill.mode is Mode.PROVISIONED else ""
    month = f"{total_text(bill)} a month in {bill.mode}{shards}"
    least = subject.least_shards
    if over:
        return (
            Hit(
                f"{month} is {what} {most}, by {bill.total - most}",
                "raise it"
                + (f", or lower shards to {least:,}" if least < subject.shards else "")
                + "; shardcalc cost shows each line of the bill",
                at,
            ),
        )
    priced = any(line.price is not None for line in bill.lines)
    why = f"no verified price for {unpriced(bill)}" if priced else f"no price is known in {bill.region}"
    if not unpriced(bill):
        return (
            Hit(
                f"{month} cannot be compared with {most}: no record size is declared",
                SAY_SIZE,
                at,
                severity=WARNING,
            ),
        )
    return (
        Hit(
            f"{month} cannot be compared with {most}: {why}",
            f"check the bill by hand: prices in {bill.region} are not all known",
            at,
            severity=WARNING,
        ),
    )
