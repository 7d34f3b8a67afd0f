"""CSV and YAML of every noun: the same values as its JSON, and nothing that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.report.kit import flat
from tests.command import HEADLINE, run
from tests.doors import held

NOUNS = {
    "plan": (("plan", "profiles"), "streams"),
    "plan-flags": (HEADLINE, "streams"),
    "carried": (("plan", "--size", "5", "--shards", "15"), None),
    "cost": (("cost", "profiles"), None),
    "check": (("check", "profiles", "--today", "2026-11-21"), "findings"),
    "suggest": (("suggest", "--from", "docs/examples/orders-history.json.gz"), None),
    "fleet": (("fleet", "--from", "docs/examples"), "streams"),
    "facts": (("facts", "--region", "eu-west-1"), None),
}


def said(*arguments):
    ran = held(run(*arguments))
    assert ran.code in (0, 1)
    return ran.out


def rows_of(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


@pytest.mark.parametrize("noun", NOUNS)
def test_yaml_says_what_json_says(noun):
    arguments, _ = NOUNS[noun]
    assert yaml.safe_load(said(*arguments, "--format", "yaml")) == json.loads(
        said(*arguments, "--format", "json")
    )


def test_the_calls_of_reshard_are_the_same_in_yaml():
    calls = ("reshard", "4", "30", "--stream", "orders")
    assert yaml.safe_load(said(*calls, "--format", "yaml")) == json.loads(said(*calls, "--format", "json"))


@pytest.mark.parametrize("noun", [noun for noun, (_, rows) in NOUNS.items() if rows])
def test_each_row_of_csv_has_the_values_of_its_object(noun):
    arguments, name = NOUNS[noun]
    objects = json.loads(said(*arguments, "--format", "json"), parse_float=str)[name]
    rows = rows_of(said(*arguments, "--format", "csv"))
    assert len(rows) == len(objects) > 0
    for row, one in zip(rows, objects, strict=True):
        for key, value in one.items():
            if value is None:
                assert row.get(key, "") == ""
            elif isinstance(value, bool):
                assert row[key] == str(value).lower()
            elif isinstance(value, (str, int)):
                assert row[key] == str(value)
            elif isinstance(value, dict):
                for inner, said_there in value.items():
                    if isinstance(said_there, (str, int)) and not isinstance(said_there, bool):
                        assert row[f"{key}_{inner}"] == str(said_there)


def test_the_money_of_csv_adds_up_to_that_of_json():
    plan = rows_of(said("plan", "profiles", "--format", "csv"))
    total = json.loads(said("plan", "profiles", "--format", "json"))["total"]
    assert sum(int(row["shards"]) for row in plan) == total["shards"]
    added = sum(Decimal(row["cost_total_usd"]) for row in plan)
    # Each is rounded to the cent, and so is the total.
    assert abs(added - Decimal(total["cost_usd"])) <= Decimal("0.005") * (len(plan) + 1)
    cost = json.loads(said("cost", "profiles", "--format", "json"))
    rows = rows_of(said("cost", "profiles", "--format", "csv"))
    for region in cost["regions"]:
        for mode in region["modes"][:2]:
            of = [row for row in rows if (row["region"], row["mode"]) == (region["region"], mode["mode"])]
            assert len(of) == len(region["streams"])
            added = sum(Decimal(row["total_usd"]) for row in of)
            assert abs(added - Decimal(mode["total_usd"])) <= Decimal("0.005") * (len(of) + 1)


def test_no_text_is_a_formula_or_a_command(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "version: 1\nstreams:\n"
        "  a: {size: 1, rps: 1, owner: '=1+1'}\n"
        "  b: {size: 1, rps: 1, owner: '@SUM(A1)'}\n"
        "  c: {size: 1, rps: 1, owner: '+cmd|x'}\n"
        "  d: {size: 1, rps: 1, owner: '-12.5'}\n"
        '  e: {size: 1, rps: 1, owner: "::error::x ##[group]"}\n'
        '  f: {size: 1, rps: 1, owner: "a\\u202eb\\nc,\\"d\\""}\n'
    )
    owners = [row["owner"] for row in rows_of(said("plan", str(tmp_path), "--format", "csv"))]
    assert owners[:4] == ["'=1+1", "'@SUM(A1)", "'+cmd|x", "-12.5"]
    assert owners[4:] == ["\\x3a:error::x \\x23#[group]", 'a\\u202eb\\nc,"d"']
    made = yaml.safe_load(said("plan", str(tmp_path), "--format", "yaml"))
    assert made == json.loads(said("plan", str(tmp_path), "--format", "json"))
    assert made["streams"][5]["owner"] == 'a\u202eb\nc,"d"'


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=3))
def test_any_json_is_the_same_in_yaml(document):
    text = flat.yaml(json.dumps(document))
    assert yaml.safe_load(text) == document
    assert all(c == "\n" or c.isprintable() for c in text)
    assert "##" not in text
