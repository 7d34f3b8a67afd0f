"""The path of UpdateShardCount calls: no shorter one exists, every call is allowed, and the quota holds."""

from __future__ import annotations

import json
from collections import deque
from functools import cache
from itertools import pairwise
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc import BadFields
from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import NoPath, most_open, path, read_request
from shardcalc.report.reshard.commands import script
from tests.fuzz import examples
from tests.places import DATA

LIMITS = built_in_limits()
PUBLISHED = json.loads((DATA / "published.json").read_text())["update_shard_count"]


def counts(current, target, **more):
    found = path(current, target, LIMITS, **more)
    assert all(step.target == after.before for step, after in pairwise(found.steps))
    return [current, *(step.target for step in found.steps)]


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["id"])
def test_published_number_of_calls(row):
    made = counts(row["current"], row["target"])
    assert len(made) - 1 == row["update_shard_count_calls"]
    assert made[-1] == row["target"]


@pytest.mark.parametrize(
    ("current", "target", "expected"),
    [
        # 4 -> 30: three calls at least, since 4 x 2 x 2 = 16. The first two can be 100 % steps, and the last
        # cannot be even after 16;
        # 4 -> 8 -> 15 -> 30 has two even steps as well, but 15 is the smaller second step.
        (4, 30, [4, 8, 16, 30]),
        # 10 -> 25: two calls. 20 -> 25 is 125 %, and 10 -> 20 is 200 %: both even.
        (10, 25, [10, 20, 25]),
        # 12 -> 18 is 150 %.
        (12, 18, [12, 18]),
        # 8 -> 14: 175 %.
        (8, 14, [8, 14]),
        # 10 -> 23: 10 -> 20 is even and 20 -> 23 is not; no other first step makes both even (23 is prime).
        (10, 23, [10, 20, 23]),
        # 16 -> 36: 16 -> 20 -> 35 no; 16 -> 24 -> 36 is 150 % twice, both even. After 32, 36 is 112.5 %: not
        # even. Two even steps win over a larger first.
        (16, 36, [16, 24, 36]),
        # 9 -> 1 takes four calls, since 9 / 2 / 2 / 2 is above 1. Halving rounded up, 9 -> 5 -> 3 -> 2 -> 1,
        # is even only in its last call;
        # 9 -> 8 -> 4 -> 2 -> 1 is even in three.
        (9, 1, [9, 8, 4, 2, 1]),
        # An odd count halves rounded up: 3 -> 2 and not 3 -> 1.
        (3, 1, [3, 2, 1]),
        # 9 -> 4: 5 is the least after 9. From 8 (an uneven step) 4 is even; from 6 too slow: 4/6 is 67 %. 9
        # -> 5 -> 4 has none even.
        (9, 4, [9, 8, 4]),
        (100, 25, [100, 50, 25]),
        (7, 7, [7]),
    ],
)  # fmt: skip
def test_worked_paths(current, target, expected):
    assert counts(current, target) == expected


def one_call(count, target):
    return target != count and target <= 2 * count and count <= 2 * target


@cache
def shortest(current, most=48):
    """Fewest calls to each count up to ``most``, by brute force, also outside the range of both counts."""
    distance, queue = {current: 0}, deque([current])
    while queue:
        count = queue.popleft()
        for target in range(1, 2 * most + 1):
            if target not in distance and one_call(count, target):
                distance[target] = distance[count] + 1
                queue.append(target)
    return distance


@pytest.mark.parametrize("current", range(1, 49))
def test_no_shorter_path_exists(current):
    for target in range(1, 49):
        made = counts(current, target)
        assert made[0] == current
        assert made[-1] == target
        assert all(one_call(before, after) for before, after in pairwise(made))
        assert all(min(current, target) <= count <= max(current, target) for count in made)
        assert len(made) - 1 == shortest(current)[target]


def every_path(count, target, room, calls):
    """All paths of at most so many calls between both counts whose every call fits the room."""
    if count == target:
        yield [count]
        return
    if calls:
        sign = 1 if target > count else -1
        for near in range(count + sign, target + sign, sign):
            if one_call(count, near) and count + near - gcd(count, near) <= room:
                for rest in every_path(near, target, room, calls - 1):
                    yield [count, *rest]


def merit(made):
    """Fewest calls, then fewest that are no multiple of 25 %, then the largest steps first."""
    slow = sum(4 * after % before != 0 for before, after in pairwise(made))
    return len(made), slow, [-abs(after - before) for before, after in pairwise(made)]


@pytest.mark.parametrize("room", [12, 16, 17, 20, 24, 31, 1000])
def test_no_better_path_fits_the_quota(room):
    for current in range(1, 17):
        for target in range(1, 17):
            candidates = list(every_path(current, target, room, 5))
            if candidates:
                assert counts(current, target, quota=room) == min(candidates, key=merit), (current, target)
            else:
                with pytest.raises(NoPath):
                    path(current, target, LIMITS, quota=room)


