"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable


def write_whole(path: str, data: bytes) -> None:
    """Write a file as :func:`write_whole_parts` does, at once.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole_parts(path, (data,))


def write_whole_parts(path: str, parts: Iterable[bytes]) -> None:
    """Write a file beside its place and move it there; after any failure, what was there before is untouched.

    A device or a pipe is written into: moving a file over ``/dev/null`` would take it away from the whole
    machine.

    Raises:
        OSError: the file cannot be written.
    """
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        with open(path, "wb") as file:
            file.writelines(parts)
        return
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".shardcalc-")
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise
