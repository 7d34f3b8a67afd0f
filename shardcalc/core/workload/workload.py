"""What is asked of one stream, and the one table of its fields.

A field is one row of :data:`FIELDS`: its reader, what it means, its flag, its JSON Schema, how pages and JSON
show it. Flags, profiles, help, schema and pages follow from the table. No AWS number is here; what AWS
allows is judged by the plan, against the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import Any, Final, Self

from shardcalc.core.facts import Limits, regions
from shardcalc.core.text import BadFields, BadValue, decimal, nearest, percent, read_count, read_factor, shown
from shardcalc.core.units import Duration, Months, RecordRate, Size
from shardcalc.core.workload import forms
from shardcalc.core.workload.parts import (
    AGGREGATION_FIELDS,
    CATCH_UP_FIELDS,
    CONSUMER_FIELDS,
    HOTTEST_KEY_FIELDS,
    RATES_FIELDS,
    SHARD_METRICS,
    SIZE_SHARE_FIELDS,
    THROUGHPUT_FIELDS,
    Aggregation,
    CatchUp,
    Consumer,
    ConsumerType,
    Growth,
    HottestKey,
    Mode,
    Producer,
    Rates,
    SizeShare,
    Throughput,
    read_byte_rate,
    read_metrics,
)
from shardcalc.core.workload.reading import (
    Field,
    Reader,
    count,
    duration,
    pairs,
    read_choice,
    read_each,
    read_fields,
    read_mapping,
    read_size,
    read_volume,
    readers,
    schema_of,
    share,
    text_of,
)

DEFAULT_REGION: Final = "us-east-1"
ONE: Final = Fraction(1)
ZERO: Final = Fraction(0)
ASSUMED_SIZE: Final = Size(25 * 1024)
"""The size of records that cost the least for their bytes: whole PUT payload units and whole KiB, and too few
records to reach the limit of records.
"""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Everything that decides how many shards one stream needs.

    Build it from text with :meth:`of`; the constructor itself takes quantities only.
    """

    size: Size
    """Mean record size: data blob plus partition key."""
    rps: Rates
    consumers: tuple[Consumer, ...] = (Consumer(),)
    max_size: Size | None = None
    max_record_size: Size | None = None
    """The stream's own setting (MaxRecordSizeInKiB); None is AWS's default."""
    sizes: tuple[SizeShare, ...] = ()
    """The mix of record sizes, when it is known; ``size`` is then its mean."""
    headroom: Fraction = ZERO
    max_utilisation: Fraction | None = None
    """The most that any limit may be used; of headroom and this the stricter one counts."""
    hottest_key: HottestKey | None = None
    skew: Fraction = ONE
    """Traffic of the busiest shard over that of the mean shard."""
    catch_up: CatchUp | None = None
    producer: Producer | None = None
    """How records are written; None is PutRecords, or the KPL where there is aggregation."""
    aggregation: Aggregation | None = None
    retention: Duration | None = None
    long_term_reads: Size | None = None
    """Bytes read a month from records older than seven days."""
    enhanced_metrics: tuple[str, ...] = ()
    """The shard-level metrics that are switched on, by AWS's names."""
    mode: Mode = Mode.PROVISIONED
    region: str = DEFAULT_REGION
    shards: int | None = None
    """The shards that are deployed or declared."""
    growth: Growth | None = None
    """How the traffic is expected to grow; it changes no plan, and says until when one does."""
    horizon: Months | None = None
    """How far ahead to look."""
    throughput: Throughput | None = None
    """What ``rps`` was worked out from, where bytes were declared instead of records."""
    size_assumed: bool = False
    """Whether no size was declared: the count, and the money, are then the least for any size."""

    def __post_init__(self) -> None:
        if self.size.__class__ is not Size or self.rps.__class__ is not Rates:
            raise TypeError(
                "Workload takes quantities; to read numbers and text, write Workload.of(size=1024, rps=6, "
                "consumers=7)"
            )
        if self.max_size is not None and self.max_size < self.size:
            raise BadFields(
                [("max_size", f"the largest record, {self.max_size}, is smaller than the mean, {self.size}")]
            )
        if self.aggregation is not None and self.producer is Producer.PUT_RECORD:
            raise BadFields([("aggregation", "only the KPL aggregates records; producer is put-record")])
        for name in self.catch_up.consumers if self.catch_up is not None else ():
            named = sum(consumer.name == name for consumer in self.consumers)
            if named != 1:
                known = nearest(name, [consumer.name for consumer in self.consumers if consumer.name])
                wrong = f"no consumer has the name {shown(name)}{known}"
                if named:
                    wrong = f"{named} consumers have the name {shown(name)}"
                raise BadFields([("catch_up.consumers", wrong)])

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read a workload from numbers and text, by the rules of a profile: ``Workload.of(size=1024,
        rps="90k/min", consumers=7)``.

        A bare size is KiB, a bare rate is records per second.

        Raises:
            BadFields: listing every field that is unknown, missing or cannot be read.
        """
        return cls(
            **assemble(read_fields(fields, READERS, required=() if "throughput" in fields else ("rps",)))
        )

    @cached_property
    def shared(self) -> int:
        """How many consumers share GetRecords."""
        return sum(consumer.count for consumer in self.consumers if consumer.type is not ConsumerType.FAN_OUT)

    def falls_behind(self, consumer: Consumer) -> bool:
        """Whether a consumer is to catch up after the declared outage."""
        caught = self.catch_up
        return caught is not None and (not caught.consumers or consumer.name in caught.consumers)

    @cached_property
    def fan_out(self) -> int:
        """How many consumers are registered for enhanced fan-out."""
        return sum(consumer.count for consumer in self.consumers if consumer.type is ConsumerType.FAN_OUT)


def assemble(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn fields as written into a Workload's own: ``fan_out`` into consumers, ``sizes`` into their mean,
    ``throughput`` into records.

    Raises:
        BadFields: the fields contradict each other, or no rate or size is given.
    """
    made = dict(values)
    missing = {
        "rps": "missing; write the records per second, or throughput",
        "size": "missing; write the mean record size, such as 1 KiB",
    }
    moved: Throughput | None = made.get("throughput")
    if moved is not None or "rps" in made:
        del missing["rps"]
    sizes: tuple[SizeShare, ...] = made.get("sizes", ())
    if moved is not None or sizes or "size" in made:
        del missing["size"]
    if missing:
        raise BadFields(list(missing.items()))
    if sizes:
        if "size" in made:
            raise BadFields([("size", "give size or sizes, not both: the mean follows from the mix")])
        total = sum((part.share for part in sizes), ZERO)
        if total != 1:
            raise BadFields([("sizes", f"the shares add up to {percent(total)}, not 100%")])
        made["size"] = Size(sum((part.size.amount * part.share for part in sizes), ZERO))
        made.setdefault("max_size", max(part.size for part in sizes))
    elif "size" not in made:
        made |= {"size": ASSUMED_SIZE, "size_assumed": True}
    if moved is not None:
        if "rps" in made:
            raise BadFields([("throughput", "give rps or throughput, not both: one follows from the other")])
        made["rps"] = moved.records(made["size"])
    fan_out = made.pop("fan_out", None)
    if fan_out is not None:
        made["consumers"] = (
            *made.get("consumers", ()),
            *((Consumer(type=ConsumerType.FAN_OUT, count=fan_out),) if fan_out else ()),
        )
    return made


