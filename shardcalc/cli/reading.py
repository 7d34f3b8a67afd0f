"""What the commands that read AWS share: their flags, the reading of one stream, and what it cost."""

from __future__ import annotations

import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from shardcalc.cli.errors import AWS, UsageError
from shardcalc.cli.output import page, write

if TYPE_CHECKING:
    from shardcalc.core.history.model import History
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.metrics import Estimate, Window
    from shardcalc.sources.aws.session import Account
    from shardcalc.sources.aws.streams import Stream

DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The flags of a command that reads AWS."""

    asked_days: int | str | None
    regions: tuple[str, ...]
    profile: str
    role_arns: tuple[str, ...]
    external_id: str
    endpoint_url: str
    timeout: float
    max_metrics: int | None
    shard_metrics: bool
    dry_run: bool

    @property
    def days(self) -> int:
        """The days to read.

        Raises:
            BadFields: they are not a number of days.
        """
        from shardcalc.core.units import read_count
        from shardcalc.core.workload.workload import BadFields

        try:
            return (
                DAYS if self.asked_days is None else read_count(self.asked_days, "a number of days", least=1)
            )
        except ValueError as error:
            raise BadFields([("days", str(error))]) from error

    def accounts(self) -> list[Account]:
        """One account a role, or the user's own; their credentials are not used yet.

        Raises:
            BadFields: a Region is not one that is known, and no endpoint is given for it.
        """
        from shardcalc.core.workload.workload import BadFields, read_region
        from shardcalc.sources.aws.session import Access, Account

        for region in self.regions if not self.endpoint_url else ():
            try:
                read_region(region)
            except ValueError as error:
                raise BadFields([("region", str(error))]) from error
        return [
            Account(Access(self.profile, self.endpoint_url, role, self.external_id, self.timeout))
            for role in self.role_arns or ("",)
        ]


_FLAGS: Final[dict[str, tuple[Any, Any, Any]]] = {
    "days": (
        int,
        DAYS,
        typer.Option(metavar="N", min=1, help="read so many days; what is older is kept in coarser periods"),
    ),
    "region": (
        str,
        "",
        typer.Option(metavar="REGION", help="the Region; the profile's when not given", show_default=False),
    ),
    "profile": (
        str,
        "",
        typer.Option(metavar="NAME", help="the profile of the AWS CLI's configuration", show_default=False),
    ),
    "role_arn": (str, "", typer.Option(metavar="ARN", help="assume this role first", show_default=False)),
    "external_id": (
        str,
        "",
        typer.Option(metavar="TEXT", help="the external id that the role asks for", show_default=False),
    ),
    "endpoint_url": (
        str,
        "",
        typer.Option(metavar="URL", help="ask this endpoint instead of AWS's", show_default=False),
    ),
    "timeout": (float, 20.0, typer.Option(metavar="SECONDS", min=0.1, help="seconds to wait for an answer")),
    "max_metrics": (
        int | None,
        None,
        typer.Option(
            metavar="N", min=1, help="ask CloudWatch for no more metrics than this", show_default=False
        ),
    ),
    "shard_metrics": (
        bool,
        True,
        typer.Option(
            "--shard-metrics/--no-shard-metrics", help="read shard-level metrics where they are switched on"
        ),
    ),
    "dry_run": (
        bool,
        False,
        typer.Option(
            "--dry-run", help="say how many calls would be made and what they cost; read no metrics"
        ),
    ),
}
_OF_A_FLEET: Final = {
    "region": (
        list[str] | None,
        None,
        typer.Option(
            metavar="REGION",
            help="a Region, several by repeating it; the profile's when not given",
            show_default=False,
        ),
    ),
    "role_arn": (
        list[str] | None,
        None,
        typer.Option(
            metavar="ARN", help="assume this role first; several roles by repeating it", show_default=False
        ),
    ),
}


def reading_flags(*, fleet: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of reading AWS; it receives them as ``reading``. An option that it has itself is not added."""
    flags = _FLAGS | (_OF_A_FLEET if fleet else {})

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "reading"]
        has = {parameter.name for parameter in own}
        added = [_option(name, *flag) for name, flag in flags.items() if name not in has]

        @wraps(command)
        def with_flags(**given: Any) -> Any:
            values = {name: given[name] if name in has else given.pop(name) for name in flags}
            regions, roles = (_several(values.pop(name)) for name in ("region", "role_arn"))
            return command(
                reading=Reading(asked_days=values.pop("days"), regions=regions, role_arns=roles, **values),
                **given,
            )

        with_flags.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
        with_flags.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *added)}
        del with_flags.__wrapped__  # its signature would be taken for ours
        return with_flags

    return decorate


