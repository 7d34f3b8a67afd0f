"""Where results go: stdout, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from shardcalc.cli.errors import unbreakable

if TYPE_CHECKING:
    from shardcalc.report.kit.terminal import Page


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    YAML = "yaml"


class ListFormat(StrEnum):
    """How a result of many lines is written."""

    TABLE = "table"
    CONCISE = "concise"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    YAML = "yaml"


def rewritten(document: str, format: str, *rows: str) -> str:
    """A JSON document in the format that was asked for: JSON, CSV or YAML.

    Args:
        document: the JSON.
        format: the name of the format.
        rows: the path to what becomes the rows of CSV.
    """
    if format == Format.JSON:
        return document
    from shardcalc.report.kit import flat

    return flat.yaml(document) if format == Format.YAML else flat.csv(document, rows)


EXTENSIONS: Final[Mapping[str, str]] = {
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".sarif": "sarif",
    ".xml": "junit",
    ".sh": "sh",
    ".txt": "table",
    ".csv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""What the name of a file says of the format in it."""


def by_extension(output: str, formats: Sequence[str], default: str) -> str:
    """The format that a file's name asks for; the default one where it has no extension.

    Raises:
        Refused: it asks for none of those that the command can write.
    """
    extension = os.path.splitext(output)[1].lower()
    if not extension:
        return default
    wanted = EXTENSIONS.get(extension, "")
    if wanted in formats:
        return wanted
    from shardcalc.app.refusal import Refused

    known = ", ".join(each for each, of in EXTENSIONS.items() if of in formats)
    raise Refused(
        f"{output}: nothing was done",
        [f"{extension} is no format of this command; name the file {known}, or say --format"],
    )


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
