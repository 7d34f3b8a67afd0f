"""The capacity review as one page: self-contained, no request leaves it, everything from a profile is text.

The Content-Security-Policy allows the page's own style and script by their hashes and nothing else. The page is given in
pieces, so that a fleet of any size is written without being held.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from hashlib import sha256
from html import escape
from os import path
from typing import Any, Final

from shardcalc.core.advice.decision import Action
from shardcalc.core.history.model import moment
from shardcalc.core.units import decimal, percent
from shardcalc.core.workload.workload import Mode
from shardcalc.report.cost.cost import against, known
from shardcalc.report.kit import svg
from shardcalc.report.review import words
from shardcalc.report.review.words import Detail, Review, Row

OPENED: Final = 3
"""The sections of so few streams stand open."""
FLEET: Final = 50
"""From so many streams on, each is shown with less ink: the page stays small enough for an e-mail."""


@cache
def _asset(name: str) -> str:
    with open(path.join(path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def policy() -> str:
    """The page's Content-Security-Policy."""
    style, script = _hash(_asset("page.css")), _hash(_asset("page.js"))
    return f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; base-uri 'none'; form-action 'none'"


def html(review: Review, progress: Callable[[Sequence[Row]], Iterator[Row]] = iter) -> Iterator[str]:
    """The page in pieces; a stream is looked at when its piece is asked for."""
    yield (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">'
        f'<title>Capacity review, {review.today}</title><link rel="icon" href="data:,"><style>{_asset("page.css")}</style></head>\n<body><main>\n'
    )
    yield f"<h1>Capacity review, {review.today}</h1>\n<p>{escape(words.summary(review))}.</p>\n"
    yield (
        f'<p class="soft">Amazon Kinesis Data Streams. Costs in USD before tax for {decimal(review.hours)} h, each stream in its mode with the shards it '
        f"needs; change is against the declared shards. Limits and prices read {review.costs.oldest} or later.</p>\n"
    )
    yield _tools()
    yield from _decisions(review)
    yield from _regions(review)
    yield '<div class="sign"><span>decided by</span><span>on</span><span>decision</span></div>\n<h2>Streams</h2>\n'
    for number, row in enumerate(progress(review.rows), 1):
        yield from _stream(review, number, row, review.detail(row))
    yield '<h2 id="facts">Facts used</h2>\n' + _facts(review)
    yield f"</main><script>{_asset('page.js')}</script></body></html>\n"


def _tools() -> str:
    names = {
        Action.RAISE: "to raise",
        Action.LOWER: "to lower",
        Action.KEEP: "to keep",
        Action.CREATE: "to create",
        Action.ON_DEMAND: "scaled by AWS",
    }
    options = "".join(f'<option value="{action.value}">{name}</option>' for action, name in names.items())
    return (
        '<div class="tools"><label>Find <input id="find" type="search" size="18" placeholder="stream, owner, limit"></label>'
        f'<label>Show <select id="only"><option value="">all</option>{options}<option value="errors">with errors</option></select></label>'
        '<button id="open" type="button">Open all</button><button id="close" type="button">Fold all</button>'
        '<span id="shown" role="status" class="soft"></span></div>\n'
    )


def _decisions(review: Review) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col"{_n(c)}><button type="button">{c.removesuffix(":")}</button></th>'
        for c in words.COLUMNS
    )
    yield f'<div class="scroll"><table id="decisions"><thead><tr>{heads}</tr></thead><tbody>\n'
    for number, row in enumerate(review.rows, 1):
        action = row.decision.action.value
        drawn = []
        for column, (text, value) in zip(words.COLUMNS, words.cells(row), strict=True):
            inner = escape(text)
            if column == "stream":
                inner = f'<a href="#s{number}">{inner}</a>'
            elif column == "verdict":
                inner = f'<span class="word {action}{" error" if row.decision.open else ""}">{inner}</span>'
            sorted_by = f' data-v="{float(value):.10g}"' if value is not None else ""
            drawn.append(f"<td{_n(column)}{sorted_by}>{inner}</td>")
        errors = ' data-errors="errors"' if row.decision.open else ""
        yield f'<tr data-at="s{number}" data-action="{action}"{errors}>{"".join(drawn)}</tr>\n'
    foot = "".join(
        f"<td{_n(column)}>{escape(text)}</td>"
        for column, text in zip(words.COLUMNS, words.totals(review), strict=True)
    )
    yield f"</tbody><tfoot><tr>{foot}</tr></tfoot></table></div>\n"


