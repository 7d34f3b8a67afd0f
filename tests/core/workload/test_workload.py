"""A workload is whole, or refused with all its problems."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shardcalc import BadFields, Size, Workload


def test_a_workload_is_refused_with_all_its_problems():
    with pytest.raises(BadFields) as caught:
        Workload.of(size="2 kilo", rps="nan", consumer=7, headroom="20")
    assert [field for field, _ in caught.value.problems] == ["size", "rps", "consumer", "headroom"]


def test_a_workload_made_of_bare_numbers_says_how_to_make_one():
    with pytest.raises(TypeError, match=r"Workload\.of\(size=1024"):
        Workload(size=1024, rps=6)  # type: ignore[arg-type]


def test_a_mix_of_sizes_gives_the_mean():
    workload = Workload.of(
        sizes=[{"size": "1 KiB", "share": "90%"}, {"size": "100 KiB", "share": "10%"}], rps=1
    )
    assert workload.size == Size(Fraction(109, 10) * 1024)
    assert workload.max_size == Size(100 * 1024)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sizes": [{"size": 1, "share": "90%"}]}, "add up to 90%, not 100%"),
        ({"size": 1, "sizes": [{"size": 1, "share": "90%"}, {"size": 2, "share": "10%"}]}, "not both"),
        ({"size": 2, "max_size": 1}, "smaller than the mean"),
        ({"size": 1, "rps": {"mean": 2, "peak": 1}}, "below the mean"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields, message):
    with pytest.raises(BadFields, match=message):
        Workload.of(**{"rps": 1, **fields})
