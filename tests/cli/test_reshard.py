"""reshard as a command: what cannot be used."""

from __future__ import annotations

from tests.command import run


def test_reshard_tells_every_problem_at_once():
    ran = run(
        "reshard", "x", "0", "--region", "mars", "--stream", "a;b", "--quota", "much", "--calls-used", "11"
    )
    assert (ran.code, ran.out) == (2, "")
    for flag in ("--current", "--target", "--region", "--stream", "--quota", "--calls-used"):
        assert f"  {flag}: " in ran.err


def test_reshard_without_a_path_says_why_and_what_to_do():
    ran = run("reshard", "400", "700", "--quota", "949", "--used", "650")
    assert (ran.code, ran.out) == (2, "")
    # 700 of its own and 250 of others; 400 + 700 - 100 = 1,000 of its own in the worst case.
    assert "raise the quota to 950, or to 1,250 for the worst case on the way" in ran.err
    assert run("reshard", "1", "10001").code == 2
