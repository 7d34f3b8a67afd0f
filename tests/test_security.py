"""What SECURITY.md points to is there."""

from __future__ import annotations

import re

from tests.places import ROOT


def test_every_test_that_the_page_names_exists():
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
