"""The busiest shard of a stream, period by period, and the count at which it has room.

More shards do not relieve one partition key, so the busiest shard is no constant multiple of the mean one.
From its share q of N shards, upwards the key is ``p = (qN - 1)/(N - 1)`` of the stream, and M shards leave it
``p + (1 - p)/M``; downwards its skew ``qN`` stays. Each is the worse one there. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, Final, NamedTuple

from shardcalc.core.facts import Fact, Limits
from shardcalc.core.history.demand import GAP, Amounts, Readings, Traffic, measure
from shardcalc.core.history.metrics import INCOMING_BYTES, INCOMING_RECORDS, WRITE_THROTTLED
from shardcalc.core.history.model import Series

NEARLY_FULL: Final = Fraction(4, 5)
"""A shard that accepted less than this of its limit is not taken to be the one that rejected."""
NO_COUNT: Final = 0
"""No number of shards leaves the busiest one room."""


class HotShard(NamedTuple):
    """The busiest shard's part of one limit, in periods in which two shards or more were open."""

    name: str
    title: str
    fact: Fact[Any]
    """The limit of one shard."""
    busiest: Amounts
    """What was asked of the busiest shard; a gap where it is not known."""
    whole: Amounts
    """What was asked of the stream."""
    open_shards: Amounts
    base_name: str = "write"

    def times(self, weight: int) -> HotShard:
        """The same in another unit, with nothing asked where it is not known."""
        known = [each > GAP for each in self.busiest]
        return self._replace(
            busiest=[
                each * weight if is_known else 0 for each, is_known in zip(self.busiest, known, strict=True)
            ],
            whole=[
                each * weight if is_known else 0 for each, is_known in zip(self.whole, known, strict=True)
            ],
        )

    def counts(self, room: Fraction, most: int, kept: Fraction | None = None) -> list[int]:
        """The least count with which the busiest shard has no more than this, in each period; ``NO_COUNT``
        where none up to ``most`` does. Up to ``kept`` the count that was open is left as it is: the keys
        beside the hottest differ from count to count, and a shard more each week helps nobody.
        """
        amount, by = room.as_integer_ratio()
        fits, keep = amount // by, amount if kept is None else int(kept * by)
        return [
            (1 if whole <= fits else -(-busiest * by * count // amount))
            if busiest <= fits
            else _least(busiest * by, whole * by, count, amount, keep, most)
            for busiest, whole, count in zip(self.busiest, self.whole, self.open_shards, strict=True)
        ]

    def at(self, shards: int) -> list[int]:
        """What the busiest of this many shards is asked for, times their number, rounded up."""
        alike = min(self.open_shards)
        if alike != max(self.open_shards):
            columns = zip(self.busiest, self.whole, self.open_shards, strict=True)
            return [_at(*column, shards) for column in columns]
        # Most histories have one count throughout, and the factors are then worked out once.
        pairs = zip(self.busiest, self.whole, strict=True)
        if shards < alike:
            return [b * alike if b * alike < w * shards else w * shards for b, w in pairs]
        key, rest, over = alike * (shards - 1), shards - alike, alike - 1
        return [-((w * rest - b * key) // over) for b, w in pairs]


def _at(busiest: int, whole: int, count: int, shards: int) -> int:
    if shards < count:
        return min(whole * shards, busiest * count)
    return -((whole * (shards - count) - busiest * count * (shards - 1)) // (count - 1 or 1))


def _least(busiest: int, whole: int, count: int, room: int, keep: int, most: int) -> int:
    """The least count for a busiest shard that has no room."""
    if busiest <= keep:
        return count
    # With M shards it has (key + rest/M) / (count - 1).
    key, rest = busiest * count - whole, count * (whole - busiest)
    left = room * (count - 1) - key
    return -(-rest // left) if left * most >= rest else NO_COUNT


def hot_shards(readings: Readings, written: Traffic, limits: Limits) -> tuple[HotShard, ...]:
    """The busiest shard by bytes and by records, as far as shard-level metrics tell."""
    found = (
        _hot(
            readings,
            INCOMING_BYTES,
            ("hottest-shard-bytes", "hottest shard, bytes", limits.write_bytes),
            written.accepted_bytes.amounts,
            written.demand_bytes.amounts,
        ),
        _hot(
            readings,
            INCOMING_RECORDS,
            ("hottest-shard-records", "hottest shard, records", limits.write_records),
            written.accepted_records.amounts,
            written.demand_records.amounts,
        ),
    )
    return tuple(each for each in found if each is not None)


def _hot(
    readings: Readings, key: str, limit: tuple[str, str, Fact[Any]], accepted: Amounts, wanted: Amounts
) -> HotShard | None:
    part, shards = readings.part, readings.part.shards
    nothing: Amounts = (GAP,) * part.points

    def series(of: Mapping[str, Series], name: str) -> Amounts:
        looked_at = measure(of.get(name))
        return nothing if looked_at is None else looked_at.amounts

    taken = [series(of, key) for of in shards.values() if key in of]
    if not taken or max(map(max, taken)) <= GAP:
        return None
    busiest = list(map(max, *taken)) if len(taken) > 1 else list(taken[0])
    alive = _alive(taken, part.points)
    if wanted is not accepted:
        rejected = [series(of, WRITE_THROTTLED) for of in shards.values() if key in of]
        full = limit[2].value.amount * part.period * NEARLY_FULL
        for index, (whole, took) in enumerate(zip(wanted, accepted, strict=True)):
            if whole > took > GAP and busiest[index] > GAP:
                told = [max(0, of[index]) for of in rejected]
                busiest[index] = _with_rejected([of[index] for of in taken], told, whole - took, full)
    # Metrics of one minute can differ by a record: a shard takes its even part at least, and at most all.
    busiest = [
        GAP
        if each <= GAP or count < 2
        else whole
        if each > whole
        else each
        if each * count >= whole
        else -(-whole // count)
        for each, whole, count in zip(busiest, wanted, alive, strict=True)
    ]
    return HotShard(*limit, busiest, wanted, alive) if max(busiest) > GAP else None


def _with_rejected(taken: Sequence[int], told: Sequence[int], more: int, full: Fraction) -> int:
    """The most that was asked of one shard, when so much more was asked of the stream than it took.

    The shards' own counts of rejected records divide it; where they are not known, the shards that were
    nearly full share it by what they took, and where none was, all do.
    """
    parts = told if any(told) else [each if each >= full else 0 for each in taken]
    parts = parts if any(parts) else [max(0, each) for each in taken]
    total = sum(parts)
    return max(
        each + (-(-more * part // total) if total else 0) for each, part in zip(taken, parts, strict=True)
    )


def _alive(shards: Sequence[Amounts], points: int) -> Amounts:
    """How many shards were open in each period: each from its first point to its last, and throughout when it
    has none.
    """
    change = [0] * (points + 1)
    for series in shards:
        first = next((index for index, value in enumerate(series) if value > GAP), 0)
        last = next((points - index for index, value in enumerate(reversed(series)) if value > GAP), points)
        change[first] += 1
        change[last] -= 1
    return list(accumulate(change[:points]))
