"""What a plan's reader must know besides the count: above all, what more shards cannot relieve.

Each finding says what is wrong, what to do, and which fact it rests on. Pure: a plan and the limits in,
findings out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from shardcalc.core.capacity import on_demand
from shardcalc.core.capacity.constraint import Regime
from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.packing import aggregation as aggregation_of
from shardcalc.core.capacity.packing import by_put_record, whole_kib
from shardcalc.core.capacity.polling import get_records_calls, poll_interval
from shardcalc.core.capacity.salts import salt
from shardcalc.core.capacity.streams import Plan, size_stream
from shardcalc.core.facts import Limits
from shardcalc.core.text import decimal, percent, shards_text
from shardcalc.core.units import KIB, ByteRate, CallRate, Duration, RecordRate, Size, ceil_div
from shardcalc.core.workload.parts import Consumer, ConsumerType, Mode, Producer, SizeShare

ONE: Final = Fraction(1)


def find(plan: Plan, limits: Limits) -> list[Finding]:
    """All findings of one plan, in the order in which they are shown."""
    workload = plan.workload
    provisioned = workload.mode is Mode.PROVISIONED
    looks = [_get_records_calls, _shard_quota if provisioned else on_demand.findings]
    if workload.size_assumed:
        looks.append(_size_unknown)
    if workload.hottest_key is not None:
        looks.append(_hot_key)
    if plan.reserve.factor == 1:
        looks.append(_full_use)
    if workload.producer is None and (workload.sizes or workload.size.amount % KIB):
        looks.append(_put_record)
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
        if consumer.poll_interval is not None or consumer.is_lambda:
            looks += [_lambda_settings, _lambda_payload, _slow_poll]
            break
    if workload.aggregation is not None or workload.producer is Producer.KPL:
        looks += [_record_size, _aggregation] if _record_size not in looks else [_aggregation]
    return [finding for look in looks for finding in look(plan, limits)]


def _get_records_calls(plan: Plan, limits: Limits) -> Iterator[Finding]:
    workload, allowed = plan.workload, limits.get_records_calls.value
    calls = get_records_calls(workload, limits)
    flinks = [c for c in workload.consumers if c.type is ConsumerType.FLINK and c.poll_interval is None]
    if calls <= allowed:
        yield from _flink_calls(flinks, calls, limits)
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
    most = limits.fan_out_consumers_advantage if workload.mode is Mode.ON_DEMAND_ADVANTAGE else None
    if workload.fan_out + move <= (most or limits.fan_out_consumers).value:
        ways.append(f"move {which} to enhanced fan-out")
    else:
        ways.append("merge consumers")
    who = f"{workload.shared} shared consumer{'s make' if workload.shared != 1 else ' makes'}"
    busy = f"; up to {decimal(allowed.amount)}/s: Flink pauses only after an empty answer" if flinks else ""
    assumed = f" (poll intervals assumed where not declared{busy})"
    assumed = "" if all(c.poll_interval for c in pollers) else assumed
    yield Finding(
        "getrecords-calls",
        Severity.WARNING,
        f"{who} {decimal(calls.amount)} GetRecords calls/s on every shard where {decimal(allowed.amount)} "
        f"are allowed{assumed}; more shards will not help",
        ", or ".join(ways),
        limits.get_records_calls,
    )


def _size_unknown(plan: Plan, limits: Limits) -> Iterator[Finding]:
    allowed, size = limits.write_records, plan.workload.size
    by_count = max(each.load for each in plan.constraints if isinstance(each.base, RecordRate))
    # Of the busiest shard as much may be used by records as by bytes.
    full = max(
        by_count * each.share(plan.shards) / each.used
        for each in plan.constraints
        if each.regime is not Regime.NONE
    )
    enough = ceil_div((size * full).amount)
    yield Finding(
        "size-unknown",
        Severity.WARNING,
        f"no record size is declared, so it is not known how far the limit of {allowed.value} a shard is "
        "used: count and cost are the least for any size; records with a mean below "
        f"{Size(enough)} need more shards",
        "declare size, the mean size of a record",
        allowed,
    )


def _flink_calls(flinks: list[Consumer], calls: CallRate, limits: Limits) -> Iterator[Finding]:
    """What Flink may call beyond its default, which holds only while no records wait."""
    if not flinks:
        return
    allowed, count = limits.get_records_calls.value, sum(consumer.count for consumer in flinks)
    others = calls - limits.poll_flink.value.every(count)
    most = others + allowed * count
    if most <= allowed:
        return
    fits = Duration(Fraction(ceil_div(count / (allowed - others).amount * 1000), 1000))
    yield Finding(
        "flink-calls",
        Severity.INFO,
        f"{' and '.join(_names(flinks))} may make up to {decimal(allowed.amount)} GetRecords calls/s on "
        "every shard: Flink pauses only after an empty answer; then all shared consumers make "
        f"{decimal(most.amount)} calls/s where {decimal(allowed.amount)} are allowed",
        f"set source.reader.nonempty-records-fetch-interval to {fits} and declare it as poll_interval, or "
        "read with enhanced fan-out",
        limits.poll_flink,
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
    key, declared = plan.workload.hottest_key, plan.workload.shards
    if key is None:  # pragma: no cover - find() looks only where a key is given
        return
    salts = salt(plan, limits)
    cure = f"spread it over {salts.words}" if salts is not None else "spread it over salted keys"
    unrelieved = plan.unrelieved
    if unrelieved:
        over = " and ".join(
            f"{limit.demand * key.share} of {limit.title.partition(': ')[2]} where {limit.per_shard} are "
            f"{'allowed' if limit.fact is not None else 'declared'}"
            for limit in unrelieved
        )
        yield Finding(
            "hot-key",
            Severity.ERROR,
            f"the hottest partition key, {percent(key.share)} of the traffic, takes {over}; one key is "
            "always on one shard, so more shards will not help",
            f"{cure}, or aggregate its records",
            limits.hot_key_bytes,
        )
    for limit in plan.constraints:
        if limit.key is None or limit.regime is Regime.NONE:
            continue
        without = max(each.shards for each in plan.constraints if each.key is None)
        if limit.regime is Regime.BARE:
            used = limit.utilisation(max(declared or 0, plan.shards))
            yield Finding(
                "hot-key-shard",
                Severity.WARNING,
                f"the shard that holds the hottest key ({percent(key.share)}) uses {percent(used)} of "
                f"{limit.title.partition(': ')[2]}: no count leaves it the reserve ({plan.reserve})",
                cure,
                limit.fact,
            )
        elif limit.shards > without and salts is not None and (declared is None or declared < limit.shards):
            yield Finding(
                "hot-key-shard",
                Severity.WARNING if limit.shards > 2 * without else Severity.INFO,
                f"the hottest key ({percent(key.share)}) decides the count: {shards_text(limit.shards)}, and "
                f"{shards_text(salts.shards)} with the key in {salts.number:,} salts",
                f"{cure}, or keep the key as it is on {shards_text(limit.shards)}"
                if limit.shards > 2 * without
                else f"{shards_text(limit.shards)}, or {cure}",
                limit.fact,
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
        severity = Severity.WARNING
    elif workload.size > large:
        known, severity, share = "the mean record is", Severity.WARNING, ONE
    else:
        # Each large record is above 1 MiB, so their share is below mean / 1 MiB for any mix of sizes.
        share = workload.size.ratio_to(large)
        known = f"up to {percent(share)} of the records may be"
        severity = Severity.INFO
    if share <= advised.value:
        return
    shards = workload.shards or plan.shards
    spare = max(limits.write_bytes.value - plan.write * plan.share(shards), ByteRate(0))
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
        f"{shards_text(shards)}",
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
    outage = workload.catch_up.outage
    retention = workload.retention or limits.retention_least.value
    # Retention is set in whole hours.
    enough = Duration.hours(ceil_div(outage.in_hours / limits.iterator_age_alarm.value))
    if outage >= retention:
        yield Finding(
            "backlog-expires",
            Severity.ERROR,
            f"after an outage of {outage} the oldest records have expired before they are read: retention is "
            f"{retention}",
            f"keep records longer than {outage}, at least {enough} to stay below AWS's alarm point",
            limits.retention_least,
        )
    elif outage > retention * limits.iterator_age_alarm.value:
        yield Finding(
            "backlog-expires",
            Severity.WARNING,
            f"an outage of {outage} lets records grow older than {percent(limits.iterator_age_alarm.value)} "
            f"of the retention of {retention}",
            f"keep records for {enough} or more",
            limits.iterator_age_alarm,
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
    shards, most = max(plan.shards, plan.workload.shards or 0), limits.shards_most
    if shards > most.value:
        yield Finding(
            "shard-quota",
            Severity.ERROR,
            f"{shards:,} shards where one stream can be scaled to {most.value:,}",
            "spread the load over several streams, or ask AWS for more",
            most,
        )


def _full_use(plan: Plan, limits: Limits) -> Iterator[Finding]:
    if plan.reserve.factor != 1 or plan.workload.mode is not Mode.PROVISIONED:
        return
    shards = plan.workload.shards or plan.shards
    if not any(limit.is_full(shards) for limit in plan.constraints):
        return
    worst = plan.busiest(shards)
    if worst.is_full(shards):
        yield Finding(
            "full-use",
            Severity.INFO,
            f"{worst.title} is used to 100% at {shards_text(shards)}: nothing is left for a busier moment",
            "declare the headroom that is wanted"
            + ("" if plan.workload.shards is None else ", and the shards that it asks for"),
            worst.fact,
        )


def _put_record(plan: Plan, limits: Limits) -> Iterator[Finding]:
    """What the count would be if each record were written on its own, where nobody said how they are."""
    workload, packing = plan.workload, plan.packing
    times = by_put_record(workload).ratio_to(packing.counted)
    # Where the writes so counted stay below another limit, they decide nothing.
    if packing.records > 1 or plan.constraints[0].load * times <= max(x.load for x in plan.constraints):
        return

    single = replace(workload, producer=Producer.PUT_RECORD, aggregation=None)

    def count(sizes: tuple[SizeShare, ...]) -> int:
        return size_stream(replace(single, sizes=sizes), limits).shards

    shards = count(workload.sizes)
    if shards == plan.shards:
        return
    between = ""
    if not workload.sizes:
        # The mean does not tell the mix: a record counts at least as itself, and at most a byte less than
        # a KiB more.
        most = workload.size.amount + KIB - 1
        if workload.max_size is not None:
            most = min(most, Fraction(whole_kib(workload.max_size).amount))
        low, part = Size(most // KIB * KIB), most / KIB % 1
        upper = count((SizeShare(low, ONE - part), SizeShare(Size(low.amount + KIB), part)))
        lower = plan.shards if workload.size.amount > KIB else count((SizeShare(Size(KIB), ONE),))
        between = f", from {lower:,} to {upper:,} for any mix of that mean"
    yield Finding(
        "put-record",
        Severity.INFO,
        f"by PutRecord, which counts each record as whole KiB, {shards_text(shards)} would be needed: every "
        f"record of {workload.size}{between}",
        "",
        limits.write_bytes,
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


def _lambda_payload(plan: Plan, limits: Limits) -> Iterator[Finding]:
    most, size = limits.lambda_.payload, plan.packing.size
    for index, consumer in enumerate(plan.workload.consumers):
        batch = consumer.batch_size or limits.lambda_.batch_default.value
        if not consumer.is_lambda or size * batch <= most.value:
            continue
        # Three bytes of data are four characters of base64 in the event.
        fits = int(most.value.ratio_to(size) * 3 / 4)
        declared = consumer.batch_size is not None or consumer.batch_duration is not None
        fast = "" if consumer.batch_duration is None else ", and the speed declared with it is too high"
        yield Finding(
            "lambda-payload",
            Severity.WARNING if declared else Severity.INFO,
            f"{consumer}: a batch of {batch:,} records of {size} is {size * batch} where one invocation "
            f"takes {most.value}: no batch becomes that long{fast}",
            f"a batch_size of {fits:,} or less (base64 makes data a third larger)"
            + (", with the batch_duration that it takes" if fast else "")
            if fits
            else "put the data in S3 and a pointer in the record",
            most,
            ("consumers", index, "batch_size") if consumer.batch_size is not None else ("consumers", index),
        )


def _slow_poll(plan: Plan, limits: Limits) -> Iterator[Finding]:
    pollers = [
        (index, consumer)
        for index, consumer in enumerate(plan.workload.consumers)
        if consumer.is_shared and consumer.poll_interval is not None
    ]
    if not pollers:
        return
    share = plan.share(plan.workload.shards or plan.shards)
    fill = min(
        limits.get_records_size.value.amount / (plan.write.amount * share),
        limits.get_records_records.value * plan.packing.records / (plan.workload.rps.peak.amount * share),
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
    aggregation, shards = aggregation_of(plan.workload, limits), plan.workload.shards or plan.shards
    if aggregation is None:  # pragma: no cover - find() looks only where there is one
        return
    if plan.packing.records == 1:
        kpl = limits.kpl
        needed = (plan.workload.size + kpl.aggregate_overhead.value) * 2 + kpl.aggregate_frame.value
        yield Finding(
            "aggregation-idle",
            Severity.WARNING,
            f"aggregation does nothing: two records of {plan.workload.size} do not fit into "
            f"{aggregation.target_size}",
            f"a target_size of {whole_kib(needed)} or more, or no aggregation",
            limits.kpl.aggregate_overhead,
        )
        return
    wait = limits.kpl.aggregate_wait
    gathered = plan.workload.rps.mean.over(wait.value) / shards
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
