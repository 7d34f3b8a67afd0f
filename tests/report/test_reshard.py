"""The path of a resharding in each format, and as commands to paste."""

from __future__ import annotations

import json

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
    "warning": ("400", "700", "--quota", "1000", "--used", "650"),
    "calls-used": ("4", "30", "--calls-used", "8"),
}


def test_what_is_not_sure_is_said():
    def said(*arguments):
        return json.loads(run("reshard", *arguments, "--format", "json").out)

    # 400 + 700 - 100 of its own and 250 of others; over 350 both calls hold 700, and 950 are allowed.
    made = said("400", "700", "--quota", "1000", "--used", "650")
    assert (made["fits_quota"], made["fits_below_both"]) == (False, [400, 350, 700])
    assert "worst case 1,250 are open, more than the quota of 1,000" in made["notes"][0]
    assert made["notes"][1] == "only a path that dips below 400 shards fits for sure: 400 -> 350 -> 700"
    sure = said("400", "700", "--quota", "1250", "--used", "650")
    assert (sure["fits_quota"], sure["fits_below_both"], sure["notes"]) == (True, None, [])
    assert said("400", "700")["fits_quota"] is None
    # 9 takes a start from 5 on: 5 holds 13, 6 holds 12, 7 15 and 8 16. So below 5 nothing fits either.
    assert len(said("5", "9", "--quota", "11")["notes"]) == 1
    # Ten calls are allowed and eight are used: the third waits.
    used = said("4", "30", "--calls-used", "8")
    assert [step["not_before_hours"] for step in used["steps"]] == [None, None, 24]
    assert [step["not_before_after_call"] for step in used["steps"]] == [None] * 3
    assert used["calls_used"] == 8
    assert used["notes"] == ["the 8 calls of the last 24 h are taken to have been just now"]
    assert said("5", "5", "--calls-used", "8")["notes"] == []


@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize("name", RESHARD)
def test_reshard(name, form):
    ran = run("reshard", *RESHARD[name], "--format", form)
    assert (ran.code, ran.err) == (0, "")
    golden.check(f"reshard/{name}.{SUFFIX[form]}", ran.out)
