"""What speaks against advising fewer shards, and what a reader of a recommendation must know besides the
count.

Above all, what more shards cannot relieve. Pure: measured amounts and limits in, sentences out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import compress
from typing import Final

from shardcalc.core.advice.need import CallBudget, Need
from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.facts import Limits
from shardcalc.core.history.demand import GAP, Lag, Load, Readings, Traffic, points
from shardcalc.core.history.metrics import FAN_OUT_LAG, ITERATOR_AGE, READ_THROTTLED, WRITE_THROTTLED
from shardcalc.core.history.model import History, moment
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import Duration

_DAY: Final = 86_400
NEEDED_DAYS: Final = 7
"""Days of points that must be known before fewer shards are advised: less would miss a day of the week."""


def holds(
    readings: Readings, written: Traffic, behind: Sequence[Lag], counted: int, limits: Limits
) -> Iterator[str]:
    """Every reason not to advise fewer shards."""
    history = readings.history
    needed = NEEDED_DAYS * _DAY // history.period
    each = _each(history.period)
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
    if written.rejected:
        yield f"the stream throttled: {written.rejected:,} records were rejected"
    rejected = readings.metrics.get(READ_THROTTLED)
    if rejected is not None and rejected.total:
        yield f"the stream throttled: {rejected.total:,} GetRecords calls were rejected"
    hold = limits.iterator_age_hold.value
    for lag in behind:
        if lag.latest is not None and lag.latest > hold:
            yield f"{_reader(lag)} lagged {lag.latest} in the last day, more than {hold}"
        elif _risk(history, lag, limits):
            yield (
                f"{_reader(lag)} lagged {lag.worst}, more than {percent(limits.iterator_age_alarm.value)} of "
                "the retention"
            )
    if not behind:
        yield f"neither {ITERATOR_AGE} nor {FAN_OUT_LAG} is in the history, so readers may lag"


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


def findings(
    readings: Readings,
    written: Traffic,
    needs: Sequence[Need],
    behind: Sequence[Lag],
    budget: CallBudget | None,
    load: Load,
    burst: Fraction,
    limits: Limits,
) -> Iterator[Finding]:
    """What to know besides the count, the gravest kinds first."""
    history = readings.history
    yield from _throttled_writes(history, written, load, limits)
    yield from _reading(readings, behind, budget, limits)
    yield from _hot_shard(needs, limits)
    if history.status not in (None, "ACTIVE"):
        yield Finding(
            "stream-status",
            Severity.WARNING,
            f"the stream was {history.status} when it was read",
            "wait until it is ACTIVE; AWS accepts no call before",
        )
    gaps = history.points - points(written)
    if gaps:
        yield Finding(
            "gaps",
            Severity.INFO,
            f"{gaps:,} of {history.points:,} periods have no data; they are not counted as idle",
            "CloudWatch publishes no points while nobody writes; if producers wrote, find out why points are "
            "missing",
        )
    if burst == 1:
        yield Finding(
            "inside-a-period",
            Severity.INFO,
            f"AWS's limits apply to each second, but the history has one sum for {_each(history.period)}: "
            "bursts inside it cannot be seen",
            "give --burst (peak second divided by mean second) if producers write in bursts",
        )


def _throttled_writes(history: History, written: Traffic, load: Load, limits: Limits) -> Iterator[Finding]:
    throttled, current = written.throttled, history.open_shards
    if throttled is None or not written.rejected:
        return
    amounts = throttled.amounts
    times = [index for index in compress(range(len(amounts)), amounts) if amounts[index] > 0]
    shards = 0 if current is None or history.mode == "ON_DEMAND" else current
    inside = sum(GAP < load.series[index] <= shards * load.shard for index in times) if shards else 0
    message = (
        f"{written.rejected:,} records were rejected in {len(times):,} of {throttled.known:,} periods; "
        "retries are counted again, so this is an upper bound"
    )
    remedy = "the backtest shows which shard count carries the demand"
    if inside:
        message += (
            f". In {inside:,} of them the whole stream was below the capacity of {shards_text(shards)}: "
            "a hot shard or a burst inside the period is the likely cause"
        )
        remedy = "spread partition keys; give --burst if producers write in bursts"
        if not history.shards:
            price = limits.custom_metric_month
            remedy += (
                "; shard-level IncomingBytes and IncomingRecords would show a hot shard, for about "
                f"{price.value * (2 * shards)} a month "
                f"(2 metrics x {shards_text(shards)} x {price.value}; {price.source.title}, {price.date}, "
                f"confidence {price.confidence})"
            )
    yield Finding("throttled-writes", Severity.WARNING, message, remedy, limits.write_bytes)


def _reading(
    readings: Readings, behind: Sequence[Lag], budget: CallBudget | None, limits: Limits
) -> Iterator[Finding]:
    history, rejected = readings.history, readings.metrics.get(READ_THROTTLED)
    if rejected is not None and rejected.total:
        times = sum(count > 0 for count in rejected.amounts)
        yield Finding(
            "throttled-reads",
            Severity.WARNING,
            f"{rejected.total:,} GetRecords calls were rejected in {times:,} of {rejected.known:,} periods",
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
    for lag in behind:
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


def _hot_shard(needs: Sequence[Need], limits: Limits) -> Iterator[Finding]:
    plain = max(
        need.constraint.shards for need in needs if need.constraint.name in ("write-bytes", "write-records")
    )
    hot = [
        need
        for need in needs
        if need.constraint.name.startswith("hottest-shard") and need.constraint.shards > plain
    ]
    if hot:
        need = max(hot, key=lambda need: need.constraint.load)
        yield Finding(
            "hot-shard",
            Severity.WARNING,
            f"the busiest shard took {need.constraint.base} on {moment(need.at):%Y-%m-%d %H:%M} UTC; spread "
            "evenly, the stream would need "
            f"{shards_text(plain)} instead of {need.constraint.shards:,}",
            "look for a partition key with too much traffic; one key always stays on one shard",
            need.constraint.fact,
        )
