"""What changed since a saved plan."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from shardcalc.core.lint.plan_diff import StreamChange, StreamSummary, compare
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import Identity
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


# ── which streams are the same ───────────────────────────────────────────────────────────────────

ORDER = StreamSummary(
    identity=Identity("000000000001", "prod", "eu-west-1", "orders"),
    shards=2,
    declared=None,
    cost=USD(3),
    complete=True,
    planned_utilisation=Fraction(1, 2),
    findings=("hot-key",),
)


@pytest.mark.parametrize("field", ["account", "environment", "region", "name"])
def test_a_stream_of_another_account_environment_region_or_name_is_another(field):
    other = replace(ORDER, identity=ORDER.identity._replace(**{field: "other"}), shards=5, cost=USD(7))
    made = compare([ORDER], [other], against="main", hours=Fraction(730))
    # What is new comes first.
    assert made.changes == (StreamChange(None, other), StreamChange(ORDER, None))
    assert [change.stream for change in made.changes] == [other, ORDER]
    assert (made.unchanged, made.shards, made.cost) == (0, (2, 5), (USD(3), USD(7)))
    both = compare([ORDER, other], [other, ORDER], against="main", hours=Fraction(730))
    assert (both.changes, both.unchanged, both.shards) == ((), 2, (7, 7))
    assert (both.against, both.hours, both.cost) == ("main", 730, (USD(10), USD(10)))


@pytest.mark.parametrize(
    "field",
    [
        {"shards": 3},
        {"declared": 2},
        {"cost": USD(4)},
        {"complete": False},
        {"planned_utilisation": Fraction(1, 3)},
        {"findings": ()},
    ],
)
def test_a_stream_changed_where_a_plan_says_otherwise(field):
    after = replace(ORDER, **field)
    made = compare([ORDER], [after], against="main", hours=Fraction(1))
    assert made.changes == (StreamChange(ORDER, after),)
    assert made.changes[0].stream is after
    assert made.complete == (True, "complete" not in field)
    # As a saved plan has it, a third is the nearest double of it.
    near = replace(after, planned_utilisation=Fraction(float(after.planned_utilisation)))
    assert compare([after], [near], against="main", hours=Fraction(1)).changes == ()


def test_findings_are_new_or_gone():
    after = replace(ORDER, findings=("backlog", "hot-key", "retention"))
    assert StreamChange(ORDER, after).new_findings == ("backlog", "retention")
    assert StreamChange(after, ORDER).gone_findings == ("backlog", "retention")
    assert StreamChange(ORDER, after).gone_findings == StreamChange(after, ORDER).new_findings == ()
    assert StreamChange(None, after).new_findings == StreamChange(after, None).gone_findings == after.findings
    assert StreamChange(None, after).gone_findings == StreamChange(after, None).new_findings == ()


@pytest.mark.parametrize(
    ("declared", "share"),
    [(None, Fraction(1, 2)), (1, Fraction(1)), (4, Fraction(1, 4)), (2, Fraction(1, 2))],
)
def test_a_stream_is_used_at_the_declared_shards(declared, share):
    assert replace(ORDER, declared=declared).utilisation == share


def test_without_streams_nothing_is_spent():
    made = compare([], [], against="main", hours=Fraction(1))
    assert (made.shards, made.cost, made.complete) == ((0, 0), (USD(0), USD(0)), (True, True))
