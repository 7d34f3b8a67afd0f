"""``fleet``, over HTTP: the order of streams, the sums, what fails, and what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from tests.systems import posix

HERE = "us-east-1"  # where every price is known


def steady(rates):
    """Every minute the same: bytes and records a second by stream; None for a stream without points."""

    def measure(metric, dimensions):
        rate = rates.get(dimensions["StreamName"], (1_000, 1))
        if rate is None:
            return None
        size, records, *throttled = rate
        return {
            "IncomingBytes": size * 60.0,
            "IncomingRecords": records * 60.0,
            "GetRecords.Bytes": size * 60.0,
            "GetRecords.Success": 60.0,
            "GetRecords.Records": 60.0,
            "WriteProvisionedThroughputExceeded": throttled[0] * 60.0 if throttled else 0.0,
        }.get(metric, 0.0)

    return measure


@pytest.fixture
def at(aws):
    return ("--region", HERE, "--endpoint-url", aws.url, "--days", "8")


MIB = 1_048_576


@pytest.fixture
def five(aws):
    """One of each standing; the needed counts are worked out beside."""
    aws.steady = steady(
        {
            "short": (3 * MIB, 100),  # 3 x 1.25 = 3.75 -> 4 shards of 1 MiB/s
            "wasteful": (MIB, 100),  # 1 x 1.25 -> 2
            "more-wasteful": (10_000, 100),  # 1
            "silent": None,
            "fine": (MIB, 100),  # 2
        }
    )
    for name, shards in (("fine", 2), ("short", 2), ("wasteful", 4), ("more-wasteful", 10), ("silent", 3)):
        aws.add(name, region=HERE, shards=shards)


def test_the_worst_and_most_wasteful_come_first(aws, at, five, shardcalc):
    result = shardcalc("fleet", *at, "--format", "json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert [
        (row["name"], row["standing"], row["shards"], row["recommended_shards"]) for row in found["streams"]
    ] == [
        ("short", "short", 2, 4),
        ("more-wasteful", "wasteful", 10, 1),
        ("wasteful", "wasteful", 4, 2),
        ("silent", "idle", 3, 1),
        ("fine", "fine", 2, 2),
    ]


def test_the_sums_are_those_of_the_streams(aws, at, five, shardcalc):
    """A shard-hour in us-east-1 is $0.015: a shard of 730 hours $10.95."""
    total = json.loads(shardcalc("fleet", *at, "--format", "json").out)["total"]
    # 10 -> 1 and 4 -> 2: 11 shards less; 2 -> 4: 2 more. PUT payload units are the same at every count.
    assert (total["saving_usd_per_month"], total["saving_complete"]) == ("120.45", True)
    assert (total["more_usd_per_month"], total["more_complete"]) == ("21.90", True)
    assert {name: total[name] for name in ("streams", "failed", "short", "troubled", "wasteful", "idle",
            "unmeasured", "fine")} == {
        "streams": 5, "failed": 0, "short": 1, "troubled": 0, "wasteful": 2, "idle": 1, "unmeasured": 0,
        "fine": 1,
    }  # fmt: skip


def test_a_stream_that_nobody_writes_to_is_idle(aws, at, five, shardcalc):
    """3 shards are $32.85 a month; one shard saves two of them, $21.90; deleting it saves all."""
    found = json.loads(shardcalc("fleet", *at, "--format", "json").out)
    row = next(row for row in found["streams"] if row["name"] == "silent")
    assert (row["cost_usd_per_month"], row["saving_usd_per_month"], row["recommended_shards"]) == (
        "32.85",
        "21.90",
        1,
    )
    assert row["findings"] == ["idle"]
    total = found["total"]
    assert (total["idle_saving_usd_per_month"], total["idle_cost_usd_per_month"]) == ("21.90", "32.85")
    out = shardcalc("fleet", *at).out
    assert "idle streams: as advised they cost $21.90 less a month, deleted $32.85" in out
    assert "deleting it saves $32.85 a month" in " ".join(shardcalc("suggest", "silent", *at).out.split())


def test_a_stream_that_throttles_below_its_capacity_is_troubled(aws, at, shardcalc):
    aws.steady = steady({"hot": (1_000, 100, 5)})
    aws.add("hot", region=HERE, shards=4)
    (row,) = json.loads(shardcalc("fleet", *at, "--format", "json").out)["streams"]
    assert row["standing"] == "troubled"
    assert "throttled-writes" in row["findings"]
    assert row["recommended_shards"] == 4


def test_failed_streams_are_listed_and_the_others_reported(aws, at, five, shardcalc):
    aws.add("gone", region=HERE, status="DELETING")
    aws.fault(
        "DescribeStreamSummary",
        status=400,
        code="AccessDeniedException",
        when=lambda body: body["StreamName"] == "wasteful",
    )
    aws.fault(
        "GetMetricData",
        change=lambda answer: answer["MetricDataResults"][0].update(StatusCode="InternalError"),
        times=1,
    )
    result = shardcalc("fleet", *at, "--format", "json")
    assert result.code == 3
    found = json.loads(result.out)
    assert [(row["stream"], row["reason"]) for row in found["failures"]] == [
        ("fine", "partial-data"),
        ("gone", "not-ready"),
        ("wasteful", "access-denied"),
    ]
    assert "kinesis:DescribeStreamSummary" in found["failures"][2]["message"]
    assert [row["name"] for row in found["streams"]] == ["short", "more-wasteful", "silent"]
    assert found["total"]["saving_complete"] is False
    assert "3 streams could not be read completely" in result.err


def test_a_region_that_fails_does_not_hide_the_others(aws, at, five, shardcalc):
    aws.add("clicks", region="eu-west-1")
    real = aws.ListStreams

    def broken(region, body):
        if region == "eu-west-1":
            from tests.loopback import Refused

            raise Refused(400, "AccessDeniedException", "no")
        return real(region, body)

    aws.ListStreams = broken
    result = shardcalc("fleet", *at, "--region", "eu-west-1", "--format", "json")
    found = json.loads(result.out)
    assert result.code == 3
    assert [(row["stream"], row["region"], row["reason"]) for row in found["failures"]] == [
        (None, "eu-west-1", "access-denied")
    ]
    assert len(found["streams"]) == 5
    assert "1 Region could not be read completely" in result.err


def test_nothing_at_all_that_can_be_read_is_an_error_and_no_report(aws, at, shardcalc):
    aws.fault("ListStreams", status=400, code="ExpiredTokenException")
    result = shardcalc("fleet", *at)
    assert (result.code, result.out) == (3, "")
    assert "session token has expired" in result.err


def test_a_fleet_without_streams(aws, at, shardcalc):
    result = shardcalc("fleet", *at)
    assert (result.code, result.out) == (0, "no stream was found\n")


def test_what_was_read_can_be_saved_and_replayed(aws, at, five, shardcalc, tmp_path):
    folder = tmp_path / "histories"
    aws.add("gone", region=HERE, status="DELETING")
    live = json.loads(shardcalc("fleet", *at, "--format", "json", "--save", str(folder)).out)
    names = sorted(file.name for file in folder.iterdir())
    assert names == [
        f"123456789012-us-east-1-{name}.json.gz"
        for name in ("fine", "more-wasteful", "short", "silent", "wasteful")
    ]
    before = len(aws.requests)
    result = shardcalc("fleet", "--from", str(folder), "--format", "json")
    assert result.code == 0
    again = json.loads(result.out)
    unchanged = (
        "name",
        "standing",
        "shards",
        "recommended_shards",
        "cost_usd_per_month",
        "saving_usd_per_month",
        "worst_utilisation",
        "answer",
        "reasons",
    )
    assert [{key: row[key] for key in unchanged} for row in again["streams"]] == [
        {key: row[key] for key in unchanged} for row in live["streams"]
    ]
    assert len(aws.requests) == before


def test_one_saved_history_can_be_suggested_from(aws, at, five, shardcalc, tmp_path):
    shardcalc("fleet", *at, "--save", str(tmp_path))
    result = shardcalc(
        "suggest", "--from", str(tmp_path / "123456789012-us-east-1-short.json.gz"), "--format", "json"
    )
    assert result.code == 0, result.err


def test_a_fleet_over_regions_and_accounts(moto, shardcalc):
    """Two accounts and two Regions of moto's; each stream is found once, in its place."""
    roles = [f"arn:aws:iam::{number}:role/reader" for number in ("111111111111", "222222222222")]
    sts = boto3.client("sts", endpoint_url=moto, region_name=HERE)
    for number, role in enumerate(roles):
        keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        theirs = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        for region in (HERE, "eu-west-1"):
            kinesis = boto3.client("kinesis", endpoint_url=moto, region_name=region, **theirs)
            kinesis.create_stream(StreamName=f"stream-{number}", ShardCount=1)
            kinesis.close()
    sts.close()
    flags = [part for role in roles for part in ("--role-arn", role)]
    result = shardcalc(
        "fleet",
        "--region",
        HERE,
        "--region",
        "eu-west-1",
        *flags,
        "--endpoint-url",
        moto,
        "--days",
        "1",
        "--format",
        "json",
    )
    assert result.code == 0, result.err
    assert sorted(
        (row["account"], row["region"], row["name"]) for row in json.loads(result.out)["streams"]
    ) == [
        ("111111111111", "eu-west-1", "stream-0"),
        ("111111111111", "us-east-1", "stream-0"),
        ("222222222222", "eu-west-1", "stream-1"),
        ("222222222222", "us-east-1", "stream-1"),
    ]


