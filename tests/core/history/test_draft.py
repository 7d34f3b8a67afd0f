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


def value_of(history, name):
    return [(field.value, field.note) for field in draft(history).fields if field.name == name]


@pytest.mark.parametrize(
    ("given", "consumers", "times"),
    [
        # 600 B were written in two minutes; a minute without a point gave out nothing.
        ([0, None], "0", "0"),
        ([60, None], "1", "0.1"),
        ([None, 840], "1", "1.4"),
        ([600, 960], "3", "2.6"),
    ],
)
def test_consumers_are_estimated_from_the_bytes_that_were_given_out(given, consumers, times):
    made = measured(IncomingRecords=[3, 3], IncomingBytes=[300, 300], **{"GetRecords.Bytes": given})
    note = f"estimated: GetRecords gave out {times} x the bytes written"
    assert value_of(made, "consumers") == [(consumers, note)]


def test_what_was_not_read_is_no_field():
    plain = measured(IncomingRecords=[6], IncomingBytes=[600])
    assert [field.name for field in draft(plain).fields] == ["size", "rps", "headroom"]
    full = replace(
        plain,
        registered=("billing", "audit"),
        max_record_size_kib=2048,
        retention_hours=48,
        mode="ON_DEMAND",
        region="eu-west-1",
        open_shards=3,
        shards={"a": {"IncomingBytes": [0]}, "b": {}},
    )
    # Shards that took nothing have no busiest one.
    assert [(field.name, field.value) for field in draft(full).fields[3:]] == [
        ("fan_out", "2"),
        ("max_record_size", "2048 KiB"),
        ("retention", "48 h"),
        ("mode", "on-demand-standard"),
        ("region", "eu-west-1"),
        ("shards", "3"),
    ]
    assert value_of(full, "fan_out") == [("2", "billing, audit")]
    assert value_of(full, "mode")[0][1] == "or on-demand-advantage: the account's setting, which was not read"
    assert value_of(replace(full, mode="PROVISIONED"), "mode") == [("provisioned", "")]


def test_a_shard_without_a_point_took_nothing():
    """400 B of two shards' 400 B: twice the mean."""
    shards = {"a": {"IncomingBytes": [None, 400]}, "b": {"IncomingBytes": [None, None]}}
    made = replace(measured(IncomingRecords=[6, 6], IncomingBytes=[600, 600]), shards=shards)
    assert value_of(made, "skew") == [("2", "busiest shard over the mean of 2, bytes of the whole time")]


def test_a_profile_says_what_was_measured_and_can_be_declared():
    """6 records in a minute are 0.1 a second; a stream of 26 consumers can be measured, 50 are too many."""
    made = draft(measured(IncomingRecords=[6, None, 0], IncomingBytes=[600, 7, 0]))
    # The second minute has no records, so its bytes do not count; the third has a point. 6 in 120 s.
    assert [(field.value, field.note) for field in made.fields[:2]] == [
        ("100 B", "mean of 6 records"),
        (
            "{mean: 0.05, peak: 0.1, dated: 2026-11-18}",
            "peak: busiest period, refused records included, by records or by bytes",
        ),
    ]
    assert made.known == 2


def test_a_stream_to_which_nothing_was_written_has_no_profile():
    for records, data in (([0, 0], [0, 0]), ([5, 5], [0, 0])):
        with pytest.raises(HistoryError, match="no record was written in 2 periods, so a profile has no"):
            draft(measured(IncomingRecords=records, IncomingBytes=data))


@pytest.mark.parametrize(
    ("rejected", "peak"),
    [
        # 6 records a minute are 0.1 a second; with 3 more that were rejected 0.15.
        ([0], "0.1"),
        ([None], "0.1"),
        ([3], "0.15"),
    ],
)
def test_what_was_rejected_is_part_of_the_peak(rejected, peak):
    made = measured(IncomingRecords=[6], IncomingBytes=[600], WriteProvisionedThroughputExceeded=rejected)
    assert value_of(made, "rps")[0][0] == f"{{mean: 0.1, peak: {peak}, dated: 2026-11-18}}"


def test_a_history_that_ends_at_midnight_is_of_the_day_before():
    # 2026-11-21T00:00Z.
    made = replace(measured(IncomingRecords=[6], IncomingBytes=[600]), start=1_795_219_200 - 60)
    assert value_of(made, "rps")[0][0].endswith("dated: 2026-11-20}")


def test_what_no_profile_can_say_is_left_out_or_refused():
    """Up to 10,000 consumers are counted; a record has 1 TiB at most."""
    for times, consumers in ((10_000, ["10000"]), (10_001, [])):
        made = measured(IncomingRecords=[6], IncomingBytes=[600], **{"GetRecords.Bytes": [600 * times]})
        assert [value for value, _ in value_of(made, "consumers")] == consumers
    assert value_of(measured(IncomingRecords=[1], IncomingBytes=[1024**4]), "size")[0][0] == f"{1024**4} B"
    with pytest.raises(HistoryError, match=r"size: .* is too large for a size: at most 1 TiB"):
        draft(measured(IncomingRecords=[1], IncomingBytes=[1024**4 + 1]))


@pytest.mark.parametrize(
    ("created", "known", "mean"),
    [
        # From the first point on nobody wrote in minutes without one: 180 in three minutes.
        (None, 3, "1"),
        # So it is from when the stream was created: in all four, in the last two (of four, one is a gap).
        (1_795_000_020, 4, "0.75"),
        (1_795_000_020 + 60, 3, "1"),
        (1_795_000_020 + 180, 2, "1.5"),
    ],
)
def test_a_minute_without_a_point_is_quiet_once_there_is_a_stream(created, known, mean):
    metrics = {"IncomingRecords": [None, 60, None, 120], "IncomingBytes": [None, 6000, None, 12_000]}
    made = draft(replace(measured(**metrics), created=created))
    assert made.known == known
    assert made.fields[:3] == (
        ("size", "100 B", "mean of 180 records"),
        (
            "rps",
            f"{{mean: {mean}, peak: 2, dated: 2026-11-18}}",
            "peak: busiest period, refused records included, by records or by bytes",
        ),
        ("headroom", "25%", "as shardcalc suggest leaves; choose your own"),
    )
