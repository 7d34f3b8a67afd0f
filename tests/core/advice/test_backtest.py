"""The backtest, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import Workload
from shardcalc.core.advice.backtest import measured_workload, moved_out
from shardcalc.core.history.demand import Readings, traffic
from shardcalc.core.history.model import History
from shardcalc.core.units import USD, Duration, Size
from tests.suggested import found
from tests.synthetic import (
    DAY,
    END,
    history,
    records,
)


def test_the_backtest_is_worked_by_hand():
    made = found(history(), shards=[6, 4])
    rows = {row.shards: row for row in made.rows}
    # 8 carry 8,000/s without headroom, to the last record.
    assert sorted(rows) == [4, 6, 8, 9, 10, 11, 12]
    assert rows[8].worst == 1
    assert rows[8].over == 0
    assert rows[8].roles == ("just enough",)
    # 12 are kept: no more than a quarter above the 10 that are enough.
    assert rows[10].roles == ("enough",)
    assert rows[12].roles == ("now", "advised")
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


def test_shard_level_metrics_that_are_switched_on_are_billed():
    plain, metered = (
        found(history(enhanced_metrics=on)) for on in ((), ("IncomingBytes", "IncomingRecords"))
    )
    # 2 metrics x $0.30 for each of the 10 shards that are enough, and on demand too.
    more = [
        with_.bill.total - without.bill.total for with_, without in zip(metered.rows, plain.rows, strict=True)
    ]
    assert more == [USD(Fraction(6, 10) * row.shards) for row in plain.rows]
    assert [
        with_.bill.total - without.bill.total
        for with_, without in zip(metered.choices, plain.choices, strict=True)
    ] == [USD(6)] * 3


def test_records_are_at_most_as_large_as_the_stream_accepts():
    # 100,000 B and more could be 1 MiB, or 2 MiB where the stream takes them.
    [line] = [
        line
        for line in found(history(max_record_size_kib=2048)).rows[0].bill.lines
        if line.name == "put-payload-units"
    ]
    assert line.moved.largest == 2 * 1024 * 1024


def workload(**more):
    """Two minutes of 60 and 180 records of 100 bytes, as they are billed."""
    made = History(
        **{
            "start": END - 120,
            "period": 60,
            "points": 2,
            "metrics": {"IncomingRecords": [60, 180], "IncomingBytes": [6000, 18_000]},
            **more,
        }
    )
    readings = Readings.of(made)
    written = traffic(readings)
    return measured_workload(made, readings, written), moved_out(made, readings, written)


def test_a_measured_stream_is_billed_by_its_means():
    # 240 records of 100 B in 120 s.
    made, out = workload()
    assert made == Workload.of(size="100 B", rps=2, consumers=0, region="us-east-1")
    assert out == {}
    nothing, _ = workload(metrics={"IncomingRecords": [0, 0], "IncomingBytes": [0, 0]})
    assert (nothing.size, nothing.rps.mean.amount) == (Size(1), 0)


def test_what_is_known_of_a_stream_is_in_its_bill():
    made, _ = workload(
        region="eu-west-1", retention_hours=48, max_record_size_kib=2048, enhanced_metrics=("IncomingBytes",)
    )
    assert (made.region, made.retention, made.max_record_size, made.enhanced_metrics) == (
        "eu-west-1",
        Duration(48 * 3600),
        Size(2 * 1024 * 1024),
        ("IncomingBytes",),
    )


@pytest.mark.parametrize(
    ("read", "registered", "told", "consumers", "out"),
    [
        # 24,000 B in 120 s are 200 B/s; 48,000 were given out to those who share.
        ([12_000, 36_000], None, (), "1 shared", {"data-out": 400}),
        (None, ("a", "b"), (), "2 fan-out", {"fan-out-data": 400}),
        # One tells that it read half.
        (None, ("a", "b"), ("a",), "2 fan-out", {"fan-out-data": 300}),
        # Where nobody says who is registered, those are who tell.
        (None, None, ("a",), "1 fan-out", {"fan-out-data": 100}),
        ([0, 0], (), (), "1 shared", {"data-out": 0}),
    ],
)
def test_what_leaves_the_stream_is_what_was_read(read, registered, told, consumers, out):
    metrics = {"IncomingRecords": [60, 180], "IncomingBytes": [6000, 18_000]}
    made, moved = workload(
        metrics=metrics if read is None else {**metrics, "GetRecords.Bytes": read},
        registered=registered,
        consumers={name: {"SubscribeToShardEvent.Bytes": [3000, 9000]} for name in told},
    )
    assert moved == out
    assert f"{made.shared or made.fan_out} {'shared' if made.shared else 'fan-out'}" == consumers
