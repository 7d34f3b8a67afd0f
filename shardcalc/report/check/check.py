"""What ``check`` found, for a terminal, as Markdown and as JSON.

The formats of other tools have modules of their own: ``github``, ``sarif``, ``junit``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shardcalc.core.capacity.findings import Severity
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.lint.check import GRAVITY, Found, State
from shardcalc.core.lint.plan_diff import Change, Comparison, Standing
from shardcalc.core.lint.rules import Rule
from shardcalc.core.units import USD, decimal, percent
from shardcalc.report.kit.terminal import width_of
from shardcalc.report.plan.json import SCHEMA_VERSION, fact_row, number
from shardcalc.report.plan.markdown import escape
from shardcalc.report.plan.markdown import table as markdown_table


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that a check has to say."""

    found: tuple[Found, ...]
    files: int
    streams: int
    today: date
    fail_on: Severity
    limits: Limits
    comparison: Comparison | None = None
    baseline: bool = False
    """Whether a baseline was given."""
    gone: int = 0
    """Entries of the baseline that are no longer found."""
    usable: bool = True
    """Whether all files could be read; else nothing was checked."""

    @property
    def active(self) -> tuple[Found, ...]:
        """The findings that count."""
        return tuple(each for each in self.found if each.state is State.ACTIVE)

    @property
    def failed(self) -> bool:
        """Whether a finding that counts is at or above the level that fails."""
        return any(GRAVITY[each.severity] >= GRAVITY[self.fail_on] for each in self.active)

    def count(self, state: State) -> int:
        """How many findings are in a state."""
        return sum(each.state is state for each in self.found)

    @property
    def verdict(self) -> str:
        """The counts in one line."""
        by = {severity: sum(each.severity is severity for each in self.active) for severity in Severity}
        parts = [
            f"{n:,} {severity}{'s' if n != 1 and severity is not Severity.INFO else ''}"
            for severity, n in by.items()
            if n
        ]
        streams = f"{self.streams:,} stream{'' if self.streams == 1 else 's'} in {self.files:,} file{'' if self.files == 1 else 's'}"
        if not self.usable:
            return f"{', '.join(parts)}; nothing was checked"
        hidden = [f"{self.count(state):,} {words}" for state, words in _HIDDEN.items() if self.count(state)]
        return f"{', '.join(parts) or 'no findings'} in {streams}" + (
            f"; {', '.join(hidden)}" if hidden else ""
        )


_HIDDEN: Final = {State.SUPPRESSED: "suppressed", State.BASELINE: "in the baseline"}


def where(found: Found) -> str:
    """File, line and column."""
    return f"{found.file}:{found.place}" if found.place is not None else found.file


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────


def table(report: CheckReport, page: Any, lines: Mapping[tuple[str, int], str]) -> str:
    """For a terminal: each finding with the line that it is about.

    Args:
        report: what was found.
        page: where it is shown.
        lines: the text of lines, by file and number; a line that is missing is not shown.
    """
    from shardcalc.report.kit.terminal import SEVERITY_STYLES, Screen

    screen = Screen(page)
    for found in report.active:
        name = f"  {found.stream}" if found.stream else ""
        screen.unwrapped(
            (where(found), "bold"),
            "  ",
            (found.severity.value, SEVERITY_STYLES[found.severity]),
            f"  {found.rule.id} ",
            (found.rule.name, "bold"),
            name,
        )
        screen.line(found.message, indent=2)
        if found.place is not None and (found.file, found.place.line) in lines:
            _excerpt(
                screen, lines[found.file, found.place.line], found.place.line, found.place.column, page.width
            )
        screen.line("-> ", found.remedy, indent=2)
        source = found.fact or found.rule.source(report.limits)
        if source is not None:
            screen.line((f"{source.source.title}, {source.source.url}", "dim"), indent=2)
        screen.gap()
    if report.comparison is not None:
        _comparison(screen, report.comparison)
        screen.gap()
    screen.line((report.verdict, "bold"))
    if report.gone:
        screen.line(f"{_entries(report.gone)} no longer found: write it again with --write-baseline")
    if report.active and report.usable:
        screen.line(
            (
                f"shardcalc check --explain {report.active[0].rule.id} tells the reason of a rule, with examples",
                "dim",
            )
        )
    return screen.text()


def _entries(gone: int) -> str:
    return f"{gone:,} entr{'y' if gone == 1 else 'ies'} of the baseline {'is' if gone == 1 else 'are'}"


_VALUE: Final = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,\[\]{}#:](?:[^,\[\]{}#:]|(?<!\s)#|:(?!\s|$))*|."""
)


def span(line: str, column: int) -> int:
    """How many characters the value or key at a column takes, at least one."""
    found = _VALUE.match(line, column - 1)
    return max(1, len(found[0].rstrip())) if found is not None else 1


