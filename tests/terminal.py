"""Commands in a real terminal."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys

import pytest

from tests.places import ROOT

COMMAND = (sys.executable, "-m", "shardcalc")


def in_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a command draws in a real terminal of so many columns; skips the test where there is none."""
    pty, fcntl, termios = (
        pytest.importorskip(name, reason="Windows has no pseudo-terminals")
        for name in ("pty", "fcntl", "termios")
    )
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")} | {
        "TERM": "xterm-256color",
        "PYTHONUTF8": "1",
        **environment,
    }
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=other, stdout=other, stderr=other, env=env, cwd=ROOT
    )
    os.close(other)
    drawn = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        drawn += data
    os.close(main)
    assert process.wait() == 0
    return drawn.decode().replace("\r\n", "\n")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
