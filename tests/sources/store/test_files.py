"""Files that are written whole or not at all, and what is no file."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from shardcalc.sources.store.files import write_whole
from tests.systems import posix


@posix("pipes that stand in a folder")
def test_a_pipe_or_device_is_written_into_and_stays_what_it_is(tmp_path):
    """Moving a file over /dev/null, which root may do, would take it away from the whole machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(str(pipe), b"all of it")
    reader.join(10)
    assert read == [b"all of it"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_no_place_to_write(tmp_path):
    with pytest.raises(PermissionError if os.name == "nt" else IsADirectoryError):
        write_whole(str(tmp_path), b"x")
    assert list(tmp_path.iterdir()) == []
