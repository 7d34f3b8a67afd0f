"""What is asked of AWS, and with which credentials, over HTTP: Region, account, partition, role."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HERE = "us-east-1"
OWN, OTHER = "123456789012", "210987654321"


def arn(account=OWN, region=HERE, partition="aws"):
    return f"arn:{partition}:kinesis:{region}:{account}:stream/orders"


def role(account=OTHER, partition="aws"):
    return f"arn:{partition}:iam::{account}:role/reader"


@pytest.fixture
def at(aws):
    aws.steady = lambda metric, dimensions: 60.0
    return ("--endpoint-url", aws.url, "--days", "1")


def queried(aws):
    """The AccountId of each query that was sent."""
    return {row.get("AccountId") for body in aws.asked("GetMetricData") for row in body["MetricDataQueries"]}


# ── the Region ──


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-west-2"}, "eu-west-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-2"}, "us-west-2"),
        ({"AWS_DEFAULT_REGION": "us-west-2"}, "us-west-2"),
    ],
)
@pytest.mark.parametrize("command", [("observe", "orders"), ("fleet",)])
def test_the_region_of_the_environment_is_that_of_awss_sdks(
    aws, at, shardcalc, monkeypatch, command, variables, region
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    aws.add("orders", region=region)
    result = shardcalc(*command, *at)
    assert result.code == 0, result.err
    assert {place for _, place, _ in aws.requests} == {region}


def test_an_option_wins_over_the_environment(aws, at, shardcalc, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    aws.add("orders", region="us-west-2")
    assert shardcalc("observe", "orders", *at, "--region", "us-west-2").code == 0


@pytest.mark.parametrize("command", ["observe", "suggest"])
def test_a_region_that_contradicts_the_arn_is_refused_before_aws_is_asked(aws, at, shardcalc, command):
    result = shardcalc(command, arn(region="us-west-2"), *at, "--region", "eu-west-1")
    assert (result.code, result.out) == (2, "")
    assert "--region eu-west-1 contradicts the stream's ARN, which says us-west-2" in result.err
    assert aws.requests == []
    aws.add("orders", region="us-west-2")
    assert shardcalc(command, arn(region="us-west-2"), *at, "--region", "us-west-2").code == 0


@pytest.mark.parametrize(
    "text", ["arn:aws:s3:::orders", "arn:aws:kinesis:us-east-1:12:stream/a", arn()[:-14], "arn:"]
)
def test_another_arn_than_a_streams_is_named(aws, at, shardcalc, text):
    result = shardcalc("observe", text, *at)
    assert result.code == 2
    assert f"'{text}' is not the ARN of a stream; write arn:aws:kinesis:" in result.err


# ── partitions ──

PARTITIONS = [
    ("aws-cn", "cn-northwest-1", "cn-north-1"),
    ("aws-us-gov", "us-gov-west-1", "us-gov-east-1"),
    ("aws-iso", "us-iso-east-1", "us-iso-east-1"),
    ("aws-iso-b", "us-isob-east-1", "us-isob-east-1"),
    ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1"),
]


@pytest.mark.parametrize(("partition", "region", "sts"), PARTITIONS)
def test_every_partition_is_asked_in_its_own_regions(aws, at, shardcalc, partition, region, sts):
    """A role's credentials come from an STS of its own partition, whatever the Region of the environment."""
    aws.add("orders", region=region)
    stream = arn(OTHER, region, partition)
    result = shardcalc("observe", stream, *at, "--role-arn", role(OTHER, partition))
    assert result.code == 0, result.err
    assert [place for name, place, _ in aws.requests if name == "AssumeRole"] == [sts]
    assert {place for name, place, _ in aws.requests if name != "AssumeRole"} == {region}


@pytest.mark.parametrize("command", ["observe", "suggest", "fleet"])
def test_a_policy_holds_in_every_partition(shardcalc, command):
    for row in json.loads(shardcalc("iam", command).out)["Statement"]:
        assert row["Resource"] in ("*", "arn:*:kinesis:*:*:stream/*")


# ── accounts ──


@pytest.mark.parametrize("command", ["observe", "suggest"])
def test_an_arn_of_another_account_is_asked_with_its_account_id(aws, at, shardcalc, command):
    aws.add("orders", region=HERE, consumers=("billing",), enhanced=("ALL",))
    result = shardcalc(command, arn(OTHER), *at)
    assert result.code == 0, result.err
    assert queried(aws) == {OTHER}
    assert {body["StreamARN"] for body in aws.asked("DescribeStreamSummary")} == {arn(OTHER)}
    # Its quota is not that of the account that asks.
    assert aws.asked("DescribeLimits") == []
    assert f"note: orders is a stream of account {OTHER}, whose shard quota was not checked; " in result.err
    assert len(aws.asked("GetCallerIdentity")) == 1


