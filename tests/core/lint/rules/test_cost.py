"""The bill against its budget and against the other mode, with amounts worked by hand."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from shardcalc.core.lint.rule import amount_text
from shardcalc.core.units import USD
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.run_check import found, write
from tests.synthetic import history


def told(rows: list[dict[str, object]], rule: str) -> list[tuple[object, object]]:
    return [(row["message"], row["remedy"]) for row in rows if row["rule"] == rule]


def test_one_shard_is_the_other_mode_of_an_on_demand_stream(tmp_path):
    """730 h x $0.015 = $10.95, and 500 x 3,600 x 730 PUTs x $0.014 / 10^6 = $18.396."""
    rows = found(
        write(
            tmp_path,
            "version: 1\nstreams:\n  a: {owner: a, size: 1 KiB, rps: 500, mode: on-demand-standard}\n",
        )
    )
    [(message, remedy)] = told(rows, "SC018")
    assert str(message).startswith("provisioned costs $29.35 a month, ")
    assert remedy == "change the mode to provisioned with 1 shard"


@pytest.mark.parametrize(
    ("rps", "priced"),
    [
        # 2,500/s mean and 8,000/s at most x 1.25 are 10 shards, as the history asks for too.
        ("{mean: 2500, peak: 8000}", ""),
        # The history asks for 10, and 500/s x 1.25 for one.
        ("500", " with 1 shard"),
    ],
)
def test_where_a_history_asks_for_more_the_count_that_is_billed_is_told(rps, priced, tmp_path):
    profile = write(
        tmp_path,
        f"version: 1\nstreams:\n  orders: {{owner: a, size: 1000 B, rps: {rps}, mode: on-demand-standard}}\n",
    )
    measured = tmp_path / "orders.json"
    write_history_file(history(mode="ON_DEMAND", open_shards=None), str(measured))
    ran = run("check", profile, "--history", str(measured), "--today", "2026-11-21", "--format", "json")
    [(message, remedy)] = told(json.loads(ran.out)["findings"], "SC018")
    assert str(message).startswith(f"provisioned{priced} costs $")
    assert remedy == "change the mode to provisioned with 10 shards"


@pytest.mark.parametrize(
    ("saving_above", "found_out"),
    [
        # Nine shards are 9 x 10.95 + 2,628,000 PUTs x $0.014 / 10^6 = $98.586792. On demand 730 h x $0.04 and
        # 2.506256 GB, in at $0.08 and out at $0.04, are $29.500751: $69.086041 less. Without what goes out,
        # which is not looked at first, $69.186292.
        ("69.08", True),
        ("69.09", False),
        ("69.19", False),
    ],
)
def test_the_other_mode_is_told_where_it_saves_more_than_the_policy_says(saving_above, found_out, tmp_path):
    rows = found(
        write(
            tmp_path,
            f"version: 1\npolicy: {{saving_above: {saving_above} USD}}\n"
            "streams:\n  a: {owner: a, size: 1 KiB, rps: {mean: 1, peak: 9000}}\n",
        )
    )
    message = (
        "on-demand-standard costs $29.50 a month, $69.09 less than provisioned with the 9 shards that are "
        "needed at $98.59, at the mean rate"
    )
    assert told(rows, "SC018") == [(message, "change the mode to on-demand-standard")] * found_out


@pytest.mark.parametrize(
    ("fields", "message", "remedy"),
    [
        # 4 x 730 h x $0.015 = $43.80, and 26.28 million PUTs at $0.014 are $0.36792.
        (
            "shards: 4, budget: 20",
            "$44.17 a month in provisioned for 4 shards is above the budget of $20.00, by $24.17",
            "raise it, or lower shards to 1; shardcalc cost shows each line of the bill",
        ),
        # Half of 15 is 7.5: one deployment reaches 8. 15 x 10.95 = 164.25.
        (
            "shards: 15, current_shards: 15, budget: 20",
            "$164.62 a month in provisioned for 15 shards is above the budget of $20.00, by $144.62",
            "raise it, or lower shards to 8; shardcalc cost shows each line of the bill",
        ),
        # 730 h x $0.04, and 25.06 GB in and out: 25.06256 x 0.12 = 3.0075.
        (
            "mode: on-demand, budget: 20",
            "$32.21 a month in on-demand-standard is above the budget of $20.00, by $12.21",
            "raise it; shardcalc cost shows each line of the bill",
        ),
        ("mode: on-demand, budget: 32.21", None, None),
    ],
)
def test_a_bill_above_its_budget_is_told_with_how_far(fields, message, remedy, tmp_path):
    text = f"version: 1\nstreams:\n  a: {{owner: a, size: 1 KiB, rps: 10, {fields}}}\n"
    assert told(found(write(tmp_path, text)), "SC015") == [(message, remedy)] * bool(message)


def test_an_amount_that_may_be_larger_is_a_lower_bound():
    assert amount_text(USD(0), True) == "$0.00"
    assert amount_text(USD(2), True) == "$2.00"
    assert amount_text(USD(2), False) == "at least $2.00"
    assert amount_text(USD(Fraction(1, 1000)), False) == "an unknown amount"
    assert amount_text(USD(Fraction(1, 100)), False) == "at least $0.01"
