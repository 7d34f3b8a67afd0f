"""A recommendation from a history, as JSON."""

from __future__ import annotations

from typing import Any

from shardcalc.core.advice.backtest import Replay
from shardcalc.core.advice.need import Need
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.advice.throttling import Throttling
from shardcalc.core.cost.bill import oldest
from shardcalc.core.units import Currency
from shardcalc.report.kit.json import document, head
from shardcalc.report.reshard.json import path_row
from shardcalc.report.rows import bill_row, converted_row, finding_row, limit_row
from shardcalc.report.suggest.words import sums


def text(made: Suggestion, *, explain: bool = False, currency: Currency | None = None) -> str:
    """One JSON object."""
    history, options, calls, limits = made.history, made.options, made.calls, made.limits
    bills = limits if explain else None
    day, busiest = made.busiest
    return document(
        head("suggest")
        | {
            "stream": history.stream,
            "region": history.region,
            "account": made.account or None,
            "environment": made.environment or None,
            "mode": history.mode,
            "verdict": made.decision.action.value,
            "answer": made.answer,
            "current_shards": history.open_shards,
            "recommended_shards": made.recommended,
            "measured_shards": made.measured,
            "needed_shards": made.decision.needed,
            "not_fewer_because": made.decision.held,
            "saving_usd_per_month": made.saving,
            "profile": dict(made.edits),
            "window": {
                "start_epoch_seconds": history.start,
                "end_epoch_seconds": history.end,
                "period_seconds": history.period,
                "periods": history.points,
                "known_periods": made.known,
                "quiet_periods": made.parts[0].readings.quiet,
                "read_at": history.read_at,
            },
            "older": [
                {
                    "start_epoch_seconds": part.readings.part.start,
                    "period_seconds": part.readings.part.period,
                    "periods": part.readings.part.points,
                    "calculated_shards": calculated,
                }
                for part, calculated in zip(made.parts[1:], made.calculated_parts[1:], strict=True)
            ],
            "idle": made.idle,
            "throttled_writes": None if made.throttling is None else _throttling(made.throttling),
            "options": {
                "headroom": options.headroom,
                "burst": options.burst,
                "allowed_periods": options.allow.of(made.known),
                "days": options.days,
            },
            "calculated_shards": made.calculated,
            "busiest_recent_day": {"date": day, "shards": busiest},
            "binding": [need.constraint.name for need in made.binding],
            "measured": [
                {
                    "name": flow.name,
                    "unit": type(flow.mean).UNIT,
                    "mean": flow.mean,
                    "busiest": flow.peak,
                    "busiest_at_epoch_seconds": flow.peak_at,
                }
                for flow in made.flows
            ],
            "limits": [_need(need, made.shown, explain) for need in made.needs],
            "get_records_calls": None
            if calls is None
            else {
                "busiest_calls_per_second_per_shard": calls.peak,
                "allowed_calls_per_second_per_shard": limits.get_records_calls.value,
                "busiest_at_epoch_seconds": calls.peak_at,
                "periods_over": calls.over,
            },
            "lag": [
                {
                    "consumer": lag.reader or None,
                    "worst_seconds": lag.worst,
                    "worst_at_epoch_seconds": lag.at,
                    "last_day_worst_seconds": lag.latest,
                }
                for lag in made.lags
            ],
            "growth": {
                "weekly_median_full_shards": made.growth.weeks,
                "per_week": made.growth.per_week,
                "enough_until": made.growth.until,
                "text": made.growth.text,
            },
            "unknown": made.unknown,
            "facts_oldest_date": oldest(limits, [row.bill for row in made.rows]),
            "prices_origin": made.prices_origin,
            "findings": [finding_row(finding) for finding in made.findings],
            "backtest": [_replay(row) | {"month": bill_row(row.bill, bills)} for row in made.rows],
            "choices": [
                {"title": choice.title, "shards": choice.shards, **bill_row(choice.bill, bills)}
                for choice in made.choices
            ],
            **converted_row(currency, sums(made)),
            "cheapest": None if made.cheapest is None else made.cheapest.mode.value,
            "path": None if made.path is None else path_row(made.path, history.which, history.region),
            "no_path": None
            if made.no_path is None
            else {"message": made.no_path.message, "remedy": made.no_path.remedy},
        }
    )


def _throttling(seen: Throttling) -> dict[str, Any]:
    return {
        "rejected_records": seen.rejected,
        "periods": seen.times,
        "days": seen.days,
        "first_epoch_seconds": seen.first,
        "last_epoch_seconds": seen.last,
        "worst_epoch_seconds": seen.worst_at,
        "worst_rejected_records": seen.worst,
        "worst_share": seen.worst_share,
        "likelier_cause": None if seen.cause is None else seen.cause.value,
    }


def _need(need: Need, shown: int, explain: bool) -> dict[str, Any]:
    row = limit_row(need.constraint, shown, explain)
    # At the count of now, in the deciding period.
    del row["utilisation"]
    return row | {
        "utilisation_without_headroom": need.utilisation(shown),
        "at_epoch_seconds": need.at,
        "known_periods": need.known,
        "busiest": need.peak,
        "busiest_at_epoch_seconds": need.peak_at,
    }


def _replay(row: Replay) -> dict[str, Any]:
    return {
        "shards": row.shards,
        "roles": row.roles,
        "periods_over": row.over,
        "older_periods_over": row.older_over,
        "worst_excess": row.excess,
        "utilisation": {"p50": row.p50, "p95": row.p95, "p99": row.p99, "max": row.worst},
        "shard_hours": row.shard_hours,
    }
