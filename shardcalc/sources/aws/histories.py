"""From streams to histories: which series a stream has, and what was read of it as one document.

The whole of what the commands do with AWS, stream by stream: a stream that cannot be read is a reason in its
place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from shardcalc.core.facts import Limits
from shardcalc.core.history.metrics import (
    CONSUMER_METRICS,
    INCOMING_BYTES,
    INCOMING_RECORDS,
    SHARD_METRICS,
    STREAM_METRICS,
    WRITE_THROTTLED,
)
from shardcalc.core.history.model import AccountQuota as Quota
from shardcalc.core.history.model import History, Measurements, Series
from shardcalc.sources.aws.errors import AwsError, Breaker, Trouble
from shardcalc.sources.aws.metrics import Estimate, Query, Tick, Window, estimate, read, unlinked
from shardcalc.sources.aws.session import Account
from shardcalc.sources.aws.streams import Named, Stream, describe, list_streams

SHARD_SERIES: Final = (INCOMING_BYTES, INCOMING_RECORDS, WRITE_THROTTLED)
"""The shard-level metrics that the calculation uses; the others are not asked for."""


def queries(stream: Stream, *, shard_metrics: bool = True) -> list[Query]:
    """Every series of a stream: its own, those of each registered consumer, and those of each open shard
    where it has them.
    """
    whole = (("StreamName", stream.name),)
    query = partial(Query, account=stream.account if stream.foreign else "")
    made = [query(metric.partition(":")[0], statistic, whole) for metric, statistic in STREAM_METRICS.items()]
    for consumer in stream.registered:
        made += [
            query(metric, statistic, (*whole, ("ConsumerName", consumer)))
            for metric, statistic in CONSUMER_METRICS.items()
        ]
    if shard_metrics:
        names = shard_series(stream)
        for shard in stream.shard_ids:
            made += [query(name, SHARD_METRICS[name], (*whole, ("ShardId", shard))) for name in names]
    return made


def shard_series(stream: Stream) -> tuple[str, ...]:
    """The shard-level metrics of a stream that are worth asking for: switched on, and used."""
    enabled = stream.enhanced_metrics or ()
    return tuple(name for name in SHARD_SERIES if name in enabled or "ALL" in enabled)


def foresee(
    streams: Sequence[Stream], spans: Iterable[Window], limits: Limits, *, shard_metrics: bool = True
) -> Estimate:
    """What reading these streams of one Region asks of CloudWatch."""
    series = sum(len(queries(stream, shard_metrics=shard_metrics)) for stream in streams)
    return sum((estimate(series, span.points, limits) for span in spans), start=estimate(0, 1, limits))


def find(account: Account, region: str, *, tick: Tick = lambda _: None) -> Iterator[Stream | AwsError]:
    """Every stream of a Region, or the reason why it cannot be described; the reason's subject is its name.

    Raises:
        AwsError: the streams cannot be listed.
    """
    breaker = Breaker()
    for name in list_streams(account, region):
        stream: Stream | AwsError | None = breaker.why(name)
        if stream is None:
            try:
                stream = describe(account, Named(name, region), list_shards=False)
                breaker.worked()
            except AwsError as error:
                breaker.failed(error, name)
                stream = error.about(name)
        tick(1)
        yield stream


def histories(
    account: Account,
    region: str,
    streams: Sequence[Stream],
    spans: Sequence[Window],
    limits: Limits,
    *,
    quota: Quota | None,
    read_at: int,
    shard_metrics: bool = True,
    most: int | None = None,
    tick: Tick = lambda _: None,
) -> Iterator[tuple[Stream, History | AwsError]]:
    """Each stream with its history, or with the reason why it could not be read; in the order of the streams,
    one at a time. All windows are read side by side, and what failed in one is not asked for in another.
    """
    asked = {stream.name: queries(stream, shard_metrics=shard_metrics) for stream in streams}
    every = [query for stream in streams for query in asked[stream.name]]
    breaker = Breaker(Trouble.DENIED)
    reads = [
        read(account, region, every, span, limits, most=most, breaker=breaker, tick=tick) for span in spans
    ]
    for stream in streams:
        # All of a stream's series are taken even when one of them fails, so that the next stream begins with
        # its own.
        came = [next(series) for series in reads for _ in asked[stream.name]]
        failed = next((one for one in came if isinstance(one, AwsError)), None)
        if failed is None and stream.foreign and not any(map(_has_points, came)):
            failed = unlinked(stream.name, stream.account)
        if failed is not None:
            yield stream, failed.about(stream.name)
        else:
            yield stream, _history(stream, iter(came), spans, quota, read_at, shard_metrics)  # type: ignore[arg-type]  # no failure among them


def _has_points(series: Series | AwsError) -> bool:
    return not isinstance(series, AwsError) and any(value is not None for value in series)


def _history(
    stream: Stream,
    series: Iterator[Series],
    spans: Iterable[Window],
    quota: Quota | None,
    read_at: int,
    shard_metrics: bool,
) -> History:
    def take(names: Iterable[str]) -> dict[str, Series]:
        return {name: next(series) for name in names}

    names = shard_series(stream) if shard_metrics else ()
    parts: list[dict[str, Any]] = [
        {
            "start": span.start,
            "period": span.period,
            "points": span.points,
            "metrics": take(STREAM_METRICS),
            "consumers": {name: take(CONSUMER_METRICS) for name in stream.registered},
            "shards": {shard: take(names) for shard in stream.shard_ids} if names else {},
        }
        for span in spans
    ]
    finest, *older = parts
    return History(
        **finest,
        older=tuple(Measurements(**part) for part in older),
        stream=stream.name,
        arn=stream.arn or None,
        region=stream.region,
        mode=stream.mode,
        status=stream.status,
        open_shards=stream.open_shards,
        retention_hours=stream.retention_hours,
        enhanced_metrics=stream.enhanced_metrics,
        registered=stream.registered,
        max_record_size_kib=stream.max_record_size_kib,
        warm_throughput_mibps=stream.warm_throughput_mibps,
        created=stream.created,
        account=quota,
        read_at=datetime.fromtimestamp(read_at, UTC).isoformat().replace("+00:00", "Z"),
    )
