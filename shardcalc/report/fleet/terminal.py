"""A fleet for a terminal: one line a stream, what was found, what failed, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shardcalc.app.selection import Group
from shardcalc.core.advice.fleet import Fleet, Standing
from shardcalc.core.units import Currency
from shardcalc.report.fleet import words
from shardcalc.report.kit.terminal import Cell, Page, Screen
from shardcalc.report.words import group_cells, group_columns

_STYLES: Final = {
    Standing.SHORT: "bold red",
    Standing.TROUBLED: "bold yellow",
    Standing.WASTEFUL: "bold blue",
    Standing.IDLE: "bold blue",
    Standing.UNMEASURED: "dim",
    Standing.FINE: "green",
}


def table(
    fleet: Fleet, page: Page, currency: Currency | None = None, groups: tuple[str, Sequence[Group]] = ("", ())
) -> str:
    """For a terminal. A Region that all streams share is in the heading, not in each line."""
    screen = Screen(page)
    places = {member.region for member in fleet.members}
    keep = [index for index in words.columns(fleet) if words.COLUMNS[index] != "Region" or len(places) > 1]
    rows: list[Sequence[Cell]] = []
    for member in fleet.members:
        cells = words.cells(member)
        standing = (member.standing.value, _STYLES[member.standing])
        rows.append([*(cells[index] for index in keep), (standing,)])
    if rows:
        screen.heading(" ".join(places) if len(places) == 1 else f"{len(places)} Regions")
        columns = [*(words.COLUMNS[index] for index in keep), ""]
        screen.table(columns, rows, below=("owner", "account", "Region"))
    for member in fleet.members:
        if member.reasons:
            screen.gap()
            standing = (member.standing.value, _STYLES[member.standing])
            screen.line(standing, "  ", (words.name(member, fleet), "bold"), f"  {member.answer}")
            for reason in member.reasons:
                screen.line(reason, indent=2)
    for failure in fleet.failures:
        screen.gap()
        screen.line(("failed", "bold red"), "  ", (words.failed(failure), "bold"))
        screen.line(failure.message, indent=2)
        if failure.remedy:
            screen.line("-> ", failure.remedy, indent=2, hang=3)
    by, totals = groups
    if totals:
        screen.gap()
        screen.table(group_columns(by, measured=True), group_cells(totals))
    screen.gap()
    for line in words.summary(fleet, currency):
        screen.line(line)
    screen.explain(words.MEANINGS)
    return screen.text()