# ── readers of whole fields ──────────────────────────────────────────────────────────────────────


def read_rps(value: object) -> Rates:
    """One rate, or a mapping of mean and peak (on the command line ``mean=100,peak=300``)."""
    made: Rates = _mean_and_peak(
        Rates, lambda one: one if isinstance(one, RecordRate) else RecordRate.parse(text_of(one)), value
    )
    return made


def read_throughput(value: object) -> Throughput:
    """One byte rate, or a mapping of mean and peak (on the command line ``mean=2MB/s,peak=5MB/s``)."""
    made: Throughput = _mean_and_peak(Throughput, read_byte_rate, value)
    return made


def _mean_and_peak(kind: Any, read: Reader, value: object) -> Any:
    if isinstance(value, kind):
        return value
    if isinstance(value, str) and "=" in value:
        value = pairs(value)
    if isinstance(value, Mapping):
        return kind.of(**value)
    rate = read(value)
    return kind(rate, rate)


def read_consumers(value: object) -> tuple[Consumer, ...]:
    """A count, or a list of consumers, each a mapping (in a flag ``type=lambda,batch_size=100``)."""
    if isinstance(value, (list, tuple)):
        return tuple(read_each(value, Consumer, "{name: billing, type: @}", "lambda"))
    if isinstance(value, Mapping):
        raise BadValue(f"a mapping is not a count or a list of consumers; write for example [{_A_CONSUMER}]")
    if isinstance(value, str) and "=" in value:
        return tuple(read_each([value], Consumer, "{name: billing, type: @}", "lambda"))
    text = text_of(value)
    if text.strip().lower() in _TYPES:
        raise BadValue(f"{shown(text)} is a type of consumer and no count; give it as the type of a consumer")
    return count_consumers(text)


