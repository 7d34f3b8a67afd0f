"""Long lists on several processors: the answer of one, whatever happens to a process."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from shardcalc.app.refusal import Reason, Refused
from shardcalc.sources.store.histories import write_history_file
from tests.bench.bench_suggest import throttled, with_gaps
from tests.synthetic import history

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere everything is done in one process")

PARTS = """
import os, signal, time
from shardcalc.app.processors import in_parts
from shardcalc.cli.errors import guard, leave

os.sched_getaffinity = lambda _: {0, 1, 2}
# Whatever is ignored where the tests run.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
first = os.getpid()
"""


def begun(script):
    """A script in a group of processes of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-c", PARTS + script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("most", [None, 3])
def test_parts_come_back_in_order_although_a_process_dies(most):
    script = f"""
def work(some):
    if 25 in some and os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.001 * (40 - some[0]))  # earlier parts take longer
    return list(some), os.getpid() == first

parts = in_parts(range(40), work, 10, {most})
print([item for some, _ in parts for item in some] == list(range(40)), len(parts))
print([here for some, here in parts if 25 in some])
"""
    out, err = begun(script).communicate(timeout=60)
    assert (out, err) == (f"True {3 if most is None else 14}\n[True]\n", "")


def test_parts_come_back_in_order_although_a_process_dies_while_they_are_handed_out():
    script = """
from concurrent.futures import ProcessPoolExecutor
submit = ProcessPoolExecutor.submit
ProcessPoolExecutor.submit = lambda *args: (submit(*args), time.sleep(0.5))[0]

def work(some):
    if 0 in some and os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(some), os.getpid() == first

parts = in_parts(range(40), work, 10, 10)
print([item for some, _ in parts for item in some] == list(range(40)), [here for _, here in parts])
"""
    assert begun(script).communicate(timeout=60) == ("True [True, True, True, True]\n", "")


def test_parts_are_done_by_other_processes():
    script = """
parts = in_parts(range(40), lambda some: (time.sleep(0.1), os.getpid())[1], 10, 10)
print(first in parts, len(set(parts)))
"""
    out, err = begun(script).communicate(timeout=60)
    assert (out, err) == ("False 3\n", "")


def test_the_error_is_that_of_the_first_item_that_has_one():
    script = """
from shardcalc.app.refusal import Refused

def work(some):
    time.sleep(0.5 if 10 in some else 0)
    if {10, 20} & {*some}:
        raise Refused("nothing was done", [str(some[0])])

leave(guard(lambda: in_parts(range(40), work, 10, 5)))
"""
    process = begun(script)
    assert process.communicate(timeout=60) == ("", "error: nothing was done\n  10\n")
    assert process.returncode == 2


def test_a_refusal_is_the_same_in_another_process():
    sent = pickle.loads(pickle.dumps(Refused("nothing", ["one", "two"], reason=Reason.AWS)))
    assert (str(sent), sent.what, sent.problems, sent.reason) == (
        "nothing",
        "nothing",
        ("one", "two"),
        Reason.AWS,
    )


@pytest.mark.parametrize(
    ("end", "group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGINT, False, 130), (signal.SIGKILL, False, -signal.SIGKILL)],
)
def test_processes_end_with_the_first_and_say_nothing(end, group, code):
    """Ctrl-C in a terminal goes to all of them, ``kill`` to the first alone."""
    seconds = 60 if group or end is signal.SIGKILL else 0.2
    process = begun(f"""
def work(some):
    os.write(1, b"begun\\n")
    time.sleep({seconds})

leave(guard(lambda: in_parts(range(4000), work, 10, 1)))
""")
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.2)  # until the others have begun, too
    (os.killpg if group else os.kill)(process.pid, end)
    # what they have open as output is closed only when the last has ended
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (code, "")


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_processes_of_the_program_end_with_it_and_say_nothing(end, group):
    process = begun("""
from shardcalc.__main__ import heed

def work(some):
    os.write(1, b"begun\\n")
    time.sleep(60)

heed()
leave(guard(lambda: in_parts(range(4000), work, 10, 1)))
""")
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.2)  # until the others have begun, too
    (os.killpg if group else os.kill)(process.pid, end)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (128 + end, "")


def test_a_process_that_has_only_begun_ends_without_a_word():
    process = begun("""
from multiprocessing.context import ForkProcess

class Slow(ForkProcess):
    def _bootstrap(self, *args, **more):
        os.write(1, b"begun\\n")
        time.sleep(0.5)
        return super()._bootstrap(*args, **more)

import multiprocessing.context
multiprocessing.context.ForkContext.Process = Slow

leave(guard(lambda: in_parts(range(4000), lambda some: time.sleep(60), 10, 1)))
""")
    assert process.stdout.readline() == "begun\n"
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def test_a_process_that_is_ended_alone_takes_away_no_file_of_the_first(tmp_path):
    file = str(tmp_path / "out")
    process = begun(f"""
from shardcalc.__main__ import heed
from shardcalc.sources.store.files import write_whole_parts

def work(some):
    if os.getpid() != first:
        os.kill(os.getpid(), signal.SIGTERM)
    return list(some)

heed()
write_whole_parts({file!r}, (b"x" for _ in in_parts(range(40), work, 10, 3)))
def parts():
    yield b"begun "
    yield str(len(in_parts(range(40), work, 10, 3))).encode()
write_whole_parts({file!r}, parts())
""")
    assert process.communicate(timeout=60) == ("", "")
    assert (tmp_path / "out").read_bytes() == b"begun 14"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Forty histories that all differ, the longest in the middle; and the same with some that are broken."""
    good, broken = tmp_path_factory.mktemp("good"), tmp_path_factory.mktemp("broken")
    shapes = (lambda made: made, with_gaps, throttled)
    for number in range(40):
        counts = [number * 1000 + minute for minute in range(14 * 1440 if number == 20 else 60 + number)]
        made = replace(
            shapes[number % 3](history(counts, sale=False)), stream=f"s{number}", open_shards=1 + number % 9
        )
        name = f"s{number:02}.json{'.gz' if number % 2 else ''}"
        for folder in (good, broken):
            write_history_file(made, str(folder / name))
    for number, text in ((6, "{"), (20, '{"kind": 1}'), (32, "[]")):
        (broken / f"s{number:02}.json").write_text(text)
    return good, broken


def fleet(folder, processors, *flags):
    """``fleet --from`` where there are so many processors."""
    script = f"""
import os, sys
os.sched_getaffinity = lambda _: set(range({processors}))
sys.argv = {["shardcalc", "fleet", "--from", str(folder), *flags]!r}
from shardcalc.cli import main
main()
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize("format", ["table", "json", "markdown"])
def test_a_fleet_is_the_same_on_one_processor_and_on_several(folders, format):
    one = fleet(folders[0], 1, "--format", format)
    assert one[0] == 0
    assert one[2] == ""
    assert all(f"s{number}" in one[1] for number in range(40))
    assert fleet(folders[0], 3, "--format", format) == one


@pytest.mark.parametrize("processors", [1, 3])
def test_problems_of_all_histories_are_told_in_the_order_of_their_files(folders, processors):
    code, out, err = fleet(folders[1], processors)
    lines = err.splitlines()
    assert (code, out, lines[0]) == (2, "", "error: no stream was reported")
    at = [line.strip().split(": ")[0] for line in lines[1:]]
    assert at == [str(folders[1] / f"s{number}.json") for number in ("06", "20", "32")]
