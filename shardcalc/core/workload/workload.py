"""What is asked of one stream: records, consumers, retention, headroom.

This is the one vocabulary of both doors: a flag ``--hottest-key`` and a profile's ``hottest_key`` are
read by the same function here and mean the same. No AWS number stands here; what AWS allows is judged
by the plan, against the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import Any, Final, NamedTuple, Self

from shardcalc.core.units import (
    BadValue,
    Duration,
    Months,
    RecordRate,
    Size,
    percent,
    read_count,
    read_factor,
    read_share,
    shown,
)

DEFAULT_REGION: Final = "us-east-1"
ONE: Final = Fraction(1)
ZERO: Final = Fraction(0)


class BadFields(BadValue):
    """One or more fields that cannot be read, all of them at once."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        """Pairs of field (dotted below the first level) and what is wrong with it."""
        super().__init__("; ".join(f"{field}: {message}" for field, message in self.problems))


class Mode(StrEnum):
    """How a stream's capacity is provided and billed."""

    PROVISIONED = "provisioned"
    ON_DEMAND_STANDARD = "on-demand-standard"
    ON_DEMAND_ADVANTAGE = "on-demand-advantage"


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
        return cls(**read_fields(fields, CONSUMER_FIELDS, required=("type",)))

    @property
    def is_shared(self) -> bool:
        """Whether it reads with GetRecords and shares the shard with the others."""
        return self.type is not ConsumerType.FAN_OUT

    def __str__(self) -> str:
        return self.name or f"{self.type} consumer"


class CatchUp(NamedTuple):
    """A promise: after an outage of this length, shared consumers are back at the tip within that time."""

    outage: Duration
    within: Duration

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``CatchUp.of(outage="6h", within="2h")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, CATCH_UP_FIELDS, required=("outage", "within")))


class Aggregation(NamedTuple):
    """The producer packs records into aggregates of about this size, as the Kinesis Producer Library does."""

    target_size: Size

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Aggregation.of(target_size="25 KiB")``.

        Raises:
            BadFields: the size cannot be read.
        """
        return cls(**read_fields(fields, AGGREGATION_FIELDS, required=("target_size",)))


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
        return cls(
            read_share(share.strip(), "a growth", most=Fraction(10), zero=True),
            Months.parse(f"1 {period.strip()}"),
        )

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
        return cls(**read_fields(fields, SIZE_SHARE_FIELDS, required=("size", "share")))


@dataclass(frozen=True)
class Rates:
    """Records per second that producers write: what is billed (mean) and what is sized for (peak)."""

    mean: RecordRate
    peak: RecordRate

    def __post_init__(self) -> None:
        if self.peak is not self.mean and self.peak < self.mean:
            raise BadFields([("peak", f"{self.peak} is below the mean of {self.mean}")])

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Rates.of(mean="100", peak="90k/min")``.

        Raises:
            BadFields: a field cannot be read, or the peak is below the mean.
        """
        return cls(**read_fields(fields, RATES_FIELDS, required=("mean", "peak")))


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
    hottest_key: Fraction | None = None
    skew: Fraction = ONE
    """Traffic of the busiest shard over that of the mean shard."""
    catch_up: CatchUp | None = None
    aggregation: Aggregation | None = None
    retention: Duration | None = None
    long_term_reads: Size | None = None
    """Bytes read from records older than seven days, in the period that is billed."""
    mode: Mode = Mode.PROVISIONED
    region: str = DEFAULT_REGION
    shards: int | None = None
    """The shards that are deployed or declared."""
    growth: Growth | None = None
    """How the traffic is expected to grow; it changes no plan, and says until when one does."""
    horizon: Months | None = None
    """How far ahead to look."""

    def __post_init__(self) -> None:
        if self.size.__class__ is not Size or self.rps.__class__ is not Rates:
            raise TypeError(
                "Workload takes quantities; to read numbers and text, write Workload.of(size=1024, rps=6, consumers=7)"
            )
        if self.max_size is not None and self.max_size < self.size:
            raise BadFields(
                [("max_size", f"the largest record, {self.max_size}, is smaller than the mean, {self.size}")]
            )

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read a workload from numbers and text, by the rules of a profile: ``Workload.of(size=1024, rps="90k/min", consumers=7)``.

        A bare size is KiB, a bare rate is records per second.

        Raises:
            BadFields: listing every field that is unknown, missing or cannot be read.
        """
        return cls(**assemble(read_fields(fields, FIELDS, required=("rps",))))

    @cached_property
    def shared(self) -> int:
        """How many consumers share GetRecords."""
        return sum(consumer.count for consumer in self.consumers if consumer.type is not ConsumerType.FAN_OUT)

    @cached_property
    def fan_out(self) -> int:
        """How many consumers are registered for enhanced fan-out."""
        return sum(consumer.count for consumer in self.consumers if consumer.type is ConsumerType.FAN_OUT)


def assemble(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn fields as written into a Workload's own: ``fan_out`` into consumers, ``sizes`` into their mean.

    Raises:
        BadFields: the fields contradict each other, or no size is given.
    """
    made = dict(values)
    fan_out = made.pop("fan_out", None)
    sizes: tuple[SizeShare, ...] = made.get("sizes", ())
    if sizes:
        if "size" in made:
            raise BadFields([("size", "give size or sizes, not both: the mean follows from the mix")])
        total = sum((part.share for part in sizes), ZERO)
        if total != 1:
            raise BadFields([("sizes", f"the shares add up to {percent(total)}, not 100%")])
        made["size"] = Size(sum((part.size.amount * part.share for part in sizes), ZERO))
        made.setdefault("max_size", max(part.size for part in sizes))
    elif "size" not in made:
        raise BadFields([("size", "missing; write the mean record size, for example size: 1 KiB")])
    if fan_out is not None:
        made["consumers"] = (
            *made.get("consumers", ()),
            *((Consumer(type=ConsumerType.FAN_OUT, count=fan_out),) if fan_out else ()),
        )
    return made


