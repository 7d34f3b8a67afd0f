"""Reading AWS: how it is reached, what it would be asked, and what one stream's history says.

``observe``, ``suggest`` and ``fleet`` read by this way. Reading costs money only where CloudWatch bills
metrics, so what would be asked can be said beforehand, and what was asked is said after.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from shardcalc.app.refusal import BadFields, BadValue, Refused, aws_refused
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.history.model import AccountQuota, History
from shardcalc.core.text import read_count, shown
from shardcalc.core.units import USD
from shardcalc.core.workload.workload import read_region

if TYPE_CHECKING:
    from shardcalc.sources.aws.metrics import Estimate, Window
    from shardcalc.sources.aws.session import Access, Account
    from shardcalc.sources.aws.streams import Named, Stream

_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)

DAYS = 29
"""The days that are read when no number is given: what CloudWatch keeps by the minute, and two weeks more."""

Tick = Callable[[int], None]
"""Told how many more are done."""
Progress = Callable[[str, int | None], AbstractContextManager[Tick]]
"""Shows how far a long reading is: given its title and, if known, its total."""


@contextmanager
def quiet(_title: str, _total: int | None) -> Iterator[Tick]:
    """Show nothing."""
    yield lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How AWS is to be read."""

    asked_days: int | str | None = None
    regions: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    role_arns: tuple[str, ...] = ()
    external_id: str = ""
    endpoint_url: str = ""
    timeout: float = 20.0
    max_metrics: int | None = None
    """CloudWatch is asked for no more metrics than this."""
    shard_metrics: bool = True

    @property
    def days(self) -> int:
        """The days to read.

        Raises:
            BadFields: they are not a number of days.
        """
        try:
            return (
                DAYS if self.asked_days is None else read_count(self.asked_days, "a number of days", least=1)
            )
        except BadValue as error:
            raise BadFields([("days", str(error))]) from error

    def accesses(self) -> list[Access]:
        """How each account is reached: with each profile, or with each role from each profile.

        Raises:
            BadFields: a Region is not one that is known, and no endpoint is given for it; or a role is none.
        """
        from shardcalc.sources.aws.session import Access

        for role in self.role_arns:
            if not _ROLE.fullmatch(role):
                problem = f"{shown(role)} is not the ARN of a role; write arn:aws:iam::ACCOUNT:role/NAME"
                raise BadFields([("role_arn", problem)])
        for region in self.regions if not self.endpoint_url else ():
            try:
                read_region(region)
            except BadValue as error:
                raise BadFields([("region", str(error))]) from error
        return [
            Access(profile, self.endpoint_url, role, self.external_id, self.timeout)
            for profile in self.profiles or ("",)
            for role in self.role_arns or ("",)
        ]


class StreamToRead(NamedTuple):
    """One stream that would be read."""

    name: str
    region: str
    mode: str
    open_shards: int
    registered: int
    series: int


class Foreseen(NamedTuple):
    """What a reading would ask of CloudWatch."""

    streams: tuple[StreamToRead, ...]
    failed: tuple[tuple[str, str], ...]
    """What could not even be described, and why."""
    windows: tuple[Window, ...]
    """The periods of every series; the newest first, coarser ones where CloudWatch keeps no finer."""
    series: int
    calls: int
    metrics: int
    price: USD
    most: int | None
    """Metrics that the reading allows."""


class Spent(NamedTuple):
    """What a reading asked of AWS."""

    kinesis_calls: int
    cloudwatch_calls: int
    metrics: int
    price: USD


class Observed(NamedTuple):
    """One stream's history, and what reading it cost."""

    history: History
    spent: Spent
    notes: tuple[str, ...] = ()
    """What could not be read, and what is unknown for it."""


def observe(name: str, reading: Reading | None = None, progress: Progress = quiet) -> Observed:
    """Read one stream's history from AWS.

    Args:
        name: the stream's name or ARN.
        reading: how AWS is reached, and how many days are read.
        progress: shows how far the reading is.

    Raises:
        Refused: AWS could not be read, or more metrics would be asked for than the reading allows.
        BadFields: a Region or the days cannot be used.
    """
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.histories import histories

    reading = reading or Reading()
    limits, now = built_in_limits(), int(time.time())
    subject = [f"stream {name}"]
    notes: list[str] = []
    try:
        account, stream, spans = _found(name, reading, now, limits, subject)
        seen = _estimate([stream], spans, limits, reading)
        within_budget(seen, reading)
        if stream.foreign:
            # DescribeLimits tells only of the account that asks, and a stream's name is one of that account.
            notes.append(
                f"{stream.name} is a stream of account {stream.account}, whose shard quota was not checked; "
                "change it only with credentials of that account"
            )
        allowed = None if stream.foreign else quota_of(account, stream.region, notes)
        with progress(f"reading {stream.name}", seen.queries) as tick:
            ((_, history),) = histories(
                account,
                stream.region,
                [stream],
                spans,
                limits,
                quota=allowed,
                read_at=now,
                shard_metrics=reading.shard_metrics,
                most=reading.max_metrics,
                tick=tick,
            )
        if isinstance(history, AwsError):
            raise history
    except AwsError as error:
        raise aws_refused(f"{subject[0]} could not be read, nothing was computed", error) from error
    spent = spent_by([account], limits)
    account.close()
    return Observed(history, spent, tuple(notes))


