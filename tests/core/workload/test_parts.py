"""Parts of a workload: what is read, and what is refused."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from shardcalc import BadFields, Workload
from shardcalc.core.text import BadValue
from shardcalc.core.units import ByteRate, Months, RecordRate, Size
from shardcalc.core.workload.parts import Consumer, Growth, Rates, Throughput, read_byte_rate


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


# ── bytes a second instead of records ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mean", "peak", "made"),
    [
        ("2 KiB/s", "5 KiB/s", (2048, 5120)),
        ("2 KiB/s", "2 KiB/s", (2048, 2048)),
        # Times the mean: 60 KiB a minute are 1,024 B a second.
        ("60 KiB/min", "1x", (1024, 1024)),
        ("60 KiB/min", " 2.5 x ", (1024, 2560)),
        ("1 KiB/s", "10,000x", (1024, 10_240_000)),
        (ByteRate(3), ByteRate(4), (3, 4)),
    ],
)
def test_a_throughput_has_a_mean_and_a_peak(mean, peak, made):
    read = Throughput.of(mean=mean, peak=peak)
    assert (read.mean, read.peak, read.dated) == (*map(ByteRate, made), None)
    dated = Throughput.of(mean=mean, peak=peak, dated="2026-11-01")
    assert dated == Throughput(read.mean, read.peak, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({}, [("mean", "missing"), ("peak", "missing")]),
        ({"mean": "1 KiB/s"}, [("peak", "missing")]),
        ({"peak": "2x"}, [("mean", "missing")]),
        (
            {"mean": "1 KiB/s", "peak": "1023 B/s"},
            [("peak", "1,023 B/s is below the mean of 1 KiB/s")],
        ),
        (
            {"mean": "1 KiB/s", "peak": "0.9x"},
            [("peak", "'0.9x' is not a peak: it must be from 1 to 10,000")],
        ),
        (
            {"mean": "1 KiB/s", "peak": "10001x"},
            [("peak", "'10001x' is not a peak: it must be from 1 to 10,000")],
        ),
        (
            {"mean": "3x", "peak": "5 records/s"},
            [
                ("mean", "'3x' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
                ("peak", "'5 records' is not a size; write a number and one of B, KiB, MiB, GiB, TiB"),
            ],
        ),
        (
            {"mean": "1 KiB/s", "peak": "2x", "dated": "soon", "size": "1"},
            [
                ("dated", "'soon' is not a day; write for example 2027-01-15, from 2000 to 2199"),
                ("size", "unknown field; known: mean, peak, dated"),
            ],
        ),
    ],
)
def test_what_is_no_throughput_is_told(fields, problems):
    with pytest.raises(BadFields) as error:
        Throughput.of(**fields)
    assert list(error.value.problems) == problems


def test_a_throughput_is_records_of_a_size_with_its_day():
    """6,144 and 10,240 B of 2,048 B each: 3 and 5 records."""
    day = date(2026, 11, 1)
    made = Throughput(ByteRate(6144), ByteRate(10_240), day).records(Size(2048))
    assert made == Rates(RecordRate(3), RecordRate(5), day)
    assert Throughput(ByteRate(1), ByteRate(1)).records(Size(2)).dated is None


@pytest.mark.parametrize(
    ("mean", "peak", "told"),
    [
        (Fraction(1, 10**9), Fraction(10**12), None),
        (
            Fraction(9, 10**10),
            Fraction(1),
            "9e-10 records/s to 1 records/s of 1 B is no rate of records: at most "
            "1,000,000,000,000 records/s",
        ),
        (
            Fraction(1),
            Fraction(10**12 + 1),
            "1 records/s to 1,000,000,000,001 records/s of 1 B is no rate of records: at most "
            "1,000,000,000,000 records/s",
        ),
    ],
)
def test_a_throughput_has_as_many_records_as_a_rate_can_have(mean, peak, told):
    moved = Throughput(ByteRate(mean), ByteRate(peak))
    if told is None:
        assert moved.records(Size(1)) == Rates(RecordRate(mean), RecordRate(peak))
        return
    with pytest.raises(BadFields) as error:
        moved.records(Size(1))
    assert list(error.value.problems) == [("throughput", told)]


def test_a_byte_rate_that_is_made_already_is_taken_as_it_is():
    rate = ByteRate(7)
    assert read_byte_rate(rate) is rate
    assert read_byte_rate("7 B/s") == rate
    with pytest.raises(BadValue, match="'7' is not a byte rate"):
        read_byte_rate(7)
