"""What else could be changed: consumers on enhanced fan-out, records packed into aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.packing import aggregation
from shardcalc.core.capacity.planning import plan
from shardcalc.core.capacity.polling import get_records_calls, poll_interval
from shardcalc.core.cost.bill import (
    Bill,
    discounted,
    provisioned_bill,
)
from shardcalc.core.cost.comparison import StreamCost, cost_stream, discounted_stream
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.units import USD, CallRate
from shardcalc.core.workload.parts import Aggregation, Consumer, ConsumerType, Producer
from shardcalc.core.workload.workload import Workload

ZERO: Final = Fraction(0)


class FanOutOption(NamedTuple):
    """Some shared consumers moved to enhanced fan-out, in provisioned mode."""

    moved: int
    shards: int
    calls: CallRate
    """GetRecords calls per second that are left on each shard."""
    bill: Bill

    def above(self, other: FanOutOption) -> USD | None:
        """What this costs more than another; None when a price is unknown."""
        return self.bill.total - other.bill.total if self.bill.complete and other.bill.complete else None


def fan_out_options(
    workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction, discount: Fraction = ZERO
) -> tuple[FanOutOption, ...]:
    """What shards and fan-out cost against each other: none, one, two, ... shared consumers moved, fastest
    pollers first.
    """
    pollers = sorted(
        (c for c in workload.consumers if c.is_shared), key=lambda c: poll_interval(c, limits).amount
    )
    options = []
    room = limits.fan_out_consumers.value - workload.fan_out
    for moved in range(min(workload.shared, max(0, room)) + 1):
        changed = replace(workload, consumers=_moved(workload, pollers, moved), shards=None)
        planned = plan(changed, limits)
        bill = provisioned_bill(changed, planned.packing, planned.shards, prices, limits, hours)
        options.append(
            FanOutOption(
                moved, planned.shards, get_records_calls(changed, limits), discounted(bill, discount)
            )
        )
    return tuple(options)


def _moved(workload: Workload, pollers: Sequence[Consumer], count: int) -> tuple[Consumer, ...]:
    """The consumers of a workload with ``count`` of its pollers moved to fan-out; what each can handle
    stays as declared.
    """
    kept = [consumer for consumer in workload.consumers if not consumer.is_shared]
    for consumer in pollers:
        moving = min(count, consumer.count)
        count -= moving
        if moving:
            lambda_settings = consumer.type is ConsumerType.LAMBDA
            kept.append(
                Consumer(
                    consumer.name,
                    ConsumerType.FAN_OUT,
                    moving,
                    None,
                    consumer.max_rps_per_shard,
                    consumer.parallelization_factor if lambda_settings else None,
                    consumer.batch_size if lambda_settings else None,
                    consumer.batch_duration if lambda_settings else None,
                )
            )
        if moving < consumer.count:
            kept.append(replace(consumer, count=consumer.count - moving))
    return tuple(kept)


class AggregationOption(NamedTuple):
    """The same stream with its records packed into PUT payload units that are full."""

    records: int
    """Producer records in one aggregate."""
    cost: StreamCost

    def saves(self, now: StreamCost) -> tuple[USD | None, ...]:
        """What it saves in each mode; None where a price is unknown."""
        pairs = zip(now.bills, self.cost.bills, strict=True)
        return tuple(
            before.total - after.total if before.complete and after.complete else None
            for before, after in pairs
        )


def aggregation_option(
    workload: Workload, prices: PriceSheet, limits: Limits, hours: Fraction, discount: Fraction = ZERO
) -> AggregationOption | None:
    """What packing records towards a full PUT payload unit would cost; None if there is nothing to pack."""
    if aggregation(workload, limits) is not None:
        return None
    target = limits.put_payload_unit.value
    packed = Aggregation(target)
    changed = replace(workload, producer=Producer.KPL, aggregation=packed, sizes=(), shards=None)
    made = cost_stream(plan(changed, limits), prices, limits, hours)
    return (
        AggregationOption(made.plan.packing.records, discounted_stream(made, discount))
        if made.plan.packing.records > 1
        else None
    )
