"""What goes wrong between us and AWS, over HTTP: each kind is told apart, says where and what to do, and
ends.
"""

from __future__ import annotations

import time

import pytest

from shardcalc.sources.aws.errors import CODES, RAISED, AwsError, Trouble
from shardcalc.sources.aws.session import Access, Account
from shardcalc.sources.aws.streams import Named, describe

ORDERS = Named("orders", "eu-west-1")

REFUSALS = [
    (400, "ExpiredTokenException", Trouble.EXPIRED, ["session token has expired", "sign in again"]),
    (
        400,
        "UnrecognizedClientException",
        Trouble.CREDENTIALS,
        ["does not know these credentials in eu-west-1"],
    ),
    (403, "InvalidSignatureException", Trouble.CREDENTIALS, ["signature"]),
    (
        400,
        "AccessDeniedException",
        Trouble.DENIED,
        ["kinesis:DescribeStreamSummary is missing on stream orders in eu-west-1", "shardcalc iam"],
    ),
    (400, "ResourceNotFoundException", Trouble.MISSING, ["stream orders does not exist in eu-west-1"]),
    (
        400,
        "LimitExceededException",
        Trouble.THROTTLED,
        ["throttles kinesis:DescribeStreamSummary in eu-west-1", "2 attempts"],
    ),
    (400, "ThrottlingException", Trouble.THROTTLED, ["throttles", "2 attempts"]),
    (
        500,
        "InternalFailure",
        Trouble.BROKEN,
        ["failed to answer kinesis:DescribeStreamSummary", "2 attempts"],
    ),
    (503, "Whatever", Trouble.BROKEN, ["failed to answer", "2 attempts"]),
    (
        400,
        "SomethingNew",
        Trouble.REFUSED,
        ["refused kinesis:DescribeStreamSummary on stream orders", "said the server"],
    ),
]


@pytest.mark.parametrize(("status", "code", "trouble", "words"), REFUSALS, ids=[row[1] for row in REFUSALS])
def test_a_refusal_says_what_and_where_and_what_to_do(aws, account, status, code, trouble, words):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", status=status, code=code)
    with pytest.raises(AwsError) as raised:
        describe(account, ORDERS)
    assert raised.value.trouble is trouble
    said = f"{raised.value.message} -> {raised.value.remedy}"
    assert [word for word in words if word not in said] == []
    assert "{" not in said


@pytest.mark.parametrize(
    "said",
    [
        "Signature expired: 20261121T000000Z is now earlier than 20261121T001500Z",
        "Signature not yet current: 2026",
    ],
)
def test_a_wrong_clock_is_told_apart_from_a_wrong_key(aws, account, said):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", status=403, code="InvalidSignatureException", message=said)
    with pytest.raises(AwsError, match="clock differs") as raised:
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.CLOCK


def test_a_server_that_recovers_is_not_an_error(aws, account):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", status=500, code="InternalFailure", times=1)
    assert describe(account, ORDERS).open_shards == 2


def test_a_connection_cut_in_the_middle_of_an_answer(aws, account):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", cut=True)
    with pytest.raises(
        AwsError, match="cut in the middle of an answer to kinesis:DescribeStreamSummary"
    ) as raised:
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.BROKEN


def test_an_answer_that_is_not_json(aws, account):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", raw=b"<html>Please sign in to the hotel's network</html>")
    with pytest.raises(AwsError, match="cannot be understood") as raised:
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.BROKEN


def test_an_endpoint_that_never_answers_is_given_up(aws, monkeypatch):
    aws.add("orders")
    aws.fault("DescribeStreamSummary", hang=True)
    before = time.monotonic()
    with (
        Account(Access(endpoint_url=aws.url, timeout=0.2)) as account,
        pytest.raises(AwsError, match=r"no answer .* within the time to wait") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.UNREACHABLE
    assert time.monotonic() - before < 5


def test_an_endpoint_that_is_not_there():
    with (
        Account(Access(endpoint_url="http://127.0.0.1:9", timeout=1)) as account,
        pytest.raises(AwsError, match="no connection for kinesis") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize("url", ["http://me:hunter2@127.0.0.1:9", "me:hunter2@127.0.0.1:9"])
def test_the_password_of_an_endpoint_is_never_said(url):
    with Account(Access(endpoint_url=url, timeout=1)) as account, pytest.raises(AwsError) as raised:
        describe(account, ORDERS)
    assert "hunter2" not in raised.value.message
    assert "127.0.0.1:9" in raised.value.message


def test_the_password_of_a_proxy_is_never_said(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://me:hunter2@127.0.0.1:9")
    with (
        Account(Access(endpoint_url="http://127.0.0.2:9", timeout=1)) as account,
        pytest.raises(AwsError) as raised,
    ):
        describe(account, ORDERS)
    assert "hunter2" not in raised.value.message


def test_an_endpoint_that_is_no_url():
    with (
        Account(Access(endpoint_url="not a url")) as account,
        pytest.raises(AwsError, match="not a url") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.UNREACHABLE


def test_no_credentials(aws, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with (
        Account(Access(endpoint_url=aws.url)) as account,
        pytest.raises(AwsError, match="no AWS credentials found") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.CREDENTIALS
    assert aws.requests == []


def test_no_credentials_to_assume_a_role_with(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AwsError, match="no AWS credentials found"):
        Account(Access(role_arn="arn:aws:iam::210987654321:role/reader"))


def test_half_credentials(aws, monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with (
        Account(Access(endpoint_url=aws.url)) as account,
        pytest.raises(AwsError, match="cannot be loaded") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.CREDENTIALS


def test_a_profile_that_is_not_there():
    with pytest.raises(AwsError, match="nobody"):
        Account(Access(profile="nobody"))


def test_no_region():
    with Account(Access()) as account, pytest.raises(AwsError, match="no Region is set"):
        _ = account.region


def test_a_role_that_may_not_be_assumed_names_that_action(aws):
    """The small server speaks no STS: it answers the role's request with an error, as STS does for a role
    that trusts somebody else.
    """
    denied = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
    denied += b"<Message>not authorized</Message></Error></ErrorResponse>"
    aws.sts["AssumeRole"] = (403, denied)
    role = "arn:aws:iam::210987654321:role/reader"
    with (
        Account(Access(endpoint_url=aws.url, role_arn=role)) as account,
        pytest.raises(AwsError, match="sts:AssumeRole is missing") as raised,
    ):
        describe(account, ORDERS)
    assert raised.value.trouble is Trouble.DENIED


def test_no_code_stands_twice_in_the_table():
    for table in (CODES, RAISED):
        names = [name for row in table for name in row.split()]
        assert len(names) == len(set(names))


def test_the_table_names_exceptions_that_botocore_has():
    """A name that botocore does not know could never match; those of one release may be gone in the next, so
    most must be there.
    """
    import botocore.exceptions
    import botocore.parsers

    names = {name for row in RAISED for name in row.split()}
    known = {name for name in names if hasattr(botocore.exceptions, name) or hasattr(botocore.parsers, name)}
    assert len(names - known) <= 5, names - known
