"""The drawing kit of the terminal pages: headings, prose, tables, bars.

In a terminal Rich draws; where there is none the page is plain text without boxes, its tables neither folded
nor cut, and Rich is not even imported. Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from shardcalc.core.text import one_line, visible

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]
"""A piece of text, perhaps with a style."""
Cell = str | tuple[Part, ...]
"""The content of a table cell: a text, or pieces with styles of their own."""
SEVERITY_STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}


class Page(NamedTuple):
    """Where a page will be shown."""

    width: int = 80
    terminal: bool = False
    unicode: bool = True


class Screen:
    """A page being drawn; :meth:`text` is what to print."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._drawn: list[str] = []
        self._console: Console | None = _console(page.width) if page.terminal else None

    def text(self) -> str:
        """Everything drawn so far, without blanks at the end of lines."""
        lines = [line.rstrip() for line in "\n".join(self._drawn).split("\n")]
        return "\n".join(lines).strip("\n") + "\n"

    def gap(self) -> None:
        """An empty line."""
        self._drawn.append("")

    def line(self, *parts: Part, indent: int = 0) -> None:
        """A line of prose, wrapped between words; a part may carry a style."""
        pieces = [(clean(part), "") if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts]
        if self._console is None:
            self._drawn.append(_wrap("".join(text for text, _ in pieces), self.page.width, indent))
            return
        from rich.padding import Padding
        from rich.text import Text

        self._print(Padding(Text.assemble(*pieces), (0, 0, 0, indent)))

    def command(self, line: str) -> None:
        """A line for a shell: never folded, so that it can be copied."""
        self._drawn.append(clean(line))

    def unwrapped(self, *parts: Part, indent: int = 0) -> None:
        """A line that stays one line, however long: a place that editors follow, or a line of a file."""
        pieces = [(clean(part), "") if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts]
        if self._console is None:
            self._drawn.append(" " * indent + "".join(text for text, _ in pieces))
            return
        from rich.text import Text

        with self._console.capture() as capture:
            self._console.print(Text.assemble(" " * indent, *pieces), soft_wrap=True)
        self._drawn.append(capture.get().removesuffix("\n"))

    def heading(self, title: str) -> None:
        """A heading."""
        self.line((title, "bold"))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        footer: Sequence[str] | None = None,
    ) -> None:
        """A table; a column whose title ends in ``:`` is right-aligned.

        In a terminal it fits the width, its first column folding; elsewhere it is as wide as it needs to be.
        """
        made = [[_pieces(cell) for cell in row] for row in rows]
        if self._console is None:
            text = [["".join(piece for piece, _ in cell) for cell in row] for row in made]
            self._drawn += _plain_table(
                columns, [*text, list(map(clean, footer))] if footer is not None else text
            )
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(
            box=box.SIMPLE_HEAD if self.page.unicode else box.ASCII2,
            pad_edge=False,
            padding=(0, 1, 0, 0),
            show_edge=False,
            show_footer=footer is not None,
            header_style="dim",
        )
        for index, (title, right) in enumerate(map(_aligned, columns)):
            last = Text(clean(footer[index]), style="bold") if footer is not None else ""
            justify: Literal["left", "right"] = "right" if right else "left"
            table.add_column(title, justify=justify, overflow="fold", no_wrap=index > 0, footer=last)
        for row in made:
            table.add_row(*(Text.assemble(*cell) for cell in row))
        self._print(table)

    def bar_table(
        self, columns: Sequence[str], rows: Iterable[tuple[Sequence[Cell], Fraction]], at: int, short: str
    ) -> None:
        """A table with bars in one column; they take the width that the other columns leave.

        Args:
            columns: the titles, that of the bars included.
            rows: the other cells of each row, and the share that its bar shows.
            at: the index of the column of bars.
            short: the title of the bars where they are narrower than the longer one.
        """
        made = list(rows)
        titles = [_aligned(title)[0] for index, title in enumerate(columns) if index != at]
        texts = [["".join(text for text, _ in _pieces(cell)) for cell in row] for row, _ in made]
        taken = sum(max(map(width_of, column)) + 2 for column in zip(titles, *texts, strict=True))
        width = max(4, min(24, self.page.width - taken - 2))
        title = short if width < len(columns[at]) else columns[at]
        self.table(
            [*columns[:at], title, *columns[at + 1 :]],
            [[*row[:at], self.bar(share, width), *row[at:]] for row, share in made],
        )

    def bar(self, share: Fraction, width: int) -> Cell:
        """A bar for a utilisation; above one it is full. A share above zero shows at least a mark."""
        style = "red" if share > 1 else "yellow" if share > Fraction(4, 5) else "green"
        if not self.page.unicode:
            full = min(width, max(1 if share else 0, round(share * width)))
            return (("#" * full, style), ("." * (width - full), "dim"))
        eighths = min(width * 8, max(1 if share else 0, round(share * width * 8)))
        full, rest = divmod(eighths, 8)
        drawn = "█" * full + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")
        return ((drawn, style), ("·" * (width - len(drawn)), "dim"))

    def chart(
        self,
        xs: Sequence[float],
        curves: Sequence[tuple[str, Sequence[float]]],
        label: Callable[[float], str],
        unit: str,
        *,
        mark: float,
        height: int = 12,
    ) -> None:
        """A small chart of curves over a logarithmic axis, each with a letter; ``mark`` is where we are."""
        from math import log10

        values = [max(value, 0.01) for _, curve in curves for value in curve]
        low, high = log10(min(values)), log10(max(values))
        span = (high - low) or 1.0
        grid = [[" "] * len(xs) for _ in range(height)]
        now = min(range(len(xs)), key=lambda column: abs(log10(xs[column]) - log10(mark)))
        for row in grid:
            row[now] = "|"
        for letter, curve in curves:
            for column, value in enumerate(curve):
                row = grid[height - 1 - round((log10(max(value, 0.01)) - low) / span * (height - 1))]
                row[column] = letter if row[column] in (" ", "|", letter) else "*"
        for index, row in enumerate(grid):
            value = 10 ** (high - span * index / (height - 1))
            scale = f"${value:,.0f}" if index % 4 == 0 or index == height - 1 else ""
            self._drawn.append(f"{scale:>10} {'│' if self.page.unicode else '|'}{''.join(row)}")
        corner, line = ("└", "─") if self.page.unicode else ("+", "-")
        self._drawn.append(f"{'':10} {corner}{line * len(xs)}")
        left, here, right = label(xs[0]), f"now {label(mark)}", f"{label(xs[-1])} {unit}"
        at = min(max(len(left) + 2, now - len(here) // 2), len(xs) - len(right) - len(here) - 2)
        self._drawn.append(
            f"{'':12}{left}{' ' * max(1, at - len(left))}{here}".ljust(12 + len(xs) - len(right)) + right
        )
        self.line(("both axes logarithmic; * where curves meet", "dim"), indent=12)

    def finding(self, severity: str, name: str, message: str, remedy: str) -> None:
        """A finding: its grade as a word, what it is, what to do."""
        self.line((severity, SEVERITY_STYLES[severity]), "  ", (name, "bold"))
        self.line(message, indent=2)
        if remedy:
            self.line("-> ", remedy, indent=2)

    def _print(self, drawable: object) -> None:
        assert self._console is not None
        with self._console.capture() as capture:
            self._console.print(drawable)
        self._drawn.append(capture.get().removesuffix("\n"))


def _console(width: int) -> Console:
    from rich.console import Console

    return Console(
        width=width, force_terminal=True, highlight=False, markup=False, emoji=False, legacy_windows=False
    )


def _pieces(cell: Cell) -> list[tuple[str, str]]:
    parts = (cell,) if isinstance(cell, str) else cell
    return [(clean(part), "") if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts]


def _wrap(text: str, width: int, indent: int) -> str:
    import textwrap

    margin = " " * indent
    if len(text) + indent <= width:
        return margin + text
    return textwrap.fill(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(title: str) -> tuple[str, bool]:
    """A column's title without its mark, and whether the column is right-aligned."""
    return title.removesuffix(":"), title.endswith(":")


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    titles, rights = zip(*map(_aligned, columns), strict=True)
    table = [titles, *rows]
    widths = [max(map(width_of, column)) for column in zip(*table, strict=True)]

    def padded(text: str, width: int, right: bool) -> str:
        blank = " " * (width - width_of(text))
        return blank + text if right else text + blank

    return ["  ".join(map(padded, row, widths, rights)).rstrip() for row in table]


def width_of(text: str) -> int:
    """How many columns a text takes: wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def clean(text: str) -> str:
    """Text on one line without control characters, so that no name can steer a terminal."""
    return visible(text if text.isprintable() else text.replace("\n", " ").replace("\t", " "))


def logged(lines: Iterable[str]) -> str:
    """Lines of a log, one each whatever they hold."""
    return "".join(f"{one_line(line)}\n" for line in lines)
