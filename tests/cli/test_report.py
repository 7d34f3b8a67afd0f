"""report as a command: what cannot be used, and the day that it is made on."""

from __future__ import annotations

import re
from datetime import date

import pytest

from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import throttled_orders


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    file = tmp_path_factory.mktemp("history") / "orders-history.json"
    write_history_file(throttled_orders(), str(file))
    return str(file)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("profiles", "--today", "21.11.2026"), "--today: '21.11.2026' is not a day"),
        (
            ("profiles/telemetry.yaml", "--history", "SAVED"),
            "it is of orders in us-east-1, and the profiles declare no such stream",
        ),
        (
            ("profiles/orders.yaml", "--history", "SAVED", "--history", "SAVED"),
            "and another history of it was given",
        ),
        (("none.yaml",), "none.yaml: 1 problem"),
        (("profiles", "--format", "pdf"), "pdf"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_written(saved, tmp_path, arguments, told):
    page = tmp_path / "review.html"
    ran = run("report", *(saved if part == "SAVED" else part for part in arguments), "-o", str(page))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert not page.exists()


def test_the_date_is_todays_when_none_is_given():
    out = run("report", "profiles/orders.yaml", "--format", "markdown").out
    assert re.match(r"# Capacity review, \d{4}-\d\d-\d\d\n", out)
    assert abs((date.fromisoformat(out[19:29].strip()) - date.today()).days) <= 1  # noqa: DTZ011
