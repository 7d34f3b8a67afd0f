"""Flags beside ``--from``, in suggest and in fleet: each means the same in both, or both refuse it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import history


@pytest.fixture
def saved(tmp_path):
    """A folder with one history, of which the busiest hour is four days before its end; and its file."""
    file = tmp_path / "orders.json.gz"
    write_history_file(history(), str(file))
    return tmp_path, file


def both(saved, *flags):
    """What suggest says of the file, and fleet of the folder."""
    folder, file = saved
    return run("suggest", "--from", str(file), *flags), run("fleet", "--from", str(folder), *flags)


@pytest.mark.parametrize(
    ("flags", "measured"),
    [
        ((), 10),  # the sale: 8,000 records/s x 1.25 = 10
        (("--days", "3"), 7),  # without the sale: 5,000 x 1.25 = 6.25
        (("--days", "3", "--headroom", "0%"), 5),
        (("--days", "99"), 10),  # more than there are: all of them
    ],
)
def test_suggest_and_fleet_look_at_the_same_days(saved, flags, measured):
    suggested, fleet = both(saved, *flags, "--format", "json")
    assert (suggested.code, fleet.code) == (0, 0)
    one = json.loads(suggested.out)
    listed = json.loads(fleet.out)
    (stream,) = listed["streams"]
    assert one["measured_shards"] == measured
    said = ("answer", "recommended_shards", "saving_usd_per_month")
    assert [stream[key] for key in said] == [one[key] for key in said]
    assert listed["days"] == one["options"]["days"]


@pytest.mark.parametrize("days", ["0", "many", "1.5"])
def test_days_that_are_none(saved, days):
    for ran in both(saved, "--days", days):
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error: nothing was computed\n  --days: ")


ONLY_AWS = (
    ("--profile", "work"),
    ("--role-arn", "arn:aws:iam::123456789012:role/reader"),
    ("--external-id", "x"),
    ("--endpoint-url", "http://localhost:1"),
    ("--timeout", "20"),  # as when it is not given, and yet it was
    ("--max-metrics", "10"),
    ("--shard-metrics",),
    ("--no-shard-metrics",),
    ("--dry-run",),
)


@pytest.mark.parametrize("flag", ONLY_AWS, ids=lambda flag: flag[0])
def test_what_is_only_for_reading_aws_is_refused_by_both(saved, flag):
    for ran in both(saved, *flag):
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            f"error: nothing was read\n  {flag[0]} is only for reading AWS; --from reads what was saved\n"
        )


def test_all_refused_flags_are_told_at_once(saved):
    folder, _ = saved
    ran = run("fleet", "--from", str(folder), "--save", str(folder / "new"), "--profile", "p", "--dry-run")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split()[0] for line in ran.err.splitlines()[1:]] == ["--save", "--dry-run", "--profile"]
    assert not (folder / "new").exists()


def test_a_region_is_for_histories_that_do_not_say_theirs(saved):
    write_history_file(replace(history(), open_shards=16, region=None), str(saved[1]))
    suggested, fleet = both(saved, "--format", "json")
    assert json.loads(suggested.out)["saving_usd_per_month"] is None
    assert json.loads(fleet.out)["streams"][0]["saving_usd_per_month"] is None
    suggested, fleet = both(saved, "--region", "us-east-1", "--format", "json")
    (stream,) = json.loads(fleet.out)["streams"]
    # 10 are enough, six less, each with its fan-out consumer: 6 x 730 h x ($0.015 + $0.015)
    assert json.loads(suggested.out)["saving_usd_per_month"] == stream["saving_usd_per_month"] == "131.40"
    assert stream["region"] == "us-east-1"


def test_a_region_must_not_contradict_a_history(saved):
    assert [ran.code for ran in both(saved, "--region", "us-east-1")] == [0, 0]
    for ran in both(saved, "--region", "eu-west-1"):
        assert (ran.code, ran.out) == (2, "")
        assert "--region: 'eu-west-1' is not what the file says: 'us-east-1'" in ran.err
    assert f"  {saved[1]}: --region: " in ran.err
    for ran in both(saved, "--region", "mars"):
        assert (ran.code, ran.out) == (2, "")
        assert "--region: 'mars' is not a Region" in ran.err


def test_a_fleet_of_saved_histories_takes_one_region(saved):
    ran = run("fleet", "--from", str(saved[0]), "--region", "us-east-1", "--region", "eu-west-1")
    assert (ran.code, ran.out) == (2, "")
    assert "--region: give at most one with --from" in ran.err


def test_an_empty_from_does_not_read_aws():
    ran = run("fleet", "--from", "")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: nothing was read\n  --from ")
