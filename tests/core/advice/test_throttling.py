"""When a stream rejected records, how many, and what is likelier to have done it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shardcalc.core.advice.throttling import Cause
from tests.suggested import found, hot
from tests.synthetic import DAY, DAYS, END, SALE_HOUR, START, changed, history, older, records, with_metric

REJECTED = "WriteProvisionedThroughputExceeded"


def throttled(made, minutes, count=100):
    return changed(made, REJECTED, minutes, count)


def message(made):
    return next(each.message for each in found(made).findings if each.id == "throttled-writes")


def test_nothing_rejected_is_no_throttling():
    assert found(history()).throttling is None
    assert found(with_metric(history(), REJECTED, None)).throttling is None


def test_when_and_how_much():
    # 100 in each of 3 minutes of the third day at 00:10, and 900 at noon of the fifth, when 300,000 came.
    made = throttled(history(), range(2 * DAY + 10, 2 * DAY + 13))
    noon = 4 * DAY + 720
    seen = found(throttled(made, range(noon, noon + 1), 900)).throttling
    assert (seen.rejected, seen.periods, seen.times, seen.days) == (1200, ((60, 4),), 4, 2)
    assert (seen.first, seen.last) == (START + (2 * DAY + 10) * 60, START + noon * 60)
    assert (seen.worst, seen.worst_at) == (900, START + noon * 60)
    assert seen.worst_share == Fraction(900, 300_900)


def test_a_day_is_one_of_utc():
    # The first and the last minute of the third day, and the first of the fourth.
    made = throttled(throttled(history(), range(2 * DAY, 2 * DAY + 1)), range(3 * DAY - 1, 3 * DAY))
    assert found(made).throttling.days == 1
    assert found(throttled(made, range(3 * DAY, 3 * DAY + 1))).throttling.days == 2


def test_older_periods_count_in_their_own_length():
    # 5 minutes of the first day become one period of five, and one hour of the tenth stays 60 minutes.
    made = older(throttled(throttled(history(), range(10, 15)), SALE_HOUR), 7, 300)
    assert found(made).throttling.periods == ((60, 60), (300, 1))
    assert "in 60 minutes and 1 period of 5 min on 2 days" in message(made)


def test_a_stream_that_was_asked_for_more_than_all_its_shards_has_too_few():
    # 8,000/s on 6 shards.
    made = throttled(history(open_shards=6), SALE_HOUR)
    assert found(made).throttling.cause is Cause.TOO_FEW
    assert "the stream as a whole was always asked for more than 6 shards carry: too few shards" in message(
        made
    ).replace("The stream", "the stream")


def test_older_periods_can_be_the_worst():
    # Five minutes of 100 each are 500 in their period, which begins at 00:10; the sale's have 100 each.
    seen = found(older(throttled(throttled(history(), range(10, 15)), SALE_HOUR), 7, 300)).throttling
    assert (seen.worst, seen.worst_at) == (500, START + 600)


@pytest.mark.parametrize(("noon", "too_few"), [(99, True), (100, False)])
def test_shards_are_too_few_where_more_than_half_was_rejected_above_them(noon, too_few):
    """6 shards carry the 5,000/s of a noon and not the 8,000/s of the sale."""
    made = throttled(history(open_shards=6), SALE_HOUR[:1])
    at = 4 * DAY + 720
    seen = found(throttled(made, range(at, at + 1), noon)).throttling
    assert (seen.cause is Cause.TOO_FEW, seen.inside) == (too_few, 1)
    if too_few:
        assert (seen.looked_at, seen.fitting, seen.known) == (0, 0, False)


@pytest.mark.parametrize(("morning", "cause"), [(100, Cause.HOT_SHARD), (101, Cause.BURST)])
def test_a_shard_is_hot_where_half_was_rejected_while_it_was(morning, cause):
    """A fifth of 8,000/s is more than a shard takes, and at six o'clock a fifth of 2,500/s is not."""
    at = 4 * DAY + 360
    made = throttled(throttled(history(), SALE_HOUR[:1]), range(at, at + 1), morning)
    seen = found(replace(made, shards=hot(made, Fraction(1, 5)))).throttling
    assert (seen.cause, seen.looked_at, seen.fitting) == (cause, 2, 1)


@pytest.mark.parametrize(("minutes", "cause"), [(30, Cause.HOT_SHARD), (29, Cause.BURST)])
def test_a_shard_is_likely_hot_where_half_of_the_minutes_as_busy_rejected(minutes, cause):
    seen = found(throttled(history(), SALE_HOUR[:minutes])).throttling
    assert (seen.cause, seen.looked_at, seen.fitting) == (cause, 60, minutes)


@pytest.mark.parametrize(
    ("share", "cause", "fitting"),
    [
        # 12 shards carry 8,000/s. A fifth of it is 1,600/s on one shard; a twelfth is 667/s, and then it was
        # a burst.
        (Fraction(1, 5), Cause.HOT_SHARD, 60),
        (Fraction(1, 12), Cause.BURST, 0),
    ],
)
def test_shard_level_metrics_tell_a_hot_shard_from_a_burst(share, cause, fitting):
    made = throttled(history(), SALE_HOUR)
    seen = found(replace(made, shards=hot(made, share))).throttling
    assert (seen.cause, seen.known) == (cause, True)
    assert (seen.inside, seen.looked_at, seen.fitting) == (60, 60, fitting)


def test_without_them_a_hot_shard_rejects_whenever_the_stream_is_as_busy():
    # All minutes of the sale and no other is as busy.
    seen = found(throttled(history(), SALE_HOUR)).throttling
    assert (seen.cause, seen.known, seen.looked_at, seen.fitting) == (Cause.HOT_SHARD, False, 60, 60)


