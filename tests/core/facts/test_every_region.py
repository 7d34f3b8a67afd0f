"""The prices of every Region, against the source and against bills worked by hand.

``region_prices.csv`` is what the AWS Pricing Calculator's metered units of Kinesis said on 2025-11-03, in USD
a unit: a second reading of it, made before the packaged sheets.
"""

from __future__ import annotations

import csv
import json
from fractions import Fraction

import pytest

from shardcalc.core.facts import regions
from shardcalc.core.facts.prices import built_in_prices
from tests.command import run
from tests.places import DATA

with open(DATA / "region_prices.csv", encoding="utf-8") as _file:
    READ = {row.pop("region"): row for row in csv.DictReader(_file)}
UNPRICED = set(regions().codes) - READ.keys()

HOURS = 730
RECORDS = Fraction(200, 60) * HOURS * 3600
GIB = RECORDS * 50 / 1024**2
"""A month of 200 records a minute of 50 KiB each; AWS bills 2^30 bytes as a GB."""
WORKLOAD = ("--size", "50", "--rps", "200/min", "--consumers", "4", "--fan-out", "1", "--retention", "7d")


def by_hand(price):
    """The three bills of ``WORKLOAD``: one shard, four shared readers and one on fan-out, 7 days kept."""
    floor = Fraction(25, 1024) * HOURS * 3600
    six_days = GIB * 6 * 24 / HOURS
    return {
        "provisioned": HOURS
        * (price["shard_hour"] + price["extended_shard_hour"] + price["fan_out_consumer_shard_hour"])
        # 50 KiB are two units of 25.
        + RECORDS * 2 * price["put_payload_unit"]
        + GIB * price["fan_out_data"],
        "on-demand-standard": HOURS * price["on_demand_stream_hour"]
        + GIB * price["on_demand_data_in"]
        + GIB * 4 * price["on_demand_data_out"]
        + GIB * price["on_demand_fan_out_data"]
        + six_days * price["on_demand_extended_storage"],
        # At least 25 MiB/s are paid, in and out.
        "on-demand-advantage": GIB * price["advantage_data_in"]
        + (floor - GIB) * price["advantage_data_in_shortfall"]
        + GIB * 4 * price["advantage_data_out"]
        + GIB * price["advantage_fan_out_data"]
        + (floor - 5 * GIB) * price["advantage_data_out_shortfall"]
        + six_days * price["advantage_extended_storage"],
    }


def test_all_commercial_regions_and_govcloud_have_every_price():
    assert len(READ) == 36
    # China, the European sovereign cloud, and the isolated partitions.
    assert {region.partition("-")[0] for region in UNPRICED} == {"cn", "eusc", "us", "eu"}
    assert all(region.startswith(("cn-", "eusc-", "us-iso", "eu-iso")) for region in UNPRICED)


@pytest.mark.parametrize("region", READ)
def test_a_sheet_has_the_prices_that_were_read(region):
    sheet = dict(built_in_prices(region).dimensions())
    assert {name: price.amount.amount for name, price in sheet.items()} == {
        name: Fraction(text.partition("/")[0]) / int(text.partition("/")[2] or 1)
        for name, text in READ[region].items()
    }
    assert all(price.verified for price in sheet.values())


@pytest.mark.parametrize("region", READ)
def test_the_bills_of_a_region_are_those_worked_by_hand(region):
    price = {
        name: Fraction(text.partition("/")[0]) / int(text.partition("/")[2] or 1)
        for name, text in READ[region].items()
    }
    told = json.loads(run("cost", *WORKLOAD, "--region", region, "--format", "json").out)["regions"][0]
    assert {each["mode"]: each["total_usd"] for each in told["modes"]} == {
        mode: f"{round(cost * 100) / 100:.2f}" for mode, cost in by_hand(price).items()
    }
    assert all(each["complete"] for each in told["modes"])


def test_ireland_costs_what_was_published():
    """A bill of eu-west-1 that AWS's users published: $12.41 of shard-hours, $16.79 for 7 days, $29.49."""
    usual = ("--size", "50", "--rps", "200/min", "--consumers", "4", "--region", "eu-west-1")

    def bill(*more):
        told = json.loads(run("cost", *usual, *more, "--format", "json").out)["regions"][0]
        [mine] = [each for each in told["streams"][0]["bills"] if each["mode"] == "provisioned"]
        return {each["name"]: each["cost_usd"] for each in mine["lines"]}, mine["total_usd"]

    assert bill() == ({"shard-hours": "12.41", "put-payload-units": "0.29"}, "12.70")
    lines, total = bill("--retention", "7d")
    assert (lines["extended-retention"], total) == ("16.79", "29.49")


@pytest.mark.parametrize("region", sorted(UNPRICED))
@pytest.mark.parametrize("command", ["plan", "cost"])
def test_where_no_price_is_known_the_page_names_the_command_that_reads_them(region, command):
    out = " ".join(run(command, "--size", "1", "--rps", "1", "--region", region).out.split())
    assert f"shardcalc facts refresh --region {region}" in out
