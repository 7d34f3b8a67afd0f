"""A workload is whole, or refused with all its problems."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from shardcalc import BadFields, Size, Workload
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history import metrics
from shardcalc.core.lint.policy import policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.text import BadValue
from shardcalc.core.units import ByteRate, Duration, RecordRate
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.parts import (
    CATCH_UP_FIELDS,
    CONSUMER_FIELDS,
    HOTTEST_KEY_FIELDS,
    RATES_FIELDS,
    SHARD_METRICS,
    CatchUp,
    Consumer,
    HottestKey,
    Rates,
    SizeShare,
    Throughput,
)
from shardcalc.core.workload.reading import pairs
from shardcalc.core.workload.requirements import (
    EXPECTATION_FIELDS,
    REQUIREMENT_FIELDS,
    SUPPRESSION_FIELDS,
    Expectation,
)
from shardcalc.core.workload.workload import (
    ASSUMED_SIZE,
    FIELDS,
    assemble,
    exact_inputs,
    read_hottest_key,
    read_region,
    read_throughput,
    shown_inputs,
)


def test_a_workload_is_refused_with_all_its_problems():
    with pytest.raises(BadFields) as caught:
        Workload.of(size="2 kilo", rps="nan", consumer=7, headroom="20")
    assert [field for field, _ in caught.value.problems] == ["size", "rps", "consumer", "headroom"]


def test_a_workload_made_of_bare_numbers_says_how_to_make_one():
    with pytest.raises(TypeError, match=r"Workload\.of\(size=1024"):
        Workload(size=1024, rps=6)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes quantities"):
        Workload(size=Size(1024), rps=6)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes quantities"):
        Workload(size=1024, rps=Workload.of(size=1, rps=1).rps)  # type: ignore[arg-type]


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


def test_parts_that_are_made_already_are_taken_as_they_are():
    rates = Rates(RecordRate(Fraction(1)), RecordRate(Fraction(2)))
    billing, outage = Consumer.of(name="billing", type="kcl"), CatchUp.of(outage="6h", within="2h")
    made = Workload.of(size=1, rps=rates, consumers=[billing, {"type": "kcl"}], catch_up=outage)
    assert (made.rps, made.catch_up) == (rates, outage)
    assert [consumer.name for consumer in made.consumers] == ["billing", ""]
    expected = Expectation.of(shards="21")
    assert STREAM_READERS["expect"](expected) == expected


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"consumers": [3]}, "consumers.0"),
        ({"catch_up": 3}, "catch_up"),
        ({"sizes": 7}, "sizes"),
    ],
)
def test_what_is_no_mapping_or_list_is_refused_where_it_is(fields, problem):
    with pytest.raises(BadFields) as caught:
        Workload.of(rps=1, **({"size": 1} if "sizes" not in fields else {}), **fields)
    assert [name for name, _ in caught.value.problems] == [problem]


def test_a_name_given_twice_is_told():
    assert pairs("outage=6h, within=2h") == {"outage": "6h", "within": "2h"}
    assert pairs("mean=1,000,peak=2,000,000 rps") == {"mean": "1,000", "peak": "2,000,000 rps"}
    assert pairs("1KiB=90%,100KiB=10%") == {"1KiB": "90%", "100KiB": "10%"}
    with pytest.raises(BadValue, match="outage is given twice"):
        pairs("outage=6h,outage=2h")


def test_text_may_have_ten_thousand_characters():
    assert len(STREAM_READERS["owner"]("x" * 10_000)) == 10_000
    with pytest.raises(BadValue, match="10,000"):
        STREAM_READERS["owner"]("x" * 10_001)


@pytest.mark.parametrize("value", [None, True, [1], {"mean": 1}])
def test_one_value_is_no_list_mapping_or_nothing(value):
    with pytest.raises(BadFields, match="is not one value"):
        Workload.of(size=value, rps=1)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("IncomingBytes", ("IncomingBytes",)),
        ("OutgoingBytes, IncomingBytes,IncomingBytes", ("IncomingBytes", "OutgoingBytes")),
        (["IteratorAgeMilliseconds"], ("IteratorAgeMilliseconds",)),
        ("ALL", SHARD_METRICS),
        (["ALL", "IncomingBytes"], SHARD_METRICS),
        ([], ()),
    ],
)
def test_shard_level_metrics_are_read_by_awss_names(written, names):
    assert Workload.of(size=1, rps=1, enhanced_metrics=written).enhanced_metrics == names


def test_a_shard_level_metric_that_aws_does_not_have_is_told():
    with pytest.raises(
        BadFields, match="'IncomingByte' is not a shard-level metric; did you mean IncomingBytes"
    ):
        Workload.of(size=1, rps=1, enhanced_metrics="ALL,IncomingByte")
    assert tuple(metrics.SHARD_METRICS) == SHARD_METRICS


@pytest.mark.parametrize(("field", "told"), [("ignore", "a list of rule"), ("expect", "a mapping of shards")])
def test_a_requirement_of_another_shape_is_refused(field, told):
    with pytest.raises(BadValue, match=told):
        STREAM_READERS[field]("yes")


def test_a_partition_key_has_1_to_256_characters():
    assert Workload.of(size=1, rps=1, hottest_key={"share": "40%", "key": "k" * 256}).hottest_key.key
    for key in ("", "k" * 257):
        with pytest.raises(BadFields) as refused:
            Workload.of(size=1, rps=1, hottest_key={"share": "40%", "key": key})
        assert refused.value.problems == (
            ("hottest_key.key", f"a partition key has 1 to 256 characters, not {len(key)}"),
        )


def test_an_amount_of_data_is_taken_as_it_is():
    assert Workload.of(size=1, rps=1, long_term_reads=Size(5)).long_term_reads == Size(5)


# ── what is shown of it ──────────────────────────────────────────────────────────────────────────

PLAIN = {"size": 1, "rps": 6}


@pytest.mark.parametrize(
    ("written", "mean", "peak"),
    [
        # 5 MiB are 2,560 records of 2 KiB.
        ("5MB/s", 2560, 2560),
        ("300 MiB/min", 2560, 2560),
        # 432,000 MiB a day are 5 MiB a second.
        ("432,000 MiB/day", 2560, 2560),
        ("mean=1MB/s,peak=5MB/s", 512, 2560),
        ({"mean": "1 MB/s", "peak": "5x", "dated": "2026-11-01"}, 512, 2560),
    ],
)
def test_a_throughput_is_so_many_records_of_the_mean_size(written, mean, peak):
    made = Workload.of(size=2, throughput=written)
    assert (made.rps.mean, made.rps.peak) == (RecordRate(mean), RecordRate(peak))
    assert (made.size, made.size_assumed) == (Size(2048), False)
    assert made.rps.dated == (date(2026, 11, 1) if isinstance(written, dict) else None)


def test_without_a_size_the_records_are_those_that_cost_the_least():
    """5 MiB are 204.8 records of 25 KiB, a whole PUT payload unit each."""
    made = Workload.of(throughput="mean=1MB/s,peak=5MB/s")
    assert (made.size, made.size_assumed) == (Size(25600), True)
    assert made.rps.peak == RecordRate(Fraction("204.8"))
    assert made.throughput == Throughput(ByteRate(2**20), ByteRate(5 * 2**20))
    shown = dict(shown_inputs(made, built_in_limits()))
    assert shown["size"] == "unknown; 25 KiB, which costs the least, is taken"
    assert shown["throughput"] == "1 MiB/s mean, 5 MiB/s peak"
    exact = exact_inputs(made)
    assert exact["mean_throughput_bytes_per_second"] == ByteRate(2**20)
    assert (exact["peak_throughput_bytes_per_second"], exact["size_assumed"]) == (ByteRate(5 * 2**20), True)


def test_the_size_that_is_assumed_is_whole_in_every_unit_that_aws_bills():
    """Else another size would cost less. And a shard's bytes are fewer of such records than it takes."""
    limits = built_in_limits()
    for unit in (limits.put_payload_unit, limits.on_demand_record_unit):
        assert (ASSUMED_SIZE.amount / unit.value.amount).denominator == 1
    assert limits.write_bytes.value.amount / ASSUMED_SIZE.amount < limits.write_records.value.amount


