"""Quantities that know their unit, exactly.

Every size, rate, duration and amount of money in shardcalc is one of these classes over an exact
``Fraction``. Like adds to like; two kinds meet only through a named method (``record_rate.of(size)``),
so a forgotten division by a period is a type error and not a wrong bill. Nothing here knows AWS.

``KB`` and ``KiB`` are the same 1,024 bytes, as on AWS's pricing page; ``MB``, ``GB`` likewise.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, NamedTuple, Self

from shardcalc.core.text import BadValue, decimal, round_half_up, shown, split_number

KIB = 1024
MIB = 1024**2
GIB = 1024**3
TIB = 1024**4


def ceil_div(number: Fraction, divisor: Fraction | int = 1) -> int:
    """Divide and round up, on integers alone."""
    above, below = number.as_integer_ratio()
    times, parts = divisor.as_integer_ratio()
    return -(-(above * parts) // (below * times))


# ── the kinds ────────────────────────────────────────────────────────────────────────────────────


class Quantity:
    """An exact amount of one kind. Adds, compares and divides only with its own kind."""

    __slots__ = ("amount",)
    amount: Fraction
    """In the base unit of the kind: bytes, seconds, records per second, dollars, ..."""

    UNIT: ClassVar[str] = ""
    """The base unit, as written in messages and data files."""

    def __init__(self, amount: Fraction | int) -> None:
        if amount.__class__ is not Fraction:
            if isinstance(amount, float) or not isinstance(amount, (int, Fraction)):
                raise TypeError(
                    f"{type(self).__name__} takes an int or a Fraction, not {type(amount).__name__}"
                )
            amount = Fraction(amount)
        _set_amount(self, amount)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def _same(self, other: object) -> Fraction:
        if other.__class__ is not self.__class__:
            raise TypeError(f"{type(self).__name__} and {type(other).__name__} do not mix")
        return other.amount  # the class was just compared

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other))

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other))

    def __mul__(self, factor: Fraction | int) -> Self:
        return type(self)(self.amount * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Fraction | int) -> Self:
        return type(self)(self.amount / divisor)

    def ratio_to(self, other: Self) -> Fraction:
        """How many times ``other`` fits into this."""
        return self.amount / self._same(other)

    def __eq__(self, other: object) -> bool:
        return other.__class__ is self.__class__ and self.amount == other.amount

    def __hash__(self) -> int:
        return hash((type(self), self.amount))

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def __reduce__(self) -> tuple[type[Self], tuple[Fraction]]:
        return type(self), (self.amount,)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.amount})"

    def __str__(self) -> str:
        return f"{decimal(self.amount)} {self.UNIT}"


# The slot's own descriptor: the one way past __setattr__, and faster than object.__setattr__.
_set_amount = Quantity.amount.__set__  # type: ignore[attr-defined, misc]


def _binary(number: Fraction) -> str:
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if number >= unit:
            return f"{decimal(number / unit)} {name}"
    return f"{decimal(number)} B"


_SIZE_UNITS = {"b": 1, "byte": 1, "bytes": 1}
_SIZE_UNITS |= {
    name: size
    for letter, size in (("k", KIB), ("m", MIB), ("g", GIB), ("t", TIB))
    for name in (letter, letter + "b", letter + "ib")
}


class Size(Quantity):
    """Bytes."""

    __slots__ = ()
    UNIT = "B"

    @classmethod
    @lru_cache(4096)
    def parse(cls, text: str, what: str = "a size", *, most: int = TIB) -> Self:
        """Read ``'1.5 KiB'``; a bare number is KiB, as in AWS's sizing formula."""
        write = "write a number and one of B, KiB, MiB, GiB, TiB"
        number, unit = split_number(text, what, write)
        factor = _SIZE_UNITS.get(unit.lower() or "kib")
        if factor is None:
            raise BadValue(f"{shown(text)} is not {what}; {write}")
        number *= factor
        if number < 1:
            raise BadValue(f"{shown(text)} is not {what}: it must be at least 1 B")
        if number > most:
            raise BadValue(f"{shown(text)} is too large for {what}: at most {_binary(Fraction(most))}")
        return cls(number)

    def per(self, duration: Duration) -> ByteRate:
        """These bytes, spread evenly over a duration."""
        return ByteRate(self.amount / duration.amount)

    def __str__(self) -> str:
        return _binary(self.amount)


