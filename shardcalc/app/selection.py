"""Which streams an answer is about, in which order, and whose totals it adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, Final, NamedTuple, Self, TypeVar

from shardcalc.app.refusal import BadFields, Refused
from shardcalc.core.advice.fleet import Member
from shardcalc.core.advice.judged import Judged
from shardcalc.core.cost.bill import total
from shardcalc.core.text import shown
from shardcalc.core.units import USD
from shardcalc.core.workload.declared import DeclaredStream

Row = TypeVar("Row")
WORDS: Final = ("name", "owner", "environment", "account", "region", "mode")
"""What can be asked of a stream, sorted by, and, but for the name, added up by."""
NUMBERS: Final = ("shards", "used", "cost")
"""What can be sorted by besides, the most first."""


class Group(NamedTuple):
    """Streams that have one value in common."""

    value: str
    streams: int
    shards: int
    """Those that are needed; of measured streams those that are open."""
    cost: USD | None
    """What is known of a month of them; None where nothing is."""
    complete: bool


class Selection(NamedTuple):
    """What somebody wants to see."""

    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Fields, each with the values of which one must be there; ``*`` stands for any letters."""
    sort: str = ""
    by: str = ""

    @classmethod
    def of(cls, *, owner: str = "", where: Sequence[str] = (), sort: str = "", by: str = "") -> Self:
        """Read a selection from text.

        Args:
            owner: short for ``owner=``.
            where: ``region=eu-west-1``, ``mode=provisioned,on-demand-standard``, ``name=orders-*``.
            sort: a field.
            by: the field whose values have totals.

        Raises:
            BadFields: listing each that cannot be read.
        """
        problems: list[tuple[str, str]] = []
        conditions = [("owner", owner)] if owner else []
        for text in where:
            field, equals, values = text.partition("=")
            if not equals or field.strip() not in WORDS:
                known = f"{shown(text)} is no condition; write FIELD=VALUE, a field is one of"
                problems.append(("where", f"{known} {', '.join(WORDS)}"))
            conditions.append((field.strip(), values))
        for name, field, fields in (("sort", sort, (*WORDS, *NUMBERS)), ("by", by, WORDS[1:])):
            if field and field not in fields:
                problems.append((name, f"{shown(field)} is no field; write one of {', '.join(fields)}"))
        if problems:
            raise BadFields(problems)
        return cls(
            tuple((field, tuple(each.strip() for each in text.split(","))) for field, text in conditions),
            sort,
            by,
        )

    def kept(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that are asked for.

        Raises:
            Refused: there are rows, and none is asked for.
        """
        listed = list(rows)
        found = [row for row in listed if all(_holds(row, *each) for each in self.where)]
        if listed and not found:
            asked = " and ".join(f"{field}={','.join(values)}" for field, values in self.where)
            raise Refused("nothing was computed", [f"no stream of {len(listed):,} has {asked}"])
        return found

    def sorted(self, rows: Iterable[Row]) -> list[Row]:
        """The rows in the order that is asked for: words ascending, numbers from the most, unknown last."""
        if not self.sort:
            return list(rows)

        def key(row: Row) -> tuple[bool, Any]:
            value = _of(row)[self.sort]
            return (not value, value) if self.sort in WORDS else (value is None, -(value or Fraction(0)))

        return sorted(rows, key=key)

    def groups(self, rows: Iterable[Row]) -> tuple[Group, ...]:
        """The totals of the rows by the field that is asked for, the dearest first; none where none is."""
        if not self.by:
            return ()
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            said = _of(row)
            found.setdefault(said[self.by], []).append(said)
        made = []
        for value, mine in found.items():
            known = [USD(each["cost"]) for each in mine if each["cost"] is not None]
            shards = sum(each["shards"] or 0 for each in mine)
            complete = all(each["complete"] for each in mine)
            made.append(Group(value, len(mine), shards, total(known) if known else None, complete))
        return tuple(sorted(made, key=lambda each: (-(each.cost or USD(0)).amount, each.value)))


def _holds(row: object, field: str, values: Sequence[str]) -> bool:
    said = _of(row)[field]
    return any(fnmatchcase(said, value) for value in values)


def _of(row: object) -> Mapping[str, Any]:
    """What a stream is selected, sorted and grouped by."""
    for kind, read in _READ.items():
        if isinstance(row, kind):
            return read(row)
    raise TypeError(f"{type(row).__name__} is no stream")


def _declared(stream: DeclaredStream) -> dict[str, Any]:
    return {
        "name": stream.name,
        "owner": stream.owner,
        "environment": stream.environment,
        "account": stream.account,
        "region": stream.workload.region,
        "mode": stream.workload.mode.value,
    }


def _judged(made: Judged) -> dict[str, Any]:
    bill = made.bill
    return _declared(made.stream) | {
        "shards": made.plan.shards,
        "used": made.plan.utilisation(made.decision.shown),
        "cost": bill.total.amount if bill.oldest is not None else None,
        "complete": bill.complete,
    }


def _measured(member: Member) -> dict[str, Any]:
    return {
        **{name: getattr(member, name) for name in WORDS},
        "mode": member.mode.lower().replace("_", "-"),
        "shards": member.shards,
        "used": member.used,
        "cost": member.cost.amount if member.cost is not None else None,
        "complete": member.cost is not None,
    }


_READ: Final[Mapping[type, Callable[[Any], Mapping[str, Any]]]] = {
    DeclaredStream: _declared,
    Judged: _judged,
    Member: _measured,
}
