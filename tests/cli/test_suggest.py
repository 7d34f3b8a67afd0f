"""suggest as a command: what it says of input that cannot be used."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from shardcalc.sources.store.histories import write_history_file
from shardcalc.sources.store.history_document import to_document
from tests.command import run
from tests.synthetic import DAY, history, records


def test_output_to_a_file(tmp_path):
    file, page = tmp_path / "history.json", tmp_path / "page.md"
    write_history_file(history(), str(file))
    assert (
        run("suggest", "orders", "--from", str(file), "--format", "markdown", "--output", str(page)).out == ""
    )
    # 8,000/s x 1.25 = 10, and 12 are not above 10 x 1.25.
    first = "# orders (us-east-1, PROVISIONED)\n\n**keep 12 (12 run): 10 would be enough, and up to 25% more"
    assert page.read_text(encoding="utf-8").startswith(first)


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
        assert f"  {flag}: " in ran.err


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
        "nan.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, '
        b'"start_epoch_seconds": 0, "period_seconds": 60, '
        b'"points": 1, "metrics": {"IncomingBytes": [NaN], "IncomingRecords": [Infinity]}}',
        "large.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, '
        b'"start_epoch_seconds": 0, "period_seconds": 60, "points": 1, '
        b'"metrics": {"IncomingBytes": [1' + b"0" * 400 + b'], "IncomingRecords": [1]}}',
        "future.json": good.replace(b'"start_epoch_seconds": 1', b'"start_epoch_seconds": 4'),
        "nothing.json": b'{"kind": "shardcalc-history", "schema_version": 1, "stream": {}, '
        b'"start_epoch_seconds": 0, "period_seconds": 60, "points": 1, '
        b'"metrics": {"IncomingBytes": [null]}}',
        "huge.json": b'{"MetricDataResults": [{"Id": "incoming_bytes", "Timestamps": [0, 60, 4000000020], '
        b'"Values": [1, 1, 1]}]}',
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
    assert ("Permission denied" if os.name == "nt" else "Is a directory") in ran.err


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
    assert (body["verdict"], body["current_shards"], body["recommended_shards"]) == ("raise", 4, 7)
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
    assert "--stream: 'payments' is not what the file says: 'orders'" in ran.err
    assert "--current: '4' is not what the file says: '12'" in ran.err
    assert run("suggest", "orders", "--from", str(file), "--current", "12").code == 0


@pytest.mark.parametrize("period", ["0", "61", "x", "100000"])
def test_a_period_must_be_whole_minutes(period, tmp_path):
    ran = run("suggest", "--from", metric_data(tmp_path), "--period", period)
    assert (ran.code, ran.out) == (2, "")
    assert "--period" in ran.err


@pytest.mark.parametrize("command", ["suggest", "reshard"])
def test_help_has_examples(command):
    ran = run(command, "--help")
    assert ran.code == 0
    assert f"shardcalc {command} " in ran.out
