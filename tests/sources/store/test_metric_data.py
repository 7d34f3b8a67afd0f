"""Answers that the AWS command line saved: in any order, with gaps, and those that cannot be trusted."""

from __future__ import annotations

import json
import random

import pytest

from shardcalc.core.history.error import HistoryError
from shardcalc.sources.store.histories import read_history_file


def result(name, times, values, **more):
    return {
        "Id": name,
        "Label": name,
        "Timestamps": times,
        "Values": values,
        "StatusCode": "Complete",
        **more,
    }


def read(tmp_path, data, period=None):
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(data))
    return read_history_file(str(path), period)


def test_metric_data_in_any_order_with_pages_and_gaps(tmp_path):
    # 2026-11-16T00:00:00Z is 1,794,787,200. The points of minutes 0, 1 and 3 come over two pages, newest
    # first.
    start = 1_794_787_200
    data = {
        "MetricDataResults": [
            result(
                "incoming_bytes",
                ["2026-11-16T00:03:00+00:00", "2026-11-16T01:01:00+01:00"],
                [30.0, 10.0],
                StatusCode="PartialData",
            ),
            result("fan_out_bytes_billing", [start + 60], [5]),
            result("shard_incoming_bytes_000000000003", [start + 60.0], [7.0]),
            result("incoming_bytes", ["2026-11-16T00:00:00Z"], [0.0]),
        ]
    }
    history, notes = read(tmp_path, data)
    assert (history.start, history.period, history.points) == (start, 60, 4)
    assert history.metrics == {"IncomingBytes": [0, 10, None, 30]}
    assert history.consumers == {"billing": {"SubscribeToShardEvent.Bytes": [None, 5, None, None]}}
    assert history.shards == {"shardId-000000000003": {"IncomingBytes": [None, 7, None, None]}}
    assert history.open_shards is None
    assert history.mode is None
    assert len(notes) == 1


def test_labels_are_used_only_where_no_id_is_known(tmp_path):
    data = {
        "MetricDataResults": [
            result("m1", [0, 60], [1, 2], Label="orders IncomingBytes"),
            result("m2", [0, 60], [3, 4], Label="IncomingRecords"),
        ]
    }
    history, notes = read(tmp_path, data)
    assert history.metrics == {"IncomingBytes": [1, 2], "IncomingRecords": [3, 4]}
    assert "labels" in notes[1]
    data["MetricDataResults"][0]["Id"] = "incoming_bytes"
    with pytest.raises(HistoryError, match="'m2': unknown"):
        read(tmp_path, data)


def test_the_order_of_results_does_not_matter(tmp_path):
    rows = [
        result("incoming_bytes", [0, 60, 120], [1, 2, 3]),
        result("incoming_records", [120, 60, 0], [6, 5, 4]),
        result("iterator_age", [60], [1.5]),
    ]
    first = read(tmp_path, {"MetricDataResults": rows})
    random.Random(4).shuffle(rows)
    assert read(tmp_path, {"MetricDataResults": rows}) == first
    assert first[0].metrics["IncomingRecords"] == [4, 5, 6]


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([result("incoming_bytes", [0, 60], [1, 2], StatusCode="PartialData")], "PartialData"),
        ([result("incoming_bytes", [0, 60], [1])], "one length"),
        ([result("incoming_bytes", [0, 60, 0], [1, 2, 3])], "is given twice"),
        ([result("incoming_bytes", [0, 61], [1, 2])], "'61' is not a time"),
        ([result("incoming_bytes", [0, "soon"], [1, 2])], "'soon' is not a time"),
        ([result("incoming_bytes", [0, 60], [1, -2])], "not a value"),
        ([result("incoming_bytes", [0, 60], [1, None])], "not a value"),
        ([result("incoming_bytes", [], [])], "no point"),
        ([], "no point"),
        ([result("m1", [0], [1], Label="IncomingBytes"), result("m2", [0], [1], Label="IncomingBytes")],
            "another result"),
        ([7], "not a list of results"),
        # Points an hour apart may be hours, or single minutes an hour apart: sixty times the rate.
        ([result("incoming_bytes", [0, 3600], [1, 2])], "--period"),
        ([result("incoming_bytes", [0], [1])], "--period"),
    ],
)  # fmt: skip
def test_metric_data_that_cannot_be_trusted_is_refused(tmp_path, results, says):
    with pytest.raises(HistoryError, match=says):
        read(tmp_path, {"MetricDataResults": results})


def test_metric_data_of_another_period_takes_it_from_the_caller(tmp_path):
    data = {"MetricDataResults": [result("incoming_bytes", [0, 3600, 10800], [1, 2, 3])]}
    assert read(tmp_path, data, 3600)[0].metrics["IncomingBytes"] == [1, 2, None, 3]
    with pytest.raises(HistoryError, match="does not fit"):
        read(tmp_path, data, 7200)
    data["NextToken"] = "more"
    with pytest.raises(HistoryError, match="cut"):
        read(tmp_path, data, 3600)
