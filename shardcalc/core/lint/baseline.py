"""What a baseline already knows, so that only the new can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from shardcalc.core.lint.check import Found, State


def apply_baseline(
    found: Iterable[Found], known: Mapping[tuple[str, str, str], int], near: Callable[[str], str]
) -> tuple[tuple[Found, ...], int]:
    """Mark what a baseline already knows, so that only the new can fail; also how many of its entries are
    gone.

    Args:
        found: the findings.
        known: how often each rule, file and stream is in the baseline.
        near: a file's name as the baseline writes it.
    """
    left = Counter(known)
    made = []
    for each in found:
        rule, file, stream = each.key
        key = (rule, near(file), stream)
        if each.state is State.ACTIVE and left[key] > 0:
            left[key] -= 1
            each = replace(each, state=State.BASELINE)
        made.append(each)
    return tuple(made), sum(left.values())
