"""Hostile answers of AWS: each operation's right answer, made wrong, and what the commands say then."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from shardcalc.core.history.model import LATEST
from shardcalc.sources.aws.session import _refuse_cut
from shardcalc.sources.store.histories import read_history_file
from tests.command import Ran, run
from tests.doors import door, held
from tests.fuzz import examples
from tests.loopback import CALLER, ROLE
from tests.mutants import SECRET, damaged, mutant, text
from tests.pricelists import bulk, query_items

FEW = examples(
    100,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
OPERATIONS = (
    "DescribeStreamSummary",
    "ListShards",
    "ListStreamConsumers",
    "DescribeLimits",
    "GetMetricData",
    "ListStreams",
    "GetResources",
    "GetProducts",
    "GetCallerIdentity",
    "AssumeRole",
)
SECRETS = (SECRET + "@", "the-secret-key", "the-session-token")
POLICY = "version: 1\npolicy: {owner_tag: owner}\n"
PRODUCTS = query_items(bulk())


def _arguments(operation: str, url: str, folder: Path) -> list[str]:
    reach = ["--endpoint-url", url]
    if operation == "GetProducts":
        return ["facts", "refresh", "--region", "eu-west-1", "--from", "api", "--accept", *reach]
    reach += ["--region", "eu-west-1", "--days", "1", "--timeout", "2"]
    if operation in ("ListStreams", "GetResources"):
        return ["fleet", *reach]
    if operation == "AssumeRole":
        reach += ["--role-arn", "arn:aws:iam::123456789012:role/reader"]
    return ["observe", "orders", *reach, "-o", str(folder / "orders.json")]


@pytest.fixture
def server(aws, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret-key")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.add("orders", consumers=("billing",), enhanced=("IncomingBytes",), closed=1, tags={"owner": "data"})
    aws.steady = lambda metric, dimensions: 60.0
    aws.GetProducts = lambda region, body: {"FormatVersion": "aws_v1", "PriceList": PRODUCTS}
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".shardcalc.yaml").write_text(POLICY, encoding="utf-8")
    return aws


@FEW
@given(seed=st.integers(0, 2**40))
def test_hostile_answers(server, tmp_path, seed):
    random = Random(seed)
    operation = random.choice(OPERATIONS)
    raw = random.random() < 0.25

    def change(answer):
        server.faults[0].raw = (
            damaged(json.dumps(answer).encode(), random) if raw else text(mutant(answer, random), random)
        )

    server.faults.clear()
    server.sts.update(GetCallerIdentity=(200, CALLER), AssumeRole=(200, ROLE))
    if operation in server.sts:
        server.sts[operation] = (random.choice((200, 200, 403)), _xml(server.sts[operation][1], random))
    else:
        server.fault(operation, change=change)
        if random.random() < 0.1:
            server.faults[0].change = None
            server.faults[0].raw = damaged(b'{"__type": "AccessDeniedException", "message": "no"}', random)
    saved = tmp_path / "orders.json"
    saved.unlink(missing_ok=True)
    arguments = _arguments(operation, server.url, tmp_path)
    if arguments[0] == "fleet":
        # What could not be read stands in the table, and stderr says only that there is some of it.
        ran = run(*arguments)
        assert ran.code in (0, 3)
        held(Ran(0 if ran.out else ran.code, ran.out, ran.err), codes=(0, 3), secrets=SECRETS)
    else:
        ran = door(*arguments, codes=(0, 3), secrets=SECRETS)
    if saved.exists():
        read_history_file(str(saved))
        held(run("suggest", "--from", str(saved)), place=str(saved))
    if operation == "GetProducts" and ran.code == 0:
        door("facts", "--region", "eu-west-1", codes=(0,))


def _xml(body: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return damaged(body, random)
    value = random.choice((b"", b"\xff", b"<a/>", b"x" * 5000, b"&#27;[31m", b"&x;", b"2999-01-01", b"-1"))
    parts = re.split(rb"(?<=>)([^<>]+)(?=<)", body)
    parts[random.randrange(len(parts))] = value
    return b"".join(parts)


def _set(*path, to):
    def change(answer):
        for step in path[:-1]:
            answer = answer[step]
        if to is None:
            del answer[path[-1]]
        else:
            answer[path[-1]] = to

    return change


SUMMARY = "StreamDescriptionSummary"


@pytest.mark.parametrize(
    ("operation", "change", "says"),
    [
        ("DescribeStreamSummary", _set(SUMMARY, to=[1]), "another shape"),
        (
            "DescribeStreamSummary",
            _set(SUMMARY, "OpenShardCount", to="2"),
            "OpenShardCount is '2', which is not a whole",
        ),
        ("DescribeStreamSummary", _set(SUMMARY, "OpenShardCount", to=10**400), "OpenShardCount is '1000"),
        (
            "DescribeStreamSummary",
            _set(SUMMARY, "RetentionPeriodHours", to=0),
            "RetentionPeriodHours is '0', which is out",
        ),
        ("DescribeStreamSummary", _set(SUMMARY, "StreamCreationTimestamp", to=LATEST + 1), "out of range"),
        ("DescribeStreamSummary", _set(SUMMARY, "StreamName", to="a\nb"), "StreamName is 'a\\nb'"),
        ("DescribeStreamSummary", _set(SUMMARY, "StreamName", to="\ud800"), "StreamName is "),
        ("DescribeStreamSummary", _set(SUMMARY, "EnhancedMonitoring", to=5), "another shape"),
        ("ListShards", _set("Shards", 0, "ShardId", to=5), "Shards[0].ShardId is '5', which is not text"),
        ("ListShards", _set("Shards", 0, "ShardId", to=None), "ShardId is missing"),
        ("ListShards", _set("Shards", to=[]), "no open shard"),
        ("ListStreamConsumers", _set("Consumers", 0, "ConsumerName", to=None), "ConsumerName is missing"),
        (
            "GetMetricData",
            _set("MetricDataResults", 0, "Values", 0, to="1"),
            "Values[0] is '1', which is not a number",
        ),
        ("GetMetricData", _set("MetricDataResults", 0, "Values", 0, to=float("nan")), "out of range"),
        (
            "GetMetricData",
            _set("MetricDataResults", 0, "Values", 0, to=-1),
            "Values is '-1', which is out of range",
        ),
        ("GetMetricData", _set("MetricDataResults", 0, "Values", 0, to=10**400), "out of range"),
        (
            "GetMetricData",
            _set("MetricDataResults", 0, "Timestamps", 0, to="noon"),
            "is 'noon', which is not a time",
        ),
        ("GetMetricData", _set("MetricDataResults", 0, "Timestamps", 0, to=-60), "out of range"),
        ("GetMetricData", _set("MetricDataResults", to={"a": 1}), "another shape"),
    ],
)
def test_an_answer_of_another_shape_is_aws_that_could_not_be_read(operation, change, says, server, tmp_path):
    server.fault(operation, change=change)
    assert says in door(*_arguments(operation, server.url, tmp_path), codes=(3,)).err


def test_an_answer_with_credentials_is_never_repeated(server, tmp_path):
    server.sts["AssumeRole"] = (200, ROLE.replace(b"<SessionToken>", b"&#27;<SessionToken>the-session-token"))
    ran = door(
        *_arguments("AssumeRole", server.url, tmp_path), codes=(3,), secrets=("the-session-token", "Secret")
    )
    assert "cannot be understood" in ran.err


def test_a_length_that_is_no_number_is_a_broken_answer():
    from botocore.parsers import ResponseParserError

    for length in ("\N{SUPERSCRIPT TWO}", "1" * 5000, "-1", "2, 2"):
        with pytest.raises(ResponseParserError, match="Content-Length"):
            _refuse_cut({"headers": {"content-length": length}, "body": b"{}"})
