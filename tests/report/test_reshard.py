"""The path of a resharding in each format, and as commands to paste."""

from __future__ import annotations

import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import path
from shardcalc.report.reshard.commands import script
from tests import golden
from tests.command import run
from tests.golden import SUFFIX

LIMITS = built_in_limits()


def test_commands_to_paste():
    assert script(path(2, 3, LIMITS), "orders", "eu-west-1") == [
        "aws kinesis update-shard-count --stream-name orders --region eu-west-1 --target-shard-count 3 "
        "--scaling-type UNIFORM_SCALING",
        "aws kinesis wait stream-exists --stream-name orders --region eu-west-1",
    ]
    assert (
        script(path(2, 3, LIMITS), None, None)[1] == 'aws kinesis wait stream-exists --stream-name "$STREAM"'
    )
    assert script(path(3, 3, LIMITS), "orders", None) == []


RESHARD = {
    "up": ("4", "30"),
    "down": ("9", "4", "--stream", "orders", "--region", "eu-west-1", "--quota", "20000", "--used", "700"),
    "days": ("1", "5000"),
    "same": ("5", "5"),
}


@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize("name", RESHARD)
def test_reshard(name, form):
    ran = run("reshard", *RESHARD[name], "--format", form)
    assert (ran.code, ran.err) == (0, "")
    golden.check(f"reshard/{name}.{SUFFIX[form]}", ran.out)
