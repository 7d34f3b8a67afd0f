"""What ``check`` found, as Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shardcalc.app.check import CheckReport
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.facts import Limits
from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.plan_diff import Comparison
from shardcalc.report.check import words
from shardcalc.report.kit.markdown import arrows, bold, escape, link, page, table
from shardcalc.report.words import period, prices_from, sentence

_MARKS: Final = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}


def text(report: CheckReport) -> str:
    """The findings that count, and those that are suppressed."""
    return page(_parts(report))


def _parts(report: CheckReport) -> Iterator[str]:
    yield "# Capacity check"
    yield f"**{words.verdict(report)}**"
    yield from (f"{sentence(escape(line))}." for line in words.skipped(report))
    if report.comparison is not None:
        yield from _comparison(report.comparison, report.limits)
    if report.active:
        rows = [
            [
                f"{_MARKS[found.severity]} {found.severity}",
                _linked(found, report),
                escape(found.stream),
                escape(words.where(found)),
                f"{escape(found.message)}<br>*{escape(found.remedy)}*",
            ]
            for found in report.active
        ]
        yield "## Findings"
        yield table(["severity", "rule", "stream", "where", "what, and what to do"], rows)
    hidden = [found for found in report.found if found.state is State.SUPPRESSED]
    if hidden:
        rows = [
            [words.named(found), *map(escape, (found.stream, words.where(found), found.reason))]
            for found in hidden
        ]
        yield "## Suppressed"
        yield table(["rule", "stream", "where", "reason"], rows)
    yield from (f"{sentence(escape(line))}." for line in prices_from(report.origins))
    if report.gone:
        yield f"{words.gone(report)}."


def _linked(found: Found, report: CheckReport) -> str:
    fact = words.source(found, report)
    return link(words.named(found), fact.source.url if fact is not None else "")


def _comparison(comparison: Comparison, limits: Limits) -> Iterator[str]:
    yield f"## Changes against {escape(comparison.against)}"
    if not comparison.changes:
        yield f"None in {comparison.unchanged:,} streams."
        return
    rows = [[arrows(escape(cell)) for cell in row] for row in words.change_rows(comparison)]
    total = [bold(arrows(cell)) for cell in words.change_totals(comparison)]
    cost = f"cost, {period(comparison.hours, limits)}:"
    yield table(words.change_columns(cost), [*rows, total])
    yield f"\\+ new, - removed; unchanged: {comparison.unchanged:,}. Cost is for the needed shards."
    yield f"{sentence(words.USED)}."
