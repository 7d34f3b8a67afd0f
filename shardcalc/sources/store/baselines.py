"""The baseline of a check: the findings that are known from before."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable

from shardcalc.core.lint.check import Found, State
from shardcalc.sources.store.document import VERSION, StoredError, load_own


def read_baseline(file: str) -> Counter[tuple[str, str, str]]:
    """Read a baseline: how often each rule, file and stream is known.

    Raises:
        StoredError: it cannot be read, or is no baseline.
    """
    body = load_own(file, "check-baseline", "the file that --write-baseline writes")
    from shardcalc.sources.store.models import BaselineDocument, read

    known: Counter[tuple[str, str, str]] = Counter()
    for row in read(BaselineDocument, body, StoredError.of)["findings"]:
        known[row["rule"], row["file"], row["stream"]] += row["count"]
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
    """A file's name seen from the baseline's folder, so that it does not matter where a check is run."""
    whole = os.path.realpath(file)
    try:
        seen = os.path.relpath(whole, os.path.dirname(os.path.realpath(baseline)))
    except ValueError:  # on Windows, no path leads from one drive to another
        seen = whole
    return seen.replace(os.sep, "/")
