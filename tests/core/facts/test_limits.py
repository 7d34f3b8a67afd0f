"""The file of limits: whatever is wrong with it is told by the name of the table."""

from __future__ import annotations

import pytest

from shardcalc.core.facts import FactsError, built_in_limits, packaged, read_limits

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
