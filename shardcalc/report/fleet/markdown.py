"""A fleet as Markdown: one line a stream, what was found, what failed, and the sums."""

from __future__ import annotations

from collections.abc import Sequence

from shardcalc.app.selection import Group
from shardcalc.core.advice.fleet import Fleet
from shardcalc.core.units import Currency
from shardcalc.report.fleet import words
from shardcalc.report.kit.markdown import bullets, escape, page, table
from shardcalc.report.words import group_cells, group_columns


def text(
    fleet: Fleet, currency: Currency | None = None, groups: tuple[str, Sequence[Group]] = ("", ())
) -> str:
    """As Markdown."""
    parts = ["# Fleet"]
    keep = words.columns(fleet)
    rows = []
    for member in fleet.members:
        cells = words.cells(member)
        rows.append([*(escape(cells[index]) for index in keep), member.standing.value, escape(member.answer)])
    if rows:
        parts.append(table([*(words.COLUMNS[index] for index in keep), "standing", "answer"], rows))
    notes = [
        f"**{escape(words.name(member, fleet))}**: {escape(reason)}"
        for member in fleet.members
        for reason in member.reasons
    ]
    notes += [
        f"**{escape(words.failed(failure))}** failed: {escape(failure.message)}" for failure in fleet.failures
    ]
    if notes:
        parts.append(bullets(notes))
    by, totals = groups
    if totals:
        parts.append(
            table(group_columns(by, measured=True), [list(map(escape, row)) for row in group_cells(totals)])
        )
    return page([*parts, "\n".join(f"{escape(line)}  " for line in words.summary(fleet, currency))])
