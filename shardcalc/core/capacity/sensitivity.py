"""Which input moves the shard count most: each changed a little, alone, and planned again. Pure arithmetic;
no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.planning import plan
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.facts import Limits
from shardcalc.core.text import percent
from shardcalc.core.workload.parts import CatchUp, Consumer, Rates, SizeShare
from shardcalc.core.workload.workload import Workload

ONE: Final = Fraction(1)
MORE: Final = Fraction(1, 10)
"""By how much an input is changed."""


class Effect(NamedTuple):
    """One input changed, and what the plan becomes."""

    title: str
    shards: int
    more: int
    """How many shards more (or, below zero, fewer) than the plan has."""
    load: Fraction
    """How much more is demanded, in shards before rounding up."""


def sensitivity(planned: Plan, limits: Limits) -> tuple[Effect, ...]:
    """Change each input of a plan alone, the one that moves demand most first."""
    before = _load(planned)
    changes = []
    for title, workload in _changed(planned.workload):
        then = plan(workload, limits)
        changes.append(Effect(title, then.shards, then.shards - planned.shards, _load(then) - before))
    return tuple(sorted(changes, key=lambda change: (-abs(change.load), change.title)))


def _load(planned: Plan) -> Fraction:
    return max(constraint.asked for constraint in planned.constraints)


def _changed(workload: Workload) -> Iterator[tuple[str, Workload]]:
    grown = ONE + MORE
    more = percent(MORE)
    rates = workload.rps
    yield f"records per second +{more}", replace(workload, rps=Rates(rates.mean * grown, rates.peak * grown))
    # What follows of the largest record is a finding and no shard, so it may grow with the mean.
    largest = None if workload.max_size is None else workload.max_size * grown
    sizes = tuple(SizeShare(part.size * grown, part.share) for part in workload.sizes)
    yield f"record size +{more}", replace(workload, size=workload.size * grown, max_size=largest, sizes=sizes)
    yield f"headroom +{more} of demand", replace(workload, headroom=workload.headroom + MORE)
    yield "one more shared consumer", replace(workload, consumers=(*workload.consumers, Consumer()))
    if workload.fan_out:
        yield (
            "one more fan-out consumer",
            replace(workload, consumers=(*workload.consumers, Consumer(type=_fan_out(workload).type))),
        )
    yield f"skew +{more}", replace(workload, skew=workload.skew * grown)
    if workload.hottest_key is not None:
        hotter = workload.hottest_key._replace(share=min(ONE, workload.hottest_key.share * grown))
        yield f"hottest key +{more}", replace(workload, hottest_key=hotter)
    if workload.catch_up is not None:
        caught = workload.catch_up._replace(outage=workload.catch_up.outage * grown)
        yield f"outage to catch up with +{more}", replace(workload, catch_up=caught)
    for index, consumer in enumerate(workload.consumers):
        others = (*workload.consumers[:index], *workload.consumers[index + 1 :])
        if consumer.name:
            yield (
                f"without {consumer.name}",
                replace(workload, consumers=others, catch_up=_still(workload, consumer)),
            )
        slower = _slower(consumer)
        if slower is not None:
            yield (
                f"{consumer} slower by {more}",
                replace(
                    workload,
                    consumers=(*workload.consumers[:index], slower, *workload.consumers[index + 1 :]),
                ),
            )


def _still(workload: Workload, gone: Consumer) -> CatchUp | None:
    """What is promised when a consumer is gone: nothing, if it alone fell behind."""
    caught = workload.catch_up
    if caught is None or not caught.consumers:
        return caught
    names = tuple(name for name in caught.consumers if name != gone.name)
    return caught._replace(consumers=names) if names else None


def _fan_out(workload: Workload) -> Consumer:
    return next(consumer for consumer in workload.consumers if not consumer.is_shared)


def _slower(consumer: Consumer) -> Consumer | None:
    """The consumer handling less; None when its speed is not declared."""
    speed, duration = consumer.max_rps_per_shard, consumer.batch_duration
    if speed is None and duration is None:
        return None
    return replace(
        consumer,
        max_rps_per_shard=None if speed is None else speed * (ONE - MORE),
        batch_duration=None if duration is None else duration / (ONE - MORE),
    )
