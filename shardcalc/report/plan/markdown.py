"""Markdown that can be pasted into a pull request or a wiki; everything from a profile is text, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shardcalc.core.capacity.streams import Carried
from shardcalc.core.cost.bill import Bill
from shardcalc.core.facts import Fact
from shardcalc.core.units import decimal, percent
from shardcalc.report import PlanReport, StreamPlan, before_floors, money


def escape(text: str) -> str:
    """Show a text as it is: no markup, no HTML, no mention, no table or line break."""
    text = " ".join(text.split())
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    text = (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "@\N{ZERO WIDTH NON-JOINER}")
    )
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose title ends in ``:`` is right-aligned."""
    head = "| " + " | ".join(name.removesuffix(":") for name in columns) + " |"
    rule = "|" + "|".join(" ---: " if name.endswith(":") else " --- " for name in columns) + "|"
    return "\n".join([head, rule, *("| " + " | ".join(row) + " |" for row in rows)])


def plans(report: PlanReport, *, explain: bool = False) -> str:
    """The plans: a summary of several streams, then each stream's working."""
    parts = ["# Shards"]
    if len(report.streams) > 1:
        rows = [
            [
                escape(stream.stream.name),
                f"**{stream.plan.shards:,}**",
                f"{stream.plan.workload.shards:,}" if stream.plan.workload.shards is not None else "",
                ", ".join(dict.fromkeys(escape(constraint.title) for constraint in stream.plan.binding)),
                percent(stream.plan.utilisation),
                money(stream.bill.total, [stream.bill]),
                ", ".join(f"{finding.severity} {finding.id}" for finding in stream.plan.findings),
            ]
            for stream in report.streams
        ]
        total = [
            f"{len(report.streams):,} streams",
            f"**{report.shards:,}**",
            "",
            "",
            "",
            money(report.cost, [stream.bill for stream in report.streams]),
            "",
        ]
        columns = [
            "stream",
            "shards:",
            "declared:",
            "bound by",
            "used:",
            f"cost, {decimal(report.hours)} h:",
            "findings",
        ]
        parts.append(table(columns, [*rows, total]))
    parts += [_stream(stream, explain) for stream in report.streams]
    parts += [f"Prices of {region}: {escape(origin)}." for region, origin in report.origins.items()]
    parts.append(f"Limits and prices as of {report.oldest} or later.")
    return "\n\n".join(parts) + "\n"


def _stream(stream: StreamPlan, explain: bool) -> str:
    plan = stream.plan
    shards = plan.shards
    shown = shards if plan.workload.shards is None else plan.workload.shards
    title = (
        f"## {escape(stream.stream.name)}: {shards:,} shards"
        if stream.stream.name
        else f"## {shards:,} shards"
    )
    parts = [title]
    about = [escape(stream.stream.where)] if stream.stream.where else []
    about += [escape(text) for text in (stream.stream.owner, stream.stream.notes) if text]
    if about:
        parts.append(" - ".join(about))
    parts.append(f"Formula: `{plan.formula.working}`")
    if plan.guide_differs:
        parts.append(f"AWS's sizing guide says {plan.guide.shards:,}: {escape(plan.guide_differs)}.")
    rows = [
        [
            escape(constraint.title),
            str(constraint.demand),
            str(constraint.per_shard),
            f"{constraint.shards:,}",
            percent(constraint.utilisation(shown)),
            "**binding**" if constraint.shards == shards else "",
        ]
        for constraint in plan.constraints
    ]
    parts.append(table(["limit", "demand:", "one shard:", "alone:", f"used at {shown:,}:", ""], rows))
    if explain:
        lines = [
            f"- {escape(constraint.working)}  \n  {source(constraint.fact)}"
            for constraint in plan.constraints
        ]
        parts.append("\n".join(lines))
    parts.append(bill_table(stream.bill))
    if plan.findings:
        found = [
            f"- **{finding.severity}** `{finding.id}`: {escape(finding.message)}. {escape(finding.remedy)}"
            for finding in plan.findings
        ]
        parts.append("\n".join(found))
    return "\n\n".join(parts)


def source(fact: Fact[object] | None) -> str:
    """Where a limit was read, as a link."""
    if fact is None:
        return "declared by the workload"
    return f"{escape(f'{fact.value} {fact.scope}')}: [{escape(fact.source.title)}]({fact.source.url}), read {fact.date}, confidence {fact.confidence}"


def bill_table(bill: Bill) -> str:
    """A bill with its total."""
    rows = [
        [
            line.title,
            f"{decimal(line.quantity.amount)} {type(line.quantity).UNIT}" if line.name != "discount" else "",
            ""
            if line.name == "discount"
            else f"${line.price.text}" + (f" ({line.price.doubt})" if line.price.doubt else "")
            if line.price is not None
            else "unknown",
            str(line.cost) if line.cost is not None else "unknown",
        ]
        for line in bill.lines
    ]
    rows.append(["**total**", "", "", f"**{money(bill.total, [bill])}**"])
    return table(
        [
            f"{bill.mode}, {bill.region}, {decimal(bill.hours)} h{before_floors(bill)}",
            "quantity:",
            "price:",
            "cost:",
        ],
        rows,
    )


def carried(answer: Carried) -> str:
    """What a number of shards carries."""
    rate = answer.rate.amount
    amounts = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)]
    rows = [
        [name, decimal(rate * seconds), str(answer.write * seconds).removesuffix("/s")]
        for name, seconds in amounts
    ]
    limits = [
        [
            escape(constraint.title),
            str(answer.by(constraint)),
            "**binding**" if constraint in answer.binding else "",
        ]
        for constraint in answer.plan.constraints
    ]
    if answer.hottest_key is not None:
        limits.append(
            [
                "hottest key, whatever the shards",
                str(answer.hottest_key),
                "**binding**" if answer.hottest_key == answer.rate else "",
            ]
        )
    return (
        "\n\n".join(
            [
                f"# {answer.shards:,} shards carry {answer.rate}",
                table(["per", "records:", "data:"], rows),
                table(["limit", "allows:", ""], limits),
            ]
        )
        + "\n"
    )
