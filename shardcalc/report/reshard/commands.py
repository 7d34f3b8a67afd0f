"""The calls of a path as commands for a shell, to be read before they are run."""

from __future__ import annotations

from shardcalc.core.resharding.path import Path, Step
from shardcalc.core.text import decimal


def command(step: Step, stream: str | None, region: str | None) -> str:
    """One call, to be pasted into a shell; a name that is not known is left to a variable."""
    count = f"--target-shard-count {step.target} --scaling-type UNIFORM_SCALING"
    return f"aws kinesis update-shard-count {_which(stream, region)} {count}"


def wait(stream: str | None, region: str | None) -> str:
    """The command that returns when the stream is ACTIVE again, or gives up after a few minutes."""
    return f"aws kinesis wait stream-exists {_which(stream, region)}"


def _which(stream: str | None, region: str | None) -> str:
    name = stream if stream is not None else '"$STREAM"'
    return f"--stream-name {name}" + (f" --region {region}" if region is not None else "")


def calls(found: Path, stream: str | None, region: str | None) -> list[str]:
    """All calls in order, each with its wait."""
    return [line for step in found.steps for line in (command(step, stream, region), wait(stream, region))]


def when(step: Step) -> str:
    """When a call that waits may be made."""
    assert step.wait is not None
    since = f"after call {step.after_call}" if step.after_call else "from now"
    return f"{decimal(step.wait.in_hours)} h {since}"


def script(found: Path, stream: str | None, region: str | None) -> list[str]:
    """All calls in order, and when each may be made: lines for a shell."""
    lines = []
    for step in found.steps:
        if step.wait is not None:
            lines.append(f"# wait until {when(step)}")
        lines += [command(step, stream, region), wait(stream, region)]
    return lines
