"""Records as the stream sees them: the producer's own, or aggregates of several."""

from __future__ import annotations

from typing import NamedTuple

from shardcalc.core.facts import Limits
from shardcalc.core.units import Size
from shardcalc.core.workload.workload import Workload


class Packing(NamedTuple):
    """Records as the stream sees them: the producer's own, or aggregates of several.

    Source: aggregation format of the Kinesis Producer Library.
    """

    records: int
    """Producer records in one stream record; 1 without aggregation."""
    size: Size
    """One stream record."""


def pack(workload: Workload, limits: Limits) -> Packing:
    """Work out the stream records that a producer's records become.

    An aggregate holds as many whole records as fit its target size; records that leave no room for a second
    one are sent as they are.
    """
    if workload.aggregation is not None:
        one = workload.size + limits.kpl.aggregate_overhead.value
        frame = limits.kpl.aggregate_frame.value
        fit = (workload.aggregation.target_size - frame).ratio_to(one)
        count = fit.numerator // fit.denominator
        if count > 1:
            return Packing(count, one * count + frame)
    return Packing(1, workload.size)