_TYPES: Final = {each.value for each in ConsumerType}
_A_CONSUMER: Final = "{name: billing, type: lambda}"


@lru_cache(1024)
def count_consumers(text: str) -> tuple[Consumer, ...]:
    """A count of shared consumers without names."""
    count = read_count(text, "a count of consumers", most=10_000)
    return (Consumer(count=count),) if count else ()


def read_sizes(value: object) -> tuple[SizeShare, ...]:
    """A list of sizes and shares (on the command line ``1KiB=90%,100KiB=10%``)."""
    if isinstance(value, str):
        if "=" not in value:
            raise BadValue(f"{shown(value)} is no mix of sizes; give each size with its share")
        value = [{"size": size, "share": share} for size, share in pairs(value).items()]
    if not isinstance(value, (list, tuple)) or not value:
        raise BadValue("write a list of size and share")
    return tuple(read_each(value, SizeShare, "{size: 1 KiB, share: 90%}"))


_MODES: Final = {mode.value: mode for mode in Mode}
_MODES_ALSO: Final = _MODES | {"on-demand": Mode.ON_DEMAND_STANDARD}


def read_mode(value: object) -> Mode:
    """A capacity mode; AWS's own ``PROVISIONED`` and ``ON_DEMAND`` are understood, the latter as On-demand
    Standard.
    """
    text = text_of(value).strip().lower().replace("_", "-")
    return _MODES_ALSO.get(text) or read_choice(value, "a capacity mode", _MODES)


def read_region(value: object) -> str:
    """A Region's code, one that has an endpoint of Kinesis Data Streams."""
    text = text_of(value).strip()
    if text not in regions().codes:
        raise BadValue(
            f"{shown(text)} is not a Region with Kinesis Data Streams{nearest(text, regions().codes)}"
        )
    return text


read_headroom: Reader = share("a headroom", most=Fraction(100), zero=True)
read_retention: Reader = duration("a retention", "h")


def read_hottest_key(value: object) -> HottestKey:
    """A share, or a mapping of share and key (on the command line ``share=40%,key=user-1``)."""
    read: HottestKey = read_mapping(
        HottestKey, "share", value if isinstance(value, Mapping) else _said(value)
    )
    return read


def _said(value: object) -> object:
    return value if isinstance(value, HottestKey) else text_of(value)


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def _optional(field: str, key: str) -> Any:
    """The JSON of a field that is one quantity or share, left out where it is not declared."""
    return lambda workload: None if (value := getattr(workload, field)) is None else {key: value}


def _text(field: str) -> Any:
    """The text of a field, nothing where it is not declared."""
    return lambda workload, _: "" if (value := getattr(workload, field)) is None else str(value)


def _shown_size(workload: Workload, _: Limits) -> str:
    if workload.size_assumed:
        return f"unknown; {workload.size}, which costs the least, is taken"
    mix = ", ".join(f"{percent(part.share)} of {part.size}" for part in workload.sizes)
    return f"{workload.size} mean" + (f" of a mix: {mix}" if mix else "")


