"""The capacity review: what it knows of each stream, and the words that its page and its Markdown share.

A fleet is reviewed in one go and shown stream by stream: what the table of decisions needs is kept for all streams, the
rest of a stream is made when its section is written, and dropped after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from shardcalc.core.advice.decision import Action, Decision
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.advice.timeline import Glance, Stretch
from shardcalc.core.capacity.findings import poll_interval
from shardcalc.core.capacity.forecast import Ahead
from shardcalc.core.capacity.sensitivity import Change
from shardcalc.core.capacity.streams import Constraint, Plan
from shardcalc.core.cost.bill import Bill, total
from shardcalc.core.cost.comparison import StreamCost
from shardcalc.core.facts import CONFIDENCE, Fact, Limits
from shardcalc.core.facts.prices import Price
from shardcalc.core.history.model import NAME, moment
from shardcalc.core.resharding.path import NoPath, Path, shards_text, wait
from shardcalc.core.resharding.path import command as call
from shardcalc.core.units import USD, Duration, decimal, percent
from shardcalc.core.workload.workload import Mode, Workload
from shardcalc.report import Described, before_floors, money
from shardcalc.report.cost.cost import CostReport, RegionReport


class Row(NamedTuple):
    """One stream in the table of decisions."""

    stream: Described
    plan: Plan
    decision: Decision
    cost: StreamCost
    """In each mode, as ``cost`` bills it: with the declared shards."""


class Detail(NamedTuple):
    """What the section of one stream shows besides."""

    alone: RegionReport
    """This stream alone in each mode."""
    searched: int
    """How many steps of the shard count were looked at for break-even rates."""
    ahead: Ahead | None
    changes: tuple[Change, ...]
    path: Path | None
    """The calls from the declared to the needed count; where these are the same, from the measured present one to the recommended."""
    no_path: NoPath | None
    measured: Suggestion | None
    seen: Glance | None
    """Its history at a glance."""


class Review(NamedTuple):
    """A whole review."""

    today: date
    rows: tuple[Row, ...]
    costs: CostReport
    limits: Limits
    hours: Fraction
    detail: Callable[[Row], Detail]

    @property
    def shards(self) -> int:
        """Needed by all streams together."""
        return sum(row.decision.shards for row in self.rows)

    @property
    def bill(self) -> USD:
        """What is known of a month of all streams with what they need, each in its mode."""
        return total([row.decision.bill.total for row in self.rows])

    @property
    def changed(self) -> USD:
        """What all decisions together add to a month, as far as it is known."""
        return total([row.decision.change for row in self.rows])

    @property
    def unknown_changes(self) -> int:
        """How many streams change by an amount that is not known."""
        return sum(row.decision.bill_today is not None and row.decision.change is None for row in self.rows)


# ── the table of decisions ───────────────────────────────────────────────────────────────────────

COLUMNS = (
    "stream",
    "owner",
    "declared:",
    "needed:",
    "binding limit",
    "utilisation:",
    "cost a month:",
    "change:",
    "cheaper mode",
    "verdict",
)
"""Its columns; one that ends in ``:`` holds numbers."""


def title(row: Row) -> str:
    """What a stream is called."""
    return row.stream.name or "the stream"


def signed(amount: USD) -> str:
    """An amount that is added or saved."""
    return "no change" if not amount else f"+{amount}" if amount.amount > 0 else f"-{amount * -1}"


def cells(row: Row) -> list[tuple[str, Fraction | None]]:
    """The cells of a stream's row, each with the number it is sorted by, if it is one."""
    decision, plan = row.decision, row.plan
    worst = max(constraint.utilisation(decision.used) for constraint in plan.constraints)
    change = decision.change
    unknown = "unknown" if decision.bill_today is not None else "-"
    return [
        (title(row), None),
        (row.stream.owner, None),
        (f"{decision.today:,}" if decision.today is not None else "-", Fraction(decision.today or 0)),
        (f"{decision.shards:,}", Fraction(decision.shards)),
        (", ".join(dict.fromkeys(constraint.title for constraint in plan.binding)), None),
        (percent(worst), worst),
        (money(decision.bill.total, [decision.bill]), decision.bill.total.amount),
        (signed(change) if change is not None else unknown, change.amount if change is not None else None),
        (row.cost.cheaper.value if row.cost.cheaper is not None else "unknown", None),
        (verdict(row), None),
    ]


