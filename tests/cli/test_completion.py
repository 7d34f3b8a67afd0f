"""Shell completion: what a shell is given while somebody types, and the options that switch it on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from shardcalc import __version__, cli
from tests.command import run
from tests.systems import posix


@pytest.fixture
def completions(monkeypatch):
    """What Bash is offered for the last word of a line."""

    def ask(line: str) -> list[str]:
        monkeypatch.setenv("_SHARDCALC_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", f"shardcalc {line}")
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" "))))
        ran = run()
        assert (ran.code, ran.err) == (0, "")
        return ran.out.split()

    return ask


def test_commands_are_completed(completions):
    assert completions("") == list(cli.COMMANDS)
    assert completions("re") == ["reshard", "report"]


def test_options_of_the_command_itself_are_completed(completions):
    assert completions("--") == ["--version", "--install-completion", "--show-completion", "--help"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("plan --head", ["--headroom"]),
        ("plan --size 4 --expl", ["--explain"]),
        ("check --write", ["--write-baseline"]),
        ("suggest orders --from history.json --al", ["--allow"]),
        ("facts ref", ["refresh"]),
        ("facts refresh --bulk", ["--bulk-url"]),
    ],
)
def test_options_of_a_command_are_completed(completions, line, offered):
    assert completions(line) == offered


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_its_options(completions, command):
    assert "--output" in completions(f"{command} --")


def test_choices_are_completed(completions):
    assert completions("plan --format ") == ["table", "concise", "json", "markdown", "csv", "yaml"]
    assert completions("check --fail-on w") == ["warning"]


def test_a_path_is_left_to_the_shell(completions):
    assert completions("plan profiles/or") == []


def test_other_shells_give_the_line_in_another_variable(monkeypatch):
    monkeypatch.setenv("_SHARDCALC_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "shardcalc reshard --quo")
    ran = run()
    assert ran.out.split("\t")[0].strip() == "--quota"


@posix("Bash of its own")
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no Bash")
def test_bash_completes_with_the_script_that_is_installed(tmp_path):
    program = tmp_path / "shardcalc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shardcalc "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    script = """
        shardcalc --install-completion || exit 1
        source "$HOME/.bashrc"
        complete -p shardcalc
        COMP_WORDS=(shardcalc check --base) COMP_CWORD=2
        _shardcalc_completion shardcalc
        echo "offered: ${COMPREPLY[*]}"
    """
    ran = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert "bash completion installed in" in ran.stdout
    assert "-F _shardcalc_completion shardcalc" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "offered: --baseline"


def test_show_completion_prints_a_script_and_no_more(monkeypatch):
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "zsh")
    ran = run("--show-completion")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("#compdef shardcalc\n")


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_is_printed(flag):
    ran = run(flag)
    assert (ran.code, ran.out, ran.err) == (0, f"shardcalc {__version__}\n", "")
