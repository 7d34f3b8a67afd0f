"""What is suggested for a history, for tests."""

from __future__ import annotations

from shardcalc.core.advice.recommendation import Options, suggest
from tests.synthetic import (
    DAY,
    DAYS,
)

NEVER_THROTTLED = [0] * (DAYS * DAY)


def found(made, **options):
    return suggest(made, Options.of(**options))


def alone(suggestion):
    return {need.constraint.name: need.constraint.shards for need in suggestion.needs}


def ids(suggestion):
    return [finding.id for finding in suggestion.findings]


def hot(made, share):
    """Twelve shards of which one takes a share of the traffic and the others the rest evenly."""
    counts = made.metrics["IncomingRecords"]
    one, other = ([int(count * part) for count in counts] for part in (share, (1 - share) / 11))
    return {f"shardId-{shard:012d}": {"IncomingRecords": one if shard == 3 else other} for shard in range(12)}
