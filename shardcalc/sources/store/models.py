"""The documents that shardcalc reads back, as pydantic reads, checks and describes them.

Each field is written once, for all three. Loading pydantic takes longer than most commands run, so this
module is imported only where such a document is read or described.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from itertools import islice
from typing import Annotated, Any, Final, Literal, NotRequired, TypeVar, cast, get_args, get_type_hints

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    with_config,
)
from typing_extensions import TypedDict, is_typeddict

from shardcalc.core.history.metrics import CONSUMER_METRICS, SHARD_METRICS, STREAM_METRICS
from shardcalc.core.history.model import LATEST, MOST, MOST_POINTS, Series, whole
from shardcalc.core.text import nearest, shown
from shardcalc.core.units import USD
from shardcalc.core.workload.forms import STREAM_ARN, STREAM_NAME

T = TypeVar("T")

# ── reading ──────────────────────────────────────────────────────────────────────────────────────

_SAYS: Final = {
    "bool_type": "{shown} is not true or false",
    "dict_type": "{shown} is not an object",
    "finite_number": "{shown} is not a number",
    "float_type": "{shown} is not a number",
    "greater_than": "{shown} is not above {gt:g}",
    "greater_than_equal": "{value:,} is out of range: at least {ge:,}",
    "int_type": "{shown} is not a whole number",
    "less_than_equal": "{value:,} is out of range: at most {le:,}",
    "list_type": "{shown} is not a list",
    "literal_error": "{shown} is not {expected}",
    "missing": "missing",
    "multiple_of": "{value:,} is not a multiple of {multiple_of}",
    "string_pattern_mismatch": "{shown} is not what AWS allows here",
    "string_type": "{shown} is not text",
    "value_error": "{error}",
}
"""What is wrong, in our words, by pydantic's."""


class Outline(Enum):
    """A document with lengths in the place of its series."""

    WHOLE = "whole"
    BEGUN = "begun"
    """Its end is missing."""


MOST_WRONG: Final = 1_000
"""More problems than this are not listed: to say them all takes thousands of times the room of the file."""
_LOOKED_AT: Final = 20


class _TooMuchWrong(Exception):
    """Ends the reading of a document."""


def read(
    shape: type[T],
    body: object,
    refuse: Callable[[list[tuple[str, str]]], Exception],
    outline: Outline | None = None,
) -> T:
    """Read a document; everything that is wrong goes into ``refuse``, as pairs of place and message."""
    try:
        made: T = _adapter(cast("Any", shape)).validate_python(
            body, strict=True, context=_Context(outline is not None)
        )
        return made
    except ValidationError as error:
        if error.error_count() <= MOST_WRONG:
            problems = list(_problems(shape, error, missing=outline is not Outline.BEGUN))
            if problems:
                raise refuse(problems) from None
            return cast("T", body)
    except _TooMuchWrong:
        pass
    first = _first(body)
    if first != body:
        read(shape, first, refuse, outline)
    raise refuse([("", "too much is wrong in it to say what")])


def _first(value: Any) -> Any:
    """The first of the names in each object."""
    if isinstance(value, dict):
        return {key: _first(each) for key, each in islice(value.items(), _LOOKED_AT)}
    return value


@dataclass(slots=True)
class _Context:
    """What the check of a series knows of the document."""

    outlined: bool
    wrong: int = 0


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _problems(shape: Any, error: ValidationError, *, missing: bool) -> Iterator[tuple[str, str]]:
    for each in error.errors(include_url=False):
        at, value, kind = each["loc"], each["input"], each["type"]
        if kind == "missing" and not missing:
            continue
        if kind == "extra_forbidden":
            yield _place(at), f"unknown field{nearest(str(at[-1]), _fields(shape, at[:-1]))}"
        elif at[-1:] == ("[key]",):
            yield _place(at[:-2]), f"{shown(value)} is not a name that AWS allows"
        else:
            says = "null where a value is needed" if value is None else _SAYS.get(kind, each["msg"])
            yield _place(at), says.format(shown=shown(value), value=value, **each.get("ctx", {}))


def _place(at: Sequence[int | str]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).removeprefix(".")


