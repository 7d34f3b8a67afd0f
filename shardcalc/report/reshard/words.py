"""What all pages of ``reshard`` say in the same words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shardcalc.core.facts import Limits
from shardcalc.core.resharding.path import Path, Step
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.report.words import counted

COLUMNS: Final = ("call", "from:", "to:", "open at most:", "")
DURATION: Final = (
    "A call takes a few minutes, longer for large streams; AWS publishes no figure. "
    "Reads and writes continue meanwhile."
)


def title(found: Path) -> str:
    """The path in one line."""
    counts = (found.current, *(step.target for step in found.steps))
    return f"{_arrows(counts)}: {counted(len(found.steps), 'call') if found.steps else 'nothing to do'}"


def _arrows(counts: Iterable[int]) -> str:
    return " -> ".join(f"{count:,}" for count in counts)


def when(step: Step) -> str:
    """When a call that waits may be made."""
    assert step.wait is not None
    since = f"after call {step.after_call}" if step.after_call else "from now"
    return f"{decimal(step.wait.in_hours)} h {since}"


def step_cells(found: Path, limits: Limits) -> list[list[str]]:
    """Each call with its counts and what is to be known of it."""
    return [
        [str(call), f"{step.before:,}", f"{step.target:,}", f"{step.most_open:,}", _why(step, limits)]
        for call, step in enumerate(found.steps, start=1)
    ]


def _why(step: Step, limits: Limits) -> str:
    words = [f"{percent(step.change)} of {step.before:,}"]
    if not step.even:
        words.append(f"not a multiple of {percent(limits.reshard_step.value)}, so it may take longer")
    if step.wait is not None:
        words.append(f"{when(step)} or later")
    return "; ".join(words)


def room(found: Path) -> str:
    """How many shards may be open on the way, against the account's quota."""
    if not found.steps:
        return ""
    most = f"while a call runs, up to {shards_text(found.most_open)} of the stream may be open"
    if found.others:
        most += f", beside {found.others:,} of other streams"
    if found.quota is None:
        return f"{most}; the account's shard quota is unknown and was not checked"
    unknown = "; shards of other streams are unknown and were not counted" if found.others is None else ""
    return f"{most}; the account's quota is {found.quota:,}{unknown}"


def notes(found: Path) -> list[str]:
    """What may go otherwise than shown, and what was taken for granted."""
    if not found.steps:
        return []
    said = []
    if found.fits is False:
        worst = found.most_open + (found.others or 0)
        said.append(
            "warning: AWS may refuse a call. It counts short-lived shards, but does not say how many; "
            f"in the worst case {worst:,} are open, more than the quota of {found.quota:,}"
        )
    if found.dip is not None:
        below = min(found.current, found.target)
        said.append(f"only a path that dips below {below:,} shards fits for sure: {_arrows(found.dip)}")
    if found.calls_used:
        used = counted(found.calls_used, "call")
        said.append(f"the {used} of the last 24 h are taken to have been just now")
    return said


def basis(limits: Limits) -> str:
    """AWS's limits of the calls."""
    factor, window = limits.reshard_factor, decimal(limits.reshard_window.value.in_hours)
    return (
        f"a call at most doubles and at least halves (x {factor.value}), "
        f"{limits.reshard_calls.value} calls in {window} h, at most {limits.shards_most.value:,} shards; "
        f"multiples of {percent(limits.reshard_step.value)} finish sooner: "
        f"{factor.source.title}, read {factor.date}. Nothing was executed."
    )
