"""What changed between two plans of the same streams: shards, cost, risk. Pure: two lists in, changes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from shardcalc.core.units import USD
from shardcalc.core.workload.declared import Identity


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """One stream as a plan sees it."""

    identity: Identity
    shards: int
    """The shards that are needed."""
    declared: int | None
    cost: USD
    """Of the needed shards, in the hours of the comparison."""
    complete: bool
    """Whether every price of the cost is known."""
    planned_utilisation: Fraction
    """The highest of any limit, at the needed shards."""
    findings: tuple[str, ...]
    """The names of what was found, most of it risk."""

    @property
    def utilisation(self) -> Fraction:
        """The highest of any limit, at the declared shards where they are declared."""
        return self.planned_utilisation * self.shards / (self.declared or self.shards)


@dataclass(frozen=True, slots=True)
class StreamChange:
    """One stream before and after; None where it did not or does not exist."""

    before: StreamSummary | None
    after: StreamSummary | None

    @property
    def same(self) -> bool:
        """Whether nothing changed that a saved plan holds: it has a share as the nearest double."""
        return _held(self.before) == _held(self.after)

    @property
    def stream(self) -> StreamSummary:
        """The side that exists, the later one where both do."""
        one = self.after or self.before
        assert one is not None
        return one

    @property
    def new_findings(self) -> tuple[str, ...]:
        """What is found now and was not before."""
        return _without(self.after, self.before)

    @property
    def gone_findings(self) -> tuple[str, ...]:
        """What was found before and is not now."""
        return _without(self.before, self.after)


def _held(one: StreamSummary | None) -> object:
    return one and (replace(one, planned_utilisation=Fraction(0)), float(one.planned_utilisation))


def _without(one: StreamSummary | None, other: StreamSummary | None) -> tuple[str, ...]:
    return tuple(
        name for name in (one.findings if one else ()) if other is None or name not in other.findings
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every stream that changed, and both totals."""

    against: str
    """Where the plan before came from."""
    hours: Fraction
    changes: tuple[StreamChange, ...]
    unchanged: int
    shards: tuple[int, int]
    cost: tuple[USD, USD]
    complete: tuple[bool, bool]


def compare(
    before: Iterable[StreamSummary], after: Iterable[StreamSummary], *, against: str, hours: Fraction
) -> Comparison:
    """Pair the streams of two plans, each by what tells it from all others."""
    old = {one.identity: one for one in before}
    new = {one.identity: one for one in after}
    pairs = [StreamChange(old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old))]
    changes = tuple(pair for pair in pairs if not pair.same)
    sides = (list(old.values()), list(new.values()))
    shards, cost, complete = (
        (make(sides[0]), make(sides[1]))
        for make in (
            lambda side: sum(one.shards for one in side),
            lambda side: USD(sum((one.cost.amount for one in side), Fraction(0))),
            lambda side: all(one.complete for one in side),
        )
    )
    return Comparison(against, hours, changes, len(pairs) - len(changes), shards, cost, complete)  # type: ignore[arg-type]
