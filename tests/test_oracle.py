"""The oracle is held to numbers worked by hand, and to counting one by one, before anything is held to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.counterexamples import KNOWN
from tests.fuzz import examples
from tests.oracle import (
    MOST_SHARDS,
    ONE,
    Action,
    Band,
    Oracle,
    Reader,
    Regime,
    Stream,
    contradict,
    differs,
    key_of_busiest,
    loads,
    months_after,
)
from tests.places import DATA
from tests.workloads import TODAY, plain, workloads

PUBLISHED = json.loads((DATA / "published.json").read_text())["shards"]
CASES = workloads()


def of(rate: object, size: object = 100, **said: object) -> Stream:
    return Stream(peak=Fraction(str(rate)), sizes=((Fraction(str(size)), ONE),), **said)


def growing(rate: object, percent: int, size: object = 100, **said: object) -> Stream:
    return of(rate, size, growth=Fraction(percent, 100), **said)


# ── counts ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_what_was_worked_by_hand_comes_out(known):
    assert Oracle(known.case.stream).needed == known.needed


def quotient(text: object) -> Fraction:
    above, _, below = str(text).partition("/")
    return Fraction(above) / Fraction(below or 1)


def published(row: dict, **said: object) -> Stream:
    shared, fan_out = int(row["shared_consumers"]), int(row["fan_out_consumers"])
    return Stream(
        peak=quotient(row["records_per_second"]),
        sizes=((quotient(row["record_size_bytes"]), ONE),),
        readers=(Reader(count=shared), Reader(fan_out=True, count=fan_out)),
        headroom=Fraction(str(row["headroom"])) / 100,
        **said,
    )


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["id"])
def test_what_others_published_comes_out(row):
    assert Oracle(published(row)).needed == row["expected_shards"]


@pytest.mark.parametrize(
    # Sizes just above 1, 1 and 2 KiB take 2, 2 and 3: 2,000 x 2 / 1,024 = 3.9; 15,500 x 2 / 1,024 = 30.3;
    # 5,000 x 3 / 1,024 = 14.6.
    ("name", "needed"),
    [("A12", 4), ("A18", 31), ("A09", 15)],
)
def test_put_record_rounds_each_record_up(name, needed):
    [row] = [row for row in PUBLISHED if row["id"] == name]
    assert Oracle(published(row, producer="put-record")).needed == needed


@examples(150)
@given(CASES, st.integers(1, 3))
def test_the_least_count_holds_and_no_smaller_does_and_every_larger_does(case, times):
    oracle = Oracle(case.stream)
    needed = oracle.need(Fraction(times))
    if needed is None:
        # No more are asked for on account of a key than a stream can have.
        assert not oracle.ok(MOST_SHARDS, Fraction(times))
        return
    assume(needed < 2_000)
    assert needed == next(n for n in range(1, 2_001) if oracle.ok(n, Fraction(times)))
    for more in (1, 7, needed, 10**6):
        assert oracle.ok(needed + more, Fraction(times))


@examples(30)
@given(CASES)
def test_a_regime_says_whether_any_count_does(case):
    oracle = Oracle(case.stream)
    assume(case.stream.hottest_key is not None)
    name = max(oracle.loads, key=oracle.loads.__getitem__)
    used = [oracle.hot(n) * oracle.loads[name] for n in range(1, MOST_SHARDS + 1)]
    expected = (
        Regime.RESERVED
        if any(share <= oracle.u for share in used)
        else Regime.BARE
        if any(share <= 1 for share in used)
        else Regime.NONE
    )
    assert oracle.regimes[name] is expected


def test_the_two_sides_of_the_largest_count():
    """p + (1 - p)/10,000 = 1/l is the last key that shards relieve: for l 2, p = 4,999/9,999."""
    edge = Fraction(4999, 9999)
    assert Oracle(of(2000, hottest_key=edge)).needed == MOST_SHARDS
    beyond = Oracle(of(2000, hottest_key=edge + Fraction(1, 10**9)))
    assert (beyond.needed, beyond.unrelieved) == (2, {"write records"})


def test_the_regimes_are_those_of_today():
    """35 % of 2,600/s has 0.91 of a shard; of 2,900/s, 1.015, which no count carries."""
    oracle = Oracle(of(2600, hottest_key=Fraction(35, 100)))
    assert oracle.need(Fraction(29, 26)) is None
    assert oracle.regimes_at(Fraction(29, 26))["write records"] is Regime.NONE
    assert oracle.need(Fraction(27, 26)) == 32  # 1.755 / (1 - 0.945) = 31.9


def test_a_key_that_fills_its_shard_leaves_no_room_for_the_rest_of_it():
    """Half of 1,000/s; of twice that the key has all of a shard, on which something else always lands too."""
    assert Oracle(of(1000, hottest_key=Fraction(1, 2))).need(Fraction(2)) is None
    assert Oracle(of(500, hottest_key=ONE)).need(Fraction(2)) == 1


def test_monotone_where_the_regimes_are_equal_and_not_where_they_change():
    # From 1,927 to 3: the rule that is only right between equal regimes.
    assert [Oracle(of(rate, hottest_key=Fraction(384, 1000))).needed for rate in (2602, 2604)] == [1927, 3]


@examples(150)
@given(CASES, st.fractions(1, 3, max_denominator=20))
def test_with_more_traffic_the_regimes_only_get_worse_and_the_count_larger_while_they_are_equal(case, factor):
    before, after = Oracle(case.stream), Oracle(case.times(factor).stream)
    assert before.unrelieved <= after.unrelieved
    assert all(before.regimes[name] <= after.regimes[name] for name in before.regimes)
    if before.regimes == after.regimes:
        assert before.needed <= after.needed


@examples(150)
@given(CASES, st.fractions(0, 2, max_denominator=20))
def test_with_more_headroom_the_regimes_only_get_worse_and_the_count_larger_while_they_are_equal(case, more):
    before, after = Oracle(case.stream), Oracle(case.reserved(case.stream.headroom + more).stream)
    assert before.unrelieved == after.unrelieved  # what is not carried bare has nothing to do with a reserve
    assert all(before.regimes[name] <= after.regimes[name] for name in before.regimes)
    if before.regimes == after.regimes:
        assert before.needed <= after.needed


# ── loads ────────────────────────────────────────────────────────────────────────────────────────


def test_every_limit_by_hand():
    """1,024/s of 1 KiB write 1 MiB/s: 1 of bytes, 1.024 of records. k is (6 + 2)/2 = 4."""
    readers = (
        Reader(count=2),
        Reader("fn", factor=2, batch=100, batch_seconds=Fraction(1)),
        Reader("wide", fan_out=True, most_records=Fraction(512)),
    )
    stream = of(1024, 1024, readers=readers, outage=Fraction(6), within=Fraction(2), behind=("fn", "wide"))
    assert loads(stream) == {
        "write bytes": 1,
        "write records": Fraction(1024, 1000),
        "shared reads": Fraction(3, 2),
        "fan-out reads": Fraction(1, 2),
        "batches of reader 1": Fraction(1024, 200),
        "rate of reader 2": 2,
        "catch-up of the shared readers": 3,  # (2 + 4) / 2
        "catch-up batches of reader 1": Fraction(4096, 200),
        "catch-up of fan-out reader 2": 2,
        "catch-up rate of reader 2": 8,
    }


def test_an_aggregate_takes_whole_records():
    """25,600 - 20 = 25,580 B hold 10 records of 2,448 + 10 B and not 11; of 12,781 + 10 B they hold one."""
    stream = of(1000, 2448, producer="kpl", aggregate=Fraction(25_600))
    assert loads(stream)["write records"] == Fraction(100, 1000)
    assert loads(stream)["write bytes"] == Fraction(100 * 24_600, 2**20)
    alone = of(1000, 12_781, producer="kpl", aggregate=Fraction(25_600))
    assert loads(alone)["write records"] == 1
    assert loads(alone)["write bytes"] == Fraction(12_781_000, 2**20)


def test_a_function_reads_aggregates_and_a_declared_rate_is_of_producer_records():
    """10 producer records each: 1,000/s are 100 stream records/s, a batch of 50 a second twice the speed."""
    readers = (Reader(batch=50, batch_seconds=Fraction(1), most_records=Fraction(500)),)
    found = loads(of(1000, 2448, producer="kpl", aggregate=Fraction(25_600), readers=readers))
    assert (found["batches of reader 0"], found["rate of reader 0"]) == (2, 2)


def test_the_library_packs_to_its_own_size_where_none_is_said():
    assert loads(of(1000, producer="kpl")) == loads(of(1000, producer="kpl", aggregate=Fraction(51_200)))


# ── the days ahead ───────────────────────────────────────────────────────────────────────────────


def test_growth_compounds_by_the_month_and_is_even_between():
    oracle = Oracle(growing(1000, 50))
    assert oracle.grown(TODAY, TODAY) == 1
    assert oracle.grown(TODAY, date(2026, 12, 6)) == Fraction(5, 4)  # 15 of 30 days
    assert oracle.grown(TODAY, date(2026, 12, 21)) == Fraction(3, 2)
    assert oracle.grown(TODAY, date(2027, 1, 21)) == Fraction(9, 4)
    assert oracle.grown(TODAY, date(2027, 1, 22)) == Fraction(9, 4) * (1 + Fraction(1, 62))
    yearly = Oracle(growing(1000, 100, months=12))
    assert yearly.grown(TODAY, TODAY + timedelta(73)) == Fraction(6, 5)  # 73 of 365


def test_growth_counts_from_the_day_of_the_rates():
    oracle = Oracle(growing(1000, 50, dated=date(2026, 10, 21)))
    assert oracle.grown(TODAY, TODAY) == Fraction(3, 2)
    assert oracle.grown(TODAY, date(2026, 10, 1)) == 1


def test_a_month_after_the_last_day_of_one_is_the_last_day_of_the_next():
    assert months_after(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_after(date(2027, 1, 31), 2) == date(2027, 3, 31)
    assert months_after(date(2026, 12, 31), 14) == date(2028, 2, 29)
    assert months_after(date(2026, 11, 21), 12) == date(2027, 11, 21)


def test_the_day_on_which_a_count_runs_out():
    """2,000/s with 50 % a month: 3,000 on 2026-12-21, which 3 shards just carry; a day later they do not."""
    oracle, last = Oracle(growing(2000, 50)), date(2027, 11, 21)
    assert oracle.runs_out(2, TODAY, last) == date(2026, 11, 22)
    assert oracle.runs_out(3, TODAY, last) == date(2026, 12, 22)
    assert oracle.runs_out(1, TODAY, last) is None  # it is too small already, which is another finding
    assert oracle.runs_out(3, TODAY, date(2026, 12, 21)) is None
    assert Oracle(of(2000)).runs_out(2, TODAY, last) is None


def test_the_day_on_which_a_key_outgrows_its_shard():
    """A key of 60 % of 1,500/s has 900/s, and 0.06/s of the rest on one of 10,000 shards. 10 % a month is 1.1
    on 2026-12-21, and 1.1 x (1 + 0.1 d/31) x 900.06 is above 1,000 for d > 3.1.
    """
    oracle = Oracle(growing(1500, 10, hottest_key=Fraction(60, 100)))
    assert oracle.key_out(TODAY, date(2027, 11, 21)) == date(2026, 12, 25)
    assert oracle.key_out(TODAY, date(2026, 12, 24)) is None


# ── advice ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stream", "asked", "action", "advised"),
    [
        # 8,000/s of 100 B need 8.
        (of(8000), {}, Action.CREATE, 8),
        (of(8000, declared=7), {}, Action.RAISE, 8),
        (of(8000, declared=8), {}, Action.KEEP, 8),
        (of(8000, declared=11), {}, Action.LOWER, 8),
        # 10 is 25 % above 8, and no more than that.
        (of(8000, declared=10), {}, Action.KEEP, 10),
        (of(8000, declared=10), {"band": Band(above=Fraction(1, 5))}, Action.LOWER, 8),
        # $10.95 a shard and month: one saves too little to speak of, two do not.
        (of(1000, declared=2), {"saving": lambda base, n: (base - n) * Fraction("10.95")}, Action.KEEP, 2),
        (of(1000, declared=3), {"saving": lambda base, n: (base - n) * Fraction("10.95")}, Action.LOWER, 1),
        (of(8000, declared=20), {"holds": True}, Action.KEEP, 20),
        (of(8000, declared=20), {"measured": 12}, Action.LOWER, 12),
        (of(8000, declared=8), {"measured": 12}, Action.RAISE, 12),
        # No count carries 60 % of 8,000/s: raised for the others, and never lowered.
        (of(8000, declared=20, hottest_key=Fraction(6, 10)), {}, Action.KEEP, 20),
        (of(8000, declared=7, hottest_key=Fraction(6, 10)), {}, Action.RAISE, 8),
        # What runs decides, and an on-demand stream's open shards do not.
        (of(8000, declared=4), {"running": 20}, Action.LOWER, 8),
        (of(8000, declared=20), {"running": 4}, Action.RAISE, 8),
        (of(8000, declared=20), {"running": 20, "running_mode": "on-demand-standard"}, Action.SWITCH, 8),
        (
            of(8000, declared=20, mode="on-demand-standard"),
            {"running": 20, "running_mode": "provisioned"},
            Action.SWITCH,
            None,
        ),
        (of(8000, declared=20, mode="on-demand-advantage"), {}, Action.ON_DEMAND, None),
        (
            of(8000, mode="on-demand-advantage"),
            {"running": 20, "running_mode": "on-demand-standard"},
            Action.ON_DEMAND,
            None,
        ),
        (of(8000, mode=None), {"running": 20, "running_mode": "on-demand-standard"}, Action.ON_DEMAND, None),
        # 10 % a month: 8,800 after 30 days; 60 days are 30 of 31 into the second: 9,652.
        (growing(8000, 10, declared=8), {}, Action.RAISE, 9),
        (growing(8000, 10, declared=9), {}, Action.KEEP, 9),
        (growing(8000, 10, declared=20), {}, Action.LOWER, 10),
    ],
)
def test_what_is_advised(stream, asked, action, advised):
    verdict = Oracle(stream).decide(TODAY, **asked)
    assert (verdict.action, verdict.advised) == (action, advised)


def test_both_counts_are_edited_where_what_runs_is_not_what_is_declared():
    """4 declared, 8 run, 6 needed."""
    verdict = Oracle(of(6000, declared=4)).decide(TODAY, running=8)
    assert (verdict.action, verdict.edits) == (Action.LOWER, {"declared": (4, 6), "running": (8, 6)})


def test_the_open_shards_of_an_on_demand_stream_are_no_base():
    verdict = Oracle(of(8000, declared=20)).decide(TODAY, running=4, running_mode="on-demand-standard")
    assert (verdict.base, verdict.edits) == (20, {"declared": (20, 8)})


def test_nothing_is_lowered_while_a_key_changes_its_regime_soon():
    """900/s of a key grow above 1,000/s in 34 days, within twice the lead."""
    stream = growing(1500, 10, declared=40, hottest_key=Fraction(60, 100))
    verdict = Oracle(stream).decide(TODAY)
    # Up: the key has 990/s then, 0.66/N <= 0.01.
    assert (verdict.action, verdict.blocked, verdict.up) == (Action.RAISE, True, 66)
    assert Oracle(replace(stream, declared=400)).decide(TODAY).action is Action.KEEP


def test_lowering_looks_twice_as_far_so_that_the_next_day_does_not_raise():
    """7,888/s of 1,126 B, 4 readers, skew 1.5, 10 % a month: 25.41 shards today, 27.95 in 30 days, 28.04 on
    the next day, and 1.1 x (1 + 0.1 x 30/31) x 25.41 = 30.66 in 60.
    """
    readers = (Reader(count=4),)
    stream = growing(7888, 10, 1126, skew=Fraction(3, 2), readers=readers, declared=400, dated=TODAY)
    first = Oracle(stream).decide(TODAY)
    assert (first.action, first.up, first.advised) == (Action.LOWER, 28, 31)
    assert not Oracle(stream).ok(28, Oracle(stream).grown(TODAY, TODAY + timedelta(31)))
    after = Oracle(replace(stream, declared=first.advised))
    assert all(after.decide(TODAY + timedelta(days)).action is Action.KEEP for days in range(20))


@st.composite
def situations(draw):
    """A stream, and what is known of the one that runs."""
    stream = draw(CASES).stream
    oracle = Oracle(stream)
    assume(oracle.needed < 10**9)
    near = st.integers(max(1, oracle.needed // 2), 3 * oracle.needed)
    stream = replace(stream, declared=draw(st.none() | near), mode=draw(st.sampled_from([None, stream.mode])))
    money = draw(st.sampled_from([Fraction(0), Fraction("10.95")]))
    return stream, {
        "measured": draw(st.none() | near),
        "holds": draw(st.booleans()),
        "running": draw(st.none() | near),
        "running_mode": draw(st.sampled_from([None, "provisioned"])),
        "saving": lambda base, shards: (base - shards) * money if money else None,
    }


@examples(150)
@given(situations())
def test_who_follows_a_verdict_and_asks_again_is_told_to_keep(situation):
    stream, asked = situation
    verdict = Oracle(stream).decide(TODAY, **asked)
    assume(verdict.action in (Action.CREATE, Action.RAISE, Action.LOWER))
    followed = replace(stream, declared=verdict.advised)
    if asked["running"] is not None:
        asked |= {"running": verdict.advised}
    again = Oracle(followed).decide(TODAY, **asked)
    assert (again.action, again.advised, again.edits) == (Action.KEEP, verdict.advised, {})


@examples(150)
@given(situations())
def test_what_is_advised_carries_the_lead_and_what_is_lowered_carries_two(situation):
    stream, asked = situation
    oracle = Oracle(stream)
    verdict = oracle.decide(TODAY, **asked)
    assume(verdict.advised is not None)
    assert verdict.advised >= verdict.up >= verdict.needed
    assert oracle.ok(verdict.advised)
    for days in (30, 60) if verdict.action is Action.LOWER else (30,):
        grown = oracle.grown(TODAY, TODAY + timedelta(days))
        assert oracle.need(grown) is None or oracle.ok(verdict.advised, grown)


# ── salts and what is told besides ───────────────────────────────────────────────────────────────


def formula(p: Fraction, load: Fraction, u: Fraction, n: int) -> int:
    return -(-(p * load * (1 - Fraction(1, n)) / (u - load / n)) // 1)


def test_salts_by_hand():
    # 2.604 shards, a key of 38.4 %: at 3, 0.384 x 2.604 x 2/3 / (1 - 0.868) = 5.05.
    assert Oracle(of(2604, hottest_key=Fraction(384, 1000))).salts() == (3, 6)
    # 2 shards are full to the last record: at 3, 0.5 x 2 x 2/3 / (1 - 2/3) = 2 <= 0.5 x 4.
    assert Oracle(of(2000, hottest_key=Fraction(1, 2))).salts() == (3, 2)
    # One shard holds all of it, key or not.
    assert Oracle(of(1000, hottest_key=Fraction(1, 2))).salts() == (1, 1)
    assert Oracle(of(1000)).salts() is None


@examples(100)
@given(
    st.integers(1, 400),
    st.integers(1, 99),
    st.integers(0, 100),
)
def test_the_salts_that_are_tried_one_by_one_are_those_of_the_formula(tenths, key, headroom):
    p = Fraction(key, 100)
    oracle = Oracle(of(plain(Fraction(100 * tenths)), hottest_key=p, headroom=Fraction(headroom, 100)))
    shards, salts = oracle.salts()
    load = max(oracle.loads.values())
    assert shards == 1 or load / shards < oracle.u
    assert salts == (1 if shards == 1 else max(1, formula(p, load, oracle.u, shards)))
    salted = Oracle(replace(oracle.stream, hottest_key=p / salts))
    assert salted.needed <= shards


def test_a_profile_is_wrong_where_its_traffic_is_more_than_a_quarter_off():
    assert not differs(Fraction(4), Fraction(5))
    assert differs(Fraction(400), Fraction(501))
    assert differs(Fraction(501), Fraction(400))


def test_a_skew_below_what_the_key_alone_puts_on_its_shard_contradicts_it():
    """At 10 shards a key of 40 % makes its shard 4.6 times as busy as the mean."""
    assert contradict(Fraction(45, 10), Fraction(4, 10), 10)
    assert not contradict(Fraction(46, 10), Fraction(4, 10), 10)


def test_a_key_is_found_again_in_the_share_of_the_busiest_shard():
    oracle = Oracle(of(1500, hottest_key=Fraction(6, 10)))
    assert [key_of_busiest(oracle.hot(n), n) for n in (2, 6, 38)] == [Fraction(6, 10)] * 3