def verdict(row: Row) -> str:
    """What is to be decided, in a few words."""
    decision = row.decision
    words = {
        Action.RAISE: f"raise to {decision.shards:,}",
        Action.LOWER: f"lower to {decision.shards:,}",
        Action.KEEP: f"keep {decision.shards:,}",
        Action.CREATE: f"create with {decision.shards:,}",
        Action.ON_DEMAND: "scaled by AWS",
    }[decision.action]
    errors = len(decision.open)
    return words + (f"; {errors} error{'' if errors == 1 else 's'} to fix" if errors else "")


def totals(review: Review) -> list[str]:
    """The last row of the table."""
    declared = [row.decision.today for row in review.rows if row.decision.today is not None]
    missing = len(review.rows) - len(declared)
    count = len(review.rows)
    return [
        f"{count:,} stream{'' if count == 1 else 's'}",
        "",
        f"{sum(declared):,}" + (f" ({missing:,} not declared)" if missing and declared else "")
        if declared
        else "-",
        f"{review.shards:,}",
        "",
        "",
        money(review.bill, [row.decision.bill for row in review.rows]),
        signed(review.changed) + (f", {review.unknown_changes:,} unknown" if review.unknown_changes else ""),
        "",
        "",
    ]


def summary(review: Review) -> str:
    """The whole review in a sentence."""
    counts = {action: sum(row.decision.action is action for row in review.rows) for action in Action}
    words = {
        Action.RAISE: "raise",
        Action.LOWER: "lower",
        Action.KEEP: "keep",
        Action.CREATE: "create",
        Action.ON_DEMAND: "scaled by AWS",
    }
    errors = sum(bool(row.decision.open) for row in review.rows)
    parts = [f"{words[action]} {count:,}" for action, count in counts.items() if count]
    if errors:
        parts.append(f"{errors:,} with errors that more shards do not cure")
    return "; ".join(parts)


# ── one stream ───────────────────────────────────────────────────────────────────────────────────


def limit_cells(row: Row) -> list[list[str]]:
    """Each limit with its working."""
    used, plan = row.decision.used, row.plan
    return [
        [
            c.title,
            str(c.demand),
            str(c.per_shard),
            f"{c.shards:,}",
            percent(c.utilisation(used)),
            "binding" if c.shards == plan.shards else "",
            c.working,
        ]
        for c in plan.constraints
    ]


def limit_columns(row: Row) -> list[str]:
    """The titles of the limits' table."""
    return ["limit", "demand:", "one shard:", "alone:", f"used at {row.decision.used:,}:", "", "working"]


def bills(row: Row) -> list[Bill]:
    """The bill of each mode, as ``cost`` has it."""
    return list(row.cost.bills)


def bill_cells(bill: Bill) -> list[list[str]]:
    """A bill line by line, with its total."""
    found = []
    for line in bill.lines:
        price = line.price
        known = (
            "unknown" if price is None else f"${price.text}" + (f" ({price.doubt})" if price.doubt else "")
        )
        cost = "unknown" if line.cost is None else str(line.cost)
        found.append([line.title, f"{decimal(line.quantity.amount)} {type(line.quantity).UNIT}", known, cost])
    found.append(["total", "", "", money(bill.total, [bill])])
    return found


def bill_title(row: Row, bill: Bill) -> str:
    """What a bill is for."""
    shards = f", {shards_text(row.cost.shards)}" if bill.mode is Mode.PROVISIONED else ""
    return f"{bill.mode}{shards}, {decimal(bill.hours)} h{before_floors(bill)}"


def break_even(detail: Detail) -> list[str]:
    """At which rate another mode becomes the cheapest for this stream alone."""
    region = detail.alone
    if not region.regimes:
        return ["no break-even rate is known: a price is missing"]
    found = [
        f"{f.mode} is cheaper {'above' if f.upward else 'below'} {rate_at(region, f.times)} records/s on average"
        for f in region.break_evens
    ]
    return found or [
        f"{region.regimes[0].mode} is the cheapest at every rate, as far as {detail.searched:,} shards reach"
    ]


def rate_at(region: RegionReport, times: Fraction) -> str:
    """A multiple of today's mean rate."""
    return decimal(region.rate.amount * times)


def curve_cells(detail: Detail) -> list[list[str]]:
    """The cost of each mode around today's rate and at the crossings."""
    region = detail.alone
    assert region.curves is not None
    return [
        [
            rate_at(region, x) + (" (now)" if x == 1 else " (crossing)" if x in crossings(region) else ""),
            *(str(region.curves.cost(mode, x)) for mode in Mode),
        ]
        for x in sorted(
            {
                *(Fraction(number, over) for number, over in ((1, 4), (1, 2), (1, 1), (2, 1), (4, 1))),
                *crossings(region),
            }
        )
    ]


def crossings(region: RegionReport) -> list[Fraction]:
    """The multiples of today's rate at which the cheapest mode changes next."""
    return [found.times for found in region.break_evens]


