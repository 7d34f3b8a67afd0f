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


class _Stream(io.TextIOWrapper):
    """Keeps what is written to it, and may say that it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@contextmanager
def _streams(terminal: bool) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, err = _Stream(terminal), _Stream(False)
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = kept


def run(*arguments: str, terminal: bool = False) -> Ran:
    """Run ``shardcalc`` with these arguments, as if in a terminal of ``COLUMNS`` columns or not."""
    with _streams(terminal) as (out, err):
        code = errors.guard(lambda: cli.run(arguments))
        out.flush()
        err.flush()
        return Ran(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]
