"""One limit that grows with shards: its demand, the limit of one shard, the count it asks for alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from shardcalc.core.facts import Fact
from shardcalc.core.text import decimal, ratio
from shardcalc.core.units import ByteRate, RecordRate

Factors = tuple[tuple[Fraction | int, str], ...]
"""What a demand is multiplied by, each with its name in the working."""


class Constraint(NamedTuple):
    """One limit that more shards relieve. Made by :func:`constrain`, so that demand, load and count follow
    from the factors.

    What is shown is what was calculated: the working prints the very factors that were multiplied.
    """

    name: str
    title: str
    base: ByteRate | RecordRate
    base_name: str
    factors: Factors
    per_shard: ByteRate | RecordRate
    """The limit of one shard."""
    fact: Fact[Any] | None
    """Where the limit of one shard comes from; None when the workload itself declares it."""
    per_shard_working: str
    consumer: str
    """The consumer whose limit this is, for limits of one consumer."""
    numerator: int
    denominator: int
    """Demand in shards, before rounding up, as a quotient of whole numbers that is not reduced."""
    shards: int
    """The shards that this limit asks for alone, at least one."""

    @property
    def load(self) -> Fraction:
        """Demand in shards, before rounding up."""
        return Fraction(self.numerator, self.denominator)

    @property
    def demand(self) -> ByteRate | RecordRate:
        """What is asked of the stream."""
        return self.per_shard * self.load

    def utilisation(self, shards: int) -> Fraction:
        """Demand over the capacity of this number of shards; above one it throttles."""
        return Fraction(self.numerator, self.denominator * shards)

    @property
    def working(self) -> str:
        """The calculation in one line, to be redone with a pencil."""
        steps = "".join(f" x {decimal(factor)} {name}" for factor, name in self.factors)
        count = f"{self.shards:,} shard{'' if self.shards == 1 else 's'}"
        return (
            f"{self.base_name} {self.base}{steps} / {self.per_shard_working}{self.per_shard} = "
            f"{ratio(self.load)} -> {count}"
        )


def constrain(
    name: str,
    title: str,
    base: ByteRate | RecordRate,
    base_name: str,
    factors: Factors,
    per_shard: ByteRate | RecordRate,
    fact: Fact[Any] | None,
    per_shard_working: str = "",
    consumer: str = "",
) -> Constraint:
    """Work out one limit: the base times all factors, over the limit of one shard, rounded up.

    A stream asks this a few times and a fleet tens of thousands of times, so it multiplies whole numbers and
    reduces no fraction on the way.
    """
    numerator, denominator = base.amount.as_integer_ratio()
    limit, unit = per_shard.amount.as_integer_ratio()
    for factor, _ in factors:
        times, over = factor.as_integer_ratio()
        numerator *= times
        denominator *= over
    numerator *= unit
    denominator *= limit
    shards = -(-numerator // denominator) or 1
    return Constraint(
        name,
        title,
        base,
        base_name,
        factors,
        per_shard,
        fact,
        per_shard_working,
        consumer,
        numerator,
        denominator,
        shards,
    )
