"""What all pages of ``report`` say in the same words: the decisions, and each stream's section."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any, Final

from shardcalc.app.cost import RegionReport
from shardcalc.app.review import Detail, Review
from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.judged import Judged
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.advice.timeline import Timeline
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.forecast import Forecast
from shardcalc.core.capacity.polling import poll_interval
from shardcalc.core.capacity.sensitivity import Effect
from shardcalc.core.cost.bill import Bill
from shardcalc.core.cost.break_even import Curves
from shardcalc.core.facts import CONFIDENCE, Fact, Limits
from shardcalc.core.facts.prices import Price
from shardcalc.core.history.model import NAME
from shardcalc.core.lint.check import GRAVITY
from shardcalc.core.resharding.path import Path
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import USD, Duration
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.workload import shown_inputs
from shardcalc.report import words
from shardcalc.report.cost.words import crossing
from shardcalc.report.decisions import lasts
from shardcalc.report.reshard import commands as shell
from shardcalc.report.words import before_floors, bound_short, counted, fact_value, money, total

# ── the table of decisions ───────────────────────────────────────────────────────────────────────

COLUMNS: Final = (
    "stream",
    "verdict",
    "owner",
    "now:",
    "needed:",
    "measured:",
    "bound by",
    "used now:",
    "cost now:",
    "as advised:",
    "change:",
    "cheaper mode",
    "runs out",
)
"""Its columns; one that ends in ``:`` holds numbers."""
MEANING: Final = (
    "now: the shards that run, else those that are declared; measured: what a history asks for; bound by: "
    "the limit that decides the count, and how many more do (+1); used now: what the busiest shard takes of "
    "it, without reserve; cheaper mode: the one that costs the least at what is needed"
)
"""What those columns mean that do not explain themselves."""


def signed(amount: USD) -> str:
    """An amount that is added or saved."""
    return "no change" if not amount else f"+{amount}" if amount.amount > 0 else f"-{amount * -1}"


def cells(review: Review, place: int, called: str) -> list[tuple[str, Fraction | None]]:
    """The cells of a stream's row, each with the number it is sorted by, if it is one."""
    row = review.rows[place]
    decision, plan = row.decision, row.plan
    worst = plan.utilisation(decision.shown)
    change, now = row.change, row.now
    measured = None if decision.measured is None else decision.measured.shards
    cheaper = row.cost.cheaper(row.ground.limits)
    return [
        (called, None),
        (verdict(review, place), None),
        (row.stream.owner, None),
        _count(decision.base),
        _count(plan.shards),
        _count(measured),
        (bound_short(plan), None),
        (percent(worst), worst),
        (total(now) if now is not None else "-", now.total.amount if now is not None else None),
        (total(row.advised), row.advised.total.amount),
        (
            signed(change) if change is not None else "unknown" if now is not None else "new",
            change.amount if change is not None else None,
        ),
        (cheaper.value if cheaper is not None else "unknown", None),
        (str(decision.runs_out) if decision.runs_out is not None else "-", None),
    ]


def _count(count: int | None) -> tuple[str, Fraction | None]:
    return (f"{count:,}", Fraction(count)) if count is not None else ("-", None)


def verdict(review: Review, place: int) -> str:
    """What is to be decided, in a few words."""
    errors = review.errors.get(place, 0)
    return review.rows[place].decision.answer + (f"; {counted(errors, 'error')} to fix" if errors else "")


def totals(review: Review) -> list[str]:
    """The last row of the table."""
    now = [row.decision.base for row in review.rows if row.decision.base is not None]
    missing, unknown = len(review.rows) - len(now), review.unknown_changes
    running = f"{sum(now):,}" + (f" ({missing:,} without)" if missing else "") if now else "-"
    bills = [row.now for row in review.rows if row.now is not None]
    return [
        counted(len(review.rows), "stream"),
        f"advised: {sum(row.decision.advised for row in review.rows):,}",
        "",
        running,
        f"{review.shards:,}",
        "",
        "",
        "",
        money(review.now, bills) if bills else "-",
        money(review.advised, [row.advised for row in review.rows]),
        signed(review.changed) + (f", {unknown:,} unknown" if unknown else ""),
        "",
        "",
    ]


def summary(review: Review) -> str:
    """The whole review in a sentence."""
    counts = Counter(row.decision.action for row in review.rows)
    errors = sum(bool(count) for count in review.errors.values())
    parts = [
        f"{'scaled by AWS' if action is Action.ON_DEMAND else action} {counts[action]:,}"
        for action in Action
        if counts[action]
    ]
    if errors:
        parts.append(f"{errors:,} with errors that more shards do not fix")
    return "; ".join(parts)


