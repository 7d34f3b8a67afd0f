"""What ``check`` holds streams to: thresholds, grades of rules, suppressions, expectations.

The words stand in a profile (``policy``, and some fields of a stream) or in ``.shardcalc.yaml``; this module reads them
into values. What they mean is decided by the rules (``rules.py``). No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final, Self

from shardcalc.core.capacity.findings import Severity
from shardcalc.core.units import USD, BadValue, Duration, read_count, read_share, shown
from shardcalc.core.workload.workload import (
    BadFields,
    Reader,
    _duration,
    _read_each,
    _text,
    nearest,
    read_fields,
    read_line,
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A finding that is accepted: which rule, why, and until which day (that day included)."""

    rule: str
    """A rule's id or name, as written; it need not exist."""
    reason: str
    until: date | None = None
    file: str = ""
    """The policy file that it stands in; empty for the profile itself."""
    path: tuple[str | int, ...] = ()
    """Where it stands in its file."""

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Suppression.of(rule="over-provisioned", reason="sale season", until="2027-01-15")``.

        Raises:
            BadFields: listing every field that is missing or cannot be read.
        """
        return cls(**read_fields(fields, SUPPRESSION_FIELDS, required=("rule", "reason")))

    def expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a profile says about its own plan."""

    shards: int | None = None
    binding: str = ""
    """The name of a limit that decides the count."""
    monthly_cost_below: USD | None = None

    @classmethod
    def of(cls, /, **fields: object) -> Self:
        """Read from text: ``Expectation.of(shards="21", binding="read-bytes", monthly_cost_below="400 USD")``.

        Raises:
            BadFields: listing every field that cannot be read.
        """
        return cls(**read_fields(fields, EXPECTATION_FIELDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one stream is held to, besides carrying its load."""

    budget: USD | None = None
    """A month."""
    max_utilisation: Fraction | None = None
    current_shards: int | None = None
    """The open shards before this profile is deployed."""
    expect: Expectation | None = None
    ignore: tuple[Suppression, ...] = ()


NOTHING_ASKED: Final = Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Thresholds, grades and suppressions for many streams."""

    budget: USD | None = None
    max_utilisation: Fraction | None = None
    over_provisioned_above: Fraction = Fraction(1, 4)
    """How much more shards than needed may be declared."""
    saving_above: USD = USD(20)  # noqa: RUF009  # a quantity cannot be changed
    """A month; what saves less is not worth a finding."""
    retention_share_above: Fraction = Fraction(1, 2)
    """The part of a bill that keeping records may take."""
    facts_older_than: Duration = Duration.hours(365 * 24)  # noqa: RUF009
    rules: Mapping[str, Severity | None] = field(default_factory=dict)
    """A rule's severity, by its id; None turns it off."""
    ignore: tuple[Suppression, ...] = ()


def layered(layers: Iterable[Mapping[str, Any]]) -> Policy:
    """Make one policy of several, the first winning; grades are merged rule by rule, suppressions add up."""
    made: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            if name == "rules":
                made[name] = {**value, **made.get(name, {})}
            elif name == "ignore":
                made[name] = (*made.get(name, ()), *value)
            else:
                made.setdefault(name, value)
    return Policy(**made)


# ── reading fields ───────────────────────────────────────────────────────────────────────────────


def read_money(value: object) -> USD:
    """An amount of US dollars."""
    return value if isinstance(value, USD) else USD.parse(_text(value))


def read_day(value: object) -> date:
    """A day, as 2027-01-15."""
    text = _text(value).strip()
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"{shown(text)} is not a day; write for example 2027-01-15")


def read_suppressions(value: object) -> tuple[Suppression, ...]:
    """A list of suppressions."""
    if not isinstance(value, (list, tuple)):
        raise BadValue("write a list of rule, reason and, if it ends, until")
    return tuple(_read_each(value, Suppression))


def read_expectation(value: object) -> Expectation:
    """A mapping of expectations."""
    if isinstance(value, Expectation):
        return value
    if not isinstance(value, Mapping) or not value:
        raise BadValue(f"write a mapping of {', '.join(EXPECTATION_FIELDS)}")
    return Expectation.of(**value)


def read_policy(value: object) -> dict[str, Any]:
    """The fields of a policy that are given, read.

    Raises:
        BadFields: listing every field that cannot be read.
    """
    if not isinstance(value, Mapping):
        raise BadValue(f"write a mapping of {', '.join(POLICY_FIELDS)}")
    return read_fields(value, POLICY_FIELDS)


def read_grades(value: object) -> dict[str, Severity | None]:
    """A mapping of rules to error, warning, info or off; the result is by rule id."""
    from shardcalc.core.lint.rules import BY_NAME  # the rules read policies, so they cannot be imported above

    if not isinstance(value, Mapping):
        raise BadValue("write a mapping of rules to error, warning, info or off")
    made: dict[str, Severity | None] = {}
    problems: list[tuple[str, str]] = []
    for name, written in value.items():
        rule = BY_NAME.get(name.lower())
        grade = written.strip().lower() if isinstance(written, str) else ""
        if rule is None:
            problems.append((name, f"unknown rule{nearest(name, BY_NAME)}"))
        elif rule.id in made:
            problems.append((name, f"{rule.id} and {rule.name} are the same rule; give it once"))
        elif grade not in GRADES:
            problems.append((name, f"{shown(written)} is not a grade; write one of {', '.join(GRADES)}"))
        else:
            made[rule.id] = GRADES[grade]
    if problems:
        raise BadFields(problems)
    return made


def _reason(value: object) -> str:
    text = read_line(value)
    if not text:
        raise BadValue("empty; say why the finding is accepted")
    return text


_read_share: Reader = lambda value: read_share(_text(value), "a share", most=Fraction(1))

GRADES: Final[Mapping[str, Severity | None]] = {
    **{severity.value: severity for severity in Severity},
    "off": None,
    "false": None,
}
SUPPRESSION_FIELDS: Final[Mapping[str, Reader]] = {"rule": read_line, "reason": _reason, "until": read_day}
EXPECTATION_FIELDS: Final[Mapping[str, Reader]] = {
    "shards": lambda value: read_count(_text(value), "a shard count", least=1),
    "binding": read_line,
    "monthly_cost_below": read_money,
}
ASKED_FIELDS: Final[Mapping[str, Reader]] = {
    "budget": read_money,
    "max_utilisation": _read_share,
    "current_shards": lambda value: read_count(_text(value), "a shard count", least=1),
    "expect": read_expectation,
    "ignore": read_suppressions,
}
"""The fields of a stream that only ``check`` looks at."""
POLICY_FIELDS: Final[Mapping[str, Reader]] = {
    "budget": read_money,
    "max_utilisation": _read_share,
    "over_provisioned_above": lambda value: read_share(
        _text(value), "a share", most=Fraction(100), zero=True
    ),
    "saving_above": read_money,
    "retention_share_above": _read_share,
    "facts_older_than": _duration("an age"),
    "rules": read_grades,
    "ignore": read_suppressions,
}