@examples(50)  # the longest searches take a second
@given(st.integers(1, 2_000), st.integers(1, 2_000), st.integers(0, 5_000))
def test_large_paths_are_allowed_and_fit(current, target, quota):
    larger, smaller = max(current, target), min(current, target)
    # Two counts of the range have fewer than twice the larger open together, so that quota holds any path.
    for room in (quota, 2 * larger):
        try:
            found = path(current, target, LIMITS, quota=room)
        except NoPath:
            assert room < 2 * larger
            continue
        assert all(one_call(step.before, step.target) for step in found.steps)
        assert found.steps == () or found.most_open <= room
        # At most doubling: as many calls as it takes for smaller x 2^calls to reach larger.
        fewest = next(calls for calls in range(20) if smaller * 2**calls >= larger)
        assert len(found.steps) >= fewest
        assert room == quota or len(found.steps) == fewest


@pytest.mark.parametrize(("current", "target"), [(1, 10_000), (10_000, 1), (9_999, 13), (7, 6_561)])
def test_the_largest_paths_have_the_fewest_calls(current, target):
    larger, smaller = max(current, target), min(current, target)
    assert len(counts(current, target)) - 1 == next(
        calls for calls in range(20) if smaller * 2**calls >= larger
    )


def test_raising_the_quota_as_told_opens_the_path():
    # 20 -> 30 is one call, with up to 20 + 30 - 10 = 40 shards open, and 60 are others': 100.
    with pytest.raises(NoPath) as raised:
        path(20, 30, LIMITS, quota=99, used=80)
    assert "raise the quota to 100" in raised.value.remedy
    assert path(20, 30, LIMITS, quota=100, used=80).most_open == 40


def test_the_quota_that_is_asked_for_is_the_least_with_as_few_calls():
    # 4 -> 8 -> 15 -> 30 holds at most 30, and 30 of the stream's own cannot be had for less; one shard is
    # another stream's.
    with pytest.raises(NoPath, match=r"raise the quota to 31, which holds 4 -> 8 -> 15 -> 30"):
        path(4, 30, LIMITS, quota=30, used=5)


def test_temporary_shards_are_bounded_by_the_cuts_of_both_counts():
    # Doubling and halving hold no more than the larger count; 4 -> 6 cuts at 1/4 2/4 3/4 and 1/6 .. 5/6, of
    # which 1/2 is shared: 8 pieces.
    assert most_open(4, 8) == 8
    assert most_open(8, 4) == 8
    assert most_open(4, 6) == 8
    cuts = {i / 4 for i in range(4)} | {i / 6 for i in range(6)}
    assert len(cuts) == 8


def test_a_tight_quota_changes_the_path():
    # 16 -> 30 may hold 16 + 30 - 2 = 44 for a moment; 8 -> 15 holds 22 and 15 -> 30 holds 30.
    assert counts(4, 30, quota=30) == [4, 8, 15, 30]


def test_the_eleventh_call_waits_for_the_first():
    found = path(1, 2000, LIMITS)
    # 2^10 = 1,024 after ten calls; the eleventh reaches 2,000.
    assert len(found.steps) == 11
    assert [step.wait is None for step in found.steps] == [True] * 10 + [False]
    assert found.steps[10].after_call == 1
    lines = script(found, "orders", "eu-west-1")
    assert lines[20] == "# wait until 24 h after call 1"
    assert sum(line.startswith("#") for line in lines) == 1
    # The twelfth waits for the second.
    assert [step.after_call for step in path(1, 5000, LIMITS).steps[10:]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("current", "target", "says"),
    [
        (1, 10_001, "above 10,000"),
        (20_001, 5, "half of 20,001"),
        (12_000, 10_000, "only go below"),
        (30_000, 9_000, "half of 30,000"),
    ],
)
def test_ends_of_the_range(current, target, says):
    with pytest.raises(NoPath, match=says):
        path(current, target, LIMITS)


def test_from_above_the_most():
    assert counts(12_000, 6_000) == [12_000, 6_000]
    assert counts(19_998, 9_999) == [19_998, 9_999]
    made = counts(15_000, 10)
    assert made[1] == 7_500


def test_fewer_used_than_the_stream_has_is_a_mistake():
    with pytest.raises(ValueError, match="cannot be fewer"):
        path(10, 20, LIMITS, quota=100, used=9)


def test_a_request_that_contradicts_itself_is_refused():
    assert read_request(current="4", target="8", used="4").used == 4
    with pytest.raises(BadFields, match="used"):
        read_request(current="4", target="8", used="3")
