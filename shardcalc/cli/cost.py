"""``shardcalc cost``: every billing line, in all three capacity modes, and where they cross."""

from __future__ import annotations

from typing import Annotated, Final, assert_never

import typer

from shardcalc.app import cost
from shardcalc.app.refusal import Refused
from shardcalc.cli.flags import (
    Basis,
    Exclude,
    Flags,
    Output,
    Paths,
    Selection,
    StdinName,
    StreamName,
    basis_flags,
    selection_flags,
    workload_flags,
)
from shardcalc.cli.output import Format, page, rewritten, write
from shardcalc.cli.plan import described

EXAMPLES: Final = """\
Examples:

\b
shardcalc cost profiles/orders.yaml
shardcalc cost --size 1024 --rps 6 --consumers 7 --region us-east-2 --hours 744
shardcalc cost profiles/                   a fleet: Advantage pooled over all streams of a Region
shardcalc cost profiles/orders.yaml --break-even
shardcalc cost profiles/ --prices negotiated.toml --discount 12% --currency EUR=0.92
shardcalc cost profiles/orders.yaml --regions us-east-1,eu-west-1,eu-central-1
"""


@workload_flags
@basis_flags("hours", "prices", "discount", "currency", "today")
@selection_flags()
def command(
    *,
    paths: Paths = None,
    name: StreamName = "",
    break_even: Annotated[bool, typer.Option("--break-even", help="a chart of cost against traffic")] = False,
    regions: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="bill the same streams in each of these Regions, side by side",
            show_default=False,
        ),
    ] = "",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    exclude: Exclude = None,
    stdin_name: StdinName = "",
    output: Output = None,
    flags: Flags,
    basis: Basis,
    selection: Selection,
) -> None:
    """What streams cost in each capacity mode, line by line, and when another mode becomes cheaper."""
    declared = described(paths or [], flags, name, exclude, stdin_name)
    beside = [region.strip() for region in regions.split(",")] if regions else []
    if beside and break_even:
        raise Refused("nothing was billed", ["--break-even draws one Region; leave out --regions"])
    report = cost.cost(declared, basis=basis, beside=list(dict.fromkeys(beside)), selection=selection)
    match format:
        case Format.TABLE:
            from shardcalc.report.cost import terminal

            text = terminal.table(report, page(output), chart=break_even)
        case Format.JSON | Format.CSV | Format.YAML:
            from shardcalc.report.cost import json

            text = rewritten(json.text(report), format, "regions", "streams", "bills")
        case Format.MARKDOWN:
            from shardcalc.report.cost import markdown

            text = markdown.text(report)
        case _:
            assert_never(format)
    write(text, output)
