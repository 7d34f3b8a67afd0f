"""A recommendation from a history, as Markdown: the answer first, then everything it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.units import Currency
from shardcalc.report.kit.markdown import bold, bullets, escape, page, table
from shardcalc.report.reshard import markdown as reshard
from shardcalc.report.suggest import words
from shardcalc.report.words import converted, finding_bullets, sentence, total, working_bullets


def text(made: Suggestion, *, explain: bool = False, currency: Currency | None = None) -> str:
    """As Markdown."""
    return page(_parts(made, explain, currency))


def _parts(made: Suggestion, explain: bool, currency: Currency | None) -> Iterator[str]:
    history = made.history
    about = ", ".join(escape(text) for text in (history.region, history.mode) if text)
    yield f"# {escape(words.title(made))}{f' ({about})' if about else ''}"
    if hurts := words.first(made):
        yield finding_bullets(hurts)
    change = words.change(made)
    yield f"**{escape(made.answer)}**{f'; {escape(change)}' if change else ''}."
    yield f"{made.window}; {escape(made.rule)}."
    for line in filter(None, (words.busiest_day(made), words.older(made))):
        yield f"{sentence(line)}."
    if made.decision.held:
        yield "Not fewer, because"
        yield bullets(map(escape, made.decision.held))
    flows = [[escape(name), *rest] for name, *rest in words.flows(made)]
    yield table(["measured", "mean:", "busiest:", "on (UTC)"], flows)
    yield _limits(made)
    if explain:
        yield working_bullets((need.constraint.working, need.constraint.fact) for need in made.needs)
    yield _backtest(made)
    if any(row.older_over for row in made.rows):
        yield f"Before, in longer periods: {words.older_over(made)}."
    yield bullets(_facts(made))
    if made.choices:
        bills = [[choice.title, total(choice.bill)] for choice in made.choices]
        yield table([words.CHOICES, ":"], bills)
        yield from (f"{sentence(line)}." for line in converted(currency, words.sums(made)))
    yield f"{sentence(escape(words.cheapest(made)))}."
    if doubts := words.doubts(made):
        yield bullets(map(escape, doubts))
    if made.path is not None and made.path.steps:
        yield from reshard.section(made.path, made.limits, history.which, history.region)
    if made.no_path is not None:
        why = f"{escape(made.no_path.message)}. {escape(made.no_path.remedy)}"
        yield f"**No path to {made.recommended:,} shards**: {why}"
    if others := words.others(made):
        yield finding_bullets(others)
    yield f"{sentence(words.basis(made))}."


def _limits(made: Suggestion) -> str:
    columns = [
        "limit",
        f"{words.demand_title(made)}:",
        "one shard:",
        "alone:",
        f"used at {made.shown:,}:",
        "on (UTC)",
        "",
    ]
    rows = [
        [escape(title), *cells, words.stamp(need.at), bold(last)]
        for (title, *cells, last), need in zip(words.limit_cells(made), made.needs, strict=True)
    ]
    return table(columns, rows)


def _backtest(made: Suggestion) -> str:
    columns = [column.replace("shard-h:", "shard-hours:") for column in words.BACKTEST_COLUMNS]
    rows = []
    for row in made.rows:
        count = f"**{row.shards:,}**" if row.shards == made.recommended else f"{row.shards:,}"
        rows.append([", ".join(row.roles), count, *words.replayed(row), total(row.bill)])
    return table(columns, rows)


def _facts(made: Suggestion) -> Iterator[str]:
    if made.calls is not None:
        yield f"GetRecords calls: {words.calls(made)}"
    for lag in made.lags:
        yield f"lag of {escape(words.lag(lag))}"
    yield f"growth: {escape(words.growth(made))}"
    if profile := words.profile(made):
        yield f"in the profile: `{profile}`"
    if made.unknown:
        yield f"unknown: {escape('; '.join(made.unknown))}"
