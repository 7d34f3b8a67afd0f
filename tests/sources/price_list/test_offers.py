"""AWS's price lists: every price is found, and everything that can be wrong with one is told."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from shardcalc.core.facts import FactsError
from shardcalc.sources.price_list.offers import price_sheet, read_bulk, read_query
from tests.command import run
from tests.pricelists import PRODUCTS, bulk, changed, product, query_items, term
from tests.publishing import refresh, serving


def test_every_price_is_found_and_nothing_else():
    sheet = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    for name, price in sheet.dimensions():
        assert price.amount.amount == Fraction(PRODUCTS[name][4]), name
        assert (price.confidence, str(price.date)) == ("P", "2026-11-12")
        assert price.verified


@pytest.mark.parametrize("prefix", ["", "EU-", "APS3-", "USE1-"])
def test_any_prefix_of_a_usage_type_will_do(prefix):
    assert (
        price_sheet(
            read_bulk(json.dumps(bulk(prefix=prefix)).encode(), "list"), "eu-west-1", "list"
        ).shard_hour
        is not None
    )


def test_the_query_api_gives_the_same_prices():
    from_bulk = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    assert price_sheet(read_query(query_items(bulk()), "list"), "eu-west-1", "list") == from_bulk


def _without(name: str) -> Any:
    def change(document: dict[str, Any]) -> None:
        del document["products"][f"SKU{list(PRODUCTS).index(name):03d}"]

    return change


def _twice(document: dict[str, Any]) -> None:
    document["products"]["AGAIN"] = product("AGAIN", "eu-west-1", "EU-", *PRODUCTS["fan_out_data"][:3])
    document["terms"]["OnDemand"]["AGAIN"] = term("AGAIN", "GB", "0.01")


def _terms(sku: str, **fields: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        [row] = document["terms"]["OnDemand"][sku].values()
        [tier] = row["priceDimensions"].values()
        tier.update(fields)

    return change


def _tiers(document: dict[str, Any]) -> None:
    [row] = document["terms"]["OnDemand"]["SKU000"].values()
    row["priceDimensions"]["second"] = {
        "unit": "ShardHour",
        "beginRange": "1000",
        "pricePerUnit": {"USD": "0.01"},
    }


FAULTS = {
    "lacks a price": (changed(_without("long_term_retrieval")), "long_term_retrieval: no price"),
    "two prices for one": (changed(_twice), "fan_out_data: 2 prices (SKU006, AGAIN)"),
    "no terms": (
        changed(lambda d: d["terms"]["OnDemand"].pop("SKU003")),
        "long_term_storage: 0 prices for SKU SKU003",
    ),
    "tiers": (changed(_tiers), "shard_hour: 2 prices for SKU SKU000"),
    "another unit": (
        changed(_terms("SKU000", unit="Hrs")),
        "shard_hour: unit 'Hrs' where ShardHour is expected",
    ),
    "another currency": (
        changed(_terms("SKU001", pricePerUnit={"CNY": "0.1"})),
        "put_payload_unit: currency CNY where USD is expected",
    ),
    "a number": (
        changed(_terms("SKU000", pricePerUnit={"USD": 0.015})),
        "shard_hour: the price is a number, not text",
    ),
    "a negative price": (
        changed(_terms("SKU000", pricePerUnit={"USD": "-1"})),
        "shard_hour: '-1' is not a price",
    ),
    "an absurd price": (
        changed(_terms("SKU000", pricePerUnit={"USD": "1e9"})),
        "shard_hour: a price of $1,000,000,000.00 cannot be one of these",
    ),
    "another service": (
        changed(lambda d: d.update(offerCode="AmazonEC2")),
        "it is the price list of AmazonEC2, not of AmazonKinesis",
    ),
    "another Region": (bulk("eu-west-3", "EUW3-"), "no product of eu-west-1"),
    "no products": (changed(lambda d: d.pop("products")), "not of the shape of an offer file"),
    "no publication": (
        changed(lambda d: d.update(publicationDate="soon")),
        "not of the shape of an offer file",
    ),
    "a list": ([1, 2], "not of the shape of an offer file"),
}
RAW = {
    "truncated": (json.dumps(bulk()).encode()[:2000], "not JSON"),
    "not JSON": (b"<html>Sign in to the network</html>", "not JSON"),
    "empty": (b"", "not JSON"),
} | {name: (json.dumps(document).encode(), told) for name, (document, told) in FAULTS.items()}


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize("name", RAW)
def test_a_list_with_a_fault_is_refused_and_the_prices_before_stay(name, tmp_path):
    body, told = RAW[name]
    with serving(body) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: the price list is refused; the prices from before stay in place\n")
    assert told in ran.err
    file = tmp_path / "index.json"
    file.write_bytes(body)
    ran = refresh("--offer-file", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_file_that_is_missing_is_told():
    ran = refresh("--offer-file", "none.json")
    assert (ran.code, ran.err) == (
        2,
        "error: nothing was read; the prices from before stay in place\n  none.json: No such file or "
        "directory\n",
    )


def test_an_unknown_region_is_told_with_the_nearest():
    ran = run("facts", "refresh", "--region", "eu-west-11")
    assert ran.code == 2
    assert "did you mean eu-west-1?" in ran.err


def test_all_that_is_missing_is_told_at_once():
    with pytest.raises(FactsError) as caught:
        price_sheet(
            read_bulk(json.dumps(changed(lambda d: (_without("shard_hour")(d), _twice(d)))).encode(), "list"),
            "eu-west-1",
            "list",
        )
    assert "shard_hour: no price" in str(caught.value)
    assert "fan_out_data: 2 prices" in str(caught.value)
