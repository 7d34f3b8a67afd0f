"""The one verdict in the same words for every noun: what to do and why, what it costs, how long it lasts."""

from __future__ import annotations

from typing import Any

from shardcalc.core.advice.decision import Decision
from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.salts import salt
from shardcalc.core.cost.bill import Bill
from shardcalc.core.text import shards_text
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from shardcalc.report.rows import dollars
from shardcalc.report.words import total


def money(made: Judged) -> str:
    """What a month costs now, with what is needed, and as advised; in the same words everywhere."""
    decision, plan = made.decision, made.plan
    parts = []
    if made.now is not None:
        parts.append(f"now {total(made.now)} ({_of(made.now, decision.base)})")
    parts.append(f"needed {total(made.needed)} ({_of(made.needed, plan.shards)})")
    if decision.advised not in (plan.shards, decision.base):
        parts.append(f"advised {total(made.advised)} ({_of(made.advised, decision.advised)})")
    return ", ".join(parts) + (f": {change_text(made.change)}" if made.now is not None else "")


def _of(bill: Bill, shards: int | None) -> str:
    return shards_text(shards or 0) if bill.mode is Mode.PROVISIONED else bill.mode.value


def change_text(change: USD | None) -> str:
    """What following the advice changes in a month."""
    if change is None:
        return "the change is unknown, a price is missing"
    if not change:
        return "no change"
    return f"{change} more" if change.amount > 0 else f"{change * -1} less"


def lasts(decision: Decision) -> str:
    """Until when the shards of now, or the advised ones, are enough at the declared growth; nothing without
    growth.
    """
    ahead = decision.forecast
    if ahead is None:
        return ""
    said = []
    for count in dict.fromkeys((decision.shown, decision.advised)):
        until = ahead.until(count)
        word = "is" if count == 1 else "are"
        if until is None:
            said.append(f"{shards_text(count)} {word} enough beyond {ahead.last}")
        elif until <= ahead.first:
            said.append(f"{shards_text(count)} {word} not enough today")
        else:
            said.append(f"{shards_text(count)} {word} enough until {until}")
    dated = ahead.plan.workload.rps.dated
    since = f"since {dated}" if dated is not None else f"if the rates are those of {ahead.first}"
    key = f"; on {ahead.key_out} the hottest key outgrows its shard" if ahead.key_out is not None else ""
    return f"{ahead.growth} {since}: {', '.join(said)}{key}"


def key_text(made: Judged) -> str:
    """The hottest key as it is and in salts, each with its count and its price; nothing where it decides
    nothing.
    """
    plan = made.plan
    keyed = [limit for limit in plan.constraints if limit.key is not None]
    without = max((limit.shards for limit in plan.constraints if limit.key is None), default=0)
    salts = salt(plan, made.ground.limits) if keyed and (plan.unrelieved or plan.shards > without) else None
    if salts is None:
        return ""
    salted = f"{salts.number:,} salts on {shards_text(salts.shards)} {total(made.provisioned(salts.shards))}"
    if plan.unrelieved:
        return f"as it is no count helps; {salted}"
    as_it_is = f"as it is {shards_text(plan.shards)} {total(made.needed)}"
    return f"{salted}, or {as_it_is}" if plan.shards > 2 * without else f"{as_it_is}, or {salted}"


def lines(made: Judged) -> list[tuple[str, str]]:
    """What every page says of one stream, each with its label."""
    reserve = made.plan.reserve
    found = [
        ("verdict", made.decision.sentence),
        ("money", money(made)),
        ("lasts", lasts(made.decision)),
        ("key", key_text(made)),
        ("reserve", str(reserve) if reserve.factor != 1 else ""),
    ]
    return [(label, text) for label, text in found if text]


def decision_row(
    decision: Decision, now: Bill | None, needed: Bill | None, advised: Bill | None, change: USD | None
) -> dict[str, Any]:
    """The verdict and its money in JSON."""
    ahead = decision.forecast
    return {
        "action": decision.action.value,
        "advised_shards": decision.advised,
        "needed_shards": decision.needed,
        "measured_shards": None if decision.measured is None else decision.measured.shards,
        "declared_shards": decision.declared,
        "running_shards": decision.running,
        "now_shards": decision.base,
        "why": decision.why,
        "not_fewer_because": list(decision.held),
        "runs_out": decision.runs_out,
        "hottest_key_outgrows": None if ahead is None else ahead.key_out,
        "now_usd": None if now is None else dollars(now.total, [now]),
        "needed_usd": None if needed is None else dollars(needed.total, [needed]),
        "advised_usd": None if advised is None else dollars(advised.total, [advised]),
        "change_usd": change,
    }


def judged_row(made: Judged) -> dict[str, Any]:
    """The verdict on a declared stream in JSON."""
    return decision_row(made.decision, made.now, made.needed, made.advised, made.change)