def _option(name: str, kind: Any, default: object, option: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _several(given: str | list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys([given] if isinstance(given, str) else given or ())) if given else ()


# ── one stream ───────────────────────────────────────────────────────────────────────────────────


def read_stream(name: str, reading: Reading) -> History | None:
    """Read one stream's history from AWS; with ``--dry-run``, print what that would ask for, and read nothing.

    Raises:
        UsageError: AWS could not be read (exit code 3), or more metrics would be asked for than is allowed.
    """
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.units import BadValue
    from shardcalc.sources.aws.errors import AwsError, Trouble
    from shardcalc.sources.aws.histories import foresee, histories
    from shardcalc.sources.aws.metrics import window
    from shardcalc.sources.aws.streams import describe, elsewhere, named, quota

    limits = built_in_limits()
    now = int(time.time())
    subject = f"stream {name}"
    try:
        account = reading.accounts()[0]
        try:
            which = named(name, reading.regions[0] if reading.regions else "", account)
        except BadValue as error:
            raise UsageError("nothing was read", [str(error)]) from error
        subject = f"{which} in {which.region}"
        span = window(reading.days, now, limits)
        try:
            stream = describe(account, which)
        except AwsError as error:
            if error.trouble is Trouble.MISSING and (there := elsewhere(account.access, which)):
                error.remedy = f"there is one of this name in {' and '.join(there)}: give --region {there[0]}"
            raise
        seen = foresee([stream], span, limits, shard_metrics=reading.shard_metrics)
        if reading.dry_run:
            tell_foreseen([stream], [], span, seen, reading)
            return None
        budget(seen, reading)
        allowed = quota(account, which.region)
        with progress(f"reading {stream.name}", seen.queries) as tick:
            ((_, history),) = histories(
                account, which.region, [stream], span, limits,
                quota=allowed, read_at=now, shard_metrics=reading.shard_metrics, most=reading.max_metrics, tick=tick,
            )  # fmt: skip
        if isinstance(history, AwsError):
            raise history
    except AwsError as error:
        raise failed(f"{subject} could not be read, nothing was computed", error) from error
    tell_spent([account])
    account.close()
    return history


def tell_foreseen(
    streams: Sequence[Stream],
    failures: Sequence[tuple[str, str]],
    span: Window,
    seen: Estimate,
    reading: Reading,
) -> None:
    """Print what would be asked of CloudWatch: the result of ``--dry-run``."""
    from shardcalc.report.observe.terminal import Asked, Foreseen, foreseen
    from shardcalc.sources.aws.histories import queries

    rows = [
        Asked(
            one.name,
            one.region,
            one.mode,
            one.open_shards,
            len(one.registered),
            len(queries(one, shard_metrics=reading.shard_metrics)),
        )
        for one in streams
    ]
    plan = Foreseen(
        streams=tuple(rows),
        failed=tuple(failures),
        start=span.start,
        end=span.end,
        period=span.period,
        points=span.points,
        series=seen.queries,
        calls=seen.calls,
        metrics=seen.metrics,
        price=seen.price,
        most=reading.max_metrics,
    )
    write(foreseen(plan, page(None)), None)


def failed(what: str, error: AwsError) -> UsageError:
    """An AWS error as the command line says it."""
    return UsageError(what, [error.message, *([f"-> {error.remedy}"] if error.remedy else [])], code=AWS)


def budget(seen: Estimate, reading: Reading) -> None:
    """Refuse a reading that would ask for more metrics than is allowed.

    Raises:
        UsageError: it would.
    """
    if reading.max_metrics is not None and seen.metrics > reading.max_metrics:
        ask = f"{seen.queries:,} series on {seen.calls:,} pages are {seen.metrics:,} metrics, --max-metrics allows {reading.max_metrics:,}"
        raise UsageError(
            "nothing was read from CloudWatch",
            [ask, "-> give fewer --days, --no-shard-metrics, or a larger --max-metrics"],
        )


def tell_spent(accounts: list[Account]) -> None:
    """Say on stderr how many calls were made and what they cost."""
    from shardcalc.core.facts import built_in_limits
    from shardcalc.report.observe.terminal import cost
    from shardcalc.sources.aws.metrics import price

    limits = built_in_limits()
    metrics = sum(account.metrics for account in accounts)
    calls = {
        service: sum(
            count
            for account in accounts
            for action, count in account.calls.items()
            if action.startswith(service)
        )
        for service in ("kinesis:", "cloudwatch:")
    }
    print(
        f"asked Kinesis {_times(calls['kinesis:'])}, free, and CloudWatch {_times(calls['cloudwatch:'])} "
        f"for {metrics:,} metric{'' if metrics == 1 else 's'}: {cost(price(metrics, limits))}",
        file=sys.stderr,
    )


def _times(count: int) -> str:
    return f"{count:,} time{'' if count == 1 else 's'}"


# ── progress ─────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr while the block runs; nothing where stderr is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from shardcalc.cli.progress import bar

    with bar(title, total) as tick:
        yield tick
