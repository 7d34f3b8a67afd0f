"""Saved histories on disk: the one place that reads and writes their files.

A name that ends in ``.gz`` is compressed. A file is written whole or not at all.
"""

from __future__ import annotations

import json
from typing import BinaryIO, Final

from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History
from shardcalc.sources.store.document import loads
from shardcalc.sources.store.history_document import read_document, unknown_metrics

MAX_BYTES: Final = 1 << 30
"""A file larger than this, unpacked, is no history of one stream."""


def read_history_file(path: str, period: int | None = None) -> tuple[History, tuple[str, ...]]:
    """Read a saved history, or the output of ``aws cloudwatch get-metric-data``; also notes for the reader.

    Args:
        path: the file; packed with gzip where its name ends in ``.gz``.
        period: seconds between the points of get-metric-data's output, which does not say it.

    Raises:
        HistoryError: the file cannot be read, is damaged, or holds something else.
    """
    text = _content(path)
    try:
        data = loads(text)
    except (ValueError, RecursionError) as error:
        raise HistoryError([("", f"not JSON: {_why(error)}")]) from error
    del text
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


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            content = _unpacked(file) if path.endswith(".gz") else file.read(MAX_BYTES + 1)
    except OSError as error:
        # BadGzipFile is an OSError without a number.
        raise HistoryError([("", error.strerror or f"not a gzip file: {error}")]) from error
    if len(content) > MAX_BYTES:
        raise HistoryError([("", f"too large: more than {MAX_BYTES:,} bytes")])
    return content


def _unpacked(file: BinaryIO) -> bytes:
    import gzip
    import zlib

    try:
        with gzip.open(file) as packed:
            return packed.read(MAX_BYTES + 1)
    except EOFError as error:
        raise HistoryError([("", "the gzip file is cut short")]) from error
    except zlib.error as error:
        raise HistoryError([("", f"the gzip file is damaged: {error}")]) from error


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, column {error.colno}"
    return "it nests too deeply" if isinstance(error, RecursionError) else str(error)


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
    if path.endswith(".gz"):
        import gzip

        data = gzip.compress(data, mtime=0)
    write_whole(path, data)
