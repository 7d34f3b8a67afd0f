"""The capacity profile that a measured stream amounts to, as the YAML text that ``shardcalc plan`` reads.

A first draft for people to review: what was measured stands as fields, what follows from it only by estimate says so in a
comment, and what cannot be measured (headroom, the names of consumers) is left out. Pure: a history in, text out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from shardcalc.core.history.model import (
    GET_BYTES,
    INCOMING_BYTES,
    INCOMING_RECORDS,
    WRITE_THROTTLED,
    History,
    HistoryError,
    Series,
    moment,
)
from shardcalc.core.units import ceil_div, decimal

_MODES: Final = {"PROVISIONED": "provisioned", "ON_DEMAND": "on-demand-standard"}


def profile_text(history: History) -> str:
    """Write a history as a profile of one stream.

    The size is the mean record; the peak is the busiest period's demand, refused records included, and never below what
    carries that period's bytes at the mean size.

    Raises:
        HistoryError: nothing was written to the stream, so that its records have no size.
    """
    accepted, taken = _known(history.metrics, INCOMING_RECORDS), _known(history.metrics, INCOMING_BYTES)
    refused = history.metrics.get(WRITE_THROTTLED) or [None] * history.points
    pairs = [
        (int(r), int(b), int(t or 0))
        for r, b, t in zip(accepted, taken, refused, strict=True)
        if r is not None and b is not None
    ]
    records, data = sum(r for r, _, _ in pairs), sum(b for _, b, _ in pairs)
    if not records or not data:
        raise HistoryError(
            [
                (
                    "metrics",
                    f"no record was written in {history.points:,} periods, so a profile has no record size",
                )
            ]
        )
    size = ceil_div(Fraction(data, records))
    # Bytes are scaled by the same share as records were refused; see history's arithmetic. Integers: the period cancels out of the maximum.
    demand = max(
        max(Fraction(r + t), Fraction(b * (r + t), r * size) if r else Fraction(0)) for r, b, t in pairs
    )
    peak, mean = _rate(demand / history.period), _rate(Fraction(records, len(pairs) * history.period))
    known = f"{len(pairs):,} of {history.points:,} periods of {history.period} s"
    lines = [
        "# Measured, not designed: review it, then give it headroom and name its consumers.",
        f"# CloudWatch {moment(history.start):%Y-%m-%d %H:%M} to {moment(history.end):%Y-%m-%d %H:%M} UTC, {known} have data"
        + (f"; read {history.read_at}" if history.read_at else ""),
        "version: 1",
        "streams:",
        f"  {history.stream or 'stream'}:",
        f"    size: {size} B  # mean of {records:,} records",
        f"    rps: {{mean: {mean}, peak: {max(peak, mean, key=Fraction)}}}  # peak: busiest period, refused records included, by records or by bytes",
        *_readers(history, data),
    ]
    skew = _skew(history)
    if skew is not None:
        lines.append(
            f"    skew: {decimal(skew)}  # busiest shard over the mean of {len(history.shards)}, bytes of the whole time"
        )
    if history.max_record_size_kib is not None:
        lines.append(f"    max_record_size: {history.max_record_size_kib} KiB")
    if history.retention_hours is not None:
        lines.append(f"    retention: {history.retention_hours} h")
    if history.mode is not None:
        note = (
            "  # or on-demand-advantage: the account's setting, which was not read"
            if history.mode == "ON_DEMAND"
            else ""
        )
        lines.append(f"    mode: {_MODES[history.mode]}{note}")
    if history.region is not None:
        lines.append(f"    region: {history.region}")
    if history.open_shards is not None:
        lines.append(f"    shards: {history.open_shards}")
    return "\n".join(lines) + "\n"


def _known(metrics: Mapping[str, Series], name: str) -> Series:
    if name not in metrics:
        raise HistoryError([(f"metrics.{name}", "was not read, and a profile needs it")])
    return metrics[name]


def _rate(rate: Fraction) -> str:
    """A rate rounded up to thousandths, in plain digits."""
    thousandths = ceil_div(rate * 1000)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


def _readers(history: History, data: int) -> Sequence[str]:
    lines = []
    if GET_BYTES in history.metrics:
        read = Fraction(sum(int(value) for value in history.metrics[GET_BYTES] if value is not None), data)
        count = max(1, round(read)) if read else 0
        lines.append(
            f"    consumers: {count}  # estimated: GetRecords gave out {decimal(read)} x the bytes written"
        )
    if history.registered is not None:
        lines.append(
            f"    fan_out: {len(history.registered)}"
            + (f"  # {', '.join(history.registered)}" if history.registered else "")
        )
    return lines


def _skew(history: History) -> Fraction | None:
    totals = [
        sum(int(value) for value in of.get(INCOMING_BYTES, ()) if value is not None)
        for of in history.shards.values()
    ]
    return Fraction(max(totals) * len(totals), sum(totals)) if totals and sum(totals) else None
