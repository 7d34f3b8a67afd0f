"""The progress bar of a long reading, on stderr; it goes when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shardcalc.report.kit.terminal import clean


@contextmanager
def bar(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Draw a bar while the block runs; the function that it gets moves it on. Without a total it counts."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=Console(stderr=True, highlight=False, emoji=False), transient=True
    ) as drawn:
        task = drawn.add_task(clean(title), total=total)
        yield lambda done: drawn.advance(task, done)
