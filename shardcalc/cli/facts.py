"""``shardcalc facts``: each limit and price with its source, and the refresh of the prices."""

from __future__ import annotations

from typing import Annotated, Final, assert_never

import typer

from shardcalc.app import facts
from shardcalc.app.facts import PriceSource
from shardcalc.cli.flags import Output
from shardcalc.cli.once import Command, Group
from shardcalc.cli.output import Format, page, rewritten, write

EXAMPLES: Final = """\
Examples:

\b
shardcalc facts
shardcalc facts --region eu-central-1 --format json
shardcalc facts refresh --region eu-west-1
shardcalc facts template --region eu-west-1 -o own.toml    prices of your own, for --prices
"""

REFRESH_EXAMPLES: Final = """\
Examples:

\b
shardcalc facts refresh --region eu-west-1
shardcalc facts refresh --region eu-west-1 --from bulk
shardcalc facts refresh --region eu-west-1 --offer-file index.json
"""

app = typer.Typer(
    cls=Group, invoke_without_command=True, rich_markup_mode=None, add_completion=False, epilog=EXAMPLES
)


@app.callback()
def command(
    context: typer.Context,
    region: Annotated[
        str, typer.Option(metavar="REGION", help="the Region whose prices to list")
    ] = "us-east-1",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Output = None,
) -> None:
    """Every limit and price in use, with its unit, source, date, and confidence."""
    if context.invoked_subcommand is not None:
        return
    report = facts.facts(region)
    match format:
        case Format.TABLE:
            from shardcalc.report.facts import terminal

            text = terminal.table(report, page(output))
        case Format.JSON | Format.CSV | Format.YAML:
            from shardcalc.report.facts import json

            text = rewritten(json.text(report), format, "limits+prices")
        case Format.MARKDOWN:
            from shardcalc.report.facts import markdown

            text = markdown.text(report)
        case _:
            assert_never(format)
    write(text, output)


@app.command("template", cls=Command)
def template(
    region: Annotated[
        str, typer.Option(metavar="REGION", help="the Region whose prices are yours")
    ] = "us-east-1",
    output: Output = None,
) -> None:
    """Print a price sheet to fill in, for --prices: every dimension, its unit and its list price."""
    from shardcalc.app.basis import Basis
    from shardcalc.report.facts import template

    basis = Basis.of()
    write(template.text(facts.facts(region, basis=basis).prices, basis.today), output)


@app.command("refresh", cls=Command, epilog=REFRESH_EXAMPLES)
def refresh(
    region: Annotated[
        str, typer.Option(metavar="REGION", help="the Region whose prices to read")
    ] = "us-east-1",
    way: Annotated[
        PriceSource,
        typer.Option(
            "--from",
            help="the Query API with credentials, the public file without, or the first that works",
        ),
    ] = PriceSource.AUTO,
    offer_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="a downloaded bulk offer file", show_default=False)
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="profile of the AWS CLI", show_default=False)
    ] = "",
    endpoint_url: Annotated[
        str, typer.Option(metavar="URL", help="another address of the Query API", show_default=False)
    ] = "",
    bulk_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="another address of the public files", show_default=False),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="keep prices of zero, or far from those of this release")
    ] = False,
) -> None:
    """Read a Region's prices from AWS's Price List and keep them for later commands.

    A list that lacks a price, or has two for one, is refused whole, and the prices from before stay in place.
    """
    kept = facts.refresh(
        region,
        way,
        offer_file=offer_file,
        profile=profile,
        endpoint_url=endpoint_url,
        bulk_url=bulk_url,
        accept=accept,
    )
    write(
        f"{region}: {kept.known} prices of AWS's list of {kept.sheet.published}, kept in {kept.path}\n", None
    )
