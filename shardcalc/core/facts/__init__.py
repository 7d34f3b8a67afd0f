"""What AWS says, as dated data: limits, prices, Regions, and the one loader of each.

The numbers are in the TOML files beside this module, each with unit, scope, source, date and
confidence. This module reads them into typed facts and calculates nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from os import path
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from shardcalc.core.text import read_count, read_share
from shardcalc.core.units import USD, ByteRate, CallRate, Duration, RecordRate, Size

T = TypeVar("T")
G = TypeVar("G")

CONFIDENCE: Final[Mapping[str, str]] = {
    "A": "AWS",
    "P": "third party, from AWS's Price List",
    "T": "third party",
    "I": "inferred",
    "U": "unverified",
}
"""How sure a fact is, by its letter."""


MOST_DOTS: Final = 32
_DOTTED: Final = re.compile(rf"^(?:[^\n.]*+\.){{{MOST_DOTS}}}", re.MULTILINE)
"""A line with more dots than a key may have: Python takes 4 s to read a key of 16,000 parts."""


class FactsError(Exception):
    """A file of facts that cannot be used: unreadable, incomplete, or with a value of the wrong kind."""


class Source(NamedTuple):
    """Where a fact was read."""

    key: str
    title: str
    url: str


class Fact(NamedTuple, Generic[T]):
    """One number of AWS's, with what it holds for, where it was read, when, and how sure it is."""

    name: str
    title: str
    value: T
    scope: str
    source: Source
    date: date
    confidence: str
    note: str = ""


class LambdaLimits(NamedTuple):
    """What Lambda takes of a Kinesis event source mapping."""

    factor: Fact[int]
    factor_default: Fact[int]
    batch: Fact[int]
    batch_default: Fact[int]
    payload: Fact[Size]


class KplLimits(NamedTuple):
    """The aggregation of the Kinesis Producer Library."""

    aggregate_frame: Fact[Size]
    aggregate_overhead: Fact[Size]
    aggregate_size: Fact[Size]
    aggregate_wait: Fact[Duration]


class CloudWatchLimits(NamedTuple):
    """What CloudWatch keeps, answers and bills."""

    metric_queries_most: Fact[int]
    metric_points_most: Fact[int]
    metric_fine_period: Fact[Duration]
    metric_fine_kept: Fact[Duration]
    metric_middle_period: Fact[Duration]
    metric_middle_kept: Fact[Duration]
    metric_coarse_period: Fact[Duration]
    metric_coarse_kept: Fact[Duration]
    metric_request_price: Fact[USD]
    metric_request_lot: Fact[int]


class Limits(NamedTuple):
    """Every limit, quota and default that the calculation uses: those of Kinesis itself, and a group for each
    neighbour.

    The fields are the tables of ``limits.toml``.
    """

    write_bytes: Fact[ByteRate]
    write_records: Fact[RecordRate]
    read_bytes: Fact[ByteRate]
    fan_out_bytes: Fact[ByteRate]
    get_records_calls: Fact[CallRate]
    get_records_size: Fact[Size]
    get_records_records: Fact[int]
    hot_key_bytes: Fact[ByteRate]
    hot_key_records: Fact[RecordRate]
    partition_key_most: Fact[int]
    record_size_default: Fact[Size]
    record_size_most: Fact[Size]
    large_record_share: Fact[Fraction]
    burst_bucket: Fact[Size]
    poll_default: Fact[Duration]
    poll_sdk: Fact[Duration]
    poll_kcl: Fact[Duration]
    poll_lambda: Fact[Duration]
    poll_firehose: Fact[Duration]
    poll_flink: Fact[Duration]
    fan_out_consumers: Fact[int]
    fan_out_consumers_advantage: Fact[int]
    lambda_: LambdaLimits
    retention_least: Fact[Duration]
    retention_most: Fact[Duration]
    iterator_age_alarm: Fact[Fraction]
    iterator_age_hold: Fact[Duration]
    shards_most: Fact[int]
    reshard_factor: Fact[int]
    reshard_calls: Fact[int]
    reshard_window: Fact[Duration]
    reshard_step: Fact[Fraction]
    shard_quota_large: Fact[int]
    shard_quota_small: Fact[int]
    shard_quota_small_most: Fact[int]
    mode_switches: Fact[int]
    on_demand_growth: Fact[int]
    on_demand_growth_time: Fact[Duration]
    on_demand_start_write: Fact[ByteRate]
    on_demand_start_records: Fact[RecordRate]
    on_demand_start_read: Fact[ByteRate]
    on_demand_read_share: Fact[int]
    on_demand_write_large: Fact[ByteRate]
    on_demand_read_large: Fact[ByteRate]
    on_demand_write_small: Fact[ByteRate]
    on_demand_read_small: Fact[ByteRate]
    on_demand_records_small: Fact[RecordRate]
    delay_shared_one: Fact[Duration]
    delay_shared_five: Fact[Duration]
    delay_fan_out: Fact[Duration]
    put_payload_unit: Fact[Size]
    on_demand_record_unit: Fact[Size]
    extended_retention_most: Fact[Duration]
    month: Fact[Duration]
    custom_metric_month: Fact[USD]
    advantage_floor_in: Fact[ByteRate]
    advantage_floor_out: Fact[ByteRate]
    kpl: KplLimits
    cloudwatch: CloudWatchLimits

    @property
    def facts(self) -> Iterator[Fact[Any]]:
        """All of them, in the order of the file."""
        for each in self:
            if isinstance(each, Fact):
                yield each
            else:
                yield from each


