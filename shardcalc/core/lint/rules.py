"""The rules of ``check``: what a pull request should be told, each rule in one place.

A rule has a stable id, a name, a severity, its reason, its remedy, the fact that it rests on, and one example that triggers it
beside one that does not. What a plan already knows (``findings.py``) is taken from the plan and not calculated again.
Pure: a planned stream, its policy and a day in, hits out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from shardcalc.core.capacity.findings import Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.bill import Bill, gigabytes, own_bill, provisioned_bill, standard_bill
from shardcalc.core.facts import Fact, Limits
from shardcalc.core.facts.prices import PriceSheet, StreamHours
from shardcalc.core.units import USD, Duration, ceil_div, decimal, percent
from shardcalc.core.workload.workload import Mode, Workload

if TYPE_CHECKING:
    from shardcalc.core.lint.policy import Asked, Policy

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Hit:
    """What one rule found in one stream."""

    message: str
    remedy: str
    at: tuple[str | int, ...] = ()
    """The field at fault; empty for the fields that the rule names."""
    fact: Fact[Any] | None = None
    severity: Severity | None = None
    """Where it is not the rule's own."""


@dataclass(slots=True)
class Subject:
    """One planned stream with everything that the rules may look at; bills are made when a rule asks for one."""

    workload: Workload
    plan: Plan
    asked: Asked
    policy: Policy
    owner: str
    one_rate: bool
    """Whether a single rate was given, which is then mean and peak."""
    limits: Limits
    prices: PriceSheet
    made: Bill | None = None

    @property
    def shards(self) -> int:
        """The shards that will run: those that are declared, else those that are needed."""
        return self.workload.shards or self.plan.shards

    @property
    def bill(self) -> Bill:
        """A month in the stream's own mode."""
        if self.made is None:
            self.made = own_bill(
                self.workload, self.shards, self.prices, self.limits, self.limits.month.value.in_hours
            )
        return self.made

    def provisioned(self, shards: int) -> Bill:
        """A month as a provisioned stream with so many shards."""
        return provisioned_bill(
            self.workload, shards, self.prices, self.limits, self.limits.month.value.in_hours
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, whole."""

    id: str
    name: str
    severity: Severity
    """The gravest that it reports, unless a policy says otherwise."""
    summary: str
    reason: str
    remedy: str
    bad: str
    """A profile that triggers it, or the fields of a stream that does."""
    good: str
    """The same without the fault."""
    fact: str = ""
    """The limit that it rests on, by its name in ``Limits``; empty for a rule of shardcalc's own."""
    at: tuple[str, ...] = ()
    """The fields where people will look for the fault, the best first; a field that is not given is passed over."""
    findings: tuple[str, ...] = ()
    """The plan's findings that it reports as they are."""
    look: Callable[[Subject], Sequence[Hit]] | None = None

    def source(self, limits: Limits) -> Fact[Any] | None:
        """The fact that it rests on."""
        return getattr(limits, self.fact) if self.fact else None


def example(text: str) -> str:
    """A whole profile of a rule's example."""
    if text.startswith("version:"):
        return text + "\n"
    return "version: 1\nstreams:\n  orders:\n" + "".join(f"    {line}\n" for line in text.splitlines())


# ── looking ──────────────────────────────────────────────────────────────────────────────────────


def _money(bill: Bill) -> str:
    return str(bill.total) if bill.complete else f"at least {bill.total}"


def _count(shards: int) -> str:
    return f"{shards:,} shard{'' if shards == 1 else 's'}"


def _unknown(bill: Bill) -> str:
    return ", ".join(line.title for line in bill.lines if line.price is None)


def _over_provisioned(subject: Subject) -> Sequence[Hit]:
    declared, needed = subject.workload.shards, subject.plan.shards
    above = subject.policy.over_provisioned_above
    if (
        declared is None
        or subject.workload.mode is not Mode.PROVISIONED
        or declared <= needed
        or declared <= needed * (1 + above)
    ):
        return ()
    bill = subject.bill
    saving = bill.total - subject.provisioned(needed).total
    if bill.complete and saving < subject.policy.saving_above:
        return ()
    worst = max(subject.plan.constraints, key=lambda constraint: constraint.load)
    money = f"{'' if bill.complete else 'at least '}{saving} a month"
    return (
        Hit(
            f"{declared:,} shards are declared and {needed:,} would do, more than {percent(above)} above: {worst.title} at "
            f"{percent(worst.utilisation(declared))}; the rest costs {money}",
            f"lower shards to {needed:,}, or declare the headroom that is wanted",
            fact=worst.fact,
        ),
    )


def _over_budget(subject: Subject) -> Sequence[Hit]:
    budget = subject.asked.budget or subject.policy.budget
    return (
        () if budget is None else _above(subject, budget, "above the budget of", ("budget",), reached=False)
    )


def _above(subject: Subject, most: USD, what: str, at: tuple[str, ...], *, reached: bool) -> Sequence[Hit]:
    bill = subject.bill
    shards = f" for {_count(subject.shards)}" if bill.mode is Mode.PROVISIONED else ""
    if bill.total > most or (reached and bill.total == most):
        message = f"{_money(bill)} a month in {bill.mode}{shards} is {what} {most}, by {bill.total - most}"
        return (
            Hit(
                message,
                "raise it, or lower shards, retention or fan-out; shardcalc plan shows each line of the bill",
                at,
            ),
        )
    if not bill.complete:
        message = f"{_money(bill)} a month in {bill.mode}{shards} cannot be held against {most}: no verified price for {_unknown(bill)}"
        return (
            Hit(
                message,
                f"check the bill by hand: prices in {bill.region} are not all known",
                at,
                severity=WARNING,
            ),
        )
    return ()


def _over_utilised(subject: Subject) -> Sequence[Hit]:
    most = subject.asked.max_utilisation or subject.policy.max_utilisation
    if most is None or subject.workload.mode is not Mode.PROVISIONED:
        return ()
    worst = max(subject.plan.constraints, key=lambda constraint: constraint.load)
    used = worst.utilisation(subject.shards)
    if used <= most:
        return ()
    return (
        Hit(
            f"{worst.title} is used to {percent(used)} at {_count(subject.shards)} where {percent(most)} is the most that is wanted",
            f"{'raise' if subject.workload.shards else 'declare'} shards{' to' if subject.workload.shards else ':'} {ceil_div(worst.load, most):,}",
            fact=worst.fact,
        ),
    )


def _unreachable(subject: Subject) -> Sequence[Hit]:
    current, target = subject.asked.current_shards, subject.shards
    if current is None or subject.workload.mode is not Mode.PROVISIONED:
        return ()
    from shardcalc.core.resharding.path import NoPath, allowed, path  # few streams ask

    if current == target or allowed(current, target, subject.limits):
        return ()
    try:
        steps = [f"{step.target:,}" for step in path(current, target, subject.limits).steps]
        remedy = f"deploy {len(steps)} times, {', then '.join(steps)}; shardcalc reshard {current} {target} shows the way"
    except NoPath as error:
        remedy = f"{error}"
    factor = subject.limits.reshard_factor.value
    bound = (
        f"at most {current * factor:,}"
        if target > current
        else f"at least {ceil_div(Fraction(current), factor):,}"
    )
    return (
        Hit(
            f"one deployment cannot go from {current:,} to {target:,} shards: UpdateShardCount takes {bound} from there",
            remedy,
        ),
    )


def _retention_cost(subject: Subject) -> Sequence[Hit]:
    retention = subject.workload.retention
    if retention is None or retention <= subject.limits.retention_least.value:
        return ()
    bill = subject.bill
    kept = sum(
        (
            line.cost.amount
            for line in bill.lines
            if line.name in ("extended-retention", "long-term-retention") and line.cost is not None
        ),
        Fraction(0),
    )
    # An unknown line could make the part smaller, so nothing is said of a bill that is not whole.
    if not bill.complete or kept <= bill.total.amount * subject.policy.retention_share_above:
        return ()
    return (
        Hit(
            f"keeping records for {retention} costs {USD(kept)} of {bill.total} a month, more than {percent(subject.policy.retention_share_above)} of the bill",
            f"keep them for {subject.limits.retention_least.value} and archive to S3, or accept it with a reason",
        ),
    )


def _retention_step(subject: Subject) -> Sequence[Hit]:
    retention, least, most = (
        subject.workload.retention,
        subject.limits.retention_least.value,
        subject.limits.extended_retention_most.value,
    )
    if retention is None or subject.workload.mode is not Mode.PROVISIONED or not least < retention < most:
        return ()
    return (
        Hit(
            f"a retention of {retention} costs the same as {most}: a provisioned stream pays for extended retention by the shard-hour",
            f"keep records for {most} at no further cost, or for {least} and save the charge",
        ),
    )


def _cheaper_mode(subject: Subject) -> Sequence[Hit]:
    mode, month = subject.workload.mode, subject.limits.month.value.in_hours
    bill = subject.bill
    if mode is Mode.PROVISIONED:
        # An on-demand stream costs at least its hours and the bytes that come in, so most streams need no second bill.
        hour, data_in = subject.prices.on_demand_stream_hour, subject.prices.on_demand_data_in
        if hour is None or data_in is None:
            return ()
        most = bill.total - hour.cost(StreamHours(month)) - subject.policy.saving_above
        moved = subject.workload.rps.mean.of(subject.workload.size).over(subject.limits.month.value)
        if most.amount <= 0 or data_in.cost(gigabytes(moved.amount)) >= most:
            return ()
        other = standard_bill(subject.workload, subject.prices, subject.limits, month)
    elif mode is Mode.ON_DEMAND_STANDARD:
        other = subject.provisioned(subject.plan.shards)
    else:
        return ()  # Advantage is an account's choice: its price for one stream alone says nothing
    if not (bill.complete and other.complete) or bill.total - other.total <= subject.policy.saving_above:
        return ()
    return (
        Hit(
            f"{other.mode} costs {other.total} a month, {bill.total - other.total} less than {mode} at {bill.total}, at the mean rate",
            f"change the mode to {other.mode}"
            + (f" with {subject.plan.shards:,} shards" if mode is not Mode.PROVISIONED else ""),
        ),
    )


def _no_owner(subject: Subject) -> Sequence[Hit]:
    return (
        ()
        if subject.owner
        else (Hit("nobody is named as its owner", "write owner: and the team or person who answers for it"),)
    )


def _peak_missing(subject: Subject) -> Sequence[Hit]:
    if not subject.one_rate:
        return ()
    rate = subject.workload.rps.peak
    return (
        Hit(
            f"one rate of {rate} is taken for both mean and peak",
            f"write rps: {{mean: {decimal(rate.amount)}, peak: ...}} with the busiest minute",
        ),
    )


def _unverified_price(subject: Subject) -> Sequence[Hit]:
    bill = subject.bill
    if not bill.doubts:
        return ()
    unsure = ", ".join(
        line.title for line in bill.lines if line.price is not None and not line.price.verified
    )
    parts = ([f"no price is known for {_unknown(bill)}"] if not bill.complete else []) + (
        [f"the price of {unsure} is not verified"] if unsure else []
    )
    known = f"the bill of {_money(bill)} a month" if bill.total else "no bill can be made"
    return (
        Hit(
            f"{known} in {bill.region}: {', and '.join(parts)}",
            "check it against the AWS Price List before relying on it",
        ),
    )


def _expectation(subject: Subject) -> Sequence[Hit]:
    expect = subject.asked.expect
    if expect is None:
        return ()
    hits: list[Hit] = []
    plan = subject.plan
    if expect.shards is not None and expect.shards != plan.shards:
        hits.append(
            Hit(
                f"{expect.shards:,} shards are expected, {plan.shards:,} are needed",
                f"expect {plan.shards:,}, or mend what changed",
                ("expect", "shards"),
            )
        )
    binding = list(dict.fromkeys(constraint.name for constraint in plan.binding))
    if expect.binding and expect.binding not in binding:
        message = f"{expect.binding} is expected to decide the count, {' and '.join(binding)} decides"
        hits.append(Hit(message, f"expect {binding[0]}, or mend what changed", ("expect", "binding")))
    if expect.monthly_cost_below is not None:
        hits += _above(
            subject, expect.monthly_cost_below, "not below", ("expect", "monthly_cost_below"), reached=True
        )
    return hits


def stale(limits: Limits, sheets: Iterable[PriceSheet], policy: Policy, today: date) -> Hit | None:
    """The oldest fact, when it is older than the policy allows."""
    facts: list[tuple[date, str]] = [(fact.date, f"limit {fact.name}") for fact in limits]
    facts += [
        (price.date, f"price {name} in {sheet.region}")
        for sheet in sheets
        for name, price in sheet.dimensions()
        if price is not None
    ]
    limit = policy.facts_older_than
    old = [(day, name) for day, name in facts if Duration(Fraction((today - day).days * 86400)) > limit]
    if not old:
        return None
    day, name = min(old)
    count = f"{len(old):,} facts are" if len(old) > 1 else "a fact is"
    return Hit(
        f"{count} older than {decimal(limit.amount / 86400)} d on {today}, the oldest ({name}) of {day}",
        "upgrade shardcalc, or check them against AWS and raise facts_older_than; shardcalc facts lists them",
    )


# ── the rules ────────────────────────────────────────────────────────────────────────────────────

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "SC001", "under-provisioned", ERROR,
        "declared shards are fewer than needed",
        "The shards that are declared cannot carry the peak with its headroom: writes or reads will be throttled.",
        "raise shards to what shardcalc plan asks for, or correct the workload",
        bad="size: 1 MiB\nrps: 6\nconsumers: 7\nshards: 12",
        good="size: 1 MiB\nrps: 6\nconsumers: 7\nshards: 21",
        fact="write_bytes", at=("shards",), findings=("under-provisioned",),
    ),
    Rule(
        "SC002", "over-provisioned", WARNING,
        "declared shards are far more than needed, and cost money",
        "Each open shard is billed by the hour, used or not. The rule speaks when the declared count is above the needed one by more than "
        "over_provisioned_above and the difference costs saving_above or more a month.",
        "lower shards, or declare the headroom that is wanted",
        bad="size: 1 KiB\nrps: 100\nshards: 16",
        good="size: 1 KiB\nrps: 100\nshards: 1",
        fact="put_payload_unit", at=("shards",), look=_over_provisioned,
    ),
    Rule(
        "SC003", "getrecords-calls", WARNING,
        "consumers call GetRecords more often than a shard allows",
        "All consumers that share a shard share its GetRecords calls. Every consumer polls every shard, so more shards never help.",
        "poll less often, merge consumers, or move some to enhanced fan-out",
        bad="size: 1 KiB\nrps: 10\nconsumers: 6",
        good="size: 1 KiB\nrps: 10\nconsumers: 5",
        fact="get_records_calls", at=("consumers",), findings=("getrecords-calls",),
    ),
    Rule(
        "SC004", "hot-key", ERROR,
        "one partition key carries more than a shard takes",
        "All records of one partition key go to one shard, so its share of the traffic must fit one shard, whatever the count.",
        "spread the key over salted keys, or aggregate its records",
        bad="size: 1 KiB\nrps: 5000\nhottest_key: 30%",
        good="size: 1 KiB\nrps: 5000\nhottest_key: 1%",
        fact="hot_key_bytes", at=("hottest_key",), findings=("hot-key",),
    ),
    Rule(
        "SC005", "hot-key-shard", WARNING,
        "the shard of the hottest key overflows",
        "The hottest key fits a shard alone, but its shard also takes an even part of all other keys.",
        "plan more shards, or spread the key over salted keys",
        bad="size: 1 KiB\nrps: 3000\nhottest_key: 20%",
        good="size: 1 KiB\nrps: 3000\nhottest_key: 1%\nheadroom: 50%",
        fact="hot_key_bytes", at=("hottest_key",), findings=("hot-key-shard",),
    ),
    Rule(
        "SC006", "record-too-large", ERROR,
        "a record is larger than the stream accepts",
        "PutRecord refuses a record, partition key included, above the stream's maximum size.",
        "raise the stream's MaxRecordSizeInKiB and declare max_record_size, or keep large data in S3",
        bad="size: 100 KiB\nmax_size: 2 MiB\nrps: 10",
        good="size: 100 KiB\nmax_size: 2 MiB\nmax_record_size: 2 MiB\nrps: 10",
        fact="record_size_default", at=("max_size", "sizes", "size"), findings=("record-too-large", "max-record-size"),
    ),
    Rule(
        "SC007", "large-records", WARNING,
        "large records are more than a rare exception",
        "Records above the default maximum live off a shard's burst bucket; AWS advises to keep them rare.",
        "keep large records rare, or put them in S3 with a pointer",
        bad="size: 2 MiB\nmax_record_size: 10 MiB\nrps: 1",
        good="size: 100 KiB\nrps: 1",
        fact="large_record_share", at=("sizes", "max_size", "size"), findings=("large-records",),
    ),
    Rule(
        "SC008", "fan-out-consumers", ERROR,
        "more fan-out consumers than can be registered",
        "RegisterStreamConsumer refuses consumers above the stream's limit.",
        "merge consumers, move some to shared throughput, or use On-demand Advantage",
        bad="size: 1 KiB\nrps: 10\nfan_out: 21",
        good="size: 1 KiB\nrps: 10\nfan_out: 20",
        fact="fan_out_consumers", at=("fan_out", "consumers"), findings=("fan-out-consumers",),
    ),
    Rule(
        "SC009", "backlog-expires", ERROR,
        "records expire before a backlog is read",
        "After the declared outage the oldest records are older than the retention, or close to it.",
        "keep records longer than the longest outage, twice as long to stay below AWS's alarm point",
        bad="size: 1 KiB\nrps: 10\nretention: 24h\ncatch_up: {outage: 30h, within: 6h}",
        good="size: 1 KiB\nrps: 10\nretention: 7d\ncatch_up: {outage: 30h, within: 6h}",
        fact="iterator_age_alarm", at=("retention", "catch_up"), findings=("backlog-expires",),
    ),
    Rule(
        "SC010", "fan-out-catch-up", WARNING,
        "fan-out consumers drain a backlog too slowly",
        "A fan-out consumer has its own read throughput, which more shards raise; here it is too little for the promised time.",
        "plan more shards, or promise a longer time",
        bad="size: 1 KiB\nrps: 1000\nconsumers: 0\nfan_out: 1\ncatch_up: {outage: 6h, within: 1h}",
        good="size: 1 KiB\nrps: 1000\nconsumers: 0\nfan_out: 1\ncatch_up: {outage: 1h, within: 6h}",
        fact="fan_out_bytes", at=("catch_up", "fan_out"), findings=("fan-out-catch-up",),
    ),
    Rule(
        "SC011", "shard-quota", ERROR,
        "more shards than the stream or the account may have",
        "A shard count above a quota fails when it is deployed. Quotas of small Regions are not published one by one.",
        "ask AWS for more before deploying, or spread the load over several streams",
        bad="size: 1 KiB\nrps: 7000k\nregion: eu-central-1",
        good="size: 1 KiB\nrps: 7000k\nregion: us-east-1",
        fact="shard_quota_small", at=("shards", "region"), findings=("shard-quota",),
    ),
    Rule(
        "SC012", "retention-range", ERROR,
        "the retention cannot be set",
        "Retention is set in whole hours between AWS's least and most.",
        "write whole hours in the range",
        bad="size: 1 KiB\nrps: 10\nretention: 12h",
        good="size: 1 KiB\nrps: 10\nretention: 24h",
        fact="retention_least", at=("retention",), findings=("retention-range",),
    ),
    Rule(
        "SC013", "retention-cost", WARNING,
        "keeping records is most of the bill",
        "What is kept beyond the first day is billed extra. The rule speaks when that is more than retention_share_above of the bill.",
        "keep records for less time and archive them to S3",
        bad="size: 1 MiB\nrps: 5\nconsumers: 1\nretention: 365d\nmode: provisioned",
        good="size: 1 MiB\nrps: 5\nconsumers: 1\nretention: 24h\nmode: provisioned",
        fact="extended_retention_most", at=("retention",), look=_retention_cost,
    ),
    Rule(
        "SC014", "retention-step", INFO,
        "the same price keeps records longer",
        "A provisioned stream pays for extended retention by the shard-hour, the same from the first hour beyond a day to the seventh day.",
        "use the whole of it, or go back to one day",
        bad="size: 1 KiB\nrps: 10\nretention: 48h",
        good="size: 1 KiB\nrps: 10\nretention: 7d",
        fact="extended_retention_most", at=("retention",), look=_retention_step,
    ),
    Rule(
        "SC015", "over-budget", ERROR,
        "the bill is above the budget",
        "The month's bill in the stream's own mode, for the declared shards, is above budget. A bill with unknown prices cannot be cleared, and is a warning.",
        "raise the budget, or lower shards, retention or fan-out",
        bad="size: 1 KiB\nrps: 100\nshards: 16\nbudget: 100 USD",
        good="size: 1 KiB\nrps: 100\nshards: 4\nbudget: 100 USD",
        fact="put_payload_unit", at=("budget", "shards"), look=_over_budget,
    ),
    Rule(
        "SC016", "over-utilised", ERROR,
        "a limit is used above max_utilisation",
        "The busiest limit, headroom included, is used more than max_utilisation of the stream or its policy.",
        "raise shards",
        bad="size: 1 KiB\nrps: 900\nshards: 1\nmax_utilisation: 80%",
        good="size: 1 KiB\nrps: 900\nshards: 2\nmax_utilisation: 80%",
        at=("shards", "max_utilisation"), look=_over_utilised,
    ),
    Rule(
        "SC017", "unreachable", ERROR,
        "one deployment cannot reach the declared shards",
        "One call of UpdateShardCount cannot more than double a stream, nor go below half of it: applying 2 to 16 fails.",
        "go in several deployments",
        bad="size: 1 MiB\nrps: 16\ncurrent_shards: 2\nshards: 16",
        good="size: 1 MiB\nrps: 16\ncurrent_shards: 8\nshards: 16",
        fact="reshard_factor", at=("shards", "current_shards"), look=_unreachable,
    ),
    Rule(
        "SC018", "cheaper-mode", INFO,
        "another capacity mode is cheaper",
        "At the mean rate, the same traffic costs less in the other mode by more than saving_above a month. On-demand Advantage is an "
        "account's choice and not compared.",
        "change the mode, or accept the price for what it gives",
        bad="size: 1 KiB\nrps: {mean: 1, peak: 9000}",
        good="size: 1 KiB\nrps: {mean: 900, peak: 900}",
        fact="on_demand_record_unit", at=("mode",), look=_cheaper_mode,
    ),
    Rule(
        "SC019", "lambda-settings", ERROR,
        "a Lambda setting is out of range",
        "Lambda refuses an event source mapping with such a setting.",
        "write a value that Lambda takes",
        bad="size: 1 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, parallelization_factor: 11}",
        good="size: 1 KiB\nrps: 10\nconsumers:\n  - {name: billing, type: lambda, parallelization_factor: 10}",
        fact="lambda_factor", at=("consumers",), findings=("lambda-settings",),
    ),
    Rule(
        "SC020", "slow-poll", WARNING,
        "a consumer polls too seldom to keep up",
        "One GetRecords answer is bounded, so a long pause leaves more behind than the next answer holds.",
        "poll more often",
        bad="size: 1 KiB\nrps: 1000\nconsumers:\n  - {name: nightly, type: sdk, poll_interval: 1 min}",
        good="size: 1 KiB\nrps: 1000\nconsumers:\n  - {name: nightly, type: sdk, poll_interval: 1 s}",
        fact="get_records_size", at=("consumers",), findings=("slow-poll",),
    ),
    Rule(
        "SC021", "aggregation-idle", WARNING,
        "aggregation does nothing",
        "Two records do not fit the target size, so each is sent alone.",
        "raise target_size, or take aggregation out",
        bad="size: 20 KiB\nrps: 10\naggregation: {target_size: 25 KiB}",
        good="size: 1 KiB\nrps: 1000\naggregation: {target_size: 25 KiB}",
        fact="aggregate_overhead", at=("aggregation",), findings=("aggregation-idle",),
    ),
    Rule(
        "SC022", "aggregation-unfilled", INFO,
        "aggregates leave before they are full",
        "The producer library sends an aggregate after a short wait, full or not; here too few records come in that time.",
        "let producers wait longer, or plan with a smaller target_size",
        bad="size: 1 KiB\nrps: 10\naggregation: {target_size: 25 KiB}",
        good="size: 1 KiB\nrps: 1000\naggregation: {target_size: 25 KiB}",
        fact="aggregate_wait", at=("aggregation",), findings=("aggregation-unfilled",),
    ),
    Rule(
        "SC023", "no-owner", WARNING,
        "a stream has no owner",
        "When it throttles at night, somebody must be called.",
        "write owner: in the stream or in defaults",
        bad="size: 1 KiB\nrps: {mean: 10, peak: 20}",
        good="owner: payments\nsize: 1 KiB\nrps: {mean: 10, peak: 20}",
        look=_no_owner,
    ),
    Rule(
        "SC024", "peak-missing", INFO,
        "one rate stands for mean and peak",
        "Shards must carry the peak, the bill follows the mean; one number is wrong for one of them.",
        "write rps: {mean: ..., peak: ...}",
        bad="size: 1 KiB\nrps: 10",
        good="size: 1 KiB\nrps: {mean: 10, peak: 20}",
        at=("rps",), look=_peak_missing,
    ),
    Rule(
        "SC025", "unverified-price", INFO,
        "a bill rests on a price that is unknown or not verified",
        "A price that nobody could verify stays unknown, and a total with it says at least.",
        "check the bill against the AWS Price List",
        bad="size: 1 KiB\nrps: 10\nregion: eu-west-3",
        good="size: 1 KiB\nrps: 10\nregion: us-east-1",
        fact="put_payload_unit", at=("region",), look=_unverified_price,
    ),
    Rule(
        "SC026", "stale-facts", WARNING,
        "limits or prices were read long ago",
        "AWS changes limits and prices several times a year. The rule speaks when a fact in use is older than facts_older_than, once for each file.",
        "upgrade shardcalc, or check the facts and raise facts_older_than",
        bad="version: 1\npolicy:\n  facts_older_than: 1d\nstreams:\n  orders: {size: 1 KiB, rps: 10}",
        good="version: 1\npolicy:\n  facts_older_than: 36500d\nstreams:\n  orders: {size: 1 KiB, rps: 10}",
    ),
    Rule(
        "SC027", "expectation", ERROR,
        "the plan is not what the profile expects",
        "expect: is the profile's test of itself: the needed shards, the limit that decides, and the month's cost.",
        "correct the expectation, or what changed the plan",
        bad="size: 1 MiB\nrps: 6\nconsumers: 7\nexpect: {shards: 12, binding: write-bytes}",
        good="size: 1 MiB\nrps: 6\nconsumers: 7\nexpect: {shards: 21, binding: read-bytes, monthly_cost_below: 400 USD}",
        at=("expect",), look=_expectation,
    ),
    Rule(
        "SC028", "suppression-expired", WARNING,
        "a suppression has expired",
        "Its last day has passed, so it hides nothing any more.",
        "remove it, or give it a later day with a new reason",
        bad="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved, until: 2026-01-15}",
        good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved, until: 2099-01-15}",
    ),
    Rule(
        "SC029", "suppression-unknown", WARNING,
        "a suppression names no rule",
        "A misspelt rule hides nothing, while its author believes it does.",
        "write a rule's id or name",
        bad="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owners, reason: being moved}",
        good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
    ),
    Rule(
        "SC030", "suppression-unused", WARNING,
        "a suppression hides nothing",
        "What it was written for is gone; left in place it would hide the next fault. Suppressions in .shardcalc.yaml are not held to it, since "
        "one run may see only some of the files.",
        "remove it",
        bad="owner: payments\nsize: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
        good="size: 1 KiB\nrps: 10\nignore:\n  - {rule: no-owner, reason: being moved}",
    ),
)  # fmt: skip
"""Every rule that a policy can grade. Ids are for ever: a rule that goes leaves its number unused."""

