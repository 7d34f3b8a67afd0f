"""``shardcalc reshard``: the calls from one shard count to another."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, assert_never

import typer

from shardcalc.app import reshard
from shardcalc.app.refusal import BadFields, Refused
from shardcalc.cli.flags import Output
from shardcalc.cli.output import page, rewritten, write

EXAMPLES: Final = """\
Examples:

\b
shardcalc reshard 4 30
shardcalc reshard 30 4 --stream orders --region eu-west-1
shardcalc reshard 400 700 --quota 1000 --used 650     does the account have room on the way?
shardcalc reshard 4 30 --calls-used 8                 which calls must wait?
shardcalc reshard 4 30 --stream orders --format sh -o reshard.sh && sh reshard.sh
"""


class ReshardFormat(StrEnum):
    """How the calls are written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    SH = "sh"
    YAML = "yaml"


def command(
    current: Annotated[str, typer.Argument(metavar="CURRENT", help="open shards now", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="open shards wanted", show_default=False)],
    stream: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="the stream's name or ARN, for the commands", show_default=False),
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
    calls_used: Annotated[
        str | None,
        typer.Option(metavar="N", help="calls of the last 24 h, taken to be just now", show_default=False),
    ] = None,
    format: Annotated[
        ReshardFormat, typer.Option(help="how to write the calls; sh is a script that makes them")
    ] = ReshardFormat.TABLE,
    output: Output = None,
) -> None:
    """The UpdateShardCount calls from one shard count to another: as few as possible, in their order.

    Nothing is executed: the commands are printed, to be read and run.
    """
    try:
        made = reshard.reshard(
            current, target, stream=stream, region=region, quota=quota, used=used, calls_used=calls_used
        )
    except BadFields as error:
        raise Refused(
            "nothing was computed", [f"{_said(name)}: {why}" for name, why in error.problems]
        ) from error
    match format:
        case ReshardFormat.TABLE:
            from shardcalc.report.reshard import terminal

            text = terminal.table(made, page(output))
        case ReshardFormat.JSON | ReshardFormat.YAML:
            from shardcalc.report.reshard import json

            text = rewritten(json.text(made), format.value)
        case ReshardFormat.MARKDOWN:
            from shardcalc.report.reshard import markdown

            text = markdown.text(made)
        case ReshardFormat.SH:
            from shardcalc.report.reshard import script

            text = script.text(made)
        case _:
            assert_never(format)
    write(text, output)


def _said(field: str) -> str:
    """A field as the command line has it."""
    return field.upper() if field in ("current", "target") else f"--{field.replace('_', '-')}"
