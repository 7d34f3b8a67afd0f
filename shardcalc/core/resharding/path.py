"""The path from one shard count to another: which UpdateShardCount calls, in which order. Nothing is
executed.

One call at most doubles and at least halves, and ten calls are allowed in 24 hours. Of the paths with the
fewest calls, those are left that hold the fewest shards open on the way; of them, the one with the most calls
to a multiple of 25 % of its own current count is taken, since AWS finishes those sooner; of these, the one
whose first steps are the largest. A path never leaves the range between both counts: below it the stream
would throttle.

The account's quota counts the shards that exist only while a call runs, and AWS does not say how many there
are. So only the target can be refused. A longer path that fits even in the worst case is preferred; where
there is none, the path says so. Pure arithmetic; no I/O.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import gcd, isqrt
from typing import Final

from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.text import BadFields, read_count
from shardcalc.core.units import Duration
from shardcalc.core.workload.reading import read_fields, read_stream
from shardcalc.core.workload.workload import read_region

_CALL: Final = 100_000
"""The price of a call in the search, above that of any number of slow calls."""
_FAR: Final = 1_000_000 * _CALL


class NoPath(Exception):
    """No path of calls leads there: why, and what would have to change."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message}; {remedy}")


@dataclass(frozen=True, slots=True)
class Step:
    """One UpdateShardCount call."""

    before: int
    target: int
    even: bool
    """Whether the target is a multiple of 25 % of the count before, which AWS finishes sooner."""
    wait: Duration | None = None
    """How long after another call, or from now, this one may be made: see :attr:`after_call`."""
    after_call: int = 0
    """The number of the call that the wait counts from, from one; zero is now."""

    @property
    def change(self) -> Fraction:
        """The target as a share of the count before."""
        return Fraction(self.target, self.before)

    @property
    def most_open(self) -> int:
        """The most shards that can be open while the call runs: see :func:`most_open`."""
        return most_open(self.before, self.target)


@dataclass(frozen=True, slots=True)
class Path:
    """The calls that lead from one count to another."""

    current: int
    target: int
    steps: tuple[Step, ...]
    others: int | None
    """Open shards of the account's other streams in the Region; None when unknown."""
    quota: int | None
    """The account's shard quota in the Region; None when unknown, and then it was not checked."""
    calls_used: int = 0
    """Calls of the last 24 hours, taken to have been just now."""
    dip: tuple[int, ...] | None = None
    """Where this path may exceed the quota: the counts of one that cannot, but goes below both its ends."""

    @property
    def most_open(self) -> int:
        """The most shards of this stream that can be open on the way."""
        return max((step.most_open for step in self.steps), default=self.current)

    @property
    def fits(self) -> bool | None:
        """Whether the quota holds even the worst case; None when the quota is unknown."""
        return None if self.quota is None else self.most_open <= _room(self.current, self.quota, self.others)


def most_open(before: int, target: int) -> int:
    """The most shards that can be open while one call runs, by the worst order of splits and merges.

    Both counts cut the key space evenly. If every split comes before the first merge, each cut of either
    count exists for a moment: ``before + target - gcd`` pieces. To double or to halve takes no more than the
    larger count.

    Source: "This can cause short-lived shards to be created, in addition to the final shards", API reference
        of UpdateShardCount; how many is not said, so this bound is inferred.
    """
    return before + target - gcd(before, target)


def allowed(before: int, target: int, limits: Limits) -> bool:
    """Whether one call may go from one count to the other, quota aside."""
    factor, most = limits.reshard_factor.value, limits.shards_most.value
    if target == before or not before <= factor * target or not target <= factor * before:
        return False
    return target < most if before > most else target <= most


