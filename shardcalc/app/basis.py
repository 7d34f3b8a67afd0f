"""What every figure rests on: AWS's limits, each Region's prices, a discount, the hours that are billed, and
the day.

Every use case takes the same basis, so that no two of them rest on different prices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Self, TypeVar

from shardcalc.core.advice.judged import Ground
from shardcalc.core.facts import Limits, built_in_limits
from shardcalc.core.facts.prices import PriceSheet
from shardcalc.core.lint.policy import policy_of
from shardcalc.core.text import BadFields, BadValue, read_factor, read_share
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.reading import read_day
from shardcalc.sources.store.prices import price_book

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

    @classmethod
    def of(cls, *, prices: str | None = None, discount: str = "", hours: str = "", today: str = "") -> Self:
        """Read a basis from text; what is not given is as usual: no discount, a month, today.

        Args:
            prices: a file with a price sheet of one's own, for one Region.
            discount: a share of everything, ``12%``.
            hours: the hours that a cost is for.
            today: the day from which growth is counted and suppressions expire, ``2027-01-15``.

        Raises:
            BadFields: listing each that cannot be read.
            FactsError: the file of prices cannot be used.
        """
        limits = built_in_limits()
        problems: list[tuple[str, str]] = []

        def read(name: str, text: str, reader: Callable[[str], T], usual: T) -> T:
            try:
                return reader(text) if text else usual
            except BadValue as error:
                problems.append((name, str(error)))
                return usual

        made = cls(
            limits,
            price_book(prices),
            read("discount", discount, _read_discount, Fraction(0)),
            read("hours", hours, _read_hours, limits.month.value.in_hours),
            read("today", today, read_day, date.today()),  # noqa: DTZ011  # the user's day,
        )
        if problems:
            raise BadFields(problems)
        return made

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
    return read_factor(text.removesuffix("h").rstrip(), "a number of hours", most=100_000)


def _read_discount(text: str) -> Fraction:
    share = read_share(text, "a discount", zero=True)
    if share == 1:
        raise BadValue(f"'{text}' leaves nothing to pay")
    return share
