"""What all pages of ``cost`` say in the same words: totals, what a mode costs more, where the modes cross."""

from __future__ import annotations

from typing import Final

from shardcalc.app.cost import RegionReport
from shardcalc.core.cost.break_even import STEPS, BreakEven
from shardcalc.core.cost.comparison import RegionCost
from shardcalc.core.cost.options import FanOutOption
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, percent
from shardcalc.core.units import Size
from shardcalc.core.workload.parts import Mode
from shardcalc.report.words import money, total

STREAM_COLUMNS: Final = ("stream", "shards:", *(f"{mode}:" for mode in Mode), "cheaper")


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


def break_evens(region: RegionReport) -> list[str]:
    """What it takes for another mode to become the cheapest, as sentences; none where a price is unknown."""
    if region.break_evens or not region.regimes:
        return [_break_even(region, found) for found in region.break_evens]
    cheapest = region.regimes[0].mode
    return [f"{cheapest} is the cheapest at every rate, up to {STEPS:,} more shards"]


def _break_even(region: RegionReport, found: BreakEven) -> str:
    times = f"{decimal(found.times)} x today's" if found.times >= 2 else f"{percent(found.times)} of today's"
    return f"{crossing(region, found)} ({times})"


def crossing(region: RegionReport, found: BreakEven) -> str:
    """The rate at which another mode becomes the cheapest."""
    rate = decimal(region.rate_at(found).amount)
    return f"{found.mode} is cheaper {'above' if found.upward else 'below'} {rate} records/s on average"


def spread(cost: RegionCost, mode: Mode, limits: Limits) -> str:
    """Between what the bill of one stream lies for any mix of record sizes; nothing when it is exact."""
    least, most = map(str, cost.spread(mode, limits))
    estimated = [line.moved for line in cost.bill(mode).lines if line.moved is not None]
    if least == most or not estimated:
        return ""
    what = "total" if cost.complete(mode) else "what is known of the total"
    largest = Size(estimated[0].largest)
    return f"{what}: for records of the mean size; {least} to {most} for any mix of sizes up to {largest}"


def unbilled(region: RegionReport) -> list[str]:
    """What streams declare and no bill holds, as sentences."""
    return [
        f"{declared.name}: {found.message}" if declared.name else found.message
        for declared, made in zip(region.streams, region.cost.streams, strict=True)
        for found in made.plan.findings
        if found.id == "long-term-reads"
    ]


def stream_cells(region: RegionReport) -> list[list[str]]:
    """Each stream in each mode, then the floors of Advantage where they are owed."""
    rows = [
        [stream.name or "the stream", f"{made.shards:,}", *map(total, made.bills), made.cheaper or "unknown"]
        for stream, made in zip(region.streams, region.cost.streams, strict=True)
    ]
    floors = region.cost.floors
    return [*rows, ["floors of Advantage", "", "", "", total(floors), ""]] if floors.lines else rows


def moved(option: FanOutOption) -> str:
    """How many consumers are on fan-out."""
    return f"{option.moved} on fan-out" if option.moved else "all shared"


def packed_mode(mode: Mode) -> str:
    """A mode beside packed records: the floors of Advantage are owed however little is moved."""
    return f"{mode}, before floors" if mode is Mode.ON_DEMAND_ADVANTAGE else mode.value
