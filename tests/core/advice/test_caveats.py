"""What speaks against fewer shards: doubts and gaps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shardcalc.core.advice.decision import Action
from shardcalc.core.history.model import Measurements
from tests.suggested import NEVER_THROTTLED, found, hot, ids
from tests.synthetic import (
    DAY,
    DAYS,
    END,
    SALE_HOUR,
    changed,
    history,
    older,
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


# ── word by word ─────────────────────────────────────────────────────────────────────────────────

AGE, WRITES = "GetRecords.IteratorAgeMilliseconds", "WriteProvisionedThroughputExceeded"
READS = "ReadProvisionedThroughputExceeded"
HOUR = 3_600_000


def told(made, name, **options):
    """Severity, message and remedy of all findings of this id."""
    return [
        (each.severity, each.message, each.remedy)
        for each in found(made, **options).findings
        if each.id == name
    ]


def test_one_minute_of_rejected_records_is_told_with_what_it_may_be():
    """900 beside the 300,000 of noon are 0.299 %. As busy are 14 noons and the sale's 60 minutes."""
    noon = 4 * DAY + 720
    [(severity, message, remedy)] = told(
        changed(history(), WRITES, range(noon, noon + 1), 900), "throttled-writes"
    )
    assert severity == "warning"
    assert message == (
        "900 records were rejected in 1 minute, at 2026-11-11 12:00 UTC: 0.3% of what was sent (retries are "
        "counted again). Each time the stream as a whole was below what 12 shards carry; a burst inside the "
        "period is likelier than a hot shard: of 74 periods as busy, 1 rejected records"
    )
    assert remedy == "give --burst (peak second divided by mean second), or let producers write evenly"


def test_a_hot_shard_is_told_with_what_would_show_it():
    """Shard-level metrics of 12 shards are 2 x 12 x $0.30."""
    made = changed(history(), WRITES, SALE_HOUR, 100)
    [(_, message, remedy)] = told(made, "throttled-writes")
    assert message == (
        "6,000 records were rejected in 60 minutes, last at 2026-11-16 18:59 UTC; most at 2026-11-16 18:00: "
        "100, 0.021% of what was sent (retries are counted again). Each time the stream as a whole was below "
        "what 12 shards carry; a hot shard is likelier than a burst: of 60 periods as busy, 60 rejected "
        "records"
    )
    spread = "spread the hottest partition keys; more shards give their shard room and never divide a key"
    assert remedy.startswith(
        f"{spread}; shard-level IncomingBytes and IncomingRecords would show its shard, for about $7.20 a "
        "month (2 metrics x 12 shards x $0.30; "
    )
    [(_, message, remedy)] = told(replace(made, shards=hot(made, Fraction(1, 5))), "throttled-writes")
    assert message.endswith(
        "a hot shard is likelier than a burst: the busiest shard was asked for more than it carries in 60 of "
        "60"
    )
    assert remedy == spread


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({}, "The stream as a whole was always asked for more than 6 shards carry: too few shards"),
        # One minute at noon, of 300,000: inside what 6 shards carry.
        (
            {4 * DAY + 720: 1},
            "The stream as a whole was mostly asked for more than 6 shards carry: too few shards",
        ),
    ],
)
def test_too_few_shards_are_told_with_how_often(more, where):
    made = changed(history(open_shards=6), WRITES, SALE_HOUR, 100)
    for minute, count in more.items():
        made = changed(made, WRITES, range(minute, minute + 1), count)
    [(_, message, remedy)] = told(made, "throttled-writes")
    assert message.endswith(f". {where}")
    assert remedy == "the backtest shows which shard count carries the demand"


def test_rejected_reads_are_told_with_when():
    made = changed(changed(history(), READS, range(5, 6), 3), READS, range(9, 10), 1200)
    assert told(made, "throttled-reads") == [
        (
            "warning",
            "1,203 GetRecords calls were rejected in 2 of 20,160 periods",
            "poll less often, or move a consumer to enhanced fan-out; more shards help only where bytes are "
            "short",
        )
    ]
    assert told(history(), "throttled-reads") == []


@pytest.mark.parametrize(
    ("calls", "up_to"),
    [
        # 12 shards x 60 s x 5 = 3,600 a minute are allowed.
        (3600, None),
        (3601, "5"),
        (4320, "6"),
    ],
)
def test_calls_above_the_budget_are_told_with_how_many(calls, up_to):
    made = told(changed(history(), "GetRecords.Success", range(9, 11), calls), "getrecords-calls")
    if up_to is None:
        assert made == []
        return
    [(severity, message, remedy)] = made
    assert severity == "warning"
    assert message.startswith(f"consumers made up to {up_to}")
    assert message.endswith(
        " GetRecords calls/s on each shard where 5 are allowed, and more than that in 2 periods; more shards "
        "will not help"
    )
    assert remedy == "poll less often, or move a consumer to enhanced fan-out"


@pytest.mark.parametrize(
    ("age", "severity", "message"),
    [
        (12 * HOUR, None, None),
        (
            12 * HOUR + 36_000,
            "warning",
            "a shared consumer was 12.01 h behind on 2026-11-08 00:00 UTC, above 50% of the retention of 1 d",
        ),
        (
            23 * HOUR,
            "warning",
            "a shared consumer was 23 h behind on 2026-11-08 00:00 UTC, above 50% of the retention of 1 d",
        ),
        (
            24 * HOUR,
            "error",
            "a shared consumer was 1 d behind on 2026-11-08 00:00 UTC, past the retention of 1 d",
        ),
    ],
)
def test_who_came_near_the_end_of_the_retention_is_told(age, severity, message):
    made = told(changed(history(), AGE, range(DAY, DAY + 1), age), "lag")
    remedy = (
        "find out why it fell behind, and keep records longer until it has caught up; "
        "more shards do not shorten an existing backlog"
    )
    assert made == ([(severity, message, remedy)] if message else [])


