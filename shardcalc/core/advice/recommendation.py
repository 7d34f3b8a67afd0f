"""From a history to a recommendation: how many shards would have carried what was measured, and what follows.

For each period and each limit there is a count that would have carried it. The recommendation is the smallest
count that carries all but the allowed periods, with headroom on top; it is not followed downwards where the
history gives reason to doubt it. Everything is worked out on whole numbers, in one common unit: the amount
that one shard carries in one period. No I/O and no clock; a history says itself when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, Self

from shardcalc.core.advice import backtest, caveats
from shardcalc.core.advice.backtest import Billing, Choice, Replay
from shardcalc.core.advice.decision import (
    TERMS,
    Action,
    Decision,
    Measured,
    Running,
    Terms,
    decide,
)
from shardcalc.core.advice.need import CallBudget, Flow, Need
from shardcalc.core.advice.trend import Trend, grow
from shardcalc.core.capacity.constraint import MEASURED_HEADROOM, Reserve, constrain, reserve
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import difference
from shardcalc.core.cost.mix import StreamBills
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.history.demand import (
    GAP,
    Demand,
    Lag,
    Load,
    Measure,
    Readings,
    Traffic,
    bring_together,
    calls,
    demands,
    lags,
    points,
    recent,
    traffic,
)
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.metrics import FAN_OUT_BYTES, GET_BYTES, WRITE_THROTTLED
from shardcalc.core.history.model import History, moment
from shardcalc.core.resharding.path import NoPath, Path, path
from shardcalc.core.text import BadValue, decimal, percent, read_count, read_factor, read_share, shards_text
from shardcalc.core.units import USD, ByteRate, CallRate, Duration, RecordRate, ceil_div
from shardcalc.core.workload.reading import read_fields, share
from shardcalc.core.workload.workload import read_headroom

ONE: Final = Fraction(1)
ZERO: Final = Fraction(0)
_DAY: Final = 86_400
RECENT_DAYS: Final = 7
"""The days, counted back from the end, among which the busiest is looked for."""


# ── what is asked ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many periods may go over capacity: a count, or a share of all known ones."""

    count: int = 0
    share: Fraction | None = None

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read ``'5'`` (periods) or ``'0.1%'`` (of the known periods)."""
        written = str(text)
        if "%" in written:
            return cls(0, read_share(written, "a share of the periods", most=Fraction(99, 100), zero=True))
        try:
            return cls(read_count(written, "a count of periods"))
        except BadValue as error:
            raise BadValue(f"{error}, or a percentage such as 0.1%") from error

    def of(self, periods: int) -> int:
        """How many of the known periods may go over; never all of them."""
        return max(0, min(self.count if self.share is None else int(self.share * periods), periods - 1))

    def __str__(self) -> str:
        if self.share is None:
            return f"{self.count:,} period{'' if self.count == 1 else 's'}"
        return f"{percent(self.share)} of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a recommendation shall hold for."""

    headroom: Fraction = MEASURED_HEADROOM
    max_utilisation: Fraction | None = None
    burst: Fraction = ONE
    """Traffic of the busiest second over that of its period, which the history cannot show."""
    allow: Allowance = field(default_factory=Allowance)
    shards: tuple[int, ...] = ()
    """Counts whose backtest is wanted besides those around the recommendation."""
    days: int | None = None
    """Look at this number of last days only; at the whole history when None."""

    @property
    def reserve(self) -> Reserve:
        """What of every limit is left unused."""
        return reserve(self.headroom, self.max_utilisation)

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read options from numbers and text: ``Options.of(headroom="30%", allow="0.1%", shards=[12])``.

        Raises:
            BadFields: listing every field that is unknown or cannot be read.
        """
        return cls(**read_fields(fields, OPTIONS))


def _read_counts(value: object) -> tuple[int, ...]:
    each = value if isinstance(value, (list, tuple)) else [value]
    return tuple(read_count(count, "a shard count", least=1, most=100_000) for count in each)


OPTIONS: Final[Mapping[str, Any]] = {
    "headroom": read_headroom,
    "max_utilisation": share("a share"),
    "burst": lambda value: read_factor(value, "a burst factor"),
    "allow": Allowance.parse,
    "shards": _read_counts,
    "days": lambda value: read_count(value, "a number of days", least=1, most=10_000),
}
"""How each option is read."""


# ── what comes out ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """How many shards a stream should have by its history, and why."""

    history: History
    """The window that was looked at."""
    options: Options
    limits: Limits
    prices_origin: str
    """Where the prices came from."""
    known: int
    """Periods in which bytes and records are both known."""
    flows: tuple[Flow, ...]
    needs: tuple[Need, ...]
    unknown: tuple[str, ...]
    """What the history says nothing of, so that it was not judged."""
    calculated: int
    """The smallest count that carries all but the allowed periods with headroom."""
    busiest: tuple[date, int]
    """The busiest of the recent days, and the count that it needs by the same rule."""
    decision: Decision
    saving: USD | None
    """What a month costs less (or, below zero, more) as advised than now, by the profile where one is given;
    None when there is no count now, or a price that matters is unknown."""
    rows: tuple[Replay, ...]
    calls: CallBudget | None
    lags: tuple[Lag, ...]
    growth: Trend
    findings: tuple[Finding, ...]
    choices: tuple[Choice, ...]
    modes: StreamBills | None
    """Its bills for the best mix of an account's Region; None where it is not known what is read."""
    path: Path | None
    """The calls that lead to the recommendation; None when none are needed, possible or meant."""
    no_path: NoPath | None

    @property
    def measured(self) -> int:
        """What the history asks for: the calculated count, at least what the busiest recent day needs."""
        return max(self.calculated, self.busiest[1])

    @property
    def recommended(self) -> int:
        """What to have."""
        return self.decision.advised

    @property
    def binding(self) -> tuple[Need, ...]:
        """The limits that ask for the most shards alone, ties included.

        With allowed periods, several limits together can ask for more than each alone: in different periods.
        """
        most = max(need.constraint.shards for need in self.needs)
        return tuple(need for need in self.needs if need.constraint.shards == most)

    @property
    def shown(self) -> int:
        """The count that a page shows utilisations at: the present one, or what is needed where that is
        unknown.
        """
        current = self.history.open_shards
        return self.measured if current is None or self.history.mode == "ON_DEMAND" else current

    @property
    def window(self) -> str:
        """The time that was looked at, and how much of it is known."""
        history = self.history
        each = "minutes" if history.period == 60 else f"periods of {Duration(history.period)}"
        length = Duration(history.points * history.period)
        return (
            f"{length} to {moment(history.end):%Y-%m-%d %H:%M} UTC, {self.known:,} of {history.points:,} "
            f"{each} known"
        )

    @property
    def rule(self) -> str:
        """What the recommendation holds for, in words."""
        options = self.options
        burst = f", bursts of {decimal(options.burst)} x" if options.burst != 1 else ""
        periods = "minute" if self.history.period == 60 else f"period of {Duration(self.history.period)}"
        over = (
            f"every {periods} except {options.allow}" if options.allow.of(self.known) else f"every {periods}"
        )
        return (
            f"{shards_text(self.measured)} {'is' if self.measured == 1 else 'are'} enough for {over} with "
            f"{options.reserve}{burst}"
        )

    @property
    def cheapest(self) -> Choice | None:
        """The cheapest way to have the capacity; None when there is nothing to compare, or a price is
        unknown.
        """
        comparable = len(self.choices) > 1 and all(choice.bill.complete for choice in self.choices)
        return min(self.choices, key=lambda choice: choice.bill.total) if comparable else None

    @property
    def answer(self) -> str:
        """The verdict in one line."""
        return self.decision.sentence

    @property
    def edits(self) -> tuple[tuple[str, str], ...]:
        """What a profile must say so that it asks for the same: fields with their values."""
        reserve, fields = self.options.reserve, []
        if not self.decision.on_demand and self.decision.action is not Action.UNKNOWN:
            fields.append(("shards", f"{self.recommended}"))
        if reserve.headroom:
            fields.append(("headroom", percent(reserve.headroom)))
        if reserve.max_utilisation is not None:
            fields.append(("max_utilisation", percent(reserve.max_utilisation)))
        return tuple(fields)


