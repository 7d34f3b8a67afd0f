"""What all pages of ``check`` say in the same words: the verdict, places, what changed between two plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from shardcalc.app.check import CheckReport
from shardcalc.core.facts import Fact
from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.plan_diff import Comparison, StreamChange, StreamSummary
from shardcalc.core.text import percent
from shardcalc.report.words import at_least, counted, passed_over, severities, told_apart

_HIDDEN: Final = {State.SUPPRESSED: "suppressed", State.BASELINE: "in the baseline"}


def verdict(report: CheckReport) -> str:
    """The counts in one line."""
    found = severities(each.severity for each in report.active)
    if not report.streams and not report.usable:
        return f"{found}; {others(report)}"
    looked_at = f"{counted(len(report.streams), 'stream')} in {counted(report.files, 'file')}"
    hidden = [f"{count:,} {words}" for state, words in _HIDDEN.items() if (count := report.count(state))]
    said = f"{found or 'no findings'} in {looked_at}"
    if report.passed_over:
        hidden.append(passed_over(report.passed_over))
    if not report.usable:
        hidden.append(f"{counted(len({each.file for each in report.problems}), 'file')} cannot be used")
    return f"{said}; {', '.join(hidden)}" if hidden else said


def skipped(report: CheckReport) -> list[str]:
    """Which files were passed over, as one line; none where none was."""
    files = report.passed_over
    more = f" and {len(files) - 5:,} more" if len(files) > 5 else ""
    return [f"passed over: {', '.join(files[:5])}{more}"] if files else []


def others(report: CheckReport) -> str:
    """What was done with the files that can be used, where some cannot."""
    if not report.streams:
        return "nothing was checked"
    return (
        "the other file was checked"
        if report.files == 1
        else f"the other {report.files:,} files were checked"
    )


def gone(report: CheckReport) -> str:
    """How much of the baseline is out of date."""
    entries, are = ("entry", "is") if report.gone == 1 else ("entries", "are")
    return f"{report.gone:,} {entries} of the baseline {are} no longer found"


def where(found: Found) -> str:
    """File, line and column."""
    return f"{found.file}:{found.place}" if found.place is not None else found.file


def named(found: Found) -> str:
    """The rule by its id and its name."""
    return f"{found.rule.id} {found.rule.name}"


def source(found: Found, report: CheckReport) -> Fact[Any] | None:
    """The fact behind a finding."""
    return found.fact or found.rule.source(report.limits)


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def change_columns(cost: str) -> list[str]:
    """The titles of :func:`change_rows`."""
    return ["stream", "needed:", "declared:", "used:", cost, "risk"]


USED: Final = "used: of the nearest limit, at the declared shards, or else at the needed ones"


def change_rows(comparison: Comparison) -> list[list[str]]:
    """Each stream that changed, before and after."""
    identities = [change.stream.identity for change in comparison.changes]
    streams = [(str(each), each.region, "") for each in identities]
    return [_cells(*pair) for pair in zip(told_apart(streams), comparison.changes, strict=True)]


def _cells(name: str, change: StreamChange) -> list[str]:
    before, after = change.before, change.after
    mark = "" if before and after else "+ " if after else "- "

    def both(show: Callable[[StreamSummary], str]) -> str:
        return _arrow(show(before) if before else "-", show(after) if after else "-")

    return [
        mark + name,
        both(lambda one: f"{one.shards:,}"),
        both(lambda one: f"{one.declared:,}" if one.declared is not None else "-"),
        both(lambda one: percent(one.utilisation)),
        both(lambda one: at_least(one.cost, one.complete)),
        " ".join(
            [*(f"+{name}" for name in change.new_findings), *(f"-{name}" for name in change.gone_findings)]
        ),
    ]


def change_totals(comparison: Comparison) -> list[str]:
    """All streams before and after."""
    shards = (f"{count:,}" for count in comparison.shards)
    cost = map(at_least, comparison.cost, comparison.complete)
    return ["all streams", _arrow(*shards), "", "", _arrow(*cost), ""]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"
