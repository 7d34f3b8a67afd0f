"""``shardcalc suggest``: how many shards a running stream should have, by what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, assert_never

import typer

from shardcalc.app import reading as aws
from shardcalc.app import suggest
from shardcalc.app.refusal import HistoryError, Refused, history_refused
from shardcalc.cli.errors import tell
from shardcalc.cli.flags import (
    Allow,
    Basis,
    Burst,
    Days,
    DryRun,
    Exclude,
    Headroom,
    Output,
    Profiles,
    Reading,
    basis_flags,
    reading_flags,
    refuse_flags,
    refuse_reading_flags,
)
from shardcalc.cli.output import Format, page, rewritten, write
from shardcalc.cli.plan import described
from shardcalc.cli.progress import progress, tell_foreseen, tell_spent

if TYPE_CHECKING:
    from shardcalc.app.suggest import History

EXAMPLES: Final = """\
Examples:

\b
shardcalc suggest orders
shardcalc suggest orders --dry-run                            what would be asked of AWS, and its price
shardcalc suggest --from orders-history.json
shardcalc suggest orders --from orders-history.json.gz --allow 0.1% --headroom 30%
shardcalc suggest --from orders-history.json --shards 12      would 12 have been enough?
shardcalc suggest --from get-metric-data.json --current 8 --region eu-west-1 --mode PROVISIONED
"""

_ONLY_FILES: Final = ("current", "mode", "retention", "period")
"""Options that say what AWS says itself when it is read."""


@basis_flags("prices", "discount", "currency", "today")
@reading_flags()
def command(
    *,
    context: typer.Context,
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
    headroom: Headroom = None,
    burst: Burst = None,
    allow: Allow = None,
    shards: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N", help="another shard count to backtest; can be repeated", show_default=False
        ),
    ] = None,
    days: Days = None,
    current: Annotated[
        str | None,
        typer.Option(metavar="N", help="open shards now, where the file does not say", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="REGION",
            help="the Region; the AWS profile's when not given, or where the file does not say",
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
            help="seconds between points, for output of get-metric-data, which does not contain it",
            show_default=False,
        ),
    ] = None,
    profiles: Profiles = None,
    exclude: Exclude = None,
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="each limit's working, line by line, with its source and date")
    ] = False,
    output: Output = None,
    dry_run: DryRun = False,
    reading: Reading,
    basis: Basis,
) -> None:
    """How many shards a running stream should have, from its metrics: why, what it saves, and the calls to
    get there.

    Reads AWS, or a saved history with --from. Nothing is executed.
    """
    given = {"headroom": headroom, "burst": burst, "allow": allow, "shards": shards or None, "days": days}
    options = suggest.Options.of(**{name: value for name, value in given.items() if value is not None})
    if from_ is not None:
        refuse_reading_flags(context)
        said = {"stream": stream, "region": region, "mode": mode, "current": current, "retention": retention}
        history = _saved(from_, period, **said)
    elif stream is None:
        missing = "give a stream, or --from with a saved history; see shardcalc suggest --help"
        raise Refused("nothing was suggested", [missing])
    else:
        refuse_flags(context, _ONLY_FILES, "is only for --from; otherwise AWS says it")
        if dry_run:
            write(tell_foreseen(aws.foresee(stream, reading)), None)
            return
        observed = aws.observe(stream, reading, progress)
        tell_spent(observed.spent, observed.notes)
        history = observed.history
    declared = described(profiles, {}, "", exclude) if profiles else []
    try:
        made = suggest.suggest(history, options, basis=basis, profiles=declared)
    except HistoryError as error:
        raise history_refused(f"{from_ or stream}: nothing was suggested", error) from error
    if headroom is not None and made.options.headroom != options.headroom:
        tell("note: --headroom has no effect: the profile gives the reserve")
    match format:
        case Format.TABLE:
            from shardcalc.report.suggest import terminal

            text = terminal.table(made, page(output), explain=explain, currency=basis.currency)
        case Format.JSON | Format.CSV | Format.YAML:
            from shardcalc.report.suggest import json

            text = rewritten(json.text(made, explain=explain, currency=basis.currency), format)
        case Format.MARKDOWN:
            from shardcalc.report.suggest import markdown

            text = markdown.text(made, explain=explain, currency=basis.currency)
        case _:
            assert_never(format)
    write(text, output)


def _saved(path: str, period: str | None, **said: str | None) -> History:
    """Read a saved history, and tell its notes."""
    history, notes = suggest.read_history(path, period, **said)
    tell(*(f"note: {path}: {note}" for note in notes))
    return history
