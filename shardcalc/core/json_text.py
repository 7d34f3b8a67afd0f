"""JSON from elsewhere, read strictly: no key twice, no half a character, no size or depth that only harms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from shardcalc.core.text import BadValue, shown

MOST_MEMORY: Final = 200 * 1024**2
"""What the values of one document may take, in bytes. Empty objects take 24 times the room of their text."""
MOST_DEPTH: Final = 200
"""That of the quick parser."""
_TAKES: Final = {b",": 40, b'"': 35, b"[": 64, b"{": 190}
"""Bytes that a value takes, by the character that begins, ends or separates it."""
_KEY: Final = re.compile(r'"\s*:')


def read_json(text: bytes, quick: Callable[[str], Any] | None = None, *, bounded: bool = True) -> Any:
    """Read JSON in UTF-8, or in the encoding that its first bytes give.

    Args:
        text: the document.
        quick: a faster parser; what it refuses, and a key that is given twice, is refused here with a reason.
        bounded: refuse what would take too much memory, by what it is made of; False where somebody did.

    Raises:
        BadValue: why it cannot be used; nothing was built of a document that is too large.
    """
    # The text is there three times: as bytes, as characters, and in the values that are text.
    if (
        bounded
        and 3 * len(text) + sum(takes * text.count(each) for each, takes in _TAKES.items()) > MOST_MEMORY
    ):
        raise BadValue(f"too large: its values would take more than {MOST_MEMORY // 1024**2} MiB of memory")
    try:
        # Strictly: json.loads on bytes lets half a character pass.
        return _read(text.decode(json.detect_encoding(text)), quick)
    except json.JSONDecodeError as error:
        raise BadValue(f"not JSON: {error.msg}, line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise BadValue(f"not JSON: not text in UTF-8, at byte {error.start + 1:,}") from error
    except RecursionError as error:
        raise BadValue("not JSON: it nests too deeply") from error
    except BadValue:
        raise
    except ValueError as error:  # Python's limit of the digits of a number
        raise BadValue("not JSON: a number with too many digits") from error


def _read(text: str, quick: Callable[[str], Any] | None) -> Any:
    try:
        made = quick(text) if quick is not None else None
        if quick and sum(len(each) for each in _inside(made) if isinstance(each, dict)) == _keys(text):
            return made
        del made
    except ValueError as error:
        if "recursion" in str(error):
            raise RecursionError from error
    # The quick one keeps the last of two equal keys, and says less of what is wrong.
    made = json.loads(text, object_pairs_hook=_object)
    for _ in _inside(made, whole=True):
        pass
    try:
        json.dumps(made, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadValue("not JSON: half a character (a lone surrogate)") from error
    return made


def _keys(text: str) -> int:
    """How many keys there are, or more where a text holds what looks like one."""
    return len(_KEY.findall(text))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadValue(f"key {shown(twice)} is given twice")
    return made


def _inside(value: Any, *, whole: bool = False) -> Iterator[Any]:
    """The objects and lists of a value; unless whole, a list that begins with neither is not looked into: a
    history has too many numbers.
    """
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise RecursionError
        yield from level
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else _items(each, whole))
            if isinstance(child, (dict, list))
        ]


def _items(value: Any, whole: bool) -> list[Any]:
    return (
        value if isinstance(value, list) and (whole or (value and isinstance(value[0], (dict, list)))) else []
    )
