"""Where a partition key lands: MD5 to a shard of a stream whose shards divide the hash keys evenly.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_HashKeyRange.html
"""

from __future__ import annotations

from hashlib import md5
from itertools import pairwise
from typing import Final

from shardcalc.core.facts import built_in_limits

HASH_KEYS: Final = 2**128
"""The number of hash keys: those of MD5."""


def hash_key(partition_key: str) -> int:
    """The hash key of a partition key: MD5 of its UTF-8 text, read as a big-endian number.

    Raises:
        ValueError: the key is empty, or longer than AWS takes.
    """
    most = built_in_limits().partition_key_most.value
    if not 1 <= len(partition_key) <= most:
        raise ValueError(f"a partition key has 1 to {most:,} characters, not {len(partition_key):,}")
    return int.from_bytes(md5(partition_key.encode("utf-8"), usedforsecurity=False).digest(), "big")


def hash_key_ranges(shards: int) -> list[tuple[int, int]]:
    """First and last hash key of each shard of a new stream with this number of shards.

    Raises:
        ValueError: fewer than one shard.
    """
    if shards < 1:
        raise ValueError(f"a stream has at least one shard, not {shards}")
    starts = [HASH_KEYS * index // shards for index in range(shards + 1)]
    return [(start, following - 1) for start, following in pairwise(starts)]


def shard_index(partition_key: str, shards: int) -> int:
    """The shard, counted from 0, that takes a partition key in a new stream with this number of shards.

    Range starts are rounded down, so a hash key that is itself a rounded start belongs to the later shard.

    Raises:
        ValueError: fewer than one shard, or no partition key: see :func:`hash_key`.
    """
    if shards < 1:
        raise ValueError(f"a stream has at least one shard, not {shards}")
    return ((hash_key(partition_key) + 1) * shards - 1) // HASH_KEYS
