"""Reading fields: the row of a table of fields, its readers, and the forms that a JSON Schema shows of them.

A flag ``--hottest-key`` and a profile's ``hottest_key`` are read by the same reader and mean the same. A
reader takes text, or what a library's caller gives, and raises ``BadValue`` or ``BadFields``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from shardcalc.core.text import BadFields, BadValue, nearest, read_count, read_share, shown
from shardcalc.core.units import TIB, USD, Duration, RecordRate, Size
from shardcalc.core.workload.forms import PARTITION_KEY_MOST, STREAM_ARN, STREAM_NAME, Schema, mapping_of

Reader = Callable[[Any], Any]
"""From what somebody wrote to a value."""


class Field(NamedTuple):
    """One row of a table of fields: everything that flags, files, schema, help and pages say of it."""

    name: str
    reader: Reader
    help: str
    """What it means, in one sentence."""
    schema: Schema
    metavar: str = ""
    """What its flag is followed by; empty for a field without a flag."""
    shown: Callable[..., str] | None = None
    """How the inputs of a page show it, from the workload and the limits; nothing when it does not apply."""
    exact: Callable[[Any], Mapping[str, Any] | None] | None = None
    """Its keys in JSON, from the workload, with exact values; None when it is not declared."""


def readers(table: Iterable[Field]) -> dict[str, Reader]:
    """The reader of each field of a table."""
    return {field.name: field.reader for field in table}


def schema_of(table: Iterable[Field], required: Sequence[str] = ()) -> dict[str, Any]:
    """The mapping that a table describes, as JSON Schema."""
    return mapping_of(required, **{field.name: described(field) for field in table})


def described(field: Field) -> dict[str, Any]:
    """A field's form, with what it means."""
    return {**field.schema, "description": field.help} if field.help else {**field.schema}


