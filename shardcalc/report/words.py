"""Words that several nouns share: money, counts, prices, citations, limits and bills in cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from shardcalc.app.selection import Group
from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, CostLine, months
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.facts.prices import Price, exact_decimal, how_priced
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import USD, ByteRate, Currency, RecordRate
from shardcalc.core.workload.parts import Mode
from shardcalc.report.kit.markdown import bullets, escape, link, table

# ── counts ───────────────────────────────────────────────────────────────────────────────────────


def counted(count: int, noun: str) -> str:
    """A count with its noun, in the plural where there is not one."""
    return f"{count:,} {plural(count, noun)}"


def plural(count: int, noun: str) -> str:
    """The form of a noun after a count."""
    return noun if count == 1 else f"{noun}s"


def passed_over(files: Sequence[str]) -> str:
    """How many YAML files were not read as profiles."""
    are = "is no profile" if len(files) == 1 else "are no profiles"
    return f"{counted(len(files), 'file')} passed over that {are}"


def severities(found: Iterable[Severity]) -> str:
    """How many there are of each severity, the gravest first; nothing when there are none."""
    counts = Counter(found)
    return ", ".join(
        f"{counts[each]:,} {each}" if each is Severity.INFO else counted(counts[each], each.value)
        for each in Severity
        if counts[each]
    )


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[0].upper() + text[1:]


def told_apart(streams: Iterable[tuple[str, str, str]]) -> list[str]:
    """Of streams, each a name, a Region and perhaps more: the names, with the rest where two are the same."""
    listed = list(streams)
    named = Counter(name for name, _, _ in listed)
    placed = Counter((name, region) for name, region, _ in listed)
    return [
        name
        + (f" in {region}" if named[name] > 1 else "")
        + (f", {more}" if placed[name, region] > 1 and more else "")
        for name, region, more in listed
    ]


def names(streams: Iterable[Judged]) -> list[str]:
    """What streams are called on a page that holds all of them."""
    return told_apart(
        (
            made.stream.title or "the stream",
            made.plan.workload.region,
            f"account {made.measured.history.account_number}"
            if made.measured is not None and made.measured.history.account_number
            else made.stream.file,
        )
        for made in streams
    )


def group_columns(by: str, *, measured: bool = False) -> list[str]:
    """The titles of :func:`group_cells`."""
    return [by, "streams:", *(("shards now:", "cost now:") if measured else ("needed:", "cost as needed:"))]


def group_cells(groups: Iterable[Group]) -> list[list[str]]:
    """The totals of the streams that have a value in common."""
    return [
        [
            each.value or "none",
            f"{each.streams:,}",
            f"{each.shards:,}",
            "unknown" if each.cost is None else at_least(each.cost, each.complete),
        ]
        for each in groups
    ]


# ── money ────────────────────────────────────────────────────────────────────────────────────────


def money(amount: USD, bills: Iterable[Bill]) -> str:
    """A total as people read it: a lower bound when a price is unknown, ``unknown`` when all of them are."""
    lines = [line for bill in bills for line in bill.lines]
    if lines and all(line.price is None for line in lines):
        return "unknown"
    return at_least(amount, all(line.complete for line in lines))


def total(bill: Bill) -> str:
    """The total of one bill."""
    return money(bill.total, [bill])


def at_least(amount: USD, complete: bool, write: Callable[[USD], str] = str) -> str:
    """An amount, which is a lower bound unless it is complete; a bound of less than a cent says nothing."""
    if complete:
        return write(amount)
    return "unknown" if amount.cents == "0.00" else f"at least {write(amount)}"


def converted(currency: Currency | None, sums: Iterable[tuple[str, USD | None, bool]]) -> list[str]:
    """Totals in the currency that was asked for, with its rate, as one line; none where none was asked for.

    Args:
        currency: the currency.
        sums: what each total is of, as the page says it; the total, and whether it is complete.
    """
    if currency is None:
        return []
    told = [
        f"{title} " + ("unknown" if amount is None else at_least(amount, complete, currency.text))
        for title, amount, complete in sums
    ]
    return [f"in {currency.code}, at {exact_decimal(currency.per_dollar)} for a dollar: {'; '.join(told)}"]


def period(hours: Fraction, limits: Limits) -> str:
    """The hours that money is for, and how much of a month they are charged as."""
    share, month = months(hours, limits), decimal(limits.month.value.in_hours)
    part = f"{percent(share)} of a month of {month} h"
    if share >= 1:
        part = "a month" if share == 1 else f"{decimal(share)} months of {month} h"
    return f"{decimal(hours)} h ({part})"


def prices_from(origins: Mapping[str, str]) -> list[str]:
    """Where prices came from that are not those of this release, as sentences."""
    return [f"prices of {region}: {origin}" for region, origin in origins.items()]


def before_floors(bill: Bill) -> str:
    """What an Advantage bill does not hold: the floors are the account's, and no stream's."""
    floored = bill.mode is not Mode.ON_DEMAND_ADVANTAGE or any(
        line.name.startswith("shortfall") for line in bill.lines
    )
    return "" if floored else ", before the account's floors"


def unpriced(bills: Iterable[Bill]) -> list[str]:
    """For each Region, the lines that have no known price (none are named where all have none), and how to
    have them priced.
    """
    lacking: dict[str, dict[str, None]] = {}
    priced: set[str] = set()
    for bill in bills:
        for line in bill.lines:
            if line.price is None:
                lacking.setdefault(bill.region, {})[line.title] = None
            else:
                priced.add(bill.region)
    return [
        f"no price is known in {region}"
        + (f" for {'; '.join(titles)}; " if region in priced else "; ")
        + how_priced(region)
        for region, titles in lacking.items()
    ]


def price(known: Price[Any]) -> str:
    """A price with what speaks against it."""
    return f"${known.text}" + (f" ({known.doubt})" if known.doubt else "")


def short_price(known: Price[Any]) -> str:
    """A price in a narrow column: tiny ones for a million units."""
    if known.amount.amount * 10_000 < 1:
        return f"${exact_decimal(known.amount.amount * 10**6)}/M"
    return f"${known.text}"


BILL_COLUMNS = ("quantity:", "price:", "cost:")
"""The titles after that of the line."""
BILL_MEANINGS: Final = {
    "price": "of one unit, /M of a million",
    "source": "the key of the page with the price, and the day it was read",
}
"""What the columns of a bill mean that do not explain themselves."""


def bill_cells(line: CostLine, write: Callable[[Price[Any]], str] = price) -> list[str]:
    """A line of a bill: what it is for, its quantity, price and cost. A discount has a cost alone."""
    cost = "unknown" if line.cost is None else str(line.cost)
    if line.name == "discount":
        return [line.title, "", "", cost]
    known = "unknown" if line.price is None else write(line.price)
    return [line.title, str(line.quantity), known, cost]


# ── limits ───────────────────────────────────────────────────────────────────────────────────────


def rate(value: ByteRate | RecordRate) -> str:
    """A rate in a narrow column: records are written short."""
    return f"{decimal(value.amount)} rec/s" if isinstance(value, RecordRate) else str(value)


def limit_cells(
    plan: Plan, shown: int, write: Callable[[ByteRate | RecordRate], str] = str
) -> list[list[str]]:
    """Each limit: demand, what one shard gives, the count it asks for alone, its use, whether it decides."""
    binding = plan.binding
    return [
        [
            limit.title,
            write(limit.demand),
            write(limit.per_shard),
            f"{limit.shards:,}" if limit.shards else "none",
            percent(limit.utilisation(shown)),
            "binding" if limit in binding else "",
        ]
        if not (plan.workload.size_assumed and isinstance(limit.demand, RecordRate))
        else [limit.title, "unknown", write(limit.per_shard), "unknown", "unknown", ""]
        for limit in plan.constraints
    ]


def least_shards(plan: Plan) -> str:
    """The shards that a plan needs, with "at least" before them where no record size is known."""
    return f"{'at least ' if plan.workload.size_assumed else ''}{shards_text(plan.shards)}"


def bound_by(plan: Plan) -> str:
    """The limits that decide the count; at one shard, the minimum, the nearest one."""
    titles = dict.fromkeys(limit.title for limit in plan.binding)
    return ", ".join(titles) if titles else f"one shard is the minimum; nearest: {plan.nearest.title}"


def bound_short(plan: Plan) -> str:
    """The same in a narrow column: the first limit by its name, and how many more there are."""
    names = list(dict.fromkeys(limit.name for limit in plan.binding))
    if not names:
        return f"minimum, {plan.nearest.name}"
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def limit_columns(shown: int) -> list[str]:
    """The titles of :func:`limit_cells`."""
    return ["limit", "demand:", "one shard:", "alone:", f"used at {shown:,}:", ""]


LIMIT_MEANINGS: Final = {
    "alone": "the shards that this limit by itself asks for",
    "used": "what the busiest shard takes of the limit, without reserve",
}
"""What those columns mean that do not explain themselves."""


# ── facts ────────────────────────────────────────────────────────────────────────────────────────


def fact_value(value: object) -> str:
    """The value of a limit."""
    if isinstance(value, Fraction):
        return percent(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def citation(fact: Fact[Any]) -> str:
    """A limit, what it holds for, and where it was read."""
    return f"{fact.value} {fact.scope}: {origin(fact)}"


def facts_read(oldest: date) -> str:
    """When the limits and prices on a page were read: on the day of the oldest of them, or later."""
    return f"limits and prices read {oldest} or later"


def origin(fact: Fact[Any]) -> str:
    """Where a limit was read, when, and how sure it is."""
    return f"{fact.source.title}, {fact.source.url}, read {fact.date}, confidence {fact.confidence}"


def linked_citation(fact: Fact[Any] | None) -> str:
    """The same in Markdown; a limit without a fact is the workload's own."""
    if fact is None:
        return "declared by the workload"
    return f"{escape(f'{fact.value} {fact.scope}')}: {linked_origin(fact)}"


def linked_origin(fact: Fact[Any]) -> str:
    """Where a limit was read, as a link in Markdown."""
    cited = link(fact.source.title, fact.source.url)
    return f"{cited}, read {fact.date}, confidence {escape(fact.confidence)}"


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def finding_bullets(findings: Iterable[Finding]) -> str:
    """Findings as points of Markdown."""
    return bullets(
        f"**{each.severity}** `{each.id}`: {escape(each.message)}. {escape(each.remedy)}".rstrip()
        for each in findings
    )


def working_bullets(limits: Iterable[tuple[str, Fact[Any] | None]]) -> str:
    """The working of each limit, with where it was read, as points of Markdown."""
    return bullets(f"{escape(working)}  \n  {linked_citation(fact)}" for working, fact in limits)


def bill_table(bill: Bill, limits: Limits) -> str:
    """A bill with its total as a table of Markdown."""
    title = f"{bill.mode}, {bill.region}, {period(bill.hours, limits)}{before_floors(bill)}"
    rows = [bill_cells(line) for line in bill.lines]
    return table([title, *BILL_COLUMNS], [*rows, ["**total**", "", "", f"**{total(bill)}**"]])
