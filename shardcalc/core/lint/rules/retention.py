"""The rules about retention: what can be set, what it costs, and what the same price would keep."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject
from shardcalc.core.text import percent
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode

RETENTION_RANGE: Final = Rule(
    id="SC012",
    name="retention-range",
    severity=ERROR,
    summary="the retention cannot be set",
    reason="Retention is set in whole hours between AWS's least and most.",
    remedy="write whole hours in the range",
    bad="size: 1 KiB\nrps: 10\nretention: 12h",
    good="size: 1 KiB\nrps: 10\nretention: 24h",
    fact="retention_least",
    at=("retention",),
    findings=("retention-range",),
)


def _retention_cost(subject: Subject) -> Sequence[Hit]:
    retention = subject.workload.retention
    if retention is None or retention <= subject.limits.retention_least.value:
        return ()
    bill = subject.bill
    kept = sum(
        (
            line.cost.amount
            for line in bill.lines
            if line.name in ("extended-retention", "long-term-retention") and line.cost is not None
        ),
        Fraction(0),
    )
    # An unknown line could make the part smaller, so nothing is said of a bill that is not whole.
    if not bill.complete or kept <= bill.total.amount * subject.policy.retention_share_above:
        return ()
    return (
        Hit(
            f"keeping records for {retention} costs {USD(kept)} of {bill.total} a month, "
            f"more than {percent(subject.policy.retention_share_above)} of the bill",
            f"keep them for {subject.limits.retention_least.value} and archive to S3, "
            "or accept it with a reason",
        ),
    )


RETENTION_COST: Final = Rule(
    id="SC013",
    name="retention-cost",
    severity=WARNING,
    summary="keeping records is most of the bill",
    reason=(
        "What is kept beyond the first day is billed extra. "
        "The rule speaks when that is more than retention_share_above of the bill."
    ),
    remedy="keep records for less time and archive them to S3",
    bad="size: 1 MiB\nrps: 5\nconsumers: 1\nretention: 365d\nmode: provisioned",
    good="size: 1 MiB\nrps: 5\nconsumers: 1\nretention: 24h\nmode: provisioned",
    fact="extended_retention_most",
    at=("retention",),
    look=_retention_cost,
)


def _retention_step(subject: Subject) -> Sequence[Hit]:
    retention, least, most = (
        subject.workload.retention,
        subject.limits.retention_least.value,
        subject.limits.extended_retention_most.value,
    )
    if retention is None or subject.workload.mode is not Mode.PROVISIONED or not least < retention < most:
        return ()
    return (
        Hit(
            f"a retention of {retention} costs the same as {most}: "
            "a provisioned stream pays for extended retention by the shard-hour",
            f"keep records for {most} at no further cost, or for {least} and save the charge",
        ),
    )


RETENTION_STEP: Final = Rule(
    id="SC014",
    name="retention-step",
    severity=INFO,
    summary="the same price keeps records longer",
    reason=(
        "A provisioned stream pays for extended retention by the shard-hour, "
        "the same from the first hour beyond a day to the seventh day."
    ),
    remedy="use the whole of it, or go back to one day",
    bad="size: 1 KiB\nrps: 10\nretention: 48h",
    good="size: 1 KiB\nrps: 10\nretention: 7d",
    fact="extended_retention_most",
    at=("retention",),
    look=_retention_step,
)

LONG_TERM_READS: Final = Rule(
    id="SC031",
    name="long-term-reads",
    severity=INFO,
    summary="long-term reads are declared where nothing is so old",
    reason=(
        "Only reads of records older than seven days are long-term reads. "
        "A shorter retention leaves nothing of that age, so they are no line of the bill."
    ),
    remedy="keep records for longer, or leave long_term_reads out",
    bad="size: 1 KiB\nrps: 10\nretention: 7d\nlong_term_reads: 1 TiB",
    good="size: 1 KiB\nrps: 10\nretention: 8d\nlong_term_reads: 1 TiB",
    fact="extended_retention_most",
    at=("long_term_reads", "retention"),
    findings=("long-term-reads",),
)

RULES: Final[tuple[Rule, ...]] = (
    RETENTION_RANGE,
    RETENTION_COST,
    RETENTION_STEP,
    LONG_TERM_READS,
)
