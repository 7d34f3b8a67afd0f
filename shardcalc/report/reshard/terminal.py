"""The path from one shard count to another, for a terminal. Nothing is executed."""

from __future__ import annotations

from shardcalc.app.reshard import Resharding
from shardcalc.core.facts import Limits
from shardcalc.core.resharding.path import Path
from shardcalc.report.kit.terminal import Page, Screen
from shardcalc.report.reshard import words
from shardcalc.report.reshard.commands import calls


def table(made: Resharding, page: Page) -> str:
    """For a terminal."""
    screen = Screen(page)
    draw(screen, made.path, made.limits, made.stream, made.region)
    screen.gap()
    screen.line((words.basis(made.limits), "dim"))
    return screen.text()


def draw(screen: Screen, path: Path, limits: Limits, stream: str | None, region: str | None) -> None:
    """The steps and the commands, on a page that may hold more."""
    screen.heading(words.title(path))
    if not path.steps:
        return
    screen.gap()
    screen.table(words.COLUMNS, words.step_cells(path, limits))
    screen.gap()
    screen.line(words.room(path))
    screen.line(words.DURATION)
    for note in words.notes(path):
        screen.line(note)
    screen.gap()
    for line in calls(path, stream, region):
        screen.command(line)
