"""The plan of one workload: each limit and the working, with values worked by hand."""

from __future__ import annotations

from shardcalc import Size, Workload
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


def test_the_guide_differs_when_records_decide():
    # 100 B x 10,000/s: the guide rounds to 1 KiB and says 10 by chance; at 200 B and 2 KiB records of 3
    # consumers it does not.
    made = planned(size=1, rps=10_000, consumers=1, headroom="10%")
    # 11,000 records/s -> 11; bytes 10,000 KiB/s x 1.1 / 1024 = 10.74 -> 11; guide 9.77 -> 10
    assert (made.shards, made.guide.shards) == (11, 10)
    assert made.guide_differs == "it ignores write records; it has no headroom (10% here)"


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
