"""The facts as Markdown: limits and prices with scope, source, date and confidence."""

from __future__ import annotations

from shardcalc.app.facts import FactsReport
from shardcalc.core.text import is_address
from shardcalc.report.facts import words
from shardcalc.report.kit.markdown import bullets, escape, page, table
from shardcalc.report.words import fact_value, sentence


def text(report: FactsReport) -> str:
    """As Markdown."""
    limits = [
        [
            escape(fact.title),
            fact_value(fact.value),
            escape(fact.scope),
            escape(fact.source.key),
            str(fact.date),
            escape(fact.confidence),
        ]
        for fact in report.limits.facts
    ]
    prices = [list(map(escape, cells)) for cells in words.price_cells(report.prices)]
    sources = [
        f"{escape(source.key)}: {escape(source.title)}"
        + (f", {f'<{source.url}>' if is_address(source.url) else escape(source.url)}" if source.url else "")
        for source in words.sources(report)
    ]
    return page(
        [
            "# Limits",
            table(["limit", "value:", "scope", "source", "read", "sure"], limits),
            f"# {escape(sentence(words.prices_title(report.prices)))}",
            table(words.PRICE_COLUMNS, prices),
            "# Sources",
            bullets(sources),
        ]
    )
