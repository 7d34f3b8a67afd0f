"""Every test of this folder has an environment of its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_environment(own_environment: None) -> None:
    """See tests/cloud.py."""
