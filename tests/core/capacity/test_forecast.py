"""The months ahead: worked by hand, and as properties."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from shardcalc.core.capacity.forecast import MOST, forecast, later
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
            found.load
            * (1 + Fraction(percents, 100)) ** months
            * (1 + Fraction(percents, 100) * (day - begin).days / (end - begin).days)
        )

    assert list(found.steps) == sorted(found.steps, key=lambda step: step.shards)
    for step in found.steps:
        assert load(step.day) > step.shards - 1
        assert load(date.fromordinal(step.day.toordinal() - 1)) <= step.shards - 1
        assert step.day <= found.last
    assert found.at_last - 1 < load(found.last) <= found.at_last


def test_boundless_growth_is_told_and_not_listed():
    found = ahead(rps=2, growth="1000%/month", horizon="10 years")
    assert len(found.steps) == MOST
    # 2 x 11^120, whole
    assert found.at_last == 2 * 11**120 == found.shards + len(found.steps) + found.more


def test_a_step_after_the_horizon_is_not_listed():
    """0.6 shards doubled in a year reach 1 on day 0.4 / 0.6 x 365 = 243.3; half a year has 181."""
    found = ahead(rps="0.6", growth="100%/year", horizon="6 months")
    assert (found.steps, found.more, found.at_last) == ((), 0, 1)
    [step] = ahead(rps="0.6", growth="100%/year", horizon="12 months").steps
    assert (step.day - TODAY).days == 244
