"""What an answer of AWS must be: of the shape of AWS's own model, with the members that are used here, its
names and numbers such as AWS can mean. One place for all operations; what is not so is a broken answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shardcalc.core.history.model import LATEST, MOST, MOST_POINTS
from shardcalc.core.text import shown
from shardcalc.core.workload.reading import ARN, NAME

_NUMBER: Final = (int, float)
_KINDS: Final[Mapping[str, tuple[tuple[Any, ...], str]]] = {
    "structure": ((dict,), "an object"),
    "map": ((dict,), "an object"),
    "list": ((list,), "a list"),
    "string": ((str,), "text"),
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "long": ((int,), "a whole number"),
    "double": (_NUMBER, "a number"),
    "float": (_NUMBER, "a number"),
    "timestamp": ((*_NUMBER, str), "a time"),
}
"""By the types of botocore's models."""
_ANY: Final[tuple[tuple[Any, ...], str]] = ((object,), "")
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "AssumeRoleResponse": ("Credentials",),
    "Credentials": ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"),
    "Consumer": ("ConsumerName", "ConsumerARN"),
    "DescribeLimitsOutput": ("ShardLimit", "OpenShardCount"),
    "ResourceTagMapping": ("ResourceARN",),
    "Shard": ("ShardId",),
    "Tag": ("Key", "Value"),
}
"""Members that are used as if they were there. Others are unknown where absent: not all releases have all."""
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    **dict.fromkeys(("StreamName", "ShardId", "ConsumerName", "MetricsName"), NAME),
    "StreamARN": ARN,
}
_HALF: Final = re.compile("[\ud800-\udfff]")
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "integer": (0, 1_000_000),
    "RetentionPeriodHours": (1, 1_000_000),
    "MaxRecordSizeInKiB": (1, 1_000_000),
    "timestamp": (0, LATEST),
    "double": (0, MOST // MOST_POINTS),
}
"""By the name of a shape, else by its type."""


class Strict:
    """A parser of botocore's that answers with what the model says, or refuses."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """Parse an HTTP response.

        Raises:
            ResponseParserError: it is of another shape.
        """
        from struct import error as StructError

        from botocore.parsers import ResponseParserError

        try:
            parsed = self._parser.parse(response, shape)
        except ResponseParserError as error:
            # Botocore repeats the whole answer after these words, and one of STS holds credentials.
            raise ResponseParserError(str(error).partition(", invalid XML received")[0]) from None
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            StructError,
            TypeError,
            ValueError,
        ) as error:
            raise ResponseParserError("it is of another shape than this API's answers") from error
        if shape is not None and response["status_code"] < 300:
            wrong = next(_wrong(parsed, shape, ""), None)
            if wrong is not None:
                raise ResponseParserError(wrong)
        return parsed


def _wrong(value: Any, shape: Any, place: str) -> Iterator[str]:
    """What is wrong in a value, the first first."""
    kinds, word = _KINDS.get(shape.type_name, _ANY)
    if not isinstance(value, kinds) or (value.__class__ is bool and bool not in kinds):
        yield f"{place or 'it'} is {_shown(value)}, which is not {word}"
    elif shape.type_name == "structure":
        yield from (f"{place}{name} is missing" for name in _NEEDED.get(shape.name, ()) if name not in value)
        for name, member in shape.members.items():
            if name in value:
                yield from _wrong(value[name], member, f"{place}.{name}".lstrip("."))
    elif shape.type_name == "list":
        yield from _wrong_items(value, shape.member, place)
    elif isinstance(value, str) and shape.type_name == "timestamp":
        if not _is_time(value):
            yield f"{place} is {_shown(value)}, which is not a time"
    elif isinstance(value, str):
        form = _FORMS.get(shape.name)
        if (form and not form.fullmatch(value)) or _HALF.search(value):
            yield f"{place} is {_shown(value)}, which AWS does not allow"
    elif not isinstance(value, bool):
        yield from _out_of_range([value], shape, place)


def _wrong_items(values: list[Any], shape: Any, place: str) -> Iterator[str]:
    # A page has 100,800 points: numbers are looked at all at once.
    if shape.type_name in ("double", "timestamp") and set(map(type, values)) <= {int, float}:
        yield from _out_of_range(values, shape, place)
        return
    for index, each in enumerate(values):
        yield from _wrong(each, shape, f"{place}[{index}]")


def _out_of_range(values: Sequence[float], shape: Any, place: str) -> Iterator[str]:
    kind = (
        "integer"
        if shape.type_name == "long"
        else "double"
        if shape.type_name == "float"
        else shape.type_name
    )
    least, most = _RANGES.get(shape.name) or _RANGES[kind]
    # A number that is none is neither the least nor the most, and no sum with it is one.
    if values and not (min(values) >= least and max(values) <= most and sum(values) >= 0):
        odd = next(value for value in values if not least <= value <= most)
        yield f"{place} is {_shown(odd)}, which is out of range"


def _is_time(text: str) -> bool:
    """Whether it is a time with its offset: with one without, botocore's arithmetic ends in an error."""
    try:
        time = datetime.fromisoformat(text)
        return time.tzinfo is not None and 0 <= time.timestamp() <= LATEST
    except (ValueError, OverflowError):
        return False


def _shown(value: object) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else shown(value)
