"""What streams cost in each mode, ready to be rendered, and the three renderings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from shardcalc.core.cost.bill import Bill, CostLine
from shardcalc.core.cost.comparison import (
    STEPS,
    AggregationOption,
    BreakEven,
    Curves,
    FanOutOption,
    Regime,
    RegionCost,
    TradeOff,
)
from shardcalc.core.facts import Limits
from shardcalc.core.units import USD, RecordRate, decimal, percent
from shardcalc.core.workload.workload import Mode
from shardcalc.report import Described, money, oldest
from shardcalc.report.kit.terminal import Cell, Justify, Page, Screen
from shardcalc.report.plan.json import SCHEMA_VERSION, bill_row, number, workload_row
from shardcalc.report.plan.markdown import bill_table, escape
from shardcalc.report.plan.markdown import table as markdown_table
from shardcalc.report.plan.terminal import price_text


class RegionReport(NamedTuple):
    """The streams of one Region."""

    described: tuple[Described, ...]
    cost: RegionCost
    """With the discount, if one was given."""
    curves: Curves | None
    regimes: tuple[Regime, ...]
    break_evens: tuple[BreakEven, ...]
    trade_offs: tuple[TradeOff, ...]
    fan_out: tuple[FanOutOption, ...]
    """Only for a single stream with several shared consumers."""
    aggregation: AggregationOption | None
    """Only for a single stream that could be packed."""

    @property
    def rate(self) -> RecordRate:
        """Records per second that all its streams write, on average."""
        return RecordRate(sum((stream.workload.rps.mean.amount for stream in self.described), Fraction(0)))

    def rate_at(self, found: BreakEven) -> RecordRate:
        """Records per second on average at a break-even point."""
        return self.rate * found.times


class CostReport(NamedTuple):
    """What streams cost, Region by Region."""

    regions: tuple[RegionReport, ...]
    limits: Limits
    hours: Fraction
    discount: Fraction

    @property
    def oldest(self) -> date:
        """The oldest date of a fact that was used."""
        return oldest(self.limits, self._bills())

    def _bills(self) -> Iterator[Bill]:
        for region in self.regions:
            for mode in Mode:
                yield from region.cost.bills(mode)


def known(region: RegionCost, mode: Mode) -> str:
    """A mode's total, or that it is unknown."""
    return money(region.total(mode), region.bills(mode))


def against(region: RegionCost, mode: Mode) -> str:
    """What a mode costs more than the cheapest."""
    if not region.complete(mode):
        return "not compared: a price is unknown"
    if region.cheapest is None:
        return "the only one whose prices are all known"
    if mode is region.cheapest:
        return "cheapest"
    least, more = region.total(region.cheapest), region.above_cheapest(mode)
    return f"+{more}" + (f" (+{percent(more.ratio_to(least))})" if least and more is not None else "")


def break_even_texts(region: RegionReport) -> list[str]:
    """What it takes for another mode to become the cheapest, as sentences; none where a price is unknown."""
    if region.break_evens or not region.regimes:
        return [_break_even_text(region, found) for found in region.break_evens]
    return [
        f"{region.regimes[0].mode} stays the cheapest at every rate, as far as {STEPS:,} more shards reach"
    ]


def _break_even_text(region: RegionReport, found: BreakEven) -> str:
    rate = region.rate_at(found)
    side = "above" if found.upward else "below"
    times = f"{decimal(found.times)} x today's" if found.times >= 2 else f"{percent(found.times)} of today's"
    return f"{found.mode} is cheaper {side} {decimal(rate.amount)} records/s on average ({times})"


def bounds_text(line: CostLine, limits: Limits) -> str:
    """Between what costs an estimated line lies, for every mix of record sizes; nothing when it is exact."""
    bounds = line.bounds(limits)
    if bounds is None or line.price is None:
        return ""
    least, most = (line.price.cost(bound) for bound in bounds)
    if least == most or most == line.cost == least:
        return ""
    return f"{line.title}: from the mean size; for every mix of sizes from {least} to below {most}"


def _stream_titles(region: RegionReport) -> list[str]:
    return [stream.name or "the stream" for stream in region.described]


# ── terminal ─────────────────────────────────────────────────────────────────────────────────────


def table(report: CostReport, page: Page, *, chart: bool = False) -> str:
    """The page of a terminal."""
    screen = Screen(page)
    for region in report.regions:
        _region(screen, region, report, chart)
        screen.gap()
    screen.line(
        (f"limits and prices read {report.oldest} or later; shardcalc facts names the sources", "dim")
    )
    return screen.text()


