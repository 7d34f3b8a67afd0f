"""``facts``: each limit and price with its source, and the refresh of the prices."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import BadFields, BadValue, FactsError, Reason, Refused, aws_refused, unwritten
from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet, built_in_prices, doubtful
from shardcalc.core.workload.workload import read_region

KEPT = "the prices from before stay in place"


class FactsReport(NamedTuple):
    """Every limit, and what one Region charges."""

    limits: Limits
    prices: PriceSheet


class PriceSource(StrEnum):
    """Which way a price list is read."""

    AUTO = "auto"
    API = "api"
    BULK = "bulk"


class Refreshed(NamedTuple):
    """A price list that was read and kept."""

    sheet: PriceSheet
    path: str

    @property
    def known(self) -> int:
        """How many prices it has."""
        return sum(price is not None for _, price in self.sheet.dimensions())


def facts(region: str = "us-east-1", *, basis: Basis | None = None) -> FactsReport:
    """Every limit, and the prices of a Region.

    Raises:
        BadFields: it is no Region with Kinesis Data Streams.
    """
    basis = (basis or Basis.of()).used_in([_region(region)])
    return FactsReport(basis.limits, basis.prices(region))


def refresh(
    region: str,
    way: PriceSource = PriceSource.AUTO,
    *,
    offer_file: str | None = None,
    profile: str = "",
    endpoint_url: str = "",
    bulk_url: str | None = None,
    accept: bool = False,
) -> Refreshed:
    """Read a Region's prices from AWS's Price List, and keep them for later.

    A list that lacks a price, or has two for one, is refused whole; one with a price of zero, or far from
    that of this release, unless it is accepted.

    Args:
        region: the Region.
        way: the Query API with credentials, the public file without, or the first that can be had.
        offer_file: a downloaded bulk offer file, instead of both.
        profile: the profile of the AWS CLI, for the Query API.
        endpoint_url: another address of the Query API.
        bulk_url: another address of the public files.
        accept: keep prices that are zero or far from those of this release.

    Raises:
        BadFields: it is no Region with Kinesis Data Streams.
        Refused: the list cannot be read or used, or the prices cannot be kept.
    """
    from shardcalc.sources.store.prices import cache_file, save

    sheet = _read(_region(region), way, offer_file, profile, endpoint_url, bulk_url)
    doubts = doubtful(sheet, built_in_prices(sheet.region))
    if doubts and not accept:
        read = offer_file or next(price.source.url for _, price in sheet.dimensions() if price is not None)
        remedy = "-> look at them, and keep them with --accept"
        raise Refused(f"{read}: the prices were read and not kept; {KEPT}", [*doubts, remedy])
    try:
        return Refreshed(sheet, save(sheet))
    except FactsError as error:
        raise Refused(f"the prices were read and not kept; {KEPT}", [str(error)]) from error
    except OSError as error:
        what = "; the prices that were read are not kept"
        raise unwritten(cache_file(sheet.region), error, what) from error


def _read(
    region: str,
    way: PriceSource,
    offer_file: str | None,
    profile: str,
    endpoint_url: str,
    bulk_url: str | None,
) -> PriceSheet:
    from shardcalc.sources.price_list.offers import price_sheet, read_bulk, read_query

    try:
        if offer_file is not None:
            return price_sheet(read_bulk(_bytes(offer_file), offer_file), region, offer_file)
        if way is not PriceSource.BULK:
            address, items = _products(region, profile, endpoint_url, required=way is PriceSource.API)
            if items is not None:
                name = "the Price List Query API"
                return price_sheet(read_query(items, name), region, name, address)
        url, data = _download(region, bulk_url)
        return price_sheet(read_bulk(data, url), region, url, url)
    except FactsError as error:
        # A bad file is wrong input; a bad answer from the network means that AWS could not be read.
        reason = Reason.AWS if offer_file is None else Reason.INPUT
        raise Refused(f"the price list is refused; {KEPT}", [str(error)], reason=reason) from error


def _products(
    region: str, profile: str, endpoint_url: str, *, required: bool
) -> tuple[str, list[str] | None]:
    from shardcalc.sources.aws.errors import AwsError
    from shardcalc.sources.aws.price_list import products
    from shardcalc.sources.price_list.offers import service_code

    try:
        return products(service_code(), region, profile, endpoint_url, required=required)
    except AwsError as error:
        raise aws_refused(f"the price list could not be read; {KEPT}", error) from error


def _download(region: str, base: str | None) -> tuple[str, bytes]:
    from shardcalc.sources.price_list import download

    url = download.bulk_url(region, base)
    try:
        return download.fetch(url)
    except download.DownloadError as error:
        what = f"the price list could not be read; {KEPT}"
        raise Refused(what, [str(error)], reason=Reason.AWS) from error


def _bytes(path: str) -> bytes:
    from shardcalc.sources.price_list.download import MOST_BYTES
    from shardcalc.sources.store.document import content

    try:
        return content(path, MOST_BYTES)
    except BadValue as error:
        raise Refused(f"nothing was read; {KEPT}", [f"{path}: {error}"]) from error


def _region(text: str) -> str:
    try:
        return read_region(text)
    except ValueError as error:
        raise BadFields([("region", str(error))]) from error
