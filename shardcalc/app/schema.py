"""The JSON Schemas of a profile and of a policy file, published by pydantic.

A profile is read by the readers of ``workload.py``, the same as flags, and by nothing else: they are faster, they name
every problem, and there is one of each. What they accept is described here, field by field, for editors and for
validators in other languages; the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema
from typing_extensions import TypedDict

from shardcalc.core.lint.policy import GRADES
from shardcalc.core.workload.help import HELP, POLICY_HELP

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "number", "exclusiveMinimum": 0}


def _either(pattern: str, *examples: object) -> dict[str, Any]:
    return {"anyOf": [_NUMBER, {"type": "string", "pattern": pattern}], "examples": list(examples)}


_N: Final = r"^\s*[0-9][0-9_]*(\.[0-9]+)?([eE][+-]?[0-9]+)?(/[0-9.]+)?\s*"
_SIZE: Final = _either(_N + r"([bB]|bytes?|[kKmMgG]([iI]?[bB])?)?\s*$", 1, "512 B", "1.5 KiB", "1 MiB")
_RATE: Final = _either(
    _N + r"[kKMG]?\s*(records?|rps)?\s*(/\s*(s|sec|second|min|minute|h|hr|hour|d|day))?\s*$",
    6,
    16.67,
    "90k/min",
    "8/day",
)
_SHARE: Final = {
    "anyOf": [
        {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
        {"type": "string", "pattern": _N + r"%?\s*$"},
    ],
    "examples": ["20%", 0.2],
}
_DURATION: Final = {
    "type": "string",
    "pattern": _N + r"(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*$",
    "examples": ["200 ms", "6h", "7d"],
}


def _count(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


_PAIRS: Final = {"type": "string", "pattern": "="}
"""``name=value,name=value``, the form of flags, which a file may use as well."""


def _object(required: Sequence[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_MONEY: Final = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _N + r"(USD)?\s*$"}],
    "examples": ["400 USD"],
}


def _either_form(mapping: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [mapping, _PAIRS]}


_CONSUMER: Final = _object(
    ["type"],
    name=_TEXT,
    type={"enum": ["kcl", "lambda", "firehose", "flink", "sdk", "fan-out"]},
    poll_interval=_DURATION
    | {"description": "time between GetRecords calls on each shard, instead of the type's default"},
    max_rps_per_shard=_RATE
    | {"description": "the most producer records a second that it handles from one shard"},
    parallelization_factor=_count(1) | {"description": "Lambda: concurrent batches per shard"},
    batch_size=_count(1) | {"description": "Lambda: stream records per batch"},
    batch_duration=_DURATION | {"description": "Lambda: how long one batch takes"},
)

FORMS: Final[Mapping[str, dict[str, Any]]] = {
    "size": _SIZE,
    "sizes": {
        "anyOf": [
            {
                "type": "array",
                "minItems": 1,
                "items": _either_form(_object(["size", "share"], size=_SIZE, share=_SHARE)),
            },
            _PAIRS,
        ]
    },
    "max_size": _SIZE,
    "max_record_size": _SIZE,
    "rps": {
        "anyOf": [*_RATE["anyOf"], _object(["mean", "peak"], mean=_RATE, peak=_RATE), _PAIRS],
        "examples": [6, "90k/min", {"mean": 100, "peak": "20k/min"}],
    },
    "consumers": {
        "anyOf": [_count(0), {"type": "array", "items": _either_form(_CONSUMER)}, _PAIRS],
        "examples": [2, [{"name": "billing", "type": "lambda"}]],
    },
    "fan_out": _count(0),
    "headroom": _SHARE,
    "hottest_key": _SHARE,
    "skew": {
        "anyOf": [{"type": "number", "minimum": 1}, {"type": "string", "pattern": _N + r"x?\s*$"}],
        "examples": [1.5],
    },
    "catch_up": _either_form(_object(["outage", "within"], outage=_DURATION, within=_DURATION))
    | {"examples": [{"outage": "6h", "within": "2h"}]},
    "aggregation": {
        "anyOf": [_object(["target_size"], target_size=_SIZE), _SIZE["anyOf"][1], _PAIRS],
        "examples": [{"target_size": "25 KiB"}, "25 KiB"],
    },
    "retention": {"anyOf": [_NUMBER, _DURATION], "examples": ["7d", 168]},
    "long_term_reads": _SIZE,
    "mode": {
        "enum": [
            "provisioned",
            "on-demand-standard",
            "on-demand-advantage",
            "on-demand",
            "PROVISIONED",
            "ON_DEMAND",
        ]
    },
    "region": _TEXT | {"examples": ["us-east-1"]},
    "shards": _count(1),
    "growth": {
        "type": "string",
        "pattern": _N + r"%?\s*/\s*(month|year)\s*$",
        "examples": ["5%/month", "80%/year"],
    },
    "horizon": {
        "type": "string",
        "pattern": _N + r"(months?|years?)\s*$",
        "examples": ["12 months", "2 years"],
    },
    "owner": _TEXT,
    "notes": _TEXT,
    "budget": _MONEY,
    "max_utilisation": _SHARE,
    "current_shards": _count(1),
    "expect": _object([], shards=_count(1), binding=_TEXT, monthly_cost_below=_MONEY)
    | {
        "minProperties": 1,
        "examples": [{"shards": 21, "binding": "read-bytes", "monthly_cost_below": "400 USD"}],
    },
    "ignore": {
        "type": "array",
        "items": _object(
            ["rule", "reason"],
            rule=_TEXT,
            reason=_TEXT | {"minLength": 1},
            until={"type": "string", "pattern": r"^\s*\d{4}-\d{2}-\d{2}\s*$"},
        ),
        "examples": [[{"rule": "over-provisioned", "reason": "sale season", "until": "2027-01-15"}]],
    },
}
"""What each field of a stream looks like, as JSON Schema."""


StreamFields = TypedDict(  # type: ignore[misc]  # the fields are those of the table above
    "StreamFields",
    {
        name: Annotated[Any, WithJsonSchema(form), Field(description=HELP[name])]
        for name, form in FORMS.items()
    },
    total=False,
)
StreamFields.__pydantic_config__ = ConfigDict(extra="forbid", title="Stream")  # type: ignore[attr-defined]


class ProfileFields(TypedDict, total=False):
    """One YAML document."""

    version: Annotated[Any, WithJsonSchema({"const": 1}), Field(description="version of this format")]
    defaults: Annotated[StreamFields, Field(description="fields for every stream that does not give its own")]
    policy: Annotated[
        Any,
        WithJsonSchema({"type": "object"}),
        Field(description="what check holds the streams of this file to"),
    ]
    streams: Annotated[dict[str, StreamFields], Field(description="one entry a stream, by its name")]


ProfileFields.__pydantic_config__ = ConfigDict(extra="forbid", title="shardcalc profile")  # type: ignore[attr-defined]


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile."""
    made = TypeAdapter(ProfileFields).json_schema()
    made["required"] = ["version", "streams"]
    made["properties"]["streams"]["minProperties"] = 1
    made["properties"]["policy"] |= _policy_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, ``.shardcalc.yaml``."""
    made = _object(
        ["version", "policy"],
        version={"const": 1, "description": "version of this format"},
        policy=_policy_schema(),
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "shardcalc policy", **made}


def _policy_schema() -> dict[str, Any]:
    from shardcalc.core.lint.rules import RULES

    forms: dict[str, dict[str, Any]] = {
        "budget": _MONEY,
        "max_utilisation": _SHARE,
        "over_provisioned_above": _SHARE,
        "saving_above": _MONEY,
        "retention_share_above": _SHARE,
        "facts_older_than": _DURATION,
        "rules": {
            "type": "object",
            "propertyNames": {"enum": [key for rule in RULES for key in (rule.name, rule.id)]},
            "additionalProperties": {"enum": [*(grade for grade in GRADES if grade != "false"), False]},
            "examples": [{"over-provisioned": "error", "peak-missing": "off"}],
        },
        "ignore": FORMS["ignore"],
    }
    return _object([], **{name: form | {"description": POLICY_HELP[name]} for name, form in forms.items()})
