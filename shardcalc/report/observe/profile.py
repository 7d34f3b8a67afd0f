"""A draft of a capacity profile as the YAML text that ``shardcalc plan`` reads."""

from __future__ import annotations

from shardcalc.core.history.draft import Draft
from shardcalc.core.history.model import moment


def text(draft: Draft) -> str:
    """The profile, each field with its note."""
    history = draft.history
    start, end = (f"{moment(epoch):%Y-%m-%d %H:%M}" for epoch in (history.start, history.end))
    known = f"{draft.known:,} of {history.points:,} periods of {history.period} s have data"
    read = f"; read {history.read_at}" if history.read_at else ""
    fields = (
        f"    {field.name}: {field.value}" + (f"  # {field.note}" if field.note else "")
        for field in draft.fields
    )
    lines = [
        "# Measured, not designed: review it, choose its headroom and name its consumers.",
        f"# CloudWatch {start} to {end} UTC, {known}{read}",
        "version: 1",
        "streams:",
        f"  {history.stream or 'stream'}:",
        *fields,
    ]
    return "\n".join(lines) + "\n"
