"""What streams cost in each mode, as JSON."""

from __future__ import annotations

from typing import Any

from shardcalc.app.cost import CostReport, RegionReport
from shardcalc.core.cost.bill import Bill
from shardcalc.core.cost.comparison import RegionCost
from shardcalc.core.cost.options import AggregationOption
from shardcalc.core.facts import Limits
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.workload import exact_inputs
from shardcalc.report.decisions import judged_row
from shardcalc.report.kit.json import document, head
from shardcalc.report.rows import bill_row, converted_row, dollars, groups_row


def text(report: CostReport) -> str:
    """One JSON object."""
    return document(
        head("cost")
        | {
            "hours": report.hours,
            "facts_oldest_date": report.oldest,
            "discount": report.discount,
            **groups_row(report.by, report.groups),
            "regions": [_region(region, report) for region in report.regions],
        }
    )


def _region(region: RegionReport, report: CostReport) -> dict[str, Any]:
    cost, limits = region.cost, report.limits
    return {
        "region": cost.region,
        "account": region.home.account or None,
        "prices_from": cost.prices.origin,
        "prices_published": cost.prices.published,
        "mean_records_per_second": region.rate,
        "cheapest": cost.cheapest(limits),
        "lowest_at_these_sizes": cost.lowest,
        **converted_row(report.currency, region.sums),
        "modes": [_mode(cost, mode, limits) for mode in Mode],
        "best_mix": None
        if region.mix is None
        else {
            "modes": [mode.value for mode in region.mix.modes],
            "total_usd": region.mix.total,
            "exact": region.mix.exact,
        },
        "break_even": [
            {
                "mode": found.mode.value,
                "side": "above" if found.upward else "below",
                "records_per_second": region.rate_at(found),
                "times_today": found.times,
            }
            for found in region.break_evens
        ],
        "cheapest_by_traffic": [
            {
                "mode": regime.mode.value,
                "above_times_today": regime.above,
                "up_to_times_today": regime.up_to,
            }
            for regime in region.regimes
        ],
        "streams": [
            {
                "name": declared.stream.name,
                "environment": declared.stream.environment or None,
                "owner": declared.stream.owner or None,
                "source": declared.stream.where or None,
                "shards": stream.shards,
                "cheaper": stream.cheaper(limits),
                "decision": judged_row(declared),
                "bills": [bill_row(bill, limits) for bill in stream.bills],
                "workload": exact_inputs(stream.workload),
            }
            for declared, stream in zip(region.streams, cost.streams, strict=True)
        ],
        "advantage_floors": bill_row(cost.floors, limits) if cost.floors.lines else None,
        "fan_out_options": [
            {
                "moved_to_fan_out": option.moved,
                "shards": option.shards,
                "get_records_calls_per_second": option.calls,
                **_total(option.bill),
            }
            for option in region.fan_out
        ],
        "aggregation_option": _aggregation(region.aggregation),
        "trade_offs": [
            {"mode": trade.mode.value, "warning": trade.warning, "text": trade.text}
            for trade in region.trade_offs
        ],
    }


def _mode(cost: RegionCost, mode: Mode, limits: Limits) -> dict[str, Any]:
    bills, spread = cost.bills(mode), cost.spread(mode, limits)
    return {
        "mode": mode.value,
        "total_usd": dollars(cost.total(mode), bills),
        "total_at_least_usd": dollars(spread.least, bills),
        "total_at_most_usd": dollars(spread.most, bills),
        "complete": cost.complete(mode),
        "more_than_lowest_usd": cost.above_lowest(mode),
        "cannot_carry": list(cost.obstacles(mode)),
    }


def _total(bill: Bill) -> dict[str, Any]:
    return {"total_usd": dollars(bill.total, [bill]), "complete": bill.complete}


def _aggregation(option: AggregationOption | None) -> dict[str, Any] | None:
    if option is None:
        return None
    return {
        "records_per_aggregate": option.records,
        "aggregate_size_bytes": option.cost.plan.packing.size,
        "shards": option.cost.shards,
        "modes": [
            {"mode": mode.value, **_total(bill)} for mode, bill in zip(Mode, option.cost.bills, strict=True)
        ],
    }
