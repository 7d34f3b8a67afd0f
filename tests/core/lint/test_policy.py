"""Policies: they grade rules and turn them off."""

from __future__ import annotations

import pytest

from shardcalc.core.lint.policy import read_policy
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.text import BadValue
from tests.run_check import ORDERS, check, found, write


def test_a_policy_grades_rules_and_turns_them_off(tmp_path):
    text = ORDERS.replace(
        "streams:", "policy:\n  rules: {SC001: info, getrecords-calls: error, no-owner: off}\nstreams:"
    )
    rows = found(write(tmp_path, text))
    assert {row["rule"]: row["severity"] for row in rows} == {
        "SC001": "info",
        "SC003": "error",
        "SC024": "info",
        "SC047": "info",
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


def test_what_is_no_mapping_is_no_policy():
    with pytest.raises(BadValue, match=r"a mapping of .*budget"):
        read_policy("strict", NAMES)
