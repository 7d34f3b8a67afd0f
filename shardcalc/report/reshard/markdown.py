"""The path from one shard count to another, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from shardcalc.app.reshard import Resharding
from shardcalc.core.facts import Limits
from shardcalc.core.resharding.path import Path
from shardcalc.report.kit.markdown import arrows, fenced, page, table
from shardcalc.report.reshard import words
from shardcalc.report.reshard.commands import script
from shardcalc.report.words import sentence


def text(made: Resharding) -> str:
    """As Markdown."""
    parts = section(made.path, made.limits, made.stream, made.region, level=1)
    return page([*parts, sentence(words.basis(made.limits))])


def section(
    path: Path, limits: Limits, stream: str | None, region: str | None, *, level: int = 2
) -> Iterator[str]:
    """The steps and the commands, for a page that may hold more."""
    yield f"{'#' * level} {arrows(words.title(path))}"
    if not path.steps:
        return
    call, *columns = words.COLUMNS
    yield table([f"{call}:", *columns], words.step_cells(path, limits))
    yield f"{sentence(words.room(path))}. {words.DURATION}"
    yield from (f"{sentence(arrows(note))}." for note in words.notes(path))
    yield fenced(script(path, stream, region), "sh")
