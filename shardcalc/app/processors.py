"""Long lists on all processors: ten thousand streams take longer to plan than to read.

The parts of a list have nothing to do with each other. Where processes can be forked, they share what was
read and nothing is copied to them; each sends back its result. Elsewhere the work is done in one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST: Final = 1_000
"""Items that make a process of their own worth its start."""


def in_parts(
    items: Sequence[Item], work: Callable[[Sequence[Item]], Result], least: int = LEAST
) -> list[Result]:
    """Do the work on consecutive parts of the items, one part a processor, and give the results in order.

    Args:
        items: what to work on.
        work: what to do with a part; its result is sent between processes.
        least: items that make a process of their own worth its start.

    A part whose process dies is done again here, so that its error appears where it can be told.
    """
    count = min(len(items) // least, _processors()) if sys.platform == "linux" else 1
    if count < 2:
        return [work(items)]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    bounds = [len(items) * index // count for index in range(count + 1)]
    parts = [items[start:end] for start, end in pairwise(bounds)]
    # Forked processes inherit the arguments of their initializer, so neither the items nor the work are
    # pickled.
    context = get_context("fork")
    with ProcessPoolExecutor(count - 1, context, initializer=_inherit, initargs=(parts, work)) as pool:
        started = [pool.submit(_part, index) for index in range(1, count)]
        results = [work(parts[0])]
        for part, future in zip(parts[1:], started, strict=True):
            try:
                results.append(future.result())
            except BrokenProcessPool:
                results.append(work(part))
    return results


_inherited: list[Any] = []


def _inherit(parts: Sequence[Any], work: Callable[[Any], Any]) -> None:
    _inherited[:] = [parts, work]


def _part(index: int) -> Any:
    parts, work = _inherited
    return work(parts[index])


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
