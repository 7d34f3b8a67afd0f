"""What ``check`` found, for a terminal: each finding with the line that it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from shardcalc.app.check import CheckReport
from shardcalc.core.facts import Limits
from shardcalc.core.lint.plan_diff import Comparison
from shardcalc.core.lint.rules import UNUSABLE
from shardcalc.report.check import words
from shardcalc.report.kit.layout import width_of
from shardcalc.report.kit.terminal import SEVERITY_STYLES, Page, Screen, clean
from shardcalc.report.words import period, prices_from


def table(report: CheckReport, page: Page, lines: Mapping[tuple[str, int], str]) -> str:
    """The findings that count.

    Args:
        report: what was found.
        page: where it is shown.
        lines: the text of lines, by file and number; a line that is missing is not shown.
    """
    screen = Screen(page)
    # Files that cannot be used are told on stderr.
    for found in (each for each in report.active if each.rule is not UNUSABLE):
        screen.place(
            (words.where(found), "bold"),
            "  ",
            (found.severity.value, SEVERITY_STYLES[found.severity]),
            f"  {found.rule.id} ",
            (found.rule.name, "bold"),
            f"  {found.stream}" if found.stream else "",
        )
        screen.line(found.message, indent=2)
        place = found.place
        if place is not None and (found.file, place.line) in lines:
            _excerpt(screen, lines[found.file, place.line], place.line, place.column)
        screen.line("-> ", found.remedy, indent=2, hang=3)
        fact = words.source(found, report)
        if fact is not None:
            screen.line((f"{fact.source.title}, {fact.source.url}", "dim"), indent=2)
        screen.gap()
    if report.comparison is not None:
        _comparison(screen, report.comparison, report.limits)
        screen.gap()
    screen.line((words.verdict(report), "bold"))
    for line in words.skipped(report):
        screen.line((line, "dim"))
    for line in prices_from(report.origins):
        screen.line((line, "dim"))
    if report.gone:
        screen.line(f"{words.gone(report)}: write it again with --write-baseline")
    if report.active and report.active[0].rule is not UNUSABLE:
        explain = f"shardcalc check --explain {report.active[0].rule.id}"
        screen.line((f"{explain} explains the rule, with examples", "dim"))
    return screen.text()


_VALUE: Final = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,\[\]{}#:](?:[^,\[\]{}#:]|(?<!\s)#|:(?!\s|$))*|."""
)


def span(line: str, column: int) -> int:
    """How many characters the value or key at a column takes, at least one."""
    found = _VALUE.match(line, column - 1)
    return max(1, len(found[0].rstrip())) if found is not None else 1


def _excerpt(screen: Screen, line: str, number: int, column: int) -> None:
    line = line.replace("\t", " ").rstrip()
    room = max(20, screen.page.width - len(str(number)) - 6)
    start = 0 if len(line) <= room else max(0, min(column - 1 - room // 3, len(line) - room))
    shown = line[start : start + room]
    before = column - 1 - start
    carets = "^" * max(1, min(span(line, column), room - before))
    margin = " " * len(str(number))
    screen.unwrapped((f"{number} | ", "dim"), shown, indent=2)
    screen.unwrapped(
        (f"{margin} | ", "dim"), " " * width_of(clean(shown[:before])), (carets, "bold red"), indent=2
    )


def _comparison(screen: Screen, comparison: Comparison, limits: Limits) -> None:
    screen.heading(f"changes against {comparison.against}")
    if not comparison.changes:
        screen.line(f"none in {comparison.unchanged:,} streams")
        return
    screen.table(
        words.change_columns("cost:"),
        words.change_rows(comparison),
        footer=words.change_totals(comparison),
        below=("declared", "used"),
    )
    legend = (
        f"before -> after, + new, - removed; unchanged: {comparison.unchanged:,}; "
        f"cost in USD for {period(comparison.hours, limits)} of the needed shards; {words.USED}"
    )
    screen.line((legend, "dim"))
