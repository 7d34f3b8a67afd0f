"""The path of UpdateShardCount calls: no shorter one exists, every call is allowed, and the quota holds."""

from __future__ import annotations

import json
from collections import deque
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc import BadFields
from shardcalc.core.facts import built_in_limits
from shardcalc.core.resharding.path import NoPath, Step, most_open, path, read_request
from shardcalc.report.reshard.commands import calls
from tests.fuzz import examples
from tests.places import DATA

LIMITS = built_in_limits()
PUBLISHED = json.loads((DATA / "published.json").read_text(encoding="utf-8"))["update_shard_count"]


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
        # 4 -> 30: three calls at least, since 4 x 2 x 2 = 16. The last starts from 15 or 16: 15 -> 30 doubles
        # and holds 30, 16 -> 30 may hold 16 + 30 - 2 = 44.
        (4, 30, [4, 8, 15, 30]),
        # 10 -> 25: two calls, over 13 to 20. Least open from 15: 15 + 25 - 5 = 35; from 20, 40; from 13, 37.
        (10, 25, [10, 15, 25]),
        # 12 -> 18 is 150 %.
        (12, 18, [12, 18]),
        # 8 -> 14: 175 %.
        (8, 14, [8, 14]),
        # 10 -> 23: 23 is prime, so each step between opens one more; 12 is the least.
        (10, 23, [10, 12, 23]),
        # 16 -> 36: 18 -> 36 doubles.
        (16, 36, [16, 18, 36]),
        # 12 -> 40: 20 -> 40 doubles and 12 -> 20 is one call, so nothing is left to choose.
        (12, 40, [12, 20, 40]),
        # 5 -> 40: only doubling takes three calls.
        (5, 40, [5, 10, 20, 40]),
        # 4 -> 28: over 14, and before it 7 or 8. 8 -> 14 holds 8 + 14 - 2 = 20, below 28. 4 -> 7 and 7 -> 14
        # are even, as are 4 -> 8 and 8 -> 14 (175 %): both steps, so the larger first wins.
        (4, 28, [4, 8, 14, 28]),
        # 9 -> 1 takes four calls, since 9 / 2 / 2 / 2 is above 1. The first goes to 5 to 8 and holds 13, 12
        # (9 + 6 - 3), 15 or 16. From 6 both 3 and 4 lead on with one uneven step; 3 is the larger step.
        (9, 1, [9, 6, 3, 2, 1]),
        # An odd count halves rounded up: 3 -> 2 and not 3 -> 1.
        (3, 1, [3, 2, 1]),
        # 9 -> 4: over 6, which holds 12; over 5 it would be 13, over 8 16.
        (9, 4, [9, 6, 4]),
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


@cache
def least_open(current, most=32):
    """By calls and count: the least peak of any path of so many calls, also outside both counts."""
    layers = [{current: current}]
    for _ in range(5):
        reached = {}
        for count, peak in layers[-1].items():
            for near in range(1, 2 * most + 1):
                if one_call(count, near):
                    held = max(peak, count + near - gcd(count, near))
                    reached[near] = min(held, reached.get(near, held))
        layers.append(reached)
    return layers


@pytest.mark.parametrize("current", range(1, 33))
def test_no_path_of_as_few_calls_holds_fewer_open_shards(current):
    for target in range(1, 33):
        found = path(current, target, LIMITS)
        calls = shortest(current)[target]
        assert (len(found.steps), found.most_open) == (calls, least_open(current)[calls][target])


def test_a_path_to_the_most_shards_never_holds_more():
    # 2^13 = 8,192 is too few and 2^14 enough: 14 calls. 5,000 -> 10,000 doubles, and 5,000 takes 13.
    found = path(1, 10_000, LIMITS)
    assert (len(found.steps), found.most_open) == (14, 10_000)


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
    """Fewest calls, fewest open at once, fewest that are no multiple of 25 %, the largest steps first."""
    held = max((a + b - gcd(a, b) for a, b in pairwise(made)), default=0)
    slow = sum(4 * after % before != 0 for before, after in pairwise(made))
    return len(made), held, slow, [-abs(after - before) for before, after in pairwise(made)]


def around(current, target, room):
    """The fewest calls that fit the room, also outside both counts, by brute force; None without any."""
    distance, queue = {current: 0}, deque([current])
    while queue:
        count = queue.popleft()
        for near in range(1, 65):
            if near not in distance and one_call(count, near) and count + near - gcd(count, near) <= room:
                distance[near] = distance[count] + 1
                queue.append(near)
    return distance.get(target)


