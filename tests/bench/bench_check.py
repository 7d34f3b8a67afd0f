"""Speed of ``check`` over a thousand files, as a ratio to PyYAML's C loader alone on the same files, start-up
apart.

    python tests/bench/bench_check.py

Both are measured in processes of their own, in pairs run one after the other. The start-up that is taken off
is that of checking one such file, and for the floor that of importing PyYAML. One processor is shown beside
all of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from math import ceil
from pathlib import Path

PYTHON = sys.executable
SHARDCALC = (
    [str(Path(PYTHON).with_name("shardcalc"))]
    if Path(PYTHON).with_name("shardcalc").exists()
    else [PYTHON, "-m", "shardcalc"]
)
FILES = 1_000
MOST = 2.0
IMPORT = "import sys, yaml, glob"
LOAD = (
    f"{IMPORT}\nfor file in glob.glob(sys.argv[1] + '/*.yaml'):\n    with open(file, 'rb') as opened:\n      "
    "  yaml.load(opened, Loader=yaml.CSafeLoader)\n"
)


def seconds(command: list[str]) -> float:
    """The time that a command takes, start-up included."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def profile(number: int) -> str:
    """A file of three streams, as a team might have it; every stream differs, most are in order."""
    made = [
        "# yaml-language-server: $schema=../shardcalc.schema.json\n# Reviewed with every change.\n",
        f"version: 1\ndefaults:\n  owner: team-{number}\n  headroom: 20%\nstreams:\n",
    ]
    for index in range(3):
        k = 3 * number + index
        peak, size = 700 + k % 997, 2 + k % 5
        needed = max(ceil(peak * 12 / 10_000), ceil(peak * size * 12 / 10_240))
        made.append(
            f"  orders-{k}:\n"
            "    notes: one record an order line; the peak is the sale on Friday evening\n"
            f"    size: {size} KiB\n"
            "    max_size: 60 KiB\n"
            f"    rps: {{mean: {400 + k % 97}, peak: {peak}}}\n"
            "    consumers:\n"
            "      - {name: billing, type: lambda, batch_size: 100}\n"
            "      - {name: search, type: kcl, poll_interval: 2 s}\n"
            "    hottest_key: 0.5%\n"
            "    retention: 24h\n"
            f"    shards: {needed}  # what shardcalc plan asks for\n"
            f"    current_shards: {needed}\n"
            "    budget: 900 USD\n"
        )
    return "".join(made)


def main() -> None:
    """Print the ratios; fail when check is too slow or imports boto3."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as one:
        for number in range(FILES):
            Path(folder, f"p{number:04}.yaml").write_text(profile(number))
        Path(one, "p.yaml").write_text(profile(0))
        check = [*SHARDCALC, "check", "--today", "2026-12-01"]
        commands = {
            "floor": [PYTHON, "-c", LOAD, folder],
            "floor's start": [PYTHON, "-c", IMPORT],
            "check": [*check, folder],
            "check's start": [*check, one],
        }
        for command in commands.values():
            seconds(command)
        measured = [{name: seconds(command) for name, command in commands.items()} for _ in range(11)]
        ratio = statistics.median(
            (row["check"] - row["check's start"]) / (row["floor"] - row["floor's start"]) for row in measured
        )
        times = ", ".join(
            f"{name} {1000 * statistics.median(row[name] for row in measured):.0f} ms" for name in commands
        )
        print(
            f"check, {FILES:,} files of three streams  {ratio:.2f} x  (at most {MOST} x)  {times}  "
            f"{'ok' if ratio <= MOST else 'TOO SLOW'}"
        )
        if hasattr(os, "sched_setaffinity"):
            allowed = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(allowed)})
            alone = [{name: seconds(command) for name, command in commands.items()} for _ in range(5)]
            os.sched_setaffinity(0, allowed)
            single = statistics.median(
                (row["check"] - row["check's start"]) / (row["floor"] - row["floor's start"]) for row in alone
            )
            print(f"the same on one processor of {len(allowed)}           {single:.2f} x")
        run = (
            f"import sys; sys.argv = ['shardcalc', 'check', {folder!r}]\nfrom shardcalc.cli import errors, "
            "run\nerrors.guard(lambda: run(sys.argv[1:]))\n"
        )
        script = f"{run}assert 'boto3' not in sys.modules"
        subprocess.run([PYTHON, "-c", script], stdout=subprocess.DEVNULL, check=True)
        print("no import of boto3")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
