"""JSON: a contract with ``schema_version``, hand-written fields and units in the names of keys.

Whole numbers are integers; others are the nearest double; money is a decimal string. A value that is not known is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.capacity.findings import Finding
from shardcalc.core.capacity.streams import Carried, Constraint
from shardcalc.core.cost.bill import Bill, CostLine, total
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.units import USD, ByteRate, Quantity
from shardcalc.core.workload.workload import Consumer, Workload
from shardcalc.report import PlanReport, StreamPlan

SCHEMA_VERSION: Final = 1
INDENTED_STREAMS: Final = 50
"""Up to so many streams are indented for people to read; more are written one a line."""


def plans(report: PlanReport, *, explain: bool = False) -> str:
    """The plans as one JSON object."""
    if len(report.streams) > INDENTED_STREAMS:
        return joined([part(report, explain=explain)])
    head = _head(
        report.hours,
        report.oldest,
        len(report.streams),
        report.shards,
        report.cost,
        report.complete,
        report.origins,
    )
    rows = [stream(planned, report.limits, explain) for planned in report.streams]
    return json.dumps(head | {"streams": rows}, indent=2, ensure_ascii=False) + "\n"


class Part(NamedTuple):
    """A run of a long list of streams, written already, with what the head must say of it."""

    rows: str
    hours: Fraction
    oldest: date
    streams: int
    shards: int
    cost: USD
    complete: bool
    origins: dict[str, str]


def part(report: PlanReport, *, explain: bool = False) -> Part:
    """Write a run of streams, a stream a line; each is written as it comes, so that no more than one is held as dictionaries."""
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    rows = ",\n".join([write(stream(planned, report.limits, explain)) for planned in report.streams])
    return Part(
        rows,
        report.hours,
        report.oldest,
        len(report.streams),
        report.shards,
        report.cost,
        report.complete,
        report.origins,
    )


def joined(parts: Sequence[Part]) -> str:
    """The runs of a long list as one JSON object."""
    head = _head(
        parts[0].hours,
        min(part.oldest for part in parts),
        sum(part.streams for part in parts),
        sum(part.shards for part in parts),
        total([part.cost for part in parts]),
        all(part.complete for part in parts),
        {region: origin for part in parts for region, origin in part.origins.items()},
    )
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    return start + ',"streams":[\n' + ",\n".join([part.rows for part in parts]) + "\n]}\n"


def _head(
    hours: Fraction,
    oldest: date,
    streams: int,
    shards: int,
    cost: USD,
    complete: bool,
    origins: dict[str, str],
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "plan",
        "hours": number(hours),
        "facts_oldest_date": oldest.isoformat(),
        "prices_from": origins,
        "total": {
            "streams": streams,
            "shards": shards,
            "cost_usd": cost.cents if complete or cost else None,
            "cost_complete": complete,
        },
    }


def number(value: Fraction | int, over: int = 1) -> int | float:
    """A number as JSON has it, divided by a whole number if one is given."""
    numerator, denominator = value.as_integer_ratio()
    return divide(numerator, denominator * over)


def divide(numerator: int, denominator: int) -> int | float:
    """A quotient of whole numbers as JSON has it: whole, or the nearest double."""
    return numerator / denominator if numerator % denominator else numerator // denominator


def times(one: Quantity, count: int) -> int | float:
    """So many times a quantity."""
    above, below = one.amount.as_integer_ratio()
    return divide(above * count, below)


def _maybe(quantity: Quantity | None) -> int | float | None:
    return None if quantity is None else number(quantity.amount)


def stream(planned: StreamPlan, limits: Limits, explain: bool) -> dict[str, Any]:
    """One stream's plan."""
    plan = planned.plan
    shards = plan.shards
    formula = plan.formula
    constraints = [constraint_row(constraint, shards, explain) for constraint in plan.constraints]
    row = {
        "name": planned.stream.name,
        "source": planned.stream.where or None,
        "region": plan.workload.region,
        "mode": plan.workload.mode.value,
        "shards": shards,
        "declared_shards": plan.workload.shards,
        "binding": [constraint.name for constraint in plan.constraints if constraint.shards == shards],
        "utilisation": max([row["utilisation"] for row in constraints]),
        "formula": {
            "write_kib_per_second": number(formula.write.amount, 1024),
            "read_kib_per_second": number(formula.read.amount, 1024),
            "shards": formula.shards,
            "guide_shards": plan.guide.shards,
            "guide_differs": plan.guide_differs or None,
        },
        "constraints": constraints,
        "capacity": {
            "write_bytes_per_second": times(formula.write_limit, shards),
            "read_bytes_per_second": times(formula.read_limit, shards),
        },
        "findings": [finding_row(finding) for finding in plan.findings],
        "cost": bill_row(planned.bill, limits if explain else None),
        "workload": workload_row(plan.workload),
        "origins": planned.stream.by_origin,
    }
    if planned.stream.owner:
        row["owner"] = planned.stream.owner
    if planned.stream.notes:
        row["notes"] = planned.stream.notes
    return row


def constraint_row(constraint: Constraint, shards: int, explain: bool) -> dict[str, Any]:
    """One limit: what is asked, what one shard gives, the count it asks for alone."""
    kind = "bytes" if constraint.base.__class__ is ByteRate else "records"
    limit, unit = constraint.per_shard.amount.as_integer_ratio()
    row: dict[str, Any] = {
        "name": constraint.name,
        f"demand_{kind}_per_second": divide(constraint.numerator * limit, constraint.denominator * unit),
        f"limit_per_shard_{kind}_per_second": divide(limit, unit),
        "shards": constraint.shards,
        "utilisation": divide(constraint.numerator, constraint.denominator * shards),
    }
    if constraint.consumer:
        row["consumer"] = constraint.consumer
    if explain:
        row["working"] = constraint.working
        row["source"] = fact_row(constraint.fact) if constraint.fact is not None else None
    return row


