"""Bills: published ones, their exactness, and what is unknown."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from shardcalc.core.capacity.packing import pack
from shardcalc.core.cost.bill import (
    Bill,
    Volume,
    advantage_bill,
    billed,
    floors,
    provisioned_bill,
    standard_bill,
)
from shardcalc.core.cost.comparison import cost_stream
from shardcalc.core.facts import built_in_limits
from shardcalc.core.facts.prices import built_in_prices
from shardcalc.core.units import USD
from shardcalc.core.workload.workload import Workload
from tests.places import DATA

PUBLISHED = json.loads((DATA / "published.json").read_text())
LIMITS = built_in_limits()


def published_bills(row: dict[str, object]) -> list[Bill]:
    """The bills of a published row, by its own mode, shards or streams."""
    workload = Workload.of(
        size=f"{row['record_size_bytes']} B",
        rps=str(row["records_per_second"]),
        consumers=row.get("shared_consumers", 0),
        fan_out=row.get("fan_out_consumers", 0),
        retention=str(row.get("retention_hours", 24)),
        region=row["region"],
    )
    prices = built_in_prices(str(row["region"]))
    packing = pack(workload, LIMITS)
    hours = Fraction(str(row["hours"]))
    if row["mode"] == "provisioned":
        return [provisioned_bill(workload, packing, int(str(row["shards"])), prices, LIMITS, hours)]
    if row["mode"] == "on-demand-standard":
        # All streams together carry the row's rate; each is billed its hours.
        one = standard_bill(workload, packing, prices, LIMITS, hours)
        idle = [line for line in one.lines if line.name == "stream-hours"]
        return [
            one,
            *(billed(one.mode, one.region, hours, idle) for _ in range(int(str(row.get("streams", 1))) - 1)),
        ]
    assert row["mode"] == "on-demand-advantage"
    one = advantage_bill(workload, packing, prices, LIMITS, hours)
    return [one, floors([one], prices, LIMITS, hours)]


@pytest.mark.parametrize("row", PUBLISHED["bills"], ids=lambda row: row["id"])
def test_published_bill(row):
    wanted = {row["line"]} if "line" in row else set(row.get("lines", ()))
    lines = [
        line for bill in published_bills(row) for line in bill.lines if not wanted or line.name in wanted
    ]
    assert lines
    assert all(line.cost is not None for line in lines)
    total = sum((line.cost for line in lines), USD(0))
    assert abs(total.amount - Fraction(row["expected_usd"])) <= Fraction(row["tolerance_usd"]), str(total)


@pytest.mark.parametrize("row", PUBLISHED["put_payload_units"], ids=lambda row: row["id"])
def test_published_put_payload_units(row):
    one_record = Volume(Fraction(1), Fraction(row["record_size_bytes"]), ())
    assert one_record.pieces(LIMITS.put_payload_unit.value.amount) == row["put_payload_units"]


def test_a_line_shows_how_its_quantity_came_about():
    """6 MiB/s for 7 readers at 2 MiB/s each shard: 21 shards."""
    made = cost_stream(Workload.of(size=1024, rps=6, consumers=7), built_in_prices("us-east-1"), LIMITS, 730)
    line = next(line for line in made.provisioned.lines if line.name == "shard-hours")
    assert (line.working, line.quantity.amount) == ("21 shards x 730 h", 21 * 730)


@pytest.mark.parametrize(
    ("hours", "read"),
    [
        # 672 to 744 h are the month itself.
        (672, 10),
        (720, 10),
        (730, 10),
        (744, 10),
        # 365 h are half of 730, 1,460 h twice; 671 and 745 h are next to a month and none of their own.
        (365, 5),
        (1460, 20),
        (671, Fraction(6710, 730)),
        (745, Fraction(7450, 730)),
    ],
)
def test_long_term_reads_are_of_a_month(hours, read):
    workload = Workload.of(size="1 KiB", rps="100", retention="30d", long_term_reads="10GB")
    made = cost_stream(workload, built_in_prices("us-east-1"), LIMITS, Fraction(hours))
    lines = [line for bill in made.bills for line in bill.lines if line.name == "long-term-retrieval"]
    assert [line.quantity.amount for line in lines] == [read] * 3


@pytest.mark.parametrize(("retention", "billed"), [("7d", 0), ("169h", 3), (None, 0)])
def test_nothing_older_than_seven_days_is_read_where_nothing_is_kept_so_long(retention, billed):
    kept = {} if retention is None else {"retention": retention}
    workload = Workload.of(size="1 KiB", rps="100", long_term_reads="5 TiB", **kept)
    made = cost_stream(workload, built_in_prices("us-east-1"), LIMITS, Fraction(730))
    lines = [line for bill in made.bills for line in bill.lines if line.name == "long-term-retrieval"]
    assert len(lines) == billed
    told = [found.message for found in made.plan.findings if found.id == "long-term-reads"]
    assert ["5 TiB a month are not billed" in message for message in told] == [True] * (not billed)


def test_records_kept_and_read_beyond_seven_days():
    workload = Workload.of(size="1 KiB", rps="100", retention="30d", long_term_reads="10GB")
    made = cost_stream(workload, built_in_prices("us-east-1"), LIMITS, Fraction(730))
    bills = (made.provisioned, made.standard)
    lines = [{line.name: line.cost for line in bill.lines} for bill in bills]
    # 100 KiB/s for the 23 days beyond 7 = 198,720,000 KiB = 189.5142 GB; x $0.023 = $4.3588.
    assert [str(of["long-term-retention"]) for of in lines] == ["$4.36", "$4.36"]
    # 10 GB x $0.021; on demand they leave as data out: 10 GB x $0.04.
    assert [str(of["long-term-retrieval"]) for of in lines] == ["$0.21", "$0.40"]