def test_a_fan_out_consumer_that_lags_is_named_and_without_a_retention_nothing_is_late():
    behind = [70] * (DAYS * DAY)
    behind[DAY] = 13 * HOUR
    of = {"SubscribeToShardEvent.MillisBehindLatest": behind}
    made = history(consumers={"billing": {**history().consumers["billing"], **of}})
    [(_, message, _)] = told(made, "lag")
    assert message.startswith("consumer billing was 13 h behind on 2026-11-08 00:00 UTC, above 50% of the")
    assert told(replace(made, retention_hours=None), "lag") == []
    assert found(replace(made, open_shards=16)).decision.held == (
        "consumer billing lagged 13 h, more than 50% of the retention",
    )


@pytest.mark.parametrize(("age", "held"), [(1_800_000, False), (1_800_001, True)])
def test_half_an_hour_behind_in_the_last_day_is_allowed(age, held):
    made = found(changed(large(), AGE, range(20_000, 20_001), age))
    assert bool(made.decision.held) is held


@pytest.mark.parametrize(
    ("calls", "read"), [(1440, ", although somebody polls it"), (0, ", and nobody polls it"), (None, "")]
)
@pytest.mark.parametrize(
    ("more", "money"),
    [
        # 50 x 730 h x $0.015; on demand 730 h x $0.04.
        ({"open_shards": 50}, "; deleting it saves $547.50 a month"),
        ({"mode": "ON_DEMAND"}, "; deleting it saves $29.20 a month"),
        ({"open_shards": None}, ""),
        ({"open_shards": 50, "region": None}, ""),
    ],
)
def test_a_stream_to_which_nobody_writes_is_told_with_what_it_costs(calls, read, more, money):
    nobody = [None] * (DAYS * DAY)
    metrics = dict.fromkeys(history().metrics, nobody)
    for name in ("GetRecords.Success", "GetRecords.Bytes"):
        del metrics[name]
    if calls is not None:
        metrics["GetRecords.Success"] = [calls] * (DAYS * DAY)
    made = replace(history(), metrics=metrics, consumers={}, registered=(), **more)
    assert told(made, "idle") == [
        (
            "warning",
            f"nobody wrote to it from 2026-11-07 00:00 to 2026-11-21 00:00 UTC{read}: its metrics were read "
            "and have no point, and CloudWatch publishes none while nobody writes",
            f"delete it if it is not needed{money}",
        )
    ]


@pytest.mark.parametrize(
    ("created", "since"), [(None, "11-07"), (END - 86_400, "11-20"), (END - 30 * 86_400, "11-07")]
)
def test_nobody_writes_before_a_stream_is_created(created, since):
    metrics = dict.fromkeys(history().metrics, [None] * (DAYS * DAY))
    [(_, message, _)] = told(replace(history(), metrics=metrics, created=created), "idle")
    assert message.startswith(f"nobody wrote to it from 2026-{since} 00:00 to 2026-11-21 00:00 UTC")


def test_what_a_period_hides_is_told():
    unseen = "bursts inside it cannot be seen"
    [(severity, message, remedy)] = told(history(), "inside-a-period")
    assert (severity, message) == (
        "info",
        f"AWS's limits apply to each second, but the history has one sum for one minute: {unseen}",
    )
    assert remedy == "give --burst (peak second divided by mean second) if producers write in bursts"
    assert told(history(), "inside-a-period", burst="1.1") == []
    hourly = replace(
        history([3600 * 100] * (DAYS * 24), sale=False), period=3600, start=END - DAYS * 86_400, consumers={}
    )
    [(_, message, _)] = told(hourly, "inside-a-period")
    assert message.endswith(f"one sum for 1 h: {unseen}")


def test_older_and_coarser_sums_are_told_with_their_length():
    assert told(history(), "coarse-periods") == []
    [(severity, message, remedy)] = told(older(history(), 4, 300), "coarse-periods")
    assert (severity, message) == (
        "info",
        "before 2026-11-17 00:00 UTC CloudWatch keeps sums of up to 5 min only: they hide shorter peaks, so "
        "they can ask for more shards and never for fewer",
    )
    assert remedy == "shardcalc observe saves the minutes while CloudWatch still has them"
    made = older(history(), 4, 300)
    hours = {"IncomingBytes": [1000] * 24, "IncomingRecords": [1] * 24}
    first = Measurements(start=made.begin - 86_400, period=3600, points=24, metrics=hours)
    [(_, message, _)] = told(replace(made, older=(*made.older, first)), "coarse-periods")
    assert "keeps sums of up to 1 h only" in message


def test_a_single_gap_is_told_and_none_is_not():
    made = history()
    for name in ("IncomingBytes", "IncomingRecords"):
        made = changed(made, name, range(9, 10), None)
    [(severity, message, _)] = told(made, "gaps")
    assert severity == "info"
    assert message.startswith("1 of 20,160 periods are unknown, and not counted as idle: ")
    assert told(history(), "gaps") == []


@pytest.mark.parametrize(
    ("retention", "held"),
    [
        # Of 14 days, 336 h, nothing is left to be read when records are kept as long; a day where unknown.
        (336, False),
        (337, True),
        (None, False),
    ],
)
def test_where_all_that_was_written_is_gone_no_reader_lags(retention, held):
    nobody = [None] * (DAYS * DAY)
    metrics = dict.fromkeys((name for name in history().metrics if name != AGE), nobody)
    made = replace(history(), metrics=metrics, consumers={}, retention_hours=retention, open_shards=50)
    reasons = [reason for reason in found(made).decision.held if reason.startswith("neither ")]
    assert len(reasons) == held
