"""``shardcalc fleet``: every stream of some Regions and accounts, the worst and most wasteful first."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from shardcalc.cli.errors import AWS, UsageError
from shardcalc.cli.output import Format, page, write
from shardcalc.cli.reading import Reading, budget, failed, progress, reading_flags, tell_foreseen, tell_spent

if TYPE_CHECKING:
    from shardcalc.core.advice.fleet import Failure, Member
    from shardcalc.core.advice.recommendation import Options
    from shardcalc.core.history.model import History
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.session import Account
    from shardcalc.sources.aws.streams import Stream

EXAMPLES: Final = """\
Examples:

\b
shardcalc fleet --region eu-west-1
shardcalc fleet --region eu-west-1 --region us-east-1 --role-arn arn:aws:iam::123456789012:role/reader
shardcalc fleet --days 7 --save histories/ --format json -o fleet.json
shardcalc fleet --from histories/                      the same again, offline
"""


@reading_flags(fleet=True)
def command(
    *,
    headroom: Annotated[
        str | None,
        typer.Option(
            metavar="25%",
            help="spare capacity on top of what was measured; 25% when not given",
            show_default=False,
        ),
    ] = None,
    burst: Annotated[
        str | None,
        typer.Option(
            metavar="1.5", help="the busiest second over the mean one of its period", show_default=False
        ),
    ] = None,
    allow: Annotated[
        str | None,
        typer.Option(metavar="N|0.1%", help="periods that may go over capacity", show_default=False),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="keep each stream's history in this folder", show_default=False),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DIR", help="read saved histories instead of AWS", show_default=False),
    ] = None,
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
    reading: Reading,
) -> None:
    """What every stream should have, the worst and most wasteful first, and what all of them would save.

    A stream that cannot be read is listed with its reason; the others are reported all the same, and the exit code is 3.
    """
    from shardcalc.core.advice.fleet import fleet
    from shardcalc.core.advice.recommendation import Options
    from shardcalc.core.facts import built_in_limits
    from shardcalc.report.fleet import fleet as report

    options = Options.of(
        **{
            name: value
            for name, value in (("headroom", headroom), ("burst", burst), ("allow", allow))
            if value is not None
        }
    )
    limits = built_in_limits()
    read = (_saved(from_, options), []) if from_ is not None else _read(reading, options, save)
    if read is None:
        return
    members, failures = read
    found = fleet(members, failures, None if from_ is not None else reading.days, limits)
    match format:
        case Format.TABLE:
            text = report.table(found, page(output))
        case Format.JSON:
            text = report.json_text(found)
        case Format.MARKDOWN:
            text = report.markdown_text(found)
        case _:
            assert_never(format)
    write(text, output)
    if failures:
        print(f"error: {report.failed_text(failures)}", file=sys.stderr)
        raise typer.Exit(AWS)


@dataclass(frozen=True, slots=True)
class Place:
    """One Region of one account, with the streams that are there."""

    account: Account
    region: str
    streams: tuple[Stream, ...]


def _read(reading: Reading, options: Options, save: str | None) -> tuple[list[Member], list[Failure]] | None:
    """Read every stream; None after ``--dry-run``, which prints what it would ask for."""
    from shardcalc.core.facts import built_in_limits
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import foresee
    from shardcalc.sources.aws.metrics import estimate, window

    limits = built_in_limits()
    now = int(time.time())
    if save is not None and not reading.dry_run:
        try:
            os.makedirs(save, exist_ok=True)
        except OSError as error:
            raise UsageError("nothing was read", [f"--save {save}: {error.strerror}"]) from error
    failures: list[Failure] = []
    try:
        span = window(reading.days, now, limits)
        places = list(_places(reading, failures))
    except AwsError as error:
        raise failed("no stream could be read", error) from error
    if (
        failures
        and not any(place.streams for place in places)
        and not any(failure.subject for failure in failures)
    ):
        problems = [
            line
            for failure in failures
            for line in (f"{failure.region or 'no Region'}: {failure.message}", f"-> {failure.remedy}")
        ]
        raise UsageError("no stream could be read", problems, code=AWS)
    seen = estimate(0, span.points, limits)
    for place in places:
        seen += foresee(place.streams, span, limits, shard_metrics=reading.shard_metrics)
    if reading.dry_run:
        streams = [stream for place in places for stream in place.streams]
        reasons = [
            (f"{failure.subject or 'all streams'} in {failure.region}", failure.message)
            for failure in failures
        ]
        tell_foreseen(streams, reasons, span, seen, reading)
        if failures:
            raise typer.Exit(AWS)
        return None
    budget(seen, reading)
    members: list[Member] = []
    with progress("reading metrics", seen.queries) as tick:
        for place in places:
            for stream, history in _histories(place, reading, span, now, failures, places, tick):
                if isinstance(history, AwsError):
                    failures.append(_failure(history, place, stream.name))
                    continue
                if save is not None:
                    _keep(history, stream, save)
                members.append(_member(history, options, stream.account))
    accounts = list({id(place.account): place.account for place in places}.values())
    tell_spent(accounts)
    for account in accounts:
        account.close()
    return members, failures


def _places(reading: Reading, failures: list[Failure]) -> Iterator[Place]:
    """The streams of each Region of each account; what cannot be listed or described goes to the failures."""
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import find

    for account in reading.accounts():
        for region in reading.regions or (account.region,):
            streams: list[Stream] = []
            place = Place(account, region, ())
            with progress(f"finding streams in {region}", None) as tick:
                try:
                    for one in find(account, region, tick=tick):
                        if isinstance(one, AwsError):
                            failures.append(_failure(one, place, one.subject))
                        else:
                            streams.append(one)
                except AwsError as error:
                    failures.append(_failure(error, place, ""))
            yield Place(account, region, tuple(streams))


def _histories(
    place: Place,
    reading: Reading,
    span: Any,
    now: int,
    failures: list[Failure],
    places: list[Place],
    tick: Any,
) -> Iterator[tuple[Stream, History | AwsError]]:
    from shardcalc.core.facts import built_in_limits
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import histories
    from shardcalc.sources.aws.streams import quota

    if not place.streams:
        return
    allowed = None
    try:
        allowed = quota(place.account, place.region)
    except AwsError as error:
        # The streams can be judged without the quota, which then is unknown.
        failures.append(_failure(error, place, ""))
    accounts = {id(one.account): one.account for one in places}.values()
    spent = sum(account.metrics for account in accounts if account is not place.account)
    most = None if reading.max_metrics is None else reading.max_metrics - spent
    yield from histories(
        place.account, place.region, place.streams, span, built_in_limits(),
        quota=allowed, read_at=now, shard_metrics=reading.shard_metrics, most=most, tick=tick,
    )  # fmt: skip


def _member(history: History, options: Options, account: str) -> Member:
    from shardcalc.core.advice.fleet import member, silent
    from shardcalc.core.advice.recommendation import suggest
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.facts.prices import built_in_prices
    from shardcalc.core.history.model import HistoryError

    try:
        return member(suggest(history, options), account)
    except HistoryError:
        return silent(history, built_in_prices(history.region or ""), built_in_limits(), account)


def _failure(error: AwsError, place: Place, subject: str) -> Failure:
    from shardcalc.core.advice.fleet import Failure

    role = place.account.access.role_arn.split(":")
    return Failure(
        subject,
        place.region,
        role[4] if len(role) > 4 else "",
        error.trouble.value,
        error.message,
        error.remedy,
    )


def _keep(history: History, stream: Stream, folder: str) -> None:
    from shardcalc.sources.store.histories import write_history_file

    name = "-".join(part for part in (stream.account, stream.region, stream.name) if part)
    path = os.path.join(folder, f"{name.replace(os.sep, '_')}.json.gz")
    try:
        write_history_file(history, path)
    except OSError as error:
        raise UsageError(
            f"{path}: not written, and nothing after it was read", [f"{error.strerror}"]
        ) from error


def _saved(folder: str, options: Options) -> list[Member]:
    """Every saved history of a folder.

    Raises:
        UsageError: listing what cannot be read.
    """
    from shardcalc.core.history.model import HistoryError
    from shardcalc.sources.store.histories import read_history_file

    try:
        paths = sorted(
            entry.path
            for entry in os.scandir(folder)
            if entry.name.endswith((".json", ".json.gz")) and not entry.name.startswith(".")
        )
    except OSError as error:
        raise UsageError("nothing was read", [f"--from {folder}: {error.strerror}"]) from error
    if not paths:
        raise UsageError(
            "nothing was read", [f"--from {folder}: there is no saved history (.json, .json.gz) in it"]
        )
    members: list[Member] = []
    problems: list[str] = []
    for path in paths:
        try:
            history, _ = read_history_file(path)
        except HistoryError as error:
            problems += [
                f"{path}: {place + ': ' if place else ''}{message}" for place, message in error.problems
            ]
            continue
        members.append(_member(history, options, ""))
    if problems:
        raise UsageError("no stream was judged", problems)
    return members
