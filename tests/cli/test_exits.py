"""How the program ends: each exit code, in real processes; and signals at any moment."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

from shardcalc.cli import errors
from shardcalc.cli.errors import MEANINGS
from tests import pages
from tests.command import HEADLINE, run
from tests.places import PROFILES, ROOT
from tests.pricelists import bulk
from tests.systems import posix

pytestmark = posix("signals, devices and shells of POSIX")

STREAMS = "version: 1\nstreams:\n" + "".join(f"  s{i}: {{size: 1, rps: 1}}\n" for i in range(1000))
PROGRAM = f"{sys.executable} -m shardcalc"
PLAN = f"{PROGRAM} {' '.join(HEADLINE)}"
HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def shell(script, folder, *before, **environment):
    """Run a line of Bash in a folder; its exit code, stdout and stderr."""
    ran = subprocess.run(
        [*before, "bash", "--noprofile", "--norc", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


def without(*capabilities):
    """What a command begins with so that root is held to modes and owners of files like everybody else."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everything, and there is no setpriv")
    return ("setpriv", f"--bounding-set={','.join(f'-{each}' for each in capabilities)}")


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def test_the_exit_codes_of_readme_docs_and_help_are_those_of_the_code():
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", pages.text_of("docs/command-line.md"), re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == dict(MEANINGS)
    for text in (pages.text_of("README.md"), run("--help").out):
        told = " ".join(text.partition("Exit codes: ")[2].split())
        assert told == ", ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items()) + "."
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert codes == MEANINGS.keys()


# ── the output ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f"{PLAN} > /dev/full", "the output could not be written: No space left on device"),
        (f"{PROGRAM} --help > /dev/full", "the output could not be written: No space left on device"),
        (f"{PLAN} >&-", "the output could not be written: Bad file descriptor"),
        (f"{PROGRAM} --version >&-", "the output could not be written: Bad file descriptor"),
        (f"{PLAN} -o /dev/full", "/dev/full: not written: No space left on device"),
        (f"{PLAN} -o full", "full: not written: No space left on device"),
        (f"{PLAN} -o folder", "folder: not written: Is a directory"),
        (f"{PLAN} -o new/", "new/: not written: Is a directory"),
        (f"{PLAN} -o none/plan.json", "none/plan.json: not written: No such file or directory"),
        (f"{PLAN} -o loop", "loop: not written: Too many levels of symbolic links"),
        (f"{PLAN} -o read-only/plan.json", "read-only/plan.json: not written: Permission denied"),
        (f"{PLAN} -o kept.json", "kept.json: not written: Permission denied"),
        (
            f"{PROGRAM} check a.yaml --write-baseline folder",
            "folder: not written: Is a directory",
        ),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full, and the words of its errors")
def test_output_that_cannot_be_written_is_74_and_one_line(script, told, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "read-only").mkdir(mode=0o555)
    (tmp_path / "full").symlink_to("/dev/full")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "kept.json").write_text("kept")
    (tmp_path / "kept.json").chmod(0o444)
    (tmp_path / "a.yaml").write_text(STREAMS)
    before = sorted(tmp_path.rglob("*"))
    assert shell(script, tmp_path, *without("dac_override")) == (74, "", f"error: {told}\n")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "kept.json").read_text() == "kept"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
@pytest.mark.parametrize("to", ["2>&-", "2>/dev/full"])
def test_an_error_that_nobody_can_read_keeps_its_code_and_does_not_go_to_stdout(to, tmp_path):
    assert shell(f"{PROGRAM} plan --bogus {to}", tmp_path) == (2, "", "")


def test_an_output_file_needs_no_stdout(tmp_path):
    assert shell(f"{PLAN} -o plan.txt >&- 2>&- <&-", tmp_path) == (0, "", "")
    assert (tmp_path / "plan.txt").read_text(encoding="utf-8").startswith("21 shards\n")


