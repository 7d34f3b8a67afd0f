"""Parts of a workload: what is read, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import BadFields, Workload
from shardcalc.core.text import BadValue
from shardcalc.core.units import Months
from shardcalc.core.workload.parts import Consumer, Growth, Rates


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("5%", "'5%' is not a growth; write for example 5%/month or 80%/year"),
        ("month", "'month' is not a growth; write for example 5%/month or 80%/year"),
        ("5%/week", "'5%/week' is not a growth; write for example 5%/month or 80%/year"),
        ("", "'' is not a growth; write for example 5%/month or 80%/year"),
        ("5/month", "'5' could be 5% or 500%; write it with a % sign"),
        ("-5%/month", "'-5%' is not a growth: it must not be negative"),
        ("1001%/month", "'1001%' is too large for a growth: at most 1,000%"),
    ],
)
def test_what_is_no_growth_is_refused(text, why):
    with pytest.raises(BadValue) as caught:
        Growth.parse(text)
    assert str(caught.value) == why


def test_a_growth_is_of_a_month_or_of_a_year():
    for text, share, months, written in (
        ("5%/month", Fraction(5, 100), 1, "5%/month"),
        (" 80% / year ", Fraction(80, 100), 12, "80%/year"),
        ("0%/month", Fraction(0), 1, "0%/month"),
        ("1000%/year", Fraction(10), 12, "1,000%/year"),
    ):
        made = Growth.parse(text)
        assert (made.share, made.period.count, str(made)) == (share, months, written)


@pytest.mark.parametrize("text", ["12", "0 months", "1.5 months", "11 years", "soon"])
def test_what_is_no_horizon_is_refused(text):
    with pytest.raises(BadValue):
        Months.parse(text)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"type": "fan-out", "poll_interval": "1s"}, "poll_interval"),
        ({"type": "kcl", "batch_size": "5"}, "batch_size"),
        ({"type": "firehose", "parallelization_factor": "2"}, "parallelization_factor"),
    ],
)
def test_a_field_of_another_kind_of_consumer_is_refused(fields, problem):
    with pytest.raises(BadFields) as caught:
        Consumer.of(**fields)
    assert [name for name, _ in caught.value.problems] == [problem]


def test_of_a_list_of_wrong_items_no_more_are_told_than_help():
    with pytest.raises(BadFields) as raised:
        Workload.of(size=1, rps=1, consumers=[{"type": "x"}] * 1000)
    assert len(raised.value.problems) == 101
    with pytest.raises(BadFields, match="consumers: 1,001 entries; at most 1,000"):
        Workload.of(size=1, rps=1, consumers=[{"type": "sdk"}] * 1001)


def test_a_growth_has_few_decimals():
    assert Growth.parse("5.1234%/month").share == Fraction("0.051234")
    with pytest.raises(BadValue, match="at most 4 decimals"):
        Growth.parse("5.12345%/month")


def test_a_peak_may_be_so_many_times_the_mean():
    def rates(mean, peak):
        made = Rates.of(mean=mean, peak=peak)
        return made.mean.amount, made.peak.amount

    assert rates("2k", "10x") == (2000, 20_000)
    assert rates("1/min", "1.5 x") == (Fraction(1, 60), Fraction(1, 40))
    assert rates("100M", "10,000x") == (10**8, 10**12)
    for mean, peak, why in (
        ("1", "0.5x", "it must be from 1 to 10,000"),
        ("1", "10,001x", "it must be from 1 to 10,000"),
        ("100.1M", "10,000x", "too large for a peak rate: at most 1,000,000,000,000 records/s"),
        ("1", "x", "is not a peak"),
    ):
        with pytest.raises(BadFields, match=why):
            Rates.of(mean=mean, peak=peak)
