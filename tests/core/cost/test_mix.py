"""The best mix of modes, against every assignment there is, and with values worked by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import NamedTuple

import pytest

from shardcalc import Mode, Workload
from shardcalc.core.cost.bill import billed, priced
from shardcalc.core.cost.mix import StreamBills, best_mix
from shardcalc.core.facts.prices import Gigabytes, ShardHours, StreamHours
from tests.regions import HOURS, LIMITS, PRICES, region

PROVISIONED, STANDARD, ADVANTAGE = Mode

# us-east-1: data in at $0.032, out at $0.016, and the same for what lacks to 25 MiB/s for 730 h.
IN, OUT = Fraction("0.032"), Fraction("0.016")
FLOOR = Fraction(25 * 730 * 3600, 1024)


class Drawn(NamedTuple):
    """A stream as plain numbers: dollars in two modes and what it moves in Advantage; None: not possible."""

    mode: Mode | None
    provisioned: Fraction | None
    standard: Fraction | None
    into: Fraction | None
    out: Fraction

    def dollars(self, mode: Mode) -> Fraction | None:
        advantage = None if self.into is None else self.into * IN + self.out * OUT
        return {PROVISIONED: self.provisioned, STANDARD: self.standard, ADVANTAGE: advantage}[mode]

    @property
    def bills(self) -> StreamBills:
        def one(mode, *lines):
            return billed(mode, "us-east-1", HOURS, [priced(name, name, *line) for name, *line in lines])

        hours = None if self.provisioned is None else ShardHours(self.provisioned / Fraction("0.015"))
        streams = None if self.standard is None else StreamHours(self.standard / Fraction("0.04"))
        moved = self.into is not None and [
            ("data-in", Gigabytes(self.into), PRICES.advantage_data_in),
            ("data-out", Gigabytes(self.out), PRICES.advantage_data_out),
        ]
        return StreamBills(
            self.mode,
            hours and one(PROVISIONED, ("shard-hours", hours, PRICES.shard_hour)),
            streams and one(STANDARD, ("stream-hours", streams, PRICES.on_demand_stream_hour)),
            one(ADVANTAGE, *moved) if moved else None,
        )


def drawn(random: Random, count: int, unit: Fraction, none: float = 0.1) -> list[Drawn]:
    """Streams that fill the floors about once together. A unit as large as the floor makes many ties."""

    def amount(most: Fraction) -> Fraction:
        return max(1, round(random.random() * most / unit)) * unit

    def perhaps(value: Fraction) -> Fraction | None:
        return None if random.random() < none else value

    share = FLOOR * random.choice((1, 2, 4, 8)) / count
    return [
        Drawn(
            random.choice((None, *Mode)),
            perhaps(amount(share) * IN * 2),
            perhaps(amount(share) * IN * 4),
            perhaps(amount(share)),
            amount(share * 2),
        )
        for _ in range(count)
    ]


def filling(random: Random, count: int) -> list[Drawn]:
    """A stream that only Advantage takes, and others that are cheaper there only while they fill a floor:
    a knapsack, which no order of joining packs best.
    """
    pool = [Drawn(ADVANTAGE, None, None, Fraction(1), Fraction(1))]
    for _ in range(count - 1):
        into, out = (FLOOR * Fraction(random.randint(10, 70), 100) for _ in range(2))
        provisioned = (into * IN + out * OUT) * Fraction(random.randint(40, 100), 100)
        pool.append(Drawn(PROVISIONED, provisioned, None, into, out))
    return pool


def found(pool: list[Drawn], **given):
    return best_mix([stream.bills for stream in pool], PRICES, LIMITS, HOURS, **given)


def dollars(pool: list[Drawn], modes: tuple[Mode, ...]) -> Fraction | None:
    """What an assignment costs; None if it is not possible."""
    if STANDARD in modes and ADVANTAGE in modes:
        return None
    each = [stream.dollars(mode) for stream, mode in zip(pool, modes, strict=True)]
    if None in each:
        return None
    pooled = [stream for stream, mode in zip(pool, modes, strict=True) if mode is ADVANTAGE]
    if not pooled:
        return sum(each)
    short_in = max(Fraction(0), FLOOR - sum(stream.into for stream in pooled))
    short_out = max(Fraction(0), FLOOR - sum(stream.out for stream in pooled))
    return sum(each) + short_in * IN + short_out * OUT


def rank(pool: list[Drawn], modes: tuple[Mode, ...]) -> tuple[int, int]:
    """Among equals: how many streams change, then the modes in their order."""
    changes = sum(stream.mode not in (None, mode) for stream, mode in zip(pool, modes, strict=True))
    return changes, sum(list(Mode).index(mode) for mode in modes)


MAKERS = {
    "fine": lambda random, count: drawn(random, count, Fraction(1, 7)),
    "coarse": lambda random, count: drawn(random, count, FLOOR / 20),
    "ties": lambda random, count: drawn(random, count, FLOOR / 4),
    "filling": filling,
}


@pytest.mark.parametrize(("maker", "count"), [*product(MAKERS, range(1, 7)), ("filling", 7), ("filling", 8)])
def test_no_assignment_is_cheaper_and_ties_keep_what_is_there(maker, count):
    random = Random(f"{count} {maker}")
    for _ in range(60 if count < 5 else 20):
        pool = MAKERS[maker](random, count)
        each = [[mode for mode in Mode if stream.dollars(mode) is not None] for stream in pool]
        costs = {modes: dollars(pool, modes) for modes in product(*each)}
        possible = {modes: cost for modes, cost in costs.items() if cost is not None}
        mix = found(pool)
        if not possible:
            assert mix is None
            continue
        assert mix.exact
        assert mix.total.amount == possible[mix.modes] == min(possible.values())
        assert rank(pool, mix.modes) == min(
            rank(pool, modes) for modes, cost in possible.items() if cost == mix.total.amount
        )


def test_without_a_search_the_mix_is_no_worse_than_one_mode_or_the_order_of_savings():
    random = Random(8)
    worse = 0
    for turn in range(60):
        count = random.randint(7, 12)
        pool = filling(random, count) if turn % 2 else drawn(random, count, Fraction(1, 7), none=0)
        exact, greedy = found(pool), found(pool, steps=0)
        assert exact.exact
        assert not greedy.exact
        assert greedy.total.amount == dollars(pool, greedy.modes) >= exact.total.amount
        worse += greedy.total > exact.total
        saves = sorted(pool, key=lambda stream: stream.dollars(ADVANTAGE) - (stream.provisioned or FLOOR))
        for joined in range(count + 1):
            order = tuple(ADVANTAGE if stream in saves[:joined] else PROVISIONED for stream in pool)
            possible = dollars(pool, order)
            assert possible is None or greedy.total.amount <= possible
        standard = dollars(pool, (STANDARD,) * count)
        assert standard is None or greedy.total.amount <= standard
    assert worse  # else the search had nothing to do


@pytest.mark.parametrize("steps", [0, 1_000])
def test_a_large_pool_costs_at_most_what_one_mode_for_all_does(steps):
    pool = drawn(Random(9), 200, Fraction(1, 7), none=0)
    mix = found(pool, steps=steps)
    assert mix.total.amount == dollars(pool, mix.modes)
    assert all(mix.total.amount <= dollars(pool, (mode,) * 200) for mode in Mode)


def bills_of(*workloads: Workload) -> list[StreamBills]:
    return [StreamBills(None, *stream.bills) for stream in region(*workloads).streams]


LARGE = Workload.of(size=1, rps={"mean": 25_600, "peak": 256_000})
SMALL = Workload.of(size="100 B", rps=900)


def test_one_stream_on_advantage_beside_a_provisioned_one_beats_every_mode_for_both():
    # 25,600 x 1 KiB/s is 25 MiB/s in and, with one reader, out: it fills both floors alone.
    #   Advantage     64,160.15625 GB x (0.032 + 0.016)                                = 3,079.6875
    #   provisioned   256 shards x 730 x 0.015 = 2,803.20, 67,276.8 M units x 0.014 = 941.8752: 3,745.0752
    #   Standard      730 x 0.04 + 64,160.15625 GB x (0.08 + 0.04)                     = 7,728.41875
    # 900/s of 100 B are 2,365.2 M records, each a whole KiB on demand.
    #   provisioned   1 shard x 730 x 0.015 = 10.95, 2,365.2 M units x 0.014 = 33.1128: 44.0628
    #   Advantage     2,255.63 GB in x 0.032, 220.28 GB out x 0.016                    = 75.70
    #   Standard      730 x 0.04 + 2,255.63 GB x 0.08 + 220.28 GB x 0.04               = 218.46
    # Both provisioned 3,789.14, both Standard 7,946.88, both on Advantage 3,155.39; mixed 3,123.7503.
    mix = best_mix(bills_of(LARGE, SMALL), PRICES, LIMITS, HOURS)
    assert mix.modes == (ADVANTAGE, PROVISIONED)
    assert mix.total.amount == Fraction("3123.7503")
    assert mix.shortfall.lines == ()
    assert mix.exact
    both = region(LARGE, SMALL)
    assert [both.total(mode).cents for mode in Mode] == ["3789.14", "7946.88", "3155.39"]


def test_a_discount_comes_off_every_bill_and_the_shortfall():
    # Only Advantage takes it. Its 1 GB each way and the shortfall are the floors, 64,160.15625 GB each way:
    # 3,079.6875.
    pool = [Drawn(None, None, None, Fraction(1), Fraction(1))]
    mix = found(pool, discount=Fraction(1, 10))
    assert mix.total.amount == Fraction("3079.6875") * 9 / 10
    assert [line.name for line in mix.shortfall.lines] == ["shortfall-in", "shortfall-out", "discount"]


def test_with_none_on_advantage_there_is_no_floor():
    mix = best_mix(bills_of(SMALL, SMALL), PRICES, LIMITS, HOURS)
    assert mix.modes == (PROVISIONED, PROVISIONED)
    assert mix.total.amount == Fraction("88.1256")
    assert mix.shortfall.lines == ()
    assert best_mix([], PRICES, LIMITS, HOURS).modes == ()


def test_a_stream_that_only_advantage_takes_bars_standard_for_all_others():
    cheap, dear, moved = Fraction(10), Fraction(5000), Fraction(1000)
    only_advantage = Drawn(None, None, None, moved, moved)
    prefers_standard = Drawn(STANDARD, dear, cheap, None, moved)
    assert found([prefers_standard]).modes == (STANDARD,)
    assert found([only_advantage, prefers_standard]).modes == (ADVANTAGE, PROVISIONED)
    only_standard = prefers_standard._replace(provisioned=None)
    assert found([only_advantage, only_standard]) is None


def test_among_equals_as_many_as_can_stay_and_else_provisioned_comes_first():
    # The first stream pays both floors. Two halves of a floor, or one whole, fill them and save $100; all
    # three together would pay $3,079.69 more for data above the floors.
    def pool(mode):
        pays = Drawn(ADVANTAGE, None, None, Fraction(1), Fraction(1))
        half = Drawn(mode, Fraction(50), None, FLOOR / 2, FLOOR / 2)
        return [pays, half, half, Drawn(None, Fraction(100), None, FLOOR, FLOOR)]

    assert found(pool(ADVANTAGE)).modes == (ADVANTAGE, ADVANTAGE, ADVANTAGE, PROVISIONED)
    assert found(pool(None)).modes == (ADVANTAGE, PROVISIONED, PROVISIONED, ADVANTAGE)


def test_an_unknown_price_lets_no_mix_be_named():
    [known] = bills_of(SMALL)
    # What all streams of a Region pay together is not known without the price of its shortfall.
    lacking = PRICES._replace(advantage_data_in_shortfall=None)
    assert best_mix([known], lacking, LIMITS, HOURS) is None
    [unknown] = region(SMALL, prices=PRICES._replace(advantage_data_in=None)).streams
    assert best_mix([known, StreamBills(None, *unknown.bills)], PRICES, LIMITS, HOURS) is None
    # A mode that cannot carry the stream needs no price.
    assert best_mix([known, StreamBills(None, unknown.provisioned, None, None)], PRICES, LIMITS, HOURS)
