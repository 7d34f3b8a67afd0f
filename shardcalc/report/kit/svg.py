"""Pictures as static SVG: lines, steps, columns and bars, with labelled axes.

They are drawn with the page's own text colours, and told apart by dashes and shades, so that grey paper and
dark screens show them as well. A picture places what it is given and works out nothing else; each is
above a table of its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor, log10
from typing import Final, NamedTuple

from shardcalc.report.kit.html import escape

WIDTH: Final = 560
LEFT: Final = 62
RIGHT: Final = 14
TOP: Final = 34
BOTTOM: Final = 44
HEIGHT: Final = 270


class Line(NamedTuple):
    """One curve."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str
    """Its class: ``a``, ``b``, ``c`` are full, dashed and dotted; ``area`` is filled; ``mark`` is a level."""
    steps: bool = False
    """Whether the value stays until the next point."""


class Axis(NamedTuple):
    """One direction of a picture: what it says, from where to where, and how a value is written."""

    title: str
    low: float
    high: float
    write: Callable[[float], str]
    logarithmic: bool = False
    at: Sequence[float] | None = None
    """Where the ticks are; round numbers when not given."""

    def place(self, value: float, start: float, end: float) -> float:
        """Where a value lies between two ends."""
        low, high, value = (
            (log10(x) for x in (self.low, self.high, max(value, self.low)))
            if self.logarithmic
            else (self.low, self.high, value)
        )
        return start + (value - low) / ((high - low) or 1) * (end - start)

    @property
    def ticks(self) -> Sequence[float]:
        """Where values are written."""
        if self.at is not None:
            return self.at
        return _decades(self.low, self.high) if self.logarithmic else _round_ticks(self.low, self.high)


def _round_ticks(low: float, high: float) -> list[float]:
    span = (high - low) or 1
    step: float = 10 ** floor(log10(span / 4))
    step = next(step * times for times in (1, 2, 5, 10) if span / (step * times) <= 5)
    return [index * step for index in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float) -> list[float]:
    times: Sequence[int] = (1,) if high / low >= 1000 else (1, 3) if high / low >= 30 else (1, 2, 5)
    found = [
        factor * 10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1) for factor in times
    ]
    return [value for value in found if low <= value <= high * 1.0001]


def short(value: float) -> str:
    """A number on an axis: 12k, 3.5M."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def lines(
    title: str,
    x: Axis,
    y: Axis,
    curves: Sequence[Line],
    *,
    now: tuple[float, str] | None = None,
    bands: Sequence[tuple[float, float]] = (),
) -> str:
    """Curves over an axis.

    Args:
        title: what the picture shows, for those who do not see it.
        x: the axis to the right.
        y: the axis upwards.
        curves: what is drawn; a filled one first.
        now: where a thin line is, and its label.
        bands: stretches of ``x`` to shade over the whole height.
    """
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    drawn = []
    for start, end in bands:
        left = x.place(start, LEFT, right)
        drawn.append(_rect("band", left, TOP, max(2, x.place(end, LEFT, right) - left), bottom - TOP))
    drawn += _frame(x, y)
    drawn += [_curve(curve, x, y) for curve in curves]
    if now is not None:
        drawn += _mark(x.place(now[0], LEFT, right), now[1], TOP + 11, WIDTH * 0.7)
    drawn += _legend(
        [(curve.name, curve.style) for curve in curves] + ([("throttled", "band")] if bands else [])
    )
    return _svg(title, drawn, HEIGHT)


def _curve(curve: Line, x: Axis, y: Axis) -> str:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    placed = [(x.place(a, LEFT, right), y.place(b, bottom, TOP)) for a, b in curve.points]
    if not placed:
        return ""
    path = f"M{_n(placed[0][0])} {_n(placed[0][1])}"
    for a, b in placed[1:]:
        path += f"H{_n(a)}V{_n(b)}" if curve.steps else f"L{_n(a)} {_n(b)}"
    if curve.style == "area":
        path += f"V{bottom}H{_n(placed[0][0])}Z"
    return f'<path class="{curve.style}" d="{path}"/>'


def columns(
    title: str, x: Axis, y: Axis, counts: Sequence[tuple[int, int]], *, marks: Sequence[tuple[int, str]] = ()
) -> str:
    """A histogram: a column over each whole number of the axis to the right."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    drawn = list(_frame(x, y))
    width = max(1.5, (right - LEFT) / ((x.high - x.low) or 1) * 0.8)
    for value, count in counts:
        top = y.place(count, bottom, TOP)
        if count:
            # A column that exists is seen, however low.
            top = min(top, bottom - 1.5)
            left = x.place(value, LEFT, right) - width / 2
            drawn.append(_rect("bar", left, top, width, bottom - top))
    for index, (value, text) in enumerate(marks):
        drawn += _mark(x.place(value, LEFT, right), text, TOP + 11 + 15 * index, WIDTH * 0.6)
    return _svg(title, drawn, HEIGHT)