@pytest.mark.parametrize("quota", [12, 16, 17, 20, 24, 31, 1000])
def test_no_better_path_fits_the_quota(quota):
    for current in range(1, 17):
        for target in range(1, 17):
            room = max(quota, current)
            candidates = list(every_path(current, target, room, 5))
            if room < target:
                with pytest.raises(NoPath, match=f"raise the quota to {target}"):
                    path(current, target, LIMITS, quota=quota)
                continue
            found = path(current, target, LIMITS, quota=quota)
            made = [current, *(step.target for step in found.steps)]
            if candidates:
                assert made == min(candidates, key=merit), (current, target)
                assert (found.fits, found.dip) == (True, None)
                continue
            assert made == min(every_path(current, target, 1000, 5), key=merit)
            assert found.fits is False
            calls = around(current, target, room)
            assert (calls is None) == (found.dip is None)
            if found.dip is not None:
                assert (found.dip[0], found.dip[-1], len(found.dip) - 1) == (current, target, calls)
                assert min(found.dip) < min(current, target)
                assert all(one_call(a, b) and a + b - gcd(a, b) <= room for a, b in pairwise(found.dip))


@examples(50)  # the longest searches take a second
@given(st.integers(1, 2_000), st.integers(1, 2_000), st.integers(0, 5_000))
def test_large_paths_are_allowed_and_fit(current, target, quota):
    larger, smaller = max(current, target), min(current, target)
    # At most doubling: as many calls as it takes for smaller x 2^calls to reach larger.
    fewest = next(calls for calls in range(20) if smaller * 2**calls >= larger)
    # Two counts of the range have fewer than twice the larger open together, so that quota holds any path.
    for room in (quota, 2 * larger):
        if target > max(room, current):
            with pytest.raises(NoPath):
                path(current, target, LIMITS, quota=room)
            continue
        found = path(current, target, LIMITS, quota=room)
        assert all(one_call(step.before, step.target) for step in found.steps)
        assert found.fits is (found.most_open <= max(room, current))
        assert len(found.steps) == fewest or (found.fits and len(found.steps) > fewest)
        assert room == quota or (found.fits and len(found.steps) == fewest)


@pytest.mark.parametrize(("current", "target"), [(1, 10_000), (10_000, 1), (9_999, 13), (7, 6_561)])
def test_the_largest_paths_have_the_fewest_calls(current, target):
    larger, smaller = max(current, target), min(current, target)
    assert len(counts(current, target)) - 1 == next(
        calls for calls in range(20) if smaller * 2**calls >= larger
    )


def test_raising_the_quota_as_told_opens_the_path():
    # 30 of its own and 60 of others; 20 -> 30 may hold 20 + 30 - 10 = 40 for a moment.
    with pytest.raises(NoPath) as raised:
        path(20, 30, LIMITS, quota=89, used=80)
    assert raised.value.remedy == "raise the quota to 90, or to 100 for the worst case on the way"
    assert path(20, 30, LIMITS, quota=90, used=80).fits is False
    assert path(20, 30, LIMITS, quota=99, used=80).fits is False
    assert path(20, 30, LIMITS, quota=100, used=80).fits is True


@pytest.mark.parametrize("others", [0, 7])
def test_the_quota_that_is_asked_for_is_the_least_with_a_path(others):
    for current in range(1, 12):
        for target in range(current + 1, 30):
            with pytest.raises(NoPath) as raised:
                path(current, target, LIMITS, quota=current, used=current + others)
            told = int(raised.value.remedy.removeprefix("raise the quota to ").split(",")[0])
            assert path(current, target, LIMITS, quota=told, used=current + others).steps
            with pytest.raises(NoPath):
                path(current, target, LIMITS, quota=told - 1, used=current + others)


def test_an_inferred_worst_case_refuses_nothing():
    # 700 + 250 of others is below 1,000. 400 + 700 - 100 = 1,000 of its own is inferred, and 750 have room.
    # 400 -> 350 -> 700 holds 400 + 350 - 50 = 700, then 700.
    found = path(400, 700, LIMITS, quota=1000, used=650)
    assert [step.target for step in found.steps] == [700]
    assert (found.fits, found.dip) == (False, (400, 350, 700))
    # 420 + 700 - 140 = 980 is the least of any way between: so much has room, though it takes two calls.
    assert counts(400, 700, quota=1230, used=650) == [400, 420, 700]
    assert counts(400, 700, quota=1229, used=650) == [400, 700]


def test_an_account_above_its_quota_may_still_scale_down():
    # Halving opens nothing; 12 -> 8 may hold 16, and 12 -> 6 -> 8 no more than 12.
    assert path(30, 15, LIMITS, quota=10, used=700).fits is True
    found = path(12, 8, LIMITS, quota=10)
    assert (found.fits, found.dip) == (False, (12, 6, 8))


def test_a_dip_from_above_the_most():
    # 15,000 + 9,000 - 3,000 = 21,000; 7,500 is half, and 7,500 + 9,000 - 1,500 = 15,000.
    assert path(15_000, 9_000, LIMITS, quota=15_000).dip == (15_000, 7_500, 9_000)


