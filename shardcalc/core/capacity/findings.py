"""What a plan's reader must know besides the count: above all, what more shards cannot relieve.

Each finding says what is wrong, what to do, and which fact it rests on. Pure: a plan and the limits in,
findings out.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.polling import get_records_calls, poll_interval
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits, regions
from shardcalc.core.text import decimal, percent
from shardcalc.core.units import Duration, Size, ceil_div
from shardcalc.core.workload.parts import Consumer, ConsumerType, Mode

ONE: Final = Fraction(1)


def find(plan: Plan, limits: Limits) -> list[Finding]:
    """All findings of one plan, in the order in which they are shown."""
    workload = plan.workload
    looks = [_get_records_calls, _shard_quota]
    if workload.shards is not None:
        looks.insert(0, _declared_shards)
    if workload.hottest_key is not None:
        looks.append(_hot_key)
    if (
        workload.size > limits.record_size_default.value
        or workload.max_size is not None
        or workload.max_record_size is not None
    ):
        looks += [_record_size, _large_records]
    if workload.fan_out:
        looks.append(_fan_out_consumers)
    if workload.catch_up is not None:
        looks.append(_backlog)
    if workload.retention is not None:
        looks.append(_retention)
    if workload.long_term_reads is not None:
        looks.append(_long_term_reads)
    for consumer in workload.consumers:
        if (
            consumer.poll_interval is not None
            or consumer.parallelization_factor is not None
            or consumer.batch_size is not None
        ):
            looks += [_lambda_settings, _slow_poll]
            break
    if workload.aggregation is not None:
        looks += [_record_size, _aggregation] if _record_size not in looks else [_aggregation]
    return [finding for look in looks for finding in look(plan, limits)]


def _get_records_calls(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload, allowed = plan.workload, limits.get_records_calls.value
    calls = get_records_calls(workload, limits)
    if calls <= allowed:
        return
    pollers = [consumer for consumer in workload.consumers if consumer.is_shared]
    # AWS fixes how often Lambda and Firehose poll; all others can be told to wait.
    free = [
        consumer for consumer in pollers if consumer.type not in (ConsumerType.LAMBDA, ConsumerType.FIREHOSE)
    ]
    ways = []
    slower = _slower(pollers, free, limits)
    if slower is not None:
        free = [consumer for consumer in free if poll_interval(consumer, limits) < slower]
        who = "" if len(free) == len(pollers) else f" with {' and '.join(_names(free))}"
        ways.append(f"poll every {slower} or slower{who}")
    move, left = 0, calls.amount
    moved: list[Consumer] = []
    for consumer in sorted(pollers, key=lambda c: poll_interval(c, limits).amount):
        each = 1 / poll_interval(consumer, limits).amount
        take = min(consumer.count, ceil_div(max(left - allowed.amount, Fraction(0)), each))
        if take > 0:
            move, left = move + take, left - take * each
            moved.append(consumer)
    which = " and ".join(_names(moved)) if all(c.name for c in moved) else f"{move} of them"
    ways.append(f"move {which} to enhanced fan-out")
    who = f"{workload.shared} shared consumer{'s make' if workload.shared != 1 else ' makes'}"
    assumed = "" if all(c.poll_interval for c in pollers) else " (poll intervals assumed where not declared)"
    yield Finding(
        "getrecords-calls",
        Severity.WARNING,
        f"{who} {decimal(calls.amount)} GetRecords calls/s on every shard where {decimal(allowed.amount)} "
        f"are allowed{assumed}; more shards will not help",
        ", or ".join(ways),
        limits.get_records_calls,
    )


def _slower(pollers: list[Consumer], free: list[Consumer], limits: Limits) -> Duration | None:
    """The interval at which the free pollers must poll to fit the budget, in whole milliseconds; None when
    none is enough.
    """
    while free:
        fixed = sum(
            (c.count / poll_interval(c, limits).amount for c in pollers if c not in free), Fraction(0)
        )
        left = limits.get_records_calls.value.amount - fixed
        if left <= 0:
            return None
        slower = Duration(Fraction(ceil_div(sum(c.count for c in free) / left * 1000), 1000))
        slowed = [consumer for consumer in free if poll_interval(consumer, limits) < slower]
        if slowed == free:
            return slower
        free = slowed
    return None


def _names(consumers: list[Consumer]) -> list[str]:
    return [consumer.name or f"the {consumer.type} consumers" for consumer in consumers]


def _hot_key(plan: Plan, limits: Limits) -> Iterator[Finding]:
    share = plan.workload.hottest_key
    if share is None:  # pragma: no cover - find() looks only where a key is given
        return
    headroom = ONE + plan.workload.headroom
    # Most keys fit with their shard's part of the rest, and so alone: one product each tells.
    part = (share + (ONE - share) / plan.shards) * headroom
    room, records = (
        min(limits.hot_key_bytes.value, limits.write_bytes.value).amount,
        min(limits.hot_key_records.value, limits.write_records.value).amount * plan.packing.records,
    )
    if plan.write.amount * part <= room and plan.workload.rps.peak.amount * part <= records:
        return
    demands = (
        (plan.write * headroom, limits.hot_key_bytes, limits.write_bytes.value.amount),
        (
            plan.workload.rps.peak / plan.packing.records * headroom,
            limits.hot_key_records,
            limits.write_records.value.amount,
        ),
    )
    over = [
        (demand * share, fact) for demand, fact, _ in demands if demand.amount * share > fact.value.amount
    ]
    if over:
        salts = max(ceil_div(demand.amount, fact.value.amount) for demand, fact in over)
        written = " and ".join(f"{demand} where {fact.value} are allowed" for demand, fact in over)
        yield Finding(
            "hot-key",
            Severity.ERROR,
            f"the hottest partition key, {percent(share)} of the traffic, takes {written}; one key is always "
            "on one shard, so more shards will not help",
            f"spread it over {salts} salted keys (key#0 to key#{salts - 1}), or aggregate its records",
            over[0][1],
        )
        return
    shards = plan.shards
    needed = 0
    worst = None
    for demand, fact, limit in demands:
        hottest = demand.amount * share + demand.amount * (1 - share) / shards
        if hottest > limit:
            left = limit - demand.amount * share
            count = ceil_div(demand.amount * (1 - share), left) if left else 0
            if worst is None or count > needed:
                needed, worst = count, (type(demand)(hottest), fact)
    if worst is not None:
        more = f"plan {needed:,} shards, or " if needed else ""
        yield Finding(
            "hot-key-shard",
            Severity.WARNING,
            f"the shard that holds the hottest key ({percent(share)}) also takes its part of the rest: "
            f"{worst[0]} at {shards:,} shards where {worst[1].value} are allowed",
            f"{more}spread the key over salted keys",
            worst[1],
        )


def _record_size(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload = plan.workload
    largest = max(workload.max_size or workload.size, plan.packing.size)
    most = limits.record_size_most
    if largest > most.value:
        yield Finding(
            "record-too-large",
            Severity.ERROR,
            f"a record of {largest} cannot be written: no stream accepts more than {most.value}",
            "put the data in S3 and a pointer in the record, or split it",
            most,
        )
        return
    setting = workload.max_record_size or limits.record_size_default.value
    if workload.max_record_size is not None and workload.max_record_size > most.value:
        yield Finding(
            "max-record-size",
            Severity.ERROR,
            f"max_record_size of {setting} is out of range",
            f"set it to {most.value} or less",
            most,
            ("max_record_size",),
        )
    if largest > setting:
        yield Finding(
            "record-too-large",
            Severity.ERROR,
            f"a record of {largest} is refused: the stream accepts {setting}"
            + ("" if workload.max_record_size else " unless it is set higher"),
            f"UpdateMaxRecordSize with MaxRecordSizeInKiB of {ceil_div(largest.amount, 1024):,} or more, "
            "then declare max_record_size",
            limits.record_size_default,
        )


def _large_records(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload = plan.workload
    large, advised, bucket = limits.record_size_default.value, limits.large_record_share, limits.burst_bucket
    largest = workload.max_size or workload.size
    if largest <= large or largest > limits.record_size_most.value:
        return
    if workload.sizes:
        share = sum((part.share for part in workload.sizes if part.size > large), Fraction(0))
        known = f"{percent(share)} of the records are"
        severity = Severity.WARNING if share > advised.value else Severity.INFO
    elif workload.size > large:
        known, severity = "the mean record is", Severity.WARNING
    else:
        # Each large record is above 1 MiB, so their share is below mean / 1 MiB for any mix of sizes.
        share = workload.size.ratio_to(large)
        known = f"up to {percent(share)} of the records may be"
        severity = Severity.INFO
    spare = limits.write_bytes.value - plan.write * (ONE + workload.headroom) / plan.shards
    at_once = bucket.value.ratio_to(largest)
    pace = (
        f"one every {Duration(Fraction(ceil_div(largest.amount / spare.amount * 10), 10))}"
        if spare
        else "none, the shard has no spare bytes"
    )
    yield Finding(
        "large-records",
        severity,
        f"{known} above {large}, AWS advises at most {percent(advised.value)}; a shard's burst bucket of "
        f"{bucket.value} takes "
        f"{at_once.numerator // at_once.denominator} records of {largest} at once, then {pace} at "
        f"{plan.shards:,} shards",
        "keep large records rare, put them in S3 with a pointer, or plan more shards"
        + ("" if workload.sizes else "; declare sizes to know their share"),
        advised,
    )


def _fan_out_consumers(plan: Plan, limits: Limits) -> Iterator[Finding]:
    advantage = plan.workload.mode is Mode.ON_DEMAND_ADVANTAGE
    fact = limits.fan_out_consumers_advantage if advantage else limits.fan_out_consumers
    if plan.workload.fan_out > fact.value:
        yield Finding(
            "fan-out-consumers",
            Severity.ERROR,
            f"{plan.workload.fan_out} fan-out consumers where {fact.value} can be registered ({fact.scope})",
            "merge consumers, move some to shared throughput"
            + (
                ""
                if advantage
                else f", or use On-demand Advantage, which takes {limits.fan_out_consumers_advantage.value}"
            ),
            fact,
        )


def _backlog(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload = plan.workload
    if workload.catch_up is None:  # pragma: no cover - find() looks only where there is one
        return
    outage, within = workload.catch_up.outage, workload.catch_up.within
    retention = workload.retention or limits.retention_least.value
    if outage >= retention:
        yield Finding(
            "backlog-expires",
            Severity.ERROR,
            f"after an outage of {outage} the oldest records have expired before they are read: retention is "
            f"{retention}",
            f"keep records longer than {outage}, at least "
            f"{Duration(outage.amount / limits.iterator_age_alarm.value)} to stay below AWS's alarm point",
            limits.retention_least,
        )
    elif outage > retention * limits.iterator_age_alarm.value:
        yield Finding(
            "backlog-expires",
            Severity.WARNING,
            f"an outage of {outage} lets records grow older than {percent(limits.iterator_age_alarm.value)} "
            f"of the retention of {retention}",
            f"keep records for {Duration(outage.amount / limits.iterator_age_alarm.value)} or more",
            limits.iterator_age_alarm,
        )
    if workload.fan_out:
        demand = plan.write * (ONE + workload.headroom)
        spare = limits.fan_out_bytes.value * plan.shards - demand
        time = Duration(Fraction(ceil_div(demand.over(outage).amount / spare.amount)))
        needed = ceil_div(demand.amount * (ONE + outage.ratio_to(within)), limits.fan_out_bytes.value.amount)
        yield Finding(
            "fan-out-catch-up",
            Severity.INFO if time <= within else Severity.WARNING,
            f"a fan-out consumer has its own {limits.fan_out_bytes.value} per shard: at {plan.shards:,} "
            f"shards it drains an outage of {outage} in {time}",
            "" if time <= within else f"plan {needed:,} shards to drain it within {within}",
            limits.fan_out_bytes,
        )


def _retention(plan: Plan, limits: Limits) -> Iterator[Finding]:
    retention = plan.workload.retention
    least, most = limits.retention_least, limits.retention_most
    if retention is None:  # pragma: no cover - find() looks only where one is given
        return
    hours = retention.in_hours
    if not least.value <= retention <= most.value or hours.denominator != 1:
        yield Finding(
            "retention-range",
            Severity.ERROR,
            f"a retention of {decimal(hours)} h cannot be set",
            f"whole hours from {decimal(least.value.in_hours)} to {decimal(most.value.in_hours)}",
            least if retention < least.value else most,
        )


def _long_term_reads(plan: Plan, limits: Limits) -> Iterator[Finding]:
    read, most = plan.workload.long_term_reads, limits.extended_retention_most
    retention = plan.workload.retention or limits.retention_least.value
    if retention <= most.value:
        yield Finding(
            "long-term-reads",
            Severity.INFO,
            f"long-term reads of {read} a month are not billed: with a retention of {retention} there is "
            f"nothing older than {most.value} to read",
            f"keep records for more than {most.value}, or leave long_term_reads out",
            most,
            ("long_term_reads",),
        )


def _shard_quota(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload = plan.workload
    shards = max(plan.shards, workload.shards or 0)
    most = limits.shards_most
    ask = "spread the load over several streams, or ask AWS for more"
    if shards > most.value:
        yield Finding(
            "shard-quota",
            Severity.ERROR,
            f"{shards:,} shards where one stream can be scaled to {most.value:,}",
            ask,
            most,
        )
    elif (
        workload.mode is Mode.PROVISIONED
        and workload.region not in regions().large
        and shards > limits.shard_quota_small.value
    ):
        small, large = limits.shard_quota_small, limits.shard_quota_small_most
        above = shards > large.value
        yield Finding(
            "shard-quota",
            Severity.ERROR if above else Severity.WARNING,
            f"{shards:,} shards {'are' if above else 'may be'} above the account's quota in "
            f"{workload.region}, "
            f"{small.value:,} or {large.value:,} for all its streams",
            "read the quota with DescribeLimits and ask for more before scaling",
            small,
        )


def _declared_shards(plan: Plan, limits: Limits) -> Iterator[Finding]:
    declared, needed = plan.workload.shards, plan.shards
    if declared is None or declared == needed or plan.workload.mode is not Mode.PROVISIONED:
        return
    worst = max(plan.constraints, key=lambda constraint: constraint.load)
    used = f"{worst.title} at {percent(worst.utilisation(declared))}"
    if declared < needed:
        message = f"{declared:,} shards are declared and {needed:,} are needed: {used}"
        yield Finding(
            "under-provisioned", Severity.ERROR, message, f"raise shards to {needed:,} or more", worst.fact
        )
    else:
        message = f"{declared:,} shards are declared, {needed:,} are enough: {used}"
        yield Finding(
            "over-provisioned",
            Severity.INFO,
            message,
            f"lower shards to {needed:,}, or declare the headroom that is wanted",
            worst.fact,
        )


def _lambda_settings(plan: Plan, limits: Limits) -> Iterator[Finding]:
    for index, consumer in enumerate(plan.workload.consumers):
        for name, value, fact in (
            ("parallelization_factor", consumer.parallelization_factor, limits.lambda_.factor),
            ("batch_size", consumer.batch_size, limits.lambda_.batch),
        ):
            if value is not None and value > fact.value:
                yield Finding(
                    "lambda-settings",
                    Severity.ERROR,
                    f"{consumer}: {name} of {value:,} is more than Lambda accepts",
                    f"at most {fact.value:,}",
                    fact,
                    ("consumers", index, name),
                )


def _slow_poll(plan: Plan, limits: Limits) -> Iterator[Finding]:
    pollers = [
        (index, consumer)
        for index, consumer in enumerate(plan.workload.consumers)
        if consumer.is_shared and consumer.poll_interval is not None
    ]
    if not pollers:
        return
    headroom = (ONE + plan.workload.headroom) * plan.workload.skew / plan.shards
    fill = min(
        limits.get_records_size.value.amount / (plan.write.amount * headroom),
        limits.get_records_records.value * plan.packing.records / (plan.workload.rps.peak.amount * headroom),
    )
    for index, consumer in pollers:
        if consumer.poll_interval is not None and consumer.poll_interval.amount > fill:
            yield Finding(
                "slow-poll",
                Severity.WARNING,
                f"{consumer} polls every {consumer.poll_interval}: one answer holds at most "
                f"{limits.get_records_size.value} and "
                f"{limits.get_records_records.value:,} records, but a shard receives more in that time",
                f"poll every {Duration(Fraction(int(fill * 100), 100))} or faster, or read on while records "
                "wait",
                limits.get_records_size,
                ("consumers", index, "poll_interval"),
            )


def _aggregation(plan: Plan, limits: Limits) -> Iterator[Finding]:
    aggregation = plan.workload.aggregation
    if aggregation is None:  # pragma: no cover - find() looks only where there is one
        return
    if plan.packing.records == 1:
        needed: Size = (
            plan.workload.size + limits.kpl.aggregate_overhead.value
        ) * 2 + limits.kpl.aggregate_frame.value
        yield Finding(
            "aggregation-idle",
            Severity.WARNING,
            f"aggregation does nothing: two records of {plan.workload.size} do not fit into "
            f"{aggregation.target_size}",
            f"a target_size of {needed} or more, or no aggregation",
            limits.kpl.aggregate_overhead,
        )
        return
    wait = limits.kpl.aggregate_wait
    gathered = plan.workload.rps.mean.over(wait.value) / plan.shards
    if gathered < plan.packing.records:
        yield Finding(
            "aggregation-unfilled",
            Severity.INFO,
            f"aggregates may leave before they are full: in {wait.value} (the KPL's default wait) all "
            "producers together gather "
            f"{decimal(gathered)} records a shard, {plan.packing.records:,} fill one",
            "raise RecordMaxBufferedTime, or plan with a smaller target_size",
            wait,
        )
