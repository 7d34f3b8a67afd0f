"""Reading files of others: their bytes, bounded, and our own JSON with what its head must say."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final, Self

from shardcalc.core.json_text import read_json
from shardcalc.core.text import BadValue, shown

VERSION: Final = 1
PIECE: Final = 1024 * 1024
MOST_BYTES: Final = 128 * 1024**2
"""A baseline or plan larger than this cannot be read in the memory that its values may take."""

MOST_SHOWN: Final = 20
"""A file of another kind has as many problems as it has rows."""


class StoredError(Exception):
    """A saved file that cannot be used, and why."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems

    @classmethod
    def of(cls, problems: Sequence[tuple[str, str]]) -> Self:
        """What is wrong in it, each with its place."""
        shown = [f"{place}: {message}" for place, message in problems[:MOST_SHOWN]]
        more = len(problems) - len(shown)
        return cls(*shown, *([f"and {more:,} more"] if more else []))


def content(file: str, most: int) -> bytes:
    """The bytes of a file, unpacked where its name ends in ``.gz``.

    Raises:
        BadValue: it cannot be read, is no regular file, is damaged, or is larger.
    """
    return b"".join(pieces(file, most))


def pieces(file: str, most: int) -> Iterator[bytes]:
    """The bytes of a file, as :func:`content` has them, piece by piece."""
    size = 0
    try:
        with _opened(file) as opened:
            for piece in _unpacked(opened) if file.endswith(".gz") else iter(lambda: opened.read(PIECE), b""):
                size += len(piece)
                if size > most:
                    raise BadValue(f"too large: more than {_size(most)}")
                yield piece
    except OSError as error:
        raise BadValue(error.strerror or str(error)) from error


def _opened(file: str) -> BinaryIO:
    # Asked before: to open a pipe waits for its writer, and to open a device can do anything.
    _regular(os.stat(file))
    flags = (getattr(os, name, 0) for name in ("O_RDONLY", "O_BINARY", "O_CLOEXEC", "O_NONBLOCK"))
    opened = open(os.open(file, sum(flags)), "rb")  # noqa: SIM115 - closed by who asked
    _regular(os.fstat(opened.fileno()))
    return opened


def _regular(said: os.stat_result) -> None:
    if stat.S_ISDIR(said.st_mode):
        raise BadValue("Is a directory")
    if not stat.S_ISREG(said.st_mode):
        raise BadValue("not a regular file, but a pipe, a socket or a device")


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    import zlib

    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        while not unpack.eof:
            data = unpack.unconsumed_tail or file.read(PIECE)
            piece = unpack.decompress(data, PIECE)
            if not (data or piece):
                raise BadValue("the gzip file is cut short")
            yield piece
    except zlib.error as error:
        raise BadValue(f"not a gzip file, or damaged: {error}") from error
    if unpack.unused_data or file.read(1):
        raise BadValue("the gzip file goes on after its end")


def _size(count: int) -> str:
    return f"{count // 1024**2:,} MiB" if count >= 1024**2 else f"{count // 1024} KiB"


def loads(text: bytes, *, bounded: bool = True) -> Any:
    """Read JSON as :func:`read_json` does, in half of the time that Python's parser takes.

    Raises:
        BadValue: why it cannot be used.
    """
    from pydantic_core import from_json

    return read_json(text, from_json, bounded=bounded)


def load_own(file: str, command: str, what: str) -> dict[str, Any]:
    """Read one of our own JSON documents."""
    try:
        body = loads(content(file, MOST_BYTES))
    except BadValue as error:
        raise StoredError(str(error)) from error
    if not isinstance(body, dict) or body.get("command") != command:
        raise StoredError(f"not {what}")
    if body.get("schema_version") != VERSION:
        raise StoredError(
            f"schema_version {shown(body.get('schema_version'))} is not known here; "
            "write it again with this release"
        )
    return body