# ── the calculation ──────────────────────────────────────────────────────────────────────────────


def suggest(
    history: History,
    options: Options | None = None,
    *,
    limits: Limits | None = None,
    prices: PriceSheet | None = None,
    discount: Fraction = ZERO,
    plan: Plan | None = None,
    terms: Terms = TERMS,
    today: date | None = None,
    saving: Callable[[int, int], USD | None] | None = None,
) -> Suggestion:
    """Work out how many shards a stream should have, from what was measured.

    Args:
        history: what was measured.
        options: what the recommendation shall hold for.
        limits: AWS's limits; the ones that this release ships when not given.
        prices: what the stream's Region charges; what this release knows of it when not given.
        discount: a share off everything.
        plan: what is declared of the stream, planned; the decision then holds for both.
        terms: what is worth advising.
        today: the day from which declared growth counts; the last day of the history when not given.
        saving: what a month costs less with the second count than with the first; by what was measured when
            not given.

    Raises:
        HistoryError: the history says nothing of the bytes or of the records that were written.
    """
    options = options or Options()
    if limits is None:
        from shardcalc.core.facts import built_in_limits

        limits = built_in_limits()
    if prices is None:
        from shardcalc.core.facts.prices import PriceSheet, built_in_prices

        prices = (
            built_in_prices(history.region)
            if history.region is not None
            else PriceSheet("unknown Region", "none: the Region is unknown")
        )
    history = recent(history, options.days)
    readings = Readings.of(history)
    written = traffic(readings)
    if written is None:
        when = " in these days" if options.days else ""
        none = f"no period{when} has both IncomingBytes and IncomingRecords, so nothing can be suggested"
        raise HistoryError([("metrics", none)])
    asked = tuple(demands(readings, written, limits))
    load = bring_together(asked, options.burst, history.period)
    allowed = options.allow.of(len(load.ordered))
    calculated = load.shards(load.ordered[-1 - allowed], options.reserve.factor)
    busiest = _busiest_day(history, load, options)
    needs = tuple(
        _need(readings, demand, weight, load, options)
        for demand, weight in zip(asked, load.weights, strict=True)
    )
    behind = tuple(lags(readings))
    budget = _budget(readings, limits)
    counted = points(written)
    billing = Billing.of(readings, written, prices, limits, discount)
    measured = Measured(
        max(calculated, busiest[1]),
        tuple(caveats.holds(readings, written, behind, counted, limits)),
        RecordRate(Fraction(written.demand_records.peak, history.period)),
        ByteRate(Fraction(written.demand_bytes.peak, history.period)),
    )
    saves = saving or (lambda now, then: difference(billing.provisioned(now), billing.provisioned(then)))
    decision = decide(
        plan,
        limits,
        today or moment(history.end).date(),
        terms=terms,
        running=Running(history.open_shards, history.mode),
        measured=measured,
        saving=saving or (lambda now, then: difference(billing.provisioned(now), billing.provisioned(then))),
    )
    counts = _counts(history, options, load, measured.shards, decision)
    rows = backtest.play(history, load, counts, billing)
    target, enough = decision.advised, max(measured.shards, decision.needed or 0)
    found, blocked = _path(history, decision, limits)
    return Suggestion(
        history=history,
        options=options,
        limits=limits,
        prices_origin=prices.origin,
        known=counted,
        flows=tuple(_flows(readings, written, asked)),
        needs=needs,
        unknown=tuple(_unknown(history, written, asked)),
        calculated=calculated,
        busiest=busiest,
        decision=decision,
        saving=None if decision.base is None else saves(decision.base, decision.advised),
        rows=rows,
        calls=budget,
        lags=behind,
        growth=grow(history, load, load.ordered[-1 - allowed], options.reserve.factor, target),
        findings=(
            *caveats.findings(readings, written, needs, behind, budget, load, options.burst, limits),
            *decision.findings,
        ),
        choices=tuple(backtest.choices(enough, billing)),
        modes=billing.modes(enough, history.mode),
        path=found,
        no_path=blocked,
    )


