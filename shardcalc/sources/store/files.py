"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

UNFINISHED: Final[set[str]] = set()
"""What is being written, under names that nobody asked for: whatever ends the process at once removes it."""


def write_whole(path: str, data: bytes) -> None:
    """Write a file as :func:`write_whole_parts` does, at once.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole_parts(path, (data,))


def write_whole_parts(path: str, parts: Iterable[bytes]) -> None:
    """Write a file beside its place and move it there; after any failure, what was there before is untouched.

    A file that is there keeps its mode and owner; a new one gets what the umask leaves. A link stays, and
    what it points to is written. A device or a pipe is written into: moving a file over ``/dev/null`` would
    take it away from the whole machine.

    Raises:
        OSError: the file cannot be written, or could not keep its owner.
    """
    before = _status(path)
    if before is not None and not stat.S_ISREG(before.st_mode):
        with open(path, "wb") as file:
            file.writelines(parts)
        return
    target = os.path.realpath(path)
    if before is not None:
        # Moving asks the folder alone: a file that may not be written to stays as it is.
        os.close(os.open(target, os.O_WRONLY))
    temporary = os.path.join(os.path.dirname(target), f".shardcalc-{os.urandom(8).hex()}")
    UNFINISHED.add(temporary)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o666 if before is None else 0o600), "wb") as file:
            file.writelines(parts)
        if before is not None:
            _liken(temporary, before)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    finally:
        UNFINISHED.discard(temporary)


def _status(path: str) -> os.stat_result | None:
    """What a path leads to; nothing where a new file may come into being."""
    try:
        return os.stat(path)
    except FileNotFoundError:
        if not os.path.basename(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path) from None
        return None


def _liken(file: str, before: os.stat_result) -> None:
    """Give a file the mode and the owner of the one whose place it takes."""
    if sys.platform != "win32":
        made = os.stat(file)
        if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
            try:
                os.chown(file, before.st_uid, before.st_gid)
            except PermissionError as error:
                raise PermissionError(error.errno, "its owner or group cannot be kept", file) from error
    os.chmod(file, stat.S_IMODE(before.st_mode))
