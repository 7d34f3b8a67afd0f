"""``report``: the capacity review of many streams, each with what it has, needs and costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.cost import CostReport, RegionReport, cost
from shardcalc.app.refusal import Refused, history_refused
from shardcalc.app.streams import Streams, listed, load
from shardcalc.app.suggest import read_history, suggest
from shardcalc.core.advice.decision import Decision, decide
from shardcalc.core.advice.recommendation import Options, Suggestion
from shardcalc.core.advice.timeline import Timeline, timeline
from shardcalc.core.capacity.forecast import Forecast, forecast
from shardcalc.core.capacity.sensitivity import Effect, sensitivity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import total
from shardcalc.core.cost.break_even import STEPS
from shardcalc.core.cost.comparison import StreamCost
from shardcalc.core.facts import Limits
from shardcalc.core.history.error import HistoryError
from shardcalc.core.resharding.path import NoPath, Path, path
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import DeclaredStream


class ReviewRow(NamedTuple):
    """One stream in the table of decisions."""

    stream: DeclaredStream
    plan: Plan
    decision: Decision
    cost: StreamCost
    """In each mode, as ``cost`` bills it: with the declared shards."""
    measured: Suggestion | None
    """What its history asks for, where one was given."""


class Detail(NamedTuple):
    """What the section of one stream shows besides."""

    alone: RegionReport
    """This stream alone in each mode."""
    forecast: Forecast | None
    effects: tuple[Effect, ...]
    path: Path | None
    """The calls from the declared to the needed count; where these are the same, from the measured present
    one to the recommended."""
    no_path: NoPath | None
    timeline: Timeline | None
    """Its history at a glance."""


class Section(NamedTuple):
    """One stream, finished."""

    row: ReviewRow
    detail: Detail


class Review(NamedTuple):
    """A whole review but for its sections, which :func:`sections` makes one by one."""

    today: date
    rows: tuple[ReviewRow, ...]
    costs: CostReport
    limits: Limits
    hours: Fraction

    @property
    def shards(self) -> int:
        """Needed by all streams together."""
        return sum(row.decision.shards for row in self.rows)

    @property
    def bill(self) -> USD:
        """What is known of a month of all streams with what they need, each in its mode."""
        return total([row.decision.bill.total for row in self.rows])

    @property
    def changed(self) -> USD:
        """What all decisions together add to a month, as far as it is known."""
        return total([row.decision.change for row in self.rows])

    @property
    def unknown_changes(self) -> int:
        """How many streams change by an amount that is not known."""
        return sum(row.decision.bill_today is not None and row.decision.change is None for row in self.rows)


def review(streams: Streams | str, *, basis: Basis | None = None, histories: Sequence[str] = ()) -> Review:
    """Plan, bill and decide all streams.

    Args:
        streams: what to review, or the path of their profiles.
        basis: prices, hours, and the day of the review.
        histories: files of saved histories, each of one of the streams.

    Raises:
        Refused: a history cannot be read, or is of no stream here.
    """
    basis = basis or Basis.of()
    declared = load(streams) if isinstance(streams, str) else listed(streams)
    measured = _measured(histories, declared, basis)
    costs = cost(declared, basis=basis)
    billed = {
        id(stream): made
        for region in costs.regions
        for stream, made in zip(region.streams, region.cost.streams, strict=True)
    }
    rows = []
    for index, stream in enumerate(declared):
        made = billed[id(stream)]
        decision = decide(
            made.plan, basis.prices(stream.workload.region), basis.limits, basis.hours, basis.discount
        )
        rows.append(ReviewRow(stream, made.plan, decision, made, measured.get(index)))
    return Review(basis.today, tuple(rows), costs, basis.limits, basis.hours)


def sections(review: Review, *, basis: Basis | None = None) -> Iterator[Section]:
    """Each stream's section, one at a time: a fleet of any size is written without being held."""
    basis = basis or Basis.of()
    for row in review.rows:
        yield Section(row, _detail(row, basis, len(review.rows)))


def _detail(row: ReviewRow, basis: Basis, streams: int) -> Detail:
    decision, measured = row.decision, row.measured
    found, blocked = None, None
    if decision.bill_today is not None and decision.today is not None and decision.today != decision.shards:
        try:
            found = path(decision.today, decision.shards, basis.limits)
        except NoPath as error:
            blocked = error
    if found is None and blocked is None and measured is not None:
        found, blocked = measured.path, measured.no_path
    return Detail(
        cost(row.stream, basis=basis, steps=_steps(streams, row.cost.shards)).regions[0],
        forecast(row.plan, basis.today),
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


def _measured(
    files: Sequence[str], streams: Sequence[DeclaredStream], basis: Basis
) -> Mapping[int, Suggestion]:
    """What was measured of each stream, by its place in the list."""
    found: dict[int, Suggestion] = {}
    for file in files:
        history, _ = read_history(file)
        fits = [
            index
            for index, stream in enumerate(streams)
            if (stream.name == history.stream and history.region in (None, stream.workload.region))
            or (history.stream is None and len(streams) == 1)
        ]
        if len(fits) != 1 or fits[0] in found:
            name = (
                "a stream without a name"
                if history.stream is None
                else f"{history.stream} in {history.region or 'an unknown Region'}"
            )
            why = "the profiles declare no such stream"
            if fits:
                why = "the profiles declare it twice" if len(fits) > 1 else "another history of it was given"
            raise Refused("nothing was reported", [f"--history {file}: it is of {name}, and {why}"])
        stream = streams[fits[0]]
        options = Options(headroom=stream.workload.headroom) if "headroom" in stream.origins else Options()
        try:
            found[fits[0]] = suggest(history, options, basis=basis, region=stream.workload.region)
        except HistoryError as error:
            raise history_refused(f"{file}: nothing was reported", error) from error
    return found
