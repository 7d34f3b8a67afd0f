"""Every format that a command offers says the same values, from one fixture: the profiles of this repository
and the history of its docs.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
import tablib

from tests.cli.test_cli import _commands
from tests.command import run

HISTORY = "docs/examples/orders-history.json.gz"
TODAY = ("--today", "2026-11-21")
ARGUMENTS = {
    "plan": ("plan", "profiles", *TODAY),
    "cost": ("cost", "profiles", *TODAY),
    "check": ("check", "profiles", "--history", HISTORY, *TODAY),
    "suggest": ("suggest", "--from", HISTORY, *TODAY),
    "fleet": ("fleet", "--from", "docs/examples", *TODAY),
    "report": ("report", "profiles", *TODAY),
    "reshard": ("reshard", "4", "30", "--stream", "orders"),
    "facts": ("facts", "--region", "eu-west-1"),
}
LINES_ONLY = {"concise", "github", "sarif", "junit"}
"""Formats of a line or a finding each, which have no totals."""


def formats() -> Iterator[tuple[str, str]]:
    """Each command with each format that its own help offers."""
    for name, command in _commands():
        for option in command.params:
            if option.name == "format" and len(name) == 1:
                for each in option.type.choices:
                    yield name[0], str(getattr(each, "value", each))


FORMATS = list(formats())


def said(noun: str, form: str) -> str:
    ran = run(*ARGUMENTS[noun], "--format", form)
    assert ran.code in (0, 1), ran.err
    return ran.out


def values(noun: str, form: str) -> list[str]:
    """What must be there, as plain text: names, whole numbers, amounts in cents."""
    body = json.loads(said("plan" if noun == "report" else noun, "json"))
    if noun in ("plan", "report"):
        found = [
            value
            for each in body["streams"]
            for value in (each["name"], str(each["shards"]), each["cost"]["total_usd"])
        ]
        return found if noun == "plan" else [*found, str(body["total"]["shards"])]
    if noun == "cost":
        return [
            value
            for region in body["regions"]
            for mode in region["modes"]
            if not mode["cannot_carry"]
            for value in (region["region"], mode["total_usd"])
            # CSV has a row for each stream's bill, and the YAML and JSON the totals too.
            if form != "csv" or value == region["region"]
        ]
    if noun == "check":
        active = [each for each in body["findings"] if each["state"] == "active"]
        return [value for each in active for value in (each["rule"], each["file"], str(each["line"]))]
    if noun == "suggest":
        totals = [] if form == "csv" else [each["total_usd"] for each in body["choices"]]
        return [body["stream"], str(body["recommended_shards"]), *totals]
    if noun == "fleet":
        money = [] if form in LINES_ONLY else [each["cost_usd_per_month"] for each in body["streams"]]
        return [*(each["name"] for each in body["streams"]), *money]
    if noun == "reshard":
        return [str(each["shards_after"]) for each in body["steps"]]
    return [each["price_usd"] for each in body["prices"] if each["price_usd"] is not None]


@pytest.mark.parametrize(("noun", "form"), [(noun, form) for noun, form in FORMATS if noun in ARGUMENTS])
def test_every_format_of_every_noun_says_the_same_values(noun, form, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    page = html.unescape(said(noun, form)).replace("\\", "")
    if form != "csv":
        page = re.sub(r"(?<=\d),(?=\d{3}\b)", "", page)
    found = set(re.findall(r"[A-Za-z0-9_./-]+", page))
    found |= {each.strip(".") for each in found} | {part for each in found for part in each.split("/")}
    for value in values(noun, form):
        assert {value, value.split("/")[-1]} & found, value


def test_no_command_with_formats_is_left_out():
    assert {noun for noun, _ in FORMATS} == set(ARGUMENTS)
    assert len(FORMATS) > 35


def opened(noun: str) -> tablib.Dataset:
    return tablib.Dataset().load(said(noun, "csv"), format="csv")


def total(sheet: tablib.Dataset, column: str) -> Decimal:
    return sum((Decimal(each) for each in sheet[column] if each), Decimal(0))


def test_csv_opened_as_a_spreadsheet_adds_up_to_the_totals_of_json():
    plan = json.loads(said("plan", "json"))
    sheet = opened("plan")
    assert total(sheet, "shards") == plan["total"]["shards"]
    assert len(sheet) == plan["total"]["streams"]
    # Each bill is rounded to cents, and their exact sum once.
    cents = Decimal("0.005") * (len(sheet) + 1)
    assert abs(total(sheet, "cost_total_usd") - Decimal(plan["total"]["cost_usd"])) <= cents
    fleet = json.loads(said("fleet", "json"))
    assert total(opened("fleet"), "cost_usd_per_month") == Decimal(fleet["total"]["cost_usd_per_month"])
    assert len(opened("check")) == len(json.loads(said("check", "json"))["findings"])
    cost = json.loads(said("cost", "json"))
    bills = opened("cost")
    for region in cost["regions"]:
        for mode in region["modes"][:2]:
            rows = [
                Decimal(row["total_usd"])
                for row in bills.dict
                if (row["region"], row["mode"]) == (region["region"], mode["mode"]) and row["total_usd"]
            ]
            assert abs(sum(rows) - Decimal(mode["total_usd"])) <= Decimal("0.005") * (len(rows) + 1)
    made = json.loads(said("suggest", "json"))
    (row,) = opened("suggest").dict
    assert (row["stream"], int(row["recommended_shards"])) == (made["stream"], made["recommended_shards"])
