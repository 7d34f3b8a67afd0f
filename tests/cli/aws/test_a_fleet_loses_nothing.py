"""A fleet in which something goes wrong, over HTTP: what is wrong with one stream, or with what is only worth
knowing besides, stays there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.places import TESTS

HERE = "us-east-1"
TWELVE = [f"s{number:02d}" for number in range(12)]
CALLS = ("DescribeStreamSummary", "ListShards", "ListStreamConsumers", "GetMetricData")
TROUBLES = {
    "throttled": {"status": 400, "code": "LimitExceededException"},
    "unreachable": {"hang": True},
    "access-denied": {"status": 400, "code": "AccessDeniedException"},
}


def about(*names):
    """Picks the requests about these streams."""
    return lambda body: any(name in json.dumps(body) for name in names)


@pytest.fixture
def twelve(aws, shardcalc):
    """Twelve streams for which every call is made; runs fleet, and gives its exit code and JSON."""
    aws.steady = lambda metric, dimensions: 60.0
    for name in TWELVE:
        aws.add(name, region=HERE, consumers=("billing",), enhanced=("IncomingBytes",))

    def run(*more):
        at = ("--region", HERE, "--endpoint-url", aws.url, "--days", "1", "--timeout", "0.5")
        result = shardcalc("fleet", *at, "--format", "json", *more)
        return result, json.loads(result.out)

    return run


@pytest.mark.parametrize("reason", TROUBLES)
@pytest.mark.parametrize("call", CALLS)
def test_one_stream_of_twelve_takes_no_other_with_it(aws, twelve, call, reason):
    aws.fault(call, when=about("s05"), **TROUBLES[reason])
    result, found = twelve()
    assert result.code == 3
    assert [(row["stream"], row["reason"]) for row in found["failures"]] == [("s05", reason)]
    assert sorted(row["name"] for row in found["streams"]) == [name for name in TWELVE if name != "s05"]
    assert call in found["failures"][0]["message"]


@pytest.mark.parametrize("call", CALLS)
def test_streams_that_are_throttled_here_and_there_take_no_other_with_them(aws, twelve, call):
    aws.fault(call, when=about("s01", "s02", "s05", "s07", "s08"), **TROUBLES["throttled"])
    _, found = twelve()
    assert [row["stream"] for row in found["failures"]] == ["s01", "s02", "s05", "s07", "s08"]
    assert len(found["streams"]) == 7


@pytest.mark.parametrize("call", CALLS)
def test_after_three_throttled_streams_in_a_row_the_others_are_not_asked_for(aws, twelve, call):
    """An API that throttles everything would be waited for once a stream: hours, with thousands of them."""
    aws.fault(call, when=about(*TWELVE[3:]), **TROUBLES["throttled"])
    result, found = twelve()
    assert result.code == 3
    assert sorted(row["name"] for row in found["streams"]) == TWELVE[:3]
    assert {row["reason"] for row in found["failures"]} == {"throttled"}
    assert "not asked" not in found["failures"][2]["message"]
    assert found["failures"][3]["message"].startswith(
        "not asked, because 3 streams in a row failed: AWS thro"
    )
    asked = [body for body in aws.asked(call) if about("s07")(body) and not about("s06")(body)]
    assert asked == []


@pytest.mark.parametrize("call", CALLS)
def test_denied_streams_in_a_row_are_each_asked_for_except_where_iam_knows_no_streams(aws, twelve, call):
    """A policy may well deny four neighbours by name; GetMetricData can only be denied as a whole."""
    aws.fault(call, when=about(*TWELVE[:4]), **TROUBLES["access-denied"])
    _, found = twelve()
    assert len(found["streams"]) == (0 if call == "GetMetricData" else 8)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
@pytest.mark.parametrize("call", ["DescribeStreamSummary", "GetMetricData"])
def test_what_concerns_every_stream_is_asked_once(aws, twelve, call, code):
    aws.fault(call, status=400, code=code)
    result, found = twelve()
    assert (result.code, len(found["failures"]), found["streams"]) == (3, 12, [])
    assert len(aws.asked(call)) == 1


# ── the account's quota ──


@pytest.mark.parametrize("reason", TROUBLES)
@pytest.mark.parametrize("command", ["observe", "suggest", "fleet"])
def test_a_quota_that_cannot_be_read_costs_only_its_check(aws, shardcalc, monkeypatch, command, reason):
    """And not the six tries of a call that is needed: two minutes a Region, where it hangs."""
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    aws.steady = lambda metric, dimensions: 60.0
    aws.add("orders", region=HERE)
    aws.fault("DescribeLimits", **TROUBLES[reason])
    at = ("--region", HERE, "--endpoint-url", aws.url, "--days", "1", "--timeout", "0.5")
    form = () if command == "observe" else ("--format", "json")
    result = shardcalc(command, *(() if command == "fleet" else ("orders",)), *at, *form)
    assert result.code == 0, result.err
    whose = "account 123456789012" if command == "fleet" else "the account"
    assert f"note: the shard quota of {whose} is unknown and was not checked: " in result.err
    assert "DescribeLimits" in result.err
    assert len(aws.asked("DescribeLimits")) <= 2
    found = json.loads(result.out)
    match command:
        case "observe":
            assert found.get("account") is None
        case "suggest":
            assert "the account's shard quota: not checked" in found["unknown"]
        case _:
            assert [row["name"] for row in found["streams"]] == ["orders"]
            assert found["failures"] == []


# ── many streams ──


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_a_thousand_streams_need_the_memory_of_a_few(monkeypatch):
    """As in tests/bench/bench_aws.py, which does it with 5,000. The account's quota is full, so that each
    suggestion has an exception; with the history in its traceback 1,000 streams took 700 MiB.
    """
    server = subprocess.Popen(
        [sys.executable, str(TESTS / "bench" / "bench_aws.py"), "serve", "1000"],
        stdout=subprocess.PIPE,
        text=True,
    )
    run = (
        "import gc, sys; gc.disable(); from shardcalc import cli; cli.run(sys.argv[1:]);"
        "print(open('/proc/self/status').read(), file=sys.stderr)"
    )
    try:
        at = ("--endpoint-url", f"http://127.0.0.1:{server.stdout.readline().strip()}", "--region", HERE)
        command = [sys.executable, "-c", run, "fleet", *at, "--days", "1", "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        server.kill()
        server.communicate()
    assert len(json.loads(done.stdout)["streams"]) == 1000
    # 8 metrics each, 70 series a call
    assert "CloudWatch 115 times for 8,000 metrics" in done.stderr
    assert int(re.search(r"VmHWM:\s+(\d+) kB", done.stderr)[1]) < 150 * 1024
