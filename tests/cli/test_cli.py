"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.workload.workload import READERS
from tests.command import HEADLINE, built, run
from tests.fuzz import examples
from tests.places import ROOT


def test_a_flag_that_a_stream_keeps_out_is_told():
    ran = run("plan", "profiles/orders.yaml", "--headroom", "90%")
    assert ran.code == 0
    assert ran.err == "note: --headroom has no effect on streams that declare their own: orders\n"


def test_output_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text("before")
    assert run("plan", "--size", "x", "--rps", "1", "-o", str(file)).code == 2
    assert file.read_text() == "before"
    assert run(*HEADLINE, "--format", "json", "-o", str(file)).out == ""
    assert json.loads(file.read_text())["total"]["shards"] == 21
    assert os.listdir(tmp_path) == ["plan.json"]
    nowhere = str(tmp_path / "none" / "plan.json")
    ran = run(*HEADLINE, "-o", nowhere)
    assert (ran.code, ran.err) == (74, f"error: {nowhere}: not written: No such file or directory\n")


@pytest.mark.parametrize(
    ("arguments", "name", "format"),
    [
        (HEADLINE, "plan.json", "json"),
        (HEADLINE, "plan.MD", "markdown"),
        (HEADLINE, "plan.txt", "table"),
        (HEADLINE, "plan", "table"),
        (("cost", *HEADLINE[1:]), "cost.json", "json"),
        (("check", "profiles"), "found.sarif", "sarif"),
        (("check", "profiles"), "found.xml", "junit"),
        (("check", "--explain", "all"), "rules.md", "markdown"),
        (("reshard", "4", "30", "--stream", "orders"), "calls.sh", "sh"),
        (("report", "profiles"), "review.md", "markdown"),
        (("report", "profiles"), "review", "html"),
        (("suggest", "--from", "docs/examples/orders-history.json.gz"), "orders.json", "json"),
        (("fleet", "--from", "docs/examples"), "fleet.md", "markdown"),
        (("facts",), "facts.json", "json"),
    ],
)
def test_a_file_is_written_in_the_format_that_its_name_says(arguments, name, format, tmp_path):
    said, guessed = str(tmp_path / "said"), str(tmp_path / name)
    codes = run(*arguments, "--format", format, "-o", said).code, run(*arguments, "-o", guessed).code
    assert codes in ((0, 0), (1, 1))
    with open(said, encoding="utf-8") as one, open(guessed, encoding="utf-8") as two:
        assert one.read() == two.read() != ""


@pytest.mark.parametrize(
    ("arguments", "name", "told"),
    [
        (
            HEADLINE,
            "plan.html",
            ".html is no format of this command; name the file .json, .md, .markdown, .txt",
        ),
        (
            ("report", "profiles"),
            "a.json",
            ".json is no format of this command; name the file .md, .markdown, .html",
        ),
        (HEADLINE, "plan.pdf", ".pdf is no format of this command"),
        (("reshard", "4", "30"), "a.html", ".html is no format of this command"),
    ],
)
def test_a_name_of_a_format_that_a_command_cannot_write_is_refused(arguments, name, told, tmp_path):
    file = tmp_path / name
    ran = run(*arguments, "-o", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert not file.exists()
    # Who says the format may choose any name.
    assert run(*arguments, "--format", "markdown", "-o", str(file)).code == 0


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "plan.json").mkdir()
    assert run(*HEADLINE, "-o", str(tmp_path / "plan.json")).code == 74
    assert os.listdir(tmp_path) == ["plan.json"]


