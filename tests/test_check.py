"""check: suppressions in every state, policies and where they are found, baselines, comparisons, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from shardcalc.app import schema
from tests.run_check import check, run

# Needed: 21 shards, by hand: 6 MiB/s to 7 consumers is 42 MiB/s, a shard gives 2. So SC001 at 12; 7 consumers poll 7 times
# where 5 are allowed, SC003; nobody owns it, SC023; one rate, SC024.
ORDERS = """\
version: 1
streams:
  orders:
    size: 1 MiB
    rps: 6
    consumers: 7
    shards: 12
"""


def write(folder: Path, text: str, name: str = "orders.yaml") -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)


def found(*arguments: str) -> list[dict[str, object]]:
    ran = check(*arguments, "--format", "json")
    assert ran.err == ""
    return json.loads(ran.out)["findings"]


def ids(rows: list[dict[str, object]], state: str = "active") -> list[str]:
    return sorted(str(row["rule"]) for row in rows if row["state"] == state)


# ── exit codes and levels ────────────────────────────────────────────────────────────────────────


def test_the_first_example_is_found_out(tmp_path):
    assert ids(found(write(tmp_path, ORDERS))) == ["SC001", "SC003", "SC023", "SC024"]


WARNED = ORDERS.replace("shards: 12", "shards: 21")
INFORMED = "version: 1\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: 10}\n"
CLEAN = "version: 1\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}}\n"


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
        (("{file}", "--output", "nowhere/out.txt"), "nowhere/out.txt: not written"),
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
    assert json.loads((tmp_path / "out.json").read_text())["failed"] is True


# ── suppressions ─────────────────────────────────────────────────────────────────────────────────


def suppressed(tmp_path: Path, ignore: str) -> list[dict[str, object]]:
    return found(write(tmp_path, ORDERS + f"    ignore: [{ignore}]\n"))


def test_a_used_suppression_hides_its_finding_and_keeps_the_reason(tmp_path):
    rows = suppressed(tmp_path, "{rule: under-provisioned, reason: drained tonight}")
    assert ids(rows) == ["SC003", "SC023", "SC024"]
    (hidden,) = (row for row in rows if row["state"] == "suppressed")
    assert (hidden["rule"], hidden["reason"]) == ("SC001", "drained tonight")
    assert check(str(tmp_path / "orders.yaml")).code == 0


@pytest.mark.parametrize(
    ("until", "hides"), [("2026-12-02", True), ("2026-12-01", True), ("2026-11-30", False)]
)
def test_a_suppression_holds_through_its_last_day(until, hides, tmp_path):
    """Today is 2026-12-01 in these tests."""
    rows = suppressed(tmp_path, f"{{rule: SC001, reason: drained, until: {until}}}")
    assert ("SC001" in ids(rows)) is not hides
    assert ("SC028" in ids(rows)) is not hides
    if not hides:
        (expired,) = (row for row in rows if row["rule"] == "SC028")
        assert (expired["line"], expired["column"]) == (8, 52)
        assert "ended on 2026-11-30, and today is 2026-12-01" in str(expired["message"])


def test_an_unused_suppression_is_found(tmp_path):
    rows = suppressed(tmp_path, "{rule: hot-key, reason: old}")
    (unused,) = (row for row in rows if row["rule"] == "SC030")
    assert unused["message"] == "hot-key (SC004) finds nothing here to suppress"
    assert (unused["line"], unused["column"], unused["field"]) == (8, 21, "streams.orders.ignore.0.rule")


def test_an_unknown_suppression_is_found_with_the_nearest_rule(tmp_path):
    rows = suppressed(tmp_path, "{rule: under-provision, reason: old}")
    assert "SC001" in ids(rows)
    (unknown,) = (row for row in rows if row["rule"] == "SC029")
    assert (
        unknown["message"]
        == "'under-provision' is no rule, so nothing is suppressed; did you mean under-provisioned?"
    )


@pytest.mark.parametrize(
    ("ignore", "message"),
    [
        ("{rule: hot-key}", "8:14  streams.orders.ignore.0.reason: missing"),
        (
            "{rule: hot-key, reason: ''}",
            "8:38  streams.orders.ignore.0.reason: empty; say why the finding is accepted",
        ),
        ("{reason: old}", "streams.orders.ignore.0.rule: missing"),
        (
            "{rule: hot-key, reason: old, until: soon}",
            "8:50  streams.orders.ignore.0.until: 'soon' is not a day",
        ),
        (
            "{rule: hot-key, reason: old, til: 2027-01-01}",
            "8:43  streams.orders.ignore.0.til: unknown field; did you mean until?",
        ),
    ],
)
def test_a_suppression_without_rule_or_reason_is_refused(ignore, message, tmp_path):
    ran = check(write(tmp_path, ORDERS + f"    ignore: [{ignore}]\n"))
    assert ran.code == 2
    assert message in ran.err


def test_suppressions_of_stream_defaults_and_policy_add_up(tmp_path):
    text = ORDERS.replace(
        "streams:",
        "policy:\n  ignore: [{rule: SC003, reason: of the policy}]\ndefaults:\n  ignore: [{rule: SC023, reason: of the defaults}]\nstreams:",
    )
    rows = found(write(tmp_path, text + "    ignore: [{rule: SC001, reason: of the stream}]\n"))
    assert {row["rule"]: row["reason"] for row in rows if row["state"] == "suppressed"} == {
        "SC001": "of the stream", "SC003": "of the policy", "SC023": "of the defaults",
    }  # fmt: skip


def test_a_shared_suppression_is_used_when_one_stream_uses_it(tmp_path):
    text = (
        ORDERS.replace("streams:", "defaults:\n  ignore: [{rule: SC001, reason: known}]\nstreams:")
        + "  clean: {size: 1, rps: 1}\n"
    )
    rows = found(write(tmp_path, text))
    assert "SC030" not in ids(rows)
    rows = found(write(tmp_path, text.replace("shards: 12", "shards: 21")))
    assert [(row["rule"], row["line"]) for row in rows if row["rule"] == "SC030"] == [("SC030", 3)]


# ── expectations, budgets, thresholds ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("expect", "fields"),
    [
        # 21 shards x 730 h x 0.015 USD = 229.95; 6 x 3600 x 730 records of 41 units of 25 KiB (1024 / 25 = 40.96) x 0.014 / 10^6 = 9.05
        ("{shards: 21, binding: read-bytes, monthly_cost_below: 239.01 USD}", []),
        ("{shards: 21, binding: read-bytes, monthly_cost_below: 238.99 USD}", ["monthly_cost_below"]),
        ("{shards: 20}", ["shards"]),
        (
            "{shards: 22, binding: write-bytes, monthly_cost_below: 0}",
            ["binding", "monthly_cost_below", "shards"],
        ),
    ],
)
def test_a_profile_tests_itself(expect, fields, tmp_path):
    rows = found(write(tmp_path, WARNED + f"    expect: {expect}\n"))
    assert sorted(str(row["field"]).rpartition(".")[2] for row in rows if row["rule"] == "SC027") == fields


@pytest.mark.parametrize(("field", "money", "found_out"), [
    ("budget: %s", "11.31792", False), ("budget: %s", "11.31791", True),
    ("expect: {monthly_cost_below: %s}", "11.31793", False), ("expect: {monthly_cost_below: %s}", "11.31792", True),
])  # fmt: skip
def test_a_budget_may_be_used_up_and_an_expected_cost_not_be_reached(field, money, found_out, tmp_path):
    """730 h x 0.015 USD = 10.95, and 10 x 3600 x 730 = 26,280,000 units x 0.014 / 10^6 = 0.36792."""
    rows = found(
        write(
            tmp_path,
            f"version: 1\nstreams:\n  a: {{owner: a, size: 1 KiB, rps: 10, shards: 1, {field % money}}}\n",
        )
    )
    assert bool({"SC015", "SC027"} & set(ids(rows))) is found_out


def test_a_budget_with_unknown_prices_is_a_warning_and_never_cleared(tmp_path):
    rows = found(
        write(tmp_path, INFORMED.replace("owner: a", "owner: a, region: eu-west-3, budget: 1000 USD"))
    )
    (budget,) = (row for row in rows if row["rule"] == "SC015")
    assert budget["severity"] == "warning"
    assert "cannot be held against" in str(budget["message"])


def test_the_threshold_of_over_provisioning_counts_shards_and_money(tmp_path):
    """16 shards where 1 is needed; each shard is 730 h x 0.015 USD = 10.95 a month."""
    text = "version: 1\npolicy: {%s}\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}, shards: %d}\n"

    def hits(policy: str, shards: int) -> bool:
        return "SC002" in ids(found(write(tmp_path, text % (policy, shards))))

    assert hits("", 3)  # 21.90 above 20
    assert not hits("", 2)  # 10.95
    assert hits("saving_above: 10.95", 2)
    assert not hits("saving_above: 10.96", 2)
    assert not hits("over_provisioned_above: 200%, saving_above: 0", 3)  # 3 is not above 1 + 200%
    assert hits("over_provisioned_above: 199%, saving_above: 0", 3)


@pytest.mark.parametrize(
    ("current", "target", "reachable"),
    [
        (2, 16, False),
        (8, 16, True),
        (8, 17, False),
        (16, 8, True),
        (16, 7, False),
        (3, 2, True),
        (3, 1, False),
        (5, 5, True),
    ],
)
def test_one_deployment_doubles_or_halves(current, target, reachable, tmp_path):
    text = f"version: 1\nstreams:\n  orders: {{size: 1 KiB, rps: 10, current_shards: {current}, shards: {target}}}\n"
    assert ("SC017" not in ids(found(write(tmp_path, text)))) is reachable


def test_the_way_to_the_target_is_told(tmp_path):
    rows = found(
        write(
            tmp_path,
            "version: 1\nstreams:\n  orders: {size: 1 KiB, rps: 10, current_shards: 2, shards: 16}\n",
        )
    )
    assert (
        next(row["remedy"] for row in rows if row["rule"] == "SC017")
        == "deploy 3 times, 4, then 8, then 16; shardcalc reshard 2 16 shows the way"
    )


# ── policies ─────────────────────────────────────────────────────────────────────────────────────


def test_a_policy_grades_rules_and_turns_them_off(tmp_path):
    text = ORDERS.replace(
        "streams:", "policy:\n  rules: {SC001: info, getrecords-calls: error, no-owner: off}\nstreams:"
    )
    rows = found(write(tmp_path, text))
    assert {row["rule"]: row["severity"] for row in rows} == {
        "SC001": "info",
        "SC003": "error",
        "SC024": "info",
    }


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("{SC999: off}", "3:11  policy.rules.SC999: unknown rule"),
        ("{hot-keys: off}", "3:11  policy.rules.hot-keys: unknown rule; did you mean hot-key?"),
        (
            "{hot-key: fatal}",
            "3:20  policy.rules.hot-key: 'fatal' is not a grade; write one of error, warning, info, off",
        ),
        (
            "{hot-key: off, SC004: off}",
            "policy.rules.SC004: SC004 and hot-key are the same rule; give it once",
        ),
        ("off", "3:10  policy.rules: write a mapping of rules to error, warning, info or off"),
    ],
)
def test_a_policy_that_names_no_rule_is_refused(rules, message, tmp_path):
    ran = check(write(tmp_path, ORDERS.replace("streams:", f"policy:\n  rules: {rules}\nstreams:")))
    assert ran.code == 2
    assert message in ran.err


POLICY = "version: 1\npolicy: {rules: {no-owner: off, peak-missing: off, getrecords-calls: off}}\n"


def test_the_nearest_policy_file_counts_as_far_as_the_repository(tmp_path, monkeypatch):
    file = write(tmp_path / "repo" / "team" / "profiles", ORDERS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repo" / ".git").mkdir()
    write(tmp_path, POLICY, ".shardcalc.yaml")  # above the root: not looked at
    assert ids(found(file)) == ["SC001", "SC003", "SC023", "SC024"]
    write(tmp_path / "repo", POLICY, ".shardcalc.yaml")
    assert ids(found(file)) == ["SC001"]
    write(tmp_path / "repo" / "team", POLICY.replace(", getrecords-calls: off", ""), ".shardcalc.yaml")
    assert ids(found(file)) == ["SC001", "SC003"]  # the nearest one alone


def test_without_a_repository_the_search_ends_where_check_is_run(tmp_path, monkeypatch):
    file = write(tmp_path / "work" / "profiles", ORDERS)
    write(tmp_path, POLICY, ".shardcalc.yaml")
    monkeypatch.chdir(tmp_path / "work")
    assert len(ids(found(file))) == 4
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
            ORDERS.replace("streams:", "policy: {budget: 1000 USD, rules: {SC023: error}}\nstreams:"),
        )
    )
    assert ids(rows) == ["SC001", "SC003", "SC016", "SC023"]


def test_suppressions_of_a_policy_file_work_and_may_be_unused(tmp_path, monkeypatch):
    """One run may see only some of the files, so nobody can say that one is unused; expired and unknown ones are told, at their place."""
    monkeypatch.chdir(tmp_path)
    ignore = "[{rule: SC001, reason: a}, {rule: hot-key, reason: b}, {rule: hot-keys, reason: c}, {rule: SC005, reason: d, until: 2026-01-01}]"
    write(tmp_path, f"version: 1\npolicy:\n  ignore: {ignore}\n", ".shardcalc.yaml")
    rows = found(write(tmp_path, ORDERS))
    assert ids(rows, "suppressed") == ["SC001"]
    assert [(row["rule"], row["file"], row["line"]) for row in rows if str(row["rule"]) > "SC027"] == [
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
            ".shardcalc.yaml:4:3  policy.budget: stands twice; first at 3:3",
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


# ── baselines ────────────────────────────────────────────────────────────────────────────────────


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
    assert ids(rows, "baseline") == ["SC001", "SC003", "SC023", "SC024"]
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
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    assert check("profiles", "--baseline", "known.json", "--fail-on", "info").code == 0


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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: "),
        ("[]", "not the file that --write-baseline writes"),
        ("[" * 100_000, "not JSON: "),
        ('{"command": "check-baseline", "schema_version": 2}', "schema_version '2' is not known here"),
        ('{"command": "check-baseline", "schema_version": 1}', "findings: not a list of objects"),
        (
            '{"command": "check-baseline", "schema_version": 1, "findings": [{"rule": 1}]}',
            "findings[0].rule: '1' is not text",
        ),
        (
            '{"command": "check-baseline", "schema_version": 1, "findings": [{"rule": "a", "file": "b", "stream": "c", "count": -1}]}',
            "findings[0].count: ",
        ),
    ],
)
def test_a_file_that_is_no_baseline_leaves_with_2(text, message, tmp_path):
    file = write(tmp_path, text, "known.json")
    ran = check(write(tmp_path, CLEAN), "--baseline", file)
    assert ran.code == 2
    assert message in ran.err


# ── against a plan ───────────────────────────────────────────────────────────────────────────────


def planned(tmp_path: Path, text: str, *arguments: str) -> str:
    """A plan as the main branch's CI job saves it."""
    ran = run("plan", write(tmp_path, text), "--format", "json", *arguments)
    assert ran.code == 0
    return write(tmp_path, ran.out, "main-plan.json")


