"""What a stream is held to besides its load: what is read, and until when it counts."""

from __future__ import annotations

from datetime import date

import pytest

from shardcalc.core.text import BadFields, BadValue
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.requirements import Expectation, Suppression

KNOWN = {"rule": "no-owner", "reason": "being moved"}


@pytest.mark.parametrize(
    ("until", "expired"), [(None, False), ("2026-11-20", True), ("2026-11-21", False), ("2026-11-22", False)]
)
def test_a_suppression_counts_on_its_last_day_too(until, expired):
    made = Suppression.of(**KNOWN, **({"until": until} if until else {}))
    assert made.expired(date(2026, 11, 21)) is expired


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({}, [("rule", "missing"), ("reason", "missing")]),
        ({**KNOWN, "reason": " "}, [("reason", "empty; say why the finding is accepted")]),
        ({**KNOWN, "till": "x"}, [("till", "unknown field; did you mean until?")]),
    ],
)
def test_a_suppression_without_a_reason_is_refused(fields, problems):
    with pytest.raises(BadFields) as error:
        Suppression.of(**fields)
    assert list(error.value.problems) == problems


def test_an_expectation_is_of_any_of_its_fields():
    assert Expectation.of() == Expectation(None, "", None)
    assert Expectation.of(shards="1") == Expectation(1, "", None)
    made = Expectation.of(shards="1000000", binding=" read-bytes ", monthly_cost_below="0")
    assert made == Expectation(1_000_000, "read-bytes", USD(0))
    for fields in ({"shards": "0"}, {"shards": "1000001"}, {"monthly_cost_below": "-1"}):
        with pytest.raises(BadFields):
            Expectation.of(**fields)


def test_an_expectation_of_nothing_is_refused():
    for written in ({}, "21", [21]):
        with pytest.raises(BadValue, match="write a mapping of shards, binding, monthly_cost_below"):
            STREAM_READERS["expect"](written)


@pytest.mark.parametrize(("text", "read"), [("1", 1), ("1000000", 1_000_000), ("0", None), ("1000001", None)])
def test_the_shards_that_run_are_counted_from_one(text, read):
    if read is None:
        with pytest.raises(BadValue):
            STREAM_READERS["current_shards"](text)
    else:
        assert STREAM_READERS["current_shards"](text) == read
