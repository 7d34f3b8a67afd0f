"""The parts of a workload: rates, consumers, promises and mixes, each with the table of its own fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NamedTuple, Self

from shardcalc.core.text import BadFields, BadValue, nearest, percent, read_factor, read_share, shown
from shardcalc.core.units import ByteRate, Duration, Months, RecordRate, Size
from shardcalc.core.workload import forms
from shardcalc.core.workload.reading import (
    Field,
    Reader,
    bounded,
    count,
    duration,
    rate,
    read_choice,
    read_day,
    read_fields,
    read_line,
    read_partition_key,
    read_size,
    readers,
    share,
    text_of,
)


class Mode(StrEnum):
    """How a stream's capacity is provided and billed."""

    PROVISIONED = "provisioned"
    ON_DEMAND_STANDARD = "on-demand-standard"
    ON_DEMAND_ADVANTAGE = "on-demand-advantage"


SHARD_METRICS: Final = (
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)
"""The metrics of each shard that can be switched on, by AWS's names; ``ALL`` stands for all of them."""


def shard_metrics(names: Collection[str]) -> tuple[str, ...]:
    """The shard-level metrics that are among these names, each once."""
    return tuple(name for name in SHARD_METRICS if name in names or "ALL" in names)


def read_metrics(value: object) -> tuple[str, ...]:
    """A list of AWS's names of shard-level metrics, or one text with commas between them."""
    known = (*SHARD_METRICS, "ALL")
    listed = value if isinstance(value, (list, tuple)) else text_of(value).split(",")
    bounded(listed)
    names = [text_of(name).strip() for name in listed]
    for name in names:
        if name not in known:
            raise BadValue(f"{shown(name)} is not a shard-level metric{nearest(name, known)}")
    return shard_metrics(names)


class Producer(StrEnum):
    """How records are written. It decides what counts against the write limit of a shard.

    Source: https://docs.aws.amazon.com/streams/latest/dev/troubleshooting-producers.html
    """

    PUT_RECORDS = "put-records"
    """Calls of PutRecords: the sum of a call is rounded up to whole KiB."""
    PUT_RECORD = "put-record"
    """A call of PutRecord for each record, which is rounded up to whole KiB on its own."""
    KPL = "kpl"
    """The Kinesis Producer Library, which packs records into aggregates."""


class ConsumerType(StrEnum):
    """What reads a stream. All but ``FAN_OUT`` share each shard's read throughput and GetRecords calls."""

    SHARED = "shared"
    KCL = "kcl"
    LAMBDA = "lambda"
    FIREHOSE = "firehose"
    FLINK = "flink"
    SDK = "sdk"
    FAN_OUT = "fan-out"


@dataclass(frozen=True)
class Consumer:
    """One reading application, or ``count`` alike ones without a name."""

    name: str = ""
    type: ConsumerType = ConsumerType.SHARED
    count: int = 1
    poll_interval: Duration | None = None
    max_rps_per_shard: RecordRate | None = None
    """The most producer records that this consumer handles, from one shard."""
    parallelization_factor: int | None = None
    batch_size: int | None = None
    batch_duration: Duration | None = None

    def __post_init__(self) -> None:
        if self.type is ConsumerType.FAN_OUT and self.poll_interval is not None:
            raise BadFields([("poll_interval", "a fan-out consumer does not poll; leave it out")])
        if self.type not in (ConsumerType.LAMBDA, ConsumerType.FAN_OUT):
            given = [
                name
                for name in ("parallelization_factor", "batch_size", "batch_duration")
                if getattr(self, name) is not None
            ]
            if given:
                raise BadFields(
                    (name, f"only a lambda or fan-out consumer has it, this one is {self.type}")
                    for name in given
                )

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read a consumer from text, as in a profile: ``Consumer.of(type="lambda", batch_size="100")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, _CONSUMER, required=("type",)))

    @property
    def is_shared(self) -> bool:
        """Whether it reads with GetRecords and shares the shard with the others."""
        return self.type is not ConsumerType.FAN_OUT

    @property
    def is_lambda(self) -> bool:
        """Whether it is a Lambda function, be it through enhanced fan-out: only Lambda has these settings."""
        settings = (self.parallelization_factor, self.batch_size, self.batch_duration)
        return self.type is ConsumerType.LAMBDA or settings != (None, None, None)

    def __str__(self) -> str:
        return self.name or f"{self.type} consumer"


