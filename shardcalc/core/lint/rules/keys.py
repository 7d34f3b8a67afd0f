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
    summary="the hottest key decides the shard count, or leaves its shard no reserve",
    reason=(
        "The shard of the hottest key takes an even part of all other keys as well. "
        "Salts make it several keys, which need fewer shards."
    ),
    remedy="spread the key over salted keys, or plan the shards that it needs",
    bad="size: 1 KiB\nrps: 3000\nhottest_key: 22%",
    good="size: 1 KiB\nrps: 3000\nhottest_key: 22%\nshards: 7",
    fact="hot_key_bytes",
    at=("hottest_key",),
    findings=("hot-key-shard",),
)

SKEW_CONTRADICTS: Final = Rule(
    id="SC044",
    name="skew-contradicts",
    severity=WARNING,
    summary="skew says less than the hottest key does",
    reason=(
        "Both say how busy the busiest shard is. A key makes its shard busier the more shards there are; a "
        "skew that says less is wrong at this count. The larger of the two counts."
    ),
    remedy="correct one of skew and hottest_key",
    bad="size: 1 KiB\nrps: 1500\nhottest_key: 40%\nskew: 1.1\nshards: 6",
    good="size: 1 KiB\nrps: 1500\nhottest_key: 40%\nskew: 3\nshards: 6",
    at=("skew", "hottest_key"),
    findings=("skew-contradicts",),
)

RULES: Final[tuple[Rule, ...]] = (
    HOT_KEY,
    HOT_KEY_SHARD,
    SKEW_CONTRADICTS,
)
