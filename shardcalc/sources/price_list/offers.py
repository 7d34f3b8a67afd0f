"""From AWS's Price List to a price sheet: which product is which price, checked to the last row.

Both ways of reading the list, the Query API and the bulk offer file, come down to products and their terms;
this module knows no network. A list that lacks a price, has two for one, or is of another kind is refused
whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple

from shardcalc.core.facts import FactsError, Source, packaged, parse_toml, regions
from shardcalc.core.facts.prices import UNITS, Price, PriceSheet, exact_decimal, is_day
from shardcalc.core.json_text import read_json
from shardcalc.core.text import BadValue
from shardcalc.core.units import USD

UNIT_NAMES: Final = {"gb-mo": "gb-month", "gb-months": "gb-month"}
"""Other spellings of a unit that AWS's lists use."""


class OfferRow(NamedTuple):
    """One product with its on-demand terms, as AWS writes them."""

    attributes: Mapping[str, Any]
    family: str
    sku: str
    terms: Iterable[Mapping[str, Any]]


class Offers(NamedTuple):
    """A price list: its rows, its version and when AWS published it."""

    rows: tuple[OfferRow, ...]
    version: str
    published: date


class _Dimension(NamedTuple):
    operation: str
    usagetype: re.Pattern[str] | None
    group: str | None

    def matches(self, attributes: Mapping[str, Any]) -> bool:
        operations = (attributes.get("operation"), attributes.get("kinesisAdvantageOperation"))
        if self.operation not in operations:
            return False
        if self.usagetype is not None and not self.usagetype.fullmatch(str(attributes.get("usagetype", ""))):
            return False
        return self.group is None or attributes.get("group") == self.group


@cache
def _rules() -> tuple[str, str, dict[str, _Dimension]]:
    table = parse_toml(packaged("products.toml", __file__), "products.toml")
    rows = table["dimensions"]
    if rows.keys() != UNITS.keys():
        raise FactsError(
            f"products.toml: dimensions differ from the prices in use: {sorted(rows.keys() ^ UNITS.keys())}"
        )
    made = {
        # Anchored at both ends, with an upper-case prefix only: "ReadBytes" must not find
        # "LongTermRetention-ReadBytes".
        name: _Dimension(
            row["operation"],
            re.compile(rf"(?:[A-Z0-9]+-)?{re.escape(row['usagetype'])}") if "usagetype" in row else None,
            row.get("group"),
        )
        for name, row in rows.items()
    }
    return table["service"], table["family"], made


def service_code() -> str:
    """The service whose price list this is."""
    return _rules()[0]


