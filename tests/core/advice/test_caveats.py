"""What speaks against fewer shards: doubts and gaps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shardcalc.core.advice.decision import Action
from tests.suggested import NEVER_THROTTLED, found, ids
from tests.synthetic import (
    DAY,
    SALE_HOUR,
    changed,
    history,
    records,
    with_metric,
)


def large(*series, **more):
    """The stream with 16 shards where 10 are enough: more than a quarter above, so fewer are advised."""
    return history(*series, open_shards=16, **more)


def test_a_throttled_hour_forbids_fewer_shards():
    assert found(large()).decision.action is Action.LOWER
    made = found(changed(large(), "WriteProvisionedThroughputExceeded", range(5 * DAY, 5 * DAY + 60), 100))
    assert made.decision.action is Action.KEEP
    assert (made.recommended, made.measured) == (16, 10)
    assert made.decision.held == ("the stream throttled: 6,000 records were rejected",)
    assert made.decision.why == "10 would be enough, but the stream throttled: 6,000 records were rejected"
    assert made.path is None
    finding = next(finding for finding in made.findings if finding.id == "throttled-writes")
    # At midnight nothing else came, so the 6,000 were 100 % of what was sent in the first minute, and 16
    # shards had room.
    assert finding.message.startswith(
        "6,000 records were rejected in 60 minutes, last at 2026-11-12 00:59 UTC; most at 2026-11-12 00:00: "
        "100, 100% of what was sent"
    )
    assert "Each time the stream as a whole was below what 16 shards carry" in finding.message


@pytest.mark.parametrize(("status", "told"), [("ACTIVE", False), ("UPDATING", True), (None, False)])
def test_a_stream_that_changes_is_told(status, told):
    messages = [
        finding.message
        for finding in found(replace(history(), status=status)).findings
        if finding.id == "stream-status"
    ]
    assert messages == (["the stream was UPDATING when it was read"] if told else [])


def test_a_gap_hides_a_sale_and_is_told():
    made = history()
    for name in ("IncomingBytes", "IncomingRecords", "GetRecords.Bytes"):
        made = changed(made, name, SALE_HOUR, None)
    consumers = {
        "billing": {
            "SubscribeToShardEvent.Bytes": made.metrics["IncomingBytes"],
            "SubscribeToShardEvent.MillisBehindLatest": NEVER_THROTTLED,
        }
    }
    hidden = found(replace(made, consumers=consumers))
    # Nothing is known of the sale, so noon decides: 7, and 12 are more than 7 x 1.25. But 60 periods are said
    # to be unknown.
    assert hidden.recommended == 7
    assert hidden.known == 14 * DAY - 60
    assert "60 of 20,160 periods are unknown" in hidden.findings[0].message


def test_a_gap_is_not_a_quiet_minute():
    # Half of the points are gaps: as zeros they would halve the mean and the median. Means are over known
    # periods only.
    series = [count if minute % 2 == 0 else None for minute, count in enumerate(records())]
    half, whole = found(history(series, sale=False)), found(history(sale=False))
    assert abs(half.flows[1].mean.amount - whole.flows[1].mean.amount) < Fraction(1, 100)
    rows = {row.shards: row for row in half.rows}
    assert rows[7].p50 > Fraction(3, 10)


def test_too_little_history_forbids_fewer_shards():
    # 7 days are needed: 10,080 points. Without the sale 7 shards are enough, and 12 are more than 7 x 1.25.
    six = found(history(records(days=6), sale=False))
    assert six.decision.action is Action.KEEP
    assert six.decision.held == (
        "only 8,640 points of one minute are known; advising fewer shards needs 10,080 (7 days)",
    )
    assert found(history(records(days=7), sale=False)).decision.action is Action.LOWER
    gaps = [None if index % 3 else count for index, count in enumerate(records())]
    # A third of 20,160 points is 6,720.
    assert "only 6,720 points of one minute are known" in found(history(gaps, sale=False)).decision.held[0]
    # More shards are advised whatever little is known.
    assert found(history(records(days=1), sale=False, open_shards=2)).decision.action is Action.RAISE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda made: changed(made, "ReadProvisionedThroughputExceeded", range(5, 6), 3),
            "the stream throttled: 3 GetRecords calls were rejected"),
        # 31 minutes in the last day; the same two days ago is over.
        (lambda made: changed(made, "GetRecords.IteratorAgeMilliseconds", range(20_000, 20_001), 1_860_000),
            "a shared consumer lagged 31 min in the last day"),
        # 13 h is above half of 24 h.
        (lambda made: changed(made, "GetRecords.IteratorAgeMilliseconds", range(0, 1), 13 * 3_600_000),
            "a shared consumer lagged 13 h, more than 50% of the"),
        (lambda made: with_metric(made, "WriteProvisionedThroughputExceeded", None),
            "WriteProvisionedThroughputExceeded is not in the history"),
        (lambda made: changed(made, "WriteProvisionedThroughputExceeded", range(0, 15_000), None),
            "has 5,160 points; advising fewer shards needs 10,080"),
        (
            lambda made: with_metric(replace(made, consumers={}), "GetRecords.IteratorAgeMilliseconds", None),
            "neither GetRecords.IteratorAgeMilliseconds nor SubscribeToShardEvent.MillisBehindLatest is in "
            "the history",
        ),
    ],
)  # fmt: skip
def test_doubts_forbid_fewer_shards(change, reason):
    made = found(change(large()))
    assert made.decision.action is Action.KEEP
    assert made.recommended == 16
    assert len(made.decision.held) == 1
    assert reason in made.decision.held[0]


@pytest.mark.parametrize(
    ("calls", "registered", "held"),
    [
        # Nobody polls and nobody is registered: no reader can lag.
        (0, (), False),
        (1440, (), True),
        (0, ("billing",), True),
        # Who is registered, or whether anybody polls, was not read.
        (0, None, True),
        (None, (), True),
    ],
)
def test_without_lag_fewer_are_advised_only_where_nobody_is_known_to_read(calls, registered, held):
    made = replace(large(), consumers={}, registered=registered)
    for name in ("GetRecords.IteratorAgeMilliseconds", "GetRecords.Success", "GetRecords.Bytes"):
        made = with_metric(made, name, None)
    if calls is not None:
        made = with_metric(made, "GetRecords.Success", [calls] * made.points)
    decision = found(made).decision
    assert decision.action is (Action.KEEP if held else Action.LOWER)
    assert [reason.rpartition(" is in the history, ")[2] for reason in decision.held] == [
        "so readers may lag"
    ] * held


def test_a_short_lag_two_days_ago_is_no_doubt():
    made = found(changed(large(), "GetRecords.IteratorAgeMilliseconds", range(15_000, 15_001), 1_860_000))
    assert made.decision.action is Action.LOWER


def test_lag_beyond_the_retention_is_an_error():
    made = found(changed(history(), "GetRecords.IteratorAgeMilliseconds", range(0, 1), 25 * 3_600_000))
    finding = next(finding for finding in made.findings if finding.id == "lag")
    assert finding.severity == "error"
    assert "past the retention of 1 d" in finding.message


def test_too_many_calls_are_a_finding_and_no_shards():
    # 12 shards x 60 s x 5 = 3,600 calls a minute are allowed; 3,000 made and 1,320 rejected are 4,320, 6 a
    # second.
    made = changed(
        changed(history(), "GetRecords.Success", range(9, 11), 3_000),
        "ReadProvisionedThroughputExceeded",
        range(9, 11),
        1_320,
    )
    asked = found(made)
    assert (asked.calls.peak.amount, asked.calls.over) == (6, 2)
    assert asked.measured == 10
    assert "getrecords-calls" in ids(asked)
    # Without GetRecords.Success, the SampleCount of GetRecords.Records does.
    counted = with_metric(
        with_metric(made, "GetRecords.Records:SampleCount", made.metrics["GetRecords.Success"]),
        "GetRecords.Success",
        None,
    )
    assert found(counted).calls == asked.calls
