"""The path from one shard count to another, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from shardcalc.app.reshard import Resharding
from shardcalc.core.facts import Limits
from shardcalc.core.resharding.path import Path
from shardcalc.report.kit.markdown import arrows, fenced, page, table
from shardcalc.report.reshard import words
from shardcalc.report.reshard.commands import calls
from shardcalc.report.reshard.script import script
from shardcalc.report.words import sentence


def text(made: Resharding) -> str:
    """As Markdown."""
    path, stream, region = made.path, made.stream, made.region
    whole = [fenced(script(path, stream, region).splitlines(), "sh")] if path.steps else []
    return page([*_steps(path, made.limits, 1), *whole, sentence(words.basis(made.limits))])


def section(path: Path, limits: Limits, stream: str | None, region: str | None) -> Iterator[str]:
    """The steps and the commands, for a page that may hold more."""
    yield from _steps(path, limits, 2)
    if path.steps:
        yield fenced(calls(path, stream, region), "sh")


def _steps(path: Path, limits: Limits, level: int) -> Iterator[str]:
    yield f"{'#' * level} {arrows(words.title(path))}"
    if not path.steps:
        return
    call, *columns = words.COLUMNS
    yield table([f"{call}:", *columns], words.step_cells(path, limits))
    yield f"{sentence(words.room(path))}. {words.DURATION}"
    yield from (f"{sentence(arrows(note))}." for note in words.notes(path))
