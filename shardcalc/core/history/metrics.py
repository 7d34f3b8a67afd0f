"""The metrics that a history can hold, by CloudWatch's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INCOMING_BYTES: Final = "IncomingBytes"


INCOMING_RECORDS: Final = "IncomingRecords"


WRITE_THROTTLED: Final = "WriteProvisionedThroughputExceeded"


READ_THROTTLED: Final = "ReadProvisionedThroughputExceeded"


GET_BYTES: Final = "GetRecords.Bytes"


GET_SUCCESS: Final = "GetRecords.Success"


GET_CALLS: Final = "GetRecords.Records:SampleCount"


ITERATOR_AGE: Final = "GetRecords.IteratorAgeMilliseconds"


FAN_OUT_BYTES: Final = "SubscribeToShardEvent.Bytes"


FAN_OUT_LAG: Final = "SubscribeToShardEvent.MillisBehindLatest"


OUTGOING_BYTES: Final = "OutgoingBytes"


STREAM_METRICS: Final[Mapping[str, str]] = {
    INCOMING_BYTES: "Sum",
    INCOMING_RECORDS: "Sum",
    WRITE_THROTTLED: "Sum",
    READ_THROTTLED: "Sum",
    GET_BYTES: "Sum",
    GET_SUCCESS: "Sum",
    GET_CALLS: "SampleCount",
    ITERATOR_AGE: "Maximum",
}
"""The metrics of a stream that a history can hold, by their key, and the statistic that each is."""


CONSUMER_METRICS: Final[Mapping[str, str]] = {FAN_OUT_BYTES: "Sum", FAN_OUT_LAG: "Maximum"}
"""The metrics of one registered consumer (dimensions StreamName and ConsumerName)."""


SHARD_METRICS: Final[Mapping[str, str]] = {
    INCOMING_BYTES: "Sum",
    INCOMING_RECORDS: "Sum",
    OUTGOING_BYTES: "Sum",
    "OutgoingRecords": "Sum",
    WRITE_THROTTLED: "Sum",
    READ_THROTTLED: "Sum",
    "IteratorAgeMilliseconds": "Maximum",
}
"""The metrics of one shard (dimensions StreamName and ShardId); they exist where enhanced monitoring is
switched on."""
