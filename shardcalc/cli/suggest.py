"""``shardcalc suggest``: how many shards a running stream should have, by what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, assert_never

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.cli.output import Format, page, write
from shardcalc.cli.reading import Reading, read_stream, reading_flags

if TYPE_CHECKING:
    from shardcalc.core.history.model import History

EXAMPLES: Final = """\
Examples:

\b
shardcalc suggest orders --days 14
shardcalc suggest orders --days 14 --dry-run                  what would be asked of AWS, and its price
shardcalc suggest --from orders-history.json
shardcalc suggest orders --from orders-history.json.gz --allow 0.1% --headroom 30%
shardcalc suggest --from orders-history.json --shards 12      would 12 have been enough?
shardcalc suggest --from get-metric-data.json --current 8 --region eu-west-1 --mode PROVISIONED
"""


@reading_flags()
def command(
    *,
    stream: Annotated[
        str | None, typer.Argument(metavar="[STREAM]", help="name or ARN of the stream", show_default=False)
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="a saved history, or the output of aws cloudwatch get-metric-data",
            show_default=False,
        ),
    ] = None,
    headroom: Annotated[
        str | None,
        typer.Option(
            metavar="25%", help="room on top of what was measured; 25% when not given", show_default=False
        ),
    ] = None,
    burst: Annotated[
        str | None,
        typer.Option(
            metavar="1.5",
            help="busiest second over the mean of its minute; 1 when not given",
            show_default=False,
        ),
    ] = None,
    allow: Annotated[
        str | None,
        typer.Option(
            metavar="N|0.1%",
            help="periods that may go over, a count or a percentage; none when not given",
            show_default=False,
        ),
    ] = None,
    shards: Annotated[
        list[str] | None,
        typer.Option(metavar="N", help="a count to play back too; can be repeated", show_default=False),
    ] = None,
    days: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="read the last N days, 14 when not given; of a file, look at no more",
            show_default=False,
        ),
    ] = None,
    current: Annotated[
        str | None,
        typer.Option(metavar="N", help="open shards now, where the file does not say", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION",
            help="the Region, the profile's when not given; or where the file does not say",
            show_default=False,
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="MODE", help="PROVISIONED or ON_DEMAND, where the file does not say", show_default=False
        ),
    ] = None,
    retention: Annotated[
        str | None,
        typer.Option(metavar="24h", help="retention, where the file does not say", show_default=False),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            metavar="SECONDS",
            help="seconds between points, for get-metric-data that does not show it",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="each limit's working, line by line, with its source and date")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
    reading: Reading,
) -> None:
    """How many shards a stream should have by what was measured, why, what it saves, and the calls to get there.

    Reads AWS, or a saved history with --from. Nothing is executed.
    """
    from shardcalc.core.advice.recommendation import Options, suggest
    from shardcalc.core.history.model import HistoryError
    from shardcalc.sources.store.prices import price_book

    given = {"headroom": headroom, "burst": burst, "allow": allow, "shards": shards or None, "days": days}
    options = Options.of(**{name: value for name, value in given.items() if value is not None})
    said = {"current": current, "mode": mode, "retention": retention}
    history = (
        load(from_, period, stream=stream, region=region, **said)
        if from_ is not None
        else live(stream, reading, {**said, "period": period})
    )
    if history is None:
        return
    prices = None if history.region is None else price_book()(history.region)
    try:
        made = suggest(history, options, prices=prices)
    except HistoryError as error:
        raise UsageError(
            f"{from_ or stream}: nothing was suggested",
            [f"{place}: {message}" for place, message in error.problems],
        ) from error
    match format:
        case Format.TABLE:
            from shardcalc.report.suggest import suggest as report

            text = report.table(made, page(output), explain=explain)
        case Format.JSON:
            from shardcalc.report.suggest import suggest as report

            text = report.json_text(made, explain=explain)
        case Format.MARKDOWN:
            from shardcalc.report.suggest import suggest as report

            text = report.markdown_text(made, explain=explain)
        case _:
            assert_never(format)
    write(text, output)


def live(stream: str | None, reading: Reading, of_a_file: dict[str, str | None]) -> History | None:
    """Read the stream from AWS; None after ``--dry-run``.

    Raises:
        UsageError: no stream is named, or a flag is used that says what AWS says itself.
    """
    if stream is None:
        raise UsageError(
            "nothing was suggested",
            ["give a stream, or --from with a saved history; see shardcalc suggest --help"],
        )
    given = [
        f"--{name}  is for --from: AWS says it itself"
        for name, value in of_a_file.items()
        if value is not None
    ]
    if given:
        raise UsageError("nothing was read", given)
    return read_stream(stream, reading)


def load(path: str, period: str | None, **said: str | None) -> History:
    """Read a saved history, and fill in what it does not say from what the user says."""
    import sys

    from shardcalc.core.history.model import HistoryError, complete
    from shardcalc.sources.store.histories import read_history_file
    from shardcalc.sources.store.metric_data import read_period

    seconds = read_period(period)
    try:
        history, notes = read_history_file(path, seconds)
        history = complete(history, {name: value for name, value in said.items() if value is not None})
    except HistoryError as error:
        count = len(error.problems)
        problems = [f"{place + ': ' if place else ''}{message}" for place, message in error.problems]
        raise UsageError(
            f"{path}: {count} problem{'' if count == 1 else 's'}, nothing was suggested", problems
        ) from error
    for note in notes:
        print(f"note: {path}: {note}", file=sys.stderr)
    return history