def path(
    current: int,
    target: int,
    limits: Limits,
    *,
    quota: int | None = None,
    used: int | None = None,
    calls_used: int = 0,
) -> Path:
    """Find the calls from one count to another.

    Args:
        current: the stream's open shards.
        target: the count to reach.
        limits: AWS's limits.
        quota: the account's shard quota in the Region, as DescribeLimits tells; not checked when unknown.
        used: open shards of the whole account in the Region, this stream's included; only this stream's when
            unknown.
        calls_used: calls of the last 24 hours; each is taken to have been just now.

    Raises:
        NoPath: no sequence of calls leads there.
        ValueError: the account cannot have fewer open shards than its stream.
    """
    if used is not None and used < current:
        raise ValueError(
            f"the account's {used:,} open shards include the stream's own {current:,}, so they cannot be "
            "fewer"
        )
    others = None if used is None else used - current
    most = limits.shards_most
    if target > most.value:
        raise NoPath(
            f"no call goes above {most.value:,} shards",
            "spread the load over several streams, or ask AWS for more",
        )
    if current > most.value and (
        target == most.value or limits.reshard_factor.value * (most.value - 1) < current
    ):
        half = "" if target == most.value else f", and half of {current:,} is more"
        raise NoPath(f"a stream above {most.value:,} shards can only go below that{half}", "ask AWS support")
    least = _least_room(current, target, limits)
    counts = dip = None
    if quota is not None and (held := _room(current, quota, others)) < least:
        if held < target:
            raise NoPath(*_blocked(target, least, quota, others or 0))
        counts = _counts(current, target, limits, held)  # perhaps by more calls
        dip = None if counts else _dip(current, target, limits, held)
    counts = counts or _counts(current, target, limits, least)
    assert counts is not None  # the least room holds a path
    steps = []
    calls, window = limits.reshard_calls.value, limits.reshard_window.value
    for index, (before, after) in enumerate(pairwise(counts)):
        wait = window if index + calls_used >= calls else None
        steps.append(Step(before, after, _even(before, after, limits), wait, max(0, index - calls + 1)))
    return Path(current, target, tuple(steps), others, quota, calls_used, dip)


def _room(current: int, quota: int, others: int | None) -> int:
    """How many shards of the stream the quota holds: never fewer than are open already."""
    return max(quota - (others or 0), current)


