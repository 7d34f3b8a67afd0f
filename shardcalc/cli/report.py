"""``shardcalc report``: the capacity review as one page."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeVar, assert_never

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.cli.output import write_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from shardcalc.core.advice.recommendation import Suggestion
    from shardcalc.core.facts.prices import PriceSheet
    from shardcalc.report import Described
    from shardcalc.report.review.words import Review

EXAMPLES: Final = """\
Examples:

\b
shardcalc report profiles/ -o review.html
shardcalc report profiles/orders.yaml --history orders-history.json -o orders.html
shardcalc report profiles/ --format markdown -o review.md    for a pull request or a wiki
"""


Item = TypeVar("Item")
BAR_FROM: Final = 20
"""Fewer streams are done before anybody looks."""


class ReportFormat(StrEnum):
    """How a review is written."""

    HTML = "html"
    MARKDOWN = "markdown"


def command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="profiles, or folders of them", show_default=False)
    ],
    history: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="a saved history of one of the streams; can be repeated", show_default=False
        ),
    ] = None,
    format: Annotated[ReportFormat, typer.Option(help="how to write the review")] = ReportFormat.HTML,
    today: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="the date of the review, from which growth is counted; today when not given",
            show_default=False,
        ),
    ] = "",
    hours: Annotated[
        str,
        typer.Option(
            metavar="HOURS", help="hours that the cost is for; 730 when not given", show_default=False
        ),
    ] = "",
    prices: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="a price sheet of your own, for one Region", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """The capacity review: one page to decide from, with its working, pictures and sources in it."""
    from shardcalc.cli.plan import describe, read_hours
    from shardcalc.sources.store.prices import price_book

    day, book = read_today(today), price_book(prices)
    streams = describe(paths, {}, "")
    review = look(streams, read_hours(hours), book, day, measured(history or [], streams, book))
    match format:
        case ReportFormat.HTML:
            from shardcalc.report.review.html import html as render
        case ReportFormat.MARKDOWN:
            from shardcalc.report.review.markdown import markdown as render
        case _:
            assert_never(format)
    write_parts(render(review, one_by_one), output)


def one_by_one(items: Sequence[Item]) -> Iterator[Item]:
    """Go through a long list, with a bar on stderr where that is a terminal."""
    import os
    import sys

    if len(items) < BAR_FROM or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield from items
        return
    from shardcalc.cli.progress import bar

    with bar("streams", len(items)) as advance:
        for item in items:
            yield item
            advance(1)


def read_today(text: str) -> date:
    """The date of a review.

    Raises:
        BadFields: not a date.
    """
    from datetime import UTC, date, datetime

    from shardcalc.core.units import shown
    from shardcalc.core.workload.workload import BadFields

    if not text:
        return datetime.now(UTC).date()
    try:
        day = date.fromisoformat(text)
        if day.year > 9000:
            raise ValueError
    except ValueError as error:
        raise BadFields([("today", f"{shown(text)} is not a date; write for example 2026-11-21")]) from error
    return day


def measured(
    files: Sequence[str], streams: Sequence[Described], prices: Callable[[str], PriceSheet]
) -> Mapping[int, Suggestion]:
    """What was measured of each stream, by its place in the list.

    Raises:
        UsageError: a file cannot be read, or is of no stream in the profiles.
    """
    from shardcalc.cli.suggest import load
    from shardcalc.core.advice.recommendation import Options, suggest
    from shardcalc.core.history.model import HistoryError

    found: dict[int, Suggestion] = {}
    for file in files:
        history = load(file, None)
        fits = [
            index
            for index, stream in enumerate(streams)
            if (stream.name == history.stream and history.region in (None, stream.workload.region))
            or (history.stream is None and len(streams) == 1)
        ]
        if len(fits) != 1 or fits[0] in found:
            name = (
                "a stream without a name"
                if history.stream is None
                else f"{history.stream} in {history.region or 'an unknown Region'}"
            )
            why = (
                "which the profiles hold not, or more than once"
                if len(fits) != 1
                else "of which there is one already"
            )
            raise UsageError("nothing was reported", [f"--history  {file}: it is of {name}, {why}"])
        stream = streams[fits[0]]
        options = Options(headroom=stream.workload.headroom) if "headroom" in stream.origins else Options()
        try:
            found[fits[0]] = suggest(history, options, prices=prices(stream.workload.region))
        except HistoryError as error:
            raise UsageError(
                f"{file}: nothing was reported", [f"{place}: {message}" for place, message in error.problems]
            ) from error
    return found


def look(
    streams: Sequence[Described],
    hours: Fraction,
    prices: Callable[[str], PriceSheet],
    today: date,
    histories: Mapping[int, Suggestion],
) -> Review:
    """Plan and bill all streams; the rest of each is worked out when its section is written."""
    from fractions import Fraction

    from shardcalc.cli.cost import compare
    from shardcalc.core.advice.decision import decide
    from shardcalc.core.advice.timeline import glance
    from shardcalc.core.capacity.forecast import look_ahead
    from shardcalc.core.capacity.sensitivity import sensitivity
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.resharding.path import NoPath, path
    from shardcalc.report.review.words import Detail, Review, Row

    limits = built_in_limits()
    costs = compare(streams, hours, prices, Fraction(0))
    billed = {
        id(described): cost
        for region in costs.regions
        for described, cost in zip(region.described, region.cost.streams, strict=True)
    }
    rows = []
    for stream in streams:
        cost = billed[id(stream)]
        decision = decide(cost.plan, prices(stream.workload.region), limits, hours)
        rows.append(Row(stream, cost.plan, decision, cost))
    by_row = {id(row): histories.get(index) for index, row in enumerate(rows)}

    def detail(row: Row) -> Detail:
        decision, made = row.decision, by_row[id(row)]
        found = blocked = None
        if (
            decision.bill_today is not None
            and decision.today is not None
            and decision.today != decision.shards
        ):
            try:
                found = path(decision.today, decision.shards, limits)
            except NoPath as error:
                blocked = error
        if found is None and blocked is None and made is not None:
            found, blocked = made.path, made.no_path
        searched = steps_to_search(len(rows), row.cost.shards)
        alone = compare([row.stream], hours, prices, Fraction(0), steps=searched).regions[0]
        return Detail(
            alone,
            searched,
            look_ahead(row.plan, today),
            sensitivity(row.plan, limits),
            found,
            blocked,
            made,
            glance(made) if made is not None else None,
        )

    return Review(today, tuple(rows), costs, limits, hours, detail)


def steps_to_search(streams: int, shards: int) -> int:
    """How far to look for break-even rates: in a fleet not as far, or the search would take longer than all the rest."""
    from shardcalc.core.cost.comparison import STEPS

    return STEPS if streams <= 20 else min(STEPS, max(200, 3 * shards))
