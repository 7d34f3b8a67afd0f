"""What streams of one account are together: shards by Region, and one kind of on-demand."""

from __future__ import annotations

import pytest

from shardcalc import Workload, plan
from shardcalc.core.capacity.account import AccountRow, account_findings, both_on_demand, row_of
from shardcalc.core.facts import built_in_limits
from shardcalc.core.workload.declared import Home
from shardcalc.core.workload.parts import Mode

LIMITS = built_in_limits()
PROVISIONED, STANDARD, ADVANTAGE = Mode


def quota(region: str, *shards: int, known: dict[str, int] | None = None):
    rows = [AccountRow(region, PROVISIONED, count) for count in shards]
    quotas = {Home("", name): most for name, most in (known or {}).items()}
    found = account_findings(rows, LIMITS, quotas)
    assert len(found) < 2
    return found[0][1] if found else None


@pytest.mark.parametrize(
    ("region", "shards", "severity"),
    [
        ("us-east-1", (9_000, 9_000, 2_000), None),
        ("us-west-2", (9_000, 9_000, 2_001), "error"),
        ("eu-west-1", (9_000, 9_000, 2_001), "error"),
        ("eu-central-1", (600, 400), None),
        ("eu-central-1", (600, 401), "warning"),
        ("eu-central-1", (3_000, 3_000), "warning"),
        ("eu-central-1", (3_000, 3_001), "error"),
        ("eu-central-1", (), None),
    ],
)
def test_the_shards_of_a_region_are_held_against_its_quota(region, shards, severity):
    found = quota(region, *shards)
    assert (found.severity if found else None) == severity


def test_a_quota_that_is_known_is_exact():
    assert quota("eu-central-1", 1_500, 500, known={"eu-central-1": 2_000}) is None
    over = quota("eu-central-1", 1_500, 501, known={"eu-central-1": 2_000})
    assert over.severity == "error"
    assert over.fact is None
    assert over.message == (
        "2 provisioned streams in eu-central-1 have 2,001 shards together, which is above the account's "
        "quota of 2,000"
    )
    # a raised quota of a large Region, and one of another Region that says nothing here
    assert quota("us-east-1", 30_000, known={"us-east-1": 30_000}) is None
    assert quota("us-east-1", 30_000, known={"us-west-2": 30_000}).severity == "error"


def test_regions_are_counted_apart_and_on_demand_streams_not_at_all():
    rows = [
        AccountRow("eu-central-1", PROVISIONED, 600),
        AccountRow("eu-north-1", PROVISIONED, 600),
        AccountRow("eu-central-1", STANDARD, 600),
        AccountRow("eu-north-1", PROVISIONED, 600),
    ]
    # eu-central-1: 600; eu-north-1: 600 + 600 = 1,200 of 1,000 or 6,000
    [(home, found)] = account_findings(rows, LIMITS)
    assert home == ("", "eu-north-1")
    assert found.id == "shard-quota"
    assert found.message == (
        "2 provisioned streams in eu-north-1 have 1,200 shards together, which may be above an account's "
        "quota, 1,000 or 6,000 by Region"
    )


def test_both_on_demand_modes_in_one_region_are_an_error():
    rows = [AccountRow("us-east-1", STANDARD, 1), AccountRow("us-east-1", ADVANTAGE, 1)]
    [(home, found)] = account_findings(rows, LIMITS)
    assert (home.region, found.id, found.severity) == ("us-east-1", "both-on-demand", "error")
    apart = [rows[0], AccountRow("us-west-2", ADVANTAGE, 1), AccountRow("us-east-1", PROVISIONED, 1)]
    assert account_findings(apart, LIMITS) == []


def test_both_on_demand_modes_beside_each_other_are_seen():
    assert both_on_demand([STANDARD, PROVISIONED, ADVANTAGE])
    assert not both_on_demand([STANDARD, PROVISIONED, STANDARD])
    assert not both_on_demand([PROVISIONED, ADVANTAGE])
    assert not both_on_demand([])


