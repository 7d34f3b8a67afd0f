"""The forms of a value as JSON Schema: what the readers accept, said for editors and for validators in other
languages.

The tests check that the readers and these schemas accept the same values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]
"""What a field looks like, as JSON Schema."""

TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "number", "exclusiveMinimum": 0}


def either(pattern: str, *examples: object) -> dict[str, Any]:
    """A number above zero, or text of a pattern."""
    return {"anyOf": [NUMBER, {"type": "string", "pattern": pattern}], "examples": list(examples)}


DIGITS: Final = r"^\s*([0-9][0-9_]*|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?([eE][+-]?[0-9]+)?(/[0-9.]+)?\s*"
SIZE: Final = either(DIGITS + r"([bB]|bytes?|[kKmMgGtT]([iI]?[bB])?)?\s*$", 1, "512 B", "1.5 KiB", "1 MiB")
VOLUME: Final = {**SIZE, "examples": ["500 GiB", "2 TiB"]}
RATE: Final = either(
    DIGITS + r"[kKMG]?\s*(records?|rps)?\s*(/\s*(s|sec|second|min|minute|h|hr|hour|d|day|w|week|month))?\s*$",
    6,
    16.67,
    "90k/min",
    "8/day",
)
PEAK: Final = {
    "anyOf": [*RATE["anyOf"], {"type": "string", "pattern": DIGITS + r"x\s*$"}],
    "examples": ["90k/min", "10x"],
}
"""A rate, or a multiple of the mean."""
BYTE_RATE: Final = {
    "type": "string",
    "pattern": DIGITS
    + r"([bB]|bytes?|[kKmMgGtT]([iI]?[bB])?)?\s*"
    + r"/\s*(s|sec|second|min|minute|h|hr|hour|d|day|w|week|month)\s*$",
    "examples": ["5 MB/s", "400 GB/day"],
}
BYTE_PEAK: Final = {
    "anyOf": [BYTE_RATE, {"type": "string", "pattern": DIGITS + r"x\s*$"}],
    "examples": ["5 MB/s", "10x"],
}
SHARE: Final = {
    "anyOf": [
        {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        {"type": "string", "pattern": DIGITS + r"%?\s*$"},
    ],
    "examples": ["20%", 0.2],
}
DURATION: Final = {
    "type": "string",
    "pattern": DIGITS
    + r"(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*$",
    "examples": ["200 ms", "6h", "7d"],
}

PARTITION_KEY_MOST: Final = 256
"""Characters. Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html"""
PARTITION_KEY: Final = {**TEXT, "minLength": 1, "maxLength": PARTITION_KEY_MOST}
STREAM_NAME: Final = {"type": "string", "pattern": r"^[a-zA-Z0-9_.-]{1,128}$"}
"""Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html"""
STREAM_ARN: Final = {
    "type": "string",
    "pattern": r"^arn:aws[a-z-]*:kinesis:[a-z0-9-]+:[0-9]{12}:stream/[a-zA-Z0-9_.-]{1,128}$",
}
"""Of any partition: aws, aws-cn, aws-us-gov, ..."""
DAY: Final = {"type": "string", "pattern": r"^\s*2[01][0-9]{2}-[0-9]{2}-[0-9]{2}\s*$"}


def whole(least: int) -> dict[str, Any]:
    """A whole number."""
    return {"type": "integer", "minimum": least}


PAIRS: Final = {"type": "string", "pattern": "="}
"""``name=value,name=value``, the form of flags, which a file may use as well."""


def mapping_of(required: Sequence[str], **properties: Schema) -> dict[str, Any]:
    """A mapping of these fields and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


MONEY: Final = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": DIGITS + r"(USD)?\s*$"}],
    "examples": ["400 USD"],
}


def or_pairs(mapping: Schema) -> dict[str, Any]:
    """A mapping, or the same as ``name=value,name=value``."""
    return {"anyOf": [mapping, PAIRS]}
