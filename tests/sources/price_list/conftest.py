"""What the tests of price lists begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shardcalc.core.facts.prices import write_prices
from shardcalc.sources.price_list.offers import price_sheet, read_bulk
from shardcalc.sources.store.prices import cache_file
from tests.pricelists import bulk


@pytest.fixture
def _prices_before():
    path = Path(cache_file("eu-west-1"))
    path.parent.mkdir(parents=True)
    sheet = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    path.write_text(write_prices(sheet), encoding="utf-8")
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["eu-west-1.toml"]
