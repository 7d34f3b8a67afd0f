"""Files that are no baseline."""

from __future__ import annotations

import pytest

from tests.run_check import CLEAN, check, write


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: "),
        ("[]", "not the file that --write-baseline writes"),
        ("[" * 100_000, "not JSON: "),
        ('{"command": "check-baseline", "schema_version": 2}', "schema_version '2' is not known here"),
        ('{"command": "check-baseline", "schema_version": 1}', "findings: missing"),
        (
            '{"command": "check-baseline", "schema_version": 1, "findings": [{"rule": 1}]}',
            "findings[0].rule: '1' is not text",
        ),
        (
            '{"command": "check-baseline", "schema_version": 1, "findings": ['
            '{"rule": "a", "file": "b", "stream": "c", "count": -1}]}',
            "findings[0].count: ",
        ),
    ],
)
def test_a_file_that_is_no_baseline_leaves_with_2(text, message, tmp_path):
    file = write(tmp_path, text, "known.json")
    ran = check(write(tmp_path, CLEAN), "--baseline", file)
    assert ran.code == 2
    assert message in ran.err