UNUSABLE: Final = Rule(
    "SC000", "unusable", ERROR,
    "a file cannot be used",
    "A file that is not a profile is reported in the format that was asked for, and the exit code is 2. It cannot be graded or suppressed.",
    "correct the file",
    bad="size: 2 kilo\nrps: 10",
    good="size: 2 KiB\nrps: 10",
)  # fmt: skip

BY_NAME: Final[Mapping[str, Rule]] = {key: rule for rule in RULES for key in (rule.id.lower(), rule.name)}
BY_FINDING: Final[Mapping[str, Rule]] = {name: rule for rule in RULES for name in rule.findings}
STALE, EXPIRED, UNKNOWN, UNUSED = (
    BY_NAME[name]
    for name in ("stale-facts", "suppression-expired", "suppression-unknown", "suppression-unused")
)
REPLACED: Final = frozenset({"over-provisioned"})
"""Findings of a plan that a rule looks for itself, because a policy sets its threshold."""
_LOOKS: Final = tuple((rule, rule.look) for rule in RULES if rule.look is not None)


def judge(subject: Subject) -> list[tuple[Rule, Severity, Hit]]:
    """Everything that the rules find in one stream, those that are off left out."""
    found: list[tuple[Rule, Severity, Hit]] = []
    grades = subject.policy.rules
    for finding in subject.plan.findings:
        rule = BY_FINDING.get(finding.id)
        # What a plan tells in passing ("nothing to do") is no finding of a linter.
        if rule is None or (
            finding.severity is INFO and rule.severity is not INFO and finding.id == "fan-out-catch-up"
        ):
            continue
        at = ("max_record_size",) if finding.id == "max-record-size" else finding.at
        found.append((rule, finding.severity, Hit(finding.message, finding.remedy, at, finding.fact)))
    for rule, look in _LOOKS:
        hits = look(subject)
        if hits:
            found += [(rule, hit.severity or rule.severity, hit) for hit in hits]
    if grades:
        graded = [(rule, grades.get(rule.id, severity), hit) for rule, severity, hit in found]
        return [(rule, severity, hit) for rule, severity, hit in graded if severity is not None]
    return found
