"""The plan of one workload: each limit, each finding, and the working, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import BadFields, Plan, Size, Workload, plan
from shardcalc.core.capacity.inverse import carried
from shardcalc.core.capacity.packing import pack
from shardcalc.core.facts import built_in_limits

LIMITS = built_in_limits()


def planned(**fields: object) -> Plan:
    return plan(Workload.of(**fields))


def asks(made: Plan) -> dict[str, int]:
    return {constraint.name: constraint.shards for constraint in made.constraints}


def finding(made: Plan, name: str):
    found = [finding for finding in made.findings if finding.id == name]
    return found[0] if found else None


def test_the_formula_of_the_sizing_guide_is_shown_with_its_terms():
    made = planned(size=1024, rps=6, consumers=7)
    # write 6 x 1024 = 6144 KiB/s, read 7 x 6144 = 43008 KiB/s
    assert made.formula.working == "max(6144/1024, 43008/2048) = max(6, 21) -> 21"
    assert made.formula.terms == (6, 21)
    assert made.guide_differs == ""


def test_the_guide_differs_when_it_rounds_the_record_up():
    # 1.5 KiB x 1000/s = 1500 KiB/s -> 2 shards; rounded up, 2000 KiB/s -> 2 as well; at 2000/s 3000 -> 3 against 4000 -> 4.
    made = planned(size="1.5 KiB", rps=2000, consumers=1)
    assert (made.shards, made.guide.shards) == (3, 4)
    assert made.guide_differs == "it rounds 1.5 KiB up to 2 KiB"


def test_the_guide_differs_when_records_decide():
    # 100 B x 10,000/s: the guide rounds to 1 KiB and says 10 by chance; at 200 B and 2 KiB records of 3 consumers it does not.
    made = planned(size=1, rps=10_000, consumers=1, headroom="10%")
    # 11,000 records/s -> 11; bytes 10,000 KiB/s x 1.1 / 1024 = 10.74 -> 11; guide 9.77 -> 10
    assert (made.shards, made.guide.shards) == (11, 10)
    assert made.guide_differs == "it does not know write records; it has no headroom (10% here)"


def test_a_fan_out_consumer_stays_out_of_the_shared_read_term():
    made = planned(size=1024, rps=6, consumers=2, fan_out=5)
    # shared 2 x 6 / 2 = 6, fan-out 6 / 2 = 3 per consumer, write 6
    assert asks(made) == {"write-bytes": 6, "write-records": 1, "read-bytes": 6, "fan-out-bytes": 3}


def test_headroom_multiplies_every_demand():
    # 6 x 1.5 = 9 MiB/s written, 7 x 9 = 63 read -> 31.5
    assert asks(planned(size=1024, rps=6, consumers=7, headroom="50%")) == {
        "write-bytes": 9,
        "write-records": 1,
        "read-bytes": 32,
    }


def test_skew_is_a_limit_of_its_own_on_the_worst_dimension():
    made = planned(size=1024, rps=6, consumers=7, skew=1.5)
    # 21 x 1.5 = 31.5
    assert asks(made)["hottest-shard"] == 32
    assert [constraint.name for constraint in made.binding] == ["hottest-shard"]
    assert (
        made.constraints[-1].working
        == "write 6 MiB/s x 7 shared consumers x 1.5 skew / 2 MiB/s = 31.50 -> 32 shards"
    )


def test_peak_sizes_and_the_mean_does_not():
    assert planned(size=1024, rps={"mean": 1, "peak": 6}, consumers=7).shards == 21


def test_catch_up_reads_the_backlog_while_new_records_arrive():
    made = planned(size=1024, rps=6, consumers=2, catch_up={"outage": "6h", "within": "2h"}, retention="7d")
    # 2 x 6 MiB/s x (6 + 2) / 2 = 48 MiB/s -> 24
    assert asks(made)["catch-up-read"] == 24


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


def test_a_lambda_consumer_has_a_speed_that_shards_relieve():
    consumers = [
        {
            "name": "billing",
            "type": "lambda",
            "parallelization_factor": 2,
            "batch_size": 100,
            "batch_duration": "800 ms",
        }
    ]
    made = planned(size=1, rps=1100, consumers=consumers)
    # 2 x 100 / 0.8 s = 250 records/s per shard: 1100 / 250 = 4.4
    assert asks(made)["consumer-speed"] == 5
    assert "(2 x 100 records / 800 ms =) 250 records/s = 4.40 -> 5 shards" in made.constraints[-1].working


def test_lambda_defaults_are_those_of_the_facts():
    made = planned(size=1, rps=1000, consumers=[{"type": "lambda", "batch_duration": "1s"}])
    # factor 1, batch 100: 100 records/s per shard
    assert asks(made)["consumer-speed"] == 10


def test_any_consumer_may_declare_what_it_handles_from_one_shard():
    made = planned(
        size=1,
        rps=1000,
        consumers=[{"name": "slow", "type": "kcl", "max_rps_per_shard": "150"}],
        catch_up={"outage": "1h", "within": "1h"},
    )
    assert asks(made)["consumer-speed"] == 7
    assert asks(made)["catch-up-speed"] == 14


def test_aggregation_lowers_records_and_not_bytes():
    made = planned(size="100 B", rps=50_000, aggregation="25 KiB")
    # (25600 - 20) // 110 = 232 records of 110 B and 20 B of frame: 25,540 B; 50,000 / 232 = 215.5 a second; 5.249 MiB/s
    assert made.packing.records == 232
    assert made.packing.size == Size(232 * 110 + 20)
    assert asks(made) == {"write-bytes": 6, "write-records": 1, "read-bytes": 3}
    assert asks(planned(size="100 B", rps=50_000)) == {"write-bytes": 5, "write-records": 50, "read-bytes": 3}


def test_aggregation_that_cannot_pack_two_records_is_told():
    made = planned(size="20 KiB", rps=10, aggregation="25 KiB")
    assert made.packing.records == 1
    assert finding(made, "aggregation-idle")


def test_a_record_that_fills_the_target_exactly_is_packed():
    # two records of 490 + 10 B and 20 B of frame make 1020 B
    limits = LIMITS
    assert pack(Workload.of(size="490 B", rps=1, aggregation="1020 B"), limits).records == 2
    assert pack(Workload.of(size="490 B", rps=1, aggregation="1019 B"), limits).records == 1


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
        ({"max_size": "1025 KiB"}, "is refused: the stream takes 1 MiB unless it is set higher"),
        ({"max_size": "4 MiB", "max_record_size": "4 MiB"}, None),
        ({"max_size": "5 MiB", "max_record_size": "4 MiB"}, "is refused: the stream takes 4 MiB"),
        ({"max_size": "11 MiB", "max_record_size": "10 MiB"}, "no stream takes more than 10 MiB"),
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
    # 10 MiB hold 5 records of 2 MiB; mean 158.44 KiB x 10/s = 1.547 MiB/s on 2 shards: 0.2264 MiB/s of each are spare: 2 / 0.2264 = 8.9 s
    assert "3% of the records are above 1 MiB" in found.message
    assert "takes 5 records of 2 MiB at once, then one each 8.9 s at 2 shards" in found.message


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


def test_what_shards_carry():
    answer = carried(Workload.of(size=5, rps=1), 15, LIMITS)
    # 15 MiB/s / 5 KiB = 3,072 records/s
    assert answer.rate.amount == 3072
    assert str(answer.write) == "15 MiB/s"
    assert [constraint.name for constraint in answer.binding] == ["write-bytes"]


def test_what_shards_carry_knows_the_hottest_key():
    answer = carried(Workload.of(size=1, rps=1, hottest_key="50%"), 10, LIMITS)
    # a key takes 1,000 records/s, half of 2,000
    assert answer.rate.amount == 2000
    assert answer.binding == ()


def test_the_guide_is_compared_even_where_no_consumer_reads():
    made = planned(size=1024, rps=3, consumers=0)
    assert asks(made) == {"write-bytes": 3, "write-records": 1}
    assert made.formula.terms == (3, 0)


def test_a_workload_is_refused_with_all_its_problems():
    with pytest.raises(BadFields) as caught:
        Workload.of(size="2 kilo", rps="nan", consumer=7, headroom="20")
    assert [field for field, _ in caught.value.problems] == ["size", "rps", "consumer", "headroom"]


def test_a_workload_made_of_bare_numbers_says_how_to_make_one():
    with pytest.raises(TypeError, match=r"Workload\.of\(size=1024"):
        Workload(size=1024, rps=6)  # type: ignore[arg-type]


def test_a_mix_of_sizes_gives_the_mean():
    workload = Workload.of(
        sizes=[{"size": "1 KiB", "share": "90%"}, {"size": "100 KiB", "share": "10%"}], rps=1
    )
    assert workload.size == Size(Fraction(109, 10) * 1024)
    assert workload.max_size == Size(100 * 1024)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sizes": [{"size": 1, "share": "90%"}]}, "add up to 90%, not 100%"),
        ({"size": 1, "sizes": [{"size": 1, "share": "90%"}, {"size": 2, "share": "10%"}]}, "not both"),
        ({"size": 2, "max_size": 1}, "smaller than the mean"),
        ({"size": 1, "rps": {"mean": 2, "peak": 1}}, "below the mean"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields, message):
    with pytest.raises(BadFields, match=message):
        Workload.of(**{"rps": 1, **fields})
