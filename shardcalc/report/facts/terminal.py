"""The facts for a terminal: limits and prices with source, date and confidence."""

from __future__ import annotations

from shardcalc.app.facts import FactsReport
from shardcalc.core.facts import CONFIDENCE
from shardcalc.report.facts import words
from shardcalc.report.kit.terminal import Page, Screen
from shardcalc.report.words import fact_value


def table(report: FactsReport, page: Page) -> str:
    """For a terminal."""
    screen = Screen(page)
    screen.heading("limits")
    rows = [
        [fact.title, fact_value(fact.value), fact.source.key, str(fact.date), fact.confidence]
        for fact in report.limits.facts
    ]
    screen.table(["limit", "value:", "source", "read", "sure"], rows, below=("sure", "read", "source"))
    screen.gap()
    screen.heading(words.prices_title(report.prices))
    screen.table(words.PRICE_COLUMNS, words.price_cells(report.prices), below=("sure", "read", "source"))
    screen.gap()
    screen.heading("sources")
    for source in words.sources(report):
        screen.line((source.key, "bold"), f"  {source.title}", *([f", {source.url}"] if source.url else []))
    screen.gap()
    screen.line("sure: " + ", ".join(f"{letter} {meaning}" for letter, meaning in CONFIDENCE.items()))
    return screen.text()
