"""The one invariant of every door, whatever comes in: a result, or a refusal with its place. Never a bug's
exit code, never more than 2 s or 300 MB; what is printed holds no control character, no secret, no workflow
command.

``door(...)`` runs a command in the test's own process, thousands of times a minute; ``door_process(...)``
runs it as people do, with the limits held by the system. Both give back what was said, so that a test can ask
more of it.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from tests.command import Ran, run

SECONDS = 2
"""Of the processor, so that a busy machine does not matter."""
MEMORY = 300 * 1024**2
"""Above what the process held before, or of the whole process where there is one."""
CODES = (0, 1, 2)
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Characters that steer a terminal, turn the direction of text, end a line or cannot be written."""
OURS = re.compile("(?<=[@#:w])\N{ZERO WIDTH NON-JOINER}")
"""What Markdown keeps a mention, an issue or a bare address apart with."""
COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
"""What the runners of GitHub and Azure take for a command: at the start of a line, behind blanks too, or
anywhere in it."""


class TooLong(BaseException):
    """A command that does not end; no handler of the command line's may take it for its own."""


def door(
    *arguments: str,
    codes: Collection[int] = CODES,
    secrets: Collection[str] = (),
    place: str = "",
    commands: bool = False,
) -> Ran:
    """Run a command here and hold it to the invariant.

    Args:
        arguments: those of ``shardcalc``.
        codes: the exit codes that may come.
        secrets: texts that must not be printed.
        place: a text that every refusal must hold, such as the file's name.
        commands: whether stdout is made of workflow commands, as ``--format github`` is.
    """
    for _ in range(2):
        with _limits() as used:
            ran = run(*arguments)
        seconds, memory = used()
        # What is slow is slow each time; a machine that is busy, or this process's garbage, is not.
        if seconds < SECONDS:
            break
    shown = " ".join(arguments)
    assert seconds < SECONDS, f"{seconds:.1f} s: {shown}"
    assert memory < MEMORY, f"{memory // 1024**2} MiB: {shown}"
    return held(ran, codes=codes, secrets=secrets, place=place, commands=commands)


def door_process(
    *arguments: str,
    codes: Collection[int] = CODES,
    secrets: Collection[str] = (),
    place: str = "",
    commands: bool = False,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    cwd: str | Path | None = None,
    env: dict[str, str] | None = None,
) -> Ran:
    """Run a command as a process and hold it to the invariant, whose limits the system holds."""
    with subprocess.Popen(
        [sys.executable, "-m", "shardcalc", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        preexec_fn=_bounded(seconds, memory) if sys.platform == "linux" else None,
    ) as process:
        try:
            # Waiting for something that never comes takes no processor time.
            out, err = process.communicate(timeout=30 + 10 * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    ran = Ran(process.returncode, out.decode(), err.decode())
    return held(ran, codes=codes, secrets=secrets, place=place, commands=commands)


def held(
    ran: Ran,
    *,
    codes: Collection[int] = CODES,
    secrets: Collection[str] = (),
    place: str = "",
    commands: bool = False,
) -> Ran:
    """What a command said, held to the invariant."""
    assert ran.code in codes, f"exit code {ran.code}: {ran.err[-2000:]}"
    for text in (ran.out, ran.err):
        assert "Traceback" not in text, text
        unseen = {c for c in set(OURS.sub("", text)) - {"\n"} if unicodedata.category(c) in UNSEEN}
        assert not unseen, f"{unseen} in {text[:2000]!r}"
        assert not [secret for secret in secrets if secret in text], text
        assert (commands and text is ran.out) or not COMMAND.search(text), text
    if ran.code in (2, 3) and ran.code in codes:
        refusal = ran.err[re.search(r"^error: |\Z", ran.err, re.MULTILINE).start() :].splitlines()  # type: ignore[union-attr]
        assert len(refusal) > 1, f"no refusal: {ran.err!r}"
        assert all(line.startswith("  ") and len(line) < 2000 for line in refusal[1:]), ran.err
        assert place in ran.err, ran.err
    return ran


@contextmanager
def _limits() -> Iterator[object]:
    """Measure a block, and end it where it does not end."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TooLong

    # After 100,000 examples hypothesis holds a gigabyte: to look through it for garbage takes seconds.
    gc.freeze()
    begun, held_before = time.process_time(), _peak(reset=True)
    # A profiling timer counts the processor's time; Windows has none, and its tests no stop.
    timed = hasattr(signal, "SIGPROF")
    if timed:
        kept = signal.signal(signal.SIGPROF, end)
        signal.setitimer(signal.ITIMER_PROF, 10 * SECONDS)
    try:
        yield lambda: (time.process_time() - begun, _peak() - held_before)
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, kept)


def _peak(*, reset: bool = False) -> int:
    """The most that this process has held since the last reset; nothing is known outside Linux."""
    if sys.platform != "linux":
        return 0
    if reset:
        with suppress(OSError):  # not allowed in some containers: then the highest so far counts
            Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _bounded(seconds: float, memory: int) -> object:
    import resource

    def bound() -> None:
        # Where Python alone maps some 100 MB, addresses are not what is held; what is held cannot be bounded.
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        # The start of Python and the imports are the machine's, some tenths of a second.
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))

    return bound
