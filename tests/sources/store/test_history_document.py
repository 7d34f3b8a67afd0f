"""The document of a saved history: it comes back as it went, and every problem is told at once."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History
from shardcalc.sources.store.history_document import read_document, to_document
from tests.histories import HISTORIES


@given(HISTORIES)
def test_a_history_comes_back_from_its_document(history):
    assert read_document(json.loads(json.dumps(to_document(history)))) == history


def good():
    return to_document(
        History(
            start=0,
            period=60,
            points=2,
            metrics={"IncomingBytes": [1, None]},
            stream="orders",
            region="eu-west-1",
            mode="PROVISIONED",
        )
    )


def test_whole_floats_become_integers():
    document = good() | {"metrics": {"IncomingBytes": [1048576.0, None]}}
    values = read_document(document).metrics["IncomingBytes"]
    assert values == [1048576, None]
    assert type(values[0]) is int


def test_every_problem_is_told_at_once():
    document = good() | {
        "metrics": {
            "IncomingBytes": [1],
            "IncomingRecords": [1, "2"],
            "GetRecords.Bytes": [1, -1],
            "GetRecords.Success": [True, 1],
        },
        "period_seconds": 61,
        "shard": 1,
        "account": {"shard_limit": -1, "open_shard_count": 2.5},
        "read_at": "yesterday",
        "consumers": {"a": {"SubscribeToShardEvent.Bytes": [float("nan"), 1]}},
    }
    document["stream"] |= {"name": "orders; rm -rf /", "mode": "FREE", "open_shards": 0}
    with pytest.raises(HistoryError) as raised:
        read_document(document)
    places = {place for place, _ in raised.value.problems}
    assert places == {
        "shard", "period_seconds", "account.shard_limit", "account.open_shard_count", "stream.name",
        "stream.mode", "stream.open_shards", "read_at",
        "metrics.IncomingBytes", "metrics.IncomingRecords", "metrics.GetRecords.Bytes",
        "metrics.GetRecords.Success",
        "consumers.a.SubscribeToShardEvent.Bytes",
    }  # fmt: skip
    assert "shard: unknown field; did you mean shards?" in str(raised.value)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        1,
        {},
        {"kind": "shardcalc-history"},
        {"kind": "shardcalc-history", "schema_version": 2},
        good() | {"schema_version": True},
    ],
)
def test_another_document_is_refused(document):
    with pytest.raises(HistoryError):
        read_document(document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*good(), *good()["stream"], "x"]), inner, max_size=5)
        ),
    )
)
def test_no_document_breaks_the_reader(data):
    document = (
        good() | data
        if isinstance(data, dict)
        else good() | {"metrics": data, "stream": data, "account": data}
    )
    with contextlib.suppress(HistoryError):
        read_document(document)
