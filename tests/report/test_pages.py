"""The pages of plan, cost and facts in each format, as they were reviewed."""

from __future__ import annotations

import json

import pytest

from shardcalc.core.units import USD
from shardcalc.report import words
from tests import golden
from tests.command import HEADLINE, run
from tests.terminal import in_terminal

CASES = {
    "headline": HEADLINE,
    "fan-out": (
        "plan",
        "--size",
        "1.5 KiB",
        "--rps",
        "90k/min",
        "--consumers",
        "2",
        "--fan-out",
        "1",
        "--headroom",
        "20%",
        "--retention",
        "7d",
    ),
    "carried": ("plan", "--size", "5", "--shards", "15"),
    "carried-hot-key": ("plan", "--size", "5", "--shards", "15", "--hottest-key", "40%", "--consumers", "6"),
    "lambda": (
        *HEADLINE[:5],
        "--consumers",
        "type=lambda,name=billing,batch_size=10,batch_duration=9s",
        "--catch-up",
        "outage=6h,within=2h",
    ),
    "profiles": ("plan", "profiles/orders.yaml", "profiles/tenant-log.yaml"),
    "explain": ("plan", "profiles/change-data.yaml", "--explain"),
    "on-demand": (
        "plan",
        "--size",
        "2",
        "--rps",
        "mean=100,peak=900",
        "--mode",
        "on-demand-advantage",
        "--fan-out",
        "30",
    ),
    "cost": ("cost", "profiles/orders.yaml", "--break-even"),
    "cost-flags": ("cost", *HEADLINE[1:], "--region", "us-east-2", "--hours", "744"),
    "cost-fleet": ("cost", "profiles/orders.yaml", "profiles/tenant-log.yaml"),
    "cost-discount": ("cost", "--size", "1", "--rps", "mean=20,peak=9k", "--discount", "12%", "--break-even"),
    "cost-exact": ("cost", "profiles/change-data.yaml"),
    "cost-partly-unknown": (
        "cost",
        "--size",
        "2",
        "--rps",
        "100",
        "--consumers",
        "2",
        "--region",
        "cn-north-1",
        "--retention",
        "9d",
        "--prices",
        "tests/data/two_prices.toml",
    ),
    "facts": ("facts",),
    "facts-frankfurt": ("facts", "--region", "eu-central-1"),
}


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize("name", CASES)
def test_output(name, form):
    ran = run(*CASES[name], "--format", form)
    assert (ran.code, ran.err) == (0, "")
    golden.check(
        f"{CASES[name][0]}/{name}.{ {'table': 'txt', 'json': 'json', 'markdown': 'md'}[form] }", ran.out
    )
    if form == "json":
        assert json.loads(ran.out)["schema_version"] == 1


def test_the_headline_says_what_was_promised():
    out = run(*HEADLINE).out
    assert out.startswith("21 shards\n")
    for promised in (
        "max(6144/1024, 43008/2048) = max(6, 21)",
        "21 MiB/s or 21,000 records/s in, 42 MiB/s out",
        "poll every 1.4 s",
        "move 2 of them",
        "$229.95",
    ):
        assert promised in out


def test_json_of_many_streams_is_the_same_as_of_each(tmp_path):
    rows = "".join(
        f"  s{i}: {{size: {1 + i % 7}, rps: {100 + i}, consumers: {i % 4}}}\n" for i in range(2500)
    )
    file = tmp_path / "many.yaml"
    file.write_text("version: 1\nstreams:\n" + rows)
    many = json.loads(run("plan", str(file), "--format", "json").out)
    assert many["total"]["streams"] == 2500
    assert many["total"]["shards"] == sum(stream["shards"] for stream in many["streams"])
    assert [stream["name"] for stream in many["streams"]] == [f"s{i}" for i in range(2500)]
    for index in (0, 1, 1249, 1250, 2499):
        one = json.loads(
            run(
                "plan",
                "--size",
                str(1 + index % 7),
                "--rps",
                str(100 + index),
                "--consumers",
                str(index % 4),
                "--format",
                "json",
            ).out
        )
        [alone] = one["streams"]
        assert {**many["streams"][index], "name": "", "source": None, "origins": None} == {
            **alone,
            "origins": None,
        }


def test_a_stream_whose_prices_nobody_could_verify_costs_unknown_and_not_nothing():
    arguments = ("plan", "--size", "1", "--rps", "1", "--region", "eusc-de-east-1")
    assert "total" in run(*arguments).out
    assert "$0.00" not in run(*arguments).out
    cost = json.loads(run(*arguments, "--format", "json").out)["streams"][0]["cost"]
    assert (cost["total_usd"], cost["complete"], cost["lines"][0]["price_usd"]) == (None, False, None)


HOSTILE = """\
version: 1
streams:
  orders:
    size: 1
    rps: 1
    notes: "\\e[31mred\\a <b>bold</b> [link](http://x) `code`\\nnext"
    owner: "<script>alert(1)</script> | ::error::x%0A @everyone | *a* |"
"""


def test_what_a_profile_says_is_text_and_never_markup(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(HOSTILE)
    table = run("plan", str(file)).out
    assert r"<script>alert(1)</script> | \x3a:error::x%0A @everyone | *a* |" in table
    assert table.isascii() or not [c for c in table if not c.isprintable() and c != "\n"]
    assert "\x1b" not in table
    assert "\a" not in table
    for command in ("plan", "cost"):
        page = run(command, str(file), "--format", "markdown").out
        assert "<script" not in page
        assert "<b>" not in page
        assert "@everyone" not in page
        assert "[link](" not in page
    assert json.loads(run("plan", str(file), "--format", "json").out)["streams"][0]["notes"].startswith(
        "\x1b[31mred"
    )


@pytest.mark.parametrize(
    ("amount", "complete", "text"),
    [("0", True, "$0.00"), ("0.004", False, "unknown"), ("0.005", False, "at least $0.01")],
)
def test_a_lower_bound_of_nothing_is_no_amount(amount, complete, text):
    assert words.at_least(USD.parse(amount), complete) == text


def test_what_a_profile_says_steers_no_terminal(tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(HOSTILE)
    assert "\x1b[31mred" not in in_terminal(80, "plan", str(file))


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_the_review_explains_its_columns_once(form):
    page = run("report", "profiles", "--today", "2026-11-21", "--format", form).out
    assert page.count("Now: the shards that run, else those that are declared; measured: ") == 1