def _region(screen: Screen, region: RegionReport, report: CostReport, chart: bool) -> None:
    cost = region.cost
    one = region.described[0] if len(region.described) == 1 else None
    what = (
        (f"{one.name}: " if one.name else "") if one is not None else f"{len(region.described):,} streams: "
    )
    screen.line(
        (f"{what}cost in {cost.region} for {decimal(report.hours)} h", "bold"),
        (f"  {one.where}" if one is not None and one.where else "", "dim"),
    )
    screen.line((f"prices: {cost.prices.origin}", "dim"))
    screen.gap()
    rows: list[Sequence[Cell]] = []
    for mode in Mode:
        best = mode is cost.cheapest
        rows.append(
            [
                ((mode.value, "bold green" if best else ""),),
                known(cost, mode),
                ((against(cost, mode), "bold green" if best else ""),),
            ]
        )
    screen.table([("mode", "left"), ("cost", "right"), ("against the cheapest", "left")], rows)
    if one is None:
        if cost.mixed is not None:
            screen.line(f"each stream in the cheaper of provisioned and on-demand-standard: {cost.mixed}")
        screen.gap()
        _fleet(screen, region)
    for sentence in break_even_texts(region):
        screen.line(sentence)
    if chart and region.curves is not None:
        screen.gap()
        _chart(screen, region)
    if one is not None:
        for mode in Mode:
            screen.gap()
            count = cost.streams[0].shards
            shards = f", {count:,} shard{'' if count == 1 else 's'}" if mode is Mode.PROVISIONED else ""
            _bill(screen, f"{mode}{shards}", cost.bill(mode), report.limits)
    else:
        screen.gap()
        _bill(screen, "on-demand-advantage, what the account owes besides", cost.floors, report.limits)
    if region.fan_out:
        screen.gap()
        _fan_out(screen, region, report.limits)
    if region.aggregation is not None:
        screen.gap()
        _aggregation(screen, region, region.aggregation)
    screen.gap()
    screen.heading("besides money")
    for trade in region.trade_offs:
        screen.line((trade.mode.value, "bold"), ("  warning" if trade.warning else "", "bold yellow"))
        screen.line(trade.text, indent=2)


def _fleet(screen: Screen, region: RegionReport) -> None:
    columns: list[tuple[str, Justify]] = [
        ("stream", "left"),
        ("shards", "right"),
        *((mode.value, "right") for mode in Mode),
        ("cheaper", "left"),
    ]
    rows: list[Sequence[Cell]] = []
    for name, stream in zip(_stream_titles(region), region.cost.streams, strict=True):
        rows.append(
            [
                name,
                f"{stream.shards:,}",
                *(money(bill.total, [bill]) for bill in stream.bills),
                stream.cheaper or "unknown",
            ]
        )
    floors = region.cost.floors
    if floors.lines:
        rows.append(["floors of Advantage", "", "", "", money(floors.total, [floors]), ""])
    screen.table(
        columns,
        rows,
        footer=[
            "total",
            f"{sum(stream.shards for stream in region.cost.streams):,}",
            *(known(region.cost, mode) for mode in Mode),
            "",
        ],
    )
    screen.line(("cheaper: of provisioned and on-demand-standard, for the stream alone", "dim"))


def _bill(screen: Screen, title: str, bill: Bill, limits: Limits) -> None:
    lines = bill.lines
    if not lines:
        return
    screen.heading(title)
    columns: list[tuple[str, Justify]] = [
        ("line", "left"),
        ("quantity", "right"),
        ("price", "right"),
        ("cost", "right"),
        ("source", "left"),
    ]
    rows: list[Sequence[Cell]] = []
    for line in lines:
        quantity = (
            f"{decimal(line.quantity.amount)} {type(line.quantity).UNIT}" if line.name != "discount" else ""
        )
        if line.price is None:
            rows.append([line.title, quantity, "unknown", "unknown", "no verified price"])
            continue
        doubt = "" if line.price.verified else " unverified"
        price = price_text(line.price) if line.name != "discount" else ""
        rows.append(
            [
                line.title,
                quantity,
                price,
                str(line.cost),
                f"{line.price.source.key} {line.price.date}{doubt}" if price else "",
            ]
        )
    screen.table(columns, rows, footer=["total", "", "", money(bill.total, [bill]), ""])
    for line in lines:
        text = bounds_text(line, limits)
        if text:
            screen.line((text, "dim"))