# ── reading fields ───────────────────────────────────────────────────────────────────────────────

Reader = Callable[[Any], Any]


def read_fields(
    fields: Mapping[str, object], readers: Mapping[str, Reader], *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read each field with its reader, collecting every problem.

    Raises:
        BadFields: listing every field that is unknown, missing or cannot be read.
    """
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name, written in fields.items():
        reader = readers.get(name)
        if reader is None:
            problems.append((name, f"unknown field{nearest(name, readers)}"))
            continue
        try:
            values[name] = reader(written)
        except BadFields as error:
            problems += [(f"{name}.{inner}", message) for inner, message in error.problems]
        except BadValue as error:
            problems.append((name, str(error)))
    problems += [(name, "missing") for name in required if name not in fields]
    if problems:
        raise BadFields(problems)
    return values


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest right name, or the list of them."""
    from difflib import get_close_matches  # only on the way to an error

    known = list(known)
    close = get_close_matches(name.lower().replace("-", "_"), known, 1, 0.6) or get_close_matches(
        name, known, 1, 0.6
    )
    return (
        f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}" if len(known) < 10 else ""
    )


def _text(value: object) -> str:
    if value.__class__ is str:
        return value
    # Files give text; a library's caller may give an int, a Fraction or a float, whose shortest text is what was meant.
    if value is None or isinstance(value, (bool, Mapping, list, tuple)):
        raise BadValue(f"{shown(value)} is not one value")
    return value if isinstance(value, str) else str(value)


def read_size(value: object) -> Size:
    """A record size; a bare number is KiB."""
    return value if isinstance(value, Size) else Size.parse(_text(value))


def read_rps(value: object) -> Rates:
    """One rate, or a mapping of mean and peak (on the command line ``mean=100,peak=300``)."""
    if isinstance(value, Rates):
        return value
    if isinstance(value, str) and "=" in value:
        value = pairs(value)
    if isinstance(value, Mapping):
        return Rates.of(**value)
    return _one_rate(value if isinstance(value, RecordRate) else RecordRate.parse(_text(value)))


def _one_rate(rate: RecordRate) -> Rates:
    return Rates(rate, rate)


def read_consumers(value: object) -> tuple[Consumer, ...]:
    """A count, or a list of consumers, each a mapping (on the command line ``type=lambda,batch_size=100``)."""
    if isinstance(value, (list, tuple)):
        return tuple(_read_each(value, Consumer))
    if isinstance(value, str) and "=" in value:
        return tuple(_read_each([value], Consumer))
    return count_consumers(_text(value))


@lru_cache(1024)
def count_consumers(text: str) -> tuple[Consumer, ...]:
    """A count of shared consumers without names."""
    count = read_count(text, "a count of consumers", most=10_000)
    return (Consumer(count=count),) if count else ()


def read_sizes(value: object) -> tuple[SizeShare, ...]:
    """A list of sizes and shares (on the command line ``1KiB=90%,100KiB=10%``)."""
    if isinstance(value, str):
        value = [{"size": size, "share": share} for size, share in pairs(value).items()]
    if not isinstance(value, (list, tuple)) or not value:
        raise BadValue("write a list of size and share")
    return tuple(_read_each(value, SizeShare))


def _read_each(items: Iterable[object], kind: type[Any]) -> list[Any]:
    made: list[Any] = []
    problems: list[tuple[str, str]] = []
    for index, item in enumerate(items):
        if isinstance(item, kind):
            made.append(item)
            continue
        try:
            mapping = pairs(item) if isinstance(item, str) else item
            if not isinstance(mapping, Mapping):
                raise BadValue(f"{shown(item)} is not a mapping of fields")
            made.append(kind.of(**mapping))
        except BadFields as error:
            problems += [(f"{index}.{inner}", message) for inner, message in error.problems]
        except BadValue as error:
            problems.append((str(index), str(error)))
    if problems:
        raise BadFields(problems)
    return made


def _read_mapping(kind: type[Any], only: str | None, value: object) -> Any:
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        value = pairs(value) if "=" in value or only is None else {only: value}
    if not isinstance(value, Mapping):
        raise BadValue(f"{shown(value)} is not a mapping of fields")
    return kind.of(**value)


