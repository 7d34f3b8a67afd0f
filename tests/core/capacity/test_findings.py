"""What a plan's reader must know besides the count, with values worked by hand."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("size", "target", "least"),
    [
        # Two records with 10 B each and a frame of 20 B: 2 x 20,490 + 20 = 41,000 B = 40.04 KiB.
        ("20 KiB", "40.03 KiB", "41 KiB"),
        # 2 x 30,010 + 20 = 60,040 B = 58.633 KiB, for which 58.63 KiB would be too few.
        ("30000 B", "58.63 KiB", "59 KiB"),
        # 2 x 1,004 + 20 = 2,048 - 20: 2 KiB to the last byte.
        ("1004 B", "2047 B", "2 KiB"),
    ],
)
def test_aggregation_that_cannot_pack_two_records_is_told_with_a_target_that_can(size, target, least):
    made = planned(size=size, rps=10, aggregation=target)
    assert made.packing.records == 1
    told = finding(made, "aggregation-idle")
    assert told.message.endswith(f"do not fit into {made.workload.aggregation.target_size}")
    assert told.remedy == f"a target_size of {least} or more, or no aggregation"
    follows = planned(size=size, rps=10, aggregation=least)
    assert (follows.packing.records, finding(follows, "aggregation-idle")) == (2, None)


@pytest.mark.parametrize(
    ("share", "shards", "severity", "remedy"),
    [
        # 2,500/s need 3 shards without the key. With it 2.5 x (p + (1 - p) / n) is at most 1, so n is at
        # least 2.5 (1 - p) / (1 - 2.5 p): 1.8 / 0.3 = 6, twice as many, and 1.75 / 0.25 = 7;
        # 1.875 / 0.375 = 5.
        ("25%", 5, "info", "5 shards, or spread it"),
        ("28%", 6, "info", "6 shards, or spread it"),
        ("30%", 7, "warning", "spread it"),
    ],
)
def test_a_key_that_more_than_doubles_the_count_is_to_be_spread(share, shards, severity, remedy):
    made = planned(size="1 B", rps=2500, hottest_key=share)
    told = finding(made, "hot-key-shard")
    assert (made.shards, told.severity) == (shards, severity)
    assert f"({share}) decides the count: {shards} shards, and 3 shards with the key in" in told.message
    assert told.remedy.startswith(remedy)
    assert told.remedy.endswith("or keep the key as it is on 7 shards") is (shards == 7)


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
        # the account's quota is for all its streams: test_account.py
        (6_001_000, "eu-central-1", None),
    ],
)
def test_the_most_shards_of_one_stream_are_told(rps, region, severity):
    found = finding(planned(size="1 B", rps=rps, region=region), "shard-quota")
    assert (found.severity if found else None) == severity


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
        size="100 B",
        rps=1,
        consumers=[{"type": "lambda", "parallelization_factor": 11, "batch_size": 10_001}],
    )
    assert [finding.id for finding in made.findings] == ["lambda-settings", "lambda-settings"]


@pytest.mark.parametrize(
    ("fields", "severity", "fits"),
    [
        # 61 x 100 KiB = 6,100 KiB of the 6 x 1,024 = 6,144 that one invocation takes; 62 are 6,200.
        ({"consumers": [{"type": "lambda", "batch_size": 61}]}, None, ""),
        # As base64 a record is 400/3 KiB: 6,144 / (400/3) = 46.08.
        ({"consumers": [{"type": "lambda", "batch_size": 62}]}, "warning", "46 or less"),
        # 100 records are Lambda's own batch. Nobody declared it, unless it is said how long it takes.
        ({"consumers": [{"type": "lambda"}]}, "info", "46 or less"),
        (
            {"consumers": [{"type": "lambda", "batch_duration": "1 s"}]},
            "warning",
            "batch_duration that it takes",
        ),
        # A function that reads by enhanced fan-out is one by its settings; without any it is no function.
        ({"consumers": [{"type": "fan-out", "batch_size": 62}]}, "warning", "46 or less"),
        ({"consumers": [{"type": "fan-out"}]}, None, ""),
        ({"consumers": [{"type": "kcl", "poll_interval": "1 s"}]}, None, ""),
        # Aggregates count: (51,200 - 20) / 110 = 465.3, so 465 x 110 + 20 = 51,170 B; 6 MiB / that = 122.95.
        (
            {"size": "100 B", "producer": "kpl", "consumers": [{"type": "lambda", "batch_size": 122}]},
            None,
            "",
        ),
        # 122.95 x 3/4 = 92.2
        (
            {"size": "100 B", "producer": "kpl", "consumers": [{"type": "lambda", "batch_size": 123}]},
            "warning",
            "92 or less",
        ),
        # 7 MiB are more than one invocation takes, alone.
        ({"size": "7 MiB", "max_record_size": "10 MiB", "consumers": [{"type": "lambda"}]}, "info", "in S3"),
    ],
)
def test_a_lambda_batch_beyond_one_invocation_is_told_with_the_batch_that_fits(fields, severity, fits):
    found = finding(planned(**{"size": "100 KiB", "rps": 10} | fields), "lambda-payload")
    assert (found.severity if found else None) == severity
    assert fits in (found.remedy if found else "")


@pytest.mark.parametrize(
    ("consumers", "most", "interval"),
    [
        ([{"type": "flink"}], None, ""),  # 5 of 5, at most
        ([{"type": "flink"}, {"type": "lambda"}], "make 6 calls/s", "250 ms"),  # 5 + 1; 1 / (5 - 1)
        # 5 + 2/3, and 1 / (5 - 2/3) = 0.2308
        ([{"type": "flink"}, {"type": "kcl"}], "make 5.67 calls/s", "231 ms"),
        ([{"type": "flink", "poll_interval": "250 ms"}, {"type": "lambda"}], None, ""),
        ([{"type": "flink"}, {"type": "fan-out"}], None, ""),
        ([{"type": "flink"}, {"type": "lambda"}, {"type": "lambda"}], None, ""),  # 4 + 2: above already
        ([{"type": "kcl"}, {"type": "lambda"}], None, ""),
    ],
)
def test_flink_may_use_the_whole_call_budget(consumers, most, interval):
    found = finding(planned(size=1, rps=1, consumers=consumers), "flink-calls")
    if most is None:
        assert found is None
    else:
        assert found.severity == "info"
        assert most in found.message
        assert f"-interval to {interval} and" in found.remedy


def test_a_call_budget_with_flink_says_that_its_default_is_no_bound():
    told = "(poll intervals assumed where not declared; up to 5/s: Flink pauses only after an empty answer)"
    made = planned(size=1, rps=1, consumers=[{"type": "flink"}, {"type": "flink"}])
    assert told in finding(made, "getrecords-calls").message
    assert "Flink" not in finding(planned(size=1, rps=1, consumers=6), "getrecords-calls").message


def test_the_retention_that_an_outage_needs_is_in_whole_hours():
    """Twice 13 h 10 min is 26 h 20 min, which cannot be set."""
    made = planned(size=1, rps=1, catch_up={"outage": "790 min", "within": "1h"})
    assert finding(made, "backlog-expires").remedy == "keep records for 27 h or more"


@pytest.mark.parametrize("declared", [False, True])
def test_headroom_asks_for_shards_where_they_are_declared(declared):
    """1,000 records/s are a shard; with any headroom they are more than one."""
    found = finding(planned(size=1, rps=1000, **({"shards": 1} if declared else {})), "full-use")
    assert ("the shards that it asks for" in found.remedy) is declared


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


def test_a_stream_cannot_be_set_to_take_records_that_none_takes():
    assert finding(planned(size=1, rps=1, max_record_size="10 MiB"), "max-record-size") is None
    assert "10 MiB" in finding(planned(size=1, rps=1, max_record_size="11 MiB"), "max-record-size").remedy


# ── used to the last byte ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        # 3 MiB/s fill 3 shards to the last byte; one more, or a little less traffic, leaves something.
        ({}, True),
        ({"shards": 3}, True),
        ({"shards": 4}, False),
        ({"rps": "2.999"}, False),
        # Too few are another matter: that is the decision's.
        ({"shards": 2}, False),
        # A reserve is left on purpose: 3 x 1.25 = 3.75, and 3/4 of 4 shards are used.
        ({"headroom": "25%"}, False),
        ({"headroom": "25%", "shards": 3}, False),
        ({"max_utilisation": "75%"}, False),
        ({"max_utilisation": "100%"}, True),
        # AWS chooses the shards.
        ({"mode": "on-demand"}, False),
    ],
)
def test_full_use_is_told_where_no_reserve_is_declared(fields, told):
    found = finding(planned(**{"size": 1024, "rps": 3, **fields}), "full-use")
    assert (found is not None) is told
    if told:
        assert found.severity == "info"
        assert found.message.startswith("write bytes is used to 100% at 3 shards")


# ── PutRecord ────────────────────────────────────────────────────────────────────────────────────

HALVES = [{"size": "512 B", "share": "50%"}, {"size": "1.5 KiB", "share": "50%"}]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        # 1.1 KiB counts as 2: 20,000 KiB/s / 1 MiB/s = 19.5. At best all are whole: 11,000 / 1,024 = 10.7;
        # at worst each is a byte above one: 1,126.4 + 1,023 B = 2.099 KiB, 20,990 / 1,024 = 20.5.
        ({}, "20 shards would be needed: every record of 1.1 KiB, from 11 to 21 for any mix of that mean"),
        # None above 2 KiB counts more than 2.
        ({"max_size": 2}, "from 11 to 20 for any mix of that mean"),
        # 512 B count as 1 KiB and 1.5 KiB as 2: 8,000 x 1.5 / 1,024 = 11.7, where 8,000 records ask for 8.
        ({"size": None, "sizes": HALVES, "rps": 8000}, "12 shards would be needed: every record of 1 KiB"),
        # 2 and 1.1 thousand KiB/s: 2 shards either way.
        ({"rps": 1000}, None),
        # Whole KiB are whole KiB.
        ({"size": 2}, None),
        # 10,000 records ask for 10 shards, 10,000 KiB/s for 9.8.
        ({"size": "100 B"}, None),
        # Eight readers ask for 8 x 11,000 / 2,048 = 42.97, more than any way to write.
        ({"consumers": 8}, None),
        *(({"producer": way}, None) for way in ("put-records", "put-record", "kpl")),
        ({"aggregation": "25 KiB"}, None),
    ],
)
def test_what_put_record_would_need_is_told_where_nobody_said_how_records_are_written(fields, said):
    given = {"size": "1.1 KiB", "rps": 10_000, "consumers": 1, **fields}
    found = finding(planned(**{name: value for name, value in given.items() if value}), "put-record")
    assert (found is None) if said is None else (found.severity == "info" and said in found.message)
    if said is not None and "from" not in said:
        assert "from" not in found.message


def test_no_more_consumers_are_moved_to_fan_out_than_can_be_registered():
    # 25 calls/s where 5 are allowed: 20 to move is the most that a stream takes, 21 is one too many.
    allowed, over = (
        finding(planned(size=1, rps=1, consumers=count), "getrecords-calls").remedy for count in (25, 26)
    )
    assert allowed.endswith("move 20 of them to enhanced fan-out")
    assert over.endswith("merge consumers")


# ── word by word ─────────────────────────────────────────────────────────────────────────────────


def told(name, **fields):
    """Severity, message and remedy of a finding; None where it is not made."""
    found = finding(planned(**{"size": 1, "rps": 1, **fields}), name)
    return None if found is None else (found.severity, found.message, found.remedy)


@pytest.mark.parametrize(
    ("outage", "retention", "expected"),
    [
        ("12h", "24h", None),
        # Twice 12.1 h are 24.2 h, in whole hours 25.
        (
            "12.1h",
            "24h",
            (
                "warning",
                "an outage of 726 min lets records grow older than 50% of the retention of 1 d",
                "keep records for 25 h or more",
            ),
        ),
        (
            "24h",
            None,
            (
                "error",
                "after an outage of 1 d the oldest records have expired before they are read: retention is "
                "1 d",
                "keep records longer than 1 d, at least 2 d to stay below AWS's alarm point",
            ),
        ),
    ],
)
def test_a_backlog_that_expires_is_told_with_the_retention_that_keeps_it(outage, retention, expected):
    fields = {} if retention is None else {"retention": retention}
    assert told("backlog-expires", catch_up={"outage": outage, "within": "1h"}, **fields) == expected


@pytest.mark.parametrize(
    ("consumers", "message", "remedy"),
    [
        # Six polls a second where five are allowed: six every 1.2 s.
        (
            6,
            "6 shared consumers make 6 GetRecords calls/s on every shard where 5 are allowed (poll intervals "
            "assumed where not declared); more shards will not help",
            "poll every 1.2 s or slower, or move 1 of them to enhanced fan-out",
        ),
        # One that polls every 150 ms makes 6.67 calls, and alone may poll every 200 ms.
        (
            [{"name": "fast", "type": "sdk", "poll_interval": "150 ms"}],
            "1 shared consumer makes 6.67 GetRecords calls/s on every shard where 5 are allowed; more shards "
            "will not help",
            "poll every 200 ms or slower, or move fast to enhanced fan-out",
        ),
    ],
)
def test_calls_above_the_budget_are_told_with_what_fits(consumers, message, remedy):
    assert told("getrecords-calls", consumers=consumers) == ("warning", message, remedy)


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        (
            {"max_size": "1536 KiB"},
            "record-too-large",
            (
                "error",
                "a record of 1.5 MiB is refused: the stream accepts 1 MiB unless it is set higher",
                "UpdateMaxRecordSize with MaxRecordSizeInKiB of 1,536 or more, then declare max_record_size",
            ),
        ),
        (
            {"max_size": 5_000, "max_record_size": "4 MiB"},
            "record-too-large",
            (
                "error",
                "a record of 4.88 MiB is refused: the stream accepts 4 MiB",
                "UpdateMaxRecordSize with MaxRecordSizeInKiB of 5,000 or more, then declare max_record_size",
            ),
        ),
        (
            {"max_size": "10.5 MiB"},
            "record-too-large",
            (
                "error",
                "a record of 10.5 MiB cannot be written: no stream accepts more than 10 MiB",
                "put the data in S3 and a pointer in the record, or split it",
            ),
        ),
        ({"max_size": "10 MiB", "max_record_size": "10 MiB"}, "record-too-large", None),
        (
            {"max_record_size": "10.5 MiB"},
            "max-record-size",
            ("error", "max_record_size of 10.5 MiB is out of range", "set it to 10 MiB or less"),
        ),
        ({"max_record_size": "10 MiB"}, "max-record-size", None),
    ],
)
def test_a_record_that_is_too_large_is_told_with_what_the_stream_takes(fields, name, expected):
    assert told(name, **fields) == expected


@pytest.mark.parametrize(
    ("mode", "count", "message", "remedy"),
    [
        ("provisioned", 20, None, None),
        (
            "provisioned",
            21,
            "21 fan-out consumers where 20 can be registered (",
            "merge consumers, move some to shared throughput, or use On-demand Advantage, which takes 50",
        ),
        ("on-demand-advantage", 50, None, None),
        (
            "on-demand-advantage",
            51,
            "51 fan-out consumers where 50 can be registered (",
            "merge consumers, move some to shared throughput",
        ),
    ],
)
def test_more_than_can_be_registered_are_told_with_how_many_can(mode, count, message, remedy):
    found = told("fan-out-consumers", mode=mode, fan_out=count)
    if message is None:
        assert found is None
    else:
        assert found is not None
        assert (found[0], found[2]) == ("error", remedy)
        assert found[1].startswith(message)


@pytest.mark.parametrize(
    ("fields", "severity", "known"),
    [
        # 512 KiB are half of 1 MiB.
        ({"size": "512 KiB", "max_size": "2 MiB"}, "info", "up to 50% of the records may be"),
        ({"sizes": "1KiB=90%,2MiB=10%"}, "warning", "10% of the records are"),
        ({"size": "1.5 MiB"}, "warning", "the mean record is"),
    ],
)
def test_large_records_are_told_with_what_is_known_of_them(fields, severity, known):
    made = finding(planned(rps=1, max_record_size="10 MiB", **fields), "large-records")
    assert made.severity == severity
    assert made.message.startswith(f"{known} above 1 MiB, AWS advises at most ")
    assert made.remedy.endswith("; declare sizes to know their share") is ("sizes" not in fields)


@pytest.mark.parametrize(
    ("retention", "hours"),
    [("23h", "23"), ("24h", None), ("24.5h", "24.5"), ("8760h", None), ("8761h", "8,761")],
)
def test_a_retention_that_cannot_be_set_is_told_with_the_range(retention, hours):
    message = f"a retention of {hours} h cannot be set"
    expected = None if hours is None else ("error", message, "whole hours from 24 to 8,760")
    assert told("retention-range", retention=retention) == expected


@pytest.mark.parametrize(("retention", "billed"), [(None, False), ("168h", False), ("169h", True)])
def test_reads_of_what_is_not_kept_are_told(retention, billed):
    fields = {} if retention is None else {"retention": retention}
    found = told("long-term-reads", long_term_reads="1 TiB", **fields)
    kept = "1 d" if retention is None else "7 d"
    message = (
        f"long-term reads of 1 TiB a month are not billed: with a retention of {kept} there is nothing older "
        "than 7 d to read"
    )
    remedy = "keep records for more than 7 d, or leave long_term_reads out"
    assert found == (None if billed else ("info", message, remedy))


@pytest.mark.parametrize(
    ("rps", "shards", "message"),
    [
        # 1,000 records/s a shard.
        (10_000_000, None, None),
        (10_001_000, None, "10,001 shards where one stream can be scaled to 10,000"),
        (1, 10_000, None),
        (1, 10_001, "10,001 shards where one stream can be scaled to 10,000"),
    ],
)
def test_more_shards_than_one_stream_can_have_are_told(rps, shards, message):
    fields = {} if shards is None else {"shards": shards}
    remedy = "spread the load over several streams, or ask AWS for more"
    expected = None if message is None else ("error", message, remedy)
    assert told("shard-quota", size="1 B", rps=rps, consumers=1, **fields) == expected


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ({}, "declare the headroom that is wanted"),
        ({"shards": 1}, "declare the headroom that is wanted, and the shards that it asks for"),
        ({"shards": 2}, None),
        ({"headroom": "1%"}, None),
        ({"mode": "on-demand"}, None),
    ],
)
def test_shards_that_are_used_to_the_last_record_are_told(fields, remedy):
    message = "write records is used to 100% at 1 shard: nothing is left for a busier moment"
    expected = None if remedy is None else ("info", message, remedy)
    assert told("full-use", size="1 B", rps=1000, **fields) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        # 1.5 MiB/s on two shards leave 0.25 MiB/s of each: 1.5 / 0.25 = 6 s. 10 MiB hold six.
        (
            {"size": "1.5 MiB"},
            "the mean record is above 1 MiB, AWS advises at most 2%; a shard's burst bucket of 10 MiB "
            "takes 6 records of 1.5 MiB at once, then one every 6 s at 2 shards",
        ),
        # On three it is half of each: 3 s.
        (
            {"size": "1.5 MiB", "shards": 3},
            "the mean record is above 1 MiB, AWS advises at most 2%; a shard's burst bucket of 10 MiB "
            "takes 6 records of 1.5 MiB at once, then one every 3 s at 3 shards",
        ),
        # 0.3 MiB/s leave 0.7: 4 / 0.7 = 5.714 s, rounded up to tenths.
        (
            {"size": "0.3 MiB", "max_size": "4 MiB"},
            "up to 30% of the records may be above 1 MiB, AWS advises at most 2%; a shard's burst bucket of "
            "10 MiB takes 2 records of 4 MiB at once, then one every 5.8 s at 1 shard",
        ),
        (
            {"size": "1.5 MiB", "rps": 2, "shards": 3},
            "the mean record is above 1 MiB, AWS advises at most 2%; a shard's burst bucket of 10 MiB "
            "takes 6 records of 1.5 MiB at once, then none, the shard has no spare bytes at 3 shards",
        ),
        # 2 % are advised.
        ({"sizes": "1 KiB=98%,2 MiB=2%"}, None),
        (
            {"sizes": "1 MiB=97.9%,2 MiB=2.1%", "shards": 2},
            # 1.021 MiB/s of two leave 0.4895 of each: 2 / 0.4895 = 4.086 s.
            "2.1% of the records are above 1 MiB, AWS advises at most 2%; a shard's burst bucket of 10 MiB "
            "takes 5 records of 2 MiB at once, then one every 4.1 s at 2 shards",
        ),
        # What no stream takes is told elsewhere, and 1 MiB is what every stream does.
        ({"size": "512 KiB", "max_size": "11 MiB"}, None),
        ({"size": "512 KiB", "max_size": "1 MiB"}, None),
        ({"size": "512 KiB", "max_size": "1023 KiB"}, None),
        ({"size": "512 KiB"}, None),
        ({"size": "1 MiB"}, None),
    ],
)
def test_large_records_are_told_with_the_burst_that_a_shard_takes(fields, message):
    made = finding(planned(**{"rps": 1, "max_record_size": "10 MiB", **fields}), "large-records")
    assert (made and made.message) == message


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        # (25,600 - 20) / (1,024 + 10) = 24.7: 24 fill an aggregate. 200/s are 20 in a tenth of a second.
        (
            {"size": 1, "rps": 200, "aggregation": "25 KiB"},
            "aggregation-unfilled",
            (
                "info",
                "aggregates may leave before they are full: in 100 ms (the KPL's default wait) all producers "
                "together gather 20 records a shard, 24 fill one",
                "raise RecordMaxBufferedTime, or plan with a smaller target_size",
            ),
        ),
        ({"size": 1, "rps": 239, "aggregation": "25 KiB"}, "aggregation-unfilled", "23.9 records a shard"),
        ({"size": 1, "rps": 240, "aggregation": "25 KiB"}, "aggregation-unfilled", None),
        # Two shards share what is gathered, declared or needed: 4,000 x 1,034 B and frames are 3.97 MiB/s.
        ({"size": 1, "rps": 400, "shards": 2, "aggregation": "25 KiB"}, "aggregation-unfilled", "20 records"),
        ({"size": 1, "rps": 480, "shards": 2, "aggregation": "25 KiB"}, "aggregation-unfilled", None),
        # It is the mean that gathers.
        (
            {"size": 1, "rps": {"mean": 100, "peak": 240}, "aggregation": "25 KiB"},
            "aggregation-unfilled",
            "10 records a shard",
        ),
        # Two of 20 KiB + 10 B, and 20 B, are 41,000 B: 40.04 KiB.
        (
            {"size": 20, "rps": 1, "aggregation": "25 KiB"},
            "aggregation-idle",
            (
                "warning",
                "aggregation does nothing: two records of 20 KiB do not fit into 25 KiB",
                "a target_size of 41 KiB or more, or no aggregation",
            ),
        ),
        ({"size": 20, "rps": 1, "aggregation": "41 KiB"}, "aggregation-idle", None),
    ],
)
def test_aggregates_that_do_not_fill_are_told_with_what_would(fields, name, expected):
    found = told(name, **fields)
    if isinstance(expected, str):
        assert found is not None
        assert expected in found[1]
    else:
        assert found == expected


# ── without a size ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "shards", "least", "next_size"),
    [
        # 5 MiB over the 5,000 records of 5 shards are 1,048.576 B.
        ({"throughput": "5 MB/s"}, 5, "1.02 KiB", 1049),
        # 1.2 x 5 MiB: 6 shards, and 6,000 / 1.2 = 5,000 records again.
        ({"throughput": "5 MB/s", "headroom": "20%"}, 6, "1.02 KiB", 1049),
        # 7 shards for 6.25, each used to 80 %: 5,600 records.
        ({"throughput": "5 MB/s", "max_utilisation": "80%"}, 7, "937 B", 937),
        # The busiest takes two tenths, and so do the records.
        ({"throughput": "5 MB/s", "skew": 2}, 10, "1.02 KiB", 1049),
        # 5 x (0.15 + 0.85 / 17) is one shard, by bytes as by records.
        ({"throughput": "5 MB/s", "hottest_key": "15%"}, 17, "1.02 KiB", 1049),
        # 5 shards at 100 records/s that a consumer handles: 500 of 10,485.76 B.
        (
            {"throughput": "5 MB/s", "consumers": [{"type": "kcl", "max_rps_per_shard": 100}]},
            5,
            "10.24 KiB",
            10_486,
        ),
        # 1,000 records in 1,000 B are not yet too many.
        ({"throughput": "1000 B/s"}, 1, "1 B", 1),
        # 3.5 MiB over 4,000 records are 917.504 B.
        ({"throughput": "3.5 MB/s"}, 4, "918 B", 918),
        # Two consumers that share 2 MiB/s ask for no more shards, four for ten: 524.288 B.
        ({"throughput": "5 MB/s", "consumers": 4}, 10, "525 B", 525),
    ],
)
def test_without_a_size_it_is_told_below_which_mean_more_are_needed(fields, shards, least, next_size):
    made = planned(**fields)
    told = finding(made, "size-unknown")
    assert (made.shards, told.severity, told.at) == (shards, "warning", ())
    assert told.message == (
        "no record size is declared, so it is not known how far the limit of 1,000 records/s a shard is "
        "used: count and cost are the least for any size; records with a mean below "
        f"{least} need more shards"
    )
    assert (told.remedy, told.fact.name) == (
        "declare size, the mean size of a record",
        made.constraints[1].fact.name,
    )
    # Of this size they do not, of a byte less they do.
    enough = planned(**fields, size=f"{next_size} B")
    assert (enough.shards, finding(enough, "size-unknown")) == (shards, None)
    if next_size > 1:
        assert planned(**fields, size=f"{next_size - 1} B").shards == shards + 1
