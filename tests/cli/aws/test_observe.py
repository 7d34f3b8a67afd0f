"""``observe``, ``iam`` and the faults that a user meets on the command line, over HTTP."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import boto3
import pytest

from shardcalc.core.history.metrics import CONSUMER_METRICS, STREAM_METRICS
from shardcalc.sources.store.histories import read_history_file
from shardcalc.sources.store.history_document import read_document
from tests.systems import posix

HERE = "eu-west-1"


@pytest.fixture
def at(aws):
    """The flags that lead to the small server."""
    return ("--region", HERE, "--endpoint-url", aws.url, "--days", "1")


def values(metric, dimensions, time):
    if time % 3600 == 0:
        return None  # a gap each hour
    return {
        "IncomingBytes": 600_000.0,
        "IncomingRecords": 1_200.0,
        "GetRecords.Bytes": 1_200_000.0,
        "WriteProvisionedThroughputExceeded": 0.0,
    }.get(metric, 60.0)


# ── what is saved ──


def test_a_history_is_saved_with_everything_that_was_read(aws, at, shardcalc, tmp_path):
    aws.measure = values
    aws.add(
        "orders",
        shards=3,
        closed=2,
        consumers=("billing",),
        enhanced=("IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds"),
    )
    file = tmp_path / "orders.json"
    result = shardcalc("observe", "orders", *at, "-o", str(file))
    assert (result.code, result.out) == (0, "")
    history = read_document(json.loads(file.read_text(encoding="utf-8")))
    assert (history.stream, history.region, history.mode, history.status) == (
        "orders",
        HERE,
        "PROVISIONED",
        "ACTIVE",
    )
    assert (history.open_shards, history.retention_hours, history.registered) == (3, 24, ("billing",))
    assert (history.account.shard_limit, history.account.open_shard_count) == (6000, 3)
    assert list(history.metrics) == list(STREAM_METRICS)
    assert list(history.consumers["billing"]) == list(CONSUMER_METRICS)
    assert list(history.shards) == ["shardId-000000000002", "shardId-000000000003", "shardId-000000000004"]
    assert list(history.shards["shardId-000000000002"]) == ["IncomingBytes", "IncomingRecords"]
    assert history.period == 60
    expected = [None if (history.start + 60 * i) % 3600 == 0 else 600_000 for i in range(history.points)]
    assert history.metrics["IncomingBytes"] == expected
    # 8 of the stream, 2 of its consumer, 2 of each shard: 16 series of a day are less than a page.
    assert "CloudWatch 1 time for 16 metrics: less than $0.01" in result.err


def test_each_statistic_is_the_one_that_the_metric_needs(aws, at, shardcalc):
    aws.add("orders", consumers=("billing",))
    shardcalc("observe", "orders", *at)
    (body,) = aws.asked("GetMetricData")
    asked = {
        (
            stat["Metric"]["MetricName"],
            stat["Stat"],
            tuple(row["Value"] for row in stat["Metric"]["Dimensions"]),
        )
        for stat in (query["MetricStat"] for query in body["MetricDataQueries"])
    }
    assert asked == {
        ("IncomingBytes", "Sum", ("orders",)),
        ("IncomingRecords", "Sum", ("orders",)),
        ("WriteProvisionedThroughputExceeded", "Sum", ("orders",)),
        ("ReadProvisionedThroughputExceeded", "Sum", ("orders",)),
        ("GetRecords.Bytes", "Sum", ("orders",)),
        ("GetRecords.Success", "Sum", ("orders",)),
        ("GetRecords.Records", "SampleCount", ("orders",)),
        ("GetRecords.IteratorAgeMilliseconds", "Maximum", ("orders",)),
        ("SubscribeToShardEvent.Bytes", "Sum", ("orders", "billing")),
        ("SubscribeToShardEvent.MillisBehindLatest", "Maximum", ("orders", "billing")),
    }


def test_stdout_json_and_gzip_are_the_same_document(aws, at, shardcalc, tmp_path):
    aws.add("orders")
    out = json.loads(shardcalc("observe", "orders", *at).out)
    assert shardcalc("observe", "orders", *at, "-o", str(tmp_path / "o.json.gz")).code == 0
    packed = json.loads(gzip.decompress((tmp_path / "o.json.gz").read_bytes()))
    assert out["metrics"].keys() == packed["metrics"].keys()
    assert read_history_file(str(tmp_path / "o.json.gz"))[0].stream == "orders"


def test_moto_is_read_like_aws(moto, shardcalc, tmp_path):
    """Six minutes of data two hours ago, in a day; moto adds what is put."""
    from datetime import UTC, datetime

    kinesis = boto3.client("kinesis", endpoint_url=moto, region_name=HERE)
    cloudwatch = boto3.client("cloudwatch", endpoint_url=moto, region_name=HERE)
    kinesis.create_stream(StreamName="orders", ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="billing")
    minute = int(time.time()) // 60 * 60 - 7_200
    written = {minute + 60 * i: 1000.0 + i for i in (0, 1, 2, 4, 5)}
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "StreamName", "Value": "orders"}],
            "Timestamp": datetime.fromtimestamp(at, UTC),
            "Value": value * factor,
        }
        for at, value in written.items()
        for name, factor in (("IncomingRecords", 1), ("IncomingBytes", 100))
    ]
    cloudwatch.put_metric_data(Namespace="AWS/Kinesis", MetricData=data)
    for client in (kinesis, cloudwatch):
        client.close()
    file = tmp_path / "orders.json"
    result = shardcalc(
        "observe", "orders", "--region", HERE, "--endpoint-url", moto, "--days", "1", "-o", str(file)
    )
    assert result.code == 0, result.err
    history, _ = read_history_file(str(file))
    assert (history.open_shards, history.registered) == (2, ("billing",))
    found = {
        history.start + 60 * i: value
        for i, value in enumerate(history.metrics["IncomingRecords"])
        if value is not None
    }
    assert found == written
    assert sum(value is not None for value in history.metrics["IncomingBytes"]) == 5
    assert set(history.metrics["GetRecords.Bytes"]) == {None}


# ── several windows ──


@pytest.mark.parametrize("days", [None, "70"])
def test_older_days_are_read_in_the_coarser_periods_that_are_kept(
    aws, shardcalc, monkeypatch, tmp_path, days
):
    """A minute has 60 of everything: five minutes 300, an hour 3,600; a lag is the same in all of them."""
    now = 1_795_000_000
    monkeypatch.setattr("time.time", lambda: float(now))
    aws.steady = lambda metric, dimensions: 60.0
    aws.add("orders", shards=2, consumers=("billing",), enhanced=("IncomingBytes",))
    file = tmp_path / "o.json.gz"
    at = ("--region", HERE, "--endpoint-url", aws.url, *(() if days is None else ("--days", days)))
    result = shardcalc("observe", "orders", *at, "-o", str(file))
    assert result.code == 0, result.err
    history = read_history_file(str(file))[0]
    periods = [60, 300] if days is None else [60, 300, 3600]
    assert [part.period for part in history.parts] == periods
    assert [part.end for part in history.older] == [part.start for part in history.parts[:-1]]
    # 29 days when nothing is said: 15 by the minute, less an hour's margin, and two weeks more
    assert 0 <= history.begin - (now - int(days or 29) * 86_400) < 2 * 3600
    for part in history.parts:
        assert set(part.metrics["IncomingBytes"]) == {part.period}
        assert set(part.consumers["billing"]["SubscribeToShardEvent.Bytes"]) == {part.period}
        assert set(part.consumers["billing"]["SubscribeToShardEvent.MillisBehindLatest"]) == {60}
        assert {key: set(of["IncomingBytes"]) for key, of in part.shards.items()} == {
            f"shardId-{index:012d}": {part.period} for index in range(2)
        }
        assert {len(series) for series in part.metrics.values()} == {part.points}
    # 8 of the stream, 2 of its consumer, 1 of each of 2 shards, once in each window
    assert f"for {12 * len(periods)} metrics" in result.err
    foreseen = shardcalc("observe", "orders", *at, "--dry-run").out
    assert foreseen.count("12 series of ") == len(periods)
    assert f"for {12 * len(periods)} metrics" in foreseen
    calls = len(aws.asked("GetMetricData"))
    # 12 series of 21,540 minutes are 3 calls of 4. Of 4,044 five minutes all fit one call; of 48 days they
    # are 13,836 each, 7 in a call. The hours are one call.
    assert calls == (3 + 1 if days is None else 3 + 2 + 1)
    assert f"would make  {calls} GetMetricData calls" in foreseen
    too_few = str(12 * len(periods) - 1)
    assert shardcalc("observe", "orders", *at, "--max-metrics", too_few).code == 2


def test_a_stream_that_fails_in_one_window_is_not_asked_for_in_another(aws, shardcalc):
    aws.add("orders")
    aws.fault("GetMetricData", status=400, code="AccessDenied")
    at = ("--region", HERE, "--endpoint-url", aws.url)
    assert shardcalc("observe", "orders", *at).code == 3
    assert len(aws.asked("GetMetricData")) == 1


def test_the_number_of_days_in_the_help_is_the_one_that_is_read(shardcalc):
    from shardcalc.app.reading import DAYS

    assert f"{DAYS} when not given" in " ".join(shardcalc("fleet", "--help").out.split())
    assert f"[default: {DAYS}" in " ".join(shardcalc("observe", "--help").out.split())


def test_shard_level_metrics_that_the_calculation_uses_are_asked_for(aws, at, shardcalc, tmp_path):
    aws.measure = values
    aws.add("orders", shards=2, enhanced=("ALL",))
    file = tmp_path / "orders.json"
    assert shardcalc("observe", "orders", *at, "-o", str(file)).code == 0
    history = read_document(json.loads(file.read_text(encoding="utf-8")))
    assert {tuple(of) for of in history.shards.values()} == {
        ("IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded")
    }
    assert history.arn == f"arn:aws:kinesis:{HERE}:123456789012:stream/orders"
    assert history.account_number == "123456789012"


# ── a profile ──


def test_a_profile_from_a_history_is_one_that_plan_accepts(aws, at, shardcalc, tmp_path):
    """600,000 B and 1,200 records a minute: 500 B a record, 20 records/s; in one minute of each hour nobody
    writes; twice as many bytes are read as written.
    """
    aws.measure = values
    aws.add("orders", shards=3, consumers=("billing",))
    file = tmp_path / "orders.yaml"
    assert shardcalc("observe", "orders", *at, "-o", str(file)).code == 0
    result = shardcalc("plan", str(file), "--format", "json")
    assert result.code == 0, result.err
    (stream,) = json.loads(result.out)["streams"]
    workload = stream["workload"]
    assert (stream["name"], stream["region"], stream["declared_shards"]) == ("orders", HERE, 3)
    assert (
        workload["size_bytes"],
        workload["mean_records_per_second"],
        workload["peak_records_per_second"],
    ) == (500, pytest.approx(20 * 59 / 60, abs=0.02), 20)
    assert (workload["shared_consumers"], workload["fan_out_consumers"]) == (2, 1)


def test_an_idle_stream_has_no_profile(aws, at, shardcalc, tmp_path):
    aws.measure = lambda metric, dimensions, time: None
    aws.add("orders")
    result = shardcalc("observe", "orders", *at, "-o", str(tmp_path / "o.yaml"))
    assert result.code == 2
    assert "no record was written" in result.err
    assert list(tmp_path.iterdir()) == []


# ── before and after ──


def test_a_dry_run_reads_no_metrics(aws, at, shardcalc):
    aws.add("orders", shards=4, consumers=("billing",), enhanced=("ALL",))
    result = shardcalc("observe", "orders", *at, "--dry-run")
    assert result.code == 0
    # 8 of the stream, 2 of the consumer, 3 of each of 4 shards: 22 series of a day (1,437 minutes that are
    # settled, or one more) fit a page.
    assert "22 series" in result.out
    assert "1 GetMetricData call for 22 metrics: less than $0.01" in result.out
    assert aws.asked("GetMetricData") == []


def test_a_dry_run_foresees_what_is_then_asked(aws, at, shardcalc):
    aws.add("orders", shards=100, enhanced=("ALL",))
    foreseen = shardcalc("observe", "orders", *at, "--dry-run").out
    # 308 series of 1,437 points are 4.39 pages.
    assert "5 GetMetricData calls for 308 metrics" in foreseen
    assert "CloudWatch 5 times for 308 metrics" in shardcalc("observe", "orders", *at).err
    assert len(aws.asked("GetMetricData")) == 5


def test_shard_level_metrics_can_be_left_out(aws, at, shardcalc):
    aws.add("orders", shards=100, enhanced=("ALL",))
    assert "8 metrics" in shardcalc("observe", "orders", *at, "--dry-run", "--no-shard-metrics").out


def test_more_metrics_than_allowed_are_not_asked_for(aws, at, shardcalc):
    aws.add("orders", shards=100, enhanced=("ALL",))
    result = shardcalc("observe", "orders", *at, "--max-metrics", "100")
    assert result.code == 2
    assert "308 metrics, --max-metrics allows 100" in result.err
    assert aws.asked("GetMetricData") == []


# ── what goes wrong ──


def test_a_stream_of_another_region_is_pointed_at(aws, at, shardcalc):
    aws.add("orders", region="us-west-2")
    result = shardcalc("observe", "orders", *at)
    assert result.code == 3
    assert result.err == (
        "error: stream orders in eu-west-1 could not be read, nothing was computed\n"
        "  stream orders does not exist in eu-west-1\n"
        "  -> there is one of this name in us-west-2: give --region us-west-2\n"
    )


@pytest.mark.parametrize(
    ("operation", "fault", "words"),
    [
        (
            "DescribeStreamSummary",
            {"status": 400, "code": "ExpiredTokenException"},
            "session token has expired",
        ),
        (
            "ListShards",
            {"status": 400, "code": "AccessDeniedException"},
            "kinesis:ListShards is missing on stream orders",
        ),
        (
            "GetMetricData",
            {"status": 403, "code": "AccessDenied"},
            "cloudwatch:GetMetricData is missing in eu-west-1",
        ),
        ("GetMetricData", {"status": 400, "code": "Throttling"}, "AWS throttles cloudwatch:GetMetricData"),
        (
            "GetMetricData",
            {"status": 500, "code": "InternalServiceFault"},
            "failed to answer cloudwatch:GetMetricData",
        ),
        ("GetMetricData", {"cut": True}, "cut in the middle"),
        (
            "GetMetricData",
            {"change": lambda answer: answer["MetricDataResults"][3].update(StatusCode="PartialData")},
            "answers PartialData",
        ),
    ],
)
def test_aws_that_cannot_be_read_is_exit_code_3_and_writes_nothing(
    aws, at, shardcalc, tmp_path, operation, fault, words
):
    aws.add("orders")
    aws.fault(operation, **fault)
    result = shardcalc("observe", "orders", *at, "-o", str(tmp_path / "o.json"))
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith(
        "error: stream orders in eu-west-1 could not be read, nothing was computed\n"
    )
    assert words in result.err
    assert "Traceback" not in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["o.txt", "o", "o.gz", "o.yaml.gz"])
def test_a_file_of_unknown_kind_is_refused_before_aws_is_asked(aws, at, shardcalc, name):
    result = shardcalc("observe", "orders", *at, "-o", name)
    assert result.code == 2
    assert aws.requests == []


def test_a_file_that_cannot_be_written(aws, at, shardcalc, tmp_path):
    aws.add("orders")
    result = shardcalc("observe", "orders", *at, "-o", str(tmp_path / "nowhere" / "o.json"))
    assert result.code == 74
    assert "not written" in result.err


@posix("SIGINT that is sent to one process")
def test_an_interrupt_leaves_no_file(aws, at, tmp_path):
    aws.add("orders")
    aws.fault("GetMetricData", hang=True)
    file = tmp_path / "orders.json"
    file.write_text("what was here before")
    command = [sys.executable, "-m", "shardcalc", "observe", "orders", *at, "-o", str(file)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
    until = time.monotonic() + 20
    while not aws.asked("GetMetricData") and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert file.read_text() == "what was here before"
    assert os.listdir(tmp_path) == ["orders.json"]
