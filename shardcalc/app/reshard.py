"""``reshard``: the UpdateShardCount calls from one count to another."""

from __future__ import annotations

from typing import NamedTuple

from shardcalc.app.refusal import Refused
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.resharding.path import NoPath, Path, path, read_request


class Resharding(NamedTuple):
    """The calls from one count to another, and the stream that they are for."""

    path: Path
    limits: Limits
    stream: str | None
    """None leaves the name to a variable of the shell."""
    region: str | None


def reshard(
    current: object,
    target: object,
    *,
    stream: str | None = None,
    region: str | None = None,
    quota: object = None,
    used: object = None,
    calls_used: object = None,
) -> Resharding:
    """Find the fewest calls from one count to another.

    Args:
        current: open shards now.
        target: open shards wanted.
        stream: the stream's name or ARN, for the commands.
        region: its Region, for the commands.
        quota: the account's shard quota, ShardLimit of DescribeLimits; not checked when unknown.
        used: open shards of the whole account, OpenShardCount of DescribeLimits.
        calls_used: UpdateShardCount calls of the last 24 hours; each is taken to have been just now.

    Raises:
        BadFields: listing every argument that cannot be read.
        Refused: no sequence of calls leads there.
    """
    limits = built_in_limits()
    asked = read_request(
        current=current,
        target=target,
        stream=stream,
        region=region,
        quota=quota,
        used=used,
        calls_used=calls_used,
    )
    try:
        found = path(
            asked.current,
            asked.target,
            limits,
            quota=asked.quota,
            used=asked.used,
            calls_used=asked.calls_used,
        )
    except NoPath as none:
        what = f"no path from {asked.current:,} to {asked.target:,} shards"
        raise Refused(what, [none.message, f"-> {none.remedy}"]) from none
    return Resharding(found, limits, asked.stream, asked.region)