# ── several accounts ─────────────────────────────────────────────────────────────────────────────

ONE, TWO = "000000000001", "000000000002"
FRANKFURT = "eu-central-1"


def test_streams_are_added_up_in_their_own_account_and_region():
    """1,001 in one account; 1,000 and 1,000 in two others, of which one is not named."""
    rows = [
        AccountRow(FRANKFURT, PROVISIONED, 1_000, ONE),
        AccountRow(FRANKFURT, PROVISIONED, 1_000, ""),
        AccountRow(FRANKFURT, PROVISIONED, 1_000, TWO),
        AccountRow("eu-north-1", PROVISIONED, 1_000, TWO),
        AccountRow(FRANKFURT, PROVISIONED, 1, TWO),
    ]
    [(home, found)] = account_findings(rows, LIMITS)
    assert (home, found.severity, found.fact) == (
        Home(TWO, FRANKFURT),
        "warning",
        LIMITS.shard_quota_small,
    )
    assert found.message == (
        f"2 provisioned streams in eu-central-1 of account {TWO} have 1,001 shards together, which may be "
        "above an account's quota, 1,000 or 6,000 by Region"
    )
    assert found.remedy == "read the quota with DescribeLimits and ask for more before scaling"


def test_a_quota_is_of_its_account_and_no_other():
    rows = [AccountRow(FRANKFURT, PROVISIONED, 900, account) for account in ("", ONE, TWO)]
    assert account_findings(rows, LIMITS) == []
    [(home, found)] = account_findings(
        rows, LIMITS, {Home(ONE, FRANKFURT): 899, Home(TWO, FRANKFURT): 900, Home("", "us-east-1"): 1}
    )
    assert (home, found.severity, found.fact) == (Home(ONE, FRANKFURT), "error", None)
    assert found.message == (
        f"a provisioned stream in eu-central-1 of account {ONE} has 900 shards, which is above the "
        "account's quota of 899"
    )


def test_a_large_region_has_one_quota():
    [(_, found)] = account_findings([AccountRow("us-east-1", PROVISIONED, 20_001)], LIMITS)
    assert (found.severity, found.fact) == ("error", LIMITS.shard_quota_large)
    assert found.message == (
        "a provisioned stream in us-east-1 has 20,001 shards, which is above an account's quota of 20,000"
    )


def test_both_on_demand_modes_are_told_for_each_account_and_region():
    rows = [
        AccountRow(FRANKFURT, mode, 1, account) for account in (ONE, TWO) for mode in (STANDARD, ADVANTAGE)
    ]
    found = account_findings(rows, LIMITS)
    assert [home for home, _ in found] == [Home(ONE, FRANKFURT), Home(TWO, FRANKFURT)]
    assert found[0][1].message == (
        f"streams in eu-central-1 of account {ONE} are declared in on-demand-standard and in "
        "on-demand-advantage, and AWS has an account on one of them in a Region"
    )
    assert found[0][1].remedy == ("declare one of the two for all on-demand streams of an account and Region")
    apart = [AccountRow(FRANKFURT, STANDARD, 1, ONE), AccountRow(FRANKFURT, ADVANTAGE, 1, TWO)]
    assert account_findings(apart, LIMITS) == []


@pytest.mark.parametrize(("declared", "counted"), [({}, 6), ({"shards": 5}, 5), ({"shards": 7}, 7)])
def test_a_stream_counts_with_the_shards_that_it_declares_else_with_those_it_needs(declared, counted):
    made = plan(Workload.of(size=1024, rps=6, consumers=1, region=FRANKFURT, **declared))
    assert row_of(made, ONE) == AccountRow(FRANKFURT, PROVISIONED, counted, ONE)
    assert row_of(made) == AccountRow(FRANKFURT, PROVISIONED, counted)
    assert (row_of(made).account, row_of(made, ONE).home) == ("", Home(ONE, FRANKFURT))
