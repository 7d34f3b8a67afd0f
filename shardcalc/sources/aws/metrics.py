"""What CloudWatch measured: many series of many streams in few calls, each on one clock with its gaps.

Windows ask for the finest period that CloudWatch still keeps. Queries of many streams share a call; a
series leaves as soon as its call is read to the end, so that a fleet needs the memory of a few streams.
Answers are matched by query id, never by label or order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import groupby
from typing import Any, Final

from shardcalc.core.facts import Fact, Limits
from shardcalc.core.history.model import Series
from shardcalc.core.units import USD, Duration
from shardcalc.sources.aws.errors import AwsError, Breaker, Trouble
from shardcalc.sources.aws.session import Account

NAMESPACE: Final = "AWS/Kinesis"
SETTLED: Final = 180
"""Seconds after which a minute's sum is taken as final; younger minutes are still growing and are not
read."""
MARGIN: Final = 3600
"""Seconds that a window stays inside what CloudWatch keeps, so that its first periods do not expire while it
is read."""
EMPTY_PAGES: Final = 20
"""Pages without a new point in a row, after which the reading is given up."""


@dataclass(frozen=True, slots=True)
class Window:
    """The periods to read: whole ones, aligned to the epoch as CloudWatch aligns them."""

    start: int
    """Epoch seconds."""
    period: int
    """Seconds."""
    points: int

    @property
    def end(self) -> int:
        """Epoch seconds at which the last period ends."""
        return self.start + self.points * self.period


def windows(days: int, now: int, limits: Limits) -> tuple[Window, ...]:
    """The last days, each part in the finest period that CloudWatch still keeps of it; the newest part first.

    A coarser period than needed hides peaks; a finer one than is kept answers nothing. Each part begins where
    a period of the next coarser one ends, so that all of them follow each other without a gap.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html

    Raises:
        AwsError: CloudWatch does not keep anything for so long.
    """
    asked = days * 86_400
    kept = [(int(step.value.amount), int(time.value.amount)) for step, time in kept_periods(limits)]
    if asked > kept[-1][1]:
        raise AwsError(
            Trouble.REFUSED,
            f"CloudWatch keeps metrics for {Duration(kept[-1][1])}, not for {Duration(asked)}",
            f"at most --days {kept[-1][1] // 86_400}",
        )
    made: list[Window] = []
    end = (now - SETTLED) // kept[0][0] * kept[0][0]
    for index, (step, time) in enumerate(kept):
        last = asked <= time
        align = step if last else kept[index + 1][0]
        start = -(-(now - min(asked, time - MARGIN)) // align) * align
        points = max(0 if made else 1, (end - start) // step)
        if points:
            made.append(Window(start, step, points))
            end = start
        if last:
            break
    return tuple(made)


def kept_periods(limits: Limits) -> tuple[tuple[Fact[Duration], Fact[Duration]], ...]:
    """CloudWatch's periods with how long each is kept, the finest first."""
    return (
        (limits.cloudwatch.metric_fine_period, limits.cloudwatch.metric_fine_kept),
        (limits.cloudwatch.metric_middle_period, limits.cloudwatch.metric_middle_kept),
        (limits.cloudwatch.metric_coarse_period, limits.cloudwatch.metric_coarse_kept),
    )


@dataclass(frozen=True, slots=True)
class Query:
    """One series to ask for."""

    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]
    account: str = ""
    """The account that has it, where that is not the one that asks."""

    @property
    def stream(self) -> str:
        """The stream that it is about."""
        return self.dimensions[0][1]

    def __str__(self) -> str:
        return f"{self.metric} ({', '.join(value for _, value in self.dimensions)})"


# ── how many calls, and what they cost ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a reading asks of CloudWatch, beforehand."""

    queries: int
    calls: int
    metrics: int
    """Metrics asked for, counted again on each page of a call: what CloudWatch may bill."""
    price: USD

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.queries + other.queries,
            self.calls + other.calls,
            self.metrics + other.metrics,
            self.price + other.price,
        )


