"""The facts as JSON: limits and prices with unit, scope, source, date and confidence."""

from __future__ import annotations

from typing import Any

from shardcalc.app.facts import FactsReport
from shardcalc.core.facts import Fact
from shardcalc.core.facts.prices import UNITS, Price
from shardcalc.core.units import Quantity
from shardcalc.report.kit.json import document, head
from shardcalc.report.rows import fact_row


def text(report: FactsReport) -> str:
    """One JSON object."""
    prices = report.prices
    return document(
        head("facts")
        | {
            "limits": [_limit(fact) for fact in report.limits.facts],
            "region": prices.region,
            "prices_origin": prices.origin,
            "prices_published": prices.published,
            "prices": [_price(name, price) for name, price in prices.dimensions()],
        }
    )


def _limit(fact: Fact[Any]) -> dict[str, Any]:
    amount, unit = (
        (fact.value.amount, fact.value.UNIT) if isinstance(fact.value, Quantity) else (fact.value, "1")
    )
    row = {"name": fact.name, "title": fact.source.title, "value": amount, "unit": unit, "scope": fact.scope}
    return row | (fact_row(fact) or {}) | {"note": fact.note or None}


def _price(name: str, price: Price[Any] | None) -> dict[str, Any]:
    return {
        "name": name,
        "price_usd": price.text if price is not None else None,
        "unit": UNITS[name].UNIT,
        "title": price.source.title if price is not None else None,
        "url": price.source.url or None if price is not None else None,
        "date": price.date if price is not None else None,
        "confidence": price.confidence if price is not None else None,
    }
