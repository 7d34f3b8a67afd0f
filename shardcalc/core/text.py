"""Text to values and back: what cannot be read, numbers as people write them, the nearest right name, and
what came from outside made fit to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction


class BadValue(ValueError):
    """A value somebody wrote that cannot be read; the message says what to write instead."""


class BadFields(BadValue):
    """One or more fields that cannot be read, all of them at once."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        """Pairs of field (dotted below the first level) and what is wrong with it."""
        super().__init__("; ".join(f"{field}: {message}" for field, message in self.problems))


# ── reading numbers ──────────────────────────────────────────────────────────────────────────────

_NUMBER = re.compile(
    r"\s*(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:,\d{3}){1,10}(?!\d)|\d[\d_]{0,30})?"
    r"(?P<decimals>\.\d{1,30})?(?:[eE](?P<exponent>[+-]?\d{1,3}))?"
    r"(?:/(?P<divisor>\d{1,30}(?:\.\d{1,30})?))?\s*(?P<unit>.*)",
    re.DOTALL | re.ASCII,
)

_LEAST, _BEYOND = Fraction(1, 10**31), Fraction(10**31)
"""What the digits alone can say; an exponent goes no further, so that every number has its nearest double."""


def split_number(text: str, kind: str, write: str) -> tuple[Fraction, str]:
    """Split ``'1.5 KiB'`` into an exact number and its unit as written."""
    found = _NUMBER.fullmatch(text)
    if found is None or (found["whole"] is None and found["decimals"] is None):
        raise BadValue(f"{shown(text)} is not {kind}; {write}")
    digits = (found["whole"] or "0").replace("_", "").replace(",", "")
    number = Fraction(int(digits)) if found["decimals"] is None else Fraction(digits + found["decimals"])
    if found["exponent"] is not None:
        number *= Fraction(10) ** int(found["exponent"])
    if number and not _LEAST <= number < _BEYOND:
        raise BadValue(f"{shown(text)} is not {kind}: no number that far from 1 is meant; {write}")
    if found["divisor"] is not None:
        divisor = Fraction(found["divisor"])
        if not divisor:
            raise BadValue(f"{shown(text)} divides by zero; {write}")
        number /= divisor
    return (-number if found["sign"] == "-" else number), found["unit"].rstrip()


def shown(value: object) -> str:
    """Quote what somebody wrote, shortened and on one line, for a message; what holds more is named."""
    if isinstance(value, (Mapping, list, tuple)):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    text = without_password((value if isinstance(value, str) else str(value))[:2000])
    return f"'{visible(text if len(text) <= 60 else text[:57] + '...')}'"


_COMMAND = re.compile(r"(?<!\S):(?=:)|#(?=#\[|#vso\[)")
"""What a runner of GitHub or Azure takes for a command: ``::`` after nothing but blanks, ``##[`` anywhere.
Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""
_PASSWORD = re.compile(
    r"(?:(?<=://)(?:[^\s/@]{0,1000}:\S{0,1000}|[^\s/@]{1,1000})|[^\s/@:'\"]{1,200}:[^\s/@]{1,1000})@"
)


def visible(text: str) -> str:
    """A text on one line, as it can be shown anywhere: characters that steer a terminal, turn the direction
    of text, end a line or cannot be seen are escapes, addresses have no passwords, and nothing is a command.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    if "::" in text or "##" in text:
        text = _COMMAND.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return without_password(text)


def without_password(text: str) -> str:
    """A text whose addresses do not say who asks: ``https://***@host``."""
    return _PASSWORD.sub("***@", text) if "@" in text and ":" in text else text


