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
    "growth": "how the traffic is expected to grow, compounding",
    "horizon": "how far ahead to look when it grows; 12 months when not given",
    "owner": "who answers for the stream",
    "notes": "free text",
    "budget": "the most that the stream may cost a month, before tax",
    "max_utilisation": "the most that any limit may be used at the declared shards, headroom included",
    "current_shards": "open shards before this is deployed",
    "expect": "what this file expects of its own plan: shards, binding, monthly_cost_below",
    "ignore": "findings that are accepted: rule, reason and, if it ends, until",
}
"""One sentence a field, in the order in which people think of them."""

POLICY_HELP: Final[Mapping[str, str]] = {
    "budget": "the most that a stream may cost a month, where it does not say",
    "max_utilisation": "the most that any limit may be used, where a stream does not say",
    "over_provisioned_above": "how much more shards than needed may be declared; 25% when not given",
    "saving_above": "what saves less than this a month is not reported; 20 USD when not given",
    "retention_share_above": "the part of a bill that keeping records may take; 50% when not given",
    "facts_older_than": "the age at which limits and prices count as stale; 365d when not given",
    "rules": "a rule's severity (error, warning, info) or off, by id or name",
    "ignore": "findings that are accepted in every stream: rule, reason and, if it ends, until",
}
"""One sentence a field of a policy."""
