"""The rules about the month's bill: against a budget, and against the other capacity mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shardcalc.core.cost.bill import gigabytes
from shardcalc.core.facts.prices import StreamHours
from shardcalc.core.lint.rule import ERROR, INFO, Hit, Rule, Subject, over_amount
from shardcalc.core.workload.parts import Mode


def _over_budget(subject: Subject) -> Sequence[Hit]:
    budget = subject.requirements.budget or subject.policy.budget
    if budget is None:
        return ()
    return over_amount(subject, budget, "above the budget of", ("budget",), reached=False)


OVER_BUDGET: Final = Rule(
    id="SC015",
    name="over-budget",
    severity=ERROR,
    summary="the bill is above the budget",
    reason=(
        "The month's bill in the stream's own mode, for the declared shards, is above budget. "
        "A bill with unknown prices cannot be cleared, and is a warning."
    ),
    remedy="raise the budget, or lower shards, retention or fan-out",
    bad="size: 1 KiB\nrps: 100\nshards: 16\nbudget: 100 USD",
    good="size: 1 KiB\nrps: 100\nshards: 4\nbudget: 100 USD",
    fact="put_payload_unit",
    at=("budget", "shards"),
    look=_over_budget,
)


def _cheaper_mode(subject: Subject) -> Sequence[Hit]:
    mode, month = subject.workload.mode, subject.limits.month.value.in_hours
    bill = subject.bill
    if mode is Mode.PROVISIONED:
        # An on-demand stream costs at least its hours and the bytes that come in: most need no second bill.
        hour, data_in = subject.prices.on_demand_stream_hour, subject.prices.on_demand_data_in
        if hour is None or data_in is None:
            return ()
        moved = subject.workload.rps.mean.of(subject.workload.size).over(subject.limits.month.value)
        least = (hour.cost(StreamHours(month)) + data_in.cost(gigabytes(moved.amount))) * (
            1 - subject.discount
        )
        if least + subject.policy.saving_above >= bill.total:
            return ()
        other = subject.standard()
    elif mode is Mode.ON_DEMAND_STANDARD:
        other = subject.provisioned(subject.plan.shards)
    else:
        return ()  # Advantage is an account's choice: its price for one stream alone says nothing
    if not (bill.complete and other.complete) or bill.total - other.total <= subject.policy.saving_above:
        return ()
    return (
        Hit(
            f"{other.mode} costs {other.total} a month, {bill.total - other.total} less than {mode} "
            f"at {bill.total}, at the mean rate",
            f"change the mode to {other.mode}"
            + (f" with {subject.plan.shards:,} shards" if mode is not Mode.PROVISIONED else ""),
        ),
    )


CHEAPER_MODE: Final = Rule(
    id="SC018",
    name="cheaper-mode",
    severity=INFO,
    summary="another capacity mode is cheaper",
    reason=(
        "At the mean rate, the same traffic costs less in the other mode "
        "by more than saving_above a month. On-demand Advantage is an account's choice and not compared."
    ),
    remedy="change the mode, or accept the price for what it gives",
    bad="size: 1 KiB\nrps: {mean: 1, peak: 9000}",
    good="size: 1 KiB\nrps: {mean: 900, peak: 900}",
    fact="on_demand_record_unit",
    at=("mode",),
    look=_cheaper_mode,
)

RULES: Final[tuple[Rule, ...]] = (
    OVER_BUDGET,
    CHEAPER_MODE,
)
