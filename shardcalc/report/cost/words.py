"""What all pages of ``cost`` say in the same words: totals, what a mode costs more, where the modes cross."""

from __future__ import annotations

from typing import Final

from shardcalc.app.cost import CostReport, RegionReport
from shardcalc.core.cost.bill import total as total_of
from shardcalc.core.cost.break_even import STEPS, BreakEven
from shardcalc.core.cost.comparison import RegionCost
from shardcalc.core.cost.options import FanOutOption
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, percent
from shardcalc.core.units import USD, Size
from shardcalc.core.workload.parts import Mode
from shardcalc.report.words import money, names, total


def short(mode: Mode) -> str:
    """A mode in a narrow column."""
    return mode.value.removeprefix("on-demand-")


STREAM_COLUMNS: Final = ("stream", "needed:", "now:", *(f"{short(mode)}:" for mode in Mode), "best mix")

MEANINGS: Final = {
    "now": "what the declared shards and mode cost",
    "best mix": "the mode of each stream with which all of them cost the least",
    "calls/s": "GetRecords calls that shared consumers make on each shard",
}
"""What columns mean that do not explain themselves."""
NEEDS: Final = "mode, at what it needs"


def not_known(region: RegionCost, mode: Mode) -> str:
    """Why the total of a mode is not known."""
    priced = all(line.price is not None for bill in region.bills(mode) for line in bill.lines)
    return "the record size is unknown" if priced else "a price is unknown"


def now_total(region: RegionReport) -> str:
    """What the streams cost now, those that are new left out."""
    bills = [made.now for made in region.cost.streams if made.now is not None]
    return money(total_of(bill.total for bill in bills), bills) if bills else "-"


def known(region: RegionCost, mode: Mode) -> str:
    """A mode's total, that it is unknown, or that the mode cannot carry the streams."""
    if region.obstacles(mode):
        return "-"
    return money(region.total(mode), region.bills(mode))


def against(region: RegionCost, mode: Mode, limits: Limits) -> str:
    """What a mode costs more than the lowest, which is the cheapest if that is so for any mix of sizes."""
    if region.obstacles(mode):
        return f"cannot carry it: {'; '.join(region.obstacles(mode))}"
    if not region.complete(mode):
        return f"not compared: {not_known(region, mode)}"
    if region.lowest is None:
        return "the only one that can be compared"
    if mode is region.lowest:
        one = " if all take one mode" if len(region.streams) > 1 else ""
        return f"cheapest{one}" if region.cheapest(limits) is mode else f"lowest at these sizes{one}"
    least, more = region.total(region.lowest), region.above_lowest(mode)
    return f"+{more}" + (f" (+{percent(more.ratio_to(least))})" if least and more is not None else "")


def best_mix(region: RegionReport) -> str:
    """The best mode for each stream, where that is less than any one mode for all; nothing otherwise."""
    mix, cost = region.mix, region.cost
    if mix is None or cost.lowest is None or mix.total >= cost.total(cost.lowest):
        return ""
    counts = [f"{mix.modes.count(mode):,} {mode}" for mode in Mode if mode in mix.modes]
    sure = "the best mix" if mix.exact else "a better mix"
    return f"{sure}: {', '.join(counts)} for {mix.total}, {cost.total(cost.lowest) - mix.total} less"


def break_evens(region: RegionReport) -> list[str]:
    """What it takes for another mode to become the cheapest, as sentences; none where a price is unknown."""
    one = "with one mode for all, " if len(region.streams) > 1 else ""
    if region.break_evens or not region.regimes:
        return [f"{one}{_break_even(region, found)}" for found in region.break_evens]
    cheapest = region.regimes[0].mode
    return [f"{one}{cheapest} is the cheapest at every rate, up to {STEPS:,} more shards"]


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
        f"{declared.stream.title}: {found.message}" if declared.stream.name else found.message
        for declared, made in zip(region.streams, region.cost.streams, strict=True)
        for found in made.plan.findings
        if found.id == "long-term-reads"
    ]


def stream_table(region: RegionReport) -> tuple[list[str], list[list[str]], list[str]]:
    """Columns, rows and last row of the streams in each mode; without owners where no stream has one."""
    cost = region.cost
    owners = [stream.stream.owner for stream in region.streams]
    owned = any(owners)
    last = ["total", f"{sum(stream.shards for stream in cost.streams):,}", now_total(region)]
    last += [*(known(cost, mode) for mode in Mode), ""]
    table = [list(STREAM_COLUMNS), *stream_cells(region), last]
    if owned:
        # The floors and the total are nobody's.
        whose = ["owner", *(owner or "-" for owner in owners)]
        whose += [""] * (len(table) - len(whose))
        table = [[row[0], owner, *row[1:]] for row, owner in zip(table, whose, strict=True)]
    return table[0], table[1:-1], table[-1]


def stream_cells(region: RegionReport) -> list[list[str]]:
    """Each stream in each mode, then the floors of Advantage where they are owed."""
    rows = [
        [
            name,
            f"{made.shards:,}",
            total(made.now) if made.now is not None else "new",
            *(total(bill) if (bill := made.bill(mode)) is not None else "-" for mode in Mode),
            _mode_for(region, index),
        ]
        for index, (name, made) in enumerate(zip(names(region.streams), region.cost.streams, strict=True))
    ]
    floors = region.cost.floors
    return [*rows, ["floors of Advantage", "", "", "", "", total(floors), ""]] if floors.lines else rows


def _mode_for(region: RegionReport, index: int) -> str:
    """The mode that the best mix has for a stream."""
    return short(region.mix.modes[index]) if region.mix is not None else "unknown"


def beside(report: CostReport, mode: Mode) -> tuple[list[str], list[list[str]]]:
    """The bills of a mode in each Region side by side, with their totals: columns and rows."""
    bills = [region.cost.bill(mode) for region in report.regions]
    titles = dict.fromkeys(line.title for bill in bills for line in bill.lines)
    rows = [[title, *(_line(*region.line(mode, title)) for region in report.regions)] for title in titles]
    totals = ["total", *(known(region.cost, mode) for region in report.regions)]
    return [mode.value, *(f"{region.cost.region}:" for region in report.regions)], [*rows, totals]


def unable(report: CostReport, mode: Mode) -> list[str]:
    """Where a mode cannot carry the streams, and why."""
    return [
        f"{region.cost.region}: cannot carry it: {'; '.join(why)}"
        for region in report.regions
        if (why := region.cost.obstacles(mode))
    ]


def _line(there: bool, cost: USD | None) -> str:
    return "-" if not there else "unknown" if cost is None else str(cost)


def lowest(report: CostReport) -> list[str]:
    """Where the same streams cost the least, and what they cost more elsewhere, as sentences."""
    found = report.lowest
    if found is None:
        return []
    least, mode = found
    most = least.cost.total(mode)
    told = [f"lowest: {mode} in {least.cost.region}, {most}"]
    for region in report.regions:
        above, name = report.above(region), region.cost.region
        if above is None:
            told.append(f"{name}: not compared, {not_known(region.cost, Mode.PROVISIONED)}")
        elif region is not least:
            best, more = above
            share = f" (+{percent(more.ratio_to(most))})" if most else ""
            told.append(f"{name}: {best} +{more}{share}")
    return told


def moved(option: FanOutOption) -> str:
    """How many consumers are on fan-out."""
    return f"{option.moved} on fan-out" if option.moved else "all shared"


def packed_mode(mode: Mode) -> str:
    """A mode beside packed records: the floors of Advantage are owed however little is moved."""
    return f"{mode}, before floors" if mode is Mode.ON_DEMAND_ADVANTAGE else mode.value