def _excerpt(screen: Any, line: str, number: int, column: int, width: int) -> None:
    line = line.replace("\t", " ").rstrip()
    length = span(line, column)
    room = max(20, width - len(str(number)) - 6)
    start = 0 if len(line) <= room else max(0, min(column - 1 - room // 3, len(line) - room))
    shown = line[start : start + room]
    length = max(1, min(length, room - (column - 1 - start)))
    margin = " " * len(str(number))
    screen.unwrapped((f"{number} | ", "dim"), shown, indent=2)
    screen.unwrapped(
        (f"{margin} | ", "dim"),
        " " * width_of(shown[: column - 1 - start]),
        ("^" * length, "bold red"),
        indent=2,
    )


def _comparison(screen: Any, comparison: Comparison) -> None:
    screen.heading(f"changes against {comparison.against}")
    if not comparison.changes:
        screen.line(f"none in {comparison.unchanged:,} streams")
        return
    rows = [_change_row(change) for change in comparison.changes]
    columns = [
        ("stream", "left"),
        ("needed", "right"),
        ("declared", "right"),
        ("used", "right"),
        ("cost", "right"),
        ("risk", "left"),
    ]
    screen.table(columns, rows, footer=_totals(comparison))
    hours = decimal(comparison.hours)
    screen.line(
        (
            f"before -> after, + new, - removed; unchanged: {comparison.unchanged:,}; cost in USD for {hours} h of the needed shards",
            "dim",
        )
    )


def _change_row(change: Change) -> list[str]:
    before, after = change.before, change.after
    mark = "" if before and after else "+ " if after else "- "

    def both(show: Any) -> str:
        return _arrow(show(before) if before else "-", show(after) if after else "-")

    return [
        mark + change.stream.name,
        both(lambda one: f"{one.shards:,}"),
        both(lambda one: f"{one.declared:,}" if one.declared is not None else "-"),
        both(lambda one: percent(one.utilisation)),
        both(_cost),
        " ".join(
            [f"+{name}" for name in change.new_findings] + [f"-{name}" for name in change.gone_findings]
        ),
    ]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def _cost(one: Standing) -> str:
    return _total(one.cost, one.complete)


def _total(cost: USD, complete: bool) -> str:
    return str(cost) if complete else f"at least {cost}"


def _totals(comparison: Comparison) -> list[str]:
    shards = _arrow(*(f"{count:,}" for count in comparison.shards))
    cost = _arrow(
        *(_total(cost, complete) for cost, complete in zip(comparison.cost, comparison.complete, strict=True))
    )
    return ["all streams", shards, "", "", cost, ""]


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────

_MARKS: Final = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}


def markdown(report: CheckReport) -> str:
    """For a comment on a pull request."""
    parts = ["# Capacity check", f"**{report.verdict}**"]
    if report.comparison is not None:
        parts += _comparison_markdown(report.comparison)
    if report.active:
        rows = [
            [
                f"{_MARKS[found.severity]} {found.severity}",
                _rule_link(found, report.limits),
                escape(found.stream),
                escape(where(found)),
                f"{escape(found.message)}<br>*{escape(found.remedy)}*",
            ]
            for found in report.active
        ]
        parts += [
            "## Findings",
            markdown_table(["severity", "rule", "stream", "where", "what, and what to do"], rows),
        ]
    hidden = [found for found in report.found if found.state is State.SUPPRESSED]
    if hidden:
        rows = [
            [
                found.rule.id + " " + found.rule.name,
                escape(found.stream),
                escape(where(found)),
                escape(found.reason),
            ]
            for found in hidden
        ]
        parts += ["## Suppressed", markdown_table(["rule", "stream", "where", "reason"], rows)]
    if report.gone:
        parts.append(f"{_entries(report.gone)} no longer found.")
    return "\n\n".join(parts) + "\n"


def _rule_link(found: Found, limits: Limits) -> str:
    source = found.fact or found.rule.source(limits)
    name = f"{found.rule.id} {found.rule.name}"
    return f"[{name}]({source.source.url})" if source is not None else name


def _comparison_markdown(comparison: Comparison) -> list[str]:
    heading = f"## Changes against {escape(comparison.against)}"
    if not comparison.changes:
        return [heading, f"None in {comparison.unchanged:,} streams."]
    rows = [
        [escape(cell).replace("->", "→").replace("-&gt;", "→") for cell in _change_row(change)]
        for change in comparison.changes
    ]
    total = [f"**{cell.replace('->', '→')}**" if cell else "" for cell in _totals(comparison)]
    columns = ["stream", "needed:", "declared:", "used:", f"cost, {decimal(comparison.hours)} h:", "risk"]
    return [
        heading,
        markdown_table(columns, [*rows, total]),
        f"\\+ new, - removed; unchanged: {comparison.unchanged:,}. Cost is for the needed shards.",
    ]


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def json_text(report: CheckReport) -> str:
    """As one JSON object, every finding with its state."""
    body: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "command": "check",
        "today": report.today.isoformat(),
        "fail_on": report.fail_on.value,
        "usable": report.usable,
        "failed": report.failed,
        "files": report.files,
        "streams": report.streams,
        "counts": {
            severity.value: sum(each.severity is severity for each in report.active) for severity in Severity
        }
        | {state.value: report.count(state) for state in (State.SUPPRESSED, State.BASELINE)}
        | {"baseline_gone": report.gone},
        "findings": [finding_row(found, report.limits) for found in report.found],
    }
    if report.comparison is not None:
        body["comparison"] = _comparison_row(report.comparison)
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def finding_row(found: Found, limits: Limits) -> dict[str, Any]:
    """One finding."""
    return {
        "rule": found.rule.id,
        "name": found.rule.name,
        "severity": found.severity.value,
        "state": found.state.value,
        "reason": found.reason or None,
        "stream": found.stream or None,
        "field": found.field or None,
        "file": found.file,
        "line": found.place.line if found.place is not None else None,
        "column": found.place.column if found.place is not None else None,
        "message": found.message,
        "remedy": found.remedy,
        "source": _source(found.fact or found.rule.source(limits)),
    }


