"""The calls of a path as a script for ``sh`` and the AWS CLI, to be read before it is run.

AWS knows how far the stream is, so the script keeps no notes: it asks before each call, and makes the calls
that are left. It asks until the stream is ACTIVE; the waiter of the AWS CLI gives up after three minutes.
"""

from __future__ import annotations

from typing import Final

from shardcalc.app.reshard import Resharding
from shardcalc.core.resharding.path import Path
from shardcalc.core.text import decimal
from shardcalc.report.reshard.commands import command, status
from shardcalc.report.reshard.words import notes, title

_FUNCTIONS: Final = r"""
say() {
    printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2
}

stop() {
    say "stopped: $*"
    exit 1
}

# Ask for status, mode and open shards. A question that fails is repeated: it changes nothing.
look() {
    failed=0
    until answer=$(ask); do
        failed=$((failed + 1))
        [ "$failed" -lt "$tries" ] || stop "AWS did not answer $tries times; start again to go on"
        sleep 10
    done
    tries=60
    read -r status mode open <<END
$answer
END
    [ "$mode" != ON_DEMAND ] || stop "the stream is ON_DEMAND: AWS chooses its shards"
    case $status in
    ACTIVE | UPDATING) ;;
    *) stop "the stream is neither ACTIVE nor UPDATING, but '$status'" ;;
    esac
}

# Wait until the stream is ACTIVE and, after a call, has the count of the call. For a moment after it AWS may
# still say ACTIVE with the count before: that is believed after ten minutes.
settle() {
    patience=60
    shown=
    while :; do
        look
        [ "$shown" = "$status $open" ] || say "$open open, $status"
        shown="$status $open"
        if [ "$status" = ACTIVE ]; then
            if [ "$open" = "${1:-$open}" ]; then return; fi
            patience=$((patience - 1))
            [ "$patience" -gt 0 ] || stop "ACTIVE with $open open shards and not $1 for ten minutes"
        fi
        sleep 10
    done
}

# Make one call, if the stream has the count that it starts from. It is made once, by the AWS CLI too.
step() {
    from=$1 to=$2
    shift 2
    [ "$open" = "$from" ] || return 0
    say "$from -> $to: asked; this takes minutes"
    AWS_MAX_ATTEMPTS=1 "$@" >/dev/null ||
        stop "$from -> $to failed, see above${later:+ (AWS may refuse it until $later)}; start again to go on"
    settle "$to"
}

trap 'stop "interrupted; a call that AWS took goes on; start again to go on"' INT TERM
later=
tries=3 # a wrong name is told soon; once AWS has answered, an outage is waited for
settle
"""


def text(made: Resharding) -> str:
    """The script alone."""
    return script(made.path, made.stream, made.region)


def script(found: Path, stream: str | None, region: str | None) -> str:
    """Write a script that makes the calls that are left, whichever count of the path the stream has."""
    counts = [str(count) for count in (found.current, *(step.target for step in found.steps))]
    lines = ["#!/bin/sh", f"# {title(found)}", *(f"# {note}" for note in notes(found)), "set -eu"]
    if stream is None:
        lines.append("STREAM=${1:?which stream? give its name: sh reshard.sh NAME}")
    lines += ["", "ask() {", f"    {status(stream, region)}", "}", _FUNCTIONS.rstrip("\n")]
    lines += [
        "case $open in",
        f"{' | '.join(counts)}) ;;",
        f'*) stop "$open open shards are not on the way {" -> ".join(counts)}, so no call was made; '
        f'find out what changed the stream, then: shardcalc reshard $open {found.target}" ;;',
        "esac",
    ]
    for step in found.steps:
        if step.wait is not None:
            since = f"call {step.after_call}" if step.after_call else "this was printed"
            lines.append(f"later='{decimal(step.wait.in_hours)} h after {since}'")
        lines.append(f"step {step.before} {step.target} {command(step, stream, region)}")
    return "\n".join([*lines, 'say "done: $open open shards"', ""])
