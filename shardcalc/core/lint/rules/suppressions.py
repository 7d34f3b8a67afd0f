"""The rules about suppressions themselves: expired, naming no rule, hiding nothing.

They have no look-function: only ``check`` knows, once it has seen a whole file, which suppressions are used.
"""

from __future__ import annotations

from typing import Final

from shardcalc.core.lint.rule import WARNING, Rule

SUPPRESSION_EXPIRED: Final = Rule(
    id="SC028",
    name="suppression-expired",
    severity=WARNING,
    summary="a suppression has expired",
    reason="Its last day has passed, so it hides nothing any more.",
    remedy="remove it, or give it a later day with a new reason",
    bad="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved, until: 2026-01-15}",
    good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved, until: 2099-01-15}",
)

SUPPRESSION_UNKNOWN: Final = Rule(
    id="SC029",
    name="suppression-unknown",
    severity=WARNING,
    summary="a suppression names no rule",
    reason="A misspelt rule hides nothing, while its author believes it does.",
    remedy="write a rule's id or name",
    bad="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owners, reason: being moved}",
    good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
)

SUPPRESSION_UNUSED: Final = Rule(
    id="SC030",
    name="suppression-unused",
    severity=WARNING,
    summary="a suppression hides nothing",
    reason=(
        "What it was written for is gone; left in place it would hide the next fault. "
        "Suppressions in .shardcalc.yaml are exempt, because one run may see only some of the files."
    ),
    remedy="remove it",
    bad="owner: payments\nsize: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
    good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
)

RULES: Final[tuple[Rule, ...]] = (
    SUPPRESSION_EXPIRED,
    SUPPRESSION_UNKNOWN,
    SUPPRESSION_UNUSED,
)
