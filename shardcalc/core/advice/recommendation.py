"""From a history to a recommendation: how many shards would have carried what was measured, and what follows.

For each period and each limit there is a count that would have carried it. The recommendation is the smallest
count that carries all but the allowed periods, with headroom on top; it is not followed downwards where the
history gives reason to doubt it. Everything is worked out on whole numbers, in one common unit: the amount
that one shard carries in one period. No I/O and no clock; a history says itself when it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Self

from shardcalc.core.advice import backtest, caveats
from shardcalc.core.advice.backtest import Billing, Choice, Replay
from shardcalc.core.advice.need import CallBudget, Flow, Need
from shardcalc.core.advice.trend import Trend, grow
from shardcalc.core.capacity.constraint import constrain
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.cost.bill import difference
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
from shardcalc.core.workload.reading import read_fields
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

    headroom: Fraction = Fraction(1, 4)
    burst: Fraction = ONE
    """Traffic of the busiest second over that of its period, which the history cannot show."""
    allow: Allowance = field(default_factory=Allowance)
    shards: tuple[int, ...] = ()
    """Counts whose backtest is wanted besides those around the recommendation."""
    days: int | None = None
    """Look at this number of last days only; at the whole history when None."""

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
    "burst": lambda value: read_factor(value, "a burst factor"),
    "allow": Allowance.parse,
    "shards": _read_counts,
    "days": lambda value: read_count(value, "a number of days", least=1, most=10_000),
}
"""How each option is read."""


# ── what comes out ───────────────────────────────────────────────────────────────────────────────


class Verdict(StrEnum):
    """What to do."""

    UP = "scale-up"
    DOWN = "scale-down"
    KEEP = "keep"
    HOLD = "hold"
    """Fewer shards would have been enough, but there is a reason not to advise it."""
    UNKNOWN = "unknown-current"
    """It is not known how many shards there are."""
    ON_DEMAND = "on-demand"
    """AWS scales the stream itself."""


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
    verdict: Verdict
    holds: tuple[str, ...]
    """Why fewer shards are not advised."""
    rows: tuple[Replay, ...]
    calls: CallBudget | None
    lags: tuple[Lag, ...]
    growth: Trend
    findings: tuple[Finding, ...]
    choices: tuple[Choice, ...]
    path: Path | None
    """The calls that lead to the recommendation; None when none are needed, possible or meant."""
    no_path: NoPath | None

    @property
    def needed(self) -> int:
        """What the history asks for: the calculated count, at least what the busiest recent day needs."""
        return max(self.calculated, self.busiest[1])

    @property
    def recommended(self) -> int:
        """What to have: what is needed, or the present count where fewer are not advised."""
        current = self.history.open_shards
        return current if self.verdict is Verdict.HOLD and current is not None else self.needed

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
        return self.needed if current is None or self.verdict is Verdict.ON_DEMAND else current

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
            f"{shards_text(self.needed)} {'is' if self.needed == 1 else 'are'} enough for {over} with "
            f"{percent(options.headroom)} headroom{burst}"
        )

    @property
    def saving(self) -> USD | None:
        """What a month costs less (or, below zero, more) at the recommended count than now; None when a price
        is unknown.
        """
        bills = {row.shards: row.bill for row in self.rows}
        now, then = bills.get(self.history.open_shards or 0), bills.get(self.recommended)
        return None if now is None or then is None else difference(now, then)

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
        current, count = self.history.open_shards, shards_text(self.recommended)
        return {
            Verdict.UP: f"scale up from {current:,} to {count}" if current else "",
            Verdict.DOWN: f"scale down from {current:,} to {count}" if current else "",
            Verdict.KEEP: f"keep {count}",
            Verdict.HOLD: f"keep {count} for now; {self.needed:,} would have been enough",
            Verdict.UNKNOWN: f"{count}; the current count is unknown",
            Verdict.ON_DEMAND: f"on-demand, AWS scales it; provisioned, it would need {count}",
        }[self.verdict]


# ── the calculation ──────────────────────────────────────────────────────────────────────────────


def suggest(
    history: History,
    options: Options | None = None,
    *,
    limits: Limits | None = None,
    prices: PriceSheet | None = None,
    discount: Fraction = ZERO,
) -> Suggestion:
    """Work out how many shards a stream should have, from what was measured.

    Args:
        history: what was measured.
        options: what the recommendation shall hold for.
        limits: AWS's limits; the ones that this release ships when not given.
        prices: what the stream's Region charges; what this release knows of it when not given.
        discount: a share off everything.

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
    calculated = load.shards(load.ordered[-1 - allowed], options.headroom)
    busiest = _busiest_day(history, load, options)
    needed = max(calculated, busiest[1])
    needs = tuple(
        _need(readings, demand, weight, load, options)
        for demand, weight in zip(asked, load.weights, strict=True)
    )
    behind = tuple(lags(readings))
    budget = _budget(readings, limits)
    counted = points(written)
    holds = tuple(caveats.holds(readings, written, behind, counted, limits))
    verdict = _verdict(history, needed, holds)
    billing = Billing.of(readings, written, prices, limits, discount)
    counts = _counts(history, options, load, needed, verdict)
    rows = backtest.play(history, load, counts, billing)
    target = history.open_shards if verdict is Verdict.HOLD and history.open_shards is not None else needed
    found, blocked = _path(history, target, verdict, limits)
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
        verdict=verdict,
        holds=holds if verdict is Verdict.HOLD else (),
        rows=rows,
        calls=budget,
        lags=behind,
        growth=grow(history, load, load.ordered[-1 - allowed], options.headroom, target),
        findings=tuple(
            caveats.findings(readings, written, needs, behind, budget, load, options.burst, limits)
        ),
        choices=tuple(backtest.choices(rows, target, billing)),
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
    if options.headroom:
        factors.append((ONE + options.headroom, "headroom"))
    constraint = constrain(
        demand.name,
        demand.title,
        kind(amount),
        demand.base_name,
        tuple(factors),
        demand.fact.value,
        demand.fact,
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
            count = load.shards(peak, options.headroom)
            if count > best[1]:
                best = (day, count)
    return best


def _verdict(history: History, needed: int, holds: tuple[str, ...]) -> Verdict:
    current = history.open_shards
    if history.mode == "ON_DEMAND":
        return Verdict.ON_DEMAND
    if current is None:
        return Verdict.UNKNOWN
    if needed == current:
        return Verdict.KEEP
    if needed > current:
        return Verdict.UP
    return Verdict.HOLD if holds else Verdict.DOWN


def _counts(
    history: History, options: Options, load: Load, needed: int, verdict: Verdict
) -> dict[int, tuple[str, ...]]:
    """The counts to play back, each with why: those around the recommendation, and those asked for."""
    current = history.open_shards if verdict is not Verdict.ON_DEMAND else None
    roles: dict[int, tuple[str, ...]] = {}
    for count, role in (
        (current, "now"),
        (needed, "enough" if verdict is Verdict.HOLD else "advised"),
        *((count, "asked") for count in options.shards),
        (load.shards(load.ordered[-1], ZERO), "just enough"),
        (needed - 1, ""),
        (needed + 1, ""),
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


def _path(
    history: History, target: int, verdict: Verdict, limits: Limits
) -> tuple[Path | None, NoPath | None]:
    current = history.open_shards
    if verdict not in (Verdict.UP, Verdict.DOWN) or current is None:
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
