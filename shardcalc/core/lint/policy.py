"""What many streams are held to: thresholds, grades of rules, accepted findings, and the one table of a
policy's fields.

A policy is part of a profile (``policy``) or of ``.shardcalc.yaml``. What its words mean is decided by the
rules, whose names are handed in. No I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from shardcalc.core.advice.decision import TERMS, Terms
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.text import BadFields, BadValue, nearest, read_share, shown
from shardcalc.core.units import USD, Duration
from shardcalc.core.workload import forms
from shardcalc.core.workload.declared import PLACE_FIELDS, Document
from shardcalc.core.workload.reading import (
    Field,
    Reader,
    bounded,
    count,
    duration,
    read_fields,
    read_line,
    read_money,
    readers,
    schema_of,
    share,
    text_of,
)
from shardcalc.core.workload.requirements import SUPPRESSIONS_FORM, Suppression, read_suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Thresholds, grades and suppressions for many streams."""

    budget: USD | None = None
    max_utilisation: Fraction | None = None
    over_provisioned_above: Fraction = Fraction(1, 4)
    """How much more shards than needed may be declared."""
    saving_above: USD = USD(20)  # noqa: RUF009  # a quantity cannot be changed
    """A month; what saves less is not worth a finding."""
    lead_time: Duration = Duration.hours(30 * 24)  # noqa: RUF009
    """An advised count must last so long at the declared growth."""
    runs_out_within: Duration = Duration.hours(7 * 24)  # noqa: RUF009
    """Running out within this time is an error."""
    retention_most: Duration | None = None
    """The longest that records may be kept."""
    lambda_concurrency: int | None = None
    """The account's quota of concurrent executions in the Region, for all its functions."""
    owner_tag: str | None = None
    """The tag of a stream in AWS that says who answers for it."""
    facts_older_than: Duration = Duration.hours(365 * 24)  # noqa: RUF009
    rules: Mapping[str, Severity | None] = field(default_factory=dict)
    """A rule's severity, by its id; None turns it off."""
    ignore: tuple[Suppression, ...] = ()
    exclude: tuple[str, ...] = ()
    """What is left out of folders, as patterns of gitignore; only a shared policy has it."""
    folders: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The environment and the account of the profiles in some folders, by pattern; likewise."""
    prices: tuple[str, ...] = ()
    """Price sheets of one's own and folders of them, seen from the folder of the policy; likewise."""
    discount: Fraction = Fraction(0)
    """A share of everything; likewise."""

    @property
    def terms(self) -> Terms:
        """What is worth advising."""
        if self is _NO_POLICY:
            return TERMS
        days = (int(time.in_hours / 24) for time in (self.lead_time, self.runs_out_within))
        return Terms(self.over_provisioned_above, self.saving_above, *days)


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


def policy_of(document: Document) -> Policy:
    """What counts for the streams of a document: its own policy before the shared one."""
    return layered(document.layers) if document.layers else _NO_POLICY


_NO_POLICY: Final = Policy()

MAX_PATTERNS: Final = 8 * 4096
"""Characters of patterns in one place: what takes half a second to read."""

# ── reading ──────────────────────────────────────────────────────────────────────────────────────

RuleNames = Mapping[str, str]
"""The id of each rule, by its id and by its name, both in lower case."""

GRADES: Final[Mapping[str, Severity | None]] = {
    **{severity.value: severity for severity in Severity},
    "off": None,
    "false": None,
}


def nearest_rule(name: str, rules: RuleNames) -> str:
    """The end of a message about an unknown rule: the nearest name, and never another number."""
    return nearest(name, [each for each, rule in rules.items() if each != rule.lower()])


def read_policy(value: object, rules: RuleNames) -> dict[str, Any]:
    """The fields of a policy that are given, read.

    Args:
        value: a mapping of fields.
        rules: the names by which rules can be graded.

    Raises:
        BadFields: listing every field that cannot be read.
    """
    table = readers(policy_fields(rules))
    if not isinstance(value, Mapping):
        raise BadValue(f"write a mapping of {', '.join(table)}")
    return read_fields(value, table)


def _read_patterns(value: object) -> tuple[str, ...]:
    """A list of patterns, or one."""
    items = value if isinstance(value, (list, tuple)) else [value]
    bounded(items)
    return _not_too_long(tuple(map(read_line, items)))


def read_discount(value: object) -> Fraction:
    """A share off everything."""
    share = read_share(text_of(value), "a discount", zero=True)
    if share == 1:
        raise BadValue(f"{shown(value)} leaves nothing to pay")
    return share


def _read_paths(value: object) -> tuple[str, ...]:
    """A list of paths, or one; where they lead is looked at when they are opened."""
    items = value if isinstance(value, (list, tuple)) else [value]
    bounded(items)
    paths = tuple(map(read_line, items))
    for path in paths:
        if not path or not path.isprintable() or _ABSOLUTE.match(path):
            raise BadValue(f"{shown(path)} is not a path seen from the folder of this file")
    return paths


_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:")


