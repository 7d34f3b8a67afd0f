"""The pages a terminal shows for ``plan``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shardcalc.core.capacity.findings import Severity
from shardcalc.core.capacity.streams import Carried, Constraint, Plan
from shardcalc.core.cost.bill import Bill, CostLine
from shardcalc.core.facts.prices import Price, exact_decimal
from shardcalc.core.units import ByteRate, RecordRate, decimal, percent
from shardcalc.report import PlanReport, StreamPlan, before_floors, money
from shardcalc.report.kit.terminal import Cell, Justify, Page, Screen, width_of


def plans(report: PlanReport, page: Page, *, explain: bool = False) -> str:
    """The plans: a summary of several streams, then each stream's working."""
    screen = Screen(page)
    if len(report.streams) > 1:
        _summary(screen, report)
    for stream in report.streams:
        screen.gap()
        _stream(screen, stream, report, explain)
    screen.gap()
    for region, origin in report.origins.items():
        screen.line((f"prices of {region}: {origin}", "dim"))
    screen.line(
        (f"limits and prices read {report.oldest} or later; shardcalc facts names the sources", "dim")
    )
    return screen.text()


def _summary(screen: Screen, report: PlanReport) -> None:
    columns: list[tuple[str, Justify]] = [
        ("stream", "left"), ("shards", "right"), ("declared", "right"), ("bound by", "left"), ("used", "right"), ("cost", "right"), ("findings", "left"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for stream in report.streams:
        plan = stream.plan
        declared = plan.workload.shards
        rows.append(
            [
                stream.stream.name,
                f"{plan.shards:,}",
                f"{declared:,}" if declared is not None else "-",
                _binding(plan),
                percent(plan.utilisation),
                money(stream.bill.total, [stream.bill]),
                _counts(plan),
            ]
        )
    total = money(report.cost, [stream.bill for stream in report.streams])
    screen.table(
        columns,
        rows,
        footer=[f"{len(report.streams):,} streams", f"{report.shards:,}", "", "", "", total, ""],
    )
    screen.line((f"cost in USD for {decimal(report.hours)} h, each stream in its mode", "dim"))


def _binding(plan: Plan) -> str:
    names = list(dict.fromkeys(constraint.name for constraint in plan.binding))
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def _counts(plan: Plan) -> str:
    found = [
        (severity, sum(finding.severity is severity for finding in plan.findings)) for severity in Severity
    ]
    return (
        ", ".join(
            f"{count} {severity.value}{'s' if count > 1 and severity is not Severity.INFO else ''}"
            for severity, count in found
            if count
        )
        or "-"
    )


def rate(value: ByteRate | RecordRate) -> str:
    """A rate in a column: records are written short."""
    return f"{decimal(value.amount)} rec/s" if isinstance(value, RecordRate) else str(value)


def _stream(screen: Screen, stream: StreamPlan, report: PlanReport, explain: bool) -> None:
    plan, limits = stream.plan, report.limits
    shards = plan.shards
    where = f"  {stream.stream.where}" if stream.stream.where else ""
    count = f"{shards:,} shard{'' if shards == 1 else 's'}"
    screen.line((f"{stream.stream.name}: {count}" if stream.stream.name else count, "bold"), (where, "dim"))
    if stream.stream.owner or stream.stream.notes:
        screen.line((" - ".join(text for text in (stream.stream.owner, stream.stream.notes) if text), "dim"))
    screen.gap()
    _asked(screen, stream)
    screen.line("formula  ", plan.formula.working)
    if plan.guide_differs:
        screen.line("guide    ", plan.guide.working, ", as AWS's sizing guide has it: ", plan.guide_differs)
    screen.gap()
    _limits(screen, plan)
    if explain:
        screen.gap()
        _explain(screen, plan)
    screen.gap()
    taken, given = plan.capacity(shards, limits)
    records = limits.write_records.value * shards
    screen.line(
        "capacity ", f"{taken} or {decimal(records.amount)} records/s in, {given} out to shared consumers"
    )
    screen.gap()
    _bill(screen, stream.bill)
    for finding in plan.findings:
        screen.gap()
        screen.finding(finding.severity.value, finding.id, finding.message, finding.remedy)


def _asked(screen: Screen, stream: StreamPlan) -> None:
    plan, workload = stream.plan, stream.plan.workload
    peak, mean = workload.rps.peak, workload.rps.mean
    at = "" if peak == mean else f" at peak (mean {mean})"
    screen.line("write    ", f"{peak} x {workload.size} = {peak.of(workload.size)}{at}")
    if plan.packing.records > 1:
        screen.line(
            "packed   ",
            f"{plan.packing.records:,} records in one of {plan.packing.size}: {decimal(peak.amount / plan.packing.records)} a second = {plan.write}",
        )
    shared, fan_out = workload.shared, workload.fan_out
    readers = (
        [f"{plan.formula.read} to {shared} shared consumer{'' if shared == 1 else 's'}"] if shared else []
    )
    if fan_out:
        readers.append(f"{plan.write} to {f'each of {fan_out}' if fan_out > 1 else 'one'} by fan-out")
    screen.line("read     ", ", ".join(readers) or "by nobody")
    assumed = [
        name
        for name in ("consumers", "headroom", "region")
        if name not in stream.stream.origins
        and not (name == "consumers" and "fan_out" in stream.stream.origins)
    ]
    words = {"consumers": "one shared consumer", "headroom": "no headroom", "region": workload.region}
    if assumed:
        screen.line("assumed  ", ", ".join(words[name] for name in assumed))
    given = {origin: names for origin, names in stream.stream.by_origin.items() if origin != "stream"}
    if given and stream.stream.where:
        screen.line(
            "from     ",
            "; ".join(
                f"{'flags' if origin == 'flag' else origin}: {', '.join(names)}"
                for origin, names in given.items()
            ),
        )


def _limits(screen: Screen, plan: Plan) -> None:
    shards, declared = plan.shards, plan.workload.shards
    shown = shards if declared is None else declared
    columns: list[tuple[str, Justify]] = [
        ("limit", "left"), ("demand", "right"), ("one shard", "right"), ("alone", "right"), (f"used at {shown:,}", "left"), ("", "right"), ("", "left"),
    ]  # fmt: skip
    texts = [
        (
            c.title,
            rate(c.demand),
            rate(c.per_shard),
            f"{c.shards:,}",
            percent(c.utilisation(shown)),
            "binding" if c.shards == shards else "",
        )
        for c in plan.constraints
    ]
    # The bar takes what the other columns leave.
    titles = [title for title, _ in columns if not title.startswith("used")]
    taken = sum(max(map(width_of, column)) + 2 for column in zip(titles, *texts, strict=True))
    width = max(4, min(24, screen.page.width - taken - 2))
    if width < len(columns[4][0]):
        columns[4] = (f"at {shown:,}", "left")
    rows: list[Sequence[Cell]] = [
        [*text[:4], screen.bar(constraint.utilisation(shown), width), text[4], ((text[5], "bold"),)]
        for text, constraint in zip(texts, plan.constraints, strict=True)
    ]
    screen.table(columns, rows)


def _explain(screen: Screen, plan: Plan) -> None:
    for constraint in plan.constraints:
        screen.line((constraint.title, "bold"))
        screen.line(constraint.working, indent=2)
        screen.line((_source(constraint), "dim"), indent=2)


def _source(constraint: Constraint) -> str:
    fact = constraint.fact
    if fact is None:
        return "the limit of one shard is declared by the workload"
    return (
        f"{fact.value} {fact.scope}: {fact.source.title}, {fact.source.url}, read {fact.date}, confidence {fact.confidence}"
        + (f" ({fact.note})" if fact.note else "")
    )


def _bill(screen: Screen, bill: Bill) -> None:
    screen.line("cost     ", f"{bill.mode} in {bill.region} for {decimal(bill.hours)} h{before_floors(bill)}")
    columns: list[tuple[str, Justify]] = [
        ("line", "left"),
        ("quantity", "right"),
        ("price", "right"),
        ("cost", "right"),
    ]
    rows = [_bill_row(line) for line in bill.lines]
    screen.table(columns, rows, footer=["total", "", "", money(bill.total, [bill])])
    doubtful = [line.title for line in bill.lines if line.price is not None and not line.price.verified]
    if doubtful:
        screen.line((f"unverified prices, from a third party: {', '.join(doubtful)}", "dim"))
    unknown = [line.title for line in bill.lines if line.price is None]
    if unknown:
        screen.line((f"no verified price in {bill.region}: {', '.join(unknown)}", "dim"))


def _bill_row(line: CostLine) -> Sequence[str]:
    unit = type(line.quantity).UNIT
    if line.price is None:
        return [line.title, f"{decimal(line.quantity.amount)} {unit}", "unknown", "unknown"]
    return [line.title, f"{decimal(line.quantity.amount)} {unit}", price_text(line.price), str(line.cost)]


def price_text(price: Price[Any]) -> str:
    """A price in a column: tiny ones for a million units."""
    if price.amount.amount * 10_000 < 1:
        return f"${exact_decimal(price.amount.amount * 10**6)}/M"
    return f"${price.text}"


def carried(answer: Carried, page: Page) -> str:
    """What a number of shards carries."""
    screen = Screen(page)
    per_second = answer.rate
    count = f"{answer.shards:,} shard{'' if answer.shards == 1 else 's'}"
    screen.line((f"{count} carry {per_second} of {answer.workload.size}", "bold"))
    screen.gap()
    amounts = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)]
    screen.table(
        [("per", "left"), ("records", "right"), ("data", "right")],
        [
            [name, decimal(per_second.amount * seconds), str(answer.write * seconds).removesuffix("/s")]
            for name, seconds in amounts
        ],
    )
    screen.gap()
    rows = [
        [constraint.title, rate(answer.by(constraint)), "binding" if constraint in answer.binding else ""]
        for constraint in answer.plan.constraints
    ]
    key = answer.hottest_key
    if key is not None:
        rows.append(["hottest key, whatever the shards", rate(key), "binding" if key == per_second else ""])
    screen.table([("limit", "left"), ("allows", "right"), ("", "left")], rows)
    for finding in answer.plan.findings:
        if finding.id == "getrecords-calls":
            screen.gap()
            screen.finding(finding.severity.value, finding.id, finding.message, finding.remedy)
    return screen.text()
