"""The forms of the fields are those of the published schema, which people review line by line."""

from __future__ import annotations

import json

import pytest

from shardcalc.core.lint.policy import SHARED_FIELDS, policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.text import BadValue
from shardcalc.core.workload.declared import STREAM_FIELDS, STREAM_READERS
from shardcalc.core.workload.forms import STREAM_NAME
from shardcalc.core.workload.reading import read_line, read_partition_key, schema_of
from tests.places import ROOT

PUBLISHED = json.loads((ROOT / "shardcalc.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("field", STREAM_FIELDS, ids=lambda field: field.name)
def test_a_field_of_a_stream_has_its_published_form(field):
    made = json.loads(json.dumps(schema_of(STREAM_FIELDS)))
    assert made["properties"][field.name] == PUBLISHED["$defs"]["StreamFields"]["properties"][field.name]


def test_the_fields_are_those_that_are_published():
    own = [field for field in policy_fields(NAMES) if field not in SHARED_FIELDS]
    for made, published in (
        (schema_of(STREAM_FIELDS), PUBLISHED["$defs"]["StreamFields"]),
        (schema_of(own), PUBLISHED["properties"]["policy"]),
    ):
        made = json.loads(json.dumps(made))
        assert made == {key: value for key, value in published.items() if key in made}
        assert list(made["properties"]) == list(published["properties"])
    assert PUBLISHED["properties"]["streams"]["propertyNames"] == STREAM_NAME


def test_texts_are_read_up_to_their_length():
    # AWS: 256 characters; a line of free text 10,000.
    assert read_partition_key("k" * 256) == "k" * 256
    assert read_partition_key(" ") == " "
    for key, length in (("k" * 257, "257"), ("", "0")):
        with pytest.raises(BadValue) as caught:
            read_partition_key(key)
        assert str(caught.value) == f"a partition key has 1 to 256 characters, not {length}"
    assert read_line("x" * 10_000) == "x" * 10_000
    with pytest.raises(BadValue, match="is too long: at most 10,000 characters"):
        read_line("x" * 10_001)


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("shards", 1, 1_000_000),
        ("current_shards", 1, 1_000_000),
        ("fan_out", 0, 10_000),
        ("consumers", 0, 10_000),
    ],
)
def test_counts_are_read_from_their_least_to_their_most(field, least, most):
    for count in (least, most):
        STREAM_READERS[field](str(count))
    for count in (least - 1, most + 1):
        with pytest.raises(BadValue):
            STREAM_READERS[field](str(count))


@pytest.mark.parametrize(
    ("field", "taken", "refused"),
    [
        ("headroom", ("0%", "10000%"), ("-1%", "10001%")),
        ("max_utilisation", ("0.1%", "100%"), ("0%", "100.1%")),
        ("hottest_key", ("0.1%", "100%"), ("0%", "100.1%")),
        ("long_term_reads", ("1 B", "1048576 TiB"), ("0", "1048577 TiB")),
        ("skew", ("1", "1.5x"), ("0.9", "-1")),
    ],
)
def test_shares_and_amounts_are_read_within_their_bounds(field, taken, refused):
    for text in taken:
        STREAM_READERS[field](text)
    for text in refused:
        with pytest.raises(ValueError, match=r".+"):
            STREAM_READERS[field](text)
