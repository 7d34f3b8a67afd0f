"""The file of limits: whatever is wrong with it is told by the name of the table."""

from __future__ import annotations

import sys
from datetime import date
from fractions import Fraction

import pytest

from shardcalc.core.facts import FactsError, built_in_limits, packaged, parse_toml, read_limits, regions
from shardcalc.core.units import USD, ByteRate, CallRate, Duration, RecordRate, Size

TEXT = packaged("limits.toml")


def test_the_packaged_file_is_what_is_built_in():
    assert read_limits(TEXT, "limits.toml") == built_in_limits()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[write_bytes]", "[write_byte]", r"differ from the limits in use: \['write_byte', 'write_bytes'\]"),
        ("\n[lambda.factor]", "\n[lambda.factors]", r"lambda: .*\['factor', 'factors'\]"),
        ('value = "1 MiB/s"', 'value = "fast"', "a: write_bytes: 'fast' is not a byte rate"),
        ('scope = "per shard"\n', "", "a: write_bytes: 'scope'"),
        ('source = "SZ"', 'source = "??"', r"a: write_bytes: '\?\?'"),
        (
            ', url = "https://docs.aws.amazon.com/streams/latest/dev/large-records.html"',
            "",
            "a: sources: each",
        ),
        ("\n[sources]", "\n[source]", "a: sources: each needs title and url"),
        (
            'title = "botocore service model of Kinesis, 2013-12-02"',
            "title = 5",
            "a: sources: title and url must",
        ),
        ("[write_bytes]", "[write_bytes", "a: not TOML"),
    ],
)
def test_a_file_with_a_fault_is_refused(before, after, told):
    assert before in TEXT
    with pytest.raises(FactsError, match=told):
        read_limits(TEXT.replace(before, after, 1), "a")


LIMITS = built_in_limits()


@pytest.mark.parametrize(
    ("fact", "name", "value"),
    [
        # One of each kind of value.
        (LIMITS.write_bytes, "write-bytes", ByteRate(Fraction(1024 * 1024))),
        (LIMITS.write_records, "write-records", RecordRate(Fraction(1000))),
        (LIMITS.get_records_calls, "get-records-calls", CallRate(Fraction(5))),
        (LIMITS.put_payload_unit, "put-payload-unit", Size(25 * 1024)),
        (LIMITS.custom_metric_month, "custom-metric-month", USD(Fraction(3, 10))),
        (LIMITS.month, "month", Duration(730 * 3600)),
        (LIMITS.iterator_age_alarm, "iterator-age-alarm", Fraction(1, 2)),
        (LIMITS.shards_most, "shards-most", 10_000),
        # The facts of Lambda say so; those of the other neighbours do by themselves.
        (LIMITS.lambda_.factor, "lambda-factor", 10),
        (LIMITS.kpl.aggregate_wait, "aggregate-wait", Duration(Fraction(1, 10))),
        (LIMITS.cloudwatch.metric_fine_period, "metric-fine-period", Duration(60)),
    ],
)
def test_a_fact_is_read_as_its_kind(fact, name, value):
    assert (fact.name, fact.value) == (name, value)
    assert type(fact.value) is type(value)


def test_a_fact_says_where_it_is_from_and_how_sure_it_is():
    fact = LIMITS.write_bytes
    assert (fact.title, fact.scope, fact.confidence) == ("write bytes", "per shard", "A")
    assert type(fact.date) is date
    url = "https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html"
    assert (fact.source.key, fact.source.url) == ("SZ", url)
    assert fact.note.startswith("data blob before base64 plus partition key")
    assert LIMITS.read_bytes.note == ""


def test_all_facts_are_gone_through_those_of_the_neighbours_too():
    names = [fact.name for fact in LIMITS.facts]
    assert (names[0], names[-1]) == ("write-bytes", "metric-request-lot")
    # One each but for the three groups, of 5, 4 and 10.
    assert len(names) == len(LIMITS) - 3 + 5 + 4 + 10
    assert "lambda-payload" in names


def dotted(parts):
    return ".".join(["a"] * parts) + " = 1\n"


def test_a_key_of_many_parts_is_not_even_read():
    # 32 parts have 31 dots.
    assert parse_toml(f"x = 1\n{dotted(32)}", "f")["x"] == 1
    with pytest.raises(FactsError, match=r"^f: not TOML that can be used: a key of more than 32 parts$"):
        parse_toml(f"x = 1\n{dotted(33)}", "f")


def test_what_python_cannot_read_is_told_as_a_fault_of_the_file():
    with pytest.raises(FactsError, match=r"^f: not TOML that can be used: it nests too deeply$"):
        parse_toml("a = " + "[" * 100_000, "f")
    many = "1" * (sys.get_int_max_str_digits() + 1)
    with pytest.raises(FactsError, match=r"^f: not TOML that can be used: a number with too many digits$"):
        parse_toml(f"a = {many}", "f")
    with pytest.raises(FactsError, match=r"^f: not TOML: Invalid value"):
        parse_toml("a = b", "f")


def test_a_long_line_takes_no_longer_than_its_length():
    # Looked at from each of its characters, a million of them would take an hour.
    assert parse_toml(f'a = "{"x" * 1_000_000}"', "f") == {"a": "x" * 1_000_000}


def test_the_regions_are_those_of_the_file():
    known = regions()
    assert (len(known.codes), known.codes[0], known.codes[-1]) == (46, "af-south-1", "us-west-2")
    assert known.large == {"us-east-1", "us-west-2", "eu-west-1"}
    assert known.currency == {"cn-north-1": "CNY", "cn-northwest-1": "CNY"}
    assert (known.bulk_prices, known.query_prices) == (
        "https://pricing.us-east-1.amazonaws.com",
        ("us-east-1", "eu-central-1", "ap-south-1"),
    )
    assert len(known.metrics_unpriced) == 10
