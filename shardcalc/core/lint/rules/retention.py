"""The rules about retention: what can be set, what an outage needs, what is allowed, and what the same price
would keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject, amount_text
from shardcalc.core.units import USD, Duration, ceil_div
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


def _most(subject: Subject) -> Duration:
    """The longest retention that the policy allows, in whole hours."""
    limits = subject.limits
    most = subject.policy.retention_most or limits.retention_most.value
    return max(limits.retention_least.value, Duration.hours(most.in_hours // 1))


def _needed(subject: Subject) -> Duration:
    """The shortest retention that keeps the declared outage below AWS's alarm point."""
    limits, caught = subject.limits, subject.workload.catch_up
    least = limits.retention_least.value
    if caught is None:
        return least
    return max(least, Duration.hours(ceil_div(caught.outage.in_hours / limits.iterator_age_alarm.value)))


def _advised(subject: Subject, least: Duration) -> Duration | None:
    """A retention at least this long that no other rule minds; None where the policy allows none."""
    limits, most = subject.limits, _most(subject)
    if least > most:
        return None
    step = limits.extended_retention_most.value
    if subject.workload.mode is Mode.PROVISIONED and limits.retention_least.value < least < step:
        return min(step, most)
    return least


def _backlog_expires(subject: Subject) -> Sequence[Hit]:
    """The plan's finding, with a remedy that the policy allows."""
    told = [finding for finding in subject.plan.findings if finding.id == "backlog-expires"]
    if not told:
        return ()
    advised, most = _advised(subject, _needed(subject)), _most(subject)
    remedy = (
        f"shorten the outage to {most * subject.limits.iterator_age_alarm.value} or less, and keep records "
        f"for {most}, the longest that is allowed"
        if advised is None
        else f"keep records for {advised}"
    )
    return [Hit(found.message, remedy, found.at, found.fact, found.severity) for found in told]


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
    replaces=("backlog-expires",),
    look=_backlog_expires,
)


def _unplanned_outage(subject: Subject) -> bool:
    """Whether one day of retention would be all that is known of how long consumers may be out."""
    workload = subject.workload
    return subject.consumers_given and bool(workload.consumers) and workload.catch_up is None


def _no_catch_up(subject: Subject) -> Sequence[Hit]:
    least = subject.limits.retention_least.value
    if not _unplanned_outage(subject) or (subject.workload.retention or least) > least:
        return ()
    longer = _advised(subject, least * 2)
    return (
        Hit(
            f"nothing says how long an outage of a consumer may be, and records are gone after {least}",
            "declare catch_up with the longest outage"
            + (f", or keep records for {longer}" if longer else ""),
        ),
    )


NO_CATCH_UP: Final = Rule(
    id="SC047",
    name="no-catch-up",
    severity=INFO,
    summary="records are kept for a day, and no outage is planned for",
    reason=(
        "What a consumer has not read when the retention ends is lost. "
        "The rule speaks where consumers are given."
    ),
    remedy="declare catch_up, or keep records longer",
    bad="size: 1 KiB\nrps: 10\nconsumers: 2",
    good="size: 1 KiB\nrps: 10\nconsumers: 2\ncatch_up: {outage: 6h, within: 6h}",
    fact="retention_least",
    at=("retention", "consumers", "fan_out"),
    look=_no_catch_up,
)


def _retention_cost(subject: Subject) -> Sequence[Hit]:
    retention = subject.workload.retention
    if retention is None or subject.policy.retention_most is None:
        return ()
    most = _most(subject)
    if retention <= most:
        return ()
    lines = [
        line for line in subject.bill.lines if line.name in ("extended-retention", "long-term-retention")
    ]
    known = USD(sum((line.cost.amount for line in lines if line.cost is not None), Fraction(0)))
    cost = amount_text(known, all(line.cost is not None for line in lines))
    least, need = subject.limits.retention_least.value, _needed(subject)
    shorter = "archive to S3"
    if need > most:
        outage = most * subject.limits.iterator_age_alarm.value
        shorter = f"shorten the outage of catch_up, which needs {need}, to {outage} or less"
    return (
        Hit(
            f"a retention of {retention} is above the {most} that are allowed; what is kept beyond {least} "
            f"costs {cost} a month",
            f"keep records for {most} and {shorter}, or raise retention_most",
        ),
    )


RETENTION_COST: Final = Rule(
    id="SC013",
    name="retention-cost",
    severity=WARNING,
    summary="records are kept longer than the policy allows",
    reason=(
        "What is kept beyond the first day is billed extra. "
        "The rule speaks when the retention is above retention_most of the policy."
    ),
    remedy="keep records for less time and archive them to S3",
    bad=(
        "version: 1\npolicy:\n  retention_most: 7d\nstreams:\n  orders:\n    size: 1 MiB\n    rps: 5\n"
        "    retention: 365d"
    ),
    good=(
        "version: 1\npolicy:\n  retention_most: 7d\nstreams:\n  orders:\n    size: 1 MiB\n    rps: 5\n"
        "    retention: 7d"
    ),
    fact="extended_retention_most",
    at=("retention",),
    look=_retention_cost,
)


def _retention_step(subject: Subject) -> Sequence[Hit]:
    retention, least, step = (
        subject.workload.retention,
        subject.limits.retention_least.value,
        subject.limits.extended_retention_most.value,
    )
    if retention is None or subject.workload.mode is not Mode.PROVISIONED or not least < retention < step:
        return ()
    longer = min(step, _most(subject))
    if longer <= retention:
        return ()
    back = _needed(subject) <= least and not _unplanned_outage(subject)
    return (
        Hit(
            f"a retention of {retention} costs the same as {longer}: "
            "a provisioned stream pays for extended retention by the shard-hour",
            f"keep records for {longer} at no further cost"
            + (f", or for {least} and save the charge" if back else ""),
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
    remedy="use the whole of it, or go back to one day where no outage needs more",
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
    BACKLOG_EXPIRES,
    NO_CATCH_UP,
)
