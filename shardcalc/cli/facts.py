"""``shardcalc facts``: each limit and price, with its source, date and confidence."""

from __future__ import annotations

from typing import Annotated, Final, assert_never

import typer

from .output import Format, page, write

EXAMPLES: Final = """\
Examples:

\b
shardcalc facts
shardcalc facts --region eu-central-1 --format json
"""


def command(
    region: Annotated[str, typer.Option(metavar="REGION", help="the Region whose prices to list")] = "us-east-1",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False)] = None,
) -> None:
    """Each limit and price that is used, with its unit, source, date, and how sure it is."""
    from ..facts import built_in_limits
    from ..facts.prices import built_in_prices
    from ..report import facts
    from ..workload import BadFields, read_region

    try:
        prices = built_in_prices(read_region(region))
    except ValueError as error:
        raise BadFields([("region", str(error))]) from error
    limits = built_in_limits()
    match format:
        case Format.TABLE:
            text = facts.table(limits, prices, page(output))
        case Format.JSON:
            text = facts.json_text(limits, prices)
        case Format.MARKDOWN:
            text = facts.markdown_text(limits, prices)
        case _:
            assert_never(format)
    write(text, output)
