"""Speeds of ``plan``, each as a ratio to a floor measured in the same run.

    python tests/bench/bench_plan.py

Absolute times on a shared machine say little; the median of ratios of pairs run one after the other says
something.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
SHARDCALC = [PYTHON, "-m", "shardcalc"]
SCRIPT = Path(PYTHON).with_name("shardcalc")
if SCRIPT.exists():
    SHARDCALC = [str(SCRIPT)]


def seconds(command: list[str]) -> float:
    """The time that a command takes, start-up included."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def compare(name: str, command: list[str], floor: list[str], most: float, pairs: int = 15) -> None:
    """Print the median ratio of a command to its floor, measured in pairs."""
    seconds(command), seconds(floor)
    measured = [(seconds(command), seconds(floor)) for _ in range(pairs)]
    ratio = statistics.median(ours / theirs for ours, theirs in measured)
    ours, theirs = (1000 * statistics.median(column) for column in zip(*measured, strict=True))
    verdict = "ok" if ratio <= most else "TOO SLOW"
    print(f"{name:34} {ratio:5.2f} x  (at most {most} x)  {ours:6.0f} ms over {theirs:6.0f} ms  {verdict}")


def streams(count: int) -> str:
    """A profile of so many streams."""
    rows = (
        f"  stream-{i}:\n    size: {1 + i % 40} KiB\n    rps: {10 + i % 977}\n    consumers: {1 + i % 5}\n"
        for i in range(count)
    )
    return "version: 1\nstreams:\n" + "".join(rows)


def main() -> None:
    """Measure everything."""
    flags = [*SHARDCALC, "plan", "--size", "1024", "--rps", "6", "--consumers", "7"]
    compare("plan with flags", flags, [PYTHON, "-c", "import typer, rich.table"], 1.4)
    compare("--help", [*SHARDCALC, "--help"], [PYTHON, "-c", "import typer"], 1.2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "streams.yaml")
        file.write_text(streams(10_000))
        load = f"import yaml; yaml.load(open({str(file)!r}), Loader=yaml.CSafeLoader)"
        plan = [*SHARDCALC, "plan", str(file), "--format", "json"]
        compare("plan of 10,000 streams to JSON", plan, [PYTHON, "-c", load], 2.0, pairs=7)


if __name__ == "__main__":
    main()