def test_a_mix_of_sizes_has_the_records_of_its_mean():
    """Half of 1 KiB and half of 3 KiB: 2 KiB."""
    assert Workload.of(sizes="1KiB=50%,3KiB=50%", throughput="5MB/s").rps.mean == RecordRate(2560)


@pytest.mark.parametrize(("size", "throughput"), [("1 B", "1 TiB/s"), ("1 MiB", "1 B/month")])
def test_a_throughput_that_is_no_rate_of_records_is_refused(size, throughput):
    with pytest.raises(BadFields) as error:
        Workload.of(size=size, throughput=throughput)
    ((field, told),) = error.value.problems
    assert field == "throughput"
    assert "is no rate of records: at most" in told


FULL = {
    # 0.9 x 1 KiB + 0.1 x 101 KiB are 11 KiB.
    "sizes": "1KiB=90%,101KiB=10%",
    "max_record_size": "2 MiB",
    "rps": {"mean": 1000, "peak": 1500, "dated": "2026-11-01"},
    "consumers": [
        {"name": "billing", "type": "lambda", "batch_size": 50, "batch_duration": "2s"},
        {"type": "sdk", "poll_interval": "1s"},
        {"name": "audit", "type": "fan-out"},
    ],
    "fan_out": 1999,
    "headroom": "20%",
    "max_utilisation": "80%",
    "hottest_key": {"share": "30%", "key": "user-1"},
    "skew": 1.5,
    "catch_up": {"outage": "6h", "within": "2h", "consumers": ["billing"]},
    "producer": "kpl",
    "aggregation": "25 KiB",
    "retention": "48h",
    "long_term_reads": "5 TiB",
    "enhanced_metrics": "ALL",
    "mode": "on-demand-advantage",
    "region": "eu-west-1",
    "shards": 1200,
    "growth": "5%/month",
    "horizon": "2 years",
}


