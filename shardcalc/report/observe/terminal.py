"""What reading AWS would ask for, and what it did ask for, with what that costs."""

from __future__ import annotations

from shardcalc.app.reading import Foreseen, Spent
from shardcalc.core.history.model import moment
from shardcalc.core.units import USD, Duration
from shardcalc.report.kit.terminal import Page, Screen
from shardcalc.report.words import counted


def foreseen(plan: Foreseen, page: Page) -> str:
    """What would be asked for: the page of ``--dry-run``."""
    screen = Screen(page)
    rows = [
        [one.name, one.region, one.mode, f"{one.open_shards:,}", f"{one.registered:,}", f"{one.series:,}"]
        for one in plan.streams
    ]
    screen.table(["stream", "Region", "mode", "shards:", "fan-out:", "series:"], rows)
    screen.gap()
    for index, window in enumerate(plan.windows):
        between = f"{moment(window.start):%Y-%m-%d %H:%M} to {moment(window.end):%Y-%m-%d %H:%M} UTC"
        periods = f"{window.points:,} periods of {Duration(window.period)}"
        screen.labelled(
            "and" if index else "would read", f"{plan.series:,} series of {periods}, {between}", room=12
        )
    calls = counted(plan.calls, "GetMetricData call")
    screen.labelled("would make", f"{calls} for {plan.metrics:,} metrics: {_cost(plan.price)}", room=12)
    if plan.most is not None:
        allowed = "would go on" if plan.metrics <= plan.most else "would stop before it begins"
        screen.labelled("allowed", f"{plan.most:,} metrics by --max-metrics: {allowed}", room=12)
    for name, message in plan.failed:
        screen.labelled("failed", f"{name}: {message}", room=12)
    screen.line(("nothing was read from CloudWatch", "dim"))
    return screen.text()


def spent(spent: Spent) -> str:
    """What was asked for, in one line."""
    return (
        f"asked Kinesis {counted(spent.kinesis_calls, 'time')}, free, "
        f"and CloudWatch {counted(spent.cloudwatch_calls, 'time')} "
        f"for {counted(spent.metrics, 'metric')}: {_cost(spent.price)}"
    )


def _cost(amount: USD) -> str:
    """What CloudWatch may charge; never shown as zero when it is not."""
    return f"at most {amount}" if not amount or amount.amount * 100 >= 1 else "less than $0.01"