def ahead_text(row: Row, ahead: Ahead) -> str:
    """Until when the counts do."""
    words = []
    for count in dict.fromkeys((row.decision.used, row.decision.shards)):
        until = ahead.until(count)
        does = (
            f"do until {ahead.last} and longer"
            if until is None
            else "do not do today"
            if until == ahead.first
            else f"do until {until}"
        )
        words.append(f"{shards_text(count)} {does}")
    return (
        f"traffic grows by {ahead.growth}: {', '.join(words)}; {shards_text(ahead.at_last)} on {ahead.last}"
    )


def ahead_cells(ahead: Ahead, listed: int = 24) -> list[list[str]]:
    """The date of each next step; further ones than so many are counted and not listed."""
    found = [[str(step.day), f"{step.shards:,}"] for step in ahead.steps[:listed]]
    more = max(0, len(ahead.steps) - listed) + ahead.more
    if more:
        found.append([f"{more:,} more to {ahead.last}", f"{ahead.at_last:,}"])
    return found


def change_cells(detail: Detail) -> list[list[str]]:
    """Each input changed alone."""
    return [
        [c.title, f"{c.shards:,}", f"{c.more:+,}", f"{'-' if c.load < 0 else '+'}{decimal(abs(c.load))}"]
        for c in detail.changes
    ]


def path_cells(detail: Detail) -> list[list[str]]:
    """The calls, one a row."""
    found = detail.path
    return (
        []
        if found is None
        else [
            [f"{s.before:,} -> {s.target:,}", percent(s.change), f"{s.most_open:,}", _wait(s)]
            for s in found.steps
        ]
    )


def _wait(step: Any) -> str:
    return "" if step.wait is None else f"{step.wait} after call {step.after_call}"


def commands(row: Row, found: Path) -> list[str]:
    """The calls as commands; a name that AWS would not take is left to a variable."""
    name = row.stream.name if _plain(row.stream.name) else None
    region = row.plan.workload.region
    return [line for step in found.steps for line in (call(step, name, region), wait(name, region))]


def _plain(name: str) -> bool:
    return NAME.fullmatch(name) is not None


_ORIGINS = {"stream": "declared", "defaults": "declared in defaults", "flag": "flag"}


def input_cells(row: Row, detail: Detail, limits: Limits) -> list[list[str]]:
    """Every input with its value, and whether it was declared, assumed or measured."""
    workload, origins = row.plan.workload, row.stream.origins
    found = []
    for field, value in _inputs(workload, limits):
        origin = origins.get("sizes" if field == "size" and workload.sizes else field)
        if value or origin:
            found.append([field, value, _ORIGINS[origin] if origin else "assumed"])
    for consumer in workload.consumers:
        if consumer.is_shared:
            interval = f"{poll_interval(consumer, limits)} on each shard"
            found.append(
                [
                    f"poll interval of {consumer}",
                    interval,
                    "declared" if consumer.poll_interval is not None else "assumed",
                ]
            )
    if detail.measured is not None:
        found += [
            [flow.name, f"{flow.mean} on average, {flow.peak} at most", "measured"]
            for flow in detail.measured.flows
        ]
    return found


def _inputs(workload: Workload, limits: Limits) -> Iterator[tuple[str, str]]:
    def maybe(value: object) -> str:
        return "" if value is None else str(value)

    rates = workload.rps
    yield (
        "size",
        f"{workload.size} mean"
        + (
            " of a mix: " + ", ".join(f"{percent(p.share)} of {p.size}" for p in workload.sizes)
            if workload.sizes
            else ""
        ),
    )
    yield "max_size", maybe(workload.max_size)
    yield "max_record_size", maybe(workload.max_record_size)
    yield "rps", str(rates.peak) if rates.peak == rates.mean else f"{rates.mean} mean, {rates.peak} peak"
    yield (
        "consumers",
        f"{workload.shared:,} shared" + (f": {_readers(workload)}" if _readers(workload) else ""),
    )
    yield "fan_out", f"{workload.fan_out:,}" if workload.fan_out else ""
    yield "headroom", percent(workload.headroom) if workload.headroom else "none"
    yield "hottest_key", percent(workload.hottest_key) if workload.hottest_key is not None else ""
    yield (
        "skew",
        f"{decimal(workload.skew)} x" if workload.skew != 1 else "none: every shard as busy as the mean",
    )
    yield (
        "catch_up",
        f"after {workload.catch_up.outage} within {workload.catch_up.within}"
        if workload.catch_up is not None
        else "",
    )
    yield (
        "aggregation",
        f"into {workload.aggregation.target_size}" if workload.aggregation is not None else "",
    )
    yield "retention", str(workload.retention or limits.retention_least.value)
    yield "long_term_reads", maybe(workload.long_term_reads)
    yield "mode", workload.mode.value
    yield "region", workload.region
    yield "shards", f"{workload.shards:,}" if workload.shards is not None else ""
    yield "growth", maybe(workload.growth)
    yield "horizon", maybe(workload.horizon)