_ADDRESS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:[/?#][!#-;=?-Z_a-z~]*)?", re.ASCII)


def is_address(text: str) -> bool:
    """Whether a link may lead there: https, no password, nothing that ends a link of Markdown."""
    return _ADDRESS.fullmatch(text) is not None and "(" not in text and ")" not in text


def one_line(text: str, most: int = 1000) -> str:
    """A line of a log: visible, and without its middle where it is too long."""
    line = visible(text if len(text) <= 2 * most else f"{text[:most]}...{text[-most:]}")
    return line if len(line) <= most else f"{line[: most // 2]}...{line[-most // 2 + 3 :]}"


def read_count(text: object, what: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """Read a whole number written as text (``'7'``, ``'10_000'``) or given as an int."""
    written = str(text)
    number, unit = split_number(written, what, "write a whole number")
    if unit or number.denominator != 1:
        raise BadValue(f"{shown(written)} is not {what}; write a whole number")
    if number < least:
        raise BadValue(f"{shown(written)} is not {what}: it must be at least {least}")
    if number > most:
        raise BadValue(f"{shown(written)} is too large for {what}: at most {most:,}")
    return number.numerator


def read_share(text: object, what: str, *, most: Fraction = Fraction(1), zero: bool = False) -> Fraction:
    """Read a share, ``'20%'`` or ``'0.2'``, as a fraction of one.

    A bare number of one or more could mean percent or times, so it is refused.
    """
    written = str(text)
    number, unit = split_number(written, what, "write a percentage such as 20%")
    if unit == "%":
        number /= 100
    elif unit:
        raise BadValue(f"{shown(written)} is not {what}; write a percentage such as 20%")
    elif number >= 1:
        raise BadValue(
            f"{shown(written)} could be {percent(number / 100)} or {percent(number)}; write it with a % sign"
        )
    if number < 0 or (number == 0 and not zero):
        raise BadValue(
            f"{shown(written)} is not {what}: it must {'not be negative' if zero else 'be above zero'}"
        )
    if number > most:
        raise BadValue(f"{shown(written)} is too large for {what}: at most {percent(most)}")
    return number


def read_factor(text: object, what: str, *, least: int = 1, most: int = 10_000) -> Fraction:
    """Read a plain factor such as ``'1.5'`` or ``'1.5x'``."""
    written = str(text)
    number, unit = split_number(written, what, "write a number such as 1.5")
    if unit not in ("", "x"):
        raise BadValue(f"{shown(written)} is not {what}; write a number such as 1.5")
    if not least <= number <= most:
        raise BadValue(f"{shown(written)} is not {what}: it must be from {least} to {most:,}")
    return number


# ── writing numbers ──────────────────────────────────────────────────────────────────────────────


def decimal(number: Fraction | int, places: int = 2) -> str:
    """Write a number for people: exact when three decimals hold it, else rounded to ``places``."""
    number = Fraction(number)
    if number.denominator == 1:
        return f"{number.numerator:,}"
    if 1000 % number.denominator == 0:
        places = 3
    elif number and abs(number) < Fraction(1, 10**places):
        return f"{float(number):.2g}"
    scaled = round_half_up(number, places)
    sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
    whole, rest = divmod(scaled, 10**places)
    fraction = f"{rest:0{places}d}".rstrip("0")
    return f"{sign}{whole:,}.{fraction}" if fraction else f"{sign}{whole:,}"


def ratio(number: Fraction) -> str:
    """Write a quotient so that rounding it up by eye gives the right whole number.

    8.0001 is never shown as 8: decimals are added until the difference is visible.
    """
    if number.denominator == 1:
        return f"{number.numerator:,}"
    for places in range(2, 13):
        scaled = round_half_up(number, places)
        if scaled % 10**places:
            whole, rest = divmod(scaled, 10**places)
            return f"{whole:,}.{rest:0{places}d}"
    return f"just over {number.numerator // number.denominator:,}"


def percent(number: Fraction) -> str:
    """Write a share of one as a percentage, ``6/5`` as ``120%``; only what is exactly full is shown as
    ``100%``.
    """
    for places in range(1, 7):
        scaled = round_half_up(number * 100, places)
        if scaled != 100 * 10**places or number == 1:
            break
    else:
        return "just over 100%" if number > 1 else "just under 100%"
    if number and not scaled:
        return f"{float(number * 100):.2g}%"
    whole, rest = divmod(scaled, 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    return f"{whole:,}.{digits}%" if digits else f"{whole:,}%"


def round_half_up(number: Fraction, places: int) -> int:
    """Round to ``places`` decimals: the number of units in the last place."""
    above, below = number.as_integer_ratio()
    scale: int = 10**places
    return (2 * above * scale + below) // (2 * below)


# ── writing words ────────────────────────────────────────────────────────────────────────────────


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest right name, or the list of them."""
    from difflib import get_close_matches  # only on the way to an error

    known = list(known)
    close = get_close_matches(name.lower().replace("-", "_"), known, 1, 0.6) or get_close_matches(
        name, known, 1, 0.6
    )
    return (
        f"; did you mean {close[0]}?"
        if close
        else f"; known: {', '.join(known)}"
        if 0 < len(known) < 10
        else ""
    )


def shards_text(count: int) -> str:
    """A count of shards in words."""
    return f"{count:,} shard{'' if count == 1 else 's'}"
