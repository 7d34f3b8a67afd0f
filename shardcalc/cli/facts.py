"""``shardcalc facts``: each limit and price with its source, and the refresh of the prices."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, assert_never

import typer

from shardcalc.cli.errors import AWS, UsageError
from shardcalc.cli.output import Format, page, write

if TYPE_CHECKING:
    from shardcalc.core.facts.prices import PriceSheet

EXAMPLES: Final = """\
Examples:

\b
shardcalc facts
shardcalc facts --region eu-central-1 --format json
shardcalc facts refresh --region eu-west-1
"""
REFRESH_EXAMPLES: Final = """\
Examples:

\b
shardcalc facts refresh --region eu-west-1
shardcalc facts refresh --region eu-west-1 --from bulk
shardcalc facts refresh --region eu-west-1 --offer-file index.json
"""


class Source(StrEnum):
    """Which way a price list is read."""

    AUTO = "auto"
    API = "api"
    BULK = "bulk"


app = typer.Typer(invoke_without_command=True, rich_markup_mode=None, add_completion=False, epilog=EXAMPLES)


@app.callback()
def command(
    context: typer.Context,
    region: Annotated[
        str, typer.Option(metavar="REGION", help="the Region whose prices to list")
    ] = "us-east-1",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """Each limit and price that is used, with its unit, source, date, and how sure it is."""
    if context.invoked_subcommand is not None:
        return
    from shardcalc.core.facts import built_in_limits
    from shardcalc.report.facts import facts
    from shardcalc.sources.store.prices import price_book

    prices = price_book()(_region(region))
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


@app.command("refresh", epilog=REFRESH_EXAMPLES)
def refresh(
    region: Annotated[
        str, typer.Option(metavar="REGION", help="the Region whose prices to read")
    ] = "us-east-1",
    way: Annotated[
        Source,
        typer.Option(
            "--from",
            help="the Query API with credentials, the public file without, or the first that can be had",
        ),
    ] = Source.AUTO,
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
) -> None:
    """Read a Region's prices from AWS's Price List and keep them for later commands.

    A list that lacks a price, or has two for one, is refused whole, and the prices from before stay in place.
    """
    from shardcalc.sources.store.prices import save

    sheet = _read(_region(region), way, offer_file, profile, endpoint_url, bulk_url)
    try:
        path = save(sheet)
    except OSError as error:
        raise UsageError(
            "the prices were read and not kept", [f"{error.filename}: {error.strerror}"]
        ) from error
    known = sum(price is not None for _, price in sheet.dimensions())
    write(f"{region}: {known} prices of AWS's list of {sheet.published}, kept in {path}\n", None)


def _read(
    region: str, way: Source, offer_file: str | None, profile: str, endpoint_url: str, bulk_url: str | None
) -> PriceSheet:
    from shardcalc.core.facts import FactsError
    from shardcalc.sources.price_list.offers import price_sheet, read_bulk, read_query

    try:
        if offer_file is not None:
            return price_sheet(read_bulk(_bytes(offer_file), offer_file), region, offer_file)
        if way is not Source.BULK:
            from shardcalc.cli.reading import failed
            from shardcalc.sources.aws.errors import AwsError
            from shardcalc.sources.aws.price_list import products

            try:
                items = products(region, profile, endpoint_url, required=way is Source.API)
            except AwsError as error:
                raise failed(
                    "the price list could not be read; the prices from before stay in place", error
                ) from error
            if items is not None:
                return price_sheet(
                    read_query(items, "the Price List Query API"), region, "the Price List Query API"
                )
        from shardcalc.sources.price_list import download

        url = download.bulk_url(region, bulk_url)
        try:
            data = download.fetch(url)
        except download.DownloadError as error:
            raise UsageError(
                "the price list could not be read; the prices from before stay in place",
                [str(error)],
                code=AWS,
            ) from error
        return price_sheet(read_bulk(data, url), region, url)
    except FactsError as error:
        # A file of the user's is input; what came over the network is AWS not being readable.
        code = AWS if offer_file is None else 2
        raise UsageError(
            "the price list is refused; the prices from before stay in place", [str(error)], code=code
        ) from error


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(
            "nothing was read; the prices from before stay in place", [f"{path}: {error.strerror}"]
        ) from error


def _region(text: str) -> str:
    from shardcalc.core.workload.workload import BadFields, read_region

    try:
        return read_region(text)
    except ValueError as error:
        raise BadFields([("region", str(error))]) from error
