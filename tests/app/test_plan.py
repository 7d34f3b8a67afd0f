"""The plans of several streams: what they are together is told once, above them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import shardcalc
from tests.run_check import run


def written(folder: Path, count: int) -> str:
    """Streams of 20 shards each: 20,000 records/s of 1 KiB."""
    rows = "".join(f"  s{number}: {{size: 1 KiB, rps: 20k}}\n" for number in range(count))
    (folder / "p.yaml").write_text(f"version: 1\ndefaults: {{region: eu-central-1}}\nstreams:\n{rows}")
    return str(folder / "p.yaml")


def test_a_report_says_what_all_streams_are_to_their_account(tmp_path):
    # 50 x 20 = 1,000 shards are within the quota, 51 x 20 = 1,020 may not be
    assert shardcalc.plan(shardcalc.load(written(tmp_path, 50))).account == ()
    [(home, finding)] = shardcalc.plan(shardcalc.load(written(tmp_path, 51))).account
    assert (home, finding.id, finding.severity) == (("", "eu-central-1"), "shard-quota", "warning")


def test_declared_shards_count_before_planned_ones(tmp_path):
    stream = shardcalc.load(written(tmp_path, 1), shards="6001")[0]
    [(_, finding)] = shardcalc.plan([stream]).account
    assert "has 6,001 shards" in finding.message


# 2,100 streams are planned in parts, where there are processors for them
@pytest.mark.parametrize("streams", [3, 60, 2100])
def test_json_has_the_findings_of_the_account_however_many_streams_there_are(streams, tmp_path):
    file = written(tmp_path, streams)
    document = json.loads(run("plan", file, "--format", "json").out)
    found = [(row["region"], row["severity"], row["message"]) for row in document["account_findings"]]
    # 3 x 20 = 60; 60 x 20 = 1,200; 2,100 x 20 = 42,000
    severity = {60: "warning", 2100: "error"}.get(streams)
    together = f"{streams:,} provisioned streams in eu-central-1 have {streams * 20:,} shards together"
    assert [(region, how) for region, how, _ in found] == ([("eu-central-1", severity)] if severity else [])
    assert all(message.startswith(together) for *_, message in found)


def test_pages_show_them_below_the_summary(tmp_path):
    file = written(tmp_path, 60)
    for arguments in (("--all",), ("--all", "--format", "markdown")):
        page = run("plan", file, *arguments).out
        at = page.index("60 provisioned streams in eu-central-1")
        assert page.index("60 streams") < at < page.index("s0: 20 shards")
