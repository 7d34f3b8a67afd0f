"""Whole outputs kept beside the tests; their diffs are read like code.

Run pytest with ``SHARDCALC_GOLDEN=write`` to write them anew, and read the diff before committing it.

JSON of more than 8 KB is more than anybody reads. Of it a sample is kept: lists show the rows that have a
field, or a kind of value, that no row before has. The others are a count and a checksum, so that no change
passes unseen; what it is, the text and the Markdown of the same case show.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.places import GOLDEN
from tests.systems import as_posix

SUFFIX = {"table": "txt", "json": "json", "markdown": "md"}
"""How the golden file of a format ends."""

MOST = 8_000
"""Characters of JSON that are kept whole."""


def check(name: str, text: str) -> None:
    """Compare a text with the golden file of this name."""
    file = GOLDEN / name
    text = as_posix(text)
    kept = text if Path(name).suffix != ".json" or len(text) <= MOST else sample(text)
    if os.environ.get("SHARDCALC_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(kept, encoding="utf-8", newline="\n")
    assert file.exists(), f"no golden file {name}; write it with SHARDCALC_GOLDEN=write and read it"
    assert kept == file.read_text(encoding="utf-8")


def sample(text: str) -> str:
    """JSON with each field once; its layout must be the one that all commands share."""
    body = json.loads(text)
    assert text == _written(body), "not laid out as JSON is here"
    return _written(_sampled(body, "", set()))


def _written(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _sampled(body: Any, path: str, seen: set[str]) -> Any:
    if isinstance(body, dict):
        return {name: _sampled(value, f"{path}/{name}", seen) for name, value in body.items()}
    if not isinstance(body, list) or not any(isinstance(row, dict) for row in body):
        return body
    shown, others = [], []
    for row in body:
        fields = set(_fields(row, f"{path}/0"))
        if fields <= seen:
            others.append(row)
        else:
            shown.append(_sampled(row, f"{path}/0", seen))
            seen |= fields
    rest = f"{len(others)} more, sha256 {hashlib.sha256(_written(others).encode()).hexdigest()[:16]}"
    return [*shown, rest] if others else shown


def _fields(body: Any, path: str) -> Iterator[str]:
    """Where there is a value, and of which kind."""
    kind = "number" if isinstance(body, int | float) and not isinstance(body, bool) else type(body).__name__
    yield f"{path} {kind}"
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _fields(value, f"{path}/{name}")
    elif isinstance(body, list):
        for row in body:
            yield from _fields(row, f"{path}/0")