def pairs(text: str) -> dict[str, str]:
    """Split ``'outage=6h,within=2h'``.

    Raises:
        BadValue: a part has no '=', or a name comes twice.
    """
    found: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadValue(f"{shown(text)}: write name=value, with commas between")
        if name in found:
            raise BadValue(f"{shown(text)}: {name} stands twice")
        found[name] = value.strip()
    return found


def read_type(value: object) -> ConsumerType:
    """The type of a named consumer."""
    return ConsumerType(
        _read_choice(
            value,
            "a type of consumer",
            {kind.value: kind for kind in ConsumerType if kind is not ConsumerType.SHARED},
        )
    )


_MODES: Final = {mode.value: mode for mode in Mode}
_MODES_ALSO: Final = _MODES | {"on-demand": Mode.ON_DEMAND_STANDARD}


def read_mode(value: object) -> Mode:
    """A capacity mode; AWS's own ``PROVISIONED`` and ``ON_DEMAND`` are understood, the latter as On-demand Standard."""
    text = _text(value).strip().lower().replace("_", "-")
    return _MODES_ALSO.get(text) or _read_choice(value, "a capacity mode", _MODES)


def _read_choice(value: object, what: str, known: Mapping[str, Any]) -> Any:
    text = _text(value).strip()
    if text.lower() not in known:
        raise BadValue(f"{shown(text)} is not {what}{nearest(text, known) or ''}")
    return known[text.lower()]


def read_region(value: object) -> str:
    """A Region's code, one that has an endpoint of Kinesis Data Streams."""
    from shardcalc.core.facts import regions

    text = _text(value).strip()
    if text not in regions().codes:
        raise BadValue(
            f"{shown(text)} is not a Region with Kinesis Data Streams{nearest(text, regions().codes)}"
        )
    return text


def read_line(value: object) -> str:
    """Free text."""
    text = _text(value).strip()
    if len(text) > 10_000:
        raise BadValue(f"{shown(text)} is too long: at most 10,000 characters")
    return text


def _duration(what: str, bare: str | None = None) -> Reader:
    return lambda value: (
        value if isinstance(value, Duration) else Duration.parse(_text(value), what, bare=bare)
    )


def _count(what: str, least: int, most: int = 1_000_000) -> Reader:
    return lambda value: read_count(_text(value), what, least=least, most=most)


def _rate(what: str) -> Reader:
    return lambda value: value if isinstance(value, RecordRate) else RecordRate.parse(_text(value), what)


read_headroom: Reader = lambda value: read_share(_text(value), "a headroom", most=Fraction(100), zero=True)
read_hottest_key: Reader = lambda value: read_share(_text(value), "a share of the traffic")
read_share_of_records: Reader = lambda value: read_share(_text(value), "a share of the records")
read_skew: Reader = lambda value: read_factor(_text(value), "a skew")
read_growth: Reader = lambda value: value if isinstance(value, Growth) else Growth.parse(_text(value))
read_horizon: Reader = lambda value: (
    value if isinstance(value, Months) else Months.parse(_text(value), "a horizon")
)
read_retention: Reader = _duration("a retention", "h")
read_shards: Reader = _count("a shard count", 1)
read_fan_out: Reader = _count("a count of fan-out consumers", 0, 10_000)
read_catch_up: Reader = partial(_read_mapping, CatchUp, None)
read_aggregation: Reader = partial(_read_mapping, Aggregation, "target_size")

CONSUMER_FIELDS: Final[Mapping[str, Reader]] = {
    "name": read_line,
    "type": read_type,
    "poll_interval": _duration("a poll interval"),
    "max_rps_per_shard": _rate("a record rate"),
    "parallelization_factor": _count("a parallelization factor", 1),
    "batch_size": _count("a batch size", 1),
    "batch_duration": _duration("a batch duration"),
}
CATCH_UP_FIELDS: Final[Mapping[str, Reader]] = {
    "outage": _duration("an outage"),
    "within": _duration("a time to catch up"),
}
AGGREGATION_FIELDS: Final[Mapping[str, Reader]] = {"target_size": read_size}
SIZE_SHARE_FIELDS: Final[Mapping[str, Reader]] = {"size": read_size, "share": read_share_of_records}
RATES_FIELDS: Final[Mapping[str, Reader]] = {"mean": _rate("a mean rate"), "peak": _rate("a peak rate")}

FIELDS: Final[Mapping[str, Reader]] = {
    "size": read_size,
    "sizes": read_sizes,
    "max_size": read_size,
    "max_record_size": read_size,
    "rps": read_rps,
    "consumers": read_consumers,
    "fan_out": read_fan_out,
    "headroom": read_headroom,
    "hottest_key": read_hottest_key,
    "skew": read_skew,
    "catch_up": read_catch_up,
    "aggregation": read_aggregation,
    "retention": read_retention,
    "long_term_reads": read_size,
    "mode": read_mode,
    "region": read_region,
    "shards": read_shards,
    "growth": read_growth,
    "horizon": read_horizon,
}
"""Every field that describes a workload, and how it is read: the flags of the command line and the fields of a stream in a profile."""
