"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shardcalc.core.workload.workload import READERS
from tests import golden
from tests.command import run

ROOT = Path(__file__).parent.parent
HEADLINE = ("plan", "--size", "1024", "--rps", "6", "--consumers", "7")


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")


CASES = {
    "headline": HEADLINE,
    "fan-out": (
        "plan",
        "--size",
        "1.5 KiB",
        "--rps",
        "90k/min",
        "--consumers",
        "2",
        "--fan-out",
        "1",
        "--headroom",
        "20%",
        "--retention",
        "7d",
    ),
    "carried": ("plan", "--size", "5", "--shards", "15"),
    "carried-hot-key": ("plan", "--size", "5", "--shards", "15", "--hottest-key", "40%", "--consumers", "6"),
    "lambda": (
        *HEADLINE[:5],
        "--consumers",
        "type=lambda,name=billing,batch_size=10,batch_duration=9s",
        "--catch-up",
        "outage=6h,within=2h",
    ),
    "profiles": ("plan", "profiles"),
    "explain": ("plan", "profiles/change-data.yaml", "--explain"),
    "on-demand": (
        "plan",
        "--size",
        "2",
        "--rps",
        "mean=100,peak=900",
        "--mode",
        "on-demand-advantage",
        "--fan-out",
        "30",
    ),
    "cost": ("cost", "profiles/orders.yaml", "--break-even"),
    "cost-flags": ("cost", *HEADLINE[1:], "--region", "us-east-2", "--hours", "744"),
    "cost-fleet": ("cost", "profiles"),
    "cost-discount": ("cost", "--size", "1", "--rps", "mean=20,peak=9k", "--discount", "12%", "--break-even"),
    "cost-exact": ("cost", "profiles/change-data.yaml"),
    "cost-partly-unknown": (
        "cost",
        "--size",
        "2",
        "--rps",
        "100",
        "--consumers",
        "2",
        "--region",
        "ap-northeast-1",
        "--retention",
        "9d",
    ),
    "facts": ("facts",),
    "facts-frankfurt": ("facts", "--region", "eu-central-1"),
}


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize("name", CASES)
def test_output(name, form):
    ran = run(*CASES[name], "--format", form)
    assert (ran.code, ran.err) == (0, "")
    golden.check(
        f"{CASES[name][0]}/{name}.{ {'table': 'txt', 'json': 'json', 'markdown': 'md'}[form] }", ran.out
    )
    if form == "json":
        assert json.loads(ran.out)["schema_version"] == 1


def test_the_headline_says_what_was_promised():
    out = run(*HEADLINE).out
    assert out.startswith("21 shards\n")
    for promised in (
        "max(6144/1024, 43008/2048) = max(6, 21)",
        "21 MiB/s or 21,000 records/s in, 42 MiB/s out",
        "poll every 1.4 s",
        "move 2 of them",
        "$229.95",
    ):
        assert promised in out


def test_json_of_many_streams_is_the_same_as_of_each(tmp_path):
    rows = "".join(
        f"  s{i}: {{size: {1 + i % 7}, rps: {100 + i}, consumers: {i % 4}}}\n" for i in range(2500)
    )
    file = tmp_path / "many.yaml"
    file.write_text("version: 1\nstreams:\n" + rows)
    many = json.loads(run("plan", str(file), "--format", "json").out)
    assert many["total"]["streams"] == 2500
    assert many["total"]["shards"] == sum(stream["shards"] for stream in many["streams"])
    assert [stream["name"] for stream in many["streams"]] == [f"s{i}" for i in range(2500)]
    for index in (0, 1, 1249, 1250, 2499):
        one = json.loads(
            run(
                "plan",
                "--size",
                str(1 + index % 7),
                "--rps",
                str(100 + index),
                "--consumers",
                str(index % 4),
                "--format",
                "json",
            ).out
        )
        [alone] = one["streams"]
        assert {**many["streams"][index], "name": "", "source": None, "origins": None} == {
            **alone,
            "origins": None,
        }