def _n(column: str) -> str:
    return ' class="n"' if column.endswith(":") else ""


def _regions(review: Review) -> Iterator[str]:
    yield "<h2>All streams of a Region in one mode</h2>\n"
    rows = []
    for region in review.costs.regions:
        cost = region.cost
        rows += [
            [cost.region, mode.value, known(cost, mode), against(cost, mode), cost.prices.origin]
            for mode in Mode
        ]
    yield table(("Region", "mode", "cost a month:", "against the cheapest", "prices"), rows, name="regions")
    yield (
        '<p class="soft">With the declared shards where some are declared; On-demand Advantage with its floors, which the account owes once for a Region.</p>\n'
    )


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, name: str = "", foot: bool = False
) -> str:
    """A table of texts; a column whose title ends in ``:`` is right-aligned."""
    # End tags of cells and rows may be left out in HTML, and with hundreds of streams they are a tenth of the page.
    right = " ".join(f"r{index}" for index, column in enumerate(columns, 1) if column.endswith(":"))
    attributes = (f' id="{name}"' if name else "") + (f' class="{right}"' if right else "")
    heads = "".join(f"<th>{escape(column.removesuffix(':'))}" for column in columns)
    drawn = ["<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in rows]
    last = f"<tfoot>{drawn.pop()}" if foot else ""
    return f'<div class="scroll"><table{attributes}><thead><tr>{heads}<tbody>{"".join(drawn)}{last}</table></div>\n'


def _figure(caption: str, picture: str, numbers: str, note: str = "") -> str:
    more = f'<p class="soft">{escape(note)}</p>' if note else ""
    return f"<figure><figcaption>{escape(caption)}</figcaption>{picture}{more}{_data('the numbers', numbers)}</figure>\n"


def _data(summary: str, inner: str) -> str:
    return f'<details class="data"><summary>{escape(summary)}</summary>{inner}</details>'


# ── one stream ───────────────────────────────────────────────────────────────────────────────────


def _stream(review: Review, number: int, row: Row, detail: Detail) -> Iterator[str]:
    plan, decision, fleet = row.plan, row.decision, len(review.rows) >= FLEET
    opened = " open" if len(review.rows) <= OPENED else ""
    word = f'<span class="word {decision.action.value}{" error" if decision.open else ""}">{escape(words.verdict(row))}</span>'
    yield f'<details class="stream" id="s{number}"{opened}><summary><b>{escape(words.title(row))}</b> {word}</summary><div class="in">\n'
    about = " - ".join(filter(None, (row.stream.where, row.stream.owner, row.stream.notes)))
    if about:
        yield f'<p class="soft">{escape(about)}</p>\n'
    yield f"<p>AWS's formula: <code>{escape(plan.formula.working)}</code></p>\n"
    if plan.guide_differs:
        yield f'<p class="soft">AWS\'s sizing guide would say {plan.guide.shards:,}: {escape(plan.guide_differs)}.</p>\n'
    for finding in plan.findings:
        remedy = f"<br>&rarr; {escape(finding.remedy)}" if finding.remedy else ""
        yield f'<div class="finding {finding.severity}"><b>{finding.severity}</b> {finding.id}<br>{escape(finding.message)}{remedy}</div>\n'
    yield '<div class="grid2">\n'
    yield _limits(row)
    yield _changes(detail, picture=not fleet)
    if detail.alone.curves is not None:
        yield _curve(detail, 12 if fleet else 48)
    if detail.ahead is not None:
        yield _ahead(row, detail, 8 if fleet else 24)
    if detail.measured is not None and detail.seen is not None:
        yield from _measured(detail)
    yield "</div>\n"
    yield from _bills(row, detail, fleet)
    yield from _path(row, detail, fleet)
    yield _data(
        "inputs: declared, assumed, measured",
        table(words.INPUT_COLUMNS, words.input_cells(row, detail, review.limits)),
    )
    facts = "; ".join(
        f"{f.title} {words.value_text(f.value)} ({f.source.title}, {f.date})" for f in words.used_facts(row)
    )
    rests = "" if fleet else f"Rests on: {escape(facts)}. "
    yield f'<p class="soft">{rests}<a href="#facts">Facts with their sources</a></p>\n</div></details>\n'


def _limits(row: Row) -> str:
    used = row.decision.used
    rows = [
        (c.title, float(c.utilisation(used)), percent(c.utilisation(used)), c.shards == row.plan.shards)
        for c in row.plan.constraints
    ]
    picture = svg.bars(f"utilisation of each limit at {used:,} shards", rows, full=1.0, full_text="100%")
    numbers = table(words.limit_columns(row), words.limit_cells(row))
    return _figure(
        f"Limits, used at {used:,} shard{'' if used == 1 else 's'} (full colour: binding)",
        picture,
        numbers,
        "; ".join(c.working for c in row.plan.binding),
    )


def _changes(detail: Detail, *, picture: bool) -> str:
    numbers = table(words.CHANGE_COLUMNS, words.change_cells(detail))
    if not picture:
        return f"<figure><figcaption>What moves the count</figcaption>{numbers}</figure>\n"
    rows = [
        (
            c.title,
            abs(float(c.load)),
            f"{'-' if c.load < 0 else '+'}{decimal(abs(c.load))} -> {c.shards:,} ({c.more:+,})",
            bool(c.more),
        )
        for c in detail.changes[:8]
    ]
    drawn = svg.bars(
        "what each input moves", rows, axis="demand in shards before rounding up, and the count that follows"
    )
    return _figure("What moves the count (full colour: a shard or more)", drawn, numbers)


def _curve(detail: Detail, count: int) -> str:
    region = detail.alone
    assert region.curves is not None
    around = [Fraction(1), *words.crossings(region)]
    low, high = float(min(around)) / 4, float(max(around)) * 4
    xs = [low * (high / low) ** (index / (count - 1)) for index in range(count)]
    rate = float(region.rate.amount)
    curves = []
    for mode, style in zip(Mode, "abc", strict=True):
        points = [
            (x * rate, float(region.curves.cost(mode, Fraction(x).limit_denominator(10**9)).amount))
            for x in xs
        ]
        curves.append(svg.Line(mode.value, points, style))
    costs = [cost for curve in curves for _, cost in curve.points if cost > 0]
    x = svg.Axis("records/s on average (log)", low * rate, high * rate, svg.short, logarithmic=True)
    y = svg.Axis(
        "USD a month (log)",
        max(min(costs, default=1), 0.01),
        max(costs, default=1),
        lambda value: f"${svg.short(value)}",
        logarithmic=True,
    )
    picture = svg.lines(
        "cost of each mode against the rate", x, y, curves, now=(rate, f"now {svg.short(rate)}")
    )
    note = (
        "; ".join(words.break_even(detail))
        + ". On-demand Advantage here is for this stream alone, with the account's floors."
    )
    return _figure(
        "Cost against rate, by mode", picture, table(words.CURVE_COLUMNS, words.curve_cells(detail)), note
    )


def _ahead(row: Row, detail: Detail, listed: int) -> str:
    ahead = detail.ahead
    assert ahead is not None
    first, last = ahead.first.toordinal(), ahead.last.toordinal()
    points = [
        (float(first), float(ahead.shards)),
        *((float(step.day.toordinal()), float(step.shards)) for step in ahead.steps),
        (float(last), float(ahead.at_last)),
    ]
    curves = [svg.Line("needed", points, "a", steps=True)]
    today = row.decision.today
    if today is not None:
        curves.append(svg.Line("declared", [(float(first), float(today)), (float(last), float(today))], "b"))
    days = [float(first + (last - first) * part // 4) for part in range(5)]
    x = svg.Axis(
        "",
        first,
        last,
        lambda value: (
            f"{date.fromordinal(int(value)):%Y-%m-%d}"
            if value == first
            else f"{date.fromordinal(int(value)):%b %Y}"
        ),
        at=days,
    )
    y = svg.Axis("shards", 0, max(ahead.at_last, today or 0) * 1.1, svg.short)
    picture = svg.lines("needed shards in the months ahead", x, y, curves)
    return _figure(
        "Months ahead",
        picture,
        table(words.AHEAD_COLUMNS, words.ahead_cells(ahead, listed)),
        words.ahead_text(row, ahead),
    )


def _measured(detail: Detail) -> Iterator[str]:
    made, seen = detail.measured, detail.seen
    assert made is not None
    assert seen is not None
    begin, end = float(made.history.start), float(made.history.end)
    counts = [("capacity now", made.history.open_shards, "b"), ("recommended", made.recommended, "c")]
    levels = [
        svg.Line(f"{name} {count:,}", [(begin, float(count)), (end, float(count))], style)
        for name, count, style in counts
        if count
    ]
    pieces = [
        svg.Line("demand" if not index else "", points, "a")
        for index, points in enumerate(words.pieces(seen))
    ]
    highest = max(
        [value for piece in pieces for _, value in piece.points]
        + [float(count or 0) for _, count, _ in counts]
    )
    days = [begin + (end - begin) * part / 4 for part in range(5)]
    x = svg.Axis("UTC", begin, end, lambda value: f"{moment(int(value)):%b %d}", at=days)
    y = svg.Axis("shards", 0, highest * 1.05, svg.short)
    picture = svg.lines("demand over time against capacity", x, y, [*pieces, *levels], bands=words.runs(seen))
    yield _figure(
        "Measured demand against capacity",
        picture,
        table(words.DAY_COLUMNS, words.day_cells(seen)),
        ". ".join(words.measured_words(made)) + ".",
    )
    least, most = seen.needed[0][0], seen.needed[-1][0]
    x = svg.Axis(
        "shards needed in a period, with headroom", least - 0.6, most + 0.6, svg.short, at=_whole(least, most)
    )
    y = svg.Axis("periods", 0, max(count for _, count in seen.needed) * 1.05, svg.short)
    marks = [
        (count, f"{name} {count:,}")
        for name, count in (("now", made.history.open_shards), ("recommended", made.recommended))
        if count and least <= count <= most
    ]
    yield _figure(
        "How often each count was needed",
        svg.columns("histogram of needed shards", x, y, seen.needed, marks=marks),
        table(words.NEEDED_COLUMNS, words.needed_cells(seen)),
    )


def _whole(least: int, most: int) -> list[float]:
    step = max(1, -(-(most - least) // 8))
    return [float(value) for value in range(least, most + 1, step)]


def _bills(row: Row, detail: Detail, fleet: bool) -> Iterator[str]:
    yield "<h3>The bill in each mode</h3>\n"
    totals = [[words.bill_title(row, bill), words.bill_cells(bill)[-1][-1]] for bill in words.bills(row)]
    yield table(("mode", "cost:"), totals)
    if detail.alone.curves is None:
        yield f'<p class="soft">{escape("; ".join(words.break_even(detail)))}.</p>\n'
    whole = [bill for bill in words.bills(row) if not fleet or bill.mode is row.plan.workload.mode]
    inner = "".join(
        table(
            [words.bill_title(row, bill), "quantity:", "price:", "cost:"], words.bill_cells(bill), foot=True
        )
        for bill in whole
    )
    yield _data("line by line" + (" in its own mode; shardcalc cost has all" if fleet else ""), inner) + "\n"


def _path(row: Row, detail: Detail, fleet: bool) -> Iterator[str]:
    if detail.path is not None:
        yield "<h3>The way there</h3>\n" + table(words.PATH_COLUMNS, words.path_cells(detail))
        if fleet:
            yield f'<p class="soft">As commands: shardcalc reshard {detail.path.current} {detail.path.target}</p>\n'
        else:
            lines = escape("\n".join(words.commands(row, detail.path)))
            yield _data("as commands, to be read before they are run", f"<pre>{lines}</pre>") + "\n"
    if detail.no_path is not None:
        yield f"<h3>The way there</h3>\n<p>{escape(str(detail.no_path))}</p>\n"


def _facts(review: Review) -> str:
    heads = "".join(
        f'<th scope="col"{_n(column)}>{column.removesuffix(":")}</th>' for column in words.FACT_COLUMNS
    )
    rows = []
    for texts, url in words.fact_cells(review):
        drawn: list[Any] = [escape(text) for text in texts]
        if url:
            drawn[2] = f'<a href="{escape(url)}" rel="noreferrer">{drawn[2]}</a>'
        rows.append(
            "<tr>"
            + "".join(
                f"<td{_n(column)}>{cell}</td>" for column, cell in zip(words.FACT_COLUMNS, drawn, strict=True)
            )
            + "</tr>"
        )
    return f'<div class="scroll"><table id="factlist"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>\n'
