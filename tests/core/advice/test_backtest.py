"""The backtest, worked by hand."""

from __future__ import annotations

from fractions import Fraction

from tests.suggested import found
from tests.synthetic import (
    DAY,
    history,
    records,
)


def test_the_backtest_is_worked_by_hand():
    made = found(history(), shards=[6, 4])
    rows = {row.shards: row for row in made.rows}
    # 8 carry 8,000/s without headroom, to the last record.
    assert sorted(rows) == [4, 6, 8, 9, 10, 11, 12]
    assert rows[8].worst == 1
    assert rows[8].over == 0
    assert rows[8].roles == ("just enough",)
    assert rows[10].roles == ("advised",)
    assert rows[12].roles == ("now",)
    # 6 are asked for more only in the 60 minutes of the sale, by a third.
    assert (rows[6].over, rows[6].excess) == (60, Fraction(1, 3))
    assert rows[6].roles == ("asked",)
    # 4 carry 240,000 a minute, and the day's cosine is above that from 9:33 to 14:27: (1 - cos) / 2 > 0.8.
    plain = sum(count > 240_000 for count in records()[:DAY])
    assert plain == 425
    assert rows[4].over == 14 * plain + 60
    assert rows[10].worst == Fraction(8, 10)
    assert rows[12].shard_hours == 12 * 14 * 24
    # Half of a day has less than 150,000 records a minute (2,500/s) and half has more, sale aside.
    assert abs(rows[10].p50 - Fraction(25, 100)) < Fraction(1, 100)
