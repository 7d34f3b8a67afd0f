"""What a profile leaves out or expects, word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run_check import found, write


def told(folder: Path, fields: str, rule: str) -> list[tuple[object, object, object]]:
    rows = found(write(folder, f"version: 1\nstreams:\n  a: {{{fields}}}\n"))
    return [(row["severity"], row["message"], row["remedy"]) for row in rows if row["rule"] == rule]


@pytest.mark.parametrize(
    ("rps", "rate", "mean"),
    [
        ("10", "10 records/s", "10"),
        # 90,000 / 60 = 1,500.
        ("90k/min", "1,500 records/s", "1,500"),
        ("{mean: 10, peak: 10}", None, None),
        ("{mean: 10, peak: 11}", None, None),
    ],
)
def test_one_rate_for_mean_and_peak_is_told(rps, rate, mean, tmp_path):
    message = f"one rate of {rate} is taken for both mean and peak"
    remedy = f"write rps: {{mean: {mean}, peak: ...}} with the busiest minute"
    assert told(tmp_path, f"size: 1, rps: {rps}", "SC024") == [("info", message, remedy)] * bool(rate)


@pytest.mark.parametrize("owner", ["", "owner: payments, "])
def test_nobody_who_answers_for_a_stream_is_told(owner, tmp_path):
    row = ("warning", "no owner is named", "write owner: and the team or person who answers for it")
    assert told(tmp_path, f"{owner}size: 1, rps: 1", "SC023") == [row] * (not owner)


@pytest.mark.parametrize(
    ("fields", "expect", "message", "remedy"),
    [
        # 6 MiB/s to 7 consumers are 42 MiB/s, of which a shard gives 2.
        (
            "size: 1 MiB, rps: 6, consumers: 7",
            "shards: 20",
            "20 shards are expected, 21 are needed",
            "expect 21, or fix what changed",
        ),
        (
            "size: 1 MiB, rps: 6, consumers: 7",
            "binding: write-bytes",
            "write-bytes is expected to decide the count, read-bytes decides",
            "expect read-bytes, or fix what changed",
        ),
        # 2,048 KiB/s in and 4,096 KiB/s out are 2 shards each, as are 2,048 records a second at 3.
        (
            "size: 1 MiB, rps: 2, consumers: 2",
            "binding: write-records",
            "write-records is expected to decide the count, write-bytes and read-bytes decide",
            "expect write-bytes, or fix what changed",
        ),
        (
            "size: 1, rps: 1",
            "binding: write-bytes",
            "write-bytes is expected to decide the count, one shard is the minimum, nothing decides",
            "expect no binding",
        ),
        ("size: 1, rps: 1200k", "shards: 1", "1 shard is expected, 1,200 are needed", "expect 1,200, or"),
    ],
)
def test_an_expectation_that_is_not_met_is_told_with_what_is(fields, expect, message, remedy, tmp_path):
    [(severity, says, do)] = told(tmp_path, f"{fields}, expect: {{{expect}}}", "SC027")
    assert (severity, says) == ("error", message)
    assert str(do).startswith(remedy)


def test_all_that_is_not_as_expected_is_told_at_once(tmp_path):
    """One shard is 730 h x $0.015 = $10.95, and 2,628,000 PUTs at $0.014 for a million $0.036792."""
    expect = "expect: {shards: 2, binding: write-bytes, monthly_cost_below: 10.986792 USD}"
    assert [message for _, message, _ in told(tmp_path, f"size: 1, rps: 1, {expect}", "SC027")] == [
        "2 shards are expected, 1 is needed",
        "write-bytes is expected to decide the count, one shard is the minimum, nothing decides",
        "$10.99 a month in provisioned for 1 shard is not below $10.99, by $0.00",
    ]
