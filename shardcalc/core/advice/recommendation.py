"""From a history to a recommendation: how many shards would have carried what was measured, and what follows.

For each period and each limit there is a count that would have carried it. The recommendation is the smallest
count that carries all but the allowed periods, with headroom on top; it is not followed downwards where the
history gives reason to doubt it. Everything is worked out on whole numbers, in one common unit: the amount
that one shard carries in one period. No I/O and no clock; a history says itself when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from shardcalc.core.advice.throttling import Throttling, throttling
from shardcalc.core.advice.trend import Trend, grow
from shardcalc.core.capacity.constraint import (
    MEASURED_HEADROOM,
    Constraint,
    Regime,
    Reserve,
    constrain,
    reserve,
    with_key,
    with_skew,
)
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
    Measure,
    Readings,
    calls,
    first_point,
    lags,
    points,
    recent,
)
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.hot_shard import HotShard
from shardcalc.core.history.load import Asked, Counted, asked_of, count
from shardcalc.core.history.metrics import FAN_OUT_BYTES, GET_BYTES, WRITE_THROTTLED
from shardcalc.core.history.model import History, moment
from shardcalc.core.resharding.path import NoPath, Path, path
from shardcalc.core.text import BadValue, decimal, percent, read_count, read_factor, read_share, shards_text
from shardcalc.core.units import USD, ByteRate, CallRate, Duration, RecordRate, ceil_div
from shardcalc.core.workload.declared import Identity
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

    @property
    def any(self) -> bool:
        """Whether any period may go over."""
        return bool(self.count or self.share)

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
    parts: tuple[Asked, ...]
    """What was asked in each part of the history, the finest and newest first."""
    known: int
    """Of the finest periods, those in which bytes and records are both known."""
    flows: tuple[Flow, ...]
    needs: tuple[Need, ...]
    unknown: tuple[str, ...]
    """What the history says nothing of, so that it was not judged."""
    calculated_parts: tuple[int, ...]
    """For each part, the finest first, the smallest count that carries all but the allowed periods with
    headroom."""
    busiest: tuple[date, int]
    """The busiest of the recent days, and the count that it needs by the same rule."""
    decision: Decision
    saving: USD | None
    """What a month costs less (or, below zero, more) as advised than now, by the profile where one is given;
    None when there is no count now, or a price that matters is unknown."""
    rows: tuple[Replay, ...]
    calls: CallBudget | None
    lags: tuple[Lag, ...]
    throttling: Throttling | None
    """Records that were rejected; None where none are known."""
    growth: Trend
    findings: tuple[Finding, ...]
    choices: tuple[Choice, ...]
    modes: StreamBills | None
    """Its bills for the best mix of an account's Region; None where it is not known what is read."""
    path: Path | None
    """The calls that lead to the recommendation; None when none are needed, possible or meant."""
    no_path: NoPath | None
    identity: Identity | None = None
    """Which stream of the profiles it is; None where it is none of them."""

    @property
    def account(self) -> str:
        """The account that the history names, or else the profile; empty where neither does."""
        return self.history.account_number or (self.identity.account if self.identity is not None else "")

    @property
    def environment(self) -> str:
        """The environment that the profile names; empty where none does."""
        return self.identity.environment if self.identity is not None else ""

    @property
    def calculated(self) -> int:
        """The smallest count that carries all but the allowed periods of each part with headroom."""
        return max(self.calculated_parts)

    @property
    def idle(self) -> bool:
        """Whether nobody wrote in all that time."""
        return not any(part.written.demand_records.peak for part in self.parts)

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
        """The time that was looked at, in which periods, and how much of it is known."""
        history, quiet = self.history, self.parts[0].readings.quiet
        length = Duration(history.points * history.period)
        each = "minutes" if history.period == 60 else periods_text(history.period)
        nobody = f", in {quiet:,} nobody wrote" if quiet and not self.idle else ""
        coarse = [
            f"{Duration(part.points * part.period)} in {periods_text(part.period)}" for part in history.older
        ]
        before = f"; before, {' and '.join(coarse)}, which hide shorter peaks" if coarse else ""
        return (
            f"{length} to {moment(history.end):%Y-%m-%d %H:%M} UTC, {self.known:,} of {history.points:,} "
            f"{each} known{nobody}{before}"
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
        regimes = {need.constraint.regime for need in self.needs}
        spread = ""
        if Regime.NONE in regimes:
            spread = "; the hottest key is left out, because no count gives it room"
        elif Regime.BARE in regimes:
            spread = ", which only the busiest shard lacks"
        return (
            f"{shards_text(self.measured)} {'is' if self.measured == 1 else 'are'} enough for {over} with "
            f"{options.reserve}{burst}{spread}"
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


def periods_text(seconds: int) -> str:
    """Periods of this length, in words."""
    return f"periods of {Duration(seconds)}"


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
    since = _since(history)
    asked = [asked_of(part, limits, options.burst, since) for part in history.parts]
    finest = asked[0]
    if finest is None:
        when = " in these days" if options.days else ""
        none = f"no period{when} has both IncomingBytes and IncomingRecords, so nothing can be suggested"
        raise HistoryError([("metrics", none)])
    parts = (finest, *(part for part in asked[1:] if part is not None))
    readings, load = finest.readings, finest.load
    counted = [_counted(part, history.period, options) for part in parts]
    calculated = tuple(each.least(allowed) for each, allowed in counted)
    busiest = _busiest_day(history, counted[0][0], options)
    needs = (
        *(_need(readings, demand, options) for demand in finest.demands),
        *(_hot_need(finest, counted[0][0], index, options) for index in range(len(finest.hot))),
    )
    behind = tuple(_worst(lags(part.readings) for part in parts))
    budget = _budget(history, readings, limits)
    shards = None if history.mode == "ON_DEMAND" else history.open_shards
    rejected = throttling(parts, shards)
    billing = Billing.of(history, finest, prices, limits, discount)
    evidence = caveats.Evidence(history, parts, needs, behind, budget, rejected, billing)
    measured = Measured(
        max(*calculated, busiest[1]),
        tuple(caveats.holds(evidence, limits)),
        RecordRate(Fraction(finest.written.demand_records.peak, history.period)),
        ByteRate(Fraction(finest.written.demand_bytes.peak, history.period)),
    )
    saves = saving or (lambda now, then: difference(billing.provisioned(now), billing.provisioned(then)))
    decision = decide(
        plan,
        limits,
        today or moment(history.end).date(),
        terms=terms,
        running=Running(history.open_shards, history.mode),
        measured=measured,
        saving=saves,
    )
    counts = _counts(history, options, parts, measured.shards, decision)
    older = [part.load for part in parts[1:]]
    rows = backtest.play(history, load, counts, billing, older)
    enough = max(measured.shards, decision.needed or 0)
    found, blocked = _path(history, decision, limits)
    return Suggestion(
        history=history,
        options=options,
        limits=limits,
        prices_origin=prices.origin,
        parts=parts,
        known=points(finest.written),
        flows=tuple(_flows(finest)),
        needs=needs,
        unknown=tuple(_unknown(history, finest)),
        calculated_parts=calculated,
        busiest=busiest,
        decision=decision,
        saving=None if decision.base is None else saves(decision.base, decision.advised),
        rows=rows,
        calls=budget,
        lags=behind,
        throttling=rejected,
        growth=grow(history, parts, _full(parts, options, measured.shards), decision.advised, limits, since),
        findings=(*caveats.findings(evidence, options.burst, limits), *decision.findings),
        choices=tuple(backtest.choices(enough, billing)),
        modes=billing.modes(enough, history.mode),
        path=found,
        no_path=blocked,
    )


def _since(history: History) -> int:
    """Epoch seconds from which a period without a point is a quiet one: from the stream's creation or its
    first point on; the whole history where there is neither.
    """
    if history.created is not None:
        return history.created
    points = (first_point(part) for part in history.parts)
    return min((point for point in points if point is not None), default=history.begin)


def _counted(part: Asked, finest: int, options: Options) -> tuple[Counted, int]:
    """The least counts for one part of the history, and how many of its periods may go over.

    Each part has its own allowance, so that more days never ask for fewer shards. A count is of the finest
    periods: a coarser one is as many of them as it is long.
    """
    allow, period = options.allow, part.readings.part.period
    if allow.share is None:
        allow = Allowance(allow.count * finest // period)
    allowed = allow.of(len(part.load.ordered))
    return count(part.load, options.reserve.factor, allowed), allowed


def _full(parts: Sequence[Asked], options: Options, measured: int) -> Fraction | None:
    """The shards that carry the deciding period with its reserve, before rounding up; None where the busiest
    shard decides.
    """
    factor = options.reserve.factor
    full = max(
        Fraction(part.load.ordered[-1 - options.allow.of(len(part.load.ordered))], part.load.shard) * factor
        for part in parts
    )
    return full if max(1, ceil_div(full)) == measured else None


def _worst(each: Iterable[Iterable[Lag]]) -> Iterator[Lag]:
    """Of each reader the worst lag of all parts; how it is now, the finest part tells."""
    found: dict[str, Lag] = {}
    for part in each:
        for lag in part:
            known = found.setdefault(lag.reader, lag)
            if lag.worst > known.worst:
                found[lag.reader] = replace(lag, latest=known.latest)
    return iter(found.values())


def _need(readings: Readings, demand: Demand, options: Options) -> Need:
    measured = demand.measured
    allowed = options.allow.of(measured.known)
    deciding = sorted(measured.amounts)[-1 - allowed] if allowed else measured.peak
    index = measured.amounts.index(deciding)
    constraint = _constraint(demand, deciding, readings.part.period, options)
    at = readings.time(index)
    peak = type(demand.fact.value)(Fraction(measured.peak, readings.part.period))
    return Need(constraint, at, measured.known, peak, readings.peak_time(measured) if allowed else at)


def _hot_need(part: Asked, counted: Counted, which: int, options: Options) -> Need:
    """The busiest shard in the period that decides: that in which it asks for the most shards; the busiest
    one, where no count is enough.
    """
    hot, readings = part.hot[which], part.readings
    regime, counts = counted.regimes[which], counted.hot[which]
    known = [index for index, busiest in enumerate(hot.busiest) if busiest > GAP]
    least = sorted(counts[index] for index in known)[-1 - options.allow.of(len(known))]
    deciding = [index for index in known if counts[index] == least]
    index, most = (max(each, key=hot.busiest.__getitem__) for each in (deciding, known))
    busiest, whole, shards = hot.busiest[index], hot.whole[index], hot.open_shards[index]
    plain = _constraint(hot, whole, readings.part.period, options)
    used = Fraction(part.load.hot[which].busiest[index], part.load.shard)
    if used <= plain.reserve.used:
        made = with_skew(plain, Fraction(busiest * shards, whole) if whole else ONE)
    else:
        half = 2 / (1 + plain.reserve.used)
        if used <= 1 / half and regime is Regime.RESERVED:
            plain = plain._replace(reserve=Reserve(half - 1, None, half))
        made = with_key(plain, Fraction(busiest * shards - whole, whole * (shards - 1)), counted.most)
    asked = 0 if regime is Regime.NONE else counts[index]
    constraint = made._replace(name=hot.name, title=hot.title, shards=asked, regime=regime)
    rate, period = type(hot.fact.value), readings.part.period
    peak, there = (rate(Fraction(hot.busiest[at], period)) for at in (most, index))
    return Need(constraint, readings.time(index), len(known), peak, readings.time(most), there)


def _constraint(limit: Demand | HotShard, amount: int, period: int, options: Options) -> Constraint:
    return constrain(
        limit.name,
        limit.title,
        type(limit.fact.value)(Fraction(amount, period)),
        limit.base_name,
        ((options.burst, "burst"),) if options.burst != 1 else (),
        limit.fact.value,
        limit.fact,
        options.reserve,
        "",
        limit.consumer if isinstance(limit, Demand) else "",
    )


def _busiest_day(history: History, counted: Counted, options: Options) -> tuple[date, int]:
    """The day in UTC, among the last ones, that needs the most shards by the rule of the whole window."""
    last, load = moment(history.end - 1).date(), counted.load
    best: tuple[date, int] = (last, 1)
    for back in range(RECENT_DAYS):
        day = last - timedelta(back)
        begin = int(moment(0).replace(year=day.year, month=day.month, day=day.day).timestamp())
        first = max(0, ceil_div(Fraction(begin - history.start), history.period))
        end = max(0, ceil_div(Fraction(begin + _DAY - history.start), history.period))
        values = load.series[first:end]
        if max(values, default=GAP) > GAP:
            allowed = options.allow.of(sum(value > GAP for value in values)) if options.allow.any else 0
            needed = counted.least(allowed, first, end)
            if needed > best[1]:
                best = (day, needed)
    return best


def _counts(
    history: History, options: Options, parts: Sequence[Asked], measured: int, decision: Decision
) -> dict[int, tuple[str, ...]]:
    """The counts to play back, each with why: those around the recommendation, and those asked for."""
    current = history.open_shards if history.mode != "ON_DEMAND" else None
    just = max(count(part.load, ONE).least() for part in parts)
    roles: dict[int, tuple[str, ...]] = {}
    for shards, role in (
        (current, "now"),
        (decision.advised, "advised"),
        (measured, "enough" if measured != decision.advised else ""),
        *((each, "asked") for each in options.shards),
        (just, "just enough" if parts[0].load.carried(just) else ""),
        (measured - 1, ""),
        (measured + 1, ""),
    ):
        if shards:
            roles[shards] = (
                *roles.get(shards, ()),
                *((role,) if role and role not in roles.get(shards, ()) else ()),
            )
    return roles


def _flows(finest: Asked) -> Iterator[Flow]:
    readings, written, period = finest.readings, finest.written, finest.readings.part.period

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
    for demand in finest.demands:
        if demand.name == "read-bytes":
            yield flow("shared reads", ByteRate, demand.measured)
        elif demand.name == "fan-out-bytes":
            yield flow(f"fan-out to {demand.consumer}", ByteRate, demand.measured)


def _unknown(history: History, finest: Asked) -> Iterator[str]:
    names = {demand.name for demand in finest.demands}
    if finest.written.throttled is None:
        yield f"rejected records ({WRITE_THROTTLED}): demand is at least what was accepted"
    if "read-bytes" not in names:
        yield f"shared reads ({GET_BYTES})"
    if history.registered is None:
        yield "registered fan-out consumers: bills include only those seen in the metrics"
    for name in history.registered or ():
        if name not in {demand.consumer for demand in finest.demands}:
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


def _budget(history: History, readings: Readings, limits: Limits) -> CallBudget | None:
    made, shards, period = calls(readings), history.open_shards, history.period
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
        # Its traceback holds the history in a circle, which nothing frees where the collector is off.
        return None, blocked.with_traceback(None)
