"""The JSON Schemas of a profile and of a policy file, from the tables of their fields."""

from __future__ import annotations

from typing import Any

from shardcalc.core.lint.policy import policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.workload.declared import STREAM_FIELDS
from shardcalc.core.workload.forms import mapping_of
from shardcalc.core.workload.reading import schema_of

_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_VERSION = {"const": 1, "description": "version of this format"}


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile."""
    stream = {"$ref": "#/$defs/StreamFields"}
    streams = {
        "type": "object",
        "additionalProperties": stream,
        "minProperties": 1,
        "description": "one entry a stream, by its name",
    }
    profile = mapping_of(
        ["version", "streams"],
        version=_VERSION,
        defaults={**stream, "description": "fields for every stream that does not give its own"},
        policy={
            **_policy(),
            "description": "thresholds, grades of rules and suppressions for the streams of this file",
        },
        streams=streams,
    )
    fields = {"title": "Stream", **schema_of(STREAM_FIELDS)}
    return {
        **_DIALECT,
        "title": "shardcalc profile",
        "description": "One YAML document.",
        "$defs": {"StreamFields": fields},
        **profile,
    }


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy file, ``.shardcalc.yaml``."""
    return {
        **_DIALECT,
        "title": "shardcalc policy",
        **mapping_of(["version", "policy"], version=_VERSION, policy=_policy()),
    }


def _policy() -> dict[str, Any]:
    return schema_of(policy_fields(NAMES))
