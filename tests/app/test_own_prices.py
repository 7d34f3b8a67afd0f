"""Price sheets of one's own: a file of one Region or several, a folder; in every command with money."""

from __future__ import annotations

import json
import os
from fractions import Fraction

import pytest

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import FactsError
from shardcalc.core.facts.prices import built_in_prices, read_price_sheets
from shardcalc.core.units import USD
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import history

ROW = 'unit = "ShardHour", source = "contract 17", date = 2026-10-01, confidence = "A"'
TWO = f"""\
currency = "USD"
[regions.us-east-1.prices]
shard_hour = {{price = "0.01", {ROW}}}
[regions.eu-west-1.prices]
shard_hour = {{price = "0.02", {ROW}}}
"""
STREAMS = """\
version: 1
defaults: {size: 1, rps: 1, owner: a, shards: 1}
streams:
  here: {region: us-east-1}
  there: {region: eu-west-1}
"""


def one(region: str, price: str) -> str:
    return f'region = "{region}"\ncurrency = "USD"\nprices.shard_hour = {{price = "{price}", {ROW}}}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/all.yaml").write_text(STREAMS)
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets/us-east-1.toml").write_text(one("us-east-1", "0.01"))
    (tmp_path / "sheets/eu-west-1.toml").write_text(one("eu-west-1", "0.02"))
    (tmp_path / "sheets/README.md").write_text("whatever else there is")
    (tmp_path / "two.toml").write_text(TWO)
    (tmp_path / "histories").mkdir()
    write_history_file(history([60] * 60, sale=False, region="us-east-1"), str(tmp_path / "histories/a.json"))
    return tmp_path


@pytest.mark.parametrize(
    "given", [["two.toml"], ["sheets"], ["sheets/us-east-1.toml", "sheets/eu-west-1.toml"]]
)
def test_sheets_of_several_regions_in_whatever_form(folder, given):
    basis = Basis.of(prices=given)
    hours = {region: basis.prices(region).shard_hour for region in ("us-east-1", "eu-west-1", "us-east-2")}
    assert hours["us-east-1"].amount == USD(Fraction("0.01"))
    assert hours["eu-west-1"].amount == USD(Fraction("0.02"))
    assert basis.prices("us-east-2") == built_in_prices("us-east-2")
    flags = [part for path in given for part in ("--prices", path)]
    told = json.loads(run("cost", "profiles", *flags, "--format", "json").out)
    shard_hours = {
        region["region"]: region["streams"][0]["bills"][0]["lines"][0]["cost_usd"]
        for region in told["regions"]
    }
    assert shard_hours == {"us-east-1": "7.30", "eu-west-1": "14.60"}  # 730 h at 0.01 and 0.02


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "profiles"],
        ["cost", "profiles"],
        ["check", "profiles"],
        ["report", "profiles"],
        ["suggest", "--from", "histories/a.json"],
        ["fleet", "--from", "histories"],
    ],
    ids=lambda command: command[0],
)
def test_a_sheet_for_a_region_that_no_stream_has_is_an_error(folder, command):
    (folder / "far.toml").write_text(one("ap-south-1", "0.01"))
    ran = run(*command, "--prices", "far.toml")
    assert ran.code == 2
    assert ran.err.startswith(
        "error: no stream is in the Region of a price sheet; nothing was done\n"
        "  far.toml: prices of ap-south-1; the streams are in "
    )
    assert ran.out == ""
    # A sheet with more Regions than the streams have is one for a company.
    assert run(*command, "--prices", "two.toml").code in (0, 1)


def test_a_long_list_of_streams_is_held_to_all_its_regions(folder):
    """It is planned in parts, and each part has streams of some Regions only."""
    streams = "\n".join(f"  s{index}: {{region: us-east-1}}" for index in range(600))
    (folder / "profiles/all.yaml").write_text(f"{STREAMS}{streams}\n")
    ran = run("plan", "profiles", "--prices", "sheets/eu-west-1.toml", "--format", "json")
    assert ran.code == 0
    assert len(json.loads(ran.out)["streams"]) == 602


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["sheets", "two.toml"], "sheets/us-east-1.toml and two.toml both have prices of us-east-1"),
        (["empty"], "empty: no price sheet (*.toml) in it"),
        (["pipe"], "pipe: not a regular file"),
        (["bad.toml"], "bad.toml: regions: write a table of prices for each, regions.eu-west-1.prices"),
        (["none.toml"], "none.toml: No such file or directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(folder, given, told):
    (folder / "empty").mkdir()
    os.mkfifo(folder / "empty/waits.toml")
    os.mkfifo(folder / "pipe")
    (folder / "bad.toml").write_text('currency = "USD"\nregions = ["eu-west-1"]\n')
    with pytest.raises(FactsError) as refused:
        Basis.of(prices=given)
    assert told in str(refused.value)


def test_every_fault_of_every_region_is_told():
    text = TWO.replace('"0.02"', '"1/3"').replace("us-east-1.prices", "moon.prices") + "note = 1\n"
    with pytest.raises(FactsError) as refused:
        read_price_sheets(f"x = 1\n{text}[regions.eu-west-2]\nprice = 1\n", "two.toml", origin="two.toml")
    told = str(refused.value)
    for problem in (
        "two.toml: regions.eu-west-2.price: unknown",
        "x: unknown",
        "region: 'moon' is not a Region",
        "regions.eu-west-1.prices.shard_hour: ",
        "40 decimals, and no fraction",
        "regions.eu-west-1.prices.note: unknown dimension",
        "regions.eu-west-2.prices: missing",
    ):
        assert problem in told
