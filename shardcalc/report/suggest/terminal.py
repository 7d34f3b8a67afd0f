"""A recommendation from a history, for a terminal: the answer first, then everything it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from shardcalc.core.advice.need import Need
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.units import Currency
from shardcalc.report.kit.terminal import Cell, Page, Screen
from shardcalc.report.reshard import terminal as reshard
from shardcalc.report.reshard.commands import command
from shardcalc.report.suggest import words
from shardcalc.report.words import citation, converted, total


def table(made: Suggestion, page: Page, *, explain: bool = False, currency: Currency | None = None) -> str:
    """For a terminal."""
    screen = Screen(page)
    history = made.history
    where = ", ".join(filter(None, (history.region, history.mode)))
    screen.line((words.title(made), "bold"), (f"  {where}" if where else "", "dim"))
    for finding in words.first(made):
        screen.finding(finding.severity, finding.id, finding.message, finding.remedy)
    screen.line((made.answer, "bold"), *(f"; {change}" for change in [words.change(made)] if change))
    if made.path is not None and made.path.steps:
        screen.command(command(made.path.steps[0], history.which, history.region))
    screen.gap()
    screen.line(made.window)
    screen.line(made.rule)
    for line in filter(None, (words.busiest_day(made), words.older(made))):
        screen.line(line)
    for reason in made.decision.held:
        screen.line(("not fewer  ", "bold yellow"), reason, hang=11)
    screen.gap()
    screen.table(["measured", "mean:", "busiest:", "on (UTC)"], words.flows(made))
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
        screen.labelled("calls", f"GetRecords {words.calls(made)}")
    for lag in made.lags:
        screen.labelled("lag", words.lag(lag))
    screen.labelled("growth", words.growth(made))
    if profile := words.profile(made):
        screen.labelled("profile", profile)
    if made.unknown:
        screen.labelled("unknown", "; ".join(made.unknown))
    screen.gap()
    if made.choices:
        screen.table([words.CHOICES, ":"], [[choice.title, total(choice.bill)] for choice in made.choices])
        for line in converted(currency, words.sums(made)):
            screen.line(line)
    for line in (words.cheapest(made), *words.doubts(made)):
        screen.line((line, "dim"))
    if made.path is not None and made.path.steps:
        screen.gap()
        reshard.draw(screen, made.path, made.limits, history.which, history.region)
    if made.no_path is not None:
        screen.gap()
        screen.heading(f"no path to {made.recommended:,} shards")
        screen.line(made.no_path.message, indent=2)
        screen.line("-> ", made.no_path.remedy, indent=2, hang=3)
    for finding in words.others(made):
        screen.gap()
        screen.finding(finding.severity, finding.id, finding.message, finding.remedy)
    screen.gap()
    screen.explain(words.meanings(made))
    screen.line((words.basis(made), "dim"))
    return screen.text()


def _limits(screen: Screen, made: Suggestion) -> None:
    shown = made.shown
    columns = [
        "limit",
        f"{words.demand_title(made)}:",
        "one shard:",
        "alone:",
        f"used at {shown:,}:",
        "",
    ]
    rows: list[Sequence[Cell]] = [[*cells, ((last, "bold"),)] for *cells, last in words.limit_cells(made)]
    shares = [need.utilisation(shown) for need in made.needs]
    screen.bar_table(columns, zip(rows, shares, strict=True), 4, below=("one shard",))


def _explain(screen: Screen, need: Need) -> None:
    constraint = need.constraint
    period = f"  on {words.stamp(need.at)} UTC, of {need.known:,} known periods"
    screen.line((constraint.title, "bold"), period)
    screen.line(constraint.working, indent=2)
    if constraint.fact is not None:
        screen.line((citation(constraint.fact), "dim"), indent=2)


def _backtest(screen: Screen, made: Suggestion) -> None:
    rows: list[Sequence[Cell]] = []
    for row in made.rows:
        cells = [", ".join(row.roles), f"{row.shards:,}", *words.replayed(row), total(row.bill)]
        rows.append([((cell, "bold"),) for cell in cells] if row.shards == made.recommended else cells)
    screen.table(words.BACKTEST_COLUMNS, rows, below=("shard-h", "p50", "p95", "p99", "max"))
    if any(row.older_over for row in made.rows):
        screen.line((f"over before, in longer periods: {words.older_over(made)}", "dim"))
