"""A profile from a history, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shardcalc.core.history.draft import draft
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History
from shardcalc.report.observe.profile import text as profile_yaml


def profile_text_of(history):
    return profile_yaml(draft(history))


def measured(**metrics):
    return History(start=1_795_000_020, period=60, points=len(metrics["IncomingBytes"]), metrics=metrics)


def test_the_peak_of_a_profile_carries_refused_records_and_big_ones():
    """Minute 2 refused 300 of 900 records; minute 3 has few large records: 90,000 B at the mean of 203 B are
    443.35 records, fewer than 900.
    """
    history = measured(
        IncomingRecords=[600, 600, 10],
        IncomingBytes=[60_000, 60_000, 125_000],
        WriteProvisionedThroughputExceeded=[0, 300, 0],
    )
    text = profile_text_of(history)
    # 245,000 B in 1,210 records are 202.48 B each, rounded up; 1,210 records in 180 s are 6.7223 a second;
    # 900 records a minute are 15 a second.
    assert "size: 203 B" in text
    # The last minute is of 2026-11-18: later growth counts from there.
    assert "rps: {mean: 6.723, peak: 15, dated: 2026-11-18}" in text
    # As suggest leaves where nobody says, so that both ask for the same.
    assert "headroom: 25%" in text
    heavy = profile_text_of(measured(IncomingRecords=[600, 10], IncomingBytes=[60_000, 640_000]))
    # 700,000 B in 610 records are 1,147.5 B each; the second minute's 640,000 B are 557.49 such records, so
    # the first minute's 600 decide.
    assert "peak: 10, dated" in heavy
    heavier = profile_text_of(measured(IncomingRecords=[600, 590], IncomingBytes=[60_000, 590_000]))
    # 650,000 B in 1,190 records are 546.2 B each, 547; 590,000 B are 1,078.61 of them in a minute, 17.977 a
    # second.
    assert "peak: 17.977, dated" in heavier


def test_the_skew_is_the_busiest_shard_over_the_mean():
    """600 B in three shards are 200 B each; the busiest took 400 B, twice as much."""
    shards = {name: {"IncomingBytes": [taken]} for name, taken in (("a", 100), ("b", 100), ("c", 400))}
    made = draft(replace(measured(IncomingRecords=[6], IncomingBytes=[600]), shards=shards))
    [skew] = [field for field in made.fields if field.name == "skew"]
    assert skew.value == "2"
    assert "3" in skew.note


@pytest.mark.parametrize(
    ("read", "field"),
    [
        (None, None),
        ((), None),
        (("IncomingRecords", "IncomingBytes", "Newest"), "[IncomingBytes, IncomingRecords]"),
    ],
)
def test_shard_level_metrics_that_are_switched_on_stand_in_the_profile(read, field):
    made = draft(replace(measured(IncomingRecords=[6], IncomingBytes=[600]), enhanced_metrics=read))
    assert [each.value for each in made.fields if each.name == "enhanced_metrics"] == [field] * bool(field)


def test_without_records_or_bytes_there_is_no_profile():
    with pytest.raises(HistoryError, match=r"metrics\.IncomingRecords"):
        draft(measured(IncomingBytes=[600]))
