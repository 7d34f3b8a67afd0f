"""Golden files can fail: whatever changes in a page shows in what is kept of it."""

from __future__ import annotations

import json

import pytest

from tests import golden

ROWS = [
    {"name": "a", "shards": 1},
    {"name": "b", "shards": None},
    {"name": "c", "shards": 3},
    {"name": "d", "shards": 4, "parts": [{"size": 1}, {"size": 2}, {"size": None}]},
]


def text(rows):
    return json.dumps({"version": 1, "rows": rows}, indent=2, ensure_ascii=False) + "\n"


def test_a_sample_shows_each_field_and_kind_of_value_once():
    """c brings nothing that a has not; in d the second part is as the first."""
    a, b, d, rest = json.loads(golden.sample(text(ROWS)))["rows"]
    assert (a, b) == (ROWS[0], ROWS[1])
    assert (d["name"], d["parts"][:2]) == ("d", [{"size": 1}, {"size": None}])
    assert d["parts"][2].startswith("1 more, sha256 ")
    assert rest.startswith("1 more, sha256 ")


@pytest.mark.parametrize("row", range(4))
def test_a_change_in_any_row_changes_the_sample(row):
    changed = [{**one, "name": "changed"} if index == row else one for index, one in enumerate(ROWS)]
    assert golden.sample(text(changed)) != golden.sample(text(ROWS))


def test_a_row_more_or_less_changes_the_sample():
    assert len({golden.sample(text(rows)) for rows in (ROWS, ROWS[:-1], [*ROWS, ROWS[2]])}) == 3


def test_another_layout_is_no_sample():
    with pytest.raises(AssertionError, match="laid out"):
        golden.sample(json.dumps({"rows": ROWS}))


def test_no_golden_json_is_too_long_to_be_read():
    sizes = {file.name: file.stat().st_size for file in golden.GOLDEN.rglob("*.json")}
    assert {name: size for name, size in sizes.items() if size > 11_000} == {}
