"""The rules about consumers: their calls, their registrations and their settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject
from shardcalc.core.text import shards_text
from shardcalc.core.workload.parts import Mode

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

LAMBDA_PAYLOAD: Final = Rule(
    id="SC032",
    name="lambda-payload",
    severity=WARNING,
    summary="a Lambda batch is larger than one invocation takes",
    reason="Lambda ends a batch where its payload is full, so the batch and its speed are not reached.",
    remedy="write the batch_size that fits, and how long such a batch takes",
    bad="size: 100 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, batch_size: 100}",
    good="size: 100 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, batch_size: 40}",
    fact="lambda_.payload",
    at=("consumers",),
    findings=("lambda-payload",),
)


def _lambda_concurrency(subject: Subject) -> Sequence[Hit]:
    quota, workload = subject.policy.lambda_concurrency, subject.workload
    # The shards of an on-demand stream are AWS's to choose.
    if quota is None or (workload.mode is not Mode.PROVISIONED and workload.shards is None):
        return ()
    default = subject.limits.lambda_.factor_default.value
    batches = sum(c.count * (c.parallelization_factor or default) for c in workload.consumers if c.is_lambda)
    asked = subject.shards * batches
    if asked <= quota:
        return ()
    return (
        Hit(
            f"{shards_text(subject.shards)} x {batches:,} concurrent batches of its Lambda consumers are "
            f"{asked:,} invocations at once, where all functions of the account together may run {quota:,}",
            f"ask AWS for a concurrency of {asked:,} or more, then raise lambda_concurrency",
        ),
    )


LAMBDA_CONCURRENCY: Final = Rule(
    id="SC033",
    name="lambda-concurrency",
    severity=WARNING,
    summary="functions run more often at once than the account may",
    reason=(
        "A Lambda consumer runs as many invocations at once as shards x parallelization_factor. "
        "The rule speaks when those of one stream are above lambda_concurrency of the policy, "
        "which all functions of the account share."
    ),
    remedy="ask AWS for more concurrency",
    bad=(
        "version: 1\npolicy:\n  lambda_concurrency: 100\nstreams:\n  orders:\n    size: 1 KiB\n    rps: 10\n"
        "    shards: 11\n    consumers:\n      - {name: billing, type: lambda, parallelization_factor: 10}"
    ),
    good=(
        "version: 1\npolicy:\n  lambda_concurrency: 100\nstreams:\n  orders:\n    size: 1 KiB\n    rps: 10\n"
        "    shards: 10\n    consumers:\n      - {name: billing, type: lambda, parallelization_factor: 10}"
    ),
    fact="lambda_.factor_default",
    at=("consumers",),
    look=_lambda_concurrency,
)

FLINK_CALLS: Final = Rule(
    id="SC034",
    name="flink-calls",
    severity=INFO,
    summary="a Flink job may call GetRecords more often than its default says",
    reason=(
        "Flink's interval is the pause after an empty answer. While records wait there is none, "
        "so one job can use all calls of a shard."
    ),
    remedy="set and declare an interval that also holds while records wait, or read with enhanced fan-out",
    bad="size: 1 KiB\nrps: 10\nconsumers:\n  - {name: job, type: flink}\n  - {name: billing, type: lambda}",
    good=(
        "size: 1 KiB\nrps: 10\nconsumers:\n  - {name: job, type: flink, poll_interval: 250 ms}\n"
        "  - {name: billing, type: lambda}"
    ),
    fact="poll_flink",
    at=("consumers",),
    findings=("flink-calls",),
)

RULES: Final[tuple[Rule, ...]] = (
    LAMBDA_PAYLOAD,
    LAMBDA_CONCURRENCY,
    FLINK_CALLS,
    GETRECORDS_CALLS,
    FAN_OUT_CONSUMERS,
    LAMBDA_SETTINGS,
    SLOW_POLL,
)