BOTH = ORDERS + "  clicks: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}}\n"


def compared(tmp_path: Path, before: str, after: str, *arguments: str) -> dict[str, object]:
    file = planned(tmp_path, before, *arguments)
    return json.loads(check(write(tmp_path, after), "--against", file, "--format", "json").out)["comparison"]


def test_nothing_changed_is_said(tmp_path):
    made = compared(tmp_path, BOTH, BOTH)
    assert (made["changes"], made["unchanged"]) == ([], 2)
    assert (
        "none in 2 streams"
        in check(str(tmp_path / "orders.yaml"), "--against", str(tmp_path / "main-plan.json")).out
    )


def test_what_changed_is_shown_before_and_after(tmp_path):
    """9 MiB/s to 7 consumers is 63 MiB/s: 31.5, so 32 shards; 12 of them would be used to 262.5%."""
    made = compared(tmp_path, BOTH, BOTH.replace("rps: 6", "rps: 9").replace("clicks", "taps"))
    by = {(row["before"] is not None, row["after"] is not None): row for row in made["changes"]}
    assert by[True, True]["name"] == "orders"
    assert by[True, True]["before"] == {
        "shards": 21, "declared_shards": 12, "utilisation": 1.75, "cost_usd": "239.00", "cost_complete": True,
        "findings": ["under-provisioned", "getrecords-calls"],
    }  # fmt: skip
    assert (by[True, True]["after"]["shards"], by[True, True]["after"]["utilisation"]) == (32, 2.625)
    assert by[True, False]["name"] == "clicks"
    assert by[False, True]["name"] == "taps"
    assert made["total_shards"] == {"before": 22, "after": 33}


