"""What the pages of money say besides figures: what is not billed, for how long, and how sure it is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc.core.facts import built_in_limits
from shardcalc.report.words import period
from tests.command import run
from tests.run_check import ORDERS, write

PAGES = ("table", "markdown")


@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize("command", ["plan", "cost"])
def test_long_term_reads_that_are_not_billed_are_said(command, form):
    flags = ("--size", "1", "--rps", "1", "--long-term-reads", "2 TiB", "--format", form)
    said = "long-term reads of 2 TiB a month are not billed"
    assert said in " ".join(run(command, *flags, "--retention", "7d").out.split())
    kept = run(command, *flags, "--retention", "8d").out
    # 2,048 GB.
    assert (said in kept, "2,048 GB" in kept) == (False, True)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("672", "672 h (a month)"),
        ("720", "720 h (a month)"),
        ("730", "730 h (a month)"),
        ("744", "744 h (a month)"),
        # 73 / 730 is a tenth; 671 / 730 is 0.91918.
        ("73", "73 h (10% of a month of 730 h)"),
        ("671", "671 h (91.9% of a month of 730 h)"),
        # 745 / 730 is 1.0205; 1,000 / 730 is 1.3699.
        ("745", "745 h (1.02 months of 730 h)"),
        ("1000", "1,000 h (1.37 months of 730 h)"),
        ("1460", "1,460 h (2 months of 730 h)"),
    ],
)
def test_hours_are_said_with_their_part_of_a_month(hours, said):
    assert period(Fraction(hours), built_in_limits()) == said


@pytest.mark.parametrize("form", PAGES)
def test_every_page_with_money_says_what_part_of_a_month_its_hours_are(form, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    one, said = ("--size", "1", "--rps", "1", "--format", form), "1,000 h (1.37 months of 730 h)"
    file, saved = str(write(tmp_path, ORDERS)), str(tmp_path / "plan.json")
    for command in ("plan", "cost"):
        assert said in run(command, *one, "--hours", "1000").out
        assert said in run(command, file, "--hours", "1000", "--format", form).out
    assert said in run("plan", file, str(file), "--hours", "1000", "--format", form).out
    run("plan", file, "--hours", "1000", "--format", "json", "-o", saved)
    write(tmp_path, ORDERS.replace("rps: 6", "rps: 60"))
    assert said in run("check", file, "--against", saved, "--format", form).out
    assert said in run("report", file, "--hours", "1000", "--format", "markdown").out
    assert said in run("report", file, "--hours", "1000").out


@pytest.mark.parametrize("form", PAGES)
def test_a_total_from_a_mean_size_stands_beside_its_bounds(form):
    flags = ("--size", "90", "--rps", "1000", "--consumers", "0", "--format", form)
    # 88 shards x 730 x 0.015 = 963.60; 2,628,000,000 records x 1.4e-8 = 36.792 a unit: 4 units are 147.168,
    # 3.6 are 132.4512.
    out = " ".join(run("cost", *flags, "--max-size", "100").out.split())
    assert "$1,110.77" in out
    told = "total: for records of the mean size; $1,096.05 to $1,110.77 for any mix of sizes up to 100 KiB"
    assert told in out
    assert "for any mix" not in run("cost", *flags[2:], "--sizes", "90KiB=100%").out


@pytest.mark.parametrize("form", PAGES)
def test_shard_level_metrics_are_a_line_of_each_bill(form):
    flags = ("--size", "1", "--rps", "1", "--format", form)
    out = run("cost", *flags, "--enhanced-metrics", "IncomingBytes,OutgoingBytes").out
    # 2 x 1 shard x $0.30.
    assert [out.count(said) for said in ("$0.60", "metrics of planned shards")] == [3, 2]
    assert "metrics" not in run("cost", *flags).out