def findings(review: Review, place: int) -> list[Finding]:
    """Everything that is found in a stream: what ``check`` tells, then what its plan tells in passing."""
    found = review.found.get(place, ())
    told = [
        Finding(f"{each.rule.id} {each.rule.name}", each.severity, each.message, each.remedy, each.fact)
        for each in found
    ]
    told.sort(key=lambda each: -GRAVITY[each.severity])
    return [*told, *(each for each in review.rows[place].findings if not each.remedy)]


# ── one stream ───────────────────────────────────────────────────────────────────────────────────


def limit_cells(row: Judged, *, working: bool = True) -> list[list[str]]:
    """Each limit, with its working where that is wanted."""
    cells = words.limit_cells(row.plan, row.decision.shown)
    if not working:
        return cells
    return [[*each, limit.working] for each, limit in zip(cells, row.plan.constraints, strict=True)]


def limit_columns(row: Judged, *, working: bool = True) -> list[str]:
    """The titles of the limits' table."""
    return [*words.limit_columns(row.decision.shown), *(["working"] if working else [])]


def bill_cells(bill: Bill) -> list[list[str]]:
    """A bill line by line, with its total."""
    return [*map(words.bill_cells, bill.lines), ["total", "", "", total(bill)]]


def bill_columns(row: Judged, bill: Bill) -> list[str]:
    """The titles of a bill's table."""
    return [bill_title(row, bill), *words.BILL_COLUMNS]


def bill_title(row: Judged, bill: Bill) -> str:
    """What a bill is for."""
    shards = f", {shards_text(row.cost.shards)}" if bill.mode is Mode.PROVISIONED else ""
    return f"{bill.mode}{shards}, {decimal(bill.hours)} h{before_floors(bill)}"


def break_even(detail: Detail) -> list[str]:
    """At which rate another mode becomes the cheapest for this stream alone."""
    region = detail.alone
    if not region.regimes:
        why = "a price is missing" if region.curves is None else "no mode carries this traffic"
        return [f"no break-even rate is known: {why}"]
    found = [crossing(region, found) for found in region.break_evens]
    cheapest = region.regimes[0].mode
    return found or [f"{cheapest} is the cheapest at every rate, up to {region.steps:,} more shards"]


def curve_cells(region: RegionReport, curves: Curves) -> list[list[str]]:
    """The cost of each mode around today's rate and at the crossings."""
    crossings = [found.times for found in region.break_evens]
    marks = dict.fromkeys(crossings, " (crossing)") | {Fraction(1): " (now)"}
    around = {*crossings, *map(Fraction, ("1/4", "1/2", "1", "2", "4"))}
    return [
        [
            decimal(region.rate.amount * times) + marks.get(times, ""),
            *(str(curves.cost(mode, times)) if times <= curves.reach[mode] else "-" for mode in Mode),
        ]
        for times in sorted(around)
        if curves.end is None or times <= curves.end
    ]


def ahead_text(row: Judged, ahead: Forecast) -> str:
    """Until when the counts are enough."""
    last = f"{shards_text(ahead.at_last)} {'is' if ahead.at_last == 1 else 'are'} needed on {ahead.last}"
    return f"traffic grows by {lasts(row.decision)}; {last}"


def ahead_cells(ahead: Forecast, listed: int = 24) -> list[list[str]]:
    """The date of each next step; beyond the first ``listed`` steps they are counted and not listed."""
    found = [[str(step.day), f"{step.shards:,}"] for step in ahead.steps[:listed]]
    more = max(0, len(ahead.steps) - listed) + ahead.more
    if more:
        found.append([f"{more:,} more to {ahead.last}", f"{ahead.at_last:,}"])
    return found


def effect_cells(detail: Detail, *, deciding: bool = False) -> list[list[str]]:
    """Each input changed alone; only those that change the count, where that is wanted."""
    return [
        [each.title, f"{each.shards:,}", f"{each.more:+,}", more_demand(each)]
        for each in detail.effects
        if each.more or not deciding
    ]


def more_demand(effect: Effect) -> str:
    """What an input adds to the demand, with its sign."""
    return f"{'-' if effect.load < 0 else '+'}{decimal(abs(effect.load))}"


def path_cells(found: Path) -> list[list[str]]:
    """The calls, one a row."""
    return [
        [
            f"{step.before:,} -> {step.target:,}",
            percent(step.change),
            f"{step.most_open:,}",
            "" if step.wait is None else f"{step.wait} after call {step.after_call}",
        ]
        for step in found.steps
    ]


