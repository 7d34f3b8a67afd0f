"""What a plan's reader must know besides the count, with values worked by hand."""

from __future__ import annotations

import pytest

from shardcalc.core.capacity.findings import find
from shardcalc.core.facts import built_in_limits
from shardcalc.core.units import ByteRate
from tests.planned import finding, planned


@pytest.mark.parametrize(
    ("outage", "retention", "severity"),
    [("24h", "24h", "error"), ("13h", "24h", "warning"), ("12h", "24h", None), ("30h", None, "error")],
)
def test_a_backlog_that_expires_is_told(outage, retention, severity):
    fields = {"retention": retention} if retention else {}
    found = finding(
        planned(size=1, rps=1, catch_up={"outage": outage, "within": "1h"}, **fields), "backlog-expires"
    )
    assert (found.severity if found else None) == severity


def test_aggregation_that_cannot_pack_two_records_is_told():
    made = planned(size="20 KiB", rps=10, aggregation="25 KiB")
    assert made.packing.records == 1
    assert finding(made, "aggregation-idle")


@pytest.mark.parametrize(
    ("consumers", "calls"),
    [
        (5, None),
        (6, "6 GetRecords calls/s"),
        ([{"type": "kcl"}] * 7, None),  # 7 / 1.5 s = 4.67
        ([{"type": "kcl"}] * 8, "5.33 GetRecords calls/s"),
        ([{"type": "flink"}, {"type": "lambda"}], None),  # 4 + 1
        ([{"type": "flink"}, {"type": "lambda"}, {"type": "firehose"}], "6 GetRecords calls/s"),
        ([{"type": "sdk", "poll_interval": "200 ms"}], None),
        ([{"type": "sdk", "poll_interval": "199 ms"}], "5.03 GetRecords calls/s"),
        ([{"type": "fan-out"}] * 9, None),
    ],
)
def test_the_call_budget_is_a_finding_and_never_more_shards(consumers, calls):
    made = planned(size=1, rps=1, consumers=consumers)
    found = finding(made, "getrecords-calls")
    assert made.shards == 1
    assert (found is None) if calls is None else (calls in found.message)


def test_the_remedy_for_calls_slows_only_who_can_be_slowed():
    made = planned(
        size=1,
        rps=1,
        consumers=[
            {"name": "job", "type": "flink"},
            {"name": "bill", "type": "lambda"},
            {"name": "keep", "type": "firehose"},
        ],
    )
    # Lambda and Firehose make 2 calls/s; 3 are left for Flink: every 334 ms. Flink alone on fan-out leaves 2.
    assert (
        finding(made, "getrecords-calls").remedy
        == "poll every 334 ms or slower with job, or move job to enhanced fan-out"
    )


@pytest.mark.parametrize(
    ("size", "rps", "share", "salts"),
    [
        (1024, 10, "20%", 2),  # 2 MiB/s of one key
        (1024, 10, "10%", None),  # 1 MiB/s exactly
        ("100 B", 10_000, "25%", 3),  # 2,500 records/s
        ("100 B", 10_000, "10%", None),
    ],
)
def test_a_hot_key_is_told_with_the_salts_that_spread_it(size, rps, share, salts):
    made = planned(size=size, rps=rps, hottest_key=share)
    found = finding(made, "hot-key")
    assert (found is None) if salts is None else f"over {salts} salted keys" in found.remedy
    assert made.shards == planned(size=size, rps=rps).shards


def test_the_shard_of_a_hot_key_takes_its_part_of_the_rest():
    made = planned(size=1024, rps=10, hottest_key="5%", consumers=1)
    # 0.5 MiB/s of the key and 9.5 / 10 of the rest: 1.45 MiB/s; 9.5 / 0.5 = 19 shards hold it
    found = finding(made, "hot-key-shard")
    assert "1.45 MiB/s at 10 shards" in found.message
    assert "plan 19 shards" in found.remedy


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"max_size": "1 MiB"}, None),
        ({"max_size": "1025 KiB"}, "is refused: the stream accepts 1 MiB unless it is set higher"),
        ({"max_size": "4 MiB", "max_record_size": "4 MiB"}, None),
        ({"max_size": "5 MiB", "max_record_size": "4 MiB"}, "is refused: the stream accepts 4 MiB"),
        ({"max_size": "11 MiB", "max_record_size": "10 MiB"}, "no stream accepts more than 10 MiB"),
    ],
)
def test_a_record_above_the_streams_maximum_is_told(fields, found):
    made = finding(planned(size=1, rps=1, **fields), "record-too-large")
    assert (made is None) if found is None else found in made.message


def test_large_records_are_held_against_the_burst_bucket():
    sizes = [{"size": "100 KiB", "share": "97%"}, {"size": "2 MiB", "share": "3%"}]
    made = planned(sizes=sizes, rps=10, max_record_size="2 MiB")
    found = finding(made, "large-records")
    assert found.severity == "warning"
    # 10 MiB hold 5 records of 2 MiB; mean 158.44 KiB x 10/s = 1.547 MiB/s on 2 shards: 0.2264 MiB/s of each
    # are spare: 2 / 0.2264 = 8.9 s
    assert "3% of the records are above 1 MiB" in found.message
    assert "takes 5 records of 2 MiB at once, then one every 8.9 s at 2 shards" in found.message


