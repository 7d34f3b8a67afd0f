"""What changed since a saved plan."""

from __future__ import annotations

import json
from pathlib import Path

from tests.run_check import ORDERS, check, planned, write

BOTH = ORDERS + "  clicks: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}}\n"


def compared(tmp_path: Path, before: str, after: str, *arguments: str) -> dict[str, object]:
    file = planned(tmp_path, before, *arguments)
    return json.loads(check(write(tmp_path, after), "--against", file, "--format", "json").out)["comparison"]


def test_nothing_changed_is_said(tmp_path):
    made = compared(tmp_path, BOTH, BOTH)
    assert (made["changes"], made["unchanged"]) == ([], 2)
    assert (
        "none in 2 streams"
        in check(str(tmp_path / "orders.yaml"), "--against", str(tmp_path / "main-plan.json")).out
    )


def test_what_changed_is_shown_before_and_after(tmp_path):
    """9 MiB/s to 7 consumers is 63 MiB/s: 31.5, so 32 shards; 12 of them would be used to 262.5%."""
    made = compared(tmp_path, BOTH, BOTH.replace("rps: 6", "rps: 9").replace("clicks", "taps"))
    by = {(row["before"] is not None, row["after"] is not None): row for row in made["changes"]}
    assert by[True, True]["name"] == "orders"
    assert by[True, True]["before"] == {
        "shards": 21, "declared_shards": 12, "utilisation": 1.75, "cost_usd": "239.00", "cost_complete": True,
        "findings": ["under-provisioned", "getrecords-calls"],
    }  # fmt: skip
    assert (by[True, True]["after"]["shards"], by[True, True]["after"]["utilisation"]) == (32, 2.625)
    assert by[True, False]["name"] == "clicks"
    assert by[False, True]["name"] == "taps"
    assert made["total_shards"] == {"before": 22, "after": 33}


def test_new_and_gone_risk_is_named(tmp_path):
    made = compared(
        tmp_path,
        ORDERS,
        ORDERS.replace("consumers: 7", "consumers: 1").replace(
            "shards: 12", "shards: 12\n    hottest_key: 60%"
        ),
    )
    (change,) = made["changes"]
    assert change["gone_findings"] == ["under-provisioned", "getrecords-calls"]
    # No count of shards relieves the key, so fewer of them are not advised.
    assert change["new_findings"] == ["hot-key"]


def test_both_sides_are_billed_for_the_hours_of_the_saved_plan(tmp_path):
    made = compared(tmp_path, BOTH, BOTH, "--hours", "100")
    assert (made["hours"], made["changes"]) == (100, [])
