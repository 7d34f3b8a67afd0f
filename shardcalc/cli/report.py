"""``shardcalc report``: the capacity review as one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Final, TypeVar, assert_never

import typer

from shardcalc.app import review
from shardcalc.cli.flags import (
    Basis,
    Exclude,
    Histories,
    Output,
    Selection,
    StdinName,
    basis_flags,
    selection_flags,
)
from shardcalc.cli.output import write_parts
from shardcalc.cli.plan import described
from shardcalc.cli.progress import progress

EXAMPLES: Final = """\
Examples:

\b
shardcalc report profiles/ -o review.html
shardcalc report profiles/orders.yaml --history orders-history.json -o orders.html
shardcalc report profiles/ --format markdown -o review.md    for a pull request or a wiki
"""

BAR_FROM: Final = 20
"""From this many streams on a progress bar is shown; fewer are done in a moment."""

Item = TypeVar("Item")


class ReportFormat(StrEnum):
    """How a review is written."""

    HTML = "html"
    MARKDOWN = "markdown"


@basis_flags("hours", "prices", "discount", "currency", "today")
@selection_flags()
def command(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="profiles, or folders of them; - reads one from stdin", show_default=False
        ),
    ],
    history: Histories = None,
    format: Annotated[ReportFormat, typer.Option(help="how to write the review")] = ReportFormat.HTML,
    exclude: Exclude = None,
    stdin_name: StdinName = "",
    output: Output = None,
    *,
    basis: Basis,
    selection: Selection,
) -> None:
    """The capacity review: one page to decide from, with its working, pictures and sources in it."""
    declared = described(paths, {}, "", exclude, stdin_name)
    made = review.review(declared, basis=basis, histories=history or [], selection=selection)
    sections = _with_bar(review.sections(made, basis=basis), len(made.rows))
    match format:
        case ReportFormat.HTML:
            from shardcalc.report.review.html import html as render
        case ReportFormat.MARKDOWN:
            from shardcalc.report.review.markdown import markdown as render
        case _:
            assert_never(format)
    write_parts(render(made, sections), output)


def _with_bar(items: Iterable[Item], count: int) -> Iterator[Item]:
    """Pass on each item, with a bar on stderr where there are many."""
    if count < BAR_FROM:
        yield from items
        return
    with progress("streams", count) as advance:
        for item in items:
            yield item
            advance(1)
