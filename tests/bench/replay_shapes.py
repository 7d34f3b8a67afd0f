"""Two realistic shapes of traffic: the advice of 14 days, played back on the next 14.

    python tests/bench/replay_shapes.py

For each shape, over a number of made-up streams: the shards advised, and how many minutes of the next two
weeks asked for more than they carry. A second line allows 0.1 % of the minutes to go over.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from shardcalc.core.advice.recommendation import Options, suggest
from shardcalc.core.history.demand import recent
from shardcalc.core.history.model import History

DAY, DAYS, STREAMS = 1440, 28, 20
START = 1_792_800_000 // 86_400 * 86_400


def day_and_night(rng: random.Random) -> Iterator[int]:
    """A wave with its peak in the afternoon, weaker weekends, noise of a tenth, and a slightly other level
    each day.
    """
    for day in range(DAYS):
        level = rng.gauss(1, 0.05) * (0.7 if day % 7 >= 5 else 1)
        for minute in range(DAY):
            wave = 0.15 + 0.85 * (1 - math.cos(2 * math.pi * (minute / DAY - 0.1))) / 2
            yield max(0, int(300_000 * level * wave * rng.gauss(1, 0.1)))


def bursty(rng: random.Random) -> Iterator[int]:
    """A low floor, and batches at no fixed time that last minutes and whose height has a long tail."""
    left, height = 0, 0.0
    for _ in range(DAYS * DAY):
        if not left and rng.random() < 1 / 180:
            left, height = rng.randint(2, 20), rng.lognormvariate(0, 0.5)
        left = max(0, left - 1)
        yield max(0, int(30_000 * rng.gauss(1, 0.2) + (180_000 * height if left else 0)))


def history(counts: list[int]) -> History:
    """Records of 500 bytes a minute, read by one consumer."""
    sizes = [500 * count for count in counts]
    quiet = [0] * len(counts)
    return History(
        start=START,
        period=60,
        points=len(counts),
        metrics={
            "IncomingBytes": sizes,
            "IncomingRecords": counts,
            "WriteProvisionedThroughputExceeded": quiet,
            "GetRecords.Bytes": sizes,
            "GetRecords.IteratorAgeMilliseconds": quiet,
        },
        region="us-east-1",
        mode="PROVISIONED",
        open_shards=100,
    )


def main() -> None:
    """Print the figures."""
    shapes: dict[str, Callable[[random.Random], Iterator[int]]] = {
        "day and night": day_and_night,
        "bursty": bursty,
    }
    print(f"{'shape':15}{'allowed':>9}{'shards':>14}{'streams over':>14}{'minutes over':>18}{'worst':>8}")
    for name, shape in shapes.items():
        for allow in ("0", "0.1%"):
            shards, over, worst, streams = [], 0, 0.0, 0
            for seed in range(STREAMS):
                counts = list(shape(random.Random(seed)))
                made = suggest(history(counts[: 14 * DAY]), Options.of(allow=allow))
                count = made.decision.advised
                [row] = [
                    row
                    for row in suggest(recent(history(counts), 14), Options.of(shards=[count])).rows
                    if row.shards == count
                ]
                shards.append(count)
                over, worst, streams = over + row.over, max(worst, float(row.worst)), streams + bool(row.over)
            total = STREAMS * 14 * DAY
            spread = f"{min(shards)} to {max(shards)}"
            share = f"{over:,} ({over / total:.4%})"
            print(f"{name:15}{allow:>9}{spread:>14}{streams:>8} of {STREAMS}{share:>18}{worst:>8.0%}")


if __name__ == "__main__":
    main()
