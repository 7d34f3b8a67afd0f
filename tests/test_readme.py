"""The README is true: its commands print what it shows, its tables name what there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from shardcalc.core.workload.declared import STREAM_READERS
from tests.command import run

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ (?P<command>.*?)\n(?P<output>.*?)```$", re.MULTILINE | re.DOTALL)


def printed(command: str) -> str:
    name, *arguments = shlex.split(command)
    assert name == "shardcalc"
    ran = run(*arguments)
    assert ran.err == ""
    return ran.out


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", [match["command"] for match in BLOCK.finditer(README.read_text())])
def test_a_console_block_shows_what_the_command_prints(command):
    text = README.read_text()
    [match] = [match for match in BLOCK.finditer(text) if match["command"] == command]
    output = printed(command)
    if os.environ.get("SHARDCALC_GOLDEN") == "write":
        README.write_text(text.replace(match[0], f"```console\n$ {command}\n{output}```"))
        return
    assert match["output"] == output


def test_there_are_console_blocks_to_test():
    assert len(BLOCK.findall(README.read_text())) >= 5


def test_every_field_is_in_the_table():
    for name in STREAM_READERS:
        assert f"`{name}`" in README.read_text()


def test_the_exit_codes_are_those_of_the_code():
    from shardcalc.cli import errors

    rows = re.findall(r"^\| (\d+) \|", README.read_text(), re.MULTILINE)
    assert [int(row) for row in rows] == [errors.DONE, errors.FOUND, errors.USAGE, errors.AWS, errors.BUG]


def test_the_library_example_runs():
    [code] = re.findall(r"^```python\n(.*?)```$", README.read_text(), re.MULTILINE | re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # 90k/min is 1,500/s of 1 MiB: 1,500 MiB/s x 1.2 = 1,800 shards to write, 2 x 1,800 / 2 to read
    assert ran.stdout == "1800 ['write-bytes', 'read-bytes']\n"


def test_nothing_names_this_machine():
    for file in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split():
        data = (ROOT / file).read_bytes()
        assert b"/wor" + b"k/" not in data, file
