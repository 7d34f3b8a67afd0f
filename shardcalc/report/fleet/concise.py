"""A fleet, one line a stream: for a log, or for grep."""

from __future__ import annotations

from shardcalc.core.advice.fleet import Fleet
from shardcalc.report.fleet import words
from shardcalc.report.kit.terminal import logged


def text(fleet: Fleet) -> str:
    """Each stream with its standing and what is advised, then what could not be read."""
    return logged(
        [
            *(f"{words.name(each, fleet)}: {each.standing}; {each.answer}" for each in fleet.members),
            *(f"{words.failed(each)}: failed; {each.message}" for each in fleet.failures),
        ]
    )
