"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from shardcalc.cli.errors import UsageError, _unbreakable

if TYPE_CHECKING:
    from shardcalc.report.kit.terminal import Page


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def page(output: str | None) -> Page:
    """The page that a table will be shown on: the terminal, or plain text of 80 columns (or of COLUMNS)."""
    from shardcalc.report.kit.terminal import Page

    terminal = output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    encoding = (sys.stdout.encoding or "ascii") if output is None else "utf-8"
    return Page(
        shutil.get_terminal_size((80, 24)).columns,
        terminal,
        encoding.lower().replace("-", "") in ("utf8", "utf16"),
    )


def write(text: str, output: str | None) -> None:
    """Print a result, or write it to a file atomically.

    Raises:
        UsageError: the file cannot be written; what was there before is untouched.
    """
    if output is None:
        _unbreakable(sys.stdout)
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from shardcalc.sources.store.files import write_whole

    try:
        write_whole(output, text.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{output}: not written", [f"{error.strerror}"]) from error


def write_parts(parts: Iterable[str], output: str | None) -> None:
    """Print a long result piece by piece, or write it to a file atomically; it is never held as a whole.

    Raises:
        UsageError: the file cannot be written; what was there before is untouched.
    """
    if output is None:
        _unbreakable(sys.stdout)
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
        return
    from shardcalc.sources.store.files import write_whole_parts

    try:
        write_whole_parts(output, (part.encode("utf-8") for part in parts))
    except OSError as error:
        raise UsageError(f"{output}: not written", [f"{error.strerror}"]) from error
