"""The rules: each triggers on its one example and not on the other, at the right place, and is documented."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from shardcalc.core.advice import decision
from shardcalc.core.capacity import account, on_demand
from shardcalc.core.capacity import findings as findings_of_a_plan
from shardcalc.core.facts import built_in_limits
from shardcalc.core.lint.rule import example
from shardcalc.core.lint.rules import BY_FINDING, REPLACED, RULES, UNUSABLE
from tests.places import ROOT
from tests.run_check import check, run

# Line and column of the value at fault in each triggering example, found by hand: three lines of head, then a
# field a line
# from column 5, its value two columns after the colon.
PLACES = {
    "SC001": "7:13",  # shards: 12
    "SC002": "6:13",  # shards: 16
    "SC003": "6:16",  # consumers: 6
    "SC004": "6:18",  # hottest_key: 30%
    "SC005": "6:18",
    "SC006": "5:15",  # max_size: 2 MiB
    "SC007": "4:11",  # size: 2 MiB
    "SC008": "6:14",  # fan_out: 21
    "SC009": "6:16",  # retention: 24h
    "SC010": "8:5",  # catch_up: a mapping, so its key
    "SC011": "3:3",  # the stream's name: the quota is the account's
    "SC012": "6:16",
    "SC013": "8:16",
    "SC014": "6:16",
    "SC015": "7:13",  # budget: 100 USD
    "SC016": "6:13",  # shards: 1
    "SC017": "7:13",  # shards: 16
    "SC018": "3:3",  # no mode is given: the stream's name
    "SC019": "7:63",  # consumers.0.parallelization_factor: 11
    "SC020": "7:51",  # consumers.0.poll_interval: 1 min
    "SC021": "6:5",
    "SC022": "6:5",
    "SC023": "3:3",
    "SC024": "5:10",  # rps: 10
    "SC025": "6:13",
    "SC026": "1:10",  # version: 1
    "SC027": "7:22",  # expect.shards: 12
    "SC028": "7:54",  # until
    "SC029": "7:16",  # rule
    "SC030": "8:16",
    "SC031": "7:22",  # long_term_reads: 1 TiB
    "SC035": "7:10",  # rps: 110k
    "SC036": "6:10",  # rps: 5000
    "SC037": "6:5",  # rps: a mapping, so its key
    "SC038": "7:16",  # consumers: 3
    "SC039": "7:13",  # shards: 4
    "SC040": "5:10",  # rps: 1000
    "SC041": "7:13",  # growth: 10%/month
    "SC044": "7:11",  # skew: 1.1
    "SC045": "3:3",
    "SC032": "7:51",  # consumers.0.batch_size: 100
    "SC033": "9:5",  # consumers: a list, so its key
    "SC034": "6:5",
    "SC046": "4:11",  # size: 100 B
    "SC047": "6:16",  # no retention is given: consumers: 2
    "SC048": "4:17",  # throughput: 5 MB/s
}

OF_A_HISTORY = ("SC042", "SC043")
"""Rules that compare with a history; tests/cli/test_one_verdict.py triggers them."""
BY_PROFILE = [rule for rule in RULES if rule.id not in OF_A_HISTORY]


def findings(folder: Path, text: str) -> list[dict[str, object]]:
    (folder / "profile.yaml").write_text(text)
    ran = check(str(folder / "profile.yaml"), "--format", "json")
    assert ran.err == ""
    return json.loads(ran.out)["findings"]


@pytest.mark.parametrize("rule", BY_PROFILE, ids=lambda rule: f"{rule.id}-{rule.name}")
def test_a_rule_triggers_on_its_example_at_the_value_at_fault(rule, tmp_path):
    found = [
        each
        for each in findings(tmp_path, example(rule.bad))
        if each["rule"] == rule.id and each["state"] == "active"
    ]
    assert found
    assert found[0]["name"] == rule.name
    assert found[0]["severity"] == rule.severity
    assert f"{found[0]['line']}:{found[0]['column']}" == PLACES[rule.id]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.name}")
def test_a_rule_is_silent_on_its_clean_example(rule, tmp_path):
    assert not [each for each in findings(tmp_path, example(rule.good)) if each["rule"] == rule.id]


@pytest.mark.parametrize("rule", BY_PROFILE, ids=lambda rule: rule.id)
def test_a_rule_can_be_suppressed_where_it_may_be_and_turned_off(rule, tmp_path):
    text = example(rule.bad)
    policy = f"policy:\n  rules: {{{rule.id}: off}}\n"
    off = (
        text.replace("policy:\n", f"policy:\n  rules: {{{rule.name}: off}}\n")
        if "policy:" in text
        else text.replace("streams:\n", policy + "streams:\n", 1)
    )
    assert not [each for each in findings(tmp_path, off) if each["rule"] == rule.id]
    if rule.name.startswith("suppression-"):
        return  # what is wrong with a suppression is not suppressed by another
    ignore = f"  ignore: [{{rule: {rule.name}, reason: known}}]\n"
    hidden = (
        text.replace("policy:\n", f"policy:\n{ignore}")
        if "policy:" in text
        else text.replace("streams:\n", f"policy:\n{ignore}streams:\n", 1)
    )
    states = {each["state"] for each in findings(tmp_path, hidden) if each["rule"] == rule.id}
    assert states == {"suppressed"}


def test_an_unusable_file_is_told_in_the_format_asked_for_and_leaves_with_2(tmp_path):
    file = tmp_path / "profile.yaml"
    file.write_text(example(UNUSABLE.bad))
    ran = check(str(file), "--format", "json")
    assert ran.code == 2
    (found,) = json.loads(ran.out)["findings"]
    assert (found["rule"], found["line"], found["column"]) == ("SC000", 4, 11)
    assert ran.err.startswith(
        f"error: {file}: 1 problem, nothing was checked\n  {file}:4:11  streams.orders.size: "
    )
    file.write_text(example(UNUSABLE.good))
    assert check(str(file)).code == 0


def test_a_price_that_is_unknown_is_told_once_a_region(tmp_path):
    streams = "".join(
        f"  {region}-{name}: {{size: 1, rps: 1, region: {region}{more}}}\n"
        for region in ("cn-north-1", "us-east-1", "cn-northwest-1")
        for name, more in (
            ("a", ", ignore: [{rule: SC025, reason: known}]"),
            ("b", ""),
            ("c", ""),
        )
    )
    (tmp_path / "one.yaml").write_text(f"version: 1\nstreams:\n{streams}")
    (tmp_path / "two.yaml").write_text("version: 1\nstreams: {d: {size: 1, rps: 1, region: cn-north-1}}\n")
    told = [
        (each["stream"], each["state"], each["message"], each["remedy"])
        for each in json.loads(check(str(tmp_path), "--format", "json").out)["findings"]
        if each["rule"] == "SC025"
    ]
    assert [row[:2] for row in told] == [
        ("cn-north-1-a", "suppressed"),
        ("cn-north-1-b", "active"),
        ("cn-northwest-1-a", "suppressed"),
        ("cn-northwest-1-b", "active"),
    ]
    review = run("report", str(tmp_path), "--format", "markdown").out
    assert review.count("in cn-north-1 no price is known") == 1
    assert told[1][2:] == (
        "in cn-north-1 no price is known for shard-hours; PUT payload units",
        "shardcalc facts refresh --region cn-north-1 reads AWS's, --prices FILE takes yours",
    )


def test_ids_are_for_ever():
    """A name or id that users wrote into files must not change; SC010 is gone, and its id stays unused."""
    numbers = [number for number in range(1, len(RULES) + 2) if number != 10]
    assert [rule.id for rule in RULES] == [f"SC{number:03}" for number in numbers]
    assert [rule.name for rule in RULES] == [
        "under-provisioned", "over-provisioned", "getrecords-calls", "hot-key", "hot-key-shard",
        "record-too-large", "large-records", "fan-out-consumers", "backlog-expires", "shard-quota",
        "retention-range", "retention-cost", "retention-step", "over-budget", "over-utilised", "unreachable",
        "cheaper-mode", "lambda-settings", "slow-poll", "aggregation-idle", "aggregation-unfilled",
        "no-owner", "peak-missing", "unverified-price", "stale-facts", "expectation", "suppression-expired",
        "suppression-unknown", "suppression-unused", "long-term-reads", "lambda-payload",
        "lambda-concurrency", "flink-calls", "on-demand-ceiling", "on-demand-start", "on-demand-burst",
        "on-demand-readers", "shards-ignored", "full-use", "runs-out", "not-applied", "profile-differs",
        "skew-contradicts", "both-on-demand", "small-records", "no-catch-up", "size-unknown",
    ]  # fmt: skip


TOLD = {"put-record"}
"""What a plan tells in passing, with nothing to do about it."""


def test_every_finding_of_a_plan_has_a_rule():
    """A finding that is added to a plan or to a decision must not be lost by check."""
    made = {
        node.args[0].value
        for module in (account, decision, findings_of_a_plan, on_demand)
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Finding"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(made) > 10
    assert made - TOLD == BY_FINDING.keys() | REPLACED


def test_each_rule_names_a_fact_that_exists_and_ends_its_sentences_alike():
    limits = built_in_limits()
    for rule in RULES:
        assert not rule.fact or rule.source(limits).source.url.startswith("https://")
        assert rule.summary[0].islower()
        assert not rule.summary.endswith(".")
        assert not rule.remedy.endswith(".")
        assert rule.reason.endswith(".")


def test_the_page_of_rules_is_generated_from_the_rules():
    """Write it again with: shardcalc check --explain all --format markdown -o docs/rules.md"""
    ran = run("check", "--explain", "all", "--format", "markdown")
    assert ran.code == 0
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == ran.out


@pytest.mark.parametrize("name", ["SC003", "sc003", "getrecords-calls"])
def test_a_rule_is_explained_by_id_or_name(name):
    ran = run("check", "--explain", name)
    assert ran.code == 0
    assert ran.out.startswith("SC003 getrecords-calls  warning\n")
    assert "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html" in ran.out
    assert "consumers: 6" in ran.out
    assert "consumers: 5" in ran.out
    assert json.loads(run("check", "--explain", name, "--format", "json").out)["rules"][0]["rule"] == "SC003"


def test_an_unknown_rule_is_not_explained_and_the_nearest_is_named():
    ran = run("check", "--explain", "hot-keys")
    assert ran.code == 2
    assert "did you mean hot-key?" in ran.err
    assert run("check", "--explain", "SC003", "--format", "sarif").code == 2
