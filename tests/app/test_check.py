"""Many files: they are checked together, and on all processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.run_check import CLEAN, ORDERS, check, write


def test_a_stream_that_stands_twice_is_told_across_files(tmp_path):
    first, again = write(tmp_path, CLEAN, "a.yaml"), write(tmp_path, CLEAN, "b.yaml")
    ran = check(str(tmp_path))
    assert ran.code == 2
    assert f"{again}:3:3  streams.orders: the stream is declared twice; first in {first}:3:3" in ran.err


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="needs a system that binds a process to a processor"
)
@pytest.mark.parametrize("broken", [False, True])
def test_all_processors_say_what_one_says(broken, tmp_path):
    """Files in the hundreds are shared out; every part's findings and problems come back, in order."""
    for number in range(240):
        text = ORDERS.replace("orders", f"orders-{number}") + (
            "    size: 1\n" if broken and number % 100 == 7 else ""
        )
        write(tmp_path, text, f"f{number:03}.yaml")
    code = (
        f"import sys; sys.argv = ['shardcalc', 'check', {str(tmp_path)!r}, '--format', 'json']; from "
        "shardcalc.cli import main; main()"
    )
    one = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); {code}"
    spread, alone = (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        for script in (code, one)
    )
    assert (spread.returncode, spread.stdout, spread.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert spread.returncode == (2 if broken else 1)
    assert len(json.loads(spread.stdout)["findings"]) == (5 * 237 + 3 if broken else 5 * 240)
