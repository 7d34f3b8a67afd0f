"""What every test has: a cache folder of its own, so that no refreshed prices of this machine get in; the
project's folder to begin in, and 80 columns.
"""

from __future__ import annotations

import gc
from itertools import count

import pytest

from tests import fuzz
from tests.cloud import account, aws, moto, moto_process, own_environment, shardcalc
from tests.places import ROOT

__all__ = ["account", "aws", "moto", "moto_process", "own_environment", "shardcalc"]


def pytest_configure(config):
    """Before any test is read: its settings are made of the profile."""
    fuzz.choose(config.option.markexpr)


def pytest_collection_finish():
    """What is there by now stays to the end, so the collector need not look at it again in every test."""
    gc.collect()
    gc.freeze()


NUMBER = count()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    # Not made here: few tests have anything to keep there.
    folder = str(tmp_path_factory.getbasetemp() / "caches" / f"{next(NUMBER)}")
    # What platformdirs looks at first: the former on Linux and macOS, the latter on Windows.
    monkeypatch.setenv("XDG_CACHE_HOME", folder)
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", folder)


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
