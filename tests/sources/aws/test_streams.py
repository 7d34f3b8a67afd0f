"""Streams as Kinesis describes them, over HTTP: pages and their quirks, states, members that are missing."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import boto3
import pytest

from shardcalc.core.text import BadValue
from shardcalc.sources.aws.errors import AwsError, Trouble
from shardcalc.sources.aws.histories import find
from shardcalc.sources.aws.session import Access, Account
from shardcalc.sources.aws.streams import Named, describe, elsewhere, list_streams, named, quota

HERE = "eu-west-1"


def test_every_stream_is_listed_where_pages_have_no_token(moto):
    """Moto lists ten a page and says HasMoreStreams without NextToken, where boto3's own paginator stops."""
    client = boto3.client("kinesis", endpoint_url=moto, region_name=HERE)
    names = [f"stream-{number:02d}" for number in range(23)]
    for name in names:
        client.create_stream(StreamName=name, ShardCount=1)
    with Account(Access(endpoint_url=moto)) as account:
        assert list(list_streams(account, HERE)) == names
    assert (
        len(
            [name for page in client.get_paginator("list_streams").paginate() for name in page["StreamNames"]]
        )
        == 10
    )
    client.close()


@pytest.mark.parametrize("tokens", [True, False])
def test_every_stream_is_listed_over_pages(aws, account, tokens):
    aws.page_streams, aws.list_tokens = 7, tokens
    names = [f"s{number:03d}" for number in range(30)]
    for name in names:
        aws.add(name)
    assert list(list_streams(account, HERE)) == names
    assert len(aws.asked("ListStreams")) == 5


@pytest.mark.parametrize("tokens", [True, False])
def test_a_list_of_streams_that_repeats_a_page_ends(aws, account, tokens):
    aws.list_tokens = tokens
    for number in range(3):
        aws.add(f"s{number}")
    more = {"HasMoreStreams": True} | ({"NextToken": "after s0"} if tokens else {})
    aws.fault("ListStreams", change=lambda answer: {"StreamNames": ["s0", "s1"], **more})
    with pytest.raises(AwsError, match="repeats a page") as raised:
        list(list_streams(account, HERE))
    assert raised.value.trouble is Trouble.BROKEN
    assert len(aws.asked("ListStreams")) == 2


def test_closed_parents_are_not_open_shards(moto):
    """4 shards split into 8: moto keeps the 4 parents, and lists them with the filter too."""
    client = boto3.client("kinesis", endpoint_url=moto, region_name=HERE)
    client.create_stream(StreamName="orders", ShardCount=4)
    client.update_shard_count(StreamName="orders", TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    assert len(client.list_shards(StreamName="orders")["Shards"]) == 12
    client.close()
    with Account(Access(endpoint_url=moto)) as account:
        assert describe(account, Named("orders", HERE)).open_shards == 8


def test_open_shards_are_counted_over_all_pages(aws, account):
    aws.page_shards = 10
    aws.add("orders", shards=25, closed=12, summary={"OpenShardCount": 999})
    stream = describe(account, Named("orders", HERE))
    assert stream.open_shards == 25
    assert len(set(stream.shard_ids)) == 25
    first, *others = aws.asked("ListShards")
    assert first["ShardFilter"] == {"Type": "AT_LATEST"}
    assert [list(body) for body in others] == [["NextToken"]] * 3


def test_a_list_of_shards_that_repeats_a_page_ends(aws, account):
    aws.add("orders")
    aws.fault("ListShards", change=lambda answer: {**answer, "NextToken": "orders 0"})
    with pytest.raises(AwsError, match="repeats a page"):
        describe(account, Named("orders", HERE))
    assert len(aws.asked("ListShards")) == 2


def test_registered_consumers_are_named(aws, account):
    aws.add("orders", consumers=("billing", "search"))
    assert describe(account, Named("orders", HERE)).registered == ("billing", "search")


def test_missing_newer_members_are_unknown_and_not_zero(aws, account):
    gone = {
        "ConsumerCount": None,
        "MaxRecordSizeInKiB": None,
        "StreamModeDetails": None,
        "OpenShardCount": None,
        "EnhancedMonitoring": None,
    }
    aws.add("orders", shards=3, consumers=("billing",), summary=gone)
    stream = describe(account, Named("orders", HERE), list_shards=False)
    assert stream.open_shards == 3
    assert stream.registered == ("billing",)
    assert stream.mode == "PROVISIONED"
    assert (stream.max_record_size_kib, stream.warm_throughput_mibps, stream.enhanced_metrics) == (
        None,
        None,
        None,
    )


def test_newer_members_are_read(aws, account):
    newer = {
        "WarmThroughput": {"TargetMiBps": 200, "CurrentMiBps": 100},
        "MaxRecordSizeInKiB": 2048,
        "ChannelCount": 1,
        "SomethingNew": {"a": 1},
    }
    aws.add("clicks", mode="ON_DEMAND", enhanced=("IncomingBytes", "IncomingRecords"), summary=newer)
    stream = describe(account, Named("clicks", HERE))
    assert (stream.mode, stream.warm_throughput_mibps, stream.max_record_size_kib) == ("ON_DEMAND", 100, 2048)
    assert stream.enhanced_metrics == ("IncomingBytes", "IncomingRecords")


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "UPDATING", "SOMETHING_NEW"])
def test_a_stream_that_is_not_active_is_not_read(aws, account, status):
    aws.add("orders", status=status)
    with pytest.raises(AwsError, match=f"stream orders in eu-west-1 is {status}") as raised:
        describe(account, Named("orders", HERE))
    assert raised.value.trouble is Trouble.STATE
    assert len(aws.requests) == 1