def test_what_is_not_declared_is_shown_as_nothing_or_as_what_is_taken():
    shown = dict(shown_inputs(Workload.of(**PLAIN), built_in_limits()))
    assert {name: text for name, text in shown.items() if text} == {
        "size": "1 KiB mean",
        "rps": "6 records/s",
        "consumers": "1 shared",
        "headroom": "none",
        "skew": "none: every shard as busy as the mean",
        "retention": "1 d",
        "mode": "provisioned",
        "region": "us-east-1",
    }


def test_what_is_declared_is_shown_in_words():
    assert dict(shown_inputs(Workload.of(**FULL), built_in_limits())) == {
        "size": "11 KiB mean of a mix: 90% of 1 KiB, 10% of 101 KiB",
        "max_size": "101 KiB",
        "max_record_size": "2 MiB",
        "rps": "1,000 records/s mean, 1,500 records/s peak, of 2026-11-01",
        "throughput": "",
        "consumers": "2 shared: billing (lambda)",
        "fan_out": "2,000",
        "headroom": "20%",
        "max_utilisation": "80%",
        "hottest_key": "30% on user-1",
        "skew": "1.5 x",
        "catch_up": "after 6 h of billing within 2 h",
        "producer": "kpl",
        "aggregation": "into 25 KiB",
        "retention": "2 d",
        "long_term_reads": "5 TiB",
        "enhanced_metrics": ", ".join(SHARD_METRICS),
        "mode": "on-demand-advantage",
        "region": "eu-west-1",
        "shards": "1,200",
        "growth": "5%/month",
        "horizon": "24 months",
    }


