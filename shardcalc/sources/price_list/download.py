"""The public price list, read over HTTPS without credentials."""

from __future__ import annotations

from typing import Final

from shardcalc.core.facts import regions
from shardcalc.sources.price_list.offers import service_code

MOST_BYTES: Final = 64 * 1024 * 1024
WITHIN: Final = 30
"""Seconds to wait for a connection, and for each piece of an answer."""


class DownloadError(Exception):
    """A price list that could not be fetched: why."""


def bulk_url(region: str, base: str | None = None) -> str:
    """Where the price list of a Region is published."""
    start = (base or regions().bulk_prices).rstrip("/")
    return f"{start}/offers/v1.0/aws/{service_code()}/current/{region}/index.json"


def fetch(url: str) -> bytes:
    """Fetch a whole file.

    Raises:
        DownloadError: no connection, no such file, cut off, or larger than a price list can be.
    """
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    from shardcalc.core.version import __version__

    if not url.startswith(("https://", "http://")):
        raise DownloadError(f"{url}: not an address of the web")
    try:
        request = Request(url, headers={"User-Agent": f"shardcalc/{__version__}"})  # noqa: S310 - checked above
        with urlopen(request, timeout=WITHIN) as answer:  # noqa: S310
            data: bytes = answer.read(MOST_BYTES + 1)
            # Python's client reads a body that ends early without an error when it is given a byte count.
            length = answer.headers.get("Content-Length")
    except HTTPError as error:
        error.close()
        raise DownloadError(f"{url}: HTTP {error.code} {error.reason}") from error
    except URLError as error:
        raise DownloadError(f"{url}: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise DownloadError(f"{url}: {type(error).__name__} {error}") from error
    if len(data) > MOST_BYTES:
        raise DownloadError(f"{url}: larger than {MOST_BYTES // 1024**2} MiB")
    if length is not None and length.isdigit() and len(data) < int(length):
        raise DownloadError(f"{url}: cut off after {len(data):,} of {int(length):,} bytes")
    return data
