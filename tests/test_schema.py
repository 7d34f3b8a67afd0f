"""The published JSON Schema against the readers: both must say yes, or both no."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shardcalc.app.schema import profile_schema
from shardcalc.core.workload.declared import STREAM_FIELDS
from shardcalc.sources.profiles.reading import ProfileErrors, load
from tests.command import run

VALIDATOR = jsonschema.Draft202012Validator(profile_schema())
PROFILES = sorted((Path(__file__).parent.parent / "profiles").rglob("*.yaml"))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(profile_schema())


def test_the_command_prints_it():
    assert json.loads(run("schema").out) == profile_schema()


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.name)
def test_the_example_profiles_match(file):
    for document in yaml.safe_load_all(file.read_text()):
        VALIDATOR.validate(document)


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
    "catch_up": [{"outage": "6h", "within": "2h"}, "outage=6h,within=2h"],
    "aggregation": [{"target_size": "25 KiB"}, "25 KiB", "target_size=25 KiB"],
    "mode": ["on-demand-advantage", "PROVISIONED"],
    "shards": [3],
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
    "aggregation": [{}, [1], {"size": 1}, "much"],
    "catch_up": [{"outage": "6h"}, {"outage": "6h", "within": "2h", "by": "1h"}, "6h"],
    "mode": ["serverless"],
    "shards": [0, 1.5, "x"],
    "growth": ["5%", "5%/week", 5, "much/month"],
    "horizon": ["12", 12, "1 week", "soon"],
    "colour": ["red"],
}


@given(st.data())
@settings(max_examples=150)
def test_schema_and_readers_agree(tmp_path_factory, data):
    names = data.draw(st.sets(st.sampled_from(sorted(GOOD)), max_size=4))
    stream = {name: data.draw(st.sampled_from(GOOD[name])) for name in sorted(names)}
    wrong = data.draw(st.none() | st.sampled_from(sorted(BAD)))
    if wrong is not None:
        stream[wrong] = data.draw(st.sampled_from(BAD[wrong]))
    document = {"version": 1, "streams": {"s": {"size": 1, "rps": 1} | stream}}
    readable = accepted_by_readers(tmp_path_factory.getbasetemp() / "schema.yaml", stream)
    assert readable == VALIDATOR.is_valid(document) == (wrong is None)
