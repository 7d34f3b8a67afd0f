"""Run check on a fixed day, and the profiles that its tests begin with."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import Ran, run

TODAY = "2026-12-01"


def check(*arguments: str) -> Ran:
    """Run ``shardcalc check`` with these arguments, as on the first of December 2026."""
    day = () if "--today" in arguments else ("--today", TODAY)
    return run("check", *day, *arguments)


# Needed: 21 shards, by hand: 6 MiB/s to 7 consumers is 42 MiB/s, a shard gives 2. So SC001 at 12; 7 consumers
# poll 7 times
# where 5 are allowed, SC003; nobody owns it, SC023; one rate, SC024; no outage is planned for, SC047.
ORDERS = """\
version: 1
streams:
  orders:
    size: 1 MiB
    rps: 6
    consumers: 7
    shards: 12
"""


def write(folder: Path, text: str, name: str = "orders.yaml") -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file)


def found(*arguments: str) -> list[dict[str, object]]:
    ran = check(*arguments, "--format", "json")
    assert ran.err == ""
    return json.loads(ran.out)["findings"]


def ids(rows: list[dict[str, object]], state: str = "active") -> list[str]:
    return sorted(str(row["rule"]) for row in rows if row["state"] == state)


WARNED = ORDERS.replace("shards: 12", "shards: 21")


INFORMED = "version: 1\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: 10}\n"


CLEAN = "version: 1\nstreams:\n  orders: {owner: a, size: 1 KiB, rps: {mean: 10, peak: 20}}\n"


def planned(tmp_path: Path, text: str, *arguments: str) -> str:
    """A plan as the main branch's CI job saves it."""
    ran = run("plan", write(tmp_path, text), "--format", "json", *arguments)
    assert ran.code == 0
    return write(tmp_path, ran.out, "main-plan.json")
