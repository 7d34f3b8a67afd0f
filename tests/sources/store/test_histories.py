"""Histories on disk, whole and damaged."""

from __future__ import annotations

import gzip
import json

import pytest

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History
from shardcalc.sources.store.histories import read_history_file, write_history_file
from shardcalc.sources.store.history_document import to_document

HISTORY = History(
    start=1_763_251_200,
    period=60,
    points=3,
    metrics={"IncomingBytes": [1, None, 3]},
    stream="orders",
    region="eu-west-1",
    open_shards=4,
)


@pytest.mark.parametrize("name", ["orders.json", "orders.json.gz"])
def test_a_saved_history_is_read_back(tmp_path, name):
    path = tmp_path / name
    write_history_file(HISTORY, str(path))
    assert read_history_file(str(path)) == (HISTORY, ())
    content = path.read_bytes()
    assert content.startswith(b"\x1f\x8b") == name.endswith(".gz")
    write_history_file(HISTORY, str(path))
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path):
    path = tmp_path / "orders.json"
    path.write_text("before")
    with pytest.raises(ValueError, match="JSON"):
        write_history_file(
            History(start=0, period=60, points=1, metrics={"IncomingBytes": [float("nan")]}), str(path)
        )
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


PACKED = gzip.compress(json.dumps(to_document(HISTORY)).encode())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"", "not JSON: Expecting value, line 1, column 1"),
        ("a.json", json.dumps(to_document(HISTORY)).encode()[:-9], "not JSON"),
        ("a.json", b"\xff\xfe\x00", "not JSON"),
        ("a.json", b"[" * 100_000, "nests too deeply"),
        ("a.json", b"1" * 5_000, "not JSON"),
        ("a.json", b"[]", "not a saved history"),
        ("a.json", PACKED, "not JSON"),
        ("a.json.gz", PACKED[:-9], "cut short"),
        ("a.json.gz", b"{}", "not a gzip file"),
        ("a.json.gz", PACKED[:20] + bytes(20) + PACKED[40:], "gzip"),
        ("a.json.gz", b"", "cut short"),
        ("missing.json", None, "No such file"),
    ],
)
def test_a_damaged_file_is_refused_with_a_reason(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HistoryError, match=says):
        read_history_file(str(path))


def test_a_period_is_not_given_to_a_history_that_has_one(tmp_path):
    path = tmp_path / "orders.json"
    write_history_file(HISTORY, str(path))
    with pytest.raises(HistoryError, match="its own"):
        read_history_file(str(path), 300)
