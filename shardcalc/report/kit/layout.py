"""How text is laid out on a page: where lines break, and how wide each column of a table is.

Nothing is ever cut, and no number is broken: it stays on one line with its unit. Nothing here draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

Lines = list[tuple[int, int]]
"""Where each line of a text begins and ends."""

_WORD: Final = re.compile(r"(?:\S*\d (?=[A-Za-z]))?\S+")
"""A word, or a number with what it counts."""
_VALUE: Final = re.compile(r"\W*\d[\d.,]*(?:\W+| [A-Za-z]\S*)?")
_SEAM: Final = re.compile(r"(?<=[-_/:=])(?=.)|(?<=[.,])(?!\d)(?=.)")
"""Where a long name may be broken, and no number is."""
LEAST: Final = 16
"""No column of text is narrower than this, unless it holds nothing longer."""
GAP: Final = 2
"""Blanks between columns."""


def width_of(text: str) -> int:
    """How many columns a text takes: wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fold(text: str, width: int, whole: str | None = None) -> Lines:
    """The lines of a text at a width: broken between words, and inside a word only if it alone is too wide.

    Args:
        text: one line of it.
        width: what a line may take.
        whole: words that hold this are never broken: ``"/"`` keeps places and addresses, ``""`` keeps all.
    """
    if width_of(text) <= width:
        return [(0, len(text))]
    lines: Lines = []
    begin = end = 0
    for start, stop in _words(text, width, whole):
        if end > begin and width_of(text[begin:stop]) > width:
            lines.append((begin, end))
            begin = start
        end = stop
    return [*lines, (begin, end)]


def _words(text: str, width: int, whole: str | None) -> Iterator[tuple[int, int]]:
    for found in _WORD.finditer(text):
        if width_of(found[0]) <= width:
            yield found.span()
            continue
        for word in re.finditer(r"\S+", found[0]):
            start, stop = found.start() + word.start(), found.start() + word.end()
            if width_of(word[0]) <= width or (whole is not None and whole in word[0]):
                yield start, stop
            else:
                yield from _pieces(text, start, stop, width)


def _pieces(text: str, start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    """A long word between its seams, and anywhere where they are too far apart."""
    for seam in (*(each.start() for each in _SEAM.finditer(text, start, stop)), stop):
        at = start
        while at < seam:
            end = at + 1
            while end < seam and width_of(text[at : end + 1]) <= width:
                end += 1
            yield at, end
            at = end
        start = seam


def columns_of(cells: Iterable[Sequence[str]], rights: Sequence[bool], room: int) -> list[int] | None:
    """The width of each column of a table; None where the numbers alone take more than the room.

    Numbers, which are aligned to the right, are always whole. Columns of text give way, the widest first.

    Args:
        cells: all rows, the titles among them.
        rights: whether a column holds numbers.
        room: what the table may take.
    """
    table = list(zip(*cells, strict=True))
    widths = [max(map(width_of, column)) for column in table]
    room -= GAP * (len(widths) - 1)
    if sum(widths) <= room:
        return widths
    least = [
        width if right else min(width, max(LEAST, *map(_widest_value, column)))
        for width, right, column in zip(widths, rights, table, strict=True)
    ]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        _, widest = max((width, index) for index, width in enumerate(widths) if width > least[index])
        widths[widest] -= 1
    return widths


def _widest_value(cell: str) -> int:
    if len(cell) <= LEAST:
        return 0
    return max((width_of(word) for word in _WORD.findall(cell) if _VALUE.fullmatch(word)), default=0)