def test_a_dry_run_of_a_fleet(aws, at, five, shardcalc):
    result = shardcalc("fleet", *at, "--dry-run")
    assert result.code == 0
    assert "40 series" in result.out
    assert "for 40 metrics: less than $0.01" in result.out
    assert aws.asked("GetMetricData") == []


def test_a_fleet_asks_for_no_more_metrics_than_allowed(aws, at, five, shardcalc):
    result = shardcalc("fleet", *at, "--max-metrics", "39")
    assert result.code == 2
    assert "40 metrics, --max-metrics allows 39" in result.err
    assert aws.asked("GetMetricData") == []


def test_sixty_streams_share_calls(aws, at, shardcalc):
    """480 series of a day: 480 x 1,437 / 100,800 = 6.84 -> 7 calls."""
    for number in range(60):
        aws.add(f"s{number:02d}", region=HERE)
    aws.steady = steady({})
    result = shardcalc("fleet", *at[:4], "--days", "1", "--format", "json")
    assert result.code == 0
    assert len(json.loads(result.out)["streams"]) == 60
    assert len(aws.asked("GetMetricData")) == 7


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_every_format_names_the_streams_and_what_failed(aws, at, five, shardcalc, format):
    aws.add("gone", region=HERE, status="DELETING")
    out = shardcalc("fleet", *at, "--format", format).out
    assert [
        name for name in ("short", "more-wasteful", "wasteful", "silent", "fine", "gone") if name not in out
    ] == []
    assert "DELETING" in out
    assert "the advised changes save at least $120.45 a month" in out


