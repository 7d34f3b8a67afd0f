"""The one verdict on a stream: what to do with its shards, by what is declared, what runs, what was measured.

Every command, page and rule shows the same :class:`Decision`. Three counts decide: the one needed for the
declared traffic, the one measured, and the one needed for the declared traffic at the end of the lead time.
*Lowering* looks twice as far, so that advice does not turn round. Pure arithmetic; no I/O and no clock: today
is an input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.forecast import Forecast, forecast
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import USD, ByteRate, RecordRate
from shardcalc.core.workload.parts import Mode

ONE: Final = Fraction(1)
DIFFERS: Final = Fraction(5, 4)
"""Declared and measured traffic that are further apart are a finding."""
ABOUT_SHARDS: Final = ("under-provisioned", "over-utilised", "over-provisioned", "runs-out")
"""Findings that the verdict itself says."""


class Action(StrEnum):
    """What to do with a stream's shards; the word is part of the JSON contract."""

    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"
    CREATE = "create"
    """Nothing is declared and nothing runs, so there is nothing to compare with."""
    SWITCH = "switch"
    """It runs in another capacity mode than the one declared."""
    ON_DEMAND = "on-demand"
    """AWS scales the stream itself."""
    UNKNOWN = "unknown-current"
    """It runs, and with how many shards is not known."""


class Terms(NamedTuple):
    """What is worth advising, as a policy sets it."""

    above: Fraction = Fraction(1, 4)
    """How much more shards than enough there may be."""
    saving: USD = USD(20)
    """A month; what saves less is not worth a change."""
    lead: int = 30
    """Days that an advised count must last."""
    soon: int = 7
    """Days within which running out is an error."""


TERMS: Final = Terms()


class Running(NamedTuple):
    """What runs, as AWS or the profile's ``current_shards`` says."""

    shards: int | None = None
    mode: str | None = None
    """AWS's own word: PROVISIONED or ON_DEMAND."""


NOTHING_RUNS: Final = Running()
"""Nothing is known of what runs."""


class Measured(NamedTuple):
    """What a history asks for."""

    shards: int
    held: tuple[str, ...]
    """What speaks against fewer shards than run."""
    records: RecordRate
    """Producers' records in the busiest period, those rejected too."""
    write: ByteRate


class Decision(NamedTuple):
    """What to do with one stream, and why."""

    action: Action
    advised: int
    """What to have; on demand, what provisioned capacity it would take."""
    needed: int | None
    """For the declared traffic; None where nothing is declared."""
    measured: Measured | None
    enough: int
    """The count that lowering would lead to: for the traffic at the end of twice the lead time."""
    declared: int | None
    running: int | None
    base: int | None
    """The shards that count as now: those that run, else those declared; None for neither, and on demand."""
    on_demand: bool
    """It shall be on demand, where AWS scales it and no count is set."""
    why: str
    """The decisive reason, in words."""
    held: tuple[str, ...]
    """Why fewer shards than now are not advised, although they were enough."""
    forecast: Forecast | None
    runs_out: date | None
    """The first day on which the shards of now are not enough; None when they are too few already."""
    findings: tuple[Finding, ...]
    """What is wrong with the counts themselves."""

    @property
    def shown(self) -> int:
        """The count at which a page tells utilisations: now, else what is advised."""
        return self.advised if self.base is None else self.base

    @property
    def edits(self) -> tuple[tuple[str, int, int], ...]:
        """What to change where: the declared count, and the running one."""
        if self.on_demand or self.action is Action.UNKNOWN:
            return ()
        both = (("declared", self.declared), ("running", self.running))
        return tuple(
            (name, count, self.advised) for name, count in both if count not in (None, self.advised) and count
        )

    @property
    def sentence(self) -> str:
        """The verdict, the counts it changes, and the decisive reason."""
        counts = ((self.running, "run"), (self.declared, "declared"))
        said = ", ".join(f"{count:,} {word}" for count, word in counts if count is not None)
        return f"{self.answer}{f' ({said})' if said else ''}: {self.why}"

    @property
    def answer(self) -> str:
        """The verdict in a few words."""
        count = f"{self.advised:,}"
        return {
            Action.RAISE: f"raise to {count}",
            Action.LOWER: f"lower to {count}",
            Action.KEEP: f"keep {count}",
            Action.CREATE: f"create with {count}",
            Action.SWITCH: "switch to on-demand" if self.on_demand else f"switch to provisioned with {count}",
            Action.ON_DEMAND: "on-demand, AWS scales it",
            Action.UNKNOWN: f"have {count}, the current count is unknown",
        }[self.action]


