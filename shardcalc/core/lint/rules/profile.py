"""The rules about what a profile says of a stream: who owns it, how it peaks, what its author expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject, over_amount
from shardcalc.core.text import decimal, shards_text


def _no_owner(subject: Subject) -> Sequence[Hit]:
    if subject.judged.stream.owner:
        return ()
    return (Hit("no owner is named", "write owner: and the team or person who answers for it"),)


NO_OWNER: Final = Rule(
    id="SC023",
    name="no-owner",
    severity=WARNING,
    summary="a stream has no owner",
    reason="When it throttles at night, somebody must be called.",
    remedy="write owner: in the stream or in defaults",
    bad="size: 1 KiB\nrps: {mean: 10, peak: 20}",
    good="owner: payments\nsize: 1 KiB\nrps: {mean: 10, peak: 20}",
    look=_no_owner,
)


def _peak_missing(subject: Subject) -> Sequence[Hit]:
    rates = subject.workload.rps
    if rates.mean is not rates.peak:
        return ()
    rate = rates.peak
    return (
        Hit(
            f"one rate of {rate} is taken for both mean and peak",
            f"write rps: {{mean: {decimal(rate.amount)}, peak: ...}} with the busiest minute",
        ),
    )


PEAK_MISSING: Final = Rule(
    id="SC024",
    name="peak-missing",
    severity=INFO,
    summary="one rate is given for both mean and peak",
    reason="Shards must carry the peak, the bill follows the mean; one number is wrong for one of them.",
    remedy="write rps: {mean: ..., peak: ...}",
    bad="size: 1 KiB\nrps: 10",
    good="size: 1 KiB\nrps: {mean: 10, peak: 20}",
    at=("rps",),
    look=_peak_missing,
)


def _expectation(subject: Subject) -> Sequence[Hit]:
    expect = subject.requirements.expect
    if expect is None:
        return ()
    hits: list[Hit] = []
    plan = subject.plan
    if expect.shards is not None and expect.shards != plan.shards:
        hits.append(
            Hit(
                f"{shards_text(expect.shards)} {_are(expect.shards)} expected, {plan.shards:,} "
                f"{_are(plan.shards)} needed",
                f"expect {plan.shards:,}, or fix what changed",
                ("expect", "shards"),
            )
        )
    binding = list(dict.fromkeys(constraint.name for constraint in plan.binding))
    if expect.binding and expect.binding not in binding:
        decides = (
            f"{' and '.join(binding)} {'decides' if len(binding) == 1 else 'decide'}"
            if binding
            else "one shard is the minimum, nothing decides"
        )
        remedy = f"expect {binding[0]}, or fix what changed" if binding else "expect no binding"
        message = f"{expect.binding} is expected to decide the count, {decides}"
        hits.append(Hit(message, remedy, ("expect", "binding")))
    if expect.monthly_cost_below is not None:
        at = ("expect", "monthly_cost_below")
        hits += over_amount(subject, expect.monthly_cost_below, "not below", at, reached=True)
    return hits


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


EXPECTATION: Final = Rule(
    id="SC027",
    name="expectation",
    severity=ERROR,
    summary="the plan is not what the profile expects",
    reason=(
        "expect: is the profile's test of itself: "
        "the needed shards, the limit that decides, and the month's cost."
    ),
    remedy="correct the expectation, or what changed the plan",
    bad="size: 1 MiB\nrps: 6\nconsumers: 7\nexpect: {shards: 12, binding: write-bytes}",
    good=(
        "size: 1 MiB\n"
        "rps: 6\n"
        "consumers: 7\n"
        "expect: {shards: 21, binding: read-bytes, monthly_cost_below: 400 USD}"
    ),
    at=("expect",),
    look=_expectation,
)

PROFILE_DIFFERS: Final = Rule(
    id="SC043",
    name="profile-differs",
    severity=WARNING,
    summary="the declared peak is not what was measured",
    reason=(
        "Declared and measured records or bytes per second differ by more than a quarter, so the profile "
        "plans for another stream. Needs --history."
    ),
    remedy="correct rps and size in the profile",
    bad="size: 1 KiB\nrps: 100  # its history has a minute of 300 records a second",
    good="size: 1 KiB\nrps: {mean: 100, peak: 300}  # its history has a minute of 300 records a second",
    at=("rps", "size"),
    findings=("profile-differs",),
)

RULES: Final[tuple[Rule, ...]] = (
    NO_OWNER,
    PEAK_MISSING,
    EXPECTATION,
    PROFILE_DIFFERS,
)
