"""The one verdict on a stream: rows worked by hand, what is found about the counts, and the money of it.

That it is the verdict of a second statement of the rules, for any workload: test_decision_against_the_oracle.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from shardcalc import DeclaredStream, Workload, plan
from shardcalc.core.advice.decision import TERMS, Action, Decision, Measured, Running, Terms, decide
from shardcalc.core.advice.judged import Ground, Judged, judge
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.units import USD, ByteRate, RecordRate
from shardcalc.core.workload.requirements import Requirements
from tests.synthetic import history

TODAY = date(2026, 11, 21)
LIMITS = built_in_limits()


def ground(region: str = "us-east-1", today: date = TODAY, terms: Terms = TERMS) -> Ground:
    return Ground(LIMITS, built_in_prices(region), today, Fraction(730), terms=terms)


def decided(*, today=TODAY, terms=TERMS, running=None, mode=None, measured=None, **fields) -> Decision:
    """Records of 100 B, of which a shard takes 1,000 a second."""
    made = plan(Workload.of(**{"size": "100 B", **fields}), LIMITS)
    return decide(made, LIMITS, today, terms=terms, running=Running(running, mode), measured=measured)


def measured(shards: int, records: int = 8000, size: int = 100) -> Measured:
    return Measured(shards, (), RecordRate(Fraction(records)), ByteRate(Fraction(records * size)))


def judged(*, today=TODAY, terms=TERMS, current=None, **fields) -> Judged:
    workload = Workload.of(**fields)
    stream = DeclaredStream(
        "orders", workload, dict.fromkeys(fields, "stream"), requirements=Requirements(current_shards=current)
    )
    return judge(stream, ground(workload.region, today, terms))


def finding(made: Decision, name: str) -> Finding | None:
    return next((found for found in made.findings if found.id == name), None)


# ── what to do ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "action", "change"),
    [
        # A shard-hour is $0.015, a month 730 h: $10.95 a shard. 21 are needed, and up to 26.25 are kept.
        ({"shards": 20}, Action.RAISE, "10.95"),
        ({"shards": 21}, Action.KEEP, "0.00"),
        ({"shards": 26}, Action.KEEP, "0.00"),
        ({"shards": 27}, Action.LOWER, "-65.70"),
        # A new stream has no bill of now.
        ({}, Action.CREATE, None),
        # An on-demand stream has one, and nothing is to change in it.
        ({"mode": "on-demand"}, Action.ON_DEMAND, "0.00"),
        ({"shards": 20, "region": "cn-north-1"}, Action.RAISE, None),
    ],
)
def test_a_decision_says_what_it_changes_in_a_month(fields, action, change):
    made = judged(size=1024, rps=6, consumers=7, **fields)
    assert made.decision.action is action
    assert (made.change.cents if made.change is not None else None) == change


def test_running_and_declared_differ_two_edits_of_one_advice():
    """4 declared, 8 run, 6 needed: 8 are more than 6 x 1.25."""
    made = decided(rps=6000, shards=4, running=8, mode="PROVISIONED")
    assert (made.action, made.advised, made.base) == (Action.LOWER, 6, 8)
    assert made.edits == (("declared", 4, 6), ("running", 8, 6))
    assert made.sentence == "lower to 6 (8 run, 4 declared): 6 are enough"
    # 4 run, 8 declared: what runs decides the word.
    made = decided(rps=6000, shards=8, running=4)
    assert (made.action, made.edits) == (Action.RAISE, (("declared", 8, 6), ("running", 4, 6)))


def test_the_shards_before_a_deployment_are_now():
    made = judged(size="100 B", rps=6000, shards=4, current=8)
    assert (made.decision.base, made.decision.advised) == (8, 6)
    # 8 shards cost 2 x $10.95 more than 6.
    assert made.change.cents == "-21.90"


@pytest.mark.parametrize(
    ("declared", "running", "edits", "answer"),
    [
        # A count is kept by UpdateStreamMode and set by nobody on demand.
        ("on-demand-standard", Running(20, "PROVISIONED"), (), "switch to on-demand"),
        ("provisioned", Running(20, "ON_DEMAND"), (("declared", 20, 8),), "switch to provisioned with 8"),
    ],
)
def test_a_mode_that_was_not_applied_is_switched_before_shards_are_counted(declared, running, edits, answer):
    workload = Workload.of(size="100 B", rps=8000, shards=20, mode=declared)
    made = decide(plan(workload, LIMITS), LIMITS, TODAY, running=running)
    assert (made.action, made.edits, made.answer) == (Action.SWITCH, edits, answer)


def test_without_a_profile_and_a_count_there_is_nothing_to_compare_with():
    made = decide(None, LIMITS, TODAY, measured=measured(8))
    assert (made.action, made.advised, made.needed, made.edits) == (Action.UNKNOWN, 8, None, ())


def test_what_a_month_saves_counts_with_the_discount():
    """3 -> 1 saves 2 x $10.95 = $21.90, and $19.71 at 10 % off: not worth it."""
    stream = DeclaredStream("", Workload.of(size="100 B", rps=900, shards=3), {})
    assert judge(stream, ground()).decision.action is Action.LOWER
    kept = judge(stream, ground()._replace(discount=Fraction(1, 10))).decision
    assert (kept.action, kept.why) == (
        Action.KEEP,
        "1 would be enough, and save $19.71 a month, less than $20.00",
    )


@pytest.mark.parametrize(
    ("terms", "action"),
    [
        (Terms(), Action.KEEP),  # 10 are 25 % above 8
        (Terms(above=Fraction(24, 100)), Action.LOWER),
        (Terms(above=Fraction(24, 100), saving=USD(22)), Action.KEEP),  # 2 x $10.95 = $21.90
    ],
)
def test_what_is_worth_lowering_is_a_policys(terms, action):
    assert judged(size="100 B", rps=8000, shards=10, terms=terms).decision.action is action


# ── days ahead ───────────────────────────────────────────────────────────────────────────────────
# 10 % a month from 2026-11-21: 8,000/s are 8,800 on 2026-12-21, the 30th day, and on the 60th, 2027-01-20,
# 1.1 x (1 + 0.1 x 30/31) x 8,000 = 9,651.6.

GROWING = {"rps": 8000, "growth": "10%/month"}


@pytest.mark.parametrize(
    ("shards", "action", "advised"),
    [
        (None, Action.CREATE, 9),
        (8, Action.RAISE, 9),
        (9, Action.KEEP, 9),
        (12, Action.KEEP, 12),  # not above 10 x 1.25
        (13, Action.LOWER, 10),
    ],
)
def test_an_advised_count_lasts_to_the_lead_time_and_a_lowered_one_twice_as_long(shards, action, advised):
    made = decided(**GROWING, **({} if shards is None else {"shards": shards}))
    assert (made.action, made.advised, made.needed, made.enough) == (action, advised, 8, 10)
    if action is Action.RAISE:
        assert made.why == "9 last 30 days at the declared growth"


def test_the_next_day_does_not_take_the_advice_back():
    """7,888/s of 1,126 B, skew 1.5, 4 readers: 28 are enough to the 30th day exactly and not on the next."""
    fields = {
        "size": "1126 B", "rps": {"mean": 7888, "peak": 7888, "dated": "2026-11-21"}, "consumers": 4,
        "skew": 1.5, "growth": "10%/month",
    }  # fmt: skip
    first = decided(**fields, shards=400)
    assert (first.action, first.advised) == (Action.LOWER, 31)
    for days in range(20):
        after = decided(**fields, shards=31, today=TODAY + timedelta(days))
        assert (after.action, after.advised) == (Action.KEEP, 31)


@pytest.mark.parametrize(
    ("lead", "advised"),
    # (1 + 0.1 x 10/30) x 8,000 = 8,267; 90 days end on 2027-02-19, 29 of 31 days after two months:
    # 1.21 x (1 + 0.1 x 29/31) x 8,000 = 10,585.6.
    [(0, 8), (10, 9), (90, 11)],
)
def test_how_long_a_count_must_last_is_a_policys(lead, advised):
    assert decided(**GROWING, terms=Terms(lead=lead)).advised == advised


@pytest.mark.parametrize(
    ("rps", "day", "severity"),
    [
        # 9 shards are not enough on the first day d with rps x (1 + 0.1 d/30) above 9,000.
        (8999, 1, "error"),  # 8,999 + 29.997 d
        (8800, 7, "error"),  # 8,800 + 29.33 d, above at 6.8
        (8792, 8, "warning"),  # 8,792 + 29.31 d, above at 7.1
        (8182, 30, "warning"),  # 8,182 x 1.1 = 9,000.2, above at 29.99
        (8181, 31, None),  # 8,999.1 on the 30th day
    ],
)
def test_running_out_is_an_error_within_a_week_and_a_warning_within_the_lead_time(rps, day, severity):
    made = decided(rps=rps, growth="10%/month", shards=9)
    assert made.runs_out == TODAY + timedelta(day)
    found = finding(made, "runs-out")
    assert (found.severity if found else None) == severity
    # So long as nothing runs out within the lead time, nothing is to be raised, and the other way round.
    assert made.action is (Action.KEEP if severity is None else Action.RAISE)


def test_when_it_is_told_is_a_policys():
    def severity(**terms):
        found = finding(decided(rps=8792, growth="10%/month", shards=9, terms=Terms(**terms)), "runs-out")
        return found.severity if found else None

    # The 8th day.
    assert [severity(soon=7), severity(soon=8)] == ["warning", "error"]
    assert [severity(lead=7, soon=1), severity(lead=8, soon=1)] == [None, "warning"]


def test_a_count_that_is_too_small_already_does_not_run_out_besides():
    made = decided(rps=9001, growth="10%/month", shards=9)
    assert made.runs_out is None
    assert [found.id for found in made.findings] == ["under-provisioned"]


def test_running_out_is_told_where_the_horizon_is_nearer_than_the_lead_time():
    """9 are enough until 2027-01-01 (1.1 x (1 + 0.1 x 11/31) x 7,909 = 9,008); the horizon ends before."""
    made = decided(
        rps=7909, growth="10%/month", horizon="1 month", shards=9, terms=Terms(lead=60), today=TODAY
    )
    assert made.forecast.last == date(2026, 12, 21)
    assert (made.action, made.runs_out) == (Action.RAISE, date(2027, 1, 1))
    assert finding(made, "runs-out").severity == "warning"


def test_growth_counts_from_the_day_of_the_rates():
    """8,000/s on 2026-10-21 are 8,800 on 2026-11-21: 9 today, and 9,680 thirty days later."""
    dated = {"mean": 8000, "peak": 8000, "dated": "2026-10-21"}
    made = decided(rps=dated, growth="10%/month", shards=9)
    assert (made.needed, made.advised, made.action) == (8, 10, Action.RAISE)
    # 8,800 x (1 + 0.1 d/30) is above 9,000 at d = 6.8, whatever day it is asked on.
    assert made.runs_out == date(2026, 11, 28)
    later = decided(rps=dated, growth="10%/month", shards=9, today=TODAY + timedelta(3))
    assert later.runs_out == made.runs_out
    # A day on which the rates are not yet true has no growth.
    assert decided(rps=dated, growth="10%/month", today=date(2026, 9, 1)).advised == 8


def test_a_count_that_a_hottest_key_outgrows_is_not_to_be_raised():
    """60 % of 1,600/s and the rest over 400 shards, 961.6/s, are above 1,000/s at 300 x 0.03993 = 11.98 days;
    the key alone, 960/s, at 12.5.
    """
    made = decided(rps=1600, hottest_key="60%", growth="10%/month", shards=400)
    assert (made.action, made.advised, made.runs_out) == (Action.KEEP, 400, TODAY + timedelta(12))
    told = finding(made, "runs-out")
    assert (told.severity, told.message, told.remedy) == (
        "warning",
        "400 shards are enough until 2026-12-03, 12 days from 2026-11-21, at the declared growth",
        "spread the hottest key over several: from 2026-12-04 no count of shards holds it",
    )


def test_nothing_is_lowered_while_the_hottest_key_outgrows_its_shard():
    """60 % of 1,500/s are 900/s, above 1,000/s in 34 days: within twice the lead time."""
    made = decided(rps=1500, hottest_key="60%", growth="10%/month", shards=400)
    assert (made.action, made.advised) == (Action.KEEP, 400)
    assert "the hottest key outgrows" in made.why
    # Without growth it stays: 0.6/N <= 0.1.
    assert decided(rps=1500, hottest_key="60%", shards=400).advised == 6


def test_nothing_is_lowered_while_a_key_fits_no_shard():
    made = decided(rps=8000, hottest_key="60%", shards=20)
    assert (made.action, made.advised, made.needed) == (Action.KEEP, 20, 8)
    assert decided(rps=8000, hottest_key="60%", shards=7).advised == 8


# ── what is found about the counts ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("records", "size", "apart"),
    [
        # 8,000/s of 100 B are declared. Exactly 5/4 is silent, above it speaks, to either side.
        (10_000, 100, ""),
        (10_001, 100, "records bytes"),
        (6_400, 100, ""),
        (6_399, 100, "records bytes"),
        (8_000, 125, ""),
        (8_000, 126, "bytes"),
        (8_000, 80, ""),
        (8_000, 79, "bytes"),
        (10_001, 90, "records"),
    ],
)
def test_a_profile_is_wrong_where_its_traffic_is_more_than_a_quarter_off(records, size, apart):
    found = finding(decided(rps=8000, shards=8, measured=measured(8, records, size)), "profile-differs")
    told = "" if found is None else found.message
    assert ("records/s declared" in told, "iB/s declared" in told) == ("records" in apart, "bytes" in apart)


def test_a_profile_that_is_right_is_not_wrong_for_its_reserve():
    """2,000/s need 2, and 3 with the 25 % of a measured stream: the counts are 50 % apart, the traffic is
    not.
    """
    made = decided(rps=2000, shards=3, measured=measured(3, 2000))
    assert finding(made, "profile-differs") is None


def test_a_declared_count_that_nobody_applied_is_told():
    found = finding(decided(rps=8000, shards=8, running=10, measured=measured(8)), "not-applied")
    assert (found.severity, found.message, found.remedy) == (
        "warning",
        "8 shards are declared and 10 run",
        "declare and run 10",
    )
    assert finding(decided(rps=8000, shards=8, running=8, measured=measured(8)), "not-applied") is None
    # What a profile says of the shards before its own deployment is no drift.
    assert finding(decided(rps=8000, shards=8, running=10), "not-applied") is None


@pytest.mark.parametrize(
    ("running", "remedy"),
    # One deployment goes no lower than half of what runs.
    [(None, "raise shards to 6"), (8, "raise shards to 6"), (20, "declare 10, then 6")],
)
def test_a_declared_count_that_is_too_small_is_an_error_whatever_runs(running, remedy):
    found = finding(decided(rps=6000, shards=4, running=running), "under-provisioned")
    assert (found.severity, found.remedy) == ("error", remedy)


def test_what_was_measured_is_a_floor():
    made = decided(rps=8000, shards=9, measured=measured(12))
    assert (made.action, made.advised) == (Action.RAISE, 12)
    assert made.why == "12 are needed for what was measured"
    assert "12 were needed by what was measured" in finding(made, "under-provisioned").message


@pytest.mark.parametrize(
    ("fields", "id", "message", "remedy"),
    [
        # 8,000 / 7,000 is 1.1429; from 8,000 / 9,000 = 0.8889 on what is missing is the reserve.
        (
            {"rps": 8000, "shards": 7},
            "under-provisioned",
            "7 shards are declared and 8 are needed: write records at 114.3%",
            "raise shards to 8",
        ),
        (
            {"rps": 8000, "headroom": "25%", "shards": 7},
            "under-provisioned",
            "7 shards are declared and 10 are needed: write records at 114.3%",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "headroom": "25%", "shards": 8},
            "under-provisioned",
            "8 shards are declared and 10 are needed with a reserve of 25% headroom: write records at 100%",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "headroom": "25%", "shards": 9},
            "under-provisioned",
            "9 shards are declared and 10 are needed with a reserve of 25% headroom: write records at 88.9%",
            "raise shards to 10",
        ),
        (
            {"rps": 1500, "shards": 1},
            "under-provisioned",
            "1 shard is declared and 2 are needed: write records at 150%",
            "raise shards to 2",
        ),
        # Where the utilisation asks for more than the headroom does, 1 / 0.8 = 1.25 and 1.1, it is what is
        # missed; where it asks for no more, the headroom is.
        (
            {"rps": 8000, "max_utilisation": "80%", "headroom": "10%", "shards": 9},
            "over-utilised",
            "write records is used to 88.9% at 9 shards, and at most 80% is wanted",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "max_utilisation": "80%", "shards": 8},
            "over-utilised",
            "write records is used to 100% at 8 shards, and at most 80% is wanted",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "max_utilisation": "80%", "shards": 7},
            "under-provisioned",
            "7 shards are declared and 10 are needed: write records at 114.3%",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "max_utilisation": "80%", "headroom": "25%", "shards": 9},
            "under-provisioned",
            "9 shards are declared and 10 are needed with a reserve of 25% headroom and at most 80% used: "
            "write records at 88.9%",
            "raise shards to 10",
        ),
        (
            {"rps": 8000, "shards": 11},
            "over-provisioned",
            "11 shards are declared, more than 25% above the 8 that are enough: write records at 72.7%; the "
            "surplus costs an unknown amount",
            "lower shards to 8, or declare the headroom that is wanted",
        ),
        # More is declared than runs, and what runs is right.
        (
            {"rps": 8000, "shards": 20, "running": 8},
            "over-provisioned",
            "20 shards are declared, more than 25% above the 8 that are enough: write records at 40%; the "
            "surplus costs an unknown amount",
            "lower shards to 8, or declare the headroom that is wanted",
        ),
        (
            {"rps": 8000, "shards": 20, "running": 64},
            "over-provisioned",
            "20 shards are declared, more than 25% above the 8 that are enough: write records at 40%; the "
            "surplus costs an unknown amount",
            "lower shards to 32, then 16, then 8, or declare the headroom that is wanted",
        ),
        # 10 is the most above 8.
        ({"rps": 8000, "shards": 10}, "over-provisioned", None, None),
        # What was measured is more than what is declared needs, 7 of 1: it decides, with no limit to show.
        (
            {"rps": 900, "shards": 5, "measured": measured(7, 900)},
            "under-provisioned",
            "5 shards are declared and 7 were needed by what was measured",
            "raise shards to 7",
        ),
        # Where more is needed for what is declared, a limit does.
        (
            {"rps": 8000, "shards": 5, "measured": measured(8)},
            "under-provisioned",
            "5 shards are declared and 8 are needed: write records at 160%",
            "raise shards to 8",
        ),
        (
            {"rps": 8000, "shards": 8, "running": 1, "mode": "ON_DEMAND", "measured": measured(8)},
            "not-applied",
            "provisioned is declared and the stream runs on-demand",
            "switch the mode, or declare the one that runs",
        ),
        (
            {"rps": 8000, "shards": 8, "measured": measured(1, 900)},
            "profile-differs",
            # 800,000 / 1,024 and 90,000 / 1,024.
            "the declared peak is not what was measured: 8,000 records/s declared, 900 records/s measured; "
            "781.25 KiB/s declared, 87.89 KiB/s measured",
            "correct rps and size in the profile, or say why another peak is expected",
        ),
        # 0.4 x 6 + 0.6 = 3, and 3 contradict nothing.
        (
            {"rps": 1500, "hottest_key": "40%", "skew": "1.1", "shards": 6},
            "skew-contradicts",
            "a hottest key of 40% makes the busiest of 6 shards 3 times as busy as the mean, and "
            "skew says 1.1",
            "correct one of hottest_key and skew; the larger counts",
        ),
        ({"rps": 1500, "hottest_key": "40%", "skew": "3", "shards": 6}, "skew-contradicts", None, None),
        # Without a count it is that which is advised.
        (
            {"rps": 1500, "hottest_key": "60%", "skew": "1.5"},
            "skew-contradicts",
            "a hottest key of 60% makes the busiest of 6 shards 4 times as busy as the mean, and "
            "skew says 1.5",
            "correct one of hottest_key and skew; the larger counts",
        ),
        # Skew that is not declared says nothing.
        ({"rps": 1500, "hottest_key": "40%", "shards": 6}, "skew-contradicts", None, None),
        # 8,800 + 29.33 d is above 9,000 at 6.8; 8,999 + 29.997 d at once.
        (
            {"rps": 8800, "growth": "10%/month", "shards": 9},
            "runs-out",
            "9 shards are enough until 2026-11-28, 7 days from 2026-11-21, at the declared growth",
            "raise shards to 10 before",
        ),
        (
            {"rps": 8999, "growth": "10%/month", "shards": 9},
            "runs-out",
            "9 shards are enough until 2026-11-22, 1 day from 2026-11-21, at the declared growth",
            "raise shards to 10 before",
        ),
        # 990 + 3.3 d is above 1,000 at 3.03.
        (
            {"rps": 990, "growth": "10%/month", "shards": 1},
            "runs-out",
            "1 shard is enough until 2026-11-25, 4 days from 2026-11-21, at the declared growth",
            "raise shards to 2 before",
        ),
    ],
)
def test_what_is_wrong_with_the_counts_is_told_with_its_numbers(fields, id, message, remedy):
    found = finding(decided(**fields), id)
    assert (found and (found.message, found.remedy)) == (message and (message, remedy))


def test_a_finding_about_a_limit_names_it():
    def fact(**fields):
        [found] = decided(rps=8000, **fields).findings
        return found.severity, found.fact.name

    assert fact(shards=7) == ("error", "write-records")
    assert fact(shards=9, max_utilisation="80%") == ("error", "write-records")
    assert fact(shards=11) == ("warning", "write-records")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rps": 8000}, "create with 8: 8 are needed for the declared peak"),
        ({"rps": 1}, "create with 1: 1 is needed for the declared peak"),
        ({"rps": 8000, "shards": 7}, "raise to 8 (7 declared): 8 are needed for the declared peak"),
        (
            {"rps": 8000, "shards": 7, "measured": measured(9)},
            "raise to 9 (7 declared): 9 are needed for what was measured",
        ),
        # Of the same count it is what is declared.
        (
            {"rps": 8000, "shards": 7, "measured": measured(8)},
            "raise to 8 (7 declared): 8 are needed for the declared peak",
        ),
        ({"rps": 8000, "shards": 8}, "keep 8 (8 declared): it is what is needed"),
        (
            {"rps": 8000, "shards": 10},
            "keep 10 (10 declared): 8 would be enough, and up to 25% more may be kept",
        ),
        ({"rps": 8000, "shards": 11}, "lower to 8 (11 declared): 8 are enough"),
        ({"rps": 900, "shards": 3}, "lower to 1 (3 declared): 1 is enough"),
        (
            {"rps": 8000, "shards": 20, "running": 64},
            "lower to 8 (64 run, 20 declared): 8 are enough",
        ),
        (
            {"rps": 8000, "shards": 20, "measured": measured(8)._replace(held=("it lags", "it throttles"))},
            "keep 20 (20 declared): 8 would be enough, but it lags",
        ),
        # 990 + 99 x 9 / 30 is 1,019.7 on the 9th day, and 1,089 on the 30th.
        ({**GROWING, "shards": 8}, "raise to 9 (8 declared): 9 last 30 days at the declared growth"),
        (
            {**GROWING, "shards": 9},
            "keep 9 (9 declared): 8 are needed, and 9 last 30 days at the declared growth",
        ),
        (
            {**GROWING},
            "create with 9: 8 are needed for the declared peak, and 9 last 30 days at the declared growth",
        ),
        (
            {"rps": 990, "growth": "10%/month", "shards": 2},
            "keep 2 (2 declared): 1 is needed, and 2 last 30 days at the declared growth",
        ),
        (
            {**GROWING, "shards": 7},
            "raise to 9 (7 declared): 8 are needed for the declared peak, and 9 last 30 days at the declared "
            "growth",
        ),
    ],
)
def test_a_verdict_says_its_counts_and_the_reason_that_decides(fields, sentence):
    assert decided(**fields).sentence == sentence


def test_what_holds_back_is_told_only_where_fewer_were_enough():
    held = measured(8)._replace(held=("it lags",))
    # 8 are enough: 9 could be fewer, 8 could not.
    assert decided(rps=8000, shards=9, measured=held).held == ("it lags",)
    assert decided(rps=8000, shards=8, measured=held).held == ()
    assert decided(rps=8000, shards=7, measured=held).held == ()
    assert decided(rps=2000, shards=1000, measured=held).held == ("it lags",)


def test_on_demand_the_count_is_what_provisioned_shards_it_would_take():
    made = judged(size="100 B", rps=8000, mode="on-demand").decision
    assert made.sentence == "on-demand, AWS scales it: provisioned, it would need 8 shards"
    assert (made.edits, made.shown, made.declared, made.on_demand) == ((), 8, None, True)
    made = judged(size="100 B", rps=1, mode="on-demand").decision
    assert made.sentence == "on-demand, AWS scales it: provisioned, it would need 1 shard"


# ── one reserve ──────────────────────────────────────────────────────────────────────────────────
# The made-up history has 8,000/s of 1,000 B; so do these profiles.


def beside_a_history(**fields) -> Judged:
    fields = {"size": "1000 B", "rps": 8000, "consumers": 2, "fan_out": 1, **fields}
    stream = DeclaredStream("orders", Workload.of(**fields), dict.fromkeys(fields, "stream"))
    return judge(stream, ground(), history())


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 10),  # nobody says: x 1.25
        ({"headroom": "0%"}, 8),
        ({"headroom": "10%"}, 9),
        ({"headroom": "50%"}, 12),
        ({"max_utilisation": "70%"}, 12),  # 8 / 0.7 = 11.4
        ({"headroom": "25%", "max_utilisation": "90%"}, 10),
    ],
)
def test_needed_and_measured_have_the_reserve_of_the_profile(fields, count):
    made = beside_a_history(**fields)
    assert (made.decision.needed, made.decision.measured.shards, made.plan.shards) == (count,) * 3
    assert made.measured.options.reserve == made.plan.reserve


def test_an_on_demand_stream_is_on_demand_where_the_profile_does_not_say():
    stream = DeclaredStream("orders", Workload.of(size="1000 B", rps=8000, shards=4), {"shards": "stream"})
    on_demand = replace(history(), mode="ON_DEMAND")
    made = judge(stream, ground(), on_demand).decision
    assert (made.action, made.base, made.edits) == (Action.ON_DEMAND, None, ())
    said = stream._replace(origins={"shards": "stream", "mode": "stream"})
    made = judge(said, ground(), on_demand).decision
    # 12 open shards of an on-demand stream are none that anybody chose.
    assert (made.action, made.base, made.advised) == (Action.SWITCH, 4, 10)
    assert made.edits == (("declared", 4, 10),)
