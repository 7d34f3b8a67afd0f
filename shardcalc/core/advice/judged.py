"""Each stream planned, decided and billed: what ``plan``, ``cost``, ``check``, ``report``, ``suggest`` and
``fleet`` share, so that no two of them say different things of one stream. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from shardcalc.core.advice.decision import TERMS, Decision, Running, Terms, decide
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.planning import plan
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, change, difference, discounted, on_demand_bill, provisioned_bill
from shardcalc.core.cost.comparison import StreamCost, cost_stream, discounted_stream
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.parts import Mode

ZERO: Final = Fraction(0)

if TYPE_CHECKING:
    from shardcalc.core.advice.recommendation import Options, Suggestion
    from shardcalc.core.history.model import History


class Ground(NamedTuple):
    """What one stream is judged by."""

    limits: Limits
    prices: PriceSheet
    """Of its Region."""
    today: date
    hours: Fraction
    """The hours that a cost is for."""
    discount: Fraction = ZERO
    terms: Terms = TERMS

    @property
    def rest(self) -> tuple[PriceSheet, Limits, Fraction]:
        """What a bill is made with."""
        return self.prices, self.limits, self.hours


@dataclass(frozen=True)
class Judged:
    """One stream with its plan, its decision and its money."""

    stream: DeclaredStream
    """As it was planned: with the reserve that counts for its history, where one is used."""
    plan: Plan
    decision: Decision
    ground: Ground
    measured: Suggestion | None = None
    """What its history asks for, where one is used."""

    @cached_property
    def needed(self) -> Bill:
        """As a provisioned stream with the needed count."""
        return self.provisioned(self.plan.shards)

    @cached_property
    def now(self) -> Bill | None:
        """With the mode and the count that run or are declared; None for a new stream."""
        if self._runs is not Mode.PROVISIONED:
            return self._discounted(on_demand_bill(self._running, *self.ground.rest))
        return None if self.decision.base is None else self.provisioned(self.decision.base)

    @cached_property
    def advised(self) -> Bill:
        """In the declared mode with the advised count: what following the advice costs."""
        if self.plan.workload.mode is Mode.PROVISIONED:
            return self.provisioned(self.decision.advised)
        return self._discounted(on_demand_bill(self.plan, *self.ground.rest))

    @cached_property
    def change(self) -> USD | None:
        """What following the advice adds to a month, below zero when it saves; None for a new stream, and
        where a price that matters is unknown.
        """
        return None if self.now is None else change(self.advised, self.now)

    @property
    def bill(self) -> Bill:
        """In the declared mode with what is needed."""
        return self.needed if self.plan.workload.mode is Mode.PROVISIONED else self.advised

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the counts, then what more shards may not relieve."""
        return (*self.decision.findings, *self.plan.findings)

    @cached_property
    def undiscounted(self) -> StreamCost:
        """On every basis and in each mode, before any discount."""
        return cost_stream(
            self.plan,
            *self.ground.rest,
            base=self.decision.base,
            advised=self.decision.advised,
            mode=self._runs,
        )

    @cached_property
    def cost(self) -> StreamCost:
        """On every basis and in each mode."""
        return discounted_stream(self.undiscounted, self.ground.discount)

    def provisioned(self, shards: int) -> Bill:
        """As a provisioned stream with this number of shards."""
        made = self._provisioned.get(shards)
        if made is None:
            workload, packing = self.plan.workload, self.plan.packing
            made = self._discounted(provisioned_bill(workload, packing, shards, *self.ground.rest))
            self._provisioned[shards] = made
        return made

    @cached_property
    def _provisioned(self) -> dict[int, Bill]:
        """The bills that were made, because several rules and pages ask for the same."""
        return {}

    @property
    def _runs(self) -> Mode:
        mode = self.plan.workload.mode
        running = None if self.measured is None else self.measured.history.mode
        if running is None or (running == "ON_DEMAND") == (mode is not Mode.PROVISIONED):
            return mode
        return Mode.ON_DEMAND_STANDARD if running == "ON_DEMAND" else Mode.PROVISIONED

    @property
    def _running(self) -> Plan:
        return self.plan._replace(workload=replace(self.plan.workload, mode=self._runs))

    def _discounted(self, bill: Bill) -> Bill:
        return discounted(bill, self.ground.discount)


def judge(
    stream: DeclaredStream, ground: Ground, history: History | None = None, options: Options | None = None
) -> Judged:
    """Plan, decide and bill one stream.

    One reserve counts for what is declared and for what was measured: that of the profile or its policy;
    where neither gives one and a history is used, 25 % headroom.

    Args:
        stream: what is declared.
        ground: limits, prices, the day, and what is worth advising.
        history: what was measured of it.
        options: what the measured count shall hold for; its reserve counts where the profile gives none.

    Raises:
        HistoryError: the history says nothing of the bytes or of the records that were written.
    """
    limits, current = ground.limits, stream.requirements.current_shards
    if history is None:
        planned = plan(stream.workload, limits)
        saving = _saving(planned, ground)
        running = Running(current)
        decision = decide(planned, limits, ground.today, terms=ground.terms, running=running, saving=saving)
        return Judged(stream, planned, decision, ground)
    from shardcalc.core.advice import recommendation  # few streams have one

    options, workload = options or recommendation.Options(), stream.workload
    if workload.headroom or workload.max_utilisation or "headroom" in stream.origins:
        options = replace(options, headroom=workload.headroom, max_utilisation=workload.max_utilisation)
    else:
        workload = replace(workload, headroom=options.headroom, max_utilisation=options.max_utilisation)
    if "mode" not in stream.origins and history.mode == "ON_DEMAND":
        workload = replace(workload, mode=Mode.ON_DEMAND_STANDARD)
    if history.open_shards is None and current is not None:
        history = replace(history, open_shards=current)
    planned = plan(workload, limits)
    measured = recommendation.suggest(
        history,
        options,
        limits=limits,
        prices=ground.prices,
        discount=ground.discount,
        plan=planned,
        terms=ground.terms,
        today=ground.today,
        saving=_saving(planned, ground),
    )
    return Judged(stream._replace(workload=workload), planned, measured.decision, ground, measured)


def _saving(planned: Plan, ground: Ground) -> Callable[[int, int], USD | None]:
    """What a month costs less with the second count than with the first."""
    workload = planned.workload
    rest = ground.prices, ground.limits, ground.limits.month.value.in_hours

    def bill(shards: int) -> Bill:
        return discounted(provisioned_bill(workload, planned.packing, shards, *rest), ground.discount)

    return lambda now, then: difference(bill(now), bill(then))
