"""The facts in each format: limits and prices with unit, scope, source, date and confidence."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from shardcalc.core.facts import CONFIDENCE, Fact, Limits
from shardcalc.core.facts.prices import UNITS, PriceSheet
from shardcalc.core.units import Quantity, percent
from shardcalc.report.plan.json import SCHEMA_VERSION, fact_row, number
from shardcalc.report.plan.markdown import escape
from shardcalc.report.plan.markdown import table as markdown_table


def _value(fact: Fact[Any]) -> str:
    value = fact.value
    return (
        percent(value)
        if isinstance(value, Fraction)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def _price_rows(prices: PriceSheet) -> list[list[str]]:
    return [
        [name, f"${price.text}", price.unit.UNIT, price.source.key, str(price.date), price.confidence]
        if price is not None
        else [name, "unknown", UNITS[name].UNIT, "", "", ""]
        for name, price in prices.dimensions()
    ]


def _sources(limits: Limits, prices: PriceSheet) -> dict[str, tuple[str, str]]:
    found = {fact.source.key: (fact.source.title, fact.source.url) for fact in limits}
    return found | {
        price.source.key: (price.source.title, price.source.url)
        for _, price in prices.dimensions()
        if price is not None
    }


def table(limits: Limits, prices: PriceSheet, page: Any) -> str:
    """For a terminal."""
    from shardcalc.report.kit.terminal import Screen

    screen = Screen(page)
    screen.heading("limits")
    rows = [[fact.title, _value(fact), fact.source.key, str(fact.date), fact.confidence] for fact in limits]
    screen.table(
        [("limit", "left"), ("value", "right"), ("source", "left"), ("read", "left"), ("sure", "left")], rows
    )
    screen.gap()
    screen.heading(f"prices in {prices.region}, USD before tax, {prices.origin}")
    screen.table(
        [
            ("price", "left"),
            ("USD", "right"),
            ("per", "left"),
            ("source", "left"),
            ("read", "left"),
            ("sure", "left"),
        ],
        _price_rows(prices),
    )
    screen.gap()
    screen.heading("sources")
    for key, (title, url) in _sources(limits, prices).items():
        screen.line((key, "bold"), f"  {title}", *([f", {url}"] if url else []))
    screen.gap()
    screen.line("sure: " + ", ".join(f"{letter} {words}" for letter, words in CONFIDENCE.items()))
    return screen.text()


def json_text(limits: Limits, prices: PriceSheet) -> str:
    """As one JSON object."""

    def value(fact: Fact[Any]) -> dict[str, Any]:
        if isinstance(fact.value, Quantity):
            return {"value": number(fact.value.amount), "unit": fact.value.UNIT}
        return {"value": number(fact.value), "unit": "1"}

    body = {
        "schema_version": SCHEMA_VERSION,
        "command": "facts",
        "limits": [
            {
                "name": fact.name,
                "title": fact.title,
                **value(fact),
                "scope": fact.scope,
                **fact_row(fact),
                "note": fact.note or None,
            }
            for fact in limits
        ],
        "region": prices.region,
        "prices_origin": prices.origin,
        "prices_published": prices.published.isoformat() if prices.published is not None else None,
        "prices": [
            {
                "name": name,
                "price_usd": price.text if price is not None else None,
                "unit": UNITS[name].UNIT,
                "title": price.source.title if price is not None else None,
                "url": price.source.url or None if price is not None else None,
                "date": price.date.isoformat() if price is not None else None,
                "confidence": price.confidence if price is not None else None,
            }
            for name, price in prices.dimensions()
        ],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def markdown_text(limits: Limits, prices: PriceSheet) -> str:
    """As Markdown."""
    rows = [
        [
            escape(fact.title),
            _value(fact),
            escape(fact.scope),
            fact.source.key,
            str(fact.date),
            fact.confidence,
        ]
        for fact in limits
    ]
    sources = [
        f"- {key}: {escape(title)}{f', <{url}>' if url else ''}"
        for key, (title, url) in _sources(limits, prices).items()
    ]
    parts = [
        "# Limits",
        markdown_table(["limit", "value:", "scope", "source", "read", "sure"], rows),
        f"# Prices in {prices.region}, USD before tax, {prices.origin}",
        markdown_table(
            ["price", "USD:", "per", "source", "read", "sure"],
            [[escape(row[0]), *row[1:]] for row in _price_rows(prices)],
        ),
        "# Sources",
        "\n".join(sources),
    ]
    return "\n\n".join(parts) + "\n"
