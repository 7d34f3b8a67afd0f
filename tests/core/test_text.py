"""Text to values and back: what is read, what is refused, and how a number is written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.text import (
    BadValue,
    decimal,
    one_line,
    percent,
    ratio,
    read_factor,
    read_share,
    shown,
    visible,
    without_password,
)
from shardcalc.core.units import ceil_div
from shardcalc.core.workload.reading import read_day, text_of


@pytest.mark.parametrize(
    ("text", "share"), [("20%", Fraction(1, 5)), ("0.2", Fraction(1, 5)), ("12.5 %", Fraction(1, 8))]
)
def test_a_share_is_read_exactly(text, share):
    assert read_share(text, "a share") == share


def test_a_bare_number_that_may_mean_percent_or_times_is_refused():
    with pytest.raises(BadValue, match="could be 20% or 2,000%"):
        read_share("20", "a headroom", most=Fraction(100))


def test_a_factor_is_refused_below_its_least():
    assert read_factor("1.5x", "a skew") == Fraction(3, 2)
    with pytest.raises(BadValue, match="from 1 to 10,000"):
        read_factor("0.5", "a skew")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(21), "21"),
        (Fraction(16384), "16,384"),
        (Fraction(1, 8), "0.125"),
        (Fraction(2, 3), "0.67"),
        (Fraction(-2, 3), "-0.67"),
        (Fraction(1, 3000), "0.00033"),
    ],
)
def test_a_number_is_written_short_and_exact_where_it_can_be(number, text):
    assert decimal(number) == text


@given(st.fractions(min_value=Fraction(1, 1000), max_value=10**6))
def test_a_written_quotient_rounds_up_by_eye_to_the_same_count(number):
    text = ratio(number).replace(",", "")
    if text.startswith("just over "):
        assert int(text.removeprefix("just over ")) + 1 == ceil_div(number)
    else:
        assert ceil_div(Fraction(text)) == ceil_div(number)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1), "100%"),
        (Fraction(6, 5), "120%"),
        (Fraction(10001, 10000), "100.01%"),
        (Fraction(0), "0%"),
    ],
)
def test_only_what_is_full_is_written_as_full(share, text):
    assert percent(share) == text


def test_a_quotient_a_hair_above_a_whole_number_is_not_shown_as_one():
    assert ratio(8 + Fraction(1, 10**14)) == "just over 8"


def test_a_share_a_hair_off_one_is_not_shown_as_full():
    assert percent(1 - Fraction(1, 10**9)) == "just under 100%"
    assert percent(1 + Fraction(1, 10**9)) == "just over 100%"


@pytest.mark.parametrize("text", ["1.5y", "1.5 times", "x"])
def test_what_is_no_factor_is_refused(text):
    assert read_factor("1.5x", "a factor") == Fraction(3, 2)
    with pytest.raises(BadValue, match=r"a number such as 1\.5|is not a factor"):
        read_factor(text, "a factor")


def test_a_share_in_a_unit_is_refused():
    with pytest.raises(BadValue, match=r"'5 KB' is not a share; write a percentage such as 20%"):
        read_share("5 KB", "a share")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\nb\x1b[31m\x9b\x7f", r"a\nb\x1b[31m\x9b\x7f"),
        ("\u202ea\u2066\u200f\u2028", r"\u202ea\u2066\u200f\u2028"),
        ("\udcff", r"\udcff"),
        ("é 注文 😀", "é 注文 😀"),
        ("  ::error::x", r"  \x3a:error::x"),
        ("a::b ##[error] ##vso[a] ## c", r"a::b \x23#[error] \x23#vso[a] ## c"),
    ],
)
def test_what_cannot_be_seen_is_an_escape_and_nothing_is_a_command(text, seen):
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("at https://user:hunter2@host:1/x?y", "at https://***@host:1/x?y"),
        ("'http://user:hun@ter/2@host', https://a.b", "'http://***@host', https://a.b"),
        ("https://token@host", "https://***@host"),
        ("Invalid endpoint: user:hunter2@host:80", "Invalid endpoint: ***@host:80"),
        ("https://medium.com/@name", "https://medium.com/@name"),
        ("a@b.c https://d", "a@b.c https://d"),
    ],
)
def test_an_address_is_shown_without_its_password(text, safe):
    assert without_password(text) == safe
    assert "hunter2" not in visible(f"{text} {text}")


def test_what_is_quoted_is_short_and_one_line():
    assert shown("x" * 100) == "'" + "x" * 57 + "...'"
    assert shown("https://user:" + "x" * 60 + "@host") == "'https://***@host'"
    assert (shown(["a"] * 10**7), shown({"a": 1}), shown(None)) == ("a list", "a mapping", "'None'")


def test_a_line_of_a_log_keeps_its_ends():
    assert one_line("a" * 10**7 + "\n") == "a" * 500 + "..." + "a" * 495 + "\\n"
    assert len(one_line("\x1b" * 10**5)) == 1000


@pytest.mark.parametrize("text", ["1e-400 s", "1e400", "9e31", "-1e999", "1e-32"])
def test_no_number_is_further_from_one_than_a_double_can_be(text):
    with pytest.raises(BadValue, match="that far from 1"):
        read_share(text, "a share")


def test_a_whole_number_that_python_does_not_write_is_refused():
    with pytest.raises(BadValue, match="thousands of digits"):
        text_of(10**5000)


@pytest.mark.parametrize(
    "text", ["1999-12-31", "2200-01-01", "9999-12-31", "2027-W01-1", "²027-01-01", "2026-02-30"]
)
def test_no_day_is_further_than_a_plan_looks(text):
    assert read_day("2000-01-01").year == 2000
    with pytest.raises(BadValue, match="from 2000 to 2199"):
        read_day(text)