def test_what_is_not_declared_is_no_key():
    made = Workload.of(**PLAIN)
    assert exact_inputs(made) == {
        "size_bytes": Size(1024),
        "mean_records_per_second": RecordRate(6),
        "peak_records_per_second": RecordRate(6),
        "shared_consumers": 1,
        "fan_out_consumers": 0,
        "headroom": 0,
        "skew": 1,
    }
    assert "consumers" not in exact_inputs(Workload.of(**PLAIN, consumers=2, fan_out=3))


def test_what_is_declared_is_exact():
    assert exact_inputs(Workload.of(**FULL)) == {
        "size_bytes": Size(11 * 1024),
        "sizes": [
            {"size_bytes": Size(1024), "share": Fraction(9, 10)},
            {"size_bytes": Size(101 * 1024), "share": Fraction(1, 10)},
        ],
        "max_size_bytes": Size(101 * 1024),
        "max_record_size_bytes": Size(2 * 1024**2),
        "mean_records_per_second": RecordRate(1000),
        "peak_records_per_second": RecordRate(1500),
        "rates_dated": date(2026, 11, 1),
        "shared_consumers": 2,
        "consumers": [
            {"name": "billing", "type": "lambda", "batch_size": 50, "batch_duration_seconds": Duration(2)},
            {"type": "sdk", "poll_interval_seconds": Duration(1)},
            {"name": "audit", "type": "fan-out"},
        ],
        "fan_out_consumers": 2000,
        "headroom": Fraction(1, 5),
        "max_utilisation": Fraction(4, 5),
        "hottest_key": Fraction(3, 10),
        "hottest_partition_key": "user-1",
        "skew": Fraction(3, 2),
        "catch_up": {
            "outage_seconds": Duration(21_600),
            "within_seconds": Duration(7200),
            "consumers": ["billing"],
        },
        "producer": "kpl",
        "aggregation_target_size_bytes": Size(25 * 1024),
        "retention_seconds": Duration(172_800),
        "long_term_reads_bytes": Size(5 * 1024**4),
        "enhanced_metrics": list(SHARD_METRICS),
        "growth": {"share": Fraction(1, 20), "months": 1},
        "horizon_months": 24,
    }


# ── at the edge, one below, one above ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "least", "below", "most", "above"),
    [
        ("fan_out", "0", "-1", "10000", "10001"),
        ("consumers", "0", "-1", "10000", "10001"),
        ("shards", "1", "0", "1000000", "1000001"),
        ("headroom", "0%", "-1%", "10000%", "10001%"),
        ("max_utilisation", "0.1%", "0%", "100%", "101%"),
        ("hottest_key", "0.1%", "0%", "100%", "101%"),
        ("skew", "1", "0.9", "10000", "10001"),
        ("growth", "0%/month", "-1%/month", "1000%/year", "1001%/year"),
        ("horizon", "1 month", "0 months", "120 months", "121 months"),
        ("retention", "1 ms", "0 h", "36500 d", "36501 d"),
        ("max_size", "1 KiB", "1023 B", "1 TiB", "1025 GiB"),
        ("max_record_size", "1 B", "0 B", "1 TiB", "1025 GiB"),
        ("long_term_reads", "1 B", "0 B", "1048576 TiB", "1048577 TiB"),
    ],
)
def test_a_field_is_read_from_its_least_to_its_most(field, least, below, most, above):
    for text in (least, most):
        Workload.of(**PLAIN, **{field: text})
    for text in (below, above):
        with pytest.raises(BadFields) as error:
            Workload.of(**PLAIN, **{field: text})
        assert {name for name, _ in error.value.problems} <= {field, f"{field}.share"}


