"""What all streams of an account are together, at the largest of them in its file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from shardcalc.core.capacity.account import AccountRow
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history.model import AccountQuota
from shardcalc.core.lint.check import Found, Seen, State, check_account, once_a_region
from shardcalc.core.lint.rules import BY_NAME
from shardcalc.core.lint.rules.facts import UNVERIFIED_PRICE
from shardcalc.core.workload.declared import Identity, Place
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.requirements import Suppression
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


# ── several accounts ─────────────────────────────────────────────────────────────────────────────

LIMITS = built_in_limits()
TODAY = date(2026, 12, 1)
ONE, TWO = "000000000001", "000000000002"


def seen(account: str, name: str, shards: int, mode: Mode = Mode.PROVISIONED, **more) -> Seen:
    made = Seen(
        identity=Identity(account, "prod", "eu-central-1", name),
        file=f"{name}.yaml",
        place=Place(3, 3),
        summary=None,
        row=AccountRow("eu-central-1", mode, shards, account),
        grades={},
        ignore=(),
        quota=None,
        owner="",
    )
    return made._replace(**more)


def test_each_account_is_told_at_its_own_largest_stream():
    streams = [
        seen(ONE, "a", 600),
        seen(ONE, "b", 700, quota=1_299),
        seen(TWO, "c", 700),
        seen(TWO, "d", 300),
        # On demand it has no shards of the quota, however many it is planned with.
        seen(ONE, "e", 9_000, Mode.ON_DEMAND_STANDARD),
    ]
    # 1,300 where 1,299 are the quota; 1,000 of 1,000 or 6,000.
    [row] = check_account(streams, LIMITS, TODAY)
    assert (row.rule.name, row.severity, row.state, row.reason) == ("shard-quota", "error", "active", "")
    assert (row.file, row.place, row.stream, row.field) == (
        "b.yaml",
        Place(3, 3),
        f"b (prod, {ONE})",
        "streams.b",
    )
    assert row.of == streams[1].identity
    assert row.key == ("SC011", "b.yaml", f"b (prod, {ONE})")
    assert row.message.startswith(
        f"2 provisioned streams in eu-central-1 of account {ONE} have 1,300 shards together"
    )
    assert check_account([*streams[:1], *streams[2:]], LIMITS, TODAY) == []
    more = [*streams, seen(TWO, "f", 1)]
    assert [each.stream for each in check_account(more, LIMITS, TODAY)] == [
        f"b (prod, {ONE})",
        f"c (prod, {TWO})",
    ]


def test_both_kinds_of_on_demand_are_told_in_the_account_that_has_both():
    streams = [
        seen(ONE, "a", 9, Mode.ON_DEMAND_STANDARD),
        seen(TWO, "b", 1, Mode.ON_DEMAND_STANDARD),
        seen(TWO, "c", 2, Mode.ON_DEMAND_ADVANTAGE),
        seen(TWO, "d", 7),
    ]
    [row] = check_account(streams, LIMITS, TODAY)
    assert (row.rule.id, row.stream, row.fact) == ("SC045", f"c (prod, {TWO})", None)
    assert check_account(streams[:2], LIMITS, TODAY) == []


def test_grades_and_suppressions_of_the_largest_stream_count():
    hidden = Suppression("Shard-Quota", "raised")
    small, large = seen(ONE, "a", 1), seen(ONE, "b", 6_000)

    def told(**more):
        return [
            (each.severity, each.state, each.reason)
            for each in check_account([small, large._replace(**more)], LIMITS, TODAY)
        ]

    assert told() == [("error", "active", "")]
    assert told(grades={"SC011": Severity.INFO}) == [("info", "active", "")]
    assert told(grades={"SC011": None}) == []
    assert told(ignore=(hidden,)) == [("error", "suppressed", "raised")]
    assert told(ignore=(hidden._replace(until=TODAY),)) == [("error", "suppressed", "raised")]
    assert told(ignore=(hidden._replace(until=date(2026, 11, 30)),)) == [("error", "active", "")]
    assert told(ignore=(Suppression("hot-key", "no"),)) == [("error", "active", "")]


def test_a_price_is_told_once_for_each_region():
    def told(region, rule=UNVERIFIED_PRICE, state=State.ACTIVE, of=True):
        identity = Identity("", "", region, "a") if of else None
        return Found(rule, Severity.INFO, "", "", "a.yaml", None, "a", "", None, state, "", identity)

    first, second, other = told("eu-west-1"), told("eu-west-1"), told("eu-west-2")
    hot = told("eu-west-1", BY_NAME["hot-key"])
    hidden = told("eu-west-1", state=State.SUPPRESSED)
    nowhere = told("eu-west-1", of=False)
    kept = once_a_region([hidden, first, second, other, hot, hot, nowhere, nowhere, told("eu-west-2")])
    assert kept == [hidden, first, other, hot, hot, nowhere, nowhere]
