"""The best mix of capacity modes for all streams of one account and Region.

On-demand Standard and On-demand Advantage cannot exist side by side there. So a mix is provisioned and
Standard, where each stream takes the cheaper, or provisioned and Advantage, where those on Advantage share
the account's two floors. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple

from shardcalc.core.cost.bill import Bill, billed, discounted, floors, total
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode

ZERO: Final = Fraction(0)

STEPS: Final = 100_000
"""How many steps a search takes at most; 16 streams have fewer subsets."""

Sums = Sequence[int]
"""Four numbers: with no floor, the one in, the one out, and both."""


class StreamBills(NamedTuple):
    """One stream's bills before any discount; None for a mode that cannot carry it."""

    mode: Mode | None
    """The mode that it has; None for a new stream."""
    provisioned: Bill | None
    """At the needed count."""
    standard: Bill | None
    advantage: Bill | None
    """Before the account's floors."""

    @property
    def bills(self) -> tuple[Bill | None, Bill | None, Bill | None]:
        """All three, in the order of the modes."""
        return self.provisioned, self.standard, self.advantage


class Mix(NamedTuple):
    """A mode for each stream."""

    modes: tuple[Mode, ...]
    total: USD
    """All bills and the shortfall, with the discount."""
    shortfall: Bill
    """What the streams on Advantage lack to the floors, with the discount; no lines when none is on it."""
    exact: bool
    """Whether no mix is cheaper. Otherwise it costs at most what any one mode for all streams costs, and a
    cheaper one may exist.
    """


def best_mix(
    streams: Sequence[StreamBills],
    prices: PriceSheet,
    limits: Limits,
    hours: Fraction,
    discount: Fraction = ZERO,
    steps: int = STEPS,
) -> Mix | None:
    """Find the mode of each stream with which all of one account and Region together cost the least.

    Of mixes that cost the same, it takes one that changes the fewest streams; of these it prefers
    provisioned, then Standard, then Advantage. None when a price is unknown, or no mix carries every stream.

    Args:
        streams: every stream, billed for the same hours.
        prices: the Region's prices.
        limits: where the floors stand.
        hours: the hours that are billed.
        discount: the share that comes off every bill.
        steps: how many steps the search takes at most.
    """
    whole = floors((), prices, limits, hours)
    known = [bill for stream in streams for bill in stream.bills if bill is not None]
    if not all(bill.complete for bill in (whole, *known)):
        return None
    pools = [() if stream.advantage is None else (stream.advantage,) for stream in streams]
    shortfalls = [_shortfalls(floors(pool, prices, limits, hours)) for pool in ((), *pools)]
    # Whole numbers, as exact and faster. Below the cents is room for what decides between equals.
    amounts = [bill.total.amount for bill in known] + [side for sides in shortfalls for side in sides]
    change = 2 * len(streams) + 1
    scale = lcm(*(amount.denominator for amount in amounts)) * (change + 2) * (len(streams) + 1)
    never = int((sum(amounts, ZERO) + 1) * scale)

    def cost(stream: StreamBills, place: int, mode: Mode) -> int:
        bill, changes = stream.bills[place], stream.mode not in (None, mode)
        return never if bill is None else int(bill.total.amount * scale) + change * changes + place

    costs = [[cost(stream, place, mode) for place, mode in enumerate(Mode)] for stream in streams]
    owed, *left = ([int(side * scale) for side in sides] for sides in shortfalls)
    gains = [
        _sums(provisioned - advantage, owed[0] - into, owed[1] - out)
        for (provisioned, _, advantage), (into, out) in zip(costs, left, strict=True)
    ]
    places = [int(row[1] < row[0]) for row in costs]
    plain = min(never, sum(row[place] for row, place in zip(costs, places, strict=True)))
    least, taken, exact = _search(gains, _sums(sum(row[0] for row in costs), *owed), plain, steps)
    if least == never:
        return None
    if taken:
        places = [2 if index in taken else 0 for index in range(len(streams))]
    chosen = [stream.bills[place] for stream, place in zip(streams, places, strict=True)]
    bills = [bill for bill in chosen if bill is not None]
    pooled = [bill for bill in bills if bill.mode is whole.mode]
    shortfall = (
        floors(pooled, prices, limits, hours) if pooled else billed(whole.mode, whole.region, hours, ())
    )
    ended = [discounted(bill, discount) for bill in (*bills, shortfall)]
    return Mix(tuple(bill.mode for bill in bills), total(bill.total for bill in ended), ended[-1], exact)


def _shortfalls(bill: Bill) -> tuple[Fraction, Fraction]:
    """What the two shortfalls on a bill cost."""
    costs = {line.name: line.cost.amount for line in bill.lines if line.cost is not None}
    return costs.get("shortfall-in", ZERO), costs.get("shortfall-out", ZERO)


def _sums(alone: int, into: int, out: int) -> Sums:
    return alone, alone + into, alone + out, alone + into + out


def _less(sums: Sums, gain: Sums) -> Sums:
    return [each - part for each, part in zip(sums, gain, strict=True)]


def _search(gains: Sequence[Sums], nobody: Sums, below: int, steps: int) -> tuple[int, frozenset[int], bool]:
    """Find the least cost below a given one, who is on Advantage then, and whether nothing was left out.

    A shortfall is what the floor is above the data, or nothing if that is negative. So the cost is the
    largest of four sums, in which the floors count or not. In each of them a stream has a gain of its own,
    whatever the others do: that bounds what those not yet decided can still save.

    Args:
        gains: what each stream takes off the sums by being on Advantage.
        nobody: the sums when none is.
        below: the cost to beat.
        steps: how many steps to take at most.
    """
    least, taken = below, frozenset[int]()
    # First the streams join one by one, those that gain most in front, by each of the four gains.
    for view in range(len(nobody)):
        order, sums = sorted(range(len(gains)), key=lambda index: -gains[index][view]), nobody
        for count, index in enumerate(order, 1):
            sums = _less(sums, gains[index])
            if max(sums) < least:
                least, taken = max(sums), frozenset(order[:count])
    # Then branch and bound: each sum is the least that it can become. What is clear is decided first.
    sums = [start - sum(max(0, gain[view]) for gain in gains) for view, start in enumerate(nobody)]
    view = sums.index(max(sums))
    order = sorted(range(len(gains)), key=lambda index: -abs(gains[index][view]))
    stack: list[tuple[Sums, int, int]] = [(sums, 0, 0)]
    while stack and steps:
        sums, depth, on = stack.pop()
        if max(sums) >= least:
            continue
        if depth == len(order):
            least, taken = max(sums), frozenset(index for bit, index in enumerate(order) if on >> bit & 1)
            continue
        steps -= 1
        gain = gains[order[depth]]
        stays = _less(sums, [min(0, -each) for each in gain]), depth + 1, on
        joins = _less(sums, [min(0, each) for each in gain]), depth + 1, on | 1 << depth
        stack += (stays, joins) if gain[view] > 0 else (joins, stays)
    return least, taken, not stack
