"""Whole outputs kept beside the tests; their diffs are read like code.

Run pytest with ``SHARDCALC_GOLDEN=write`` to write them anew, and read the diff before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str) -> None:
    """Compare a text with the golden file of this name."""
    file = FOLDER / name
    if os.environ.get("SHARDCALC_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"no golden file {name}; write it with SHARDCALC_GOLDEN=write and read it"
    assert text == file.read_text(encoding="utf-8")
