"""The path from one shard count to another, in each format. Nothing is executed."""

from __future__ import annotations

import json
from typing import Any

from shardcalc.core.facts import Limits
from shardcalc.core.resharding.path import Path, Step, command, script, shards_text, wait
from shardcalc.core.units import decimal, percent
from shardcalc.report.kit.terminal import Justify, Page, Screen
from shardcalc.report.plan.json import SCHEMA_VERSION, fact_row, number
from shardcalc.report.plan.markdown import table as markdown_table

DURATION = "AWS says that a call takes a few minutes and longer for large streams, and publishes no figure; reads and writes go on meanwhile."


def title(found: Path) -> str:
    """The path in one line."""
    counts = " -> ".join(f"{count:,}" for count in (found.current, *(step.target for step in found.steps)))
    calls = f"{len(found.steps)} call{'' if len(found.steps) == 1 else 's'}"
    return f"{counts}: {calls}" if found.steps else f"{counts}: nothing to do"


def _why(step: Step, limits: Limits) -> str:
    words = [
        f"{percent(step.change)} of {step.before:,}",
        "" if step.even else f"no multiple of {percent(limits.reshard_step.value)}: may take longer",
    ]
    if step.wait is not None:
        words.append(f"{decimal(step.wait.in_hours)} h after call {step.after_call} or later")
    return "; ".join(filter(None, words))


def _room(found: Path) -> str:
    if not found.steps:
        return ""
    most = f"while a call runs, up to {shards_text(found.most_open)} of the stream may be open"
    if found.others:
        most += f", beside {found.others:,} of other streams"
    if found.quota is None:
        return f"{most}; the account's shard quota is not known and was not checked"
    others = (
        "" if found.others is not None else "; shards of other streams are not known and were not counted"
    )
    return f"{most}; the account's quota is {found.quota:,}{others}"


def draw(screen: Screen, found: Path, limits: Limits, stream: str | None, region: str | None) -> None:
    """The steps and the commands, on a page that may hold more."""
    screen.heading(title(found))
    if not found.steps:
        return
    screen.gap()
    columns: list[tuple[str, Justify]] = [
        ("call", "left"),
        ("from", "right"),
        ("to", "right"),
        ("open at most", "right"),
        ("", "left"),
    ]
    screen.table(
        columns,
        [
            [str(call), f"{step.before:,}", f"{step.target:,}", f"{step.most_open:,}", _why(step, limits)]
            for call, step in enumerate(found.steps, start=1)
        ],
    )
    screen.gap()
    screen.line(_room(found))
    screen.line(DURATION)
    screen.gap()
    for line in script(found, stream, region):
        screen.command(line)


def table(found: Path, limits: Limits, stream: str | None, region: str | None, page: Page) -> str:
    """For a terminal."""
    screen = Screen(page)
    draw(screen, found, limits, stream, region)
    screen.gap()
    screen.line((_basis(limits), "dim"))
    return screen.text()


def _basis(limits: Limits) -> str:
    factor, calls, window, step = (
        limits.reshard_factor,
        limits.reshard_calls,
        limits.reshard_window,
        limits.reshard_step,
    )
    return (
        f"a call at most doubles and at least halves (x {factor.value}), {calls.value} calls in {decimal(window.value.in_hours)} h, at most "
        f"{limits.shards_most.value:,} shards; multiples of {percent(step.value)} finish sooner: {factor.source.title}, read {factor.date}. "
        "Nothing was executed."
    )


def row(found: Path, stream: str | None, region: str | None) -> dict[str, Any]:
    """The path as JSON fields."""
    return {
        "current_shards": found.current,
        "target_shards": found.target,
        "calls": len(found.steps),
        "open_shards_at_most": found.most_open,
        "other_streams_open_shards": found.others,
        "account_shard_quota": found.quota,
        "steps": [
            {
                "call": call,
                "shards_before": step.before,
                "shards_after": step.target,
                "open_shards_at_most": step.most_open,
                "multiple_of_25_percent": step.even,
                "not_before_hours": None if step.wait is None else number(step.wait.in_hours),
                "not_before_after_call": step.after_call or None,
                "command": command(step, stream, region),
                "then": wait(stream, region),
            }
            for call, step in enumerate(found.steps, start=1)
        ],
    }


def json_text(found: Path, limits: Limits, stream: str | None, region: str | None) -> str:
    """As one JSON object."""
    facts = (
        limits.reshard_factor,
        limits.reshard_calls,
        limits.reshard_window,
        limits.reshard_step,
        limits.shards_most,
    )
    body = {
        "schema_version": SCHEMA_VERSION,
        "command": "reshard",
        "stream": stream,
        "region": region,
        **row(found, stream, region),
        "facts": [fact_row(fact) for fact in facts],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def markdown_parts(found: Path, limits: Limits, stream: str | None, region: str | None) -> list[str]:
    """The steps and the commands, for a page that may hold more."""
    if not found.steps:
        return []
    rows = [
        [str(call), f"{step.before:,}", f"{step.target:,}", f"{step.most_open:,}", _why(step, limits)]
        for call, step in enumerate(found.steps, start=1)
    ]
    return [
        markdown_table(["call:", "from:", "to:", "open at most:", ""], rows),
        f"{_room(found)[0].upper()}{_room(found)[1:]}. {DURATION}",
        "```sh\n" + "\n".join(script(found, stream, region)) + "\n```",
    ]


def markdown_text(found: Path, limits: Limits, stream: str | None, region: str | None) -> str:
    """As Markdown."""
    basis = _basis(limits)
    parts = [
        f"# {title(found).replace('->', '→')}",
        *markdown_parts(found, limits, stream, region),
        f"{basis[0].upper()}{basis[1:]}",
    ]
    return "\n\n".join(parts) + "\n"
