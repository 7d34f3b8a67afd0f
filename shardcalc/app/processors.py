"""Spread the work on a long list over the machine's processors.

A list of ten thousand streams takes longer to plan than to read; its parts have nothing to do with each other. The
processes are forked, so that they share what was read and nothing is copied to them; each sends back its result.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

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

    A part whose process fails is done again here, so that its error appears where it can be told.
    """
    count = min(len(items) // least, _processors()) if hasattr(os, "fork") else 1
    if count < 2:
        return [work(items)]
    bounds = [len(items) * index // count for index in range(count + 1)]
    parts = [items[start:end] for start, end in pairwise(bounds)]
    started = [_start(part, work) for part in parts[1:]]
    results = [work(parts[0])]
    for part, (process, pipe) in zip(parts[1:], started, strict=True):
        with os.fdopen(pipe, "rb") as reader:
            data = reader.read()
        _, status = os.waitpid(process, 0)
        results.append(pickle.loads(data) if status == 0 else work(part))  # noqa: S301 - the bytes come from our own child
    return results


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(part: Sequence[Item], work: Callable[[Sequence[Item]], Result]) -> tuple[int, int]:
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    status = 1
    try:
        os.close(reader)
        data = pickle.dumps(work(part), protocol=pickle.HIGHEST_PROTOCOL)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        # The child has nothing of its own to tidy up, and must not run its parent's.
        os._exit(status)
