"""``shardcalc observe``: save what CloudWatch and Kinesis say of a stream."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.cli.output import write
from shardcalc.cli.reading import Reading, read_stream, reading_flags

EXAMPLES: Final = """\
Examples:

\b
shardcalc observe orders --days 14 -o orders-history.json
shardcalc observe orders --days 60 -o orders-history.json.gz --region eu-west-1
shardcalc observe orders --days 14 -o orders.yaml      a profile for shardcalc plan
shardcalc observe orders --days 14 --dry-run           what would be asked, and its price
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
    reading: Reading,
) -> None:
    """Save what CloudWatch and Kinesis say of a stream, for shardcalc suggest --from, or as a capacity profile."""
    as_profile = output is not None and output.endswith((".yaml", ".yml"))
    if output is not None and not as_profile and not output.endswith((".json", ".json.gz")):
        raise UsageError("nothing was read", [f"--output {output}: end it in .json, .json.gz or .yaml"])
    history = read_stream(stream, reading)
    if history is None:
        return
    if as_profile:
        from shardcalc.core.history.draft import profile_text
        from shardcalc.core.history.model import HistoryError

        try:
            write(profile_text(history), output)
        except HistoryError as error:
            raise UsageError(f"{output}: not written", [message for _, message in error.problems]) from error
        return
    if output is None:
        import json

        from shardcalc.core.history.model import to_document

        write(
            json.dumps(to_document(history), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
            + "\n",
            None,
        )
        return
    from shardcalc.sources.store.histories import write_history_file

    try:
        write_history_file(history, output)
    except OSError as error:
        raise UsageError(f"{output}: not written", [f"{error.strerror}"]) from error
