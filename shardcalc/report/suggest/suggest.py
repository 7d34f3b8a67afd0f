"""A recommendation from a history, in each format: the answer first, then everything it rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from shardcalc.core.advice.backtest import Row
from shardcalc.core.advice.recommendation import Need, Suggestion, Verdict
from shardcalc.core.cost.bill import Bill
from shardcalc.core.facts import Fact
from shardcalc.core.history.demand import Lag
from shardcalc.core.history.model import moment
from shardcalc.core.units import USD, ceil_div, decimal
from shardcalc.report import money, oldest
from shardcalc.report.kit.terminal import Cell, Justify, Page, Screen, width_of
from shardcalc.report.plan.json import SCHEMA_VERSION, bill_row, constraint_row, finding_row, number
from shardcalc.report.plan.markdown import escape, source
from shardcalc.report.plan.markdown import table as markdown_table
from shardcalc.report.plan.terminal import rate
from shardcalc.report.reshard import reshard

# ── words for all formats ────────────────────────────────────────────────────────────────────────


def _title(made: Suggestion) -> str:
    return f"{made.history.stream}: {made.answer}" if made.history.stream else made.answer


def _money(made: Suggestion) -> str:
    """What the advice changes in a month."""
    if made.verdict not in (Verdict.UP, Verdict.DOWN):
        return ""
    if made.saving is None:
        return "what that changes in a month is not known: a price is missing"
    less = made.saving >= USD(0)
    return f"a month costs {made.saving if less else made.saving * -1} {'less' if less else 'more'}"


def _stamp(epoch: int) -> str:
    return f"{moment(epoch):%Y-%m-%d %H:%M}"


def _share(value: Fraction) -> str:
    """A utilisation with one decimal, rounded up: what is over 100 % never looks like it is not."""
    tenths = ceil_div(value * 1000)
    return f"{tenths // 10:,}.{tenths % 10}%"


def _flows(made: Suggestion) -> list[list[str]]:
    return [[flow.name, rate(flow.mean), rate(flow.peak), _stamp(flow.peak_at)] for flow in made.flows]


def _busiest(made: Suggestion) -> str:
    return "deciding" if made.options.allow.of(made.known) else "busiest"


def _roles(row: Row) -> str:
    return ", ".join(row.roles)


def _played(row: Row) -> list[str]:
    return [
        f"{row.over:,}",
        f"+{_share(row.excess)}" if row.excess else "",
        *map(_share, (row.p50, row.p95, row.p99, row.worst)),
    ]


def _calls(made: Suggestion) -> str:
    if made.calls is None:
        return ""
    over = f", and more in {made.calls.over:,} periods" if made.calls.over else ""
    allowed = made.limits.get_records_calls.value
    return f"up to {decimal(made.calls.peak.amount)} a second on each shard of {decimal(allowed.amount)} allowed{over}"


def _lag(lag: Lag) -> str:
    latest = "not known" if lag.latest is None else str(lag.latest)
    return f"{lag.reader or 'shared'}: {lag.worst} at worst, on {_stamp(lag.at)}; {latest} in the last day"


def _growth(made: Suggestion) -> str:
    weeks = ", ".join("unknown" if week is None else decimal(week) for week in made.growth.weeks)
    return f"{made.growth.text}" + (
        f" (weekly medians of the day's peak, in full shards: {weeks})" if weeks else ""
    )


def _cheapest(made: Suggestion) -> str:
    if len(made.choices) < 2:
        return "on-demand is not compared: it bills what is read, and that is not known"
    if made.cheapest is None:
        return "which is cheaper cannot be said: a price is not known"
    return f"cheapest: {made.cheapest.title}"


def _doubts(made: Suggestion) -> list[str]:
    """Prices on these bills that are unknown, or that nobody verified."""
    lines = [(choice.title, line) for choice in made.choices for line in choice.bill.lines]
    unknown: dict[str, list[str]] = {}
    for title, line in lines:
        if line.price is None:
            unknown.setdefault(title, []).append(line.title)
    doubts = [
        f"{line.title}: {line.price.doubt}, {line.price.source.title}"
        for _, line in lines
        if line.price is not None and line.price.doubt
    ]
    return [
        *dict.fromkeys(doubts),
        *(f"{title}: no verified price for {'; '.join(names)}" for title, names in unknown.items()),
    ]


# ── a terminal ───────────────────────────────────────────────────────────────────────────────────


def table(made: Suggestion, page: Page, *, explain: bool = False) -> str:
    """For a terminal."""
    screen = Screen(page)
    history = made.history
    where = ", ".join(filter(None, (history.region, history.mode)))
    screen.line((_title(made), "bold"), (f"  {where}" if where else "", "dim"))
    screen.line(made.window)
    screen.line("; ".join(filter(None, (made.rule, _money(made)))))
    if made.busiest[1] > made.calculated:
        screen.line(
            f"the busiest recent day, {made.busiest[0]}, asks for {made.busiest[1]:,} and so decides; all days together ask for {made.calculated:,}"
        )
    for reason in made.holds:
        screen.line(("not fewer  ", "bold yellow"), reason)
    screen.gap()
    screen.table(
        [("measured", "left"), ("mean", "right"), ("busiest", "right"), ("on (UTC)", "left")], _flows(made)
    )
    screen.gap()
    _limits(screen, made)
    if explain:
        screen.gap()
        for need in made.needs:
            _explain(screen, need)
    screen.gap()
    _backtest(screen, made)
    screen.gap()
    if made.calls is not None:
        screen.line("calls    ", f"GetRecords {_calls(made)}")
    for lag in made.lags:
        screen.line("lag      ", _lag(lag))
    screen.line("growth   ", _growth(made))
    if made.unknown:
        screen.line("unknown  ", "; ".join(made.unknown))
    screen.gap()
    _choices(screen, made)
    if made.path is not None and made.path.steps:
        screen.gap()
        reshard.draw(screen, made.path, made.limits, history.stream, history.region)
    if made.no_path is not None:
        screen.gap()
        screen.heading(f"no path to {made.recommended:,} shards")
        screen.line(made.no_path.message, indent=2)
        screen.line("-> ", made.no_path.remedy, indent=2)
    for finding in made.findings:
        screen.gap()
        screen.finding(finding.severity, finding.id, finding.message, finding.remedy)
    screen.gap()
    screen.line((_basis(made), "dim"))
    return screen.text()


def _basis(made: Suggestion) -> str:
    bills: Sequence[Bill] = [choice.bill for choice in made.choices] + [row.bill for row in made.rows]
    read = f", history read {made.history.read_at}" if made.history.read_at else ""
    origin = "" if made.prices_origin == "built in" else f", prices: {made.prices_origin}"
    return (
        f"limits and prices as of {oldest(made.limits, bills)} or later{origin}{read}; nothing was executed"
    )


def _limits(screen: Screen, made: Suggestion) -> None:
    shown, binding = made.shown, made.binding
    busiest = _busiest(made)
    columns: list[tuple[str, Justify]] = [
        ("limit", "left"), (busiest, "right"), ("one shard", "right"), ("alone", "right"), (f"used at {shown:,}", "left"), ("", "right"), ("", "left"),
    ]  # fmt: skip
    texts = [
        (
            c.title,
            rate(c.base),
            rate(c.per_shard),
            f"{c.shards:,}",
            _share(need.utilisation(shown)),
            "binding" if need in binding else "",
        )
        for need in made.needs
        for c in (need.constraint,)
    ]
    # The bar takes what the other columns leave.
    titles = [title for title, _ in columns if not title.startswith("used")]
    taken = sum(max(map(width_of, column)) + 2 for column in zip(titles, *texts, strict=True))
    width = max(4, min(24, screen.page.width - taken - 2))
    if width < len(columns[4][0]):
        columns[4] = (f"at {shown:,}", "left")
    rows: list[Sequence[Cell]] = [
        [*text[:4], screen.bar(need.utilisation(shown), width), text[4], ((text[5], "bold"),)]
        for text, need in zip(texts, made.needs, strict=True)
    ]
    screen.table(columns, rows)


def _explain(screen: Screen, need: Need) -> None:
    constraint = need.constraint
    screen.line(
        (constraint.title, "bold"),
        f"  on {moment(need.at):%Y-%m-%d %H:%M} UTC, of {need.known:,} known periods",
    )
    screen.line(constraint.working, indent=2)
    if constraint.fact is not None:
        screen.line((_source(constraint.fact), "dim"), indent=2)


def _source(fact: Fact[Any]) -> str:
    return f"{fact.value} {fact.scope}: {fact.source.title}, {fact.source.url}, read {fact.date}, confidence {fact.confidence}"


def _backtest(screen: Screen, made: Suggestion) -> None:
    columns: list[tuple[str, Justify]] = [
        ("backtest", "left"), ("shards", "right"), ("over", "right"), ("by", "right"), ("p50", "right"), ("p95", "right"), ("p99", "right"),
        ("max", "right"), ("shard-h", "right"), ("a month", "right"),
    ]  # fmt: skip
    # Ten columns do not fit into a narrow terminal; shard-hours follow from the window.
    narrow = screen.page.terminal and screen.page.width < 90
    if narrow:
        del columns[-2]
    rows: list[Sequence[Cell]] = []
    for row in made.rows:
        chosen = row.shards == made.recommended
        cells = [
            _roles(row),
            f"{row.shards:,}",
            *_played(row),
            *([] if narrow else [decimal(row.shard_hours)]),
            money(row.bill.total, [row.bill]),
        ]
        rows.append([((cell, "bold"),) for cell in cells] if chosen else cells)
    screen.table(columns, rows)
    screen.line(
        (
            f"over: periods, of {made.known:,}, that asked for more than so many shards carry without headroom; by: the worst of them",
            "dim",
        )
    )


def _choices(screen: Screen, made: Suggestion) -> None:
    if made.choices:
        columns: list[tuple[str, Justify]] = [
            ("to have this capacity, in USD for a month of the measured mean", "left"),
            ("", "right"),
        ]
        screen.table(
            columns, [[choice.title, money(choice.bill.total, [choice.bill])] for choice in made.choices]
        )
    screen.line((_cheapest(made), "dim"))
    for doubt in _doubts(made):
        screen.line((doubt, "dim"))


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def json_text(made: Suggestion, *, explain: bool = False) -> str:
    """As one JSON object."""
    history, options, saving = made.history, made.options, made.saving
    body = {
        "schema_version": SCHEMA_VERSION,
        "command": "suggest",
        "stream": history.stream,
        "region": history.region,
        "mode": history.mode,
        "verdict": made.verdict.value,
        "answer": made.answer,
        "current_shards": history.open_shards,
        "recommended_shards": made.recommended,
        "needed_shards": made.needed,
        "not_fewer_because": list(made.holds),
        "saving_usd_per_month": None if saving is None else saving.cents,
        "window": {
            "start_epoch_seconds": history.start,
            "end_epoch_seconds": history.end,
            "period_seconds": history.period,
            "periods": history.points,
            "known_periods": made.known,
            "read_at": history.read_at,
        },
        "options": {
            "headroom": number(options.headroom),
            "burst": number(options.burst),
            "allowed_periods": options.allow.of(made.known),
            "days": options.days,
        },
        "calculated_shards": made.calculated,
        "busiest_recent_day": {"date": made.busiest[0].isoformat(), "shards": made.busiest[1]},
        "binding": [need.constraint.name for need in made.binding],
        "measured": [
            {
                "name": flow.name,
                "unit": type(flow.mean).UNIT,
                "mean": number(flow.mean.amount),
                "busiest": number(flow.peak.amount),
                "busiest_at_epoch_seconds": flow.peak_at,
            }
            for flow in made.flows
        ],
        "limits": [_need_row(need, made.shown, explain) for need in made.needs],
        "get_records_calls": None
        if made.calls is None
        else {
            "busiest_calls_per_second_per_shard": number(made.calls.peak.amount),
            "allowed_calls_per_second_per_shard": number(made.limits.get_records_calls.value.amount),
            "busiest_at_epoch_seconds": made.calls.peak_at,
            "periods_over": made.calls.over,
        },
        "lag": [
            {
                "consumer": lag.reader or None,
                "worst_seconds": number(lag.worst.amount),
                "worst_at_epoch_seconds": lag.at,
                "last_day_worst_seconds": None if lag.latest is None else number(lag.latest.amount),
            }
            for lag in made.lags
        ],
        "growth": {
            "weekly_median_full_shards": [
                None if week is None else number(week) for week in made.growth.weeks
            ],
            "per_week": None if made.growth.per_week is None else number(made.growth.per_week),
            "enough_until": None if made.growth.until is None else made.growth.until.isoformat(),
            "text": made.growth.text,
        },
        "unknown": list(made.unknown),
        "facts_oldest_date": oldest(made.limits, [row.bill for row in made.rows]).isoformat(),
        "prices_origin": made.prices_origin,
        "findings": [finding_row(finding) for finding in made.findings],
        "backtest": [_backtest_row(row, made, explain) for row in made.rows],
        "choices": [
            {
                "title": choice.title,
                "shards": choice.shards,
                **bill_row(choice.bill, made.limits if explain else None),
            }
            for choice in made.choices
        ],
        "cheapest": None if made.cheapest is None else made.cheapest.mode.value,
        "path": None if made.path is None else reshard.row(made.path, history.stream, history.region),
        "no_path": None
        if made.no_path is None
        else {"message": made.no_path.message, "remedy": made.no_path.remedy},
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _need_row(need: Need, shown: int, explain: bool) -> dict[str, Any]:
    row = constraint_row(need.constraint, shown, explain)
    # A plan's utilisation has the headroom in it; what was measured has not.
    del row["utilisation"]
    return row | {
        "utilisation_without_headroom": number(need.utilisation(shown)),
        "at_epoch_seconds": need.at,
        "known_periods": need.known,
        "busiest": number(need.peak.amount),
        "busiest_at_epoch_seconds": need.peak_at,
    }


def _backtest_row(row: Row, made: Suggestion, explain: bool) -> dict[str, Any]:
    return {
        "shards": row.shards,
        "roles": list(row.roles),
        "periods_over": row.over,
        "worst_excess": number(row.excess),
        "utilisation": {
            "p50": number(row.p50),
            "p95": number(row.p95),
            "p99": number(row.p99),
            "max": number(row.worst),
        },
        "shard_hours": number(row.shard_hours),
        "month": bill_row(row.bill, made.limits if explain else None),
    }


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def markdown_text(made: Suggestion, *, explain: bool = False) -> str:
    """As Markdown."""
    history = made.history
    parts = [f"# {escape(_title(made))}"]
    about = [escape(text) for text in (history.region, history.mode) if text]
    parts.append(
        "; ".join([*about, made.window, escape(made.rule), *filter(None, [escape(_money(made))])]) + "."
    )
    if made.busiest[1] > made.calculated:
        parts.append(
            f"The busiest recent day, {made.busiest[0]}, asks for {made.busiest[1]:,} and so decides; all days together ask for {made.calculated:,}."
        )
    if made.holds:
        parts.append("Not fewer, because\n\n" + "\n".join(f"- {escape(reason)}" for reason in made.holds))
    parts.append(
        markdown_table(
            ["measured", "mean:", "busiest:", "on (UTC)"],
            [[escape(row[0]), *row[1:]] for row in _flows(made)],
        )
    )
    binding = made.binding
    parts.append(
        markdown_table(
            [
                "limit",
                f"{_busiest(made)}:",
                "one shard:",
                "alone:",
                f"used at {made.shown:,}:",
                "on (UTC)",
                "",
            ],
            [
                [
                    escape(need.constraint.title),
                    rate(need.constraint.base),
                    rate(need.constraint.per_shard),
                    f"{need.constraint.shards:,}",
                    _share(need.utilisation(made.shown)),
                    _stamp(need.at),
                    "**binding**" if need in binding else "",
                ]
                for need in made.needs
            ],
        )
    )
    if explain:
        parts.append(
            "\n".join(
                f"- {escape(need.constraint.working)}  \n  {source(need.constraint.fact)}"
                for need in made.needs
            )
        )
    columns = [
        "backtest",
        "shards:",
        "over:",
        "by:",
        "p50:",
        "p95:",
        "p99:",
        "max:",
        "shard-hours:",
        "a month:",
    ]
    rows = []
    for row in made.rows:
        count = f"**{row.shards:,}**" if row.shards == made.recommended else f"{row.shards:,}"
        rows.append(
            [_roles(row), count, *_played(row), decimal(row.shard_hours), money(row.bill.total, [row.bill])]
        )
    parts.append(markdown_table(columns, rows))
    facts = [f"GetRecords calls: {_calls(made)}"] if made.calls is not None else []
    facts += [f"lag of {escape(_lag(lag))}" for lag in made.lags]
    facts.append(f"growth: {escape(_growth(made))}")
    if made.unknown:
        facts.append(f"unknown: {escape('; '.join(made.unknown))}")
    parts.append("\n".join(f"- {fact}" for fact in facts))
    if made.choices:
        bills = [[choice.title, money(choice.bill.total, [choice.bill])] for choice in made.choices]
        parts.append(
            markdown_table(["to have this capacity, in USD for a month of the measured mean", ":"], bills)
        )
    parts.append(f"{_cheapest(made)[0].upper()}{escape(_cheapest(made)[1:])}.")
    if doubts := _doubts(made):
        parts.append("\n".join(f"- {escape(doubt)}" for doubt in doubts))
    if made.path is not None and made.path.steps:
        parts.append(f"## {reshard.title(made.path).replace('->', '→')}")
        parts += reshard.markdown_parts(made.path, made.limits, history.stream, history.region)
    if made.no_path is not None:
        parts.append(
            f"**No path to {made.recommended:,} shards**: {escape(made.no_path.message)}. {escape(made.no_path.remedy)}"
        )
    if made.findings:
        parts.append(
            "\n".join(
                f"- **{finding.severity}** `{finding.id}`: {escape(finding.message)}. {escape(finding.remedy)}"
                for finding in made.findings
            )
        )
    parts.append(f"{_basis(made)[0].upper()}{_basis(made)[1:]}.")
    return "\n\n".join(parts) + "\n"
