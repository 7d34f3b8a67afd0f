"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from .errors import UsageError, _unbreakable

if TYPE_CHECKING:
    from ..report.screen import Page


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def page(output: str | None) -> Page:
    """The page that a table will be shown on: the terminal, or plain text of 80 columns (or of COLUMNS)."""
    from ..report.screen import Page

    terminal = output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    encoding = (sys.stdout.encoding or "ascii") if output is None else "utf-8"
    return Page(shutil.get_terminal_size((80, 24)).columns, terminal, encoding.lower().replace("-", "") in ("utf8", "utf16"))


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
    import tempfile

    folder = os.path.dirname(os.path.abspath(output))
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".shardcalc-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, output)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError(f"{output}: not written", [f"{error.strerror}"]) from error
    except BaseException:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise
