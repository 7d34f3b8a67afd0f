"""Price sheets: what one Region charges, dimension by dimension, as dated data.

A dimension without a price is ``None``, and stays unknown through every total; no Region borrows
another's price. Amounts are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import islice
from os import path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from shardcalc.core.facts import (
    CONFIDENCE,
    FactsError,
    Source,
    declared,
    packaged,
    parse_toml,
    read_sources,
    regions,
)
from shardcalc.core.text import BadValue
from shardcalc.core.units import USD, Quantity


class ShardHours(Quantity):
    """One open shard for one hour."""

    __slots__ = ()
    UNIT = "ShardHour"


class PutPayloadUnits(Quantity):
    """A piece of up to 25 KiB of one record."""

    __slots__ = ()
    UNIT = "PutRequest"


class ConsumerShardHours(Quantity):
    """One registered fan-out consumer on one shard for one hour."""

    __slots__ = ()
    UNIT = "ConsumerShardHour"


class StreamHours(Quantity):
    """One on-demand stream for one hour."""

    __slots__ = ()
    UNIT = "StreamHr"


class Gigabytes(Quantity):
    """2^30 bytes moved; AWS writes GB."""

    __slots__ = ()
    UNIT = "GB"


class GigabyteMonths(Quantity):
    """2^30 bytes stored for a month; AWS writes GB-month."""

    __slots__ = ()
    UNIT = "GB-month"


class MetricMonths(Quantity):
    """One metric of one shard, kept by CloudWatch for a month."""

    __slots__ = ()
    UNIT = "MetricMonth"


Q = TypeVar("Q", bound=Quantity)


FIRST_YEAR: Final = 2013
"""Kinesis has had prices since."""
FAR: Final = 5
"""A price more than this many times the known one, or below this part of it, needs somebody's consent."""


class Price(NamedTuple, Generic[Q]):
    """Dollars for one billing unit, with where and when it was read and how sure it is."""

    name: str
    amount: USD
    unit: type[Q]
    source: Source
    date: date
    confidence: str
    text: str
    """The price in plain digits, exactly."""
    note: str = ""

    def cost(self, quantity: Q) -> USD:
        """What this quantity costs, exactly."""
        if quantity.__class__ is not self.unit:
            raise TypeError(f"{self.name} is a price for {self.unit.UNIT}, not for {type(quantity).UNIT}")
        return USD(self.amount.amount * quantity.amount)

    @property
    def verified(self) -> bool:
        """Whether AWS itself, or its Price List, says so."""
        return self.confidence in ("A", "P")

    @property
    def doubt(self) -> str:
        """What to add to a figure that rests on this price; nothing when it is verified."""
        return "" if self.verified else f"unverified price: {CONFIDENCE[self.confidence]}"


class PriceSheet(NamedTuple):
    """What one Region charges. A price that nobody could verify is None: unknown, and not zero."""

    region: str
    origin: str
    """Where the sheet came from: built in, or a file."""
    published: date | None = None
    """When AWS published the list that the sheet was read from, when known."""

    shard_hour: Price[ShardHours] | None = None
    put_payload_unit: Price[PutPayloadUnits] | None = None
    extended_shard_hour: Price[ShardHours] | None = None
    long_term_storage: Price[GigabyteMonths] | None = None
    long_term_retrieval: Price[Gigabytes] | None = None
    fan_out_consumer_shard_hour: Price[ConsumerShardHours] | None = None
    fan_out_data: Price[Gigabytes] | None = None

    on_demand_stream_hour: Price[StreamHours] | None = None
    on_demand_data_in: Price[Gigabytes] | None = None
    on_demand_data_out: Price[Gigabytes] | None = None
    on_demand_fan_out_data: Price[Gigabytes] | None = None
    on_demand_extended_storage: Price[GigabyteMonths] | None = None
    on_demand_long_term_storage: Price[GigabyteMonths] | None = None

    advantage_data_in: Price[Gigabytes] | None = None
    advantage_data_in_shortfall: Price[Gigabytes] | None = None
    advantage_data_out: Price[Gigabytes] | None = None
    advantage_data_out_shortfall: Price[Gigabytes] | None = None
    advantage_fan_out_data: Price[Gigabytes] | None = None
    advantage_extended_storage: Price[GigabyteMonths] | None = None
    advantage_long_term_storage: Price[GigabyteMonths] | None = None

    def dimensions(self) -> Iterator[tuple[str, Price[Any] | None]]:
        """Every dimension with its price or None, in the order of a bill."""
        return ((name, getattr(self, name)) for name in UNITS)


UNITS: Final[Mapping[str, type[Quantity]]] = {
    name: {
        "ShardHours": ShardHours,
        "PutPayloadUnits": PutPayloadUnits,
        "ConsumerShardHours": ConsumerShardHours,
        "StreamHours": StreamHours,
        "Gigabytes": Gigabytes,
        "GigabyteMonths": GigabyteMonths,
    }[kind.removeprefix("Price[").removesuffix("] | None")]
    for name, kind in declared(PriceSheet).items()
    if kind.startswith("Price[")
}
"""The billing unit of each dimension, in the order of a bill."""


@cache
def built_in_prices(region: str) -> PriceSheet:
    """The prices that this release ships for a Region; all unknown where none could be verified.

    Raises:
        FactsError: the installed data file is damaged.
    """
    if region not in regions().codes or not path.exists(
        path.join(path.dirname(__file__), "prices", f"{region}.toml")
    ):
        return PriceSheet(region, "built in")
    return read_prices(
        packaged(path.join("prices", f"{region}.toml")), f"prices/{region}.toml", origin="built in"
    )


def how_priced(region: str) -> str:
    """How to have prices that this release does not."""
    return f"shardcalc facts refresh --region {region} reads AWS's, --prices FILE takes yours"


def read_prices(text: str, name: str, *, origin: str) -> PriceSheet:
    """Read the price sheet of one Region.

    Raises:
        FactsError: listing everything in the file that is unknown, missing, negative or of the wrong unit.
    """
    sheets = read_price_sheets(text, name, origin=origin)
    if len(sheets) > 1:
        raise FactsError(f"{name}: it holds prices of {len(sheets)} Regions, where one is looked for")
    return sheets[0]


def read_price_sheets(text: str, name: str, *, origin: str) -> list[PriceSheet]:
    """Read the price sheets of a file: that of one Region (``region``, ``prices``), or one for each of
    several (``regions.<region>.prices``).

    Raises:
        FactsError: listing everything in the file that is unknown, missing, negative or of the wrong unit.
    """
    tables = parse_toml(text, name)
    problems: list[str] = []
    if "regions" in tables:
        known, found = {"regions"}, tables["regions"]
        if not isinstance(found, dict) or not found or not all(isinstance(x, dict) for x in found.values()):
            raise FactsError(f"{name}: regions: write a table of prices for each, regions.eu-west-1.prices")
        problems += [
            f"regions.{region}.{key}: unknown"
            for region, table in found.items()
            for key in sorted(table.keys() - {"prices"})
        ]
        rows = [(region, f"regions.{region}.prices", table.get("prices")) for region, table in found.items()]
    else:
        known, rows = {"region", "prices"}, [(tables.get("region"), "prices", tables.get("prices"))]
    unknown = tables.keys() - known - {"currency", "published", "sources"}
    problems += [f"{key}: unknown" for key in sorted(unknown)]
    problems += [
        f"region: {region!r} is not a Region with Kinesis Data Streams"
        for region, _, _ in rows
        if region not in regions().codes
    ][: len(UNITS)]
    if tables.get("currency") != "USD":
        problems.append(f"currency: {tables.get('currency')!r} is not USD")
    published = tables.get("published")
    if published is not None and not is_day(published):
        problems.append("published: not a date such as 2026-11-21")
    sources = read_sources(tables, name) if "sources" in tables else {}
    sheets = [
        PriceSheet(str(region), origin, published, **_prices(at, found, sources, problems))
        for region, at, found in rows[: len(regions().codes)]
    ]
    if problems:
        raise FactsError(f"{name}: " + "; ".join(problems[: 2 * len(UNITS)]))
    return sheets


def _prices(
    at: str, rows: object, sources: Mapping[str, Source], problems: list[str]
) -> dict[str, Price[Any]]:
    if not isinstance(rows, dict) or not rows:
        problems.append(f"{at}: missing")
        return {}
    prices: dict[str, Price[Any]] = {}
    for key, row in islice(rows.items(), 2 * len(UNITS)):  # what is wrong with these says enough
        try:
            prices[key] = _price(key, row, sources)
        except (BadValue, FactsError) as error:
            problems.append(f"{at}.{key}: {error}")
    return prices


def _price(key: str, row: object, sources: Mapping[str, Source]) -> Price[Any]:
    unit = UNITS.get(key)
    if unit is None:
        from shardcalc.core.text import nearest

        raise FactsError(f"unknown dimension{nearest(key, UNITS)}")
    if not isinstance(row, dict):
        raise FactsError("not a table")
    required = {"price", "unit", "source", "date", "confidence"}
    if missing := required - row.keys():
        raise FactsError(f"missing {', '.join(sorted(missing))}")
    if unknown := row.keys() - required - {"per", "note"}:
        raise FactsError(f"unknown {', '.join(sorted(unknown))}")
    if row["unit"] != unit.UNIT:
        raise FactsError(f"unit is {row['unit']!r}, this dimension is billed per {unit.UNIT}")
    if not isinstance(row["price"], str):
        raise FactsError('price must be text, such as "0.015", so that it stays exact')
    if not all(isinstance(row[key], str) for key in ("source", "confidence")):
        raise FactsError("source and confidence must be text")
    per = row.get("per", 1)
    if type(per) is not int or per < 1 or str(per).strip("0") != "1":
        raise FactsError("per must be 1, 1000, 1000000 or another power of ten")
    if row["confidence"] not in CONFIDENCE:
        raise FactsError(f"confidence must be one of {', '.join(CONFIDENCE)}")
    if not is_day(row["date"]):
        raise FactsError("date must be a date such as 2026-11-21")
    source = sources.get(row["source"]) or Source(str(row["source"]), str(row["source"]), "")
    amount = USD.parse(row["price"], "a price") * Fraction(1, per)
    return Price(
        key,
        amount,
        unit,
        source,
        row["date"],
        row["confidence"],
        exact_decimal(amount.amount),
        str(row.get("note", "")),
    )


def is_day(value: object) -> bool:
    """Whether it is a day on which a price can have been read."""
    return type(value) is date and FIRST_YEAR <= value.year < 2100


def doubtful(sheet: PriceSheet, known: PriceSheet) -> list[str]:
    """The prices that somebody should look at: those of nothing, and those far from the known ones."""
    found = []
    for name, price in sheet.dimensions():
        if price is None:
            continue
        before = getattr(known, name)
        usual = f", and this release has {before.text} USD" if before else ""
        if not price.amount.amount:
            found.append(f"{name}: the price is zero{usual}")
        elif before and not Fraction(1, FAR) <= price.amount.amount / before.amount.amount <= FAR:
            found.append(
                f"{name}: {price.text} USD per {price.unit.UNIT}{usual}: more than {FAR} times apart"
            )
    return found


def write_prices(sheet: PriceSheet) -> str:
    """Write a price sheet as TOML that :func:`read_prices` reads back to the same prices."""
    import json

    def quoted(text: str) -> str:
        # TOML's basic strings take JSON's escapes, but for halves of a character; it has one more to escape.
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    lines = [f"region = {quoted(sheet.region)}", 'currency = "USD"']
    if sheet.published is not None:
        lines.append(f"published = {sheet.published.isoformat()}")
    known = [(name, price) for name, price in sheet.dimensions() if price is not None]
    lines += ["", "[sources]"]
    for source in dict.fromkeys(price.source for _, price in known):
        lines.append(
            f"{quoted(source.key)} = {{ title = {quoted(source.title)}, url = {quoted(source.url)} }}"
        )
    for name, price in known:
        lines += ["", f"[prices.{name}]", f'price = "{price.text}"', f'unit = "{price.unit.UNIT}"']
        lines += [
            f"source = {quoted(price.source.key)}",
            f"date = {price.date.isoformat()}",
            f'confidence = "{price.confidence}"',
        ]
        if price.note:
            lines.append(f"note = {quoted(price.note)}")
    return "\n".join(lines) + "\n"


def exact_decimal(amount: Fraction) -> str:
    """Write an amount in plain digits.

    Raises:
        BadValue: it has no finite decimal form, which no price in a list can be.
    """
    if amount < 0:
        return "-" + exact_decimal(-amount)
    places = 0
    while (amount * 10**places).denominator != 1:
        places += 1
        if places > 40:
            raise BadValue("a price has no more than 40 decimals, and no fraction")
    digits = f"{(amount * 10**places).numerator:0{places + 1}d}"
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
