"""The page of ``--dry-run``: what reading AWS would ask for, and what that costs."""

from __future__ import annotations

from typing import NamedTuple

from shardcalc.core.history.model import moment
from shardcalc.core.units import USD, Duration
from shardcalc.report.kit.terminal import Page, Screen


class Asked(NamedTuple):
    """One stream that would be read."""

    name: str
    region: str
    mode: str
    open_shards: int
    registered: int
    series: int


class Foreseen(NamedTuple):
    """What a reading would ask of CloudWatch."""

    streams: tuple[Asked, ...]
    failed: tuple[tuple[str, str], ...]
    """What could not even be described, and why."""
    start: int
    end: int
    period: int
    points: int
    """Of one series."""
    series: int
    calls: int
    metrics: int
    price: USD
    most: int | None
    """Metrics that ``--max-metrics`` allows."""


def foreseen(plan: Foreseen, page: Page) -> str:
    """What would be asked for, for a terminal."""
    screen = Screen(page)
    rows = [
        [one.name, one.region, one.mode, f"{one.open_shards:,}", f"{one.registered:,}", f"{one.series:,}"]
        for one in plan.streams
    ]
    screen.table(
        [
            ("stream", "left"),
            ("Region", "left"),
            ("mode", "left"),
            ("shards", "right"),
            ("fan-out", "right"),
            ("series", "right"),
        ],
        rows,
    )
    screen.gap()
    start, end = moment(plan.start), moment(plan.end)
    screen.line(
        f"would read  {plan.series:,} series of {plan.points:,} periods of {Duration(plan.period)}, {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    )
    screen.line(
        f"would make  {plan.calls:,} GetMetricData call{'' if plan.calls == 1 else 's'} for {plan.metrics:,} metrics: {cost(plan.price)}"
    )
    if plan.most is not None:
        allowed = "would go on" if plan.metrics <= plan.most else "would stop before it begins"
        screen.line(f"allowed     {plan.most:,} metrics by --max-metrics: {allowed}")
    for name, message in plan.failed:
        screen.line(f"failed      {name}: {message}")
    screen.line(("nothing was read from CloudWatch", "dim"))
    return screen.text()


def cost(amount: USD) -> str:
    """What CloudWatch may charge; never shown as zero when it is not."""
    return f"at most {amount}" if not amount or amount.amount * 100 >= 1 else "less than $0.01"
