"""Where keys land; the published ones are in tests/test_published.py."""

from __future__ import annotations

import pytest

from shardcalc.core.capacity.hash_keys import hash_key, hash_key_ranges, shard_index


@pytest.mark.parametrize("shards", [0, -1])
def test_a_stream_without_shards_takes_no_key(shards):
    for look in (lambda: hash_key_ranges(shards), lambda: shard_index("a", shards)):
        with pytest.raises(ValueError, match=f"at least one shard, not {shards}"):
            look()


# PutRecord's API reference, PartitionKey: length from 1 to 256. A character outside the first plane is one.
@pytest.mark.parametrize("look", [hash_key, lambda key: shard_index(key, 4)], ids=["hash_key", "shard_index"])
@pytest.mark.parametrize("letter", ["a", "é", "🚀"])
def test_a_partition_key_has_1_to_256_characters(look, letter):
    assert look(letter) >= 0
    assert look(letter * 256) >= 0
    for length in (0, 257):
        with pytest.raises(ValueError, match=f"1 to 256 characters, not {length}"):
            look(letter * length)