def test_and_a_burst_does_not():
    # The first minute of each hour from 10:00 to 14:00, while the others are as busy.
    made = history(sale=False)
    for day in range(DAYS):
        for hour in range(10, 15):
            made = throttled(made, range(day * DAY + hour * 60, day * DAY + hour * 60 + 1))
    seen = found(made).throttling
    assert seen.cause is Cause.BURST
    assert seen.fitting * 2 < seen.looked_at
    assert "a burst inside the period is likelier than a hot shard" in message(made)
    remedy = next(each.remedy for each in found(made).findings if each.id == "throttled-writes")
    assert "--burst" in remedy


def test_without_a_count_no_cause_is_guessed():
    for made in (history(open_shards=None), history(mode="ON_DEMAND")):
        seen = found(throttled(made, SALE_HOUR)).throttling
        assert (seen.inside, seen.looked_at, seen.fitting, seen.known, seen.cause) == (0, 0, 0, False, None)
        assert "likelier" not in message(throttled(made, SALE_HOUR))


# ── a backlog ────────────────────────────────────────────────────────────────────────────────────


def behind(made, minutes, factor, age=3_600_000):
    """One shared reader more is an hour behind in these minutes, and all read so many times what is
    written.
    """
    read = list(made.metrics["GetRecords.Bytes"])
    for minute in minutes:
        read[minute] = factor * made.metrics["IncomingBytes"][minute]
    late = changed(made, "GetRecords.IteratorAgeMilliseconds", minutes, age)
    return with_metric(late, "GetRecords.Bytes", read)


def needs(made):
    return {need.constraint.name: need.constraint.shards for need in found(made).needs}


def test_reading_to_catch_up_asks_for_no_shards():
    # Noon: 300,000 B x 1,000 / 60 s = 4.77 MiB/s; two readers read 9.54 MiB/s, 4.77 shards x 1.25 -> 6. Six
    # times as much while an hour behind would be 18.
    plain = history(sale=False)
    assert needs(plain)["read-bytes"] == 6
    noon = range(4 * DAY + 700, 4 * DAY + 740)
    late = behind(plain, noon, 6)
    assert needs(late)["read-bytes"] == 6
    # A reader that is nearly up to date again still has a backlog until it lags no more than a minute.
    after = range(noon[-1] + 1, noon[-1] + 21)
    still = behind(late, after, 6, age=100_000)
    assert needs(still)["read-bytes"] == 6
    # Twenty minutes behind is no backlog: some readers work in batches.
    assert needs(behind(plain, noon, 6, age=1_200_000))["read-bytes"] == 18


def test_readers_that_never_keep_up_ask_for_what_they_read():
    late = behind(history(sale=False), range(DAYS * DAY), 6)
    assert needs(late)["read-bytes"] == 18


def test_a_consumer_of_its_own_is_judged_by_its_own_lag():
    made = history(sale=False)
    of = made.consumers["billing"]
    noon = range(4 * DAY + 700, 4 * DAY + 740)
    pushed, lag = list(of["SubscribeToShardEvent.Bytes"]), [70] * made.points
    for minute in noon:
        pushed[minute], lag[minute] = 4 * pushed[minute], 7_200_000
    consumers = {
        "billing": {"SubscribeToShardEvent.Bytes": pushed, "SubscribeToShardEvent.MillisBehindLatest": lag}
    }
    assert needs(replace(made, consumers=consumers))["fan-out-bytes"] == needs(made)["fan-out-bytes"] == 3


# ── older, coarser parts ─────────────────────────────────────────────────────────────────────────


def spiky(days):
    """4,000 records a second all day, and 7,000 in one minute of each."""
    counts = [240_000] * (days * DAY)
    for day in range(days):
        counts[day * DAY + 600] = 420_000
    return history(counts, sale=False, open_shards=9)


def test_more_days_never_ask_for_fewer_than_the_finest():
    # 7,000/s x 1.25 = 8.75 -> 9; in five-minute sums the spike is 4,600/s, 5.75 -> 6.
    whole = spiky(20)
    assert found(whole).measured == 9
    assert found(older(whole, 14, 300)).measured == 9
    assert found(older(whole, 14, 300)).calculated_parts == (9, 6)
    assert found(older(whole, 14, 300), days=14).calculated_parts == (9,)
    told = found(older(whole, 14, 300)).window
    assert told.endswith(
        "20,160 of 20,160 minutes known; before, 6 d in periods of 5 min, which hide shorter peaks"
    )


def test_older_days_can_ask_for_more():
    counts = [240_000] * (20 * DAY)
    counts[DAY : DAY + 300] = [600_000] * 300
    made = found(older(history(counts, sale=False, open_shards=9), 14, 300))
    # 10,000/s x 1.25 = 12.5 -> 13 for five hours, three weeks ago.
    assert (made.calculated_parts, made.measured, made.recommended) == ((5, 13), 13, 13)
    now = next(row for row in made.rows if row.shards == 9)
    assert (now.over, now.older_over) == (0, 60)


def test_each_part_has_its_own_allowance():
    counts = [240_000] * (20 * DAY)
    counts[DAY : DAY + 10] = [600_000] * 10
    made = older(history(counts, sale=False), 14, 300)
    # Ten minutes are two periods of five; 0.1 % of 1,728 periods is one.
    assert found(made, allow="10").calculated_parts == (5, 5)
    assert found(made, allow="9").calculated_parts == (5, 13)
    assert found(made, allow="0.1%").calculated_parts == (5, 13)
    assert found(made, allow="0.2%").calculated_parts == (5, 5)


def test_the_end_of_time_is_the_end_of_the_finest():
    made = older(history(records(days=20), sale=False), 14, 300)
    assert (made.end, made.begin) == (END, END - 20 * 86_400)
