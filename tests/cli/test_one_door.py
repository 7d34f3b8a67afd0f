"""Nothing that comes from outside reaches stderr or a page as it is: no control character, no line of its
own, no workflow command, no link that leads elsewhere, no password.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from shardcalc.cli import errors
from shardcalc.report.kit import html, markdown
from tests.command import run
from tests.doors import COMMAND, door
from tests.places import ROOT

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names of files")

HOSTILE = "a\n::error file=x::y\r\x1b]0;t\a\x9b31m\u202eevil\u2066\u200e\u2028##[error]z##vso[x]"
"""A line of its own, a title of the terminal, colours, text that runs backwards, commands of three kinds."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--size", HOSTILE, "--rps", "1"),
        ("plan", "--size", "1", "--rps", "1", "--region", HOSTILE),
        ("plan", "--size", "1", "--rps", "1", "--name", HOSTILE),
        ("plan", "--size", "1", "--rps", "1", "--hottest-key", f"{HOSTILE}=1"),
        ("plan", "--size", "1", "--rps", "1", "--today", HOSTILE),
        ("plan", HOSTILE),
        ("plan", "profiles", "--stdin-name", HOSTILE),
        ("plan", "profiles", "--exclude", "*", "--exclude", HOSTILE),
        ("plan", f"--{HOSTILE}"),
        ("plan", "--format", HOSTILE),
        (HOSTILE,),
        ("check", HOSTILE),
        ("check", "profiles", "--baseline", HOSTILE),
        ("check", "profiles", "--against", HOSTILE),
        ("check", "--explain", HOSTILE),
        ("plan", "profiles", "--prices", HOSTILE),
        ("suggest", "--from", HOSTILE),
        ("fleet", "--from", HOSTILE),
        ("reshard", HOSTILE, "--to", "2"),
        ("facts", "--region", HOSTILE),
    ],
)
def test_what_is_refused_is_shown_and_not_done(arguments):
    ran = door(*arguments, codes=(2,))
    assert len(ran.err.splitlines()) <= 4


KEYS = (
    '"K": 1',
    'version: "K"\nstreams: {}',
    'version: 1\n"K": 1\nstreams: {a: {size: 1, rps: 1}}',
    'version: 1\nstreams: {"K": {size: 1, rps: 1}}',
    'version: 1\nstreams: {a: {size: 1, rps: 1, "K": 1}}',
    'version: 1\nstreams: {a: {size: "K", rps: 1}}',
    'version: 1\nstreams: {a: {size: 1, rps: {"K": 1}}}',
    'version: 1\nstreams: {a: {size: 1, rps: 1, "K": 1, "K": 2}}',
    "version: 1\nstreams: {a: {size: 1, rps: 1, consumers: [{type: sdk, name: x}], catch_up: {outage: 1h, "
    'within: 1h, consumers: ["K"]}}}',
    'version: 1\npolicy: {rules: {"K": "off"}}\nstreams: {a: {size: 1, rps: 1}}',
)


@pytest.mark.parametrize("text", KEYS)
@pytest.mark.parametrize("form", ["table", "github", "json", "markdown", "junit", "sarif"])
def test_keys_and_values_of_a_profile_are_shown_on_one_line(tmp_path, text, form):
    file = tmp_path / "p.yaml"
    file.write_text(text.replace('"K"', json.dumps(HOSTILE)), encoding="utf-8")
    ran = door("check", str(file), "--format", form, codes=(2,), place="p.yaml:", commands=form == "github")
    assert form != "json" or json.loads(ran.out)["findings"]


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize("command", ["plan", "cost", "check"])
def test_free_text_is_shown_on_one_line_in_every_page(tmp_path, command, form):
    file = tmp_path / "p.yaml"
    text = json.dumps(HOSTILE)
    row = f"size: 1, rps: 1, owner: {text}, notes: {text}, consumers: [{{type: sdk, name: {text}}}]"
    reason = f"ignore: [{{rule: single-shard, reason: {text}}}]"
    file.write_text(f"version: 1\nstreams: {{a: {{{row}, {reason}}}}}", encoding="utf-8")
    ran = door(command, str(file), "--format", form)
    if form == "json" and command == "plan":
        assert json.loads(ran.out)["streams"][0]["notes"] == HOSTILE  # the same text, in other letters
    door("report", str(file))


