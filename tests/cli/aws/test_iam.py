"""iam: a policy allows what a command asks, and nothing else."""

from __future__ import annotations

import json

import pytest

HERE = "eu-west-1"


@pytest.fixture
def at(aws):
    """The flags that lead to the small server."""
    return ("--region", HERE, "--endpoint-url", aws.url, "--days", "1")


@pytest.mark.parametrize("command", ["observe", "fleet"])
def test_a_policy_allows_what_the_command_asks_and_nothing_else(aws, at, shardcalc, command):
    aws.add("orders", shards=2, consumers=("billing",), enhanced=("ALL",))
    stream = ("orders",) if command == "observe" else ()
    assert shardcalc(command, *stream, *at).code == 0
    service = {"GetMetricData": "cloudwatch"}
    asked = {f"{service.get(operation, 'kinesis')}:{operation}" for operation, _, _ in aws.requests}
    policy = json.loads(shardcalc("iam", command).out)
    assert {action for statement in policy["Statement"] for action in statement["Action"]} == asked
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}


def test_tags_are_allowed_only_when_they_are_asked_for(shardcalc):
    for more, allowed in (((), False), (("--owners",), True)):
        for command in ((), ("fleet",)):
            assert ("tag:GetResources" in shardcalc("iam", *command, *more).out) is allowed
    assert shardcalc("iam", "suggest", "--owners").code == 2


def test_a_policy_may_be_for_one_stream(shardcalc):
    first, second = json.loads(shardcalc("iam", "suggest", "--stream", "orders").out)["Statement"]
    assert first["Resource"] == "arn:*:kinesis:*:*:stream/orders"
    assert second["Resource"] == "*"


def test_a_policy_is_for_no_stream_that_cannot_exist(shardcalc):
    result = shardcalc("iam", "suggest", "--stream", "orders*")
    assert result.code == 2
    assert "--stream: 'orders*' is not a stream's name" in result.err


def test_a_command_that_needs_no_policy_is_named(shardcalc):
    result = shardcalc("iam", "fleets")
    assert result.code == 2
    assert "did you mean fleet?" in result.err
