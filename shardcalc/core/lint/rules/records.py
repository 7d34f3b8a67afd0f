"""The rules about records: how large one may be, and how they are packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shardcalc.core.capacity.packing import aggregation
from shardcalc.core.capacity.streams import size_stream
from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject
from shardcalc.core.text import shards_text
from shardcalc.core.units import KIB, Size
from shardcalc.core.workload.parts import Aggregation, Mode, Producer

RECORD_TOO_LARGE: Final = Rule(
    id="SC006",
    name="record-too-large",
    severity=ERROR,
    summary="a record is larger than the stream accepts",
    reason="PutRecord refuses a record, partition key included, above the stream's maximum size.",
    remedy="raise the stream's MaxRecordSizeInKiB and declare max_record_size, or keep large data in S3",
    bad="size: 100 KiB\nmax_size: 2 MiB\nrps: 10",
    good="size: 100 KiB\nmax_size: 2 MiB\nmax_record_size: 2 MiB\nrps: 10",
    fact="record_size_default",
    at=("max_size", "sizes", "size"),
    findings=("record-too-large", "max-record-size"),
)

LARGE_RECORDS: Final = Rule(
    id="SC007",
    name="large-records",
    severity=WARNING,
    summary="large records are more than a rare exception",
    reason=(
        "Records above the default maximum live off a shard's burst bucket; AWS advises to keep them rare."
    ),
    remedy="keep large records rare, or put them in S3 with a pointer",
    bad="size: 2 MiB\nmax_record_size: 10 MiB\nrps: 1",
    good="size: 100 KiB\nrps: 1",
    fact="large_record_share",
    at=("sizes", "max_size", "size"),
    findings=("large-records",),
)

AGGREGATION_IDLE: Final = Rule(
    id="SC021",
    name="aggregation-idle",
    severity=WARNING,
    summary="aggregation does nothing",
    reason="Two records do not fit the target size, so each is sent alone.",
    remedy="raise target_size, or take aggregation out",
    bad="size: 20 KiB\nrps: 10\naggregation: {target_size: 25 KiB}",
    good="size: 1 KiB\nrps: 1000\naggregation: {target_size: 25 KiB}",
    fact="kpl.aggregate_overhead",
    at=("aggregation",),
    findings=("aggregation-idle",),
)

AGGREGATION_UNFILLED: Final = Rule(
    id="SC022",
    name="aggregation-unfilled",
    severity=INFO,
    summary="aggregates leave before they are full",
    reason=(
        "The producer library sends an aggregate after a short wait, full or not; "
        "here too few records come in that time."
    ),
    remedy="let producers wait longer, or plan with a smaller target_size",
    bad="size: 1 KiB\nrps: 10\naggregation: {target_size: 25 KiB}",
    good="size: 1 KiB\nrps: 1000\naggregation: {target_size: 25 KiB}",
    fact="kpl.aggregate_wait",
    at=("aggregation",),
    findings=("aggregation-unfilled",),
)


def _small_records(subject: Subject) -> Sequence[Hit]:
    workload, plan, limits = subject.workload, subject.plan, subject.limits
    if (
        workload.mode is not Mode.PROVISIONED
        or not any(limit.fact is limits.write_records for limit in plan.binding)
        or aggregation(workload, limits) is not None
        or limits.write_records.value.of(workload.size) * 4 >= limits.write_bytes.value
    ):
        return ()
    # An aggregate that fills in the producer's wait, and a batch of which fits Lambda's payload.
    gathered = workload.rps.mean.over(limits.kpl.aggregate_wait.value) / max(subject.shards, plan.shards)
    filled = (workload.size + limits.kpl.aggregate_overhead.value) * int(gathered)
    batches = [c.batch_size or limits.lambda_.batch_default.value for c in workload.consumers if c.is_lambda]
    target = min(
        limits.kpl.aggregate_size.value,
        filled + limits.kpl.aggregate_frame.value,
        limits.lambda_.payload.value / max(batches, default=1),
    )
    target = Size(target.amount // KIB * KIB)
    packed = size_stream(replace(workload, producer=Producer.KPL, aggregation=Aggregation(target)), limits)
    if packed.shards >= plan.shards:
        return ()
    return (
        Hit(
            f"the number of records decides the count, {shards_text(plan.shards)}, at {workload.size} each; "
            f"in aggregates of {target} they would need {shards_text(packed.shards)}",
            f"aggregate records with the KPL, and declare producer: kpl and aggregation: {target}; consumers "
            "must take aggregates apart, as the KCL does",
        ),
    )


SMALL_RECORDS: Final = Rule(
    id="SC046",
    name="small-records",
    severity=INFO,
    summary="small records need shards that aggregation would save",
    reason=(
        "Where the number of records decides the count and each is below a quarter of what a shard takes for "
        "one, three quarters of the bytes that are paid for cannot be used."
    ),
    remedy="aggregate records with the Kinesis Producer Library",
    bad="size: 100 B\nrps: 3000",
    good="size: 100 B\nrps: 3000\nproducer: kpl\naggregation: 10 KiB",
    fact="write_records",
    at=("size", "sizes"),
    look=_small_records,
)

SIZE_UNKNOWN: Final = Rule(
    id="SC048",
    name="size-unknown",
    severity=WARNING,
    summary="bytes are declared, and no record size",
    reason=(
        "A shard takes a number of bytes and a number of records. Without a size only the bytes are known: "
        "the count and the cost are the least that they can be."
    ),
    remedy="declare size, the mean size of a record",
    bad="throughput: 5 MB/s",
    good="throughput: 5 MB/s\nsize: 2 KiB",
    fact="write_records",
    at=("throughput",),
    findings=("size-unknown",),
)

RULES: Final[tuple[Rule, ...]] = (
    SIZE_UNKNOWN,
    RECORD_TOO_LARGE,
    LARGE_RECORDS,
    AGGREGATION_IDLE,
    AGGREGATION_UNFILLED,
    SMALL_RECORDS,
)
