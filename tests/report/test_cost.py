"""What the pages of money say besides figures: what is not billed, for how long, and how sure it is."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
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


# ── several Regions side by side ─────────────────────────────────────────────────────────────────

FOUR = ("--size", "50", "--rps", "200/min", "--consumers", "4", "--retention", "7d")
PRICED = "us-east-1,eu-west-1"


def test_one_workload_in_several_regions_side_by_side(monkeypatch):
    """730 h at 0.015 and 0.017 a shard are 10.95 and 12.41; six days at 0.02 and 0.023 are 14.60 and 16.79;
    29.49 - 25.80 = 3.69, which is 14.3 % of 25.80.
    """
    monkeypatch.setenv("COLUMNS", "100")
    out = run("cost", *FOUR, "--regions", PRICED).out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for line in (
        "lowest: provisioned in us-east-1, $25.80",
        "eu-west-1: provisioned +$3.69 (+14.3%)",
        "provisioned us-east-1 eu-west-1",
        "shard-hours $10.95 $12.41",
        "extended retention $14.60 $16.79",
        "total $25.80 $29.49",
    ):
        assert line in lines
    markdown = run("cost", *FOUR, "--regions", PRICED, "--format", "markdown").out
    assert "| **total** | **$25.80** | **$29.49** |" in markdown


def test_each_region_has_the_bill_that_it_has_alone():
    beside = json.loads(run("cost", *FOUR, "--regions", f"{PRICED},us-east-1", "--format", "json").out)
    assert [region["region"] for region in beside["regions"]] == PRICED.split(",")
    for region in beside["regions"]:
        alone = json.loads(run("cost", *FOUR, "--region", region["region"], "--format", "json").out)
        assert region == alone["regions"][0]


@pytest.mark.parametrize("form", PAGES)
def test_a_region_without_prices_or_with_a_mode_that_cannot_carry_it_says_so(form, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    flags = ("--size", "1024", "--rps", "3000", "--format", form)
    out = run("cost", *flags, "--regions", "us-east-1,us-west-1,cn-north-1").out.replace("\\", "")
    assert "cn-north-1: not compared, a price is unknown" in out
    assert "no price is known in cn-north-1; shardcalc facts refresh --region cn-north-1" in out
    # 3,000 MiB/s are more than on demand takes anywhere.
    assert "us-west-1: cannot carry it: " in out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--regions", "us-east-1,moon"), "--regions: 'moon' is not a Region"),
        (("--regions", PRICED, "--break-even"), "--break-even draws one Region; leave out --regions"),
    ],
)
def test_regions_that_cannot_be_compared_are_refused(more, told):
    ran = run("cost", *FOUR, *more)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


# ── another currency ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "told"),
    [
        # 12.70 x 0.92 = 11.684: 1 shard in eu-west-1 for 12.41 and 0.29 for PUT payload units.
        (("plan", *FOUR[:-2], "--region", "eu-west-1"), "as needed EUR 11.68"),
        (("cost", *FOUR[:-2], "--region", "eu-west-1"), "provisioned EUR 11.68; on-demand-standard EUR "),
        (("suggest", "--from", "docs/examples/orders-history.json.gz"), "10 shards EUR "),
        (("report", "profiles/orders.yaml"), "now EUR "),
    ],
)
def test_totals_in_another_currency_at_the_rate_that_is_printed(command, told, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    forms = ("markdown", "html") if command[0] == "report" else ("table", "markdown")
    for form in forms:
        out = run(*command, "--currency", "EUR=0.92", "--format", form).out
        assert "n EUR, at 0.92 for a dollar: " in out
        assert told in out
        assert "EUR" not in run(*command, "--format", form).out


def test_a_fleet_in_another_currency(tmp_path):
    shutil.copy("docs/examples/orders-history.json.gz", tmp_path)
    told = json.loads(run("fleet", "--from", str(tmp_path), "--currency", "JPY=150", "--format", "json").out)
    total = told["total"]
    assert (total["converted"]["currency"], total["converted"]["per_usd"]) == ("JPY", 150)
    measured, _ = total["converted"]["totals"]
    assert Decimal(measured["total"]) == pytest.approx(
        150 * Decimal(total["cost_usd_per_month"]), abs=Decimal("0.75")
    )
    assert "in JPY, at 150 for a dollar: as measured JPY " in " ".join(
        run("fleet", "--from", str(tmp_path), "--currency", "JPY=150").out.split()
    )


def test_the_json_of_each_command_has_the_same_converted_totals(tmp_path):
    saved = "docs/examples/orders-history.json.gz"
    flags = ("--currency", "EUR=0.5", "--format", "json")
    plan = json.loads(run("plan", "profiles/", *flags).out)["total"]
    (needed,) = plan["converted"]["totals"]
    assert needed["of"] == "as needed"
    assert 2 * Decimal(needed["total"]) == pytest.approx(Decimal(plan["cost_usd"]), abs=Decimal("0.01"))
    for region in json.loads(run("cost", "profiles/", *flags).out)["regions"]:
        known = {mode["mode"]: mode["total_usd"] for mode in region["modes"] if not mode["cannot_carry"]}
        totals = {each["of"]: each["total"] for each in region["converted"]["totals"]}
        assert totals.keys() == known.keys()
        for mode, total in totals.items():
            assert 2 * Decimal(total) == pytest.approx(Decimal(known[mode]), abs=Decimal("0.01"))
    made = json.loads(run("suggest", "--from", saved, *flags).out)
    assert [each["of"] for each in made["converted"]["totals"]] == [each["title"] for each in made["choices"]]


@pytest.mark.parametrize(
    "rate", ["EUR", "eur=1", "USD=1", "EUR=", "EUR=0", "EUR=-1", "EUR=1%", "EURO=1", "EUR=1e9", "EUR=1/0"]
)
def test_rates_that_are_refused(rate):
    ran = run("plan", *FOUR, "--currency", rate)
    assert (ran.code, ran.out) == (2, "")
    assert "--currency: " in ran.err
