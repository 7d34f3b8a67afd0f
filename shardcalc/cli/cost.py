"""``shardcalc cost``: every billing line, in all three capacity modes, and where they cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from shardcalc.cli.flags import workload_flags
from shardcalc.cli.output import Format, page, write
from shardcalc.cli.plan import describe, read_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from shardcalc.core.facts.prices import PriceSheet
    from shardcalc.report import Described
    from shardcalc.report.cost.cost import CostReport

EXAMPLES: Final = """\
Examples:

\b
shardcalc cost profiles/orders.yaml
shardcalc cost --size 1024 --rps 6 --consumers 7 --region us-east-2 --hours 744
shardcalc cost profiles/                   a fleet: Advantage pooled over all streams of a Region
shardcalc cost profiles/orders.yaml --break-even
shardcalc cost profiles/ --prices negotiated.toml --discount 12%
"""


@workload_flags
def command(
    *,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="profiles, or folders of them", show_default=False),
    ] = None,
    name: Annotated[
        str,
        typer.Option(metavar="TEXT", show_default=False, help="name of the stream that the flags describe"),
    ] = "",
    hours: Annotated[
        str,
        typer.Option(
            metavar="HOURS", help="hours that the cost is for; 730 when not given", show_default=False
        ),
    ] = "",
    break_even: Annotated[bool, typer.Option("--break-even", help="a chart of cost against traffic")] = False,
    prices: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="a price sheet of your own, for one Region", show_default=False),
    ] = None,
    discount: Annotated[
        str,
        typer.Option(
            metavar="12%", help="a discount on everything, as a line of its own", show_default=False
        ),
    ] = "",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
    flags: dict[str, Any],
) -> None:
    """What streams cost in each capacity mode, line by line, and at which rate another mode becomes cheaper."""
    from shardcalc.report.cost import cost
    from shardcalc.sources.store.prices import price_book

    streams = describe(paths or [], flags, name)
    report = compare(streams, read_hours(hours), price_book(prices), read_discount(discount))
    match format:
        case Format.TABLE:
            text = cost.table(report, page(output), chart=break_even)
        case Format.JSON:
            text = cost.json_text(report)
        case Format.MARKDOWN:
            text = cost.markdown_text(report)
        case _:
            assert_never(format)
    write(text, output)


def read_discount(text: str) -> Fraction:
    """A discount as a share; none when empty.

    Raises:
        BadFields: not a percentage below 100.
    """
    from fractions import Fraction

    from shardcalc.core.units import BadValue, read_share
    from shardcalc.core.workload.workload import BadFields

    try:
        share = read_share(text, "a discount", zero=True) if text else Fraction(0)
        if share == 1:
            raise BadValue(f"'{text}' leaves nothing to pay")
    except BadValue as error:
        raise BadFields([("discount", str(error))]) from error
    return share


def compare(
    streams: Sequence[Described],
    hours: Fraction,
    prices: Callable[[str], PriceSheet],
    discount: Fraction,
    steps: int | None = None,
) -> CostReport:
    """Bill streams in every mode, Region by Region."""
    from shardcalc.core.cost.comparison import (
        STEPS,
        aggregation_option,
        break_evens,
        cost_region,
        curves,
        fan_out_options,
        trade_offs,
        with_discount,
    )
    from shardcalc.core.facts import built_in_limits
    from shardcalc.report.cost.cost import CostReport, RegionReport

    limits = built_in_limits()
    by_region: dict[str, list[Described]] = {}
    for stream in streams:
        by_region.setdefault(stream.workload.region, []).append(stream)
    reports = []
    for region, described in by_region.items():
        sheet = prices(region)
        cost = cost_region([stream.workload for stream in described], sheet, limits, hours)
        drawn = curves(cost, limits)
        regimes = drawn.regimes(steps or STEPS) if drawn is not None else ()
        alone = described[0].workload if len(described) == 1 else None
        reports.append(
            RegionReport(
                tuple(described),
                with_discount(cost, discount) if discount else cost,
                drawn,
                regimes,
                break_evens(regimes),
                trade_offs(cost, limits),
                fan_out_options(alone, sheet, limits, hours, discount)
                if alone is not None and alone.shared > 1
                else (),
                aggregation_option(alone, sheet, limits, hours, discount) if alone is not None else None,
            )
        )
    return CostReport(tuple(reports), limits, hours, discount)
