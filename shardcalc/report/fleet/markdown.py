"""A fleet as Markdown: one line a stream, what was found, what failed, and the sums."""

from __future__ import annotations

from shardcalc.core.advice.fleet import Fleet
from shardcalc.core.units import Currency
from shardcalc.report.fleet import words
from shardcalc.report.kit.markdown import bullets, escape, page, table


def text(fleet: Fleet, currency: Currency | None = None) -> str:
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
    return page([*parts, "\n".join(f"{escape(line)}  " for line in words.summary(fleet, currency))])
