"""One limit that grows with shards: its demand, the limit of one shard, the count it asks for alone.

A limit holds at n shards when the busiest of them holds it: ``load x share(n) <= what may be used``. The load
is bare, so a utilisation never has a reserve in it.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.facts import Fact
from shardcalc.core.text import decimal, percent, ratio
from shardcalc.core.units import ByteRate, RecordRate

ONE: Final = Fraction(1)
MEASURED_HEADROOM: Final = Fraction(1, 4)
"""The reserve for what was measured, and beside it for what is declared, where nobody says another."""
Factors = tuple[tuple[Fraction | int, str], ...]
"""What a demand is multiplied by, each with its name in the working."""


class Regime(StrEnum):
    """What of a limit the shard of the hottest key may use."""

    RESERVED = "reserved"
    """As much as every other shard."""
    BARE = "bare"
    """All of it: no count leaves the reserve."""
    NONE = "none"
    """No count helps."""


class Reserve(NamedTuple):
    """The part of every limit that may be used: the stricter of headroom and the utilisation wanted at most.
    Made by :func:`reserve`.
    """

    headroom: Fraction
    max_utilisation: Fraction | None
    factor: Fraction
    """What a demand is multiplied by; its inverse is the part that may be used."""

    @property
    def used(self) -> Fraction:
        """The part of a limit that may be used."""
        return 1 / self.factor

    @property
    def name(self) -> str:
        """Which of the two decides, both when they are the same; nothing when all may be used."""
        names = []
        if self.headroom and ONE + self.headroom == self.factor:
            names.append("headroom")
        if self.max_utilisation is not None and self.factor == 1 / self.max_utilisation != 1:
            names.append(f"for at most {percent(self.max_utilisation)} used")
        return " and ".join(names)

    @property
    def factors(self) -> Factors:
        """As a factor of a working."""
        return ((self.factor, self.name),) if self.factor != 1 else ()

    def __str__(self) -> str:
        parts = [f"{percent(self.headroom)} headroom"] if self.headroom else []
        if self.max_utilisation is not None:
            parts.append(f"at most {percent(self.max_utilisation)} used")
        return " and ".join(parts) or "no reserve"


def reserve(headroom: Fraction, max_utilisation: Fraction | None = None) -> Reserve:
    """The reserve of a stream, from either, both or neither."""
    factor = ONE + headroom if headroom else ONE
    if max_utilisation is not None:
        factor = max(factor, 1 / max_utilisation)
    return Reserve(headroom, max_utilisation, factor)


class Constraint(NamedTuple):
    """One limit that more shards relieve. Made by :func:`constrain`, so that load and count follow from the
    factors.

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
    """The bare load: demand in shards, as a quotient of whole numbers that is not reduced."""
    shards: int
    """The shards that this limit asks for alone, at least one; 0 where no count helps."""
    reserve: Reserve
    skew: Fraction = ONE
    """Traffic of the busiest shard over that of the mean one."""
    key: Fraction | None = None
    """The part of the stream on one partition key, where this is the limit of the shard that holds it."""
    regime: Regime = Regime.RESERVED
    most_shards: int = 0
    """The most shards that are asked for on account of the hottest key."""

    @property
    def load(self) -> Fraction:
        """Demand in shards that are full: before rounding up, without any reserve."""
        return Fraction(self.numerator, self.denominator)

    @property
    def demand(self) -> ByteRate | RecordRate:
        """What is asked of the stream."""
        return self.per_shard * self.load

    @property
    def plain(self) -> bool:
        """Whether all shards are alike to it."""
        return self.key is None and self.skew == 1

    def share(self, shards: int) -> Fraction:
        """The part of the stream that its busiest shard takes."""
        if self.key is not None:
            return self.key + (ONE - self.key) / shards
        return min(ONE, self.skew / shards)

    def utilisation(self, shards: int) -> Fraction:
        """What this limit uses of the busiest shard, without any reserve; above one it throttles."""
        if self.plain:
            return Fraction(self.numerator, self.denominator * shards)
        return self.load * self.share(shards)

    def is_full(self, shards: int) -> bool:
        """Whether the busiest shard has exactly what it takes."""
        if self.plain:
            return self.numerator == self.denominator * shards
        return self.utilisation(shards) == 1

    @property
    def used(self) -> Fraction:
        """What may be used of the busiest shard."""
        return ONE if self.regime is Regime.BARE else self.reserve.used

    @property
    def asked(self) -> Fraction:
        """The shards that it asks for alone, before rounding up; zero where no count helps."""
        if self.regime is Regime.NONE:
            return Fraction(0)
        load, used = self.load, self.used
        if load <= used:
            return load / used
        return (
            load * self.skew / used
            if self.key is None
            else (ONE - self.key) * load / (used - self.key * load)
        )

    def most(self, shards: int) -> Fraction:
        """The multiple of the traffic that this many shards carry."""
        return self.used / self.utilisation(shards)

    def regime_at(self, times: Fraction) -> Regime:
        """What the shard of the hottest key may use at a multiple of the traffic."""
        least = self.utilisation(self.most_shards) * times
        return Regime.RESERVED if least <= self.reserve.used else Regime.BARE if least <= 1 else Regime.NONE

    def least(self, times: Fraction) -> int | None:
        """The least count that carries a multiple of the traffic; None where no count does."""
        load, used = self.load * times, self.used
        if load <= used:
            return 1
        if self.key is None:
            asked = load * self.skew / used
        elif load * self.share(self.most_shards) <= used:
            asked = (ONE - self.key) * load / (used - self.key * load)
        else:
            return None
        return -(-asked.numerator // asked.denominator)

    @property
    def working(self) -> str:
        """The calculation in one line, to be redone with a pencil."""
        reserve = () if self.regime is Regime.BARE else self.reserve.factors
        factors = self.factors + (((self.skew, "skew"),) if self.skew != 1 and self.asked > 1 else ())
        steps = "".join(f" x {decimal(factor)} {name}" for factor, name in (*factors, *reserve))
        limit = f"{self.per_shard_working}{self.per_shard}"
        written = f"{self.base_name} {self.base}"
        count = f"{self.shards:,} shard{'' if self.shards == 1 else 's'}"
        if self.key is None:
            return f"{written}{steps} / {limit} = {ratio(self.asked)} -> {count}"
        if not self.shards:
            alone = ratio(self.load * self.key)
            return f"{written}{steps} x {percent(self.key)} / {limit} = {alone}: no count helps"
        rest = f"({percent(self.key)} + {percent(ONE - self.key)}/{self.shards:,})"
        used = self.utilisation(self.shards) / (1 if self.regime is Regime.BARE else self.reserve.used)
        return f"{written}{steps} x {rest} / {limit} = {ratio(used)} of a shard -> {count}"


def constrain(
    name: str,
    title: str,
    base: ByteRate | RecordRate,
    base_name: str,
    factors: Factors,
    per_shard: ByteRate | RecordRate,
    fact: Fact[Any] | None,
    reserve: Reserve,
    per_shard_working: str = "",
    consumer: str = "",
) -> Constraint:
    """Work out one limit: the base times all factors, over what may be used of one shard, rounded up.

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
    more, by = reserve.factor.as_integer_ratio()
    shards = -(-numerator * more // (denominator * by)) or 1
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
        reserve,
    )


def with_skew(limit: Constraint, skew: Fraction) -> Constraint:
    """A limit on the busiest shard of a stream whose shards are not alike: ``load x min(1, skew/n)``.

    A shard never takes more than everything, so a load that fits one shard needs one.
    """
    made = limit._replace(name="hottest-shard", title=f"busiest shard: {limit.title}", skew=skew)
    asked = made.asked
    return made._replace(shards=max(1, -(-asked.numerator // asked.denominator)))


def with_key(limit: Constraint, key: Fraction, most: int) -> Constraint:
    """A limit on the shard that holds the hottest key: ``load x (key + (1 - key)/n)``.

    What of the limit may be used is decided here, once, for today's traffic: as everywhere if a count up to
    ``most`` allows it, else all of it, else nothing helps.
    """
    made = limit._replace(name="hottest-key", title=f"hottest key: {limit.title}", key=key, most_shards=most)
    regime = made.regime_at(ONE)
    made = made._replace(regime=regime)
    asked = made.asked
    shards = 0 if regime is Regime.NONE else max(1, -(-asked.numerator // asked.denominator))
    return made._replace(shards=shards)
