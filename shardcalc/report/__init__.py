"""What a command found out, ready to be rendered: data only, the same for every format.

A renderer turns one of these into text and calculates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, total
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.workload import Mode, Workload


class Described(NamedTuple):
    """A stream as somebody described it, and where."""

    name: str
    where: str
    """File, line and column; empty for a stream described by flags."""
    workload: Workload
    origins: Mapping[str, str]
    """For each field that was given: stream, flag or defaults. All others are assumed."""
    owner: str = ""
    notes: str = ""

    @property
    def by_origin(self) -> dict[str, list[str]]:
        """The fields that each origin gave."""
        origins = self.origins
        found: dict[str, list[str]] = {}
        for field, origin in origins.items():
            if origin in found:
                found[origin].append(field)
            else:
                found[origin] = [field]
        return found


class StreamPlan(NamedTuple):
    """The plan and the bill of one stream."""

    stream: Described
    plan: Plan
    bill: Bill


class PlanReport(NamedTuple):
    """The plans of all streams that were asked for."""

    streams: tuple[StreamPlan, ...]
    limits: Limits
    hours: Fraction
    prices: Callable[[str], PriceSheet]

    @property
    def origins(self) -> dict[str, str]:
        """Where the prices of each Region came from, for Regions whose prices this release does not ship."""
        regions = sorted({stream.bill.region for stream in self.streams})
        return {region: origin for region in regions if (origin := self.prices(region).origin) != "built in"}

    @property
    def shards(self) -> int:
        """The shards of all streams together."""
        return sum(stream.plan.shards for stream in self.streams)

    @property
    def cost(self) -> USD:
        """The exact sum of all bills' known lines."""
        return total([stream.bill.total for stream in self.streams])

    @property
    def complete(self) -> bool:
        """Whether every line of every bill has a price."""
        return all(stream.bill.complete for stream in self.streams)

    @property
    def oldest(self) -> date:
        """The oldest date of a fact that was used."""
        return oldest(self.limits, (stream.bill for stream in self.streams))


def money(amount: USD, bills: Iterable[Bill]) -> str:
    """A total as people read it: a lower bound when a price on these bills is unknown, and ``unknown`` when all are."""
    lines = [line for bill in bills for line in bill.lines]
    if all(line.price is None for line in lines) and lines:
        return "unknown"
    return str(amount) if all(line.price is not None for line in lines) else f"at least {amount}"


def before_floors(bill: Bill) -> str:
    """What an Advantage bill does not hold: the floors are the account's, and no stream's."""
    floored = bill.mode is not Mode.ON_DEMAND_ADVANTAGE or any(
        line.name.startswith("shortfall") for line in bill.lines
    )
    return "" if floored else ", before the account's floors"


def oldest(limits: Limits, bills: Iterable[Bill]) -> date:
    """The oldest date among the limits and the prices on these bills."""

    def dates() -> Iterator[date]:
        yield from (fact.date for fact in limits)
        yield from (bill.oldest for bill in bills if bill.oldest is not None)

    return min(dates())