@posix
@pytest.mark.parametrize(
    "name", ["::error::x.yaml", "a\n::error::x.yaml", "##[error]x.yaml", "\udcff\x1b.yaml"]
)
def test_the_name_of_a_file_is_no_command(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for form in ("table", "json", "markdown", "junit", "sarif"):
        Path(name).write_text("version: 1\nstreams: {a: {size: 1, rps: 1, size: 2}}")
        door("check", ".", "--format", form, codes=(2,))
        Path(name).write_text("version: 1\nstreams: {a: {size: 1 MiB, rps: 9, shards: 1}}")
        assert door("check", ".", "--format", form, codes=(0, 1)).out
    door("plan", name, "--size", "1", codes=(0,))
    door("report", name, "-o", "review.html", codes=(0,))


def test_a_bug_is_told_without_commands_too(capsys):
    def fail() -> None:
        raise ZeroDivisionError(HOSTILE + " https://me:hunter2@example.org")

    assert errors.guard(fail) == errors.BUG
    said = capsys.readouterr().err
    assert "bug in shardcalc" in said
    assert not COMMAND.search(said)
    assert "hunter2" not in said


def test_only_one_function_of_the_command_line_writes_to_stderr():
    for file in sorted((ROOT / "shardcalc").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and "print" in ast.unparse(node.func):
                assert "stderr" not in ast.unparse(node), f"{file.name}:{node.lineno}"


# ── links ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    ["http://a.b", "javascript:alert(1)", "https://a.b/)[x](https://evil", "https://a b", "https://u:p@a.b/",
     "https://a.b/<script>", "data:text/html,x", "//a.b", "https://", "HTTPS://a.b", "https://a.b/\n::error::x"],
)  # fmt: skip
def test_an_address_that_is_none_is_text(address):
    drawn = markdown.link("a [title]", address)
    assert r"a \[title\] (" in drawn
    assert not re.search(r"(?<!\\)\]\(|://", drawn)


def test_an_address_is_a_link():
    address = "https://docs.aws.amazon.com/streams/latest/dev/a.html?b=c&d=1#e"
    assert markdown.link("a", address) == f"[a]({address})"
    assert markdown.link("a", "") == "a"


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example",
        "see www.evil.example",
        "@team",
        "a@b.c",
        "#123",
        "(#1",
        "o/r#12",
        "GH-12",
        "ftp://x",
    ],
)
def test_a_name_in_markdown_is_no_link(text):
    drawn = markdown.escape(text)
    assert "\N{ZERO WIDTH NON-JOINER}" in drawn
    assert drawn.replace("\N{ZERO WIDTH NON-JOINER}", "").replace("\\", "") == text


def test_salted_keys_can_be_copied_from_markdown():
    assert markdown.escape("customer-1#0") == r"customer-1\#0"


def test_html_shows_what_turns_text():
    assert html.escape("a\u202e<b>\n::x") == "a\\u202e&lt;b&gt;\n\\x3a:x"


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_the_sources_of_a_price_sheet_are_text(tmp_path, form):
    sheet = (ROOT / "shardcalc/core/facts/prices/us-east-1.toml").read_text(encoding="utf-8")
    sheet = re.sub(r'url = "[^"]*"', 'url = "javascript:alert(1)"', sheet)
    sheet = re.sub(r'title = "[^"]*"', 'title = "<i>@team https://evil.example [x](http://y)"', sheet)
    file, page = tmp_path / "prices.toml", tmp_path / "page"
    file.write_text(sheet, encoding="utf-8")
    ran = run("report", "profiles/orders.yaml", "--prices", str(file), "--format", form, "-o", str(page))
    assert ran.code == 0, ran.err
    text = page.read_text(encoding="utf-8")
    assert "https:" in text
    wrong = ['href="javascript', "](javascript", "<i>"] + (["@team", "://evil"] if form == "markdown" else [])
    assert not [each for each in wrong if each in text]
    facts = run("facts", "--prices", str(file), "--format", "markdown").out
    assert "<javascript" not in facts
    assert "](" not in facts
