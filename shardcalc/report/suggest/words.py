"""What all pages of ``suggest`` say in the same words."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from shardcalc.core.advice.backtest import Replay
from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.recommendation import Suggestion, periods_text
from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.cost.bill import oldest
from shardcalc.core.history.demand import Lag
from shardcalc.core.history.model import moment
from shardcalc.core.text import decimal
from shardcalc.core.units import USD, ceil_div
from shardcalc.report.words import LIMIT_MEANINGS, facts_read, rate, unpriced

HURTS: Final = ("throttled-writes", "throttled-reads", "lag", "hot-shard", "idle")
"""Findings that are told before the count, the worst first."""


def title(made: Suggestion) -> str:
    """What it is about."""
    return str(made.identity or "") or made.history.stream or "stream"


def first(made: Suggestion) -> list[Finding]:
    """What hurts most, told before the count; nothing where nothing does."""
    return sorted(
        (each for each in made.findings if each.id in HURTS), key=lambda each: HURTS.index(each.id)
    )[:1]


def others(made: Suggestion) -> list[Finding]:
    """The other findings, what hurts before what is only to be known."""
    told = [*first(made)]
    rest = [each for each in made.findings if each not in told]
    return sorted(rest, key=lambda each: (each.id not in HURTS, list(Severity).index(each.severity)))


def change(made: Suggestion) -> str:
    """What the advice changes in a month."""
    if made.decision.action not in (Action.RAISE, Action.LOWER):
        return ""
    if made.saving is None:
        return "the monthly difference is unknown: a price is missing"
    less = made.saving >= USD(0)
    return f"a month costs {made.saving if less else made.saving * -1} {'less' if less else 'more'}"


def sums(made: Suggestion) -> list[tuple[str, USD | None, bool]]:
    """The totals of a month: the choice, the amount, and whether it is complete."""
    return [(choice.title, choice.bill.total, choice.bill.complete) for choice in made.choices]


def profile(made: Suggestion) -> str:
    """What a profile must say to ask for the same."""
    return ", ".join(f"{name}: {value}" for name, value in made.edits)


def busiest_day(made: Suggestion) -> str:
    """That the busiest recent day decides; nothing when it does not."""
    day, count = made.busiest
    if count <= made.calculated:
        return ""
    return (
        f"the busiest recent day, {day}, asks for {count:,} and so decides; "
        f"all days together ask for {made.calculated:,}"
    )


def older(made: Suggestion) -> str:
    """That the older, coarser periods decide; nothing when they do not."""
    finest, *rest = made.calculated_parts
    if not rest or max(rest) <= max(finest, made.busiest[1]):
        return ""
    part = made.parts[1 + rest.index(max(rest))].readings.part
    return (
        f"the {periods_text(part.period)} before {stamp(part.end)} UTC ask for {max(rest):,} and so decide; "
        f"the newer ones ask for {finest:,}"
    )


def stamp(epoch: int) -> str:
    """A time to the minute."""
    return f"{moment(epoch):%Y-%m-%d %H:%M}"


def share(value: Fraction) -> str:
    """A utilisation with one decimal, rounded up: what is over 100 % never looks like it is not."""
    tenths = ceil_div(value * 1000)
    return f"{tenths // 10:,}.{tenths % 10}%"


def flows(made: Suggestion) -> list[list[str]]:
    """Each measured rate, on average and at its busiest."""
    return [[flow.name, rate(flow.mean), rate(flow.peak), stamp(flow.peak_at)] for flow in made.flows]


def demand_title(made: Suggestion) -> str:
    """Which period the demand is of."""
    return "deciding" if made.options.allow.of(made.known) else "busiest"


def limit_cells(made: Suggestion) -> list[list[str]]:
    """Each limit in the period that decides it."""
    binding = made.binding
    return [
        [
            need.constraint.title,
            rate(need.busiest or need.constraint.base),
            rate(need.constraint.per_shard),
            f"{need.constraint.shards:,}" if need.constraint.shards else "none",
            share(need.utilisation(made.shown)),
            "binding" if need in binding else "",
        ]
        for need in made.needs
    ]


BACKTEST_COLUMNS = (
    "backtest",
    "shards:",
    "over:",
    "by:",
    "p50:",
    "p95:",
    "p99:",
    "max:",
    "shard-h:",
    "a month:",
)


def meanings(made: Suggestion) -> dict[str, str]:
    """What columns mean that do not explain themselves."""
    return {
        "deciding": "in the busiest period that counts",
        **LIMIT_MEANINGS,
        "over": f"periods, of {made.known:,}, with more demand than that count carries, without headroom",
        "by": "the largest excess",
        "p50": "the use of it in the median period, p95 to max likewise",
        "shard-h": "shard-hours",
    }


def replayed(row: Replay) -> list[str]:
    """How a count would have done, from the periods above it to its shard-hours."""
    return [
        f"{row.over:,}",
        f"+{share(row.excess)}" if row.excess else "",
        *map(share, (row.p50, row.p95, row.p99, row.worst)),
        decimal(row.shard_hours),
    ]


def older_over(made: Suggestion) -> str:
    """How many older, coarser periods each count would not have carried."""
    return ", ".join(f"{row.older_over:,} over {row.shards:,}" for row in made.rows if row.older_over)


def calls(made: Suggestion) -> str:
    """How many GetRecords calls were made on a shard."""
    if made.calls is None:
        return ""
    over = f", and more in {made.calls.over:,} periods" if made.calls.over else ""
    allowed = made.limits.get_records_calls.value
    peak = decimal(made.calls.peak.amount)
    return f"up to {peak} a second on each shard of {decimal(allowed.amount)} allowed{over}"


def lag(behind: Lag) -> str:
    """How far a reader was behind."""
    latest = "not known" if behind.latest is None else str(behind.latest)
    worst = f"{behind.worst} at worst, on {stamp(behind.at)}"
    return f"{behind.reader or 'shared'}: {worst}; {latest} in the last day"


def growth(made: Suggestion) -> str:
    """Whether it grows, and the medians that say so."""
    weeks = ", ".join("unknown" if week is None else decimal(week) for week in made.growth.weeks)
    medians = f" (weekly medians of the day's peak, in full shards: {weeks})" if weeks else ""
    return f"{made.growth.text}{medians}"


CHOICES = "to have this capacity, in USD for a month of the measured mean"


def cheapest(made: Suggestion) -> str:
    """The cheapest way to have the capacity."""
    if len(made.choices) < 2:
        return "on-demand is not compared: it bills reads, and the reads are unknown"
    if made.cheapest is None:
        return "the cheapest mode is unknown: a price is missing"
    return f"cheapest: {made.cheapest.title}"


def doubts(made: Suggestion) -> list[str]:
    """Prices on these bills that are unknown, or that nobody verified."""
    doubtful: dict[str, None] = {}
    for choice in made.choices:
        for line in choice.bill.lines:
            if line.price is not None and line.price.doubt:
                doubtful[f"{line.title}: {line.price.doubt}, {line.price.source.title}"] = None
    if made.history.region is None:
        return ["no price is known, because the Region is not; --region names it"]
    return [*doubtful, *unpriced(choice.bill for choice in made.choices)]


def basis(made: Suggestion) -> str:
    """What it rests on."""
    bills = [choice.bill for choice in made.choices] + [row.bill for row in made.rows]
    read = f", history read {made.history.read_at}" if made.history.read_at else ""
    origin = "" if made.prices_origin == "built in" else f", prices: {made.prices_origin}"
    day = oldest(made.limits, bills)
    return f"{facts_read(day)}{origin}{read}; nothing was executed"
