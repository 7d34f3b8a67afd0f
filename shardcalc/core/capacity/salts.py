"""Salts: a partition key made several, so that it no longer fills one shard.

The suffixes matter: MD5 puts salted keys wherever it does, and two of them on one shard are as hot as one key
of both. Where the key itself is known, suffixes are chosen so that each lands on a shard of its own. Pure
arithmetic; no I/O.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import count as counting
from typing import Final, NamedTuple

from shardcalc.core.capacity.hash_keys import shard_index
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits
from shardcalc.core.units import ceil_div

ONE: Final = Fraction(1)
_SHOWN: Final = 8
"""Salted keys that a sentence names; more of them are counted."""


class Salts(NamedTuple):
    """How many keys the hottest key becomes, and how many shards the stream then needs."""

    number: int
    shards: int
    keys: tuple[str, ...]
    """The salted keys, each on a shard of its own if all shards are alike; none where the key is unknown."""

    @property
    def words(self) -> str:
        """What to make of the key."""
        if not self.keys:
            where = f"that land on different shards of {self.shards:,}"
            return f"{self.number:,} salted keys (key#0, key#1, ...) {where}"
        more = f" and {self.number - _SHOWN:,} more" if self.number > _SHOWN else ""
        return (
            f"{self.number:,} salted keys, {', '.join(self.keys[:_SHOWN])}{more}, each on a shard of its own "
            f"of {self.shards:,}"
        )


def salt(plan: Plan, limits: Limits) -> Salts | None:
    """The fewest shards, and on them the fewest salts, with which the hottest key breaks no limit; None
    without a hottest key, or where it does no harm.

    At n shards ``k`` salts are enough when ``(key/k + (1 - key/k)/n) x load`` is within what may be used.
    There are at least as many shards as salts, because each needs one of its own.
    """
    key = plan.workload.hottest_key
    if key is None:
        return None
    without = [limit for limit in plan.constraints if limit.key is None]
    load, used = max(limit.load for limit in without), plan.reserve.used
    if load <= used:
        return None
    first = max(limit.shards for limit in without)
    for shards in range(first, limits.shards_most.value + 1):
        room = used - load / shards
        if room <= 0:
            continue
        salts = ceil_div(key.share * load * (ONE - Fraction(1, shards)), room)
        if salts <= shards:
            return Salts(salts, shards, _keys(key.key, salts, shards, limits)) if salts > 1 else None
    return None


def _keys(key: str, salts: int, shards: int, limits: Limits) -> tuple[str, ...]:
    """The first salted keys that land on different shards of a stream whose shards are alike; none where the
    key leaves no room for a salt.
    """
    if not key:
        return ()
    found: dict[int, str] = {}
    for number in counting():  # pragma: no branch - it goes on for ever
        salted = f"{key}#{number}"
        if len(salted) > limits.partition_key_most.value:
            return ()
        found.setdefault(shard_index(salted, shards), salted)
        if len(found) == salts:
            break
    return tuple(found.values())
