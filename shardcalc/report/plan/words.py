"""What all pages of ``plan`` say in the same words: what a number of shards carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shardcalc.app.plan import Readings
from shardcalc.core.capacity.inverse import Carried
from shardcalc.core.text import decimal, shards_text
from shardcalc.core.units import ByteRate, Duration, RecordRate

AMOUNT_COLUMNS: Final = ("per", "records:", "data:")
ALLOWED_COLUMNS: Final = ("limit", "allows:", "")
SUMMARY_MEANINGS: Final = {
    "now": "the shards that are declared",
    "bound by": "the limit that decides the count, and how many more do (+1)",
}
"""What the columns of the list of streams mean that do not explain themselves."""
_TIMES: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def reading(found: Readings) -> str:
    """A size without a unit that gives an unlikely record, with both readings."""
    size = found.size.strip()
    counts = [
        "" if shards is None else f": {shards_text(shards)}" for shards in (found.as_kib, found.as_bytes)
    ]
    return (
        f"--size {size} is read as {size} KiB, as in AWS's formula{counts[0]}; if bytes are meant, write "
        f"--size {size}B{counts[1]}"
    )


def amounts(answer: Carried) -> list[list[str]]:
    """What is carried in a second, a minute, an hour and a day."""
    return [
        [name, decimal(answer.rate.over(Duration(seconds))), str(answer.write.over(Duration(seconds)))]
        for name, seconds in _TIMES.items()
    ]


def allowed(answer: Carried, write: Callable[[ByteRate | RecordRate], str] = str) -> list[list[str]]:
    """What each limit allows, and whether it decides."""
    binding = answer.binding
    rows = [
        [limit.title, write(answer.by(limit)), "binding" if limit in binding else ""]
        for limit in answer.plan.constraints
    ]
    key = answer.hottest_key
    return [*rows, ["hottest key, with any number of shards", write(key), ""]] if key is not None else rows
