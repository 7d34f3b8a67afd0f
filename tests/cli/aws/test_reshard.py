"""The script that ``reshard`` prints, run by real shells against a server on which each call takes minutes.

Time is the server's own: a stand-in for ``sleep`` writes down how long the script wanted to sleep, and so
much time has passed. A stand-in for the AWS CLI speaks real HTTP and knows the options that the script needs;
where the AWS CLI is installed, it is run too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import path
from tests.command import run
from tests.fuzz import examples
from tests.loopback import Aws, Refused

pytestmark = pytest.mark.skipif(os.name != "posix" or not shutil.which("sh"), reason="there is no sh")

ON_THE_WAY = ("4", "30", "--stream", "orders", "--region", "eu-west-1")
"""4 -> 8 -> 15 -> 30: each call at most doubles, so three calls."""

CLI = f"""\
#!{sys.executable} -IS
import json, os, socket, sys
sys.path.append({str(Path(jmespath.__file__).parents[1])!r})
import jmespath
service, command, *given = sys.argv[1:]
members = {{
    "describe-stream-summary": {{"--stream-name": ("StreamName", str)}},
    "update-shard-count": {{
        "--stream-name": ("StreamName", str),
        "--target-shard-count": ("TargetShardCount", int),
        "--scaling-type": ("ScalingType", str),
    }},
}}[command]
assert service == "kinesis"
assert command != "update-shard-count" or os.environ["AWS_MAX_ATTEMPTS"] == "1"
flags = dict(zip(given[::2], given[1::2], strict=True))
region, query = flags.pop("--region", "eu-west-1"), flags.pop("--query", "@")
assert flags.pop("--output", "text") == "text"
body = json.dumps({{members[flag][0]: members[flag][1](value) for flag, value in flags.items()}})
operation = "".join(word.capitalize() for word in command.split("-"))
head = (
    "POST / HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {{len(body)}}",
    f"X-Amz-Target: Kinesis_20131202.{{operation}}",
    f"Authorization: AWS4-HMAC-SHA256 Credential=test/20261121/{{region}}/kinesis/aws4_request",
)
with socket.create_connection(("127.0.0.1", int(os.environ["SERVER"]))) as connection:
    connection.sendall("\\r\\n".join([*head, "", body]).encode())
    answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
head, _, body = answer.partition("\\r\\n\\r\\n")
body = json.loads(body)
if head.split()[1] != "200":
    code = body["__type"]
    sys.stderr.write(f"\\nAn error occurred ({{code}}) when calling the {{operation}} operation: ")
    sys.stderr.write(body["message"] + "\\n")
    sys.exit(254)