def read_type(value: object) -> ConsumerType:
    """The type of a named consumer."""
    known = {kind.value: kind for kind in ConsumerType if kind is not ConsumerType.SHARED}
    return ConsumerType(read_choice(value, "a type of consumer", known))


CONSUMER_FIELDS: Final = (
    Field("name", read_line, "the name of the application", forms.TEXT),
    Field(
        "type",
        read_type,
        "what reads; all but fan-out share each shard's read throughput",
        {"enum": ["kcl", "lambda", "firehose", "flink", "sdk", "fan-out"]},
    ),
    Field(
        "poll_interval",
        duration("a poll interval"),
        "time between GetRecords calls on each shard, instead of the type's default",
        forms.DURATION,
    ),
    Field(
        "max_rps_per_shard",
        rate("a record rate"),
        "the most producer records a second that it handles from one shard",
        forms.RATE,
    ),
    Field(
        "parallelization_factor",
        count("a parallelization factor", 1),
        "Lambda: concurrent batches per shard",
        forms.whole(1),
    ),
    Field("batch_size", count("a batch size", 1), "Lambda: stream records per batch", forms.whole(1)),
    Field("batch_duration", duration("a batch duration"), "Lambda: how long one batch takes", forms.DURATION),
)
_CONSUMER: Final = readers(CONSUMER_FIELDS)


class CatchUp(NamedTuple):
    """A promise: after an outage of this length, the consumers are back at the tip within that time."""

    outage: Duration
    within: Duration
    consumers: tuple[str, ...] = ()
    """The names of those that fell behind; all when none is named."""

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``CatchUp.of(outage="6h", within="2h", consumers=["billing"])``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, _CATCH_UP, required=("outage", "within")))

    @property
    def factor(self) -> Fraction:
        """What those that fell behind read, as a multiple of what is written meanwhile."""
        return 1 + self.outage.ratio_to(self.within)


def _read_names(value: object) -> tuple[str, ...]:
    """Names of consumers: a list, or in a flag text with ``+`` between them."""
    written = value if isinstance(value, (list, tuple)) else str(value).split("+")
    bounded(written)
    names = tuple(read_line(name) for name in written)
    if not names or not all(names):
        raise BadValue("write a list of names of consumers")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadValue(f"{shown(twice)} is given twice")
    return names


CATCH_UP_FIELDS: Final = (
    Field("outage", duration("an outage"), "", forms.DURATION),
    Field("within", duration("a time to catch up"), "", forms.DURATION),
    Field(
        "consumers",
        _read_names,
        "the names of those that fell behind; all when not given",
        {"anyOf": [{"type": "array", "items": forms.TEXT, "minItems": 1}, forms.TEXT]},
    ),
)
_CATCH_UP: Final = readers(CATCH_UP_FIELDS)


class HottestKey(NamedTuple):
    """The busiest partition key: its share of the traffic, and the key itself where it is known."""

    share: Fraction
    key: str = ""

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``HottestKey.of(share="40%", key="user-1")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, _HOTTEST_KEY, required=("share",)))

    def __str__(self) -> str:
        return percent(self.share) + (f" on {self.key}" if self.key else "")


HOTTEST_KEY_FIELDS: Final = (
    Field("share", share("a share of the traffic"), "", forms.SHARE),
    Field(
        "key",
        read_partition_key,
        "the partition key itself, for salts that land on different shards",
        forms.PARTITION_KEY,
    ),
)
_HOTTEST_KEY: Final = readers(HOTTEST_KEY_FIELDS)


class Aggregation(NamedTuple):
    """The producer packs records into aggregates of about this size, as the Kinesis Producer Library does."""

    target_size: Size

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Aggregation.of(target_size="25 KiB")``.

        Raises:
            BadFields: the size cannot be read.
        """
        return cls(**read_fields(fields, _AGGREGATION, required=("target_size",)))


AGGREGATION_FIELDS: Final = (Field("target_size", read_size, "", forms.SIZE),)
_AGGREGATION: Final = readers(AGGREGATION_FIELDS)


class Growth(NamedTuple):
    """How traffic is expected to grow: by this share of itself in each period, compounding."""

    share: Fraction
    period: Months

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``'5%/month'`` or ``'80%/year'``.

        Raises:
            BadValue: it is not a share of a month or a year.
        """
        write = "write for example 5%/month or 80%/year"
        share, slash, period = text.rpartition("/")
        if not slash or period.strip() not in ("month", "year"):
            raise BadValue(f"{shown(text)} is not a growth; {write}")
        read = read_share(share.strip(), "a growth", most=Fraction(10), zero=True)
        if read.denominator > 10**6:  # it is raised to the number of months, exactly
            raise BadValue(f"{shown(text)} is not a growth: a percentage has at most 4 decimals; {write}")
        return cls(read, Months.parse(f"1 {period.strip()}"))

    def __str__(self) -> str:
        return f"{percent(self.share)}/{'month' if self.period.count == 1 else 'year'}"


