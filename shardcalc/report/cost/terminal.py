"""The page a terminal shows for ``cost``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from shardcalc.app.cost import CostReport, RegionReport
from shardcalc.core.cost.bill import Bill
from shardcalc.core.cost.break_even import Curves
from shardcalc.core.cost.options import AggregationOption
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, shards_text
from shardcalc.core.workload.parts import Mode
from shardcalc.report import decisions
from shardcalc.report.cost import words
from shardcalc.report.kit.terminal import Cell, Page, Screen
from shardcalc.report.words import (
    BILL_COLUMNS,
    BILL_MEANINGS,
    bill_cells,
    converted,
    facts_read,
    group_cells,
    group_columns,
    period,
    short_price,
    total,
    unpriced,
)

_MARKS = {Mode.PROVISIONED: "p", Mode.ON_DEMAND_STANDARD: "s", Mode.ON_DEMAND_ADVANTAGE: "a"}


def table(report: CostReport, page: Page, *, chart: bool = False) -> str:
    """What streams cost in each mode, Region by Region; a chart of cost against traffic if wanted."""
    screen = Screen(page)
    if report.beside:
        _beside(screen, report)
    if report.groups:
        screen.table(group_columns(report.by), group_cells(report.groups))
        screen.gap()
    for region in () if report.beside else report.regions:
        _region(screen, region, report, chart)
        screen.gap()
    screen.explain({**words.MEANINGS, **BILL_MEANINGS})
    screen.line((f"{facts_read(report.oldest)}; shardcalc facts names the sources", "dim"))
    return screen.text()


def _region(screen: Screen, region: RegionReport, report: CostReport, chart: bool) -> None:
    cost, limits = region.cost, report.limits
    alone = region.streams[0] if len(region.streams) == 1 else None
    one = None if alone is None else alone.stream
    what = f"{len(region.streams):,} streams: "
    if one is not None:
        what = f"{one.title}: " if one.name else ""
    screen.line(
        (f"{what}cost in {region.home} for {period(report.hours, limits)}", "bold"),
        (f"  {one.where}" if one is not None and one.where else "", "dim"),
    )
    screen.line((f"prices: {cost.prices.origin}", "dim"))
    for line in unpriced(map(cost.bill, Mode)):
        screen.line((line, "dim"))
    screen.gap()
    rows: list[Sequence[Cell]] = []
    for mode in Mode:
        style = "bold green" if mode is cost.lowest else ""
        said = words.against(cost, mode, limits)
        rows.append([((mode.value, style),), words.known(cost, mode), ((said, style),)])
    screen.table([words.NEEDS, "cost:", "against the lowest"], rows)
    for line in converted(report.currency, region.sums):
        screen.line(line)
    if alone is not None:
        for label, text in decisions.lines(alone):
            screen.labelled(label, text)
    else:
        if mix := words.best_mix(region):
            screen.line(mix)
        screen.gap()
        _fleet(screen, region)
    for sentence in words.break_evens(region):
        screen.line(sentence)
    if chart and region.curves is not None:
        screen.gap()
        _chart(screen, region, region.curves)
    if one is not None:
        for mode in Mode:
            if cost.obstacles(mode):
                continue
            screen.gap()
            shards = f", {shards_text(cost.streams[0].shards)}" if mode is Mode.PROVISIONED else ""
            _bill(screen, f"{mode}{shards}", cost.bill(mode))
            if note := words.spread(cost, mode, limits):
                screen.line((note, "dim"))
    else:
        screen.gap()
        _bill(screen, "on-demand-advantage, owed by the account in addition", cost.floors)
    if unbilled := words.unbilled(region):
        screen.gap()
        for sentence in unbilled:
            screen.line(sentence)
    if region.fan_out:
        screen.gap()
        _fan_out(screen, region, limits)
    if region.aggregation is not None:
        screen.gap()
        _aggregation(screen, region, region.aggregation)
    screen.gap()
    screen.heading("other differences")
    for trade in region.trade_offs:
        screen.line((trade.mode.value, "bold"), ("  warning" if trade.warning else "", "bold yellow"))
        screen.line(trade.text, indent=2)


def _beside(screen: Screen, report: CostReport) -> None:
    """The same streams in several Regions."""
    names = [stream.stream.name for stream in report.regions[0].streams]
    what = f"{len(names):,} streams: " if len(names) > 1 else f"{names[0]}: " if names[0] else ""
    screen.heading(f"{what}cost for {period(report.hours, report.limits)}, side by side")
    for line in words.lowest(report):
        screen.line(line)
    for mode in Mode:
        screen.gap()
        columns, rows = words.beside(report, mode)
        screen.table(columns, rows[:-1], footer=rows[-1])
        for line in words.unable(report, mode):
            screen.line(line)
    screen.gap()
    for region in report.regions:
        for line in (*converted(report.currency, region.sums), *unpriced(map(region.cost.bill, Mode))):
            screen.line(f"{region.cost.region}: {line}")
        screen.line((f"prices of {region.cost.region}: {region.cost.prices.origin}", "dim"))


def _fleet(screen: Screen, region: RegionReport) -> None:
    columns, rows, last = words.stream_table(region)
    screen.table(columns, rows, footer=last, below=("now", "best mix", "owner"))


def _bill(screen: Screen, title: str, bill: Bill) -> None:
    if not bill.lines:
        return
    screen.heading(title)
    rows = []
    for line in bill.lines:
        source = ""
        if line.price is None:
            source = "no known price"
        elif line.name != "discount":
            doubt = "" if line.price.verified else " unverified"
            source = f"{line.price.source.key} {line.price.date}{doubt}"
        rows.append([*bill_cells(line, short_price), source])
    last = ["total", "", "", total(bill), ""]
    screen.table(["line", *BILL_COLUMNS, "source"], rows, footer=last, below=("source", "price"))


def _fan_out(screen: Screen, region: RegionReport, limits: Limits) -> None:
    screen.heading("shards or fan-out, provisioned")
    now, allowed = region.fan_out[0], limits.get_records_calls.value
    rows = []
    for option in region.fan_out:
        calls = decimal(option.calls.amount) + ("" if option.calls <= allowed else " too many")
        more = option.above(now)
        change = f"{'+' if more.amount >= 0 else ''}{more}" if more is not None and option is not now else ""
        rows.append([words.moved(option), f"{option.shards:,}", calls, total(option.bill), change])
    screen.table(["consumers", "shards:", "calls/s", "cost:", "against all shared:"], rows)
    screen.line(
        "more shards relieve bytes; fan-out relieves bytes, GetRecords calls "
        f"(at most {decimal(allowed.amount)}/s on each shard) and delay: about {limits.delay_fan_out.value} "
        f"against {limits.delay_shared_one.value} for one shared consumer and "
        f"{limits.delay_shared_five.value} for five"
    )


def _aggregation(screen: Screen, region: RegionReport, option: AggregationOption) -> None:
    screen.heading("packing records")
    size = option.cost.plan.packing.size
    screen.line(f"{option.records:,} records in one aggregate of {size}, before retries and waiting:")
    now = region.cost.streams[0]
    rows = []
    for mode, before, after, saves in zip(Mode, now.bills, option.cost.bills, option.saves(now), strict=True):
        if saves is not None and not region.cost.obstacles(mode):
            rows.append([words.packed_mode(mode), str(before.total), str(after.total), str(saves)])
    rows.append(["shards", f"{now.shards:,}", f"{option.cost.shards:,}", ""])
    screen.table(["", "as it is:", "packed:", "saves:"], rows)


def _chart(screen: Screen, region: RegionReport, curves: Curves) -> None:
    """Cost against traffic, on a logarithmic scale around today's and the break-even rates."""
    width = max(20, min(screen.page.width - 16, 90))
    points = curves.sampled([found.times for found in region.break_evens], width)
    screen.heading("cost against traffic (p provisioned, s on-demand-standard, a on-demand-advantage)")
    screen.chart(
        [point.times for point in points],
        [(_MARKS[mode], [float(point.costs[mode].amount) for point in points]) for mode in Mode],
        lambda times: decimal(Fraction(times) * region.rate.amount, 0),
        "records/s",
        mark=1.0,
    )
