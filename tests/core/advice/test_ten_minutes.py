"""A history of ten minutes, of which every number of a suggestion is worked by hand.

From 23:55 to 00:05 UTC. Records of 100 bytes a minute, and what of it is a second:

    minute   55     56     57     58     59      00      01     02   03  04
    records  6,000  12,000 18,000 24,000 60,000  120,000 60,000 -    0   0
    a second 100    200    300    400    1,000   2,000   1,000  -    0   0

In the sixth 30,000 more were rejected: 2,500 a second were wanted, 2.5 shards, and with 25 % headroom 3.125.
In the eighth no metric has a point: nobody wrote. Two readers share four shards, one has fan-out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from shardcalc.core.advice.throttling import Cause
from shardcalc.core.advice.timeline import timeline
from shardcalc.core.history.demand import Lag
from shardcalc.core.history.model import AccountQuota, History
from shardcalc.core.units import USD, ByteRate, CallRate, Duration, RecordRate
from tests.suggested import found
from tests.synthetic import END, with_metric

START = END - 300
RECORDS = [6000, 12_000, 18_000, 24_000, 60_000, 120_000, 60_000, None, 0, 0]
BYTES = [None if count is None else 100 * count for count in RECORDS]
TEN_MINUTES = History(
    start=START,
    period=60,
    points=10,
    metrics={
        "IncomingBytes": BYTES,
        "IncomingRecords": RECORDS,
        "WriteProvisionedThroughputExceeded": [0, 0, 0, 0, 0, 30_000, 0, None, 0, 0],
        "ReadProvisionedThroughputExceeded": [0] * 10,
        "GetRecords.Bytes": [None if size is None else 2 * size for size in BYTES],
        # 5 a second on each of four shards are 1,200 a minute.
        "GetRecords.Success": [240, 240, 1200, 1260, *[240] * 6],
        "GetRecords.IteratorAgeMilliseconds": [500, 500, 500, 500, 20_000, 500, 500, 500, 500, 500],
    },
    consumers={
        "billing": {
            "SubscribeToShardEvent.Bytes": BYTES,
            "SubscribeToShardEvent.MillisBehindLatest": [*[70] * 7, None, 70, 70],
        }
    },
    stream="orders",
    region="us-east-1",
    mode="PROVISIONED",
    status="ACTIVE",
    open_shards=4,
    retention_hours=24,
    enhanced_metrics=(),
    registered=("billing", "audit"),
    account=AccountQuota(shard_limit=20_000, open_shard_count=100),
    read_at="2026-11-21T00:06:00Z",
)
MADE = found(TEN_MINUTES, shards=[2])


def test_the_window_and_the_rule_are_said_in_words():
    assert MADE.window == "10 min to 2026-11-21 00:05 UTC, 10 of 10 minutes known, in 1 nobody wrote"
    assert MADE.rule == "4 shards are enough for every minute with 25% headroom"
    assert (MADE.known, MADE.calculated_parts, MADE.calculated, MADE.measured) == (10, (4,), 4, 4)
    # The day that begins at the sixth.
    assert MADE.busiest == (date(2026, 11, 21), 4)
    assert MADE.growth.text == "no trend: 0 whole days are fewer than 4 weeks"


def test_every_flow_has_its_mean_and_its_peak():
    def flow(name, kind, mean, peak):
        return name, kind(Fraction(mean)), kind(Fraction(peak)), END

    # 300,000 in 600 s are 500/s; with those rejected 330,000, 550/s.
    assert [each[:] for each in MADE.flows] == [
        flow("accepted bytes", ByteRate, 50_000, 200_000),
        flow("accepted records", RecordRate, 500, 2000),
        flow("wanted bytes", ByteRate, 55_000, 250_000),
        flow("wanted records", RecordRate, 550, 2500),
        # There were calls in the minute without bytes, so it is a gap: 60,000,000 in 540 s.
        flow("shared reads", ByteRate, Fraction(1_000_000, 9), 400_000),
        flow("fan-out to billing", ByteRate, 50_000, 200_000),
    ]


def test_every_limit_has_its_need():
    # 250,000 x 1.25 / 1,048,576, 2,500 x 1.25 / 1,000, 400,000 x 1.25 / 2,097,152 and half of that.
    assert [
        (need.constraint.name, need.constraint.shards, need.at, need.known, need.peak.amount, need.peak_at)
        for need in MADE.needs
    ] == [
        ("write-bytes", 1, END, 10, 250_000, END),
        ("write-records", 4, END, 10, 2500, END),
        ("read-bytes", 1, END, 9, 400_000, END),
        ("fan-out-bytes", 1, END, 10, 200_000, END),
    ]
    assert [need.constraint.name for need in MADE.binding] == ["write-records"]
    assert (MADE.needs[1].bare, MADE.needs[1].utilisation(4)) == (4, Fraction(2500, 4000))


def test_every_count_is_played_back():
    # Ascending: 0, 0, 0, 100, 200, 300, 400, 1,000, 1,000, 2,500. The fifth of ten is the median, 200; 9.5
    # and 9.9 are the tenth.
    assert [row[:8] for row in MADE.rows] == [
        (n, roles, over, 0, Fraction(200, 1000 * n), worst, worst, worst)
        for n, roles, over, worst in (
            (2, ("asked",), 1, Fraction(5, 4)),
            (3, ("just enough",), 0, Fraction(5, 6)),
            (4, ("now", "advised"), 0, Fraction(5, 8)),
            (5, (), 0, Fraction(1, 2)),
        )
    ]
    assert [row.shard_hours for row in MADE.rows] == [Fraction(n, 6) for n in (2, 3, 4, 5)]
    assert [row.excess for row in MADE.rows] == [Fraction(1, 4), 0, 0, 0]


def test_calls_are_counted_on_each_shard():
    # 1,260 / 60 / 4 in the fourth minute; 1,200 in the third are what is allowed.
    assert MADE.calls[:] == (CallRate(Fraction(21, 4)), START + 180, 1)
    # Those that were rejected were made, too: 1,201 in the third.
    rejected = with_metric(TEN_MINUTES, "ReadProvisionedThroughputExceeded", [0, 0, 1, *[0] * 7])
    assert found(rejected).calls[:] == (CallRate(Fraction(21, 4)), START + 180, 2)
    more = with_metric(TEN_MINUTES, "ReadProvisionedThroughputExceeded", [0, 0, 180, None, *[0] * 6])
    assert found(more).calls[:] == (CallRate(Fraction(1380, 240)), START + 120, 2)


def test_every_reader_has_its_lag():
    assert MADE.lags == (
        Lag("", Duration(20), START + 240, Duration(20)),
        Lag("billing", Duration(Fraction(7, 100)), START, Duration(Fraction(7, 100))),
    )


def test_what_was_rejected_is_looked_at():
    seen = MADE.throttling
    # 2,500 are less than four shards carry; of one minute with as much accepted, one rejected.
    assert seen._asdict() == {
        "rejected": 30_000,
        "periods": ((60, 1),),
        "days": 1,
        "first": END,
        "last": END,
        "worst": 30_000,
        "worst_share": Fraction(30, 150),
        "worst_at": END,
        "inside": 1,
        "looked_at": 1,
        "fitting": 1,
        "known": False,
        "cause": Cause.HOT_SHARD,
    }
    assert seen.times == 1


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        ({}, ["fan-out to audit (SubscribeToShardEvent.Bytes): bills assume that it reads everything"]),
        ({"registered": ("billing",)}, []),
        (
            {"registered": None},
            ["registered fan-out consumers: bills include only those seen in the metrics"],
        ),
        (
            {
                "registered": (),
                "open_shards": None,
                "mode": None,
                "retention_hours": None,
                "region": None,
                "account": None,
            },
            [
                "open shards",
                "capacity mode: PROVISIONED is assumed",
                "retention: bills assume AWS's default of 24 h",
                "Region, and therefore all prices",
                "the account's shard quota: not checked",
            ],
        ),
    ],
)
def test_what_is_not_known_is_told(changes, unknown):
    assert list(found(replace(TEN_MINUTES, **changes)).unknown) == unknown


def test_metrics_that_were_not_read_are_told():
    bare = {name: TEN_MINUTES.metrics[name] for name in ("IncomingBytes", "IncomingRecords")}
    made = found(replace(TEN_MINUTES, metrics=bare, consumers={}, registered=()))
    assert list(made.unknown) == [
        "rejected records (WriteProvisionedThroughputExceeded): demand is at least what was accepted",
        "shared reads (GetRecords.Bytes)",
    ]
    assert (made.calls, made.throttling, made.lags) == (None, None, ())
    assert [flow.name for flow in made.flows] == ["accepted bytes", "accepted records"]
    # On-demand bills what is read, and that is not known.
    assert (len(made.choices), made.cheapest, made.modes) == (1, None, None)


def test_the_present_count_is_shown_where_there_is_one():
    assert MADE.shown == 4
    assert found(replace(TEN_MINUTES, open_shards=7)).shown == 7
    assert found(replace(TEN_MINUTES, open_shards=None)).shown == 4
    assert found(replace(TEN_MINUTES, open_shards=7, mode="ON_DEMAND")).shown == 4


def test_the_path_keeps_to_the_quota_of_the_account():
    def path(open_shards, quota, used):
        account = AccountQuota(shard_limit=quota, open_shard_count=used)
        made = found(replace(TEN_MINUTES, open_shards=open_shards, account=account))
        return made.path and [step.target for step in made.path.steps], made.no_path

    # 1 to 4 over 2; 4 beside 96 others are 100.
    assert path(1, 100, 97) == ([2, 4], None)
    steps, blocked = path(1, 99, 97)
    assert steps is None
    assert "4 shards beside 96 of other streams are more than the account's quota of 99" in str(blocked)
    assert path(4, 100, 100) == (None, None)
    # The account was read before the stream grew.
    assert path(2, 4, 1) == ([4], None)


def test_what_a_profile_must_say_for_the_same_is_told():
    assert MADE.edits == (("shards", "4"), ("headroom", "25%"))
    made = found(TEN_MINUTES, headroom="0%", max_utilisation="80%")
    assert made.edits == (("shards", "4"), ("max_utilisation", "80%"))
    assert made.rule == "4 shards are enough for every minute with at most 80% used"
    assert found(replace(TEN_MINUTES, open_shards=None)).edits == (("headroom", "25%"),)
    assert found(replace(TEN_MINUTES, mode="ON_DEMAND")).edits == (("headroom", "25%"),)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        # 3.125 x 2 = 6.25.
        ({"burst": 2}, "7 shards are enough for every minute with 25% headroom, bursts of 2 x"),
        # Without the worst one, 1,000 x 1.25.
        ({"allow": "1"}, "2 shards are enough for every minute except 1 period with 25% headroom"),
        # Two are of 1,000, and 400 is next.
        ({"allow": "3"}, "1 shard is enough for every minute except 3 periods with 25% headroom"),
        ({"allow": "20%"}, "2 shards are enough for every minute except 20% of them with 25% headroom"),
        # One of ten, and of the five of the busier day none.
        ({"allow": "10%"}, "4 shards are enough for every minute except 10% of them with 25% headroom"),
        # Less than one of ten.
        ({"allow": "9%"}, "4 shards are enough for every minute with 25% headroom"),
    ],
)
def test_what_it_holds_for_is_said(options, rule):
    assert found(TEN_MINUTES, **options).rule == rule


@pytest.mark.parametrize(
    ("allow", "shards", "at"),
    [
        # 2,500/s, then 1,000/s in the fifth and the seventh minute, of which the first is told, then 400/s.
        ("0", 4, END),
        ("1", 2, END - 60),
        ("2", 2, END - 60),
        ("3", 1, START + 180),
    ],
)
def test_a_limit_is_decided_by_the_busiest_minute_that_is_not_allowed_to_go_over(allow, shards, at):
    need = next(
        each for each in found(TEN_MINUTES, allow=allow).needs if each.constraint.name == "write-records"
    )
    assert (need.constraint.shards, need.at, need.known) == (shards, at, 10)
    # The busiest of all is told besides.
    assert (need.peak, need.peak_at) == (RecordRate(2500), END)


def test_without_a_region_no_price_is_known():
    made = found(replace(TEN_MINUTES, region=None, open_shards=1))
    assert (made.prices_origin, made.saving) == ("none: the Region is unknown", None)
    # What stays as it is saves nothing at any price.
    assert found(replace(TEN_MINUTES, region=None)).saving == USD(0)
    # Three shards more for $10.95 each, and as much for each of two consumers on fan-out.
    assert found(replace(TEN_MINUTES, open_shards=1)).saving.cents == "-98.55"
    assert all(not row.bill.complete for row in made.rows)
    assert MADE.prices_origin == "built in"


def test_a_picture_has_what_each_minute_asked_for():
    # Nothing was rejected in the eighth minute, so there was a stream, and what was written is not known.
    known = with_metric(TEN_MINUTES, "WriteProvisionedThroughputExceeded", [*[0] * 5, 30_000, *[0] * 4])
    made = timeline(found(replace(known, consumers={}, registered=())))
    tenths = [1, 2, 3, 4, 10, 25, 10, None, 0, 0]
    assert [stretch[:] for stretch in made.stretches] == [
        (START + 60 * minute, None if most is None else Fraction(most, 10), int(minute == 5))
        for minute, most in enumerate(tenths)
    ]
    # 1.25 x 1 twice, 3.125 once, and six others; the unknown one is none of them.
    assert (made.seconds, made.period, made.needed) == (60, 60, ((1, 6), (2, 2), (4, 1)))
    assert made.days == [(date(2026, 11, 20), 1, 0), (date(2026, 11, 21), Fraction(5, 2), 1)]