found = jmespath.search(query, body)
print("\\t".join(map(str, found if isinstance(found, list) else body.values())))
"""


class Kinesis(Aws):
    """A stream that takes its time, by the clock that the script's sleeping moves."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.slept = folder, folder / "slept"
        self.takes, self.stale = 200, 0
        """Seconds until ACTIVE after a call, and those of them for which it still says ACTIVE as before."""
        self.taken: list[int] = []
        self.times: list[float] = []
        self.due: tuple[float, int] | None = None
        self.orders = self.add("orders", shards=4)
        self.process: subprocess.Popen[str]
        self.started = threading.Event()
        self.moments, self.kill = 0, (-1, signal.SIGKILL)
        """Before and after each request is a moment; at that of this number the script gets this signal."""
        programs = folder / "bin"
        programs.mkdir()
        for name, text in {"aws": CLI, "sleep": f'#!/bin/sh\necho "$1" >>"{self.slept}"\n'}.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def now(self) -> float:
        return float(sum(map(int, self.slept.read_text().split()))) if self.slept.exists() else 0.0

    def settle(self) -> None:
        if self.due is not None and self.now() >= self.due[0]:
            self.orders.status, self.orders.shards, self.due = "ACTIVE", self.due[1], None
        elif self.due is not None and self.now() >= self.due[0] - self.takes + self.stale:
            self.orders.status = "UPDATING"

    def moment(self) -> bool:
        self.moments += 1
        if self.moments - 1 != self.kill[0]:
            return False
        assert self.started.wait(10)
        os.killpg(self.process.pid, self.kill[1])
        return True

    def DescribeStreamSummary(self, region, body):
        self.moment()
        self.settle()
        answer = super().DescribeStreamSummary(region, body)
        self.moment()
        return answer

    def UpdateShardCount(self, region, body):
        if self.moment():
            raise Refused(500, "InternalFailure", "the script was stopped before the call was made")
        self.settle()
        stream, target = self.stream(region, body), body["TargetShardCount"]
        assert body["ScalingType"] == "UNIFORM_SCALING"
        if self.due is not None:
            raise Refused(400, "ResourceInUseException", "Stream orders is being updated.")
        if target == stream.shards or not stream.shards <= 2 * target <= 4 * stream.shards:
            raise Refused(400, "InvalidArgumentException", "target is not within half and double")
        if len([time for time in self.times if time > self.now() - 86_400]) == 10:
            raise Refused(400, "LimitExceededException", "10 calls in 24 h")
        self.taken.append(target)
        self.times.append(self.now())
        self.due = self.now() + self.takes, target
        self.settle()
        self.moment()
        return {"StreamName": stream.name, "CurrentShardCount": stream.shards, "TargetShardCount": target}

    def run(self, *arguments: str, shell: str = "sh", name: str | None = None, **environment: str):
        """Print the script, run it to its end, and return how it ended."""
        ran = run("reshard", *arguments, "--format", "sh", "-o", str(self.folder / "reshard.sh"))
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        command = [shell, "reshard.sh", *([] if name is None else [name])]
        given = {**os.environ, "PATH": self.path, "SERVER": str(self.server_port), **environment}
        self.started.clear()
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=given, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.started.set()
        try:
            out, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            raise
        assert out == "", "what is not asked for is not said"
        return self.process.returncode, err

    def said(self, *arguments: str, **given: str) -> str:
        """What the script says when it stops."""
        code, err = self.run(*arguments, **given)
        assert code == 1
        last = err.splitlines()[-1]
        assert last[8:].startswith("  stopped: ")
        return last[19:]


