"""Results that go into a file: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from shardcalc.app.refusal import unwritten


def write_file(path: str, parts: Iterable[str]) -> None:
    """Write a text, piece by piece: it is never held as a whole.

    Raises:
        Refused: the file cannot be written; what was there before is untouched.
    """
    from shardcalc.sources.store.files import write_whole_parts

    try:
        write_whole_parts(path, (part.encode("utf-8") for part in parts))
    except BrokenPipeError:
        raise  # a pipe whose reader went away, which is nobody's mistake
    except OSError as error:
        raise unwritten(path, error) from error