_DURATION_UNITS = {
    name: seconds
    for seconds, names in (
        (Fraction(1, 1000), "ms millisecond milliseconds"),
        (Fraction(1), "s sec secs second seconds"),
        (Fraction(60), "min mins minute minutes"),
        (Fraction(3600), "h hr hrs hour hours"),
        (Fraction(86400), "d day days"),
        (Fraction(604800), "w week weeks"),
    )
    for name in names.split()
}


class Duration(Quantity):
    """Seconds."""

    __slots__ = ()
    UNIT = "s"

    @classmethod
    @lru_cache(4096)
    def parse(
        cls, text: str, what: str = "a duration", *, bare: str | None = None, most: int = 100 * 365
    ) -> Self:
        """Read ``'200 ms'``, ``'6h'``, ``'7d'``; ``bare`` names the unit of a number without one; ``most`` is
        in days.
        """
        write = "write a number and one of ms, s, min, h, d"
        number, unit = split_number(text, what, write)
        seconds = _DURATION_UNITS.get(unit or bare or "")
        if seconds is None:
            raise BadValue(f"{shown(text)} is not {what}; {write}")
        number *= seconds
        if number <= 0:
            raise BadValue(f"{shown(text)} is not {what}: it must be above zero")
        if number > most * 86400:
            raise BadValue(f"{shown(text)} is too large for {what}: at most {most:,} d")
        return cls(number)

    def every(self, calls: int = 1) -> CallRate:
        """The call rate of ``calls`` calls in each interval of this length."""
        seconds, parts = self.amount.as_integer_ratio()
        return CallRate(Fraction(calls * parts, seconds))

    @classmethod
    def hours(cls, number: Fraction | int) -> Self:
        """A duration of this number of hours."""
        return cls(Fraction(number) * 3600)

    @property
    def in_hours(self) -> Fraction:
        """The number of hours, exactly."""
        return self.amount / 3600

    def __str__(self) -> str:
        units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
        for seconds, unit in units:
            if self.amount and (self.amount / seconds).denominator == 1 and self.amount < 1000 * seconds:
                return f"{decimal(self.amount / seconds)} {unit}"
        if self.amount < 1:
            return f"{decimal(self.amount * 1000)} ms"
        for seconds, unit in units:
            if self.amount >= 2 * seconds:
                return f"{decimal(self.amount / seconds)} {unit}"
        return f"{decimal(self.amount)} s"


_MONTHS = {
    name: months for months, names in ((1, "month months"), (12, "year years")) for name in names.split()
}


class Months(Quantity):
    """Calendar months."""

    __slots__ = ()
    UNIT = "months"

    @classmethod
    def parse(cls, text: str, what: str = "a number of months", *, most: int = 120) -> Self:
        """Read ``'12 months'`` or ``'2 years'``: whole months, up to ``most`` of them."""
        write = "write for example 12 months or 2 years"
        number, unit = split_number(text, what, write)
        months = _MONTHS.get(unit)
        if months is None or (number * months).denominator != 1:
            raise BadValue(f"{shown(text)} is not {what}; {write}")
        number *= months
        if number < 1:
            raise BadValue(f"{shown(text)} is not {what}: it must be at least 1 month")
        if number > most:
            raise BadValue(f"{shown(text)} is too large for {what}: at most {most} months")
        return cls(number)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.amount.numerator

    def __str__(self) -> str:
        return f"{decimal(self.amount)} month{'' if self.amount == 1 else 's'}"