def _fan_out(screen: Screen, region: RegionReport, limits: Limits) -> None:
    screen.heading("shards or fan-out, provisioned")
    now = region.fan_out[0]
    rows: list[Sequence[Cell]] = []
    for option in region.fan_out:
        calls = f"{decimal(option.calls.amount)}" + (
            "" if option.calls <= limits.get_records_calls.value else " too many"
        )
        more = option.above(now)
        change = f"{'+' if more.amount >= 0 else ''}{more}" if more is not None and option is not now else ""
        rows.append(
            [
                f"{option.moved} on fan-out" if option.moved else "all shared",
                f"{option.shards:,}",
                calls,
                money(option.bill.total, [option.bill]),
                change,
            ]
        )
    screen.table(
        [
            ("consumers", "left"),
            ("shards", "right"),
            ("calls/s", "left"),
            ("cost", "right"),
            ("against all shared", "right"),
        ],
        rows,
    )
    screen.line(
        "more shards relieve bytes; fan-out relieves bytes, GetRecords calls "
        f"(at most {decimal(limits.get_records_calls.value.amount)}/s on each shard) and delay: "
        f"about {limits.delay_fan_out.value} against {limits.delay_shared_one.value} for one shared consumer and {limits.delay_shared_five.value} for five"
    )


def _aggregation(screen: Screen, region: RegionReport, option: AggregationOption) -> None:
    screen.heading("packing records")
    screen.line(
        f"{option.records:,} records in one aggregate of {option.cost.plan.packing.size}, before retries and waiting:"
    )
    now = region.cost.streams[0]
    rows = []
    for mode, before, after, saves in zip(Mode, now.bills, option.cost.bills, option.saves(now), strict=True):
        if saves is not None:
            # The floors of Advantage are the account's, and are owed however little is moved.
            title = f"{mode}, before floors" if mode is Mode.ON_DEMAND_ADVANTAGE else mode.value
            rows.append([title, str(before.total), str(after.total), str(saves)])
    rows.append(["shards", f"{now.shards:,}", f"{option.cost.shards:,}", ""])
    screen.table([("", "left"), ("now", "right"), ("packed", "right"), ("saves", "right")], rows)


