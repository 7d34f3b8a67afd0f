"""Long lists on all processors: ten thousand streams take longer to plan than to read, and two hundred saved
histories longer to judge.

The parts of a list have nothing to do with each other. Where processes can be forked, they share what was
read and nothing is copied to them; each sends back its result. Elsewhere the work is done in one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST: Final = 1_000
"""Items that make a process of their own worth its start."""


def in_parts(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Result],
    least: int = LEAST,
    most: int | None = None,
) -> list[Result]:
    """Do the work on consecutive parts of the items, on all processors, and give the results in order.

    An error is raised that the items would raise one after the other, in one process.

    Args:
        items: what to work on.
        work: what to do with a part; its result is sent between processes.
        least: items that make a process of their own worth its start.
        most: items of a part, where they differ so much that a process better takes its next part when it is
            done with one; else there is one part a processor.

    A part whose process dies is done again here, so that its error appears where it can be told.
    """
    count = min(len(items) // least, _processors()) if sys.platform == "linux" else 1
    if count < 2:
        return [work(items)]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    number = count if most is None else -(-len(items) // most)
    bounds = [len(items) * index // number for index in range(number + 1)]
    parts = [items[start:end] for start, end in pairwise(bounds)]
    # Where each processor has one part, this process does the first of them; else it hands them out.
    own = parts[:1] if most is None else []
    # Forked processes inherit the arguments of their initializer, so neither the items nor the work are
    # pickled.
    context = get_context("fork")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    inherited = (parts, work, mask)
    with ProcessPoolExecutor(count - len(own), context, initializer=_inherit, initargs=inherited) as pool:
        started: list[Future[Result]] = []
        try:
            # A process can die before the last part is handed out; then none is taken any more. One that
            # has just begun cannot end without a word yet.
            with _held_back(mask), suppress(BrokenProcessPool):
                started.extend(pool.submit(_part, index) for index in range(len(own), number))
            results = [work(part) for part in own]
            for part, future in zip_longest(parts[len(own) :], started):
                try:
                    results.append(future.result() if future else work(part))
                except BrokenProcessPool:
                    results.append(work(part))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results


_inherited: list[Any] = []


ENDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if sys.platform == "linux" else ()


@contextmanager
def _held_back(mask: set[Any]) -> Iterator[None]:
    """Let the signals that end a program wait, and then those that the mask lets through."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _inherit(parts: Sequence[Any], work: Callable[[Any], Any], mask: set[Any]) -> None:
    from multiprocessing import parent_process
    from threading import Thread

    _inherited[:] = [parts, work]
    # Ctrl-C goes to all processes of a terminal; this one ends without a word, and the first tells it. Where
    # it is ignored, as in the background of a script, it stays so. What the first does when it ends is not
    # this one's to do.
    for number in ENDS:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    # Where the first is killed, this one would wait for work for ever, and keep open what it writes to.
    Thread(target=_end_with, args=[parent_process()], daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _part(index: int) -> Any:
    parts, work = _inherited
    return work(parts[index])


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
