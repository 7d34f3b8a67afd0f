"""A price sheet to fill in, as ``--prices`` takes it."""

from __future__ import annotations

from datetime import date

from shardcalc.core.facts.prices import UNITS, PriceSheet, exact_decimal

PER = {"put_payload_unit": 1_000_000}
"""What people are told the price of, where it is not one unit."""


def text(sheet: PriceSheet, today: date) -> str:
    """Every dimension with its unit and, where it is known, its list price, all of it commented out."""
    parts = [
        f"# Prices of Kinesis Data Streams in {sheet.region}, for --prices.\n"
        "# Fill in those that you know, and take the '# ' off their lines; of others the list price counts.\n"
        f'\nregion = "{sheet.region}"\ncurrency = "USD"\n'
    ]
    for name, known in sheet.dimensions():
        per = PER.get(name, 1)
        listed = "" if known is None else exact_decimal(known.amount.amount * per)
        lines = [
            f"[prices.{name}]",
            f'price = "{listed}"' + (f"  # the list price of {known.date}" if known is not None else ""),
            *([f"per = {per}"] if per > 1 else []),
            f'unit = "{UNITS[name].UNIT}"',
            'source = "our contract"',
            f"date = {today}",
            'confidence = "A"',
        ]
        parts.append("".join(f"# {line}\n" for line in lines))
    return "\n".join(parts)
