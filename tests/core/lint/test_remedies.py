"""Remedies: what one rule advises, no other rule minds. Each profile is followed by what its finding says."""

from __future__ import annotations

import pytest

from tests.run_check import found, ids, write

STREAM = "version: 1\n%sstreams:\n  orders: {owner: a, rps: {mean: 10, peak: 20}, size: 1 KiB, %s}\n"
MOST = "policy: {retention_most: %s}\n"


def checked(tmp_path, policy: str, fields: str) -> dict[str, dict[str, object]]:
    return {str(row["rule"]): row for row in found(write(tmp_path, STREAM % (policy, fields)))}


# ── retention ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("policy", "retention", "found_out"),
    [
        ("", "365d", False),  # no policy, no finding
        (MOST % "7d", "7d", False),
        (MOST % "7d", "169h", True),
        (MOST % "48", "49h", True),  # a bare number is hours
        (MOST % "12h", "24h", False),  # no stream can keep less than a day
    ],
)
def test_retention_is_held_against_what_the_policy_allows(policy, retention, found_out, tmp_path):
    assert ("SC013" in checked(tmp_path, policy, f"retention: {retention}")) is found_out


def test_what_is_kept_above_the_policy_is_told_with_its_cost(tmp_path):
    """Extended retention of a shard is 730 h x 0.02 USD = 14.60, beside 10.95 for the shard itself."""
    row = checked(tmp_path, MOST % "48h", "retention: 7d")["SC013"]
    assert row["severity"] == "warning"
    assert row["message"] == (
        "a retention of 7 d is above the 2 d that are allowed; what is kept beyond 1 d costs $14.60 a month"
    )
    assert row["remedy"] == "keep records for 2 d and archive to S3, or raise retention_most"


@pytest.mark.parametrize(
    ("policy", "fields", "remedy"),
    [
        ("", "retention: 48h", "keep records for 7 d at no further cost, or for 1 d and save the charge"),
        (
            MOST % "72h",
            "retention: 48h",
            "keep records for 3 d at no further cost, or for 1 d and save the charge",
        ),
        ("", "retention: 24h", None),
        ("", "retention: 25h", "keep records for 7 d at no further cost, or for 1 d and save the charge"),
        ("", "retention: 167h", "keep records for 7 d at no further cost, or for 1 d and save the charge"),
        ("", "retention: 168h", None),
        ("", "retention: 48h, mode: on-demand", None),  # by the hour and byte
        (MOST % "48h", "retention: 48h", None),  # all that the policy allows: what SC013 advises
        # An outage of 13 h needs 26 h: a day would be SC009.
        (
            "",
            "retention: 48h, catch_up: {outage: 13h, within: 1h}",
            "keep records for 7 d at no further cost",
        ),
        # Nothing is known of outages: a day would be SC047.
        ("", "retention: 48h, consumers: 2", "keep records for 7 d at no further cost"),
        (
            "",
            "retention: 48h, consumers: 2, catch_up: {outage: 12h, within: 1h}",
            "keep records for 7 d at no further cost, or for 1 d and save the charge",
        ),
    ],
)
def test_the_step_of_retention_advises_what_policy_and_outage_allow(policy, fields, remedy, tmp_path):
    row = checked(tmp_path, policy, fields).get("SC014")
    assert (row and row["remedy"]) == remedy


@pytest.mark.parametrize(
    ("policy", "fields", "rule", "remedy", "then"),
    [
        # 13 h need 26 h; 7 d cost the same, and SC014 would say so.
        ("", "", "SC009", "keep records for 7 d", "retention: 7d"),
        (MOST % "30h", "", "SC009", "keep records for 30 h", "retention: 30h"),
        # On demand every hour is billed, so 26 h are best.
        ("", "mode: on-demand, ", "SC009", "keep records for 26 h", "retention: 26h"),
        (
            MOST % "24h",
            "",
            "SC009",
            "shorten the outage to 12 h or less, and keep records for 1 d, the longest that is allowed",
            "retention: 24h, catch_up: {outage: 12h, within: 1h}",
        ),
        (
            MOST % "24h",
            "retention: 48h, ",
            "SC013",
            "keep records for 1 d and shorten the outage of catch_up, which needs 26 h, to 12 h or less, or "
            "raise retention_most",
            "retention: 24h, catch_up: {outage: 12h, within: 1h}",
        ),
    ],
)
def test_an_outage_and_a_policy_agree_on_the_retention(policy, fields, rule, remedy, then, tmp_path):
    row = checked(tmp_path, policy, fields + "catch_up: {outage: 13h, within: 1h}")[rule]
    assert row["remedy"] == remedy
    if "catch_up" not in then:
        then += ", catch_up: {outage: 13h, within: 1h}"
    after = checked(tmp_path, policy, ("mode: on-demand, " if "mode" in fields else "") + then)
    assert not {"SC009", "SC013", "SC014", "SC047"} & after.keys()