@pytest.mark.parametrize("to", [">", "-o"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_141_and_nothing_is_said(to, unbuffered, tmp_path):
    """As ``| head``, which has read a byte of more than a pipe holds; also by name."""
    (tmp_path / "a.yaml").write_text(STREAMS)
    os.mkfifo(tmp_path / "pipe")
    script = f"head -c 1 pipe & {PROGRAM} plan a.yaml --format json {to} pipe; code=$?; wait; exit $code"
    assert shell(script, tmp_path, PYTHONUNBUFFERED=unbuffered) == (141, "{", "")


@pytest.mark.parametrize("arguments", [HEADLINE, ("--help",), ("check", "--explain", "SC001")])
def test_a_reader_that_is_gone_before_is_141_and_nothing_is_said(arguments):
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "shardcalc", *arguments]
    ran = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, check=False)
    os.close(written)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_whose_owner_cannot_be_kept_stays_as_it_is(tmp_path):
    tmp_path.chmod(0o777)
    file = tmp_path / "plan.json"
    file.write_text("kept")
    file.chmod(0o666)
    os.chown(file, 12345, 12345)
    code, _, err = shell(f"{PLAN} -o plan.json", tmp_path, *without("chown"))
    assert (code, err) == (74, "error: plan.json: not written: its owner or group cannot be kept\n")
    assert (os.listdir(tmp_path), file.read_text(), file.stat().st_uid) == (["plan.json"], "kept", 12345)


# ── the surroundings ─────────────────────────────────────────────────────────────────────────────

SHEET = (ROOT / "shardcalc/core/facts/prices/us-east-1.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "surroundings",
    [
        "XDG_CACHE_HOME=cache HOME=/dev/null",
        "XDG_CACHE_HOME=/dev/null",
        "env -u XDG_CACHE_HOME -u HOME",
        "env -u XDG_CACHE_HOME HOME=",
        "env -u XDG_CACHE_HOME HOME=/dev/null",
        "mkdir gone; cd gone; rmdir ../gone; ",
    ],
)
def test_without_a_cache_or_a_working_folder_the_packaged_prices_are_used(surroundings, tmp_path):
    """A relative cache would be the repository's own: its author would set the prices."""
    (tmp_path / "cache/shardcalc/prices").mkdir(parents=True)
    (tmp_path / "cache/shardcalc/prices/us-east-1.toml").write_text("not = 'prices'\n", encoding="utf-8")
    profile = PROFILES / "orders.yaml"
    for command in (f"cost {profile}", f"check {profile} --fail-on error"):
        code, out, err = shell(f"{surroundings} {PROGRAM} {command}", tmp_path)
        assert (code, err) == (0, "")
        # where the home is looked up, it is that of whoever runs the tests
        assert "prices: built in" in out or "1 stream in 1 file" in out or "HOME" in surroundings


def test_a_relative_cache_is_none(tmp_path, monkeypatch):
    """As older releases of platformdirs give it, where the environment does."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: "cache")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "cache/prices/us-east-1.toml"
    file.parent.mkdir(parents=True)
    file.write_text("not = 'prices'\n", encoding="utf-8")
    assert run(*HEADLINE).code == 0
    (tmp_path / "offer.json").write_text(json.dumps(bulk("us-east-1", "")))
    ran = run("facts", "refresh", "--region", "us-east-1", "--offer-file", "offer.json")
    where = os.path.join("cache", "prices", "us-east-1.toml")
    assert (ran.code, ran.err) == (
        74,
        f"error: {where}: not written; the prices that were read are not kept: "
        "the cache folder is no absolute path\n",
    )
    assert file.read_text(encoding="utf-8") == "not = 'prices'\n"


def test_a_cache_that_cannot_be_read_is_told_in_one_line(tmp_path):
    file = tmp_path / "shardcalc/prices/us-east-1.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SHEET, encoding="utf-8")
    file.chmod(0)
    code, out, err = shell(
        f"{PROGRAM} plan {PROFILES / 'orders.yaml'}",
        tmp_path,
        *without("dac_override", "dac_read_search"),
        XDG_CACHE_HOME=str(tmp_path),
        COLUMNS="500",
    )
    assert (code, err) == (0, "")
    assert out.count(f"built in; {file} cannot be read") == 1


def test_prices_that_cannot_be_kept_are_74_and_one_line(tmp_path):
    (tmp_path / "offer.json").write_text(json.dumps(bulk("us-east-1", "")))
    script = f"{PROGRAM} facts refresh --region us-east-1 --offer-file offer.json"
    code, out, err = shell(script, tmp_path, XDG_CACHE_HOME="/dev/null")
    told = "not written; the prices that were read are not kept: Not a directory"
    assert (code, out) == (74, "")
    assert err == f"error: /dev/null/shardcalc/prices/us-east-1.toml: {told}\n"


# ── signals ──────────────────────────────────────────────────────────────────────────────────────

# Tells by a dot that the program's own code has begun to import: until then all is Python's, and what Python
# says of an interruption is its own.
BEGUN = """
import os, sys
class Tell:
    def find_spec(name, *_):
        if name == "shardcalc.cli":
            os.write(1, b".")
