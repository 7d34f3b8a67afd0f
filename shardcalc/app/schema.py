"""The JSON Schemas of profiles and policy files, from the tables of their fields, and of the JSON documents,
from their types in the store.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from shardcalc.core.lint.policy import SHARED_FIELDS, policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.workload.declared import STREAM_FIELDS
from shardcalc.core.workload.forms import STREAM_NAME, mapping_of
from shardcalc.core.workload.reading import schema_of

_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_VERSION = {"const": 1, "description": "version of this format"}


class Document(StrEnum):
    """A JSON document with a published schema."""

    HISTORY = "history"
    PLAN = "plan"
    CHECK = "check"
    SUGGEST = "suggest"
    FLEET = "fleet"


def document_schema(document: Document) -> dict[str, Any]:
    """The JSON Schema of a document that a command writes."""
    from shardcalc.sources.store.outputs import json_schema

    return {**_DIALECT, **json_schema(document), "title": f"shardcalc {document}"}


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile."""
    stream = {"$ref": "#/$defs/StreamFields"}
    streams = {
        "type": "object",
        "propertyNames": STREAM_NAME,
        "additionalProperties": stream,
        "minProperties": 1,
        "description": "one entry a stream, by its name",
    }
    profile = mapping_of(
        ["version", "streams"],
        version=_VERSION,
        defaults={**stream, "description": "fields for every stream that does not give its own"},
        policy={
            **schema_of([field for field in policy_fields(NAMES) if field not in SHARED_FIELDS]),
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
        **mapping_of(["version", "policy"], version=_VERSION, policy=schema_of(policy_fields(NAMES))),
    }