class ByteRate(Quantity):
    """Bytes per second."""

    __slots__ = ()
    UNIT = "B/s"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``'2 MiB/s'``, ``'400 GB/day'``."""
        size, slash, per = text.rpartition("/")
        seconds = _PER.get(per.strip())
        if not slash or not per.strip() or seconds is None:
            raise BadValue(f"{shown(text)} is not a byte rate; write for example 2 MiB/s or 400 GB/day")
        return cls(Size.parse(size).amount / seconds)

    def over(self, duration: Duration) -> Size:
        """The bytes that this rate moves in a duration."""
        return Size(self.amount * duration.amount)

    def __str__(self) -> str:
        return f"{_binary(self.amount)}/s"


_PER = {
    "": 1,
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
    "month": 730 * 3600,  # as limits.toml has it, which is read with the help of this module
}
_THOUSANDS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
_RATE_UNIT = re.compile(r"(?P<thousands>[kKMG]?)\s*(?:records?|rps)?\s*(?:/\s*(?P<per>[a-z]+))?")


class RecordRate(Quantity):
    """Records per second."""

    __slots__ = ()
    UNIT = "records/s"
    MOST: ClassVar[RecordRate]
    """What is read at most."""

    @classmethod
    @lru_cache(4096)
    def parse(cls, text: str, what: str = "a record rate") -> Self:
        """Read ``'6'``, ``'16.67'``, ``'90k/min'``, ``'2.1M/h'``, ``'8/day'``, ``'20M/month'``; a bare number
        is records per second. A month has 730 hours, as on AWS's bills.
        """
        write = "write records per second, or for example 90k/min, 2.1M/h, 8/day"
        number, unit = split_number(text, what, write)
        found = _RATE_UNIT.fullmatch(unit)
        per = _PER.get(found["per"] or "") if found else None
        if found is None or per is None:
            raise BadValue(f"{shown(text)} is not {what}; {write}")
        number = number * _THOUSANDS[found["thousands"]] / per
        if number <= 0:
            raise BadValue(f"{shown(text)} is not {what}: it must be above zero")
        if number > cls.MOST.amount:
            raise BadValue(f"{shown(text)} is too large for {what}: at most {cls.MOST}")
        if number < Fraction(1, 10**9):
            raise BadValue(f"{shown(text)} is too small for {what}: at least 0.000000001 records/s")
        return cls(number)

    def of(self, size: Size) -> ByteRate:
        """The byte rate of records of this size at this record rate."""
        return ByteRate(self.amount * size.amount)

    def over(self, duration: Duration) -> Fraction:
        """The number of records in a duration."""
        return self.amount * duration.amount


RecordRate.MOST = RecordRate(Fraction(10**12))


class CallRate(Quantity):
    """API calls per second."""

    __slots__ = ()
    UNIT = "calls/s"


class USD(Quantity):
    """US dollars."""

    __slots__ = ()
    UNIT = "USD"

    @classmethod
    def parse(cls, text: str, what: str = "an amount of money") -> Self:
        """Read ``'0.015'`` or ``'400 USD'``; zero is an amount too."""
        number, unit = split_number(text, what, "write for example 400 USD")
        if unit not in ("", "USD") or number < 0 or number > 10**15:
            raise BadValue(f"{shown(text)} is not {what}; write for example 400 USD")
        return cls(number)

    @property
    def cents(self) -> str:
        """Rounded half up to cents, plain digits: the form of JSON and of arithmetic by hand."""
        scaled = round_half_up(self.amount, 2)
        sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
        return f"{sign}{scaled // 100}.{scaled % 100:02d}"

    def __str__(self) -> str:
        sign, digits = ("-", self.cents[1:]) if self.cents.startswith("-") else ("", self.cents)
        return f"{sign}${int(digits[:-3]):,}{digits[-3:]}"


class Currency(NamedTuple):
    """Another currency at the user's rate."""

    code: str
    per_dollar: Fraction

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``'EUR=0.92'``: a code of ISO 4217 and what a dollar is worth."""
        code, equals, rate = text.partition("=")
        write = "write its code and what a dollar is worth, EUR=0.92"
        if not equals or not re.fullmatch("[A-Z]{3}", code, re.ASCII) or code == "USD":
            raise BadValue(f"{shown(text)} is no other currency; {write}")
        number, unit = split_number(rate, "a rate", write)
        if unit or not Fraction(1, 10**6) <= number <= 10**6:
            raise BadValue(f"{shown(rate)} is not a rate; {write}")
        return cls(code, number)

    def of(self, amount: USD) -> USD:
        """An amount in this currency; it is written by :meth:`text`."""
        return amount * self.per_dollar

    def text(self, amount: USD) -> str:
        """An amount of dollars in this currency, ``'EUR 11.42'``."""
        return str(self.of(amount)).replace("$", f"{self.code} ")
