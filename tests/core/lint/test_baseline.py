"""Baselines: only what is new counts, wherever check is run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shardcalc.core.capacity.finding import Severity
from shardcalc.core.lint.baseline import apply_baseline
from shardcalc.core.lint.check import Found, State
from shardcalc.core.lint.rules import BY_NAME
from tests.run_check import ORDERS, WARNED, check, found, ids, write


def test_only_new_findings_fail_against_a_baseline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ORDERS, "profiles/orders.yaml")
    ran = check("profiles", "--write-baseline", "known.json", "--fail-on", "info")
    assert (ran.code, ran.err) == (0, "")
    assert check("profiles", "--baseline", "known.json", "--fail-on", "info").code == 0
    # Moved by two lines and worse by a shard: still the same finding.
    write(tmp_path, "# reviewed\n\n" + ORDERS.replace("12", "11"), "profiles/orders.yaml")
    assert check("profiles", "--baseline", "known.json", "--fail-on", "info").code == 0
    write(tmp_path, ORDERS + "    hottest_key: 60%\n", "profiles/orders.yaml")
    rows = found("profiles", "--baseline", "known.json")
    assert ids(rows) == ["SC004"]
    assert ids(rows, "baseline") == ["SC001", "SC003", "SC023", "SC024", "SC047"]
    assert check("profiles", "--baseline", "known.json").code == 1


def test_a_baseline_does_not_care_where_check_is_run(tmp_path, monkeypatch):
    write(tmp_path, ORDERS, "profiles/orders.yaml")
    monkeypatch.chdir(tmp_path)
    check("profiles", "--write-baseline", "known.json")
    monkeypatch.chdir(tmp_path / "profiles")
    assert check(".", "--baseline", "../known.json", "--fail-on", "info").code == 0


def test_a_baseline_moves_with_its_repository(tmp_path, monkeypatch):
    write(tmp_path / "here", ORDERS, "profiles/orders.yaml")
    monkeypatch.chdir(tmp_path / "here")
    check("profiles", "--write-baseline", "known.json")
    monkeypatch.chdir(tmp_path)  # Windows moves no folder that somebody is in
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    assert check("profiles", "--baseline", "known.json", "--fail-on", "info").code == 0


def test_a_baseline_and_a_policy_may_be_on_another_drive(tmp_path, monkeypatch):
    """Windows has no relative path from one drive to another."""
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, ORDERS)
    policy = write(tmp_path, "version: 1\npolicy: {ignore: [{rule: no, reason: a}]}\n", ".shardcalc.yaml")

    def none(*_: object) -> str:
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    monkeypatch.setattr("os.path.relpath", none)
    check(file, "--write-baseline", "known.json")
    rows = found(file, "--baseline", "known.json")
    assert {row["state"] for row in rows} == {"baseline"}
    assert policy in {row["file"] for row in rows}


def test_entries_of_a_baseline_that_are_gone_are_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ORDERS)
    check("orders.yaml", "--write-baseline", "known.json")
    write(tmp_path, WARNED)
    ran = check("orders.yaml", "--baseline", "known.json")
    assert "1 entry of the baseline is no longer found: write it again with --write-baseline" in ran.out


def test_a_second_finding_of_one_kind_is_new(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = "version: 1\nstreams:\n  a: {size: 1, rps: 1, consumers: [{type: lambda, batch_size: 10001}]}\n"
    write(tmp_path, one)
    check("orders.yaml", "--write-baseline", "known.json")
    write(tmp_path, one.replace("batch_size: 10001", "batch_size: 10001, parallelization_factor: 11"))
    assert ids(found("orders.yaml", "--baseline", "known.json")) == ["SC019"]


# ── what is the same finding ─────────────────────────────────────────────────────────────────────

HOT = Found(
    BY_NAME["hot-key"], Severity.WARNING, "told", "", "a.yaml", None, "orders (prod)", "streams.orders"
)


def test_a_finding_is_known_by_rule_file_and_stream():
    assert HOT.key == ("SC004", "a.yaml", "orders (prod)")


@pytest.mark.parametrize(
    ("known", "state", "left"),
    [
        ({("SC004", "near/a.yaml", "orders (prod)"): 1}, State.BASELINE, 0),
        ({("SC004", "near/a.yaml", "orders (prod)"): 3}, State.BASELINE, 2),
        ({("SC004", "near/a.yaml", "orders (prod)"): 0}, State.ACTIVE, 0),
        ({("SC005", "near/a.yaml", "orders (prod)"): 1}, State.ACTIVE, 1),
        ({("SC004", "a.yaml", "orders (prod)"): 1}, State.ACTIVE, 1),
        # The same name in another environment is another stream.
        ({("SC004", "near/a.yaml", "orders (test)"): 1}, State.ACTIVE, 1),
        ({("SC004", "near/a.yaml", "orders"): 2}, State.ACTIVE, 2),
        ({}, State.ACTIVE, 0),
    ],
)
def test_a_baseline_knows_a_finding_by_its_key(known, state, left):
    before = dict(known)
    [found], gone = apply_baseline([HOT], known, lambda file: f"near/{file}")
    assert (found.state, gone) == (state, left)
    assert (known, HOT.state) == (before, State.ACTIVE)


def test_a_baseline_knows_as_many_as_it_has_and_no_suppressed_one():
    hidden = replace(HOT, state=State.SUPPRESSED)
    found, gone = apply_baseline([hidden, HOT, HOT, HOT], {HOT.key: 2}, str)
    assert [each.state for each in found] == ["suppressed", "baseline", "baseline", "active"]
    assert (found[0], found[1], found[3], gone) == (hidden, replace(HOT, state=State.BASELINE), HOT, 0)
