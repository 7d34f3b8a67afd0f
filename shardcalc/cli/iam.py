"""``shardcalc iam``: the least policy that each command needs."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

from shardcalc.app import iam
from shardcalc.cli.flags import Output
from shardcalc.cli.output import write

EXAMPLES: Final = """\
Examples:

\b
shardcalc iam
shardcalc iam suggest --stream orders
"""


def command(
    command: Annotated[
        str,
        typer.Argument(
            metavar="[COMMAND]",
            help="observe, suggest or fleet; all of them when not given",
            show_default=False,
        ),
    ] = "",
    stream: Annotated[
        str,
        typer.Option(metavar="NAME", help="allow this stream only, where an action can be limited to one"),
    ] = "*",
    owners: Annotated[
        bool,
        typer.Option("--owners", help="let fleet read the tag that a policy's owner_tag names"),
    ] = False,
    output: Output = None,
) -> None:
    """The least read-only IAM policy that a command needs, as JSON.

    With --role-arn the role needs this policy, and you need sts:AssumeRole on the role.
    """
    write(json.dumps(iam.iam(command, stream, owners=owners), indent=2) + "\n", output)
