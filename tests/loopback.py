"""A small HTTP server that answers as Kinesis and CloudWatch do, for what moto's server cannot: volume,
faults, paging quirks, quotas.

It answers with the JSON that AWS's services write on the wire. What it holds is set before; every request is
kept for the test to look at. Faults are taken in turn by the operations that they name.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

CALLER = b"""<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>
<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
ROLE = b"""<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>role</AccessKeyId>
<SecretAccessKey>role</SecretAccessKey><SessionToken>role</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
"""What STS answers; it writes XML."""

Measure = Callable[[str, dict[str, str], int], float | None]
"""The value of a metric with some dimensions at a time (epoch seconds); None for no point."""

ARN = "arn:aws:kinesis:{region}:123456789012:stream/{name}"


@dataclass
class Fault:
    """What goes wrong: for the next ``times`` requests of an operation, of those that ``when`` picks."""

    operation: str
    status: int = 200
    code: str = ""
    message: str = "said the server"
    change: Callable[[dict[str, Any]], Any] | None = None
    """Change the right answer, in place or by returning another."""
    cut: bool = False
    hang: bool = False
    raw: bytes | None = None
    times: int = 10_000
    when: Callable[[dict[str, Any]], bool] = lambda body: True


@dataclass
class FakeStream:
    name: str
    shards: int = 2
    mode: str | None = "PROVISIONED"
    status: str = "ACTIVE"
    consumers: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    closed: int = 0
    """Closed parents, listed before the open shards."""
    tags: dict[str, str] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    """Members of the summary that are set; None takes one away."""


class Aws(ThreadingHTTPServer):
    """The server; :attr:`url` is its endpoint."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.regions: dict[str, dict[str, FakeStream]] = {}
        self.measure: Measure = lambda metric, dimensions, time: 60.0
        self.steady: Callable[[str, dict[str, str]], float | None] | None = None
        """Instead of measure, where a metric is the same in each minute: much faster."""
        self.page_points = 100_800
        self.page_streams = 100
        self.page_shards = 1000
        self.list_tokens = True
        self.faults: list[Fault] = []
        self.sts: dict[str, tuple[int, bytes]] = {
            "GetCallerIdentity": (200, CALLER),
            "AssumeRole": (200, ROLE),
        }
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.over = threading.Event()
        self.lock = threading.Lock()

    def add(self, name: str, region: str = "eu-west-1", **values: Any) -> FakeStream:
        stream = FakeStream(name, **values)
        self.regions.setdefault(region, {})[name] = stream
        return stream

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, _, body in self.requests if name == operation]

    def fault(self, operation: str, **values: Any) -> None:
        self.faults.append(Fault(operation, **values))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""

    # ── the operations ──

    def stream(self, region: str, body: dict[str, Any]) -> FakeStream:
        name = body.get("StreamName") or body["StreamARN"].rpartition("/")[2]
        stream = self.regions.get(region, {}).get(name)
        if stream is None:
            raise Refused(
                400, "ResourceNotFoundException", f"Stream {name} under account 123456789012 not found."
            )
        return stream

    def ListStreams(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        names = sorted(self.regions.get(region, {}))
        after = body.get("ExclusiveStartStreamName") or (
            body["NextToken"].removeprefix("after ") if "NextToken" in body else None
        )
        left = [name for name in names if after is None or name > after]
        page = left[: self.page_streams]
        answer: dict[str, Any] = {"StreamNames": page, "HasMoreStreams": len(left) > len(page)}
        if answer["HasMoreStreams"] and self.list_tokens:
            answer["NextToken"] = f"after {page[-1]}"
        return answer

    def DescribeStreamSummary(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        stream = self.stream(region, body)
        said = {
            "StreamName": stream.name,
            "StreamARN": body.get("StreamARN") or ARN.format(region=region, name=stream.name),
            "StreamStatus": stream.status,
            "StreamModeDetails": {"StreamMode": stream.mode} if stream.mode else None,
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 1.7e9,
            "EnhancedMonitoring": [{"ShardLevelMetrics": list(stream.enhanced)}],
            "OpenShardCount": stream.shards,
            "ConsumerCount": len(stream.consumers),
            "MaxRecordSizeInKiB": 1024,
        } | stream.summary
        return {"StreamDescriptionSummary": {key: value for key, value in said.items() if value is not None}}

    def ListShards(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        if "NextToken" in body and len(body) > 1:
            raise Refused(
                400, "InvalidArgumentException", "NextToken and StreamName cannot be provided together."
            )
        name, first = (
            body["NextToken"].split(" ") if "NextToken" in body else (self.stream(region, body).name, "0")
        )
        stream = self.regions[region][name]
        rows = []
        for index in range(stream.closed + stream.shards):
            numbers = {"StartingSequenceNumber": "1"} | (
                {"EndingSequenceNumber": "2"} if index < stream.closed else {}
            )
            rows.append(
                {
                    "ShardId": f"shardId-{index:012d}",
                    "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
                    "SequenceNumberRange": numbers,
                }
            )
        end = int(first) + self.page_shards
        answer: dict[str, Any] = {"Shards": rows[int(first) : end]}
        if end < len(rows):
            answer["NextToken"] = f"{name} {end}"
        return answer

    def ListStreamConsumers(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        names = self.stream(region, body).consumers
        return {
            "Consumers": [
                {
                    "ConsumerName": name,
                    "ConsumerARN": f"arn:{name}",
                    "ConsumerStatus": "ACTIVE",
                    "ConsumerCreationTimestamp": 1.7e9,
                }
                for name in names
            ]
        }

    def DescribeLimits(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        shards = sum(stream.shards for stream in self.regions.get(region, {}).values())
        return {
            "ShardLimit": 6000,
            "OpenShardCount": shards,
            "OnDemandStreamCount": 0,
            "OnDemandStreamCountLimit": 50,
        }

    def GetResources(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        assert (body["ResourceTypeFilters"], body["ResourcesPerPage"]) == (["kinesis:stream"], 100)
        keys = {row["Key"] for row in body["TagFilters"]}
        tagged = [each for each in self.regions.get(region, {}).values() if keys <= set(each.tags)]
        first = int(body.get("PaginationToken") or 0)
        rows = [
            {
                "ResourceARN": ARN.format(region=region, name=each.name),
                "Tags": [{"Key": key, "Value": value} for key, value in each.tags.items()],
            }
            for each in tagged[first : first + 100]
        ]
        more = str(first + 100) if len(tagged) > first + 100 else ""
        return {"ResourceTagMappingList": rows, "PaginationToken": more}

    def GetMetricData(self, region: str, body: dict[str, Any]) -> dict[str, Any]:
        """All series side by side, page by page in time, as many points a page as fit."""
        queries, start, end = body["MetricDataQueries"], int(body["StartTime"]), int(body["EndTime"])
        period = queries[0]["MetricStat"]["Period"]
        each = max(1, self.page_points // len(queries))
        times = range(start, end, period)
        skip = int(body.get("NextToken", 0))
        page = times[skip : skip + each]
        more = skip + each < len(times)
        results = []
        for query in queries:
            metric = query["MetricStat"]["Metric"]
            dimensions = {row["Name"]: row["Value"] for row in metric["Dimensions"]}
            name = metric["MetricName"]
            if self.steady is not None:
                value = self.steady(name, dimensions)
                if value is not None and query["MetricStat"]["Stat"] == "Sum":
                    value *= period / 60
                stamps, values = ([], []) if value is None else (list(page), [value] * len(page))
            else:
                points = [
                    (time, value)
                    for time in page
                    if (value := self.measure(name, dimensions, time)) is not None
                ]
                stamps, values = [time for time, _ in points], [value for _, value in points]
            if body.get("ScanBy") != "TimestampAscending":
                stamps.reverse()
                values.reverse()
            results.append(
                {
                    "Id": query["Id"],
                    "Label": name,
                    "Timestamps": stamps,
                    "Values": values,
                    "StatusCode": "PartialData" if more else "Complete",
                }
            )
        return {
            "MetricDataResults": results,
            "Messages": [],
            **({"NextToken": str(skip + each)} if more else {}),
        }


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: in two, the second waits 40 ms for the first to be acknowledged.
    wbufsize = -1
    server: Aws

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
        region = scope[1] if scope else ""
        if "X-Amz-Target" not in self.headers:
            asked = dict(parse_qsl(content.decode()))
            self.server.requests.append((asked["Action"], region, asked))
            self.reply(*self.server.sts[asked["Action"]])
            return
        body = json.loads(content or b"{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        with self.server.lock:
            self.server.requests.append((operation, region, body))
            fault = next(
                (
                    one
                    for one in self.server.faults
                    if one.operation == operation and one.times > 0 and one.when(body)
                ),
                None,
            )
            if fault is not None:
                fault.times -= 1
        try:
            if fault is not None and fault.hang:
                self.server.over.wait(10)
                return
            if fault is not None and fault.code:
                raise Refused(fault.status, fault.code, fault.message)
            answer = getattr(self.server, operation)(region, body)
            if fault is not None and fault.change is not None:
                answer = fault.change(answer) or answer
            self.reply(
                200,
                json.dumps(answer).encode() if fault is None or fault.raw is None else fault.raw,
                cut=fault is not None and fault.cut,
            )
        except Refused as refused:
            self.reply(
                refused.status, json.dumps({"__type": refused.code, "message": refused.message}).encode()
            )

    def reply(self, status: int, content: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content[: len(content) // 2] if cut else content)
            self.wfile.flush()
        if cut:
            self.close_connection = True
