"""Histories of every kind, for hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from shardcalc.core.history.metrics import CONSUMER_METRICS, SHARD_METRICS, STREAM_METRICS
from shardcalc.core.history.model import MODES, AccountQuota, History, Measurements

POINTS = 5


def series():
    return st.lists(
        st.none() | st.integers(0, 10**13) | st.floats(0, 1e13).filter(lambda value: not value.is_integer()),
        min_size=POINTS,
        max_size=POINTS,
    )


def table(metrics):
    return st.dictionaries(st.sampled_from(sorted(metrics)), series())


NAMES = st.from_regex(r"[a-zA-Z0-9_.-]{1,20}", fullmatch=True)


_SERIES = {
    "points": st.just(POINTS),
    "metrics": table(STREAM_METRICS),
    "consumers": st.dictionaries(NAMES, table(CONSUMER_METRICS), max_size=2),
    "shards": st.dictionaries(NAMES, table(SHARD_METRICS), max_size=2),
}


def with_older(made, drawn):
    """The history with these measurements before it, each moved to where the next starts."""
    older = []
    for part in drawn:
        until = older[-1].start if older else made.start
        older.append(replace(part, start=until - part.points * part.period))
    return replace(made, older=tuple(older))


_OLDER = st.builds(Measurements, start=st.just(0), period=st.sampled_from([3600, 86_400]), **_SERIES)
_FINEST = st.builds(
    History,
    start=st.integers(1_000_000, 2_000_000_000),
    period=st.sampled_from([60, 300, 3600]),
    **_SERIES,
    stream=st.none() | NAMES,
    region=st.sampled_from([None, "us-east-1", "us-gov-west-1"]),
    mode=st.sampled_from([None, *MODES]),
    status=st.sampled_from([None, "ACTIVE", "UPDATING"]),
    open_shards=st.none() | st.integers(1, 10_000),
    retention_hours=st.none() | st.integers(24, 8760),
    enhanced_metrics=st.none() | st.lists(NAMES, max_size=2).map(tuple),
    registered=st.none() | st.lists(NAMES, max_size=2).map(tuple),
    max_record_size_kib=st.none() | st.integers(1024, 10240),
    warm_throughput_mibps=st.none() | st.integers(0, 10240),
    created=st.none() | st.integers(0, 2_000_000_000),
    account=st.none() | st.builds(AccountQuota, st.integers(0, 20_000), st.integers(0, 20_000)),
    read_at=st.sampled_from([None, "2026-11-21T09:00:00Z", "2026-11-21T09:00:00.123+01:00"]),
)
HISTORIES = st.builds(with_older, _FINEST, st.lists(_OLDER, max_size=2))
