"""Runs the command line inside the test's process, as its entry point does, and gives back what came out."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from typer.main import get_command

from shardcalc import cli
from shardcalc.cli import errors

built = cli.build
cli.build = cache(lambda name: get_command(built(name)))  # type: ignore[assignment]
"""Once a process: to build the flags of a command takes longer than to run most of them."""

HEADLINE = ("plan", "--size", "1024", "--rps", "6", "--consumers", "7")
"""The command that the README begins with."""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@contextmanager
def _streams() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = kept


def run(*arguments: str) -> Ran:
    """Run ``shardcalc`` with these arguments."""
    with _streams() as (out, err):
        code = errors.guard(lambda: cli.run(arguments))
        out.flush()
        err.flush()
        return Ran(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]
