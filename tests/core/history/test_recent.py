"""The last days of a history, across its finer and coarser parts."""

from __future__ import annotations

import pytest

from shardcalc.core.history.demand import recent
from shardcalc.core.history.model import History, Measurements

NOON = 1_795_219_200 - 43_200
HOUR = 3600
WHOLE = History(
    start=NOON,
    period=60,
    points=720,
    metrics={"IncomingBytes": list(range(720))},
    older=(
        Measurements(
            start=NOON - 24 * HOUR,
            period=300,
            points=288,
            metrics={"IncomingBytes": list(range(288))},
            shards={"shardId-000000000000": {"IncomingBytes": list(range(288))}},
        ),
        Measurements(
            start=NOON - 72 * HOUR, period=HOUR, points=48, metrics={"IncomingBytes": list(range(48))}
        ),
    ),
)


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        # 12 h at a minute, 24 h at five, 48 h at sixty: 84 h in all.
        (None, [12, 24, 48]),
        (4, [12, 24, 48]),
        (3, [12, 24, 36]),
        (2, [12, 24, 12]),
        (1, [12, 12]),
    ],
)
def test_the_last_days_are_cut_out_of_each_part(days, hours):
    cut = recent(WHOLE, days)
    assert [part.points * part.period for part in cut.parts] == [each * HOUR for each in hours]
    assert cut.end == WHOLE.end
    for part in cut.parts:
        assert len(part.metrics["IncomingBytes"]) == part.points
    # Each part keeps its newest values.
    kept, had = cut.parts[-1], WHOLE.parts[len(cut.parts) - 1]
    assert kept.metrics["IncomingBytes"][-1] == had.metrics["IncomingBytes"][-1]
    assert kept.start == had.end - kept.points * kept.period


def test_the_finest_part_can_be_cut_too():
    longer = History(start=NOON, period=60, points=2880, metrics={"IncomingBytes": list(range(2880))})
    cut = recent(longer, 1)
    assert (cut.points, cut.metrics["IncomingBytes"][0]) == (1440, 1440)
