"""The path from one shard count to another, as JSON."""

from __future__ import annotations

from typing import Any

from shardcalc.app.reshard import Resharding
from shardcalc.core.resharding.path import Path
from shardcalc.report.kit.json import document, head
from shardcalc.report.reshard.commands import command, status
from shardcalc.report.reshard.script import script
from shardcalc.report.reshard.words import notes
from shardcalc.report.rows import fact_row


def text(made: Resharding) -> str:
    """One JSON object."""
    limits = made.limits
    facts = (
        limits.reshard_factor,
        limits.reshard_calls,
        limits.reshard_window,
        limits.reshard_step,
        limits.shards_most,
    )
    return document(
        head("reshard")
        | {"stream": made.stream, "region": made.region}
        | path_row(made.path, made.stream, made.region)
        | {"script": script(made.path, made.stream, made.region), "facts": [fact_row(fact) for fact in facts]}
    )


def path_row(found: Path, stream: str | None, region: str | None) -> dict[str, Any]:
    """The path as JSON fields."""
    return {
        "current_shards": found.current,
        "target_shards": found.target,
        "calls": len(found.steps),
        "open_shards_at_most": found.most_open,
        "other_streams_open_shards": found.others,
        "account_shard_quota": found.quota,
        "fits_quota": found.fits,
        "fits_below_both": None if found.dip is None else list(found.dip),
        "calls_used": found.calls_used,
        "notes": notes(found),
        "steps": [
            {
                "call": call,
                "shards_before": step.before,
                "shards_after": step.target,
                "open_shards_at_most": step.most_open,
                "multiple_of_25_percent": step.even,
                "not_before_hours": None if step.wait is None else step.wait.in_hours,
                "not_before_after_call": step.after_call or None,
                "command": command(step, stream, region),
                "done_when": {"status": "ACTIVE", "open_shards": step.target},
            }
            for call, step in enumerate(found.steps, start=1)
        ],
        "status_command": status(stream, region),
    }
