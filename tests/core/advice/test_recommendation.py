"""A made-up history has a known answer, and each change to it changes the verdict as it should.

The working of the plain history, by hand: on the sale day 480,000 records come in a minute, 8,000/s, and one
shard takes 1,000/s: 8 x 1.25 headroom / 1 = 10 shards. Bytes: 8,000 x 1,000 B = 8,000,000 B/s; / 1,048,576 =
7.629; x 1.25 = 9.54 -> 10. Shared reads: 16,000,000 B/s x 1.25 / 2,097,152 = 9.54 -> 10. Fan-out: half of
that, 4.77 -> 5. Twelve run: no more than a quarter above the 10, so they are kept; 13 are lowered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.recommendation import Allowance, Options, suggest
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import PriceSheet, built_in_prices
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import AccountQuota, History
from shardcalc.core.text import BadFields
from shardcalc.core.units import USD, Duration
from tests.suggested import alone, found, hot, ids
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
    older,
    records,
    with_metric,
)

LIMITS = built_in_limits()


# ── the known answer ─────────────────────────────────────────────────────────────────────────────


def test_the_plain_history_has_its_known_answer():
    made = found(history())
    # 12 are not more than 10 x 1.25 = 12.5.
    assert made.decision.action is Action.KEEP
    assert made.decision.why == "10 would be enough, and up to 25% more may be kept"
    assert made.answer == f"keep 12 (12 run): {made.decision.why}"
    assert (made.recommended, made.measured, made.calculated) == (12, 10, 10)
    assert alone(made) == {"write-bytes": 10, "write-records": 10, "read-bytes": 10, "fan-out-bytes": 5}
    assert {need.constraint.name for need in made.binding} == {"write-bytes", "write-records", "read-bytes"}
    assert (
        made.needs[1].constraint.working
        == "write 8,000 records/s x 1.25 headroom / 1,000 records/s = 10 -> 10 shards"
    )
    # The sale's first minute is the tenth day's 18:00: 2026-11-16T18:00Z.
    assert made.needs[1].at == START + SALE_HOUR[0] * 60 == 1_794_852_000
    assert made.busiest == (date(2026, 11, 16), 10)
    assert made.path is None
    assert made.saving == USD(0)
    assert made.growth.text == "no trend: 14 whole days are fewer than 4 weeks"
    # Each consumer polls each shard once a second: 2 of 5.
    assert (made.calls.peak.amount, made.calls.over) == (2, 0)
    assert ids(made) == ["inside-a-period"]
    assert made.unknown == ()


@pytest.mark.parametrize(
    ("shards", "action", "saving"),
    [
        # A month of a shard is 730 h x (0.015 shard + 0.015 fan-out consumer) = $21.90. 10 are measured.
        (8, Action.RAISE, "-43.80"),
        (9, Action.RAISE, "-21.90"),
        (10, Action.KEEP, "0.00"),
        (12, Action.KEEP, "0.00"),
        (13, Action.LOWER, "65.70"),
        (16, Action.LOWER, "131.40"),
    ],
)
def test_fewer_shards_are_advised_above_a_quarter_more_than_enough(shards, action, saving):
    made = found(history(open_shards=shards))
    advised = 12 if shards == 12 else 10
    assert (made.decision.action, made.recommended, made.saving.cents) == (action, advised, saving)
    targets = [step.target for step in made.path.steps] if made.path else []
    assert targets == ([10] if action is not Action.KEEP else [])


def test_what_saves_less_than_twenty_dollars_is_kept():
    # No fan-out: a shard is 730 h x $0.015 = $10.95. 800/s x 1.25 = 1,000/s need 1 shard; 2 are 100 % more,
    # save $10.95 and are kept; 3 save $21.90 and are lowered.
    counts = [48_000 * (minute % DAY == 720) for minute in range(DAYS * DAY)]
    quiet = replace(history(counts, sale=False), consumers={}, registered=())
    kept = found(replace(quiet, open_shards=2)).decision
    assert (kept.action, kept.advised) == (Action.KEEP, 2)
    assert kept.why == "1 would be enough, and save $10.95 a month, less than $20.00"
    lowered = found(replace(quiet, open_shards=3)).decision
    assert (lowered.action, lowered.advised) == (Action.LOWER, 1)
    # Where the price is unknown, the money holds nothing back.
    assert found(replace(quiet, open_shards=2, region=None)).decision.action is Action.LOWER


def test_without_the_sale_noon_decides():
    # 5,000 records/s x 1.25 = 6.25 -> 7; bytes 5,000,000 x 1.25 / 1,048,576 = 5.96 -> 6.
    made = found(history(sale=False))
    assert (made.decision.action, made.recommended) == (Action.LOWER, 7)
    assert alone(made) == {"write-bytes": 6, "write-records": 7, "read-bytes": 6, "fan-out-bytes": 3}
    assert [need.constraint.name for need in made.binding] == ["write-records"]


@pytest.mark.parametrize("unknown", [{"mode": "ON_DEMAND"}, {"open_shards": None}])
def test_without_a_shard_count_nothing_is_said_of_its_capacity(unknown):
    made = found(changed(history(**unknown), "WriteProvisionedThroughputExceeded", range(0, 1), 1))
    finding = next(finding for finding in made.findings if finding.id == "throttled-writes")
    assert "shard" not in finding.message


def test_more_shards_than_a_stream_can_have_have_no_path():
    # 5,000/s x 1,700 x 1.25 / 1,000 = 10,625.
    made = found(history([count * 1700 for count in records()], sale=False))
    assert (made.decision.action, made.recommended) == (Action.RAISE, 10_625)
    assert made.path is None
    assert "no call goes above 10,000 shards" in made.no_path.message


def hot_finding(made):
    return next(finding for finding in made.findings if finding.id == "hot-shard")


def test_a_hot_shard_needs_more():
    # 15 % of 480,000 are 1,200/s of 8,000/s. On 12 shards the key is then (12 x 0.15 - 1)/11 = 7.27 % of the
    # stream: 581.82/s, and the rest 7,418.18/s over n. 581.82 + 7,418.18/n <= 800 holds for n >= 34; bare,
    # <= 1,000, for n >= 17.74.
    made = found(history(shards=hot(history(), Fraction(15, 100))))
    assert (made.decision.action, made.recommended) == (Action.RAISE, 34)
    assert alone(made)["hottest-shard-records"] == 34
    assert (
        made.binding[0].constraint.working
        == "write 8,000 records/s x 1.25 headroom x (7.3% + 92.7%/34) / 1,000 records/s "
        "= 1 of a shard -> 34 shards"
    )
    assert (
        hot_finding(made).message
        == "on 2026-11-16 18:00 UTC the busiest shard was asked for 1,200 records/s, as if one partition key "
        "were 7.3% of the stream; spread evenly, the stream would need 10 shards instead of 34, and 18 just "
        "carry it"
    )
    # An even spread asks for nothing more than the stream as a whole.
    even = found(history(shards=hot(history(), Fraction(1, 12))))
    assert (even.decision.action, even.measured) == (Action.KEEP, 10)
    assert "hot-shard" not in ids(even)


def test_the_headroom_of_a_hot_shard_is_not_bought_at_any_price():
    # A sixth, 1,333.33/s: a key of (12/6 - 1)/11 = 1/11, 727.27/s, and the rest 7,272.73/s over n. 100 shards
    # would leave the headroom, ten times the 10 that would do if all were alike; 27 carry it.
    made = found(history(shards=hot(history(), Fraction(1, 6))))
    assert (made.decision.action, made.recommended) == (Action.RAISE, 27)
    assert (
        "no count up to 40 leaves it 25% headroom, and 27 shards just carry it" in hot_finding(made).message
    )


def test_a_shard_that_keeps_half_of_its_headroom_is_left_as_it_is():
    # 80 % may be used, and up to 90 % is left: 885/s of 8,000/s on 12 shards, where 667/s are even.
    made = found(history(shards=hot(history(), Fraction(885, 8000))))
    assert (made.decision.action, made.measured) == (Action.KEEP, 12)
    # 920/s are not: a key of (12 x 0.115 - 1)/11 = 3.45 %, 276.4/s; 276.4 + 7,723.6/n <= 800 for n >= 14.75.
    made = found(history(shards=hot(history(), Fraction(920, 8000))))
    assert (made.decision.action, made.measured) == (Action.RAISE, 15)


def test_a_busy_shard_that_has_room_keeps_its_skew_downwards():
    # 100 shards, of which one takes 1/25 of 8,000/s: 320/s, four times the mean. On n < 100 shards it takes
    # 4/n of the stream: 32,000/n <= 800 holds for n >= 40.
    counts = history().metrics["IncomingRecords"]
    shards = {
        f"shardId-{shard:012d}": {
            "IncomingRecords": [count // 25 if shard == 3 else count * 24 // 25 // 99 for count in counts]
        }
        for shard in range(100)
    }
    made = found(history(shards=shards, open_shards=100))
    assert (made.decision.action, made.recommended) == (Action.LOWER, 40)
    assert "hot-shard" in ids(made)


def test_a_key_that_no_count_carries_is_left_out_and_forbids_fewer():
    # A quarter of 8,000/s on 100 shards: a key of (25 - 1)/99 = 24.24 %, 1,939/s.
    counts = history().metrics["IncomingRecords"]
    shards = {
        f"shardId-{shard:012d}": {
            "IncomingRecords": [count // 4 if shard == 3 else count * 3 // 4 // 99 for count in counts]
        }
        for shard in range(100)
    }
    made = found(history(shards=shards, open_shards=100))
    assert (made.decision.action, made.measured) == (Action.KEEP, 10)
    assert made.decision.held[0].startswith("one partition key is too much for a shard")
    # Four times the 10 that would do if all were alike.
    assert hot_finding(made).severity.value == "error"
    assert "no count up to 40 gives it room, so the count leaves it out" in hot_finding(made).message


def test_a_key_for_which_no_count_leaves_the_reserve_gets_what_just_carries_it():
    # decision.md: 1,500/s, a key of 60 %: 2 shards, of which the busier takes 80 %. 900/s of the key fit bare
    # only: 900 + 600/n <= 1,000 for n >= 6.
    counts = [90_000] * (DAYS * DAY)
    shards = {
        "shardId-000000000000": {"IncomingRecords": [72_000] * (DAYS * DAY)},
        "shardId-000000000001": {"IncomingRecords": [18_000] * (DAYS * DAY)},
    }
    made = found(history(counts, sale=False, shards=shards, open_shards=2))
    assert (made.decision.action, made.recommended) == (Action.RAISE, 6)
    assert "no count up to 8 leaves it 25% headroom, and 6 shards just carry it" in hot_finding(made).message
    assert made.rule.endswith("with 25% headroom, which only the busiest shard lacks")


def test_a_key_for_which_no_count_has_room_is_left_out():
    """Half of 8,000/s on one shard, which takes 1,000/s: without it 10 are enough as before."""
    made = found(history(shards=hot(history(), Fraction(1, 2))))
    assert (made.decision.action, made.measured) == (Action.KEEP, 10)
    assert made.rule == (
        "10 shards are enough for every minute with 25% headroom; the hottest key is left out, because no "
        "count gives it room"
    )
    assert found(history()).rule == "10 shards are enough for every minute with 25% headroom"


# ── what the options do ──────────────────────────────────────────────────────────────────────────


def test_headroom_and_burst_multiply():
    assert found(history(), headroom="0%").recommended == 8
    # 8 x 1.5 = 12.
    kept = found(history(), headroom="50%")
    assert (kept.decision.action, kept.measured) == (Action.KEEP, 12)
    assert kept.decision.why == "it is what is needed"
    # 8 x 2 x 1.25 = 20.
    burst = found(history(), burst="2")
    assert (burst.decision.action, burst.recommended) == (Action.RAISE, 20)
    assert "burst" in burst.needs[1].constraint.working
    # With a burst factor, the report no longer says that it cannot see bursts, and the backtest is of bursts.
    assert "inside-a-period" not in ids(burst)
    assert next(row.worst for row in burst.rows if row.shards == 12) == Fraction(16, 12)


def test_allowed_periods_leave_out_an_old_sale_but_not_a_recent_one():
    # 60 minutes of a sale: with 60 allowed, noon decides (7), were the sale not among the last seven days.
    recent = found(history(), allow="60")
    assert (recent.calculated, recent.measured) == (7, 7)
    # 59 are one too few.
    assert found(history(), allow="59").measured == 10
    # 0.5 % of 20,160 is 100, but of the sale day's 1,440 it is 7: that day asks for 10.
    share = found(history(open_shards=16), allow="0.5%")
    assert (share.calculated, share.busiest, share.measured) == (7, (date(2026, 11, 16), 10), 10)
    assert [step.target for step in share.path.steps] == [10]
    assert [row.shards for row in share.rows if "advised" in row.roles] == [10]
    # Moved to the first week, the sale does not count.
    counts = records()
    counts[1000:1060] = [SALE] * 60
    old = found(history(counts, sale=False), allow="0.5%")
    assert (old.calculated, old.measured) == (7, 7)


def test_limits_that_are_over_in_different_periods_add_up():
    # One period has 3,000 records/s and another 3 MiB/s. One may go over, and then the other decides: each
    # limit alone
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
    assert found(history(), days="4").measured == 7
    assert found(history(), days="5").measured == 10
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


# ── what is unknown ──────────────────────────────────────────────────────────────────────────────


def test_unknown_is_never_zero():
    bare = History(
        start=START,
        period=60,
        points=2,
        metrics={"IncomingBytes": [60_000, None], "IncomingRecords": [60, 120]},
    )
    made = suggest(bare)
    assert made.decision.action is Action.UNKNOWN
    assert made.recommended == 1
    assert made.saving is None
    assert made.cheapest is None
    assert replace(made, choices=()).cheapest is None
    # On-demand bills what is read, and that is not known.
    assert [choice.mode.value for choice in made.choices] == ["provisioned"]
    assert all(not row.bill.complete for row in made.rows)
    assert made.calls is None
    assert made.path is None
    assert {"open shards", "Region, and therefore all prices"} <= set(made.unknown)
    assert {need.constraint.name for need in made.needs} == {"write-bytes", "write-records"}


@pytest.mark.parametrize("name", ["IncomingBytes", "IncomingRecords"])
def test_without_bytes_or_records_nothing_is_suggested(name):
    with pytest.raises(HistoryError):
        suggest(with_metric(history(), name, None))
    with pytest.raises(HistoryError):
        suggest(with_metric(history(), name, [None] * (DAYS * DAY)))


def test_an_idle_stream_needs_one_shard():
    made = found(history([0] * (DAYS * DAY), sale=False))
    assert (made.decision.action, made.recommended) == (Action.LOWER, 1)
    # 12 -> 6 -> 3 -> 2 -> 1 or better: four calls.
    assert len(made.path.steps) == 4


# ── modes, paths, growth ─────────────────────────────────────────────────────────────────────────


def test_an_on_demand_stream_is_compared_and_not_resharded():
    made = found(history(mode="ON_DEMAND"))
    assert made.decision.action is Action.ON_DEMAND
    assert made.path is None
    assert made.answer == "on-demand, AWS scales it: provisioned, it would need 10 shards"
    assert [choice.mode.value for choice in made.choices] == [
        "provisioned",
        "on-demand-standard",
        "on-demand-advantage",
    ]
    assert made.cheapest is made.choices[0]
    # Mean of a day: 150,000 a minute; the sale adds 60 minutes of 480,000 less what the cosine had. Data in
    # is whole KiB a record.
    total = sum(history().metrics["IncomingRecords"])
    lines = {line.name: line for line in made.choices[1].bill.lines}
    seconds = DAYS * DAY * 60
    assert lines["data-in"].quantity.amount == Fraction(total, seconds) * 730 * 3600 * 1024 / 2**30
    # What was read was twice what was written, not rounded; fan-out once.
    assert lines["data-out"].quantity.amount == Fraction(2 * total * 1000, seconds) * 730 * 3600 / 2**30
    assert lines["fan-out-data"].quantity.amount == Fraction(total * 1000, seconds) * 730 * 3600 / 2**30


def test_a_path_that_may_exceed_the_quota_is_told():
    # 16 -> 10 may hold 16 + 10 - 2 = 24 for a moment, beside 84 of others: 108.
    assert found(history(open_shards=16, account=AccountQuota(108, 100))).path.fits is True
    assert found(history(open_shards=16, account=AccountQuota(107, 100))).path.fits is False


def growing(growth=0.2, **more):
    """Four weeks, of which each is so much of the first larger than the one before."""
    return history(records(days=28, growth=growth), sale=False, **more)


def test_growth_gives_the_date_at_which_the_present_count_no_longer_does():
    # Noon is 300,000 in the first week and 60,000 more in each next: weekly medians of 5, 6, 7 and 8 shards,
    # (8/5 - 1)/3 = 20 % a week. The peak with headroom is 8 x 1.25 = 10; 15 are reached after
    # (15/10 - 1) x 8/1 weeks = 4 weeks: 28 days after 2026-11-21 is 2026-12-19.
    made = found(growing(open_shards=15))
    assert made.growth.weeks == (5, 6, 7, 8)
    assert made.growth.per_week == Fraction(1, 5)
    assert made.growth.until == date(2026, 12, 19)
    # The 10 that are advised are just enough today.
    assert made.growth.text.startswith("the median day's peak grows 20% a week; ")
    assert made.growth.text.endswith(
        "at that pace 15 shards are enough until 2026-12-19, and 10 shards are enough until 2026-11-22"
    )
    # 9 no longer carry 10.
    assert "9 shards are not enough" in found(growing(open_shards=9)).growth.text
    # 1.5 % a week, 4.5 % in all, is below what counts as a trend, and falling is none.
    assert found(growing(0.015)).growth.text == "no trend"
    assert found(growing(-0.2)).growth.text == "no trend"
    assert (
        found(history(records(days=27), sale=False)).growth.text
        == "no trend: 27 whole days are fewer than 4 weeks"
    )


def test_finer_weeks_are_compared_with_coarser_ones_in_the_coarser_period():
    # One minute of each noon has 60,000 records more. In hours it is 1/60 of that: were the last two weeks
    # looked at in minutes, they would seem to grow by a fifth.
    counts = records(days=28)
    for day in range(28):
        counts[day * DAY + 720] += 60_000
    whole = history(counts, sale=False)
    assert found(whole).growth.text == "no trend"
    assert found(older(whole, 14, 3600)).growth.text == "no trend"
    # And what grows is seen to grow by the same pace.
    assert found(older(growing(), 14, 300)).growth.per_week == pytest.approx(Fraction(1, 5), rel=0.01)


def test_gaps_in_finer_weeks_do_not_hide_their_coarser_sums():
    # Of each five minutes of the last two weeks one is unknown, and one hour of each day all of them.
    made = older(growing(), 14, 300)
    gaps = {
        name: [None if index % 5 == 2 or index % DAY < 60 else value for index, value in enumerate(series)]
        for name, series in made.metrics.items()
    }
    weeks = found(replace(made, metrics=gaps)).growth.weeks
    assert weeks[:2] == found(made).growth.weeks[:2]
    # Four fifths of 7 and 8.
    assert [float(week) for week in weeks[2:]] == pytest.approx([5.6, 6.4], rel=0.01)


def test_a_reader_lagged_as_it_did_at_worst_and_lags_as_it_does_now():
    made = changed(history(), "GetRecords.IteratorAgeMilliseconds", range(100, 105), 7_200_000)
    [shared, _] = found(older(made, 7, 300)).lags
    assert (shared.worst, shared.latest) == (Duration(7200), Duration(Fraction(1, 2)))
    assert shared.at == START + 100 * 60


def test_a_saving_needs_only_the_prices_that_matter():
    # Everything but what follows the shards may be unknown: 16 - 10 shards x 730 h x (0.015 + 0.015).
    known = built_in_prices("us-east-1")
    bare = PriceSheet(
        "us-east-1",
        "test",
        shard_hour=known.shard_hour,
        fan_out_consumer_shard_hour=known.fan_out_consumer_shard_hour,
    )
    made = suggest(history(open_shards=16), prices=bare)
    assert not made.rows[0].bill.complete
    assert made.saving.cents == "131.40"
    # Fan-out consumer-hours follow the shards; without fan-out, shard-hours alone do.
    barer = PriceSheet("us-east-1", "test", shard_hour=known.shard_hour)
    made = history(open_shards=16)
    assert suggest(made, prices=barer).saving is None
    alone = suggest(replace(made, consumers={}, registered=()), prices=barer)
    # 6 shards x 730 h x $0.015 = $65.70.
    assert alone.saving.cents == "65.70"


def test_a_single_sale_day_is_no_growth():
    assert found(history()).growth.per_week is None


# ── properties ───────────────────────────────────────────────────────────────────────────────────


def test_the_noon_of_the_made_up_day_is_exact():
    assert records()[720] == NOON
    assert max(records()) == NOON


@pytest.mark.parametrize(("text", "shown"), [("5", "5 periods"), ("1", "1 period"), ("0.1%", "0.1% of them")])
def test_an_allowance_is_written_as_it_was_meant(text, shown):
    assert str(Allowance.parse(text)) == shown


def test_a_trend_needs_four_known_days_of_each_week():
    def unknown(days):
        gaps, known = [None] * (days * DAY), records(days=28, growth=0.2)[days * DAY :]
        return found(history(gaps + known, sale=False)).growth

    assert unknown(3).per_week == Fraction(1, 5)
    assert (unknown(4).per_week, unknown(4).text) == (None, "no trend: a week has fewer than 4 known days")


def test_an_on_demand_stream_grows_to_no_date():
    made = found(growing(mode="ON_DEMAND")).growth
    assert (made.per_week, made.until) == (Fraction(1, 5), None)
    assert made.text == "the median day's peak grows 20% a week"


def test_a_date_in_more_than_ten_years_is_not_given():
    """(10,000 / 10 - 1) x 8 are 7,992 weeks."""
    made = found(growing(open_shards=10_000)).growth
    assert made.until is None
    assert "10,000 shards are enough for more than 10 years" in made.text


# ── what may be asked for ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("shards", "1", (1,)),
        ("shards", [1, "100_000"], (1, 100_000)),
        ("shards", (2,), (2,)),
        ("days", "1", 1),
        ("days", 10_000, 10_000),
        ("allow", "0", Allowance(0)),
        ("allow", "1000000", Allowance(1_000_000)),
        ("allow", "0%", Allowance(0, Fraction(0))),
        ("allow", "99%", Allowance(0, Fraction(99, 100))),
        ("burst", "1", 1),
    ],
)
def test_an_option_is_read_up_to_its_limits(name, text, value):
    assert getattr(Options.of(**{name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("shards", "0", "'0' is not a shard count: it must be at least 1"),
        ("shards", [1, "100_001"], "'100_001' is too large for a shard count: at most 100,000"),
        ("days", "0", "'0' is not a number of days: it must be at least 1"),
        ("days", "10_001", "'10_001' is too large for a number of days: at most 10,000"),
        (
            "allow",
            "1.5",
            "'1.5' is not a count of periods; write a whole number, or a percentage such as 0.1%",
        ),
        ("allow", "99.1%", "'99.1%' is too large for a share of the periods: at most 99%"),
        ("allow", "-1%", "'-1%' is not a share of the periods: it must not be negative"),
        ("burst", "0.9", "'0.9' is not a burst factor: it must be from 1 to 10,000"),
    ],
)
def test_an_option_beyond_its_limits_is_refused_with_the_limit(name, text, told):
    with pytest.raises(BadFields) as error:
        Options.of(**{name: text})
    assert error.value.problems == ((name, told),)


@pytest.mark.parametrize(
    ("allowed", "written", "any_", "of"),
    [
        # Of 100 and of 1,000 periods, of one, and of none; never all of them.
        ("0", "0 periods", False, [0, 0, 0, 0]),
        ("1", "1 period", True, [1, 1, 0, 0]),
        ("2", "2 periods", True, [2, 2, 0, 0]),
        ("100", "100 periods", True, [99, 100, 0, 0]),
        ("1500", "1,500 periods", True, [99, 999, 0, 0]),
        ("0%", "0% of them", False, [0, 0, 0, 0]),
        # 0.9 of a period is none.
        ("0.9%", "0.9% of them", True, [0, 9, 0, 0]),
        ("99%", "99% of them", True, [99, 990, 0, 0]),
    ],
)
def test_an_allowance_is_a_count_or_a_share_and_never_all(allowed, written, any_, of):
    allowance = Allowance.parse(allowed)
    assert (str(allowance), allowance.any) == (written, any_)
    assert [allowance.of(periods) for periods in (100, 1000, 1, 0)] == of


def test_the_busiest_day_is_one_that_was_measured():
    """600,000 in the first minute of two days, which is allowed; else 60,000: 1,000/s x 1.25 are 2 shards."""
    made = found(history([600_000, *[60_000] * (2 * DAY - 1)], sale=False), allow="5")
    assert (made.busiest, made.calculated) == ((date(2026, 11, 20), 2), 2)


def test_each_day_has_an_allowance_of_its_own():
    """Five minutes of 10,000/s on each of two days: ten need 12.5 shards, five of a day are allowed."""
    day = [*[600_000] * 5, *[60_000] * (DAY - 5)]
    made = found(history(day * 2, sale=False), allow="5")
    assert (made.busiest, made.calculated) == ((date(2026, 11, 20), 2), 13)