# ── exit codes and errors ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("plan",), 2, "give --size and --rps, or profiles"),
        (("plan", "--size", "0", "--rps", "1"), 2, "--size: '0' is not a size: it must be at least 1 B"),
        (
            ("plan", "--size", "1", "--rps", "-1"),
            2,
            "--rps: '-1' is not a record rate: it must be above zero",
        ),
        (("plan", "--size", "1"), 2, "--rps: missing"),
        (("plan", "--rps", "1"), 2, "--size: missing"),
        (("plan", "--size", "1", "--rps", "1", "--headroom", "20"), 2, "'20' could be 20% or 2,000%"),
        (("plan", "--size", "1", "--rps", "1", "--region", "eu-west-9"), 2, "did you mean eu-west-3?"),
        (("plan", "--size", "1", "--rps", "1", "--hours", "0"), 2, "--hours"),
        (("plan", "--size", "1", "--rps", "1", "--consumers", "type=lamda"), 2, "did you mean lambda?"),
        (("plan", "--size", "1", "--rps", "1", "--catch-up", "6h"), 2, "one value, where several have names"),
        (("plan", "--size", "1", "--size", "2", "--rps", "1"), 2, "--size was given twice"),
        (("plan", "none.yaml"), 2, "none.yaml: 1 problem, nothing was planned"),
        (("plan", "--sice", "1"), 2, "--sice"),
        (("plan", "--format", "pdf"), 2, "pdf"),
        (("plna",), 2, "plna"),
        (("facts", "--region", "nowhere"), 2, "--region"),
        (("cost",), 2, "give --size and --rps, or profiles"),
        (("cost", "--size", "1", "--rps", "1", "--region", "us-easst-1"), 2, "did you mean us-east-1?"),
        (("cost", "--size", "1", "--rps", "1", "--hours", "0"), 2, "--hours: '0' is not a number of hours"),
        (("cost", "--size", "1", "--rps", "1", "--discount", "12"), 2, "'12' could be 12% or 1,200%"),
        (("cost", "--size", "1", "--rps", "1", "--discount", "100%"), 2, "'100%' leaves nothing to pay"),
        (
            ("cost", "--sizes", "1KiB=50%,2KiB=40%", "--rps", "1"),
            2,
            "--sizes: the shares add up to 90%, not 100%",
        ),
        (("--version",), 0, ""),
        (("--help",), 0, ""),
        (("plan", "--help"), 0, ""),
    ],
)
def test_exit_code(arguments, code, told):
    ran = run(*arguments)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert (ran.out == "") == (code != 0)


def test_a_bug_says_that_it_is_one():
    from shardcalc.cli import errors

    def broken() -> None:
        raise ZeroDivisionError

    assert errors.guard(broken) == 70


def test_ctrl_c_is_no_bug():
    from shardcalc.cli import errors

    def interrupted() -> None:
        raise KeyboardInterrupt

    assert errors.guard(interrupted) == 130


@given(
    st.dictionaries(
        st.sampled_from(sorted(READERS)),
        st.text(max_size=10),
        min_size=1,
        max_size=6,
    )
)
@examples(300)
def test_no_flags_make_a_traceback(flags):
    ran = run("plan", *(f"--{name.replace('_', '-')}={value}" for name, value in flags.items()))
    assert ran.code in (0, 2)
    assert "Traceback" not in ran.err
    assert (ran.out == "") == (ran.code == 2)


# ── as a process ─────────────────────────────────────────────────────────────────────────────────


def test_every_command_is_listed_and_has_help_of_its_own():
    from shardcalc.cli import COMMANDS

    modules = {
        file.stem
        for file in (ROOT / "shardcalc" / "cli").glob("*.py")
        if "\nEXAMPLES" in file.read_text(encoding="utf-8")
    }
    assert modules == set(COMMANDS)
    listed = run("--help").out
    for command, summary in COMMANDS.items():
        assert f"  {command} " in listed
        assert summary in listed, "a summary that is cut off"
        ran = run(command, "--help")
        assert ran.code == 0
        assert f"shardcalc {command}" in ran.out
        assert "Examples:" in ran.out


@pytest.mark.parametrize("command", ["plan", "cost"])
def test_a_name_that_aws_refuses_is_refused(command):
    ran = run(command, "--size", "1", "--rps", "1", "--name", "a b")
    assert ran.code == 2
    assert "--name: 'a b' is not a stream's name: up to 128 letters, digits, and any of _ . -" in ran.err


def _commands():
    """Every command with its name on the command line, and those below it."""
    from typer.main import get_command

    from shardcalc.cli import COMMANDS

    for name in COMMANDS:
        command = get_command(built(name)).commands[name]
        yield (name,), command
        yield from (((name, below), one) for below, one in getattr(command, "commands", {}).items())


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*row, id=" ".join(row[0])) for row in _commands()]
)
def test_an_option_that_takes_one_value_is_refused_when_it_is_given_twice(name, command):
    """The parser would keep the last and say nothing: `--region a --region b` read b."""
    options = [option for option in command.params if option.param_type_name == "option"]
    several = {option.name for option in options if option.multiple}
    assert several <= {
        "consumers", "terraform", "shards", "histories", "history", "region", "prices", "profile",
        "profiles", "role_arn", "exclude", "where", "detail",
    }  # fmt: skip
    for option in options:
        if option.multiple or option.name == "help":
            continue
        given = [option.opts[0], *(() if option.is_flag else ("1",))]
        ran = run(*name, *given, *given)
        assert (ran.code, ran.out) == (2, ""), option.name
        assert f"{max(option.opts, key=len)} was given twice" in ran.err
