"""The plans as JSON; a long list of streams is written in runs, so that several processes can share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.app.plan import PlanReport
from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.account import AccountRow, account_findings
from shardcalc.core.capacity.inverse import Carried
from shardcalc.core.cost.bill import total
from shardcalc.core.facts import Limits
from shardcalc.core.units import USD, Currency
from shardcalc.core.workload.workload import exact_inputs
from shardcalc.report.decisions import judged_row
from shardcalc.report.kit.json import COMPACT, document, head, line, listing, number, times
from shardcalc.report.rows import bill_row, converted_row, finding_row, groups_row, limit_row, place_row

INDENTED_STREAMS: Final = 50
"""Up to this number of streams are indented for people to read; more are written one a line."""


def plans(report: PlanReport, *, explain: bool = False) -> str:
    """The plans as one JSON object."""
    if len(report.streams) > INDENTED_STREAMS:
        return joined([part(report, explain=explain)])
    rows = [_stream(planned, report.limits, explain) for planned in report.streams]
    return document(_head([_part(report, "")]) | {"streams": rows})


class Part(NamedTuple):
    """A run of a long list of streams, written already, with what the head must say of it."""

    rows: str
    hours: Fraction
    oldest: date
    streams: int
    shards: int
    cost: USD
    complete: bool
    origins: Mapping[str, str]
    currency: Currency | None
    totals_by: Mapping[str, Any]
    account: Sequence[AccountRow]
    limits: Limits


def part(report: PlanReport, *, explain: bool = False) -> Part:
    """Write a run of streams, a stream a line; no more than one of them is held as dictionaries."""
    rows = [line(_stream(planned, report.limits, explain), COMPACT) for planned in report.streams]
    return _part(report, ",\n".join(rows))


def _part(report: PlanReport, rows: str) -> Part:
    return Part(
        rows,
        report.hours,
        report.oldest,
        len(report.streams),
        report.shards,
        report.cost,
        report.complete,
        report.origins,
        report.currency,
        groups_row(report.by, report.groups),
        report.account_rows,
        report.limits,
    )


def joined(parts: Sequence[Part]) -> str:
    """The runs of a long list as one JSON object."""
    return listing(_head(parts), "streams", [part.rows for part in parts], COMPACT)


def _head(parts: Sequence[Part]) -> dict[str, Any]:
    cost, complete = total([part.cost for part in parts]), all(part.complete for part in parts)
    return head("plan") | {
        "hours": parts[0].hours,
        "facts_oldest_date": min(part.oldest for part in parts),
        "prices_from": {region: origin for part in parts for region, origin in part.origins.items()},
        "total": {
            "streams": sum(part.streams for part in parts),
            "shards": sum(part.shards for part in parts),
            "cost_usd": cost if complete or cost else None,
            "cost_complete": complete,
            **converted_row(parts[0].currency, [("as needed", cost, complete)]),
        },
        **parts[0].totals_by,
        "account_findings": [
            {"region": home.region, "account": home.account or None} | finding_row(finding)
            for home, finding in account_findings(
                (row for part in parts for row in part.account), parts[0].limits
            )
        ],
    }


def _stream(planned: Judged, limits: Limits, explain: bool) -> dict[str, Any]:
    stream, plan = planned.stream, planned.plan
    shards, formula = plan.shards, plan.formula
    constraints = [limit_row(constraint, shards, explain) for constraint in plan.constraints]
    used, shown = max([row["utilisation"] for row in constraints]), planned.decision.shown
    row = {
        "name": stream.name,
        "source": stream.where or None,
        "region": plan.workload.region,
        **place_row(stream.identity),
        "owner": stream.owner or None,
        "mode": plan.workload.mode.value,
        "shards": shards,
        "declared_shards": plan.workload.shards,
        "binding": [constraint.name for constraint in plan.binding],
        "nearest": plan.nearest.name,
        "utilisation": used,
        "utilisation_now": used if shown == shards else plan.utilisation(shown),
        "decision": judged_row(planned),
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
        "findings": [finding_row(finding) for finding in planned.findings],
        "cost": bill_row(planned.bill, limits if explain else None),
        "workload": exact_inputs(plan.workload),
        "origins": stream.by_origin,
    }
    if plan.workload.size_assumed:
        row["at_least"] = True
    if stream.notes:
        row["notes"] = stream.notes
    return row


def carried(answer: Carried) -> str:
    """What a number of shards carries."""
    rate = answer.rate
    inputs = exact_inputs(answer.workload)
    return document(
        head("plan")
        | {
            "question": "carried",
            "shards": answer.shards,
            "records_per_second": rate,
            "records_per_minute": rate * 60,
            "records_per_day": rate * 86400,
            "write_bytes_per_second": answer.write,
            "binding": [constraint.name for constraint in answer.binding],
            "limits": [
                {
                    "name": constraint.name,
                    "consumer": constraint.consumer or None,
                    "records_per_second": answer.by(constraint),
                }
                for constraint in answer.plan.constraints
            ],
            "hottest_key_records_per_second": answer.hottest_key,
            "workload": {key: inputs[key] for key in inputs if "records_per_second" not in key},
        }
    )
