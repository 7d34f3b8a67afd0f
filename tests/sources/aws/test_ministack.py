"""A second opinion on the reading: ministack's server, which aligns periods to the epoch as CloudWatch does.

It is no dependency of the tests: where it is not installed (``pip install ministack``), they are skipped.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime

import boto3
import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.sources.aws.metrics import Query, Window, read
from shardcalc.sources.aws.session import Access, Account
from shardcalc.sources.aws.streams import Named, describe, list_streams

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ministack") is None,
    reason="ministack is not installed; it is a second opinion only",
)

HERE = "eu-west-1"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
        "DOCKER_HOST": "unix:///nowhere",
    }
    command = [sys.executable, "-m", "ministack"]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path_factory.mktemp("ministack"),
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            pytest.fail("ministack's server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("period", [60, 300])
def test_sums_are_those_that_were_put(endpoint, period):
    """Minutes 0 to 299 hold 1000, 1001, ..., every seventh is missing; five-minute sums are those of their
    minutes.
    """
    name = f"orders-{period}"
    kinesis = boto3.client("kinesis", endpoint_url=endpoint, region_name=HERE)
    cloudwatch = boto3.client("cloudwatch", endpoint_url=endpoint, region_name=HERE)
    kinesis.create_stream(StreamName=name, ShardCount=3)
    start = int(time.time()) // 3600 * 3600 - 8 * 3600
    put = {start + 60 * i: 1000.0 + i for i in range(300) if i % 7}
    data = [
        {
            "MetricName": "IncomingRecords",
            "Dimensions": [{"Name": "StreamName", "Value": name}],
            "Timestamp": datetime.fromtimestamp(at, UTC),
            "Value": value,
        }
        for at, value in put.items()
    ]
    cloudwatch.put_metric_data(Namespace="AWS/Kinesis", MetricData=data)
    kinesis.close()
    cloudwatch.close()
    span = Window(start, period, 18_000 // period)
    expected = []
    for begin in range(start, start + 18_000, period):
        values = [put[at] for at in range(begin, begin + period, 60) if at in put]
        expected.append(sum(values) if values else None)
    with Account(Access(endpoint_url=endpoint)) as account:
        assert name in list(list_streams(account, HERE))
        assert describe(account, Named(name, HERE)).open_shards == 3
        (series,) = read(
            account, HERE, [Query("IncomingRecords", "Sum", (("StreamName", name),))], span, built_in_limits()
        )
    assert series == expected
