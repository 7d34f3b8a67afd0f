"""The capacity profile that a measured stream amounts to: a first draft for people to review.

What was measured becomes fields, what is only estimated from it says so in a note, and what cannot be
measured (the names of consumers) is left out. Pure: a history in, a draft out.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from shardcalc.core.capacity.constraint import MEASURED_HEADROOM
from shardcalc.core.history.demand import GAP, Readings, first_point, traffic
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.metrics import GET_BYTES, INCOMING_BYTES, INCOMING_RECORDS
from shardcalc.core.history.model import History, moment
from shardcalc.core.text import BadFields, decimal, percent
from shardcalc.core.units import ceil_div
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.parts import shard_metrics
from shardcalc.core.workload.reading import read_fields

_MODES: Final = {"PROVISIONED": "provisioned", "ON_DEMAND": "on-demand-standard"}


class DraftField(NamedTuple):
    """One field of the profile: its value as a profile writes it, and what a reviewer should know."""

    name: str
    value: str
    note: str = ""


class Draft(NamedTuple):
    """The capacity profile that a measured stream amounts to."""

    history: History
    known: int
    """Periods that have data."""
    fields: tuple[DraftField, ...]


def draft(history: History) -> Draft:
    """Work out the profile of a measured stream.

    The size is the mean record; the peak is the busiest period's demand, refused records included, and never
    below what carries that period's bytes at the mean size.

    What was measured beyond what a profile can say, such as more consumers than anybody has, is left out.

    Raises:
        HistoryError: nothing was written to the stream, so that its records have no size; or its size or rate
            is beyond what a profile can say.
    """
    for name in (INCOMING_RECORDS, INCOMING_BYTES):
        if name not in history.metrics:
            raise HistoryError([(f"metrics.{name}", "was not read, and a profile needs it")])
    readings = Readings.of(history, history.created if history.created is not None else first_point(history))
    written = traffic(readings)
    throttled = None if written is None else written.throttled
    pairs = (
        []
        if written is None
        else [
            (r, b, 0 if throttled is None else max(0, throttled.amounts[index]))
            for index, (r, b) in enumerate(
                zip(written.accepted_records.amounts, written.accepted_bytes.amounts, strict=True)
            )
            if r > GAP and b > GAP
        ]
    )
    records, data = sum(r for r, _, _ in pairs), sum(b for _, b, _ in pairs)
    if not records or not data:
        none = f"no record was written in {history.points:,} periods, so a profile has no record size"
        raise HistoryError([("metrics", none)])
    size = ceil_div(Fraction(data, records))
    # Bytes grow by the share of records that were refused. Integers: the period cancels out of the maximum.
    demand = max(
        max(Fraction(r + t), Fraction(b * (r + t), r * size) if r else Fraction(0)) for r, b, t in pairs
    )
    peak, mean = _rate(demand / history.period), _rate(Fraction(records, len(pairs) * history.period))
    dated = moment(history.end - 1).date()
    rates = f"{{mean: {mean}, peak: {max(peak, mean, key=Fraction)}, dated: {dated}}}"
    fields = [
        DraftField("size", f"{size} B", f"mean of {records:,} records"),
        DraftField("rps", rates, "peak: busiest period, refused records included, by records or by bytes"),
        DraftField("headroom", percent(MEASURED_HEADROOM), "as shardcalc suggest leaves; choose your own"),
        *_readers(history, data),
    ]
    skew = _skew(history)
    if skew is not None:
        note = f"busiest shard over the mean of {len(history.shards)}, bytes of the whole time"
        fields.append(DraftField("skew", decimal(skew), note))
    if history.max_record_size_kib is not None:
        fields.append(DraftField("max_record_size", f"{history.max_record_size_kib} KiB"))
    if history.retention_hours is not None:
        fields.append(DraftField("retention", f"{history.retention_hours} h"))
    if metrics := shard_metrics(history.enhanced_metrics or ()):
        fields.append(DraftField("enhanced_metrics", f"[{', '.join(metrics)}]"))
    if history.mode is not None:
        note = "or on-demand-advantage: the account's setting, which was not read"
        fields.append(DraftField("mode", _MODES[history.mode], note if history.mode == "ON_DEMAND" else ""))
    if history.region is not None:
        fields.append(DraftField("region", history.region))
    if history.open_shards is not None:
        fields.append(DraftField("shards", f"{history.open_shards}"))
    wrong = {field.name: why for field in fields for why in _refused(field)}
    if needed := [(field, wrong[field]) for field in ("size", "rps") if field in wrong]:
        raise HistoryError(needed)
    return Draft(history, len(pairs), tuple(field for field in fields if field.name not in wrong))


def _refused(field: DraftField) -> list[str]:
    """Why a profile cannot say this: a stream can be measured beyond what one can be declared with."""
    text = field.value
    inside: object = text
    if text.startswith("["):
        inside = text[1:-1].split(", ")
    elif text.startswith("{"):
        inside = dict(pair.split(": ") for pair in text[1:-1].split(", "))
    try:
        read_fields({field.name: inside}, STREAM_READERS)
    except BadFields as error:
        return [message for _, message in error.problems]
    return []


def _rate(rate: Fraction) -> str:
    """A rate rounded up to thousandths, in plain digits."""
    thousandths = ceil_div(rate * 1000)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")


def _readers(history: History, data: int) -> Iterator[DraftField]:
    if GET_BYTES in history.metrics:
        read = Fraction(sum(int(value) for value in history.metrics[GET_BYTES] if value is not None), data)
        count = max(1, round(read)) if read else 0
        note = f"estimated: GetRecords gave out {decimal(read)} x the bytes written"
        yield DraftField("consumers", f"{count}", note)
    if history.registered is not None:
        yield DraftField("fan_out", f"{len(history.registered)}", ", ".join(history.registered))


def _skew(history: History) -> Fraction | None:
    totals = [
        sum(int(value) for value in of.get(INCOMING_BYTES, ()) if value is not None)
        for of in history.shards.values()
    ]
    return Fraction(max(totals) * len(totals), sum(totals)) if totals and sum(totals) else None
