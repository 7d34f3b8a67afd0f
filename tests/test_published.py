"""Answers that other people published, recomputed by hand: each row must come out."""

from __future__ import annotations

import json

import pytest

from shardcalc import Workload, plan
from shardcalc.core.capacity.hash_keys import hash_key, hash_key_ranges, shard_index
from tests.places import DATA

PUBLISHED = json.loads((DATA / "published.json").read_text(encoding="utf-8"))


def workload(row: dict[str, object]) -> Workload:
    return Workload.of(
        size=f"{row['record_size_bytes']} B",
        rps=row["records_per_second"],
        consumers=row["shared_consumers"],
        fan_out=row["fan_out_consumers"],
        headroom=f"{row['headroom']}%",
    )


@pytest.mark.parametrize("row", PUBLISHED["shards"], ids=lambda row: row["id"])
def test_published_shard_count(row):
    assert plan(workload(row)).shards == row["expected_shards"]


def test_seven_pollers_are_warned_of_the_call_limit_that_shards_do_not_relieve():
    [row] = [row for row in PUBLISHED["shards"] if row["id"] == "seed-2"]
    findings = {finding.id: finding for finding in plan(workload(row)).findings}
    assert findings["getrecords-calls"].severity == "warning"
    assert (
        findings["getrecords-calls"].remedy
        == "poll every 1.4 s or slower, or move 2 of them to enhanced fan-out"
    )


def test_two_limits_that_ask_for_the_same_count_are_both_binding():
    [row] = [row for row in PUBLISHED["shards"] if row["id"] == "A01"]
    assert [constraint.name for constraint in plan(workload(row)).binding] == ["write-records", "read-bytes"]


@pytest.mark.parametrize(
    "row", [row for row in PUBLISHED["hash_keys"] if "key" in row], ids=lambda row: row["id"]
)
def test_published_hash_key(row):
    key = hash_key(row["key"])
    if "hash" in row:
        assert str(key) == row["hash"]
    if "hash_hex_prefix" in row:
        assert f"{key:032x}".startswith(row["hash_hex_prefix"])
    assert shard_index(row["key"], row["shards"]) == row["shard_index"]


@pytest.mark.parametrize(
    "row", [row for row in PUBLISHED["hash_keys"] if "ends" in row], ids=lambda row: row["id"]
)
def test_published_hash_key_ranges(row):
    assert [str(end) for _, end in hash_key_ranges(row["shards"])] == row["ends"]


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 10, 1000])
def test_a_key_lands_on_the_shard_whose_range_holds_it(shards):
    ranges = hash_key_ranges(shards)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 2**128 - 1
    for number in range(200):
        start, end = ranges[shard_index(f"key-{number}", shards)]
        assert start <= hash_key(f"key-{number}") <= end
