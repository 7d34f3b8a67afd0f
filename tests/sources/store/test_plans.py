"""Files that are no saved plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run_check import ORDERS, check, planned


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body.update(command="facts"), "not the output of shardcalc plan PATH --format json"),
        (lambda body: body.update(schema_version=7), "schema_version '7' is not known here"),
        (lambda body: body.update(hours="x"), "hours: 'x' is not a number"),
        (lambda body: body.update(hours=float("nan")), "hours: 'nan' is not a number"),
        (lambda body: body.update(hours=0), "hours: '0' is not above 0"),
        (lambda body: body.update(streams=None), "streams: null where a value is needed"),
        (
            lambda body: body["streams"][0].update(shards=True),
            "streams[0].shards: 'True' is not a whole number",
        ),
        (
            lambda body: body["streams"][0].update(shards=None),
            "streams[0].shards: null where a value is needed",
        ),
        (lambda body: body["streams"][0].update(name=None), "streams[0].name: null where a value is needed"),
        (lambda body: body["streams"][0]["cost"].update(total_usd="-1"), "streams[0].cost.total_usd: "),
        (
            lambda body: body["streams"][0].update(utilisation=None),
            "streams[0].utilisation: null where a value is needed",
        ),
    ],
)
def test_a_file_that_is_no_plan_leaves_with_2(change, message, tmp_path):
    file = Path(planned(tmp_path, ORDERS))
    body = json.loads(file.read_text(encoding="utf-8"))
    change(body)
    file.write_text(json.dumps(body))
    ran = check(str(tmp_path / "orders.yaml"), "--against", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
