"""check as a command: exit codes, levels, and what cannot be used."""

from __future__ import annotations

import json

import pytest

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
