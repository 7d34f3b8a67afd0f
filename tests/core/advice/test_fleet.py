"""One stream as a line of a fleet; the order and the sums are tested over HTTP, in
tests/cli/aws/test_fleet.py.
"""

from __future__ import annotations

from fractions import Fraction

from shardcalc.core.advice.fleet import Standing, member, silent
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.history.model import History
from shardcalc.core.units import USD
from tests.suggested import found
from tests.synthetic import DAY, DAYS, history

PRICES = built_in_prices("us-east-1")


def test_an_on_demand_stream_with_an_hour_of_traffic_stays_on_demand():
    """8,000 records/s once need 8 x 1.25 = 10 shards, 10 x 730 x $0.015 = $109.50 at least; on demand it is
    $29.20 and 28.8 million records of 1 KiB in two weeks, some 60 GB a month in and 180 GB out at $0.08 and
    $0.04: $12.
    """
    line = member(found(history([0] * (DAYS * DAY), mode="ON_DEMAND")))
    assert (line.standing, line.saving) == (Standing.FINE, USD(0))
    assert line.answer == "on-demand, AWS scales it"
    assert 29 < line.cost.amount < 60


def test_an_on_demand_stream_with_steady_traffic_would_save_with_shards():
    line = member(found(history(mode="ON_DEMAND")))
    assert line.standing is Standing.WASTEFUL
    assert line.saving.amount > 0
    assert "10 shards" in line.answer


def test_a_silent_on_demand_stream_costs_its_hours():
    """730 h x $0.04."""
    made = History(start=0, period=60, points=0, metrics={}, stream="a", region="us-east-1", mode="ON_DEMAND")
    assert silent(made, PRICES, built_in_limits()).cost == USD(Fraction(2920, 100))
