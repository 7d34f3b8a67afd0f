"""Workloads whose count was worked out by hand and that shaped the definition: each once failed a rule.

Each is a :class:`Case`, in text and in fractions, so that the planner and the oracle are held to the same
numbers by the same row.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from tests.oracle import ONE, Reader, Stream
from tests.workloads import Case, plain

KIB = 1024
HOUR = 3600


class Known(NamedTuple):
    """A workload and its count."""

    name: str
    case: Case
    needed: int


def known(name: str, needed: int, fields: dict[str, Any], rate: int, size: Any, **said: Any) -> Known:
    """One row; the rate and the one size of its records are the same in text and in fractions."""
    size = Fraction(size)
    return Known(
        name,
        Case(
            {"size": f"{plain(size)} B", "rps": rate, **fields},
            Stream(peak=Fraction(rate), sizes=((size, ONE),), **said),
        ),
        needed,
    )


def percent(number: Any) -> Fraction:
    return Fraction(str(number)) / 100


SIX_WITHIN_TWO = {"outage": Fraction(6 * HOUR), "within": Fraction(2 * HOUR)}
SIX_WITHIN_TWO_TEXT = {"outage": "6h", "within": "2h"}
"""k = (6 + 2) / 2 = 4."""

KNOWN = [
    # Of 100 B records the writes bind, rate / 1000. 0.384 x 2.4 = 0.9216; 1.4784/N <= 0.0784: 18.9. 2.58:
    # 1.58928 / 0.00928 = 171.3. 2.599: 1.600984 / 0.001984 = 806.95. 2.602: 1.602832 / 0.000832 = 1,926.5.
    # 2.604: 1.604064 / 0.000064 = 25,063, above 10,000: the count is that without the key.
    *(
        known(
            f"key 38.4 %, {rate:,}/s",
            needed,
            {"hottest_key": "38.4%"},
            rate,
            100,
            hottest_key=percent("38.4"),
        )
        for rate, needed in ((2400, 19), (2580, 172), (2599, 807), (2602, 1927), (2604, 3))
    ),
    # 0.35 x 2.6 = 0.91, the rest 1.69. u 1: 1.69/0.09 = 18.8. 1/1.05: 1.69/(0.95238 - 0.91) = 39.9. 1/1.09:
    # 1.69/0.0074312 = 227.4. From 10 % on (0.90909) the reserve cannot be had: 1 again, 18.8.
    *(
        known(
            f"key 35 %, headroom {headroom} %",
            needed,
            {"hottest_key": "35%", "headroom": f"{headroom}%"},
            2600,
            100,
            hottest_key=percent(35),
            headroom=percent(headroom),
        )
        for headroom, needed in ((0, 19), (5, 40), (9, 228), (10, 19), (25, 19))
    ),
    # 4 x 1000 KiB/s / 2 MiB/s = 1.953: 0.78125 of it the key's, 1.171875/N <= 0.21875: 5.4. Multiplied with
    # the skew it would be 2.34375: 0.9375 the key's, 1.40625/N <= 0.0625: 23.
    known(
        "a key and a skew are two words for one shard",
        6,
        {"hottest_key": "40%", "skew": "1.2", "consumers": 4},
        1000,
        KIB,
        hottest_key=percent(40),
        skew=Fraction(6, 5),
        readers=(Reader(count=4),),
    ),
    # k x 1 x 1000 KiB/s / 2 MiB/s = 1.953, as above.
    known(
        "catch-up on the hot shard",
        6,
        {"hottest_key": "40%", "catch_up": SIX_WITHIN_TWO_TEXT},
        1000,
        KIB,
        hottest_key=percent(40),
        **SIX_WITHIN_TWO,
    ),
    # 4 x 1000 / 1010 = 3.96; its bytes, 4 x 1000 KiB/s / 2 MiB/s, ask for 2.
    known(
        "a fan-out reader that falls behind",
        4,
        {
            "consumers": [{"name": "audit", "type": "fan-out", "max_rps_per_shard": 1010}],
            "catch_up": SIX_WITHIN_TWO_TEXT,
        },
        1000,
        KIB,
        readers=(Reader("audit", fan_out=True, most_records=Fraction(1010)),),
        **SIX_WITHIN_TWO,
    ),
    # (2 + 4 x 1) x 1000 KiB/s / 2 MiB/s = 2.93; all three behind, 5.86.
    *(
        known(
            f"behind: {', '.join(behind) or 'all'}",
            needed,
            {
                "consumers": [{"name": name, "type": "kcl"} for name in "abc"],
                "catch_up": SIX_WITHIN_TWO_TEXT | ({"consumers": list(behind)} if behind else {}),
            },
            1000,
            KIB,
            readers=tuple(Reader(name) for name in "abc"),
            behind=behind or None,
            **SIX_WITHIN_TWO,
        )
        for behind, needed in ((("b",), 3), (("a", "c"), 5), ((), 6))
    ),
    # 1.1 KiB by PutRecord are 2: 20,000 KiB/s / 1 MiB/s = 19.5. By PutRecords 11,000 / 1,024 = 10.7.
    *(
        known(
            f"1.1 KiB, {producer}",
            needed,
            {"producer": producer},
            10_000,
            Fraction(11264, 10),
            producer=producer,
        )
        for producer, needed in (("put-record", 20), ("put-records", 11))
    ),
    # 2 x 1000 KiB/s and 1.1 x 1000 KiB/s: 1.95 and 1.07.
    *(
        known(
            f"1.1 KiB, 1,000/s, {producer}",
            2,
            {"producer": producer},
            1000,
            Fraction(11264, 10),
            producer=producer,
        )
        for producer in ("put-record", "put-records")
    ),
    # 3 times the mean of one shard is no more than everything; two or three shards have one with all of it.
    known("skew 3, one shard holds it", 1, {"skew": 3}, 900, KIB, skew=Fraction(3)),
    known("skew 3, just above one shard", 4, {"skew": 3}, 1001, 100, skew=Fraction(3)),
    # 0.8 with 25 % is 1 to the last record, and min(0.8, 0.8) is 0.8: not one on the other.
    known(
        "headroom and max_utilisation are one reserve",
        1,
        {"headroom": "25%", "max_utilisation": "80%"},
        800,
        100,
        headroom=percent(25),
        max_utilisation=percent(80),
    ),
    # 8/0.75 = 10.7 where 25 % alone gives 10.
    known(
        "the stricter of two reserves",
        11,
        {"headroom": "25%", "max_utilisation": "75%"},
        8000,
        100,
        headroom=percent(25),
        max_utilisation=percent(75),
    ),
    # 1,000,000 KiB/s / 1,024 x 1.2 = 1,171.9; records, 1,000 x 1.2, are more. At 80 % it would be 1,250.
    known("20 % headroom is five sixths", 1200, {"headroom": "20%"}, 10**6, KIB, headroom=percent(20)),
    # 1.5/0.8 = 1.9. The key has 0.9 of a shard, above 0.8: bare, 0.6/N <= 0.1.
    known(
        "a key that fits bare",
        6,
        {"hottest_key": "60%", "headroom": "25%"},
        1500,
        100,
        hottest_key=percent(60),
        headroom=percent(25),
    ),
    # 0.9/0.8 = 1.1; the key has 0.81 of a shard, above 0.8: bare, and there one shard would do.
    known(
        "a key that fits bare on one shard",
        2,
        {"hottest_key": "90%", "headroom": "25%"},
        900,
        100,
        hottest_key=percent(90),
        headroom=percent(25),
    ),
    # Records fill 1: the key half a shard, all that 100 % leaves, so it is bare and asks for 1. The reader's
    # 20/21 is smaller, has the reserve, and asks for more: 10/21 + 10/21/N <= 1/2.
    known(
        "the largest load is bare, and a smaller one decides",
        20,
        {
            "hottest_key": "50%",
            "headroom": "100%",
            "consumers": [{"type": "kcl", "max_rps_per_shard": 1050}],
        },
        1000,
        100,
        hottest_key=percent(50),
        headroom=ONE,
        readers=(Reader(most_records=Fraction(1050)),),
    ),
    # All on one key: the hot shard has everything, however many there are.
    known("one key, and it fits", 1, {"hottest_key": "100%"}, 1000, 100, hottest_key=ONE),
    known("one key, and it fits nowhere", 2, {"hottest_key": "100%"}, 1001, 100, hottest_key=ONE),
    # 51,200 - 20 = 51,180 / 110 = 465 records of 110 B and 20 B: 51,170 B. 100,000/s: 215.05 aggregates/s,
    # 10.494 MiB/s.
    *(
        known(
            f"packed by the library, {name}",
            11,
            fields,
            100_000,
            100,
            producer=producer,
            aggregate=Fraction(51_200),
        )
        for name, producer, fields in (
            ("said", "kpl", {"producer": "kpl", "aggregation": "50 KiB"}),
            ("meant", "put-records", {"aggregation": "50 KiB"}),
        )
    ),
    # 2 x 100 / 0.5 s = 400 stream records/s; and the same 1,500/s for one reader of 600 producer records/s.
    known(
        "a function's speed",
        4,
        {
            "consumers": [
                {"type": "lambda", "parallelization_factor": 2, "batch_size": 100, "batch_duration": "500 ms"}
            ]
        },
        1500,
        100,
        readers=(Reader(factor=2, batch=100, batch_seconds=Fraction(1, 2)),),
    ),
    known(
        "a reader's speed",
        3,
        {"consumers": [{"type": "sdk", "max_rps_per_shard": 600}]},
        1500,
        100,
        readers=(Reader(most_records=Fraction(600)),),
    ),
]

# 512 B and 1,536 B, half each: 1 KiB in the mean, and 1.5 KiB by PutRecord. 8,000 x 1.5 / 1,024 = 11.7;
# otherwise 7.8 of bytes and 8 of records.
for _producer, _needed in (("put-record", 12), ("put-records", 8)):
    _mix = ((Fraction(512), Fraction(1, 2)), (Fraction(1536), Fraction(1, 2)))
    KNOWN.append(
        Known(
            f"the mean of rounded sizes, {_producer}",
            Case(
                {
                    "sizes": [{"size": "512 B", "share": "50%"}, {"size": "1.5 KiB", "share": "50%"}],
                    "rps": 8000,
                    "producer": _producer,
                },
                Stream(peak=Fraction(8000), sizes=_mix, producer=_producer),
            ),
            _needed,
        )
    )
