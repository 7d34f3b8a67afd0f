"""The plans as Markdown."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shardcalc.app.plan import PlanReport
from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.inverse import Carried
from shardcalc.core.facts import Limits
from shardcalc.core.text import percent
from shardcalc.report import decisions
from shardcalc.report.kit.markdown import bold, bullets, escape, page, table
from shardcalc.report.plan import words
from shardcalc.report.words import (
    bill_table,
    bound_by,
    converted,
    facts_read,
    finding_bullets,
    group_cells,
    group_columns,
    least_shards,
    limit_cells,
    limit_columns,
    money,
    names,
    period,
    prices_from,
    sentence,
    total,
    unpriced,
    working_bullets,
)


def plans(report: PlanReport, *, explain: bool = False, detailed: Collection[int] | None = None) -> str:
    """The plans: a summary of several streams, then the working of those in these places, or of all."""
    parts = ["# Shards"]
    if len(report.streams) > 1:
        parts.append(_summary(report))
    if report.groups:
        rows = [list(map(escape, row)) for row in group_cells(report.groups)]
        parts.append(table(group_columns(report.by), rows))
    if report.account:
        parts.append(finding_bullets(finding for _, finding in report.account))
    parts += [
        "\n\n".join(_stream(planned, name, report.limits, explain))
        for place, (planned, name) in enumerate(zip(report.streams, names(report.streams), strict=True))
        if detailed is None or place in detailed
    ]
    told = (*converted(report.currency, report.sums), *prices_from(report.origins))
    parts += [f"{sentence(escape(line))}." for line in told]
    parts.append(f"{sentence(facts_read(report.oldest))}.")
    return page(parts)


def _summary(report: PlanReport) -> str:
    owned = any(stream.stream.owner for stream in report.streams)
    rows = [
        [
            escape(name),
            *((escape(stream.stream.owner),) if owned else ()),
            ("at least " if stream.plan.workload.size_assumed else "") + f"**{stream.plan.shards:,}**",
            f"{base:,}" if (base := stream.decision.base) is not None else "",
            escape(bound_by(stream.plan)),
            percent(stream.plan.utilisation(stream.decision.shown)),
            total(stream.bill),
            stream.decision.answer,
            ", ".join(f"{finding.severity} {finding.id}" for finding in stream.findings),
        ]
        for stream, name in zip(report.streams, names(report.streams), strict=True)
    ]
    cost = money(report.cost, [stream.bill for stream in report.streams])
    owner, none = (["owner"], [""]) if owned else ([], [])
    last = [f"{len(report.streams):,} streams", *none, f"**{report.shards:,}**", "", "", "", cost, "", ""]
    paid = f"cost, {period(report.hours, report.limits)}:"
    columns = ["stream", *owner, "needed:", "now:", "bound by", "used:", paid, "verdict", "findings"]
    return table(columns, [*rows, last])


def _stream(planned: Judged, name: str, limits: Limits, explain: bool) -> Iterator[str]:
    stream, plan = planned.stream, planned.plan
    shown = planned.decision.shown
    yield (f"## {escape(name)}: {least_shards(plan)}" if stream.name else f"## {least_shards(plan)}")
    about = [escape(text) for text in (stream.where, stream.owner, stream.notes) if text]
    if about:
        yield " - ".join(about)
    yield f"Formula: `{plan.formula.working}`"
    if plan.guide_differs:
        yield f"AWS's sizing guide says {plan.guide.shards:,}: {escape(plan.guide_differs)}."
    yield table(
        limit_columns(shown),
        [[escape(title), *cells, bold(last)] for title, *cells, last in limit_cells(plan, shown)],
    )
    if explain:
        yield working_bullets((constraint.working, constraint.fact) for constraint in plan.constraints)
    yield bill_table(planned.bill, limits)
    if lacking := unpriced([planned.bill]):
        yield bullets(map(escape, lacking))
    yield bullets(f"**{label}** {escape(text)}" for label, text in decisions.lines(planned))
    if planned.findings:
        yield finding_bullets(planned.findings)


def carried(answer: Carried) -> str:
    """What a number of shards carries."""
    allowed = [[escape(title), most, bold(last)] for title, most, last in words.allowed(answer)]
    return page(
        [
            f"# {answer.shards:,} shards carry {answer.rate}",
            table(words.AMOUNT_COLUMNS, words.amounts(answer)),
            table(words.ALLOWED_COLUMNS, allowed),
        ]
    )