def decide(
    plan: Plan | None,
    limits: Limits,
    today: date,
    *,
    terms: Terms = TERMS,
    running: Running = NOTHING_RUNS,
    measured: Measured | None = None,
    saving: Callable[[int, int], USD | None] | None = None,
) -> Decision:
    """Decide on one stream.

    Args:
        plan: the declared workload, planned; None where nothing is declared.
        limits: AWS's limits.
        today: the day on which it is asked.
        terms: what is worth advising.
        running: what runs.
        measured: what a history asks for; without it ``plan`` must be given.
        saving: what a month costs less with the second count than with the first; None where it is unknown.
    """
    ahead = None if plan is None else forecast(plan, today)
    needed = None if plan is None else plan.shards
    floor = max(needed or 0, 0 if measured is None else measured.shards)

    def after(days: int, least: int) -> int:
        # Where the hottest key outgrows its shard before that day, there is a count for today at least.
        grown = None if ahead is None else ahead.needed(today + timedelta(days)) or ahead.needed(today)
        return max(least, grown or 0)

    up = after(terms.lead, floor)
    enough = after(2 * terms.lead, up)
    on_demand = running.mode == "ON_DEMAND" if plan is None else plan.workload.mode is not Mode.PROVISIONED
    runs_on_demand = running.mode == "ON_DEMAND"
    declared = None if plan is None or on_demand else plan.workload.shards
    base = running.shards if running.shards is not None and not runs_on_demand else declared
    held = _held(plan, ahead, today + timedelta(2 * terms.lead))
    if measured is not None and (plan is None or runs_on_demand == on_demand):
        held = (*measured.held, *held)
    surplus = ""
    if plan is not None and running.mode is not None and runs_on_demand != on_demand:
        action, advised = Action.SWITCH, up
    elif on_demand:
        action, advised = Action.ON_DEMAND, up
    elif base is None:
        action, advised = (Action.UNKNOWN if plan is None else Action.CREATE), up
    elif base < up:
        action, advised = Action.RAISE, up
    else:
        surplus = _surplus(base, enough, terms, saving)
        lower = base > enough and not surplus and not held
        action, advised = (Action.LOWER, enough) if lower else (Action.KEEP, base)
    runs_out = None
    if ahead is not None and base is not None and not on_demand and base >= floor:
        # Also where the profile's horizon is nearer than the lead time.
        runs_out = replace(ahead, last=max(ahead.last, today + timedelta(terms.lead))).until(base)
    made = Decision(
        action,
        advised,
        needed,
        measured,
        enough,
        declared,
        None if runs_on_demand else running.shards,
        base if not on_demand else None,
        on_demand,
        "",
        held if action is Action.KEEP and base is not None and base > enough else (),
        ahead,
        runs_out,
        (),
    )
    made = made._replace(why=_why(made, surplus, terms))
    return made._replace(findings=tuple(_findings(made, plan, limits, today, terms, saving)))


def _held(plan: Plan | None, ahead: Forecast | None, until: date) -> tuple[str, ...]:
    """What of the hottest key speaks against fewer shards."""
    if plan is None:
        return ()
    if plan.unrelieved:
        return ("the hottest key fits no shard, and fewer shards make its shard busier",)
    keyed = [limit for limit in plan.constraints if limit.key is not None]
    if ahead is not None and keyed:
        times = max(ONE, ahead.grown.times(until))
        if any(limit.regime_at(times) is not limit.regime for limit in keyed):
            return (f"by {until} the hottest key outgrows what its shard may use",)
    return ()


