"""The drawing kit of the terminal pages: tables, bars, prose; plain text without boxes where there is no terminal.

This and the pages built from it are the only users of Rich. Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from typing import Final, Literal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..findings import Severity

Justify = Literal["left", "right"]
STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page will be shown."""

    width: int = 80
    terminal: bool = False
    unicode: bool = True


class Screen:
    """A page being drawn; :meth:`text` is what to print."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._file = StringIO()
        self._prose = self._console(page.width)
        # A pipe has no width, so a table for one is neither folded nor cut.
        self._tables = self._prose if page.terminal else self._console(10_000)

    def _console(self, width: int) -> Console:
        page = self.page
        return Console(
            file=self._file,
            width=width,
            force_terminal=page.terminal,
            color_system="auto" if page.terminal else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def text(self) -> str:
        """Everything drawn so far, without blanks at the end of lines."""
        lines = [line.rstrip() for line in self._file.getvalue().split("\n")]
        return "\n".join(lines).strip("\n") + "\n"

    def gap(self) -> None:
        """An empty line."""
        self._prose.print()

    def line(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """A line of prose, wrapped between words; a part may carry a style."""
        text = Text.assemble(*(clean(part) if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts))
        self._prose.print(Padding(text, (0, 0, 0, indent)) if indent else text)

    def heading(self, title: str) -> None:
        """A heading."""
        self.line((title, "bold"))

    def table(self, columns: Sequence[tuple[str, Justify]], rows: Iterable[Sequence[str | Text]], *, footer: Sequence[str] | None = None) -> None:
        """A table. In a terminal it fits the width, its first column folding; elsewhere it is as wide as it needs to be."""
        made = [[clean(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
        table = Table(
            box=(box.SIMPLE_HEAD if self.page.unicode else box.ASCII2) if self.page.terminal else None,
            pad_edge=False,
            padding=(0, 2, 0, 0) if not self.page.terminal else (0, 1),
            show_footer=footer is not None,
            header_style="dim" if self.page.terminal else "",
        )
        for index, (title, justify) in enumerate(columns):
            table.add_column(
                title,
                justify=justify,
                overflow="fold",
                no_wrap=index > 0,
                footer=Text(clean(footer[index]), style="bold") if footer is not None else "",
            )
        for row in made:
            table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
        self._tables.print(table)

    def bar(self, share: Fraction, width: int) -> Text:
        """A bar for a utilisation; above one it is full. A share above zero shows at least a mark."""
        if not self.page.unicode:
            full = min(width, max(1 if share else 0, round(share * width)))
            return Text("#" * full + "." * (width - full))
        eighths = min(width * 8, max(1 if share else 0, round(share * width * 8)))
        full, rest = divmod(eighths, 8)
        drawn = "█" * full + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")
        style = "red" if share > 1 else "yellow" if share > Fraction(4, 5) else "green"
        return Text.assemble((drawn, style), ("·" * (width - len(drawn)), "dim"))

    def finding(self, severity: Severity, name: str, message: str, remedy: str) -> None:
        """A finding: its grade as a word, what it is, what to do."""
        self.line((severity.value, STYLES[severity]), "  ", (name, "bold"))
        self.line(message, indent=2)
        self.line("-> ", remedy, indent=2)


def clean(text: str) -> str:
    """Text without control characters, so that no name can steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " if c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
