"""What every figure rests on: AWS's limits, each Region's prices, a discount, the hours that are billed, and
the day.

Every use case takes the same basis, so that no two of them rest on different prices.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple, Self, TypeVar

from shardcalc.app.refusal import FactsError, Refused
from shardcalc.core.advice.judged import Ground
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.lint.policy import policy_of, read_discount
from shardcalc.core.text import BadFields, BadValue, percent, read_factor
from shardcalc.core.units import Currency
from shardcalc.core.workload.declared import DeclaredStream, Document
from shardcalc.core.workload.reading import read_day
from shardcalc.sources.store.prices import price_book, read_own

T = TypeVar("T")
PriceBook = Callable[[str], PriceSheet]
"""From a Region to what it charges."""


class Basis(NamedTuple):
    """What figures rest on."""

    limits: Limits
    prices: PriceBook
    """A file of the user's before the last refresh of the Region before what this release ships."""
    discount: Fraction
    hours: Fraction
    """The hours that a cost is for."""
    today: date
    currency: Currency | None = None
    """A currency in which pages show totals, too."""
    own: Mapping[str, Sequence[str]] = MappingProxyType({})
    """The Regions of each price sheet of the user's, by the path that was given, until it is known that
    streams are there.
    """
    settled: frozenset[str] = frozenset()
    """Which of prices and discount policy files no longer decide."""

    @classmethod
    def of(
        cls,
        *,
        prices: str | Sequence[str] = (),
        discount: str = "",
        hours: str = "",
        today: str = "",
        currency: str = "",
    ) -> Self:
        """Read a basis from text; what is not given is as usual: no discount, a month, today.

        Args:
            prices: a file with price sheets of one's own, for a Region or several, or a folder of them; or
                several of both.
            discount: a share of everything, ``12%``.
            hours: the hours that a cost is for.
            today: the day from which growth is counted and suppressions expire, ``2027-01-15``.
            currency: a currency in which totals are shown besides, at this rate: ``EUR=0.92`` a dollar.

        Raises:
            BadFields: listing each that cannot be read.
            FactsError: a file of prices cannot be used.
        """
        limits = built_in_limits()
        problems: list[tuple[str, str]] = []

        def read(name: str, text: str, reader: Callable[[str], T], usual: T) -> T:
            try:
                return reader(text) if text else usual
            except BadValue as error:
                problems.append((name, str(error)))
                return usual

        own = read_own([prices] if isinstance(prices, str) else prices)
        made = cls(
            limits,
            price_book(sheet for sheets in own.values() for sheet in sheets),
            read("discount", discount, read_discount, Fraction(0)),
            read("hours", hours, _read_hours, limits.month.value.in_hours),
            read("today", today, read_day, date.today()),  # noqa: DTZ011  # the user's day,
            read("currency", currency, Currency.parse, None),
            {path: [sheet.region for sheet in sheets] for path, sheets in own.items()},
            frozenset(name for name, said in (("prices", prices), ("discount", discount)) if said),
        )
        if problems:
            raise BadFields(problems)
        return made

    def for_streams(self, streams: Iterable[DeclaredStream]) -> Self:
        """The same basis with what the streams' policy files say, held to the streams' Regions.

        Raises:
            Refused, ProfileErrors, FactsError: as :meth:`by_policy` and :meth:`used_in` do.
        """
        regions = {stream.workload.region for stream in streams}
        return self.by_policy(stream.document for stream in streams).used_in(regions)

    def by_policy(self, documents: Iterable[Document]) -> Self:
        """The same basis with the prices and the discount of policy files, where they are not given already.

        Args:
            documents: what the streams are declared in, or policy files; all of them, for they must agree.

        Raises:
            Refused: they disagree; a run has one basis.
            ProfileErrors, FactsError: a price sheet of a policy file must not be read, or cannot be used.
        """
        if self.settled >= _BY_POLICY:
            return self
        # A document that no policy file counts for says neither.
        of = {each.file: each for each in (document.shared or document for document in documents)}
        made = self
        if "discount" not in self.settled:
            shares = {file: each.policy.get("discount", Fraction(0)) for file, each in of.items()}
            made = made._replace(discount=_agreed("discount", shares, percent) or Fraction(0))
        if "prices" not in self.settled:
            sheets = {file: _paths(each) for file, each in of.items()}
            if paths := _agreed("prices", sheets, ", ".join):
                made = made._replace(prices=price_book(_sheets(next(iter(of.values())), paths)))
        return made._replace(settled=_BY_POLICY)

    def used_in(self, regions: Iterable[str | None]) -> Self:
        """The same basis, held to the Regions of all streams.

        Raises:
            Refused: a file or folder of prices is for other Regions only; it would change nothing.
        """
        streams = {region for region in regions if region is not None}
        unused = [
            f"{path}: prices of {', '.join(of[:5])}{', ...' if len(of) > 5 else ''}; the streams are in "
            f"{', '.join(sorted(streams)) or 'no known Region'}"
            for path, of in self.own.items()
            if streams.isdisjoint(of)
        ]
        if unused:
            raise Refused("no stream is in the Region of a price sheet; nothing was done", unused)
        return self._replace(own={})

    def origins(self, regions: Iterable[str]) -> Mapping[str, str]:
        """Where the prices of each Region came from; nothing for those of this release."""
        sheets = {region: self.prices(region) for region in sorted(set(regions))}
        return {region: sheet.origin for region, sheet in sheets.items() if sheet.origin != "built in"}

    def ground(self, stream: DeclaredStream) -> Ground:
        """What one stream is judged by; its policies say what is worth advising."""
        return Ground(
            self.limits,
            self.prices(stream.workload.region),
            self.today,
            self.hours,
            self.discount,
            policy_of(stream.document).terms,
        )


_BY_POLICY: Final = frozenset(("prices", "discount"))


def _agreed(name: str, said: Mapping[str, T], shown: Callable[[T], str]) -> T | None:
    """What all files say."""
    first = next(iter(said), "")
    for file, value in said.items():
        if value != said[first]:
            ways = (f"{shown(said[of]) if said[of] else 'none'} in {of or 'no file'}" for of in (first, file))
            raise Refused(
                "the policy files of the streams disagree; nothing was done",
                [f"{name}: {', '.join(ways)}; give --{name}"],
            )
    return said.get(first)


def _paths(policy: Document) -> tuple[str, ...]:
    """Where the paths of a policy file lead, seen from the working folder."""
    if not (given := policy.policy.get("prices")):
        return ()
    from shardcalc.sources.profiles.policies import sheet_inside  # flags alone need no YAML

    folder = os.path.dirname(policy.file)
    return tuple(sorted({sheet_inside(policy, os.path.join(folder, each)) for each in given}))


def _sheets(policy: Document, paths: Sequence[str]) -> Iterator[PriceSheet]:
    """The price sheets of a policy file."""
    from shardcalc.sources.profiles.policies import sheet_inside

    try:
        for sheets in read_own(paths, partial(sheet_inside, policy)).values():
            yield from sheets
    except FactsError as error:
        raise FactsError(f"{policy.file}: {error}") from error


def _read_hours(text: str) -> Fraction:
    return read_factor(
        text.removesuffix("h").rstrip() if text[:1].isdecimal() else text, "a number of hours", most=100_000
    )