def fact_row(fact: Fact[Any]) -> dict[str, Any]:
    """Where a limit was read, when, and how sure it is."""
    return {
        "fact": fact.name,
        "title": fact.source.title,
        "url": fact.source.url,
        "date": fact.date.isoformat(),
        "confidence": fact.confidence,
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy or None,
        "source_url": finding.fact.source.url if finding.fact is not None else None,
    }


def bill_row(bill: Bill, explain: Limits | None) -> dict[str, Any]:
    """One bill with its lines, its total null when no price is known.

    With limits, each line also says where its price was read and between what bounds it lies.
    """
    return {
        "mode": bill.mode.value,
        "total_usd": bill.total.cents if bill.oldest is not None else None,
        "complete": bill.complete,
        "lines": [line_row(line, explain) for line in bill.lines],
    }


def line_row(line: CostLine, explain: Limits | None) -> dict[str, Any]:
    """One line of a bill; price and cost are null when the price is unknown."""
    price, cost = line.price, line.cost
    row: dict[str, Any] = {
        "name": line.name,
        "quantity": number(line.quantity.amount),
        "unit": type(line.quantity).UNIT,
        "price_usd": price.text if price is not None else None,
        "cost_usd": cost.cents if cost is not None else None,
    }
    bounds = line.bounds(explain) if explain is not None else None
    if bounds is not None:
        row["quantity_at_least"], row["quantity_below"] = (number(bound.amount) for bound in bounds)
    if price is not None and explain is not None:
        row |= {
            "price_source": price.source.title,
            "price_date": price.date.isoformat(),
            "price_confidence": price.confidence,
        }
    return row


def workload_row(workload: Workload) -> dict[str, Any]:
    """What was asked, with everything that was assumed filled in; absent fields are left out."""
    row: dict[str, Any] = {
        "size_bytes": number(workload.size.amount),
        "mean_records_per_second": number(workload.rps.mean.amount),
        "peak_records_per_second": number(workload.rps.peak.amount),
        "shared_consumers": workload.shared,
        "fan_out_consumers": workload.fan_out,
        "headroom": number(workload.headroom),
        "skew": number(workload.skew),
    }
    if workload.max_size is not None:
        row["max_size_bytes"] = number(workload.max_size.amount)
    if workload.max_record_size is not None:
        row["max_record_size_bytes"] = number(workload.max_record_size.amount)
    if workload.hottest_key is not None:
        row["hottest_key"] = number(workload.hottest_key)
    if workload.retention is not None:
        row["retention_seconds"] = number(workload.retention.amount)
    if workload.long_term_reads is not None:
        row["long_term_reads_bytes"] = number(workload.long_term_reads.amount)
    if workload.sizes:
        row["sizes"] = [
            {"size_bytes": number(part.size.amount), "share": number(part.share)} for part in workload.sizes
        ]
    if workload.growth is not None:
        row["growth"] = {"share": number(workload.growth.share), "months": workload.growth.period.count}
    if workload.horizon is not None:
        row["horizon_months"] = workload.horizon.count
    if workload.catch_up is not None:
        row["catch_up"] = {
            "outage_seconds": _maybe(workload.catch_up.outage),
            "within_seconds": _maybe(workload.catch_up.within),
        }
    if workload.aggregation is not None:
        row["aggregation_target_size_bytes"] = _maybe(workload.aggregation.target_size)
    named = [
        consumer_row(consumer)
        for consumer in workload.consumers
        if consumer.name or consumer.type not in ("shared", "fan-out")
    ]
    if named:
        row["consumers"] = named
    return row


def consumer_row(consumer: Consumer) -> dict[str, Any]:
    """A named consumer; absent fields are left out."""
    row = {
        "name": consumer.name or None,
        "type": consumer.type.value,
        "poll_interval_seconds": _maybe(consumer.poll_interval),
        "max_records_per_second_per_shard": _maybe(consumer.max_rps_per_shard),
        "parallelization_factor": consumer.parallelization_factor,
        "batch_size": consumer.batch_size,
        "batch_duration_seconds": _maybe(consumer.batch_duration),
    }
    return {key: value for key, value in row.items() if value is not None}


def carried(answer: Carried, name: str = "") -> str:
    """What a number of shards carries."""
    row = {
        "schema_version": SCHEMA_VERSION,
        "command": "plan",
        "question": "carried",
        "shards": answer.shards,
        "records_per_second": number(answer.rate.amount),
        "records_per_minute": number(answer.rate.amount * 60),
        "records_per_day": number(answer.rate.amount * 86400),
        "write_bytes_per_second": number(answer.write.amount),
        "binding": [constraint.name for constraint in answer.binding] or ["hottest-key"],
        "limits": [
            {
                "name": constraint.name,
                "consumer": constraint.consumer or None,
                "records_per_second": number(answer.by(constraint).amount),
            }
            for constraint in answer.plan.constraints
        ],
        "hottest_key_records_per_second": _maybe(answer.hottest_key),
        "workload": {
            key: value
            for key, value in workload_row(answer.workload).items()
            if "records_per_second" not in key
        },
    }
    return json.dumps(row, indent=2, ensure_ascii=False) + "\n"
