"""Saved histories on disk: the one place that reads and writes their files.

A name that ends in ``.gz`` is compressed. A file is written whole or not at all.
"""

from __future__ import annotations

import errno
import json
import re
from contextlib import suppress
from typing import Any, Final

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History
from shardcalc.core.text import BadValue
from shardcalc.sources.store.document import content, loads, pieces
from shardcalc.sources.store.history_document import read_document, unknown_metrics

MAX_BYTES: Final = 1 << 30
"""Unpacked, what 455 days of a stream with 1,000 shards take: a larger file is neither written nor read."""
SMALL: Final = 4 * 1024**2
"""A larger file is looked at before it is read. Of its outline, and of one series, it is the most."""
LOOK: Final = 64 * 1024**2
_LIST: Final = re.compile(rb"\[[^\[\]{}]{256,}\]")


def read_history_file(path: str, period: int | None = None) -> tuple[History, tuple[str, ...]]:
    """Read a saved history, or the output of ``aws cloudwatch get-metric-data``; also notes for the reader.

    Args:
        path: the file; packed with gzip where its name ends in ``.gz``.
        period: seconds between the points of get-metric-data's output, which does not say it.

    Raises:
        HistoryError: the file cannot be read, is damaged, or holds something else.
    """
    try:
        begun = b""
        for piece in pieces(path, MAX_BYTES):
            begun += piece
            if len(begun) > SMALL:
                break
        small = len(begun) <= SMALL
        if not small:
            _look_at(path)
        data = loads(begun if small else content(path, MAX_BYTES), bounded=small)
    except BadValue as error:
        raise HistoryError([("", str(error))]) from error
    from shardcalc.sources.store.metric_data import is_metric_data, read_metric_data, refuse_statistics

    refuse_statistics(data)
    if is_metric_data(data):
        return read_metric_data(data, period)
    if period is not None:
        raise HistoryError(
            [("", "--period is for the output of get-metric-data; a saved history says its own")]
        )
    history = read_document(data)
    return history, tuple(unknown_metrics(history))


def _look_at(path: str) -> None:
    """Look at what a large file is made of before its lists are: an outline has each long list as its length.

    Raises:
        BadValue: it is larger than any history, or not of a history's shape.
        HistoryError: listing what is of another shape.
    """
    from pydantic_core import from_json

    from shardcalc.sources.store.history_document import check_outline
    from shardcalc.sources.store.metric_data import check_outlined, is_metric_data

    def check(outline: Any, lists: int, *, whole: bool) -> None:
        if is_metric_data(outline):
            check_outlined(outline, lists)
        else:
            check_outline(outline, whole=whole)

    outline, rest = bytearray(), b""
    lists, size, look = 0, 0, LOOK
    for piece in pieces(path, MAX_BYTES):
        size += len(piece)
        rest, replaced = _LIST.subn(lambda found: b"%d" % (found[0].count(b",") + 1), rest + piece)
        lists += replaced
        # A list may go on in the next piece.
        cut = rest.rfind(b"[")
        cut = len(rest) if cut < max(map(rest.rfind, (b"]", b"{", b"}"))) else cut if cut >= 0 else len(rest)
        outline += rest[:cut]
        rest = rest[cut:]
        if max(len(rest), len(outline)) > SMALL:
            raise BadValue("not a history: it holds too much beside its series, or one that is too long")
        if size > look:
            look += LOOK
            with suppress(ValueError):
                check(from_json(bytes(outline), allow_partial=True), lists, whole=False)
    check(loads(bytes(outline + rest)), lists, whole=True)


def history_text(history: History) -> str:
    """A history as the JSON that :func:`read_history_file` reads; the same history gives the same bytes."""
    from shardcalc.sources.store.history_document import to_document

    return json.dumps(to_document(history), separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"


def write_history_file(history: History, path: str) -> None:
    """Save a history, whole or not at all.

    Raises:
        OSError: the file cannot be written; what was there before is untouched.
    """
    from shardcalc.sources.store.files import write_whole

    data = history_text(history).encode()
    if len(data) > MAX_BYTES:
        says = "larger than 1 GiB, which cannot be read back: give fewer --days, or --no-shard-metrics"
        raise OSError(errno.EFBIG, says, path)
    if path.endswith(".gz"):
        import gzip

        data = gzip.compress(data, mtime=0)
    write_whole(path, data)
