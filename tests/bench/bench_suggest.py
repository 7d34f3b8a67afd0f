"""Speed of ``suggest --from``, as a ratio to json.loads on the same file, measured in the same run.

    python tests/bench/bench_suggest.py

Fourteen days at one minute and eight metrics, 161,280 points. Two ratios to json.loads in this process: of
the work alone (reading, checking, calculating), and of the whole command less its start-up, which is the same
command on a history of one hour.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from shardcalc.core.advice.recommendation import suggest
from shardcalc.core.history.model import History
from shardcalc.sources.store.histories import read_history_file, write_history_file
from tests.bench.bench_plan import SHARDCALC, seconds
from tests.synthetic import START, history

MOST = 4.0
PAIRS = 15


def noisy(points: int | None = None) -> History:
    """The made-up history with noise, as a stream without fan-out has it: eight metrics."""
    noise = random.Random(4)  # noise for a benchmark
    made = history()
    counts = [max(0, count + noise.randrange(-2000, 2000)) for count in made.metrics["IncomingRecords"]]
    sizes = [count * 1000 + noise.randrange(1000) for count in counts]
    polls = [1440 - noise.randrange(9) for _ in counts]
    metrics = dict(made.metrics) | {
        "IncomingRecords": counts,
        "IncomingBytes": sizes,
        "GetRecords.Bytes": [2 * size for size in sizes],
        "GetRecords.Success": polls,
        "GetRecords.Records:SampleCount": polls,
        "GetRecords.IteratorAgeMilliseconds": [noise.randrange(5000) for _ in counts],
    }
    keep = points or made.points
    cut = {name: series[:keep] for name, series in metrics.items()}
    return replace(made, start=START, points=keep, metrics=cut, consumers={}, registered=())


def with_gaps(made: History) -> History:
    """One point in seven is missing."""
    metrics = {
        key: [None if i % 7 == 3 else v for i, v in enumerate(series)] for key, series in made.metrics.items()
    }
    return replace(made, metrics=metrics)


def throttled(made: History) -> History:
    """Records are rejected in every tenth minute."""
    rejected = [40 if i % 10 == 0 else 0 for i in range(made.points)]
    return replace(made, metrics={**made.metrics, "WriteProvisionedThroughputExceeded": rejected})


def with_shards(made: History, count: int = 12) -> History:
    """Shard-level metrics of many shards, the first twice as busy as the others."""
    shards = {}
    for number in range(count):
        part = 2 if number == 0 else 1
        shards[f"shardId-{number:012}"] = {
            key: [value * part // (count + 1) for value in made.metrics[key]]
            for key in ("IncomingBytes", "IncomingRecords")
        }
    return replace(made, shards=shards, enhanced_metrics=("IncomingBytes", "IncomingRecords"))


SHAPES: dict[str, Callable[[History], History]] = {
    "every point known": lambda made: made,
    "gaps": with_gaps,
    "throttled": throttled,
    "12 shards": with_shards,
}


def best(work: Callable[[], object]) -> float:
    """The shortest time of one piece of work."""
    times = []
    for _ in range(PAIRS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder:
        long, short = Path(folder, "long.json"), Path(folder, "short.json")
        made = noisy()
        write_history_file(made, str(long))
        write_history_file(noisy(60), str(short))
        count = sum(len(series) for series in made.metrics.values())
        content = long.read_bytes()
        print(f"{count:,} points, {len(content):,} bytes")

        for name, shape in SHAPES.items():
            file = Path(folder, "shape.json")
            write_history_file(shape(made), str(file))
            text = file.read_bytes()
            loads = best(lambda text=text: json.loads(text))  # type: ignore[misc]
            work = best(lambda file=file: suggest(read_history_file(str(file))[0]))  # type: ignore[misc]
            print(
                f"{'in this process, ' + name:34} {work / loads:5.2f} x json.loads  "
                f"{1000 * work:6.1f} ms over {1000 * loads:6.1f} ms"
            )
        loads = best(lambda: json.loads(content))

        def command(file: Path) -> list[str]:
            return [*SHARDCALC, "suggest", "--from", str(file), "--output", str(Path(folder, "page.txt"))]

        seconds(command(long)), seconds(command(short))
        pairs = [(seconds(command(long)), seconds(command(short))) for _ in range(PAIRS)]
        whole, start = (statistics.median(column) for column in zip(*pairs, strict=True))
        extra = statistics.median(one - other for one, other in pairs)
        verdict = "ok" if extra <= MOST * loads else "TOO SLOW"
        print(
            f"{'suggest --from, start-up aside':34} {extra / loads:5.2f} x json.loads  (at most {MOST:g} x)  "
            f"{1000 * whole:6.1f} ms, of which start-up {1000 * start:6.1f} ms  {verdict}"
        )


if __name__ == "__main__":
    main()
