"""The program's entry, also of ``python -m shardcalc``: ready for signals before anything takes time."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # that of typing is this, and importing it takes a third of the time to here
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
FIRST = os.getpid()


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    heed()
    from shardcalc.cli import main

    main()


def heed() -> None:
    """Be ready for the signals that end a process."""
    for number in (getattr(signal, name) for name in ENDING if hasattr(signal, name)):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup and the background of a script want it
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    """End at once, without a word and with nothing left behind, and with the code that a shell expects.

    Not by an exception: where one is raised in the middle of an import, Python prints it and goes on.
    """
    while frame is not None:
        if frame.f_globals.get("__name__") == "getpass":
            raise SystemExit(128 + number)  # it shows again what is typed
        frame = frame.f_back
    if os.getpid() == FIRST:  # a process that was just forked has these from it
        files = sys.modules.get("shardcalc.sources.store.files")
        for name in tuple(getattr(files, "UNFINISHED", ())):
            try:  # noqa: SIM105  # nothing is imported here
                os.unlink(name)
            except OSError:
                pass
        if "rich.progress" in sys.modules and os.isatty(2):
            os.write(2, b"\r\x1b[2K\x1b[?25h")  # the bar goes, the cursor comes back
    os._exit(128 + number)


if __name__ == "__main__":
    main()
