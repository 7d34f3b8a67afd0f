"""What a history asks of each limit, in the period that decides it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.constraint import Constraint, Regime, reserve, with_key
from shardcalc.core.units import ByteRate, CallRate, RecordRate

NO_RESERVE: Final = reserve(Fraction(0))


class Need(NamedTuple):
    """One limit, in the period that decides it: the busiest but for the allowed ones."""

    constraint: Constraint
    """With burst and headroom, as in a plan."""
    at: int
    """Epoch seconds at which that period begins."""
    known: int
    """Periods in which something is known of this limit."""
    peak: ByteRate | RecordRate
    """In the busiest period of all, before burst and headroom."""
    peak_at: int
    busiest: ByteRate | RecordRate | None = None
    """What the busiest shard was asked for in the deciding period, where the limit is of it."""

    @property
    def bare(self) -> int:
        """The count with which the deciding period just fits."""
        limit = self.constraint
        if limit.key is None or limit.regime is not Regime.RESERVED:
            return limit.shards
        return with_key(limit._replace(reserve=NO_RESERVE), limit.key, limit.most_shards).shards

    def utilisation(self, shards: int) -> Fraction:
        """The utilisation of this shard count in the deciding period."""
        return self.constraint.utilisation(shards)


class Flow(NamedTuple):
    """One measured rate: over all known periods, and in the busiest."""

    name: str
    mean: ByteRate | RecordRate
    peak: ByteRate | RecordRate
    peak_at: int


class CallBudget(NamedTuple):
    """GetRecords calls on each shard, against what AWS allows; more shards do not relieve it."""

    peak: CallRate
    """In the busiest period, if all of today's shards were there then."""
    peak_at: int
    over: int
    """Periods above what is allowed."""
