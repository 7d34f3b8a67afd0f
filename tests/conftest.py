"""What every test has: a cache folder of its own, so that no refreshed prices of this machine get in; the
project's folder to begin in, and 80 columns.
"""

from __future__ import annotations

import pytest

from tests import fuzz
from tests.cloud import account, aws, moto, moto_process, own_environment, shardcalc
from tests.places import ROOT

__all__ = ["account", "aws", "moto", "moto_process", "own_environment", "shardcalc"]


def pytest_configure(config):
    """Before any test is read: its settings are made of the profile."""
    fuzz.choose(config.option.markexpr)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
