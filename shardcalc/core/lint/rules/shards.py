"""The rules about shard counts: too few, too many, above a quota, too full, out of one deployment's reach."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from shardcalc.core.lint.rule import ERROR, INFO, WARNING, Hit, Rule, Subject
from shardcalc.core.units import ceil_div
from shardcalc.core.workload.parts import Mode

UNDER_PROVISIONED: Final = Rule(
    id="SC001",
    name="under-provisioned",
    severity=ERROR,
    summary="declared shards are fewer than needed",
    reason=(
        "The shards that are declared cannot carry the peak with its headroom: "
        "writes or reads will be throttled."
    ),
    remedy="raise shards to what shardcalc plan asks for, or correct the workload",
    bad="size: 1 MiB\nrps: 6\nconsumers: 7\nshards: 12",
    good="size: 1 MiB\nrps: 6\nconsumers: 7\nshards: 21",
    fact="write_bytes",
    at=("shards",),
    findings=("under-provisioned",),
)


OVER_PROVISIONED: Final = Rule(
    id="SC002",
    name="over-provisioned",
    severity=WARNING,
    summary="declared shards are far more than needed, and cost money",
    reason=(
        "Each open shard is billed by the hour, used or not. "
        "The rule speaks when the declared count is above the one that is enough, at the declared growth "
        "too, by more than over_provisioned_above, and the difference costs saving_above or more a month."
    ),
    remedy="lower shards, or declare the headroom that is wanted",
    bad="size: 1 KiB\nrps: 100\nshards: 16",
    good="size: 1 KiB\nrps: 100\nshards: 1",
    fact="put_payload_unit",
    at=("shards",),
    findings=("over-provisioned",),
)

SHARD_QUOTA: Final = Rule(
    id="SC011",
    name="shard-quota",
    severity=ERROR,
    summary="more shards than the stream or the account may have",
    reason=(
        "A shard count above a quota fails when it is deployed. The account's is for all provisioned streams "
        "of a Region, and streams that name no account are taken to be of one; "
        "quotas of small Regions are not published one by one."
    ),
    remedy="ask AWS for more before deploying, or spread the load over several streams",
    bad="size: 1 KiB\nrps: 7000k\nregion: eu-central-1",
    good="size: 1 KiB\nrps: 7000k\nregion: us-east-1",
    fact="shard_quota_small",
    at=("shards", "region"),
    findings=("shard-quota",),
)


OVER_UTILISED: Final = Rule(
    id="SC016",
    name="over-utilised",
    severity=ERROR,
    summary="a limit is used above max_utilisation",
    reason=(
        "The declared shards carry the peak, and the busiest limit is used more than max_utilisation "
        "of the stream or its policy."
    ),
    remedy="raise shards",
    bad="size: 1 KiB\nrps: 900\nshards: 1\nmax_utilisation: 80%",
    good="size: 1 KiB\nrps: 900\nshards: 2\nmax_utilisation: 80%",
    at=("shards", "max_utilisation"),
    findings=("over-utilised",),
)


def _unreachable(subject: Subject) -> Sequence[Hit]:
    current, target = subject.requirements.current_shards, subject.shards
    if current is None or subject.workload.mode is not Mode.PROVISIONED:
        return ()
    from shardcalc.core.resharding.path import NoPath, allowed, path  # few streams ask

    if current == target or allowed(current, target, subject.limits):
        return ()
    try:
        steps = [f"{step.target:,}" for step in path(current, target, subject.limits).steps]
        remedy = (
            f"deploy {len(steps)} times, {', then '.join(steps)}; "
            f"shardcalc reshard {current} {target} shows the way"
        )
    except NoPath as error:
        remedy = f"{error}"
    factor = subject.limits.reshard_factor.value
    bound = (
        f"at most {current * factor:,}"
        if target > current
        else f"at least {ceil_div(Fraction(current), factor):,}"
    )
    return (
        Hit(
            f"one deployment cannot go from {current:,} to {target:,} shards: "
            f"UpdateShardCount takes {bound} from there",
            remedy,
        ),
    )


UNREACHABLE: Final = Rule(
    id="SC017",
    name="unreachable",
    severity=ERROR,
    summary="one deployment cannot reach the declared shards",
    reason=(
        "One call of UpdateShardCount cannot more than double a stream, nor go below half of it: "
        "applying 2 to 16 fails."
    ),
    remedy="go in several deployments",
    bad="size: 1 MiB\nrps: 16\ncurrent_shards: 2\nshards: 16",
    good="size: 1 MiB\nrps: 16\ncurrent_shards: 8\nshards: 16",
    fact="reshard_factor",
    at=("shards", "current_shards"),
    look=_unreachable,
)

FULL_USE: Final = Rule(
    id="SC040",
    name="full-use",
    severity=INFO,
    summary="a limit is used to 100%, and no headroom is declared",
    reason="The shards carry exactly the declared peak: one record more is throttled.",
    remedy="declare the headroom that is wanted",
    bad="size: 1 KiB\nrps: 1000",
    good="size: 1 KiB\nrps: 1000\nheadroom: 20%",
    fact="write_records",
    at=("rps",),
    findings=("full-use",),
)

RUNS_OUT: Final = Rule(
    id="SC041",
    name="runs-out",
    severity=ERROR,
    summary="the shards are not enough for long at the declared growth",
    reason=(
        "At the declared growth the count runs out within lead_time: a warning; within runs_out_within: an "
        "error. Growth counts from rps.dated, else from today."
    ),
    remedy="raise shards before that day",
    bad="size: 1 KiB\nrps: 990\nshards: 1\ngrowth: 10%/month",
    good="size: 1 KiB\nrps: 990\nshards: 2\ngrowth: 10%/month",
    fact="write_records",
    at=("growth", "shards"),
    findings=("runs-out",),
)

NOT_APPLIED: Final = Rule(
    id="SC042",
    name="not-applied",
    severity=WARNING,
    summary="other shards run than are declared",
    reason="What is declared was not applied, or somebody changed the stream by hand. Needs --history.",
    remedy="declare what runs, or apply what is declared",
    bad="size: 1 KiB\nrps: 100\nshards: 4  # by its history, 8 run",
    good="size: 1 KiB\nrps: 100\nshards: 8  # by its history, 8 run",
    at=("shards", "mode"),
    findings=("not-applied",),
)

RULES: Final[tuple[Rule, ...]] = (
    UNDER_PROVISIONED,
    OVER_PROVISIONED,
    SHARD_QUOTA,
    OVER_UTILISED,
    UNREACHABLE,
    FULL_USE,
    RUNS_OUT,
    NOT_APPLIED,
)
