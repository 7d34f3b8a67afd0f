"""Facts that have grown old, and prices that nobody verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import PriceSheet, built_in_prices
from shardcalc.core.lint.policy import Policy
from shardcalc.core.lint.rule import Hit
from shardcalc.core.lint.rules.facts import stale
from shardcalc.core.units import Duration

BUILT_IN = built_in_prices("us-east-1")
POLICY = replace(Policy(), facts_older_than=Duration.parse("30 d"))


def sheet(region: str = "us-east-1", **dates: date) -> PriceSheet:
    """Prices of these days; all limits are of a later year."""
    return PriceSheet(
        region,
        "test",
        **{name: getattr(BUILT_IN, name)._replace(date=day) for name, day in dates.items()},
    )


@pytest.mark.parametrize(("today", "old"), [(date(2025, 1, 31), False), (date(2025, 2, 1), True)])
def test_a_fact_is_old_on_the_day_after_its_last(today, old):
    hit = stale(built_in_limits(), [sheet(shard_hour=date(2025, 1, 1))], POLICY, today)
    assert (
        hit
        == [
            None,
            Hit(
                "a fact is older than 30 d on 2025-02-01, "
                "the oldest (price shard_hour in us-east-1) of 2025-01-01",
                "shardcalc facts refresh --region us-east-1 reads its prices again; else upgrade shardcalc, "
                "or check them and raise facts_older_than; shardcalc facts lists them",
            ),
        ][old]
    )


def test_of_several_old_facts_the_oldest_is_named():
    sheets = [
        sheet(shard_hour=date(2025, 1, 2), put_payload_unit=date(2025, 3, 1)),
        sheet("eu-west-1", shard_hour=date(2025, 1, 1)),
    ]
    hit = stale(built_in_limits(), sheets, POLICY, date(2025, 3, 15))
    assert hit is not None
    assert hit.message.startswith(
        "2 facts are older than 30 d on 2025-03-15, the oldest (price shard_hour in"
    )
    assert hit.message.endswith("in eu-west-1) of 2025-01-01")


def test_a_limit_is_a_fact_too():
    facts = list(built_in_limits().facts)
    oldest = min(facts, key=lambda fact: fact.date)
    hit = stale(built_in_limits(), [], POLICY, date(2099, 1, 1))
    assert hit is not None
    assert hit.message.startswith(f"{len(facts):,} facts are older")
    assert hit.message.endswith(f") of {oldest.date}")
    assert "the oldest (limit " in hit.message