@pytest.mark.parametrize("command", ["observe", "suggest"])
@pytest.mark.parametrize("forbidden", [False, True])
def test_an_account_that_is_not_linked_is_refused_and_never_the_callers_own_shown(
    aws, at, shardcalc, command, forbidden
):
    aws.add("orders", region=HERE)
    if forbidden:
        change = lambda answer: (
            [row.update(StatusCode="Forbidden") for row in answer["MetricDataResults"]] and None
        )
        aws.fault("GetMetricData", change=change)
    else:
        aws.steady = lambda metric, dimensions: None
    result = shardcalc(command, arn(OTHER), *at)
    assert (result.code, result.out) == (3, "")
    assert (
        f"CloudWatch has no metrics of stream orders of account {OTHER} for the account that asks"
        in result.err
    )
    assert f"-> give --role-arn with a role of account {OTHER}" in result.err
    assert queried(aws) == {OTHER}


def test_an_arn_of_the_own_account_is_asked_as_a_name_is(aws, at, shardcalc):
    aws.add("orders", region=HERE)
    assert shardcalc("observe", arn(), *at).code == 0
    assert shardcalc("observe", "orders", *at, "--region", HERE).code == 0
    assert queried(aws) == {None}
    assert len(aws.asked("GetCallerIdentity")) == 1  # for the ARN
    assert len(aws.asked("DescribeLimits")) == 2


def test_a_role_of_the_arns_account_makes_it_the_own(aws, at, shardcalc):
    aws.add("orders", region=HERE)
    result = shardcalc("observe", arn(OTHER), *at, "--role-arn", role(OTHER))
    assert result.code == 0, result.err
    assert queried(aws) == {None}
    assert aws.asked("GetCallerIdentity") == []


def test_a_role_of_a_third_account_does_not(aws, at, shardcalc):
    aws.add("orders", region=HERE)
    assert shardcalc("observe", arn(OTHER), *at, "--role-arn", role("333333333333")).code == 0
    assert queried(aws) == {OTHER}


def test_where_sts_does_not_answer_the_account_is_named_all_the_same(aws, at, shardcalc):
    aws.sts["GetCallerIdentity"] = (
        403,
        b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    )
    aws.add("orders", region=HERE)
    assert shardcalc("observe", arn(), *at).code == 0
    assert queried(aws) == {OWN}


def test_a_missing_stream_of_an_arn_is_not_looked_for_under_its_name_elsewhere(aws, at, shardcalc):
    aws.add("orders", region="us-west-2")
    result = shardcalc("observe", arn(), *at)
    assert result.code == 3
    assert "us-west-2" not in result.err


# ── roles and MFA ──

MFA = """
[profile mfa]
region = us-east-1
role_arn = arn:aws:iam::123456789012:role/a
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile keys]
aws_access_key_id = a
aws_secret_access_key = b
"""


@pytest.mark.parametrize(
    "text",
    [
        "reader",
        "arn:aws:iam::12:role/a",
        "arn:aws:iam::123456789012:user/a",
        "arn:aws:iam::123456789012:role/",
    ],
)
@pytest.mark.parametrize("command", [("observe", "orders"), ("suggest", "orders"), ("fleet",)])
def test_a_role_that_is_none_is_named_before_aws_is_asked(aws, at, shardcalc, command, text):
    result = shardcalc(*command, *at, "--region", HERE, "--role-arn", text)
    assert (result.code, result.out) == (2, "")
    assert (
        f"--role-arn: '{text}' is not the ARN of a role; write arn:aws:iam::ACCOUNT:role/NAME" in result.err
    )
    assert aws.requests == []


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_a_role_that_cannot_be_assumed_is_named(aws, at, shardcalc, code):
    aws.sts["AssumeRole"] = (
        403,
        b"<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>" % code.encode(),
    )
    aws.add("orders", region=HERE)
    result = shardcalc("observe", "orders", *at, "--region", HERE, "--role-arn", role())
    assert result.code == 3
    assert "sts:AssumeRole" in result.err
    assert f"on role {role()}" in result.err
    assert "-> check the role's ARN and external id" in result.err


@pytest.mark.parametrize("how", [("--profile", "mfa"), ("--profile", "mfa", "--role-arn", role()), ()])
@pytest.mark.parametrize("command", [("observe", "orders"), ("suggest", "orders"), ("fleet",)])
def test_mfa_without_a_terminal_is_told_and_nobody_is_waited_for(
    aws, at, monkeypatch, tmp_path, command, how
):
    """In a process of its own, without a terminal and with a standard input that never ends."""
    config = tmp_path / "config"
    config.write_text(MFA)
    environment = {**os.environ, "AWS_CONFIG_FILE": str(config)}
    if not how:
        environment |= {"AWS_PROFILE": "mfa"}
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del environment[name]
    process = subprocess.Popen(
        [sys.executable, "-m", "shardcalc", *command, *at, *how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(30)
        out, err = process.stdout.read(), process.stderr.read()
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, out) == (3, "")
    assert "the profile asks for an MFA code, and there is no terminal to type it in" in err
    assert "Traceback" not in err
    assert aws.requests == []


@pytest.mark.parametrize("roles", [(), (role(OWN),), (role(OWN), role(OTHER))])
def test_an_mfa_code_is_asked_for_once(aws, at, shardcalc, monkeypatch, tmp_path, roles):
    """A code is good for one use: each further role is assumed with the session that it gave."""
    config = tmp_path / "config"
    config.write_text(MFA)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    prompts = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or "123456")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    aws.add("orders", region=HERE)
    flags = [part for each in roles for part in ("--role-arn", each)]
    result = shardcalc("fleet", *at, "--profile", "mfa", *flags)
    assert result.code == 0, result.err
    assert prompts == ["Enter MFA code for arn:aws:iam::123456789012:mfa/me: "]
    assumed = [(body["RoleArn"], body.get("TokenCode")) for body in aws.asked("AssumeRole")]
    assert assumed == [("arn:aws:iam::123456789012:role/a", "123456"), *((each, None) for each in roles)]


