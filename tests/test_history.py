"""The document of a saved history: it comes back as it went, and every problem is told at once."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.metrics import CONSUMER_METRICS, SHARD_METRICS, STREAM_METRICS
from shardcalc.core.history.model import MODES, AccountQuota, History
from shardcalc.sources.store.history_document import read_document, to_document

POINTS = 5


def series():
    return st.lists(
        st.none() | st.integers(0, 10**13) | st.floats(0, 1e13).filter(lambda value: not value.is_integer()),
        min_size=POINTS,
        max_size=POINTS,
    )


def table(metrics):
    return st.dictionaries(st.sampled_from(sorted(metrics)), series())


NAMES = st.from_regex(r"[a-zA-Z0-9_.-]{1,20}", fullmatch=True)
HISTORIES = st.builds(
    History,
    start=st.integers(0, 2_000_000_000),
    period=st.sampled_from([60, 300, 3600]),
    points=st.just(POINTS),
    metrics=table(STREAM_METRICS),
    consumers=st.dictionaries(NAMES, table(CONSUMER_METRICS), max_size=2),
    shards=st.dictionaries(NAMES, table(SHARD_METRICS), max_size=2),
    stream=st.none() | NAMES,
    region=st.sampled_from([None, "us-east-1", "us-gov-west-1"]),
    mode=st.sampled_from([None, *MODES]),
    status=st.sampled_from([None, "ACTIVE", "UPDATING"]),
    open_shards=st.none() | st.integers(1, 10_000),
    retention_hours=st.none() | st.integers(24, 8760),
    enhanced_metrics=st.none() | st.lists(NAMES, max_size=2).map(tuple),
    registered=st.none() | st.lists(NAMES, max_size=2).map(tuple),
    max_record_size_kib=st.none() | st.integers(1024, 10240),
    warm_throughput_mibps=st.none() | st.integers(0, 10240),
    account=st.none() | st.builds(AccountQuota, st.integers(0, 20_000), st.integers(0, 20_000)),
    read_at=st.sampled_from([None, "2026-11-21T09:00:00Z", "2026-11-21T09:00:00.123+01:00"]),
)


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
            "IncomingRecord": [1, 2],
            "IncomingRecords": [1, "2"],
            "GetRecords.Bytes": [1, -1],
            "GetRecords.Success": [True, 1],
        },
        "period_seconds": 61,
        "extra": 1,
        "account": {"shard_limit": -1, "open_shard_count": 2.5},
        "read_at": "yesterday",
        "consumers": {"a": {"SubscribeToShardEvent.Bytes": [float("nan"), 1]}},
    }
    document["stream"] |= {"name": "orders; rm -rf /", "mode": "FREE", "open_shards": 0}
    with pytest.raises(HistoryError) as raised:
        read_document(document)
    places = {place for place, _ in raised.value.problems}
    assert places == {
        "extra", "period_seconds", "account.shard_limit", "account.open_shard_count", "stream.name", "stream.mode", "stream.open_shards", "read_at",
        "metrics.IncomingBytes", "metrics.IncomingRecord", "metrics.IncomingRecords", "metrics.GetRecords.Bytes", "metrics.GetRecords.Success",
        "consumers.a.SubscribeToShardEvent.Bytes",
    }  # fmt: skip
    assert "did you mean IncomingRecords?" in str(raised.value)


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