def _need(readings: Readings, demand: Demand, weight: int, load: Load, options: Options) -> Need:
    measured = demand.measured
    allowed = options.allow.of(measured.known)
    deciding = sorted(measured.amounts)[-1 - allowed] if allowed else measured.peak
    index = measured.amounts.index(deciding)
    period = readings.history.period
    kind = type(demand.fact.value)
    amount = Fraction(deciding, period)
    factors: list[tuple[Fraction | int, str]] = []
    if demand.open_shards is not None and demand.open_shards[index]:
        count = demand.open_shards[index]
        amount /= count
        factors.append((count, "open shards"))
    if options.burst != 1:
        factors.append((options.burst, "burst"))
    constraint = constrain(
        demand.name,
        demand.title,
        kind(amount),
        demand.base_name,
        tuple(factors),
        demand.fact.value,
        demand.fact,
        options.reserve,
        "",
        demand.consumer,
    )
    peak = kind(Fraction(measured.peak, period))
    used = Fraction(deciding * weight, load.shard)
    at = readings.time(index)
    return Need(constraint, at, measured.known, peak, readings.peak_time(measured) if allowed else at, used)


def _busiest_day(history: History, load: Load, options: Options) -> tuple[date, int]:
    """The day in UTC, among the last ones, that needs the most shards by the rule of the whole window."""
    last = moment(history.end - 1).date()
    best: tuple[date, int] = (last, 1)
    for back in range(RECENT_DAYS):
        day = last - timedelta(back)
        begin = int(moment(0).replace(year=day.year, month=day.month, day=day.day).timestamp())
        first = max(0, ceil_div(Fraction(begin - history.start), history.period))
        end = max(0, ceil_div(Fraction(begin + _DAY - history.start), history.period))
        loads = load.series[first:end]
        periods = sum(value > GAP for value in loads) if options.allow != Allowance() else 0
        allowed = options.allow.of(periods)
        peak = sorted(loads)[-1 - allowed] if allowed else max(loads, default=GAP)
        if peak > GAP:
            count = load.shards(peak, options.reserve.factor)
            if count > best[1]:
                best = (day, count)
    return best


