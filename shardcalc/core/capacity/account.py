"""What streams are together: an account's quota of shards in a Region, and its one kind of on-demand.

Streams that name no account are taken to be of one. Pure; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits, regions
from shardcalc.core.text import shards_text
from shardcalc.core.workload.declared import Home
from shardcalc.core.workload.parts import Mode


class AccountRow(NamedTuple):
    """One stream, as far as its account counts it."""

    region: str
    mode: Mode
    shards: int
    account: str = ""

    @property
    def home(self) -> Home:
        """The account and the Region."""
        return Home(self.account, self.region)


def row_of(plan: Plan, account: str = "") -> AccountRow:
    """A planned stream as its account counts it: with the shards that it declares, else those it needs."""
    workload = plan.workload
    return AccountRow(workload.region, workload.mode, workload.shards or plan.shards, account)


def both_on_demand(modes: Iterable[Mode]) -> bool:
    """Whether streams of one account and Region have both on-demand modes, which AWS does not allow."""
    return {Mode.ON_DEMAND_STANDARD, Mode.ON_DEMAND_ADVANTAGE} <= set(modes)


def account_findings(
    rows: Iterable[AccountRow], limits: Limits, quotas: Mapping[Home, int] | None = None
) -> list[tuple[Home, Finding]]:
    """What the streams of an account are too many or too different for, each with account and Region.

    Args:
        rows: its streams.
        limits: AWS's limits.
        quotas: by account and Region the ShardLimit of DescribeLimits, where it is known.
    """
    by_home: dict[Home, list[AccountRow]] = {}
    for row in rows:
        by_home.setdefault(row.home, []).append(row)
    found: list[tuple[Home, Finding]] = []
    for home, streams in by_home.items():
        shards = [row.shards for row in streams if row.mode is Mode.PROVISIONED]
        over = _over_quota(home, sum(shards), len(shards), limits, (quotas or {}).get(home))
        if over is not None:
            found.append((home, over))
        if both_on_demand(row.mode for row in streams):
            message = (
                f"streams in {home} are declared in {Mode.ON_DEMAND_STANDARD} and in "
                f"{Mode.ON_DEMAND_ADVANTAGE}, and AWS has an account on one of them in a Region"
            )
            remedy = "declare one of the two for all on-demand streams of an account and Region"
            found.append((home, Finding("both-on-demand", Severity.ERROR, message, remedy)))
    return found


def _over_quota(home: Home, shards: int, streams: int, limits: Limits, known: int | None) -> Finding | None:
    """What is wrong with the provisioned shards of an account and Region, all streams together."""
    fact, most = limits.shard_quota_large, limits.shard_quota_small_most.value
    quota = f"an account's quota of {fact.value:,}"
    if known is not None:
        least, most, quota = known, known, f"the account's quota of {known:,}"
    elif home.region in regions().large:
        least, most = fact.value, fact.value
    else:
        fact = limits.shard_quota_small
        least, quota = fact.value, f"an account's quota, {fact.value:,} or {most:,} by Region"
    if shards <= least:
        return None
    who = f"{streams:,} provisioned streams in {home} have {shards_text(shards)} together"
    if streams == 1:
        who = f"a provisioned stream in {home} has {shards_text(shards)}"
    sure = shards > most
    return Finding(
        "shard-quota",
        Severity.ERROR if sure else Severity.WARNING,
        f"{who}, which {'is' if sure else 'may be'} above {quota}",
        "read the quota with DescribeLimits and ask for more before scaling",
        fact if known is None else None,
    )