def _source(fact: Fact[Any] | None) -> dict[str, Any] | None:
    return fact_row(fact) if fact is not None else None


def _comparison_row(comparison: Comparison) -> dict[str, Any]:
    def standing(one: Standing | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "shards": one.shards,
            "declared_shards": one.declared,
            "utilisation": number(one.utilisation),
            "cost_usd": one.cost.cents,
            "cost_complete": one.complete,
            "findings": list(one.findings),
        }

    before, after = comparison.cost
    return {
        "against": comparison.against,
        "hours": number(comparison.hours),
        "unchanged": comparison.unchanged,
        "total_shards": {"before": comparison.shards[0], "after": comparison.shards[1]},
        "total_cost_usd": {"before": before.cents, "after": after.cents},
        "total_cost_complete": {"before": comparison.complete[0], "after": comparison.complete[1]},
        "changes": [
            {
                "name": change.stream.name,
                "region": change.stream.region,
                "before": standing(change.before),
                "after": standing(change.after),
                "new_findings": list(change.new_findings),
                "gone_findings": list(change.gone_findings),
            }
            for change in comparison.changes
        ],
    }


# ── the rules themselves ─────────────────────────────────────────────────────────────────────────


def rules_table(rules: tuple[Rule, ...], limits: Limits, page: Any) -> str:
    """What the rules are, for a terminal."""
    from shardcalc.core.lint.rules import example
    from shardcalc.report.kit.terminal import SEVERITY_STYLES, Screen

    screen = Screen(page)
    for rule in rules:
        screen.line(
            (f"{rule.id} {rule.name}", "bold"), "  ", (rule.severity.value, SEVERITY_STYLES[rule.severity])
        )
        screen.line(rule.summary, indent=2)
        screen.gap()
        screen.line(rule.reason, indent=2)
        screen.line("-> ", rule.remedy, indent=2)
        fact = rule.source(limits)
        screen.line((_citation(fact), "dim"), indent=2)
        for title, text in (("triggers it", rule.bad), ("does not", rule.good)):
            screen.gap()
            screen.line((title, "bold"), indent=2)
            for line in example(text).splitlines():
                screen.unwrapped(line, indent=4)
        screen.gap()
    return screen.text()


def _citation(fact: Fact[Any] | None) -> str:
    if fact is None:
        return "source: a rule of shardcalc's own"
    return f"source: {fact.source.title}, {fact.source.url}, read {fact.date}, confidence {fact.confidence}"


def rules_markdown(rules: tuple[Rule, ...], limits: Limits) -> str:
    """What the rules are, as a page."""
    from shardcalc.core.lint.rules import example

    parts = []
    if len(rules) > 1:
        rows = [
            [
                f"[{rule.id}](#{rule.id.lower()}-{rule.name})",
                f"`{rule.name}`",
                rule.severity.value,
                escape(rule.summary),
            ]
            for rule in rules
        ]
        parts += [
            "# The rules of shardcalc check",
            "Generated by `shardcalc check --explain all --format markdown`. The severity is the gravest that a rule reports; a policy can change it.",
            markdown_table(["id", "name", "severity", "what it finds"], rows),
        ]
    for rule in rules:
        fact = rule.source(limits)
        cited = (
            f"[{escape(fact.source.title)}]({fact.source.url}), read {fact.date}, confidence {fact.confidence}"
            if fact is not None
            else "shardcalc's own rule"
        )
        parts += [
            f"## {rule.id} {rule.name}",
            f"**{rule.severity}**: {escape(rule.summary)}.",
            escape(rule.reason),
            f"What to do: {escape(rule.remedy)}.",
            f"Source: {cited}.",
            f"Triggers it:\n\n```yaml\n{example(rule.bad)}```",
            f"Does not:\n\n```yaml\n{example(rule.good)}```",
        ]
    return "\n\n".join(parts) + "\n"


def rules_json(rules: tuple[Rule, ...], limits: Limits) -> str:
    """What the rules are, as one JSON object."""
    from shardcalc.core.lint.rules import example

    rows = [
        {
            "rule": rule.id,
            "name": rule.name,
            "severity": rule.severity.value,
            "summary": rule.summary,
            "reason": rule.reason,
            "remedy": rule.remedy,
            "source": _source(rule.source(limits)),
            "triggers": example(rule.bad),
            "clean": example(rule.good),
        }
        for rule in rules
    ]
    return (
        json.dumps(
            {"schema_version": SCHEMA_VERSION, "command": "check", "rules": rows},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )
