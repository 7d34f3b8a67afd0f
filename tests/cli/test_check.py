"""check as a command: exit codes, levels, and what cannot be used."""

from __future__ import annotations

import json

import pytest

from tests.command import run
from tests.run_check import CLEAN, INFORMED, ORDERS, WARNED, check, found, ids, write

# ── exit codes and levels ────────────────────────────────────────────────────────────────────────


def test_the_first_example_is_found_out(tmp_path):
    assert ids(found(write(tmp_path, ORDERS))) == ["SC001", "SC003", "SC023", "SC024", "SC047"]


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (ORDERS, "error", 1), (ORDERS, "warning", 1), (ORDERS, "info", 1),
        (WARNED, "error", 0), (WARNED, "warning", 1), (WARNED, "info", 1),
        (INFORMED, "error", 0), (INFORMED, "warning", 0), (INFORMED, "info", 1),
        (CLEAN, "error", 0), (CLEAN, "warning", 0), (CLEAN, "info", 0),
    ],
)  # fmt: skip
def test_the_exit_code_is_1_at_or_above_the_level(text, level, code, tmp_path):
    file = write(tmp_path, text)
    assert check(file, "--fail-on", level).code == code
    assert check(file, "--fail-on", level, "--exit-zero").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to check"),
        (("nowhere.yaml",), "nowhere.yaml: 1 problem, nothing was checked"),
        (("{file}", "--today", "soon"), "'soon' is not a day; write for example 2027-01-15"),
        (("{file}", "--today", "2026-02-30"), "'2026-02-30' is not a day"),
        (("{file}", "--baseline", "nowhere.json"), "nowhere.json: no baseline, nothing was checked"),
        (("{file}", "--against", "nowhere.json"), "nowhere.json: no plan, nothing was checked"),
    ],
)
def test_unusable_input_leaves_with_2_and_nothing_on_stdout(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, CLEAN)
    ran = check(*(argument.format(file=file) for argument in arguments))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err
    assert "--exit-zero" not in ran.err


def test_unusable_input_leaves_with_2_in_spite_of_exit_zero(tmp_path):
    assert check(write(tmp_path, "version: 2\n"), "--exit-zero").code == 2


def test_an_output_file_is_written_whole_and_stdout_stays_empty(tmp_path):
    ran = check(write(tmp_path, ORDERS), "--format", "json", "-o", str(tmp_path / "out.json"))
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["failed"] is True


def test_the_other_files_are_reported_beside_one_that_cannot_be_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ORDERS, "a.yaml")
    write(tmp_path, "version: 1\nstreams: {b: {size: x, rps: 1}, c: {size: 1, rps: 1}}\n", "b.yaml")
    alone, both = check("a.yaml", "--format", "json"), check("a.yaml", "b.yaml", "--format", "json")
    assert (alone.code, both.code) == (1, 2)
    one, two = json.loads(alone.out), json.loads(both.out)
    assert [each["rule"] for each in two["findings"]] == [
        *(each["rule"] for each in one["findings"]),
        "SC000",
    ]
    assert (two["usable"], two["failed"], two["files"], two["streams"]) == (False, True, 1, 1)
    assert both.err.startswith("error: b.yaml: 1 problem, the other file was checked\n  b.yaml:2:21  ")
    table = check("a.yaml", "b.yaml", "--exit-zero")
    assert (table.code, table.err) == (2, both.err)
    assert "SC000" not in table.out
    assert table.out.rpartition("a.yaml")[0] == check("a.yaml").out.rpartition("a.yaml")[0]
    assert "in 1 stream in 1 file; 1 file cannot be used" in table.out


def test_a_file_whose_policy_cannot_be_used_is_held_against_no_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, ORDERS.replace("orders", name), "a.yaml")
    (tmp_path / "two" / ".shardcalc.yaml").write_text("version: 1\npolicy: {lead: x}\n")
    told = json.loads(check(".", "--format", "json").out)
    assert {each["file"] for each in told["findings"]} == {"./one/a.yaml", "two/.shardcalc.yaml"}


def test_what_needs_all_files_is_left_out_where_one_cannot_be_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ORDERS, "a.yaml")
    write(tmp_path, ORDERS.replace("orders", "b"), "b.yaml")
    (tmp_path / "plan.json").write_text(run("plan", "a.yaml", "b.yaml", "--format", "json").out)
    assert check(".", "--write-baseline", "known.json").code == 0
    kept = (tmp_path / "known.json").read_text()
    write(tmp_path, "version: 2\nstreams: {}\n", "b.yaml")
    told = json.loads(
        check(".", "--baseline", "known.json", "--against", "plan.json", "--format", "json").out
    )
    # Nobody knows that b has lost its findings, or that the stream is gone.
    assert told["counts"]["baseline_gone"] == 0
    assert "comparison" not in told
    assert {each["rule"] for each in told["findings"] if each["state"] == "active"} == {"SC000"}
    ran = check(".", "--write-baseline", "known.json")
    assert (ran.code, ran.out) == (2, "")
    assert "no baseline was written" in ran.err
    assert (tmp_path / "known.json").read_text() == kept