@pytest.mark.parametrize(
    ("written", "shared", "fan_out"),
    [
        ({}, 1, 0),
        ({"fan_out": 0}, 0, 0),
        ({"fan_out": 3}, 0, 3),
        ({"consumers": 0}, 0, 0),
        ({"consumers": 2, "fan_out": 3}, 2, 3),
        ({"consumers": "type=kcl"}, 1, 0),
        ({"consumers": [{"type": "fan-out"}, {"type": "kcl"}], "fan_out": 1}, 1, 2),
    ],
)
def test_consumers_share_a_shard_or_are_registered(written, shared, fan_out):
    made = Workload.of(**PLAIN, **written)
    assert (made.shared, made.fan_out) == (shared, fan_out)


@pytest.mark.parametrize(
    ("written", "hours"), [("24", 24), (36, 36), ("7d", 168), ("90 min", Fraction(3, 2))]
)
def test_a_bare_retention_is_hours(written, hours):
    assert Workload.of(**PLAIN, retention=written).retention == Duration.hours(hours)


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"rps": 1}, [("size", "missing; write the mean record size, such as 1 KiB")]),
        ({"size": 1}, [("rps", "missing")]),
        (
            {"throughput": "1 MB/s", "rps": 1},
            [("throughput", "give rps or throughput, not both: one follows from the other")],
        ),
        (
            {"throughput": "mean=2MB/s,peak=1MB/s"},
            [("throughput.peak", "1 MiB/s is below the mean of 2 MiB/s")],
        ),
        (
            {"throughput": "5 MB"},
            [("throughput", "'5 MB' is not a byte rate; write for example 2 MiB/s or 400 GB/day")],
        ),
        (
            {"throughput": "5 MB/fortnight"},
            [("throughput", "'5 MB/fortnight' is not a byte rate; write for example 2 MiB/s or 400 GB/day")],
        ),
        ({"throughput": "0 MB/s"}, [("throughput", "'0 MB' is not a size: it must be at least 1 B")]),
        (
            {**PLAIN, "max_size": "1023 B"},
            [("max_size", "the largest record, 1,023 B, is smaller than the mean, 1 KiB")],
        ),
        (
            {**PLAIN, "aggregation": "25", "producer": "put-record"},
            [("aggregation", "only the KPL aggregates records; producer is put-record")],
        ),
        (
            {**PLAIN, "catch_up": "outage=6h,within=2h,consumers=bill"},
            [("catch_up.consumers", "no consumer has the name 'bill'")],
        ),
        (
            {
                **PLAIN,
                "consumers": [{"name": "bill", "type": "kcl"}] * 2,
                "catch_up": "outage=6h,within=2h,consumers=bill",
            },
            [("catch_up.consumers", "2 consumers have the name 'bill'")],
        ),
        (
            {"size": 1, "rps": {"mean": 2, "peak": 1}},
            [("rps.peak", "1 records/s is below the mean of 2 records/s")],
        ),
        ({"rps": 1, "sizes": []}, [("sizes", "write a list of size and share")]),
        ({"rps": 1, "sizes": ""}, [("sizes", "'' is no mix of sizes; give each size with its share")]),
    ],
)
def test_what_does_not_fit_together_is_told_in_words(fields, problems):
    with pytest.raises(BadFields) as error:
        Workload.of(**fields)
    assert list(error.value.problems) == problems


