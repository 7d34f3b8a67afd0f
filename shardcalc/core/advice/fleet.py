"""A fleet: what each of many streams should have, the worst and most wasteful first, and what all of them
would save.

One stream's history is as much as a fleet holds at a time: each suggestion is reduced to a :class:`Member`
and let go. Pure arithmetic; no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.recommendation import Suggestion
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.cost.bill import Bill
from shardcalc.core.cost.mix import Mix, StreamBills, best_mix
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet, ShardHours
from shardcalc.core.history.model import History
from shardcalc.core.text import shards_text
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode

ZERO: Final = Fraction(0)


class Standing(StrEnum):
    """The state of a stream; the word is part of the JSON contract. Streams are shown in this order."""

    SHORT = "short"
    """It needs more shards than it has."""
    TROUBLED = "troubled"
    """It throttles, lags or polls too much, and more shards are not the remedy."""
    WASTEFUL = "wasteful"
    """Fewer shards, or the other capacity mode, would be enough and cost less."""
    IDLE = "idle"
    """Nobody wrote to it in all the time that was looked at."""
    UNMEASURED = "unmeasured"
    """Its metrics are missing."""
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One stream of a fleet, in one line. A field that is None is unknown."""

    name: str
    region: str
    account: str
    """The account's number; empty when it is not known."""
    mode: str
    standing: Standing
    shards: int | None
    """Open shards now."""
    recommended: int | None
    used: Fraction | None
    """Utilisation in the worst period at the present count; above one it throttled."""
    cost: USD | None
    """Of a month, as it is now."""
    saving: USD | None
    """What a month costs less as recommended; below zero where more is needed."""
    answer: str
    reasons: tuple[str, ...] = ()
    """The findings and doubts behind the answer, in words."""
    findings: tuple[str, ...] = ()
    """Ids of its warnings and errors."""
    environment: str = ""
    """What its profile says, where there is one."""
    owner: str = ""
    """What its tag says, where one was asked for; empty when it has none."""
    modes: StreamBills | None = None
    """Its bills in each mode, for the best mix; None where they are not known."""

    @property
    def weight(self) -> Fraction:
        """What orders streams of one standing: how much is missing, or what a month wastes."""
        if self.standing is Standing.SHORT and self.shards and self.recommended:
            return Fraction(self.recommended, self.shards)
        if self.standing is Standing.TROUBLED:
            return Fraction(len(self.findings))
        money = self.saving if self.standing is Standing.WASTEFUL else self.cost
        return ZERO if money is None else money.amount


@dataclass(frozen=True, slots=True)
class Failure:
    """A stream, or a whole Region, that could not be read."""

    subject: str
    """The stream's name; empty when it is the Region."""
    region: str
    account: str
    trouble: str
    message: str
    remedy: str
    profile: str = ""
    """The profile with which it was asked for, where one was given."""

    @property
    def place(self) -> str:
        """Where it is, as far as it is known."""
        said = (("account", self.account), ("profile", self.profile))
        return ", ".join([self.region or "no Region", *(f"{noun} {name}" for noun, name in said if name)])


@dataclass(frozen=True, slots=True)
class Sum:
    """Money of several streams: None when nothing is known of it, a lower bound unless it is complete."""

    known: USD | None
    complete: bool

    def __str__(self) -> str:
        return "unknown" if self.known is None else f"{'' if self.complete else 'at least '}{self.known}"


