"""Price sheets: written and read back, negotiated ones, and those with a fault."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from fractions import Fraction

import pytest

from shardcalc.core.facts import FactsError
from shardcalc.core.facts.prices import (
    UNITS,
    Gigabytes,
    ShardHours,
    built_in_prices,
    doubtful,
    exact_decimal,
    is_day,
    read_price_sheets,
    read_prices,
    write_prices,
)
from shardcalc.core.text import BadValue
from shardcalc.core.units import USD
from tests.command import run

OWN = """\
region = "us-east-1"
currency = "USD"

[prices.shard_hour]
price = "0.012"
unit = "ShardHour"
source = "contract 17"
date = 2026-10-01
confidence = "A"
"""


def test_negotiated_prices_go_before_all_others(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    cost = json.loads(
        run("cost", "--size", "1", "--rps", "1", "--prices", str(file), "--format", "json").out
    )["regions"][0]
    lines = {line["name"]: line for line in cost["streams"][0]["bills"][0]["lines"]}
    assert (lines["shard-hours"]["cost_usd"], lines["shard-hours"]["price_source"]) == ("8.76", "contract 17")
    assert lines["put-payload-units"]["price_usd"] == "0.000000014"
    assert cost["prices_from"] == f"{file}, and built in for what it lacks"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('unit = "ShardHour"\n', ""), "prices.shard_hour: missing unit"),
        (
            ('unit = "ShardHour"', 'unit = "Hour"'),
            "prices.shard_hour: unit is 'Hour', this dimension is billed per ShardHour",
        ),
        (('"0.012"', '"-0.012"'), "'-0.012' is not a price"),
        (('"0.012"', "0.012"), "price must be text"),
        (('"0.012"', '"free"'), "'free' is not a price"),
        (("shard_hour", "shard_hours"), "unknown dimension; did you mean shard_hour?"),
        (('"USD"', '"EUR"'), "currency: 'EUR' is not USD"),
        (('"us-east-1"', '"moon"'), "region: 'moon' is not a Region"),
        (("2026-10-01", '"autumn"'), "date must be a date"),
        (('confidence = "A"', 'confidence = "B"'), "confidence must be one of"),
        (("[prices", "[["), "not TOML"),
        (('currency = "USD"', 'currency = "USD"\npublished = "autumn"'), "published: not a date"),
        (("[prices.shard_hour]", "[shard_hour]"), "shard_hour: unknown; prices: missing"),
        (("[prices.shard_hour]", "[prices]\nshard_hour = 3\n[x]"), "prices.shard_hour: not a table"),
        (("[prices.shard_hour]", "prices = 3\n[x]"), "prices: missing"),
        (("[prices.shard_hour]", "[prices]\n[x]"), "prices: missing"),
        (("date = 2026-10-01", 'date = 2026-10-01\ncolour = "red"'), "prices.shard_hour: unknown colour"),
        (
            ("date = 2026-10-01", "date = 2026-10-01\nper = 3"),
            "per must be 1, 1000, 1000000 or another power of ten",
        ),
    ],
)
def test_a_price_file_with_a_fault_is_refused(tmp_path, change, told):
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace(*change))
    ran = run("cost", "--size", "1", "--rps", "1", "--prices", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_price_file_that_is_missing_is_told():
    assert run("cost", "--size", "1", "--rps", "1", "--prices", "none.toml").code == 2


@pytest.mark.parametrize("region", ["us-east-1", "us-east-2", "eu-central-1", "ap-northeast-1"])
def test_a_written_sheet_reads_back_the_same(region):
    sheet = built_in_prices(region)
    again = read_prices(write_prices(sheet), "again", origin="built in")
    for (name, before), (_, after) in zip(sheet.dimensions(), again.dimensions(), strict=True):
        assert (before is None) == (after is None), name
        if before is not None:
            assert (before.amount, before.date, before.confidence, before.note, before.source) == (
                after.amount,
                after.date,
                after.confidence,
                after.note,
                after.source,
            )


def test_a_price_is_for_its_own_unit_only():
    # 730 shard-hours at $0.015 are $10.95.
    price = built_in_prices("us-east-1").shard_hour
    assert price.cost(ShardHours(730)) == USD(Fraction(1095, 100))
    with pytest.raises(TypeError, match="shard_hour is a price for ShardHour, not for GB"):
        price.cost(Gigabytes(730))


@pytest.mark.parametrize(
    ("amount", "text"), [(Fraction(1, 4), "0.25"), (Fraction(-1, 4), "-0.25"), (Fraction(3), "3")]
)
def test_an_amount_is_written_exactly(amount, text):
    assert exact_decimal(amount) == text


def test_a_third_of_a_dollar_is_not_written():
    with pytest.raises(ValueError, match="no fraction"):
        exact_decimal(Fraction(1, 3))


def test_the_day_of_a_list_is_kept():
    sheet = built_in_prices("us-east-1")._replace(published=date(2026, 11, 12))
    assert read_prices(write_prices(sheet), "again", origin="list").published == date(2026, 11, 12)


def test_a_price_of_nothing_or_five_times_away_is_doubtful():
    known = built_in_prices("us-east-1")
    hour = known.shard_hour

    def told(times):
        return doubtful(
            known._replace(shard_hour=hour._replace(amount=USD(hour.amount.amount * times))), known
        )

    assert doubtful(known._replace(shard_hour=None), known) == []
    assert told(5) == told(Fraction(1, 5)) == []
    assert len(told(Fraction(501, 100))) == len(told(Fraction(199, 1000))) == 1
    assert told(0) == ["shard_hour: the price is zero, and this release has 0.015 USD"]
    # Where this release knows none, only a price of nothing is doubtful.
    assert doubtful(known, known._replace(shard_hour=None)) == []


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_a_template_that_is_filled_in_is_read(region, tmp_path):
    text = run("facts", "template", "--region", region).out
    assert f'region = "{region}"' in text
    # As it is printed, nothing is known and all lines but the head are comments.
    with pytest.raises(FactsError, match="prices: missing"):
        read_prices(text, "own", origin="own")
    filled = re.sub(r'^# price = "[^"]*".*$', '# price = "0.5"', text, flags=re.MULTILINE)
    sheet = read_prices(
        re.sub(r"^# (?=[\w\[])(?!Prices|Fill)", "", filled, flags=re.MULTILINE), "own", origin="own"
    )
    for name, price in sheet.dimensions():
        assert price.amount == USD(Fraction(1, 2) / (10**6 if name == "put_payload_unit" else 1))
        assert price.source.title == "our contract"


def test_a_template_names_the_list_prices():
    text = run("facts", "template", "--region", "eu-west-1").out
    assert (
        '# [prices.shard_hour]\n# price = "0.017"  # the list price of 2025-11-03\n# unit = "ShardHour"'
        in text
    )
    assert (
        '# price = "0.0165"  # the list price of 2025-11-03\n# per = 1000000\n# unit = "PutRequest"' in text
    )


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (date(2012, 12, 31), False),
        (date(2013, 1, 1), True),
        (date(2099, 12, 31), True),
        (date(2100, 1, 1), False),
        # A moment is a date to Python, and is none here.
        (datetime(2026, 11, 21), False),  # noqa: DTZ001 - as TOML reads a local time
        ("2026-11-21", False),
    ],
)
def test_a_price_is_of_a_day_since_there_are_prices(value, known):
    assert is_day(value) is known


@pytest.mark.parametrize(
    ("per", "amount", "text"),
    [
        ("1", Fraction(12, 1000), "0.012"),
        ("10", Fraction(12, 10_000), "0.0012"),
        ("1000000", Fraction(12, 10**9), "0.000000012"),
        ("0", None, None),
        ("-10", None, None),
        ("20", None, None),
        ("101", None, None),
        ("true", None, None),
        ("10.0", None, None),
    ],
)
def test_a_price_is_for_one_of_so_many(per, amount, text):
    written = OWN.replace("date = 2026-10-01", f"date = 2026-10-01\nper = {per}")
    if amount is None:
        with pytest.raises(FactsError, match="per must be 1, 1000, 1000000 or another power of ten"):
            read_prices(written, "own", origin="own")
    else:
        price = read_prices(written, "own", origin="own").shard_hour
        assert (price.amount.amount, price.text, price.confidence) == (amount, text, "A")
        assert (price.source.key, price.source.title, price.source.url) == ("contract 17", "contract 17", "")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Fraction(1, 10**40), "0." + "0" * 39 + "1"),
        (Fraction(1, 10**41), None),
        (Fraction(0), "0"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction(1025, 100), "10.25"),
    ],
)
def test_an_amount_has_at_most_forty_decimals(amount, text):
    if text is None:
        with pytest.raises(BadValue) as caught:
            exact_decimal(amount)
        assert str(caught.value) == "a price has no more than 40 decimals, and no fraction"
    else:
        assert exact_decimal(amount) == text


def test_a_doubtful_price_is_told_with_both():
    known = built_in_prices("us-east-1")
    dear = known._replace(shard_hour=known.shard_hour._replace(amount=USD(Fraction(9, 100)), text="0.09"))
    assert doubtful(dear, known) == [
        "shard_hour: 0.09 USD per ShardHour, and this release has 0.015 USD: more than 5 times apart"
    ]


# ── the prices of several Regions in one file ────────────────────────────────────────────────────

SHARD_HOUR = """\
price = "0.012"
unit = "ShardHour"
source = "contract 17"
date = 2026-10-01
confidence = "A"
"""
SEVERAL = f"""\
currency = "USD"
published = 2026-10-02