def _read_folders(value: object) -> dict[str, dict[str, str]]:
    """A mapping of patterns to the environment and the account of what is there."""
    if not isinstance(value, Mapping):
        raise BadValue("write a mapping of folders to environment and account")
    bounded(value)
    made: dict[str, dict[str, str]] = {}
    problems: list[tuple[str, str]] = []
    for pattern, fields in value.items():
        try:
            if pattern.startswith("!") or not isinstance(fields, Mapping):
                raise BadValue("write a folder, and a mapping of environment and account")
            made[pattern] = read_fields(fields, readers(PLACE_FIELDS))
        except BadFields as error:
            problems += [(f"{pattern}.{inner}", message) for inner, message in error.problems]
        except BadValue as error:
            problems.append((pattern, str(error)))
    if problems:
        raise BadFields(problems)
    _not_too_long(tuple(made))
    return made


def _not_too_long(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if sum(map(len, patterns)) > MAX_PATTERNS:
        raise BadValue(f"patterns of more than {MAX_PATTERNS // 1024} KiB")
    return patterns


def _grades(rules: RuleNames) -> Reader:
    """A reader of a mapping of rules to error, warning, info or off; the result is by rule id."""

    def read(value: object) -> dict[str, Severity | None]:
        if not isinstance(value, Mapping):
            raise BadValue("write a mapping of rules to error, warning, info or off")
        made: dict[str, Severity | None] = {}
        problems: list[tuple[str, str]] = []
        bounded(value)
        for name, written in value.items():
            rule = rules.get(name.lower())
            grade = written.strip().lower() if isinstance(written, str) else ""
            if rule is None:
                problems.append((name, f"unknown rule{nearest_rule(name, rules)}"))
            elif rule in made:
                other = next(key for key, each in rules.items() if each == rule and key != rule.lower())
                problems.append((name, f"{rule} and {other} are the same rule; give it once"))
            elif grade not in GRADES:
                problems.append((name, f"{shown(written)} is not a grade; write one of {', '.join(GRADES)}"))
            else:
                made[rule] = GRADES[grade]
        if problems:
            raise BadFields(problems)
        return made

    return read


def policy_fields(rules: RuleNames) -> tuple[Field, ...]:
    """Every field of a policy, in the order in which people think of them."""
    ids = dict.fromkeys(rules.values())
    names = [
        key for rule in ids for key in (*(n for n in rules if rules[n] == rule and n != rule.lower()), rule)
    ]
    grades = {
        "type": "object",
        "propertyNames": {"enum": names},
        "additionalProperties": {"enum": [*(grade for grade in GRADES if grade != "false"), False]},
        "examples": [{"over-provisioned": "error", "peak-missing": "off"}],
    }
    return (
        Field(
            "budget",
            read_money,
            "the most that a stream may cost a month, where it does not say",
            forms.MONEY,
        ),
        Field(
            "max_utilisation",
            share("a share"),
            "the most that any limit may be used, where a stream does not say",
            forms.SHARE,
        ),
        Field(
            "over_provisioned_above",
            share("a share", most=Fraction(100), zero=True),
            "how much more shards than needed may be declared; 25% when not given",
            forms.SHARE,
        ),
        Field(
            "saving_above",
            read_money,
            "what saves less than this a month is not reported; 20 USD when not given",
            forms.MONEY,
        ),
        Field(
            "lead_time",
            duration("a lead time", "d"),
            "how long an advised count must last at the declared growth; 30d when not given",
            forms.DURATION,
        ),
        Field(
            "runs_out_within",
            duration("a time", "d"),
            "the time within which running out of capacity is an error; 7d when not given",
            forms.DURATION,
        ),
        Field(
            "retention_most",
            duration("a retention", "h"),
            "the longest that records may be kept; a bare number is hours",
            {"anyOf": [forms.NUMBER, forms.DURATION], "examples": ["7d", 168]},
        ),
        Field(
            "lambda_concurrency",
            count("a concurrency", 1),
            "the account's quota of concurrent Lambda executions in the Region",
            forms.whole(1),
        ),
        Field(
            "owner_tag",
            read_line,
            "the tag of a stream in AWS that says who owns it, for the column owner of fleet",
            forms.TEXT,
        ),
        Field(
            "facts_older_than",
            duration("an age"),
            "the age at which limits and prices count as stale; 365d when not given",
            forms.DURATION,
        ),
        Field(
            "rules",
            _grades(rules),
            "a rule's severity (error, warning, info) or off, by id or name",
            grades,
        ),
        Field(
            "ignore",
            read_suppressions,
            "findings that are accepted in every stream: rule, reason and, if it ends, until",
            SUPPRESSIONS_FORM,
        ),
        *SHARED_FIELDS,
    )


SHARED_FIELDS: Final = (
    Field(
        "exclude",
        _read_patterns,
        "what is left out of folders, as in .gitignore",
        {"anyOf": [{"type": "array", "items": forms.TEXT}, forms.TEXT], "examples": [["drafts/"]]},
    ),
    Field(
        "folders",
        _read_folders,
        "the environment and the account of the profiles in some folders",
        {
            "type": "object",
            "additionalProperties": schema_of(PLACE_FIELDS),
            "examples": [{"prod/": {"environment": "prod", "account": "123456789012"}}],
        },
    ),
    Field(
        "prices",
        _read_paths,
        "price sheets of your own (.toml), or folders of them, where --prices is not given",
        {"anyOf": [{"type": "array", "items": forms.TEXT}, forms.TEXT], "examples": ["prices/"]},
    ),
    Field(
        "discount",
        read_discount,
        "a discount on everything, where --discount is not given",
        forms.SHARE,
    ),
)
"""Fields that only ``.shardcalc.yaml`` can have: they are about files, or about all streams of a run."""
