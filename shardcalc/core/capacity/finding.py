"""A finding: what more shards may not relieve, with its severity, its remedy and its fact."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from shardcalc.core.facts import Fact


class Severity(StrEnum):
    """How bad it is: ``error`` loses or refuses data, ``warning`` throttles or surprises, ``info`` is worth
    knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(NamedTuple):
    """One thing to know about a plan, and what to do about it."""

    id: str
    severity: Severity
    message: str
    remedy: str
    """What to do; empty when there is nothing to do."""
    fact: Fact[Any] | None = None
    at: tuple[str | int, ...] = ()
    """The field at fault, where the finding's id does not tell: one consumer's, say."""
