"""Where keys land; the published ones are in tests/test_published.py."""

from __future__ import annotations

import pytest

from shardcalc.core.capacity.hash_keys import hash_key, hash_key_ranges, shard_index


def test_the_ranges_divide_the_hash_keys_without_a_gap():
    """2^128 in three: 2^128 = 3 x 113427455640312821154458202477256070485 + 1, starts rounded down."""
    third = 113427455640312821154458202477256070485
    assert hash_key_ranges(3) == [
        (0, third - 1),
        (third, 2 * third - 1),
        (2 * third, 3 * third),
    ]
    assert hash_key_ranges(1) == [(0, 2**128 - 1)]


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 1000])
def test_a_key_lands_on_the_shard_that_has_its_hash_key(shards):
    ranges = hash_key_ranges(shards)
    for key in ("a", "user-1", "orders", "\U0001f680"):
        first, last = ranges[shard_index(key, shards)]
        assert first <= hash_key(key) <= last


def test_a_hash_key_is_the_md5_of_utf_8():
    """RFC 1321, A.5: MD5 of "a" is 0cc175b9c0f1b6a831c399e269772661."""
    assert hash_key("a") == 0x0CC175B9C0F1B6A831C399E269772661


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
