"""Results that go into a file: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from shardcalc.app.refusal import Refused


def write_file(path: str, parts: Iterable[str]) -> None:
    """Write a text, piece by piece: it is never held as a whole.

    Raises:
        Refused: the file cannot be written; what was there before is untouched.
    """
    from shardcalc.sources.store.files import write_whole_parts

    try:
        write_whole_parts(path, (part.encode("utf-8") for part in parts))
    except OSError as error:
        raise Refused(f"{path}: not written", [f"{error.strerror}"]) from error
