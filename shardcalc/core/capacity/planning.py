"""The whole plan of a workload: its count first, then what its reader must know besides."""

from __future__ import annotations

from shardcalc.core.capacity.findings import find
from shardcalc.core.capacity.streams import Plan, size_stream
from shardcalc.core.facts import Limits
from shardcalc.core.workload.workload import Workload


def plan(workload: Workload, limits: Limits) -> Plan:
    """Work out how many shards a workload needs, and what more shards would not relieve.

    Args:
        workload: what is asked of the stream.
        limits: AWS's limits.
    """
    sized = size_stream(workload, limits)
    findings = find(sized, limits)
    return sized._replace(findings=tuple(findings)) if findings else sized
