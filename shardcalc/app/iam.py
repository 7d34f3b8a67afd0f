"""``iam``: the least read-only policy that each command needs."""

from __future__ import annotations

from typing import Any

from shardcalc.app.refusal import Refused
from shardcalc.core.text import nearest
from shardcalc.core.workload.reading import read_fields, read_name
from shardcalc.sources.aws.permissions import COMMANDS, policy


def iam(command: str = "", stream: str = "*") -> dict[str, Any]:
    """The least IAM policy for one command, or for all that ask AWS.

    Args:
        command: its name; all commands when empty.
        stream: the only stream to allow, where an action can be limited to one.

    Raises:
        Refused: the command does not ask AWS.
        BadFields: the stream has no name that AWS allows.
    """
    if command and command not in COMMANDS:
        raise Refused("no policy was written", [f"'{command}' does not ask AWS{nearest(command, COMMANDS)}"])
    if stream != "*":
        read_fields({"stream": stream}, {"stream": read_name})
    return policy([command] if command else COMMANDS, stream)
