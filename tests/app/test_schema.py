"""The published JSON Schema against the readers: both must say yes, or both no."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.app import schema
from shardcalc.app.schema import profile_schema
from shardcalc.core.workload.declared import STREAM_FIELDS
from shardcalc.sources.profiles.reading import ProfileErrors, load
from tests.fuzz import examples
from tests.places import PROFILES, ROOT
from tests.run_check import check, run


def test_the_schema_in_the_repository_is_the_one_that_is_printed():
    """Write it again with: shardcalc schema -o shardcalc.schema.json"""
    assert json.loads((ROOT / "shardcalc.schema.json").read_text(encoding="utf-8")) == schema.profile_schema()


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
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../shardcalc.schema.json"
    assert check(str(file)).code in (0, 1)


VALIDATOR = jsonschema.Draft202012Validator(profile_schema())


PROFILES = sorted((PROFILES).rglob("*.yaml"))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(profile_schema())


def test_the_command_prints_it():
    assert json.loads(run("schema").out) == profile_schema()


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.name)
def test_the_example_profiles_match(file):
    for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        VALIDATOR.validate(document)


@pytest.mark.parametrize(("name", "right"), [("Orders_2.eu-west-1", True), ("a b", False), ("", False)])
def test_the_schema_has_the_names_that_a_profile_takes(name, right):
    assert VALIDATOR.is_valid({"version": 1, "streams": {name: {"size": 1, "rps": 1}}}) == right


def test_every_field_of_the_table_is_described_and_has_a_form():
    fields = profile_schema()["$defs"]["StreamFields"]["properties"]
    assert list(fields) == [field.name for field in STREAM_FIELDS]
    for field in STREAM_FIELDS:
        assert field.help
        assert fields[field.name]["description"] == field.help


@pytest.mark.parametrize("field", STREAM_FIELDS, ids=lambda field: field.name)
def test_every_example_of_the_schema_is_read(field):
    for example in field.schema.get("examples", []):
        field.reader(example)


def accepted_by_readers(file: Path, stream: dict[str, object]) -> bool:
    file.write_text(json.dumps({"version": 1, "streams": {"s": {"size": 1, "rps": 1} | stream}}))
    try:
        load([str(file)])
    except ProfileErrors:
        return False
    return True


GOOD = {
    "size": ["1.5 KiB", "512 B", "1e3 B", 3],
    "rps": ["90k/min", "2.1M/h", 16.5, {"mean": 1, "peak": "3k"}],
    "consumers": [
        0,
        3,
        [{"type": "kcl", "poll_interval": "1s"}],
        [{"name": "x", "type": "lambda", "batch_size": 10, "batch_duration": "200 ms"}],
    ],
    "headroom": ["20%", 0.2, 0],
    "skew": [1.5, "2x"],
    "retention": ["7d", 48],
    "long_term_reads": ["5 TiB", "2TB", "2t", 3],
    "catch_up": [{"outage": "6h", "within": "2h"}, "outage=6h,within=2h"],
    "aggregation": [{"target_size": "25 KiB"}, "25 KiB", "target_size=25 KiB"],
    "mode": ["on-demand-advantage", "PROVISIONED"],
    "shards": [3],
    "enhanced_metrics": ["ALL", "IncomingBytes, OutgoingBytes", ["IncomingBytes", "ALL"], []],
    "growth": ["5%/month", "0.8/year", "12.5% / month"],
    "horizon": ["12 months", "1 month", "2 years"],
}


BAD = {
    "size": ["2 kilo", -1, 0, [1], {"a": 1}, "nan"],
    "rps": ["six", 0, {"mean": 1}, {"mean": 1, "peak": 2, "max": 3}],
    "consumers": [-1, [{"name": "x"}], [{"type": "lamda"}], [3], "many"],
    "headroom": [20, "half", -0.1],
    "skew": [0.5, "one"],
    "retention": ["7 moons", -1],
    "long_term_reads": ["5 TiBs", "2 PiB"],
    "aggregation": [{}, [1], {"size": 1}, "much"],
    "catch_up": [{"outage": "6h"}, {"outage": "6h", "within": "2h", "by": "1h"}, "6h"],
    "mode": ["serverless"],
    "shards": [0, 1.5, "x"],
    "enhanced_metrics": ["all", "IncomingBytes,", ["Bytes"], 7, ""],
    "growth": ["5%", "5%/week", 5, "much/month"],
    "horizon": ["12", 12, "1 week", "soon"],
    "colour": ["red"],
}


@given(st.data())
@examples(150)
def test_schema_and_readers_agree(tmp_path_factory, data):
    names = data.draw(st.sets(st.sampled_from(sorted(GOOD)), max_size=4))
    stream = {name: data.draw(st.sampled_from(GOOD[name])) for name in sorted(names)}
    wrong = data.draw(st.none() | st.sampled_from(sorted(BAD)))
    if wrong is not None:
        stream[wrong] = data.draw(st.sampled_from(BAD[wrong]))
    document = {"version": 1, "streams": {"s": {"size": 1, "rps": 1} | stream}}
    readable = accepted_by_readers(tmp_path_factory.getbasetemp() / "schema.yaml", stream)
    assert readable == VALIDATOR.is_valid(document) == (wrong is None)
