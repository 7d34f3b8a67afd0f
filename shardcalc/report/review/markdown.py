"""The capacity review as Markdown, for a pull request or a wiki: the page's content without its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shardcalc.app.review import Detail, Review, ReviewRow, Section
from shardcalc.core.facts import Limits
from shardcalc.core.workload.parts import Mode
from shardcalc.report.cost.words import known
from shardcalc.report.kit.markdown import bullets, escape, fenced, table
from shardcalc.report.reshard.words import notes
from shardcalc.report.review import words
from shardcalc.report.words import finding_bullets, period, sentence


def markdown(review: Review, sections: Iterable[Section]) -> Iterator[str]:
    """The review in pieces; a section is asked for when its piece is."""
    yield f"# Capacity review, {review.today}\n"
    hours = period(review.hours, review.limits)
    yield f"\n{escape(words.summary(review))}. Costs in USD before tax for {hours}.\n\n"
    rows = [[text for text, _ in words.cells(row)] for row in review.rows]
    yield _table(words.COLUMNS, [*rows, words.totals(review)]) + "\n\n"
    for region in review.costs.regions:
        cost = region.cost
        modes = ", ".join(f"{mode} {known(cost, mode)}" for mode in Mode)
        origin = escape(cost.prices.origin)
        yield f"- all streams of {cost.region} in one mode: {modes}; prices: {origin}\n"
    yield "\n" + table(["decided by", "on", "decision"], [["", "", ""]]) + "\n"
    for section in sections:
        yield "\n" + "\n\n".join(_section(section.row, section.detail, review.limits)) + "\n"
    yield "\n## Facts\n\n"
    facts = []
    for texts, url in words.fact_cells(review):
        cells = [escape(text) for text in texts]
        if url:
            cells[2] = f"[{cells[2]}]({url})"
        facts.append(cells)
    yield table(words.FACT_COLUMNS, facts) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(columns, [[escape(cell) for cell in row] for row in rows])


def _section(row: ReviewRow, detail: Detail, limits: Limits) -> Iterator[str]:
    stream, region = row.stream, detail.alone
    yield f"## {escape(words.title(row))}: {escape(words.verdict(row))}"
    about = [escape(text) for text in (stream.where, stream.owner, stream.notes) if text]
    if about:
        yield " - ".join(about)
    yield f"Formula: `{row.plan.formula.working}`"
    yield _table(words.limit_columns(row), words.limit_cells(row))
    if row.plan.findings:
        yield finding_bullets(row.plan.findings)
    for bill in row.cost.bills:
        yield _table(words.bill_columns(row, bill), words.bill_cells(bill))
    yield bullets(map(escape, words.break_even(detail)))
    if region.curves is not None:
        yield _table(words.CURVE_COLUMNS, words.curve_cells(region, region.curves))
    if detail.forecast is not None:
        yield f"{escape(words.ahead_text(row, detail.forecast))}."
        if detail.forecast.steps:
            yield _table(words.AHEAD_COLUMNS, words.ahead_cells(detail.forecast))
    yield _table(words.EFFECT_COLUMNS, words.effect_cells(detail))
    if detail.path is not None:
        yield _table(words.PATH_COLUMNS, words.path_cells(detail.path))
        yield from (f"{sentence(escape(note))}." for note in notes(detail.path))
        yield fenced(words.commands(row, detail.path), "sh")
    if detail.no_path is not None:
        yield f"No path: {escape(str(detail.no_path))}."
    if row.measured is not None and detail.timeline is not None:
        yield bullets(map(escape, words.measured_words(row.measured)))
        yield _table(words.DAY_COLUMNS, words.day_cells(detail.timeline))
        yield _table(words.NEEDED_COLUMNS, words.needed_cells(detail.timeline))
    yield _table(words.INPUT_COLUMNS, words.input_cells(row, limits))
