"""Quantities: what is read, what is refused, and what does not mix."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.text import BadFields, BadValue, read_count, read_share
from shardcalc.core.units import (
    USD,
    ByteRate,
    CallRate,
    Currency,
    Duration,
    Months,
    RecordRate,
    Size,
    ceil_div,
)
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
        (ByteRate.parse, "2 MiB/fortnight", "not a byte rate"),
        (ByteRate.parse, "2 MiB/", "not a byte rate"),
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


# ── every unit, and the edges ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("units", "size"),
    [
        ("B b byte bytes", 1),
        ("k K kB KB kib KiB", 1024),
        ("m MB MiB", 1_048_576),
        ("g GB GiB", 1_073_741_824),
        ("t TB TiB", 1_099_511_627_776),
    ],
)
def test_every_unit_of_size_is_a_power_of_1024(units, size):
    assert {Size.parse(f"1 {unit}") for unit in units.split()} == {Size(size)}


@pytest.mark.parametrize(
    ("units", "seconds"),
    [
        ("ms millisecond milliseconds", Fraction(1, 1000)),
        ("s sec secs second seconds", 1),
        ("min mins minute minutes", 60),
        ("h hr hrs hour hours", 3600),
        ("d day days", 86_400),
        ("w week weeks", 604_800),
    ],
)
def test_every_unit_of_time_has_its_seconds(units, seconds):
    assert {Duration.parse(f"1 {unit}") for unit in units.split()} == {Duration(seconds)}


@pytest.mark.parametrize(
    ("units", "seconds"),
    [
        ("/s /sec /second records/s record/s rps", 1),
        ("/min /minute", 60),
        ("/h /hr /hour", 3600),
        ("/d /day", 86_400),
    ],
)
def test_every_unit_of_a_rate_has_its_seconds(units, seconds):
    assert {RecordRate.parse(f"1 {unit}") for unit in units.split()} == {RecordRate(Fraction(1, seconds))}


@pytest.mark.parametrize(("unit", "times"), [("k", 10**3), ("K", 10**3), ("M", 10**6), ("G", 10**9)])
def test_every_thousand_of_a_rate_is_read(unit, times):
    assert RecordRate.parse(f"2{unit}/s") == RecordRate(2 * times)


def test_money_is_read_with_its_unit_or_bare():
    assert (USD.parse("0.015"), USD.parse("400 USD")) == (USD(Fraction(15, 1000)), USD(400))


@pytest.mark.parametrize(
    ("read", "text", "amount"),
    [
        (Size.parse, "1 B", 1),
        (Size.parse, "1099511627776 B", 1024**4),
        (Duration.parse, "36500 d", 36_500 * 86_400),
        (RecordRate.parse, "1000000000000", 10**12),
        (RecordRate.parse, "0.000000001", Fraction(1, 10**9)),
        (Months.parse, "1 month", 1),
        (Months.parse, "0.5 years", 6),
        (Months.parse, "120 months", 120),
        (Months.parse, "10 years", 120),
        (USD.parse, "0", 0),
        (USD.parse, "1000000000000000", 10**15),
        (ByteRate.parse, "2 MiB / s", 2_097_152),
    ],
)
def test_the_ends_of_a_range_are_in_it(read, text, amount):
    assert read(text).amount == amount


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (Size.parse, "0.9 B", "is not a size: it must be at least 1 B"),
        (Size.parse, "1099511627777 B", "is too large for a size: at most 1 TiB"),
        (Size.parse, "1 x", "is not a size; write a number and one of B, KiB, MiB, GiB, TiB"),
        (Duration.parse, "-1 s", "is not a duration: it must be above zero"),
        (Duration.parse, "3153600001 s", "is too large for a duration: at most 36,500 d"),
        (Duration.parse, "1", "is not a duration; write a number and one of ms, s, min, h, d"),
        (RecordRate.parse, "-1", "is not a record rate: it must be above zero"),
        (
            RecordRate.parse,
            "1000000000001",
            "is too large for a record rate: at most 1,000,000,000,000 records/s",
        ),
        (
            RecordRate.parse,
            "0.0000000009",
            "is too small for a record rate: at least 0.000000001 records/s",
        ),
        (Months.parse, "0 months", "is not a number of months: it must be at least 1 month"),
        (Months.parse, "-1 months", "is not a number of months: it must be at least 1 month"),
        (Months.parse, "121 months", "is too large for a number of months: at most 120 months"),
        (
            Months.parse,
            "1.5 months",
            "is not a number of months; write for example 12 months or 2 years",
        ),
        (Months.parse, "3", "is not a number of months; write for example 12 months or 2 years"),
        (USD.parse, "-1", "is not an amount of money; write for example 400 USD"),
        (USD.parse, "1000000000000001", "is not an amount of money; write for example 400 USD"),
        (USD.parse, "4 EUR", "is not an amount of money; write for example 400 USD"),
    ],
)
def test_one_beyond_the_ends_of_a_range_is_told(read, text, told):
    with pytest.raises(BadValue) as error:
        read(text)
    assert str(error.value) == f"'{text}' {told}"


def test_a_reader_has_the_limits_and_the_unit_that_it_is_given():
    assert Duration.parse("2", bare="h") == Duration(7200)
    assert Duration.parse("2 d", most=2) == Duration(172_800)
    assert Size.parse("2 KiB", most=2048) == Size(2048)
    assert Months.parse("3 months", most=3).count == 3
    for read, told in (
        (lambda: Duration.parse("2.1 d", "a wait", most=2), "too large for a wait: at most 2 d"),
        (lambda: Size.parse("2049 B", "a record", most=2048), "too large for a record: at most 2 KiB"),
        (lambda: Months.parse("4 months", "a plan", most=3), "too large for a plan: at most 3 months"),
    ):
        with pytest.raises(BadValue, match=told):
            read()


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1023, "1,023 B"),
        (1024, "1 KiB"),
        (Fraction(1, 2), "0.5 B"),
        (1024**2 - 1024, "1,023 KiB"),
        (1024**2, "1 MiB"),
        (1024**3 - 1024**2, "1,023 MiB"),
        (1024**3, "1 GiB"),
    ],
)
def test_a_size_is_written_in_the_largest_unit_that_it_reaches(size, text):
    assert (str(Size(size)), str(ByteRate(size))) == (text, f"{text}/s")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (Fraction(1, 2000), "0.5 ms"),
        (1, "1 s"),
        (Fraction(3, 2), "1.5 s"),
        (60, "1 min"),
        (Fraction(239, 2), "119.5 s"),
        # 120.5 / 60 = 2.0083; 1,000 / 60 = 16.67.
        (Fraction(241, 2), "2.01 min"),
        (999, "999 s"),
        (1000, "16.67 min"),
        (7140, "119 min"),
        # 7,290 / 3,600 = 2.025, and 7,110 / 60 = 118.5.
        (7290, "2.025 h"),
        (7110, "118.5 min"),
        # 45.5 h are less than two days, 49.5 h are 2.0625.
        (163_800, "45.5 h"),
        (178_200, "2.06 d"),
        (999 * 86_400, "999 d"),
        (1000 * 86_400, "1,000 d"),
    ],
)
def test_a_duration_is_whole_in_its_unit_or_at_least_two_of_it(seconds, text):
    assert str(Duration(seconds)) == text


@pytest.mark.parametrize(
    ("amount", "cents", "text"),
    [
        (Fraction(-11, 2), "-5.50", "-$5.50"),
        (Fraction(-2469, 2), "-1234.50", "-$1,234.50"),
        (Fraction(999_995, 1000), "1000.00", "$1,000.00"),
        (Fraction(999_994, 1000), "999.99", "$999.99"),
        (Fraction(-1, 100), "-0.01", "-$0.01"),
        (Fraction(-1, 200), "0.00", "$0.00"),
        (7, "7.00", "$7.00"),
    ],
)
def test_money_has_two_decimals_and_its_sign_before_the_dollar(amount, cents, text):
    assert (USD(amount).cents, str(USD(amount))) == (cents, text)


def test_a_quantity_counts_like_its_amount():
    two, three = Size(2), Size(3)
    assert (two + three, three - two, two * 3, 3 * two, three / 2) == (
        Size(5),
        Size(1),
        Size(6),
        Size(6),
        Size(Fraction(3, 2)),
    )
    assert three.ratio_to(two) == Fraction(3, 2)
    assert ((two < three), (two < Size(2)), (three < two)) == (True, False, False)
    assert ((two <= three), (two <= Size(2)), (three <= two)) == (True, True, False)
    assert ((two > three), (two > Size(2)), (three > two)) == (False, False, True)
    assert ((two >= three), (two >= Size(2)), (three >= two)) == (False, True, True)
    assert ((two == Size(2)), (two == three), (two != three)) == (True, False, True)
    assert len({two, Size(2), three, Duration(2)}) == 3
    assert (bool(Size(0)), bool(two)) == (False, True)
    assert (str(RecordRate(1500)), str(CallRate(Fraction(1, 2)))) == ("1,500 records/s", "0.5 calls/s")


def test_an_interval_has_one_call_where_no_more_are_said():
    assert (Duration(2).every(), Duration(Fraction(1, 4)).every(2)) == (
        CallRate(Fraction(1, 2)),
        CallRate(8),
    )
    assert (Duration.hours(2), Duration(5400).in_hours) == (Duration(7200), Fraction(3, 2))


def test_what_a_quantity_refuses_names_its_kind():
    with pytest.raises(TypeError, match="Duration takes an int or a Fraction, not str"):
        Duration("1")  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="Size cannot be changed"):
        Size(1).amount = Fraction(2)


@pytest.mark.parametrize(
    ("text", "per_second"),
    [
        ("2 MiB/s", 2_097_152),
        ("2 MB/sec", 2_097_152),
        ("2 MB/second", 2_097_152),
        # 60 KiB a minute are 1 KiB a second; 3,600 B an hour are 1 B.
        ("60 KiB/min", 1024),
        ("60 KiB / minute", 1024),
        ("3600 B/h", 1),
        ("3600 B/hr", 1),
        ("3600 B/hour", 1),
        ("86400 B/d", 1),
        ("43200 B/day", Fraction(1, 2)),
        ("604800 B/w", 1),
        ("604800 B/week", 1),
        # 730 h are 2,628,000 s.
        ("2628000 B/month", 1),
        # A bare number is KiB, as of any size.
        ("5/s", 5120),
        ("1 TiB/s", 1024**4),
        ("1 B/month", Fraction(1, 2_628_000)),
    ],
)
def test_a_byte_rate_is_read_exactly(text, per_second):
    assert ByteRate.parse(text) == ByteRate(Fraction(per_second))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2 MiB", "'2 MiB' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
        ("", "'' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
        ("2 MiB/", "'2 MiB/' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
        ("2 MiB/ ", "'2 MiB/ ' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
        ("2 MiB/year", "'2 MiB/year' is not a byte rate; write for example 2 MiB/s or 400 GB/day"),
        ("/s", "'' is not a size; write a number and one of B, KiB, MiB, GiB, TiB"),
        ("0.9 B/s", "'0.9 B' is not a size: it must be at least 1 B"),
        ("1025 GiB/s", "'1025 GiB' is too large for a size: at most 1 TiB"),
    ],
)
def test_what_is_no_byte_rate_is_told(text, told):
    with pytest.raises(BadValue) as error:
        ByteRate.parse(text)
    assert str(error.value) == told


# ── other currencies ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "code", "per_dollar"),
    [
        ("EUR=0.92", "EUR", Fraction(92, 100)),
        ("JPY= 150 ", "JPY", Fraction(150)),
        ("XXX=0.000001", "XXX", Fraction(1, 10**6)),
        ("XXX=1000000", "XXX", Fraction(10**6)),
    ],
)
def test_a_currency_is_its_code_and_what_a_dollar_is_worth(text, code, per_dollar):
    made = Currency.parse(text)
    assert (made.code, made.per_dollar) == (code, per_dollar)


NO_CURRENCY = "is no other currency; write its code and what a dollar is worth, EUR=0.92"
NO_RATE = "is not a rate; write its code and what a dollar is worth, EUR=0.92"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", f"'' {NO_CURRENCY}"),
        ("EUR", f"'EUR' {NO_CURRENCY}"),
        ("USD=1", f"'USD=1' {NO_CURRENCY}"),
        ("=1", f"'=1' {NO_CURRENCY}"),
        ("eur=1", f"'eur=1' {NO_CURRENCY}"),
        ("EU=1", f"'EU=1' {NO_CURRENCY}"),
        ("EURO=1", f"'EURO=1' {NO_CURRENCY}"),
        ("EUR =1", f"'EUR =1' {NO_CURRENCY}"),
        ("E1R=1", f"'E1R=1' {NO_CURRENCY}"),
        ("EUR=", f"'' {NO_RATE}"),
        ("EUR=much", f"'much' {NO_RATE}"),
        ("EUR=0", f"'0' {NO_RATE}"),
        ("EUR=-1", f"'-1' {NO_RATE}"),
        ("EUR=1 USD", f"'1 USD' {NO_RATE}"),
        ("EUR=0.00000099", f"'0.00000099' {NO_RATE}"),
        ("EUR=1000001", f"'1000001' {NO_RATE}"),
        ("EUR=1=2", f"'1=2' {NO_RATE}"),
    ],
)
def test_what_is_no_currency_is_told(text, told):
    with pytest.raises(BadValue) as error:
        Currency.parse(text)
    assert str(error.value) == told


@pytest.mark.parametrize(
    ("dollars", "amount", "text"),
    [
        # 12.41 x 0.92 = 11.4172; 0.005 / 0.92 dollars are half a cent, rounded up.
        (Fraction("12.41"), Fraction("11.4172"), "EUR 11.42"),
        (Fraction(0), Fraction(0), "EUR 0.00"),
        (Fraction(-1), Fraction("-0.92"), "-EUR 0.92"),
        (Fraction(2_000_000), Fraction(1_840_000), "EUR 1,840,000.00"),
        (Fraction(5, 920), Fraction(5, 1000), "EUR 0.01"),
    ],
)
def test_dollars_are_written_in_another_currency(dollars, amount, text):
    euro = Currency("EUR", Fraction(92, 100))
    assert (euro.of(USD(dollars)), euro.text(USD(dollars))) == (USD(amount), text)