@pytest.fixture
def kinesis(tmp_path):
    server = Kinesis(tmp_path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_it_ends_at_the_target_though_each_call_takes_longer_than_the_cli_waits(kinesis, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    code, err = kinesis.run(*ON_THE_WAY, shell=shell)
    assert (code, kinesis.taken, kinesis.orders.shards) == (0, [8, 15, 30], 30)
    assert kinesis.now() >= 3 * 200
    assert [line[10:] for line in err.splitlines()] == [
        "4 open, ACTIVE",
        "4 -> 8: asked; this takes minutes",
        "4 open, UPDATING",
        "8 open, ACTIVE",
        "8 -> 15: asked; this takes minutes",
        "8 open, UPDATING",
        "15 open, ACTIVE",
        "15 -> 30: asked; this takes minutes",
        "15 open, UPDATING",
        "30 open, ACTIVE",
        "done: 30 open shards",
    ]


def test_the_count_is_asked_right_before_each_call(kinesis):
    kinesis.takes = 20
    kinesis.run(*ON_THE_WAY)
    operations = [operation for operation, _, _ in kinesis.requests]
    calls = [at for at, operation in enumerate(operations) if operation == "UpdateShardCount"]
    assert len(calls) == 3
    for at in calls:
        assert operations[at - 1] == "DescribeStreamSummary"
    assert {(region, body["StreamName"]) for _, region, body in kinesis.requests} == {("eu-west-1", "orders")}


def test_a_call_that_fails_stops_it_and_a_second_start_goes_on(kinesis):
    kinesis.takes = 20
    kinesis.fault(
        "UpdateShardCount",
        status=400,
        code="LimitExceededException",
        times=1,
        when=lambda _: kinesis.taken == [8],
    )
    code, err = kinesis.run(*ON_THE_WAY)
    assert (code, kinesis.taken) == (1, [8])
    assert "An error occurred (LimitExceededException) when calling the UpdateShardCount" in err
    assert err.endswith("stopped: 8 -> 15 failed, see above; start again to go on\n")
    assert len(kinesis.asked("UpdateShardCount")) == 2, "the call is not made again by itself"
    assert kinesis.run(*ON_THE_WAY)[0] == 0
    assert kinesis.taken == [8, 15, 30]


def test_an_answer_that_was_lost_after_aws_took_the_call_costs_no_second_call(kinesis):
    kinesis.takes = 20
    kinesis.fault("UpdateShardCount", cut=True, times=1)
    assert kinesis.run(*ON_THE_WAY)[0] == 1
    assert kinesis.taken == [8]
    assert kinesis.run(*ON_THE_WAY)[0] == 0
    assert kinesis.taken == [8, 15, 30]


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize(
    ("moment", "taken"), [(2, []), (3, [8]), (6, [8])], ids=["before", "after", "waiting"]
)
def test_it_goes_on_after_an_interrupt(kinesis, number, moment, taken):
    # Moments 0 and 1 are around the first question, 2 and 3 around the first call, then questions.
    kinesis.takes, kinesis.kill = 30, (moment, getattr(signal, number))
    code, err = kinesis.run(*ON_THE_WAY)
    assert kinesis.taken == taken
    if number == "SIGKILL":
        assert code == -signal.SIGKILL
    else:
        assert code == 1
        assert "stopped: interrupted; a call that AWS took goes on; start again to go on\n" in err
    assert kinesis.run(*ON_THE_WAY)[0] == 0
    assert kinesis.taken == [8, 15, 30]


@pytest.mark.parametrize("count", [4, 8, 15, 30])
def test_it_starts_from_whichever_count_of_the_path_is_there(kinesis, count):
    kinesis.takes, kinesis.orders.shards = 10, count
    code, err = kinesis.run(*ON_THE_WAY)
    assert (code, kinesis.taken) == (0, [target for target in (8, 15, 30) if target > count])
    assert err.endswith("done: 30 open shards\n")


def test_the_way_down_is_the_same(kinesis):
    kinesis.takes, kinesis.orders.shards = 10, 9
    assert kinesis.run("9", "4", "--stream", "orders", "--region", "eu-west-1")[0] == 0
    assert kinesis.taken == [step.target for step in path(9, 4, built_in_limits()).steps]
    assert kinesis.taken[-1] == 4


def test_a_count_of_somebody_else_stops_it_without_a_call(kinesis):
    kinesis.orders.shards = 6
    assert kinesis.said(*ON_THE_WAY) == (
        "6 open shards are not on the way 4 -> 8 -> 15 -> 30, so no call was made; "
        "find out what changed the stream, then: shardcalc reshard 6 30"
    )
    assert kinesis.asked("UpdateShardCount") == []


def test_nothing_to_do_is_checked_and_said(kinesis):
    assert kinesis.run("4", "4", "--stream", "orders")[0] == 0
    assert kinesis.said("5", "5", "--stream", "orders").startswith("4 open shards are not on the way 5, ")
    assert kinesis.asked("UpdateShardCount") == []


def test_an_update_at_the_start_is_waited_for(kinesis):
    kinesis.orders.status, kinesis.due = "UPDATING", (60.0, 8)
    assert kinesis.run(*ON_THE_WAY)[0] == 0
    assert kinesis.taken == [15, 30]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "DELETING"}, "the stream is neither ACTIVE nor UPDATING, but 'DELETING'"),
        ({"status": "CREATING"}, "the stream is neither ACTIVE nor UPDATING, but 'CREATING'"),
        ({"mode": "ON_DEMAND"}, "the stream is ON_DEMAND: AWS chooses its shards"),
    ],
)
def test_another_state_stops_it_before_and_between_calls(kinesis, values, said):
    for name, value in values.items():
        setattr(kinesis.orders, name, value)
    assert kinesis.said(*ON_THE_WAY) == said
    assert kinesis.asked("UpdateShardCount") == []


def test_a_stream_deleted_on_the_way_stops_it(kinesis):
    def deleting(answer):
        answer["StreamDescriptionSummary"]["StreamStatus"] = "DELETING"

    kinesis.fault("DescribeStreamSummary", change=deleting, when=lambda _: bool(kinesis.taken))
    assert kinesis.said(*ON_THE_WAY) == "the stream is neither ACTIVE nor UPDATING, but 'DELETING'"
    assert kinesis.taken == [8]


