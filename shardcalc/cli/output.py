"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from shardcalc.cli.errors import unbreakable

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
    """Print a result, or write it to a file whole or not at all.

    Raises:
        Refused: the file cannot be written; what was there before is untouched.
    """
    write_parts((text,), output)


def write_parts(parts: Iterable[str], output: str | None) -> None:
    """Print a long result piece by piece, or write it to a file whole or not at all; it is never held as a
    whole.

    Raises:
        Refused: the file cannot be written; what was there before is untouched.
    """
    if output is not None:
        from shardcalc.app.output import write_file

        write_file(output, parts)
        return
    unbreakable(sys.stdout)
    for part in parts:
        sys.stdout.write(part)
    sys.stdout.flush()