class SizeShare(NamedTuple):
    """A part of the records that has this size."""

    size: Size
    share: Fraction

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``SizeShare.of(size="1 KiB", share="90%")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, _SIZE_SHARE, required=("size", "share")))


SIZE_SHARE_FIELDS: Final = (
    Field("size", read_size, "", forms.SIZE),
    Field("share", share("a share of the records"), "", forms.SHARE),
)
_SIZE_SHARE: Final = readers(SIZE_SHARE_FIELDS)


@dataclass(frozen=True)
class Rates:
    """Records per second that producers write: what is billed (mean) and what is sized for (peak)."""

    mean: RecordRate
    peak: RecordRate
    dated: date | None = None
    """The day on which they were true, from which growth counts; today when not given."""

    def __post_init__(self) -> None:
        _ordered(self)

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Rates.of(mean="100", peak="90k/min", dated="2026-11-01")``, or ``peak="10x"``.

        Raises:
            BadFields: a field cannot be read, or the peak is below the mean.
        """
        values = _mean_and_peak(fields, _RATES)
        if values["peak"] > RecordRate.MOST:
            raise BadFields([("peak", f"too large for a peak rate: at most {RecordRate.MOST}")])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Bytes per second that producers write, where that is known instead of the number of records."""

    mean: ByteRate
    peak: ByteRate
    dated: date | None = None
    """The day on which they were true, from which growth counts; today when not given."""

    def __post_init__(self) -> None:
        _ordered(self)

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Throughput.of(mean="2 MB/s", peak="5 MB/s")``, or ``peak="10x"``.

        Raises:
            BadFields: a field cannot be read, or the peak is below the mean.
        """
        return cls(**_mean_and_peak(fields, _THROUGHPUT))

    def records(self, size: Size) -> Rates:
        """The records of this mean size that it is.

        Raises:
            BadFields: these are more, or fewer, than a rate can be.
        """
        mean, peak = (RecordRate(rate.amount / size.amount) for rate in (self.mean, self.peak))
        if not Fraction(1, 10**9) <= mean.amount <= peak.amount <= RecordRate.MOST.amount:
            wrong = f"{mean} to {peak} of {size} is no rate of records: at most {RecordRate.MOST}"
            raise BadFields([("throughput", wrong)])
        return Rates(mean, peak, self.dated)


def _ordered(rates: Rates | Throughput) -> None:
    if rates.peak is not rates.mean and rates.peak.amount < rates.mean.amount:
        raise BadFields([("peak", f"{rates.peak} is below the mean of {rates.mean}")])


def _mean_and_peak(fields: Mapping[str, object], table: Mapping[str, Reader]) -> dict[str, Any]:
    values = read_fields(fields, table, required=("mean", "peak"))
    if isinstance(values["peak"], Fraction):
        values["peak"] = values["mean"] * values["peak"]
    return values


def _peak(read: Reader) -> Reader:
    """A reader of a rate, or of a multiple of the mean."""
    return lambda value: (
        read_factor(value, "a peak")
        if isinstance(value, str) and value.rstrip().endswith("x")
        else read(value)
    )


def read_byte_rate(value: object) -> ByteRate:
    """Bytes a second, or in another time."""
    return value if isinstance(value, ByteRate) else ByteRate.parse(text_of(value))


RATES_FIELDS: Final = (
    Field("mean", rate("a mean rate"), "", forms.RATE),
    Field("peak", _peak(rate("a peak rate")), "", forms.PEAK),
    Field("dated", read_day, "the day on which they were true; growth counts from it", forms.DAY),
)
_RATES: Final = readers(RATES_FIELDS)
THROUGHPUT_FIELDS: Final = (
    Field("mean", read_byte_rate, "", forms.BYTE_RATE),
    Field("peak", _peak(read_byte_rate), "", forms.BYTE_PEAK),
    Field("dated", read_day, "the day on which they were true; growth counts from it", forms.DAY),
)
_THROUGHPUT: Final = readers(THROUGHPUT_FIELDS)