def _fields(shape: Any, at: Sequence[int | str]) -> Sequence[str]:
    for step in at:
        if not isinstance(step, int):
            shape = next(filter(is_typeddict, _kinds(get_type_hints(shape)[step])))
    return tuple(get_type_hints(shape))


def _kinds(hint: Any) -> Iterator[Any]:
    """A type, and those that it is made of."""
    yield hint
    for each in get_args(hint):
        yield from _kinds(each)


# ── histories ────────────────────────────────────────────────────────────────────────────────────


def _series(values: object, info: ValidationInfo) -> Series:
    """Check a series as a whole: a history has too many points to look at each of them alone."""
    try:
        return _checked(values, info)
    except ValueError:
        context = cast("_Context", info.context)
        context.wrong += 1
        if context.wrong > MOST_WRONG:
            raise _TooMuchWrong from None
        raise


def _checked(values: Any, info: ValidationInfo) -> Series:
    if cast("_Context", info.context).outlined and values.__class__ is int:
        count, values = values, []
    elif isinstance(values, list):
        count = len(values)
    else:
        raise ValueError(f"{shown(values)} is not a list of values")
    wrong = []
    points = info.data.get("points", count)
    if count != points:
        wrong.append(f"{count:,} values where points says {points:,}")
    # The type of each value, once for the whole list: most lists hold integers and gaps only.
    kinds = set(map(type, values))
    if kinds <= {int, float, type(None)}:
        wrong += _out_of_range(values, kinds)
    else:
        odd = next(i for i, value in enumerate(values) if type(value) not in (int, float, type(None)))
        wrong.append(f"value {odd}: {shown(values[odd])} is not a number; a gap is null")
    if wrong:
        raise ValueError(", and ".join(wrong))
    return whole(values) if float in kinds else values


def _out_of_range(values: list[Any], kinds: set[type]) -> Iterator[str]:
    present = [value for value in values if value is not None] if type(None) in kinds else values
    try:
        total = sum(present)
    except OverflowError:  # a whole number beyond what a float holds, beside a float
        total = MOST + 1
    # What is not a number is neither above nor below anything, and a sum with it is none either.
    if present and not (min(present) >= 0 and total == total):
        odd, worst = next((i, v) for i, v in enumerate(values) if v is not None and not v >= 0)
        yield f"value {odd}: {worst} is {'below zero' if worst < 0 else 'not a number; a gap is null'}"
    elif total > MOST:
        yield "larger values than AWS ever counts"


def _start(seconds: int, info: ValidationInfo) -> int:
    if seconds + info.data.get("points", 0) * info.data.get("period_seconds", 0) > LATEST:
        raise ValueError("the history ends after the year 2100")
    return seconds


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{shown(text)} is not a date and time; write for example 2026-11-21T09:00:00Z"
        ) from None
    return text


def _listed(metrics: Any) -> str:
    return "; known are " + ", ".join(f"{name} ({statistic})" for name, statistic in metrics.items())


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Positive = Annotated[int, Field(ge=1, le=1_000_000)]
Name = Annotated[str, Field(pattern=STREAM_NAME["pattern"])]
Word = Annotated[str, Field(pattern="^[A-Za-z_]{1,64}$")]
Metric = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_.:]{0,254}$")]
Points = Annotated[
    list[int | float | None],
    PlainValidator(_series),
    WithJsonSchema({"type": "array", "items": {"type": ["number", "null"], "minimum": 0}}),
]
_CLOSED: Final = ConfigDict(extra="forbid")


def table(about: str) -> Any:
    """The field of an object whose keys are names, and no others."""
    return Field(description=about, json_schema_extra={"additionalProperties": False})


Metrics = Annotated[dict[Metric, Points], table("one series a metric, by CloudWatch's name")]


