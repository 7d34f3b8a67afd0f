"""What each mode carries; AWS scales on-demand streams, up to ceilings and not at any speed. Pure; no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from shardcalc.core.capacity.finding import Finding, Severity
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Fact, Limits, regions
from shardcalc.core.text import decimal, shards_text
from shardcalc.core.units import ByteRate, RecordRate
from shardcalc.core.workload.parts import Mode


def ceilings(region: str, limits: Limits) -> tuple[Fact[ByteRate], Fact[ByteRate]]:
    """The most that AWS scales one on-demand stream of a Region to: bytes in and bytes out."""
    if region in regions().large:
        return limits.on_demand_write_large, limits.on_demand_read_large
    return limits.on_demand_write_small, limits.on_demand_read_small


def flows(plan: Plan) -> tuple[ByteRate, ByteRate]:
    """What goes in and out at peak, to all consumers together."""
    workload = plan.workload
    return plan.write, plan.write * (workload.shared + workload.fan_out)


def obstacles(plan: Plan, mode: Mode, limits: Limits) -> Iterator[tuple[str, Fact[Any]]]:
    """Why a mode cannot carry the traffic as AWS sets its quotas: in words, each with its fact."""
    fan_out = plan.workload.fan_out
    registered = limits.fan_out_consumers
    if mode is Mode.ON_DEMAND_ADVANTAGE:
        registered = limits.fan_out_consumers_advantage
    if fan_out > registered.value:
        yield f"{fan_out} fan-out consumers are more than the {registered.value} that it takes", registered
    if mode is Mode.PROVISIONED:
        if plan.shards > limits.shards_most.value:
            most = limits.shards_most
            yield f"{plan.shards:,} shards are more than the {most.value:,} of one stream", most
        return
    for flow, way, fact in _above(plan, limits):
        text = f"a peak of {flow} {way} is above the ceiling of {fact.value}: ask AWS to raise it first"
        yield text, fact


def _above(plan: Plan, limits: Limits) -> Iterator[tuple[ByteRate, str, Fact[ByteRate]]]:
    """What is above its ceiling, in or out."""
    for flow, way, fact in zip(
        flows(plan), ("in", "out"), ceilings(plan.workload.region, limits), strict=True
    ):
        if flow > fact.value:
            yield flow, way, fact


def findings(plan: Plan, limits: Limits) -> Iterator[Finding]:
    """What to know of a stream whose declared mode is on-demand, of either kind."""
    workload = plan.workload
    records: RecordRate = workload.rps.peak / plan.packing.records
    count = shards_text(plan.shards)
    warm = (
        f"set warm throughput{'' if workload.mode is Mode.ON_DEMAND_ADVANTAGE else ' in On-demand Advantage'}"
    )
    yield from _ceiling(plan, records, limits)
    over = _over_start(plan, records, limits)
    if workload.shards is not None:
        message = (
            f"{shards_text(workload.shards)} declared for a stream in {workload.mode}: AWS sets its count"
        )
        remedy = f"leave shards out, or declare mode {Mode.PROVISIONED}"
        yield Finding("shards-ignored", Severity.INFO, message, remedy)
    elif over:
        into, out = limits.on_demand_start_write, limits.on_demand_start_read
        yield Finding(
            "on-demand-start",
            Severity.INFO,
            f"a new stream starts at {into.value} or {limits.on_demand_start_records.value} in and "
            f"{out.value} out, and the peak is {over}: what is above throttles until the stream has grown",
            f"create it provisioned with {count} and switch its mode, which keeps them, or {warm}",
            into,
        )
    growth, time, rps = limits.on_demand_growth, limits.on_demand_growth_time.value, workload.rps
    # What even a new stream takes needs no growth.
    small = (
        plan.write <= limits.on_demand_start_write.value and records <= limits.on_demand_start_records.value
    )
    if rps.peak > rps.mean * growth.value and not small:
        yield Finding(
            "on-demand-burst",
            Severity.INFO,
            f"the peak of {rps.peak} is {decimal(rps.peak.ratio_to(rps.mean))} times the mean, and on-demand "
            f"carries {growth.value} times the peak of the last 30 days: if the usual daily peak is near the "
            f"mean, what is above throttles for about {time}",
            f"let traffic take longer than {time} to double, {warm}, or keep {count} provisioned",
            growth,
        )
    readers, assured, given = workload.shared, limits.on_demand_read_share, limits.on_demand_start_read.value
    if readers > assured.value:
        # Even a new stream gives so much: below it the share takes nothing from anybody.
        enough = plan.write * readers <= given
        yield Finding(
            "on-demand-readers",
            Severity.INFO if enough else Severity.WARNING,
            f"{readers} shared consumers read {readers} times what is written, where AWS assures all of them "
            f"together {assured.value} times the write throughput"
            + (f"; the {given} that a new stream gives are enough" if enough else ""),
            "read with one of them by GetRecords and with the others by enhanced fan-out, as AWS advises",
            assured,
        )


def _ceiling(plan: Plan, records: RecordRate, limits: Limits) -> Iterator[Finding]:
    region, remedy = (
        plan.workload.region,
        "ask AWS to raise it first, or spread the load over several streams",
    )
    for flow, way, fact in _above(plan, limits):
        message = f"a peak of {flow} {way} where AWS scales one on-demand stream in {region} to {fact.value}"
        yield Finding("on-demand-ceiling", Severity.ERROR, message, remedy, fact)
    most = limits.on_demand_records_small
    if region not in regions().large and records > most.value:
        message = (
            f"a peak of {records} may be above the ceiling of one on-demand stream in {region}: a copy of "
            f"AWS's FAQ says {most.value}, AWS's quotas name none"
        )
        yield Finding("on-demand-ceiling", Severity.WARNING, message, remedy, most)


def _over_start(plan: Plan, records: RecordRate, limits: Limits) -> str:
    """What of the peak is above the start of a new stream; nothing where it is not."""
    read = plan.write * plan.workload.shared  # each fan-out consumer has throughput of its own
    starts = (
        (plan.write > limits.on_demand_start_write.value, f"{plan.write} in"),
        (records > limits.on_demand_start_records.value, f"{records} in"),
        (read > limits.on_demand_start_read.value, f"{read} out"),
    )
    return ", ".join(text for above, text in starts if above)


def reach(plan: Plan, mode: Mode, limits: Limits) -> Fraction:
    """The multiple of the traffic up to which a mode carries it; zero where it never does."""
    advantage = mode is Mode.ON_DEMAND_ADVANTAGE
    registered = limits.fan_out_consumers_advantage if advantage else limits.fan_out_consumers
    if plan.workload.fan_out > registered.value:
        return Fraction(0)
    if mode is Mode.PROVISIONED:
        return plan.most(limits.shards_most.value)
    most = ceilings(plan.workload.region, limits)
    return min(fact.value.ratio_to(flow) for flow, fact in zip(flows(plan), most, strict=True) if flow)
