"""What a stream is held to besides its load: budget, expectations, accepted findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple, Self

from shardcalc.core.text import BadValue
from shardcalc.core.units import USD
from shardcalc.core.workload import forms
from shardcalc.core.workload.reading import (
    Field,
    count,
    read_day,
    read_each,
    read_fields,
    read_line,
    read_money,
    readers,
    schema_of,
)


class Suppression(NamedTuple):
    """A finding that is accepted: which rule, why, and until which day (that day included)."""

    rule: str
    """A rule's id or name, as written; it need not exist."""
    reason: str
    until: date | None = None
    file: str = ""
    """The policy file that it is in; empty for the profile itself."""
    path: tuple[str | int, ...] = ()
    """Where it is in its file."""

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Suppression.of(rule="over-provisioned", reason="sale season",
        until="2027-01-15")``.

        Raises:
            BadFields: listing every field that is missing or cannot be read.
        """
        return cls(**read_fields(fields, _SUPPRESSION, required=("rule", "reason")))

    def expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < today


class Expectation(NamedTuple):
    """What a profile says about its own plan."""

    shards: int | None = None
    binding: str = ""
    """The name of a limit that decides the count."""
    monthly_cost_below: USD | None = None

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Expectation.of(shards="21", binding="read-bytes", monthly_cost_below="400
        USD")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, _EXPECTATION))


class Requirements(NamedTuple):
    """What one stream is held to, besides carrying its load."""

    budget: USD | None = None
    """A month."""
    current_shards: int | None = None
    """The open shards before this profile is deployed."""
    expect: Expectation | None = None
    ignore: tuple[Suppression, ...] = ()


NO_REQUIREMENTS: Final = Requirements()


def read_suppressions(value: object) -> tuple[Suppression, ...]:
    """A list of suppressions."""
    if not isinstance(value, (list, tuple)):
        raise BadValue("write a list of rule, reason and, if it ends, until")
    return tuple(read_each(value, Suppression, "{rule: @, reason: a sale is coming}", "SC002"))


def _read_expectation(value: object) -> Expectation:
    if isinstance(value, Expectation):
        return value
    if not isinstance(value, Mapping) or not value:
        raise BadValue(f"write a mapping of {', '.join(_EXPECTATION)}")
    return Expectation.of(**value)


def _read_reason(value: object) -> str:
    text = read_line(value)
    if not text:
        raise BadValue("empty; say why the finding is accepted")
    return text


SUPPRESSION_FIELDS: Final = (
    Field("rule", read_line, "", forms.TEXT),
    Field("reason", _read_reason, "", {**forms.TEXT, "minLength": 1}),
    Field("until", read_day, "", forms.DAY),
)
_SUPPRESSION: Final = readers(SUPPRESSION_FIELDS)

EXPECTATION_FIELDS: Final = (
    Field("shards", count("a shard count", 1), "", forms.whole(1)),
    Field("binding", read_line, "", forms.TEXT),
    Field("monthly_cost_below", read_money, "", forms.MONEY),
)
_EXPECTATION: Final = readers(EXPECTATION_FIELDS)

SUPPRESSIONS_FORM: Final = {
    "type": "array",
    "items": schema_of(SUPPRESSION_FIELDS, ["rule", "reason"]),
    "examples": [[{"rule": "over-provisioned", "reason": "sale season", "until": "2027-01-15"}]],
}

REQUIREMENT_FIELDS: Final = (
    Field("budget", read_money, "the most that the stream may cost a month, before tax", forms.MONEY),
    Field(
        "current_shards",
        count("a shard count", 1),
        "open shards before this is deployed",
        forms.whole(1),
    ),
    Field(
        "expect",
        _read_expectation,
        "what this file expects of its own plan: shards, binding, monthly_cost_below",
        {
            **schema_of(EXPECTATION_FIELDS),
            "minProperties": 1,
            "examples": [{"shards": 21, "binding": "read-bytes", "monthly_cost_below": "400 USD"}],
        },
    ),
    Field(
        "ignore",
        read_suppressions,
        "findings that are accepted: rule, reason and, if it ends, until",
        SUPPRESSIONS_FORM,
    ),
)
"""The fields of a stream that only ``check`` looks at."""
