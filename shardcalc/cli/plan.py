"""``shardcalc plan``: how many shards, why, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from .errors import UsageError
from .flags import workload_flags
from .output import Format, page, write

if TYPE_CHECKING:
    from fractions import Fraction

    from ..facts.prices import PriceSheet
    from ..report import Described, PlanReport

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
    from ..pricebook import price_book

    streams = describe(paths or [], flags, name)
    priced = pricing(read_hours(hours), price_book())
    match format:
        case Format.TABLE:
            from ..report import terminal

            text = terminal.plans(priced(streams), page(output), explain=explain)
        case Format.JSON:
            from ..report import json
            from .processors import in_parts

            if len(streams) <= json.INDENTED_STREAMS:
                text = json.plans(priced(streams), explain=explain)
            else:
                text = json.joined(in_parts(streams, lambda some: json.part(priced(some), explain=explain)))
        case Format.MARKDOWN:
            from ..report import markdown

            text = markdown.plans(priced(streams), explain=explain)
        case _:
            assert_never(format)
    write(text, output)


def describe(paths: list[str], flags: dict[str, Any], name: str) -> Sequence[Described]:
    """The streams that the paths or the flags describe.

    Raises:
        BadFields, ProfileErrors, UsageError: what is wrong with them, all at once.
    """
    from ..report import Described
    from ..workload import FIELDS, Workload, read_fields

    if paths:
        from .. import profile

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
    from ..facts import built_in_limits
    from ..units import read_factor
    from ..workload import BadFields

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
    from ..capacity import plan
    from ..cost import own_bill
    from ..facts import built_in_limits
    from ..report import PlanReport, StreamPlan

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
