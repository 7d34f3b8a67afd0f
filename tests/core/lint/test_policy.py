"""Policies: they grade rules and turn them off."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc.core.advice.decision import TERMS, Terms
from shardcalc.core.lint.policy import (
    MAX_PATTERNS,
    SHARED_FIELDS,
    Policy,
    layered,
    nearest_rule,
    policy_fields,
    policy_of,
    read_policy,
)
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.text import BadFields, BadValue
from shardcalc.core.units import USD, Duration
from shardcalc.core.workload.declared import NO_DOCUMENT, Document
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


# ── what is read, what counts ────────────────────────────────────────────────────────────────────


def policy(**fields: object) -> Policy:
    return layered([read_policy(fields, NAMES)])


def test_without_a_policy_the_usual_thresholds_count():
    """A quarter more, $20 a month, 30 and 7 days; a fact may be a year old."""
    made = policy()
    assert made == Policy()
    assert made.terms == Policy(budget=USD(1)).terms == TERMS
    assert Terms(Fraction(1, 4), USD(20), 30, 7) == TERMS
    assert (made.lead_time, made.runs_out_within) == (Duration.hours(720), Duration.hours(168))
    assert made.facts_older_than == Duration.hours(8760)


def test_a_policy_has_terms_of_its_own():
    made = policy(over_provisioned_above="50%", saving_above="5 USD", lead_time="45", runs_out_within="36h")
    # A bare number is days, and 36 h are one whole day.
    assert made.terms == Terms(Fraction(1, 2), USD(5), 45, 1)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("budget", "0", USD(0)),
        ("max_utilisation", "100%", 1),
        ("over_provisioned_above", "0%", 0),
        ("over_provisioned_above", "10000%", 100),
        ("saving_above", "0 USD", USD(0)),
        ("lead_time", "2", Duration.hours(48)),
        ("runs_out_within", "2", Duration.hours(48)),
        ("retention_most", "48", Duration.hours(48)),
        ("lambda_concurrency", "1", 1),
        ("lambda_concurrency", "1000000", 1_000_000),
        ("owner_tag", " team ", "team"),
        ("facts_older_than", "1d", Duration.hours(24)),
        ("rules", {"HOT-KEY": " Off ", "sc001": "INFO"}, {"SC004": None, "SC001": "info"}),
        ("rules", {"hot-key": "false"}, {"SC004": None}),
    ],
)
def test_a_field_of_a_policy_is_read_up_to_its_limits(field, text, value):
    assert getattr(policy(**{field: text}), field) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("budget", "-1"),
        ("max_utilisation", "0%"),
        ("max_utilisation", "101%"),
        ("over_provisioned_above", "-1%"),
        ("over_provisioned_above", "10001%"),
        ("lead_time", "0"),
        ("lambda_concurrency", "0"),
        ("lambda_concurrency", "1000001"),
        ("facts_older_than", "1"),
        ("ignore", "hot-key"),
    ],
)
def test_a_field_of_a_policy_beyond_its_limits_is_refused(field, text):
    with pytest.raises(BadFields) as error:
        policy(**{field: text})
    assert [name for name, _ in error.value.problems] == [field]


def test_a_policy_that_is_nearer_goes_before_and_suppressions_add_up():
    near, far = (
        read_policy(fields, NAMES)
        for fields in (
            {
                "budget": "1",
                "rules": {"hot-key": "off"},
                "ignore": [{"rule": "no-owner", "reason": "near"}],
            },
            {
                "budget": "2",
                "lambda_concurrency": "3",
                "rules": {"hot-key": "error", "no-owner": "info"},
                "ignore": [{"rule": "no-owner", "reason": "far"}],
            },
        )
    )
    made = layered([near, far])
    assert (made.budget, made.lambda_concurrency) == (USD(1), 3)
    assert made.rules == {"SC004": None, "SC023": "info"}
    assert [each.reason for each in made.ignore] == ["near", "far"]


def test_all_grades_that_are_wrong_are_told_at_once():
    with pytest.raises(BadFields) as error:
        policy(rules={"hot-keyz": "off", "hot-key": "fatal", "no-owner": 3})
    assert [name for name, _ in error.value.problems] == ["rules.hot-keyz", "rules.hot-key", "rules.no-owner"]


def test_the_schema_of_grades_has_every_rule_by_name_and_id():
    [rules] = [each for each in policy_fields(NAMES) if each.name == "rules"]
    names = rules.schema["propertyNames"]["enum"]
    assert names[:4] == ["under-provisioned", "SC001", "over-provisioned", "SC002"]
    assert len(names) == len(set(names)) == 2 * len(set(NAMES.values()))
    grades = rules.schema["additionalProperties"]["enum"]
    assert (set(grades), len(grades)) == ({"error", "warning", "info", "off", False}, 5)


# ── folders ──────────────────────────────────────────────────────────────────────────────────────


def problems(**fields: object) -> list[tuple[str, str]]:
    with pytest.raises(BadFields) as error:
        policy(**fields)
    return list(error.value.problems)


def test_folders_are_left_out_by_one_pattern_or_several():
    assert policy().exclude == ()
    assert policy(exclude=" drafts/ ").exclude == ("drafts/",)
    assert policy(exclude=["drafts/", "!drafts/a.yaml"]).exclude == ("drafts/", "!drafts/a.yaml")
    assert policy(exclude=("a", "b")).exclude == ("a", "b")


def test_patterns_have_32_kib_together():
    assert MAX_PATTERNS == 32_768
    # 4 x 8,192 characters
    parts = ["x" * 8192] * 4
    assert policy(exclude=parts).exclude == tuple(parts)
    assert problems(exclude=[*parts, "y"]) == [("exclude", "patterns of more than 32 KiB")]
    assert problems(exclude=["x"] * 1001) == [("exclude", "1,001 entries; at most 1,000")]
    named = {"x" * 32_767: {}, "y": {}}
    assert policy(folders=named).folders == named
    assert problems(folders=named | {"z": {}}) == [("folders", "patterns of more than 32 KiB")]


def test_a_folder_has_an_environment_and_an_account():
    made = policy(
        folders={
            "prod/": {"environment": " prod ", "account": 123456789012},
            "test/": {"environment": "test"},
            "none/": {},
        }
    )
    assert made.folders == {
        "prod/": {"environment": "prod", "account": "123456789012"},
        "test/": {"environment": "test"},
        "none/": {},
    }
    assert policy().folders == {}


@pytest.mark.parametrize(
    ("folders", "told"),
    [
        ("prod/", [("folders", "write a mapping of folders to environment and account")]),
        (["prod/"], [("folders", "write a mapping of folders to environment and account")]),
        (
            {"!prod/": {}, "test/": "test"},
            [
                ("folders.!prod/", "write a folder, and a mapping of environment and account"),
                ("folders.test/", "write a folder, and a mapping of environment and account"),
            ],
        ),
        (
            {"a/": {"account": "1", "environment": "-"}, "b/": {"region": "eu-west-1"}},
            [
                ("folders.a/.account", "'1' is no account; write its 12 digits, with zeros in front"),
                (
                    "folders.a/.environment",
                    "'-' is not an environment: up to 64 letters, digits, and any of _ . -",
                ),
                ("folders.b/.region", "unknown field; known: environment, account"),
            ],
        ),
        ({str(number): {} for number in range(1001)}, [("folders", "1,001 entries; at most 1,000")]),
    ],
)
def test_what_is_no_folder_is_told(folders, told):
    assert problems(folders=folders) == told


def test_a_policy_ends_with_what_only_a_shared_one_has():
    assert [field.name for field in SHARED_FIELDS] == ["exclude", "folders", "prices", "discount"]
    assert policy_fields(NAMES)[-4:] == SHARED_FIELDS


def test_a_rule_that_is_not_known_is_told_by_its_nearest_name_and_never_a_number():
    names = {"hot-key": "SC004", "sc004": "SC004", "no-owner": "SC023", "sc023": "SC023"}
    assert nearest_rule("hot-keys", names) == "; did you mean hot-key?"
    assert nearest_rule("Hot_Key", names) == "; did you mean hot-key?"
    # Of SC005 the nearest would be another number.
    assert nearest_rule("SC005", names) == "; known: hot-key, no-owner"
    assert nearest_rule("SC999", NAMES) == ""


def test_the_policy_of_a_document_goes_before_the_shared_one():
    shared = Document(".shardcalc.yaml", {"budget": USD(2), "owner_tag": "team"}, lambda path: None)
    made = policy_of(Document("a.yaml", {"budget": USD(1)}, lambda path: None, shared))
    assert (made.budget, made.owner_tag) == (USD(1), "team")
    assert policy_of(NO_DOCUMENT) == Policy()
    assert policy_of(NO_DOCUMENT).terms is TERMS


def test_the_first_layer_wins_also_where_it_says_nothing():
    """A field that is given as nothing is given; exclude and folders do not add up."""
    made = layered([{"exclude": (), "folders": {}}, {"exclude": ("a",), "folders": {"b/": {}}}])
    assert (made.exclude, made.folders) == ((), {})


# ── prices and discount ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "read"),
    [("a.toml", ("a.toml",)), (["a.toml", " ../b "], ("a.toml", "../b")), ([], ()), (("é b",), ("é b",))],
)
def test_paths_of_price_sheets(written, read):
    assert read_policy({"prices": written}, NAMES) == {"prices": read}


@pytest.mark.parametrize(
    "written",
    ["", " ", "/a.toml", "\\a.toml", "C:a.toml", "c:\\a.toml", "a\0", "a\nb", "\udcff", {}, [[]], None,
     ["a.toml", "/b.toml"], ["a"] * 1001],
)  # fmt: skip
def test_what_is_no_path_seen_from_the_policy_is_refused(written):
    with pytest.raises(BadFields):
        read_policy({"prices": written}, NAMES)


@pytest.mark.parametrize(
    ("written", "share"), [("12%", Fraction(3, 25)), ("0", 0), ("0%", 0), (0.5, Fraction(1, 2))]
)
def test_a_discount(written, share):
    assert read_policy({"discount": written}, NAMES) == {"discount": share}


@pytest.mark.parametrize("written", ["100%", "1", "101%", "-1%", "x", None, []])
def test_what_is_no_discount_is_refused(written):
    with pytest.raises(BadFields):
        read_policy({"discount": written}, NAMES)
