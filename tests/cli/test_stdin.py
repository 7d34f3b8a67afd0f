"""``-`` reads a profile from stdin; ``--stdin-name`` says which file it stands for."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from tests.command import run
from tests.doors import COMMAND

PROFILE = "version: 1\nstreams: {orders: {size: 1, rps: 1, shards: 1}}\n"
COMMANDS = ["plan", "cost", "check", "report"]


class Terminal(io.BytesIO):
    """What a terminal is to Python, as far as it is asked."""

    def isatty(self) -> bool:
        return True


def piped(monkeypatch, data: bytes | str, *arguments: str, kind: type[io.BytesIO] = io.BytesIO):
    held = kind(data.encode() if isinstance(data, str) else data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(held))
    return run(*arguments)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_profile_is_read_from_stdin(monkeypatch, tmp_path, command):
    file = tmp_path / "orders.yaml"
    file.write_text(PROFILE)
    there = run(command, str(file), "--today", "2026-11-21")
    ran = piped(monkeypatch, PROFILE, command, "-", "--stdin-name", str(file), "--today", "2026-11-21")
    assert ran == there
    assert ran.code == 0


def test_it_has_a_name_of_its_own(monkeypatch):
    ran = piped(monkeypatch, PROFILE, "check", "-")
    assert "<stdin>:2:11  warning  SC023 no-owner  orders" in ran.out
    assert "  2 | streams: {orders: {size: 1, rps: 1, shards: 1}}\n    |           ^^^^^^" in ran.out
    ran = piped(monkeypatch, "version: 1\nstreams: [\n", "plan", "-")
    assert ran.code == 2
    assert ran.err.startswith("error: <stdin>: 1 problem, nothing was planned\n  <stdin>:3:1  not YAML: ")


def test_its_name_says_which_policy_counts(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / ".shardcalc.yaml").write_text("version: 1\npolicy: {rules: {no-owner: off}}\n")
    assert "no-owner" in piped(monkeypatch, PROFILE, "check", "-").out
    assert "no-owner" not in piped(monkeypatch, PROFILE, "check", "-", "--stdin-name", "prod/new.yaml").out
    ran = piped(
        monkeypatch, "version: 1\npolicy: {x: 1}\n", "check", "-", "--stdin-name", "a/.shardcalc.yaml"
    )
    assert "a/.shardcalc.yaml:2:10  policy.x: unknown field" in ran.err


def test_it_stands_among_files(monkeypatch, tmp_path):
    (tmp_path / "a.yaml").write_text(PROFILE)
    other = PROFILE.replace("orders", "clicks")
    ran = piped(monkeypatch, other, "check", str(tmp_path), "-", "--format", "json", "--stdin-name", "b.yaml")
    assert json.loads(ran.out)["files"] == 2
    ran = piped(monkeypatch, PROFILE, "plan", str(tmp_path), "-")
    assert "<stdin>:2:11  streams.orders: the stream is declared twice; first in" in ran.err


def test_it_is_handed_to_other_processes(monkeypatch, tmp_path):
    monkeypatch.setattr("shardcalc.app.check.FILES_A_PROCESS", 1)
    monkeypatch.setattr("shardcalc.app.processors._processors", lambda: 2)
    for name in "abc":
        (tmp_path / f"{name}.yaml").write_text(PROFILE.replace("orders", name))
    ran = piped(monkeypatch, PROFILE, "check", str(tmp_path), "-")
    assert "  2 | streams: {orders: {size: 1, rps: 1, shards: 1}}" in ran.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-", "-"), "-: given twice, and stdin can be read once"),
        (("profiles", "--stdin-name", "a.yaml"), "--stdin-name: it says what - is called, and no - is given"),
    ],
)
def test_what_stdin_cannot_be_is_refused(monkeypatch, arguments, told):
    ran = piped(monkeypatch, PROFILE, "plan", *arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: nothing was read\n  {told}\n")


def test_a_terminal_is_told_what_is_waited_for(monkeypatch):
    ran = piped(monkeypatch, PROFILE, "plan", "-", kind=Terminal)
    assert ran.code == 0
    assert ran.err == (
        "note: - reads a profile from this terminal; end it with Ctrl-D (Windows: Ctrl-Z and Enter)\n"
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "<stdin>:1:1  empty; write version: 1 and streams"),
        (b"\0" * (17 * 1024**2), "<stdin>:1:1  larger than 16 MiB"),
        (b"\xff", "<stdin>:1:1  not UTF-8 text"),
    ],
)
def test_it_is_bounded_as_files_are(monkeypatch, data, told):
    assert told in piped(monkeypatch, data, "check", "-").err


def test_its_name_steers_no_terminal_and_no_runner(monkeypatch):
    name = "a\n::error::x\x1b]0;t\x07/\u202e"
    for format in ("table", "sarif", "junit", "json", "markdown", "csv", "yaml"):
        ran = piped(monkeypatch, PROFILE, "check", "-", "--stdin-name", name, "--format", format)
        assert ran.code == 0
        assert not COMMAND.search(ran.out + ran.err)
        assert "\x1b" not in ran.out
    ran = piped(monkeypatch, "x", "check", "-", "--stdin-name", name, "--format", "github")
    assert len(ran.out.splitlines()) == 1
    assert not COMMAND.search(ran.err)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows closes nothing so")
def test_stdin_that_is_closed_or_a_folder_is_refused():
    command = [sys.executable, "-m", "shardcalc", "plan", "-"]
    closed = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (2, "error: nothing was read\n  -: stdin is closed\n")
    folder = os.open("/", os.O_RDONLY)
    ran = subprocess.run(command, stdin=folder, capture_output=True, text=True, check=False)
    os.close(folder)
    assert ran.returncode != 0
    assert "bug" not in ran.stderr


def test_endless_input_is_read_no_further_than_its_bound():
    if not os.path.exists("/dev/zero"):
        pytest.skip("there is no /dev/zero")
    with open("/dev/zero", "rb") as endless:
        ran = subprocess.run(
            [sys.executable, "-m", "shardcalc", "check", "-"], stdin=endless, capture_output=True, check=False
        )
    assert ran.returncode == 2
    assert b"larger than 16 MiB" in ran.stderr
