"""Capacity planning for Amazon Kinesis Data Streams: how many shards, why, what they cost, and how to get there.

    >>> from shardcalc import Workload, plan
    >>> plan(Workload.of(size=1024, rps=6, consumers=7)).shards
    21

The map of the package, in the direction of the data:

- doors in: ``cli`` (the command line), ``profile`` over ``yamltext`` (YAML files), ``saved`` and ``metricdata`` (histories),
  ``pricebook`` and ``download`` (prices), ``before`` (a baseline, another branch's plan);
- the core, pure arithmetic on exact numbers: ``units``, ``workload``, ``capacity``, ``findings``, ``cost``, ``modes``, ``hashkeys``;
  what a running stream should have, from its ``history``: ``measured``, ``suggest`` with ``backtest``, ``growth`` and ``doubts``,
  and the way there, ``reshard``; what a pull request should be told: ``policy``, ``rules``, ``check``, ``compare``;
- AWS's numbers, as dated data with sources: ``facts``;
- doors out: ``report``, one module a format.

Importing the package loads nothing; a name is loaded when it is first used, so that the command line starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from shardcalc.core.capacity.findings import Finding, Severity
    from shardcalc.core.capacity.hash_keys import hash_key, hash_key_ranges, shard_index
    from shardcalc.core.capacity.streams import Constraint, Plan
    from shardcalc.core.facts import Limits
    from shardcalc.core.units import BadValue, ByteRate, CallRate, Duration, RecordRate, Size
    from shardcalc.core.workload.workload import (
        Aggregation,
        BadFields,
        CatchUp,
        Consumer,
        ConsumerType,
        Mode,
        Rates,
        SizeShare,
        Workload,
    )

__version__ = "0.1.0"

_HOME: Final = {
    "core.capacity.streams": ("Constraint", "Plan"),
    "core.facts": ("Limits",),
    "core.capacity.findings": ("Finding", "Severity"),
    "core.capacity.hash_keys": ("hash_key", "hash_key_ranges", "shard_index"),
    "core.units": ("BadValue", "ByteRate", "CallRate", "Duration", "RecordRate", "Size"),
    "core.workload.workload": (
        "Aggregation",
        "BadFields",
        "CatchUp",
        "Consumer",
        "ConsumerType",
        "Mode",
        "Rates",
        "SizeShare",
        "Workload",
    ),
}

__all__ = [
    "Aggregation",
    "BadFields",
    "BadValue",
    "ByteRate",
    "CallRate",
    "CatchUp",
    "Constraint",
    "Consumer",
    "ConsumerType",
    "Duration",
    "Finding",
    "Limits",
    "Mode",
    "Plan",
    "Rates",
    "RecordRate",
    "Severity",
    "Size",
    "SizeShare",
    "Workload",
    "hash_key",
    "hash_key_ranges",
    "plan",
    "shard_index",
]


def plan(workload: Workload, limits: Limits | None = None) -> Plan:
    """Work out how many shards a workload needs, and why.

    Args:
        workload: what is asked of the stream; :meth:`Workload.of` reads one from numbers and text.
        limits: AWS's limits; the ones that this release ships when not given.
    """
    from shardcalc.core.capacity.streams import plan as work_out
    from shardcalc.core.facts import built_in_limits

    return work_out(workload, limits if limits is not None else built_in_limits())


def __getattr__(name: str) -> Any:
    for home, names in _HOME.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
