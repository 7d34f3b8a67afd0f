"""The page of ``--dry-run``: what reading AWS would ask for, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..aws.metrics import Estimate
from ..aws.reading import queries
from ..history import moment
from ..units import USD, Duration
from .screen import Page, Screen

if TYPE_CHECKING:
    from ..aws.metrics import Window
    from ..aws.streams import Stream


def foreseen(
    streams: Sequence[Stream], span: Window, total: Estimate, failed: Sequence[tuple[str, str]], most: int | None, shard_metrics: bool, page: Page
) -> str:
    """What would be asked for, and what could not even be described."""
    screen = Screen(page)
    rows = [
        [
            stream.name,
            stream.region,
            stream.mode,
            f"{stream.open_shards:,}",
            f"{len(stream.registered):,}",
            f"{len(queries(stream, shard_metrics=shard_metrics)):,}",
        ]
        for stream in streams
    ]
    screen.table([("stream", "left"), ("Region", "left"), ("mode", "left"), ("shards", "right"), ("fan-out", "right"), ("series", "right")], rows)
    screen.gap()
    start, end = moment(span.start), moment(span.end)
    screen.line(
        "would read  ", f"{total.queries:,} series of {span.points:,} periods of {Duration(span.period)}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    )
    screen.line("would make  ", f"{total.calls:,} GetMetricData call{'' if total.calls == 1 else 's'} for {total.metrics:,} metrics: {cost(total.price)}")
    if most is not None:
        allowed = "would go on" if total.metrics <= most else "would stop before it begins"
        screen.line("allowed     ", f"{most:,} metrics by --max-metrics: {allowed}")
    for name, message in failed:
        screen.line("failed      ", f"{name}: {message}")
    screen.line(("nothing was read from CloudWatch", "dim"))
    return screen.text()


def cost(amount: USD) -> str:
    """What CloudWatch may charge; never shown as zero when it is not."""
    return f"at most {amount}" if not amount or amount.amount * 100 >= 1 else "less than $0.01"
