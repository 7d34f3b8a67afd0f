"""``shardcalc schema``: the JSON Schema of a profile."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

from shardcalc.app import schema
from shardcalc.cli.flags import Output
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
    output: Output = None,
) -> None:
    """The JSON Schema of a profile, for editors and CI."""
    made = schema.policy_schema() if policy else schema.profile_schema()
    write(json.dumps(made, indent=2) + "\n", output)
