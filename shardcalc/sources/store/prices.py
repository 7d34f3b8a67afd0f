"""Which prices a command uses: a file of yours, else the Region's last refresh, else what this release ships.

The refreshed sheets lie in the user's cache folder, by the convention of the platform, one file a Region.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from shardcalc.core.facts import FactsError
from shardcalc.core.facts.prices import PriceSheet, built_in_prices, read_prices, write_prices
from shardcalc.core.text import BadValue
from shardcalc.sources.store.document import content

MAX_BYTES = 64 * 1024


def cache_file(region: str) -> str:
    """Where a Region's refreshed prices lie."""
    from platformdirs import user_cache_dir

    return os.path.join(user_cache_dir("shardcalc", appauthor=False), "prices", f"{region}.toml")


def price_book(own: str | None = None) -> Callable[[str], PriceSheet]:
    """A function from a Region to its prices; ``own`` is a file whose prices override others of its Region.

    Raises:
        FactsError: the file cannot be used.
    """
    override = read_file(own) if own is not None else None

    @lru_cache(None)
    def sheet(region: str) -> PriceSheet:
        found = _refreshed(region) or built_in_prices(region)
        if override is None or override.region != region:
            return found
        given: dict[str, Any] = {name: price for name, price in override.dimensions() if price is not None}
        return found._replace(origin=f"{own}, and {found.origin} for what it lacks", **given)

    return sheet


def read_file(path: str) -> PriceSheet:
    """Read a file of prices.

    Raises:
        FactsError: it cannot be read, or is no price sheet; all that is wrong at once.
    """
    try:
        return read_prices(content(path, MAX_BYTES).decode("utf-8"), path, origin=path)
    except UnicodeDecodeError as error:
        raise FactsError(f"{path}: not UTF-8 text") from error
    except BadValue as error:
        raise FactsError(f"{path}: {error}") from error


def _refreshed(region: str) -> PriceSheet | None:
    path = cache_file(region)
    # A relative place would be another one in each working folder, and in a repository its author's.
    if not os.path.isabs(path) or not os.path.isfile(path):
        return None
    if not os.access(path, os.R_OK):
        return built_in_prices(region)._replace(origin=f"built in; {path} cannot be read")
    sheet = read_file(path)
    if sheet.region != region:
        raise FactsError(
            f"{path}: it holds prices of {sheet.region}; remove it, or refresh it with "
            f"shardcalc facts refresh --region {region}"
        )
    return sheet._replace(origin=f"price list of {sheet.published}, {path}")


def save(sheet: PriceSheet) -> str:
    """Write a Region's refreshed prices, whole or not at all, and say where.

    What is written is read back before it takes the place of anything.

    Raises:
        FactsError: it cannot be read back, and was not written.
        OSError: the file cannot be written; what was there before is untouched.
    """
    from shardcalc.sources.store.files import write_whole

    path = cache_file(sheet.region)
    if not os.path.isabs(path):
        raise OSError(errno.EINVAL, "the cache folder is no absolute path", path)
    try:
        data = write_prices(sheet).encode("utf-8")
        back = read_prices(data.decode("utf-8"), path, origin=sheet.origin)
    except UnicodeEncodeError as error:
        raise FactsError(f"{path}: not written: a text in it has half a character") from error
    if back != sheet or len(data) > MAX_BYTES:
        raise FactsError(f"{path}: not written: it would not be read back as it is")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_whole(path, data)
    return path