def test_those_that_fell_behind_are_the_named_or_all():
    consumers = [{"name": "billing", "type": "kcl"}, {"name": "audit", "type": "kcl"}]
    named = Workload.of(**PLAIN, consumers=consumers, catch_up="outage=6h,within=2h,consumers=audit")
    every = Workload.of(**PLAIN, consumers=consumers, catch_up="outage=6h,within=2h")
    none = Workload.of(**PLAIN, consumers=consumers)
    assert [[made.falls_behind(each) for each in made.consumers] for made in (named, every, none)] == [
        [False, True],
        [True, True],
        [False, False],
    ]
    # Six hours are read beside two: (6 + 2) / 2.
    assert named.catch_up.factor == 4


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("provisioned", "provisioned"),
        ("PROVISIONED", "provisioned"),
        (" ON_DEMAND ", "on-demand-standard"),
        ("on-demand", "on-demand-standard"),
        ("on-demand-standard", "on-demand-standard"),
        ("On-Demand-Advantage", "on-demand-advantage"),
    ],
)
def test_a_mode_is_read_in_awss_words_too(text, mode):
    assert Workload.of(**PLAIN, mode=text).mode == mode


PARTS = (
    *CONSUMER_FIELDS,
    *HOTTEST_KEY_FIELDS,
    *CATCH_UP_FIELDS,
    *RATES_FIELDS,
    *EXPECTATION_FIELDS,
    *SUPPRESSION_FIELDS,
    *REQUIREMENT_FIELDS,
    *policy_fields(NAMES),
)


@pytest.mark.parametrize("field", [*FIELDS, *PARTS], ids=lambda field: field.name)
def test_the_schema_of_a_field_says_what_is_read(field):
    """Its examples are read, of counts its least and nothing below, and texts of its lengths."""
    forms = [field.schema, *field.schema.get("anyOf", ())]
    for example in field.schema.get("examples", ()):
        field.reader(example)
    for least in [form["minimum"] for form in forms if form.get("type") == "integer"]:
        field.reader(least)
        with pytest.raises(BadValue):
            field.reader(least - 1)
    for form in forms:
        least, most = form.get("minLength"), form.get("maxLength")
        for length in (least, most):
            if length is not None:
                field.reader("k" * length)
        for length in (None if least is None else least - 1, None if most is None else most + 1):
            if length is not None:
                with pytest.raises(BadValue):
                    field.reader("k" * length)


# ── throughput, and what follows from it ─────────────────────────────────────────────────────────


def test_a_throughput_is_read_in_each_of_its_forms():
    """2 MiB are 2,097,152 B; ``5x`` of 1 MiB are 5,242,880."""
    two = ByteRate(2_097_152)
    made = Throughput(two, two, date(2026, 11, 1))
    assert read_throughput(made) is made
    assert read_throughput(two) == read_throughput("2 MB/s") == Throughput(two, two)
    assert read_throughput("mean=1MB/s,peak=5x") == Throughput(ByteRate(2**20), ByteRate(5 * 2**20))
    assert read_throughput({"mean": "2 MB/s", "peak": "2 MB/s", "dated": "2026-11-01"}) == made
    with pytest.raises(BadValue, match="a list is not one value"):
        read_throughput(["2 MB/s"])


def test_the_size_that_is_taken_is_a_whole_payload_unit():
    assert Size(25 * 1024) == ASSUMED_SIZE == built_in_limits().put_payload_unit.value


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        (
            {},
            [
                ("rps", "missing; write the records per second, or throughput"),
                ("size", "missing; write the mean record size, such as 1 KiB"),
            ],
        ),
        ({"size": Size(1)}, [("rps", "missing; write the records per second, or throughput")]),
        (
            {"sizes": (SizeShare(Size(1), Fraction(1)),)},
            [("rps", "missing; write the records per second, or throughput")],
        ),
        (
            {
                "rps": Rates(RecordRate(1), RecordRate(1)),
                "throughput": Throughput(ByteRate(1), ByteRate(1)),
                "size": Size(1),
            },
            [("throughput", "give rps or throughput, not both: one follows from the other")],
        ),
        (
            {
                "rps": Rates(RecordRate(1), RecordRate(1)),
                "size": Size(1),
                "sizes": (SizeShare(Size(1), Fraction(1)),),
            },
            [("size", "give size or sizes, not both: the mean follows from the mix")],
        ),
        (
            {
                "throughput": Throughput(ByteRate(1), ByteRate(1)),
                "sizes": (SizeShare(Size(1), Fraction(11, 10)),),
            },
            [("sizes", "the shares add up to 110%, not 100%")],
        ),
    ],
)
def test_what_cannot_be_put_together_is_told(values, problems):
    with pytest.raises(BadFields) as error:
        assemble(values)
    assert list(error.value.problems) == problems


