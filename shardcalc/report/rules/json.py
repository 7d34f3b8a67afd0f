"""The rules as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from shardcalc.core.facts import Limits
from shardcalc.core.lint.rule import Rule, example
from shardcalc.report.kit.json import document, head
from shardcalc.report.rows import fact_row


def text(rules: Sequence[Rule], limits: Limits) -> str:
    """What the rules are, as one JSON object."""
    rows = [
        {
            "rule": rule.id,
            "name": rule.name,
            "severity": rule.severity.value,
            "summary": rule.summary,
            "reason": rule.reason,
            "remedy": rule.remedy,
            "source": fact_row(rule.source(limits)),
            "triggers": example(rule.bad),
            "clean": example(rule.good),
        }
        for rule in rules
    ]
    return document(head("check") | {"rules": rows})
