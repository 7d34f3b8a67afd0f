"""What all pages of ``facts`` say in the same words."""

from __future__ import annotations

from typing import Final

from shardcalc.app.facts import FactsReport
from shardcalc.core.facts import Source
from shardcalc.core.facts.prices import UNITS, PriceSheet

PRICE_COLUMNS: Final = ("price", "USD:", "per", "source", "read", "sure")


def price_cells(prices: PriceSheet) -> list[list[str]]:
    """Each price of a Region, in the order of a bill."""
    return [
        [name, f"${price.text}", price.unit.UNIT, price.source.key, str(price.date), price.confidence]
        if price is not None
        else [name, "unknown", UNITS[name].UNIT, "", "", ""]
        for name, price in prices.dimensions()
    ]


def sources(report: FactsReport) -> list[Source]:
    """Every source, once; of two with one key the last."""
    read = [fact.source for fact in report.limits.facts]
    read += [price.source for _, price in report.prices.dimensions() if price is not None]
    return list({source.key: source for source in read}.values())


def prices_title(prices: PriceSheet) -> str:
    """Whose prices they are, and where they came from."""
    return f"prices in {prices.region}, USD before tax, {prices.origin}"
