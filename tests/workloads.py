"""Random workloads in the language of profiles, each with what it says in fractions.

Text and number are drawn together: the number first, then a way to write it. So nothing that reads text is
used twice, and a mistake in reading is found as well.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.oracle import ONE, Oracle, Reader, Stream

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Case:
    """One workload, twice."""

    fields: dict[str, Any]
    """As a profile writes it: ``Workload.of(**fields)``."""
    stream: Stream
    """What that says."""

    def times(self, factor: Fraction) -> Case:
        """With a peak this many times as high, and a mean that leaves the peak alone."""
        rps = self.fields["rps"]
        mean = rps["mean"] if isinstance(rps, dict) else rps
        peak = self.stream.peak * factor
        made = {**(rps if isinstance(rps, dict) else {}), "mean": mean, "peak": plain(peak)}
        return Case({**self.fields, "rps": made}, replace(self.stream, peak=peak))

    def reserved(self, headroom: Fraction) -> Case:
        """With another headroom."""
        return Case(
            {**self.fields, "headroom": f"{plain(100 * headroom)}%"}, replace(self.stream, headroom=headroom)
        )


# ── ways to write a number ───────────────────────────────────────────────────────────────────────


def plain(number: Fraction) -> str:
    """As ``7``, ``0.25`` or ``22/7``, exactly."""
    if number.denominator == 1:
        return str(number.numerator)
    for places in range(1, 7):
        if 10**places % number.denominator == 0:
            whole, rest = divmod(number.numerator * (10**places // number.denominator), 10**places)
            return f"{whole}.{rest:0{places}d}"
    return f"{number.numerator}/{number.denominator}"


def written(number: Fraction, *units: tuple[str, Fraction | int]) -> st.SearchStrategy[str]:
    """In one of these units, each with what one of it is."""
    return st.sampled_from(units).map(lambda unit: plain(number / unit[1]) + unit[0])


def write_size(number: Fraction) -> st.SearchStrategy[str]:
    return written(
        number, (" B", 1), ("B", 1), (" KiB", 1024), ("", 1024), (" KB", 1024), (" MiB", 1024**2), ("k", 1024)
    )


def write_rate(number: Fraction) -> st.SearchStrategy[str]:
    return written(
        number,
        ("", 1),
        (" records/s", 1),
        ("/s", 1),
        ("k", 1000),
        ("/min", Fraction(1, 60)),
        ("k/min", Fraction(1000, 60)),
        ("M/h", Fraction(10**6, 3600)),
        ("/day", Fraction(1, 86_400)),
    )


def write_duration(number: Fraction) -> st.SearchStrategy[str]:
    return written(number, (" s", 1), (" ms", Fraction(1, 1000)), ("min", 60), ("h", 3600), (" d", 86_400))


def write_share(number: Fraction) -> st.SearchStrategy[str]:
    percent = plain(100 * number) + "%"
    # A bare number of one or more could mean percent or times and is refused.
    return st.sampled_from([percent, plain(number)]) if number < 1 else st.just(percent)


def _readable(number: Fraction) -> Fraction:
    """The number, or one near to it where no text of 30 digits holds it."""
    return number if max(number.numerator, number.denominator) < 10**20 else number.limit_denominator(10**6)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def spread(most_bits: int) -> st.SearchStrategy[int]:
    """Whole numbers of all magnitudes, small ones as often as large ones."""
    return st.integers(0, most_bits).flatmap(lambda bits: st.integers(1, 2**bits))


def fractions(least: int, most: int, denominator: int = 20) -> st.SearchStrategy[Fraction]:
    return st.fractions(min_value=least, max_value=most, max_denominator=denominator)


SIZES = st.one_of(
    st.sampled_from([1, 100, 500, 512, 1000, 1023, 1024, 1025, 1126, 1536, 2048, 25_600, 2**20]).map(
        Fraction
    ),
    st.just(Fraction(11264, 10)),
    spread(22).map(Fraction),
    st.builds(lambda whole, part: whole + part, spread(14), fractions(0, 1)),
)
RATES = st.one_of(
    st.integers(1, 60).map(lambda thousands: Fraction(1000 * thousands)),
    spread(18).map(Fraction),
    st.builds(lambda whole, part: whole + part, spread(12), fractions(0, 1)),
    st.integers(1, 10_000).map(lambda number: Fraction(number, 86_400)),
)
HEADROOMS = st.one_of(
    st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(1, 4), Fraction(1, 3), Fraction(1, 2), ONE]),
    fractions(0, 3, 50),
)
SHARES = st.one_of(
    st.integers(1, 100).map(lambda percent: Fraction(percent, 100)), fractions(0, 1, 997).filter(bool)
)
SKEWS = st.one_of(st.sampled_from([ONE, Fraction(6, 5), Fraction(3, 2), Fraction(3)]), fractions(1, 12, 50))
DURATIONS = st.one_of(
    st.sampled_from([1, 60, 600, 3600, 7200, 21_600, 86_400]).map(Fraction), fractions(1, 100_000)
)
NAMES = ["billing", "audit", "search index", "archive", "fraud+risk"]
TYPES = ["kcl", "lambda", "firehose", "flink", "sdk", "fan-out"]
KEYS = ["user-1", "DEFAULT", "κλειδί"]


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def _record_sizes(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[tuple[Fraction, Fraction], ...]]:
    """A size, or a mix of sizes as a list or as pairs."""
    if draw(st.integers(0, 2)):
        size = draw(SIZES)
        return {"size": draw(write_size(size))}, ((size, ONE),)
    cuts = sorted(draw(st.sets(st.integers(1, 999), max_size=3)))
    shares = [Fraction(b - a, 1000) for a, b in zip([0, *cuts], [*cuts, 1000], strict=True)]
    mix = tuple((draw(SIZES), share) for share in shares)
    texts = [(draw(write_size(size)), f"{plain(100 * share)}%") for size, share in mix]
    if len({size for size, _ in texts}) == len(texts) and draw(st.booleans()):
        return {"sizes": ",".join(f"{size}={share}" for size, share in texts)}, mix
    return {"sizes": [{"size": size, "share": share} for size, share in texts]}, mix


@st.composite
def _named_reader(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], Reader]:
    kind = draw(st.sampled_from(TYPES))
    fields: dict[str, Any] = {"type": kind} | ({"name": name} if name else {})
    reader = Reader(name=name, fan_out=kind == "fan-out")
    if kind != "fan-out" and draw(st.integers(0, 3)) == 0:
        fields["poll_interval"] = draw(write_duration(draw(fractions(1, 60))))
    if kind in ("lambda", "fan-out"):
        if draw(st.booleans()):
            reader = replace(reader, factor=draw(st.integers(1, 10)))
            fields["parallelization_factor"] = reader.factor
        if draw(st.booleans()):
            reader = replace(reader, batch=draw(spread(13)))
            fields["batch_size"] = reader.batch
        if draw(st.booleans()):
            reader = replace(reader, batch_seconds=draw(fractions(0, 60).filter(bool)))
            fields["batch_duration"] = draw(write_duration(reader.batch_seconds))
    if draw(st.integers(0, 2)) == 0:
        reader = replace(reader, most_records=draw(st.one_of(spread(14).map(Fraction), RATES)))
        fields["max_rps_per_shard"] = draw(write_rate(reader.most_records))
    return fields, reader


@st.composite
def _readers(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[Reader, ...]]:
    """A count, or a list; and a count of fan-out consumers besides."""
    fields: dict[str, Any] = {}
    shape = draw(st.sampled_from(["none", "count", "list", "list"]))
    found: list[Reader] = []
    if shape == "count":
        count = draw(st.integers(0, 9))
        fields["consumers"] = draw(st.sampled_from([count, str(count)]))
        found = [Reader(count=count)] if count else []
    elif shape == "list":
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
        unnamed = draw(st.integers(0, 1))
        drawn = [draw(_named_reader(name)) for name in (*names, *[""] * unnamed)]
        fields["consumers"] = [written for written, _ in drawn]
        found = [reader for _, reader in drawn]
    if draw(st.integers(0, 2)) == 0:
        count = draw(st.integers(0, 30))
        fields["fan_out"] = count
        return fields, (*found, *([Reader(fan_out=True, count=count)] if count else []))
    # Who says nothing of consumers has one that shares.
    return fields, tuple(found) if "consumers" in fields else (Reader(),)


@st.composite
def _catch_up(draw: st.DrawFn, stream: Stream, named: bool) -> tuple[Any, Stream]:
    outage, within = draw(DURATIONS), draw(DURATIONS)
    fields: dict[str, Any] = {"outage": draw(write_duration(outage)), "within": draw(write_duration(within))}
    stream = replace(stream, outage=outage, within=within)
    names = [reader.name for reader in stream.readers if reader.name]
    if named and names and draw(st.booleans()):
        behind = draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
        return {**fields, "consumers": behind}, replace(stream, behind=tuple(behind))
    if draw(st.integers(0, 3)) == 0:
        return f"outage={fields['outage']},within={fields['within']}", stream
    return fields, stream


@st.composite
def _hottest_share(draw: st.DrawFn, stream: Stream) -> Fraction:
    """Any share, or one that just fits some count: there the regimes change and the counts are large."""
    if draw(st.booleans()):
        return draw(SHARES)
    oracle = Oracle(stream)
    load = draw(st.sampled_from(sorted(oracle.loads.values())))
    n = draw(st.one_of(st.sampled_from([2, 10, 9_999, 10_000, 10_001]), spread(14).map(lambda n: n + 1)))
    most = draw(st.sampled_from([oracle.u, ONE]))
    # p + (1 - p)/n = most / load, for p.
    share = (most / load - Fraction(1, n)) / (1 - Fraction(1, n))
    share = _readable(share)
    return share if 0 < share <= 1 else draw(SHARES)


@st.composite
def workloads(draw: st.DrawFn, without: Collection[str] = ()) -> Case:
    """Any workload, with every field that a profile has for one.

    Args:
        draw: hypothesis' own.
        without: fields that are not drawn; a part of a field as ``catch_up.consumers``.
    """

    def given(name: str, once_in: int = 2) -> bool:
        return name not in without and draw(st.integers(1, once_in)) == 1

    fields, sizes = draw(_record_sizes())
    consumers, readers = draw(_readers())
    fields |= consumers
    stream = Stream(peak=ONE, sizes=sizes, readers=readers)
    if given("max_size", 4):
        fields["max_size"] = draw(write_size(max(size for size, _ in sizes) * draw(fractions(1, 8))))
    if given("headroom"):
        stream = replace(stream, headroom=draw(HEADROOMS))
        fields["headroom"] = draw(write_share(stream.headroom))
    if given("max_utilisation", 3):
        stream = replace(stream, max_utilisation=draw(SHARES))
        fields["max_utilisation"] = draw(write_share(stream.max_utilisation))
    stream = draw(_produced(stream, fields, without))
    stream = replace(stream, peak=draw(st.one_of(RATES, _full(stream))))
    if "catch_up" not in without and draw(st.integers(0, 2)) == 0:
        fields["catch_up"], stream = draw(_catch_up(stream, "catch_up.consumers" not in without))
    if given("skew"):
        stream = replace(stream, skew=draw(SKEWS))
        fields["skew"] = plain(stream.skew) + draw(st.sampled_from(["", "x"]))
    if given("hottest_key"):
        stream = replace(stream, hottest_key=draw(_hottest_share(stream)))
        text = draw(write_share(stream.hottest_key))
        mapping: dict[str, Any] = {"share": text}
        if draw(st.booleans()):
            mapping["key"] = draw(st.sampled_from(KEYS))
        fields["hottest_key"] = mapping if given("hottest_key.share") else text
    if given("growth", 3):
        stream = replace(stream, growth=draw(fractions(0, 1, 50)), months=draw(st.sampled_from([1, 12])))
        period = "month" if stream.months == 1 else "year"
        fields["growth"] = f"{plain(100 * stream.growth)}%/{period}"
    if given("rps.dated", 4):
        stream = replace(stream, dated=TODAY - timedelta(draw(st.integers(0, 400))))
    if given("shards"):
        stream = replace(stream, declared=draw(spread(8)))
        fields["shards"] = stream.declared
    if given("mode", 3):
        text, mode = draw(
            st.sampled_from(
                [
                    ("provisioned", "provisioned"),
                    ("PROVISIONED", "provisioned"),
                    ("on-demand", "on-demand-standard"),
                    ("ON_DEMAND", "on-demand-standard"),
                    ("on-demand-standard", "on-demand-standard"),
                    ("on-demand-advantage", "on-demand-advantage"),
                ]
            )
        )
        stream = replace(stream, mode=mode)
        fields["mode"] = text
    fields["rps"] = draw(_rps(stream))
    fields |= draw(_beside())
    return Case(fields, stream)


@st.composite
def _produced(draw: st.DrawFn, stream: Stream, fields: dict[str, Any], without: Collection[str]) -> Stream:
    """How records are written: aggregation goes with the KPL, said or not."""
    ways = [None, "put-records", "put-record", "kpl"] if "producer" not in without else [None]
    producer = draw(st.sampled_from(ways))
    if producer is not None:
        fields["producer"] = producer
        stream = replace(stream, producer=producer)
    packs = producer == "kpl" or (producer is None and draw(st.integers(0, 3)) == 0)
    if packs and "aggregation" not in without:
        target = draw(st.one_of(st.sampled_from([25_600, 51_200, 2**20]).map(Fraction), SIZES))
        stream = replace(stream, aggregate=target)
        text = draw(write_size(target))
        fields["aggregation"] = draw(st.sampled_from([text, {"target_size": text}]))
    return stream


@st.composite
def _full(draw: st.DrawFn, stream: Stream) -> Fraction:
    """A rate that fills a whole number of shards to the last byte or record, reserve and all."""
    one = Oracle(stream)
    load = draw(st.sampled_from(sorted(one.loads.values())))
    return _readable(max(draw(st.integers(1, 60)) * one.u / load, Fraction(1, 10**6)))


@st.composite
def _rps(draw: st.DrawFn, stream: Stream) -> Any:
    peak = draw(write_rate(stream.peak))
    dated = {} if stream.dated is None else {"dated": stream.dated.isoformat()}
    if not dated and draw(st.booleans()):
        return draw(st.sampled_from([peak, int(stream.peak)])) if stream.peak.denominator == 1 else peak
    mean = stream.peak * draw(st.sampled_from([ONE, Fraction(1, 2), Fraction(1, 10), Fraction(7, 9)]))
    return {"mean": draw(write_rate(mean)), "peak": peak, **dated}


@st.composite
def _beside(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of which no count may depend."""
    every = {
        "retention": st.sampled_from(["24h", "7d", 168, "365 d"]),
        "long_term_reads": st.just("5 GiB"),
        "max_record_size": st.sampled_from(["1 MiB", "10 MiB"]),
        "region": st.sampled_from(["us-east-1", "eu-central-1"]),
        "horizon": st.sampled_from(["6 months", "2 years"]),
    }
    return {name: draw(value) for name, value in every.items() if draw(st.integers(0, 7)) == 0}
