"""Reading our own JSON back: the text of a file as Python values, and what its head must say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, Self

from shardcalc.core.text import shown

VERSION: Final = 1


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


def loads(text: bytes) -> Any:
    """Read JSON.

    pydantic's parser takes half the time of Python's, which reads what the first refuses or says why not.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it nests too deeply.
    """
    from pydantic_core import from_json

    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def load_own(file: str, command: str, what: str) -> dict[str, Any]:
    """Read one of our own JSON documents."""
    try:
        with open(file, "rb") as opened:
            body = loads(opened.read())
    except OSError as error:
        raise StoredError(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise StoredError(f"not JSON: {error}") from error
    if not isinstance(body, dict) or body.get("command") != command:
        raise StoredError(f"not {what}")
    if body.get("schema_version") != VERSION:
        raise StoredError(
            f"schema_version {shown(body.get('schema_version'))} is not known here; "
            "write it again with this release"
        )
    return body