def test_a_stream_whose_prices_nobody_could_verify_costs_unknown_and_not_nothing():
    arguments = ("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1")
    assert "total" in run(*arguments).out
    assert "$0.00" not in run(*arguments).out
    cost = json.loads(run(*arguments, "--format", "json").out)["streams"][0]["cost"]
    assert (cost["total_usd"], cost["complete"], cost["lines"][0]["price_usd"]) == (None, False, None)


def test_a_flag_that_a_stream_keeps_out_is_told():
    ran = run("plan", "profiles/orders.yaml", "--headroom", "90%")
    assert ran.code == 0
    assert ran.err == "note: --headroom is not used where a stream gives its own: orders\n"


def test_output_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text("before")
    assert run("plan", "--size", "x", "--rps", "1", "-o", str(file)).code == 2
    assert file.read_text() == "before"
    assert run(*HEADLINE, "--format", "json", "-o", str(file)).out == ""
    assert json.loads(file.read_text())["total"]["shards"] == 21
    assert os.listdir(tmp_path) == ["plan.json"]
    ran = run(*HEADLINE, "-o", str(tmp_path / "none" / "plan.json"))
    assert (ran.code, ran.err) == (
        2,
        f"error: {tmp_path}/none/plan.json: not written\n  No such file or directory\n",
    )


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "plan.json").mkdir()
    assert run(*HEADLINE, "-o", str(tmp_path / "plan.json")).code == 2
    assert os.listdir(tmp_path) == ["plan.json"]


HOSTILE = """\
version: 1
streams:
  "<script>alert(1)</script> | ::error::x%0A @everyone":
    size: 1
    rps: 1
    notes: "\\e[31mred\\a <b>bold</b> [link](http://x) `code`\\nnext"
    owner: "| *a* |"
"""