def test_a_stream_may_be_named_by_its_arn(aws, account):
    aws.add("orders", region="us-east-2")
    arn = "arn:aws:kinesis:us-east-2:123456789012:stream/orders"
    stream = describe(account, named(arn, "", account))
    assert (stream.name, stream.region, stream.arn) == ("orders", "us-east-2", arn)
    assert {region for _, region, _ in aws.requests} == {"us-east-2"}


@pytest.mark.parametrize("name", ["", "a b", "größe", "a/b", "x" * 129, "orders/consumer/billing"])
def test_a_name_that_aws_refuses_is_refused_in_an_arn_too(account, name):
    for text in (name, f"arn:aws:kinesis:us-east-2:123456789012:stream/{name}"):
        with pytest.raises(BadValue, match="is not a stream's name"):
            named(text, HERE, account)


def test_the_quota_is_that_of_the_region(aws, account):
    aws.add("orders", shards=7)
    said = quota(account, HERE)
    assert (said.shard_limit, said.open_shard_count) == (6000, 7)


def test_a_stream_of_another_region_is_found(aws, account):
    aws.add("orders", region="us-west-2")
    aws.add("orders", region="ap-south-1")
    assert elsewhere(account, Named("orders", HERE)) == ["ap-south-1", "us-west-2"]


def test_other_partitions_are_not_asked(aws, account):
    elsewhere(account, Named("orders", HERE))
    asked = {region for _, region, _ in aws.requests}
    assert "us-east-1" in asked
    assert not [
        region for region in asked if region.startswith(("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"))
    ]


def test_a_failing_stream_does_not_hide_the_others(aws, account):
    for name in ("a", "b", "c"):
        aws.add(name)
    aws.fault(
        "DescribeStreamSummary",
        status=400,
        code="AccessDeniedException",
        when=lambda body: body["StreamName"] == "b",
    )
    found = list(find(account, HERE))
    assert [getattr(one, "name", None) or one.subject for one in found] == ["a", "b", "c"]
    assert isinstance(found[1], AwsError)


def test_what_stops_every_stream_is_asked_once(aws, account):
    for number in range(50):
        aws.add(f"s{number:02d}")
    aws.fault("DescribeStreamSummary", status=400, code="ExpiredTokenException")
    found = list(find(account, HERE))
    assert len(found) == 50
    assert all(isinstance(one, AwsError) and one.trouble is Trouble.EXPIRED for one in found)
    assert len(aws.asked("DescribeStreamSummary")) == 1


def test_a_role_is_assumed_with_its_external_id(moto):
    """Moto's STS gives the role's credentials; the call after it is signed with them."""
    role = "arn:aws:iam::210987654321:role/reader"
    assumed = boto3.client("sts", endpoint_url=moto, region_name=HERE).assume_role(
        RoleArn=role, RoleSessionName="test"
    )["Credentials"]
    keys = {
        "aws_access_key_id": assumed["AccessKeyId"],
        "aws_secret_access_key": assumed["SecretAccessKey"],
        "aws_session_token": assumed["SessionToken"],
    }
    theirs = boto3.client("kinesis", endpoint_url=moto, region_name=HERE, **keys)
    theirs.create_stream(StreamName="theirs", ShardCount=1)
    with Account(Access(endpoint_url=moto, role_arn=role, external_id="secret")) as account:
        assert list(list_streams(account, HERE)) == ["theirs"]
    with Account(Access(endpoint_url=moto)) as account:
        assert list(list_streams(account, HERE)) == []
    with urlopen(Request(f"{moto}/moto-api/data.json")) as answer:
        assert json.load(answer)


def test_the_profile_says_the_region(aws, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text("[profile team]\nregion = sa-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with Account(Access(profile="team", endpoint_url=aws.url)) as account:
        assert account.region == "sa-east-1"
