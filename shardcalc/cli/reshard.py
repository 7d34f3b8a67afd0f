"""``shardcalc reshard``: the calls from one shard count to another."""

from __future__ import annotations

from typing import Annotated, Final, assert_never

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.cli.output import Format, page, write

EXAMPLES: Final = """\
Examples:

\b
shardcalc reshard 4 30
shardcalc reshard 30 4 --stream orders --region eu-west-1
shardcalc reshard 400 700 --quota 1000 --used 650     does the account have room on the way?
"""


def command(
    current: Annotated[str, typer.Argument(metavar="CURRENT", help="open shards now", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="open shards wanted", show_default=False)],
    stream: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="the stream's name, for the commands", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(metavar="REGION", help="the stream's Region, for the commands", show_default=False),
    ] = None,
    quota: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="the account's shard quota (DescribeLimits: ShardLimit)", show_default=False
        ),
    ] = None,
    used: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="open shards of the whole account (DescribeLimits: OpenShardCount)",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """The UpdateShardCount calls from one shard count to another: as few as can be, and which wait for which.

    Nothing is executed: the commands are printed, to be read and pasted.
    """
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.resharding.path import NoPath, path, read_asked
    from shardcalc.report.reshard import reshard as report

    limits = built_in_limits()
    asked = read_asked(current=current, target=target, stream=stream, region=region, quota=quota, used=used)
    try:
        found = path(asked.current, asked.target, limits, quota=asked.quota, used=asked.used)
    except NoPath as none:
        raise UsageError(
            f"no path from {asked.current:,} to {asked.target:,} shards", [none.message, f"-> {none.remedy}"]
        ) from none
    match format:
        case Format.TABLE:
            text = report.table(found, limits, asked.stream, asked.region, page(output))
        case Format.JSON:
            text = report.json_text(found, limits, asked.stream, asked.region)
        case Format.MARKDOWN:
            text = report.markdown_text(found, limits, asked.stream, asked.region)
        case _:
            assert_never(format)
    write(text, output)