def test_unknown_prices_are_not_zero(aws, shardcalc):
    """No price of cn-north-1 is known."""
    aws.steady = steady({})
    aws.add("orders", region="cn-north-1", shards=9)
    flags = ("--region", "cn-north-1", "--endpoint-url", aws.url, "--days", "8")
    out = shardcalc("fleet", *flags).out
    assert "unknown" in out
    assert "$0.00" not in out
    total = json.loads(shardcalc("fleet", *flags, "--format", "json").out)["total"]
    assert (total["cost_usd_per_month"], total["saving_usd_per_month"], total["cost_complete"]) == (
        None,
        None,
        False,
    )


def test_saved_histories_that_cannot_be_read_are_all_named(shardcalc, tmp_path):
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("[]")
    result = shardcalc("fleet", "--from", str(tmp_path))
    assert result.code == 2
    assert "a.json" in result.err
    assert "b.json" in result.err


@posix("SIGINT that is sent to one process")
def test_an_interrupt_keeps_what_was_saved_whole(aws, at, tmp_path):
    """The second call never comes: the streams of the first are saved, and no half file lies about."""
    import signal
    import subprocess
    import sys
    import time

    for number in range(60):
        aws.add(f"s{number:02d}", region=HERE)
    aws.steady = steady({})
    aws.fault("GetMetricData", hang=True, when=lambda body: "s40" in str(body["MetricDataQueries"]))
    command = [sys.executable, "-m", "shardcalc", "fleet", *at, "--save", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    until = time.monotonic() + 30
    while len(list(tmp_path.glob("*s20.json.gz"))) == 0 and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == [f"123456789012-us-east-1-s{number:02d}.json.gz" for number in range(len(names))]
    assert len(names) > 20
    from shardcalc.sources.store.histories import read_history_file

    assert {read_history_file(str(file))[0].points for file in tmp_path.iterdir()} == {
        read_history_file(str(tmp_path / names[0]))[0].points
    }


def test_refreshed_prices_give_one_saving_in_suggest_and_fleet_live_and_saved(aws, shardcalc, tmp_path):
    """A Region whose prices are not shipped: 4 shards where 2 do, at a refreshed $0.02 an hour and shard.

    2 shards x 730 h x $0.02 = $29.20; retention of 24 h costs nothing more, and what else is on both bills is
    equal.
    """
    from shardcalc.sources.store.prices import cache_file

    region = "eu-west-3"
    sheet = Path(cache_file(region))
    sheet.parent.mkdir(parents=True)
    sheet.write_text(
        f'region = "{region}"\ncurrency = "USD"\npublished = 2026-11-01\n'
        '[sources]\nP = { title = "P", url = "" }\n'
        + "".join(
            f'[prices.{name}]\nprice = "{price}"\nunit = "{unit}"\n'
            'source = "P"\ndate = 2026-11-01\nconfidence = "A"\n'
            for name, price, unit in (
                ("shard_hour", "0.02", "ShardHour"),
                ("put_payload_unit", "0.00000002", "PutRequest"),
            )
        )
    )
    aws.steady = steady({"wasteful": (MIB, 100)})
    aws.add("wasteful", region=region, shards=4)
    at = ("--region", region, "--endpoint-url", aws.url, "--days", "8", "--format", "json")
    live = shardcalc("suggest", "wasteful", *at)
    assert live.code == 0, live.err
    fleet = shardcalc("fleet", *at, "--save", str(tmp_path))
    assert fleet.code == 0, fleet.err
    [saved] = tmp_path.glob("*.json.gz")
    from_file = shardcalc("suggest", "--from", str(saved), "--format", "json")
    from_folder = shardcalc("fleet", "--from", str(tmp_path), "--format", "json")
    savings = [
        json.loads(live.out)["saving_usd_per_month"],
        json.loads(from_file.out)["saving_usd_per_month"],
        json.loads(fleet.out)["streams"][0]["saving_usd_per_month"],
        json.loads(from_folder.out)["streams"][0]["saving_usd_per_month"],
    ]
    assert savings == ["29.20"] * 4
