"""A made-up history has a known answer, and each change to it changes the verdict as it should.

The working of the plain history, by hand: on the sale day 480,000 records come in a minute, 8,000/s, and one shard
takes 1,000/s: 8 x 1.25 headroom / 1 = 10 shards. Bytes: 8,000 x 1,000 B = 8,000,000 B/s; / 1,048,576 = 7.629; x 1.25 =
9.54 -> 10. Shared reads: 16,000,000 B/s x 1.25 / 2,097,152 = 9.54 -> 10. Fan-out: half of that, 4.77 -> 5.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.advice.recommendation import Allowance, Options, Verdict, suggest
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import PriceSheet, built_in_prices
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import AccountQuota, History
from shardcalc.core.text import BadFields
from tests.synthetic import (
    DAY,
    DAYS,
    END,
    NOON,
    SALE,
    SALE_HOUR,
    START,
    changed,
    history,
    records,
    with_metric,
)

LIMITS = built_in_limits()
NEVER_THROTTLED = [0] * (DAYS * DAY)


def found(made, **options):
    return suggest(made, Options.of(**options))


def alone(suggestion):
    return {need.constraint.name: need.constraint.shards for need in suggestion.needs}


def ids(suggestion):
    return [finding.id for finding in suggestion.findings]


# ── the known answer ─────────────────────────────────────────────────────────────────────────────


def test_the_plain_history_has_its_known_answer():
    made = found(history())
    assert made.verdict is Verdict.DOWN
    assert (made.recommended, made.needed, made.calculated) == (10, 10, 10)
    assert alone(made) == {"write-bytes": 10, "write-records": 10, "read-bytes": 10, "fan-out-bytes": 5}
    assert {need.constraint.name for need in made.binding} == {"write-bytes", "write-records", "read-bytes"}
    assert (
        made.needs[1].constraint.working
        == "write 8,000 records/s x 1.25 headroom / 1,000 records/s = 10 -> 10 shards"
    )
    # The sale's first minute is the tenth day's 18:00: 2026-11-16T18:00Z.
    assert made.needs[1].at == START + SALE_HOUR[0] * 60 == 1_794_852_000
    assert made.busiest == (date(2026, 11, 16), 10)
    assert [step.target for step in made.path.steps] == [10]
    # 2 shards x 730 h x (0.015 shard + 0.015 fan-out consumer) = 43.80.
    assert made.saving.cents == "43.80"
    assert made.growth.text == "no trend"
    # Each consumer polls each shard once a second: 2 of 5.
    assert (made.calls.peak.amount, made.calls.over) == (2, 0)
    assert ids(made) == ["inside-a-period"]
    assert made.unknown == ()


def test_without_the_sale_noon_decides():
    # 5,000 records/s x 1.25 = 6.25 -> 7; bytes 5,000,000 x 1.25 / 1,048,576 = 5.96 -> 6.
    made = found(history(sale=False))
    assert (made.verdict, made.recommended) == (Verdict.DOWN, 7)
    assert alone(made) == {"write-bytes": 6, "write-records": 7, "read-bytes": 6, "fan-out-bytes": 3}
    assert [need.constraint.name for need in made.binding] == ["write-records"]


def test_the_backtest_is_worked_by_hand():
    made = found(history(), shards=[6, 4])
    rows = {row.shards: row for row in made.rows}
    # 8 carry 8,000/s without headroom, to the last record.
    assert sorted(rows) == [4, 6, 8, 9, 10, 11, 12]
    assert rows[8].worst == 1
    assert rows[8].over == 0
    assert rows[8].roles == ("just fits",)
    assert rows[10].roles == ("advised",)
    assert rows[12].roles == ("now",)
    # 6 are asked for more only in the 60 minutes of the sale, by a third.
    assert (rows[6].over, rows[6].excess) == (60, Fraction(1, 3))
    assert rows[6].roles == ("asked",)
    # 4 carry 240,000 a minute, and the day's cosine is above that from 9:33 to 14:27: (1 - cos) / 2 > 0.8.
    plain = sum(count > 240_000 for count in records()[:DAY])
    assert plain == 425
    assert rows[4].over == 14 * plain + 60
    assert rows[10].worst == Fraction(8, 10)
    assert rows[12].shard_hours == 12 * 14 * 24
    # Half of a day has less than 150,000 records a minute (2,500/s) and half has more, sale aside.
    assert abs(rows[10].p50 - Fraction(25, 100)) < Fraction(1, 100)


def test_a_throttled_hour_forbids_to_scale_down():
    made = found(changed(history(), "WriteProvisionedThroughputExceeded", range(5 * DAY, 5 * DAY + 60), 100))
    assert made.verdict is Verdict.HOLD
    assert (made.recommended, made.needed) == (12, 10)
    assert made.holds == ("it throttled: 6,000 records were rejected",)
    assert made.path is None
    finding = next(finding for finding in made.findings if finding.id == "throttled-writes")
    # At midnight nothing else came: 12 shards had room, so it was not the number of shards.
    assert "In 60 of them the stream as a whole was below what 12 shards carry" in finding.message
    # 2 metrics x 12 shards x $0.30 = $7.20.
    assert "$7.20 a month" in finding.remedy


def test_demand_is_what_was_accepted_and_what_was_rejected():
    # 480,000 accepted and 360,000 rejected: 840,000 a minute = 14,000/s x 1.25 = 17.5 -> 18; bytes grow alike: 16.69 -> 17.
    made = found(changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 360_000))
    assert (made.verdict, made.recommended) == (Verdict.UP, 18)
    assert alone(made) == {"write-bytes": 17, "write-records": 18, "read-bytes": 10, "fan-out-bytes": 5}
    flows = {flow.name: flow.peak.amount for flow in made.flows}
    # Both are shown.
    assert flows["accepted records"] == 8_000
    assert flows["wanted records"] == 14_000
    assert flows["wanted bytes"] == 14_000_000
    assert [step.target for step in made.path.steps] == [18]


def test_wanted_bytes_are_rounded_up_to_whole_bytes():
    # 10 bytes in 3 records, and one record rejected: 10 x 4 / 3 = 13.33.
    metrics = {"IncomingBytes": [10], "IncomingRecords": [3], "WriteProvisionedThroughputExceeded": [1]}
    made = suggest(History(start=0, period=60, points=1, metrics=metrics))
    assert next(flow for flow in made.flows if flow.name == "wanted bytes").peak.amount == Fraction(14, 60)


def test_a_consumer_without_metrics_is_billed_as_reading_everything():
    one, two = found(history()), found(history(registered=("billing", "audit")))
    lines = [{line.name: line.quantity.amount for line in made.rows[0].bill.lines} for made in (one, two)]
    # Billing reads all that is written, and audit is taken to do the same.
    assert lines[1]["fan-out-data"] == 2 * lines[0]["fan-out-data"]
    assert lines[1]["consumer-shard-hours"] == 2 * lines[0]["consumer-shard-hours"]


def test_when_all_is_rejected_the_mean_size_stands_in():
    base = changed(changed(history(), "IncomingRecords", range(0, 1), 0), "IncomingBytes", range(0, 1), 0)
    made = found(changed(base, "WriteProvisionedThroughputExceeded", range(0, 1), 1_200_000))
    # 1,200,000 rejected a minute = 20,000/s x 1.25 = 25; of 1,000 B: 20,000,000 / 1,048,576 x 1.25 = 23.84 -> 24.
    assert alone(made)["write-records"] == 25
    assert alone(made)["write-bytes"] == 24


@pytest.mark.parametrize("unknown", [{"mode": "ON_DEMAND"}, {"open_shards": None}])
def test_without_a_shard_count_nothing_is_said_of_its_capacity(unknown):
    made = found(changed(history(**unknown), "WriteProvisionedThroughputExceeded", range(0, 1), 1))
    finding = next(finding for finding in made.findings if finding.id == "throttled-writes")
    assert "shard" not in finding.message


def test_more_shards_than_a_stream_can_have_have_no_path():
    # 5,000/s x 1,700 x 1.25 / 1,000 = 10,625.
    made = found(history([count * 1700 for count in records()], sale=False))
    assert (made.verdict, made.recommended) == (Verdict.UP, 10_625)
    assert made.path is None
    assert "no call goes above 10,000 shards" in made.no_path.message


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
    # Nothing is known of the sale, so noon decides: 7. But 60 periods are said to be unknown.
    assert hidden.recommended == 7
    assert hidden.known == 14 * DAY - 60
    assert "nothing is known of 60 of 20,160 periods" in hidden.findings[0].message


def test_a_gap_is_not_a_quiet_minute():
    # Half of the points are gaps: as zeros they would halve the mean and the median. Means are over known periods only.
    series = [count if minute % 2 == 0 else None for minute, count in enumerate(records())]
    half, whole = found(history(series, sale=False)), found(history(sale=False))
    assert abs(half.flows[1].mean.amount - whole.flows[1].mean.amount) < Fraction(1, 100)
    rows = {row.shards: row for row in half.rows}
    assert rows[7].p50 > Fraction(3, 10)


def test_too_little_history_forbids_to_scale_down():
    # 7 days are needed: 10,080 points.
    six = found(history(records(days=6), sale=False))
    assert six.verdict is Verdict.HOLD
    assert six.holds == ("there are 8,640 points of a minute, and 10,080 are needed (7 days)",)
    assert found(history(records(days=7), sale=False)).verdict is Verdict.DOWN
    gaps = [None if index % 3 else count for index, count in enumerate(records())]
    # A third of 20,160 points is 6,720.
    assert "there are 6,720 points of a minute" in found(history(gaps, sale=False)).holds[0]
    # More shards are advised whatever little is known.
    assert found(history(records(days=1), sale=False, open_shards=2)).verdict is Verdict.UP


def hot(made, share):
    """Twelve shards of which one takes a share of the traffic and the others the rest evenly."""
    counts = made.metrics["IncomingRecords"]
    return {
        f"shardId-{shard:012d}": {
            "IncomingRecords": [int(count * (share if shard == 3 else (1 - share) / 11)) for count in counts]
        }
        for shard in range(12)
    }


def test_a_hot_shard_needs_more():
    # A sixth of 480,000 is 80,000 a minute, 1,333.33/s; 12 shards like it: 16,000/s x 1.25 = 20.
    made = found(history(shards=hot(history(), Fraction(1, 6))))
    assert (made.verdict, made.recommended) == (Verdict.UP, 20)
    assert alone(made)["hottest-shard-records"] == 20
    assert (
        made.binding[0].constraint.working
        == "busiest shard 1,333.33 records/s x 12 open shards x 1.25 headroom / 1,000 records/s = 20 -> 20 shards"
    )
    assert "hot-shard" in ids(made)
    # An even spread asks for nothing more than the stream as a whole.
    even = found(history(shards=hot(history(), Fraction(1, 12))))
    assert (even.verdict, even.recommended) == (Verdict.DOWN, 10)
    assert "hot-shard" not in ids(even)


def test_closed_parents_do_not_count_as_open_shards():
    # The first week has one shard with everything, the second two with half each: at the sale, in the second, 2 x 240,000.
    counts = history().metrics["IncomingRecords"]
    week = 7 * DAY
    shards = {
        "shardId-000000000000": {"IncomingRecords": [*counts[:week], *[None] * week]},
        "shardId-000000000001": {
            "IncomingRecords": [*[None] * week, *[count // 2 for count in counts[week:]]]
        },
        "shardId-000000000002": {
            "IncomingRecords": [*[None] * week, *[count // 2 for count in counts[week:]]]
        },
    }
    assert alone(found(history(shards=shards)))["hottest-shard-records"] == 10


def test_the_hottest_shard_shares_in_what_was_rejected():
    # 480,000 accepted, 120,000 rejected: x 1.25. The busiest takes 100,000 of a minute: 12 x 100,000 / 60 = 20,000/s x 1.25 = 25.
    made = changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 120_000)
    assert alone(found(replace(made, shards=hot(made, Fraction(1, 6)))))["hottest-shard-records"] == 25


# ── what the options do ──────────────────────────────────────────────────────────────────────────


def test_headroom_and_burst_multiply():
    assert found(history(), headroom="0%").recommended == 8
    # 8 x 1.5 = 12.
    assert found(history(), headroom="50%").verdict is Verdict.KEEP
    # 8 x 2 x 1.25 = 20.
    burst = found(history(), burst="2")
    assert (burst.verdict, burst.recommended) == (Verdict.UP, 20)
    assert "burst" in burst.needs[1].constraint.working
    # With a burst factor, the report no longer says that it cannot see bursts, and the backtest is of bursts.
    assert "inside-a-period" not in ids(burst)
    assert next(row.worst for row in burst.rows if row.shards == 12) == Fraction(16, 12)


def test_allowed_periods_leave_out_an_old_sale_but_not_a_recent_one():
    # 60 minutes of a sale: with 60 allowed, noon decides (7), were the sale not among the last seven days.
    recent = found(history(), allow="60")
    assert (recent.calculated, recent.needed) == (7, 7)
    # 59 are one too few.
    assert found(history(), allow="59").needed == 10
    # 0.5 % of 20,160 is 100, but of the sale day's 1,440 it is 7: that day asks for 10.
    share = found(history(), allow="0.5%")
    assert (share.calculated, share.busiest, share.needed) == (7, (date(2026, 11, 16), 10), 10)
    assert [step.target for step in share.path.steps] == [10]
    assert [row.shards for row in share.rows if "advised" in row.roles] == [10]
    # Moved to the first week, the sale does not count.
    counts = records()
    counts[1000:1060] = [SALE] * 60
    old = found(history(counts, sale=False), allow="0.5%")
    assert (old.calculated, old.needed) == (7, 7)


def test_limits_that_are_over_in_different_periods_add_up():
    # One period has 3,000 records/s and another 3 MiB/s. One may go over, and then the other decides: each limit alone
    # would leave out its own and ask for one shard.
    sizes, counts = [3 * 60 * 1048576, 60, 60], [60, 3 * 60_000, 60]
    made = found(
        History(start=0, period=60, points=3, metrics={"IncomingBytes": sizes, "IncomingRecords": counts}),
        allow="1",
        headroom="0%",
    )
    assert made.calculated == 3
    assert alone(made) == {"write-bytes": 1, "write-records": 1}
    assert len(made.binding) == 2


def test_days_are_days_at_any_period():
    made = History(
        start=0,
        period=300,
        points=3 * 288,
        metrics={"IncomingBytes": [1] * 864, "IncomingRecords": [1] * 864},
    )
    assert suggest(made, Options(days=2)).history.points == 576
    assert suggest(made, Options(days=2)).history.start == 86_400


def test_days_look_at_the_end_only():
    # The sale is five days before the end.
    assert found(history(), days="4").needed == 7
    assert found(history(), days="5").needed == 10
    assert found(history(), days="400").history.points == DAYS * DAY
    assert found(history(), days="4").history.end == END


def test_every_option_that_cannot_be_read_is_told_at_once():
    with pytest.raises(BadFields) as raised:
        Options.of(headroom="much", burst="0", allow="0.5", shards=["0", "x"], days="-1", color="red")
    assert {field for field, _ in raised.value.problems} == {
        "headroom",
        "burst",
        "allow",
        "shards",
        "days",
        "color",
    }


def test_an_allowance_never_takes_every_period():
    assert Allowance.parse("1000000").of(10) == 9
    assert Allowance.parse("99%").of(10) == 9
    assert Allowance.parse("0.1%").of(20_160) == 20
    assert Allowance.parse("5").of(0) == 0


# ── what speaks against fewer ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda made: changed(made, "ReadProvisionedThroughputExceeded", range(5, 6), 3), "it throttled: 3 GetRecords calls were rejected"),
        # 31 minutes in the last day; the same two days ago is over.
        (lambda made: changed(made, "GetRecords.IteratorAgeMilliseconds", range(20_000, 20_001), 1_860_000), "a shared consumer lagged 31 min in the last day"),
        # 13 h is above half of 24 h.
        (lambda made: changed(made, "GetRecords.IteratorAgeMilliseconds", range(0, 1), 13 * 3_600_000), "a shared consumer lagged 13 h, more than 50% of the"),
        (lambda made: with_metric(made, "WriteProvisionedThroughputExceeded", None), "WriteProvisionedThroughputExceeded is not in the history"),
        (lambda made: changed(made, "WriteProvisionedThroughputExceeded", range(0, 15_000), None), "has 5,160 points, and 10,080 are needed"),
        (
            lambda made: with_metric(replace(made, consumers={}), "GetRecords.IteratorAgeMilliseconds", None),
            "neither GetRecords.IteratorAgeMilliseconds nor SubscribeToShardEvent.MillisBehindLatest is in the history",
        ),
    ],
)  # fmt: skip
def test_doubts_forbid_to_scale_down(change, reason):
    made = found(change(history()))
    assert made.verdict is Verdict.HOLD
    assert made.recommended == 12
    assert len(made.holds) == 1
    assert reason in made.holds[0]


def test_a_short_lag_two_days_ago_is_no_doubt():
    made = found(changed(history(), "GetRecords.IteratorAgeMilliseconds", range(15_000, 15_001), 1_860_000))
    assert made.verdict is Verdict.DOWN


def test_lag_beyond_the_retention_is_an_error():
    made = found(changed(history(), "GetRecords.IteratorAgeMilliseconds", range(0, 1), 25 * 3_600_000))
    finding = next(finding for finding in made.findings if finding.id == "lag")
    assert finding.severity == "error"
    assert "past the retention of 1 d" in finding.message


def test_too_many_calls_are_a_finding_and_no_shards():
    # 12 shards x 60 s x 5 = 3,600 calls a minute are allowed; 3,000 made and 1,320 rejected are 4,320, 6 a second.
    made = changed(
        changed(history(), "GetRecords.Success", range(9, 11), 3_000),
        "ReadProvisionedThroughputExceeded",
        range(9, 11),
        1_320,
    )
    asked = found(made)
    assert (asked.calls.peak.amount, asked.calls.over) == (6, 2)
    assert asked.needed == 10
    assert "getrecords-calls" in ids(asked)
    # Without GetRecords.Success, the SampleCount of GetRecords.Records does.
    counted = with_metric(
        with_metric(made, "GetRecords.Records:SampleCount", made.metrics["GetRecords.Success"]),
        "GetRecords.Success",
        None,
    )
    assert found(counted).calls == asked.calls


# ── what is unknown ──────────────────────────────────────────────────────────────────────────────


def test_unknown_is_never_zero():
    bare = History(
        start=START,
        period=60,
        points=2,
        metrics={"IncomingBytes": [60_000, None], "IncomingRecords": [60, 120]},
    )
    made = suggest(bare)
    assert made.verdict is Verdict.UNKNOWN
    assert made.recommended == 1
    assert made.saving is None
    assert made.cheapest is None
    # On-demand bills what is read, and that is not known.
    assert [choice.mode.value for choice in made.choices] == ["provisioned"]
    assert all(not row.bill.complete for row in made.rows)
    assert made.calls is None
    assert made.path is None
    assert {"open shards", "Region, and so all prices"} <= set(made.unknown)
    assert {need.constraint.name for need in made.needs} == {"write-bytes", "write-records"}


@pytest.mark.parametrize("name", ["IncomingBytes", "IncomingRecords"])
def test_without_bytes_or_records_nothing_is_suggested(name):
    with pytest.raises(HistoryError):
        suggest(with_metric(history(), name, None))
    with pytest.raises(HistoryError):
        suggest(with_metric(history(), name, [None] * (DAYS * DAY)))


def test_an_idle_stream_needs_one_shard():
    made = found(history([0] * (DAYS * DAY), sale=False))
    assert (made.verdict, made.recommended) == (Verdict.DOWN, 1)
    # 12 -> 6 -> 3 -> 2 -> 1 or better: four calls.
    assert len(made.path.steps) == 4


# ── modes, paths, growth ─────────────────────────────────────────────────────────────────────────


def test_an_on_demand_stream_is_compared_and_not_resharded():
    made = found(history(mode="ON_DEMAND"))
    assert made.verdict is Verdict.ON_DEMAND
    assert made.path is None
    assert made.answer == "on-demand scales itself; provisioned, it would need 10 shards"
    assert [choice.mode.value for choice in made.choices] == [
        "provisioned",
        "on-demand-standard",
        "on-demand-advantage",
    ]
    assert made.cheapest is made.choices[0]
    # Mean of a day: 150,000 a minute; the sale adds 60 minutes of 480,000 less what the cosine had. Data in is whole KiB a record.
    total = sum(history().metrics["IncomingRecords"])
    lines = {line.name: line for line in made.choices[1].bill.lines}
    seconds = DAYS * DAY * 60
    assert lines["data-in"].quantity.amount == Fraction(total, seconds) * 730 * 3600 * 1024 / 2**30
    # What was read was twice what was written, not rounded; fan-out once.
    assert lines["data-out"].quantity.amount == Fraction(2 * total * 1000, seconds) * 730 * 3600 / 2**30
    assert lines["fan-out-data"].quantity.amount == Fraction(total * 1000, seconds) * 730 * 3600 / 2**30


def test_a_path_that_the_quota_forbids_is_told():
    # 12 -> 10 may hold 20 for a moment, beside 88 of others: 108.
    assert found(history(account=AccountQuota(108, 100))).path is not None
    made = found(history(account=AccountQuota(107, 100)))
    assert made.path is None
    assert "raise the quota to 108" in made.no_path.remedy


def test_growth_gives_the_date_at_which_the_present_count_no_longer_does():
    # Noon is 300,000 in the first week and 360,000 in the second: weekly medians of 5 and 6 shards, 20 % a week. The peak
    # with headroom is 6 x 1.25 = 7.5; 12 are reached after (12 / 7.5 - 1) x 6 / 1 weeks = 3.6 weeks = 25.2 days: 26 days
    # after 2026-11-21 is 2026-12-17.
    made = found(history(records(growth=0.2), sale=False))
    assert made.growth.weeks == (5, 6)
    assert made.growth.per_week == Fraction(1, 5)
    assert made.growth.until == date(2026, 12, 17)
    # The 8 that are advised are reached after (8 / 7.5 - 1) x 6 = 0.4 weeks, 2.8 days: the third day after.
    assert made.growth.text.startswith("the median day's peak grows 20% a week; ")
    assert made.growth.text.endswith(
        "at that pace 12 shards no longer do from 2026-12-17, and 8 shards no longer do from 2026-11-24"
    )
    # 7 no longer carry 7.5.
    assert (
        "7 shards no longer do" in found(history(records(growth=0.2), sale=False, open_shards=7)).growth.text
    )
    # 4 % is below what counts as a trend, and falling is none.
    assert found(history(records(growth=0.04), sale=False)).growth.text == "no trend"
    assert found(history(records(growth=-0.2), sale=False)).growth.text == "no trend"
    assert (
        found(history(records(days=13), sale=False)).growth.text
        == "no trend: 13 whole days are fewer than two weeks"
    )


def test_a_saving_needs_only_the_prices_that_matter():
    # Everything but what follows the shards may be unknown: 2 shards x 730 h x (0.015 + 0.015).
    known = built_in_prices("us-east-1")
    bare = PriceSheet(
        "us-east-1",
        "test",
        shard_hour=known.shard_hour,
        fan_out_consumer_shard_hour=known.fan_out_consumer_shard_hour,
    )
    made = suggest(history(), prices=bare)
    assert not made.rows[0].bill.complete
    assert made.saving.cents == "43.80"
    # eu-central-1 has no price of fan-out here, and fan-out consumer-hours follow the shards; without fan-out, shard-hours alone do.
    made = history(region="eu-central-1")
    assert found(made).saving is None
    alone = found(replace(made, consumers={}, registered=()))
    # 2 shards x 730 h x $0.018 = $26.28.
    assert alone.saving.cents == "26.28"


def test_a_single_sale_day_is_no_growth():
    assert found(history()).growth.per_week is None


# ── properties ───────────────────────────────────────────────────────────────────────────────────

AMOUNT = st.none() | st.integers(0, 400_000_000)


@st.composite
def histories(draw):
    points = draw(st.integers(1, 40))
    column = st.lists(AMOUNT, min_size=points, max_size=points)
    counts = st.lists(st.none() | st.integers(0, 400_000), min_size=points, max_size=points)
    metrics = {
        "IncomingBytes": draw(column),
        "IncomingRecords": draw(counts),
        "WriteProvisionedThroughputExceeded": draw(counts),
        "GetRecords.Bytes": draw(column),
    }
    period = draw(st.sampled_from([60, 300]))
    return History(
        start=1_794_787_200,
        period=period,
        points=points,
        metrics=metrics,
        open_shards=draw(st.none() | st.integers(1, 40)),
    )


def carried(made, shards, options):
    """How many periods ask so many shards for more than they carry with headroom: the specification, in fractions, limit by limit."""
    sizes, counts = made.metrics["IncomingBytes"], made.metrics["IncomingRecords"]
    sums = (
        sum(size for size in sizes if size is not None),
        sum(count for count in counts if count is not None),
    )
    over = asked = 0
    for size, count, rejected, read in zip(
        sizes,
        counts,
        made.metrics["WriteProvisionedThroughputExceeded"],
        made.metrics["GetRecords.Bytes"],
        strict=True,
    ):
        loads = []
        if count is not None:
            wanted = count + (rejected or 0)
            loads.append(Fraction(wanted, 1000 * made.period))
            if rejected and (size is None or not count):
                size = -(-sums[0] * wanted // sums[1]) if sums[1] else None
            elif rejected:
                size = -(-size * wanted // count)
        if size is not None:
            loads.append(Fraction(size, 1048576 * made.period))
        if read is not None:
            loads.append(Fraction(read, 2097152 * made.period))
        if loads:
            asked += 1
            over += max(loads) * options.burst * (1 + options.headroom) > shards
    return over, asked


@given(
    histories(),
    st.sampled_from(["0", "3", "10%"]),
    st.sampled_from(["0%", "25%", "33.3%"]),
    st.sampled_from(["1", "1.7"]),
)
def test_the_count_suffices_and_one_less_does_not(made, allow, headroom, burst):
    options = Options.of(allow=allow, headroom=headroom, burst=burst)
    if any(
        all(value is None for value in made.metrics[name]) for name in ("IncomingBytes", "IncomingRecords")
    ):
        with pytest.raises(HistoryError):
            suggest(made, options)
        return
    count = suggest(made, options).calculated
    over, asked = carried(made, count, options)
    assert over <= options.allow.of(asked)
    if count > 1:
        assert carried(made, count - 1, options)[0] > options.allow.of(asked)


@given(histories())
def test_more_traffic_never_needs_fewer_shards(made):
    if any(
        all(value is None for value in made.metrics[name]) for name in ("IncomingBytes", "IncomingRecords")
    ):
        return
    more = replace(
        made,
        metrics={
            name: [None if value is None else 2 * value for value in series]
            for name, series in made.metrics.items()
        },
    )
    once, twice = suggest(made).needed, suggest(more).needed
    assert once <= twice <= 2 * once


def test_the_noon_of_the_made_up_day_is_exact():
    assert records()[720] == NOON
    assert max(records()) == NOON