def _readers(workload: Workload) -> str:
    return ", ".join(f"{c.name} ({c.type})" for c in workload.consumers if c.is_shared and c.name)


def used_facts(row: Row) -> list[Fact[Any]]:
    """The limits that this stream's numbers rest on, each once."""
    found: list[Constraint | Any] = [*row.plan.constraints, *row.plan.findings]
    return list(dict.fromkeys(item.fact for item in found if item.fact is not None))


def used_prices(row: Row) -> list[Price[Any]]:
    """The prices on this stream's bills, each once."""
    lines = [
        line for bill in (row.decision.bill, *row.cost.bills) for line in bill.lines if line.price is not None
    ]
    return list({line.price.name: line.price for line in lines if line.price is not None}.values())


def value_text(value: object) -> str:
    """The value of a limit."""
    return (
        percent(value)
        if isinstance(value, Fraction)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


CURVE_COLUMNS = ("records/s on average", *(f"{mode}:" for mode in Mode))
AHEAD_COLUMNS = ("from", "shards:")
CHANGE_COLUMNS = ("input", "shards:", "change:", "before rounding:")
PATH_COLUMNS = ("UpdateShardCount", "of the count before:", "most open on the way:", "wait")
DAY_COLUMNS = ("day (UTC)", "busiest period, in shards:", "throttled:")
NEEDED_COLUMNS = ("shards needed, with headroom:", "periods:")
INPUT_COLUMNS = ("input", "value", "where from")
FACT_COLUMNS = ("fact", "value:", "source", "read", "sure")


def fact_cells(review: Review) -> list[tuple[list[str], str]]:
    """Every limit and price that the review rests on, each with the address of its source."""
    limits = {fact.name: fact for row in review.rows for fact in used_facts(row)}
    prices = {
        (row.plan.workload.region, price.name): price for row in review.rows for price in used_prices(row)
    }
    found = [
        ([f.title, value_text(f.value), f.source.title, str(f.date), CONFIDENCE[f.confidence]], f.source.url)
        for f in limits.values()
    ]
    for (region, _), price in prices.items():
        name = f"{price.name.replace('_', ' ')}, {region}"
        found.append(
            (
                [
                    name,
                    f"${price.text} a {price.unit.UNIT}",
                    price.source.title,
                    str(price.date),
                    CONFIDENCE[price.confidence],
                ],
                price.source.url,
            )
        )
    return found


# ── what was measured ────────────────────────────────────────────────────────────────────────────


def measured_words(made: Suggestion) -> list[str]:
    """The suggestion in sentences."""
    return [made.answer, made.window, made.rule, *made.holds, made.growth.text]


def day_cells(seen: Glance) -> list[list[str]]:
    """The busiest period of each day."""
    days: dict[str, list[Stretch]] = {}
    for stretch in seen.stretches:
        days.setdefault(f"{moment(stretch.start):%Y-%m-%d}", []).append(stretch)
    found = []
    for day, stretches in days.items():
        most = [stretch.most for stretch in stretches if stretch.most is not None]
        throttled = sum(stretch.throttled for stretch in stretches)
        found.append(
            [
                day,
                decimal(max(most)) if most else "unknown",
                str(Duration(throttled * seen.period)) if throttled else "none",
            ]
        )
    return found


def runs(seen: Glance) -> list[tuple[float, float]]:
    """The times in which something was rejected."""
    found: list[tuple[float, float]] = []
    for stretch in seen.stretches:
        if stretch.throttled:
            start = found.pop()[0] if found and found[-1][1] == stretch.start else stretch.start
            found.append((start, stretch.start + seen.seconds))
    return found


def pieces(seen: Glance) -> list[list[tuple[float, float]]]:
    """The known values between the gaps, so that no line is drawn over what is not known."""
    found: list[list[tuple[float, float]]] = [[]]
    for stretch in seen.stretches:
        if stretch.most is None:
            found.append([])
        else:
            found[-1].append((float(stretch.start), float(stretch.most)))
    return [piece for piece in found if piece]


def needed_cells(seen: Glance) -> list[list[str]]:
    """How often each count was needed."""
    return [[f"{shards:,}", f"{periods:,}"] for shards, periods in seen.needed]
