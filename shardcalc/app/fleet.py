"""``fleet``: every stream of some accounts and Regions, or of a folder of saved histories."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.processors import in_parts
from shardcalc.app.reading import (
    Foreseen,
    Progress,
    Reading,
    Spent,
    Tick,
    foreseen,
    quiet,
    quota_of,
    spent_by,
    within_budget,
)
from shardcalc.app.refusal import (
    BadFields,
    HistoryError,
    Reason,
    Refused,
    aws_refused,
    history_problems,
    unwritten,
)
from shardcalc.app.selection import Selection
from shardcalc.app.streams import documents
from shardcalc.app.streams import places as places_of
from shardcalc.app.suggest import prices_for, suggest
from shardcalc.core.advice.fleet import Failure, Fleet, Member, member, unmeasured
from shardcalc.core.advice.fleet import fleet as ordered
from shardcalc.core.advice.recommendation import Options
from shardcalc.core.history.model import History, complete
from shardcalc.core.lint.policy import policy_of
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.reading import read_fields
from shardcalc.core.workload.workload import read_region

if TYPE_CHECKING:
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.metrics import Estimate, Window
    from shardcalc.sources.aws.session import Access, Account
    from shardcalc.sources.aws.streams import Stream

HISTORIES_A_PROCESS: Final = 8
"""Saved histories that make a process of their own worth its start."""
HISTORIES_A_PART: Final = 2
"""Saved histories that a process takes at once; one can be a hundred times as long as another."""


class FleetRead(NamedTuple):
    """A fleet, and what reading it cost."""

    fleet: Fleet
    spent: Spent | None
    """None for saved histories."""
    notes: tuple[str, ...] = ()
    """What could not be read besides the streams, and what is unknown for it."""


@dataclass(frozen=True, slots=True)
class AccountRegion:
    """One Region of one account, with the streams that are there."""

    account: Account
    region: str
    streams: tuple[Stream, ...]


class _Found(NamedTuple):
    """What there is to read, before a metric is asked for."""

    places: tuple[AccountRegion, ...]
    failures: list[Failure]
    spans: tuple[Window, ...]
    seen: Estimate


def fleet(
    where: Reading | str | None = None,
    options: Options | None = None,
    *,
    basis: Basis | None = None,
    save: str | None = None,
    region: str | None = None,
    profiles: Sequence[DeclaredStream] = (),
    owner_tags: Sequence[str] = (),
    selection: Selection | None = None,
    progress: Progress = quiet,
) -> FleetRead:
    """Work out what every stream of some accounts and Regions, or of a folder of saved histories, should
    have.

    A stream that cannot be read is listed with its reason; the others are reported all the same.

    Args:
        where: how AWS is reached, which Regions and roles, and how many days; or a folder of saved histories.
        options: what the recommendations shall hold for, and how many of the last days they look at.
        basis: limits, prices and discount; what it lacks, the policy files of the profiles say or, without
            profiles, the one that counts in the working folder.
        save: a folder in which each stream's history that is read is kept.
        region: the Region of saved histories that do not say theirs.
        profiles: declared streams, which are found by name, Region and account.
        owner_tags: tags that say who owns a stream, the first that it has; none is read when not given.
        selection: which of the streams, and in which order.
        progress: shows how far the reading is.

    Raises:
        Refused: no stream can be read, or more metrics would be asked for than the reading allows.
        BadFields: the Region cannot be used.
    """
    options = options or Options()
    basis = (basis or Basis.of()).by_policy(documents(profiles))
    if isinstance(where, str):
        return FleetRead(_saved(where, options, basis, region, profiles, selection), None)
    return _read(where or Reading(), options, basis, save, profiles, owner_tags, selection, progress)


def owner_tags(profiles: Sequence[DeclaredStream]) -> tuple[str, ...]:
    """The tags that say who owns a stream: by the policies of the profiles or, without any, by the policy
    file that counts in the working folder.

    Raises:
        ProfileErrors: that file cannot be used.
    """
    tags = (policy_of(document).owner_tag for document in documents(profiles))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _read(
    reading: Reading,
    options: Options,
    basis: Basis,
    save: str | None,
    profiles: Sequence[DeclaredStream],
    tags: Sequence[str],
    selection: Selection | None,
    progress: Progress,
) -> FleetRead:
    from shardcalc.sources.aws.errors import AwsError

    now = int(time.time())
    if save is not None:
        try:
            os.makedirs(save, exist_ok=True)
        except OSError as error:
            raise unwritten(save, error, ", and nothing was read") from error
    places, failures, spans, seen = _find(reading, basis, now, progress)
    basis = basis.used_in(place.region for place in places)
    within_budget(seen, reading)
    members: list[Member] = []
    notes: list[str] = []
    with progress("reading metrics", seen.queries) as tick:
        for place in places:
            owners = _owners(place, tags, notes)
            for stream, history in _histories(place, reading, basis, spans, now, notes, places, tick):
                if isinstance(history, AwsError):
                    account = place.account
                    failures.append(_failure(history, account.access, place.region, account.number))
                    continue
                if save is not None:
                    _keep(history, stream, save)
                made = _member(history, options, basis, profiles)
                members.append(replace(made, owner=owners.get(stream.arn, made.owner)))
    accounts = list({id(place.account): place.account for place in places}.values())
    spent = spent_by(accounts, basis.limits)
    for account in accounts:
        account.close()
    found = _selected(members, failures, reading.days, basis, selection)
    return FleetRead(found, spent, tuple(notes))


def foresee_fleet(
    reading: Reading, basis: Basis, progress: Progress = quiet
) -> tuple[Foreseen, Sequence[Failure]]:
    """Say what reading a fleet would ask for, and read no metrics; also what cannot be read.

    Raises:
        Refused: no stream can be read.
    """
    places, failures, spans, seen = _find(reading, basis, int(time.time()), progress)
    streams = [stream for place in places for stream in place.streams]
    reasons = [
        (f"{failure.subject or 'all streams'} in {failure.place}", failure.message) for failure in failures
    ]
    return foreseen(streams, reasons, spans, seen, reading), failures


def _saved(
    folder: str,
    options: Options,
    basis: Basis,
    region: str | None,
    profiles: Sequence[DeclaredStream],
    selection: Selection | None,
) -> Fleet:
    """The fleet of a folder of saved histories."""
    said = {} if region is None else read_fields({"region": region}, {"region": read_region})
    try:
        paths = sorted(
            entry.path
            for entry in os.scandir(folder)
            if entry.name.endswith((".json", ".json.gz")) and not entry.name.startswith(".")
        )
    except OSError as error:
        raise Refused("nothing was read", [f"--from {folder}: {error.strerror}"]) from error
    if not paths:
        none = f"--from {folder}: there is no saved history (.json, .json.gz) in it"
        raise Refused("nothing was read", [none])
    from shardcalc.sources.store.histories import read_history_file

    def part(paths: Sequence[str]) -> tuple[list[Member], list[str]]:
        members: list[Member] = []
        problems: list[str] = []
        for path in paths:
            try:
                history, _ = read_history_file(path)
                history = complete(history, said)
            except BadFields as error:
                problems += [f"{path}: --{field}: {problem}" for field, problem in error.problems]
                continue
            except HistoryError as error:
                problems += [f"{path}: {problem}" for problem in history_problems(error)]
                continue
            members.append(_member(history, options, basis, profiles))
        return members, problems

    # What the first history needs loaded, such as its reader and prices, the other processes then have.
    held, basis = basis, basis._replace(own={})
    parts = [part(paths[:1]), *in_parts(paths[1:], part, HISTORIES_A_PROCESS, HISTORIES_A_PART)]
    problems = [problem for _, wrong in parts for problem in wrong]
    if problems:
        raise Refused("no stream was reported", problems)
    members = [member for some, _ in parts for member in some]
    held.used_in(member.region for member in members)
    return _selected(members, [], options.days, basis, selection)


def _selected(
    members: Sequence[Member],
    failures: Sequence[Failure],
    days: int | None,
    basis: Basis,
    selection: Selection | None,
) -> Fleet:
    kept = members if selection is None else selection.kept(members)
    found = ordered(kept, failures, days, basis.limits, basis.prices, basis.discount)
    return found if selection is None else replace(found, members=tuple(selection.sorted(found.members)))


def _find(reading: Reading, basis: Basis, now: int, progress: Progress) -> _Found:
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import foresee
    from shardcalc.sources.aws.metrics import estimate, windows

    failures: list[Failure] = []
    try:
        spans = windows(reading.days, now, basis.limits)
        places = tuple(_places(reading, failures, progress))
    except AwsError as error:
        raise aws_refused("no stream could be read", error) from error
    readable = any(place.streams for place in places) or any(failure.subject for failure in failures)
    if failures and not readable:
        problems = [
            line
            for failure in failures
            for line in (f"{failure.place}: {failure.message}", f"-> {failure.remedy}")
        ]
        raise Refused("no stream could be read", problems, reason=Reason.AWS)
    seen = estimate(0, 1, basis.limits)
    for place in places:
        seen += foresee(place.streams, spans, basis.limits, shard_metrics=reading.shard_metrics)
    return _Found(places, failures, spans, seen)


def _places(reading: Reading, failures: list[Failure], progress: Progress) -> Iterator[AccountRegion]:
    """The streams of each Region of each account; what cannot be listed or described goes to the failures."""
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import find
    from shardcalc.sources.aws.session import Account

    seen: set[str] = set()
    account: Account | None = None
    for access in reading.accesses():
        try:
            account = Account(access, beside=account)
            regions = reading.regions or (account.region,)
        except AwsError as error:
            failures.append(_failure(error, access, ""))
            continue
        for region in regions:
            streams: list[Stream] = []
            failed: list[AwsError] = []
            with progress(f"finding streams in {region}", None) as tick:
                try:
                    for one in find(account, region, tick=tick):
                        if isinstance(one, AwsError):
                            failed.append(one)
                            continue
                        account.number = account.number or one.account
                        # Two profiles may be of one account, and one role be reached from both.
                        if one.arn not in seen:
                            streams.append(one)
                        seen |= {one.arn} - {""}
                except AwsError as error:
                    failed.append(error)
            failures += [_failure(error, access, region, account.number) for error in failed]
            yield AccountRegion(account, region, tuple(streams))


def _owners(place: AccountRegion, tags: Sequence[str], notes: list[str]) -> dict[str, str]:
    """Who owns each stream, by its ARN; where that cannot be read, a note says so."""
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.streams import owners

    found: dict[str, str] = {}
    try:
        for tag in tags if place.streams else ():
            found = owners(place.account, place.region, tag) | found
    except AwsError as error:
        whose = f"account {place.account.number} in {place.region}"
        notes.append(f"the owners of the streams of {whose} are unknown: {error.message}")
    return found


def _histories(
    place: AccountRegion,
    reading: Reading,
    basis: Basis,
    spans: tuple[Window, ...],
    now: int,
    notes: list[str],
    places: Iterable[AccountRegion],
    tick: Tick,
) -> Iterator[tuple[Stream, History | AwsError]]:
    from shardcalc.sources.aws.histories import histories

    if not place.streams:
        return
    accounts = {id(one.account): one.account for one in places}.values()
    spent = sum(account.metrics for account in accounts if account is not place.account)
    yield from histories(
        place.account,
        place.region,
        place.streams,
        spans,
        basis.limits,
        quota=quota_of(place.account, place.region, notes),
        read_at=now,
        shard_metrics=reading.shard_metrics,
        most=None if reading.max_metrics is None else reading.max_metrics - spent,
        tick=tick,
    )


def _member(history: History, options: Options, basis: Basis, profiles: Sequence[DeclaredStream]) -> Member:
    try:
        made = member(suggest(history, options, basis=basis, profiles=profiles))
        owner = next((profiles[place].owner for place in places_of(history, profiles)), "")
        return replace(made, owner=owner)
    except HistoryError:
        return unmeasured(history, prices_for(history, basis), basis.limits)


def _failure(error: AwsError, access: Access, region: str, account: str = "") -> Failure:
    return Failure(
        error.subject, region, account, error.trouble.value, error.message, error.remedy, access.profile
    )


def _keep(history: History, stream: Stream, folder: str) -> None:
    from shardcalc.sources.store.histories import write_history_file

    name = "-".join(part for part in (stream.account, stream.region, stream.name) if part)
    path = os.path.join(folder, f"{name.replace(os.sep, '_')}.json.gz")
    try:
        write_history_file(history, path)
    except OSError as error:
        raise unwritten(path, error, ", and nothing after it was read") from error