sys.meta_path.insert(0, Tell)
from shardcalc.__main__ import main
main()
"""


@pytest.mark.parametrize("number", HANDLED)
def test_a_signal_at_any_moment_leaves_neither_traceback_nor_file(number, tmp_path):
    profile, out = tmp_path / "a.yaml", tmp_path / "out" / "review.html"
    profile.write_text(STREAMS)
    out.parent.mkdir()
    codes = set()
    for after in (0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3):
        out.write_text("before")
        command = [sys.executable, "-c", BEGUN, "report", str(profile), "-o", str(out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout.read(1) == b"."
            time.sleep(after)
            process.send_signal(number)
            told = process.communicate(timeout=60)
        assert told == (b"", b"")
        assert os.listdir(out.parent) == ["review.html"]
        written = out.read_text(encoding="utf-8")
        assert written == "before" or written.endswith("</html>\n")
        codes.add(process.returncode)
    assert codes - {0} == {128 + number}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("after", [0, 0.005, 0.01, 0.02, 0.05])
def test_a_signal_while_python_starts_ends_it_as_a_shell_expects(number, after, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "shardcalc", *HEADLINE, "-o", str(tmp_path / "plan.json")],
        stderr=subprocess.PIPE,
    ) as process:
        time.sleep(after)
        process.send_signal(number)
        assert process.communicate(timeout=60) == (None, b"")
    # before there is a handler the system ends it, which a shell tells with the same code
    assert process.returncode in (-number, 128 + number)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", HANDLED)
def test_a_signal_in_the_middle_of_a_file_removes_what_is_written_of_it(number, tmp_path):
    file = tmp_path / "plan.json"
    file.write_text("before")
    script = f"""
import os, time
from shardcalc.__main__ import heed
from shardcalc.sources.store.files import write_whole_parts

def parts():
    yield b"half"
    os.write(1, b".")
    time.sleep(60)

heed()
write_whole_parts({str(file)!r}, parts())
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as one:
        assert one.stdout.read(1) == b"."
        assert len(os.listdir(tmp_path)) == 2
        one.send_signal(number)
        assert one.communicate(timeout=60) == (b"", b"")
    assert (one.returncode, os.listdir(tmp_path), file.read_text()) == (128 + number, ["plan.json"], "before")


def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path):
    """As ``nohup`` asks for."""
    script = (
        f"trap '' HUP; exec {sys.executable} -c 'import os, signal; from shardcalc.__main__ import heed; "
    )
    script += "heed(); os.kill(os.getpid(), signal.SIGHUP); print(1)'"
    assert shell(script, tmp_path) == (0, "1\n", "")


def in_terminal(script, number, until):
    """What a script has drawn in a terminal until a signal ends it, its code, and whether typing shows."""
    import pty
    import termios

    main, other = pty.openpty()
    drawn = b""

    def read(enough):
        nonlocal drawn
        while not enough() and select.select([main], [], [], 20)[0]:
            drawn += os.read(main, 65536)

    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdin=other, stdout=other, stderr=other, start_new_session=True
    ) as process:
        read(lambda: until in drawn)
        process.send_signal(number)
        process.wait(60)
    read(lambda: not select.select([main], [], [], 0)[0])
    echo = bool(termios.tcgetattr(other)[3] & termios.ECHO)
    os.close(other)
    os.close(main)
    return drawn, process.returncode, echo


def test_the_cursor_that_a_bar_hides_is_shown_again(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    script = """
import time
from shardcalc.__main__ import heed
from shardcalc.cli.progress import progress
heed()
with progress("streams", 100) as advance:
    advance(1)
    time.sleep(60)
"""
    drawn, code, _ = in_terminal(script, signal.SIGTERM, b"1/100")
    assert code == 143
    assert b"\x1b[?25l" in drawn
    assert drawn.endswith(b"\x1b[?25h")


@pytest.mark.parametrize("number", HANDLED)
def test_a_terminal_shows_again_what_is_typed_after_a_prompt_for_a_code(number):
    script = (
        "from getpass import getpass; from shardcalc.__main__ import heed; from shardcalc.cli import errors; "
    )
    script += "heed(); errors.leave(errors.guard(lambda: getpass('code: ')))"
    _, code, echo = in_terminal(script, number, b"code: ")
    assert (code, echo) == (128 + number, True)
