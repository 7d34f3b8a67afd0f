"""The rules about on-demand streams: what AWS scales them to, how fast, and what an account may mix.

All of them are findings of the plan or of the account, reported as they are.
"""

from __future__ import annotations

from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Rule

ON_DEMAND_CEILING: Final = Rule(
    id="SC035",
    name="on-demand-ceiling",
    severity=ERROR,
    summary="the peak is above what AWS scales an on-demand stream to",
    reason=(
        "One on-demand stream grows to a ceiling of its Region, in and out, and no further. "
        "A ceiling of records is in a copy of AWS's FAQ only, so it is a warning."
    ),
    remedy="ask AWS to raise it first, or spread the load over several streams",
    bad="mode: on-demand\nregion: eu-central-1\nsize: 2 KiB\nrps: 110k",
    good="mode: on-demand\nregion: eu-west-1\nsize: 2 KiB\nrps: 110k",
    fact="on_demand_write_small",
    at=("rps", "region"),
    findings=("on-demand-ceiling",),
)

ON_DEMAND_START: Final = Rule(
    id="SC036",
    name="on-demand-start",
    severity=INFO,
    summary="the peak is above what a new on-demand stream takes",
    reason=(
        "A new on-demand stream starts small and grows with its traffic: "
        "what comes before it has grown is throttled. Nothing says whether the stream exists."
    ),
    remedy="create it provisioned and switch its mode, or set warm throughput in On-demand Advantage",
    bad="mode: on-demand\nsize: 1 KiB\nrps: 5000",
    good="mode: on-demand\nsize: 1 KiB\nrps: 4000",
    fact="on_demand_start_write",
    at=("rps",),
    findings=("on-demand-start",),
)

ON_DEMAND_BURST: Final = Rule(
    id="SC037",
    name="on-demand-burst",
    severity=INFO,
    summary="the peak is more than on-demand carries at once, if usual peaks are near the mean",
    reason=(
        "On-demand carries twice the peak of the last 30 days, and throttles for some minutes above it. "
        "The mean is not the usual peak, but nothing nearer to it is declared. "
        "What even a new stream takes needs no growth."
    ),
    remedy="set warm throughput in On-demand Advantage, or be provisioned for such peaks",
    bad="mode: on-demand\nsize: 1 KiB\nrps: {mean: 3000, peak: 6100}",
    good="mode: on-demand\nsize: 1 KiB\nrps: {mean: 3000, peak: 6000}",
    fact="on_demand_growth",
    at=("rps",),
    findings=("on-demand-burst",),
)

ON_DEMAND_READERS: Final = Rule(
    id="SC038",
    name="on-demand-readers",
    severity=WARNING,
    summary="shared consumers of an on-demand stream read more than AWS assures",
    reason=(
        "All callers of GetRecords together have twice the write throughput at least. "
        "It is no more than worth knowing while they read less than what a new stream gives."
    ),
    remedy="read with one of them by GetRecords and with the others by enhanced fan-out",
    bad="mode: on-demand\nsize: 1 KiB\nrps: 3000\nconsumers: 3",
    good="mode: on-demand\nsize: 1 KiB\nrps: 3000\nconsumers: 2",
    fact="on_demand_read_share",
    at=("consumers",),
    findings=("on-demand-readers",),
)

SHARDS_IGNORED: Final = Rule(
    id="SC039",
    name="shards-ignored",
    severity=INFO,
    summary="shards are declared for an on-demand stream",
    reason="AWS sets the count of an on-demand stream, so a declared one says nothing.",
    remedy="leave shards out, or declare a provisioned stream",
    bad="mode: on-demand\nsize: 1 KiB\nrps: 100\nshards: 4",
    good="mode: provisioned\nsize: 1 KiB\nrps: 100\nshards: 4",
    at=("shards",),
    findings=("shards-ignored",),
)

BOTH_ON_DEMAND: Final = Rule(
    id="SC045",
    name="both-on-demand",
    severity=ERROR,
    summary="streams of one Region are in both on-demand modes",
    reason=(
        "On-demand Advantage holds for all on-demand streams of an account and Region. "
        "Streams that are checked together and name no account are taken to be of one."
    ),
    remedy="declare one of the two for all of them, or check accounts apart",
    bad=(
        "version: 1\nstreams:\n  clicks: {size: 1 KiB, rps: 10, mode: on-demand-advantage}\n"
        "  orders: {size: 1 KiB, rps: 10, mode: on-demand-standard}"
    ),
    good=(
        "version: 1\nstreams:\n  clicks: {size: 1 KiB, rps: 10, mode: on-demand-advantage}\n"
        "  orders: {size: 1 KiB, rps: 10, mode: provisioned}"
    ),
    at=("mode",),
    findings=("both-on-demand",),
)

RULES: Final[tuple[Rule, ...]] = (
    ON_DEMAND_CEILING,
    ON_DEMAND_START,
    ON_DEMAND_BURST,
    ON_DEMAND_READERS,
    SHARDS_IGNORED,
    BOTH_ON_DEMAND,
)
