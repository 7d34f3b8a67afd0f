"""Run check on a fixed day."""

from __future__ import annotations

from tests.command import Ran, run

TODAY = "2026-12-01"

__all__ = ["TODAY", "Ran", "check", "run"]


def check(*arguments: str) -> Ran:
    """Run ``shardcalc check`` with these arguments, as on the first of December 2026."""
    return run("check", "--today", TODAY, *arguments)
