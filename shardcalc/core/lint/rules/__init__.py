"""The rules of ``check``: what a pull request should be told, each rule in one place.

One module a topic, and in it each rule whole; here they are joined and run on a stream. What a plan
already knows (``capacity/findings.py``) is taken from the plan and not calculated again. Pure: a planned
stream and its policy in, hits out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shardcalc.core.capacity.finding import Severity
from shardcalc.core.lint.rule import ERROR, INFO, Hit, Rule, Subject
from shardcalc.core.lint.rules import (
    cost,
    facts,
    keys,
    on_demand,
    profile,
    reading,
    records,
    retention,
    shards,
    suppressions,
)

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (
            *shards.RULES,
            *reading.RULES,
            *keys.RULES,
            *on_demand.RULES,
            *records.RULES,
            *retention.RULES,
            *cost.RULES,
            *profile.RULES,
            *facts.RULES,
            *suppressions.RULES,
        ),
        key=lambda rule: rule.id,
    )
)
"""Every rule that a policy can grade, by id. Ids are for ever: a rule that goes leaves its number unused."""

UNUSABLE: Final = Rule(
    id="SC000",
    name="unusable",
    severity=ERROR,
    summary="a file cannot be used",
    reason=(
        "A file that is not a profile is reported in the format that was asked for, "
        "and the exit code is 2. It cannot be graded or suppressed."
    ),
    remedy="correct the file",
    bad="size: 2 kilo\nrps: 10",
    good="size: 2 KiB\nrps: 10",
)

BY_NAME: Final[Mapping[str, Rule]] = {key: rule for rule in RULES for key in (rule.id.lower(), rule.name)}
NAMES: Final[Mapping[str, str]] = {name: rule.id for name, rule in BY_NAME.items()}
"""The id of each rule, by its id and its name."""
BY_FINDING: Final[Mapping[str, Rule]] = {name: rule for rule in RULES for name in rule.findings}
STALE, EXPIRED, UNKNOWN, UNUSED = (
    BY_NAME[name]
    for name in ("stale-facts", "suppression-expired", "suppression-unknown", "suppression-unused")
)
REPLACED: Final = frozenset(name for rule in RULES for name in rule.replaces)
"""Findings of a plan that a rule looks for itself."""
_LOOKS: Final = tuple((rule, rule.look) for rule in RULES if rule.look is not None)


def judge(subject: Subject) -> list[tuple[Rule, Severity, Hit]]:
    """Everything that the rules find in one stream, those that are off left out."""
    found: list[tuple[Rule, Severity, Hit]] = []
    grades = subject.policy.rules
    for finding in subject.judged.findings:
        rule = BY_FINDING.get(finding.id)
        # What a plan tells in passing, with nothing to do about it, is no finding of a linter.
        if rule is None or (finding.severity is INFO and not finding.remedy):
            continue
        hit = Hit(finding.message, finding.remedy, finding.at, finding.fact)
        found.append((rule, finding.severity, hit))
    for rule, look in _LOOKS:
        hits = look(subject)
        if hits:
            found += [(rule, hit.severity or rule.severity, hit) for hit in hits]
    if grades:
        graded = [(rule, grades.get(rule.id, severity), hit) for rule, severity, hit in found]
        return [(rule, severity, hit) for rule, severity, hit in graded if severity is not None]
    return found
