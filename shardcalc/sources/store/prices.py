"""Which prices a command uses: a file of yours, else the Region's last refresh, else what this release ships.

The refreshed sheets lie in the user's cache folder, by the convention of the platform, one file a Region.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from shardcalc.core.facts import FactsError
from shardcalc.core.facts.prices import (
    PriceSheet,
    built_in_prices,
    read_price_sheets,
    read_prices,
    write_prices,
)
from shardcalc.core.text import BadValue
from shardcalc.sources.store.document import content

MAX_BYTES: Final = 256 * 1024
"""A sheet with every price of every Region has 160 KB."""
MOST_FILES: Final = 100
"""Price sheets in a folder: there are fewer Regions."""


def cache_file(region: str) -> str:
    """Where a Region's refreshed prices lie."""
    from platformdirs import user_cache_dir

    return os.path.join(user_cache_dir("shardcalc", appauthor=False), "prices", f"{region}.toml")


def price_book(own: Iterable[PriceSheet] = ()) -> Callable[[str], PriceSheet]:
    """A function from a Region to its prices; those of a sheet of one's own come before all others."""
    overrides = {sheet.region: sheet for sheet in own}

    @lru_cache(None)
    def sheet(region: str) -> PriceSheet:
        found = _refreshed(region) or built_in_prices(region)
        if (override := overrides.get(region)) is None:
            return found
        given: dict[str, Any] = {name: price for name, price in override.dimensions() if price is not None}
        return found._replace(origin=f"{override.origin}, and {found.origin} for what it lacks", **given)

    return sheet


def read_own(paths: Iterable[str], inside: Callable[[str], str] | None = None) -> dict[str, list[PriceSheet]]:
    """The price sheets of files, and of folders with a ``.toml`` for each sheet, by the path that was given.

    Args:
        paths: files and folders.
        inside: where they are of somebody else's choosing, says where a file is, and raises where it must
            not be read; no message then repeats what is in a file.

    Raises:
        FactsError: one cannot be used, a folder has none, or a Region has two.
    """
    found: dict[str, list[PriceSheet]] = {}
    of: dict[str, str] = {}
    for path in paths:
        for file in _files(path) if os.path.isdir(path) else [path]:
            for sheet in _sheets(file if inside is None else inside(file), hidden=inside is not None):
                other = of.setdefault(sheet.region, file)
                if other != file:
                    raise FactsError(f"{other} and {file} both have prices of {sheet.region}; give one")
                found.setdefault(path, []).append(sheet)
    return found


def _sheets(file: str, *, hidden: bool) -> list[PriceSheet]:
    text = _text(file)
    try:
        return read_price_sheets(text, file, origin=file)
    except FactsError:
        if not hidden:
            raise
    raise FactsError(f"{file}: no price sheet that can be used; --prices with it says why")


def _files(folder: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    except OSError as error:
        raise FactsError(f"{folder}: {error.strerror}") from error
    # To open a pipe waits for its writer: only files are read.
    files = [path for name in names if os.path.isfile(path := os.path.join(folder, name))]
    if not files:
        raise FactsError(f"{folder}: no price sheet (*.toml) in it")
    if len(files) > MOST_FILES:
        raise FactsError(f"{folder}: more than {MOST_FILES} price sheets in it")
    return files


def read_file(path: str) -> PriceSheet:
    """Read a file of one Region's prices.

    Raises:
        FactsError: it cannot be read, or is no price sheet; all that is wrong at once.
    """
    return read_prices(_text(path), path, origin=path)


def _text(path: str) -> str:
    try:
        return content(path, MAX_BYTES).decode("utf-8")
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
