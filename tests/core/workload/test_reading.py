"""Readers of single values: names, addresses, and the limits of lists."""

from __future__ import annotations

import pytest

from shardcalc.core.text import BadFields, BadValue
from shardcalc.core.workload.parts import CatchUp, Consumer
from shardcalc.core.workload.reading import (
    MOST,
    bounded,
    pairs,
    read_choice,
    read_day,
    read_each,
    read_fields,
    read_line,
    read_mapping,
    read_name,
    read_stream,
)

ARN = "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/"


@pytest.mark.parametrize("name", ["a", "Orders_1.x-y", "a" * 128])
def test_a_stream_is_read_by_its_name_or_its_arn(name):
    assert (read_name(name), read_stream(name), read_stream(ARN + name)) == (name, name, ARN + name)


@pytest.mark.parametrize("name", ["", "a b", "a" * 129, "a/b", "\u00e4"])
def test_what_is_no_streams_name_is_refused_in_an_arn_too(name):
    for text in (name, ARN + name):
        with pytest.raises(BadValue, match="is not a stream's name: up to 128 letters, digits, and any of"):
            read_stream(text)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kinesis:eu-west-1:123456789012:orders",
        "arn:aws:kinesis:eu-west-1:12345678901:stream/orders",
        "arn:aws:firehose:eu-west-1:123456789012:stream/orders",
        "arn:",
    ],
)
def test_what_is_no_streams_arn_is_refused(arn):
    with pytest.raises(BadValue, match="is not the ARN of a stream; write arn:aws:kinesis:REGION:ACCOUNT:"):
        read_stream(arn)


def test_a_list_has_at_most_a_thousand_entries():
    bounded(["x"] * 1000)
    with pytest.raises(BadValue, match="1,001 entries; at most 1,000"):
        bounded(["x"] * (MOST + 1))


def test_of_wrong_entries_each_is_told_with_its_place():
    kcl = Consumer.of(type="kcl")
    with pytest.raises(BadFields) as error:
        read_each([kcl, "type=kcl", {"type": "x"}, 3, "kcl"], Consumer, "{type: kcl}")
    assert [name for name, _ in error.value.problems] == ["2.type", "3", "4"]
    assert error.value.problems[2][1] == "'kcl' is not a mapping of fields; write for example {type: kcl}"
    assert read_each([kcl, "type=kcl", {"type": "kcl"}], Consumer, "") == [kcl] * 3


def test_a_mapping_may_be_said_in_one_text():
    kcl = Consumer.of(type="kcl")
    for written in (kcl, "kcl", "type=kcl", {"type": "kcl"}):
        assert read_mapping(Consumer, "type", written) == kcl
    with pytest.raises(BadValue, match="'3' is not a mapping of fields"):
        read_mapping(Consumer, "type", 3)
    with pytest.raises(BadValue, match="'a=1,kcl': 'kcl' has no name, as in name=value"):
        read_mapping(Consumer, None, "a=1,kcl")


def test_pairs_have_a_name_and_may_have_no_value():
    assert pairs(" a = 1 ,b=, c=x=y") == {"a": "1", "b": "", "c": "x=y"}
    for text in ("a", "=1", " =1", "a=1,"):
        with pytest.raises(BadValue, match="has no name, as in name=value"):
            pairs(text)


def test_all_wrong_fields_are_told_at_once_and_what_is_missing_last():
    with pytest.raises(BadFields) as error:
        read_fields(
            {"nam": "x", "b": "y"}, {"name": read_line, "b": read_name, "c": read_line}, required=("c",)
        )
    assert error.value.problems == (("nam", "unknown field; did you mean name?"), ("c", "missing"))
    assert read_fields({"c": " x "}, {"c": read_line}, required=("c",)) == {"c": "x"}


def test_a_choice_is_one_of_the_known_words():
    known = {"kcl": 1, "sdk": 2}
    assert (read_choice(" KCL ", "a type", known), read_choice("sdk", "a type", known)) == (1, 2)
    with pytest.raises(BadValue) as error:
        read_choice("kc", "a type", known)
    assert str(error.value) == "'kc' is not a type; did you mean kcl?"


@pytest.mark.parametrize("text", ["2000-01-01", " 2026-11-21 ", "2199-12-31"])
def test_a_day_is_read_of_two_centuries(text):
    assert read_day(text).isoformat() == text.strip()


def test_one_value_is_no_mapping_of_several_names():
    with pytest.raises(BadValue) as error:
        read_mapping(CatchUp, None, "6h")
    assert str(error.value) == "'6h' is one value, where several have names: outage, within, consumers"
    assert read_mapping(CatchUp, None, "outage=6h,within=2h") == CatchUp.of(outage="6h", within="2h")


@pytest.mark.parametrize(
    ("item", "write"),
    [("SC001", "{a: SC001}"), ("no-owner", "{a: no-owner}"), (5, "{a: usual}"), ("a b", "{a: usual}"),
     ("x" * 41, f"{{a: {'x' * 41}}}"), ("x" * 42, "{a: usual}"), ("1x", "{a: usual}")],
)  # fmt: skip
def test_a_bare_word_is_answered_with_the_mapping_that_it_belongs_in(item, write):
    with pytest.raises(BadFields) as error:
        read_each([item], Consumer, "{a: @}", "usual")
    ((place, told),) = error.value.problems
    assert place == "0"
    assert told.endswith(f" is not a mapping of fields; write for example {write}")