def read_bulk(data: bytes, name: str) -> Offers:
    """Read a bulk offer file.

    Raises:
        FactsError: truncated, not JSON, of another service, or of another shape.
    """
    try:
        document = read_json(data)
    except BadValue as error:
        raise FactsError(f"{name}: {error}") from error
    try:
        if document["offerCode"] != service_code():
            raise FactsError(
                f"{name}: it is the price list of {document['offerCode']}, not of {service_code()}"
            )
        terms = document["terms"]["OnDemand"]
        rows = tuple(
            _row(product, str(sku), terms.get(sku, {})) for sku, product in document["products"].items()
        )
        return Offers(rows, str(document["version"]), _published(document["publicationDate"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FactsError(
            f"{name}: not of the shape of an offer file: {type(error).__name__} {error}"
        ) from error


def read_query(items: Iterable[str], name: str) -> Offers:
    """Read the answers of GetProducts: each item is a JSON text of one product with its terms.

    Raises:
        FactsError: an item is not JSON or of another shape, or the items are of different publications.
    """
    rows: list[OfferRow] = []
    seen: set[tuple[str, str]] = set()
    try:
        for item in items:
            document = read_json(item.encode())
            if document["serviceCode"] != service_code():
                raise FactsError(f"{name}: a product of {document['serviceCode']}, not of {service_code()}")
            product = document["product"]
            rows.append(_row(product, str(product["sku"]), document["terms"].get("OnDemand", {})))
            seen.add((str(document["version"]), str(document["publicationDate"])))
    except (KeyError, TypeError, AttributeError) as error:
        raise FactsError(f"{name}: not of the shape of a product: {type(error).__name__} {error}") from error
    except ValueError as error:
        raise FactsError(f"{name}: a product is not JSON: {error}") from error
    if not rows:
        raise FactsError(f"{name}: no product")
    if len(seen) > 1:
        raise FactsError(f"{name}: products of {len(seen)} publications in one answer; try again")
    [(version, published)] = seen
    try:
        return Offers(tuple(rows), version, _published(published))
    except ValueError as error:
        raise FactsError(f"{name}: publicationDate: {error}") from error


def _row(product: Any, sku: str, terms: Any) -> OfferRow:
    attributes = product["attributes"]
    if not isinstance(attributes, dict):
        raise TypeError("attributes")
    return OfferRow(attributes, str(product.get("productFamily", "")), sku, tuple(terms.values()))


def _published(text: str) -> date:
    day = date.fromisoformat(text[:10])
    if not is_day(day):
        raise ValueError(f"{day} is no day on which AWS published prices")
    return day


def confidence(address: str) -> str:
    """How sure what was read at an address is: AWS says it only at its own hosts, and over TLS. Without an
    address it was a file.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    # Not all of amazonaws.com: everybody's buckets are below it.
    hosts = {
        f"{way}pricing.{region}.amazonaws.com" for way in ("", "api.") for region in regions().query_prices
    }
    hosts.add(urlsplit(regions().bulk_prices).netloc)
    if parts.scheme == "https" and parts.netloc.removesuffix(":443") in hosts:
        return "A"
    return "U" if parts.scheme == "http" else "P"


def price_sheet(offers: Offers, region: str, name: str, address: str = "") -> PriceSheet:
    """Find every price of a Region in a list.

    Args:
        offers: the list.
        region: the Region.
        name: what the list is called in messages.
        address: where it was really read; empty for a file.

    Raises:
        FactsError: listing each price that is missing, given twice, or has an unexpected unit, currency or
            tier.
    """
    _, family, rules = _rules()
    source = Source(
        "PriceList",
        f"AWS Price List of {service_code()}, version {offers.version}",
        address,
    )
    rows = [row for row in offers.rows if row.attributes.get("regionCode") == region and row.family == family]
    if not rows:
        raise FactsError(f"{name}: no product of {region}")
    sure = confidence(address)
    problems: list[str] = []
    prices: dict[str, Price[Any]] = {}
    for dimension, rule in rules.items():
        found = [row for row in rows if rule.matches(row.attributes)]
        if len(found) != 1:
            problems.append(
                f"{dimension}: {'no price' if not found else f'{len(found)} prices'} "
                f"({', '.join(row.sku for row in found) or rule.operation})"
            )
            continue
        try:
            amount = _amount(found[0], dimension)
            text = exact_decimal(amount.amount)
        except (FactsError, BadValue) as error:
            problems.append(f"{dimension}: {error}")
            continue
        prices[dimension] = Price(
            dimension,
            amount,
            UNITS[dimension],
            source,
            offers.published,
            sure,
            text,
            f"SKU {found[0].sku}",
        )
    if problems:
        raise FactsError(f"{name}: nothing was taken from it: " + "; ".join(problems))
    return PriceSheet(region, f"price list of {offers.published}", offers.published, **prices)


def _amount(row: OfferRow, dimension: str) -> USD:
    """The one price of a product.

    Raises:
        FactsError: none or several terms or tiers, another unit, another currency.
    """
    try:
        tiers = [tier for term in row.terms for tier in term["priceDimensions"].values()]
        if len(tiers) != 1:
            raise FactsError(f"{len(tiers)} prices for SKU {row.sku} where one is expected")
        tier = tiers[0]
        unit = str(tier["unit"]).lower()
        if UNIT_NAMES.get(unit, unit) != UNITS[dimension].UNIT.lower():
            raise FactsError(f"unit {tier['unit']!r} where {UNITS[dimension].UNIT} is expected")
        if set(tier["pricePerUnit"]) != {"USD"}:
            raise FactsError(
                f"currency {', '.join(sorted(tier['pricePerUnit'])) or 'missing'} where USD is expected"
            )
        text = tier["pricePerUnit"]["USD"]
        if not isinstance(text, str):
            raise FactsError("the price is a number, not text, and so not exact")
    except (KeyError, TypeError, AttributeError) as error:
        raise FactsError(
            f"SKU {row.sku} is not of the expected shape: {type(error).__name__} {error}"
        ) from error
    amount = USD.parse(text, "a price")
    if amount.amount >= Fraction(1000):
        raise FactsError(f"a price of {amount} cannot be one of these")
    return amount
