"""A fleet in each format: one line a stream, what was found, what failed, and the sums."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from shardcalc.core.advice.fleet import Failure, Fleet, Member, Standing, Sum
from shardcalc.core.units import percent
from shardcalc.report.kit.terminal import Cell, Justify, Page, Screen
from shardcalc.report.plan.json import SCHEMA_VERSION, number
from shardcalc.report.plan.markdown import escape
from shardcalc.report.plan.markdown import table as markdown_table

_STYLES: Final = {
    Standing.SHORT: "bold red",
    Standing.TROUBLED: "bold yellow",
    Standing.WASTEFUL: "bold blue",
    Standing.SILENT: "dim",
    Standing.FINE: "green",
}


def table(fleet: Fleet, page: Page) -> str:
    """For a terminal. A Region that all streams share stands in the heading, and not in each line."""
    screen = Screen(page)
    places = {member.region for member in fleet.members}
    columns: list[tuple[str, Justify]] = [
        ("stream", "left"),
        ("Region", "left"),
        ("now", "right"),
        ("to", "right"),
        ("used", "right"),
    ]
    columns += [("a month", "right"), ("saves", "right"), ("", "left")]
    keep = [index for index, (title, _) in enumerate(columns) if title != "Region" or len(places) > 1]
    rows: list[Sequence[Cell]] = []
    for member in fleet.members:
        standing = member.standing.value
        cells: list[Cell] = [*_cells(member), ((standing, _STYLES[member.standing]),)]
        rows.append([cells[index] for index in keep])
    if rows:
        screen.heading(" ".join(places) if len(places) == 1 else f"{len(places)} Regions")
        screen.table([columns[index] for index in keep], rows)
    for member in fleet.members:
        if member.reasons:
            screen.gap()
            screen.line(
                (member.standing.value, _STYLES[member.standing]),
                "  ",
                (_name(member, fleet), "bold"),
                f"  {member.answer}",
            )
            for reason in member.reasons:
                screen.line(reason, indent=2)
    for failure in fleet.failures:
        screen.gap()
        screen.line(("failed", "bold red"), "  ", (_failed(failure), "bold"))
        screen.line(failure.message, indent=2)
        if failure.remedy:
            screen.line(f"-> {failure.remedy}", indent=2)
    screen.gap()
    for line in _summary(fleet):
        screen.line(line)
    return screen.text()


def markdown_text(fleet: Fleet) -> str:
    """As Markdown."""
    rows = [
        [*map(escape, _cells(member)), member.standing.value, escape(member.answer)]
        for member in fleet.members
    ]
    heads = ["stream", "Region", "now:", "to:", "used:", "a month:", "saves:", "standing", "answer"]
    parts = ["# Fleet", markdown_table(heads, rows)] if rows else ["# Fleet"]
    notes = [
        f"- **{escape(_name(member, fleet))}**: {escape(reason)}"
        for member in fleet.members
        for reason in member.reasons
    ]
    notes += [
        f"- **{escape(_failed(failure))}** failed: {escape(failure.message)}" for failure in fleet.failures
    ]
    return (
        "\n\n".join(
            [
                *parts,
                *(["\n".join(notes)] if notes else []),
                "\n".join(f"{escape(line)}  " for line in _summary(fleet)),
            ]
        )
        + "\n"
    )


def json_text(fleet: Fleet) -> str:
    """As one JSON object; money is a decimal string, and null is unknown."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "command": "fleet",
        "days": fleet.days,
        "facts_oldest_date": min(fact.date for fact in fleet.limits).isoformat(),
        "total": {
            "streams": len(fleet.members),
            "failed": len(fleet.failures),
            **{standing.value: fleet.count(standing) for standing in Standing},
            **_money("cost", fleet.cost),
            **_money("saving", fleet.saving),
            **_money("more", fleet.more),
        },
        "failures": [
            {
                "stream": f.subject or None,
                "region": f.region,
                "account": f.account or None,
                "reason": f.trouble,
                "message": f.message,
                "remedy": f.remedy or None,
            }
            for f in fleet.failures
        ],
    }
    # One line a stream: a fleet may have thousands.
    rows = ",\n".join(json.dumps(_row(member), ensure_ascii=False) for member in fleet.members)
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "streams": [\n' + rows + "\n]}\n"


def _money(name: str, amount: Sum) -> dict[str, Any]:
    return {
        f"{name}_usd_per_month": None if amount.known is None else amount.known.cents,
        f"{name}_complete": amount.complete,
    }


def _row(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "region": member.region,
        "account": member.account or None,
        "mode": member.mode or None,
        "standing": member.standing.value,
        "shards": member.shards,
        "recommended_shards": member.recommended,
        "worst_utilisation": None if member.used is None else number(member.used),
        "cost_usd_per_month": None if member.cost is None else member.cost.cents,
        "saving_usd_per_month": None if member.saving is None else member.saving.cents,
        "answer": member.answer,
        "reasons": list(member.reasons),
        "findings": list(member.findings),
    }


def _cells(member: Member) -> list[str]:
    on_demand = member.mode == "ON_DEMAND"
    return [
        member.name,
        member.region,
        "on-demand" if on_demand else "-" if member.shards is None else f"{member.shards:,}",
        "-"
        if member.recommended is None or (on_demand and member.standing is not Standing.WASTEFUL)
        else f"{member.recommended:,}",
        "-" if member.used is None else percent(member.used),
        "unknown" if member.cost is None else str(member.cost),
        "unknown" if member.saving is None else str(member.saving) if member.saving else "",
    ]


def _name(member: Member, fleet: Fleet) -> str:
    several = len({one.account for one in fleet.members}) > 1
    return f"{member.name} in {member.region}" + (
        f", account {member.account}" if several and member.account else ""
    )


def _failed(failure: Failure) -> str:
    where = f"{failure.region}, account {failure.account}" if failure.account else failure.region
    return f"{failure.subject} in {where}" if failure.subject else f"all streams in {where}"


def failed_text(failures: Sequence[Failure]) -> str:
    """How much could not be read, in one line."""
    streams = sum(1 for failure in failures if failure.subject)
    regions = len(failures) - streams
    what = [
        f"{count:,} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((streams, "stream"), (regions, "Region"))
        if count
    ]
    return f"{' and '.join(what)} could not be read whole; what is missing is in no sum"


def _summary(fleet: Fleet) -> list[str]:
    counts = [f"{fleet.count(standing):,} {standing.value}" for standing in Standing if fleet.count(standing)]
    streams = f"{len(fleet.members):,} stream{'' if len(fleet.members) == 1 else 's'}"
    lines = (
        [f"{streams}: {', '.join(counts)}; they cost {fleet.cost} a month before tax"]
        if counts
        else ["no stream was found"]
    )
    if fleet.count(Standing.WASTEFUL):
        lines.append(f"the wasteful would save {fleet.saving} a month as recommended")
    if fleet.count(Standing.SHORT):
        lines.append(
            f"what the short need would cost {fleet.more} a month more"
            if fleet.more.known is not None
            else "what the short need costs is not known"
        )
    if fleet.count(Standing.SILENT):
        lines.append(
            "of the silent nothing was measured: nobody writes to them, or their metrics are missing"
        )
    if fleet.failures:
        lines.append(failed_text(fleet.failures))
    unpriced = sorted({member.region for member in fleet.members if member.cost is None})
    if unpriced:
        lines.append(f"not every price is known in {', '.join(unpriced)}; shardcalc facts shows what is")
    return lines
