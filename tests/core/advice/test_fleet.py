"""One stream as a line of a fleet; the order and the sums are tested over HTTP, in
tests/cli/aws/test_fleet.py.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from shardcalc.core.advice.fleet import Failure, Member, Standing, fleet, member, unmeasured
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import PriceSheet, built_in_prices
from shardcalc.core.history.model import History
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from tests.suggested import found, hot
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


@pytest.mark.parametrize(
    ("mode", "shards", "cents"),
    [
        # 4 x 730 h x $0.015; on demand 730 h x $0.04, and no shards.
        ("PROVISIONED", 4, "43.80"),
        ("PROVISIONED", None, None),
        ("ON_DEMAND", None, "29.20"),
        ("ON_DEMAND", 4, "29.20"),
        (None, None, None),
    ],
)
def test_an_unmeasured_stream_costs_its_shards_or_its_hours(mode, shards, cents):
    made = History(start=0, period=60, points=0, metrics={}, stream="a", region="us-east-1", mode=mode)
    line = unmeasured(replace(made, open_shards=shards), PRICES, LIMITS)
    assert (line.cost.cents if line.cost is not None else None) == cents
    assert (line.name, line.region, line.mode, line.shards) == ("a", "us-east-1", mode or "", shards)
    assert (line.standing, line.answer) == (
        Standing.UNMEASURED,
        "not measured: its metrics are missing",
    )
    assert (line.recommended, line.used, line.saving) == (None, None, None)
    # Where no price is known, there is no cost.
    assert unmeasured(replace(made, open_shards=4), PriceSheet("us-east-1", "test"), LIMITS).cost is None


def line(standing, name, **more):
    """A line of a fleet of which only what is given matters."""
    plain = {
        "region": "us-east-1",
        "account": "1",
        "mode": "PROVISIONED",
        "shards": None,
        "recommended": None,
        "used": None,
        "cost": None,
        "saving": None,
        "answer": "",
    }
    return Member(name=name, standing=standing, **{**plain, **more})


def test_a_fleet_is_in_the_order_of_its_standings_and_in_each_the_gravest_first():
    ordered = [
        # Three times as many, twice as many.
        line(Standing.SHORT, "short-3x", shards=2, recommended=6),
        line(Standing.SHORT, "short-2x", shards=10, recommended=20),
        # Where a count is not known, money counts.
        line(Standing.SHORT, "short-$1", shards=10, cost=USD(1)),
        line(Standing.SHORT, "short-0", recommended=10),
        line(Standing.TROUBLED, "two findings", findings=("lag", "hot-shard"), cost=USD(1)),
        line(Standing.TROUBLED, "one finding", findings=("lag",), cost=USD(9)),
        line(Standing.WASTEFUL, "wastes 2", saving=USD(2), cost=USD(3)),
        line(Standing.WASTEFUL, "wastes 1", saving=USD(1), cost=USD(4)),
        line(Standing.IDLE, "idle, 5", cost=USD(5), saving=USD(1)),
        line(Standing.IDLE, "idle, 4", cost=USD(4), saving=USD(2)),
        line(Standing.UNMEASURED, "unmeasured"),
        line(Standing.FINE, "fine, 7", cost=USD(7)),
        # Of one weight by Region, name and account.
        line(Standing.FINE, "b", region="eu-west-1"),
        line(Standing.FINE, "a", region="us-east-1"),
        line(Standing.FINE, "b", region="us-east-1", account="1"),
        line(Standing.FINE, "b", region="us-east-1", account="2"),
    ]
    failed = [
        Failure("z", "eu-west-1", "1", "", "", ""),
        Failure("a", "us-east-1", "1", "", "", ""),
        Failure("b", "us-east-1", "1", "", "", ""),
        Failure("a", "eu-west-1", "2", "", "", ""),
    ]
    made = fleet(reversed(ordered), reversed(failed), 14, LIMITS)
    assert [each.name for each in made.members] == [each.name for each in ordered]
    assert (made.members, made.failures) == (tuple(ordered), tuple(failed))
    assert [made.count(standing) for standing in Standing] == [4, 2, 2, 2, 1, 5]
    assert made.oldest == min(fact.date for fact in LIMITS.facts)


def test_the_sums_of_a_fleet_are_of_the_streams_that_they_name():
    members = [
        line(Standing.SHORT, "a", saving=USD(-30), cost=USD(10)),
        line(Standing.WASTEFUL, "b", saving=USD(7), cost=USD(100)),
        line(Standing.WASTEFUL, "c", saving=USD(5), cost=USD(1000)),
        line(Standing.IDLE, "d", saving=USD(2), cost=USD(3)),
        line(Standing.FINE, "e", saving=USD(0), cost=USD(10_000)),
    ]
    gone = Failure("gone", "us-east-1", "1", "not-ready", "it is DELETING", "")

    def sums(*rest, failures=()):
        made = fleet([*members, *rest], failures, None, LIMITS)
        return [str(each) for each in (made.saving, made.more, made.idle_saving, made.idle_cost, made.cost)]

    assert sums() == ["$12.00", "$30.00", "$2.00", "$3.00", "$11,113.00"]
    # What is not known leaves a lower bound.
    unknown = [line(standing, "f") for standing in (Standing.SHORT, Standing.WASTEFUL, Standing.IDLE)]
    least = ["at least $12.00", "at least $30.00", "at least $2.00", "at least $3.00", "at least $11,113.00"]
    assert sums(*unknown) == least
    assert sums(failures=[gone]) == least
    assert str(fleet([], [], None, LIMITS).cost) == "$0.00"
    assert str(fleet([], [gone], None, LIMITS).cost) == "unknown"
    assert str(fleet(unknown, [], None, LIMITS).cost) == "unknown"


@pytest.mark.parametrize(
    ("region", "account", "profile", "place"),
    [
        ("eu-west-1", "1", "prod", "eu-west-1, account 1, profile prod"),
        ("eu-west-1", "", "", "eu-west-1"),
        ("", "", "prod", "no Region, profile prod"),
    ],
)
def test_what_was_not_read_is_told_with_where_it_is(region, account, profile, place):
    assert Failure("a", region, account, "", "", "", profile).place == place


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


def test_streams_of_no_known_region_have_no_best_mix():
    steady = member(found(history(mode="ON_DEMAND", arn=arn(1, "orders"))))
    assert fleet([replace(steady, region="")], [], 14, LIMITS, built_in_prices).pools == ()


def test_only_shards_have_a_utilisation():
    """8,000/s on 16 shards are a half, on 32 a quarter."""
    assert member(found(history(open_shards=16))).used == Fraction(1, 2)
    assert member(found(history(open_shards=32))).used == Fraction(1, 4)
    assert member(found(history(mode="ON_DEMAND"))).used is None
    assert member(found(history(open_shards=None))).used is None


@pytest.mark.parametrize(
    ("run", "standing", "saving", "answer"),
    [
        # 10 are measured, up to 12 may be kept. A shard is $10.95, and as much for its fan-out consumer.
        (8, Standing.SHORT, "-43.80", "raise to 10 (8 run): 10 are needed for what was measured"),
        (12, Standing.FINE, "0.00", "keep 12 (12 run): 10 would be enough, and up to 25% more may be kept"),
        (13, Standing.WASTEFUL, "65.70", "lower to 10 (13 run): 10 are enough"),
    ],
)
def test_a_stream_stands_as_its_advice_says(run, standing, saving, answer):
    made = member(found(history(open_shards=run)))
    assert (made.standing, made.saving.cents, made.answer, made.shards) == (standing, saving, answer, run)
    assert (made.recommended, made.findings) == (12 if run == 12 else 10, ())
    assert (made.name, made.region, made.mode) == ("orders", "us-east-1", "PROVISIONED")


def test_a_stream_whose_count_is_kept_and_that_has_a_grave_finding_is_troubled():
    made = member(found(history(shards=hot(history(), Fraction(1, 2)))))
    assert (made.standing, made.recommended) == (Standing.TROUBLED, 12)
    assert made.findings == ("hot-shard",)
