"""reshard as a command: what cannot be used."""

from __future__ import annotations

from tests.command import run


def test_reshard_tells_every_problem_at_once():
    ran = run(
        "reshard", "x", "0", "--region", "mars", "--stream", "a;b", "--quota", "much", "--calls-used", "11"
    )
    assert (ran.code, ran.out) == (2, "")
    for flag in ("CURRENT", "TARGET", "--region", "--stream", "--quota", "--calls-used"):
        assert f"  {flag}: " in ran.err


def test_reshard_without_a_path_says_why_and_what_to_do():
    ran = run("reshard", "400", "700", "--quota", "949", "--used", "650")
    assert (ran.code, ran.out) == (2, "")
    # 700 of its own and 250 of others; 400 + 700 - 100 = 1,000 of its own in the worst case.
    assert "raise the quota to 950, or to 1,250 for the worst case on the way" in ran.err
    assert run("reshard", "1", "10001").code == 2


ARN = "arn:aws-us-gov:kinesis:us-gov-west-1:123456789012:stream/orders"


def test_a_stream_can_be_given_by_its_arn():
    out = run("reshard", "2", "4", "--stream", ARN).out
    assert f"aws kinesis update-shard-count --stream-arn {ARN} --region us-gov-west-1 --target" in out
    assert (
        f"describe-stream-summary --stream-arn {ARN} "
        in run("reshard", "2", "4", "--stream", ARN, "--format", "sh").out
    )


def test_an_arn_and_another_region_contradict_each_other():
    ran = run("reshard", "2", "4", "--stream", ARN, "--region", "us-east-1")
    assert ran.code == 2
    assert "--region: us-east-1 contradicts the stream's ARN, which says us-gov-west-1" in ran.err
    ran = run("reshard", "2", "4", "--stream", "arn:aws:sqs:us-east-1:123456789012:orders")
    assert "is not the ARN of a stream" in ran.err


def test_a_count_that_cannot_be_read_is_named_as_the_argument_that_it_is():
    ran = run("reshard", "four", "5", "--quota", "x")
    assert (ran.code, ran.err) == (
        2,
        "error: nothing was computed\n"
        "  CURRENT: 'four' is not a shard count; write a whole number\n"
        "  --quota: 'x' is not a shard quota; write a whole number\n",
    )
    assert "  TARGET: '0' is not a shard count: it must be at least 1\n" in run("reshard", "4", "0").err
