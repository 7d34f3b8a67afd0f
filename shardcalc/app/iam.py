"""``iam``: the least read-only policy that each command needs."""

from __future__ import annotations

from typing import Any

from shardcalc.app.refusal import Refused
from shardcalc.core.text import nearest
from shardcalc.core.workload.reading import read_fields, read_name
from shardcalc.sources.aws.permissions import COMMANDS, policy


def iam(command: str = "", stream: str = "*", *, owners: bool = False) -> dict[str, Any]:
    """The least IAM policy for one command, or for all that ask AWS.

    Args:
        command: its name; all commands when empty.
        stream: the only stream to allow, where an action can be limited to one.
        owners: whether fleet may read the tags that say who owns each stream.

    Raises:
        Refused: the command does not ask AWS, or reads no owners.
        BadFields: the stream has no name that AWS allows.
    """
    if command and command not in COMMANDS:
        raise Refused("no policy was written", [f"'{command}' does not ask AWS{nearest(command, COMMANDS)}"])
    if owners and command not in ("", "fleet"):
        raise Refused("no policy was written", [f"--owners is only for fleet; {command} reads no tags"])
    if stream != "*":
        read_fields({"stream": stream}, {"stream": read_name})
    return policy([command] if command else COMMANDS, stream, owners=owners)