def test_what_is_put_together_leaves_nothing_as_it_was_written():
    one, moved = Rates(RecordRate(1), RecordRate(1)), Throughput(ByteRate(51_200), ByteRate(51_200))
    kcl = Consumer.of(type="kcl")
    assert assemble({"rps": one, "size": Size(7)}) == {"rps": one, "size": Size(7)}
    # 51,200 B are 2 records of 25 KiB.
    assert assemble({"throughput": moved}) == {
        "throughput": moved,
        "size": Size(25_600),
        "size_assumed": True,
        "rps": Rates(RecordRate(2), RecordRate(2)),
    }
    # Half of 1 B and half of 3 B; what is the largest was said.
    halves = (SizeShare(Size(1), Fraction(1, 2)), SizeShare(Size(3), Fraction(1, 2)))
    assert assemble({"rps": one, "sizes": halves, "max_size": Size(9)}) == {
        "rps": one,
        "sizes": halves,
        "size": Size(2),
        "max_size": Size(9),
    }
    made = assemble({"rps": one, "size": Size(1), "consumers": (kcl,), "fan_out": 3})
    assert [(each.type, each.count) for each in made["consumers"]] == [("kcl", 1), ("fan-out", 3)]
    assert assemble({"rps": one, "size": Size(1), "fan_out": 0})["consumers"] == ()
    assert "fan_out" not in made


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2 MB/s", "2 MiB/s"),
        ("mean=2MB/s,peak=2MB/s", "2 MiB/s"),
        ("mean=1MB/s,peak=2MB/s", "1 MiB/s mean, 2 MiB/s peak"),
    ],
)
def test_a_throughput_is_shown_with_its_peak_where_that_is_higher(written, text):
    made = Workload.of(size="2 KiB", throughput=written)
    shown = dict(shown_inputs(made, built_in_limits()))
    assert (shown["throughput"], shown["size"]) == (text, "2 KiB mean")
    assert exact_inputs(made)["size_assumed"] is False


# ── one value of another shape ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (
            "consumers",
            {"type": "kcl"},
            "a mapping is not a count or a list of consumers; write for example "
            "[{name: billing, type: lambda}]",
        ),
        (
            "consumers",
            " Lambda ",
            "' Lambda ' is a type of consumer and no count; give it as the type of a consumer",
        ),
        (
            "catch_up",
            "6h",
            "'6h' is one value, where several have names: outage, within, consumers",
        ),
        (
            "region",
            "us-east-9",
            "'us-east-9' is not a Region with Kinesis Data Streams; did you mean us-east-",
        ),
        ("region", "moon", "'moon' is not a Region with Kinesis Data Streams"),
    ],
)
def test_a_value_of_another_shape_is_told(field, value, told):
    with pytest.raises(BadFields) as error:
        Workload.of(**PLAIN, **{field: value})
    [(name, message)] = error.value.problems
    assert name == field
    assert message.startswith(told)
    if not told.endswith("-"):
        assert message == told


def test_a_region_is_read_by_its_code():
    assert read_region(" eu-west-1 ") == "eu-west-1"


def test_a_hottest_key_is_a_share_with_or_without_the_key():
    made = HottestKey(Fraction(2, 5), "user-1")
    assert read_hottest_key(made) is made
    assert read_hottest_key("share=40%,key=user-1") == read_hottest_key({"share": "40%", "key": "user-1"})
    assert read_hottest_key("40%") == HottestKey(Fraction(2, 5))
    assert read_hottest_key("share=40%,key=user-1") == made
