"""Where keys land; the published ones are in tests/test_published.py."""

from __future__ import annotations

import pytest

from shardcalc.core.capacity.hash_keys import hash_key_ranges, shard_index


@pytest.mark.parametrize("shards", [0, -1])
def test_a_stream_without_shards_takes_no_key(shards):
    for look in (lambda: hash_key_ranges(shards), lambda: shard_index("a", shards)):
        with pytest.raises(ValueError, match=f"at least one shard, not {shards}"):
            look()
