"""What ``check`` found, one line a finding, as editors and other linters have it."""

from __future__ import annotations

from shardcalc.app.check import CheckReport
from shardcalc.core.lint.rules import UNUSABLE
from shardcalc.report.check import words
from shardcalc.report.kit.terminal import logged


def text(report: CheckReport) -> str:
    """Each finding with its place, its grade and its rule; files that cannot be used are told on stderr."""
    return logged(
        f"{words.where(found)}: {found.severity} {found.rule.id} {found.rule.name}: {found.message}"
        for found in report.active
        if found.rule is not UNUSABLE
    )