def test_what_a_profile_says_is_text_and_never_markup(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(HOSTILE)
    table = run("plan", str(file)).out
    assert "<script>alert(1)</script> | ::error::x%0A @everyone: 1 shard" in table
    assert table.isascii() or not [c for c in table if not c.isprintable() and c != "\n"]
    assert "\x1b" not in table
    assert "\a" not in table
    assert "\x1b[31mred" not in in_terminal(80, "plan", str(file))
    for command in ("plan", "cost"):
        page = run(command, str(file), "--format", "markdown").out
        assert "<script" not in page
        assert "<b>" not in page
        assert "@everyone" not in page
        assert "[link](" not in page
    assert json.loads(run("plan", str(file), "--format", "json").out)["streams"][0]["notes"].startswith(
        "\x1b[31mred"
    )


# ── exit codes and errors ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("plan",), 2, "nothing to plan"),
        (("plan", "--size", "0", "--rps", "1"), 2, "--size  '0' is not a size: it must be at least 1 B"),
        (
            ("plan", "--size", "1", "--rps", "-1"),
            2,
            "--rps  '-1' is not a record rate: it must be above zero",
        ),
        (("plan", "--size", "1"), 2, "--rps  missing"),
        (("plan", "--rps", "1"), 2, "--size  missing"),
        (("plan", "--size", "1", "--rps", "1", "--headroom", "20"), 2, "'20' could be 20% or 2,000%"),
        (("plan", "--size", "1", "--rps", "1", "--region", "eu-west-9"), 2, "did you mean eu-west-3?"),
        (("plan", "--size", "1", "--rps", "1", "--hours", "0"), 2, "--hours"),
        (("plan", "--size", "1", "--rps", "1", "--consumers", "type=lamda"), 2, "did you mean lambda?"),
        (("plan", "--size", "1", "--rps", "1", "--catch-up", "6h"), 2, "write name=value"),
        (("plan", "--size", "1", "--size", "2", "--rps", "1"), 2, "--size  stands 2 times"),
        (("plan", "none.yaml"), 2, "none.yaml: 1 problem, nothing was planned"),
        (("plan", "--sice", "1"), 2, "--sice"),
        (("plan", "--format", "pdf"), 2, "pdf"),
        (("plna",), 2, "plna"),
        (("facts", "--region", "nowhere"), 2, "--region"),
        (("cost",), 2, "nothing to plan"),
        (("cost", "--size", "1", "--rps", "1", "--region", "us-easst-1"), 2, "did you mean us-east-1?"),
        (("cost", "--size", "1", "--rps", "1", "--hours", "0"), 2, "--hours  '0' is not a number of hours"),
        (("cost", "--size", "1", "--rps", "1", "--discount", "12"), 2, "'12' could be 12% or 1,200%"),
        (("cost", "--size", "1", "--rps", "1", "--discount", "100%"), 2, "'100%' leaves nothing to pay"),
        (
            ("cost", "--sizes", "1KiB=50%,2KiB=40%", "--rps", "1"),
            2,
            "--sizes  the shares add up to 90%, not 100%",
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
@settings(max_examples=300)
def test_no_flags_make_a_traceback(flags):
    ran = run("plan", *(f"--{name.replace('_', '-')}={value}" for name, value in flags.items()))
    assert ran.code in (0, 2)
    assert "Traceback" not in ran.err
    assert (ran.out == "") == (ran.code == 2)


# ── as a process ─────────────────────────────────────────────────────────────────────────────────

COMMAND = (sys.executable, "-m", "shardcalc")


def test_a_closed_pipe_is_no_error(tmp_path):
    file = tmp_path / "many.yaml"
    file.write_text("version: 1\nstreams:\n" + "".join(f"  s{i}: {{size: 1, rps: 1}}\n" for i in range(3000)))
    shell = f"{sys.executable} -m shardcalc plan {file} --format json | head -c 10"
    ran = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ('{"schema_v', "")


def test_an_encoding_without_our_characters_is_no_error(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text("version: 1\nstreams: {bestellungen-größe-注文: {size: 1, rps: 1}}\n", encoding="utf-8")
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


def test_every_command_is_listed_and_has_help_of_its_own():
    from shardcalc.cli import COMMANDS

    modules = {
        file.stem for file in (ROOT / "shardcalc" / "cli").glob("*.py") if "\nEXAMPLES" in file.read_text()
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


# ── in a terminal ────────────────────────────────────────────────────────────────────────────────


def in_terminal(columns: int, *arguments: str, **environment: str) -> str:
    """What a command draws in a real terminal of so many columns."""
    main, other = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")} | {
        "TERM": "xterm-256color",
        **environment,
    }
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=other, stdout=other, stderr=other, env=env, cwd=ROOT
    )
    os.close(other)
    drawn = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        drawn += data
    os.close(main)
    assert process.wait() == 0
    return drawn.decode().replace("\r\n", "\n")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "profiles"),
        ("plan", "profiles/change-data.yaml", "--explain"),
        ("cost", "profiles/orders.yaml", "--break-even"),
    ],
)
def test_no_line_is_wider_than_the_terminal(columns, arguments):
    drawn = plain(in_terminal(columns, *arguments))
    assert max(map(len, drawn.splitlines())) <= columns
    assert "…" not in drawn


@pytest.mark.parametrize("columns", [80, 120])
def test_a_page_fits_the_terminal_and_nothing_is_cut(columns):
    drawn = plain(in_terminal(columns, *HEADLINE))
    golden.check(f"plan/terminal-{columns}.txt", drawn)
    assert max(map(len, drawn.splitlines())) <= columns
    [binding] = [line for line in drawn.splitlines() if line.endswith("binding")]
    assert binding.startswith("shared read bytes  42 MiB/s")
    assert "…" not in drawn


def test_colour_is_used_in_a_terminal_and_no_color_is_honoured():
    assert "\x1b[" in in_terminal(80, *HEADLINE)
    assert "\x1b[3" not in in_terminal(80, *HEADLINE, NO_COLOR="1")
    assert "\x1b[" not in run(*HEADLINE).out
