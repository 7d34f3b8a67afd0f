"""What the pages of money say besides figures: what is not billed, for how long, and how sure it is."""

from __future__ import annotations

import pytest

from tests.command import run

PAGES = ("table", "markdown")


@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize("command", ["plan", "cost"])
def test_long_term_reads_that_are_not_billed_are_said(command, form):
    flags = ("--size", "1", "--rps", "1", "--long-term-reads", "2 TiB", "--format", form)
    said = "long-term reads of 2 TiB a month are not billed"
    assert said in " ".join(run(command, *flags, "--retention", "7d").out.split())
    kept = run(command, *flags, "--retention", "8d").out
    # 2,048 GB.
    assert (said in kept, "2,048 GB" in kept) == (False, True)
