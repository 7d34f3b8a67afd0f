"""Demand is what was accepted and what was rejected, on the hottest shard too."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.recommendation import suggest
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history.demand import GAP, Readings, coarser, measure, traffic
from shardcalc.core.history.hot_shard import hot_shards
from shardcalc.core.history.model import History
from tests.suggested import NEVER_THROTTLED, alone, found, hot
from tests.synthetic import (
    DAY,
    SALE_HOUR,
    changed,
    history,
)


def test_demand_is_what_was_accepted_and_what_was_rejected():
    # 480,000 accepted and 360,000 rejected: 840,000 a minute = 14,000/s x 1.25 = 17.5 -> 18; bytes grow
    # alike: 16.69 -> 17.
    made = found(changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 360_000))
    assert (made.decision.action, made.recommended) == (Action.RAISE, 18)
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
    # 1,200,000 rejected a minute = 20,000/s x 1.25 = 25; of 1,000 B: 20,000,000 / 1,048,576 x 1.25 = 23.84 ->
    # 24.
    assert alone(made)["write-records"] == 25
    assert alone(made)["write-bytes"] == 24


def test_closed_parents_do_not_count_as_open_shards():
    # The first week has one shard with everything, the second two with half each: at the sale, in the second,
    # 2 x 240,000.
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


REJECTED = changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 120_000)
"""480,000 accepted and 120,000 rejected a minute, while the sale lasts."""


def busiest(made):
    readings = Readings.of(made)
    *_, by_records = hot_shards(readings, traffic(readings), built_in_limits())
    return by_records.busiest[SALE_HOUR[0]]


def test_a_shard_that_was_nearly_full_is_the_one_that_rejected():
    # A sixth of 480,000 is 80,000, more than the 60,000 that a shard takes in a minute; the others took
    # 36,363, less than four fifths of that. So it rejected all 120,000.
    assert busiest(replace(REJECTED, shards=hot(REJECTED, Fraction(1, 6)))) == 200_000


def test_where_no_shard_was_nearly_full_all_rejected():
    # 40,000 on each of twelve: a twelfth of 120,000 comes on top.
    assert busiest(replace(REJECTED, shards=hot(REJECTED, Fraction(1, 12)))) == 50_000


@pytest.mark.parametrize(
    ("taken", "asked"),
    [
        # Four fifths of 60,000 a minute are 48,000: just then it is the one that rejected all 120,000. One
        # less, and each has its part of them: 120,000 x 47,999 / (47,999 + 11 x 24,000) = 18,461.2.
        (48_000, 48_000 + 120_000),
        (47_999, 47_999 + 18_462),
    ],
)
def test_a_shard_is_nearly_full_at_four_fifths_of_its_limit(taken, asked):
    shards = {
        f"shardId-{number:012d}": {"IncomingRecords": [taken if number == 3 else 24_000] * REJECTED.points}
        for number in range(12)
    }
    assert busiest(replace(REJECTED, shards=shards)) == asked


def test_what_a_shard_says_that_it_rejected_goes_before():
    shards = hot(REJECTED, Fraction(1, 6))
    for index, of in enumerate(shards.values()):
        of["WriteProvisionedThroughputExceeded"] = [30_000 if index < 4 else 0] * REJECTED.points
    # Four shards rejected a quarter each, the busiest among them.
    assert busiest(replace(REJECTED, shards=shards)) == 110_000


def test_two_metrics_that_differ_by_a_record_make_no_impossible_share():
    shards = {f"shardId-{n:012d}": {"IncomingRecords": [61, 20]} for n in range(2)}
    made = replace(history([60, 60], sale=False), shards=shards)
    *_, by_records = hot_shards(Readings.of(made), traffic(Readings.of(made)), built_in_limits())
    # No more than everything, and no less than an even part.
    assert by_records.busiest == [60, 30]


def of_shards(whole, *shards):
    """The busiest shard by records, of a stream that took so much each minute."""
    named = {f"shardId-{n:012d}": {"IncomingRecords": each} for n, each in enumerate(shards)}
    readings = Readings.of(replace(history(whole, sale=False), shards=named))
    *_, by_records = hot_shards(readings, traffic(readings), built_in_limits()) or [None]
    return by_records


def test_a_minute_in_which_a_shard_is_not_known_is_a_gap():
    made = of_shards([60, 60, 60], [50, None, 40], [10, None, 20])
    assert (made.busiest, made.open_shards) == ([50, GAP, 40], [2, 2, 2])
    # Nor is it known where the stream is not.
    made = of_shards([60, None, 60], [50, 50, 40], [10, 10, 20])
    assert made.busiest == [50, GAP, 40]


def test_a_shard_is_open_from_its_first_point_to_its_last():
    made = of_shards(
        [60] * 4, [20, 20, None, None], [None, 30, None, 30], [None, None, None, 30], [40, None, 0, None]
    )
    # The first to the second minute, the second to the fourth, the fourth, the first to the third.
    assert made.open_shards == [2, 3, 2, 2]
    # In the third a shard took none of 60, and two share them evenly at least.
    assert made.busiest == [40, 30, 30, 30]


def test_shards_without_any_point_say_nothing():
    assert of_shards([60], [None], [None]) is None
    # One shard has no busiest one.
    assert of_shards([60], [60]) is None
    # What has no point at all counts as open throughout.
    assert of_shards([60, 60], [60, 60], [None, None]).open_shards == [2, 2]


def test_when_nothing_was_ever_accepted_no_size_is_made_up():
    metrics = {"IncomingBytes": [0], "IncomingRecords": [0], "WriteProvisionedThroughputExceeded": [5]}
    written = traffic(Readings.of(History(start=0, period=60, points=1, metrics=metrics)))
    assert (written.demand_records.peak, written.demand_bytes.peak) == (5, 0)


@pytest.mark.parametrize("series", [None, [], [None, None]])
def test_what_was_not_measured_is_no_measure(series):
    assert measure(series) is None


def test_a_consumer_of_which_only_the_lag_is_known_demands_nothing():
    consumers = {"billing": {"SubscribeToShardEvent.MillisBehindLatest": NEVER_THROTTLED}}
    assert alone(found(replace(history(), consumers=consumers))) == alone(
        found(replace(history(), consumers={}))
    )


def test_longer_periods_are_counted_from_the_end():
    """Seven minutes are one period of five and two that are left out; six and eleven are 1 + 2 of five."""
    for minutes, periods in ((7, 1), (11, 2), (10, 2), (5, 1)):
        made = coarser(history([60] * minutes, sale=False), 300)
        assert (made.points, made.period) == (periods, 300)
        assert [len(series) for series in made.metrics.values()] == [periods] * len(made.metrics)
