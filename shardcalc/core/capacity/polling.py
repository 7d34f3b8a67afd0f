"""How often consumers call GetRecords: the budget that more shards do not relieve."""

from __future__ import annotations

from shardcalc.core.facts import Limits
from shardcalc.core.units import CallRate, Duration
from shardcalc.core.workload.parts import Consumer, ConsumerType
from shardcalc.core.workload.workload import Workload


def poll_interval(consumer: Consumer, limits: Limits) -> Duration:
    """How often a shared consumer calls GetRecords on a shard: as declared, or its type's default."""
    if consumer.poll_interval is not None:
        return consumer.poll_interval
    by_type = {
        ConsumerType.KCL: limits.poll_kcl,
        ConsumerType.LAMBDA: limits.poll_lambda,
        ConsumerType.FIREHOSE: limits.poll_firehose,
        ConsumerType.FLINK: limits.poll_flink,
        ConsumerType.SDK: limits.poll_sdk,
    }
    return by_type.get(consumer.type, limits.poll_default).value


def get_records_calls(workload: Workload, limits: Limits) -> CallRate:
    """GetRecords calls per second that all shared consumers together make on every shard."""
    calls = [
        poll_interval(consumer, limits).every(consumer.count)
        for consumer in workload.consumers
        if consumer.is_shared
    ]
    return sum(calls[1:], calls[0]) if calls else CallRate(0)
