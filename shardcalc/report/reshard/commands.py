"""The calls of a path as commands for a shell, to be read before they are run."""

from __future__ import annotations

from shlex import join, quote

from shardcalc.core.resharding.path import Path, Step
from shardcalc.report.reshard.words import when


def command(step: Step, stream: str | None, region: str | None) -> str:
    """One call; a name that is not known is left to a variable."""
    count = f"--target-shard-count {step.target} --scaling-type UNIFORM_SCALING"
    return f"aws kinesis update-shard-count {_which(stream, region)} {count}"


def status(stream: str | None, region: str | None) -> str:
    """The command that answers with status, mode and open shards: three words on one line."""
    query = "StreamDescriptionSummary.[StreamStatus,StreamModeDetails.StreamMode,OpenShardCount]"
    return f"aws kinesis describe-stream-summary {_which(stream, region)} --query '{query}' --output text"


def _which(stream: str | None, region: str | None) -> str:
    name = '"$STREAM"' if stream is None else quote(stream)
    by = "arn" if stream is not None and stream.startswith("arn:") else "name"
    return f"--stream-{by} {name}" + ("" if region is None else f" --region {quote(region)}")


def calls(found: Path, stream: str | None, region: str | None) -> list[str]:
    """The calls in order, when each may be made, and how to get the script that makes them.

    The script comes last: if somebody pastes all of the lines, it goes on from what is there.
    """
    lines = ["# each call only when the stream is ACTIVE with the count before it"]
    for step in found.steps:
        if step.wait is not None:
            lines.append(f"# {when(step)} or later:")
        lines.append(command(step, stream, region))
    given = {
        "--stream": stream,
        "--region": region,
        "--quota": found.quota,
        "--used": None if found.others is None else found.others + found.current,
        "--calls-used": found.calls_used or None,
    }
    flags = [str(part) for flag, value in given.items() if value is not None for part in (flag, value)]
    asked = join(["shardcalc", "reshard", str(found.current), str(found.target), *flags])
    name = ' "$STREAM"' if stream is None else ""
    return [
        *lines,
        "# or a script that makes them, waits for each, and can be started again:",
        f"{asked} --format sh -o reshard.sh && sh reshard.sh{name}",
    ]