def test_an_unknown_share_of_large_records_is_bounded_and_not_zero():
    found = finding(
        planned(size="100 KiB", rps=1, max_size="2 MiB", max_record_size="2 MiB"), "large-records"
    )
    # Each large record is above 1,024 KiB: fewer than 100 / 1024 of them.
    assert "up to 9.8% of the records may be" in found.message
    assert "declare sizes" in found.remedy


@pytest.mark.parametrize(
    ("mode", "count", "told"),
    [
        ("provisioned", 20, False),
        ("provisioned", 21, True),
        ("on-demand-advantage", 50, False),
        ("on-demand-advantage", 51, True),
    ],
)
def test_too_many_fan_out_consumers_are_told(mode, count, told):
    assert (
        bool(finding(planned(size=1, rps=1, consumers=0, fan_out=count, mode=mode), "fan-out-consumers"))
        is told
    )


@pytest.mark.parametrize(
    ("retention", "told"),
    [("24h", False), ("23h", True), ("365d", False), ("8761h", True), ("24.5h", True), ("48", False)],
)
def test_a_retention_out_of_range_is_told(retention, told):
    assert bool(finding(planned(size=1, rps=1, retention=retention), "retention-range")) is told


@pytest.mark.parametrize(
    ("rps", "region", "severity"),
    [
        (10_000_000, "us-east-1", None),
        (10_001_000, "us-east-1", "error"),
        (1_000_000, "eu-central-1", None),
        (1_001_000, "eu-central-1", "warning"),
        (6_001_000, "eu-central-1", "error"),
    ],
)
def test_quotas_are_told(rps, region, severity):
    found = finding(planned(size="1 B", rps=rps, region=region), "shard-quota")
    assert (found.severity if found else None) == severity


@pytest.mark.parametrize(
    ("shards", "found"), [(20, "under-provisioned"), (21, None), (22, "over-provisioned")]
)
def test_declared_shards_are_held_against_the_plan(shards, found):
    made = planned(size=1024, rps=6, consumers=7, shards=shards)
    ids = [finding.id for finding in made.findings if finding.id.endswith("provisioned")]
    assert ids == ([found] if found else [])


def test_a_slow_poll_cannot_take_what_a_shard_takes_in():
    # 1 MiB/s a shard: an answer of 10 MiB is full after 10 s
    consumers = [{"name": "slow", "type": "sdk", "poll_interval": "11s"}]
    assert finding(planned(size=1024, rps=1, consumers=consumers), "slow-poll").remedy.startswith(
        "poll every 10 s or faster"
    )
    consumers[0]["poll_interval"] = "10s"
    assert finding(planned(size=1024, rps=1, consumers=consumers), "slow-poll") is None


def test_lambda_settings_out_of_range_are_told():
    made = planned(
        size=1, rps=1, consumers=[{"type": "lambda", "parallelization_factor": 11, "batch_size": 10_001}]
    )
    assert [finding.id for finding in made.findings] == ["lambda-settings", "lambda-settings"]


@pytest.mark.parametrize(
    "pollers",
    [
        # Six functions make 6 calls/s, and how often they poll is AWS's.
        [{"name": name, "type": "lambda"} for name in "abcdef"],
        # Five make all 5 that are allowed, and leave nothing to the sixth, however slowly it polls.
        [
            {"name": "a", "type": "kcl", "poll_interval": "1s"},
            *({"name": name, "type": "lambda"} for name in "bcdef"),
        ],
    ],
)
def test_where_no_slower_poll_helps_only_moving_is_told(pollers):
    assert finding(planned(size=1, rps=1, consumers=pollers), "getrecords-calls").remedy == (
        "move a to enhanced fan-out"
    )


def test_a_consumer_that_polls_slowly_already_is_not_told_to():
    """Six at 1/s and one at 0.1/s: 5 - 0.1 = 4.9 calls/s are left to six, 6 / 4.9 = 1.2245 s each, in whole
    ms.
    """
    pollers = [{"name": name, "type": "kcl", "poll_interval": "1s"} for name in "abcdef"]
    slow = {"name": "slow", "type": "kcl", "poll_interval": "10s"}
    remedy = finding(planned(size=1, rps=1, consumers=[*pollers, slow]), "getrecords-calls").remedy
    way, _, who = remedy.partition(" with ")
    assert way == "poll every 1.225 s or slower"
    assert who.partition(",")[0] == "a and b and c and d and e and f"


def test_a_key_below_its_own_limit_on_a_shard_below_those_of_shards_is_no_finding():
    """900 KiB/s, 40% of it one key: 360 KiB/s, of 512 that a key may have here; all of it, of 1,024 that a
    shard takes.
    """
    limits = built_in_limits()
    small = limits.hot_key_bytes._replace(value=ByteRate(512 * 1024))
    made = planned(size=1, rps=900, hottest_key="40%")
    assert made.shards == 1
    assert not [one.id for one in find(made, limits._replace(hot_key_bytes=small)) if "hot-key" in one.id]


def test_a_stream_cannot_be_set_to_take_records_that_none_takes():
    assert finding(planned(size=1, rps=1, max_record_size="10 MiB"), "max-record-size") is None
    assert "10 MiB" in finding(planned(size=1, rps=1, max_record_size="11 MiB"), "max-record-size").remedy
