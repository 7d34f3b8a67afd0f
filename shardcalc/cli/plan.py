"""``shardcalc plan``: how many shards, why, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from .errors import UsageError
from .flags import workload_flags
from .output import Format, page, write

if TYPE_CHECKING:
    from ..report import PlanReport, StreamPlan

EXAMPLES: Final = """\
Examples:

\b
shardcalc plan --size 1024 --rps 6 --consumers 7
shardcalc plan --size "1.5 KiB" --rps 90k/min --consumers 2 --fan-out 1 --headroom 20%
shardcalc plan --size 5 --shards 15        what do 15 shards carry?
shardcalc plan profiles/ --format json     every stream in every YAML below
"""


@workload_flags
def command(
    *,
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="profiles, or folders of them", show_default=False)] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", show_default=False, help="name of the stream that the flags describe")] = "",
    hours: Annotated[str, typer.Option(metavar="HOURS", help="hours that the cost is for; 730 when not given", show_default=False)] = "",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    explain: Annotated[bool, typer.Option("--explain", help="each limit's working, line by line, with its source and date")] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False)] = None,
    flags: dict[str, Any],
) -> None:
    """How many shards streams need, why, and what they cost.

    Describe one stream with flags, or give profiles; flags then stand in for the profiles' defaults.
    """
    if not paths and "shards" in flags and "rps" not in flags:
        _carried(flags, format, output)
        return
    report = load(paths or [], flags, name, hours)
    match format:
        case Format.TABLE:
            from ..report import terminal

            text = terminal.plans(report, page(output), explain=explain)
        case Format.JSON:
            from ..report import json

            text = json.plans(report, explain=explain)
        case Format.MARKDOWN:
            from ..report import markdown

            text = markdown.plans(report, explain=explain)
        case _:
            assert_never(format)
    write(text, output)


def load(paths: list[str], flags: dict[str, Any], name: str, hours: str) -> PlanReport:
    """Plan and price every stream that the paths or the flags describe."""
    from fractions import Fraction

    from ..capacity import plan
    from ..cost import provisioned_bill
    from ..facts import built_in_limits
    from ..facts.prices import built_in_prices
    from ..report import PlanReport, StreamPlan
    from ..units import read_factor
    from ..workload import FIELDS, BadFields, Workload, read_fields

    limits = built_in_limits()
    try:
        period = read_factor(hours, "a number of hours", most=100_000) if hours else limits.month.value.in_hours
    except ValueError as error:
        raise BadFields([("hours", str(error))]) from error

    def priced(name: str, where: str, workload: Workload, origins: Mapping[str, str], owner: str = "", notes: str = "") -> StreamPlan:
        planned = plan(workload, limits)
        bill = provisioned_bill(workload, planned.shards, built_in_prices(workload.region), limits, period)
        return StreamPlan(name, where, planned, bill, origins, owner, notes)

    if not paths:
        if not flags:
            raise UsageError("nothing to plan", ["give --size and --rps, or profiles; see shardcalc plan --help"])
        return PlanReport((priced(name, "", Workload.of(**flags), dict.fromkeys(flags, "flag")),), limits, Fraction(period))
    from .. import profile

    streams = profile.load(paths, read_fields(flags, FIELDS))
    _tell_unused(streams)
    return PlanReport(tuple(priced(s.name, s.where, s.workload, s.origins, s.owner, s.notes) for s in streams), limits, Fraction(period))


def _tell_unused(streams: list[Any]) -> None:
    kept: dict[str, list[str]] = {}
    for stream in streams:
        for field in stream.unused_flags:
            kept.setdefault(field, []).append(stream.name)
    for field, names in kept.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        print(f"note: --{field.replace('_', '-')} is not used where a stream gives its own: {', '.join(names[:5])}{more}", file=sys.stderr)


def _carried(flags: dict[str, Any], format: Format, output: str | None) -> None:
    from ..capacity import carried
    from ..facts import built_in_limits
    from ..workload import Workload

    workload = Workload.of(**flags, rps="1")
    answer = carried(workload, workload.shards or 1, built_in_limits())
    match format:
        case Format.TABLE:
            from ..report import terminal

            text = terminal.carried(answer, page(output))
        case Format.JSON:
            from ..report import json

            text = json.carried(answer)
        case Format.MARKDOWN:
            from ..report import markdown

            text = markdown.carried(answer)
        case _:
            assert_never(format)
    write(text, output)
