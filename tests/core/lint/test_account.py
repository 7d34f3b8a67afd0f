"""What all streams of an account are together, at the largest of them in its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shardcalc.core.history.model import AccountQuota
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.run_check import check
from tests.synthetic import history

REGION = "region: eu-central-1"


def profile(name: str, rps: int, more: str = "", policy: str = "") -> str:
    """Records of 1 KiB, so that 1,000 a second are a shard."""
    head = f"policy:\n  {policy}\n" if policy else ""
    return f"version: 1\n{head}streams:\n  {name}: {{{REGION}, size: 1 KiB, rps: {rps}{more}}}\n"


def found(folder: Path, rule: str, *arguments: str) -> list[dict[str, object]]:
    rows = json.loads(check(str(folder), "--format", "json", *arguments).out)["findings"]
    return [row for row in rows if row["rule"] == rule]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_shards_of_all_files_are_added_up_and_told_at_the_largest_stream(tmp_path):
    write(tmp_path, a=profile("small", 400_000), b=profile("large", 601_000))
    # 400 + 601 = 1,001 shards of 1,000 or 6,000
    [row] = found(tmp_path, "SC011")
    assert (row["severity"], row["stream"], row["line"], row["column"]) == ("warning", "large", 3, 3)
    assert row["file"] == f"{tmp_path}/b.yaml"
    assert "2 provisioned streams in eu-central-1 have 1,001 shards together" in row["message"]
    write(tmp_path, b=profile("large", 600_000))
    assert found(tmp_path, "SC011") == []


def test_declared_shards_count_before_needed_ones(tmp_path):
    # 400 + 5,601 = 6,001 shards
    write(tmp_path, a=profile("small", 400_000), b=profile("large", 600_000, ", shards: 5601"))
    assert [row["severity"] for row in found(tmp_path, "SC011")] == ["error"]


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("ignore: [{rule: shard-quota, reason: raised}]", [("suppressed", "warning")]),
        ("rules: {shard-quota: error}", [("active", "error")]),
        ("rules: {shard-quota: off}", []),
    ],
)
def test_the_policy_of_the_largest_stream_counts(policy, state, tmp_path):
    write(tmp_path, a=profile("small", 400_000), b=profile("large", 601_000, policy=policy))
    rows = found(tmp_path, "SC011")
    assert [(row["state"], row["severity"]) for row in rows] == state
    assert found(tmp_path, "SC030") == []


def test_no_file_alone_knows_whether_the_suppression_of_an_accounts_rule_is_used(tmp_path):
    policy = "ignore: [{rule: shard-quota, reason: raised}, {rule: both-on-demand, reason: moving}]"
    write(tmp_path, a=profile("small", 1_000, policy=policy))
    assert found(tmp_path, "SC030") == []


def test_both_on_demand_modes_are_told_at_the_larger_on_demand_stream(tmp_path):
    write(
        tmp_path,
        a=profile("standard", 2_000, ", mode: on-demand"),
        b=profile("advantage", 3_000, ", mode: on-demand-advantage"),
        c=profile("provisioned", 9_000),
    )
    [row] = found(tmp_path, "SC045")
    assert (row["stream"], row["severity"]) == ("advantage", "error")


def test_files_that_are_shared_out_are_added_up_too(tmp_path):
    # 240 files of 5 shards: 1,200
    write(tmp_path, **{f"f{number:03}": profile(f"s{number}", 5_000) for number in range(240)})
    [row] = found(tmp_path, "SC011")
    assert "240 provisioned streams in eu-central-1 have 1,200 shards together" in row["message"]


def test_the_quota_of_a_history_is_exact_in_check_and_in_the_review(tmp_path):
    saved = tmp_path / "orders.json"
    write_history_file(history(account=AccountQuota(shard_limit=500, open_shard_count=100)), str(saved))
    # 12 + 489 = 501 shards, where 20,000 are the quota of most accounts in us-east-1
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    text = "version: 1\nstreams:\n  orders: {size: 1 KiB, rps: 8k, shards: 12, region: us-east-1, owner: a}\n"
    text += "  other: {size: 1 KiB, rps: 480k, shards: 489, region: us-east-1, owner: a}\n"
    (profiles / "all.yaml").write_text(text)
    assert found(profiles, "SC011") == []
    ran = check(str(profiles), "--history", str(saved), "--format", "json")
    [row] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "SC011"]
    assert (row["severity"], row["stream"]) == ("error", "other")
    assert "have 501 shards together, which is above the account's quota of 500" in row["message"]
    page = run("report", str(profiles), "--history", str(saved), "--format", "markdown").out
    assert row["message"] in page.split("## other")[1]
