"""The rules about what an answer rests on: prices that nobody verified, facts that have grown old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from shardcalc.core.facts import Limits
from shardcalc.core.facts.prices import PriceSheet, how_priced
from shardcalc.core.lint.policy import Policy
from shardcalc.core.lint.rule import INFO, WARNING, Hit, Rule, Subject, unpriced
from shardcalc.core.text import decimal
from shardcalc.core.units import Duration


def _unverified_price(subject: Subject) -> Sequence[Hit]:
    bill = subject.bill
    if not bill.doubts:
        return ()
    unsure = "; ".join(
        line.title for line in bill.lines if line.price is not None and not line.price.verified
    )
    parts = ([f"no price is known for {unpriced(bill)}"] if unpriced(bill) else []) + (
        [f"the price of {unsure} is not verified"] if unsure else []
    )
    return (
        Hit(
            f"in {bill.region} {', and '.join(parts)}",
            "check it against the AWS Price List before relying on it"
            if not unpriced(bill)
            else how_priced(bill.region),
        ),
    )


UNVERIFIED_PRICE: Final = Rule(
    id="SC025",
    name="unverified-price",
    severity=INFO,
    summary="a bill rests on a price that is unknown or not verified",
    reason=(
        "A price that nobody could verify stays unknown, and a total with it says at least. "
        "The rule speaks once for each Region, at the first stream there."
    ),
    remedy="check the bill against the AWS Price List",
    bad="size: 1 KiB\nrps: 10\nregion: cn-north-1",
    good="size: 1 KiB\nrps: 10\nregion: us-east-1",
    fact="put_payload_unit",
    at=("region",),
    look=_unverified_price,
)


def stale(limits: Limits, sheets: Iterable[PriceSheet], policy: Policy, today: date) -> Hit | None:
    """The oldest fact, when it is older than the policy allows.

    Facts are a whole file's and not one stream's, so ``check`` asks once for each file.
    """
    facts: list[tuple[date, str, str]] = [(fact.date, f"limit {fact.name}", "") for fact in limits.facts]
    facts += [
        (price.date, f"price {name} in {sheet.region}", sheet.region)
        for sheet in sheets
        for name, price in sheet.dimensions()
        if price is not None
    ]
    limit = policy.facts_older_than
    old = [each for each in facts if Duration(Fraction((today - each[0]).days * 86400)) > limit]
    if not old:
        return None
    day, name, region = min(old)
    count = f"{len(old):,} facts are" if len(old) > 1 else "a fact is"
    return Hit(
        f"{count} older than {decimal(limit.amount / 86400)} d on {today}, the oldest ({name}) of {day}",
        ("" if not region else f"shardcalc facts refresh --region {region} reads its prices again; else ")
        + "upgrade shardcalc, or check them and raise facts_older_than; shardcalc facts lists them",
    )


STALE_FACTS: Final = Rule(
    id="SC026",
    name="stale-facts",
    severity=WARNING,
    summary="limits or prices were read long ago",
    reason=(
        "AWS changes limits and prices several times a year. "
        "The rule speaks when a fact in use is older than facts_older_than, once for each file."
    ),
    remedy="upgrade shardcalc, or check the facts and raise facts_older_than",
    bad="version: 1\npolicy:\n  facts_older_than: 1d\nstreams:\n  orders: {size: 1 KiB, rps: 10}",
    good="version: 1\npolicy:\n  facts_older_than: 36500d\nstreams:\n  orders: {size: 1 KiB, rps: 10}",
)

RULES: Final[tuple[Rule, ...]] = (
    UNVERIFIED_PRICE,
    STALE_FACTS,
)
