"""Rows that several JSON documents share: facts, findings, limits and bills, as their contract has them.

They are beside the words and not in the kit, because the kit knows nothing of what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shardcalc.app.selection import Group
from shardcalc.core.capacity.constraint import Constraint
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.cost.bill import Bill, CostLine
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.units import USD, ByteRate, Currency
from shardcalc.core.workload.declared import Identity
from shardcalc.report.kit.json import divide


def fact_row(fact: Fact[Any] | None) -> dict[str, Any] | None:
    """Where a limit was read, when, and how sure it is; null when it is nobody's."""
    if fact is None:
        return None
    return {
        "fact": fact.name,
        "title": fact.source.title,
        "url": fact.source.url,
        "date": fact.date,
        "confidence": fact.confidence,
    }


def place_row(which: Identity | None) -> dict[str, str | None]:
    """The account and the environment of a stream; null where nothing says them."""
    return {
        "account": (which.account or None) if which is not None else None,
        "environment": (which.environment or None) if which is not None else None,
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy or None,
        "source_url": finding.fact.source.url if finding.fact is not None else None,
    }


def limit_row(constraint: Constraint, shards: int, explain: bool) -> dict[str, Any]:
    """One limit: what is asked, what one shard gives, the count it asks for alone."""
    kind = "bytes" if constraint.base.__class__ is ByteRate else "records"
    # Whole numbers all the way: a fleet has tens of thousands of these, and no fraction is reduced for them.
    limit, unit = constraint.per_shard.amount.as_integer_ratio()
    row: dict[str, Any] = {
        "name": constraint.name,
        f"demand_{kind}_per_second": divide(constraint.numerator * limit, constraint.denominator * unit),
        f"limit_per_shard_{kind}_per_second": divide(limit, unit),
        "shards": constraint.shards or None,
        "utilisation": divide(constraint.numerator, constraint.denominator * shards)
        if constraint.plain
        else constraint.utilisation(shards),
    }
    if constraint.consumer:
        row["consumer"] = constraint.consumer
    if explain:
        row["working"] = constraint.working
        row["source"] = fact_row(constraint.fact)
    return row


def dollars(amount: USD, bills: Sequence[Bill]) -> USD | None:
    """A total of these bills; null when no price on them is known."""
    return amount if any(bill.oldest is not None for bill in bills) else None


def bill_row(bill: Bill, explain: Limits | None) -> dict[str, Any]:
    """One bill with its lines, its total null when no price is known.

    With limits, each line also says where its price was read and between what bounds it lies.
    """
    return {
        "mode": bill.mode.value,
        "total_usd": dollars(bill.total, [bill]),
        "complete": bill.complete,
        "lines": [_line_row(line, explain) for line in bill.lines],
    }


def _line_row(line: CostLine, explain: Limits | None) -> dict[str, Any]:
    """One line of a bill; price and cost are null when the price is unknown."""
    price = line.price
    row: dict[str, Any] = {
        "name": line.name,
        "quantity": line.quantity.amount,
        "unit": type(line.quantity).UNIT,
        "price_usd": price.text if price is not None else None,
        "cost_usd": line.cost,
    }
    if explain is not None:
        bounds = line.bounds(explain)
        if bounds is not None:
            row["quantity_at_least"], row["quantity_at_most"] = bounds
        if price is not None:
            row |= {
                "price_source": price.source.title,
                "price_date": price.date,
                "price_confidence": price.confidence,
            }
    return row


def converted_row(
    currency: Currency | None, sums: Iterable[tuple[str, USD | None, bool]]
) -> dict[str, dict[str, Any]]:
    """Totals in the currency that was asked for; nothing where none was."""
    if currency is None:
        return {}
    totals = [
        {"of": title, "total": None if amount is None else currency.of(amount), "complete": complete}
        for title, amount, complete in sums
    ]
    return {"converted": {"currency": currency.code, "per_usd": currency.per_dollar, "totals": totals}}


def groups_row(by: str, groups: Sequence[Group]) -> dict[str, Any]:
    """The totals by a field; nothing where none was asked for."""
    rows = [
        {
            by: each.value or None,
            "streams": each.streams,
            "shards": each.shards,
            "cost_usd": each.cost,
            "cost_complete": each.complete,
        }
        for each in groups
    ]
    return {"totals_by": rows} if by else {}