def _shown_throughput(workload: Workload, _: Limits) -> str:
    moved = workload.throughput
    if moved is None:
        return ""
    return str(moved.peak) if moved.peak == moved.mean else f"{moved.mean} mean, {moved.peak} peak"


def _exact_throughput(workload: Workload) -> dict[str, Any] | None:
    moved = workload.throughput
    if moved is None:
        return None
    return {
        "mean_throughput_bytes_per_second": moved.mean,
        "peak_throughput_bytes_per_second": moved.peak,
        "size_assumed": workload.size_assumed,
    }


def _shown_rates(workload: Workload, _: Limits) -> str:
    rates = workload.rps
    dated = f", of {rates.dated}" if rates.dated is not None else ""
    return (str(rates.peak) if rates.peak == rates.mean else f"{rates.mean} mean, {rates.peak} peak") + dated


def _shown_consumers(workload: Workload, _: Limits) -> str:
    names = ", ".join(f"{c.name} ({c.type})" for c in workload.consumers if c.is_shared and c.name)
    return f"{workload.shared:,} shared" + (f": {names}" if names else "")


def _exact_consumers(workload: Workload) -> dict[str, Any]:
    described = [
        c for c in workload.consumers if c.name or c.type not in (ConsumerType.SHARED, ConsumerType.FAN_OUT)
    ]
    made: dict[str, Any] = {"shared_consumers": workload.shared}
    if described:
        made["consumers"] = [_exact_consumer(consumer) for consumer in described]
    return made


def _exact_consumer(consumer: Consumer) -> dict[str, Any]:
    row = {
        "name": consumer.name or None,
        "type": consumer.type.value,
        "poll_interval_seconds": consumer.poll_interval,
        "max_records_per_second_per_shard": consumer.max_rps_per_shard,
        "parallelization_factor": consumer.parallelization_factor,
        "batch_size": consumer.batch_size,
        "batch_duration_seconds": consumer.batch_duration,
    }
    return {key: value for key, value in row.items() if value is not None}


_METRIC: Final = "|".join((*SHARD_METRICS, "ALL"))


def _shown_catch_up(workload: Workload) -> str:
    caught = workload.catch_up
    if caught is None:
        return ""
    who = f" of {', '.join(caught.consumers)}" if caught.consumers else ""
    return f"after {caught.outage}{who} within {caught.within}"


def _exact_catch_up(workload: Workload) -> dict[str, Any] | None:
    caught = workload.catch_up
    if caught is None:
        return None
    row: dict[str, Any] = {"outage_seconds": caught.outage, "within_seconds": caught.within}
    return {"catch_up": row | ({"consumers": list(caught.consumers)} if caught.consumers else {})}


_PRODUCERS: Final = {producer.value: producer for producer in Producer}

