"""The JSON of ``plan``, read back to be compared with."""

from __future__ import annotations

from fractions import Fraction

from shardcalc.core.lint.plan_diff import StreamSummary
from shardcalc.core.workload.declared import Identity
from shardcalc.sources.store.document import StoredError, load_own


def read_plan(file: str) -> tuple[Fraction, list[StreamSummary]]:
    """Read the JSON of ``shardcalc plan``: the hours of its costs, and its streams.

    Raises:
        StoredError: it cannot be read, or is no such plan.
    """
    body = load_own(file, "plan", "the output of shardcalc plan PATH --format json")
    from shardcalc.sources.store.models import SavedPlan, read

    plan = read(SavedPlan, body, StoredError.of)
    return Fraction(plan["hours"]), [
        StreamSummary(
            Identity(row.get("account") or "", row.get("environment") or "", row["region"], row["name"]),
            shards=row["shards"],
            declared=row["declared_shards"],
            cost=row["cost"]["total_usd"],
            complete=row["cost"]["complete"],
            planned_utilisation=Fraction(row["utilisation"]),
            findings=tuple(finding["id"] for finding in row["findings"]),
        )
        for row in plan["streams"]
    ]