# ── several profiles ──


@pytest.fixture
def profiles(monkeypatch, tmp_path):
    """Two profiles with keys, each with its Region."""
    config = tmp_path / "config"
    config.write_text(
        "".join(
            f"[profile {name}]\nregion = {region}\naws_access_key_id = {name}\naws_secret_access_key = b\n"
            for name, region in (("red", "us-east-1"), ("blue", "eu-west-1"))
        )
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))


def test_a_fleet_of_two_profiles_has_the_streams_of_both(aws, at, profiles, shardcalc):
    aws.add("orders", region="us-east-1", summary={"StreamARN": arn(OWN)})
    aws.add("clicks", region="eu-west-1", summary={"StreamARN": arn(OTHER, "eu-west-1")})
    result = shardcalc("fleet", *at, "--profile", "red", "--profile", "blue")
    assert result.code == 0, result.err
    head, *rows = [
        line.split() for line in result.out.splitlines() if line[:6] in ("stream", "orders", "clicks")
    ]
    assert head[:3] == ["stream", "account", "Region"]
    assert sorted(row[:3] for row in rows) == [["clicks", OTHER, "eu-west-1"], ["orders", OWN, "us-east-1"]]
    page = shardcalc("fleet", *at, "--profile", "red", "--profile", "blue", "--format", "markdown").out
    assert "| stream | account | Region |" in page


def test_one_account_is_no_column(aws, at, profiles, shardcalc):
    aws.add("orders", region="us-east-1")
    assert "account" not in shardcalc("fleet", *at, "--profile", "red").out


def test_an_account_that_two_profiles_reach_is_counted_once(aws, at, profiles, shardcalc):
    aws.add("orders", region=HERE)
    flags = ("--profile", "red", "--profile", "blue", "--region", HERE, "--format", "json")
    assert len(json.loads(shardcalc("fleet", *at, *flags).out)["streams"]) == 1


def test_a_profile_that_fails_is_named_and_the_other_is_reported(aws, at, profiles, shardcalc):
    aws.add("orders", region=HERE)
    result = shardcalc("fleet", *at, "--profile", "red", "--profile", "nobody", "--format", "json")
    assert result.code == 3
    found = json.loads(result.out)
    assert [row["name"] for row in found["streams"]] == ["orders"]
    (failure,) = found["failures"]
    assert (failure["stream"], failure["account"], failure["profile"]) == (None, None, "nobody")
    page = shardcalc("fleet", *at, "--profile", "red", "--profile", "nobody").out
    assert "all streams in no Region, profile nobody" in page


def test_a_stream_that_fails_is_named_with_its_account_and_profile(aws, at, profiles, shardcalc):
    for name in ("a", "b"):
        aws.add(name, region=HERE)
    aws.fault(
        "DescribeStreamSummary",
        status=400,
        code="AccessDeniedException",
        when=lambda body: body["StreamName"] == "a",
    )
    result = shardcalc("fleet", *at, "--profile", "red")
    assert f"a in {HERE}, account {OWN}, profile red" in result.out


def test_each_role_is_assumed_from_each_profile(aws, at, profiles, shardcalc):
    aws.add("orders", region=HERE)
    roles = [part for number in (OWN, OTHER) for part in ("--role-arn", role(number))]
    shardcalc("fleet", *at, "--profile", "red", "--profile", "blue", "--region", HERE, *roles)
    assert [body["RoleArn"] for body in aws.asked("AssumeRole")] == [role(OWN), role(OTHER)] * 2


# ── what is given to --from ──


def test_the_output_of_get_metric_statistics_is_refused_by_name(shardcalc, tmp_path):
    file = tmp_path / "statistics.json"
    point = {"Timestamp": "2026-11-20T00:00:00+00:00", "Sum": 1.0, "Unit": "Bytes"}
    file.write_text(json.dumps({"Label": "IncomingBytes", "Datapoints": [point]}))
    result = shardcalc("suggest", "--from", str(file))
    assert (result.code, result.out) == (2, "")
    assert "the output of aws cloudwatch get-metric-statistics" in result.err
    assert (
        "give the output of aws cloudwatch get-metric-data, or a history saved by shardcalc observe"
        in result.err
    )