_GROUPS: Final[Mapping[str, tuple[str, type[Any]]]] = {
    "lambda": ("lambda_", LambdaLimits),
    "kpl": ("kpl", KplLimits),
    "cloudwatch": ("cloudwatch", CloudWatchLimits),
}
"""The tables of a neighbour: the field that they are, and their kind."""

_READ: Final[Mapping[str, Callable[[str], object]]] = {
    "Fact[ByteRate]": ByteRate.parse,
    "Fact[RecordRate]": RecordRate.parse,
    "Fact[CallRate]": lambda text: CallRate(Fraction(text.removesuffix(" calls/s"))),
    "Fact[Size]": Size.parse,
    "Fact[USD]": USD.parse,
    "Fact[Duration]": Duration.parse,
    "Fact[Fraction]": lambda text: read_share(text, "a share"),
    "Fact[int]": lambda text: read_count(text, "a count"),
}


@cache
def built_in_limits() -> Limits:
    """The limits that this release ships.

    Raises:
        FactsError: the installed data file is damaged.
    """
    return read_limits(packaged("limits.toml"), "limits.toml")


def read_limits(text: str, name: str) -> Limits:
    """Read a file of limits.

    Raises:
        FactsError: a table is missing, unknown, incomplete, or its value is not of the declared kind.
    """
    tables = parse_toml(text, name)
    sources = read_sources(tables, name)
    groups = {
        field: _read_group(
            tables.pop(key, {}), kind, "lambda-" if key == "lambda" else "", sources, f"{name}: {key}"
        )
        for key, (field, kind) in _GROUPS.items()
    }
    return _read_group(tables, Limits, "", sources, name, groups)


def _read_group(
    tables: Mapping[str, Any],
    kind: type[G],
    prefix: str,
    sources: Mapping[str, Source],
    name: str,
    groups: Mapping[str, Any] = MappingProxyType({}),
) -> G:
    kinds = {key: of for key, of in declared(kind).items() if key not in groups}
    if tables.keys() != kinds.keys():
        raise FactsError(
            f"{name}: tables differ from the limits in use: {sorted(tables.keys() ^ kinds.keys())}"
        )
    facts: dict[str, Any] = dict(groups)
    for key, table in tables.items():
        try:
            facts[key] = Fact(
                name=prefix + key.replace("_", "-"),
                title=table["title"],
                value=_READ[kinds[key]](table["value"]),
                scope=table["scope"],
                source=sources[table["source"]],
                date=table["date"],
                confidence=table["confidence"],
                note=table.get("note", ""),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise FactsError(f"{name}: {key}: {error}") from error
    return kind(**facts)


def declared(kind: type) -> dict[str, str]:
    """The fields of a named tuple with their types, as they are written in the class."""
    return {
        name: getattr(written, "__forward_arg__", str(written))
        for name, written in kind.__annotations__.items()
    }


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Parse TOML, naming the file in the error.

    Raises:
        FactsError: not TOML.
    """
    if _DOTTED.search(text):
        raise FactsError(f"{name}: not TOML that can be used: a key of more than {MOST_DOTS} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FactsError(f"{name}: not TOML: {error}") from error
    except RecursionError as error:
        raise FactsError(f"{name}: not TOML that can be used: it nests too deeply") from error
    except ValueError as error:  # Python's limit of the digits of a number
        raise FactsError(f"{name}: not TOML that can be used: a number with too many digits") from error


def read_sources(tables: dict[str, Any], name: str) -> dict[str, Source]:
    """Take the table of sources out of a file's tables.

    Raises:
        FactsError: there is none, or one lacks title or url.
    """
    try:
        made = {key: Source(key, row["title"], row["url"]) for key, row in tables.pop("sources").items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise FactsError(f"{name}: sources: each needs title and url") from error
    if not all(isinstance(text, str) for source in made.values() for text in source):
        raise FactsError(f"{name}: sources: title and url must be text")
    return made


def packaged(name: str, beside: str = __file__) -> str:
    """Read a data file that lies beside a module of this package."""
    # open() on the path itself: importlib.resources costs as much start-up time as all our own modules.
    with open(path.join(path.dirname(beside), name), encoding="utf-8") as file:
        return file.read()


class Regions(NamedTuple):
    """The Regions where Kinesis Data Streams has an endpoint."""

    codes: tuple[str, ...]
    large: frozenset[str]
    """Regions with AWS's larger shard quota and on-demand ceiling."""
    metrics_unpriced: frozenset[str]
    """Regions where CloudWatch's price of a custom metric is not known."""
    currency: Mapping[str, str]
    """Currency of the price list where it is not USD."""
    bulk_prices: str
    """Where the price lists of all Regions are published, for everybody."""
    query_prices: tuple[str, ...]
    """The Regions with an endpoint of the Price List Query API."""


@cache
def regions() -> Regions:
    """The Regions that this release knows.

    Raises:
        FactsError: the installed data file is damaged.
    """
    table = parse_toml(packaged("regions.toml"), "regions.toml")
    published = table["price_list"]
    return Regions(
        tuple(table["codes"]),
        frozenset(table["large"]),
        frozenset(table["metrics_unpriced"]),
        table["currency"],
        published["bulk"],
        tuple(published["query_regions"]),
    )
