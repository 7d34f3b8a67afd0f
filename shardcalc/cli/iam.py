"""``shardcalc iam``: the least policy that each command needs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from shardcalc.cli.errors import UsageError
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
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """The least read-only IAM policy that a command needs, as JSON.

    With --role-arn the role needs this policy, and you need sts:AssumeRole on the role.
    """
    import json

    from shardcalc.core.workload.workload import nearest
    from shardcalc.sources.aws.permissions import COMMANDS, policy

    if command and command not in COMMANDS:
        raise UsageError(
            "no policy was written", [f"'{command}' does not ask AWS{nearest(command, COMMANDS)}"]
        )
    write(json.dumps(policy([command] if command else COMMANDS, stream), indent=2) + "\n", output)
