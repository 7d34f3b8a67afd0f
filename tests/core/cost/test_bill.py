"""Bills: published ones, their exactness, and what is unknown."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from shardcalc.core.capacity.packing import pack
from shardcalc.core.cost.bill import (
    AS_PLANNED,
    Bill,
    Volume,
    advantage_bill,
    billed,
    change,
    difference,
    discounted,
    floors,
    joined,
    priced,
    provisioned_bill,
    standard_bill,
)
from shardcalc.core.facts.prices import PriceSheet, ShardHours, built_in_prices
from shardcalc.core.units import USD
from shardcalc.core.workload.workload import Workload
from tests.places import DATA
from tests.regions import LIMITS, costed

PUBLISHED = json.loads((DATA / "published.json").read_text(encoding="utf-8"))


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
        one = standard_bill(workload, packing, 0, prices, LIMITS, hours)
        idle = [line for line in one.lines if line.name == "stream-hours"]
        return [
            one,
            *(billed(one.mode, one.region, hours, idle) for _ in range(int(str(row.get("streams", 1))) - 1)),
        ]
    assert row["mode"] == "on-demand-advantage"
    one = advantage_bill(workload, packing, 0, prices, LIMITS, hours)
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
    one_record = Volume(Fraction(1), Fraction(row["record_size_bytes"]), (), row["record_size_bytes"])
    assert one_record.pieces(LIMITS.put_payload_unit.value.amount) == row["put_payload_units"]


def test_a_line_shows_how_its_quantity_came_about():
    """6 MiB/s for 7 readers at 2 MiB/s each shard: 21 shards."""
    made = costed(Workload.of(size=1024, rps=6, consumers=7))
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
    made = costed(workload, hours=Fraction(hours))
    lines = [line for bill in made.bills for line in bill.lines if line.name == "long-term-retrieval"]
    assert [line.quantity.amount for line in lines] == [read] * 3


@pytest.mark.parametrize(("retention", "billed"), [("7d", 0), ("169h", 3), (None, 0)])
def test_nothing_older_than_seven_days_is_read_where_nothing_is_kept_so_long(retention, billed):
    kept = {} if retention is None else {"retention": retention}
    workload = Workload.of(size="1 KiB", rps="100", long_term_reads="5 TiB", **kept)
    made = costed(workload)
    lines = [line for bill in made.bills for line in bill.lines if line.name == "long-term-retrieval"]
    assert len(lines) == billed
    told = [found.message for found in made.plan.findings if found.id == "long-term-reads"]
    assert ["5 TiB a month are not billed" in message for message in told] == [True] * (not billed)


def test_records_kept_and_read_beyond_seven_days():
    workload = Workload.of(size="1 KiB", rps="100", retention="30d", long_term_reads="10GB")
    made = costed(workload)
    bills = (made.provisioned, made.standard)
    lines = [{line.name: line.cost for line in bill.lines} for bill in bills]
    # 100 KiB/s for the 23 days beyond 7 = 198,720,000 KiB = 189.5142 GB; x $0.023 = $4.3588.
    assert [str(of["long-term-retention"]) for of in lines] == ["$4.36", "$4.36"]
    # 10 GB x $0.021; on demand they leave as data out: 10 GB x $0.04.
    assert [str(of["long-term-retrieval"]) for of in lines] == ["$0.21", "$0.40"]


@pytest.mark.parametrize(
    ("hours", "months"),
    [(730, 1), (672, 1), (744, 1), (365, Fraction(1, 2)), (1460, 2)],
)
def test_shard_level_metrics_are_billed_by_shard_and_month(hours, months):
    # 3 MiB/s: 3 shards. 2 metrics x 3 shards x $0.30 = $1.80 a month; on demand as for the 3 planned shards.
    workload = Workload.of(size=1024, rps=3, enhanced_metrics="IncomingBytes, IncomingRecords")
    made = costed(workload, hours=Fraction(hours))
    lines = [line for bill in made.bills for line in bill.lines if line.name == "enhanced-metrics"]
    assert [line.cost for line in lines] == [USD(Fraction("1.80") * months)] * 3
    assert [line.working.split(" x ")[:2] for line in lines] == [["2 metrics", "3 shards"]] * 3
    assert [line.title for line in lines] == ["shard-level metrics", *(AS_PLANNED,) * 2]


def test_metrics_are_those_of_the_needed_shards_and_now_of_those_that_are_there():
    workload = Workload.of(size=1, rps=1, shards=4, enhanced_metrics="ALL")
    made = costed(workload, base=4)
    lines = [
        line for bill in (*made.bills, made.now) for line in bill.lines if line.name == "enhanced-metrics"
    ]
    # All are 7, and one shard is needed: 7 x 1 x 0.30 = 2.10 in each mode; 4 are there: 7 x 4 x 0.30 = 8.40.
    assert [line.cost.cents for line in lines] == ["2.10", "2.10", "2.10", "8.40"]


@pytest.mark.parametrize(("place", "priced"), [("eu-west-3", True), ("cn-north-1", False)])
def test_metrics_have_a_price_where_it_was_read(place, priced):
    workload = Workload.of(size=1, rps=1, region=place, enhanced_metrics="ALL")
    made = costed(workload, built_in_prices(place))
    [line] = [line for line in made.provisioned.lines if line.name == "enhanced-metrics"]
    assert (line.price is not None, line.cost) == (priced, USD(Fraction("2.10")) if priced else None)
    assert made.provisioned.complete is priced


# ── bounds for any mix of sizes ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("unit", [1, 3, 4, 5])
@pytest.mark.parametrize("largest", range(1, 13))
def test_bounds_are_those_of_all_mixes_of_two_sizes(unit, largest):
    """Every mean in thirds of a byte, each pair of sizes with it: the bounds are reached, not passed."""
    for mean in (Fraction(thirds, 3) for thirds in range(3, 3 * largest + 1)):
        found = []
        for small in range(1, largest + 1):
            for large in range(small, largest + 1):
                if small <= mean <= large:
                    share = (large - mean) / Fraction(large - small) if large > small else Fraction(1)
                    found.append(share * -(-small // unit) + (1 - share) * -(-large // unit))
        made = Volume(Fraction(7), mean, (), largest).pieces_bounds(Fraction(unit))
        assert made == (7 * min(found), 7 * max(found)), mean


def bounds_of(name, **fields):
    """The bounds of one line in pieces for one record, in the mode that has it."""
    # One record a second, and 1 h: 3,600 records.
    made = costed(Workload.of(rps=1, **fields), hours=Fraction(1))
    [line] = [line for bill in made.bills[:2] for line in bill.lines if line.name == name]
    return [bound.amount / 3600 for bound in line.bounds(LIMITS)]


@pytest.mark.parametrize(
    ("fields", "least", "most"),
    [
        # 90 KiB is 4 units of 25 KiB, and so is the largest, 100 KiB: of 75 KiB (3) and 100 KiB (4) three
        # fifths must be large, 3.6. Of 75 KiB + 1 B (4 units already) and more all are 4.
        ({"size": 90, "max_size": 100}, Fraction(36, 10), 4),
        # Up to 92 KiB, 15 of 17 must be large.
        ({"size": 90, "max_size": 92}, 3 + Fraction(15, 17), 4),
        # Not declared, it can be 1 MiB, 41 units: 90 / 25 whole ones at least; at most one more unit for each
        # 25 KiB after the first byte.
        ({"size": 90}, Fraction(90, 25), Fraction(90 * 1024 - 1, 25600) + 1),
        # Where the stream takes 2 MiB, records of 1.5 MiB vary; where it takes 1 MiB, 1 MiB is all of them.
        (
            {"size": "1.5 MiB", "max_record_size": "2 MiB"},
            Fraction(1536, 25),
            Fraction(1536 * 1024 - 1, 25600) + 1,
        ),
        ({"size": "1 MiB"}, 41, 41),
        # Above what the stream takes: each is as large as the mean.
        ({"size": "1.5 MiB"}, 62, 62),
        # 24 of 1,024 + 10 B and 20 B are an aggregate of 24,836 B, which can be as large as its target: one
        # unit.
        ({"size": 1, "max_size": 2, "aggregation": "25 KiB"}, Fraction(1, 24), Fraction(1, 24)),
    ],
)
def test_put_payload_units_lie_between_sharp_bounds(fields, least, most):
    assert bounds_of("put-payload-units", **fields) == [least, most]


def test_data_in_lies_between_sharp_bounds():
    # 1.5 KiB of 1 B to 2 KiB: 1 KiB (1) and 2 KiB (2) by halves are 1.5; 1,536 B of 1,025 B and more are 2.
    least, most = bounds_of("data-in", size="1.5 KiB", max_size="2 KiB")
    assert [least * 2**30, most * 2**30] == [1536, 2048]


@pytest.mark.parametrize("discount", [0, Fraction(1, 10)])
def test_a_bill_has_a_least_and_a_most_total(discount):
    workload = Workload.of(size=90, max_size=100, rps=1)
    made = costed(workload)
    bill = discounted(made.provisioned, discount)
    # 730 x 0.015 = 10.95; 2,628,000 records x 1.4e-8 = 0.036792 a unit, 4 units, 3.6 at least.
    paid = 1 - discount
    unit = Fraction("0.036792")
    assert bill.total == USD((Fraction("10.95") + 4 * unit) * paid)
    assert bill.spread(LIMITS) == (
        USD((Fraction("10.95") + Fraction(36, 10) * unit) * paid),
        USD((Fraction("10.95") + 4 * unit) * paid),
    )


def test_a_bill_of_a_known_mix_has_one_total():
    workload = Workload.of(sizes="1KiB=50%,30KiB=50%", rps=1)
    for bill in costed(workload).bills:
        assert bill.spread(LIMITS) == (bill.total, bill.total)


def test_what_has_no_price_adds_nothing_to_the_least_and_the_most():
    workload = Workload.of(size=90, max_size=100, rps=1, region="cn-north-1")
    bill = costed(workload, built_in_prices("cn-north-1")).provisioned
    assert (bill.complete, bill.spread(LIMITS)) == (False, (USD(0), USD(0)))


def test_a_price_that_is_unknown_or_not_verified_is_doubtful():
    known = built_in_prices("us-east-1")
    assert (known.shard_hour.verified, known.put_payload_unit.verified) == (True, True)
    sure, unsure, unknown = (
        costed(Workload.of(size=1, rps=1), PriceSheet("us-east-1", "test", **fields)).provisioned
        for fields in (
            {
                "shard_hour": known.shard_hour._replace(date=date(2026, 2, 1)),
                "put_payload_unit": known.put_payload_unit._replace(date=date(2026, 1, 1)),
            },
            {"shard_hour": known.shard_hour._replace(confidence="U")},
            {},
        )
    )
    assert (sure.doubts, sure.oldest, sure.complete) == ((), date(2026, 1, 1), True)
    assert (unsure.doubts, unsure.complete) == (("shard-hours", "put-payload-units"), False)
    assert (unknown.doubts, unknown.oldest) == (("shard-hours", "put-payload-units"), None)


# ── what is only the least ───────────────────────────────────────────────────────────────────────


def test_without_a_size_what_is_counted_by_record_is_the_least():
    """5 MiB/s in records of 25 KiB, 204.8 a second; 2,628,000 s: 538,214,400 of them, each one unit."""
    made = costed(Workload.of(throughput="5 MB/s", retention="48h", fan_out=1, consumers=1))
    for bill in made.bills:
        assert not bill.complete
        assert bill.doubts == ()
        assert bill.spread(LIMITS) == (bill.total, bill.total)
    least = [[line.name for line in bill.lines if line.least] for bill in made.bills]
    assert least == [["put-payload-units"], ["data-in"], ["data-in"]]
    units = made.provisioned.lines[1]
    assert (units.quantity.amount, units.moved, units.complete) == (538_214_400, None, False)
    assert units.cost == USD(538_214_400 * Fraction("0.000000014"))
    # 5 MiB/s x 2,628,000 s / 1,024 are whole KiB already.
    [taken] = [line for line in made.standard.lines if line.name == "data-in"]
    assert (taken.quantity.amount, taken.least) == (Fraction(5 * 2_628_000, 1024), True)
    known = costed(Workload.of(throughput="5 MB/s", size="25 KiB", consumers=1))
    for bill in known.bills:
        assert bill.complete
        assert not any(line.least for line in bill.lines)


def test_a_line_is_complete_with_a_price_and_a_quantity_that_is_known():
    hour = built_in_prices("us-east-1").shard_hour
    assert [
        priced("a", "b", ShardHours(2), price, least=least).complete
        for price in (hour, None)
        for least in (False, True)
    ] == [True, False, False, False]
    line = priced("a", "b", ShardHours(2), hour, (2, "shards"), (Fraction(1, 2), "h"))
    # 2 x 0.015
    assert (line.name, line.title, line.cost, line.least) == ("a", "b", USD(Fraction("0.03")), False)
    assert (line.working, line.moved, line.bounds(LIMITS)) == ("2 shards x 0.5 h", None, None)
    assert priced("a", "b", ShardHours(2), None).cost is None


def test_a_volume_without_a_size_is_of_the_size_that_is_taken():
    made = Volume(Fraction(3), Fraction(25_600), ((Fraction(25_600), Fraction(1)),), 2**20, least=True)
    assert (made.data, made.exact, made.pieces(Fraction(1024))) == (76_800, True, 75)
    assert Volume(Fraction(3), Fraction(7), (), 7).least is False


# ── bills beside and upon each other ─────────────────────────────────────────────────────────────


def test_a_bill_is_above_another_by_the_lines_that_differ():
    workload = Workload.of(size=1, rps=1, shards=4)
    made = costed(workload, base=4)
    # Three shards more: 3 x 10.95; the units are the same.
    assert (
        change(made.now, made.provisioned) == difference(made.now, made.provisioned) == USD(Fraction("32.85"))
    )
    assert change(made.provisioned, made.now) == USD(Fraction("-32.85"))
    # Of other modes their totals.
    assert change(made.standard, made.provisioned) == made.standard.total - made.provisioned.total
    sheet = built_in_prices("us-east-1")
    blind = costed(workload, sheet._replace(put_payload_unit=None, on_demand_stream_hour=None), base=4)
    # What is the same on both needs no price; of other modes every line does.
    assert change(blind.now, blind.provisioned) == USD(Fraction("32.85"))
    assert change(made.standard, blind.provisioned) is None
    assert change(blind.standard, made.provisioned) is None
    none = costed(workload, sheet._replace(shard_hour=None), base=4)
    assert change(none.now, none.provisioned) is None
    assert change(none.now, made.provisioned) is None
    assert change(made.now, none.provisioned) is None


def test_several_bills_are_one_with_one_discount():
    """Two streams of a shard each: 21.90 and units; a tenth off both."""
    bills = [costed(Workload.of(size=1, rps=rate)).provisioned for rate in (1, 2)]
    plain, cut = joined(bills), joined([discounted(bill, Fraction(1, 10)) for bill in bills])
    total = Fraction("21.90") + 3 * 2_628_000 * Fraction("0.000000014")
    assert (plain.total, cut.total) == (USD(total), USD(total * Fraction(9, 10)))
    names = ["shard-hours", "put-payload-units"] * 2
    assert [line.name for line in plain.lines] == names
    assert [line.name for line in cut.lines] == [*names, "discount"]
    taken = cut.lines[-1]
    assert (taken.title, taken.quantity, taken.cost) == (
        "discount of 10%",
        USD(total),
        USD(-total / 10),
    )
    assert (cut.mode, cut.region, cut.hours) == (bills[0].mode, "us-east-1", 730)
