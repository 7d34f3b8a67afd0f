"""What streams cost in each mode, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from shardcalc.app.cost import CostReport, RegionReport
from shardcalc.core.text import decimal
from shardcalc.core.workload.parts import Mode
from shardcalc.report import decisions
from shardcalc.report.cost import words
from shardcalc.report.kit.markdown import bold, bullets, escape, page, table
from shardcalc.report.words import (
    bill_table,
    converted,
    facts_read,
    group_cells,
    group_columns,
    period,
    sentence,
    total,
    unpriced,
)


def text(report: CostReport) -> str:
    """For a pull request or a wiki."""
    if report.beside:
        return page([*_beside(report), f"{sentence(facts_read(report.oldest))}."])
    parts = []
    if report.groups:
        rows = [list(map(escape, row)) for row in group_cells(report.groups)]
        parts.append(table(group_columns(report.by), rows))
    parts += [part for region in report.regions for part in _region(region, report)]
    return page([*parts, f"{sentence(facts_read(report.oldest))}."])


def _beside(report: CostReport) -> Iterator[str]:
    """The same streams in several Regions."""
    names = [escape(stream.stream.name) for stream in report.regions[0].streams]
    what = f"{len(names):,} streams: cost" if len(names) > 1 else f"{names[0]}: cost" if names[0] else "Cost"
    yield f"# {what} for {period(report.hours, report.limits)}, side by side"
    if told := words.lowest(report):
        yield bullets(told)
    for mode in Mode:
        columns, rows = words.beside(report, mode)
        yield table(columns, [*rows[:-1], list(map(bold, rows[-1]))])
        if why := words.unable(report, mode):
            yield bullets(map(escape, why))
    notes = [
        f"{region.cost.region}: {escape(line)}"
        for region in report.regions
        for line in (
            *converted(report.currency, region.sums),
            *unpriced(map(region.cost.bill, Mode)),
            f"prices: {region.cost.prices.origin}",
        )
    ]
    yield bullets(notes)


def _region(region: RegionReport, report: CostReport) -> Iterator[str]:
    cost = region.cost
    alone = region.streams[0] if len(region.streams) == 1 else None
    one = None if alone is None else alone.stream
    what = f"{len(region.streams):,} streams: cost"
    if one is not None:
        what = f"{escape(one.title)}: cost" if one.name else "Cost"
    yield f"# {what} in {region.home} for {period(report.hours, report.limits)}"
    yield f"Prices: {escape(cost.prices.origin)}."
    if lacking := unpriced(map(cost.bill, Mode)):
        yield bullets(map(escape, lacking))
    rows = [
        [
            bold(mode.value) if mode is cost.lowest else mode.value,
            words.known(cost, mode),
            words.against(cost, mode, report.limits),
        ]
        for mode in Mode
    ]
    yield table([words.NEEDS, "cost:", "against the lowest"], rows)
    yield from (f"{sentence(line)}." for line in converted(report.currency, region.sums))
    if alone is not None:
        yield bullets(f"**{label}** {escape(text)}" for label, text in decisions.lines(alone))
    elif mix := words.best_mix(region):
        yield f"{sentence(mix)}."
    sentences = words.break_evens(region)
    if sentences:
        yield bullets(sentences)
    if one is None:
        columns, cells, _ = words.stream_table(region)
        yield table(columns, [list(map(escape, row)) for row in cells])
    else:
        for mode in (mode for mode in Mode if not cost.obstacles(mode)):
            yield bill_table(cost.bill(mode), report.limits)
            if note := words.spread(cost, mode, report.limits):
                yield bullets([escape(note)])
    if unbilled := words.unbilled(region):
        yield bullets(map(escape, unbilled))
    if region.fan_out:
        options = [
            [words.moved(each), f"{each.shards:,}", decimal(each.calls.amount), total(each.bill)]
            for each in region.fan_out
        ]
        yield table(["consumers", "shards:", "GetRecords calls/s:", "provisioned:"], options)
    option = region.aggregation
    if option is not None:
        packed = [
            [words.packed_mode(mode), total(now), total(then)]
            for mode, now, then in zip(Mode, cost.streams[0].bills, option.cost.bills, strict=True)
            if not cost.obstacles(mode)
        ]
        yield f"Packing {option.records:,} records into one of {option.cost.plan.packing.size}:"
        yield table(["mode", "as it is:", "packed:"], packed)
    yield bullets(
        f"**{trade.mode}**{' (warning)' if trade.warning else ''}: {escape(trade.text)}"
        for trade in region.trade_offs
    )
