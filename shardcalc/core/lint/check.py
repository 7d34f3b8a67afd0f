"""Hold planned streams against the rules: findings with their places, suppressions applied.

Streams and policies in, findings out; the day is an input. No I/O: files were read before, and a place is
only looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.advice.judged import Judged
from shardcalc.core.capacity.account import AccountRow, account_findings, row_of
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.lint.plan_diff import StreamSummary
from shardcalc.core.lint.policy import Policy, layered, nearest_rule, policy_of
from shardcalc.core.lint.rule import Hit, Rule, Subject
from shardcalc.core.lint.rules import BY_FINDING, BY_NAME, EXPIRED, NAMES, STALE, UNKNOWN, UNUSED, judge
from shardcalc.core.lint.rules.facts import UNVERIFIED_PRICE, stale
from shardcalc.core.text import shown
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import DeclaredStream, Document, Identity, Place
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.requirements import Suppression

ZERO: Final = Fraction(0)
OF_ACCOUNT: Final = frozenset({BY_FINDING["shard-quota"], BY_FINDING["both-on-demand"]})
"""Rules about all streams of an account: no file alone knows whether one of their suppressions is used."""
GRAVITY: Final = {Severity.ERROR: 3, Severity.WARNING: 2, Severity.INFO: 1}


class State(StrEnum):
    """Whether a finding counts: only ``active`` ones can fail a check."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, where it is in the file, and whether it counts."""

    rule: Rule
    severity: Severity
    message: str
    remedy: str
    file: str
    place: Place | None
    stream: str
    """Its title; empty when it is about a whole file."""
    field: str
    """The path in the file, with dots."""
    fact: Fact[Any] | None = None
    state: State = State.ACTIVE
    reason: str = ""
    """Why it is suppressed."""
    of: Identity | None = None
    """Which stream it is; None when it is about a whole file."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it in a baseline: rule, file and stream, and no number that moves."""
        return self.rule.id, self.file, self.stream


class Seen(NamedTuple):
    """One stream that was checked."""

    identity: Identity
    file: str
    place: Place | None
    """Where its name is in the file."""
    summary: StreamSummary | None
    """Its plan in short, where a comparison was asked for."""
    row: AccountRow
    """What it is to its account."""
    grades: Mapping[str, Severity | None]
    """Of its policy."""
    ignore: tuple[Suppression, ...]
    """Its own suppressions, then its policy's."""
    quota: int | None
    """The shards that its account may have in the Region, where its history says it."""
    owner: str
    """Who answers for it; empty where nothing says it."""


class Checked(NamedTuple):
    """Everything that was looked at, and everything that was found, in the order of the files."""

    found: list[Found]
    seen: list[Seen]


