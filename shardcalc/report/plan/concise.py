"""The plans, one line a stream: for a log, or for grep."""

from __future__ import annotations

from shardcalc.app.plan import PlanReport
from shardcalc.report.kit.terminal import logged
from shardcalc.report.words import least_shards, names, total


def plans(report: PlanReport) -> str:
    """Each stream with its count, its cost and its verdict."""
    return logged(
        f"{name}: {least_shards(made.plan)}, {total(made.bill)}; {made.decision.answer}"
        for made, name in zip(report.streams, names(report.streams), strict=True)
    )
