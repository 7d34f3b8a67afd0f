"""``plan``: how many shards streams need, why, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, overload

from shardcalc.app.basis import Basis
from shardcalc.app.streams import Streams, listed
from shardcalc.core.advice.judged import Judged, judge
from shardcalc.core.capacity import planning
from shardcalc.core.capacity.account import AccountRow, account_findings, row_of
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import oldest, total
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import DeclaredStream, Home
from shardcalc.core.workload.workload import Workload

if TYPE_CHECKING:
    from shardcalc.core.capacity.inverse import Carried


class PlanReport(NamedTuple):
    """The plans of all streams that were asked for."""

    streams: tuple[Judged, ...]
    limits: Limits
    hours: Fraction
    origins: Mapping[str, str]
    """Where the prices of each Region came from, for Regions whose prices this release does not ship."""
    account: tuple[tuple[Home, Finding], ...] = ()
    """What all streams together are too many for, by account and Region."""

    @property
    def account_rows(self) -> list[AccountRow]:
        """Each stream as its account counts it."""
        return [row_of(stream.plan, stream.stream.account) for stream in self.streams]

    @property
    def shards(self) -> int:
        """The shards of all streams together."""
        return sum(stream.plan.shards for stream in self.streams)

    @property
    def cost(self) -> USD:
        """The exact sum of all bills' known lines, each stream in its mode with what it needs."""
        return total([stream.bill.total for stream in self.streams])

    @property
    def complete(self) -> bool:
        """Whether every line of every bill has a price."""
        return all(stream.bill.complete for stream in self.streams)

    @property
    def oldest(self) -> date:
        """The oldest date of a fact that was used."""
        return oldest(self.limits, (stream.bill for stream in self.streams))


@overload
def plan(streams: Workload, limits: Limits | None = None) -> Plan: ...
@overload
def plan(
    streams: DeclaredStream | Sequence[DeclaredStream], limits: None = None, *, basis: Basis | None = None
) -> PlanReport: ...
def plan(streams: Streams, limits: Limits | None = None, *, basis: Basis | None = None) -> Plan | PlanReport:
    """Work out how many shards a workload, or each of several streams, needs, and why.

    Args:
        streams: a workload, whose plan is returned; or streams, each billed in its own mode with the shards
            it needs.
        limits: AWS's limits for a workload; the ones that this release ships when not given.
        basis: prices, hours and discount for the bills of streams.
    """
    if isinstance(streams, Workload):
        return planning.plan(streams, limits or built_in_limits())
    basis = basis or Basis.of()
    made = tuple(judge(stream, basis.ground(stream)) for stream in listed(streams))
    origins = basis.origins(stream.plan.workload.region for stream in made)
    report = PlanReport(made, basis.limits, basis.hours, origins)
    return report._replace(account=tuple(account_findings(report.account_rows, basis.limits)))


def carried(**fields: object) -> Carried:
    """What a number of shards carries: ``carried(shards=15, size="5 KiB")``.

    Args:
        fields: a workload without a rate, and its ``shards``.

    Raises:
        BadFields: listing every field that cannot be read.
    """
    from shardcalc.core.capacity import inverse  # few ask

    workload = Workload.of(**fields, rps="1")
    return inverse.carried(workload, workload.shards or 1, built_in_limits())
