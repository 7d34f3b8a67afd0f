"""Traffic said in bytes: with a record size the records follow, without one the answer is the least. And a
size without a unit that gives an unlikely record.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.app.plan import plan
from shardcalc.app.streams import describe
from tests.command import run
from tests.fuzz import examples


def planned(*flags: str) -> dict:
    return json.loads(run("plan", *flags, "--format", "json").out)["streams"][0]


def test_with_a_size_it_is_the_plan_of_its_records():
    """5 MiB/s of 2 KiB are 2,560 records/s."""
    told, same = planned("--throughput", "5MB/s", "--size", "2"), planned("--rps", "2560", "--size", "2")
    for key in ("shards", "constraints", "cost", "findings", "decision"):
        assert told[key] == same[key]
    assert "at_least" not in told


def test_without_a_size_count_and_money_are_the_least(monkeypatch):
    """5 MiB/s fill 5 shards: 54.75; 5 x 2^20 x 2,628,000 / 25,600 are 538,214,400 units at 0.014 a million:
    7.54.
    """
    monkeypatch.setenv("COLUMNS", "100")
    told = planned("--throughput", "5MB/s")
    assert (told["shards"], told["at_least"]) == (5, True)
    assert (told["cost"]["total_usd"], told["cost"]["complete"]) == ("62.29", False)
    assert [found["id"] for found in told["findings"]] == ["size-unknown", "full-use"]
    page = " ".join(run("plan", "--throughput", "5MB/s").out.split())
    for text in (
        "at least 5 shards write",
        "write 5 MiB/s, in records of a size that is not known read",
        "write records unknown 1,000 rec/s unknown",
        "needed at least $62.29 (5 shards)",
        # 5 MiB over 5,000 records are 1,048.576 bytes.
        "mean below 1.02 KiB need more shards",
    ):
        assert text in page
    markdown = run("plan", "--throughput", "5MB/s", "--format", "markdown").out
    assert "## at least 5 shards" in markdown
    assert "| write records | unknown | 1,000 records/s | unknown | unknown |  |" in markdown
    assert "not compared: the record size is unknown" in run("cost", "--throughput", "5MB/s").out


@examples(100)
@given(
    size=st.integers(1, 1024 * 1024),
    mean=st.integers(1, 10**8),
    times=st.integers(1, 20),
    consumers=st.integers(0, 5),
    producer=st.sampled_from(["put-records", "put-record"]),
)
def test_no_size_needs_fewer_shards_or_costs_less(size, mean, times, consumers, producer):
    flags = {"throughput": f"mean={mean}B/s,peak={times}x", "consumers": str(consumers), "producer": producer}
    least = plan(describe([], flags)).streams[0]
    other = plan(describe([], {**flags, "size": f"{size} B"})).streams[0]
    assert least.plan.shards <= other.plan.shards
    for one, another in zip(least.cost.bills, other.cost.bills, strict=True):
        assert one.total <= another.total


def test_a_profile_says_it_too(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("version: 1\ndefaults: {rps: 5}\nstreams:\n  a: {throughput: 5 MB/s, shards: 5}\n")
    found = json.loads(run("check", str(file), "--format", "json").out)["findings"]
    told = {each["rule"]: f"{each['line']}:{each['column']}" for each in found}
    assert told["SC048"] == "4:19"
    assert "SC025" not in told
    assert planned(str(file))["origins"] == {"stream": ["throughput", "shards"]}


def test_a_budget_cannot_be_cleared_without_a_size(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("version: 1\nstreams:\n  a: {throughput: 5 MB/s, budget: 70 USD}\n")
    found = json.loads(run("check", str(file), "--format", "json").out)["findings"]
    (over,) = [each for each in found if each["name"] == "over-budget"]
    assert over["message"].endswith("cannot be compared with $70.00: no record size is declared")
    assert over["severity"] == "warning"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        # 700 KiB x 300 = 210,000 KiB/s, 206 shards of 1,024; 700 B x 300 fit one.
        (
            ("--size", "700", "--rps", "300"),
            "note: --size 700 is read as 700 KiB, as in AWS's formula: 206 shards; if bytes are meant, write "
            "--size 700B: 1 shard\n",
        ),
        (("--size", "1024", "--rps", "6"), ""),
        (("--size", "99", "--rps", "300"), ""),
        (("--size", "700 KiB", "--rps", "300"), ""),
        (("--size", "700B", "--rps", "300"), ""),
        (
            ("--size", "500", "--rps", "1", "--max-size", "600"),
            "note: --size 500 is read as 500 KiB, as in AWS's formula: 1 shard; if bytes are meant, write "
            "--size 500B: 1 shard\n",
        ),
    ],
)
def test_a_bare_size_that_gives_an_unlikely_record_is_questioned(flags, told):
    for command in ("plan", "cost"):
        ran = run(command, *flags)
        assert (ran.code, ran.err) == (0, told)


def test_a_bare_size_beside_a_profile_is_questioned_without_counts(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("version: 1\nstreams:\n  a: {rps: 5}\n")
    assert run("plan", str(file), "--size", "700").err == (
        "note: --size 700 is read as 700 KiB, as in AWS's formula; if bytes are meant, write --size 700B\n"
    )


def test_each_format_says_that_it_is_a_least(tmp_path):
    rows = run("plan", "--throughput", "5MB/s", "--format", "csv").out.splitlines()
    row = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert row["at_least"] == "true"
    assert Decimal(row["cost_total_usd"]) == Decimal("62.29")
    assert "at_least: true" in run("plan", "--throughput", "5MB/s", "--format", "yaml").out