def test_a_question_that_fails_is_repeated(kinesis):
    kinesis.takes = 10
    kinesis.fault("DescribeStreamSummary", status=400, code="LimitExceededException", times=2)
    # An outage of five minutes, 30 x 10 s, while the first call runs.
    kinesis.fault(
        "DescribeStreamSummary",
        status=500,
        code="InternalFailure",
        times=30,
        when=lambda _: kinesis.taken == [8],
    )
    assert kinesis.run(*ON_THE_WAY)[0] == 0
    assert kinesis.taken == [8, 15, 30]


def test_a_question_that_always_fails_is_not_asked_for_ever(kinesis):
    assert (
        kinesis.said("4", "30", "--stream", "missing") == "AWS did not answer 3 times; start again to go on"
    )
    assert len(kinesis.asked("DescribeStreamSummary")) == 3
    kinesis.fault(
        "DescribeStreamSummary", status=500, code="InternalFailure", when=lambda _: kinesis.taken != []
    )
    assert kinesis.said(*ON_THE_WAY) == "AWS did not answer 60 times; start again to go on"
    assert kinesis.taken == [8]


def test_active_with_the_old_count_right_after_a_call_is_not_the_end_of_it(kinesis):
    kinesis.takes, kinesis.stale = 60, 40
    code, err = kinesis.run(*ON_THE_WAY)
    assert (code, kinesis.taken) == (0, [8, 15, 30])
    said = [line[10:] for line in err.splitlines()]
    assert said[1:5] == [
        "4 -> 8: asked; this takes minutes",
        "4 open, ACTIVE",
        "4 open, UPDATING",
        "8 open, ACTIVE",
    ]


def test_active_with_another_count_is_believed_after_ten_minutes(kinesis):
    kinesis.takes = kinesis.stale = 100_000
    assert kinesis.said(*ON_THE_WAY) == "ACTIVE with 4 open shards and not 8 for ten minutes"
    assert 570 <= kinesis.now() <= 600
    assert kinesis.taken == [8]


def test_the_eleventh_call_in_a_day_is_left_to_aws_and_made_after_a_second_start(kinesis):
    kinesis.takes, kinesis.orders.shards = 10, 1
    arguments = ("1", "5000", "--stream", "orders")
    assert kinesis.said(*arguments) == (
        "1024 -> 2048 failed, see above (AWS may refuse it until 24 h after call 1); start again to go on"
    )
    assert len(kinesis.taken) == 10
    kinesis.slept.write_text("86400\n")
    assert kinesis.run(*arguments)[0] == 0
    assert kinesis.taken == [step.target for step in path(1, 5000, built_in_limits()).steps]


def test_a_call_that_waits_from_now_on_says_since_when(kinesis):
    kinesis.takes, kinesis.times = 10, [0.0] * 8
    assert kinesis.said(*ON_THE_WAY, "--calls-used", "8") == (
        "15 -> 30 failed, see above (AWS may refuse it until 24 h after this was printed); "
        "start again to go on"
    )


def test_an_unknown_name_is_an_argument_of_the_script(kinesis):
    kinesis.takes = 10
    code, err = kinesis.run("4", "8")
    assert code != 0
    assert "which stream? give its name: sh reshard.sh NAME" in err
    assert kinesis.requests == []
    assert kinesis.run("4", "8", name="orders")[0] == 0
    assert kinesis.taken == [8]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_aws_cli_itself_understands_it(kinesis):
    (kinesis.folder / "bin" / "aws").unlink()
    kinesis.takes, kinesis.orders.shards = 20, 8
    kinesis.fault("UpdateShardCount", status=500, code="InternalFailure", times=2)
    endpoint = {"AWS_ENDPOINT_URL": kinesis.url}
    # Of the two faults each start meets one, since the AWS CLI does not make the call again.
    for _ in range(2):
        code, err = kinesis.run(*ON_THE_WAY, **endpoint)
        assert code == 1
        assert "An error occurred (InternalFailure) when calling the UpdateShardCount operation" in err
        assert err.endswith("stopped: 8 -> 15 failed, see above; start again to go on\n")
    assert len(kinesis.asked("UpdateShardCount")) == 2
    code, err = kinesis.run(*ON_THE_WAY, **endpoint)
    assert (code, kinesis.taken) == (0, [15, 30])
    assert err.endswith("done: 30 open shards\n")


