"""Shards that one deployment cannot reach, word by word."""

from __future__ import annotations

import pytest

from tests.run_check import found, write


@pytest.mark.parametrize(
    ("fields", "message", "remedy"),
    [
        (
            "current_shards: 1000, shards: 4000",
            "from 1,000 to 4,000 shards: UpdateShardCount takes at most 2,000 from there",
            "deploy 2 times, 2,000, then 4,000; shardcalc reshard 1000 4000 shows the way",
        ),
        # Half of 17 is 8.5: nine at least. 17 to 8 in two calls over 12, which holds 17 + 12 - 1 = 28 and
        # 12 + 8 - 4 = 16; over 16 it would be 32, over 9 to 15 25 and more.
        (
            "current_shards: 17, shards: 8",
            "from 17 to 8 shards: UpdateShardCount takes at least 9 from there",
            None,
        ),
        ("current_shards: 16, shards: 8", None, None),
        ("current_shards: 8, shards: 8", None, None),
        # Whoever is on demand has no shards to change.
        ("current_shards: 1000, shards: 4000, mode: on-demand", None, None),
        # One record a second needs one shard: four at most become two.
        (
            "current_shards: 5, shards: 2",
            "from 5 to 2 shards: UpdateShardCount takes at least 3 from there",
            "deploy 2 times, ",
        ),
    ],
)
def test_what_one_call_reaches_is_told(fields, message, remedy, tmp_path):
    rows = found(write(tmp_path, f"version: 1\nstreams:\n  a: {{owner: a, size: 1, rps: 1, {fields}}}\n"))
    made = [row for row in rows if row["rule"] == "SC017"]
    assert [row["message"] for row in made] == ([f"one deployment cannot go {message}"] if message else [])
    assert all(str(row["remedy"]).startswith(remedy or "deploy 2 times, ") for row in made)
