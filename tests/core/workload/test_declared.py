"""Streams that somebody declared: where a field of theirs is."""

from __future__ import annotations

import pytest

from shardcalc import Workload
from shardcalc.core.workload.declared import DeclaredStream, Document, Place

STREAM = DeclaredStream(
    name="orders",
    workload=Workload.of(size=1, rps=1),
    origins={"size": "stream", "headroom": "defaults", "region": "flag"},
    place=Place(3, 3),
    document=Document("orders.yaml", {}, lambda path: Place(len(path), 9)),
)


@pytest.mark.parametrize(
    ("at", "path"),
    [
        (("size",), ("streams", "orders", "size")),
        (("headroom",), ("defaults", "headroom")),
        # What a flag said, or nobody, stands in no file: the stream's name has to do.
        (("region",), ("streams", "orders")),
        (("retention",), ("streams", "orders")),
        ((), ("streams", "orders")),
    ],
)
def test_a_field_is_where_it_was_given(at, path):
    assert STREAM.path_of(at) == path


def test_a_field_that_no_file_gives_is_at_the_name_of_the_stream():
    assert (STREAM.locate(("region",)), STREAM.locate(("size",))) == (Place(3, 3), Place(3, 9))
