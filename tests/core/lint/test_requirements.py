"""What a profile requires of its own plan: expectations, budgets, thresholds, reachable shards."""

from __future__ import annotations

import pytest

from tests.places import DATA
from tests.run_check import INFORMED, WARNED, found, ids, write


@pytest.mark.parametrize(
    ("expect", "fields"),
    [
        # 21 shards x 730 h x 0.015 USD = 229.95; 6 x 3600 x 730 records of 41 units of 25 KiB (1024 / 25 =
        # 40.96) x 0.014 / 10^6 = 9.05
        ("{shards: 21, binding: read-bytes, monthly_cost_below: 239.01 USD}", []),
        ("{shards: 21, binding: read-bytes, monthly_cost_below: 238.99 USD}", ["monthly_cost_below"]),
        ("{shards: 20}", ["shards"]),
        (
            "{shards: 22, binding: write-bytes, monthly_cost_below: 0}",
            ["binding", "monthly_cost_below", "shards"],
        ),
    ],
)
def test_a_profile_tests_itself(expect, fields, tmp_path):
    rows = found(write(tmp_path, WARNED + f"    expect: {expect}\n"))
    assert sorted(str(row["field"]).rpartition(".")[2] for row in rows if row["rule"] == "SC027") == fields


@pytest.mark.parametrize(("field", "money", "found_out"), [
    ("budget: %s", "11.31792", False), ("budget: %s", "11.31791", True),
    ("expect: {monthly_cost_below: %s}", "11.31793", False),
    ("expect: {monthly_cost_below: %s}", "11.31792", True),
])  # fmt: skip
def test_a_budget_may_be_used_up_and_an_expected_cost_not_be_reached(field, money, found_out, tmp_path):
    """730 h x 0.015 USD = 10.95, and 10 x 3600 x 730 = 26,280,000 units x 0.014 / 10^6 = 0.36792."""
    rows = found(
        write(
            tmp_path,
            f"version: 1\nstreams:\n  a: {{owner: a, size: 1 KiB, rps: 10, shards: 1, {field % money}}}\n",
        )
    )
    assert bool({"SC015", "SC027"} & set(ids(rows))) is found_out


def test_a_budget_with_unknown_prices_is_a_warning_and_never_cleared(tmp_path):
    rows = found(
        write(tmp_path, INFORMED.replace("owner: a", "owner: a, region: cn-north-1, budget: 1000 USD"))
    )
    (budget,) = (row for row in rows if row["rule"] == "SC015")
    assert budget["severity"] == "warning"
    assert "cannot be compared with" in str(budget["message"])


@pytest.mark.parametrize(
    "field", ["budget: 1000 USD", "budget: 0 USD", "expect: {monthly_cost_below: 0 USD}"]
)
def test_an_unpriced_bill_is_no_breach_and_no_amount(field, tmp_path):
    """No price of cn-north-1 is known: the surplus of 16 shards has none either."""
    stream = f"owner: a, region: cn-north-1, shards: 16, {field}"
    rows = [
        row
        for row in found(write(tmp_path, INFORMED.replace("owner: a", stream)))
        if row["rule"] in ("SC002", "SC015", "SC027")
    ]
    assert {row["severity"] for row in rows} == {"warning"}
    assert len(rows) == 2
    assert any("no price is known in cn-north-1" in str(row["message"]) for row in rows)
    assert not any("at least" in str(row["message"]) for row in rows)


@pytest.mark.parametrize(("budget", "severity"), [("234.12", "error"), ("234.13", "warning")])
def test_a_bill_whose_known_part_is_above_the_budget_is_a_breach(budget, severity, tmp_path):
    """16 shards x 730 h x 0.02 USD = 233.60, and 26.28 million PUTs at 0.02 are 0.5256; extended retention
    has no price in this sheet.
    """
    stream = f"owner: a, region: cn-north-1, retention: 48h, shards: 16, budget: {budget} USD"
    rows = found(
        write(tmp_path, INFORMED.replace("owner: a", stream)), "--prices", str(DATA / "two_prices.toml")
    )
    (row,) = (row for row in rows if row["rule"] == "SC015")
    assert row["severity"] == severity
    assert str(row["message"]).startswith("at least $234.13 a month")