@pytest.mark.slow
@examples(40)
@given(st.data())
def test_the_server_sees_the_path_once_whatever_interrupts_it(tmp_path_factory, data):
    """Killed before or after any request, with lost answers, refusals, outages and stale answers."""
    current = data.draw(st.integers(1, 60), "current")
    target = data.draw(st.integers(1, 60), "target")
    kinesis = Kinesis(tmp_path_factory.mktemp("kinesis"))
    thread = threading.Thread(target=kinesis.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        kinesis.orders.shards = current
        kinesis.takes = data.draw(st.sampled_from([0, 10, 30]), "takes")
        kinesis.stale = data.draw(st.sampled_from([0, min(20, kinesis.takes)]), "stale")
        for fault in data.draw(
            st.lists(st.sampled_from(["lost", "refused", "outage"]), max_size=2), "faults"
        ):
            nth = data.draw(st.integers(0, 4), "after so many calls")
            values = {"cut": True} if fault == "lost" else {"status": 500, "code": "InternalFailure"}
            operation = "DescribeStreamSummary" if fault == "outage" else "UpdateShardCount"
            kinesis.fault(operation, times=1, when=lambda _, nth=nth: len(kinesis.taken) >= nth, **values)
        ends = []
        while not ends or ends[-1] != 0:
            assert len(ends) < 9, "it does not end"
            at = kinesis.moments + data.draw(st.integers(0, 20), "killed at") if len(ends) < 3 else -1
            kinesis.kill = at, signal.SIGKILL
            ends.append(kinesis.run(f"{current}", f"{target}", "--stream", "orders")[0])
            if ends[-1] != 0:
                # A person needs a moment, too.
                kinesis.slept.write_text(f"{int(kinesis.now()) + 30}\n")
        assert kinesis.orders.shards == target
        assert kinesis.taken == [step.target for step in path(current, target, built_in_limits()).steps]
    finally:
        kinesis.shutdown()
        kinesis.server_close()
        thread.join()


def test_the_commands_of_the_script_are_those_of_the_json_and_of_the_table():
    made = json.loads(run("reshard", *ON_THE_WAY, "--format", "json").out)
    whole = run("reshard", *ON_THE_WAY, "--format", "sh").out
    table = run("reshard", *ON_THE_WAY).out.splitlines()
    commands = [step["command"] for step in made["steps"]]
    assert [line.split(maxsplit=3)[3] for line in whole.splitlines() if line.startswith("step ")] == commands
    assert [line for line in table if line.startswith("aws ")] == commands
    assert made["script"] == whole
    assert made["status_command"] in whole
    assert "\n```sh\n" + whole + "```\n" in run("reshard", *ON_THE_WAY, "--format", "markdown").out


@pytest.mark.parametrize(
    "arguments",
    [
        ON_THE_WAY,
        ("4", "30", "--quota", "100", "--used", "50", "--calls-used", "9", "--region", "eu-west-1"),
        ("400", "700", "--quota", "1000", "--used", "650"),
    ],
)
def test_the_table_names_the_command_that_prints_the_script(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = next(line for line in run("reshard", *arguments).out.splitlines() if line.startswith("shardcalc "))
    printed, _, then = line.partition(" && ")
    assert run(*printed.split()[1:]).code == 0
    assert Path("reshard.sh").read_text() == run("reshard", *arguments, "--format", "sh").out
    assert then == ("sh reshard.sh" if "--stream" in arguments else 'sh reshard.sh "$STREAM"')


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize(
    "arguments", [ON_THE_WAY, ("30", "4", "--calls-used", "10"), ("5", "5"), ("1", "5000"), ("400", "700")]
)
def test_shellcheck_finds_nothing(arguments):
    whole = run("reshard", *arguments, "--format", "sh").out
    for shell in ("sh", "bash"):
        found = subprocess.run(
            ["shellcheck", "--norc", "-s", shell, "-"], input=whole, text=True, capture_output=True
        )
        assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
