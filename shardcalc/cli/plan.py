"""``shardcalc plan``: how many shards, why, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from shardcalc.cli.errors import UsageError
from shardcalc.cli.flags import workload_flags
from shardcalc.cli.output import Format, page, write

if TYPE_CHECKING:
    from fractions import Fraction

    from shardcalc.core.facts.prices import PriceSheet
    from shardcalc.report import Described, PlanReport

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
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="profiles, or folders of them", show_default=False),
    ] = None,
    name: Annotated[
        str,
        typer.Option(metavar="TEXT", show_default=False, help="name of the stream that the flags describe"),
    ] = "",
    hours: Annotated[
        str,
        typer.Option(
            metavar="HOURS", help="hours that the cost is for; 730 when not given", show_default=False
        ),
    ] = "",
    format: Annotated[Format, typer.Option(help="how to write the result")] = Format.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="each limit's working, line by line, with its source and date")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
    flags: dict[str, Any],
) -> None:
    """How many shards streams need, why, and what they cost.

    Describe one stream with flags, or give profiles; flags then stand in for the profiles' defaults.
    """
    if not paths and "shards" in flags and "rps" not in flags:
        _carried(flags, format, output)
        return
    from shardcalc.sources.store.prices import price_book

    streams = describe(paths or [], flags, name)
    priced = pricing(read_hours(hours), price_book())
    match format:
        case Format.TABLE:
            from shardcalc.report.plan import terminal

            text = terminal.plans(priced(streams), page(output), explain=explain)
        case Format.JSON:
            from shardcalc.app.processors import in_parts
            from shardcalc.report.plan import json

            if len(streams) <= json.INDENTED_STREAMS:
                text = json.plans(priced(streams), explain=explain)
            else:
                text = json.joined(in_parts(streams, lambda some: json.part(priced(some), explain=explain)))
        case Format.MARKDOWN:
            from shardcalc.report.plan import markdown

            text = markdown.plans(priced(streams), explain=explain)
        case _:
            assert_never(format)
    write(text, output)


def describe(paths: list[str], flags: dict[str, Any], name: str) -> Sequence[Described]:
    """The streams that the paths or the flags describe.

    Raises:
        BadFields, ProfileErrors, UsageError: what is wrong with them, all at once.
    """
    from shardcalc.core.workload.workload import FIELDS, Workload, read_fields
    from shardcalc.report import Described

    if paths:
        from shardcalc.sources.profiles import reading as profile

        streams = profile.load(paths, read_fields(flags, FIELDS))
        _tell_unused(streams)
        return [Described(s.name, s.where, s.workload, s.origins, s.owner, s.notes) for s in streams]
    if not flags:
        raise UsageError("nothing to plan", ["give --size and --rps, or profiles; see shardcalc plan --help"])
    return [Described(name, "", Workload.of(**flags), dict.fromkeys(flags, "flag"))]


def read_hours(text: str) -> Fraction:
    """The hours that a cost is for.

    Raises:
        BadFields: not a number of hours.
    """
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.units import read_factor
    from shardcalc.core.workload.workload import BadFields

    if not text:
        return built_in_limits().month.value.in_hours
    try:
        return read_factor(text.removesuffix("h").rstrip(), "a number of hours", most=100_000)
    except ValueError as error:
        raise BadFields([("hours", str(error))]) from error


def pricing(
    hours: Fraction, prices: Callable[[str], PriceSheet]
) -> Callable[[Sequence[Described]], PlanReport]:
    """A function that plans streams and prices them for so many hours."""
    from shardcalc.core.capacity.streams import plan
    from shardcalc.core.cost.bill import own_bill
    from shardcalc.core.facts import built_in_limits
    from shardcalc.report import PlanReport, StreamPlan

    limits = built_in_limits()

    def one(stream: Described) -> StreamPlan:
        planned = plan(stream.workload, limits)
        sheet = prices(stream.workload.region)
        return StreamPlan(stream, planned, own_bill(stream.workload, planned.shards, sheet, limits, hours))

    return lambda streams: PlanReport(tuple(map(one, streams)), limits, hours, prices)


def _tell_unused(streams: list[Any]) -> None:
    kept: dict[str, list[str]] = {}
    for stream in streams:
        for field in stream.unused_flags:
            kept.setdefault(field, []).append(stream.name)
    for field, names in kept.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        print(
            f"note: --{field.replace('_', '-')} is not used where a stream gives its own: {', '.join(names[:5])}{more}",
            file=sys.stderr,
        )


def _carried(flags: dict[str, Any], format: Format, output: str | None) -> None:
    from shardcalc.core.capacity.streams import carried
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.workload.workload import Workload

    workload = Workload.of(**flags, rps="1")
    answer = carried(workload, workload.shards or 1, built_in_limits())
    match format:
        case Format.TABLE:
            from shardcalc.report.plan import terminal

            text = terminal.carried(answer, page(output))
        case Format.JSON:
            from shardcalc.report.plan import json

            text = json.carried(answer)
        case Format.MARKDOWN:
            from shardcalc.report.plan import markdown

            text = markdown.carried(answer)
        case _:
            assert_never(format)
    write(text, output)