def test_the_threshold_of_over_provisioning_counts_shards_and_money(tmp_path):
    """16 shards where 1 is needed; each shard is 730 h x 0.015 USD = 10.95 a month."""
    text = (
        "version: 1\npolicy: {%s}\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}, "
        "shards: %d}\n"
    )

    def hits(policy: str, shards: int) -> bool:
        return "SC002" in ids(found(write(tmp_path, text % (policy, shards))))

    assert hits("", 3)  # 21.90 above 20
    assert not hits("", 2)  # 10.95
    assert hits("saving_above: 10.95", 2)
    assert not hits("saving_above: 10.96", 2)
    assert not hits("over_provisioned_above: 200%, saving_above: 0", 3)  # 3 is not above 1 + 200%
    assert hits("over_provisioned_above: 199%, saving_above: 0", 3)


@pytest.mark.parametrize(
    ("current", "target", "reachable"),
    [
        (2, 16, False),
        (8, 16, True),
        (8, 17, False),
        (16, 8, True),
        (16, 7, False),
        (3, 2, True),
        (3, 1, False),
        (5, 5, True),
    ],
)
def test_one_deployment_doubles_or_halves(current, target, reachable, tmp_path):
    text = (
        f"version: 1\nstreams:\n  orders: {{size: 1 KiB, rps: 10, current_shards: {current}, shards: "
        f"{target}}}\n"
    )
    assert ("SC017" not in ids(found(write(tmp_path, text)))) is reachable


def test_the_way_to_the_target_is_told(tmp_path):
    rows = found(
        write(
            tmp_path,
            "version: 1\nstreams:\n  orders: {size: 1 KiB, rps: 10, current_shards: 2, shards: 16}\n",
        )
    )
    assert (
        next(row["remedy"] for row in rows if row["rule"] == "SC017")
        == "deploy 3 times, 4, then 8, then 16; shardcalc reshard 2 16 shows the way"
    )


@pytest.mark.parametrize(
    ("mode", "found_out"), [("on-demand-standard", True), ("on-demand-advantage", False)]
)
def test_shards_that_cost_less_than_on_demand_are_told(mode, found_out, tmp_path):
    """500 KiB/s are 1,253 GB a month, $100 on demand beside $29.20; one shard with its PUTs is $10.95 and
    $18.40. Advantage is a choice of the account.
    """
    text = f"version: 1\nstreams:\n  a: {{owner: a, size: 1 KiB, rps: 500, mode: {mode}}}\n"
    rows = [row for row in found(write(tmp_path, text)) if row["rule"] == "SC018"]
    assert bool(rows) is found_out
    assert all("provisioned costs $29.35" in str(row["message"]) for row in rows)


def test_a_target_without_any_path_is_told_why(tmp_path):
    """A call at most halves, and from above 10,000 shards only below that: 30,000 halves to 15,000."""
    text = "version: 1\nstreams:\n  a: {owner: a, size: 1, rps: 1, current_shards: 30000, shards: 9000}\n"
    [row] = [row for row in found(write(tmp_path, text)) if row["rule"] == "SC017"]
    assert "half of 30,000" in str(row["remedy"])


@pytest.mark.parametrize(
    ("budget", "message", "remedy", "severity"),
    [
        # 54.75 for 5 shards and 538,214,400 units at 0.014 a million, 7.54: at least 62.29 a month.
        (
            "70 USD",
            "at least $62.29 a month in provisioned for 5 shards cannot be compared with $70.00: no record "
            "size is declared",
            "declare size, the mean size of a record",
            "warning",
        ),
        (
            "60 USD",
            "at least $62.29 a month in provisioned for 5 shards is above the budget of $60.00, by $2.29",
            "raise it; shardcalc cost shows each line of the bill",
            "error",
        ),
    ],
)
def test_a_budget_without_a_record_size_is_a_warning_until_it_is_spent(
    budget, message, remedy, severity, tmp_path
):
    text = "version: 1\nstreams:\n  a: {owner: a, throughput: 5 MB/s, shards: 5, budget: %s}\n"
    rows = found(write(tmp_path, text % budget))
    (row,) = (row for row in rows if row["rule"] == "SC015")
    assert (row["message"], row["remedy"], row["severity"]) == (message, remedy, severity)
