"""Tables in a real terminal: as wide as it is, nothing cut, and coloured only there."""

from __future__ import annotations

import pytest

from tests import golden
from tests.command import HEADLINE, run
from tests.terminal import in_terminal, plain


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "profiles"),
        ("plan", "profiles/change-data.yaml", "--explain"),
        ("cost", "profiles/orders.yaml", "--break-even"),
    ],
)
def test_no_line_is_wider_than_the_terminal(columns, arguments):
    drawn = plain(in_terminal(columns, *arguments))
    assert max(map(len, drawn.splitlines())) <= columns
    assert "…" not in drawn


@pytest.mark.parametrize("columns", [80, 120])
def test_a_page_fits_the_terminal_and_nothing_is_cut(columns):
    drawn = plain(in_terminal(columns, *HEADLINE))
    golden.check(f"plan/terminal-{columns}.txt", drawn)
    assert max(map(len, drawn.splitlines())) <= columns
    [binding] = [line for line in drawn.splitlines() if line.endswith("binding")]
    assert binding.startswith("shared read bytes  42 MiB/s")
    assert "…" not in drawn


def test_colour_is_used_in_a_terminal_and_no_color_is_honoured():
    assert "\x1b[" in in_terminal(80, *HEADLINE)
    assert "\x1b[3" not in in_terminal(80, *HEADLINE, NO_COLOR="1")
    assert "\x1b[" not in run(*HEADLINE).out
