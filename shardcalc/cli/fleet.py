"""``shardcalc fleet``: every stream of some Regions and accounts, the worst and most wasteful first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, assert_never

import typer

from shardcalc.app import fleet
from shardcalc.app.refusal import Refused
from shardcalc.app.suggest import Options
from shardcalc.cli.errors import AWS, tell
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
    Selection,
    basis_flags,
    reading_flags,
    refuse_reading_flags,
    selection_flags,
)
from shardcalc.cli.output import ListFormat, page, rewritten, write
from shardcalc.cli.plan import described
from shardcalc.cli.progress import progress, tell_foreseen, tell_spent

EXAMPLES: Final = """\
Examples:

\b
shardcalc fleet --region eu-west-1
shardcalc fleet --region eu-west-1 --region us-east-1 --role-arn arn:aws:iam::123456789012:role/reader
shardcalc fleet --days 7 --save histories/ --format json -o fleet.json
shardcalc fleet --from histories/                      the same again, offline
shardcalc fleet --from histories/ --days 3             by the last three days of it
"""


@basis_flags("prices", "discount", "currency", "today")
@selection_flags()
@reading_flags(fleet=True)
def command(
    *,
    context: typer.Context,
    headroom: Headroom = None,
    burst: Burst = None,
    allow: Allow = None,
    days: Days = None,
    save: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="keep each stream's history in this folder", show_default=False),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DIR", help="read saved histories instead of AWS", show_default=False),
    ] = None,
    profiles: Profiles = None,
    exclude: Exclude = None,
    format: Annotated[ListFormat, typer.Option(help="how to write the result")] = ListFormat.TABLE,
    output: Output = None,
    dry_run: DryRun = False,
    reading: Reading,
    basis: Basis,
    selection: Selection,
) -> None:
    """What every stream should have, the worst and most wasteful first, and what all of them would save.

    A stream that cannot be read is listed with its reason; the others are reported all the same, and the exit
    code is 3.
    """
    given = {"headroom": headroom, "burst": burst, "allow": allow, "days": days}
    options = Options.of(**{name: value for name, value in given.items() if value is not None})
    region = None
    if from_ is not None:
        refuse_reading_flags(context)
        region = _one(reading.regions)
    elif dry_run:
        seen, failures = fleet.foresee_fleet(reading, basis, progress)
        write(tell_foreseen(seen), None)
        raise typer.Exit(AWS if failures else 0)
    where = reading if from_ is None else from_
    declared = described(profiles, {}, "", exclude) if profiles else []
    tags = fleet.owner_tags(declared) if from_ is None else ()
    found, spent, notes = fleet.fleet(
        where, options, basis=basis, save=save, region=region, profiles=declared, owner_tags=tags,
        selection=selection, progress=progress,
    )  # fmt: skip
    if spent is not None:
        tell_spent(spent, notes)
    groups = ("", ()) if selection is None else (selection.by, selection.groups(found.members))
    match format:
        case ListFormat.CONCISE:
            from shardcalc.report.fleet import concise

            text = concise.text(found)
        case ListFormat.TABLE:
            from shardcalc.report.fleet import terminal

            text = terminal.table(found, page(output), basis.currency, groups)
        case ListFormat.JSON | ListFormat.CSV | ListFormat.YAML:
            from shardcalc.report.fleet import json

            text = rewritten(json.text(found, basis.currency, groups), format, "streams")
        case ListFormat.MARKDOWN:
            from shardcalc.report.fleet import markdown

            text = markdown.text(found, basis.currency, groups)
        case _:
            assert_never(format)
    write(text, output)
    if found.failures:
        from shardcalc.report.fleet.words import failed_text

        tell(f"error: {failed_text(found.failures)}")
        raise typer.Exit(AWS)


def _one(regions: Sequence[str]) -> str | None:
    """The one Region given beside ``--from``, for histories that do not say theirs."""
    if len(regions) > 1:
        many = "--region: give at most one with --from, for the histories that do not say their own"
        raise Refused("nothing was read", [many])
    return regions[0] if regions else None
