"""A price list from a server: what it answers, and what stays in place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shardcalc.sources.store.prices import cache_file
from tests.command import run
from tests.pricelists import bulk
from tests.publishing import refresh, serving


def test_prices_of_tests_are_kept_apart_from_those_of_this_machine(tmp_path_factory):
    """On every system: each has its own place for caches, and conftest.py must know how to move it."""
    assert Path(cache_file("eu-west-1")).is_relative_to(tmp_path_factory.getbasetemp())


def test_a_refreshed_sheet_is_used_and_named_by_later_commands():
    before = json.loads(
        run("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", "json").out
    )
    assert before["total"]["cost_usd"] is None
    with serving(json.dumps(bulk()).encode()) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    path = cache_file("eu-west-1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"eu-west-1: 20 prices of AWS's list of 2026-11-12, kept in {path}\n"
    after = json.loads(
        run("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", "json").out
    )
    # 730 x 0.017 = 12.41, and 2,628,000 x 0.0000000165 = 0.04
    assert after["total"] == {"streams": 1, "shards": 1, "cost_usd": "12.45", "cost_complete": True}
    assert after["prices_from"] == {"eu-west-1": f"price list of 2026-11-12, {path}"}
    for command in (("plan",), ("cost",)):
        for form in ("table", "markdown"):
            out = " ".join(
                run(
                    *command, "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", form
                ).out.split()
            ).replace("\\", "")
            assert "price list of 2026-11-12, " + path.replace("\\", "") in out
    assert "2026-11-12" in run("facts", "--region", "eu-west-1").out


def test_check_names_the_refreshed_prices_that_its_verdict_rests_on(tmp_path):
    file = tmp_path / "orders.yaml"
    # 730 x 0.017 = 12.41 and more: above the budget, by prices that this release does not ship.
    file.write_text(
        "version: 1\nstreams: {orders: {owner: a, size: 1, rps: 1, region: eu-west-1, budget: 12 USD}}\n"
    )
    before = json.loads(run("check", str(file), "--format", "json").out)
    assert (before["failed"], before["prices_from"]) == (False, {})
    with serving(json.dumps(bulk()).encode()) as url:
        refresh("--from", "bulk", "--bulk-url", url)
    origin = f"price list of 2026-11-12, {cache_file('eu-west-1')}"
    after = json.loads(run("check", str(file), "--format", "json").out)
    assert (after["failed"], after["prices_from"]) == (True, {"eu-west-1": origin})
    for form in ("table", "markdown"):
        page = " ".join(run("check", str(file), "--format", form).out.split()).replace("\\", "")
        assert f"rices of eu-west-1: {origin}".replace("\\", "") in page


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize(
    ("status", "length", "told"),
    [
        (404, None, "HTTP 404"),
        (500, None, "HTTP 500"),
        (200, 10**6, "cut off after"),
        (403, None, "HTTP 403 Forbidden"),
    ],
)
def test_a_server_that_fails_leaves_the_prices_before(status, length, told):
    with serving(json.dumps(bulk()).encode(), status=status, length=length) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert told in ran.err


@pytest.mark.usefixtures("_prices_before")
def test_a_server_that_is_not_there_leaves_the_prices_before():
    with serving(b"") as url:
        pass
    ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert "refused" in ran.err