def _counts(
    history: History, options: Options, load: Load, measured: int, decision: Decision
) -> dict[int, tuple[str, ...]]:
    """The counts to play back, each with why: those around the recommendation, and those asked for."""
    current = history.open_shards if history.mode != "ON_DEMAND" else None
    roles: dict[int, tuple[str, ...]] = {}
    for count, role in (
        (current, "now"),
        (decision.advised, "advised"),
        (measured, "enough" if measured != decision.advised else ""),
        *((count, "asked") for count in options.shards),
        (load.shards(load.ordered[-1], ONE), "just enough"),
        (measured - 1, ""),
        (measured + 1, ""),
    ):
        if count:
            roles[count] = (
                *roles.get(count, ()),
                *((role,) if role and role not in roles.get(count, ()) else ()),
            )
    return roles


def _flows(readings: Readings, written: Traffic, asked: Sequence[Demand]) -> Iterator[Flow]:
    period = readings.history.period

    def flow(name: str, kind: type[Any], measured: Measure) -> Flow:
        return Flow(
            name,
            kind(measured.mean(period)),
            kind(Fraction(measured.peak, period)),
            readings.peak_time(measured),
        )

    yield flow("accepted bytes", ByteRate, written.accepted_bytes)
    yield flow("accepted records", RecordRate, written.accepted_records)
    if written.rejected:
        yield flow("wanted bytes", ByteRate, written.demand_bytes)
        yield flow("wanted records", RecordRate, written.demand_records)
    for demand in asked:
        if demand.name == "read-bytes":
            yield flow("shared reads", ByteRate, demand.measured)
        elif demand.name == "fan-out-bytes":
            yield flow(f"fan-out to {demand.consumer}", ByteRate, demand.measured)


def _unknown(history: History, written: Traffic, asked: Sequence[Demand]) -> Iterator[str]:
    names = {demand.name for demand in asked}
    if written.throttled is None:
        yield f"rejected records ({WRITE_THROTTLED}): demand is at least what was accepted"
    if "read-bytes" not in names:
        yield f"shared reads ({GET_BYTES})"
    if history.registered is None:
        yield "registered fan-out consumers: bills include only those seen in the metrics"
    for name in history.registered or ():
        if name not in {demand.consumer for demand in asked}:
            yield f"fan-out to {name} ({FAN_OUT_BYTES}): bills assume that it reads everything"
    if history.open_shards is None:
        yield "open shards"
    if history.mode is None:
        yield "capacity mode: PROVISIONED is assumed"
    if history.retention_hours is None:
        yield "retention: bills assume AWS's default of 24 h"
    if history.region is None:
        yield "Region, and therefore all prices"
    if history.account is None:
        yield "the account's shard quota: not checked"


def _budget(readings: Readings, limits: Limits) -> CallBudget | None:
    made, shards, period = calls(readings), readings.history.open_shards, readings.history.period
    if made is None or shards is None:
        return None
    most = limits.get_records_calls.value.amount * period * shards
    over = 0 if made.peak <= most else sum(count > most for count in made.amounts)
    return CallBudget(CallRate(Fraction(made.peak, period * shards)), readings.peak_time(made), over)


def _path(history: History, decision: Decision, limits: Limits) -> tuple[Path | None, NoPath | None]:
    current, target = history.open_shards, decision.advised
    if decision.on_demand or current is None or current == target:
        return None, None
    account = history.account
    try:
        # The account's count was read a moment before or after the stream's own.
        used = None if account is None else max(account.open_shard_count, current)
        return path(
            current, target, limits, quota=None if account is None else account.shard_limit, used=used
        ), None
    except NoPath as blocked:
        return None, blocked
