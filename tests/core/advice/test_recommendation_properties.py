"""What is suggested is enough, and one less is not: for every history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.advice.recommendation import Options, suggest
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History, Measurements

AMOUNT = st.none() | st.integers(0, 400_000_000)


@st.composite
def histories(draw):
    points = draw(st.integers(1, 40))
    column = st.lists(AMOUNT, min_size=points, max_size=points)
    counts = st.lists(st.none() | st.integers(0, 400_000), min_size=points, max_size=points)
    metrics = {
        "IncomingBytes": draw(column),
        "IncomingRecords": draw(counts),
        "WriteProvisionedThroughputExceeded": draw(counts),
        "GetRecords.Bytes": draw(column),
    }
    period = draw(st.sampled_from([60, 300]))
    return History(
        start=1_794_787_200,
        period=period,
        points=points,
        metrics=metrics,
        open_shards=draw(st.none() | st.integers(1, 40)),
    )


def with_silence(made):
    """The history with zeros where, after the first point, nothing of writing has one: nobody wrote then."""
    names = ("IncomingBytes", "IncomingRecords", "WriteProvisionedThroughputExceeded")
    rows = list(zip(*(made.metrics[name] for name in names), strict=True))
    first = next((index for index, row in enumerate(rows) if row != (None, None, None)), 0)
    filled = [
        (0, 0, 0) if index >= first and row == (None, None, None) else row for index, row in enumerate(rows)
    ]
    return replace(
        made,
        metrics=made.metrics | dict(zip(names, map(list, zip(*filled, strict=True)), strict=True)),
    )


def is_silent(made):
    """Whether bytes or records are unknown throughout."""
    return any(
        all(value is None for value in made.metrics[name]) for name in ("IncomingBytes", "IncomingRecords")
    )


def carried(made, shards, options):
    """How many periods ask so many shards for more than they carry with headroom: the specification, in
    fractions, limit by limit.
    """
    sizes, counts = made.metrics["IncomingBytes"], made.metrics["IncomingRecords"]
    sums = (
        sum(size for size in sizes if size is not None),
        sum(count for count in counts if count is not None),
    )
    over = asked = 0
    for size, count, rejected, read in zip(
        sizes,
        counts,
        made.metrics["WriteProvisionedThroughputExceeded"],
        made.metrics["GetRecords.Bytes"],
        strict=True,
    ):
        loads = []
        if count is not None:
            wanted = count + (rejected or 0)
            loads.append(Fraction(wanted, 1000 * made.period))
            if rejected and (size is None or not count):
                size = -(-sums[0] * wanted // sums[1]) if sums[1] else None
            elif rejected:
                size = -(-size * wanted // count)
        if size is not None:
            loads.append(Fraction(size, 1048576 * made.period))
        if read is not None:
            loads.append(Fraction(read, 2097152 * made.period))
        if loads:
            asked += 1
            over += max(loads) * options.burst * (1 + options.headroom) > shards
    return over, asked


@given(
    histories(),
    st.sampled_from(["0", "3", "10%"]),
    st.sampled_from(["0%", "25%", "33.3%"]),
    st.sampled_from(["1", "1.7"]),
)
def test_the_count_suffices_and_one_less_does_not(made, allow, headroom, burst):
    options = Options.of(allow=allow, headroom=headroom, burst=burst)
    count = None
    with suppress(HistoryError):
        count = suggest(made, options).calculated
    made = with_silence(made)
    assert (count is None) == is_silent(made)
    if count is None:
        return
    over, asked = carried(made, count, options)
    assert over <= options.allow.of(asked)
    if count > 1:
        assert carried(made, count - 1, options)[0] > options.allow.of(asked)


@given(histories())
def test_more_traffic_never_needs_fewer_shards(made):
    if is_silent(with_silence(made)):
        return
    more = replace(
        made,
        metrics={
            name: [None if value is None else 2 * value for value in series]
            for name, series in made.metrics.items()
        },
    )
    once, twice = suggest(made).measured, suggest(more).measured
    assert once <= twice <= 2 * once


@st.composite
def with_shards_and_older(draw):
    """A history, perhaps with shards, one of which may be hot, and a coarser part before it."""
    made = draw(histories())
    if draw(st.booleans()):
        split = st.lists(st.integers(0, 50_000_000) | st.none(), min_size=made.points, max_size=made.points)
        shards = {
            f"shardId-{index:012d}": {"IncomingBytes": draw(split)}
            for index in range(draw(st.integers(1, 4)))
        }
        made = replace(made, shards=shards)
    points = draw(st.integers(1, 20))
    column = st.lists(AMOUNT, min_size=points, max_size=points)
    counts = st.lists(st.none() | st.integers(0, 400_000), min_size=points, max_size=points)
    part = Measurements(
        start=made.start - points * 3600,
        period=3600,
        points=points,
        metrics={
            "IncomingBytes": [None if each is None else 60 * each for each in draw(column)],
            "IncomingRecords": [None if each is None else 60 * each for each in draw(counts)],
        },
    )
    return made, replace(made, older=(part,))


@given(with_shards_and_older(), st.sampled_from(["0%", "25%"]))
def test_older_points_never_lower_what_is_asked(both, headroom):
    finest, longer = both
    options = Options.of(headroom=headroom)
    try:
        made = suggest(finest, options)
    except HistoryError:
        return
    more = suggest(longer, options)
    assert more.measured >= made.measured
    assert more.decision.advised >= made.measured
    # What all shards carry alike keeps its reserve in every finest period.
    assert carried(with_silence(finest), more.measured, options)[0] == 0


@given(with_shards_and_older(), st.integers(1, 2))
def test_fewer_days_never_ask_for_more(both, days):
    _, longer = both
    try:
        some = suggest(longer, Options.of(days=days))
    except HistoryError:
        return
    assert suggest(longer, Options.of()).measured >= some.measured