def _least_room(current: int, target: int, limits: Limits) -> int:
    """The fewest open shards with which the fewest calls get there.

    Of two calls or more, the one at the larger count holds the most. What it shares with its other end is at
    most their difference, so it holds at least twice that end, and the calls beyond hold less. So only that
    end is to be chosen, of those which one call less reaches from the smaller count.
    """
    factor = limits.reshard_factor.value
    small, large = sorted((current, target))
    reach = small
    while reach * factor < large:
        reach *= factor
    if reach == small:
        return most_open(small, large)
    reach = min(reach, limits.shards_most.value - 1)
    return min(most_open(near, large) for near in range(-(-large // factor), reach + 1))


def _even(before: int, target: int, limits: Limits) -> bool:
    share = limits.reshard_step.value
    return target * share.denominator % (before * share.numerator) == 0


def _blocked(target: int, least: int, quota: int, others: int) -> tuple[str, str]:
    beside = f" beside {others:,} of other streams" if others else ""
    worst = f", or to {least + others:,} for the worst case on the way" if least > target else ""
    return (
        f"{target:,} shards{beside} are more than the account's quota of {quota:,}",
        f"raise the quota to {target + others:,}{worst}",
    )


def _dip(current: int, target: int, limits: Limits, room: int) -> tuple[int, ...] | None:
    """The counts of the fewest calls that fit the room and go below both counts; None where none do.

    A search in breadth for when no path between both counts fits; a count above both would need more room.
    """
    most = limits.shards_most.value
    ceiling = min(max(current, target), most if current <= most else most - 1)
    left = [count for count in range(1, ceiling + 1) if count != current]
    came: dict[int, int] = {}
    queue = [current]
    for count in queue:
        fresh: list[int] = []
        for sign, end in ((1, ceiling), (-1, 1)):
            for ends in _reach(count, end, sign, room, limits):
                first, after = bisect_left(left, min(ends)), bisect_right(left, max(ends))
                fresh += left[first:after]
                del left[first:after]
        came |= dict.fromkeys(fresh, count)
        queue += sorted(fresh, reverse=True)  # so that two calls dip no deeper than they must
    counts = [target]
    while counts[-1] in came:
        counts.append(came[counts[-1]])
    return tuple(reversed(counts)) if counts[-1] == current else None


def _counts(current: int, target: int, limits: Limits, room: int) -> list[int] | None:
    """The counts of the best path, both ends included; None where the quota leaves none.

    Works from the target back: ``cost[n]`` is the price of the best path from n, a call more than that of its
    best next count. The best of thousands of next counts is not looked for one by one but in a tree of
    minima.
    """
    if current == target:
        return [current]
    sign = 1 if target > current else -1
    nodes = range(target, current if sign > 0 else min(current, limits.shards_most.value + 1), -sign)
    cost = _Minima(len(nodes) + 1)
    price: dict[int, int] = {}
    for index, count in enumerate((*nodes, current)):
        best = _FAR if index else 0
        for far, near in _reach(count, target, sign, room, limits):
            best = min(best, cost.least(_at(far, target, sign), _at(near, target, sign) + 1) + _CALL + 1)
        for near in _fast(count, target, sign, room, limits):
            best = min(best, price[near] + _CALL)
        price[count] = best
        cost.put(index, best)
    if price[current] >= _FAR:
        return None
    counts = [current]
    while counts[-1] != target:
        counts.append(_next(counts[-1], target, sign, price, room, limits))
    return counts


def _at(count: int, target: int, sign: int) -> int:
    return (target - count) * sign


def _reach(count: int, target: int, sign: int, room: int, limits: Limits) -> Iterator[tuple[int, int]]:
    """The ranges of counts that one call reaches, each from the end nearer to the target."""
    factor, most = limits.reshard_factor.value, limits.shards_most.value
    far = min(target, factor * count) if sign > 0 else max(target, -(-count // factor))
    near = count + sign if count <= most else most - 1
    # Any pair of counts fits whose sum does.
    low, high = min(far, near), min(max(far, near), room - count)
    if low <= high:
        yield (high, low) if sign > 0 else (low, high)
    # Above the room that every pair has, both counts must share a divisor that makes up for it. Of each
    # divisor, one multiple lies there.
    for divisor in _divisors(count):
        shared = (room - count + divisor) // divisor * divisor
        if min(far, near) <= shared <= max(far, near):
            yield shared, shared


@lru_cache(10_000)
def _divisors(count: int) -> list[int]:
    small = [divisor for divisor in range(1, isqrt(count) + 1) if count % divisor == 0]
    return sorted({*small, *(count // divisor for divisor in small)})


def _fast(count: int, target: int, sign: int, room: int, limits: Limits) -> Iterator[int]:
    share, factor = limits.reshard_step.value, limits.reshard_factor.value
    for steps in range(share.denominator // factor, share.denominator * factor + 1):
        near, rest = divmod(count * steps * share.numerator, share.denominator)
        if (
            not rest
            and near
            and (near - count) * sign > 0 >= (near - target) * sign
            and allowed(count, near, limits)
            and most_open(count, near) <= room
        ):
            yield near


def _next(count: int, target: int, sign: int, price: dict[int, int], room: int, limits: Limits) -> int:
    """The farthest next count on a best path."""
    factor = limits.reshard_factor.value
    far = min(target, factor * count) if sign > 0 else max(target, -(-count // factor))
    for near in range(far, count, -sign):
        step = _CALL + (not _even(count, near, limits))
        if (
            price.get(near, _FAR) + step == price[count]
            and allowed(count, near, limits)
            and most_open(count, near) <= room
        ):
            return near
    # What a count costs is what the best next one costs, and a call.
    raise AssertionError("a count on the path has no next one")  # pragma: no cover - _counts() found one


class _Minima:
    """The least of any range of a list that is being filled: a tree of minima."""

    def __init__(self, size: int) -> None:
        self.size = max(1, size)
        self.tree = [_FAR] * (2 * self.size)

    def put(self, index: int, value: int) -> None:
        index += self.size
        self.tree[index] = value
        while index > 1:
            index //= 2
            self.tree[index] = min(self.tree[2 * index], self.tree[2 * index + 1])

    def least(self, first: int, end: int) -> int:
        found = _FAR
        first += self.size
        end += self.size
        while first < end:
            if first & 1:
                found = min(found, self.tree[first])
                first += 1
            if end & 1:
                end -= 1
                found = min(found, self.tree[end])
            first //= 2
            end //= 2
        return found


# ── from text ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReshardRequest:
    """What was asked for, read from text."""

    current: int
    target: int
    stream: str | None = None
    region: str | None = None
    quota: int | None = None
    used: int | None = None
    calls_used: int = 0


def read_request(**fields: object) -> ReshardRequest:
    """Read counts and names from text; None is left out.

    Raises:
        BadFields: listing every field that cannot be read, or that contradicts another.
    """
    values = read_fields(
        {name: value for name, value in fields.items() if value is not None},
        _READERS,
        required=("current", "target"),
    )
    if values.get("used", values["current"]) < values["current"]:
        raise BadFields(
            [
                (
                    "used",
                    f"the account's {values['used']:,} open shards include the stream's own "
                    f"{values['current']:,}, so they cannot be fewer",
                )
            ]
        )
    if (stream := str(values.get("stream"))).startswith("arn:"):
        region = stream.split(":")[3]
        if values.setdefault("region", region) != region:
            said = f"{values['region']} contradicts the stream's ARN, which says {region}"
            raise BadFields([("region", said)])
    return ReshardRequest(**values)


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "current": lambda value: read_count(value, "a shard count", least=1),
    "target": lambda value: read_count(value, "a shard count", least=1),
    "stream": read_stream,
    "region": read_region,
    "quota": lambda value: read_count(value, "a shard quota"),
    "used": lambda value: read_count(value, "a count of open shards"),
    "calls_used": lambda value: read_count(
        value, "a count of calls in 24 h", most=built_in_limits().reshard_calls.value
    ),
}
