"""The question turned round: what a number of shards carries."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from shardcalc.core.capacity.constraint import Constraint, Regime
from shardcalc.core.capacity.planning import plan
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits
from shardcalc.core.units import ByteRate, RecordRate
from shardcalc.core.workload.parts import Rates
from shardcalc.core.workload.workload import Workload


class Carried(NamedTuple):
    """What a number of shards carries: producer records per second, limit by limit."""

    workload: Workload
    shards: int
    plan: Plan
    """The plan at one record per second; every demand is proportional to the rate. The shard of the hottest
    key keeps the reserve: at a low enough rate there is one."""
    limits: Limits

    def by(self, constraint: Constraint) -> RecordRate:
        """The most producer records per second that one limit allows."""
        return RecordRate(constraint.most(self.shards))

    @property
    def rate(self) -> RecordRate:
        """The most producer records per second that all limits allow, on the busiest shard too."""
        return min(self.by(constraint) for constraint in self.plan.constraints)

    @property
    def hottest_key(self) -> RecordRate | None:
        """The rate at which the busiest partition key alone fills its shard, with any shard count; None when
        not declared.
        """
        keyed = [(limit, limit.key) for limit in self.plan.constraints if limit.key]
        return min((RecordRate(limit.used / (key * limit.load)) for limit, key in keyed), default=None)

    @property
    def write(self) -> ByteRate:
        """The bytes per second written at that rate."""
        return self.plan.write * self.rate.amount

    @property
    def binding(self) -> tuple[Constraint, ...]:
        """The limits that decide, ties included."""
        return tuple(constraint for constraint in self.plan.constraints if self.by(constraint) == self.rate)


def carried(workload: Workload, shards: int, limits: Limits) -> Carried:
    """Work out the record rate that this number of shards carries; the workload's own rate is ignored."""
    one = RecordRate(1)
    asked = replace(workload, rps=Rates(one, one), shards=None)
    planned = plan(asked, limits)
    kept = tuple(limit._replace(regime=Regime.RESERVED) for limit in planned.constraints)
    return Carried(asked, shards, planned._replace(constraints=kept), limits)
