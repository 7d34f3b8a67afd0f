"""The page of ``--dry-run``: what reading AWS would ask for, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws.metrics import Estimate
from ..history import moment
from ..units import USD, Duration
from .screen import Page, Screen

if TYPE_CHECKING:
    from ..aws.errors import AwsError
    from ..aws.metrics import Window
    from ..aws.streams import Stream


def foreseen(streams: list[tuple[Stream, int]], span: Window, total: Estimate, failed: list[tuple[str, AwsError]], most: int | None, page: Page) -> str:
    """What would be asked for."""
    screen = Screen(page)
    rows = [[stream.name, stream.region, stream.mode, f"{stream.open_shards:,}", f"{len(stream.registered):,}", f"{count:,}"] for stream, count in streams]
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
    for name, error in failed:
        screen.line("failed      ", f"{name}: {error.message}")
    screen.line(("nothing was read from CloudWatch", "dim"))
    return screen.text()


def cost(amount: USD) -> str:
    """What CloudWatch may charge; never shown as zero when it is not."""
    return f"at most {amount}" if not amount or amount.amount * 100 >= 1 else "less than $0.01"
