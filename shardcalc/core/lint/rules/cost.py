"""The rules about the month's bill: against a budget, and against the other capacity mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shardcalc.core.cost.bill import gigabytes
from shardcalc.core.facts.prices import StreamHours
from shardcalc.core.lint.rule import ERROR, INFO, Hit, Rule, Subject, over_amount
from shardcalc.core.text import shards_text
from shardcalc.core.units import Duration
from shardcalc.core.workload.parts import Mode


def _over_budget(subject: Subject) -> Sequence[Hit]:
    budget = subject.requirements.budget
    budget = subject.policy.budget if budget is None else budget
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
    remedy="raise the budget, or lower shards to what is needed",
    bad="size: 1 KiB\nrps: 100\nshards: 16\nbudget: 100 USD",
    good="size: 1 KiB\nrps: 100\nshards: 4\nbudget: 100 USD",
    fact="put_payload_unit",
    at=("budget", "shards"),
    look=_over_budget,
)


def _cheaper_mode(subject: Subject) -> Sequence[Hit]:
    judged, mode = subject.judged, subject.workload.mode
    if mode is Mode.ON_DEMAND_ADVANTAGE:
        return ()  # an account's choice: its price for one stream alone says nothing
    ground, needed = judged.ground, judged.needed
    if mode is Mode.PROVISIONED:
        # An on-demand stream costs at least its hours and the bytes that come in: most need no second bill.
        hour, data_in = ground.prices.on_demand_stream_hour, ground.prices.on_demand_data_in
        if hour is None or data_in is None:
            return ()
        moved = subject.workload.rps.mean.of(subject.workload.size).over(Duration.hours(ground.hours))
        least = (hour.cost(StreamHours(ground.hours)) + data_in.cost(gigabytes(moved.amount))) * (
            1 - ground.discount
        )
        if least + subject.policy.saving_above >= needed.total:
            return ()
    other = Mode.ON_DEMAND_STANDARD if mode is Mode.PROVISIONED else Mode.PROVISIONED
    cost = judged.cost
    bill, own = cost.bill(other), cost.bill(mode)
    if bill is None or own is None or cost.cheaper(ground.limits) is not other:
        return ()
    if own.total - bill.total <= subject.policy.saving_above:
        return ()
    advised, needed_now = judged.decision.advised, subject.plan.shards
    count = f" with {shards_text(advised)}" if other is Mode.PROVISIONED else ""
    priced = f" with {shards_text(needed_now)}" if count and advised != needed_now else ""
    needs = f" with the {subject.plan.shards:,} shards that are needed" if mode is Mode.PROVISIONED else ""
    return (
        Hit(
            f"{other}{priced} costs {bill.total} a month, {own.total - bill.total} less than {mode}{needs} "
            f"at {own.total}, at the mean rate",
            f"change the mode to {other}{count}",
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
