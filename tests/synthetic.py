"""A made-up history whose right answer is known, to be changed in one thing at a time.

Fourteen days at one minute, up to 2026-11-21T00:00Z. Records of 1,000 bytes come by day and night, from none
at midnight to 300,000 a minute (5,000/s) at noon. On a sale day, the tenth, 480,000 a minute (8,000/s) come
from 18:00 to 18:59. The stream has 12 shards, two shared consumers that poll each shard once a second and
read everything, and one fan-out consumer.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from shardcalc.core.history.model import AccountQuota, History, Measurements

DAY = 1440
DAYS = 14
END = 1_795_219_200
"""2026-11-21T00:00Z."""
START = END - DAYS * 86_400
NOON = 300_000
SALE = 480_000
SALE_DAY = 9
SALE_HOUR = range(SALE_DAY * DAY + 18 * 60, SALE_DAY * DAY + 19 * 60)
SIZE = 1000


def records(*, days: int = DAYS, growth: float = 0.0) -> list[int]:
    """Records of each minute; the cosine is -1 at noon exactly. Growth is that of a week, in steps at its
    end.
    """
    day = [int(NOON * (1 - math.cos(2 * math.pi * minute / DAY)) / 2) for minute in range(DAY)]
    return [int(value * (1 + growth * (index // 7))) for index in range(days) for value in day]


def history(series: list[Any] | None = None, *, sale: bool = True, **more: Any) -> History:
    """The history above, or one of another series of records."""
    counts = records() if series is None else list(series)
    if sale:
        for minute in SALE_HOUR:
            counts[minute] = SALE
    points = len(counts)
    sizes = [None if count is None else count * SIZE for count in counts]
    made = History(
        start=END - points * 60,
        period=60,
        points=points,
        metrics={
            "IncomingBytes": sizes,
            "IncomingRecords": counts,
            "WriteProvisionedThroughputExceeded": [0] * points,
            "ReadProvisionedThroughputExceeded": [0] * points,
            "GetRecords.Bytes": [None if size is None else 2 * size for size in sizes],
            # 2 consumers x 12 shards x 60 s.
            "GetRecords.Success": [1440] * points,
            "GetRecords.IteratorAgeMilliseconds": [500] * points,
        },
        consumers={
            "billing": {
                "SubscribeToShardEvent.Bytes": sizes,
                "SubscribeToShardEvent.MillisBehindLatest": [70] * points,
            }
        },
        stream="orders",
        region="us-east-1",
        mode="PROVISIONED",
        status="ACTIVE",
        open_shards=12,
        retention_hours=24,
        enhanced_metrics=(),
        registered=("billing",),
        account=AccountQuota(shard_limit=20_000, open_shard_count=100),
        read_at="2026-11-21T00:05:00Z",
    )
    return replace(made, **more)


def with_metric(made: History, name: str, values: Any) -> History:
    """The same history with another series, or without it when None is given."""
    metrics = {key: series for key, series in made.metrics.items() if key != name}
    return replace(made, metrics=metrics if values is None else metrics | {name: values})


def changed(made: History, name: str, minutes: range, value: Any) -> History:
    """The same history with one value in some minutes of a metric."""
    series = list(made.metrics[name])
    for minute in minutes:
        series[minute] = value
    return with_metric(made, name, series)


def older(made: History, days: int, period: int) -> History:
    """The same history with all but the last days in longer periods."""
    cut = made.points - days * DAY

    def part(first: int, last: int, each: int) -> dict[str, Any]:
        def put(of: Any) -> Any:
            return {
                name: series[first:last] if each == 1 else _sums(name, series[first:last], each)
                for name, series in of.items()
            }

        return {
            "start": made.start + first * 60,
            "period": each * 60,
            "points": (last - first) // each,
            "metrics": put(made.metrics),
            "consumers": {name: put(of) for name, of in made.consumers.items()},
            "shards": {name: put(of) for name, of in made.shards.items()},
        }

    before = Measurements(**part(0, cut, period // 60))
    return replace(made, **part(cut, made.points, 1), older=(before,))


def _sums(name: str, series: Any, each: int) -> list[Any]:
    """CloudWatch's: the sum, or the largest of ages, of what is known; nothing where nothing is."""
    whole = max if "illis" in name else sum
    groups = ([v for v in series[at : at + each] if v is not None] for at in range(0, len(series), each))
    return [whole(group) if group else None for group in groups]


def throttled_orders() -> History:
    """The example stream orders, of which 90 minutes throttled."""
    made = history()
    throttled = [0] * made.points
    throttled[5000:5090] = [7] * 90
    return with_metric(made, "WriteProvisionedThroughputExceeded", throttled)