def test_new_and_gone_risk_is_named(tmp_path):
    made = compared(
        tmp_path,
        ORDERS,
        ORDERS.replace("consumers: 7", "consumers: 1").replace(
            "shards: 12", "shards: 12\n    hottest_key: 60%"
        ),
    )
    (change,) = made["changes"]
    assert change["gone_findings"] == ["under-provisioned", "getrecords-calls"]
    assert change["new_findings"] == ["over-provisioned", "hot-key"]


def test_both_sides_are_billed_for_the_hours_of_the_saved_plan(tmp_path):
    made = compared(tmp_path, BOTH, BOTH, "--hours", "100")
    assert (made["hours"], made["changes"]) == (100, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body.update(command="facts"), "not the output of shardcalc plan PATH --format json"),
        (lambda body: body.update(schema_version=7), "schema_version '7' is not known here"),
        (lambda body: body.update(hours="x"), "hours: 'x' is not a number"),
        (lambda body: body.update(hours=float("nan")), "hours: 'nan' is not a number"),
        (lambda body: body.update(hours=0), "hours: '0' is not above zero"),
        (lambda body: body.update(streams=None), "streams: not a list of objects"),
        (
            lambda body: body["streams"][0].update(shards=True),
            "streams[0].shards: 'True' is not a whole number",
        ),
        (lambda body: body["streams"][0].update(shards=None), "streams[0]: shards or cost is missing"),
        (lambda body: body["streams"][0].update(name=None), "streams[0].name: 'None' is not text"),
        (lambda body: body["streams"][0]["cost"].update(total_usd="-1"), "streams[0].cost.total_usd: "),
        (
            lambda body: body["streams"][0].update(utilisation=None),
            "streams[0].utilisation: 'None' is not a number",
        ),
    ],
)
def test_a_file_that_is_no_plan_leaves_with_2(change, message, tmp_path):
    file = Path(planned(tmp_path, ORDERS))
    body = json.loads(file.read_text())
    change(body)
    file.write_text(json.dumps(body))
    ran = check(str(tmp_path / "orders.yaml"), "--against", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


# ── many files ───────────────────────────────────────────────────────────────────────────────────


def test_a_stream_that_stands_twice_is_told_across_files(tmp_path):
    write(tmp_path, CLEAN, "a.yaml")
    write(tmp_path, CLEAN, "b.yaml")
    ran = check(str(tmp_path))
    assert ran.code == 2
    assert (
        f"{tmp_path}/b.yaml:3:3  streams.orders: the stream stands twice; first in {tmp_path}/a.yaml:3:3"
        in ran.err
    )


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="needs a system that binds a process to a processor"
)
@pytest.mark.parametrize("broken", [False, True])
def test_all_processors_say_what_one_says(broken, tmp_path):
    """Files in the hundreds are shared out; every part's findings and problems come back, in order."""
    for number in range(240):
        text = ORDERS.replace("orders", f"orders-{number}") + (
            "    size: 1\n" if broken and number % 100 == 7 else ""
        )
        write(tmp_path, text, f"f{number:03}.yaml")
    code = f"import sys; sys.argv = ['shardcalc', 'check', {str(tmp_path)!r}, '--format', 'json']; from shardcalc.cli import main; main()"
    one = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); {code}"
    spread, alone = (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        for script in (code, one)
    )
    assert (spread.returncode, spread.stdout, spread.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert spread.returncode == (2 if broken else 1)
    assert len(json.loads(spread.stdout)["findings"]) == (3 if broken else 4 * 240)


# ── schemas, start-up ────────────────────────────────────────────────────────────────────────────

ROOT = Path(__file__).parent.parent


def test_the_schema_in_the_repository_is_the_one_that_is_printed():
    """Write it again with: shardcalc schema -o shardcalc.schema.json"""
    assert json.loads((ROOT / "shardcalc.schema.json").read_text()) == schema.profile_schema()


def test_the_schemas_take_what_check_takes_and_refuse_what_it_refuses():
    taken = {
        "version": 1,
        "policy": {
            "budget": "400 USD",
            "rules": {"SC001": "off", "hot-key": "info"},
            "ignore": [{"rule": "x", "reason": "y", "until": "2027-01-15"}],
        },
        "streams": {
            "a": {
                "size": 1,
                "rps": 1,
                "budget": 5,
                "max_utilisation": "80%",
                "current_shards": 2,
                "expect": {"shards": 1},
            }
        },
    }
    validator = jsonschema.Draft202012Validator(schema.profile_schema())
    validator.validate(taken)
    policies = jsonschema.Draft202012Validator(schema.policy_schema())
    policies.validate({"version": 1, "policy": taken["policy"]})
    assert not validator.is_valid({**taken, "policy": {"rules": {"SC999": "off"}}})
    assert not validator.is_valid({**taken, "policy": {"ignore": [{"rule": "x"}]}})
    assert not policies.is_valid({"version": 1})
    ran = run("schema", "--policy")
    assert json.loads(ran.out) == schema.policy_schema()


@pytest.mark.parametrize("file", sorted((ROOT / "profiles").glob("*.yaml")), ids=lambda file: file.name)
def test_example_profiles_name_the_schema_and_can_be_checked(file):
    first = file.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../shardcalc.schema.json"
    assert check(str(file)).code in (0, 1)


def test_check_imports_no_boto3(tmp_path):
    file = write(tmp_path, ORDERS)
    lines = [
        f"import sys; sys.argv = ['shardcalc', 'check', {file!r}]",
        "from shardcalc.cli import errors, run",
        "assert errors.guard(lambda: run(sys.argv[1:])) == 1",
        "assert not {'boto3', 'botocore'} & sys.modules.keys()",
    ]
    code = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