class Pool(NamedTuple):
    """The streams of one account and Region, with the modes in which they cost the least together."""

    account: str
    region: str
    names: tuple[str, ...]
    mix: Mix
    """A mode for each, at what it needs."""
    now: USD
    """What a month costs as they are."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """What was found out about many streams."""

    members: tuple[Member, ...]
    failures: tuple[Failure, ...]
    days: int | None
    limits: Limits
    pools: tuple[Pool, ...] = ()
    """Those in which other modes cost less than now."""

    @property
    def saving(self) -> Sum:
        """What a month would cost less if every wasteful stream were as recommended."""
        return self._sum([member.saving for member in self.members if member.standing is Standing.WASTEFUL])

    @property
    def more(self) -> Sum:
        """What a month would cost more for the streams that are short."""
        return self._sum(
            [
                None if member.saving is None else member.saving * -1
                for member in self.members
                if member.standing is Standing.SHORT
            ]
        )

    @property
    def idle_saving(self) -> Sum:
        """What a month would cost less if every idle stream were as recommended."""
        return self._sum([member.saving for member in self.members if member.standing is Standing.IDLE])

    @property
    def idle_cost(self) -> Sum:
        """What a month would cost less without the idle streams."""
        return self._sum([member.cost for member in self.members if member.standing is Standing.IDLE])

    @property
    def cost(self) -> Sum:
        """What a month costs now."""
        return self._sum([member.cost for member in self.members])

    def _sum(self, amounts: Sequence[USD | None]) -> Sum:
        known = [amount.amount for amount in amounts if amount is not None]
        complete = len(known) == len(amounts) and not self.failures
        return Sum(USD(sum(known, ZERO)) if known or complete else None, complete)

    @property
    def oldest(self) -> date:
        """The oldest date of a limit that was used."""
        return min(fact.date for fact in self.limits.facts)

    def count(self, standing: Standing) -> int:
        """How many streams are in this state."""
        return sum(member.standing is standing for member in self.members)


def fleet(
    members: Iterable[Member],
    failures: Iterable[Failure],
    days: int | None,
    limits: Limits,
    prices: Callable[[str], PriceSheet] | None = None,
    discount: Fraction = ZERO,
) -> Fleet:
    """Put a fleet in order: by standing, and in each the gravest first.

    With prices, the modes in which each account and Region costs least are found too.
    """
    order = list(Standing)
    ordered = sorted(members, key=lambda m: (order.index(m.standing), -m.weight, m.region, m.name, m.account))
    failed = tuple(sorted(failures, key=lambda f: (f.account, f.region, f.subject)))
    pools = () if prices is None else tuple(_pools(ordered, failed, prices, limits, discount))
    return Fleet(tuple(ordered), failed, days, limits, pools)


def _pools(
    members: Sequence[Member],
    failures: Sequence[Failure],
    prices: Callable[[str], PriceSheet],
    limits: Limits,
    discount: Fraction,
) -> Iterator[Pool]:
    """The pools that would cost less in other modes; none where a stream of it could not be read or billed,
    because the floors of Advantage are for all of them.
    """
    for account, region in sorted({(member.account, member.region) for member in members}):
        mine = [member for member in members if (member.account, member.region) == (account, region)]
        measured = [member for member in mine if member.standing is not Standing.UNMEASURED]
        bills = [member.modes for member in measured if member.modes is not None]
        costs = [member.cost for member in measured if member.cost is not None]
        failed = any((each.account, each.region) == (account, region) for each in failures)
        if failed or not region or not measured or not len(measured) == len(bills) == len(costs):
            continue
        mix = best_mix(bills, prices(region), limits, limits.month.value.in_hours, discount)
        now = USD(sum((cost.amount for cost in costs), ZERO))
        has = tuple(each.mode for each in bills)
        if mix is not None and mix.modes != has and mix.total < now:
            yield Pool(account, region, tuple(member.name for member in measured), mix, now)


def member(suggestion: Suggestion) -> Member:
    """One stream's suggestion as a line of a fleet."""
    history = suggestion.history
    grave = [finding for finding in suggestion.findings if finding.severity is not Severity.INFO]
    on_demand = history.mode == "ON_DEMAND"
    now = next((row for row in suggestion.rows if row.shards == history.open_shards), None)
    cost = (
        _of_mode(suggestion, Mode.ON_DEMAND_STANDARD)
        if on_demand
        else None
        if now is None
        else _whole(now.bill)
    )
    saving = _on_demand_saving(suggestion) if on_demand else suggestion.saving
    answer, action = suggestion.answer, suggestion.decision.action
    if action is Action.ON_DEMAND:
        cheaper = saving is not None and saving.amount > 0
        count = shards_text(suggestion.recommended)
        answer = f"provisioned with {count} would cost less" if cheaper else suggestion.decision.answer
    standing = Standing.FINE
    if suggestion.idle:
        standing = Standing.IDLE
    elif action is Action.RAISE:
        standing = Standing.SHORT
    elif action is Action.LOWER:
        standing = Standing.WASTEFUL
    elif grave:
        standing = Standing.TROUBLED
    elif on_demand and saving is not None and saving.amount > 0:
        standing = Standing.WASTEFUL
    return Member(
        name=history.stream or "",
        region=history.region or "",
        account=suggestion.account,
        environment=suggestion.environment,
        mode=history.mode or "",
        standing=standing,
        shards=history.open_shards,
        recommended=suggestion.recommended,
        used=None if on_demand or now is None else now.worst,
        cost=cost,
        saving=saving if standing in (Standing.SHORT, Standing.WASTEFUL, Standing.IDLE) else USD(0),
        answer=answer,
        reasons=(*suggestion.decision.held, *(finding.message for finding in grave)),
        findings=tuple(finding.id for finding in grave),
        modes=suggestion.modes,
    )


def unmeasured(history: History, prices: PriceSheet, limits: Limits) -> Member:
    """A stream whose metrics are missing: what its shards cost, and no advice."""
    cost = None
    if history.mode == "PROVISIONED" and history.open_shards is not None and prices.shard_hour is not None:
        cost = prices.shard_hour.cost(ShardHours(history.open_shards * limits.month.value.in_hours))
    elif history.mode == "ON_DEMAND" and prices.on_demand_stream_hour is not None:
        from shardcalc.core.facts.prices import StreamHours

        cost = prices.on_demand_stream_hour.cost(StreamHours(limits.month.value.in_hours))
    return Member(
        name=history.stream or "",
        region=history.region or "",
        account=history.account_number,
        mode=history.mode or "",
        standing=Standing.UNMEASURED,
        shards=history.open_shards,
        recommended=None,
        used=None,
        cost=cost,
        saving=None,
        answer="not measured: its metrics are missing",
    )


def _of_mode(suggestion: Suggestion, mode: Mode) -> USD | None:
    return next((_whole(choice.bill) for choice in suggestion.choices if choice.mode is mode), None)


def _on_demand_saving(suggestion: Suggestion) -> USD | None:
    """What provisioned shards would save over On-demand Standard; zero when they would not."""
    now, then = _of_mode(suggestion, Mode.ON_DEMAND_STANDARD), _of_mode(suggestion, Mode.PROVISIONED)
    return None if now is None or then is None else max(now - then, USD(0))


def _whole(bill: Bill) -> USD | None:
    return bill.total if bill.complete else None
