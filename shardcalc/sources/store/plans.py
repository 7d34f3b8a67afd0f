"""The JSON of ``plan``, read back to be compared with."""

from __future__ import annotations

from fractions import Fraction

from shardcalc.core.lint.plan_diff import StreamSummary
from shardcalc.core.text import BadValue, shown
from shardcalc.core.units import USD
from shardcalc.sources.store.document import StoredError, count_of, fraction_of, load_own, rows_of, text_of


def read_plan(file: str) -> tuple[Fraction, list[StreamSummary]]:
    """Read the JSON of ``shardcalc plan``: the hours of its costs, and its streams.

    Raises:
        StoredError: it cannot be read, or is no such plan.
    """
    what = "the output of shardcalc plan PATH --format json"
    body = load_own(file, "plan", what)
    hours = fraction_of(body.get("hours"), "hours")
    if hours <= 0:
        raise StoredError(f"hours: {shown(hours)} is not above zero")
    standings = []
    for index, row in enumerate(rows_of(body, "streams")):
        where = f"streams[{index}]"
        shards = count_of(row, "shards", where)
        declared = count_of(row, "declared_shards", where)
        cost = row.get("cost")
        if shards is None or not shards or not isinstance(cost, dict):
            raise StoredError(f"{where}: shards or cost is missing; write {what}")
        try:
            total = USD.parse(text_of(cost, "total_usd", f"{where}.cost"))
        except BadValue as error:
            raise StoredError(f"{where}.cost.total_usd: {error}") from error
        used = fraction_of(row.get("utilisation"), f"{where}.utilisation")
        findings = tuple(text_of(finding, "id", f"{where}.findings") for finding in rows_of(row, "findings"))
        name, region = text_of(row, "name", where), text_of(row, "region", where)
        standings.append(
            StreamSummary(
                name,
                region,
                shards,
                declared,
                total,
                cost.get("complete") is True,
                used,
                findings,
            )
        )
    return hours, standings
