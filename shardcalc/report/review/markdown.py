"""The capacity review as Markdown, for a pull request or a wiki: the content of the page without its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shardcalc.core.units import decimal
from shardcalc.core.workload.workload import Mode
from shardcalc.report.cost.cost import known
from shardcalc.report.plan.markdown import escape, table
from shardcalc.report.review import words
from shardcalc.report.review.words import Detail, Review, Row


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return table(columns, [[escape(cell) for cell in row] for row in rows])


def markdown(review: Review, progress: Callable[[Sequence[Row]], Iterator[Row]] = iter) -> Iterator[str]:
    """The review in pieces; a stream is looked at when its piece is asked for."""
    yield f"# Capacity review, {review.today}\n"
    yield f"\n{escape(words.summary(review))}. Costs in USD before tax for {decimal(review.hours)} h.\n\n"
    rows = [[text for text, _ in words.cells(row)] for row in review.rows]
    yield _table(words.COLUMNS, [*rows, words.totals(review)]) + "\n\n"
    for region in review.costs.regions:
        modes = ", ".join(f"{mode} {known(region.cost, mode)}" for mode in Mode)
        yield f"- all streams of {region.cost.region} in one mode: {modes}; prices: {escape(region.cost.prices.origin)}\n"
    yield "\n| decided by | on | decision |\n| --- | --- | --- |\n|  |  |  |\n"
    for row in progress(review.rows):
        yield "\n" + "\n\n".join(_stream(review, row, review.detail(row))) + "\n"
    yield "\n## Facts\n\n"
    facts = [
        [
            *map(escape, texts[:2]),
            f"[{escape(texts[2])}]({url})" if url else escape(texts[2]),
            *map(escape, texts[3:]),
        ]
        for texts, url in words.fact_cells(review)
    ]
    yield table(words.FACT_COLUMNS, facts) + "\n"


def _stream(review: Review, row: Row, detail: Detail) -> Iterator[str]:
    yield f"## {escape(words.title(row))}: {escape(words.verdict(row))}"
    about = [escape(text) for text in (row.stream.where, row.stream.owner, row.stream.notes) if text]
    if about:
        yield " - ".join(about)
    yield f"Formula: `{row.plan.formula.working}`"
    yield _table(words.limit_columns(row), words.limit_cells(row))
    if row.plan.findings:
        yield "\n".join(
            f"- **{f.severity}** `{f.id}`: {escape(f.message)}. {escape(f.remedy)}" for f in row.plan.findings
        )
    for bill in words.bills(row):
        yield _table([words.bill_title(row, bill), "quantity:", "price:", "cost:"], words.bill_cells(bill))
    yield "\n".join(f"- {escape(sentence)}" for sentence in words.break_even(detail))
    if detail.alone.curves is not None:
        yield _table(words.CURVE_COLUMNS, words.curve_cells(detail))
    if detail.ahead is not None:
        yield f"{escape(words.ahead_text(row, detail.ahead))}."
        if detail.ahead.steps:
            yield _table(words.AHEAD_COLUMNS, words.ahead_cells(detail.ahead))
    yield _table(words.CHANGE_COLUMNS, words.change_cells(detail))
    if detail.path is not None:
        yield _table(words.PATH_COLUMNS, words.path_cells(detail))
        yield "\n".join(["```sh", *words.commands(row, detail.path), "```"])
    if detail.no_path is not None:
        yield f"No path: {escape(str(detail.no_path))}."
    if detail.measured is not None and detail.seen is not None:
        yield "\n".join(f"- {escape(sentence)}" for sentence in words.measured_words(detail.measured))
        yield _table(words.DAY_COLUMNS, words.day_cells(detail.seen))
        yield _table(words.NEEDED_COLUMNS, words.needed_cells(detail.seen))
    yield _table(words.INPUT_COLUMNS, words.input_cells(row, detail, review.limits))