def foresee(name: str, reading: Reading | None = None) -> Foreseen:
    """Say what reading one stream would ask for, and read no metrics.

    Raises:
        Refused: the stream cannot be described.
        BadFields: a Region or the days cannot be used.
    """
    from shardcalc.sources.aws.errors import AwsError

    reading = reading or Reading()
    limits, now = built_in_limits(), int(time.time())
    subject = [f"stream {name}"]
    try:
        account, stream, spans = _found(name, reading, now, limits, subject)
        account.close()
        return foreseen([stream], (), spans, _estimate([stream], spans, limits, reading), reading)
    except AwsError as error:
        raise aws_refused(f"{subject[0]} could not be read, nothing was computed", error) from error


def _found(
    name: str, reading: Reading, now: int, limits: Limits, subject: list[str]
) -> tuple[Account, Stream, tuple[Window, ...]]:
    """The account, the stream as Kinesis describes it, and the periods to read; ``subject`` is told what is
    asked about.
    """
    from shardcalc.sources.aws.metrics import windows
    from shardcalc.sources.aws.session import Account
    from shardcalc.sources.aws.streams import named

    account = Account(reading.accesses()[0])
    try:
        which = named(name, reading.regions[0] if reading.regions else "", account)
    except BadValue as error:
        raise Refused("nothing was read", [str(error)]) from error
    subject[0] = f"{which} in {which.region}"
    spans = windows(reading.days, now, limits)
    stream = _described(account, which)
    foreign = bool(which.account) and which.account != account.identify(which.region)
    return account, replace(stream, foreign=foreign), spans


def _described(account: Account, which: Named) -> Stream:
    from shardcalc.sources.aws.errors import AwsError, Trouble
    from shardcalc.sources.aws.streams import describe, elsewhere

    try:
        return describe(account, which)
    except AwsError as error:
        if error.trouble is Trouble.MISSING and not which.arn and (there := elsewhere(account, which)):
            error.remedy = f"there is one of this name in {' and '.join(there)}: give --region {there[0]}"
        raise


def quota_of(account: Account, region: str, notes: list[str]) -> AccountQuota | None:
    """The shards that the account may have in a Region. None where that cannot be read: a note then says so,
    and only the check against it is missing.
    """
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.streams import quota

    try:
        return quota(account, region)
    except AwsError as error:
        whose = f"account {account.number}" if account.number else "the account"
        notes.append(f"the shard quota of {whose} is unknown and was not checked: {error.message}")
        return None


def _estimate(
    streams: Sequence[Stream], spans: tuple[Window, ...], limits: Limits, reading: Reading
) -> Estimate:
    from shardcalc.sources.aws.histories import foresee as foresee_histories

    return foresee_histories(streams, spans, limits, shard_metrics=reading.shard_metrics)


def foreseen(
    streams: Iterable[Stream],
    failed: Iterable[tuple[str, str]],
    spans: tuple[Window, ...],
    seen: Estimate,
    reading: Reading,
) -> Foreseen:
    """What a reading of these streams would ask of CloudWatch."""
    from shardcalc.sources.aws.histories import queries

    rows = tuple(
        StreamToRead(
            one.name,
            one.region,
            one.mode,
            one.open_shards,
            len(one.registered),
            len(queries(one, shard_metrics=reading.shard_metrics)),
        )
        for one in streams
    )
    return Foreseen(
        streams=rows,
        failed=tuple(failed),
        windows=spans,
        series=sum(row.series for row in rows),
        calls=seen.calls,
        metrics=seen.metrics,
        price=seen.price,
        most=reading.max_metrics,
    )


def within_budget(seen: Estimate, reading: Reading) -> None:
    """Refuse a reading that would ask for more metrics than it allows.

    Raises:
        Refused: it would.
    """
    if reading.max_metrics is not None and seen.metrics > reading.max_metrics:
        ask = (
            f"{seen.calls:,} calls would ask for {seen.metrics:,} metrics, "
            f"--max-metrics allows {reading.max_metrics:,}"
        )
        remedy = "-> give fewer --days, --no-shard-metrics, or a larger --max-metrics"
        raise Refused("nothing was read from CloudWatch", [ask, remedy])


def spent_by(accounts: Iterable[Account], limits: Limits) -> Spent:
    """What was asked of AWS with some accounts."""
    from shardcalc.sources.aws.metrics import price

    counted = {"kinesis": 0, "cloudwatch": 0}
    metrics = 0
    for account in accounts:
        metrics += account.metrics
        for action, count in account.calls.items():
            service = action.partition(":")[0]
            if service in counted:
                counted[service] += count
    return Spent(counted["kinesis"], counted["cloudwatch"], metrics, price(metrics, limits))
