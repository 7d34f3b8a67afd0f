"""Text to values and back: what is read, what is refused, and how a number is written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.text import (
    BadFields,
    BadValue,
    decimal,
    is_address,
    nearest,
    one_line,
    percent,
    ratio,
    read_count,
    read_factor,
    read_share,
    round_half_up,
    shards_text,
    shown,
    split_number,
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


# ── at the edge, one below, one above ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("9" * 31, 10**31 - 1, ""),
        ("9e30", 9 * 10**30, ""),
        ("1e-31", Fraction(1, 10**31), ""),
        ("0e999", 0, ""),
        ("." + "0" * 29 + "1 s", Fraction(1, 10**30), "s"),
        (" -1_0.25 KiB ", Fraction(-41, 4), "KiB"),
        ("+2e-1x", Fraction(1, 5), "x"),
        ("1.5/0.5/s", 3, "/s"),
        ("1e2/8", Fraction(25, 2), ""),
    ],
)
def test_a_number_is_split_from_its_unit(text, number, unit):
    assert split_number(text, "a number", "write one") == (number, unit)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1e31", "'1e31' is not a number: no number that far from 1 is meant; write one"),
        ("9e-32", "'9e-32' is not a number: no number that far from 1 is meant; write one"),
        ("1/0.0", "'1/0.0' divides by zero; write one"),
        ("e5", "'e5' is not a number; write one"),
    ],
)
def test_what_is_no_number_is_told_as_it_was_written(text, told):
    with pytest.raises(BadValue) as error:
        split_number(text, "a number", "write one")
    assert str(error.value) == told


@pytest.mark.parametrize(
    ("text", "limits", "count"),
    [
        ("0", {}, 0),
        (0, {}, 0),
        ("1000000", {}, 1_000_000),
        ("1_000", {"most": 1000}, 1000),
        ("3", {"least": 3}, 3),
        ("10/5", {}, 2),
    ],
)
def test_a_count_is_read_up_to_its_limits(text, limits, count):
    assert read_count(text, "a count", **limits) == count


@pytest.mark.parametrize(
    ("text", "limits", "told"),
    [
        ("-1", {}, "'-1' is not a count: it must be at least 0"),
        ("2", {"least": 3}, "'2' is not a count: it must be at least 3"),
        ("1000001", {}, "'1000001' is too large for a count: at most 1,000,000"),
        ("1001", {"most": 1000}, "'1001' is too large for a count: at most 1,000"),
        ("1.5", {}, "'1.5' is not a count; write a whole number"),
        ("3/2", {}, "'3/2' is not a count; write a whole number"),
        ("5 x", {}, "'5 x' is not a count; write a whole number"),
    ],
)
def test_a_count_beyond_its_limits_is_refused_with_the_limit(text, limits, told):
    with pytest.raises(BadValue) as error:
        read_count(text, "a count", **limits)
    assert str(error.value) == told


@pytest.mark.parametrize(
    ("text", "limits", "share"),
    [
        ("100%", {}, 1),
        ("0.99", {}, Fraction(99, 100)),
        ("300%", {"most": Fraction(3)}, 3),
        ("0", {"zero": True}, 0),
        ("0%", {"zero": True}, 0),
    ],
)
def test_a_share_is_read_up_to_its_limits(text, limits, share):
    assert read_share(text, "a share", **limits) == share


@pytest.mark.parametrize(
    ("text", "limits", "told"),
    [
        ("1", {}, "'1' could be 1% or 100%; write it with a % sign"),
        ("0%", {}, "'0%' is not a share: it must be above zero"),
        ("-1%", {}, "'-1%' is not a share: it must be above zero"),
        ("-1%", {"zero": True}, "'-1%' is not a share: it must not be negative"),
        ("100.1%", {}, "'100.1%' is too large for a share: at most 100%"),
        ("301%", {"most": Fraction(3)}, "'301%' is too large for a share: at most 300%"),
    ],
)
def test_a_share_beyond_its_limits_is_refused_with_the_limit(text, limits, told):
    with pytest.raises(BadValue) as error:
        read_share(text, "a share", **limits)
    assert str(error.value) == told


def test_a_factor_is_read_from_its_least_to_its_most():
    assert (read_factor(1, "a skew"), read_factor("10000x", "a skew")) == (1, 10_000)
    assert (read_factor("2", "a skew", least=2, most=3), read_factor("3", "a skew", most=3)) == (2, 3)
    for text, limits, told in (
        ("0.999", {}, "from 1 to 10,000"),
        ("10000.1", {}, "from 1 to 10,000"),
        ("1.9", {"least": 2, "most": 3}, "from 2 to 3"),
        ("3.1", {"least": 2, "most": 3}, "from 2 to 3"),
    ):
        with pytest.raises(BadValue) as error:
            read_factor(text, "a skew", **limits)
        assert str(error.value) == f"'{text}' is not a skew: it must be {told}"


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        # Two decimals: 1/99 is 0.0101. Below 0.01 two digits that count. Three decimals hold 1/500 exactly.
        (Fraction(1, 30), 2, "0.03"),
        (Fraction(1, 60), 2, "0.02"),
        (Fraction(1, 90), 2, "0.01"),
        (Fraction(1, 99), 2, "0.01"),
        (Fraction(1, 101), 2, "0.0099"),
        (Fraction(-1, 300), 2, "-0.0033"),
        (Fraction(1, 500), 2, "0.002"),
        (Fraction(1, 3), 1, "0.3"),
        (Fraction(1, 11), 1, "0.091"),
        (Fraction(1, 2), 2, "0.5"),
        (Fraction(-2469, 2), 2, "-1,234.5"),
        (Fraction(1_999_999, 10**6), 2, "2"),
        (Fraction(-1_999_999, 10**6), 2, "-2"),
        (Fraction(-7), 2, "-7"),
        (0, 2, "0"),
    ],
)
def test_a_number_is_written_to_the_places_that_show_it(number, places, text):
    assert decimal(number, places) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(2469, 2), "1,234.50"),
        (Fraction(1, 3), "0.33"),
        (8 + Fraction(1, 10**4), "8.0001"),
        (8 - Fraction(1, 10**3), "7.999"),
        (8 + Fraction(1, 10**12), "8.000000000001"),
        (1008 + Fraction(1, 10**13), "just over 1,008"),
        (Fraction(1234), "1,234"),
    ],
)
def test_a_quotient_has_the_decimals_that_tell_it_from_a_whole_number(number, text):
    assert ratio(number) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1, 3), "33.3%"),
        (Fraction(1, 8), "12.5%"),
        # 0.04 % is nothing in one decimal, 0.05 % is 0.1.
        (Fraction(4, 10**4), "0.04%"),
        (Fraction(5, 10**4), "0.1%"),
        (Fraction(9999, 10**4), "99.99%"),
        (1 - Fraction(1, 10**8), "99.999999%"),
        (1 + Fraction(1, 10**8), "100.000001%"),
        (Fraction(12_345, 1000), "1,234.5%"),
    ],
)
def test_a_share_has_one_decimal_or_those_that_tell_it_from_full(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("number", "places", "scaled"),
    [
        (Fraction(1, 2), 0, 1),
        (Fraction(49, 100), 0, 0),
        (Fraction(-1, 2), 0, 0),
        (Fraction(-51, 100), 0, -1),
        (Fraction(1, 8), 2, 13),
        (Fraction(2, 3), 3, 667),
    ],
)
def test_a_half_is_rounded_up(number, places, scaled):
    assert round_half_up(number, places) == scaled


def test_the_nearest_name_is_told_or_all_of_a_few():
    few = [f"word{letter * 9}" for letter in "abcdefghi"]
    assert nearest("Fan-Out", ["fan_out", "skew"]) == "; did you mean fan_out?"
    assert nearest("hot-kye", ["hot-key", "skew"]) == "; did you mean hot-key?"
    assert nearest("xyz", ["fan_out", "skew"]) == "; known: fan_out, skew"
    assert nearest("xyz", iter(few)) == f"; known: {', '.join(few)}"
    assert nearest("xyz", [*few, "tenth"]) == nearest("xyz", []) == ""


def test_one_shard_is_no_plural():
    assert [shards_text(count) for count in (0, 1, 2, 1000)] == [
        "0 shards",
        "1 shard",
        "2 shards",
        "1,000 shards",
    ]


def test_sixty_characters_are_quoted_whole_and_one_more_is_cut():
    assert shown("x" * 60) == f"'{'x' * 60}'"
    assert shown("x" * 61) == f"'{'x' * 57}...'"


def test_a_line_as_long_as_it_may_be_is_whole_and_one_more_loses_its_middle():
    """Of eleven characters ten are left: the first five, three dots, the last two."""
    assert one_line("abcdefghij", 10) == "abcdefghij"
    assert one_line("abcdefghijk", 10) == "abcde...jk"
    assert one_line("abcdefghij" * 3, 10) == "abcde...ij"


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("https://example.com", True),
        ("https://example.com:8443/a?b=c#d", True),
        ("http://example.com", False),
        ("https://user:word@example.com", False),
        ("https://example.com/a(b", False),
        ("https://example.com/a)b", False),
        ("https://example.com/a b", False),
        ("https://example.com/a>b", False),
        ("https://-example.com", False),
    ],
)
def test_a_link_leads_only_where_an_address_is_plain(text, leads):
    assert is_address(text) is leads


def test_all_fields_that_cannot_be_read_are_told_at_once():
    error = BadFields(iter([("rps", "is none"), ("size", "is no size")]))
    assert error.problems == (("rps", "is none"), ("size", "is no size"))
    assert str(error) == "rps: is none; size: is no size"