def _surplus(base: int, enough: int, terms: Terms, saving: Callable[[int, int], USD | None] | None) -> str:
    """Why a surplus is not worth a change; nothing when it is, or when there is none."""
    if base <= enough:
        return ""
    if base <= enough * (ONE + terms.above):
        return f"{enough:,} would be enough, and up to {percent(terms.above)} more may be kept"
    saved = None if saving is None else saving(base, enough)
    if saved is not None and saved < terms.saving:
        return f"{enough:,} would be enough, and save {saved} a month, less than {terms.saving}"
    return ""


def _why(made: Decision, surplus: str, terms: Terms) -> str:
    """The decisive reason."""
    base, needed = made.base, made.needed or 0
    measured = 0 if made.measured is None else made.measured.shards
    if made.action is Action.LOWER:
        return f"{made.enough:,} {'is' if made.enough == 1 else 'are'} enough"
    if made.action is Action.KEEP and base is not None and base > made.enough:
        return f"{made.enough:,} would be enough, but {made.held[0]}" if made.held else surplus
    floor = max(needed, measured)
    if made.action is Action.KEEP and base is not None and base > floor:
        last = f"{base:,} last {terms.lead} days at the declared growth"
        return f"{floor:,} {'is' if floor == 1 else 'are'} needed, and {last}"
    if made.action is Action.KEEP:
        return "it is what is needed"
    if made.on_demand:
        return f"provisioned, it would need {shards_text(made.advised)}"
    what = "what was measured" if measured > needed else "the declared peak"
    reasons = []
    if base is None or base < floor or made.advised == floor:
        reasons.append(f"{floor:,} {'is' if floor == 1 else 'are'} needed for {what}")
    if made.advised > floor:
        reasons.append(f"{made.advised:,} last {terms.lead} days at the declared growth")
    return ", and ".join(reasons)


def _are(count: int) -> str:
    return f"{shards_text(count)} {'is' if count == 1 else 'are'}"


# ── findings about the counts ────────────────────────────────────────────────────────────────────


def _findings(
    made: Decision,
    plan: Plan | None,
    limits: Limits,
    today: date,
    terms: Terms,
    saving: Callable[[int, int], USD | None] | None,
) -> Iterator[Finding]:
    if plan is None:
        return
    declared, measured = made.declared, 0 if made.measured is None else made.measured.shards
    if declared is not None:
        if declared < max(plan.shards, measured):
            yield _too_few(made, plan, declared, measured, limits)
        elif (
            # Also where more is declared than runs.
            declared > (most := max(made.enough, made.advised))
            and made.action in (Action.RAISE, Action.LOWER, Action.KEEP)
            and not made.held
            and not _surplus(declared, most, terms, saving)
        ):
            yield _too_many(made, plan, declared, limits, terms, saving)
    # The count that is deployed next is the one that must last.
    count = declared if declared is not None else made.base
    if made.forecast is not None and count is not None and count >= max(plan.shards, measured):
        # Also where the profile's horizon is nearer than the lead time.
        ahead = replace(made.forecast, last=today + timedelta(terms.lead))
        day = ahead.until(count)
        if day is not None:
            yield _runs_out(made, count, day, ahead, limits, terms)
    # What a profile says of the shards before its deployment is no drift; what AWS says is.
    if made.measured is not None and declared is not None and made.running not in (None, declared):
        yield Finding(
            "not-applied",
            Severity.WARNING,
            f"{_are(declared)} declared and {made.running:,} run",
            f"declare and run {made.advised:,}",
        )
    if made.measured is not None and made.action is Action.SWITCH:
        runs = "provisioned" if made.on_demand else "on-demand"
        yield Finding(
            "not-applied",
            Severity.WARNING,
            f"{plan.workload.mode} is declared and the stream runs {runs}",
            "switch the mode, or declare the one that runs",
        )
    if made.measured is not None:
        yield from _differs(plan, made.measured)
    skew, key = plan.workload.skew, plan.workload.hottest_key
    if key is None or skew == 1:
        return
    by_key = key.share * made.shown + ONE - key.share
    if skew < by_key:
        yield Finding(
            "skew-contradicts",
            Severity.WARNING,
            f"a hottest key of {percent(key.share)} makes the busiest of {made.shown:,} shards "
            f"{decimal(by_key)} times as busy as the mean, and skew says {decimal(skew)}",
            "correct one of hottest_key and skew; the larger counts",
        )


