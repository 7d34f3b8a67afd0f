"""The question turned round: what a number of shards carries."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.constraint import Constraint
from shardcalc.core.capacity.planning import plan
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits
from shardcalc.core.units import ByteRate, RecordRate
from shardcalc.core.workload.parts import Rates
from shardcalc.core.workload.workload import Workload

ONE: Final = Fraction(1)


class Carried(NamedTuple):
    """What a number of shards carries: producer records per second, limit by limit."""

    workload: Workload
    shards: int
    plan: Plan
    """The plan at one record per second; every demand is proportional to the rate."""
    limits: Limits

    def by(self, constraint: Constraint) -> RecordRate:
        """The most producer records per second that one limit allows."""
        return RecordRate(self.shards / constraint.load)

    @property
    def rate(self) -> RecordRate:
        """The most producer records per second that all limits allow, the hottest key's included."""
        by_shards = self.by_shards
        by_key = self.hottest_key
        return by_shards if by_key is None else min(by_shards, by_key)

    @property
    def by_shards(self) -> RecordRate:
        """The most producer records per second that the shards allow."""
        return min(self.by(constraint) for constraint in self.plan.constraints)

    @property
    def hottest_key(self) -> RecordRate | None:
        """The rate at which the busiest partition key fills its shard, at any shard count; None when not
        declared.
        """
        share = self.workload.hottest_key
        if share is None:
            return None
        share *= ONE + self.workload.headroom
        return min(
            RecordRate(self.limits.hot_key_records.value.amount * self.plan.packing.records / share),
            RecordRate(self.limits.hot_key_bytes.value.ratio_to(self.plan.write) / share),
        )

    @property
    def write(self) -> ByteRate:
        """The bytes per second written at that rate, before headroom."""
        return self.plan.write * self.rate.amount

    @property
    def binding(self) -> tuple[Constraint, ...]:
        """The limits that decide, ties included; none when the hottest key does."""
        return tuple(constraint for constraint in self.plan.constraints if self.by(constraint) == self.rate)


def carried(workload: Workload, shards: int, limits: Limits) -> Carried:
    """Work out the record rate that this number of shards carries; the workload's own rate is ignored."""
    one = RecordRate(1)
    asked = replace(workload, rps=Rates(one, one), shards=None)
    return Carried(asked, shards, plan(asked, limits), limits)
