"""Expressions that must not type-check: each line marked so, and no other."""

from shardcalc import Duration, RecordRate, Size
from shardcalc.core.facts.prices import Price, PutPayloadUnits, ShardHours
from shardcalc.core.units import ByteRate

size, rate, duration = Size(1), RecordRate(1), Duration(1)

Size(1.5)  # error
size + rate  # error
assert size < duration  # error
forgotten_period: ByteRate = size  # error
right: ByteRate = size.per(duration)
rate.of(duration)  # error
rate.of(size).over(size)  # error
rate.of(size).over(duration) + size


def cost(price: Price[ShardHours], units: PutPayloadUnits) -> None:
    """A price takes its own unit only."""
    price.cost(units)  # error
    price.cost(ShardHours(1))
