"""What speaks against advising fewer shards, and what a reader of a recommendation must know besides the
count.

Above all, what more shards cannot relieve. Pure: measured amounts and limits in, sentences out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.advice.backtest import Billing
from shardcalc.core.advice.need import CallBudget, Need
from shardcalc.core.advice.throttling import Cause, Throttling
from shardcalc.core.capacity.constraint import Regime
from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.facts import Limits
from shardcalc.core.history.demand import Lag, Measure, Readings, points
from shardcalc.core.history.load import Asked
from shardcalc.core.history.metrics import FAN_OUT_LAG, ITERATOR_AGE, READ_THROTTLED, WRITE_THROTTLED
from shardcalc.core.history.model import History, moment
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import Duration

_DAY: Final = 86_400
NEEDED_DAYS: Final = 7
"""Days of points that must be known before fewer shards are advised: less would miss a day of the week."""


class Evidence(NamedTuple):
    """All that was found out about a stream but the verdict."""

    history: History
    parts: tuple[Asked, ...]
    """The finest first."""
    needs: tuple[Need, ...]
    behind: tuple[Lag, ...]
    budget: CallBudget | None
    throttling: Throttling | None
    billing: Billing

    @property
    def readings(self) -> Readings:
        """The finest part."""
        return self.parts[0].readings

    @property
    def idle(self) -> bool:
        """Whether nobody wrote, or wanted to, in all that time."""
        return not any(part.written.demand_records.peak for part in self.parts)

    @property
    def shards(self) -> int | None:
        """The open shards; None where they are unknown, and on demand."""
        return None if self.history.mode == "ON_DEMAND" else self.history.open_shards


def holds(found: Evidence, limits: Limits) -> Iterator[str]:
    """Every reason not to advise fewer shards."""
    history, written = found.history, found.parts[0].written
    needed = NEEDED_DAYS * _DAY // history.period
    counted, each = points(written), _each(history.period)
    if counted < needed:
        yield (
            f"only {counted:,} points of {each} are known; advising fewer shards needs {needed:,} "
            f"({NEEDED_DAYS} days)"
        )
    if written.throttled is None:
        yield f"{WRITE_THROTTLED} is not in the history, so the stream may have throttled"
    elif written.throttled.known < needed <= counted:
        yield (
            f"{WRITE_THROTTLED} has {written.throttled.known:,} points; advising fewer shards needs "
            f"{needed:,}"
        )
    if found.throttling is not None:
        yield f"the stream throttled: {found.throttling.rejected:,} records were rejected"
    if rejected := sum(of.total for of in _rejected_reads(found)):
        yield f"the stream throttled: {rejected:,} GetRecords calls were rejected"
    if any(need.constraint.regime is Regime.NONE for need in found.needs):
        yield "one partition key is too much for a shard, and fewer shards make its shard busier"
    hold = limits.iterator_age_hold.value
    for lag in found.behind:
        if lag.latest is not None and lag.latest > hold:
            yield f"{_reader(lag)} lagged {lag.latest} in the last day, more than {hold}"
        elif _risk(history, lag, limits):
            yield (
                f"{_reader(lag)} lagged {lag.worst}, more than {percent(limits.iterator_age_alarm.value)} of "
                "the retention"
            )
    if not found.behind and not _nobody_reads(found) and not _nothing_to_read(found, limits):
        yield f"neither {ITERATOR_AGE} nor {FAN_OUT_LAG} is in the history, so readers may lag"


def _rejected_reads(found: Evidence) -> list[Measure]:
    each = (part.readings.metrics.get(READ_THROTTLED) for part in found.parts)
    return [of for of in each if of is not None and of.total]


def _nobody_reads(found: Evidence) -> bool:
    """Whether it is known that nobody polls and no consumer is registered."""
    return found.history.registered == () and all(part.readings.polled is False for part in found.parts)


def _nothing_to_read(found: Evidence, limits: Limits) -> bool:
    """Whether nobody has written for as long as records are kept."""
    history = found.history
    hours = history.retention_hours or int(limits.retention_least.value.in_hours)
    return found.idle and history.end - history.begin >= hours * 3600


def _each(period: int) -> str:
    return "one minute" if period == 60 else str(Duration(period))


def _reader(lag: Lag) -> str:
    return f"consumer {lag.reader}" if lag.reader else "a shared consumer"


def _risk(history: History, lag: Lag, limits: Limits) -> bool:
    """Whether records came near the end of their retention before they were read."""
    return (
        history.retention_hours is not None
        and lag.worst > Duration.hours(history.retention_hours) * limits.iterator_age_alarm.value
    )


def findings(found: Evidence, burst: Fraction, limits: Limits) -> Iterator[Finding]:
    """What to know besides the count: what hurts first."""
    history, finest = found.history, found.parts[0]
    yield from _throttled_writes(found, limits)
    yield from _reading(found, limits)
    yield from _hot_shard(found.needs)
    if found.idle:
        yield _idle(found)
    if history.status not in (None, "ACTIVE"):
        yield Finding(
            "stream-status",
            Severity.WARNING,
            f"the stream was {history.status} when it was read",
            "wait until it is ACTIVE; AWS accepts no call before",
        )
    gaps = history.points - points(finest.written)
    if gaps:
        yield Finding(
            "gaps",
            Severity.INFO,
            f"{gaps:,} of {history.points:,} periods are unknown, and not counted as idle: they are before "
            "the first point, or only some of the metrics of writing have a point",
            "if producers wrote then, find out why points are missing",
        )
    if history.older:
        coarsest = Duration(history.older[-1].period)
        yield Finding(
            "coarse-periods",
            Severity.INFO,
            f"before {moment(history.start):%Y-%m-%d %H:%M} UTC CloudWatch keeps sums of up to {coarsest} "
            "only: they hide shorter peaks, so they can ask for more shards and never for fewer",
            "shardcalc observe saves the minutes while CloudWatch still has them",
        )
    if burst == 1:
        yield Finding(
            "inside-a-period",
            Severity.INFO,
            f"AWS's limits apply to each second, but the history has one sum for {_each(history.period)}: "
            "bursts inside it cannot be seen",
            "give --burst (peak second divided by mean second) if producers write in bursts",
        )


def _idle(found: Evidence) -> Finding:
    history, billing = found.history, found.billing
    since = moment(history.begin if history.created is None else max(history.begin, history.created))
    read = {
        None: "",
        True: ", although somebody polls it",
        False: ", and nobody polls it",
    }[found.readings.polled]
    if found.shards is None:
        now = billing.standard(1) if history.mode == "ON_DEMAND" else None
    else:
        now = billing.provisioned(found.shards)
    money = "" if now is None or not now.complete else f"; deleting it saves {now.total} a month"
    return Finding(
        "idle",
        Severity.WARNING,
        f"nobody wrote to it from {since:%Y-%m-%d %H:%M} to {moment(history.end):%Y-%m-%d %H:%M} UTC{read}: "
        "its metrics were read and have no point, and CloudWatch publishes none while nobody writes",
        f"delete it if it is not needed{money}",
    )


def _throttled_writes(found: Evidence, limits: Limits) -> Iterator[Finding]:
    seen = found.throttling
    if seen is None:
        return
    times = " and ".join(
        f"{count:,} {'minute' if period == 60 else 'period'}{'' if count == 1 else 's'}"
        f"{'' if period == 60 else f' of {Duration(period)}'}"
        for period, count in seen.periods
    )
    days = f" on {seen.days:,} days" if seen.days > 1 else ""
    last = f"{moment(seen.last):%Y-%m-%d %H:%M} UTC"
    message = f"{seen.rejected:,} records were rejected in {times}{days}, "
    if seen.times > 1:
        message += f"last at {last}; most at {moment(seen.worst_at):%Y-%m-%d %H:%M}: {seen.worst:,}, "
    else:
        message += f"at {last}: "
    message += f"{percent(seen.worst_share)} of what was sent (retries are counted again)"
    yield Finding(
        "throttled-writes",
        Severity.WARNING,
        f"{message}. {sentence}" if (sentence := _cause(seen, found.shards)) else message,
        _cure(seen, found, limits),
        limits.write_bytes,
    )


def _cause(seen: Throttling, shards: int | None) -> str:
    """What is likelier to have rejected them, with what speaks for it."""
    if seen.cause is None or shards is None:
        return ""
    count, finest = seen.periods[0][1], f"{shards_text(shards)}"
    if seen.cause is Cause.TOO_FEW:
        where = "mostly" if seen.inside else "always"
        return f"The stream as a whole was {where} asked for more than {finest} carry: too few shards"
    likelier = (
        "a hot shard is likelier than a burst"
        if seen.cause is Cause.HOT_SHARD
        else "a burst inside the period is likelier than a hot shard"
    )
    below = f"In {seen.inside:,} of them" if seen.inside < count else "Each time"
    below += f" the stream as a whole was below what {finest} carry; {likelier}: "
    if seen.known:
        return below + (
            f"the busiest shard was asked for more than it carries in {seen.fitting:,} of {seen.looked_at:,}"
        )
    return below + f"of {seen.looked_at:,} periods as busy, {seen.fitting:,} rejected records"


def _cure(seen: Throttling, found: Evidence, limits: Limits) -> str:
    if seen.cause is Cause.HOT_SHARD:
        remedy = "spread the hottest partition keys: more shards do not divide a key"
    elif seen.cause is Cause.BURST:
        return "give --burst (peak second divided by mean second), or let producers write evenly"
    else:
        return "the backtest shows which shard count carries the demand"
    if found.history.shards or found.shards is None:
        return remedy
    price, metrics = limits.custom_metric_month, 2 * found.shards
    return (
        f"{remedy}; shard-level IncomingBytes and IncomingRecords would show its shard, for about "
        f"{price.value * metrics} a month (2 metrics x {shards_text(found.shards)} x {price.value}; "
        f"{price.source.title}, {price.date}, confidence {price.confidence})"
    )


def _reading(found: Evidence, limits: Limits) -> Iterator[Finding]:
    history, budget = found.history, found.budget
    if rejected := _rejected_reads(found):
        calls, times = (
            sum(of.total for of in rejected),
            sum(count > 0 for of in rejected for count in of.amounts),
        )
        yield Finding(
            "throttled-reads",
            Severity.WARNING,
            f"{calls:,} GetRecords calls were rejected in {times:,} of "
            f"{sum(of.known for of in rejected):,} periods",
            "poll less often, or move a consumer to enhanced fan-out; more shards help only where bytes are "
            "short",
            limits.read_bytes,
        )
    if budget is not None and budget.over:
        yield Finding(
            "getrecords-calls",
            Severity.WARNING,
            f"consumers made up to {decimal(budget.peak.amount)} GetRecords calls/s on each shard where "
            f"{decimal(limits.get_records_calls.value.amount)} "
            f"are allowed, and more than that in {budget.over:,} periods; more shards will not help",
            "poll less often, or move a consumer to enhanced fan-out",
            limits.get_records_calls,
        )
    for lag in found.behind:
        if _risk(history, lag, limits):
            hours = Duration.hours(history.retention_hours or 0)
            lost = lag.worst >= hours
            yield Finding(
                "lag",
                Severity.ERROR if lost else Severity.WARNING,
                f"{_reader(lag)} was {lag.worst} behind on {moment(lag.at):%Y-%m-%d %H:%M} UTC, "
                f"{'past' if lost else 'above'} "
                f"{'the' if lost else percent(limits.iterator_age_alarm.value) + ' of the'} retention of "
                f"{hours}",
                "find out why it fell behind, and keep records longer until it has caught up; "
                "more shards do not shorten an existing backlog",
                limits.iterator_age_alarm,
            )


def _hot_shard(needs: Sequence[Need]) -> Iterator[Finding]:
    plain = max(
        need.constraint.shards for need in needs if need.constraint.name in ("write-bytes", "write-records")
    )
    hot = [need for need in needs if need.constraint.name.startswith("hottest-shard")]
    hot = [
        need
        for need in hot
        if need.constraint.shards > plain or need.constraint.regime is not Regime.RESERVED
    ]
    if not hot:
        return
    need = max(hot, key=lambda need: (need.constraint.regime is Regime.NONE, need.constraint.shards))
    limit, key = need.constraint, need.constraint.key
    message = f"on {moment(need.at):%Y-%m-%d %H:%M} UTC the busiest shard was asked for {need.busiest}"
    if key is not None:
        message += f", as if one partition key were {percent(key)} of the stream"
    even = f"spread evenly, the stream would need {shards_text(plain)}"
    severity = Severity.WARNING
    if limit.regime is Regime.NONE:
        message += f"; no count up to {limit.most_shards:,} gives it room, so the count leaves it out"
        severity = Severity.ERROR
    elif limit.regime is Regime.BARE:
        message += (
            f"; no count up to {limit.most_shards:,} leaves it {limit.reserve}, and "
            f"{shards_text(limit.shards)} just carry it"
        )
    else:
        bare = max(plain, need.bare)
        message += f"; {even} instead of {limit.shards:,}"
        if bare < limit.shards:
            message += f", and {bare:,} just carry it"
    yield Finding(
        "hot-shard",
        severity,
        message,
        "spread the hottest partition key over several (a suffix of its own for each part of it): "
        "one key always stays on one shard",
        limit.fact,
    )