def read_fields(
    fields: Mapping[str, object], readers: Mapping[str, Reader], *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read each field with its reader, collecting every problem.

    Raises:
        BadFields: listing every field that is unknown, missing or cannot be read.
    """
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    bounded(fields)
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


MOST: Final = 1_000
"""Items of one field: a bound for work that grows with their square."""
MOST_TOLD: Final = 100
"""Problems of one list of which each is told; more of them help nobody."""


def bounded(items: Collection[Any]) -> None:
    """Refuse more items than one field can have.

    Raises:
        BadValue: there are more.
    """
    if len(items) > MOST:
        raise BadValue(f"{len(items):,} entries; at most {MOST:,}")


_THOUSANDS: Final = re.compile(r"[0-9]{3}(?![0-9])[^=]*$")


def pairs(text: str) -> dict[str, str]:
    """Split ``'outage=6h,within=2h'``; commas between thousands belong to their number.

    Raises:
        BadValue: a part has no '=', or a name comes twice.
    """
    found: dict[str, str] = {}
    name = ""
    for part in text.split(","):
        if found and _THOUSANDS.match(part):
            found[name] += f",{part.rstrip()}"
            continue
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadValue(f"{shown(text)}: {shown(part.strip())} has no name, as in name=value")
        if name in found:
            raise BadValue(f"{shown(text)}: {name} is given twice")
        found[name] = value.strip()
    return found


_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}")


def read_each(items: Collection[object], kind: type[Any], example: str, usual: str = "") -> list[Any]:
    """Read each item of a list as this kind, collecting every problem.

    Args:
        items: the list.
        kind: what each is read as.
        example: one item in YAML, with ``@`` for what a bare word is likely to mean.
        usual: what stands there where there is no such word.
    """
    made: list[Any] = []
    problems: list[tuple[str, str]] = []
    bounded(items)
    for index, item in enumerate(items):
        if len(problems) > MOST_TOLD:
            break
        if isinstance(item, kind):
            made.append(item)
            continue
        try:
            mapping = pairs(item) if isinstance(item, str) and "=" in item else item
            if not isinstance(mapping, Mapping):
                word = item if isinstance(item, str) and _PLAIN.fullmatch(item) else usual
                write = example.replace("@", word)
                raise BadValue(f"{shown(item)} is not a mapping of fields; write for example {write}")
            made.append(kind.of(**mapping))
        except BadFields as error:
            problems += [(f"{index}.{inner}", message) for inner, message in error.problems]
        except BadValue as error:
            problems.append((str(index), str(error)))
    if problems:
        raise BadFields(problems)
    return made


def read_mapping(kind: type[Any], only: str | None, value: object) -> Any:
    """Read one mapping as this kind; ``only`` is the field that a bare text gives."""
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        if only is None and "=" not in value:
            names = ", ".join(kind.__annotations__)
            raise BadValue(f"{shown(value)} is one value, where several have names: {names}")
        value = pairs(value) if "=" in value else {only: value}
    if not isinstance(value, Mapping):
        raise BadValue(f"{shown(value)} is not a mapping of fields")
    return kind.of(**value)


def read_choice(value: object, what: str, known: Mapping[str, Any]) -> Any:
    """Read one of some known words."""
    text = text_of(value).strip()
    if text.lower() not in known:
        raise BadValue(f"{shown(text)} is not {what}{nearest(text, known) or ''}")
    return known[text.lower()]


# ── readers of one value ─────────────────────────────────────────────────────────────────────────


_DAY: Final = re.compile(r"2[01]\d\d-\d\d-\d\d", re.ASCII)
"""Years that a plan can look back and ahead from."""


def read_day(value: object) -> date:
    """A day, as 2027-01-15."""
    text = text_of(value).strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"{shown(text)} is not a day; write for example 2027-01-15, from 2000 to 2199")


def text_of(value: object) -> str:
    """One value as text: what a file holds, or an int, a Fraction or a float of a library's caller."""
    if value.__class__ is str:
        return value
    # Files give text; a library's caller may give an int, a Fraction or a float, whose shortest text is what
    # was meant.
    if value is None or isinstance(value, (bool, Mapping, list, tuple)):
        raise BadValue(f"{shown(value)} is not one value")
    try:
        return value if isinstance(value, str) else str(value)
    except ValueError as error:  # Python writes no whole number of more than 4,300 digits
        raise BadValue("a number of thousands of digits is not one value") from error


def read_size(value: object) -> Size:
    """A record size; a bare number is KiB."""
    return value if isinstance(value, Size) else Size.parse(text_of(value))


def read_volume(value: object) -> Size:
    """An amount of data, which may be far above the size of any record; a bare number is KiB."""
    if isinstance(value, Size):
        return value
    return Size.parse(text_of(value), "an amount of data", most=1024 * 1024 * TIB)


def read_line(value: object) -> str:
    """Free text."""
    text = text_of(value).strip()
    if len(text) > 10_000:
        raise BadValue(f"{shown(text)} is too long: at most 10,000 characters")
    return text


NAME: Final = re.compile(STREAM_NAME["pattern"].strip("^$"))
"""What AWS allows as the name of a stream or a consumer; nothing in it needs quoting in a shell."""


ARN: Final = re.compile(STREAM_ARN["pattern"].strip("^$"))


def read_stream(value: object) -> str:
    """The name of a stream, or its ARN, which says its Region and account too."""
    text = str(value)
    if not text.startswith("arn:"):
        return read_name(text)
    before, stream, name = text.partition(":stream/")
    if not ARN.fullmatch(f"{before}{stream}name"):
        write = "write arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"
        raise BadValue(f"{shown(text)} is not the ARN of a stream; {write}")
    return before + stream + read_name(name)


def read_name(value: object) -> str:
    """The name of a stream, as AWS allows it."""
    text = str(value)
    if not NAME.fullmatch(text):
        raise BadValue(f"{shown(text)} is not a stream's name: up to 128 letters, digits, and any of _ . -")
    return text


def read_partition_key(value: object) -> str:
    """A partition key, every character of it, spaces too."""
    text = text_of(value)
    if not 0 < len(text) <= PARTITION_KEY_MOST:
        raise BadValue(f"a partition key has 1 to {PARTITION_KEY_MOST} characters, not {len(text):,}")
    return text


def read_money(value: object) -> USD:
    """An amount of US dollars."""
    return value if isinstance(value, USD) else USD.parse(text_of(value))


def duration(what: str, bare: str | None = None) -> Reader:
    """A reader of a duration."""
    return lambda value: (
        value if isinstance(value, Duration) else Duration.parse(text_of(value), what, bare=bare)
    )


def count(what: str, least: int, most: int = 1_000_000) -> Reader:
    """A reader of a whole number."""
    return lambda value: read_count(text_of(value), what, least=least, most=most)


def rate(what: str) -> Reader:
    """A reader of a record rate."""
    return lambda value: value if isinstance(value, RecordRate) else RecordRate.parse(text_of(value), what)


def share(what: str, *, most: Fraction = Fraction(1), zero: bool = False) -> Reader:
    """A reader of a share of one."""
    return lambda value: read_share(text_of(value), what, most=most, zero=zero)
