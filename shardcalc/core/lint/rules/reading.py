"""The rules about consumers: their calls, their registrations, their settings, and how they catch up.

All of them are findings of the plan, reported as they are.
"""

from __future__ import annotations

from typing import Final

from shardcalc.core.lint.rule import ERROR, WARNING, Rule

GETRECORDS_CALLS: Final = Rule(
    id="SC003",
    name="getrecords-calls",
    severity=WARNING,
    summary="consumers call GetRecords more often than a shard allows",
    reason=(
        "All consumers that share a shard share its GetRecords calls. "
        "Every consumer polls every shard, so more shards never help."
    ),
    remedy="poll less often, merge consumers, or move some to enhanced fan-out",
    bad="size: 1 KiB\nrps: 10\nconsumers: 6",
    good="size: 1 KiB\nrps: 10\nconsumers: 5",
    fact="get_records_calls",
    at=("consumers",),
    findings=("getrecords-calls",),
)

FAN_OUT_CONSUMERS: Final = Rule(
    id="SC008",
    name="fan-out-consumers",
    severity=ERROR,
    summary="more fan-out consumers than can be registered",
    reason="RegisterStreamConsumer refuses consumers above the stream's limit.",
    remedy="merge consumers, move some to shared throughput, or use On-demand Advantage",
    bad="size: 1 KiB\nrps: 10\nfan_out: 21",
    good="size: 1 KiB\nrps: 10\nfan_out: 20",
    fact="fan_out_consumers",
    at=("fan_out", "consumers"),
    findings=("fan-out-consumers",),
)

BACKLOG_EXPIRES: Final = Rule(
    id="SC009",
    name="backlog-expires",
    severity=ERROR,
    summary="records expire before a backlog is read",
    reason="After the declared outage the oldest records are older than the retention, or close to it.",
    remedy="keep records longer than the longest outage, twice as long to stay below AWS's alarm point",
    bad="size: 1 KiB\nrps: 10\nretention: 24h\ncatch_up: {outage: 30h, within: 6h}",
    good="size: 1 KiB\nrps: 10\nretention: 7d\ncatch_up: {outage: 30h, within: 6h}",
    fact="iterator_age_alarm",
    at=("retention", "catch_up"),
    findings=("backlog-expires",),
)

FAN_OUT_CATCH_UP: Final = Rule(
    id="SC010",
    name="fan-out-catch-up",
    severity=WARNING,
    summary="fan-out consumers drain a backlog too slowly",
    reason=(
        "A fan-out consumer has its own read throughput, which more shards raise; "
        "here it is too little for the promised time."
    ),
    remedy="plan more shards, or promise a longer time",
    bad="size: 1 KiB\nrps: 1000\nconsumers: 0\nfan_out: 1\ncatch_up: {outage: 6h, within: 1h}",
    good="size: 1 KiB\nrps: 1000\nconsumers: 0\nfan_out: 1\ncatch_up: {outage: 1h, within: 6h}",
    fact="fan_out_bytes",
    at=("catch_up", "fan_out"),
    findings=("fan-out-catch-up",),
)

LAMBDA_SETTINGS: Final = Rule(
    id="SC019",
    name="lambda-settings",
    severity=ERROR,
    summary="a Lambda setting is out of range",
    reason="Lambda refuses an event source mapping with such a setting.",
    remedy="write a value that Lambda takes",
    bad="size: 1 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, parallelization_factor: 11}",
    good="size: 1 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, parallelization_factor: 10}",
    fact="lambda_.factor",
    at=("consumers",),
    findings=("lambda-settings",),
)

SLOW_POLL: Final = Rule(
    id="SC020",
    name="slow-poll",
    severity=WARNING,
    summary="a consumer polls too seldom to keep up",
    reason=(
        "One GetRecords answer is bounded, so a long pause leaves more behind than the next answer holds."
    ),
    remedy="poll more often",
    bad="size: 1 KiB\nrps: 1000\nconsumers:\n  - {name: nightly, type: sdk, poll_interval: 1 min}",
    good="size: 1 KiB\nrps: 1000\nconsumers:\n  - {name: nightly, type: sdk, poll_interval: 1 s}",
    fact="get_records_size",
    at=("consumers",),
    findings=("slow-poll",),
)

RULES: Final[tuple[Rule, ...]] = (
    GETRECORDS_CALLS,
    FAN_OUT_CONSUMERS,
    BACKLOG_EXPIRES,
    FAN_OUT_CATCH_UP,
    LAMBDA_SETTINGS,
    SLOW_POLL,
)
