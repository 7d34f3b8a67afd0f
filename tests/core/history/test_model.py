"""What a history does not know, and somebody says."""

from __future__ import annotations

import pytest

from shardcalc import BadFields
from shardcalc.core.history.model import History, complete

BARE = History(start=0, period=60, points=0, metrics={})


def test_what_is_said_is_filled_in():
    assert complete(BARE, {"retention": "36 h"}).retention_hours == 36


def test_a_retention_of_half_an_hour_more_is_refused():
    with pytest.raises(BadFields, match="retention"):
        complete(BARE, {"retention": "90 min"})