class _File:
    """One profile while it is being checked: its policy, its suppressions, what was found."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shared = document.shared
        self.policy = policy_of(document)
        self.suppressions: dict[int, Suppression] = {id(each): each for each in self.policy.ignore}
        self.used: set[int] = set()
        self.streams: dict[str, Identity] = {}
        """By name, which is unique in a document."""
        self.found: list[Found] = []


def check_declared(
    streams: Iterable[DeclaredStream],
    judged: Callable[[DeclaredStream], Judged],
    limits: Limits,
    prices: Callable[[str], PriceSheet],
    today: date,
    hours: Fraction | None = None,
) -> Checked:
    """Check each stream against every rule.

    Args:
        streams: as loaded; those of one document follow each other.
        judged: plans, decides and bills a stream.
        limits: AWS's limits.
        prices: a Region's price sheet.
        today: the day on which suppressions expire and facts grow old.
        hours: the hours of the costs in each stream's summary; no summary without them.
    """
    found: list[Found] = []
    seen: list[Seen] = []
    aged: dict[object, Hit | None] = {}
    file: _File | None = None
    for stream in streams:
        if file is None or stream.document is not file.document:
            if file is not None:
                found += _finish(file, limits, prices, today, aged)
            file = _File(stream.document)
        made = judged(stream)
        summary = _summary(made, hours) if hours is not None else None
        file.streams[stream.name] = stream.identity
        own = stream.requirements.ignore
        ignore = (*own, *file.policy.ignore)
        where, row = (stream.identity, stream.file, stream.place), row_of(made.plan, stream.account)
        account = None if made.measured is None else made.measured.history.account
        quota = None if account is None else account.shard_limit
        seen.append(Seen(*where, summary, row, file.policy.rules, ignore, quota, stream.owner))
        hits = judge(Subject(made, file.policy))
        if own:
            file.suppressions |= {id(each): each for each in own}
        if hits:
            file.found += (
                _found(stream, rule, severity, hit, ignore, file.used, today) for rule, severity, hit in hits
            )
    if file is not None:
        found += _finish(file, limits, prices, today, aged)
    return Checked(found, seen)


def check_account(seen: Sequence[Seen], limits: Limits, today: date) -> list[Found]:
    """What is wrong with all streams of an account together: each at the stream with the most shards in the
    Region, whose policy and suppressions count.
    """
    found: list[Found] = []
    quotas = {each.row.home: each.quota for each in seen if each.quota is not None}
    for home, finding in account_findings((each.row for each in seen), limits, quotas):
        rule = BY_FINDING[finding.id]
        # The quota is for provisioned streams, the kind of on-demand for all others.
        of_quota = finding.id == "shard-quota"
        of = [
            each for each in seen if each.row.home == home and (each.row.mode is Mode.PROVISIONED) is of_quota
        ]
        largest = max(of, key=lambda each: each.row.shards)
        severity = largest.grades.get(rule.id, finding.severity)
        if severity is not None:
            state, reason = _state(rule, largest.ignore, set(), today)
            which = largest.identity
            where = largest.file, largest.place, str(which), f"streams.{which.name}"
            told = rule, severity, finding.message, finding.remedy
            found.append(Found(*told, *where, finding.fact, state, reason, which))
    return found


def once_a_region(found: Sequence[Found]) -> list[Found]:
    """The findings, with one about prices for each Region: they are the Region's and no stream's."""
    told: set[str] = set()
    kept: list[Found] = []
    for each in found:
        if each.rule is UNVERIFIED_PRICE and each.state is State.ACTIVE and each.of is not None:
            if each.of.region in told:
                continue
            told.add(each.of.region)
        kept.append(each)
    return kept


def check_policies(policies: Iterable[Document], today: date) -> list[Found]:
    """What is wrong with the suppressions of policy files, each file once."""
    found: list[Found] = []
    for document in {id(each): each for each in policies}.values():
        policy = layered([document.policy])
        found += _graded(policy, _of_suppressions(document, policy.ignore, None, today))
    return found


def _summary(made: Judged, hours: Fraction) -> StreamSummary:
    planned = made.plan
    bill = replace(made, ground=made.ground._replace(hours=hours)).bill
    # A plan says money to the cent: what is less is no change.
    return StreamSummary(
        made.stream.identity,
        planned.shards,
        planned.workload.shards,
        USD.parse(bill.total.cents),
        bill.complete,
        planned.utilisation(planned.shards),
        tuple(finding.id for finding in made.findings),
    )


def _found(
    stream: DeclaredStream,
    rule: Rule,
    severity: Severity,
    hit: Hit,
    ignore: Iterable[Suppression],
    used: set[int],
    today: date,
) -> Found:
    given = stream.origins
    at = hit.at or next(((name,) for name in rule.at if name in given), ())
    path = stream.path_of(at)
    state, reason = _state(rule, ignore, used, today)
    return Found(
        rule,
        severity,
        hit.message,
        hit.remedy,
        stream.file,
        stream.locate(at),
        stream.title,
        ".".join(map(str, path)),
        hit.fact,
        state,
        reason,
        stream.identity,
    )


def _state(rule: Rule, ignore: Iterable[Suppression], used: set[int], today: date) -> tuple[State, str]:
    hiding = [each for each in ignore if BY_NAME.get(each.rule.lower()) is rule and not each.expired(today)]
    used |= {id(each) for each in hiding}
    return (State.SUPPRESSED, hiding[0].reason) if hiding else (State.ACTIVE, "")


def _finish(
    file: _File,
    limits: Limits,
    prices: Callable[[str], PriceSheet],
    today: date,
    aged: dict[object, Hit | None],
) -> list[Found]:
    regions = {each.region for each in file.streams.values()}
    key = (frozenset(regions), file.policy.facts_older_than)
    if key not in aged:
        aged[key] = stale(limits, map(prices, sorted(regions)), file.policy, today)
    hit = aged[key]
    document = file.document
    last: list[Found] = []
    if hit is not None:
        state, reason = _state(STALE, file.policy.ignore, file.used, today)
        place = document.locate(("version",))
        last.append(
            Found(
                STALE,
                STALE.severity,
                hit.message,
                hit.remedy,
                document.file,
                place,
                "",
                "version",
                hit.fact,
                state,
                reason,
            )
        )
    if file.suppressions:
        own = [each for each in file.suppressions.values() if not each.file]
        last += _of_suppressions(document, own, file.used, today, file.streams)
    if last:
        file.found += _graded(file.policy, last)
    if len(file.found) > 1:
        file.found.sort(key=_order)
    return file.found


def _graded(policy: Policy, found: Iterable[Found]) -> Iterator[Found]:
    for each in found:
        severity = policy.rules.get(each.rule.id, each.severity)
        if severity is not None:
            yield each if severity is each.severity else replace(each, severity=severity)


def _of_suppressions(
    document: Document,
    suppressions: Iterable[Suppression],
    used: set[int] | None,
    today: date,
    streams: Mapping[str, Identity] | None = None,
) -> Iterator[Found]:
    """What is wrong with suppressions themselves; whether one is used is only asked where ``used`` says."""

    def tell(rule: Rule, suppression: Suppression, field: str, message: str, remedy: str) -> Found:
        path = (*suppression.path, field)
        of = (streams or {}).get(str(path[1])) if path[0] == "streams" else None
        return Found(
            rule,
            rule.severity,
            message,
            remedy,
            document.file,
            document.locate(path),
            str(of or ""),
            ".".join(map(str, path)),
            of=of,
        )

    for each in suppressions:
        rule = BY_NAME.get(each.rule.lower())
        if rule is None:
            known = nearest_rule(each.rule, NAMES) or "; shardcalc check --explain all lists the rules"
            yield tell(
                UNKNOWN,
                each,
                "rule",
                f"{shown(each.rule)} is no rule, so nothing is suppressed{known}",
                UNKNOWN.remedy,
            )
        elif each.expired(today):
            message = (
                f"the suppression of {rule.name} ended on {each.until}, and today is {today}: {each.reason}"
            )
            yield tell(EXPIRED, each, "until", message, EXPIRED.remedy)
        elif used is not None and id(each) not in used and rule not in OF_ACCOUNT:
            yield tell(
                UNUSED, each, "rule", f"{rule.name} ({rule.id}) finds nothing here to suppress", UNUSED.remedy
            )


def _order(found: Found) -> tuple[int, int, str]:
    return (
        (found.place.line, found.place.column, found.rule.id)
        if found.place is not None
        else (0, 0, found.rule.id)
    )


# ── baselines ────────────────────────────────────────────────────────────────────────────────────
