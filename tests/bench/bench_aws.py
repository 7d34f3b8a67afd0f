"""Reading AWS: speed as a ratio to a plain boto3 loop over the same points, calls and memory of a fleet of
500 streams.

    python tests/bench/bench_aws.py [STREAMS [DAYS]]     up to 15 days

The server is a process of its own on loopback, which answers with bytes made beforehand, so that only the
reader is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.request import urlopen

PAGE = 100_800
MINUTES = 14 * 1440
METRICS = ("IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
           "GetRecords.Bytes", "GetRecords.Success", "GetRecords.Records",
           "GetRecords.IteratorAgeMilliseconds")  # fmt: skip
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
}


# ── the server ──


class Recorded(BaseHTTPRequestHandler):
    """Answers as Kinesis and CloudWatch, from bytes that are made once for each shape of question."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    made: ClassVar[dict[Any, bytes]] = {}
    calls: ClassVar[dict[str, int]] = {}
    streams = 0

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """How many calls there were since the last time."""
        self.reply(json.dumps(self.calls).encode())
        self.calls.clear()

    def do_POST(self) -> None:
        """One call of AWS's API."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.calls[operation] = self.calls.get(operation, 0) + 1
        if operation == "GetMetricData":
            ids = tuple(query["Id"] for query in body["MetricDataQueries"])
            self.calls["metrics"] = self.calls.get("metrics", 0) + len(ids)
            period = body["MetricDataQueries"][0]["MetricStat"]["Period"]
            key = (ids, period, body["StartTime"], body["EndTime"], body.get("NextToken"))
            if key not in self.made:
                self.made[key] = page(*key)
            self.reply(self.made[key])
            return
        name = body.get("StreamName", "")
        if operation == "ListStreams":
            answer: Any = {
                "StreamNames": [f"stream-{number:04d}" for number in range(self.streams)],
                "HasMoreStreams": False,
            }
        elif operation == "DescribeStreamSummary":
            answer = {
                "StreamDescriptionSummary": {
                    "StreamName": name, "StreamARN": f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}",
                    "StreamStatus": "ACTIVE",
                    "RetentionPeriodHours": 24, "StreamCreationTimestamp": 1.7e9, "EnhancedMonitoring": [],
                    "OpenShardCount": 4, "ConsumerCount": 0,
                    "StreamModeDetails": {"StreamMode": "PROVISIONED"},
                }
            }  # fmt: skip
        else:
            answer = {
                # Full, so that no stream may grow: each suggestion that raises then has a reason instead.
                "ShardLimit": 4 * self.streams,
                "OpenShardCount": 4 * self.streams,
                "OnDemandStreamCount": 0,
                "OnDemandStreamCountLimit": 50,
            }
        self.reply(json.dumps(answer).encode())

    def reply(self, content: bytes) -> None:
        """Send it."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def page(ids: tuple[str, ...], period: int, start: float, end: float, token: str | None) -> bytes:
    """One page of all series side by side: no two points alike, as many as fit."""
    times = range(int(start), int(end), period)
    each, skip = max(1, PAGE // len(ids)), int(token or 0)
    part = times[skip : skip + each]
    more = skip + each < len(times)
    results = [
        {
            "Id": name,
            "Label": "x",
            "Timestamps": list(part),
            "Values": [float(1_000_000 + (time // 60 * 7919 + 104_729 * index) % 2_000_000) for time in part],
            "StatusCode": "PartialData" if more else "Complete",
        }
        for index, name in enumerate(ids)
    ]
    answer = {"MetricDataResults": results, "Messages": []} | (
        {"NextToken": str(skip + each)} if more else {}
    )
    return json.dumps(answer).encode()


def serve(streams: int) -> None:
    """Serve until the parent ends it."""
    Recorded.streams = streams
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


# ── what is measured ──


def plain(url: str, start: int) -> int:
    """The loop that everybody writes: boto3's paginator, its points put in order by id."""
    import boto3

    client = boto3.client("cloudwatch", endpoint_url=url, region_name="us-east-1")
    queries = [
        {"Id": f"q{index}", "MetricStat": {"Metric": {"Namespace": "AWS/Kinesis", "MetricName": name,
         "Dimensions": [{"Name": "StreamName", "Value": "orders"}]}, "Period": 60, "Stat": "Sum"}}
        for index, name in enumerate(METRICS)
    ]  # fmt: skip
    found: dict[str, list[tuple[Any, float]]] = {}
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=start + MINUTES * 60, ScanBy="TimestampAscending"
    )
    for answer in pages:
        for result in answer["MetricDataResults"]:
            found.setdefault(result["Id"], []).extend(
                zip(result["Timestamps"], result["Values"], strict=True)
            )
    client.close()
    return sum(map(len, found.values()))


def ours(url: str, start: int) -> int:
    """The same series by our reader."""
    from shardcalc.core.facts import built_in_limits
    from shardcalc.sources.aws.metrics import Query, Window, read
    from shardcalc.sources.aws.session import Access, Account

    queries = [Query(name, "Sum", (("StreamName", "orders"),)) for name in METRICS]
    with Account(Access(endpoint_url=url)) as account:
        series = list(read(account, "us-east-1", queries, Window(start, 60, MINUTES), built_in_limits()))
    return sum(len(one) - one.count(None) for one in series)  # type: ignore[arg-type, attr-defined]


def reading(url: str, pairs: int = 7) -> None:
    """Print the median ratio of our reading to the plain loop, measured in pairs."""
    start = 1_794_960_000
    points = MINUTES * len(METRICS)
    assert ours(url, start) == plain(url, start) == points
    measured = []
    for _ in range(pairs):
        begin = time.perf_counter()
        ours(url, start)
        middle = time.perf_counter()
        plain(url, start)
        measured.append((middle - begin, time.perf_counter() - middle))
    ratio = statistics.median(one / other for one, other in measured)
    one, other = (1000 * statistics.median(column) for column in zip(*measured, strict=True))
    verdict = "ok" if ratio <= 0.5 else "TOO SLOW"
    print(
        f"reading {points:,} points over HTTP   {ratio:.2f} x  (at most 0.5 x)  {one:.0f} ms over "
        f"{other:.0f} ms of boto3's paginator  {verdict}"
    )


def fleet(url: str, streams: int, days: int) -> None:
    """Print the calls, the time and the peak memory of one fleet."""
    urlopen(url).read()
    command = [
        sys.executable,
        "-m",
        "shardcalc",
        "fleet",
        "--region",
        "us-east-1",
        "--endpoint-url",
        url,
        "--days",
        str(days),
        "--format",
        "json",
    ]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    counted = json.loads(urlopen(url).read())
    calls, metrics = counted["GetMetricData"], counted["metrics"]
    queries, points = streams * len(METRICS), days * 1440
    # A call that is one page bills no metric twice: as many whole series as fit it.
    most = -(-queries // min(500, PAGE // points))
    memory = usage.ru_maxrss / 1024
    verdict = "ok" if calls <= most and metrics == queries and memory < 300 else "TOO MUCH"
    print(
        f"fleet of {streams:,} streams, {days} days, {queries * points:,} points: {calls:,} GetMetricData "
        f"calls (at most {most:,}) for {metrics:,} metrics (at most {queries:,}), "
        f"{memory:.0f} MiB (below 300), {took:.0f} s  {verdict}"
    )


def main() -> None:
    """Measure everything."""
    os.environ |= CREDENTIALS
    streams, days = (
        (int(value) for value in (*sys.argv[1:], 500, 14)[:2])
        if len(sys.argv) != 2
        else (int(sys.argv[1]), 14)
    )
    server = subprocess.Popen(
        [sys.executable, __file__, "serve", str(streams)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        reading(url)
        fleet(url, streams, days)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    else:
        main()