def bars(
    title: str,
    rows: Sequence[tuple[str, float, str, bool]],
    *,
    full: float | None = None,
    full_text: str = "",
    axis: str = "",
) -> str:
    """Horizontal bars: a label, a length, a text, whether it is emphasised; ``full`` is where a line is."""
    most = max([full or 0, *(length for _, length, _, _ in rows)]) or 1
    widest = max((len(text) for _, _, text, _ in rows), default=0)
    room = WIDTH - RIGHT - 8 * widest - 10
    top = 20 if full is not None else 4
    drawn = []
    for index, (label, length, text, strong) in enumerate(rows):
        y = top + index * 38
        width = max(1.5, length / most * room)
        drawn.append(_text(0, y + 13, label))
        drawn.append(_rect("bar" if strong else "pale", 0, y + 18, width, 13))
        style = "strong" if strong else "value"
        drawn.append(f'<text class="{style}" x="{_n(width + 6)}" y="{y + 29}">{escape(text)}</text>')
    height = top + len(rows) * 38
    if full is not None:
        at = full / most * room
        drawn.append(f'<path class="limit" d="M{_n(at)} 16V{height}"/>')
        drawn.append(_text(at, 11, full_text, "end" if at > WIDTH / 2 else "start"))
    if axis:
        drawn.append(_text(0, height + 14, axis))
        height += 20
    return _svg(title, drawn, height)


def _frame(x: Axis, y: Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    grid = "".join(f"M{LEFT} {_n(y.place(value, bottom, TOP))}H{right}" for value in y.ticks)
    yield f'<path class="grid" d="{grid}"/><path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>'
    for value in y.ticks:
        yield _text(LEFT - 6, y.place(value, bottom, TOP) + 4, y.write(value), "end")
    for value in x.ticks:
        at = x.place(value, LEFT, right)
        yield _text(at, bottom + 17, x.write(value), "end" if at > right - 20 else "middle")
    yield _text(right, HEIGHT - 6, x.title, "end")
    yield _text(0, TOP - 10, y.title, "unit")


def _legend(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    at = float(WIDTH - RIGHT)
    for name, style in reversed(named):
        if not name:
            continue
        at -= 7.4 * len(name)
        yield _text(at, 11, name)
        at -= 30
        if style in ("area", "band"):
            yield _rect(style, at, 1, 24, 11)
        else:
            yield f'<path class="{style}" d="M{_n(at)} 7h24"/>'
        at -= 12


def _mark(at: float, text: str, y: float, far: float) -> Iterator[str]:
    """A thin line from top to bottom, with a text beside it: on its left from ``far`` on."""
    yield f'<path class="now" d="M{_n(at)} {TOP}V{HEIGHT - BOTTOM}"/>'
    yield _text(at - 4, y, text, "end") if at > far else _text(at + 4, y, text, "start")


def _text(x: float, y: float, text: str, style: str = "") -> str:
    shown = f' class="{style}"' if style else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{shown}>{escape(text)}</text>'


def _rect(style: str, x: float, y: float, width: float, height: float) -> str:
    size = f'width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="{style}" x="{_n(x)}" y="{_n(y)}" {size}/>'


def _n(value: float) -> str:
    return str(round(value))


def _svg(title: str, drawn: Sequence[str], height: float) -> str:
    box = f'viewBox="0 0 {WIDTH} {_n(height)}"'
    return f'<svg role="img" {box} aria-label="{escape(title)}">{"".join(drawn)}</svg>'