def commands(row: Judged, found: Path) -> list[str]:
    """The calls as commands; a name that AWS would not take is left to a variable."""
    name = row.stream.name if NAME.fullmatch(row.stream.name) else None
    if row.measured is not None and row.measured.history.arn is not None:
        name = row.measured.history.arn
    return shell.calls(found, name, row.plan.workload.region)


_ORIGINS: Final = {
    "stream": "declared",
    "defaults": "declared in defaults",
    "flag": "flag",
    "policy": "declared in a policy",
}


def input_cells(row: Judged, limits: Limits) -> list[list[str]]:
    """Every input with its value, and whether it was declared, assumed or measured."""
    workload, origins = row.plan.workload, row.stream.origins
    found = []
    for field, value in shown_inputs(workload, limits):
        origin = origins.get("sizes" if field == "size" and workload.sizes else field)
        if value or origin:
            found.append([field, value, _ORIGINS[origin] if origin else "assumed"])
    for consumer in workload.consumers:
        if consumer.is_shared:
            interval = f"{poll_interval(consumer, limits)} on each shard"
            said = "declared" if consumer.poll_interval is not None else "assumed"
            found.append([f"poll interval of {consumer}", interval, said])
    measured = row.measured.flows if row.measured is not None else ()
    return [
        *found,
        *([flow.name, f"{flow.mean} on average, {flow.peak} at most", "measured"] for flow in measured),
    ]


def used_facts(row: Judged) -> list[Fact[Any]]:
    """The limits that this stream's numbers rest on, each once."""
    found = [*(limit.fact for limit in row.plan.constraints), *(each.fact for each in row.findings)]
    return list(dict.fromkeys(fact for fact in found if fact is not None))


def used_prices(row: Judged) -> list[Price[Any]]:
    """The prices on this stream's bills, each once."""
    bills = (row.advised, *row.cost.able)
    prices = [line.price for bill in bills for line in bill.lines if line.price is not None]
    return list({price.name: price for price in prices}.values())


def facts_text(row: Judged) -> str:
    """The limits that this stream's numbers rest on, in one sentence."""
    return "; ".join(
        f"{fact.title} {fact_value(fact.value)} ({fact.source.title}, {fact.date})"
        for fact in used_facts(row)
    )


CURVE_COLUMNS: Final = ("records/s on average", *(f"{mode}:" for mode in Mode))
AHEAD_COLUMNS: Final = ("from", "shards:")
EFFECT_COLUMNS: Final = ("input", "shards:", "change:", "before rounding:")
PATH_COLUMNS: Final = ("UpdateShardCount", "of the count before:", "most open on the way:", "wait")
DAY_COLUMNS: Final = ("day (UTC)", "busiest period, in shards:", "throttled:")
NEEDED_COLUMNS: Final = ("shards needed, with headroom:", "periods:")
INPUT_COLUMNS: Final = ("input", "value", "where from")
FACT_COLUMNS: Final = ("fact", "value:", "source", "read", "sure")


def fact_cells(review: Review) -> list[tuple[list[str], str]]:
    """Every limit and price that the review rests on, each with the address of its source."""
    limits = {fact.name: fact for row in review.rows for fact in used_facts(row)}
    prices = {
        (row.plan.workload.region, price.name): price for row in review.rows for price in used_prices(row)
    }
    found = [_fact_cells(fact.title, fact_value(fact.value), fact) for fact in limits.values()]
    for (region, _), price in prices.items():
        name = f"{price.name.replace('_', ' ')}, {region}"
        found.append(_fact_cells(name, f"${price.text} a {price.unit.UNIT}", price))
    return found


def _fact_cells(name: str, value: str, read: Fact[Any] | Price[Any]) -> tuple[list[str], str]:
    cells = [name, value, read.source.title, str(read.date), CONFIDENCE[read.confidence]]
    return cells, read.source.url


# ── what was measured ────────────────────────────────────────────────────────────────────────────


def measured_words(made: Suggestion) -> list[str]:
    """The suggestion in sentences."""
    return [made.answer, made.window, made.rule, *made.decision.held, made.growth.text]


def day_cells(seen: Timeline) -> list[list[str]]:
    """The busiest period of each day."""
    return [
        [
            str(day),
            "unknown" if most is None else decimal(most),
            str(Duration(throttled * seen.period)) if throttled else "none",
        ]
        for day, most, throttled in seen.days
    ]


def needed_cells(seen: Timeline) -> list[list[str]]:
    """How often each count was needed."""
    return [[f"{shards:,}", f"{periods:,}"] for shards, periods in seen.needed]
