"""What a long reading shows on stderr: how far it is, and what it asked of AWS."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shardcalc.cli.errors import tell
from shardcalc.cli.output import page

if TYPE_CHECKING:
    from shardcalc.app.reading import Foreseen, Spent


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr while the block runs; nothing where stderr is no terminal. Without a total it
    counts.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from shardcalc.report.kit.terminal import clean

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False, emoji=False)
    with Progress(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task(clean(title), total=total)
        yield lambda done: drawn.advance(task, done)


def tell_foreseen(seen: Foreseen) -> str:
    """What a reading would ask for: the result of ``--dry-run``."""
    from shardcalc.report.observe.terminal import foreseen

    return foreseen(seen, page(None))


def tell_spent(spent: Spent, notes: Sequence[str]) -> None:
    """Say on stderr how many calls were made, what they cost, and what else could not be read."""
    from shardcalc.report.observe import terminal

    tell(terminal.spent(spent), *(f"note: {note}" for note in notes))
