"""What each field of a stream means, in one sentence: for --help, the JSON Schema and the documentation.

It imports nothing, so that ``--help`` costs nothing.
"""

from collections.abc import Mapping
from typing import Final

HELP: Final[Mapping[str, str]] = {
    "size": "mean record size, data blob plus partition key; a bare number is KiB",
    "sizes": "the mix of record sizes and their shares, instead of size",
    "max_size": "size of the largest record",
    "max_record_size": "the stream's MaxRecordSizeInKiB setting, if it was changed",
    "rps": "records per second: a number, 90k/min, 8/day, or mean and peak",
    "consumers": "consumers that share GetRecords: a count, or named ones with a type",
    "fan_out": "consumers registered for enhanced fan-out, besides the named ones",
    "headroom": "demand is multiplied by 1 + headroom",
    "hottest_key": "share of the traffic on the busiest partition key",
    "skew": "busiest shard over mean shard",
    "catch_up": "after an outage this long, shared consumers drain the backlog within that time",
    "aggregation": "the producer packs records (KPL) into aggregates of this size",
    "retention": "how long records are kept; a bare number is hours",
    "long_term_reads": "how much is read a month from records older than 7 days",
    "mode": "capacity mode: provisioned, on-demand-standard, on-demand-advantage",
    "region": "AWS Region, for prices and quotas",
    "shards": "shards that are deployed or declared",
    "owner": "who answers for the stream",
    "notes": "free text",
}
"""One sentence a field, in the order in which people think of them."""
