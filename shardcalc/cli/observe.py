"""``shardcalc observe``: save what CloudWatch and Kinesis say of a stream."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from shardcalc.app import observe
from shardcalc.app.refusal import Refused
from shardcalc.cli.flags import DryRun, Reading, reading_flags
from shardcalc.cli.output import write
from shardcalc.cli.progress import progress, tell_foreseen, tell_spent

EXAMPLES: Final = """\
Examples:

\b
shardcalc observe orders -o orders-history.json
shardcalc observe orders --days 60 -o orders-history.json.gz --region eu-west-1
shardcalc observe orders -o orders.yaml                a profile for shardcalc plan
shardcalc observe orders --dry-run                     what would be asked, and its price
"""


@reading_flags()
def command(
    *,
    stream: Annotated[str, typer.Argument(metavar="STREAM", help="name or ARN of the stream")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=".json, .json.gz, or .yaml for a capacity profile; written whole or not at all",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    reading: Reading,
) -> None:
    """Save a stream's metrics and settings as a history for shardcalc suggest --from, or as a capacity
    profile.
    """
    as_profile = output is not None and output.endswith((".yaml", ".yml"))
    if output is not None and not as_profile and not output.endswith((".json", ".json.gz")):
        raise Refused("nothing was read", [f"--output {output}: end it in .json, .json.gz or .yaml"])
    if dry_run:
        write(tell_foreseen(observe.foresee(stream, reading)), None)
        return
    observed = observe.observe(stream, reading, progress)
    tell_spent(observed.spent, observed.notes)
    if output is None:
        write(observe.history_text(observed.history), None)
    elif as_profile:
        from shardcalc.report.observe import profile

        write(profile.text(observe.profile_draft(observed.history, output)), output)
    else:
        observe.save(observed.history, output)
