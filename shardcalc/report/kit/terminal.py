"""The drawing kit of the terminal pages: headings, prose, tables, bars.

What stands where is decided here and in :mod:`shardcalc.report.kit.layout`; in a terminal Rich gives it its
style. Where there is none the page is plain text, its tables neither folded nor cut, and Rich is not even
imported. Nothing here knows what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from sys import maxsize
from typing import TYPE_CHECKING, Final, NamedTuple

from shardcalc.core.text import one_line, visible
from shardcalc.report.kit.layout import GAP, LEAST, columns_of, fold, width_of

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]
"""A piece of text, perhaps with a style."""
Cell = str | tuple[Part, ...]
"""The content of a table cell: a text, or pieces with styles of their own."""
Pieces = list[tuple[str, str]]
"""Text for one line, each piece with its style."""
SEVERITY_STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}

INDENT: Final = 2
"""Blanks before what stands below a row."""
PROSE: Final = 100
"""In a terminal prose is no wider than this, however wide that is."""


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
        self._titles: set[str] = set()
        self._console: Console | None = _console(page.width) if page.terminal else None

    def text(self) -> str:
        """Everything drawn so far, without blanks at the end of lines."""
        lines = [line.rstrip() for line in "\n".join(self._drawn).split("\n")]
        return "\n".join(lines).strip("\n") + "\n"

    def gap(self) -> None:
        """An empty line."""
        self._drawn.append("")

    def line(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Prose, wrapped between words; a part may carry a style.

        A word that is wider than the page is folded in a terminal, unless it is a place or an address.

        Args:
            parts: what it says.
            indent: blanks before each line.
            hang: blanks before each line but the first, beside the indent.
        """
        pieces = _pieces(parts)
        width = min(self.page.width, PROSE if self.page.terminal else maxsize) - indent - hang
        lines = fold(_text(pieces)[hang:], width, "/" if self.page.terminal else "")
        self._draw(
            [
                (" " * (indent + (hang if begin else 0)), ""),
                *_part(pieces, begin and begin + hang, end + hang),
            ]
            for begin, end in lines
        )

    def labelled(self, label: str, *parts: Part, room: int = 9) -> None:
        """Prose after its label, beside which all its lines stand."""
        self.line(f"{label:<{room}}", *parts, hang=room)

    def place(self, *parts: Part) -> None:
        """A line that begins with a place that editors follow: it is folded in a terminal only."""
        if self.page.terminal:
            self.line(*parts, hang=2)
        else:
            self.unwrapped(*parts)

    def command(self, line: str) -> None:
        """A line for a shell: never folded, so that it can be copied."""
        self._drawn.append(clean(line))

    def unwrapped(self, *parts: Part, indent: int = 0) -> None:
        """A line that stays one line, however long, such as a line of a file."""
        self._draw([[(" " * indent, ""), *_pieces(parts)]])

    def heading(self, title: str) -> None:
        """A heading."""
        self.line((title, "bold"))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        footer: Sequence[str] | None = None,
        below: Sequence[str] = (),
    ) -> None:
        """A table; a column whose title ends in ``:`` holds numbers, and is right-aligned.

        Where there is no terminal it is as wide as it needs to be. In one it fits the page with every value
        whole: columns of text fold; where that is not enough, the columns named in ``below`` move, one after
        the other, to a line below their row, and at last all of them do, which makes it a list.
        """
        titles, rights = zip(*map(_aligned, columns), strict=True)
        self._titles |= {title for each in titles for title in (each, each.partition(" at ")[0])}
        made = [[_pieces(cell) for cell in row] for row in rows]
        if footer is not None:
            made.append([[(clean(cell), "bold")] for cell in footer])
        texts = [list(titles), *([_text(cell) for cell in row] for row in made)]
        room = self.page.width if self.page.terminal else maxsize
        every = range(len(titles))
        for beside in (
            *([i for i in every if titles[i] not in below[:moved]] for moved in range(len(below) + 1)),
            [index for index in every if not (index and titles[index])],
            [0],
        ):
            some = [[row[index] for index in beside] for row in texts]
            widths = columns_of(some, [rights[index] for index in beside], room)
            if widths is not None:
                break
        else:
            widths = [room]
        align = [(width, rights[index]) for width, index in zip(widths, beside, strict=True)]
        under = _Pairs(texts, rights, [index for index in every if index not in beside], room)
        lines = _beside([[(titles[index], "dim")] for index in beside], align)
        if self.page.terminal:
            wide = room if under.lines else sum(widths) + GAP * (len(widths) - 1)
            lines.append([(("─" if self.page.unicode else "-") * wide, "")])
        for number, row in enumerate(made):
            if self.page.terminal and footer is not None and number == len(made) - 1:
                lines.append([])
            cells = [row[index] for index in beside]
            if any(width_of(word) > widths[0] for word in _text(cells[0]).split()):
                # A name that would be broken has lines of its own.
                lines += _beside(cells[:1], [(room, False)])
                cells[0] = []
            lines += [*(_beside(cells, align) if any(map(_text, cells)) else []), *under.of(row)]
        self._draw(lines)

    def bar_table(
        self,
        columns: Sequence[str],
        rows: Iterable[tuple[Sequence[Cell], Fraction]],
        at: int,
        *,
        below: Sequence[str] = (),
    ) -> None:
        """A table with bars beside the numbers of one column; they take the width that is left, if any is.

        Args:
            columns: the titles.
            rows: the cells of each row, and the share that its bar shows.
            at: the index of the column of these shares, which are texts.
            below: as for :meth:`table`.
        """
        made = list(rows)
        titles, rights = zip(*map(_aligned, columns), strict=True)
        texts = [list(titles), *([_text(_pieces(cell)) for cell in row] for row, _ in made)]
        widths = [max(map(width_of, column)) for column in zip(*texts, strict=True)]
        widths[at] = most = max(width_of(row[at]) for row in texts[1:])
        wide = max(4, min(24, self.page.width - sum(widths) - GAP * len(widths)))
        drawn: list[Sequence[Cell]] = [row for row, _ in made]
        barred = [texts[0], *([*row[:at], " " * (wide + 1 + most), *row[at + 1 :]] for row in texts[1:])]
        if not self.page.terminal or columns_of(barred, rights, self.page.width) is not None:
            for index, ((row, share), text) in enumerate(zip(made, texts[1:], strict=True)):
                cell = (*self.bar(share, wide), f" {text[at]:>{most}}")
                drawn[index] = [*row[:at], cell, *row[at + 1 :]]
        self.table(columns, drawn, below=below)

    def explain(self, meanings: Mapping[str, str]) -> None:
        """What those columns mean that were drawn and do not explain themselves, in one dim line a page."""
        said = [f"{title}: {means}" for title, means in meanings.items() if title in self._titles]
        if said:
            self.line(("; ".join(said), "dim"))

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
        """A small chart of curves over a logarithmic axis, each with a letter; ``mark`` is where we are.

        It is left out, which a line says, where the page is too narrow for what is written at its axes.
        """
        from math import log10

        left, here, right = label(xs[0]), f"now {label(mark)}", f"{label(xs[-1])} {unit}"
        values = [max(value, 0.01) for _, curve in curves for value in curve]
        low, high = log10(min(values)), log10(max(values))
        span = (high - low) or 1.0
        grid = [[" "] * len(xs) for _ in range(height)]
        scales = [f"${10 ** (high - span * index / (height - 1)):,.0f}" for index in range(height)]
        margin = max(10, *map(len, scales))
        least = max(margin + 2 + len(xs), margin + 6 + len(left) + len(here) + len(right))
        if least > self.page.width:
            self.line((f"the chart is left out: it takes {least} columns", "dim"))
            return
        now = min(range(len(xs)), key=lambda column: abs(log10(xs[column]) - log10(mark)))
        for row in grid:
            row[now] = "|"
        for letter, curve in curves:
            for column, value in enumerate(curve):
                row = grid[height - 1 - round((log10(max(value, 0.01)) - low) / span * (height - 1))]
                row[column] = letter if row[column] in (" ", "|", letter) else "*"
        for index, row in enumerate(grid):
            scale = scales[index] if index % 4 == 0 or index == height - 1 else ""
            self._drawn.append(f"{scale:>{margin}} {'│' if self.page.unicode else '|'}{''.join(row)}")
        corner, line = ("└", "─") if self.page.unicode else ("+", "-")
        self._drawn.append(f"{'':{margin}} {corner}{line * len(xs)}")
        at = min(max(len(left) + 2, now - len(here) // 2), len(xs) - len(right) - len(here) - 2)
        self._drawn.append(
            f"{'':{margin + 2}}{left}{' ' * max(1, at - len(left))}{here}".ljust(
                margin + 2 + len(xs) - len(right)
            )
            + right
        )
        self.line(("both axes logarithmic; * where curves meet", "dim"), indent=margin + 2)

    def finding(self, severity: str, name: str, message: str, remedy: str) -> None:
        """A finding: its grade as a word, what it is, what to do."""
        self.line((severity, SEVERITY_STYLES[severity]), "  ", (name, "bold"))
        self.line(message, indent=2)
        if remedy:
            self.line("-> ", remedy, indent=2, hang=3)

    def _draw(self, lines: Iterable[Pieces]) -> None:
        if self._console is None:
            self._drawn += map(_text, lines)
            return
        from rich.text import Text

        drawn = Text("\n").join(Text.assemble(*line) for line in lines)
        with self._console.capture() as capture:
            self._console.print(drawn, soft_wrap=True)
        self._drawn.append(capture.get().removesuffix("\n"))


def _console(width: int) -> Console:
    from rich.console import Console

    return Console(
        width=width, force_terminal=True, highlight=False, markup=False, emoji=False, legacy_windows=False
    )


def _pieces(cell: Cell) -> Pieces:
    parts = (cell,) if isinstance(cell, str) else cell
    return [(clean(part), "") if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts]


def _text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def _part(pieces: Pieces, begin: int, end: int) -> Pieces:
    """The pieces of a part of their text."""
    if len(pieces) == 1:
        return [(pieces[0][0][begin:end], pieces[0][1])]
    found, at = [], 0
    for text, style in pieces:
        found.append((text[max(0, begin - at) : max(0, end - at)], style))
        at += len(text)
    return found


def _aligned(title: str) -> tuple[str, bool]:
    """A column's title without its mark, and whether the column is right-aligned."""
    return title.removesuffix(":"), title.endswith(":")


def _beside(cells: Sequence[Pieces], align: Sequence[tuple[int, bool]]) -> list[Pieces]:
    """Cells in columns, each of its width and perhaps aligned to the right, on as many lines as they take."""
    texts = [_text(cell) for cell in cells]
    folded = [fold(text, width) for text, (width, _) in zip(texts, align, strict=True)]
    lines: list[Pieces] = []
    for number in range(max(map(len, folded))):
        line: Pieces = []
        for cell, text, found, (width, right) in zip(cells, texts, folded, align, strict=True):
            begin, end = found[number] if number < len(found) else (0, 0)
            shown = _part(cell, begin, end)
            blank = (" " * (width - width_of(text[begin:end])), "")
            line += [*((blank, *shown) if right else (*shown, blank)), (" " * GAP, "")]
        while line and not line[-1][0].strip():
            line.pop()
        lines.append(line)
    return lines


class _Pairs:
    """Cells below their row, each after the title of its column, in a grid that all rows share.

    What is long has a line of its own, and a number that is too wide for that is below its title.
    """

    def __init__(
        self, texts: Sequence[Sequence[str]], rights: Sequence[bool], shown: Sequence[int], room: int
    ) -> None:
        self.titles, self.rights = texts[0], rights
        self.label = max((width_of(texts[0][index]) for index in shown), default=0)
        self.left = room - INDENT - self.label - GAP
        most = {index: max((width_of(row[index]) for row in texts[1:]), default=0) for index in shown}
        self.alone = {index for index in shown if rights[index] and most[index] > self.left}
        self.short = {i for i in shown if most[i] <= (self.left if rights[i] else min(self.left, LEAST))}
        self.value = max((most[index] for index in self.short), default=0)
        beside = max(1, (room - INDENT + 2 * GAP) // (self.label + self.value + 3 * GAP))
        self.lines: list[list[int]] = []
        for index in shown:
            if (
                not self.lines
                or len(self.lines[-1]) == beside
                or not {index, self.lines[-1][-1]} <= self.short
            ):
                self.lines.append([])
            self.lines[-1].append(index)

    def of(self, row: Sequence[Pieces]) -> list[Pieces]:
        """The lines below one row; what says nothing leaves its place empty."""
        drawn: list[Pieces] = []
        for line in self.lines:
            if not any(_text(row[index]) for index in line):
                continue
            cells: list[Pieces] = []
            align: list[tuple[int, bool]] = []
            for index in line:
                label = (self.titles[index] if _text(row[index]) else "", "dim")
                wide = self.value if index in self.short else self.left
                cells += [[label], row[index], []]
                align += [(self.label, False), (wide, self.rights[index]), (0, False)]
            if line[0] in self.alone:
                drawn += [cells[0], [(" " * INDENT, ""), *cells[1]]]
            else:
                drawn += _beside(cells, align)
        return [[(" " * INDENT, ""), *pieces] for pieces in drawn]


def clean(text: str) -> str:
    """Text on one line without control characters, so that no name can steer a terminal."""
    return visible(text if text.isprintable() else text.replace("\n", " ").replace("\t", " "))


def logged(lines: Iterable[str]) -> str:
    """Lines of a log, one each whatever they hold."""
    return "".join(f"{one_line(line)}\n" for line in lines)
