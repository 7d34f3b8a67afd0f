"""Records as the stream sees them: the producer's own, or aggregates of several."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from shardcalc.core.facts import Limits
from shardcalc.core.units import KIB, Size, ceil_div
from shardcalc.core.workload.parts import Aggregation, Producer
from shardcalc.core.workload.workload import Workload


class Packing(NamedTuple):
    """Records as the stream sees them: the producer's own, or aggregates of several.

    Source: aggregation format of the Kinesis Producer Library.
    """

    records: int
    """Producer records in one stream record; 1 without aggregation."""
    size: Size
    """One stream record."""
    counted: Size
    """What one stream record takes of the write limit of its shard, on average."""


def aggregation(workload: Workload, limits: Limits) -> Aggregation | None:
    """How records are aggregated: as declared, or by the KPL's default where only the KPL is declared."""
    if workload.aggregation is None and workload.producer is Producer.KPL:
        return Aggregation(limits.kpl.aggregate_size.value)
    return workload.aggregation


def pack(workload: Workload, limits: Limits) -> Packing:
    """Work out the stream records that a producer's records become.

    An aggregate holds as many whole records as fit its target size; records that leave no room for a second
    one are sent as they are. Written one by one with PutRecord, each counts as whole KiB.
    """
    packed = aggregation(workload, limits)
    if packed is not None:
        one = workload.size + limits.kpl.aggregate_overhead.value
        frame = limits.kpl.aggregate_frame.value
        fit = (packed.target_size - frame).ratio_to(one)
        count = fit.numerator // fit.denominator
        if count > 1:
            size = one * count + frame
            return Packing(count, size, size)
    counted = by_put_record(workload) if workload.producer is Producer.PUT_RECORD else workload.size
    return Packing(1, workload.size, counted)


def by_put_record(workload: Workload) -> Size:
    """What a record takes of the write limit when each is written with PutRecord: whole KiB; over a mix of
    sizes, the mean of these.

    Source: https://docs.aws.amazon.com/streams/latest/dev/troubleshooting-producers.html
    """
    sizes = workload.sizes or ((workload.size, Fraction(1)),)
    return Size(sum((whole_kib(size).amount * share for size, share in sizes), Fraction(0)))


def whole_kib(size: Size) -> Size:
    """A size rounded up to whole KiB, at least one."""
    return Size(max(1, ceil_div(size.amount, KIB)) * KIB)
