"""Who owns each stream of a fleet, by a tag that a policy names, over HTTP."""

from __future__ import annotations

import json

import pytest

HERE = "us-east-1"
POLICY = "version: 1\npolicy: {owner_tag: team}\n"
PROFILE = (
    "version: 1\npolicy: {owner_tag: squad}\nstreams:\n  orders: {size: 1 KiB, rps: 10, region: us-east-1}\n"
)


@pytest.fixture
def fleet(aws, shardcalc, monkeypatch, tmp_path):
    """Runs fleet in a folder of its own, over two streams with tags and one without."""
    aws.steady = lambda metric, dimensions: 60.0
    aws.add("orders", region=HERE, tags={"team": "billing", "squad": "red"})
    aws.add("clicks", region=HERE, tags={"squad": "blue", "stage": "prod"})
    aws.add("plain", region=HERE)
    monkeypatch.chdir(tmp_path)
    at = ("--region", HERE, "--endpoint-url", aws.url, "--days", "1")
    return lambda *more: shardcalc("fleet", *at, *more)


def owners(result):
    assert result.code == 0, result.err
    return {row["name"]: row["owner"] for row in json.loads(result.out)["streams"]}


def test_without_a_policy_no_tag_is_asked_for(aws, fleet):
    assert set(owners(fleet("--format", "json")).values()) == {None}
    assert "owner" not in fleet().out
    assert aws.asked("GetResources") == []


def test_the_policy_of_the_working_folder_names_the_tag(aws, fleet, tmp_path):
    (tmp_path / ".shardcalc.yaml").write_text(POLICY)
    assert owners(fleet("--format", "json")) == {"orders": "billing", "clicks": None, "plain": None}
    lines = fleet().out.splitlines()
    assert [line.split()[:2] for line in lines[1:] if line.startswith(("stream", "orders", "plain"))] == [
        ["stream", "owner"], ["orders", "billing"], ["plain", "-"],
    ]  # fmt: skip
    assert "| stream | owner |" in fleet("--format", "markdown").out
    assert [body["TagFilters"] for body in aws.asked("GetResources")] == [[{"Key": "team"}]] * 3


def test_the_policy_of_the_profiles_names_it_before_that(fleet, tmp_path):
    (tmp_path / ".shardcalc.yaml").write_text(POLICY)
    (tmp_path / "orders.yaml").write_text(PROFILE)
    found = owners(fleet("--profiles", "orders.yaml", "--format", "json"))
    assert found == {"orders": "red", "clicks": "blue", "plain": None}


def test_tags_that_may_not_be_read_cost_only_the_column(aws, fleet, tmp_path):
    (tmp_path / ".shardcalc.yaml").write_text(POLICY)
    aws.fault("GetResources", status=400, code="AccessDeniedException")
    result = fleet("--format", "json")
    assert set(owners(result).values()) == {None}
    assert "note: the owners of the streams of account 123456789012 in us-east-1 are unknown: " in result.err
    assert "tag:GetResources is missing" in result.err


def test_tags_are_read_a_hundred_streams_a_call(aws, fleet, tmp_path):
    (tmp_path / ".shardcalc.yaml").write_text(POLICY)
    for number in range(120):
        aws.add(f"s{number:03d}", region=HERE, tags={"team": str(number)})
    found = owners(fleet("--format", "json"))
    assert (found["s000"], found["s119"], len(found)) == ("0", "119", 123)
    assert len(aws.asked("GetResources")) == 2


def test_a_policy_file_that_cannot_be_used_is_told(aws, fleet, tmp_path):
    (tmp_path / ".shardcalc.yaml").write_text("version: 1\npolicy: {owner_tags: team}\n")
    result = fleet()
    assert result.code == 2
    assert "did you mean owner_tag?" in result.err
    assert aws.requests == []
