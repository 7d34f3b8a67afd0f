"""``shardcalc plan``: how many shards, why, and what they cost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from shardcalc.app import plan, streams
from shardcalc.cli.errors import first, tell
from shardcalc.cli.flags import (
    Basis,
    Exclude,
    Flags,
    Output,
    Paths,
    Selection,
    StdinName,
    StreamName,
    basis_flags,
    selection_flags,
    workload_flags,
)
from shardcalc.cli.output import ListFormat, page, rewritten, write

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES: Final = """\
Examples:

\b
shardcalc plan --size 1024 --rps 6 --consumers 7
shardcalc plan --size "1.5 KiB" --rps 90k/min --consumers 2 --fan-out 1 --headroom 20%
shardcalc plan --size 5 --shards 15        what do 15 shards carry?
shardcalc plan profiles/ --format json     every stream in every YAML below
shardcalc plan profiles/ --where region=eu-west-1 --sort cost --by owner
"""


@workload_flags
@basis_flags("hours", "prices", "discount", "currency", "today")
@selection_flags()
def command(
    *,
    paths: Paths = None,
    name: StreamName = "",
    detail: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="of several streams, show the working of this one; can be repeated",
            show_default=False,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="of several streams, show all workings")] = False,
    format: Annotated[ListFormat, typer.Option(help="how to write the result")] = ListFormat.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="each limit's working, line by line, with its source and date")
    ] = False,
    exclude: Exclude = None,
    stdin_name: StdinName = "",
    output: Output = None,
    flags: Flags,
    basis: Basis,
    selection: Selection,
) -> None:
    """How many shards streams need, why, and what they cost.

    Describe one stream with flags, or give profiles; flags replace the profiles' defaults. Of several streams
    the table and Markdown show a summary; --all and --detail show their working.
    """
    if not paths and "shards" in flags and not {"rps", "throughput"} & flags.keys():
        write(_carried(plan.carried(**flags), format, output), output)
        return
    declared = described(paths or [], flags, name, exclude, stdin_name)
    if format in (ListFormat.JSON, ListFormat.CSV, ListFormat.YAML):
        write(rewritten(_json(declared, basis, selection, explain), format, "streams"), output)
        return
    report = plan.plan(declared, basis=basis, selection=selection)
    detailed = report.detailed(detail or [], every=every or explain)
    match format:
        case ListFormat.TABLE:
            from shardcalc.report.plan import terminal

            text = terminal.plans(report, page(output), explain=explain, detailed=detailed)
        case ListFormat.CONCISE:
            from shardcalc.report.plan import concise

            text = concise.plans(report)
        case _:
            from shardcalc.report.plan import markdown

            text = markdown.plans(report, explain=explain, detailed=detailed)
    write(text, output)


def opened(paths: Sequence[str], stdin_name: str) -> list[str]:
    """The paths of profiles, with what stdin holds in the place of ``-``."""
    if "-" in paths and sys.stdin is not None and sys.stdin.isatty():
        tell("note: - reads a profile from this terminal; end it with Ctrl-D (Windows: Ctrl-Z and Enter)")
    return streams.with_stdin(paths, getattr(sys.stdin, "buffer", None), stdin_name)


def described(
    paths: Sequence[str],
    flags: Flags,
    name: str = "",
    exclude: Sequence[str] | None = None,
    stdin_name: str = "",
) -> list[Any]:
    """The streams of profiles, or of flags; stderr says which flags had no effect, and what is no profile."""
    passed_over: list[str] = []
    declared = streams.describe(opened(paths, stdin_name), flags, name, passed_over, exclude or ())
    if (questioned := plan.readings(flags)) is not None:
        from shardcalc.report.plan.words import reading

        tell(f"note: {reading(questioned)}")
    for field, names in streams.unused_flags(declared).items():
        flag = f"--{field.replace('_', '-')}"
        tell(f"note: {flag} has no effect on streams that declare their own: {first(names)}")
    if passed_over:
        from shardcalc.report import words

        tell(f"note: {words.passed_over(passed_over)}: {first(passed_over)}")
    return declared


def _json(declared: Sequence[Any], basis: Basis, selection: Selection | None, explain: bool) -> str:
    """The plans as JSON; a long list is planned and written on all processors, a part on each."""
    from shardcalc.app.processors import in_parts
    from shardcalc.report.plan import json

    # What is chosen, ordered or added up is so over all streams.
    if len(declared) <= json.INDENTED_STREAMS or selection is not None:
        return json.plans(plan.plan(declared, basis=basis, selection=selection), explain=explain)
    basis = basis.for_streams(declared)
    return json.joined(
        in_parts(declared, lambda some: json.part(plan.plan(some, basis=basis), explain=explain))
    )


def _carried(answer: Any, format: ListFormat, output: str | None) -> str:
    match format:
        case ListFormat.TABLE | ListFormat.CONCISE:
            from shardcalc.report.plan import terminal

            return terminal.carried(answer, page(output))
        case ListFormat.JSON | ListFormat.CSV | ListFormat.YAML:
            from shardcalc.report.plan import json

            return rewritten(json.carried(answer), format)
        case ListFormat.MARKDOWN:
            from shardcalc.report.plan import markdown

            return markdown.carried(answer)
        case _:
            assert_never(format)
