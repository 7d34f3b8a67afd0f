"""The bill against its budget and against the other mode, with amounts worked by hand."""

from __future__ import annotations

import json

import pytest

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
