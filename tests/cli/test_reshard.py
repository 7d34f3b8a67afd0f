"""reshard as a command: what cannot be used."""

from __future__ import annotations

from tests.command import run


def test_reshard_tells_every_problem_at_once():
    ran = run("reshard", "x", "0", "--region", "mars", "--stream", "a;b", "--quota", "much")
    assert (ran.code, ran.out) == (2, "")
    for flag in ("--current", "--target", "--region", "--stream", "--quota"):
        assert f"  {flag}: " in ran.err


def test_reshard_without_a_path_says_why_and_what_to_do():
    ran = run("reshard", "400", "700", "--quota", "1000", "--used", "650")
    assert (ran.code, ran.out) == (2, "")
    # 400 + 700 - 100 = 1,000 of its own, and 250 of others.
    assert "raise the quota to 1,250, which holds 400 -> 700" in ran.err
    assert run("reshard", "1", "10001").code == 2
