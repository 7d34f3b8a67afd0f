"""``plan``: how many shards streams need, why, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import Refused
from shardcalc.app.selection import Group, Selection
from shardcalc.app.streams import Streams, listed
from shardcalc.core.advice.judged import Judged, judge
from shardcalc.core.capacity import planning
from shardcalc.core.capacity.account import AccountRow, account_findings, row_of
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import oldest, total
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.text import BadFields, nearest, shown, split_number
from shardcalc.core.units import USD, Currency
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
    currency: Currency | None = None
    selection: Selection | None = None
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
    def by(self) -> str:
        """The field of :attr:`groups`."""
        return self.selection.by if self.selection is not None else ""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The totals by the field that was asked for."""
        return self.selection.groups(self.streams) if self.selection is not None else ()

    def detailed(self, names: Sequence[str], *, every: bool) -> list[int]:
        """The places of the streams whose working is shown: all, those of these names, or none of several.

        Raises:
            Refused: no stream has one of the names.
        """
        if every or len(self.streams) == 1:
            return list(range(len(self.streams)))
        known = [made.stream.name for made in self.streams]
        unknown = [
            f"--detail: no stream is called {shown(each)}{nearest(each, known)}"
            for each in names
            if each not in known
        ]
        if unknown:
            raise Refused("nothing was computed", unknown)
        return [place for place, name in enumerate(known) if name in names]

    @property
    def sums(self) -> list[tuple[str, USD | None, bool]]:
        """The totals: what each is of, the amount, and whether it is complete."""
        return [("as needed", self.cost, self.complete)]

    @property
    def oldest(self) -> date:
        """The oldest date of a fact that was used."""
        return oldest(self.limits, (stream.bill for stream in self.streams))


@overload
def plan(streams: Workload, limits: Limits | None = None) -> Plan: ...
@overload
def plan(
    streams: DeclaredStream | Sequence[DeclaredStream],
    limits: None = None,
    *,
    basis: Basis | None = None,
    selection: Selection | None = None,
) -> PlanReport: ...
def plan(
    streams: Streams,
    limits: Limits | None = None,
    *,
    basis: Basis | None = None,
    selection: Selection | None = None,
) -> Plan | PlanReport:
    """Work out how many shards a workload, or each of several streams, needs, and why.

    Args:
        streams: a workload, whose plan is returned; or streams, each billed in its own mode with the shards
            it needs.
        limits: AWS's limits for a workload; the ones that this release ships when not given.
        basis: prices, hours and discount for the bills of streams.
        selection: which streams, in which order, and whose totals.

    Raises:
        Refused: a price sheet of the basis is for no Region of the streams.
    """
    if isinstance(streams, Workload):
        return planning.plan(streams, limits or built_in_limits())
    wanted = listed(streams) if selection is None else selection.kept(listed(streams))
    basis = (basis or Basis.of()).for_streams(wanted)
    made = tuple(judge(stream, basis.ground(stream)) for stream in wanted)
    if selection is not None:
        made = tuple(selection.sorted(made))
    origins = basis.origins(stream.plan.workload.region for stream in made)
    report = PlanReport(made, basis.limits, basis.hours, origins, basis.currency, selection)
    return report._replace(account=tuple(account_findings(report.account_rows, basis.limits)))


class Readings(NamedTuple):
    """A size without a unit, that is read as KiB and may have been meant as bytes."""

    size: str
    as_kib: int | None
    """The shards, where the other flags make a whole workload."""
    as_bytes: int | None


def readings(flags: Mapping[str, Any]) -> Readings | None:
    """Both readings of a bare size that gives an unlikely record; None where it is likely, or has a unit.

    Records of 100 KiB and more are rare, and those who have them think in round KiB: 128, 512, 1024.
    """
    text = flags.get("size")
    if text is None:
        return None
    number, unit = split_number(text, "a size", "")
    if unit or number < UNLIKELY_KIB or number % 128 == 0:
        return None
    try:
        as_kib, as_bytes = (
            planning.plan(Workload.of(**{**flags, "size": f"{text} {unit}"}), built_in_limits()).shards
            for unit in ("KiB", "B")
        )
    except BadFields:  # a profile has the rest, or the other reading contradicts it
        return Readings(text, None, None)
    return Readings(text, as_kib, as_bytes)


UNLIKELY_KIB: Final = 100


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