@pytest.mark.parametrize(
    ("policy", "fields", "remedy"),
    [
        ("", "consumers: 2", "declare catch_up with the longest outage, or keep records for 7 d"),
        (
            "",
            "fan_out: 2, retention: 24h",
            "declare catch_up with the longest outage, or keep records for 7 d",
        ),
        (
            "",
            "consumers: 2, mode: on-demand",
            "declare catch_up with the longest outage, or keep records for 2 d",
        ),
        (MOST % "24h", "consumers: 2", "declare catch_up with the longest outage"),
        ("", "consumers: 2, retention: 7d", None),
        ("", "consumers: 2, catch_up: {outage: 6h, within: 6h}", None),
        ("", "consumers: 0", None),
        ("", "shards: 1", None),  # who reads is only assumed
    ],
)
def test_a_day_of_retention_without_a_planned_outage_is_told(policy, fields, remedy, tmp_path):
    row = checked(tmp_path, policy, fields).get("SC047")
    assert (row and row["remedy"]) == remedy
    assert row is None or row["severity"] == "info"


# ── shards ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        # 4 x 10.95 USD; with the 1 shard that is needed, 10.95 and the PUTs.
        (
            "shards: 4, budget: 20 USD",
            "raise it, or lower shards to 1; shardcalc cost shows each line of the bill",
        ),
        ("shards: 1, budget: 5 USD", "raise it; shardcalc cost shows each line of the bill"),
        ("mode: on-demand, budget: 5 USD", "raise it; shardcalc cost shows each line of the bill"),
    ],
)
def test_a_budget_is_never_met_with_fewer_shards_than_needed(fields, remedy, tmp_path):
    assert checked(tmp_path, "", fields)["SC015"]["remedy"] == remedy


# ── consumers ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quota", "fields", "found_out"),
    [
        # 2 shards x (10 + 1) batches = 22
        ("22", "shards: 2", False),
        ("21", "shards: 2", True),
        ("11", "", False),  # 1 shard is needed
        ("10", "", True),
        ("10", "mode: on-demand", False),  # how many shards it has is AWS's
        ("21", "mode: on-demand, shards: 2", True),
    ],
)
def test_concurrent_invocations_are_held_against_the_account(quota, fields, found_out, tmp_path):
    consumers = (
        "consumers: [{name: a, type: lambda, parallelization_factor: 10}, {name: b, type: lambda}, "
        "{name: c, type: kcl}]"
    )
    policy = f"policy: {{lambda_concurrency: {quota}}}\n"
    made = checked(tmp_path, policy, ", ".join(filter(None, (fields, consumers))))
    assert ("SC033" in made) is found_out
    if fields == "shards: 2" and found_out:
        assert made["SC033"]["message"] == (
            "2 shards x 11 concurrent batches of its Lambda consumers are 22 invocations at once, where all "
            "functions of the account together may run 21"
        )
    assert "SC033" not in checked(tmp_path, "", consumers)


# ── records ──────────────────────────────────────────────────────────────────────────────────────

SMALL = "version: 1\nstreams:\n  orders: {size: %s, rps: %s, %s}\n"


@pytest.mark.parametrize(
    ("size", "rps", "fields", "aggregates"),
    [
        # 3 shards gather 3,000 x 0.1 s / 3 = 100 records each: 100 x 110 + 20 B = 10.76 KiB. 3,000 x 100 B
        # and their framing are 0.32 MiB/s.
        ("100 B", "3000", "consumers: 1", "aggregates of 10 KiB they would need 1 shard"),
        # 100k/s x 0.1 / 100 = 100 again; 100,000/93 aggregates of 10,250 B are 10.51 MiB/s.
        ("100 B", "100k", "consumers: 1", "aggregates of 10 KiB they would need 11 shards"),
        # A mean of 10/s gathers a third of a record: no aggregate would ever be full.
        ("100 B", "{mean: 10, peak: 3000}", "consumers: 1", None),
        # A batch of 1,000 fits 6,144 KiB when an aggregate is 6 KiB.
        (
            "100 B",
            "3000",
            "consumers: [{name: b, type: lambda, batch_size: 1000}]",
            "aggregates of 6 KiB they would need 1 shard",
        ),
        ("100 B", "1000", "consumers: 1", None),  # one shard, whatever is done
        # 1 MiB / 1,000 / 4 = 262.144 B
        ("262 B", "3000", "consumers: 1", "aggregates of 26 KiB they would need 1 shard"),
        ("263 B", "3000", "consumers: 1", None),
        ("100 B", "3000", "consumers: 1, aggregation: 1 KiB", None),
        ("100 B", "3000", "consumers: 1, mode: on-demand", None),
        ("100 B", "3000", "consumers: 40", None),  # reading decides: 40 x 0.29 / 2
        # The busiest shard takes 1.5 times the mean one, so 5 shards, which gather 60: 60 x 110 + 20 B = 6.46
        # KiB.
        ("100 B", "3000", "skew: 1.5", "aggregates of 6 KiB they would need 1 shard"),
    ],
)
def test_small_records_are_told_what_aggregation_would_need(size, rps, fields, aggregates, tmp_path):
    rows = {row["rule"]: row for row in found(write(tmp_path, SMALL % (size, rps, fields)))}
    assert ("SC046" in rows) is (aggregates is not None)
    if aggregates is None:
        return
    assert aggregates in str(rows["SC046"]["message"])
    target = aggregates.split()[2]
    followed = SMALL % (size, rps, f"{fields}, producer: kpl, aggregation: {target} KiB")
    after = set(ids(found(write(tmp_path, followed))))
    assert not after & {"SC021", "SC022", "SC032", "SC046"}
