"""The README is a front door: short, with the two commands that do all the set-up."""

from __future__ import annotations

import re
import subprocess

import yaml

from tests import pages
from tests.command import HEADLINE, run
from tests.places import ROOT


def test_it_is_short_and_fits_a_terminal():
    assert pages.lines_of(pages.README) <= 250
    prose = pages.prose_of("README.md").splitlines()
    assert [line for line in prose if len(line) > 80 and not line.startswith("![")] == []


def test_the_contents_name_every_heading():
    headings = pages.headings("README.md")
    assert pages.contents("README.md") == [anchor for depth, anchor in headings if depth > 1]


def test_the_first_command_does_the_main_job():
    command = f"shardcalc {' '.join(HEADLINE)}"
    assert re.findall(r"```sh\n(.*)", pages.text_of("README.md"))[0].endswith(f"/{command}")
    assert pages.commands("README.md")[0] == command


def test_the_test_command_is_where_ci_reads_it():
    text = pages.text_of("README.md")
    [command] = re.findall(r"^<!-- tests -->\n```sh\n(.*)\n```\n<!-- end tests -->$", text, re.MULTILINE)
    assert command.endswith("python -m pytest -q")


def test_the_profile_that_it_shows_can_be_planned(tmp_path, monkeypatch):
    [profile] = re.findall(r"^```yaml\n(.*?)```$", pages.text_of("README.md"), re.MULTILINE | re.DOTALL)
    assert yaml.safe_load(profile)["version"] == 1
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.yaml").write_text(profile, encoding="utf-8")
    ran = run("plan", "orders.yaml")
    assert (ran.code, ran.out.split("  ")[0]) == (0, "orders: 21 shards")


def test_nothing_names_this_machine():
    for file in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split():
        if (ROOT / file).exists():
            data = (ROOT / file).read_bytes()
            assert b"/wor" + b"k/" not in data, file
