"""``shardcalc schema``: the JSON Schema of a profile, a policy file or a JSON document."""

from __future__ import annotations

import json
from typing import Annotated, Final

import typer

from shardcalc.app import schema
from shardcalc.app.refusal import Refused
from shardcalc.app.schema import Document
from shardcalc.cli.flags import Output
from shardcalc.cli.output import write

EXAMPLES: Final = """\
Examples:

\b
shardcalc schema
shardcalc schema -o shardcalc.schema.json
shardcalc schema --policy
shardcalc schema --document history
"""


def command(
    policy: Annotated[
        bool, typer.Option("--policy", help="the schema of a policy file, .shardcalc.yaml, instead")
    ] = False,
    document: Annotated[
        Document | None,
        typer.Option(
            "--document",
            help="the schema of a JSON document that a command writes, instead",
            show_default=False,
        ),
    ] = None,
    output: Output = None,
) -> None:
    """The JSON Schema of a profile, for editors and CI."""
    if policy and document is not None:
        raise Refused("no schema was written", ["--policy and --document are two schemas: give one of them"])
    if document is not None:
        made = schema.document_schema(document)
    elif policy:
        made = schema.policy_schema()
    else:
        made = schema.profile_schema()
    write(json.dumps(made, indent=2) + "\n", output)
