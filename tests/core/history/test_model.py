"""What a history does not know, and somebody says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shardcalc import BadFields
from shardcalc.core.history.model import History, Measurements, complete, moment, whole

BARE = History(start=0, period=60, points=0, metrics={})


def test_what_is_said_is_filled_in():
    assert complete(BARE, {"retention": "36 h"}).retention_hours == 36


def test_a_retention_of_half_an_hour_more_is_refused():
    with pytest.raises(BadFields, match="retention"):
        complete(BARE, {"retention": "90 min"})


ARN = "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders"


@pytest.mark.parametrize(
    ("stream", "arn", "which", "account"),
    [
        (None, None, None, ""),
        ("orders", None, "orders", ""),
        ("orders", ARN, ARN, "123456789012"),
        (None, ARN, ARN, "123456789012"),
    ],
)
def test_a_stream_is_named_by_its_arn_where_that_is_known(stream, arn, which, account):
    made = replace(BARE, stream=stream, arn=arn)
    assert (made.which, made.account_number) == (which, account)


def test_a_history_has_a_begin_and_an_end():
    older = Measurements(start=0, period=300, points=4, metrics={})
    made = replace(BARE, start=1200, points=10, older=(older,))
    assert (made.begin, made.end, older.end) == (0, 1800, 1200)
    assert made.parts == (made, older)
    assert replace(made, older=()).begin == 1200


def test_all_that_can_be_said_is_read():
    said = {
        "stream": "orders",
        "region": " eu-west-1 ",
        "mode": " on-demand ",
        "current": "1",
        "retention": "48",
    }
    made = complete(BARE, said)
    assert (made.stream, made.region, made.mode, made.open_shards, made.retention_hours) == (
        "orders",
        "eu-west-1",
        "ON_DEMAND",
        1,
        48,
    )
    assert complete(made, said) == made
    assert complete(made, {}) == made


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("mode", "advantage", "'advantage' is not a capacity mode; write PROVISIONED or ON_DEMAND"),
        ("retention", "90 min", "'90 min' is not a retention: whole hours"),
        ("current", "0", "'0' is not a shard count: it must be at least 1"),
        ("stream", "a b", None),
        ("region", "moon", "'moon' is not a Region with Kinesis Data Streams"),
    ],
)
def test_what_is_said_and_cannot_be_read_is_told(name, value, told):
    with pytest.raises(BadFields) as error:
        complete(BARE, {name: value})
    [(field, message)] = error.value.problems
    assert field == name
    if told is not None:
        assert message == told


def test_what_is_said_otherwise_than_the_file_is_told_for_each():
    known = replace(BARE, mode="PROVISIONED", open_shards=12, retention_hours=24)
    with pytest.raises(BadFields) as error:
        complete(known, {"mode": "on_demand", "current": "13", "retention": "24h"})
    more = "remove the flag, or check that it is the right file"
    assert list(error.value.problems) == [
        ("mode", f"'ON_DEMAND' is not what the file says: 'PROVISIONED'; {more}"),
        ("current", f"'13' is not what the file says: '12'; {more}"),
    ]


def test_whole_numbers_of_a_series_are_integers():
    made = whole([1.0, 1.5, 2, None])
    assert (made, [type(value) for value in made]) == ([1, 1.5, 2, None], [int, float, int, type(None)])


def test_a_moment_is_in_utc():
    assert moment(86_400) == datetime(1970, 1, 2, tzinfo=UTC)
