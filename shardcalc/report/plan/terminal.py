"""The pages a terminal shows for ``plan``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from shardcalc.app.plan import PlanReport
from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.inverse import Carried
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.report import decisions
from shardcalc.report.kit.terminal import Cell, Page, Screen
from shardcalc.report.plan import words
from shardcalc.report.words import (
    BILL_COLUMNS,
    BILL_MEANINGS,
    LIMIT_MEANINGS,
    before_floors,
    bill_cells,
    bound_short,
    citation,
    converted,
    facts_read,
    group_cells,
    group_columns,
    least_shards,
    limit_cells,
    limit_columns,
    money,
    names,
    period,
    plural,
    prices_from,
    rate,
    severities,
    short_price,
    total,
    unpriced,
)


def plans(
    report: PlanReport, page: Page, *, explain: bool = False, detailed: Collection[int] | None = None
) -> str:
    """The plans: a summary of several streams, then the working of those in these places, or of all."""
    screen = Screen(page)
    called = names(report.streams)
    if len(report.streams) > 1:
        _summary(screen, report, called)
    if report.groups:
        screen.gap()
        screen.table(group_columns(report.by), group_cells(report.groups))
    for _, finding in report.account:
        screen.gap()
        screen.finding(finding.severity.value, finding.id, finding.message, finding.remedy)
    places = range(len(called)) if detailed is None else sorted(detailed)
    for place in places:
        screen.gap()
        _stream(screen, report.streams[place], called[place], report.limits, explain)
    screen.gap()
    if len(places) < len(called):
        screen.line(("--detail NAME shows the working of a stream, --all of each", "dim"))
    screen.explain({**words.SUMMARY_MEANINGS, **LIMIT_MEANINGS, **BILL_MEANINGS})
    for line in converted(report.currency, report.sums):
        screen.line(line)
    for line in prices_from(report.origins):
        screen.line((line, "dim"))
    screen.line((f"{facts_read(report.oldest)}; shardcalc facts names the sources", "dim"))
    return screen.text()


def _summary(screen: Screen, report: PlanReport, called: Sequence[str]) -> None:
    owned = any(stream.stream.owner for stream in report.streams)
    rows = [
        [
            name,
            *((stream.stream.owner or "-",) if owned else ()),
            ("at least " if stream.plan.workload.size_assumed else "") + f"{stream.plan.shards:,}",
            f"{base:,}" if (base := stream.decision.base) is not None else "-",
            bound_short(stream.plan),
            percent(stream.plan.utilisation(stream.decision.shown)),
            total(stream.bill),
            stream.decision.answer,
            severities(finding.severity for finding in stream.findings) or "-",
        ]
        for stream, name in zip(report.streams, called, strict=True)
    ]
    cost = money(report.cost, [stream.bill for stream in report.streams])
    owner, none = (["owner"], [""]) if owned else ([], [])
    columns = ["stream", *owner, "needed:", "now:", "bound by", "used:", "cost:", "verdict", "findings"]
    last = [f"{len(report.streams):,} streams", *none, f"{report.shards:,}", "", "", "", cost, "", ""]
    screen.table(columns, rows, footer=last, below=("bound by", "used", "findings", "owner"))
    screen.line(
        (
            f"cost in USD for {period(report.hours, report.limits)}: each stream in its mode, as needed",
            "dim",
        )
    )


def _stream(screen: Screen, planned: Judged, name: str, limits: Limits, explain: bool) -> None:
    stream, plan = planned.stream, planned.plan
    count = least_shards(plan)
    where = f"  {stream.where}" if stream.where else ""
    screen.line((f"{name}: {count}" if stream.name else count, "bold"), (where, "dim"))
    if stream.owner or stream.notes:
        screen.line((" - ".join(text for text in (stream.owner, stream.notes) if text), "dim"))
    screen.gap()
    _asked(screen, planned)
    screen.labelled("formula", plan.formula.working)
    if plan.guide_differs:
        screen.labelled("guide", plan.guide.working, ", as AWS's sizing guide has it: ", plan.guide_differs)
    screen.gap()
    _limits(screen, planned)
    if explain:
        screen.gap()
        _explain(screen, plan)
    screen.gap()
    shown = planned.decision.shown
    taken, given = plan.capacity(shown, limits)
    records = limits.write_records.value * shown
    screen.labelled(
        "capacity", f"{shards_text(shown)}: {taken} or {records} in, {given} out to shared consumers"
    )
    screen.gap()
    _bill(screen, planned.bill, limits)
    screen.gap()
    for label, text in decisions.lines(planned):
        screen.labelled(label, text)
    for finding in planned.findings:
        screen.gap()
        screen.finding(finding.severity.value, finding.id, finding.message, finding.remedy)


def _asked(screen: Screen, planned: Judged) -> None:
    stream, plan, workload = planned.stream, planned.plan, planned.plan.workload
    peak, mean = workload.rps.peak, workload.rps.mean
    at = "" if peak == mean else f" at peak (mean {mean})"
    if (moved := workload.throughput) is not None:
        at = "" if peak == mean else f" at peak (mean {moved.mean})"
    if moved is not None and workload.size_assumed:
        screen.labelled("write", f"{moved.peak}{at}, in records of a size that is not known")
    else:
        screen.labelled("write", f"{peak} x {workload.size} = {peak.of(workload.size)}{at}")
    packing = plan.packing
    if packing.records > 1:
        packed = decimal((peak / packing.records).amount)
        screen.labelled(
            "packed",
            f"{packing.records:,} records in one of {packing.size}: {packed} a second = {plan.write}",
        )
    shared, fan_out = workload.shared, workload.fan_out
    readers = [f"{plan.formula.read} to {shared} {plural(shared, 'shared consumer')}"] if shared else []
    if fan_out:
        readers.append(f"{plan.write} to {f'each of {fan_out}' if fan_out > 1 else 'one'} by fan-out")
    screen.labelled("read", ", ".join(readers) or "no consumers")
    if assumed := _assumed(planned):
        screen.labelled("assumed", ", ".join(assumed))
    given = [
        f"{'flags' if origin == 'flag' else origin}: {', '.join(names)}"
        for origin, names in stream.by_origin.items()
        if origin != "stream"
    ]
    if given and stream.where:
        screen.labelled("from", "; ".join(given))


def _assumed(planned: Judged) -> list[str]:
    """What nobody declared and everybody should know."""
    given = planned.stream.origins
    words = {
        "consumers": "one shared consumer",
        "headroom": "no headroom",
        "region": planned.plan.workload.region,
    }
    if "fan_out" in given:
        del words["consumers"]
    return [word for name, word in words.items() if name not in given]


def _limits(screen: Screen, planned: Judged) -> None:
    plan, shown = planned.plan, planned.decision.shown
    rows: list[Sequence[Cell]] = [
        [*cells, ((last, "bold"),)] for *cells, last in limit_cells(plan, shown, rate)
    ]
    shares = [
        Fraction(0) if cells[-2] == "unknown" else constraint.utilisation(shown)
        for cells, constraint in zip(rows, plan.constraints, strict=True)
    ]
    screen.bar_table(limit_columns(shown), zip(rows, shares, strict=True), 4, below=("one shard",))


def _explain(screen: Screen, plan: Plan) -> None:
    for constraint in plan.constraints:
        fact, source = constraint.fact, "the limit of one shard is declared by the workload"
        if fact is not None:
            source = citation(fact) + (f" ({fact.note})" if fact.note else "")
        screen.line((constraint.title, "bold"))
        screen.line(constraint.working, indent=2)
        screen.line((source, "dim"), indent=2)


def _bill(screen: Screen, bill: Bill, limits: Limits) -> None:
    hours = period(bill.hours, limits)
    screen.labelled("cost", f"{bill.mode} in {bill.region} for {hours}{before_floors(bill)}")
    rows = [bill_cells(line, short_price) for line in bill.lines]
    screen.table(["line", *BILL_COLUMNS], rows, footer=["total", "", "", total(bill)], below=("price",))
    doubtful = [line.title for line in bill.lines if line.price is not None and not line.price.verified]
    if doubtful:
        screen.line((f"unverified prices, from a third party: {', '.join(doubtful)}", "dim"))
    for line in unpriced([bill]):
        screen.line((line, "dim"))


def carried(answer: Carried, page: Page) -> str:
    """What a number of shards carries."""
    screen = Screen(page)
    title = f"{shards_text(answer.shards)} carry {answer.rate} of {answer.workload.size}"
    screen.line((title, "bold"))
    screen.gap()
    screen.table(words.AMOUNT_COLUMNS, words.amounts(answer))
    screen.gap()
    screen.table(words.ALLOWED_COLUMNS, words.allowed(answer, rate))
    for finding in answer.plan.findings:
        if finding.id == "getrecords-calls":
            screen.gap()
            screen.finding(finding.severity.value, finding.id, finding.message, finding.remedy)
    return screen.text()
