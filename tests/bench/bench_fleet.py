"""Speed of ``fleet --from``, as a ratio to json.loads over the same files on one processor, with start-ups.

    python tests/bench/bench_fleet.py [STREAMS]

Fourteen days at one minute and eight metrics of each of 200 streams, saved as .json and as .json.gz: with
every point known, with gaps, throttled, and both. Both commands run in pairs, one after the other. Beside the
time of a clock stands that of all processors together, which says more where others use them too; the last
line tells whether they do.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from shardcalc.sources.store.histories import write_history_file
from tests.bench.bench_plan import PYTHON, SHARDCALC
from tests.bench.bench_suggest import noisy, throttled, with_gaps

MOST = 2.5
LOADS = """
import glob, gzip, json, sys
for file in glob.glob(sys.argv[1] + "/*"):
    with (gzip.open if file.endswith(".gz") else open)(file, "rb") as opened:
        json.loads(opened.read())
"""


def times(command: list[str]) -> tuple[float, float]:
    """What a command takes by a clock, and on all processors together."""
    begin, before = time.perf_counter(), os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begin, used


def compare(name: str, command: list[str], floor: list[str], most: float | None, pairs: int) -> bool:
    """Print the median ratios of a command to its floor, and say whether the first is too large."""
    times(command), times(floor)
    rows = [(*times(command), *times(floor)) for _ in range(pairs)]
    clock = statistics.median(row[0] / row[2] for row in rows)
    used = statistics.median(row[1] / row[3] for row in rows)
    verdict = "" if most is None else f"(at most {most} x)  {'ok' if clock <= most else 'TOO SLOW'}"
    ours, theirs = (statistics.median(row[column] for row in rows) for column in (0, 2))
    print(
        f"{name:24} {clock:5.2f} x, {used:5.2f} x processors  {ours:6.2f} s over {theirs:5.2f} s  {verdict}"
    )
    return most is not None and clock > most


def at_once(command: list[str], count: int) -> float:
    """How much longer a command takes beside others of its kind than alone."""
    alone, begin = times(command)[0], time.perf_counter()
    for process in [subprocess.Popen(command) for _ in range(count)]:
        process.wait()
    return (time.perf_counter() - begin) / alone


def main() -> None:
    """Print the ratios; fail when the fleet is too slow."""
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    made = noisy()
    shapes = (made, with_gaps(made), throttled(made), with_gaps(throttled(made)))
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as packed:
        for folder, ending in ((plain, "json"), (packed, "json.gz")):
            for number in range(streams):
                one = replace(shapes[number % len(shapes)], stream=f"orders-{number}")
                write_history_file(one, str(Path(folder, f"{one.stream}.{ending}")))
        fleet, floor = [*SHARDCALC, "fleet", "--from"], [PYTHON, "-c", LOADS]
        slow = compare(f"fleet --from, {streams} streams", [*fleet, plain], [*floor, plain], MOST, 9)
        compare("the same packed", [*fleet, packed], [*floor, packed], None, 3)
        if hasattr(os, "sched_setaffinity"):
            allowed = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(allowed)})
            compare(f"on one processor of {len(allowed)}", [*fleet, plain], [*floor, plain], None, 3)
            os.sched_setaffinity(0, allowed)
            shared = statistics.median(at_once([*floor, plain], len(allowed)) for _ in range(3))
            print(f"json.loads on all {len(allowed)} at once takes {shared:.2f} x as long as on one alone")
    sys.exit(slow)


if __name__ == "__main__":
    main()
