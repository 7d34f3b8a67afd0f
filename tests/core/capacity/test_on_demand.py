"""What a plan says of a stream in on-demand: its ceilings, its start, its growth, its readers."""

from __future__ import annotations

import pytest

from tests.planned import finding, planned

ADVANTAGE = "on-demand-advantage"


def on_demand(name: str, **fields: object):
    return finding(planned(**{"size": "1 KiB", "rps": 100, "mode": "on-demand", **fields}), name)


def severity(name: str, **fields: object) -> str | None:
    found = on_demand(name, **fields)
    return found.severity if found else None


@pytest.mark.parametrize(
    ("size", "rps", "more", "region", "found"),
    [
        # 2 KiB x 102,400/s = 200 MiB/s, and one record more
        ("2 KiB", 102_400, {}, "eu-central-1", None),
        ("2 KiB", 102_401, {}, "eu-central-1", "error"),
        ("2 KiB", 102_401, {}, "us-east-1", None),
        # 1 MiB x 10,240/s = 10 GiB/s
        ("1 MiB", 10_240, {}, "eu-west-1", None),
        ("1 MiB", 10_241, {}, "us-west-2", "error"),
        # out: 150 MiB/s x 3 = 450 MiB/s of 400; x 2 = 300
        ("1 MiB", 150, {"consumers": 2, "fan_out": 1}, "eu-central-1", "error"),
        ("1 MiB", 150, {"consumers": 2}, "eu-central-1", None),
        # 100 MiB/s x 4 = 400: AWS scales to the traffic itself, and a headroom is not part of it.
        ("1 MiB", 100, {"consumers": 4, "headroom": "25%"}, "eu-central-1", None),
        ("1 MiB", 200, {"consumers": 1, "headroom": "25%"}, "eu-central-1", None),
        # 7 GiB/s x 3 = 21 GiB/s of 20
        ("1 MiB", 7 * 1024, {"fan_out": 3, "consumers": 0}, "us-east-1", "error"),
    ],
)
def test_a_stream_is_held_against_its_regions_ceilings(size, rps, more, region, found):
    assert severity("on-demand-ceiling", size=size, rps=rps, region=region, **more) == found
    assert severity("on-demand-ceiling", size=size, rps=rps, region=region, mode=ADVANTAGE, **more) == found
    assert (
        severity("on-demand-ceiling", size=size, rps=rps, region=region, mode="provisioned", **more) is None
    )


@pytest.mark.parametrize(
    ("rps", "region", "more", "found"),
    [
        (200_000, "eu-central-1", {}, None),
        (200_001, "eu-central-1", {}, "warning"),
        (200_001, "us-east-1", {}, None),
        # records in aggregates count as one: far fewer than 200,000 a second
        (200_001, "eu-central-1", {"aggregation": "25 KiB"}, None),
    ],
)
def test_a_ceiling_of_records_that_aws_does_not_state_is_a_warning(rps, region, more, found):
    assert severity("on-demand-ceiling", size="100 B", rps=rps, region=region, **more) == found


@pytest.mark.parametrize(
    ("fields", "over"),
    [
        # 4,096 records/s of 1 KiB are 4 MiB/s; 4,000 records/s are the nearer limit
        ({"rps": 4000}, None),
        ({"rps": 4001}, "4,001 records/s in"),
        ({"size": "4 KiB", "rps": 1024}, None),
        ({"size": "5 KiB", "rps": 1024}, "5 MiB/s in"),
        # 3 MiB/s to three readers: 9 MiB/s of 8; each fan-out consumer has its own
        ({"size": "1 MiB", "rps": 3, "consumers": 3}, "9 MiB/s out"),
        ({"size": "1 MiB", "rps": 3, "consumers": 2, "fan_out": 5}, None),
    ],
)
def test_a_new_stream_starts_small(fields, over):
    found = on_demand("on-demand-start", **fields)
    assert (found is not None) == (over is not None)
    if found is not None:
        assert f"and the peak is {over}: " in found.message
        assert found.severity == "info"


def test_a_new_stream_can_be_made_large_first():
    # 5,000 records/s of 1 KiB: 5 shards
    standard, advantage = (
        on_demand("on-demand-start", rps=5000, mode=mode) for mode in ("on-demand", ADVANTAGE)
    )
    how = "create it provisioned with 5 shards and switch its mode, which keeps them, or set warm throughput"
    assert standard.remedy == f"{how} in On-demand Advantage"
    assert advantage.remedy == how
    assert on_demand("on-demand-start", rps=5000, mode="provisioned") is None


def test_a_stream_that_has_shards_is_not_new_and_its_shards_are_ignored():
    assert on_demand("on-demand-start", rps=5000, shards=2) is None
    ignored = on_demand("shards-ignored", shards=2)
    assert (ignored.severity, ignored.message) == (
        "info",
        "2 shards declared for a stream in on-demand-standard: AWS sets its count",
    )
    assert on_demand("shards-ignored", shards=2, mode=ADVANTAGE)
    assert on_demand("shards-ignored") is None
    assert on_demand("shards-ignored", shards=2, mode="provisioned") is None


@pytest.mark.parametrize(
    ("size", "mean", "peak", "found"),
    [
        ("1 KiB", 3000, 6000, False),
        ("1 KiB", 3000, 6030, True),
        # 4,000 records/s of 1 KiB or 4 MiB/s are what even a new stream takes
        ("1 KiB", 100, 4000, False),
        ("1 KiB", 100, 4001, True),
        ("1 MiB", 1, 4, False),
        ("1 MiB", 1, 5, True),
    ],
)
def test_a_peak_of_more_than_twice_the_usual_may_throttle(size, mean, peak, found):
    fields = {"size": size, "rps": {"mean": mean, "peak": peak}}
    assert severity("on-demand-burst", **fields) == ("info" if found else None)
    assert severity("on-demand-burst", **fields, mode=ADVANTAGE) == ("info" if found else None)
    assert severity("on-demand-burst", **fields, mode="provisioned") is None


def test_a_burst_is_told_with_what_is_not_known():
    told = on_demand("on-demand-burst", rps={"mean": 3000, "peak": 6030})
    # 6,030 / 3,000 = 2.01
    assert "2.01 times the mean" in told.message
    assert "if the usual daily peak is near the mean" in told.message
    assert "for about 15 min" in told.message


@pytest.mark.parametrize(
    ("consumers", "rps", "found"),
    [
        (2, 3, None),
        # 1 MiB x 3/s x 3 = 9 MiB/s of the 8 that even a new stream gives
        (3, 3, "warning"),
        # 2 x 4 = 8 MiB/s
        (4, 2, "info"),
    ],
)
def test_on_demand_assures_shared_readers_twice_of_what_is_written(consumers, rps, found):
    assert severity("on-demand-readers", size="1 MiB", rps=rps, consumers=consumers) == found
    assert severity("on-demand-readers", size="1 MiB", rps=rps, consumers=0, fan_out=5) is None


def test_a_hot_key_is_limited_in_on_demand_as_before():
    # 2,000 records/s x 60 % = 1,200 of one key's 1,000
    assert severity("hot-key", rps=2000, hottest_key="60%") == "error"


def test_the_shards_that_one_stream_is_scaled_to_are_a_limit_of_provisioned_ones_only():
    # 1 MiB x 10,240/s = 10 GiB/s: 10,240 shards of 10,000, and the ceiling of on-demand
    most = {"size": "1 MiB", "rps": 10_240, "region": "us-east-1"}
    assert severity("shard-quota", **most) is None
    assert severity("shard-quota", **most, mode="provisioned") == "error"