def test_temporary_shards_are_bounded_by_the_cuts_of_both_counts():
    # Doubling and halving hold no more than the larger count; 4 -> 6 cuts at 1/4 2/4 3/4 and 1/6 .. 5/6, of
    # which 1/2 is shared: 8 pieces.
    assert most_open(4, 8) == 8
    assert most_open(8, 4) == 8
    assert most_open(4, 6) == 8
    cuts = {i / 4 for i in range(4)} | {i / 6 for i in range(6)}
    assert len(cuts) == 8


def test_a_tight_quota_changes_the_path():
    # 20 -> 33 may hold 20 + 33 - 1 = 52; over 22 it is 20 + 22 - 2 = 40, then 22 + 33 - 11 = 44.
    assert counts(20, 33, quota=52) == [20, 33]
    assert counts(20, 33, quota=51) == [20, 22, 33]


def test_the_eleventh_call_waits_for_the_first():
    found = path(1, 2000, LIMITS)
    # 2^10 = 1,024 after ten calls; the eleventh reaches 2,000.
    assert len(found.steps) == 11
    assert [step.wait is None for step in found.steps] == [True] * 10 + [False]
    assert found.steps[10].after_call == 1
    lines = calls(found, "orders", "eu-west-1")
    assert lines[11] == "# 24 h after call 1 or later:"
    assert sum(" or later:" in line for line in lines) == 1
    # The twelfth waits for the second.
    assert [step.after_call for step in path(1, 5000, LIMITS).steps[10:]] == [1, 2, 3]


def test_calls_of_the_last_day_are_taken_to_have_been_just_now():
    def waits(used):
        return [step.wait and step.after_call for step in path(1, 4096, LIMITS, calls_used=used).steps]

    # Twelve calls. With eight used two are left; the third to the tenth wait for those to be a day old, and
    # the eleventh and twelfth for the first and second of this path.
    assert waits(8) == [None, None, *[0] * 8, 1, 2]
    assert waits(10) == [*[0] * 10, 1, 2]
    assert waits(0) == [*[None] * 10, 1, 2]
    lines = calls(path(4, 16, LIMITS, calls_used=9), "orders", None)
    assert lines[2] == "# 24 h from now or later:"
    assert sum(" or later:" in line for line in lines) == 1


@pytest.mark.parametrize("used", ["11", "-1", "some"])
def test_calls_that_cannot_have_been_are_refused(used):
    assert read_request(current="4", target="8", calls_used="10").calls_used == 10
    with pytest.raises(BadFields, match="calls_used"):
        read_request(current="4", target="8", calls_used=used)


@pytest.mark.parametrize(
    ("current", "target", "says"),
    [
        (1, 10_001, "above 10,000"),
        (20_001, 5, "half of 20,001"),
        # Below 10,000 are 9,999 at most, twice of which is 19,998.
        (19_999, 5, "half of 19,999"),
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


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("current", 1, 1_000_000),
        ("target", 1, 1_000_000),
        ("quota", 0, 1_000_000),
        # Of one shard that is open the account has one.
        ("used", 1, 1_000_000),
        # AWS allows ten calls in 24 hours.
        ("calls_used", 0, 10),
    ],
)
def test_a_request_is_read_from_the_least_of_a_field_to_its_most(field, least, most):
    plain = {"current": "1", "target": "1"}
    assert getattr(read_request(**plain | {field: f"{least}"}), field) == least
    assert getattr(read_request(**plain | {"used": None, field: f"{most}"}), field) == most
    for beyond in (least - 1, most + 1):
        with pytest.raises(BadFields, match=f"^{field}: "):
            read_request(**plain | {field: f"{beyond}"})


def test_a_stream_says_its_region_in_its_arn():
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    assert read_request(current=1, target=2).region is None
    assert read_request(current=1, target=2, stream="orders").region is None
    assert read_request(current=1, target=2, stream=arn).region == "eu-west-1"
    assert read_request(current=1, target=2, stream=arn, region="eu-west-1").region == "eu-west-1"
    with pytest.raises(BadFields) as error:
        read_request(current=1, target=2, stream=arn, region="us-east-1")
    assert error.value.problems == (
        ("region", "us-east-1 contradicts the stream's ARN, which says eu-west-1"),
    )


@pytest.mark.parametrize(
    ("before", "target", "change"), [(4, 8, Fraction(2)), (8, 14, Fraction(7, 4)), (9, 5, Fraction(5, 9))]
)
def test_a_step_is_a_share_of_the_count_before(before, target, change):
    made = Step(before, target, even=True)
    assert (made.change, made.most_open) == (change, most_open(before, target))
    assert (made.wait, made.after_call) == (None, 0)
