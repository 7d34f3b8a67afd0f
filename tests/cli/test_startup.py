"""What a command loads, and how it behaves as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.command import HEADLINE
from tests.run_check import ORDERS, write
from tests.terminal import COMMAND


def test_an_encoding_without_our_characters_is_no_error(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(
        "version: 1\nstreams: {bestellungen: {notes: größe-注文, size: 1, rps: 1}}\n", encoding="utf-8"
    )
    ran = subprocess.run(
        [*COMMAND, "plan", str(file)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 0
    assert b"bestellungen" in ran.stdout
    assert b"#" in ran.stdout


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    script = (
        "import sys; from shardcalc import cli; from shardcalc.cli import errors; "
        f"errors.guard(lambda: cli.run({list(arguments)!r})); print(*sys.modules, file=sys.stderr)"
    )
    return set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stderr.split()
    )


def test_help_loads_nothing_heavy():
    assert not loaded("--help") & {
        "boto3",
        "botocore",
        "pydantic",
        "yaml",
        "rich",
        "fractions",
        "shardcalc.core.units",
    }


def test_flags_load_neither_pydantic_nor_yaml_nor_boto3():
    assert not loaded(*HEADLINE) & {"boto3", "botocore", "pydantic", "yaml"}


def test_profiles_load_no_boto3():
    assert not loaded("plan", "profiles") & {"boto3", "botocore", "pydantic"}


def test_check_imports_no_boto3(tmp_path):
    file = write(tmp_path, ORDERS)
    lines = [
        f"import sys; sys.argv = ['shardcalc', 'check', {file!r}]",
        "from shardcalc.cli import errors, run",
        "assert errors.guard(lambda: run(sys.argv[1:])) == 1",
        "assert not {'boto3', 'botocore'} & sys.modules.keys()",
    ]
    code = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