[regions.us-east-1.prices.shard_hour]
{SHARD_HOUR}
[regions.eu-west-1.prices.shard_hour]
{SHARD_HOUR.replace("0.012", "0.013")}"""


def refused(text: str) -> str:
    with pytest.raises(FactsError) as error:
        read_price_sheets(text, "own.toml", origin="own")
    return str(error.value)


def test_a_file_has_the_prices_of_several_regions():
    sheets = read_price_sheets(SEVERAL, "own.toml", origin="ours")
    assert [(each.region, each.origin, each.published, each.shard_hour.text) for each in sheets] == [
        ("us-east-1", "ours", date(2026, 10, 2), "0.012"),
        ("eu-west-1", "ours", date(2026, 10, 2), "0.013"),
    ]
    assert {name for each in sheets for name, price in each.dimensions() if price} == {"shard_hour"}
    [alone] = read_price_sheets(OWN, "own.toml", origin="ours")
    assert (alone.region, alone.origin, alone.published) == ("us-east-1", "ours", None)


def test_where_one_region_is_looked_for_a_file_has_no_more():
    with pytest.raises(FactsError) as error:
        read_prices(SEVERAL, "own.toml", origin="own")
    assert str(error.value) == "own.toml: it holds prices of 2 Regions, where one is looked for"
    one = SEVERAL.partition("[regions.eu-west-1")[0]
    assert read_prices(one, "own.toml", origin="own").region == "us-east-1"


@pytest.mark.parametrize("regions", ["regions = 3", "[regions]", "[regions]\neu-west-1 = 3", "regions = []"])
def test_regions_are_tables_of_prices(regions):
    told = "own.toml: regions: write a table of prices for each, regions.eu-west-1.prices"
    assert refused(f'currency = "USD"\n{regions}\n') == told


NOWHERE = "is not a Region with Kinesis Data Streams"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[regions.us-east-1.prices.", "[regions.moon.prices."), f"region: 'moon' {NOWHERE}"),
        (('"USD"', '"USD"\nregion = "eu-west-1"'), "region: unknown"),
        (('"USD"', '"USD"\nprices = 3'), "prices: unknown"),
        (('currency = "USD"', ""), "currency: None is not USD"),
        (("2026-10-02", "2026-10-02T00:00:00"), "published: not a date such as 2026-11-21"),
        (
            ("[regions.eu-west-1.prices.shard_hour]", "[regions.eu-west-1.z]\n[regions.eu-west-1.a]"),
            "regions.eu-west-1.a: unknown; regions.eu-west-1.z: unknown; regions.eu-west-1.prices: missing",
        ),
        (
            ('"0.013"', "0.013"),
            'regions.eu-west-1.prices.shard_hour: price must be text, such as "0.015", so that it stays '
            "exact",
        ),
        (
            ("eu-west-1.prices.shard_hour", "eu-west-1.prices.shard_hours"),
            "regions.eu-west-1.prices.shard_hours: unknown dimension; did you mean shard_hour?",
        ),
    ],
)
def test_what_is_wrong_in_a_file_of_several_regions_is_told(change, told):
    assert change[0] in SEVERAL
    assert refused(SEVERAL.replace(*change)) == f"own.toml: {told}"


def test_no_more_is_told_than_helps():
    """20 dimensions: of unknown Regions 20 are told, of all problems 40."""
    assert len(UNITS) == 20
    tables = "".join(f"[regions.moon-{number}.prices]\n" for number in range(30))
    told = refused(f'currency = "USD"\n{tables}').removeprefix("own.toml: ").split("; ")
    assert told[:20] == [f"region: 'moon-{number}' {NOWHERE}" for number in range(20)]
    assert told[20:] == [f"regions.moon-{number}.prices: missing" for number in range(20)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"contract 17"', "17"), "source and confidence must be text"),
        (('"A"', "1"), "source and confidence must be text"),
        (('"A"', '"B"'), "confidence must be one of A, P, T, I, U"),
        (('"0.012"', '"0.012 EUR"'), "'0.012 EUR' is not a price; write for example 400 USD"),
        (('price = "0.012"\nunit = "ShardHour"\n', ""), "missing price, unit"),
        (("date = 2026-10-01", "date = 2026-10-01\nz = 1\na = 1"), "unknown a, z"),
        (("2026-10-01", "1999-10-01"), "date must be a date such as 2026-11-21"),
    ],
)
def test_what_is_wrong_with_a_price_is_told_in_words(change, told):
    assert change[0] in OWN
    assert refused(OWN.replace(*change)) == f"own.toml: prices.shard_hour: {told}"
