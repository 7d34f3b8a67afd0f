"""The IAM actions that each command needs, and the policy that grants them and nothing else. Loads nothing of
AWS's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

OF_A_STREAM: Final = ("kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:ListStreamConsumers")
"""Actions that can be allowed stream by stream; all others know only ``*``.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html
"""

_ONE: Final = (*OF_A_STREAM, "kinesis:DescribeLimits", "cloudwatch:GetMetricData")

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "observe": _ONE,
    "suggest": _ONE,
    "fleet": (*_ONE, "kinesis:ListStreams"),
    "facts": ("pricing:GetProducts",),
}
"""The commands that ask AWS; every other command works without credentials."""


OWNERS: Final = "tag:GetResources"
"""What fleet needs besides, where a policy's owner_tag has it read who owns each stream."""


def policy(commands: Iterable[str], stream: str = "*", *, owners: bool = False) -> dict[str, Any]:
    """The least read-only policy for some commands.

    Args:
        commands: names out of :data:`COMMANDS`.
        stream: the only stream to allow, where an action can be limited to one.
        owners: whether the tags of streams may be read.
    """
    actions = {action for command in commands for action in COMMANDS[command]} | (
        {OWNERS} if owners else set()
    )
    # IAM allows a wildcard in each segment of an ARN but the service's, so this holds in every partition.
    # Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    parts = (
        ("ShardcalcStreams", sorted(actions & set(OF_A_STREAM)), f"arn:*:kinesis:*:*:stream/{stream}"),
        ("ShardcalcAccount", sorted(actions - set(OF_A_STREAM)), "*"),
    )
    statements = [
        {"Sid": name, "Effect": "Allow", "Action": allowed, "Resource": resource}
        for name, allowed, resource in parts
        if allowed
    ]
    return {"Version": "2012-10-17", "Statement": statements}
