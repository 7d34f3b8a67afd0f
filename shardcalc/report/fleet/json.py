"""A fleet as JSON; money is a decimal string, and null is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shardcalc.app.selection import Group
from shardcalc.core.advice.fleet import Fleet, Member, Standing, Sum
from shardcalc.core.units import Currency
from shardcalc.report.fleet.words import sums
from shardcalc.report.kit.json import head, line, listing
from shardcalc.report.rows import converted_row, groups_row


def text(
    fleet: Fleet, currency: Currency | None = None, groups: tuple[str, Sequence[Group]] = ("", ())
) -> str:
    """One JSON object, with one line a stream: a fleet may have thousands."""
    start = head("fleet") | {
        "days": fleet.days,
        "facts_oldest_date": fleet.oldest,
        "total": {
            "streams": len(fleet.members),
            "failed": len(fleet.failures),
            **{standing.value: fleet.count(standing) for standing in Standing},
            **_money("cost", fleet.cost),
            **_money("saving", fleet.saving),
            **_money("more", fleet.more),
            **_money("idle_saving", fleet.idle_saving),
            **_money("idle_cost", fleet.idle_cost),
            **converted_row(currency, sums(fleet)),
        },
        **groups_row(*groups),
        "best_mixes": [
            {
                "account": pool.account or None,
                "region": pool.region,
                "modes": dict(zip(pool.names, pool.mix.modes, strict=True)),
                "exact": pool.mix.exact,
                "now_usd_per_month": pool.now,
                "mix_usd_per_month": pool.mix.total,
            }
            for pool in fleet.pools
        ],
        "failures": [
            {
                "stream": failure.subject or None,
                "region": failure.region,
                "account": failure.account or None,
                "profile": failure.profile or None,
                "reason": failure.trouble,
                "message": failure.message,
                "remedy": failure.remedy or None,
            }
            for failure in fleet.failures
        ],
    }
    return listing(start, "streams", (line(_row(member)) for member in fleet.members))


def _money(name: str, amount: Sum) -> dict[str, Any]:
    return {f"{name}_usd_per_month": amount.known, f"{name}_complete": amount.complete}


def _row(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "region": member.region,
        "account": member.account or None,
        "environment": member.environment or None,
        "owner": member.owner or None,
        "mode": member.mode or None,
        "standing": member.standing.value,
        "shards": member.shards,
        "recommended_shards": member.recommended,
        "worst_utilisation": member.used,
        "cost_usd_per_month": member.cost,
        "saving_usd_per_month": member.saving,
        "answer": member.answer,
        "reasons": member.reasons,
        "findings": member.findings,
    }
