"""When a stream rejected records, how many, and what is likelier to have done it: too few shards, a hot
shard, or a burst inside a period.

AWS counts the rejected records of a minute and does not say which shard or which second rejected them. Where
the stream as a whole was below its capacity it was one shard or one second. Shard-level metrics tell the two
apart. Without them, a hot shard rejects whenever the stream is as busy, and a burst does not. Pure
arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from shardcalc.core.history.demand import GAP
from shardcalc.core.history.load import Asked
from shardcalc.core.history.model import moment


class Cause(StrEnum):
    """What is likelier to have rejected records; the word is part of the JSON contract."""

    TOO_FEW = "too-few-shards"
    """The stream as a whole was asked for more than its shards carry."""
    HOT_SHARD = "hot-shard"
    BURST = "burst"
    """More in one second than in the mean second of its period."""


class Throttling(NamedTuple):
    """Records that were rejected, over the whole history."""

    rejected: int
    """Retries are counted again, so that it is an upper bound."""
    periods: tuple[tuple[int, int], ...]
    """How many periods rejected some, by the seconds of a period, the finest first."""
    days: int
    """Days in UTC on which some were."""
    first: int
    """Epoch seconds of the first such period's begin; ``last`` likewise."""
    last: int
    worst: int
    """Rejected in the worst period."""
    worst_share: Fraction
    """Of what was sent then."""
    worst_at: int
    inside: int
    """Of the finest periods that rejected some, those in which the stream as a whole was below its
    capacity."""
    looked_at: int
    """With shard-level metrics, those of the periods inside that they know; without, all periods at least as
    busy as the middle one of those."""
    fitting: int
    """Of the periods looked at, those that speak for a hot shard: in which the busiest shard was asked for
    more than it carries; without shard-level metrics, those that rejected."""
    known: bool
    """Whether shard-level metrics tell the cause."""
    cause: Cause | None
    """The likelier cause in the finest periods; None where the shards are not known."""

    @property
    def times(self) -> int:
        """How many periods rejected some."""
        return sum(count for _, count in self.periods)


def throttling(parts: Sequence[Asked], shards: int | None) -> Throttling | None:
    """Look for rejected records; None where none are known.

    Args:
        parts: what was asked in each part of the history, the finest first.
        shards: the shards that were open; None where that is unknown, and on demand.
    """
    found = [(part, times) for part in parts if (times := _times(part))]
    if not found:
        return None
    starts = sorted(part.readings.time(index) for part, times in found for index in times)
    worst, share, at = max(
        (_share(part, index) for part, times in found for index in times), key=lambda each: each[0]
    )
    return Throttling(
        sum(part.written.rejected for part, _ in found),
        tuple((part.readings.part.period, len(times)) for part, times in found),
        len({moment(start).date() for start in starts}),
        starts[0],
        starts[-1],
        worst,
        share,
        at,
        *_cause(*found[0], shards),
    )


def _times(part: Asked) -> list[int]:
    throttled = part.written.throttled
    return [] if throttled is None else [at for at, count in enumerate(throttled.amounts) if count > 0]


def _share(part: Asked, index: int) -> tuple[int, Fraction, int]:
    assert part.written.throttled is not None  # some were rejected
    rejected = part.written.throttled.amounts[index]
    accepted = max(0, part.written.accepted_records.amounts[index])
    return rejected, Fraction(rejected, rejected + accepted), part.readings.time(index)


def _cause(part: Asked, times: Sequence[int], shards: int | None) -> tuple[int, int, int, bool, Cause | None]:
    if shards is None:
        return 0, 0, 0, False, None
    load, rejected = part.load, part.written.throttled
    assert rejected is not None  # some were rejected
    inside = [at for at in times if GAP < load.series[at] <= shards * load.shard]
    if sum(rejected.amounts[at] for at in inside) * 2 < part.written.rejected:
        return len(inside), 0, 0, False, Cause.TOO_FEW
    told = [at for at in inside if any(hot.busiest[at] > GAP for hot in load.hot)]
    if told:
        hot = [at for at in told if any(each.busiest[at] > load.shard for each in load.hot)]
        by_hot = sum(rejected.amounts[at] for at in hot) * 2 >= sum(rejected.amounts[at] for at in told)
        return len(inside), len(told), len(hot), True, Cause.HOT_SHARD if by_hot else Cause.BURST
    accepted = _accepted(part)
    middle = sorted(accepted[at] for at in inside)[len(inside) // 2]
    as_busy = [count > 0 for count, size in zip(rejected.amounts, accepted, strict=True) if size >= middle]
    by_hot = sum(as_busy) * 2 >= len(as_busy)
    return len(inside), len(as_busy), sum(as_busy), False, Cause.HOT_SHARD if by_hot else Cause.BURST


def _accepted(part: Asked) -> list[int]:
    """What was accepted in each period, in the unit of the load: rejected records would make every such
    period look busier.
    """
    by_bytes, by_records = part.load.weights[:2]
    return [
        max(size * by_bytes, count * by_records)
        for size, count in zip(
            part.written.accepted_bytes.amounts, part.written.accepted_records.amounts, strict=True
        )
    ]
