"""Files that are written whole or not at all, and what is no file."""

from __future__ import annotations

import os
import socket
import stat
import threading

import pytest

from shardcalc.sources.store.files import UNFINISHED, write_whole, write_whole_parts
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


@posix("modes and links")
def test_a_file_keeps_its_mode_and_owner(tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(b"before")
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    before = file.stat()
    write_whole(str(file), b"after")
    after = file.stat()
    assert file.read_bytes() == b"after"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@posix("modes and links")
@pytest.mark.parametrize(("mask", "mode"), [(0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_gets_what_the_umask_leaves(mask, mode, tmp_path):
    kept = os.umask(mask)
    try:
        write_whole(str(tmp_path / "plan.json"), b"x")
    finally:
        os.umask(kept)
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == mode


@posix("modes and links")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(there, tmp_path):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "plan.json"
    if there:
        target.write_bytes(b"before")
        target.chmod(0o604)
    (tmp_path / "second").symlink_to("far/plan.json")
    (tmp_path / "first").symlink_to("second")
    write_whole(str(tmp_path / "first"), b"after")
    assert target.read_bytes() == b"after"
    assert not there or stat.S_IMODE(target.stat().st_mode) == 0o604
    assert (os.readlink(tmp_path / "first"), os.readlink(tmp_path / "second")) == ("second", "far/plan.json")
    assert sorted(os.listdir(tmp_path)) == ["far", "first", "second"]
    assert os.listdir(tmp_path / "far") == ["plan.json"]


@posix("modes and links")
def test_a_link_to_itself_or_to_a_device_or_a_socket_stays(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "device").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        for name in ("loop", "socket"):
            with pytest.raises(OSError, match=name):
                write_whole(str(tmp_path / name), b"x")
    write_whole(str(tmp_path / "device"), b"x")
    assert (os.readlink(tmp_path / "loop"), os.readlink(tmp_path / "device")) == ("loop", "/dev/null")
    assert stat.S_ISSOCK((tmp_path / "socket").stat().st_mode)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_text_that_breaks_off_leaves_what_was_there(tmp_path):
    def parts():
        yield b"half"
        raise KeyboardInterrupt

    file = tmp_path / "plan.json"
    file.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write_whole_parts(str(file), parts())
    assert (os.listdir(tmp_path), file.read_bytes()) == (["plan.json"], b"before")
    assert not UNFINISHED


def test_a_folder_is_no_place_to_write(tmp_path):
    with pytest.raises(PermissionError if os.name == "nt" else IsADirectoryError):
        write_whole(str(tmp_path), b"x")
    assert list(tmp_path.iterdir()) == []
