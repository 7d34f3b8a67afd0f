"""``suggest`` from AWS itself, and the path that it prints, over HTTP: every call of it is accepted by moto's
server.
"""

from __future__ import annotations

import json

import boto3
import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import path

HERE = "us-east-1"
LIMITS = built_in_limits()


def busy(metric, dimensions):
    """3 MiB/s in 100 records/s, read once."""
    return {
        "IncomingBytes": 3 * 1_048_576 * 60.0,
        "IncomingRecords": 6_000.0,
        "GetRecords.Bytes": 3 * 1_048_576 * 60.0,
    }.get(metric, 0.0)


@pytest.fixture
def at(aws):
    aws.steady = busy
    return ("--region", HERE, "--endpoint-url", aws.url, "--days", "8")


@pytest.mark.parametrize(
    ("shards", "verdict", "steps"), [(2, "raise", [4]), (16, "lower", [8, 4]), (4, "keep", [])]
)
def test_a_suggestion_is_made_from_what_aws_says(aws, at, shardcalc, shards, verdict, steps):
    """3 MiB/s x 1.25 are 3.75 shards, so 4; 16 halves at most to 8, then to 4."""
    aws.add("orders", region=HERE, shards=shards)
    result = shardcalc("suggest", "orders", *at, "--format", "json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert (found["verdict"], found["recommended_shards"]) == (verdict, 4)
    assert [step["shards_after"] for step in (found["path"] or {}).get("steps", [])] == steps


@pytest.mark.parametrize("days", ["14", "20", None, "70"])
def test_more_days_never_ask_for_fewer_shards(aws, shardcalc, monkeypatch, days):
    """One minute of 6 MiB/s two days ago, else 1,000 B/s: 6 x 1.25 = 7.5, so 8. Read in five-minute sums the
    minute is a fifth of it, and in hourly ones a sixtieth.
    """
    now = 1_795_000_000
    monkeypatch.setattr("time.time", lambda: float(now))
    minute = now // 3600 * 3600 - 2 * 86_400 + 120
    quiet, burst = 60_000.0, 6 * 1_048_576 * 60.0
    aws.measure = lambda metric, dimensions, time: {
        "IncomingBytes": burst if time == minute else quiet,
        "IncomingRecords": 600.0,
    }.get(metric, 0.0)
    aws.add("orders", region=HERE, shards=8)
    flags = () if days is None else ("--days", days)
    result = shardcalc(
        "suggest", "orders", "--region", HERE, "--endpoint-url", aws.url, *flags, "--format", "json"
    )
    assert result.code == 0, result.err
    assert json.loads(result.out)["measured_shards"] == 8


def test_live_and_saved_say_the_same(aws, at, shardcalc, tmp_path, monkeypatch):
    """At one and the same second: the second run reads what the first one read."""
    monkeypatch.setattr("time.time", lambda: 1_795_000_000.0)
    aws.add("orders", region=HERE, shards=2, consumers=("billing",), enhanced=("ALL",))
    live = shardcalc("suggest", "orders", *at)
    assert live.code == 0, live.err
    assert shardcalc("observe", "orders", *at, "-o", str(tmp_path / "o.json.gz")).code == 0
    assert shardcalc("suggest", "--from", str(tmp_path / "o.json.gz")).out == live.out


def test_commands_name_the_stream_by_its_arn(aws, at, shardcalc, tmp_path):
    """A shell with the credentials of another account cannot change a stream of the same name there."""
    aws.steady = lambda metric, _: {"IncomingBytes": 4 * 1_048_576 * 60, "IncomingRecords": 60}.get(metric, 0)
    aws.add("orders", region=HERE, shards=2)
    out = json.loads(shardcalc("suggest", "orders", *at, "--format", "json").out)
    arn = f"arn:aws:kinesis:{HERE}:123456789012:stream/orders"
    assert {step["command"].split(" --")[1] for step in out["path"]["steps"]} == {f"stream-arn {arn}"}
    page = shardcalc("suggest", "orders", *at).out
    assert f"shardcalc reshard 2 {out['recommended_shards']} --stream {arn}" in page


def test_a_dry_run_suggests_nothing(aws, at, shardcalc):
    aws.add("orders", region=HERE)
    result = shardcalc("suggest", "orders", *at, "--dry-run")
    assert result.code == 0
    assert "8 series" in result.out
    assert aws.asked("GetMetricData") == []


def test_what_aws_says_itself_cannot_be_given(aws, at, shardcalc):
    result = shardcalc("suggest", "orders", *at, "--current", "5", "--mode", "PROVISIONED")
    assert result.code == 2
    assert "--current" in result.err
    assert "--mode" in result.err
    assert aws.requests == []


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "456"])
def test_days_that_are_none(aws, shardcalc, text):
    aws.add("orders", region=HERE)
    result = shardcalc("suggest", "orders", "--region", HERE, "--endpoint-url", aws.url, "--days", text)
    assert result.code in (2, 3)
    assert "Traceback" not in result.err
    assert aws.asked("GetMetricData") == []


def test_a_region_that_is_none_is_not_asked(shardcalc):
    result = shardcalc("suggest", "orders", "--region", "eu-west1")
    assert result.code == 2
    assert "did you mean eu-west-1?" in result.err


@pytest.mark.parametrize(
    ("current", "target"), [(1, 9), (4, 30), (30, 4), (7, 3), (13, 1), (5, 6), (6, 5), (10, 40)]
)
def test_every_call_of_a_path_is_accepted_by_a_server(moto, current, target):
    """Moto splits and merges shards for real; after each call the open ones are as many as were asked for."""
    client = boto3.client("kinesis", endpoint_url=moto, region_name=HERE)
    client.create_stream(StreamName="orders", ShardCount=current)
    have = current
    for call in path(current, target, LIMITS).steps:
        answer = client.update_shard_count(
            StreamName="orders", TargetShardCount=call.target, ScalingType="UNIFORM_SCALING"
        )
        assert (answer["CurrentShardCount"], answer["TargetShardCount"]) == (have, call.target)
        shards = client.list_shards(StreamName="orders", MaxResults=1000)["Shards"]
        have = sum("EndingSequenceNumber" not in shard["SequenceNumberRange"] for shard in shards)
        assert have == call.target
    assert have == target
    client.close()
