"""One stream as a line of a fleet; the order and the sums are tested over HTTP, in
tests/cli/aws/test_fleet.py.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from shardcalc.core.advice.fleet import Failure, Standing, fleet, member, unmeasured
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.history.model import History
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from tests.suggested import found
from tests.synthetic import DAY, DAYS, history, with_metric


def arn(account, stream):
    """The ARN of a stream of an account."""
    return f"arn:aws:kinesis:us-east-1:{account:012d}:stream/{stream}"


PRICES = built_in_prices("us-east-1")
LIMITS = built_in_limits()


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


def test_an_unmeasured_on_demand_stream_costs_its_hours():
    """730 h x $0.04."""
    made = History(start=0, period=60, points=0, metrics={}, stream="a", region="us-east-1", mode="ON_DEMAND")
    assert unmeasured(made, PRICES, LIMITS).cost == USD(Fraction(2920, 100))


def test_the_streams_of_an_account_and_region_have_a_best_mix_of_modes():
    """Two streams on demand with steady traffic: 10 shards each cost less than half. The one that is lowered
    already has the mode that is best.
    """
    steady = member(found(history(mode="ON_DEMAND", stream="a", arn=arn(1, "a"))))
    other = member(found(history(mode="ON_DEMAND", stream="b", arn=arn(1, "b"))))
    shards = member(found(history(open_shards=16, stream="c", arn=arn(1, "c"))))
    elsewhere = member(found(history(open_shards=16, stream="d", arn=arn(2, "d"))))
    made = fleet([steady, other, shards, elsewhere], [], 14, LIMITS, built_in_prices)
    [pool] = made.pools
    assert (pool.account, pool.region, sorted(pool.names)) == ("000000000001", "us-east-1", ["a", "b", "c"])
    assert set(pool.mix.modes) == {Mode.PROVISIONED}
    assert pool.now == USD(sum(each.cost.amount for each in (steady, other, shards)))
    # A month of c at 16 shards is 6 x 730 h x ($0.015 + $0.015) = $131.40 above that of 10.
    assert pool.mix.total == USD(3 * (shards.cost.amount - Fraction(13140, 100)))


def test_an_account_of_which_a_stream_was_not_read_has_no_best_mix():
    """The least that Advantage costs is for all its streams together."""
    steady = member(found(history(mode="ON_DEMAND", arn=arn(1, "orders"))))
    gone = Failure("gone", "us-east-1", "000000000001", "not-ready", "it is DELETING", "")
    assert len(fleet([steady], [], 14, LIMITS, built_in_prices).pools) == 1
    assert fleet([steady], [gone], 14, LIMITS, built_in_prices).pools == ()
    # Another Region's failure says nothing of this one.
    elsewhere = replace(gone, region="eu-west-1")
    assert len(fleet([steady], [elsewhere], 14, LIMITS, built_in_prices).pools) == 1


def test_fifty_shards_that_are_hardly_used_are_wasteful():
    """A record each hour for two weeks: 336 points of 20,160, and nobody wrote in between."""
    counts = [1 if minute % 60 == 0 else None for minute in range(DAYS * DAY)]
    quiet = history(counts, sale=False, open_shards=50, consumers={}, registered=())
    for name in ("WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"):
        quiet = with_metric(quiet, name, [None if count is None else 0 for count in counts])
    made = found(quiet)
    line = member(made)
    assert (line.standing, line.recommended) == (Standing.WASTEFUL, 1)
    # 49 x 730 h x $0.015; what is written costs the same at every count.
    assert line.saving == USD(Fraction(53655, 100))
    assert made.known == DAYS * DAY
    # One record an hour, and not one in each minute with a record.
    assert made.flows[1].mean.amount == Fraction(1, 3600)
    assert "in 19,824 nobody wrote" in made.window


def test_a_metric_that_was_not_read_is_not_zero():
    """Where only one metric of writing has no point, it is unknown."""
    counts = [1 if minute % 60 == 0 else None for minute in range(DAYS * DAY)]
    made = found(history(counts, sale=False, open_shards=50))
    assert made.known == 336
    assert member(made).standing is not Standing.WASTEFUL
    assert "only 336 points" in made.decision.held[0]


def test_a_stream_that_was_created_yesterday_is_not_taken_for_waste():
    nobody = [None] * (DAYS * DAY)
    metrics = dict.fromkeys(history().metrics, nobody)
    made = replace(history(), metrics=metrics, consumers={}, registered=(), open_shards=50)
    line = member(found(made))
    assert (line.standing, line.recommended) == (Standing.IDLE, 1)
    young = found(replace(made, created=made.end - 86_400))
    assert (member(young).standing, young.recommended) == (Standing.IDLE, 50)
    assert "only 1,440 points" in young.decision.held[0]
    assert "from 2026-11-20 00:00 to 2026-11-21 00:00 UTC, and nobody polls it" in young.findings[0].message
