"""What not every system has: a test that needs it says so, and is skipped where it is missing."""

from __future__ import annotations

import os
import re

import pytest


def posix(needs: str) -> pytest.MarkDecorator:
    """Skip a test on Windows, which lacks what it needs."""
    return pytest.mark.skipif(os.name != "posix", reason=f"Windows has no {needs}")


def as_posix(text: str) -> str:
    r"""A text in which the example profiles stand by their names on POSIX: ``profiles/a.yaml``, and not
    ``profiles\a.yaml``, of which JSON and Markdown escape the backslash.
    """
    return text if os.sep == "/" else re.sub(r"\bprofiles\\{1,2}(?=[\w-]+\.yaml)", "profiles/", text)
