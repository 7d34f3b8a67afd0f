"""Suppressions in every state: used, expired, unused, unknown, shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run_check import ORDERS, check, found, ids, write


def suppressed(tmp_path: Path, ignore: str) -> list[dict[str, object]]:
    return found(write(tmp_path, ORDERS + f"    ignore: [{ignore}]\n"))


def test_a_used_suppression_hides_its_finding_and_keeps_the_reason(tmp_path):
    rows = suppressed(tmp_path, "{rule: under-provisioned, reason: drained tonight}")
    assert ids(rows) == ["SC003", "SC023", "SC024", "SC047"]
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
        "policy:\n  ignore: [{rule: SC003, reason: of the policy}]\ndefaults:\n  ignore: [{rule: SC023, "
        "reason: of the defaults}]\nstreams:",
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