def _advised(made: Decision, limits: Limits) -> str:
    """The advised count; where no single deployment gets there from what a profile says runs, each count on
    the way.
    """
    running, target = made.running, made.advised
    if running is None or running == target or made.measured is not None:
        return f"{target:,}"
    from shardcalc.core.resharding.path import NoPath, allowed, path  # few streams say what runs

    if allowed(running, target, limits):
        return f"{target:,}"
    try:
        return ", then ".join(f"{step.target:,}" for step in path(running, target, limits).steps)
    except NoPath:
        return f"{target:,}"


def _too_few(made: Decision, plan: Plan, declared: int, measured: int, limits: Limits) -> Finding:
    worst = plan.busiest(declared)
    share = worst.utilisation(declared)
    used = f"{worst.title} at {percent(share)}"
    steps = _advised(made, limits)
    # From many that run to fewer that are more than declared, the first deployment lowers.
    verb = "declare" if ", " in steps and (made.running or 0) > made.advised else "raise shards to"
    remedy = f"{verb} {steps}"
    most = plan.workload.max_utilisation
    if declared < measured and measured > plan.shards:
        message = f"{_are(declared)} declared and {measured:,} were needed by what was measured"
        return Finding("under-provisioned", Severity.ERROR, message, remedy)
    if most is not None and plan.reserve.factor > ONE + plan.workload.headroom and share <= 1:
        message = (
            f"{worst.title} is used to {percent(share)} at {shards_text(declared)}, and at most "
            f"{percent(most)} is wanted"
        )
        return Finding("over-utilised", Severity.ERROR, message, remedy, worst.fact)
    kept = f" with a reserve of {plan.reserve}" if share <= 1 else ""
    message = f"{_are(declared)} declared and {plan.shards:,} are needed{kept}: {used}"
    return Finding("under-provisioned", Severity.ERROR, message, remedy, worst.fact)


def _runs_out(
    made: Decision, count: int, day: date, ahead: Forecast, limits: Limits, terms: Terms
) -> Finding:
    today = ahead.first
    days = f"{(day - today).days} day{'' if (day - today).days == 1 else 's'}"
    last = f"enough until {day}, {days} from" if day > today else "not enough any more on"
    remedy = f"raise shards to {_advised(made, limits)} before"
    if made.advised <= count:
        # A count that is enough to the end of the lead time would be advised.
        remedy = f"spread the hottest key over several: from {ahead.key_out} no count of shards holds it"
    return Finding(
        "runs-out",
        Severity.ERROR if day <= today + timedelta(terms.soon) else Severity.WARNING,
        f"{shards_text(count)} {'is' if count == 1 else 'are'} {last} {today}, at the declared growth",
        remedy,
    )


def _too_many(
    made: Decision,
    plan: Plan,
    declared: int,
    limits: Limits,
    terms: Terms,
    saving: Callable[[int, int], USD | None] | None,
) -> Finding:
    worst = plan.busiest(declared)
    saved = None if saving is None else saving(declared, made.advised)
    money = "an unknown amount" if saved is None else f"{saved} a month"
    return Finding(
        "over-provisioned",
        Severity.WARNING,
        f"{_are(declared)} declared, more than {percent(terms.above)} above the {made.advised:,} that "
        f"are enough: {worst.title} at {percent(worst.utilisation(declared))}; the surplus costs {money}",
        f"lower shards to {_advised(made, limits)}, or declare the headroom that is wanted",
        worst.fact,
    )


def _differs(plan: Plan, measured: Measured) -> Iterator[Finding]:
    """Declared and measured peaks that are further apart than a quarter: the profile is wrong."""
    declared = plan.workload.rps.peak / plan.packing.records
    pairs: tuple[tuple[ByteRate | RecordRate, ByteRate | RecordRate], ...] = (
        (declared, measured.records),
        (plan.write, measured.write),
    )
    apart = [
        f"{said} declared, {seen} measured"
        for said, seen in pairs
        if max(said.amount, seen.amount) > DIFFERS * min(said.amount, seen.amount)
    ]
    if apart:
        yield Finding(
            "profile-differs",
            Severity.WARNING,
            f"the declared peak is not what was measured: {'; '.join(apart)}",
            "correct rps and size in the profile, or say why another peak is expected",
        )
