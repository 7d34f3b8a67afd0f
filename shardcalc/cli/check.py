"""``shardcalc check``: the linter of profiles."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, assert_never

import typer

from shardcalc.app import check
from shardcalc.app.refusal import ProfileErrors, Refused
from shardcalc.cli.errors import DONE, FOUND
from shardcalc.cli.flags import Basis, Exclude, Histories, Output, Paths, StdinName, basis_flags
from shardcalc.cli.output import Format, page, rewritten, write
from shardcalc.cli.plan import opened

if TYPE_CHECKING:
    from shardcalc.app.check import CheckReport

EXAMPLES: Final = """\
Examples:

\b
shardcalc check profiles/
shardcalc check profiles/ --format github --fail-on warning
shardcalc check profiles/ --against main-plan.json --format markdown
shardcalc check profiles/ --write-baseline .shardcalc-baseline.json
shardcalc check --explain SC003
"""


class CheckFormat(StrEnum):
    """How findings are written."""

    TABLE = "table"
    CONCISE = "concise"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    YAML = "yaml"


class Level(StrEnum):
    """The least severity that fails."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@basis_flags("prices", "discount", "today")
def command(
    paths: Paths = None,
    format: Annotated[CheckFormat, typer.Option(help="how to write the findings")] = CheckFormat.TABLE,
    fail_on: Annotated[
        Level, typer.Option(help="the least severity that makes the exit code 1")
    ] = Level.ERROR,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="exit with 0 even if something is found")
    ] = False,
    baseline: Annotated[
        str,
        typer.Option(metavar="FILE", help="known findings; only new ones fail", show_default=False),
    ] = "",
    write_baseline: Annotated[
        str, typer.Option(metavar="FILE", help="write the findings as a new baseline", show_default=False)
    ] = "",
    against: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="JSON of shardcalc plan, to show what changed since", show_default=False
        ),
    ] = "",
    history: Histories = None,
    explain: Annotated[
        str,
        typer.Option(metavar="RULE", help="explain one rule, by id or name, or all", show_default=False),
    ] = "",
    exclude: Exclude = None,
    stdin_name: StdinName = "",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="write no findings: only the exit code counts")
    ] = False,
    output: Output = None,
    *,
    basis: Basis,
) -> None:
    """Lint capacity profiles: for pull requests, hooks and CI.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 a file or flag cannot be used.
    """
    if explain:
        write(_explained(check.explain(explain), basis, format, output), output)
        return
    if not paths:
        raise Refused("nothing to check", ["give profiles or folders of them; see shardcalc check --help"])
    report = check.check(
        opened(paths, stdin_name),
        basis=basis,
        fail_on=fail_on.value,
        baseline=baseline,
        write_baseline=write_baseline,
        against=against,
        histories=history or [],
        exclude=exclude or (),
    )
    # Other tools read in their format what stderr tells people.
    if not quiet and (report.streams or format is not CheckFormat.TABLE):
        write(_rendered(report, format, output), output)
    if not report.usable:
        from shardcalc.report.check import words

        raise ProfileErrors(report.problems, words.others(report))
    raise typer.Exit(FOUND if report.failed and not exit_zero else DONE)


def _rendered(report: CheckReport, format: CheckFormat, output: str | None) -> str:
    match format:
        case CheckFormat.TABLE:
            from shardcalc.report.check import terminal

            return terminal.table(report, page(output), check.excerpts(report))
        case CheckFormat.CONCISE:
            from shardcalc.report.check import concise

            return concise.text(report)
        case CheckFormat.GITHUB:
            from shardcalc.report.check import github

            return github.text(report)
        case CheckFormat.SARIF:
            from shardcalc import __version__
            from shardcalc.report.check import sarif

            return sarif.text(report, __version__)
        case CheckFormat.JUNIT:
            from shardcalc.report.check import junit

            return junit.text(report)
        case CheckFormat.JSON | CheckFormat.CSV | CheckFormat.YAML:
            from shardcalc.report.check import json

            return rewritten(json.text(report), format.value, "findings")
        case CheckFormat.MARKDOWN:
            from shardcalc.report.check import markdown

            return markdown.text(report)
        case _:
            assert_never(format)


def _explained(rules: tuple[Any, ...], basis: Basis, format: CheckFormat, output: str | None) -> str:
    match format.value:
        case Format.TABLE.value:
            from shardcalc.report.rules import terminal

            return terminal.table(rules, basis.limits, page(output))
        case Format.MARKDOWN.value:
            from shardcalc.report.rules import markdown

            return markdown.text(rules, basis.limits)
        case Format.JSON.value:
            from shardcalc.report.rules import json

            return json.text(rules, basis.limits)
        case other:
            raise Refused(
                "nothing was explained", [f"a rule is explained as table, markdown or json, not as {other}"]
            )
