"""The public price list, read over HTTPS without credentials."""

from __future__ import annotations

import re
from typing import Any, Final

from shardcalc.core.facts import regions
from shardcalc.sources.price_list.offers import service_code

MOST_BYTES: Final = 32 * 1024 * 1024
WITHIN: Final = 60
"""Seconds that the whole download may take, redirects included."""
PIECE_WITHIN: Final = 30
"""Seconds to wait for a connection, and for each piece of an answer."""


class DownloadError(Exception):
    """A price list that could not be fetched: why."""


def bulk_url(region: str, base: str | None = None) -> str:
    """Where the price list of a Region is published."""
    start = (base or regions().bulk_prices).rstrip("/")
    return f"{start}/offers/v1.0/aws/{service_code()}/current/{region}/index.json"


def fetch(url: str) -> tuple[str, bytes]:
    """Fetch a whole file; also the address where it was in the end, without what may be secret in it.

    Raises:
        DownloadError: no connection, no such file, cut off, too late, or larger than a price list can be.
    """
    from threading import Thread
    from urllib.parse import urlsplit

    try:
        asked = urlsplit(url)
        hidden = "@" in asked.netloc
    except ValueError as error:
        raise DownloadError("not an address of the web") from error
    if hidden:
        raise DownloadError("an address with a user or a password in it: give one without")
    if asked.scheme not in ("https", "http") or not asked.hostname:
        raise DownloadError(f"{shown_url(url)}: not an address of the web")
    came: list[tuple[str, bytes] | DownloadError] = []
    # A thread, because a server that sends a byte of its head now and then keeps each wait short.
    thread = Thread(target=lambda: came.append(_fetched(url)), daemon=True)
    thread.start()
    thread.join(WITHIN)
    if not came:
        raise DownloadError(f"{shown_url(url)}: not read within {WITHIN} s")
    if isinstance(came[0], DownloadError):
        raise came[0]
    return came[0]


def may_follow(address: str, to: str) -> bool:
    """Whether a redirect is followed: what was asked for over TLS comes over TLS."""
    return to.startswith("https://") or (to.startswith("http://") and address.startswith("http://"))


def shown_url(url: str) -> str:
    """An address without user, password and query."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _fetched(url: str) -> tuple[str, bytes] | DownloadError:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    from shardcalc.core.version import __version__

    class Redirect(HTTPRedirectHandler):
        """Follows what may be followed."""

        def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
            if not may_follow(req.full_url, newurl):
                raise URLError(f"redirected away from TLS or from the web, to {shown_url(newurl)}")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    try:
        request = Request(url, headers={"User-Agent": f"shardcalc/{__version__}"})  # noqa: S310 - checked above
        with build_opener(Redirect).open(request, timeout=PIECE_WITHIN) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
            # Python's client reads a body that ends early without an error when it is given a byte count.
            length = answer.headers.get("Content-Length")
            final = shown_url(answer.geturl())
    except HTTPError as error:
        error.close()
        return DownloadError(f"{shown_url(error.url)}: HTTP {error.code} {error.reason}")
    except URLError as error:
        return DownloadError(f"{shown_url(url)}: {error.reason}")
    except (OSError, HTTPException, ValueError) as error:
        return DownloadError(f"{shown_url(url)}: {type(error).__name__} {error}")
    if len(data) > MOST_BYTES:
        return DownloadError(f"{final}: larger than {MOST_BYTES // 1024**2} MiB")
    if length is not None and not re.fullmatch("[0-9]{1,18}", length.strip()):
        return DownloadError(f"{final}: its Content-Length is no number")
    if length is not None and len(data) < int(length):
        return DownloadError(f"{final}: cut off after {len(data):,} of {int(length):,} bytes")
    return final, data
