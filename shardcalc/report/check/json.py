"""What ``check`` found, as JSON: every finding with its state."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shardcalc.app.check import CheckReport
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.plan_diff import Comparison, StreamSummary
from shardcalc.report.check import words
from shardcalc.report.kit.json import document, head
from shardcalc.report.rows import fact_row, place_row


def text(report: CheckReport) -> str:
    """One JSON object."""
    counts = Counter(each.severity for each in report.active)
    body = head("check") | {
        "today": report.today,
        "fail_on": report.fail_on.value,
        "usable": report.usable,
        "failed": report.failed,
        "files": report.files,
        "streams": len(report.streams),
        "passed_over": list(report.passed_over),
        "counts": {
            **{severity.value: counts[severity] for severity in Severity},
            **{state.value: report.count(state) for state in (State.SUPPRESSED, State.BASELINE)},
            "baseline_gone": report.gone,
        },
        "prices_from": dict(report.origins),
        "findings": [_finding(found, report) for found in report.found],
    }
    if report.comparison is not None:
        body["comparison"] = _comparison(report.comparison)
    return document(body)


def _finding(found: Found, report: CheckReport) -> dict[str, Any]:
    line, column = found.place if found.place is not None else (None, None)
    return {
        "rule": found.rule.id,
        "name": found.rule.name,
        "severity": found.severity.value,
        "state": found.state.value,
        "reason": found.reason or None,
        "stream": found.of.name or None if found.of is not None else None,
        **place_row(found.of),
        "owner": report.owners.get(found.of) if found.of is not None else None,
        "field": found.field or None,
        "file": found.file,
        "line": line,
        "column": column,
        "message": found.message,
        "remedy": found.remedy,
        "source": fact_row(words.source(found, report)),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "against": comparison.against,
        "hours": comparison.hours,
        "unchanged": comparison.unchanged,
        "total_shards": _both(comparison.shards),
        "total_cost_usd": _both(comparison.cost),
        "total_cost_complete": _both(comparison.complete),
        "changes": [
            {
                "name": change.stream.identity.name,
                "region": change.stream.identity.region,
                **place_row(change.stream.identity),
                "before": _summary(change.before),
                "after": _summary(change.after),
                "new_findings": change.new_findings,
                "gone_findings": change.gone_findings,
            }
            for change in comparison.changes
        ],
    }


def _both(pair: tuple[object, object]) -> dict[str, object]:
    before, after = pair
    return {"before": before, "after": after}


def _summary(one: StreamSummary | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "shards": one.shards,
        "declared_shards": one.declared,
        "utilisation": one.utilisation,
        "cost_usd": one.cost,
        "cost_complete": one.complete,
        "findings": one.findings,
    }
