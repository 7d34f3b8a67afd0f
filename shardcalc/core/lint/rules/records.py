"""The rules about records: how large one may be, and how they are packed.

All of them are findings of the plan, reported as they are.
"""

from __future__ import annotations

from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Rule

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

RULES: Final[tuple[Rule, ...]] = (
    RECORD_TOO_LARGE,
    LARGE_RECORDS,
    AGGREGATION_IDLE,
    AGGREGATION_UNFILLED,
)
