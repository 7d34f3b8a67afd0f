"""The capacity review as one page, given in pieces: a fleet of any size is written without being held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from os import path
from typing import Final

from shardcalc.app.review import Detail, Review, Section
from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.judged import Judged
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.advice.timeline import Timeline
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.capacity.forecast import Forecast
from shardcalc.core.cost.break_even import Curves
from shardcalc.core.history.model import moment
from shardcalc.core.text import is_address, percent, shards_text
from shardcalc.core.workload.parts import Mode
from shardcalc.report import decisions
from shardcalc.report.cost.words import against, best_mix, known
from shardcalc.report.kit import svg
from shardcalc.report.kit.html import begin, data, end, escape, figure, paragraph, right, table
from shardcalc.report.reshard.words import notes
from shardcalc.report.reshard.words import title as path_title
from shardcalc.report.review import words
from shardcalc.report.words import (
    converted,
    facts_read,
    group_cells,
    group_columns,
    names,
    period,
    sentence,
    total,
)

OPENED: Final = 3
"""Up to this number of streams, the sections are open."""
FLEET: Final = 50
"""From this number of streams on, each is shown with less ink: the page stays small enough for an e-mail."""


@cache
def _asset(name: str) -> str:
    with open(path.join(path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


def html(review: Review, sections: Iterable[Section]) -> Iterator[str]:
    """The page in pieces; a section is asked for when its piece is."""
    title, script = f"Capacity review, {review.today}", _asset("page.js")
    yield begin(title, _asset("page.css"), script)
    yield f"<h1>{title}</h1>\n<p>{escape(words.summary(review))}.</p>\n"
    yield from (paragraph(f"{sentence(line)}.") for line in converted(review.currency, review.sums))
    yield paragraph(
        f"Amazon Kinesis Data Streams. Costs in USD before tax for {period(review.hours, review.limits)}, "
        "each stream in its mode: now with the shards that run or are declared, and as advised. "
        f"{sentence(facts_read(review.costs.oldest))}."
    )
    yield _tools()
    yield from _decisions(review)
    yield from _regions(review)
    if review.groups:
        yield table(group_columns(review.by), group_cells(review.groups), name="groups")
    yield (
        '<div class="sign"><span>decided by</span><span>on</span><span>decision</span></div>\n'
        "<h2>Streams</h2>\n"
    )
    for number, (section, name) in enumerate(zip(sections, names(review.rows), strict=True), 1):
        yield from _section(review, number, name, section.row, section.detail)
    yield '<h2 id="facts">Facts used</h2>\n' + _facts(review)
    yield end(script)


def _tools() -> str:
    names = {
        Action.RAISE: "to raise",
        Action.LOWER: "to lower",
        Action.KEEP: "to keep",
        Action.CREATE: "to create",
        Action.SWITCH: "to switch",
        Action.ON_DEMAND: "scaled by AWS",
    }
    options = "".join(f'<option value="{action.value}">{name}</option>' for action, name in names.items())
    return (
        '<div class="tools">'
        '<label>Find <input id="find" type="search" size="18" placeholder="stream, owner, limit"></label>'
        f'<label>Show <select id="only"><option value="">all</option>{options}'
        '<option value="errors">with errors</option></select></label>'
        '<button id="open" type="button">Open all</button><button id="close" type="button">Fold all</button>'
        '<span id="shown" role="status" class="soft"></span></div>\n'
    )


def _decisions(review: Review) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col"{right(c)}><button type="button">{c.removesuffix(":")}</button></th>'
        for c in words.COLUMNS
    )
    yield f'<div class="scroll"><table id="decisions"><thead><tr>{heads}</tr></thead><tbody>\n'
    for number, (row, name) in enumerate(zip(review.rows, names(review.rows), strict=True), 1):
        drawn = []
        for column, (text, value) in zip(words.COLUMNS, words.cells(review, number - 1, name), strict=True):
            inner = escape(text)
            if column == "stream":
                inner = f'<a href="#s{number}">{inner}</a>'
            elif column == "verdict":
                inner = _verdict(review, number - 1)
            sorted_by = f' data-v="{float(value):.10g}"' if value is not None else ""
            drawn.append(f"<td{right(column)}{sorted_by}>{inner}</td>")
        errors = ' data-errors="errors"' if review.errors.get(number - 1) else ""
        action = row.decision.action.value
        yield f'<tr data-at="s{number}" data-action="{action}"{errors}>{"".join(drawn)}</tr>\n'
    foot = "".join(
        f"<td{right(column)}>{escape(text)}</td>"
        for column, text in zip(words.COLUMNS, words.totals(review), strict=True)
    )
    yield f"</tbody><tfoot><tr>{foot}</tr></tfoot></table></div>\n"
    yield paragraph(f"{sentence(words.MEANING)}.")


def _verdict(review: Review, place: int) -> str:
    error = " error" if review.errors.get(place) else ""
    action = review.rows[place].decision.action.value
    return f'<span class="word {action}{error}">{escape(words.verdict(review, place))}</span>'


def _regions(review: Review) -> Iterator[str]:
    yield "<h2>All streams of a Region in one mode</h2>\n"
    rows = [
        [str(home), mode.value, known(cost, mode), against(cost, mode, review.limits), cost.prices.origin]
        for home, cost in ((region.home, region.cost) for region in review.costs.regions)
        for mode in Mode
    ]
    yield table(("Region", "mode", "cost a month:", "against the lowest", "prices"), rows, name="regions")
    for region in review.costs.regions:
        if mix := best_mix(region):
            yield paragraph(f"{region.home}: {mix}.")
    yield paragraph(
        "Provisioned with the needed shards; "
        "On-demand Advantage with its floors, which the account owes once for a Region."
    )


def _facts(review: Review) -> str:
    heads = "".join(
        f'<th scope="col"{right(column)}>{column.removesuffix(":")}</th>' for column in words.FACT_COLUMNS
    )
    rows = []
    for texts, url in words.fact_cells(review):
        drawn = [escape(text) for text in texts]
        if is_address(url):
            drawn[2] = f'<a href="{escape(url)}" rel="noreferrer">{drawn[2]}</a>'
        cells = zip(words.FACT_COLUMNS, drawn, strict=True)
        rows.append("".join(f"<td{right(column)}>{cell}</td>" for column, cell in cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table id="factlist"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>'
        "</table></div>\n"
    )


# ── one stream ───────────────────────────────────────────────────────────────────────────────────


def _section(review: Review, number: int, name: str, row: Judged, detail: Detail) -> Iterator[str]:
    stream, plan, region = row.stream, row.plan, detail.alone
    fleet = len(review.rows) >= FLEET
    opened = " open" if len(review.rows) <= OPENED else ""
    yield (
        f'<details class="stream" id="s{number}"{opened}><summary><b>{escape(name)}</b> '
        f'{_verdict(review, number - 1)}</summary><div class="in">\n'
    )
    about = " - ".join(filter(None, (stream.where, stream.owner, stream.notes)))
    if about:
        yield paragraph(about)
    # The picture of the months ahead says how long the counts last, and a fleet needs it once.
    told = [(label, text) for label, text in decisions.lines(row) if not fleet or label != "lasts"]
    said = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in told)
    yield f'<dl class="verdict">{said}</dl>\n'
    yield f"<p>AWS's formula: <code>{escape(plan.formula.working)}</code></p>\n"
    if plan.guide_differs and not fleet:
        guide = f"{plan.guide.shards:,}: {escape(plan.guide_differs)}"
        yield f'<p class="soft">AWS\'s sizing guide would say {guide}.</p>\n'
    found = words.findings(review, number - 1)
    shown = [each for each in found if not fleet or each.severity is not Severity.INFO]
    for finding in shown:
        remedy = f"<br>&rarr; {escape(finding.remedy)}" if finding.remedy else ""
        yield (
            f'<div class="finding {finding.severity}"><b>{finding.severity}</b> {finding.id}'
            f"<br>{escape(finding.message)}{remedy}</div>\n"
        )
    if len(shown) < len(found):
        yield paragraph(f"{len(found) - len(shown)} info more; shardcalc check lists them")
    yield '<div class="grid2">\n'
    yield _limits(row, working=not fleet)
    yield _effects(detail, picture=not fleet)
    if region.curves is not None:
        yield _curves(detail, region.curves, 12 if fleet else 48, numbers=not fleet)
    if row.decision.forecast is not None:
        yield _ahead(row, row.decision.forecast, 4 if fleet else 24)
    if row.measured is not None and detail.timeline is not None:
        yield _demand(row.measured, detail.timeline)
        yield _needed(row.measured, detail.timeline)
    yield "</div>\n"
    yield from _bills(row, detail, fleet)
    yield from _path(row, detail, fleet)
    inputs = table(words.INPUT_COLUMNS, words.input_cells(row, review.limits))
    yield data("inputs: declared, assumed, measured", inputs)
    rests = "" if fleet else f"Rests on: {escape(words.facts_text(row))}. "
    yield f'<p class="soft">{rests}<a href="#facts">Facts with their sources</a></p>\n</div></details>\n'


def _limits(row: Judged, *, working: bool) -> str:
    used = row.decision.shown
    rows = []
    for limit in row.plan.constraints:
        share = limit.utilisation(used)
        rows.append((limit.title, float(share), percent(share), limit in row.plan.binding))
    return figure(
        f"Limits, used at {shards_text(used)} (full colour: binding)",
        svg.bars(f"utilisation of each limit at {shards_text(used)}", rows, full=1.0, full_text="100%"),
        table(words.limit_columns(row, working=working), words.limit_cells(row, working=working)),
        "; ".join(limit.working for limit in row.plan.binding),
    )


def _effects(detail: Detail, *, picture: bool) -> str:
    if not picture:
        numbers = table(words.EFFECT_COLUMNS, words.effect_cells(detail, deciding=True))
        return f"<figure><figcaption>What changes the count</figcaption>{numbers}</figure>\n"
    rows = [
        (
            each.title,
            abs(float(each.load)),
            f"{words.more_demand(each)} -> {each.shards:,} ({each.more:+,})",
            bool(each.more),
        )
        for each in detail.effects[:8]
    ]
    numbers = table(words.EFFECT_COLUMNS, words.effect_cells(detail))
    axis = "demand in shards before rounding up, and the count that follows"
    drawn = svg.bars("what each input changes", rows, axis=axis)
    return figure("What changes the count (full colour: a shard or more)", drawn, numbers)


def _curves(detail: Detail, curves: Curves, count: int, *, numbers: bool) -> str:
    region = detail.alone
    rate = float(region.rate.amount)
    points = curves.sampled([found.times for found in region.break_evens], count)
    drawn = [
        svg.Line(
            mode.value,
            [
                (point.times * rate, float(point.costs[mode].amount))
                for point in points
                if point.times <= curves.reach[mode]
            ],
            style,
        )
        for mode, style in zip(Mode, "abc", strict=True)
        if curves.reach[mode] > points[0].times
    ]
    costs = [cost for curve in drawn for _, cost in curve.points if cost > 0]
    low, high = points[0].times * rate, points[-1].times * rate
    x = svg.Axis("records/s on average (log)", low, high, svg.short, logarithmic=True)
    y = svg.Axis(
        "USD a month (log)",
        max(min(costs, default=1), 0.01),
        max(costs, default=1),
        lambda value: f"${svg.short(value)}",
        logarithmic=True,
    )
    now = (rate, f"now {svg.short(rate)}")
    alone = "On-demand Advantage here is for this stream alone, with the account's floors."
    return figure(
        "Cost against rate, by mode",
        svg.lines("cost of each mode against the rate", x, y, drawn, now=now),
        table(words.CURVE_COLUMNS, words.curve_cells(region, curves)) if numbers else "",
        f"{'; '.join(words.break_even(detail))}. {alone}",
    )


def _ahead(row: Judged, ahead: Forecast, listed: int) -> str:
    first, last = ahead.first.toordinal(), ahead.last.toordinal()
    points = [
        (float(first), float(ahead.shards)),
        *((float(step.day.toordinal()), float(step.shards)) for step in ahead.steps),
        (float(last), float(ahead.at_last)),
    ]
    curves = [svg.Line("needed", points, "a", steps=True)]
    today = row.decision.base
    if today is not None:
        curves.append(svg.Line("now", [(float(first), float(today)), (float(last), float(today))], "b"))
    days = [float(first + (last - first) * part // 4) for part in range(5)]

    def day(value: float) -> str:
        return f"{date.fromordinal(int(value)):{'%Y-%m-%d' if value == first else '%b %Y'}}"

    x = svg.Axis("", first, last, day, at=days)
    y = svg.Axis("shards", 0, max(ahead.at_last, today or 0) * 1.1, svg.short)
    return figure(
        "Months ahead",
        svg.lines("needed shards in the months ahead", x, y, curves),
        table(words.AHEAD_COLUMNS, words.ahead_cells(ahead, listed)),
        words.ahead_text(row, ahead),
    )


def _demand(made: Suggestion, seen: Timeline) -> str:
    begin, end = float(made.history.start), float(made.history.end)
    counts = [("capacity now", made.history.open_shards, "b"), ("advised", made.recommended, "c")]
    levels = [
        svg.Line(f"{name} {count:,}", [(begin, float(count)), (end, float(count))], style)
        for name, count, style in counts
        if count
    ]
    pieces = [
        svg.Line("demand" if not index else "", [(float(at), float(most)) for at, most in piece], "a")
        for index, piece in enumerate(seen.pieces)
    ]
    highest = max(value for line in (*pieces, *levels) for _, value in line.points)
    days = [begin + (end - begin) * part / 4 for part in range(5)]
    x = svg.Axis("UTC", begin, end, lambda value: f"{moment(int(value)):%b %d}", at=days)
    y = svg.Axis("shards", 0, highest * 1.05, svg.short)
    return figure(
        "Measured demand against capacity",
        svg.lines("demand over time against capacity", x, y, [*pieces, *levels], bands=seen.rejections),
        table(words.DAY_COLUMNS, words.day_cells(seen)),
        ". ".join(words.measured_words(made)) + ".",
    )


def _needed(made: Suggestion, seen: Timeline) -> str:
    least, most = seen.needed[0][0], seen.needed[-1][0]
    step = max(1, -(-(most - least) // 8))
    ticks = [float(value) for value in range(least, most + 1, step)]
    x = svg.Axis("shards needed in a period, with headroom", least - 0.6, most + 0.6, svg.short, at=ticks)
    y = svg.Axis("periods", 0, max(count for _, count in seen.needed) * 1.05, svg.short)
    marks = [
        (count, f"{name} {count:,}")
        for name, count in (("now", made.history.open_shards), ("advised", made.recommended))
        if count and least <= count <= most
    ]
    return figure(
        "How often each count was needed",
        svg.columns("histogram of needed shards", x, y, seen.needed, marks=marks),
        table(words.NEEDED_COLUMNS, words.needed_cells(seen)),
    )


def _bills(row: Judged, detail: Detail, fleet: bool) -> Iterator[str]:
    yield "<h3>The bill in each mode</h3>\n"
    yield table(("mode", "cost:"), [[words.bill_title(row, bill), total(bill)] for bill in row.cost.able])
    if detail.alone.curves is None:
        yield paragraph(f"{'; '.join(words.break_even(detail))}.")
    whole = [bill for bill in row.cost.able if not fleet or bill.mode is row.plan.workload.mode]
    inner = "".join(table(words.bill_columns(row, bill), words.bill_cells(bill), foot=True) for bill in whole)
    yield data("line by line" + (" in its own mode; shardcalc cost has all" if fleet else ""), inner) + "\n"


def _path(row: Judged, detail: Detail, fleet: bool) -> Iterator[str]:
    found = detail.path
    if found is not None:
        steps = (
            paragraph(f"{path_title(found)}.")
            if fleet
            else table(words.PATH_COLUMNS, words.path_cells(found))
        )
        yield f"<h3>How to get there</h3>\n{steps}"
        yield from (paragraph(f"{sentence(note)}.") for note in notes(found))
        if fleet:
            yield paragraph(f"As commands: shardcalc reshard {found.current} {found.target}")
        else:
            lines = escape("\n".join(words.commands(row, found)))
            yield data("as commands, to be read before they are run", f"<pre>{lines}</pre>") + "\n"
    if detail.no_path is not None:
        yield f"<h3>How to get there</h3>\n<p>{escape(str(detail.no_path))}</p>\n"
