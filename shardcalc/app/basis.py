"""What every figure rests on: AWS's limits, each Region's prices, a discount, the hours that are billed, and
the day.

Every use case takes the same basis, so that no two of them rest on different prices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple, Self, TypeVar

from shardcalc.app.refusal import Refused
from shardcalc.core.advice.judged import Ground
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.lint.policy import policy_of
from shardcalc.core.text import BadFields, BadValue, read_factor, read_share
from shardcalc.core.units import Currency
from shardcalc.core.workload.declared import DeclaredStream
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
            read("discount", discount, _read_discount, Fraction(0)),
            read("hours", hours, _read_hours, limits.month.value.in_hours),
            read("today", today, read_day, date.today()),  # noqa: DTZ011  # the user's day,
            read("currency", currency, Currency.parse, None),
            {path: [sheet.region for sheet in sheets] for path, sheets in own.items()},
        )
        if problems:
            raise BadFields(problems)
        return made

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


def _read_hours(text: str) -> Fraction:
    return read_factor(
        text.removesuffix("h").rstrip() if text[:1].isdecimal() else text, "a number of hours", most=100_000
    )


def _read_discount(text: str) -> Fraction:
    share = read_share(text, "a discount", zero=True)
    if share == 1:
        raise BadValue(f"'{text}' leaves nothing to pay")
    return share
