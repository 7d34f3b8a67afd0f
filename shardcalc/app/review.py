"""``report``: the capacity review of many streams, each with what it has, needs and costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.cost import CostReport, RegionReport, cost_judged
from shardcalc.app.histories import histories_of, judged
from shardcalc.app.selection import Group, Selection
from shardcalc.app.streams import Streams, listed, load
from shardcalc.core.advice.decision import ABOUT_SHARDS
from shardcalc.core.advice.judged import Judged
from shardcalc.core.advice.timeline import Timeline, timeline
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.capacity.sensitivity import Effect, sensitivity
from shardcalc.core.cost.bill import total
from shardcalc.core.cost.break_even import STEPS
from shardcalc.core.facts import Limits
from shardcalc.core.lint.check import Found, State, check_account, check_declared, once_a_region
from shardcalc.core.resharding.path import NoPath, Path, path
from shardcalc.core.units import USD, Currency
from shardcalc.core.workload.declared import DeclaredStream


class Detail(NamedTuple):
    """What the section of one stream shows besides."""

    alone: RegionReport
    """This stream alone in each mode."""
    effects: tuple[Effect, ...]
    path: Path | None
    """The calls from the count of now to the advised one."""
    no_path: NoPath | None
    timeline: Timeline | None
    """Its history at a glance."""


class Section(NamedTuple):
    """One stream, finished."""

    place: int
    """Among the rows, from 0."""
    row: Judged
    detail: Detail


class Review(NamedTuple):
    """A whole review but for its sections, which :func:`sections` makes one by one."""

    today: date
    rows: tuple[Judged, ...]
    found: Mapping[int, tuple[Found, ...]]
    """Every finding of ``check`` that counts, by the place of its stream among the rows."""
    costs: CostReport
    limits: Limits
    hours: Fraction
    currency: Currency | None = None
    selection: Selection | None = None

    @property
    def by(self) -> str:
        """The field of :attr:`groups`."""
        return self.selection.by if self.selection is not None else ""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The totals by the field that was asked for."""
        return self.selection.groups(self.rows) if self.selection is not None else ()

    @property
    def sums(self) -> list[tuple[str, USD | None, bool]]:
        """The totals: what each is of, the amount, and whether it is complete."""
        now = [row.now for row in self.rows if row.now is not None]
        return [
            ("now", self.now if now else None, all(bill.complete for bill in now)),
            ("advised", self.advised, all(row.advised.complete for row in self.rows)),
        ]

    @property
    def shards(self) -> int:
        """Needed by all streams together."""
        return sum(row.plan.shards for row in self.rows)

    @property
    def advised(self) -> USD:
        """What is known of a month of all streams as advised, each in its mode."""
        return total([row.advised.total for row in self.rows])

    @property
    def now(self) -> USD:
        """What is known of a month of all streams as they are now; new ones cost nothing yet."""
        return total([row.now.total for row in self.rows if row.now is not None])

    @property
    def changed(self) -> USD:
        """What following all advice adds to a month, as far as it is known; new streams are not in it."""
        return total([row.change for row in self.rows])

    @property
    def errors(self) -> Mapping[int, int]:
        """How many errors each stream has that the verdict itself does not say, by its place."""
        return {
            place: sum(
                each.severity is Severity.ERROR and each.rule.name not in ABOUT_SHARDS for each in found
            )
            for place, found in self.found.items()
        }

    @property
    def unknown_changes(self) -> int:
        """How many streams change by an amount that is not known."""
        return sum(row.now is not None and row.change is None for row in self.rows)


def review(
    streams: Streams | str,
    *,
    basis: Basis | None = None,
    histories: Sequence[str] = (),
    selection: Selection | None = None,
) -> Review:
    """Plan, bill and decide all streams.

    Args:
        streams: what to review, or the path of their profiles.
        basis: prices, hours, and the day of the review.
        histories: files of saved histories, each of one of the streams.
        selection: which streams, in which order, and whose totals.

    Raises:
        Refused: a history cannot be read, or is of no stream here.
    """
    declared = load(streams) if isinstance(streams, str) else listed(streams)
    basis = (basis or Basis.of()).for_streams(declared)
    of = histories_of(histories, declared, "reported")
    rows = [judged(stream, basis, of.get(index)) for index, stream in enumerate(declared)]
    if selection is not None:
        rows = selection.sorted(selection.kept(rows))
    found = _found([row.stream for row in rows], rows, basis)
    costs, limits = cost_judged(rows, basis), basis.limits
    return Review(basis.today, tuple(rows), found, costs, limits, basis.hours, basis.currency, selection)


def _found(
    declared: Sequence[DeclaredStream], rows: Sequence[Judged], basis: Basis
) -> Mapping[int, tuple[Found, ...]]:
    """What ``check`` finds in each stream, by the stream's place."""
    judged = {id(stream): row for stream, row in zip(declared, rows, strict=True)}
    checked = check_declared(
        declared, lambda stream: judged[id(stream)], basis.limits, basis.prices, basis.today
    )
    places = {stream.identity: index for index, stream in enumerate(declared)}
    found: dict[int, tuple[Found, ...]] = {}
    for each in (*once_a_region(checked.found), *check_account(checked.seen, basis.limits, basis.today)):
        if each.of is not None and each.state is State.ACTIVE:
            place = places[each.of]
            found[place] = (*found.get(place, ()), each)
    return found


def sections(review: Review, *, basis: Basis | None = None) -> Iterator[Section]:
    """Each stream's section, one at a time: a fleet of any size is written without being held."""
    basis = (basis or Basis.of()).for_streams([row.stream for row in review.rows])
    for place, row in enumerate(review.rows):
        yield Section(place, row, _detail(row, basis, len(review.rows)))


def _detail(row: Judged, basis: Basis, streams: int) -> Detail:
    decision, measured = row.decision, row.measured
    found, blocked = None, None
    if measured is not None and (measured.path is not None or measured.no_path is not None):
        found, blocked = measured.path, measured.no_path
    elif decision.base is not None and decision.base != decision.advised:
        try:
            found = path(decision.base, decision.advised, basis.limits)
        except NoPath as error:
            blocked = error
    return Detail(
        cost_judged([row], basis, _steps(streams, row.plan.shards)).regions[0],
        sensitivity(row.plan, basis.limits),
        found,
        blocked,
        timeline(measured) if measured is not None else None,
    )


def _steps(streams: int, shards: int) -> int:
    """How far to look for break-even rates: in a fleet not as far, or the search would take longer than all
    the rest.
    """
    return STEPS if streams <= 20 else min(STEPS, max(200, 3 * shards))
