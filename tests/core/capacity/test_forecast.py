"""The months ahead: worked by hand, and as properties."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from shardcalc.core.capacity.forecast import FAR, MOST, forecast, later
from tests.fuzz import examples

TODAY = date(2026, 11, 21)


def ahead(today: date = TODAY, **fields):
    found = forecast(plan(Workload.of(size=1024, consumers=1, **fields)), today)
    assert found is not None
    return found


def test_each_step_has_the_first_day_on_which_one_more_shard_is_needed():
    # 2 records/s of 1 MiB fill 2 shards. With 50 % a month: 3 on 2026-12-21 exactly, 4.5 on 2027-01-21, 6.75
    # on 2027-02-21.
    # 2 are passed on the first day; 3 on the day after 2026-12-21, 4 when 3 x (1 + 1/2 d/31) > 4: d > 20.67,
    # so day 21,
    # 2027-01-11. 4.5 x (1 + 1/2 d/31) > 5: d > 6.89, day 7, 2027-01-28; > 6: d > 20.67, day 21, 2027-02-11.
    found = ahead(rps=2, growth="50%/month", horizon="3 months")
    assert [(str(step.day), step.shards) for step in found.steps] == [
        ("2026-11-22", 3), ("2026-12-22", 4), ("2027-01-11", 5), ("2027-01-28", 6), ("2027-02-11", 7),
    ]  # fmt: skip
    assert (found.shards, found.at_last, found.last) == (2, 7, date(2027, 2, 21))
    assert (found.until(2), found.until(6), found.until(7), found.until(1)) == (
        date(2026, 11, 22),
        date(2027, 2, 11),
        None,
        TODAY,
    )


def test_growth_of_a_year_is_spread_over_its_days():
    # 1.5 shards, 100 % a year: 2 are passed when 1.5 (1 + d/365) > 2: d > 121.67, day 122: 2027-03-23. 3 are
    # reached and not passed.
    found = ahead(rps="1.5", growth="100%/year")
    assert [(str(step.day), step.shards) for step in found.steps] == [("2027-03-23", 3)]


def test_what_is_ahead_says_how_it_grows():
    growth = ahead(rps=1, growth="5%/month").growth
    assert (growth.share, growth.period.count) == (Fraction(1, 20), 1)


def test_no_growth_is_no_outlook_and_none_of_it_no_step():
    assert forecast(plan(Workload.of(size=1, rps=1)), TODAY) is None
    assert ahead(rps=2, growth="0%/month").steps == ()


def test_a_month_from_the_last_of_january_is_the_last_of_february():
    assert later(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert later(date(2026, 12, 31), 14) == date(2028, 2, 29)


@examples(60)
@given(
    st.integers(1, 300),
    st.integers(1, 20),
    st.integers(1, 12),
    st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)
def test_on_each_step_the_count_before_no_longer_does_and_the_day_before_it_did(
    tenths, percents, horizon, today
):
    found = ahead(today, rps=f"{tenths}/10", growth=f"{percents}%/month", horizon=f"{horizon} months")

    def load(day: date) -> Fraction:
        months = next(m for m in range(400) if later(today, m + 1) > day)
        begin, end = later(today, months), later(today, months + 1)
        return (
            Fraction(tenths, 10)
            * (1 + Fraction(percents, 100)) ** months
            * (1 + Fraction(percents, 100) * (day - begin).days / (end - begin).days)
        )

    before = found.shards
    for step in found.steps:
        assert load(step.day) > before
        assert load(date.fromordinal(step.day.toordinal() - 1)) <= before
        assert step.shards == ceil(load(step.day))
        assert step.day <= found.last
        before = step.shards
    assert found.at_last - 1 < load(found.last) <= found.at_last


def test_boundless_growth_is_told_and_not_listed():
    found = ahead(rps=2, growth="1000%/month", horizon="10 years")
    assert len(found.steps) == MOST
    # 2 x 11^120, whole. A day's growth is soon many shards, and one step.
    assert found.at_last == 2 * 11**120 == found.steps[-1].shards + found.more
    assert len({step.day for step in found.steps}) == MOST


def test_a_step_after_the_horizon_is_not_listed():
    """0.6 shards doubled in a year reach 1 on day 0.4 / 0.6 x 365 = 243.3; half a year has 181."""
    found = ahead(rps="0.6", growth="100%/year", horizon="6 months")
    assert (found.steps, found.more, found.at_last) == ((), 0, 1)
    [step] = ahead(rps="0.6", growth="100%/year", horizon="12 months").steps
    assert (step.day - TODAY).days == 244


# ── rates that are dated ─────────────────────────────────────────────────────────────────────────


def dated(day: str, rate: object = 2) -> dict[str, object]:
    return {"mean": rate, "peak": rate, "dated": day}


def test_growth_counts_from_the_day_of_the_rates():
    # 2 on 2026-09-21; with 50 % a month 3 on 10-21, 4.5 today, 6.75 on 12-21. 4.5 x (1 + 1/2 d/30) > 5:
    # d > 6.67, day 7; > 6: d > 20, day 21.
    found = ahead(rps=dated("2026-09-21"), growth="50%/month", horizon="1 month")
    assert (found.plan.shards, found.shards, found.at_last, found.last) == (2, 5, 7, date(2026, 12, 21))
    assert [(str(step.day), step.shards) for step in found.steps] == [("2026-11-28", 6), ("2026-12-12", 7)]
    # Too few are too few from today on, and not since they were.
    assert [found.until(shards) for shards in (2, 4, 5)] == [TODAY, TODAY, date(2026, 11, 28)]


def test_the_days_pass_and_the_date_of_the_next_shard_stays():
    for today in (date(2026, 9, 21), date(2026, 10, 31), date(2026, 11, 27)):
        assert ahead(today, rps=dated("2026-09-21"), growth="50%/month").until(5) == date(2026, 11, 28)


def test_before_the_day_of_the_rates_nothing_grows():
    # 2 on 2027-01-21, and more a day later. The horizon begins there.
    found = ahead(rps=dated("2027-01-21"), growth="50%/month", horizon="1 month")
    assert (found.shards, found.last) == (2, date(2027, 2, 21))
    assert (str(found.steps[0].day), found.steps[0].shards) == ("2027-01-22", 3)
    assert found.grown.times(TODAY) == found.grown.times(date(2027, 1, 21)) == 1


# ── a key that grows ─────────────────────────────────────────────────────────────────────────────


def test_a_key_outgrows_its_shard_on_a_day_of_its_own():
    # 1,000/s of 1 KiB for 4 readers: 1.953 shards. With 40 % on a key n carry x = 0.512 / (0.4 + 0.6/n): 6 of
    # them 1.024, 7 1.0541, 8 1.0779, 9 1.0971.
    # 10 % a month: 1 + d/300 > 1.024, d > 7.2; 1.0541, d > 16.2; 1.0779, d > 23.4; 1.1 on 12-21, which needs
    # 0.6 / (0.512/1.1 - 0.4) = 9.2.
    # No more than 10,000 shards: 0.512 / (0.4 + 0.00006) = 1.2798.
    # 1.21 on 2027-01-21: 1.21 (1 + 0.1 d/31) > 1.2798, d > 17.9: 02-08.
    made = plan(Workload.of(
        size=1, rps=1000, hottest_key="40%", consumers=4, growth="10%/month", horizon="3 months",
    ))  # fmt: skip
    found = forecast(made, TODAY)
    assert made.outgrown == Fraction(51_200, 40_006)
    assert [(str(step.day), step.shards) for step in found.steps[:4]] == [
        ("2026-11-29", 7), ("2026-12-08", 8), ("2026-12-15", 9), ("2026-12-21", 10),
    ]  # fmt: skip
    assert found.key_out == date(2027, 2, 8)
    assert found.needed(date(2027, 2, 8)) is None
    # 1.21 (1 + 0.1 x 17/31) = 1.27635: 0.6 / (0.512/1.27635 - 0.4) = 525.2.
    assert found.needed(date(2027, 2, 7)) == 526
    # Nobody knows more than the last count that there was.
    assert (found.at_last, found.steps[-1].day <= date(2027, 2, 7)) == (found.steps[-1].shards, True)
    assert found.steps[-1].shards == 526


def test_a_key_that_fits_no_shard_today_has_no_day_on_which_it_outgrows_one():
    made = plan(Workload.of(size=1, rps=1000, hottest_key="80%", consumers=5, growth="10%/month"))
    found = forecast(made, TODAY)
    # The error is there today. Writes have a key too, 80 % of 1,000 records: 1 / 0.8 = 1.25, later than
    # reads, which are left out: 1.21 (1 + 0.1 d/31) > 1.25, d > 10.2.
    assert {limit.title for limit in made.unrelieved} == {"hottest key: shared read bytes"}
    assert found.key_out == date(2027, 2, 1)


def test_growth_is_followed_as_far_as_counts_mean_anything():
    # 1,000 % a month for 200 years: 11^2400, a number of 2,500 digits, which no float holds.
    rates = {"mean": "1", "peak": "1", "dated": "2000-01-01"}
    found = ahead(date(2199, 12, 31), rps=rates, growth="1000%/month")
    assert FAR <= found.grown.times(date(2199, 12, 31)) <= 11 * FAR
    assert 0 < float(found.at_last) < 1e153


def test_a_key_that_outgrows_its_shard_ends_the_steps():
    # 1 MiB/s, 60 % of it on one key. At 1 / 0.6 the key alone fills a shard, so no count does from the first
    # day above it: 1.5 x (1 + 1/2 d/31) > 1.6667 at d > 6.89, on 2026-12-28.
    found = ahead(rps=1, hottest_key="60%", growth="50%/month", horizon="3 months")
    last = found.steps[-1]
    # A day before, all is 1.5 x (1 + 6/62) = 51/31 of a shard: the key's 30.6/31, and of the rest
    # 20.4/31 / n.
    assert (found.key_out, str(last.day), last.shards) == (date(2026, 12, 28), "2026-12-27", 51)
    assert (found.needed(date(2026, 12, 27)), found.needed(date(2026, 12, 28))) == (51, None)
    assert (found.at_last, found.more, found.shards) == (51, 0, 1)
    # Without one there is no such day.
    assert ahead(rps=1, growth="50%/month", horizon="3 months").key_out is None
