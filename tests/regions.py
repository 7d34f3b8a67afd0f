"""What a Region's streams cost in every mode, for tests."""

from __future__ import annotations

from fractions import Fraction

from shardcalc import Workload
from shardcalc.core.cost.comparison import cost_region
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices

LIMITS = built_in_limits()


PRICES = built_in_prices("us-east-1")


HOURS = Fraction(730)


def region(*workloads: Workload, prices=PRICES):
    return cost_region(workloads, prices, LIMITS, HOURS)
