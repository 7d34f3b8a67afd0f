"""``shardcalc schema``: the JSON Schema of a profile."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from shardcalc.cli.output import write

EXAMPLES: Final = """\
Examples:

\b
shardcalc schema
shardcalc schema -o shardcalc.schema.json
shardcalc schema --policy
"""


def command(
    policy: Annotated[
        bool, typer.Option("--policy", help="the schema of a policy file, .shardcalc.yaml, instead")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """The JSON Schema of a profile, for editors and CI."""
    import json

    from shardcalc.app.schema import policy_schema, profile_schema

    write(json.dumps(policy_schema() if policy else profile_schema(), indent=2) + "\n", output)