def estimate(queries: int, points: int, limits: Limits) -> Estimate:
    """How many GetMetricData calls this number of series takes when none has a gap, and their price."""
    size = queries_per_call(points, limits)
    pages = -(-size * points // limits.cloudwatch.metric_points_most.value)
    calls = -(-queries // size) * pages
    metrics = queries * pages
    return Estimate(queries, calls, metrics, price(metrics, limits))


def price(metrics: int, limits: Limits) -> USD:
    """What CloudWatch charges for this number of metrics of GetMetricData."""
    return limits.cloudwatch.metric_request_price.value * Fraction(
        metrics, limits.cloudwatch.metric_request_lot.value
    )


def queries_per_call(points: int, limits: Limits) -> int:
    """How many series to ask for in one call: as many as fit one page.

    CloudWatch bills each metric of a call again on each of its pages, so calls of one page ask for the fewest
    metrics; of those, full pages are the fewest calls. A series longer than a page has calls of its own.
    """
    most = limits.cloudwatch
    return max(1, min(most.metric_queries_most.value, most.metric_points_most.value // points))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────

Values = list[int | float | None]
Tick = Callable[[int], None]
"""Told how many series have been read."""


def read(
    account: Account,
    region: str,
    queries: Sequence[Query],
    span: Window,
    limits: Limits,
    *,
    most: int | None = None,
    breaker: Breaker | None = None,
    tick: Tick = lambda _: None,
) -> Iterator[Series | AwsError]:
    """The series of the queries, in their order, each with one value or None a period; in its place the
    reason when it cannot be read whole.

    Args:
        account: with which credentials.
        region: where.
        queries: what to ask for.
        span: the periods.
        limits: CloudWatch's, of a call and of a page.
        most: metrics that may be asked for in all, by this account's count; None for any number.
        breaker: knows which streams are not asked for.
        tick: told after each call how many series are done.
    """
    breaker = Breaker(Trouble.DENIED) if breaker is None else breaker
    call = partial(_call, account, region, span, most)
    size = queries_per_call(span.points, limits)
    for first in range(0, len(queries), size):
        batch = queries[first : first + size]
        came = _read_batch(call, batch, breaker)
        tick(len(batch))
        yield from came


def _read_batch(
    call: Callable[[Sequence[Query]], list[Series | AwsError]], batch: Sequence[Query], breaker: Breaker
) -> list[Series | AwsError]:
    """One call's series; where it fails, the call is made again for each of its streams alone."""
    came: dict[Query, Series | AwsError] = {}
    for query in batch:
        if why := breaker.why(query.stream):
            came[query] = why
    asked = [query for query in batch if query not in came]
    parts = [list(part) for _, part in groupby(asked, lambda query: query.stream)]
    try:
        if asked:
            came |= zip(asked, call(asked), strict=True)
            breaker.worked()
    except AwsError as error:
        alone = len(parts) == 1
        breaker.failed(error, asked[0].stream if alone else "")
        for part in parts:
            came |= zip(part, [error] * len(part) if alone else _read_batch(call, part, breaker), strict=True)
    return [came[query] for query in batch]


def _call(
    account: Account, region: str, span: Window, most: int | None, batch: Sequence[Query]
) -> list[Series | AwsError]:
    series: list[Values] = [[None] * span.points for _ in batch]
    ids = {f"q{index}": index for index in range(len(batch))}
    arguments: dict[str, Any] = {
        "MetricDataQueries": [_query(name, batch[index], span) for name, index in ids.items()],
        "StartTime": span.start,
        "EndTime": span.end,
        # Without it the order of a page is not defined.
        "ScanBy": "TimestampAscending",
    }
    status: dict[int, str] = {}
    tokens: set[str] = set()
    empty = 0
    while True:
        if most is not None and account.metrics + len(batch) > most:
            raise AwsError(
                Trouble.CAPPED,
                f"reading on would ask for more than {most:,} metrics",
                "give a larger --max-metrics, or fewer --days",
            )
        account.metrics += len(batch)
        answer = account.ask("cloudwatch", region, "GetMetricData", arguments, "MetricDataResults")
        came = fresh = 0
        for result in answer.get("MetricDataResults") or ():
            index = ids.get(result.get("Id"))
            if index is not None:
                times, values = result.get("Timestamps") or [], result.get("Values") or []
                came += len(times)
                fresh += _place(series[index], times, values, span)
                status[index] = result.get("StatusCode") or "Complete"
        token = answer.get("NextToken")
        if not token:
            break
        empty = 0 if fresh else empty + 1
        if token in tokens or (came and not fresh) or empty > EMPTY_PAGES:
            raise AwsError(
                Trouble.BROKEN,
                f"GetMetricData in {region} repeats a page and would never end",
                "run it again",
            )
        tokens.add(token)
        arguments["NextToken"] = token
    return [_problem(query, status.get(index), region) or series[index] for index, query in enumerate(batch)]


def _query(name: str, query: Query, span: Window) -> dict[str, Any]:
    dimensions = [{"Name": dimension, "Value": value} for dimension, value in query.dimensions]
    metric = {"Namespace": NAMESPACE, "MetricName": query.metric, "Dimensions": dimensions}
    return {
        "Id": name,
        "MetricStat": {"Metric": metric, "Period": span.period, "Stat": query.statistic},
        "ReturnData": True,
        # Without it CloudWatch answers with the metrics of a stream of the same name of the caller's own.
        **({"AccountId": query.account} if query.account else {}),
    }


def _problem(query: Query, said: str | None, region: str) -> AwsError | None:
    if said == "Complete":
        return None
    if said == "Forbidden" and query.account:
        return unlinked(query.stream, query.account)
    if said == "Forbidden":
        message = f"access denied: cloudwatch:GetMetricData is missing on {query} in {region}"
        return AwsError(
            Trouble.DENIED,
            message,
            "allow cloudwatch:GetMetricData; shardcalc iam prints the least policy of each command",
        )
    what = f"answers {said}" if said else "does not answer"
    return AwsError(
        Trouble.PARTIAL,
        f"CloudWatch {what} for {query} in {region}: points are missing, and which is not known",
        "run it again",
    )


def unlinked(stream: str, account: str) -> AwsError:
    """Why nothing can be read of a stream of another account: CloudWatch tells of it only where that account
    is linked to the one that asks, and answers without points elsewhere.
    """
    return AwsError(
        Trouble.DENIED,
        f"CloudWatch has no metrics of stream {stream} of account {account} for the account that asks",
        f"give --role-arn with a role of account {account}, or link that account to yours "
        "(CloudWatch cross-account observability)",
    )


def _place(series: Values, times: list[Any], values: list[float], span: Window) -> int:
    """Put a page's points where they belong; how many of the places were empty."""
    if not times:
        return 0
    if len(times) != len(values):
        raise AwsError(
            Trouble.BROKEN,
            f"CloudWatch answers {len(times):,} times with {len(values):,} values",
            "run it again",
        )
    if any(time.__class__ is str for time in times):
        # The query protocol of older releases of botocore writes text.
        from datetime import datetime

        times = [
            datetime.fromisoformat(time).timestamp() if time.__class__ is str else time for time in times
        ]
    start, period, points = span.start, span.period, span.points
    made: list[int | float] = [int(value) if value.is_integer() else value for value in map(float, values)]
    first, count = int(times[0]), len(times)
    at = (first - start) // period
    if (
        at >= 0
        and at + count <= points
        and first == start + at * period
        and times == list(range(first, first + count * period, period))
    ):
        empty = series[at : at + count].count(None)
        series[at : at + count] = made
        return empty
    empty = 0
    for time, value in zip(times, made, strict=True):
        at = int(time - start) // period
        if 0 <= at < points:
            empty += series[at] is None
            series[at] = value
    return empty
