"""The rules about partition keys: what one key puts on one shard.

All of them are findings of the plan, reported as they are.
"""

from __future__ import annotations

from typing import Final

from shardcalc.core.lint.rule import ERROR, WARNING, Rule

HOT_KEY: Final = Rule(
    id="SC004",
    name="hot-key",
    severity=ERROR,
    summary="one partition key carries more than a shard takes",
    reason=(
        "All records of one partition key go to one shard, so its share of the traffic must fit one shard, "
        "with any number of shards."
    ),
    remedy="spread the key over salted keys, or aggregate its records",
    bad="size: 1 KiB\nrps: 5000\nhottest_key: 30%",
    good="size: 1 KiB\nrps: 5000\nhottest_key: 1%",
    fact="hot_key_bytes",
    at=("hottest_key",),
    findings=("hot-key",),
)

HOT_KEY_SHARD: Final = Rule(
    id="SC005",
    name="hot-key-shard",
    severity=WARNING,
    summary="the shard of the hottest key overflows",
    reason="The hottest key fits a shard alone, but its shard also takes an even part of all other keys.",
    remedy="plan more shards, or spread the key over salted keys",
    bad="size: 1 KiB\nrps: 3000\nhottest_key: 20%",
    good="size: 1 KiB\nrps: 3000\nhottest_key: 1%\nheadroom: 50%",
    fact="hot_key_bytes",
    at=("hottest_key",),
    findings=("hot-key-shard",),
)

RULES: Final[tuple[Rule, ...]] = (
    HOT_KEY,
    HOT_KEY_SHARD,
)
