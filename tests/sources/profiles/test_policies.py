"""Policy files: which one counts, what it may hold, and what wins."""

from __future__ import annotations

import pytest

from tests.run_check import ORDERS, check, found, ids, write

POLICY = (
    "version: 1\n"
    "policy: {rules: {no-owner: off, peak-missing: off, no-catch-up: off, getrecords-calls: off}}\n"
)


def test_the_nearest_policy_file_counts_as_far_as_the_repository(tmp_path, monkeypatch):
    file = write(tmp_path / "repo" / "team" / "profiles", ORDERS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repo" / ".git").mkdir()
    write(tmp_path, POLICY, ".shardcalc.yaml")  # above the root: not looked at
    assert ids(found(file)) == ["SC001", "SC003", "SC023", "SC024", "SC047"]
    write(tmp_path / "repo", POLICY, ".shardcalc.yaml")
    assert ids(found(file)) == ["SC001"]
    write(tmp_path / "repo" / "team", POLICY.replace(", getrecords-calls: off", ""), ".shardcalc.yaml")
    assert ids(found(file)) == ["SC001", "SC003"]  # the nearest one alone


def test_without_a_repository_the_search_ends_where_check_is_run(tmp_path, monkeypatch):
    file = write(tmp_path / "work" / "profiles", ORDERS)
    write(tmp_path, POLICY, ".shardcalc.yaml")
    monkeypatch.chdir(tmp_path / "work")
    assert len(ids(found(file))) == 5
    monkeypatch.chdir(tmp_path)
    assert len(ids(found(file))) == 1


def test_the_profile_wins_over_the_policy_file_field_by_field_and_rule_by_rule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        "version: 1\npolicy: {budget: 1 USD, max_utilisation: 10%, rules: {no-owner: off, SC024: off}}\n",
        ".shardcalc.yaml",
    )
    rows = found(
        write(
            tmp_path,
            ORDERS.replace("streams:", "policy: {budget: 2000 USD, rules: {SC023: error}}\nstreams:").replace(
                "shards: 12", "shards: 100"
            ),
        )
    )
    # 21 shards' worth on 100 is 21 %, above the file's 10 %; a month is some 100 x $10.95, below the
    # profile's 2,000.
    assert ids(rows) == ["SC003", "SC016", "SC023", "SC047"]
    [over] = [row for row in rows if row["rule"] == "SC016"]
    assert over["remedy"] == "raise shards to 210"


def test_suppressions_of_a_policy_file_work_and_may_be_unused(tmp_path, monkeypatch):
    """One run may see only some of the files, so nobody can say that one is unused; expired and unknown ones
    are told, at their place.
    """
    monkeypatch.chdir(tmp_path)
    ignore = (
        "[{rule: SC001, reason: a}, {rule: hot-key, reason: b}, {rule: hot-keys, reason: c}, {rule: SC005, "
        "reason: d, until: 2026-01-01}]"
    )
    write(tmp_path, f"version: 1\npolicy:\n  ignore: {ignore}\n", ".shardcalc.yaml")
    rows = found(write(tmp_path, ORDERS))
    assert ids(rows, "suppressed") == ["SC001"]
    assert [
        (row["rule"], row["file"], row["line"])
        for row in rows
        if str(row["rule"]) in ("SC028", "SC029", "SC030")
    ] == [
        ("SC029", ".shardcalc.yaml", 3),
        ("SC028", ".shardcalc.yaml", 3),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\n", ".shardcalc.yaml:1:1  policy: missing"),
        (
            "version: 1\npolicy:\n  budgets: 1\n",
            ".shardcalc.yaml:3:3  policy.budgets: unknown field; did you mean budget?",
        ),
        (
            "version: 1\npolicy:\n  budget: 1\n  budget: 2\n",
            ".shardcalc.yaml:4:3  policy.budget: given twice; first at 3:3",
        ),
        ("[]", ".shardcalc.yaml:1:1  not a policy: write version: 1 and policy, in one document"),
        ("a: [", ".shardcalc.yaml:"),
        ("", ".shardcalc.yaml:1:1  not a policy"),
    ],
)
def test_a_policy_file_that_cannot_be_used_leaves_with_2(text, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text, ".shardcalc.yaml")
    ran = check(write(tmp_path, ORDERS))
    assert ran.code == 2
    assert message in ran.err


def test_a_policy_file_among_the_paths_is_only_read(tmp_path, monkeypatch):
    """As pre-commit gives it, when it changed."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, POLICY, ".shardcalc.yaml")
    assert check(".shardcalc.yaml").code == 0
    write(tmp_path, "version: 3\npolicy: {}\n", ".shardcalc.yaml")
    assert check(".shardcalc.yaml").code == 2
