"""``suggest`` and ``reshard`` as commands: whole pages, and what they say of input that cannot be used."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from shardcalc.core.advice.recommendation import suggest
from shardcalc.core.history.error import HistoryError
from shardcalc.report.kit.terminal import Page
from shardcalc.report.suggest import json as as_json
from shardcalc.report.suggest import markdown as as_markdown
from shardcalc.report.suggest import terminal as as_table
from shardcalc.sources.store.histories import write_history_file
from shardcalc.sources.store.history_document import to_document
from tests import golden
from tests.command import run
from tests.synthetic import DAY, SALE_HOUR, changed, history, records, with_metric
from tests.test_cli import in_terminal, plain
from tests.test_history import HISTORIES

SUFFIX = {"table": "txt", "json": "json", "markdown": "md"}


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def throttled():
    """A sale at which a third more was asked for than was taken, a hot shard, a gap, a consumer that lags, and one without metrics."""
    made = changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 160_000)
    made = changed(made, "IncomingBytes", range(2 * DAY, 2 * DAY + 90), None)
    made = changed(made, "IncomingRecords", range(2 * DAY, 2 * DAY + 90), None)
    made = changed(
        made, "GetRecords.IteratorAgeMilliseconds", range(SALE_HOUR[0], SALE_HOUR[0] + 1), 14 * 3_600_000
    )
    made = changed(made, "GetRecords.Success", range(SALE_HOUR[0], SALE_HOUR[-1]), 4_000)
    counts = made.metrics["IncomingRecords"]
    parts = {index: 7 if index == 3 else 3 for index in range(12)}
    shards = {
        f"shardId-{index:012d}": {
            "IncomingRecords": [None if count is None else count * part // 40 for count in counts]
        }
        for index, part in parts.items()
    }
    return replace(
        made, shards=shards, registered=("audit", "billing"), enhanced_metrics=("IncomingRecords",)
    )


CASES = {
    "plain": (history, ()),
    "throttled": (throttled, ("--shards", "16", "--explain")),
    "hold": (lambda: changed(history(), "ReadProvisionedThroughputExceeded", range(7, 8), 12), ("--allow", "0.5%", "--headroom", "30%")),
    "on-demand": (lambda: history(mode="ON_DEMAND", open_shards=16), ("--burst", "1.5")),
    "growing": (lambda: history(records(growth=0.2), sale=False, region="eu-central-1"), ()),
    "unknown": (
        lambda: replace(
            with_metric(with_metric(history(), "GetRecords.Bytes", None), "WriteProvisionedThroughputExceeded", None),
            region=None, mode=None, status=None, open_shards=None, retention_hours=None, registered=None, account=None, read_at=None, stream=None, consumers={},
        ),
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize("name", CASES)
def test_suggest(name, form, tmp_path):
    make, options = CASES[name]
    file = tmp_path / "history.json.gz"
    write_history_file(make(), str(file))
    ran = run("suggest", "--from", str(file), "--format", form, *options)
    assert (ran.code, ran.err) == (0, "")
    golden.check(f"suggest/{name}.{SUFFIX[form]}", ran.out)
    if form == "json":
        assert json.loads(ran.out)["schema_version"] == 1


RESHARD = {
    "up": ("4", "30"),
    "down": ("9", "4", "--stream", "orders", "--region", "eu-west-1", "--quota", "20000", "--used", "700"),
    "days": ("1", "5000"),
    "same": ("5", "5"),
}


@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize("name", RESHARD)
def test_reshard(name, form):
    ran = run("reshard", *RESHARD[name], "--format", form)
    assert (ran.code, ran.err) == (0, "")
    golden.check(f"reshard/{name}.{SUFFIX[form]}", ran.out)


@pytest.mark.parametrize("columns", [80, 120])
def test_the_page_fits_the_terminal(columns, tmp_path):
    file = tmp_path / "history.json"
    write_history_file(throttled(), str(file))
    drawn = plain(in_terminal(columns, "suggest", "--from", str(file)))
    golden.check(f"suggest/terminal-{columns}.txt", drawn)
    lines = [line for line in drawn.splitlines() if not line.startswith("aws kinesis")]
    assert max(map(len, lines)) <= columns
    assert "…" not in drawn


def test_it_says_the_same_from_the_file_as_from_memory(tmp_path):
    file = tmp_path / "history.json"
    write_history_file(throttled(), str(file))
    assert run("suggest", "--from", str(file), "--format", "json").out == as_json.text(suggest(throttled()))


def test_output_to_a_file(tmp_path):
    file, page = tmp_path / "history.json", tmp_path / "page.md"
    write_history_file(history(), str(file))
    assert (
        run("suggest", "orders", "--from", str(file), "--format", "markdown", "--output", str(page)).out == ""
    )
    assert page.read_text().startswith("# orders: scale down from 12 to 10 shards\n")


@settings(deadline=None)
@given(HISTORIES)
def test_whatever_is_known_there_is_a_page_or_a_reason(made):
    try:
        suggestion = suggest(made)
    except HistoryError:
        assert not all(
            any(value is not None for value in made.metrics.get(name, ()))
            for name in ("IncomingBytes", "IncomingRecords")
        )
        return
    assert as_table.table(suggestion, Page(), explain=True)
    assert json.loads(as_json.text(suggestion, explain=True))["recommended_shards"] >= 1
    assert as_markdown.text(suggestion, explain=True)


# ── what cannot be used ──────────────────────────────────────────────────────────────────────────


def test_every_flag_that_cannot_be_read_is_told_at_once():
    ran = run(
        "suggest",
        "--from",
        "x.json",
        "--headroom",
        "much",
        "--burst",
        "0.5",
        "--allow",
        "0.5",
        "--shards",
        "0",
        "--days",
        "x",
    )
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: nothing was computed\n")
    for flag in ("--headroom", "--burst", "--allow", "--shards", "--days"):
        assert f"  {flag}  " in ran.err


def test_without_a_stream_or_a_file_it_says_what_to_give():
    ran = run("suggest")
    assert (ran.code, ran.out) == (2, "")
    assert "--from" in ran.err


def damaged():
    good = json.dumps(to_document(history(records(days=1), sale=False))).encode()
    packed = gzip.compress(good)
    return {
        "missing.json": None,
        "empty.json": b"",
        "cut.json": good[: len(good) // 2],
        "cut.json.gz": packed[: len(packed) // 2],
        "flipped.json.gz": packed[:100] + bytes(byte ^ 255 for byte in packed[100:120]) + packed[120:],
        "trailer.json.gz": packed[:-8] + bytes(8),
        "plain.json.gz": good,
        "packed.json": packed,
        "list.json": b"[1, 2]",
        "other.json": b'{"kind": "something else"}',
        "version.json": good.replace(b'"schema_version": 1', b'"schema_version": 99'),
        "period.json": good.replace(b'"period_seconds": 60', b'"period_seconds": 61'),
        "points.json": good.replace(b'"points": 1440', b'"points": 1441'),
        "deep.json": b"[" * 200_000,
        "nan.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, "start_epoch_seconds": 0, "period_seconds": 60, '
        b'"points": 1, "metrics": {"IncomingBytes": [NaN], "IncomingRecords": [Infinity]}}',
        "large.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, "start_epoch_seconds": 0, "period_seconds": 60, "points": 1, '
        b'"metrics": {"IncomingBytes": [1' + b"0" * 400 + b'], "IncomingRecords": [1]}}',
        "future.json": good.replace(b'"start_epoch_seconds": 1', b'"start_epoch_seconds": 4'),
        "nothing.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, "start_epoch_seconds": 0, "period_seconds": 60, "points": 1, '
        b'"metrics": {"IncomingBytes": [null]}}',
        "huge.json": b'{"MetricDataResults": [{"Id": "incoming_bytes", "Timestamps": [0, 60, 4000000020], "Values": [1, 1, 1]}]}',
    }


@pytest.mark.parametrize("name", damaged())
def test_a_damaged_file_is_a_message_and_no_traceback(name, tmp_path):
    content = damaged()[name]
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    ran = run("suggest", "--from", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {file}: ")
    assert "nothing was suggested" in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_is_no_file(tmp_path):
    ran = run("suggest", "--from", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert "Is a directory" in ran.err


def metric_data(tmp_path: Path) -> str:
    counts = records(days=1)
    times = [f"2026-11-20T{minute // 60:02d}:{minute % 60:02d}:00+00:00" for minute in range(DAY)]
    rows = [
        {
            "Id": "incoming_bytes",
            "Label": "a",
            "Timestamps": times,
            "Values": [count * 1000 for count in counts],
        },
        {"Id": "incoming_records", "Label": "b", "Timestamps": times, "Values": counts},
    ]
    file = tmp_path / "metric-data.json"
    file.write_text(json.dumps({"MetricDataResults": rows, "Messages": []}))
    return str(file)


def test_metric_data_with_what_the_user_says_of_the_stream(tmp_path):
    ran = run(
        "suggest",
        "--from",
        metric_data(tmp_path),
        "--current",
        "4",
        "--region",
        "us-east-1",
        "--mode",
        "provisioned",
        "--retention",
        "1d",
        "--format",
        "json",
    )
    assert ran.code == 0
    assert "note: " in ran.err
    body = json.loads(ran.out)
    # 5,000/s x 1.25 = 6.25 -> 7.
    assert (body["verdict"], body["current_shards"], body["recommended_shards"]) == ("scale-up", 4, 7)
    assert [step["shards_after"] for step in body["path"]["steps"]] == [7]


def test_what_the_user_says_must_not_contradict_the_file(tmp_path):
    file = tmp_path / "history.json"
    write_history_file(history(), str(file))
    ran = run(
        "suggest", "payments", "--from", str(file), "--current", "4", "--mode", "FREE", "--region", "mars"
    )
    assert (ran.code, ran.out) == (2, "")
    assert "--mode" in ran.err
    assert "--region" in ran.err
    ran = run("suggest", "payments", "--from", str(file), "--current", "4")
    assert (ran.code, ran.out) == (2, "")
    assert "--stream  'payments' is not what the file says: 'orders'" in ran.err
    assert "--current  '4' is not what the file says: '12'" in ran.err
    assert run("suggest", "orders", "--from", str(file), "--current", "12").code == 0


@pytest.mark.parametrize("period", ["0", "61", "x", "100000"])
def test_a_period_must_be_whole_minutes(period, tmp_path):
    ran = run("suggest", "--from", metric_data(tmp_path), "--period", period)
    assert (ran.code, ran.out) == (2, "")
    assert "--period" in ran.err


def test_reshard_tells_every_problem_at_once():
    ran = run("reshard", "x", "0", "--region", "mars", "--stream", "a;b", "--quota", "much")
    assert (ran.code, ran.out) == (2, "")
    for flag in ("--current", "--target", "--region", "--stream", "--quota"):
        assert f"  {flag}  " in ran.err


def test_reshard_without_a_path_says_why_and_what_to_do():
    ran = run("reshard", "400", "700", "--quota", "1000", "--used", "650")
    assert (ran.code, ran.out) == (2, "")
    # 400 + 700 - 100 = 1,000 of its own, and 250 of others.
    assert "raise the quota to 1,250, which holds 400 -> 700" in ran.err
    assert run("reshard", "1", "10001").code == 2


@pytest.mark.parametrize("command", ["suggest", "reshard"])
def test_help_has_examples(command):
    ran = run(command, "--help")
    assert ran.code == 0
    assert f"shardcalc {command} " in ran.out
