"""SARIF 2.1.0, for code scanning: the rules with their help, and every finding with its state.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import quote

from shardcalc.app.check import CheckReport
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.facts import Limits
from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.rule import Rule, example
from shardcalc.core.lint.rules import RULES, UNUSABLE
from shardcalc.report.check.github import path
from shardcalc.report.kit.json import document
from shardcalc.report.kit.markdown import fenced

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def text(report: CheckReport, version: str) -> str:
    """One run."""
    listed = (UNUSABLE, *RULES)
    index = {rule.id: number for number, rule in enumerate(listed)}
    run = {
        "tool": {
            "driver": {
                "name": "shardcalc",
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(rule, report.limits) for rule in listed],
            }
        },
        "invocations": [{"executionSuccessful": report.usable}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, index[found.rule.id], report.baseline) for found in report.found],
    }
    return document({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule, limits: Limits) -> dict[str, Any]:
    fact = rule.source(limits)
    cited = (
        f"\n\nSource: {fact.source.title}, {fact.source.url}, read {fact.date}." if fact is not None else ""
    )
    plain = f"{rule.reason}\n\nWhat to do: {rule.remedy}.{cited}"
    bad, good = (fenced(example(text).splitlines(), "yaml") for text in (rule.bad, rule.good))
    yaml = f"\n\nTriggers it:\n\n{bad}\n\nDoes not:\n\n{good}\n"
    row: dict[str, Any] = {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": rule.reason},
        "help": {"text": plain, "markdown": plain + yaml},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["kinesis", "capacity"]},
    }
    if fact is not None:
        row["helpUri"] = fact.source.url
    return row


def _result(found: Found, index: int, baseline: bool) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(path(found.file), errors="surrogatepass")}}
    if found.place is not None:
        physical["region"] = {"startLine": found.place.line, "startColumn": found.place.column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if found.stream:
        location["logicalLocations"] = [
            {"name": found.stream, "fullyQualifiedName": found.field, "kind": "resource"}
        ]
    row: dict[str, Any] = {
        "ruleId": found.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[found.severity],
        "message": {"text": f"{found.message}\n{found.remedy}"},
        "locations": [location],
        # No line and no number, so that a finding stays the same when lines move or demand changes.
        "partialFingerprints": {
            "shardcalc/v1": hashlib.sha256(
                "\0".join((found.rule.id, path(found.file), found.stream, found.field)).encode(
                    "utf-8", "surrogatepass"
                )
            ).hexdigest()
        },
    }
    if baseline:
        row["baselineState"] = "unchanged" if found.state is State.BASELINE else "new"
    if found.state is State.SUPPRESSED:
        row["suppressions"] = [{"kind": "inSource", "justification": found.reason}]
    return row
