"""The hottest partition key: the count that it asks for, what is told of it, and its salts, worked by hand.

A key with the share p of a load l leaves its shard ``(p + (1 - p)/n) l`` at n shards. In k salts, each on a
shard of its own, at n shards: ``k >= p l (1 - 1/n) / (u - l/n)`` and ``k <= n``.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from shardcalc.core.capacity.hash_keys import shard_index
from shardcalc.core.capacity.salts import salt
from shardcalc.core.facts import built_in_limits
from tests.fuzz import examples
from tests.planned import finding, planned
from tests.workloads import plain, workloads

LIMITS = built_in_limits()

# 4 x 1,000 KiB/s / 2 MiB/s = 1.953 shards: 0.781 of it the key's, 1.172/n <= 0.219: 5.4.
READ_BY_FOUR = {"size": 1, "rps": 1000, "hottest_key": "40%", "consumers": 4}


def told(made):
    return {found.id: found.severity for found in made.findings if found.id.startswith("hot-key")}


def test_the_shard_of_the_key_is_a_limit_that_shards_relieve():
    made = planned(**READ_BY_FOUR)
    assert made.shards == 6
    [binding] = made.binding
    assert (binding.name, binding.title) == ("hottest-key", "hottest key: shared read bytes")
    # 4,000 KiB/s x (0.4 + 0.6/6) = 2,000 of 2,048 KiB/s
    assert binding.utilisation(6) == Fraction(2000, 2048)
    assert "(40% + 60%/6) / 2 MiB/s = 0.98 of a shard -> 6 shards" in binding.working


@pytest.mark.parametrize(
    ("fields", "shards", "over"),
    [
        # 5 x 1,000 KiB/s x 80 % = 4,000 KiB/s of one shard's 2,048. Without the key 2.44 shards.
        ({"hottest_key": "80%", "consumers": 5}, 3, "shared read bytes"),
        # 400 records/s of the key where the reader handles 300. Without the key 3.33 shards.
        ({"consumers": [{"name": "slow", "type": "kcl", "max_rps_per_shard": 300}]}, 4, "speed of slow"),
        # All of a key that just fits a shard leaves no place for a part of the rest: 10 % of 10 MiB/s.
        ({"size": 1024, "rps": 10, "hottest_key": "10%", "consumers": 1}, 10, "write bytes"),
    ],
)
def test_a_key_that_no_count_carries_is_an_error_and_left_out_of_the_count(fields, shards, over):
    made = planned(**{**READ_BY_FOUR, **fields})
    assert (made.shards, told(made)) == (shards, {"hot-key": "error"})
    found = finding(made, "hot-key")
    assert over in found.message
    assert "more shards will not help" in found.message
    assert [limit.shards for limit in made.unrelieved] == [0] * len(made.unrelieved)
    assert "no count helps" in made.unrelieved[0].working


def test_a_key_that_leaves_no_reserve_anywhere_is_a_warning_and_may_fill_its_shard():
    # 1,500/s: 900 of the key, more than 800 that 25 % headroom leaves. 0.9 + 0.6/n <= 1: 6 shards, full.
    made = planned(size="100 B", rps=1500, hottest_key="60%", headroom="25%")
    assert (made.shards, told(made)) == (6, {"hot-key-shard": "warning"})
    found = finding(made, "hot-key-shard")
    assert "uses 100% of write records: no count leaves it the reserve (25% headroom)" in found.message


def test_where_the_key_more_than_doubles_the_count_salts_lead():
    # Without the key 2 shards, 6 with it. Two have no room for salts: 0.781 x (1/2) / (1 - 0.977) = 16.7 > 2;
    # on three 0.781 x (2/3) / (1 - 0.651) = 1.5: 2 salts.
    found = finding(planned(**READ_BY_FOUR), "hot-key-shard")
    assert found.severity == "warning"
    assert "decides the count: 6 shards, and 3 shards with the key in 2 salts" in found.message
    assert found.remedy.startswith("spread it over 2 salted keys")
    assert found.remedy.endswith("or keep the key as it is on 6 shards")


def test_where_the_key_at_most_doubles_the_count_shards_lead():
    # 10 MiB/s: 0.5 + 9.5/n <= 1: 19 shards, where 10 carry it without the key. Ten are full; on eleven
    # 0.5 x (10/11) / (1 - 10/11) = 5 salts.
    made = planned(size=1024, rps=10, hottest_key="5%", consumers=1)
    found = finding(made, "hot-key-shard")
    assert (made.shards, found.severity) == (19, "info")
    assert "decides the count: 19 shards, and 11 shards with the key in 5 salts" in found.message
    assert found.remedy.startswith("19 shards, or spread it over 5 salted keys")


@pytest.mark.parametrize(
    ("shards", "known"),
    [(5, {"hot-key-shard": "warning"}), (6, {}), (7, {}), (None, {"hot-key-shard": "warning"})],
)
def test_declared_shards_that_hold_the_key_are_no_finding(shards, known):
    fields = {} if shards is None else {"shards": shards}
    assert told(planned(**READ_BY_FOUR, **fields)) == known


def test_a_key_that_a_shard_holds_is_no_finding():
    # 1.5 MiB/s: 2 shards, and 1.5 x (0.3 + 0.7/2) = 0.975 on the key's.
    made = planned(size=1024, rps="1.5", hottest_key="30%")
    assert (made.shards, told(made), salt(made, LIMITS)) == (2, {}, None)
    assert salt(planned(size=1024, rps="1.5"), LIMITS) is None


# ── salts ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("share", "salts", "shards"),
    [
        # l = 10, u = 1: k >= p x 10 (n - 1)/(n - 10). On 11 it is 100 p, on 12 it is 55 p, on 13 it is 40 p.
        ("10%", 10, 11),
        ("20%", 11, 12),
        ("25%", 10, 13),
    ],
)
def test_the_fewest_shards_that_have_one_for_each_salt(share, salts, shards):
    found = salt(planned(size="100 B", rps=10_000, hottest_key=share), LIMITS)
    assert (found.number, found.shards, found.keys) == (salts, shards, ())


def test_salts_keep_the_reserve():
    # 1,500/s, u = 0.8: 1.875 shards, 2. There 0.9 x (1/2) / (0.8 - 0.75) = 9 > 2; on three
    # 0.9 x (2/3) / (0.8 - 0.5) = 2.
    found = salt(planned(size="100 B", rps=1500, hottest_key="60%", headroom="25%"), LIMITS)
    assert (found.number, found.shards) == (2, 3)


@pytest.mark.parametrize("share", ["10%", "20%", "25%"])
@pytest.mark.parametrize("key", ["user-1", "DEFAULT", "κλειδί"])
def test_salted_keys_land_each_on_a_shard_of_its_own(share, key):
    made = planned(size="100 B", rps=10_000, hottest_key={"share": share, "key": key})
    found = salt(made, LIMITS)
    assert len({shard_index(salted, found.shards) for salted in found.keys}) == found.number
    assert all(salted.startswith(f"{key}#") for salted in found.keys)
    remedy = finding(made, "hot-key").remedy
    assert all(salted in remedy for salted in found.keys[:8])
    assert f"and {found.number - 8} more, each on a shard of its own of {found.shards}" in remedy


def test_a_key_as_long_as_aws_takes_has_no_room_for_a_salt_and_is_planned():
    made = planned(size="100 B", rps=10_000, hottest_key={"share": "10%", "key": "k" * 256})
    assert salt(made, LIMITS).keys == ()
    assert "over 10 salted keys (key#0" in finding(made, "hot-key").remedy


@examples(150)
@given(workloads(), st.integers(1, 100))
def test_the_key_in_so_many_salts_on_so_many_shards_breaks_nothing(case, percent):
    fields = {**case.fields}
    fields.setdefault("hottest_key", f"{percent}%")
    made = plan(Workload.of(**fields))
    found = salt(made, LIMITS)
    assume(found is not None)
    share = made.workload.hottest_key.share / found.number
    salted = plan(Workload.of(**{**fields, "hottest_key": f"{plain(100 * share)}%", "shards": found.shards}))
    assert not {"error", "warning"} & set(told(salted).values())
    assert salted.shards <= found.shards
    # A shard less holds no such salts, or is too few for the stream itself.
    load = max(limit.load for limit in made.constraints)
    less = found.shards - 1
    room = made.reserve.used - load / less if less else 0
    without = max(limit.shards for limit in made.constraints if limit.key is None)
    assert less < without or room <= 0 or share * found.number * load * (1 - Fraction(1, less)) / room > less
