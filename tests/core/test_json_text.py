"""JSON from elsewhere: what is read, and what is refused with which words."""

from __future__ import annotations

import json

import pytest

from shardcalc.core.json_text import MOST_DEPTH, read_json
from shardcalc.core.text import BadValue


def quick(text):
    """A parser that keeps the last of two equal keys and takes halves of characters, as quick ones do."""
    return json.loads(text)


PARSERS = pytest.mark.parametrize("parser", [None, quick])


@PARSERS
@pytest.mark.parametrize(
    "text",
    [
        b'{"a": [1, 2.5, null, {"b": "\\u00e9"}]}',
        b"[]",
        b"3",
        b'"\xc3\xa9"',
        # What looks like a key within a text is none.
        b'{"a": "\\"a\\": 1, \\"a\\": 2"}',
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_is_right_is_read(parser, text):
    assert read_json(text, parser) == json.loads(text)


@PARSERS
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a": 1, "b": {"c": 2, "d": 3, "c": 4}}', "key 'c' is given twice"),
        (b'{"a": 1,}', r"not JSON: .*, line 1, column 9"),
        (b'{\n"a" 1}', r"not JSON: .*, line 2, column 5"),
        (b'"ab\xff"', "not JSON: not text in UTF-8, at byte 4"),
        (b'{"a": "\\ud800", "a": 1}', "key 'a' is given twice"),
        (b"9" * 5000, "a number with too many digits"),
        (b"[" * 100_000 + b"]" * 100_000, "it nests too deeply"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(parser, text, why):
    with pytest.raises(BadValue, match=why):
        read_json(text, parser)


def test_half_a_character_is_refused():
    with pytest.raises(BadValue, match="half a character"):
        read_json(b'{"a": "\\ud800"}')


@PARSERS
def test_as_many_levels_are_read_as_are_allowed_and_no_more(parser):
    # Lists of numbers end a branch where the quick parser read them; a list that begins with a list does not.
    assert read_json(b"[" * (MOST_DEPTH - 1) + b"[1]" + b"]" * (MOST_DEPTH - 1), parser)
    with pytest.raises(BadValue, match="nests too deeply"):
        read_json(b'{"a":' * MOST_DEPTH + b"[1]" + b"}" * MOST_DEPTH, parser)


def test_a_document_is_refused_by_what_its_values_would_take_before_any_is_built():
    def built(text):
        raise AssertionError("it was parsed")

    # An empty object and its comma are 3 characters and take 3 x 3 + 190 + 40 = 239 bytes: 877,468 of them
    # fit into 200 MiB.
    large = b"[" + b",".join([b"{}"] * 877_500) + b"]"
    with pytest.raises(BadValue, match="too large: its values would take more than 200 MiB of memory"):
        read_json(large, built)
    assert len(read_json(large, json.loads, bounded=False)) == 877_500
    assert len(read_json(b"[" + b",".join([b"{}"] * 877_000) + b"]", json.loads)) == 877_000


def test_a_quick_parser_that_stops_at_a_depth_is_told_as_such():
    """Some parsers say a recursion limit in a ValueError."""

    def shallow(text):
        raise ValueError("recursion limit exceeded at line 1 column 200")

    with pytest.raises(BadValue) as error:
        read_json(b"[[1]]", shallow)
    assert str(error.value) == "not JSON: it nests too deeply"


def test_what_a_quick_parser_refuses_for_another_reason_is_read_by_the_slow_one():
    def strict(text):
        raise ValueError("no")

    assert read_json(b"[[1]]", strict) == [[1]]
    with pytest.raises(BadValue, match=r"not JSON: .*, line 1, column 3"):
        read_json(b"[1", strict)
