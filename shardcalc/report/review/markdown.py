"""The capacity review as Markdown, for a pull request or a wiki: the page's content without its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shardcalc.app.review import Review, Section
from shardcalc.core.workload.parts import Mode
from shardcalc.report import decisions
from shardcalc.report.cost.words import best_mix, known
from shardcalc.report.kit.markdown import bullets, escape, fenced, link, table
from shardcalc.report.reshard.words import notes
from shardcalc.report.review import words
from shardcalc.report.words import (
    converted,
    finding_bullets,
    group_cells,
    group_columns,
    names,
    period,
    sentence,
)


def markdown(review: Review, sections: Iterable[Section]) -> Iterator[str]:
    """The review in pieces; a section is asked for when its piece is."""
    yield f"# Capacity review, {review.today}\n"
    hours = period(review.hours, review.limits)
    yield f"\n{escape(words.summary(review))}. Costs in USD before tax for {hours}.\n\n"
    yield from (f"{sentence(line)}.\n\n" for line in converted(review.currency, review.sums))
    called = names(review.rows)
    rows = [[text for text, _ in words.cells(review, *each)] for each in enumerate(called)]
    yield _table(words.COLUMNS, [*rows, words.totals(review)]) + "\n\n"
    yield f"{sentence(words.MEANING)}.\n\n"
    for region in review.costs.regions:
        cost = region.cost
        modes = ", ".join(f"{mode} {known(cost, mode)}" for mode in Mode)
        origin = escape(cost.prices.origin)
        mix = f"; {found}" if (found := best_mix(region)) else ""
        yield f"- all streams of {region.home} in one mode: {modes}{mix}; prices: {origin}\n"
    if review.groups:
        yield "\n" + _table(group_columns(review.by), group_cells(review.groups)) + "\n"
    yield "\n" + table(["decided by", "on", "decision"], [["", "", ""]]) + "\n"
    for section in sections:
        yield "\n" + "\n\n".join(_section(review, section, called[section.place])) + "\n"
    yield "\n## Facts\n\n"
    facts = []
    for texts, url in words.fact_cells(review):
        cells = [escape(text) for text in texts]
        cells[2] = link(texts[2], url)
        facts.append(cells)
    yield table(words.FACT_COLUMNS, facts) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(columns, [[escape(cell) for cell in row] for row in rows])


def _section(review: Review, section: Section, name: str) -> Iterator[str]:
    row, detail, limits = section.row, section.detail, review.limits
    stream, region = row.stream, detail.alone
    yield f"## {escape(name)}: {escape(words.verdict(review, section.place))}"
    about = [escape(text) for text in (stream.where, stream.owner, stream.notes) if text]
    if about:
        yield " - ".join(about)
    yield f"Formula: `{row.plan.formula.working}`"
    yield _table(words.limit_columns(row), words.limit_cells(row))
    yield bullets(f"**{label}** {escape(text)}" for label, text in decisions.lines(row))
    if found := words.findings(review, section.place):
        yield finding_bullets(found)
    for bill in row.cost.able:
        yield _table(words.bill_columns(row, bill), words.bill_cells(bill))
    yield bullets(map(escape, words.break_even(detail)))
    if region.curves is not None:
        yield _table(words.CURVE_COLUMNS, words.curve_cells(region, region.curves))
    if ahead := row.decision.forecast:
        yield f"{escape(words.ahead_text(row, ahead))}."
        if ahead.steps:
            yield _table(words.AHEAD_COLUMNS, words.ahead_cells(ahead))
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
