"""The published schemas: real outputs match them, and each fault is refused in its place."""

from __future__ import annotations

import json
import re
import shutil
from copy import deepcopy

import jsonschema
import pytest
from hypothesis import given

from shardcalc.app.schema import Document, document_schema
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import AccountQuota, Measurements
from shardcalc.sources.store.document import StoredError
from shardcalc.sources.store.histories import history_text, read_history_file
from shardcalc.sources.store.history_document import read_document, to_document
from shardcalc.sources.store.plans import read_plan
from tests.cli.test_startup import loaded
from tests.command import run
from tests.histories import HISTORIES
from tests.places import PROFILES, ROOT
from tests.run_check import ORDERS, TODAY, write
from tests.synthetic import END, history, with_metric


def closed(schema):
    """The same schema without room for other keys: the outputs of this release have none."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return made | {"additionalProperties": False} if isinstance(made.get("properties"), dict) else made


VALIDATORS = {each.value: jsonschema.Draft202012Validator(closed(document_schema(each))) for each in Document}


@pytest.mark.parametrize("document", Document)
def test_the_schema_in_the_repository_is_the_one_that_is_printed(document):
    """Write it again with: shardcalc schema --document NAME -o docs/schemas/NAME.json"""
    ran = run("schema", "--document", document)
    jsonschema.Draft202012Validator.check_schema(json.loads(ran.out))
    assert (ROOT / "docs" / "schemas" / f"{document}.json").read_text(encoding="utf-8") == ran.out


def test_one_schema_at_a_time():
    ran = run("schema", "--policy", "--document", "plan")
    assert (ran.code, ran.out) == (2, "")


# ── what the commands write ──────────────────────────────────────────────────────────────────────

MANY = "version: 1\nstreams:\n" + "".join(f"  s{n}: {{size: 1 KiB, rps: {n + 1}}}\n" for n in range(60))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Profiles with and without prices, many streams, a plan, a baseline, and histories of every kind."""
    made_in = tmp_path_factory.mktemp("documents")
    write(made_in, ORDERS)
    write(made_in, ORDERS.replace("rps: 6", "rps: 60\n    region: cn-north-1"), "unpriced.yaml")
    write(made_in, MANY, "many.yaml")
    write(made_in, "version: 1\nstreams: {a: {size: 2 kilo, rps: 1}}", "unusable.yaml")
    run("plan", str(made_in / "unpriced.yaml"), "--format", "json", "-o", str(made_in / "plan.json"))
    run("check", str(made_in / "orders.yaml"), "--write-baseline", str(made_in / "known.json"))
    (made_in / "histories").mkdir()
    made = history()
    for name, each in {
        "orders": made,
        "more": history(open_shards=2),
        "on-demand": history(mode="ON_DEMAND", read_at=None),
        "throttled": with_metric(made, "WriteProvisionedThroughputExceeded", [1] * made.points),
        "bare": history(stream=None, region=None, mode=None, open_shards=None, account=None, registered=None),
        "unchecked": history(open_shards=1, account=None),
        "full": history(open_shards=2, account=AccountQuota(shard_limit=10, open_shard_count=10)),
        "silent": with_metric(made, "IncomingBytes", None),
    }.items():
        (made_in / "histories" / f"{name}.json").write_text(history_text(each))
    return made_in