def _chart(screen: Screen, region: RegionReport) -> None:
    """Cost against traffic, on a logarithmic scale around today's and the break-even rates."""
    assert region.curves is not None
    points = [Fraction(1), *(found.times for found in region.break_evens)]
    low, high = float(min(points)) / 4, float(max(points)) * 4
    width = max(20, min(screen.page.width - 14, 90))
    xs = [low * (high / low) ** (column / (width - 1)) for column in range(width)]
    drawn = {
        mode: [float(region.curves.cost(mode, Fraction(x).limit_denominator(10**9)).amount) for x in xs]
        for mode in Mode
    }
    marks = {Mode.PROVISIONED: "p", Mode.ON_DEMAND_STANDARD: "s", Mode.ON_DEMAND_ADVANTAGE: "a"}
    screen.heading("cost against traffic (p provisioned, s on-demand-standard, a on-demand-advantage)")
    screen.chart(
        xs,
        [(marks[mode], drawn[mode]) for mode in Mode],
        lambda x: f"{decimal(Fraction(x) * region.rate.amount, 0)}",
        "records/s",
        mark=1.0,
    )


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def json_text(report: CostReport) -> str:
    """One JSON object."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "command": "cost",
        "hours": number(report.hours),
        "facts_oldest_date": report.oldest.isoformat(),
        "discount": number(report.discount),
        "regions": [_region_row(region, report.limits) for region in report.regions],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _dollars(amount: USD, bills: Sequence[Bill]) -> str | None:
    return amount.cents if any(bill.oldest is not None for bill in bills) else None


def _region_row(region: RegionReport, limits: Limits) -> dict[str, Any]:
    cost = region.cost
    return {
        "region": cost.region,
        "prices_from": cost.prices.origin,
        "prices_published": cost.prices.published.isoformat() if cost.prices.published is not None else None,
        "mean_records_per_second": number(region.rate.amount),
        "cheapest": cost.cheapest.value if cost.cheapest is not None else None,
        "modes": [
            {
                "mode": mode.value,
                "total_usd": _dollars(cost.total(mode), cost.bills(mode)),
                "complete": cost.complete(mode),
                "more_than_cheapest_usd": more.cents
                if (more := cost.above_cheapest(mode)) is not None
                else None,
            }
            for mode in Mode
        ],
        "each_stream_cheapest_usd": cost.mixed.cents if cost.mixed is not None else None,
        "break_even": [
            {
                "mode": found.mode.value,
                "side": "above" if found.upward else "below",
                "records_per_second": number(region.rate_at(found).amount),
                "times_today": number(found.times),
            }
            for found in region.break_evens
        ],
        "cheapest_by_traffic": [
            {
                "mode": regime.mode.value,
                "above_times_today": number(regime.above),
                "up_to_times_today": number(regime.up_to) if regime.up_to is not None else None,
            }
            for regime in region.regimes
        ],
        "streams": [
            {
                "name": described.name,
                "source": described.where or None,
                "shards": stream.shards,
                "cheaper": stream.cheaper.value if stream.cheaper is not None else None,
                "bills": [bill_row(bill, limits) for bill in stream.bills],
                "workload": workload_row(described.workload),
            }
            for described, stream in zip(region.described, cost.streams, strict=True)
        ],
        "advantage_floors": bill_row(cost.floors, limits) if cost.floors.lines else None,
        "fan_out_options": [
            {
                "moved_to_fan_out": option.moved,
                "shards": option.shards,
                "get_records_calls_per_second": number(option.calls.amount),
                "total_usd": _dollars(option.bill.total, [option.bill]),
                "complete": option.bill.complete,
            }
            for option in region.fan_out
        ],
        "aggregation_option": _aggregation_row(region),
        "trade_offs": [
            {"mode": trade.mode.value, "warning": trade.warning, "text": trade.text}
            for trade in region.trade_offs
        ],
    }


def _aggregation_row(region: RegionReport) -> dict[str, Any] | None:
    option = region.aggregation
    if option is None:
        return None
    return {
        "records_per_aggregate": option.records,
        "aggregate_size_bytes": number(option.cost.plan.packing.size.amount),
        "shards": option.cost.shards,
        "modes": [
            {"mode": mode.value, "total_usd": _dollars(bill.total, [bill]), "complete": bill.complete}
            for mode, bill in zip(Mode, option.cost.bills, strict=True)
        ],
    }


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def markdown_text(report: CostReport) -> str:
    """For a pull request or a wiki."""
    parts = [part for region in report.regions for part in _region_parts(region, report)]
    parts.append(f"Limits and prices as of {report.oldest} or later.")
    return "\n\n".join(parts) + "\n"


def _region_parts(region: RegionReport, report: CostReport) -> Iterator[str]:
    cost = region.cost
    one = region.described[0] if len(region.described) == 1 else None
    what = (
        f"{escape(one.name)}: cost"
        if one is not None and one.name
        else "Cost"
        if one is not None
        else f"{len(region.described):,} streams: cost"
    )
    yield f"# {what} in {cost.region} for {decimal(report.hours)} h"
    yield f"Prices: {escape(cost.prices.origin)}."
    rows = [
        [f"**{mode}**" if mode is cost.cheapest else mode.value, known(cost, mode), against(cost, mode)]
        for mode in Mode
    ]
    yield markdown_table(["mode", "cost:", "against the cheapest"], rows)
    sentences = break_even_texts(region)
    if sentences:
        yield "\n".join(f"- {sentence}" for sentence in sentences)
    if one is None:
        fleet = [
            [
                escape(name),
                f"{stream.shards:,}",
                *(money(bill.total, [bill]) for bill in stream.bills),
                stream.cheaper or "unknown",
            ]
            for name, stream in zip(_stream_titles(region), cost.streams, strict=True)
        ]
        if cost.floors.lines:
            fleet.append(["floors of Advantage", "", "", "", money(cost.floors.total, [cost.floors]), ""])
        yield markdown_table(["stream", "shards:", *(f"{mode}:" for mode in Mode), "cheaper"], fleet)
    else:
        for mode in Mode:
            bill = cost.bill(mode)
            yield bill_table(bill)
            notes = [text for line in bill.lines if (text := bounds_text(line, report.limits))]
            if notes:
                yield "\n".join(f"- {escape(note)}" for note in notes)
    if region.fan_out:
        options = [
            [
                f"{option.moved} on fan-out" if option.moved else "all shared",
                f"{option.shards:,}",
                decimal(option.calls.amount),
                money(option.bill.total, [option.bill]),
            ]
            for option in region.fan_out
        ]
        yield markdown_table(["consumers", "shards:", "GetRecords calls/s:", "provisioned:"], options)
    if region.aggregation is not None:
        option = region.aggregation
        packed = [
            [
                f"{mode}, before floors" if mode is Mode.ON_DEMAND_ADVANTAGE else mode.value,
                money(now.total, [now]),
                money(then.total, [then]),
            ]
            for mode, now, then in zip(Mode, cost.streams[0].bills, option.cost.bills, strict=True)
        ]
        yield f"Packing {option.records:,} records into one of {option.cost.plan.packing.size}:"
        yield markdown_table(["mode", "now:", "packed:"], packed)
    yield "\n".join(
        f"- **{trade.mode}**{' (warning)' if trade.warning else ''}: {escape(trade.text)}"
        for trade in region.trade_offs
    )