@with_config(_CLOSED)
class HistoryStream(TypedDict):
    """What AWS says of the stream; null or left out where it is not known."""

    name: NotRequired[Name | None]
    arn: NotRequired[Annotated[str, Field(pattern=STREAM_ARN["pattern"])] | None]
    region: NotRequired[Annotated[str, Field(pattern=r"^[a-z]{2,8}(-[a-z]{1,12}){1,3}-[0-9]{1,2}$")] | None]
    mode: NotRequired[Literal["PROVISIONED", "ON_DEMAND"] | None]
    status: NotRequired[Word | None]
    open_shards: NotRequired[Positive | None]
    retention_hours: NotRequired[Positive | None]
    enhanced_metrics: NotRequired[
        Annotated[list[Name], Field(description="shard-level metrics that are on")] | None
    ]
    registered_consumers: NotRequired[list[Name] | None]
    max_record_size_kib: NotRequired[Positive | None]
    warm_throughput_mib_per_second: NotRequired[Count | None]
    created_epoch_seconds: NotRequired[Annotated[int, Field(ge=0, le=LATEST)] | None]


@with_config(_CLOSED)
class HistoryAccount(TypedDict):
    """What DescribeLimits says of the account in the Region."""

    shard_limit: Count
    open_shard_count: Count


@with_config(_CLOSED)
class HistoryPart(TypedDict):
    """Series on one clock.

    Value i of a series is that of the period from start_epoch_seconds + i * period_seconds; null is a gap.
    """

    period_seconds: Annotated[int, Field(ge=60, le=86_400, multiple_of=60)]
    points: Annotated[int, Field(ge=1, le=MOST_POINTS, description="how many values each series has")]
    start_epoch_seconds: Annotated[int, Field(ge=0, le=LATEST), AfterValidator(_start)]
    metrics: Annotated[Metrics, table("of the stream" + _listed(STREAM_METRICS))]
    consumers: NotRequired[
        Annotated[dict[Name, Metrics], table("of each fan-out consumer" + _listed(CONSUMER_METRICS))] | None
    ]
    shards: NotRequired[
        Annotated[dict[Name, Metrics], table("of each shard, by id" + _listed(SHARD_METRICS))] | None
    ]


@with_config(_CLOSED)
class HistoryDocument(HistoryPart):
    """The measured history of one stream: what `shardcalc observe -o` writes and `--from` reads.

    Value i of a series is that of the period from start_epoch_seconds + i * period_seconds; null is a gap.
    """

    kind: Literal["shardcalc-history"]
    schema_version: Literal[1]
    read_at: NotRequired[
        Annotated[str, AfterValidator(_moment), Field(description="ISO 8601, when AWS was read")] | None
    ]
    stream: HistoryStream
    account: NotRequired[HistoryAccount | None]
    older: NotRequired[
        Annotated[
            list[HistoryPart],
            Field(
                fail_fast=True, description="what was measured before, in coarser periods, the newest first"
            ),
        ]
        | None
    ]


# ── baselines and plans ──────────────────────────────────────────────────────────────────────────


class BaselineFinding(TypedDict):
    """How often a rule is known to be broken by a stream."""

    rule: str
    file: str
    stream: str
    count: Annotated[int, Field(ge=0, le=10**12)]


class BaselineDocument(TypedDict):
    """What `shardcalc check --write-baseline` writes."""

    findings: Annotated[list[BaselineFinding], Field(fail_fast=True)]


Number = Annotated[float, Field(allow_inf_nan=False)]
MOST_STREAMS: Final = 100_000


class StreamHead(TypedDict):
    """What a plan that is read back must say of a stream, beside its cost and findings."""

    name: str
    region: str
    shards: Annotated[int, Field(ge=1, le=10**12, description="the shards that are needed")]
    declared_shards: Annotated[int, Field(ge=0, le=10**12)] | None
    utilisation: Annotated[Number, Field(description="the highest of any limit, at the needed shards")]


def _dollars(text: object) -> USD:
    # An amount that is not known counts as nothing; complete says that something is not known.
    return USD(0) if text is None else USD.parse(str(text))


class _Cost(TypedDict):
    total_usd: Annotated[USD, PlainValidator(_dollars)]
    complete: bool


class _Finding(TypedDict):
    id: str


class _Stream(StreamHead):
    account: NotRequired[str | None]
    environment: NotRequired[str | None]
    cost: _Cost
    findings: Annotated[list[_Finding], Field(fail_fast=True)]


class SavedPlan(TypedDict):
    """What must be in a plan to compare with it; the rest may come and go."""

    hours: Annotated[Number, Field(gt=0, le=100_000)]
    streams: Annotated[list[_Stream], Field(fail_fast=True, max_length=MOST_STREAMS)]
