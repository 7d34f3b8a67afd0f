"""The invariant that every door is held to can be broken: each part of it is seen to fail."""

from __future__ import annotations

import pytest

from tests.command import Ran
from tests.doors import door, door_process, held

REFUSED = "error: nothing was computed\n  --size: 'x' is not a size\n"


def test_a_result_and_a_refusal_with_its_place_are_held():
    assert held(Ran(0, "1 shard\n", "")).code == 0
    assert held(Ran(2, "", REFUSED), place="--size").code == 2
    assert door("plan", "--size", "x", "--rps", "6", place="--size").code == 2


@pytest.mark.parametrize(
    ("ran", "more"),
    [
        (Ran(70, "", REFUSED), {}),
        (Ran(3, "", REFUSED), {}),
        (Ran(2, "", "error: nothing was computed\n"), {}),
        (Ran(2, "", "error: a value\nof two lines\n"), {}),
        (Ran(2, "", REFUSED), {"place": "a.yaml"}),
        (Ran(0, "a\x1b[31m", ""), {}),
        (Ran(0, "a\rb", ""), {}),
        (Ran(2, "", REFUSED + "  \u202ea\n"), {}),
        (Ran(0, "", "note: hunter2\n"), {"secrets": ["hunter2"]}),
        (Ran(2, "", REFUSED + "  ::error::x\n"), {}),
        (Ran(0, "a ##[error]x\n", ""), {}),
        (Ran(0, "Traceback (most recent call last)", ""), {}),
    ],
)
def test_each_part_of_the_invariant_can_fail(ran, more):
    with pytest.raises(AssertionError):
        held(ran, **more)


def test_workflow_commands_are_allowed_where_they_are_the_format():
    assert held(Ran(1, "::error file=a::b\n", ""), commands=True)


def test_a_process_is_held_too(tmp_path):
    assert door_process("plan", "--size", "1", "--rps", "1").code == 0
    with pytest.raises(AssertionError):
        door_process("plan", "--size", "1", "--rps", "1", memory=8 * 1024**2)
