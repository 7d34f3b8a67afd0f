"""The path of a resharding in each format, and as commands to paste."""

from __future__ import annotations

import json
import shlex

import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import path
from shardcalc.report.reshard.commands import calls, command, status
from tests import golden
from tests.command import run
from tests.golden import SUFFIX

LIMITS = built_in_limits()


def test_commands_to_paste():
    assert calls(path(2, 3, LIMITS), "orders", "eu-west-1") == [
        "# each call only when the stream is ACTIVE with the count before it",
        "aws kinesis update-shard-count --stream-name orders --region eu-west-1 --target-shard-count 3 "
        "--scaling-type UNIFORM_SCALING",
        "# or a script that makes them, waits for each, and can be started again:",
        "shardcalc reshard 2 3 --stream orders --region eu-west-1 --format sh -o reshard.sh && sh reshard.sh",
    ]
    waits = calls(path(4, 30, LIMITS, quota=60, used=34, calls_used=9), None, None)
    assert [line[:61] for line in waits[1:4]] == [
        'aws kinesis update-shard-count --stream-name "$STREAM" --targ',
        "# 24 h from now or later:",
        'aws kinesis update-shard-count --stream-name "$STREAM" --targ',
    ]
    assert waits[-1] == (
        "shardcalc reshard 4 30 --quota 60 --used 34 --calls-used 9 --format sh -o reshard.sh "
        '&& sh reshard.sh "$STREAM"'
    )


def test_a_name_that_no_reader_has_seen_stays_one_word():
    found = path(2, 3, LIMITS)
    for name in ("a b", "a'$(id)", "a\nrm -rf /"):
        for line in (command(found.steps[0], name, name), status(name, name)):
            words = shlex.split(line)
            assert [words[words.index(flag) + 1] for flag in ("--stream-name", "--region")] == [name, name]


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