@pytest.fixture
def folder(prepared, tmp_path):
    """A copy of them for each test."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("plan", str(PROFILES)), 0),
        (("plan", str(PROFILES), "--explain"), 0),
        (("plan", "many.yaml"), 0),
        (("plan", "unpriced.yaml"), 0),
        (("plan", "--size", "5", "--shards", "15", "--hottest-key", "30%"), 0),
        # 1,200 records/s of one key fit no shard: a limit without a count, a key that is out already.
        (("plan", "--size", "1", "--rps", "2000", "--hottest-key", "60%", "--growth", "5%/month"), 0),
        (("check", str(PROFILES), "--today", TODAY), 1),
        (("check", "unpriced.yaml", "--against", "plan.json", "--today", TODAY), 1),
        (("check", "orders.yaml", "--against", "plan.json", "--baseline", "known.json"), 0),
        (("check", "unusable.yaml"), 2),
        *((("suggest", "--from", f"histories/{name}.json", "--explain"), 0)
            for name in ("orders", "more", "on-demand", "throttled", "bare", "unchecked", "full")),
        (("suggest", "--from", "histories/orders.json", "--allow", "0.1%", "--days", "7"), 0),
        (("suggest", "--from", "histories/orders.json", "--profiles", "orders.yaml"), 0),
        (("fleet", "--from", "histories", "--profiles", "orders.yaml"), 0),
        (("fleet", "--from", "histories"), 0),
        (("fleet", "--from", "histories", "--currency", "EUR=0.92", "--by", "mode", "--sort", "cost"), 0),
        (("plan", "many.yaml", "--currency", "JPY=149.87", "--by", "owner"), 0),
        (("plan", "--throughput", "5MB/s"), 0),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)  # fmt: skip
def test_what_a_command_writes_matches_its_schema(folder, monkeypatch, command, code):
    monkeypatch.chdir(folder)
    ran = run(*command, "--format", "json")
    assert ran.code == code, ran.err
    VALIDATORS[command[0]].validate(json.loads(ran.out))


def test_what_is_read_of_aws_matches_its_schema(own_environment, aws, shardcalc, tmp_path):
    aws.measure = lambda metric, dimensions, time: None if time % 3600 == 0 else 60.0
    aws.add("orders", shards=3, closed=2, consumers=("billing",), enhanced=("IncomingBytes",))
    at = ("--region", "eu-west-1", "--endpoint-url", aws.url, "--days", "1")
    VALIDATORS["history"].validate(json.loads(shardcalc("observe", "orders", *at).out))
    aws.add("gone", region="eu-west-1", status="DELETING")
    fleet = json.loads(shardcalc("fleet", *at, "--format", "json").out)
    assert [failure["stream"] for failure in fleet["failures"]] == ["gone"]
    VALIDATORS["fleet"].validate(fleet)


@given(HISTORIES)
def test_a_history_of_every_kind_matches_its_schema(made):
    VALIDATORS["history"].validate(json.loads(history_text(made)))


# ── what others write ────────────────────────────────────────────────────────────────────────────


def changed(document, place, value):
    """A copy of a document with another value in one place; Ellipsis takes the key away."""
    made = deepcopy(document)
    *way, last = place
    at = made
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return made


def said(place):
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


HISTORY = json.loads(json.dumps(to_document(history(
    [1000, 2000], sale=False, enhanced_metrics=("IncomingBytes",),
    shards={"shardId-000000000000": {"IncomingBytes": [1, None]}},
    older=(Measurements(start=END - 720, period=300, points=2, metrics={"IncomingBytes": [5, None]}),),
))))  # fmt: skip
BYTES = ("metrics", "IncomingBytes")
FAULTS = [
    # place, value, message
    (("extra",), 1, "unknown field"),
    (("period_secs",), 60, "unknown field; did you mean period_seconds?"),
    (("stream", "shards"), 1, "unknown field; did you mean open_shards?"),
    (("account", "limit"), 1, "unknown field; "),
    (("stream",), ..., "missing"),
    (("stream",), None, "null where a value is needed"),
    (("stream",), [], "a list is not an object"),
    (("stream", "name"), "orders; rm -rf /", "'orders; rm -rf /' is not what AWS allows here"),
    (("stream", "region"), 1, "'1' is not text"),
    (("stream", "mode"), "FREE", "'FREE' is not 'PROVISIONED' or 'ON_DEMAND'"),
    (("stream", "open_shards"), 0, "0 is out of range: at least 1"),
    (("stream", "open_shards"), True, "'True' is not a whole number"),
    (("stream", "retention_hours"), 24.5, "'24.5' is not a whole number"),
    (("stream", "enhanced_metrics"), "all", "'all' is not a list"),
    (("stream", "registered_consumers"), ["a", "b c"], "'b c' is not what AWS allows here"),
    (("account", "shard_limit"), 10**9, "1,000,000,000 is out of range: at most 1,000,000"),
    (("account", "open_shard_count"), ..., "missing"),
    (("start_epoch_seconds",), "now", "'now' is not a whole number"),
    (("period_seconds",), 61, "61 is not a multiple of 60"),
    (("points",), 0, "0 is out of range: at least 1"),
    (("metrics",), ..., "missing"),
    (BYTES, 7, "'7' is not a list of values"),
    (BYTES, ["1", 2], "value 0: '1' is not a number; a gap is null"),
    (BYTES, [1, True], "value 1: 'True' is not a number; a gap is null"),
    (BYTES, [1, -1], "value 1: -1 is below zero"),
    (("consumers", "billing"), 1, "'1' is not an object"),
    (("shards", "shardId-000000000000", "IncomingBytes"), [None, {}], "value 1: a mapping is not a number"),
    (("stream", "created_epoch_seconds"), -1, "-1 is out of range: at least 0"),
    (("older",), {}, "a mapping is not a list"),
    (("older", 0, "period_secs"), 2, "unknown field; did you mean period_seconds?"),
    (("older", 0, "metrics"), ..., "missing"),
    (("older", 0, "metrics", "IncomingBytes"), ["5", 1], "value 0: '5' is not a number; a gap is null"),
]  # fmt: skip
ONLY_THE_READER = [
    # A schema cannot compare two places, knows no date, and JSON has no such numbers.
    (BYTES, [1], "1 values where points says 2"),
    (BYTES, [1, float("nan")], "value 1: nan is not a number; a gap is null"),
    (BYTES, [float("inf"), 1], "larger values than AWS ever counts"),
    (BYTES, [10**400, 0.5], "larger values than AWS ever counts"),
    (BYTES, [-0.5], "1 values where points says 2, and value 0: -0.5 is below zero"),
    (("older", 0, "metrics", "IncomingBytes"), [5], "1 values where points says 2"),
    (
        ("older", 0, "start_epoch_seconds"),
        END - 1020,
        f"it ends at {END - 420}, and what follows it starts at {END - 120}",
    ),
    (("start_epoch_seconds",), 4_102_444_740, "the history ends after the year 2100"),
    (("read_at",), "yesterday", "'yesterday' is not a date and time; write for example 2026-11-21T09:00:00Z"),
]


def problems(document):
    with pytest.raises(HistoryError) as raised:
        read_document(document)
    return raised.value.problems


def test_the_document_without_a_fault_is_taken():
    VALIDATORS["history"].validate(HISTORY)
    read_document(deepcopy(HISTORY))


@pytest.mark.parametrize(("place", "value", "message"), FAULTS)
def test_each_fault_of_a_history_is_refused_in_its_place(place, value, message):
    document = changed(HISTORY, place, value)
    places = {said(error.absolute_path) for error in VALIDATORS["history"].iter_errors(document)}
    # The schema names the object of a key that is missing or unknown, and the value in a list.
    assert places
    assert all(said(place).startswith(each) or each.startswith(said(place)) for each in places)
    [(where, why)] = problems(document)
    assert where.startswith(said(place))
    assert why.startswith(message)


@pytest.mark.parametrize(("place", "value", "message"), ONLY_THE_READER)
def test_what_a_schema_cannot_say_is_refused_in_its_place(place, value, message):
    found = dict(problems(changed(HISTORY, place, value)))
    assert found[said(place)] == message


def test_all_faults_are_told_at_once():
    document, places = HISTORY, set()
    for place, value, _ in FAULTS:
        if not any(place[: len(each)] == each or each[: len(place)] == place for each in places):
            document = changed(document, place, value)
            places.add(place)
    found = {where for where, _ in problems(document)}
    assert {said(place) for place in places} == {
        next(said(place) for place in places if where.startswith(said(place))) for where in found
    }


def test_a_name_that_aws_does_not_allow_is_refused():
    document = changed(HISTORY, ("consumers", "a b"), {})
    assert not VALIDATORS["history"].is_valid(document)
    assert problems(document) == (("consumers", "'a b' is not a name that AWS allows"),)


def test_metrics_of_a_newer_release_are_kept_and_told(tmp_path):
    document = deepcopy(HISTORY)
    document["metrics"] |= {"ZonalBytes": [1, None], "IncomingRecord": [1.0, 2]}
    document["consumers"]["billing"]["Lag"] = [0, 0]
    VALIDATORS["history"].validate(document)
    file = tmp_path / "newer.json"
    file.write_text(json.dumps(document))
    made, notes = read_history_file(str(file))
    assert made.metrics["ZonalBytes"] == [1, None]
    assert made.consumers["billing"]["Lag"] == [0, 0]
    assert to_document(made) == document
    assert [note.split(" is ")[0] for note in notes] == [
        "metric ZonalBytes",
        "metric IncomingRecord",
        "metric Lag",
    ]
    assert notes[1].endswith("; did you mean IncomingRecords?")


PLAN_FAULTS = [
    (("hours",), ..., "missing"),
    (("hours",), "730", "'730' is not a number"),
    (("streams",), {}, "a mapping is not a list"),
    (("streams", 0), 1, "'1' is not an object"),
    (("streams", 0, "name"), 1, "'1' is not text"),
    (("streams", 0, "shards"), 0, "0 is out of range: at least 1"),
    (("streams", 0, "shards"), 1.5, "'1.5' is not a whole number"),
    (("streams", 0, "declared_shards"), "3", "'3' is not a whole number"),
    (("streams", 0, "utilisation"), None, "null where a value is needed"),
    (("streams", 0, "cost", "complete"), 1, "'1' is not true or false"),
    (("streams", 0, "cost", "total_usd"), "many", "'many' is not an amount of money"),
    (("streams", 0, "findings", 0, "id"), ..., "missing"),
]


@pytest.mark.parametrize(("place", "value", "message"), PLAN_FAULTS)
def test_each_fault_of_a_plan_is_refused_in_its_place(folder, place, value, message):
    plan = json.loads(run("plan", str(folder / "orders.yaml"), "--format", "json").out)
    plan["streams"][0].pop("formula")  # what is not compared may come and go
    file = folder / "changed.json"
    file.write_text(json.dumps(plan))
    read_plan(str(file))
    document = changed(plan, place, value)
    assert not VALIDATORS["plan"].is_valid(document)
    file.write_text(json.dumps(document))
    with pytest.raises(StoredError) as raised:
        read_plan(str(file))
    assert str(raised.value).startswith(f"{said(place)}: {message}")


def test_a_plan_with_a_cost_that_nobody_knows_is_read(folder):
    _, [stream] = read_plan(str(folder / "plan.json"))
    assert (stream.cost.cents, stream.complete) == ("0.00", False)


def test_a_file_of_another_kind_is_not_told_row_by_row(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"schema_version": 1, "command": "plan", "hours": 1, "streams": [1] * 50}))
    with pytest.raises(StoredError, match=r"^streams\[0\]: '1' is not an object$"):
        read_plan(str(file))


@pytest.mark.parametrize(
    "command", [("check", "orders.yaml"), ("schema",), ("schema", "--policy")], ids=" ".join
)
def test_a_command_that_reads_no_such_document_loads_no_pydantic(folder, monkeypatch, command):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert not loaded(*command) & {"pydantic", "pydantic_core"}


def test_the_example_of_the_page_is_a_history():
    [example] = re.findall(
        r"```json\n(.*?)```", (ROOT / "docs" / "json.md").read_text(encoding="utf-8"), re.DOTALL
    )
    VALIDATORS["history"].validate(json.loads(example))
    read_document(json.loads(example))
