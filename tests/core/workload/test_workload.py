"""A workload is whole, or refused with all its problems."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import BadFields, Size, Workload
from shardcalc.core.history import metrics
from shardcalc.core.text import BadValue
from shardcalc.core.units import RecordRate
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.parts import SHARD_METRICS, CatchUp, Consumer, Rates
from shardcalc.core.workload.reading import pairs
from shardcalc.core.workload.requirements import Expectation


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
