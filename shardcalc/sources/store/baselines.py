"""What is known from before, our own JSON read back: the baseline of a check, and the plan it is held against.

The door for these two files; what is wrong with one is said with the place of the value.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable

from shardcalc.core.lint.check import Found, State
from shardcalc.sources.store.document import VERSION, count_of, load_own, rows_of, text_of


def read_baseline(file: str) -> Counter[tuple[str, str, str]]:
    """Read a baseline: how often each rule, file and stream is known.

    Raises:
        StoredError: it cannot be read, or is no baseline.
    """
    rows = rows_of(load_own(file, "check-baseline", "the file that --write-baseline writes"), "findings")
    known: Counter[tuple[str, str, str]] = Counter()
    for index, row in enumerate(rows):
        where = f"findings[{index}]"
        known[text_of(row, "rule", where), text_of(row, "file", where), text_of(row, "stream", where)] += (
            count_of(row, "count", where) or 0
        )
    return known


def baseline_text(found: Iterable[Found], file: str) -> str:
    """The text of a baseline that knows every finding that counts now."""
    counted = Counter(
        (each.rule.id, near(each.file, file), each.stream)
        for each in found
        if each.state is not State.SUPPRESSED
    )
    rows = [
        {"rule": rule, "file": name, "stream": stream, "count": count}
        for (rule, name, stream), count in sorted(counted.items())
    ]
    return (
        json.dumps(
            {"schema_version": VERSION, "command": "check-baseline", "findings": rows},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def near(file: str, baseline: str) -> str:
    """A file's name as seen from the folder of the baseline, so that it does not matter where a check is run from."""
    return os.path.relpath(os.path.realpath(file), os.path.dirname(os.path.realpath(baseline))).replace(
        os.sep, "/"
    )