FIELDS: Final = (
    Field(
        "size", read_size, "mean record size, data blob plus partition key; a bare number is KiB",
        forms.SIZE, "SIZE", _shown_size, lambda w: {"size_bytes": w.size},
    ),
    Field(
        "sizes", read_sizes, "the mix of record sizes and their shares, instead of size",
        {
            "anyOf": [
                {"type": "array", "minItems": 1,
                    "items": forms.or_pairs(schema_of(SIZE_SHARE_FIELDS, ["size", "share"]))},
                forms.PAIRS,
            ]
        },
        "SIZE=SHARE,...", None,
        lambda w: {"sizes": [{"size_bytes": part.size,
                    "share": part.share} for part in w.sizes]} if w.sizes else None,
    ),
    Field(
        "max_size", read_size, "size of the largest record",
        forms.SIZE, "SIZE", _text("max_size"), _optional("max_size", "max_size_bytes"),
    ),
    Field(
        "max_record_size", read_size, "the stream's MaxRecordSizeInKiB setting, if it was changed",
        forms.SIZE, "SIZE", _text("max_record_size"), _optional("max_record_size", "max_record_size_bytes"),
    ),
    Field(
        "rps", read_rps,
        "records per second: a number, 90k/min, 20M/month, or mean and peak (10x is of the mean)",
        {
            "anyOf": [*forms.RATE["anyOf"], schema_of(RATES_FIELDS, ["mean", "peak"]), forms.PAIRS],
            "examples": [6, "90k/min", {"mean": 100, "peak": "10x"},
                {"mean": 100, "peak": "20k/min", "dated": "2026-11-01"}],
        },
        "RATE", _shown_rates,
        lambda w: {"mean_records_per_second": w.rps.mean, "peak_records_per_second": w.rps.peak}
            | ({"rates_dated": w.rps.dated} if w.rps.dated else {}),
    ),
    Field(
        "throughput", read_throughput,
        "bytes written, 5MB/s or mean and peak, instead of rps; without a size the answer is a least",
        {
            "anyOf": [forms.BYTE_RATE, schema_of(THROUGHPUT_FIELDS, ["mean", "peak"]), forms.PAIRS],
            "examples": ["5 MB/s", "400 GB/day", {"mean": "2 MB/s", "peak": "10x"}],
        },
        "RATE", _shown_throughput, _exact_throughput,
    ),
    Field(
        "consumers", read_consumers, "consumers that share GetRecords: a count, or named ones with a type",
        {
            "anyOf": [forms.whole(0),
                {"type": "array", "items": forms.or_pairs(schema_of(CONSUMER_FIELDS, ["type"]))},
                forms.PAIRS],
            "examples": [2, [{"name": "billing", "type": "lambda"}]],
        },
        "N|type=TYPE,...", _shown_consumers, _exact_consumers,
    ),
    Field(
        "fan_out", count("a count of fan-out consumers", 0, 10_000),
        "consumers registered for enhanced fan-out, besides the named ones",
        forms.whole(0), "N", lambda w, _: f"{w.fan_out:,}" if w.fan_out else "",
        lambda w: {"fan_out_consumers": w.fan_out},
    ),
    Field(
        "headroom", read_headroom, "demand is multiplied by 1 + headroom",
        forms.SHARE, "20%", lambda w, _: percent(w.headroom) if w.headroom else "none",
        lambda w: {"headroom": w.headroom},
    ),
    Field(
        "max_utilisation", share("a share"),
        "the most that any limit may be used; the stricter of this and headroom counts",
        forms.SHARE, "80%", lambda w, _: percent(w.max_utilisation) if w.max_utilisation is not None else "",
        _optional("max_utilisation", "max_utilisation"),
    ),
    Field(
        "hottest_key", read_hottest_key,
        "share of the traffic on the busiest partition key, and the key itself",
        {
            "anyOf": [*forms.SHARE["anyOf"], schema_of(HOTTEST_KEY_FIELDS, ["share"]), forms.PAIRS],
            "examples": ["30%", {"share": "30%", "key": "user-1"}],
        },
        "30%", lambda w, _: str(w.hottest_key) if w.hottest_key is not None else "",
        lambda w: None if w.hottest_key is None else {"hottest_key": w.hottest_key.share}
            | ({"hottest_partition_key": w.hottest_key.key} if w.hottest_key.key else {}),
    ),
    Field(
        "skew", lambda value: read_factor(text_of(value), "a skew"), "busiest shard over mean shard",
        {"anyOf": [{"type": "number", "minimum": 1}, {"type": "string", "pattern": forms.DIGITS + r"x?\s*$"}],
            "examples": [1.5]},
        "1.5", lambda w,
        _: f"{decimal(w.skew)} x" if w.skew != 1 else "none: every shard as busy as the mean",
        lambda w: {"skew": w.skew},
    ),
    Field(
        "catch_up", partial(read_mapping, CatchUp, None),
        "after an outage this long, consumers drain the backlog within that time; all of them, or the named",
        {**forms.or_pairs(schema_of(CATCH_UP_FIELDS, ["outage", "within"])),
            "examples": [{"outage": "6h", "within": "2h"}]},
        "outage=6h,within=2h", lambda w, _: _shown_catch_up(w), _exact_catch_up,
    ),
    Field(
        "producer", lambda value: read_choice(value, "a way to write records", _PRODUCERS),
        "how records are written: put-records, put-record or kpl",
        {"enum": [producer.value for producer in Producer]}, "HOW",
        lambda w, _: w.producer.value if w.producer else "", _optional("producer", "producer"),
    ),
    Field(
        "aggregation", partial(read_mapping, Aggregation, "target_size"),
        "the producer packs records (KPL) into aggregates of this size",
        {
            "anyOf": [schema_of(AGGREGATION_FIELDS, ["target_size"]), forms.SIZE["anyOf"][1], forms.PAIRS],
            "examples": [{"target_size": "25 KiB"}, "25 KiB"],
        },
        "SIZE", lambda w, _: f"into {w.aggregation.target_size}" if w.aggregation else "",
        lambda w: {"aggregation_target_size_bytes": w.aggregation.target_size} if w.aggregation else None,
    ),
    Field(
        "retention", read_retention, "how long records are kept; a bare number is hours",
        {"anyOf": [forms.NUMBER, forms.DURATION], "examples": ["7d", 168]}, "7d",
        lambda w, limits: str(w.retention or limits.retention_least.value),
        _optional("retention", "retention_seconds"),
    ),
    Field(
        "long_term_reads", read_volume, "how much is read a month from records older than 7 days",
        forms.VOLUME, "SIZE", _text("long_term_reads"), _optional("long_term_reads", "long_term_reads_bytes"),
    ),
    Field(
        "enhanced_metrics", read_metrics, "shard-level metrics that are switched on, by AWS's names, or ALL",
        {
            "anyOf": [{"type": "array", "items": {"enum": [*SHARD_METRICS, "ALL"]}},
                {"type": "string", "pattern": rf"^\s*({_METRIC})\s*(,\s*({_METRIC})\s*)*$"}],
            "examples": ["ALL", ["IncomingBytes", "IncomingRecords"]],
        },
        "NAME,...", lambda w, _: ", ".join(w.enhanced_metrics),
        lambda w: {"enhanced_metrics": list(w.enhanced_metrics)} if w.enhanced_metrics else None,
    ),
    Field(
        "mode", read_mode, "capacity mode: provisioned, on-demand-standard, on-demand-advantage",
        {"enum": [*(mode.value for mode in Mode), "on-demand", "PROVISIONED", "ON_DEMAND"]}, "MODE", lambda w,
        _: w.mode.value,
    ),
    Field(
        "region", read_region, "AWS Region, for prices and quotas",
        {**forms.TEXT, "examples": ["us-east-1"]}, "REGION", lambda w, _: w.region,
    ),
    Field(
        "shards", count("a shard count", 1), "shards that are deployed or declared",
        forms.whole(1), "N", lambda w, _: f"{w.shards:,}" if w.shards is not None else "",
    ),
    Field(
        "growth", lambda value: value if isinstance(value, Growth) else Growth.parse(text_of(value)),
        "how the traffic is expected to grow, compounding",
        {"type": "string", "pattern": forms.DIGITS + r"%?\s*/\s*(month|year)\s*$",
            "examples": ["5%/month", "80%/year"]},
        "5%/month", _text("growth"),
        lambda w: {"growth": {"share": w.growth.share,
                "months": w.growth.period.count}} if w.growth else None,
    ),
    Field(
        "horizon",
        lambda value: value if isinstance(value, Months) else Months.parse(text_of(value), "a horizon"),
        "how far ahead to look when it grows; 12 months when not given",
        {"type": "string", "pattern": forms.DIGITS + r"(months?|years?)\s*$",
            "examples": ["12 months", "2 years"]},
        "12 months", _text("horizon"), lambda w: {"horizon_months": w.horizon.count} if w.horizon else None,
    ),
)  # fmt: skip
"""Every field that describes a workload, in the order in which people think of them."""

READERS: Final = readers(FIELDS)


def shown_inputs(workload: Workload, limits: Limits) -> Iterator[tuple[str, str]]:
    """Each field with its value in words; an empty text for what is not declared."""
    for field in FIELDS:
        if field.shown is not None:
            yield field.name, field.shown(workload, limits)


def exact_inputs(workload: Workload) -> dict[str, Any]:
    """The keys and exact values of a workload in JSON; absent fields are left out."""
    made: dict[str, Any] = {}
    for field in FIELDS:
        if field.exact is not None:
            made |= field.exact(workload) or {}
    return made
