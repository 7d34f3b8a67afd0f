"""The plan of one workload: each limit and the working, with values worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import BadFields, Size, Workload
from shardcalc.core.capacity.packing import pack
from shardcalc.core.facts import built_in_limits
from tests.planned import asks, planned

LIMITS = built_in_limits()


def test_the_formula_of_the_sizing_guide_is_shown_with_its_terms():
    made = planned(size=1024, rps=6, consumers=7)
    # write 6 x 1024 = 6144 KiB/s, read 7 x 6144 = 43008 KiB/s
    assert made.formula.working == "max(6144/1024, 43008/2048) = max(6, 21) -> 21"
    assert made.formula.terms == (6, 21)
    assert made.guide_differs == ""


def test_the_guide_differs_when_it_rounds_the_record_up():
    # 1.5 KiB x 1000/s = 1500 KiB/s -> 2 shards; rounded up, 2000 KiB/s -> 2 as well; at 2000/s 3000 -> 3
    # against 4000 -> 4.
    made = planned(size="1.5 KiB", rps=2000, consumers=1)
    assert (made.shards, made.guide.shards) == (3, 4)
    assert made.guide_differs == "it rounds 1.5 KiB up to 2 KiB"


def test_the_guide_knows_no_aggregates():
    # 1,024/s of 1 KiB are 1 MiB/s. In aggregates each has 10 B more: above 1 MiB/s.
    made = planned(size=1, rps=1024, aggregation="25 KiB")
    assert (made.guide.working, made.formula.shards) == ("max(1024/1024, 1024/2048) = max(1, 0.50) -> 1", 2)
    assert (made.shards, made.guide_differs) == (2, "it ignores the overhead of aggregation")


@pytest.mark.parametrize(
    ("fields", "counts", "why"),
    [
        # 2,048/s of 1 KiB to 5 consumers: 5 by bytes, 7.5 with a half more.
        (
            {"size": 1, "rps": 2048, "consumers": 5, "headroom": "50%"},
            (8, 5, 5),
            "it leaves no reserve (50% headroom here)",
        ),
        # 3,000 KiB/s of 4,000 in whole KiB; 3 x 1.5 = 4.4 with a half more.
        (
            {"size": "1.5 KiB", "rps": 2000, "consumers": 1, "headroom": "50%"},
            (5, 4, 3),
            "it rounds 1.5 KiB up to 2 KiB; it leaves no reserve (50% headroom here)",
        ),
        # 1,000 records/s a shard, and 100 KiB/s: 3 shards of 1 KiB records by chance, and 1 of 100 B.
        (
            {"size": "100 B", "rps": 2500, "consumers": 0},
            (3, 3, 1),
            "",
        ),
        # 4,000/s of 100 B are 400,000 B/s, in whole KiB 4,000 KiB/s; 20 consumers read 3.8 and 39.06 MiB/s.
        (
            {"size": "100 B", "rps": 4000, "consumers": 20},
            (4, 40, 4),
            "it rounds 100 B up to 1 KiB",
        ),
        # Aggregates of 24 records of 100 B, 20 B more and 10 B each: far below 1 KiB a record.
        (
            {"size": "100 B", "rps": 4096, "consumers": 0, "aggregation": "25 KiB"},
            (1, 4, 1),
            "it rounds 100 B up to 1 KiB",
        ),
        # By PutRecord half of 1 B and half of 2,047 B count 1.5 KiB: 2.93 MiB/s; their mean is 1 KiB.
        (
            {"sizes": "1B=50%,2047B=50%", "rps": 2000, "consumers": 0, "producer": "put-record"},
            (3, 2, 2),
            "it rounds the mean size and not each record",
        ),
    ],
)
def test_the_guide_differs_for_a_reason(fields, counts, why):
    made = planned(**fields)
    assert (made.shards, made.guide.shards, made.formula.shards) == counts
    assert made.guide_differs == why


def test_the_guide_differs_when_records_decide():
    # 100 B x 10,000/s: the guide rounds to 1 KiB and says 10 by chance; at 200 B and 2 KiB records of 3
    # consumers it does not.
    made = planned(size=1, rps=10_000, consumers=1, headroom="10%")
    # 11,000 records/s -> 11; bytes 10,000 KiB/s x 1.1 / 1024 = 10.74 -> 11; guide 9.77 -> 10
    assert (made.shards, made.guide.shards) == (11, 10)
    assert made.guide_differs == "it ignores write records; it leaves no reserve (10% headroom here)"


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
    # (25600 - 20) // 110 = 232 records of 110 B and 20 B of frame: 25,540 B; 50,000 / 232 = 215.5 a second;
    # 5.249 MiB/s
    assert made.packing.records == 232
    assert made.packing.size == Size(232 * 110 + 20)
    assert asks(made) == {"write-bytes": 6, "write-records": 1, "read-bytes": 3}
    assert asks(planned(size="100 B", rps=50_000)) == {"write-bytes": 5, "write-records": 50, "read-bytes": 3}


def test_a_record_that_fills_the_target_exactly_is_packed():
    # two records of 490 + 10 B and 20 B of frame make 1020 B
    limits = LIMITS
    assert pack(Workload.of(size="490 B", rps=1, aggregation="1020 B"), limits).records == 2
    assert pack(Workload.of(size="490 B", rps=1, aggregation="1019 B"), limits).records == 1


def test_the_guide_is_compared_even_where_no_consumer_reads():
    made = planned(size=1024, rps=3, consumers=0)
    assert asks(made) == {"write-bytes": 3, "write-records": 1}
    assert made.formula.terms == (3, 0)


def test_at_one_shard_nothing_binds_and_the_nearest_limit_is_told():
    # 900 of 1,000 records; 900 of 1,024 KiB, which are 0.879; read 900 of 2,048 KiB.
    made = planned(size=1, rps=900)
    assert (made.shards, made.binding) == (1, ())
    assert (made.nearest.name, made.nearest.utilisation(1)) == ("write-records", Fraction(9, 10))
    # Two shards are asked for by someone.
    assert [limit.name for limit in planned(size=1, rps=1010).binding] == ["write-records"]


# ── the reserve ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "shards", "used"),
    [
        # 10,000 records: x 1.25 = 12.5, where headroom alone asks for x 1.2 and both together for x 1.5.
        ({"headroom": "20%", "max_utilisation": "80%"}, 13, Fraction(4, 5)),
        ({"headroom": "20%"}, 12, Fraction(5, 6)),
        ({"headroom": "50%", "max_utilisation": "80%"}, 15, Fraction(2, 3)),
        ({"max_utilisation": "80%"}, 13, Fraction(4, 5)),
        ({"max_utilisation": "100%"}, 10, 1),
    ],
)
def test_the_stricter_of_headroom_and_max_utilisation_counts_alone(fields, shards, used):
    made = planned(size="100 B", rps=10_000, **fields)
    assert (made.shards, made.reserve.used) == (shards, used)
    assert (made.reserve.name == "headroom") is (used not in (1, Fraction(4, 5)))


def test_a_utilisation_has_no_reserve_in_it():
    # 800 of 1,000 records; x 1.25 they are one shard.
    made = planned(size="100 B", rps=800, headroom="25%", max_utilisation="80%")
    assert (made.shards, made.utilisation(1)) == (1, Fraction(4, 5))
    assert made.reserve.name == "headroom and for at most 80% used"


# ── skew ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_shard_never_takes_more_than_everything():
    # 900 KiB/s fit one shard, whatever the others would do; 1,001 records need more, and of two or three
    # shards one has three times the mean: all of it, or more than there is.
    assert planned(size=1, rps=900, skew=3).shards == 1
    made = planned(size="100 B", rps=1001, skew=3)
    assert made.shards == 4
    assert [made.utilisation(n) for n in (1, 2, 3, 4)] == [Fraction(1001, 1000)] * 3 + [Fraction(3003, 4000)]


# ── catching up ──────────────────────────────────────────────────────────────────────────────────

SIX_WITHIN_TWO = {"outage": "6h", "within": "2h"}
"""(6 + 2) / 2 = 4 times what is written."""


def test_a_fan_out_consumer_catches_up_at_its_own_speed():
    # 4 x 1,000 records/s over 1,010 = 3.96; 4 x 1,000 KiB/s over 2 MiB/s = 1.95.
    readers = [{"name": "audit", "type": "fan-out", "max_rps_per_shard": 1010}]
    made = planned(size=1, rps=1000, consumers=readers, catch_up=SIX_WITHIN_TWO)
    assert made.shards == 4
    assert (asks(made)["catch-up-speed"], asks(made)["catch-up-fan-out"]) == (4, 2)
    assert [limit.title for limit in made.binding] == ["catch-up speed of audit"]


def test_the_backlog_of_the_busiest_shard_is_drained_in_time():
    made = planned(size=1, rps=1000, consumers=0, fan_out=1, skew="1.9", catch_up=SIX_WITHIN_TWO)
    # 1.953 x 1.9 = 3.71
    assert made.shards == 4
    # The busiest of 4 takes 1.9/4 of 1,000 KiB/s. In 6 h that piles up, and is read with what 2 MiB/s leave.
    fills = Fraction(19, 40) * 1000
    assert 6 * fills / (2048 - fills) < 2
    # On 3 shards it takes 1.9/3, and that is too late.
    fills = Fraction(19, 30) * 1000
    assert 6 * fills / (2048 - fills) > 2


def test_only_the_named_consumers_fall_behind():
    readers = [{"name": name, "type": "kcl"} for name in ("billing", "audit")]
    # (1 + 4) x 1,000 KiB/s over 2 MiB/s = 2.44; with both behind 8 x 1,000: 3.91.
    for behind, shards in (({"consumers": ["billing"]}, 3), ({"consumers": "billing+audit"}, 4), ({}, 4)):
        made = planned(size=1, rps=1000, consumers=readers, catch_up={**SIX_WITHIN_TWO, **behind})
        assert (made.shards, asks(made)["catch-up-read"]) == (shards, shards)


def test_the_speed_of_who_did_not_fall_behind_is_that_of_every_day():
    readers = [{"name": name, "type": "kcl", "max_rps_per_shard": 500} for name in ("billing", "audit")]
    made = planned(size=1, rps=1000, consumers=readers, catch_up={**SIX_WITHIN_TWO, "consumers": ["billing"]})
    # 1,000 / 500 for both, 4 times that for one.
    assert [(limit.name, limit.consumer, limit.shards) for limit in made.constraints if limit.consumer] == [
        ("consumer-speed", "billing", 2), ("catch-up-speed", "billing", 8), ("consumer-speed", "audit", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "behind", "wrong"),
    [
        (["billing"], ["biling"], "no consumer has the name 'biling'"),
        (["billing", "billing"], ["billing"], "2 consumers have the name 'billing'"),
        (["billing"], ["billing", "billing"], "'billing' is given twice"),
        (["billing"], [], "write a list of names of consumers"),
    ],
)
def test_a_name_that_is_not_one_consumers_is_refused(names, behind, wrong):
    readers = [{"name": name, "type": "kcl"} for name in names]
    with pytest.raises(BadFields) as refused:
        planned(size=1, rps=1, consumers=readers, catch_up={**SIX_WITHIN_TWO, "consumers": behind})
    assert wrong in str(refused.value)
    assert "catch_up.consumers" in str(refused.value)


# ── how records are written ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("producer", "shards"),
    [
        # Each record of 1.1 KiB counts as 2: 20,000 / 1,024 = 19.5. A call of many: 11,000 / 1,024 = 10.7.
        ("put-record", 20),
        ("put-records", 11),
    ],
)
def test_put_record_counts_whole_kib_of_each_record(producer, shards):
    made = planned(size="1.1 KiB", rps=10_000, producer=producer)
    assert made.shards == shards
    # What is stored and read is the record itself.
    assert made.write.amount == 11_000 * 1024
    assert asks(made)["read-bytes"] == 6


def test_the_key_of_put_record_counts_whole_kib_too():
    # 40 % of 600 x 2 KiB = 480 KiB/s and its part of the rest: 1,200 x (0.4 + 0.6/2) = 840 KiB/s of 1,024.
    assert planned(size="1.1 KiB", rps=600, hottest_key="40%", producer="put-record").shards == 2
    assert planned(size="1.1 KiB", rps=600, hottest_key="40%", producer="put-records").shards == 1


def test_only_the_kpl_aggregates():
    with pytest.raises(BadFields, match="only the KPL aggregates records; producer is put-record"):
        planned(size=1, rps=1, producer="put-record", aggregation="25 KiB")


def test_the_kpl_packs_into_51_200_bytes_where_nothing_else_is_said():
    made = planned(size="100 B", rps=100_000, producer="kpl")
    # (51,200 - 20) // 110 = 465 records: 51,150 + 20 B. 215.05 a second of them are 10.49 MiB/s.
    assert (made.packing.records, made.packing.size, made.shards) == (465, Size(51_170), 11)
    for said in (
        {"aggregation": "51200 B"},
        {"aggregation": "51200 B", "producer": "put-records"},
        {"aggregation": "51200 B", "producer": "kpl"},
    ):
        same = planned(size="100 B", rps=100_000, **said)
        assert (same.packing, same.constraints) == (made.packing, made.constraints)
    assert planned(size="100 B", rps=100_000, producer="kpl", aggregation="25 KiB").packing.records == 232
