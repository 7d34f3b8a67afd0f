"""What a Region's streams cost in every mode, for tests."""

from __future__ import annotations

from fractions import Fraction

from shardcalc import Workload, plan
from shardcalc.core.cost.comparison import StreamCost, cost_region, cost_stream
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices

LIMITS = built_in_limits()


PRICES = built_in_prices("us-east-1")


HOURS = Fraction(730)


def costed(workload: Workload, prices=PRICES, hours=HOURS, **now) -> StreamCost:
    """One stream, planned and billed; what is there now as :func:`cost_stream` takes it."""
    return cost_stream(plan(workload), prices, LIMITS, hours, **now)


def region(*workloads: Workload, prices=PRICES):
    made = [costed(workload, prices) for workload in workloads]
    return cost_region(made, prices, LIMITS, HOURS)
