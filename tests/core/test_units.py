"""Quantities: what is read, what is refused, and what does not mix."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.text import BadFields, BadValue, read_count, read_share
from shardcalc.core.units import USD, ByteRate, Duration, Months, RecordRate, Size, ceil_div
from shardcalc.core.workload.workload import Workload


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1024),
        ("1024", 1024 * 1024),
        ("512 B", 512),
        ("1.5 KiB", 1536),
        ("1.5KB", 1536),
        ("1 MiB", 1024**2),
        ("1mb", 1024**2),
        ("2 GiB", 2 * 1024**3),
        ("1 TiB", 1024**4),
        ("0.5TB", 1024**4 // 2),
        ("1t", 1024**4),
        ("10485760/5000 B", Fraction(10485760, 5000)),
        ("1e3 B", 1000),
        ("1_000 B", 1000),
        (".5", 512),
    ],
)
def test_a_size_is_read_exactly(text, size):
    assert Size.parse(text) == Size(Fraction(size))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1024**4 - 1024**3, "1,023 GiB"),
        (1024**4, "1 TiB"),
        (5 * 1024**4 + 1024**4 // 2, "5.5 TiB"),
        (1024**5, "1,024 TiB"),
    ],
)
def test_a_large_size_is_written_in_tib(size, text):
    assert (str(Size(size)), str(ByteRate(size))) == (text, f"{text}/s")


@given(st.integers(8, 8 * 1024 - 1), st.sampled_from([1, 2, 3, 4]))
def test_a_size_in_eighths_of_its_unit_is_read_back_as_written(eighths, power):
    size = Size(Fraction(eighths * 1024**power, 8))
    assert Size.parse(str(size).replace(",", ""), most=1024**5) == size


def test_data_is_read_far_above_the_size_of_a_record():
    made = Workload.of(size=1, rps=1, long_term_reads="5 TiB")
    assert made.long_term_reads == Size(5 * 1024**4)
    with pytest.raises(BadValue, match="too large for a size: at most 1 TiB"):
        Size.parse("5 TiB")
    with pytest.raises(BadFields, match="too large for an amount of data: at most 1,048,576 TiB"):
        Workload.of(size=1, rps=1, long_term_reads="1048577 TiB")


@pytest.mark.parametrize(
    ("text", "per_second"),
    [
        ("6", 6),
        ("16.67", Fraction(1667, 100)),
        ("90k/min", 1500),
        ("2.1M/h", Fraction(2_100_000, 3600)),
        ("8/day", Fraction(8, 86400)),
        ("200/60", Fraction(200, 60)),
        ("5 records/s", 5),
        ("1k", 1000),
    ],
)
def test_a_rate_is_read_exactly(text, per_second):
    assert RecordRate.parse(text) == RecordRate(Fraction(per_second))


@pytest.mark.parametrize(
    ("text", "per_second"),
    [
        ("604,800/week", 1),
        ("6.048M/week", 10),
        ("1,209,600/w", 2),
        # A month has 730 hours: 2,628,000 s.
        ("2,628,000/month", 1),
        ("1,314k/month", Fraction(1, 2)),
        ("1,000", 1000),
        ("12,345,678.5", Fraction(24691357, 2)),
        ("1,000,000/s", 10**6),
    ],
)
def test_a_rate_is_read_as_people_say_it(text, per_second):
    assert RecordRate.parse(text) == RecordRate(Fraction(per_second))


@pytest.mark.parametrize(
    "text",
    ["1,5", "1,0000", "1000,000", ",100", "1,,000", "1,000,00", "1_0,000", "1,000_0", "5/months", "1,"],
)
def test_commas_stand_between_thousands_and_nowhere_else(text):
    with pytest.raises(BadValue, match="is not a record rate"):
        RecordRate.parse(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("200 ms", Fraction(1, 5)),
        ("1.4s", Fraction(7, 5)),
        ("6h", 21600),
        ("7d", 604800),
        ("2 weeks", 1209600),
    ],
)
def test_a_duration_is_read_exactly(text, seconds):
    assert Duration.parse(text) == Duration(Fraction(seconds))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "0",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "1 kilo",
        "one",
        "1.2.3",
        "0x10",
        "1/0",
        "9" * 40,
        "\x00",
        "1 KiB KiB",
        "٣",
    ],
)
@pytest.mark.parametrize("read", [Size.parse, RecordRate.parse, Duration.parse])
def test_what_is_no_quantity_is_refused_with_what_to_write(read, text):
    with pytest.raises(BadValue, match=r"(?i)write|at least|above zero|at most|divides"):
        read(text)


@given(st.text())
def test_no_text_makes_a_reader_fail_otherwise(text):
    for read in (
        Size.parse,
        RecordRate.parse,
        Duration.parse,
        USD.parse,
        lambda text: read_count(text, "a count"),
        lambda text: read_share(text, "a share"),
    ):
        message = ""
        try:
            read(text)
        except BadValue as error:
            message = str(error)
        assert message.isprintable()


def test_kinds_do_not_mix():
    with pytest.raises(TypeError, match="Size and RecordRate do not mix"):
        Size(1) + RecordRate(1)  # type: ignore[operator]
    with pytest.raises(TypeError, match="do not mix"):
        assert Size(1) < Duration(1)  # type: ignore[operator]
    assert Size(1) != Duration(1)


def test_a_float_is_no_amount():
    with pytest.raises(TypeError, match="not float"):
        Size(0.5)  # type: ignore[arg-type]


def test_a_quantity_cannot_be_changed_and_can_be_sent_to_another_process():
    size = Size(5)
    with pytest.raises(AttributeError):
        size.amount = Fraction(6)
    assert pickle.loads(pickle.dumps(size)) == size


def test_kinds_meet_through_named_methods():
    assert RecordRate(6).of(Size(1024)) == ByteRate(6144)
    assert Size(6144).per(Duration(60)) == ByteRate(Fraction(6144, 60))
    assert ByteRate(10).over(Duration(6)) == Size(60)
    assert RecordRate(10).over(Duration(6)) == 60
    assert Duration(Fraction(7, 5)).every(7).amount == 5


def test_rounding_up_uses_no_float():
    # 50 * 1.1 is 55.00000000000001 in floats, which rounds up to 56.
    assert ceil_div(Fraction(50) * Fraction(11, 10)) == 55
    assert ceil_div(Fraction(7), Fraction(7, 2)) == 2


@given(st.fractions(min_value=0, max_value=10**9), st.fractions(min_value=Fraction(1, 1000), max_value=10**6))
def test_rounding_up_is_the_least_whole_number_that_suffices(number, divisor):
    count = ceil_div(number, divisor)
    assert count * divisor >= number
    assert (count - 1) * divisor < number


def test_money_is_rounded_to_cents_only_when_printed():
    assert USD(Fraction(1, 3)) * 3 == USD(1)
    assert str(USD(Fraction(123456789, 1000))) == "$123,456.79"
    assert USD(Fraction(-5, 1000)).cents == "-0.00" or USD(Fraction(-5, 1000)).cents == "0.00"
    assert USD(Fraction(1, 200)).cents == "0.01"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(7, 5), "1.4 s"),
        (Fraction(1, 5), "200 ms"),
        (90, "90 s"),
        (3600, "1 h"),
        (1266, "21.1 min"),
        (86400, "1 d"),
        (730 * 3600, "730 h"),
    ],
)
def test_a_duration_is_written_in_the_unit_that_fits(seconds, text):
    assert str(Duration(Fraction(seconds))) == text


def test_a_quantity_shows_its_kind_where_a_program_prints_it():
    assert repr(Size.parse("1 KiB")) == "Size(1024)"


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (Duration.parse, "0 s", "above zero"),
        (Duration.parse, "36500.1 d", "36,500 d"),
        (ByteRate.parse, "2 MiB", "not a byte rate"),
        (ByteRate.parse, "2 MiB/h", "not a byte rate"),
        (RecordRate.parse, "0", "above zero"),
        (RecordRate.parse, "1/d 0", "not a record rate"),
        (RecordRate.parse, "0.0000000001", "too small"),
    ],
)
def test_what_is_out_of_range_is_told(read, text, told):
    with pytest.raises(BadValue, match=told):
        read(text)


def test_one_month_is_no_plural():
    assert (str(Months.parse("1 month")), str(Months.parse("2 years"))) == ("1 month", "24 months")
