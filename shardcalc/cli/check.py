"""``shardcalc check``: the linter of profiles."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, assert_never

import typer

from shardcalc.cli.errors import DONE, FOUND, USAGE, UsageError
from shardcalc.cli.output import Format, page, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from shardcalc.core.lint.check import Checked, Found
    from shardcalc.core.lint.plan_diff import Standing
    from shardcalc.report.check.check import CheckReport
    from shardcalc.sources.profiles.reading import ProfileErrors

EXAMPLES: Final = """\
Examples:

\b
shardcalc check profiles/
shardcalc check profiles/ --format github --fail-on warning
shardcalc check profiles/ --against main-plan.json --format markdown
shardcalc check profiles/ --write-baseline .shardcalc-baseline.json
shardcalc check --explain SC003
"""


FILES_A_PROCESS: Final = 100
"""Files that make a process of their own worth its start."""


class CheckFormat(StrEnum):
    """How findings are written."""

    TABLE = "table"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    JSON = "json"
    MARKDOWN = "markdown"


class Level(StrEnum):
    """The least severity that fails."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="profiles, or folders of them", show_default=False),
    ] = None,
    format: Annotated[CheckFormat, typer.Option(help="how to write the findings")] = CheckFormat.TABLE,
    fail_on: Annotated[
        Level, typer.Option(help="the least severity that makes the exit code 1")
    ] = Level.ERROR,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="leave with 0 whatever is found")] = False,
    baseline: Annotated[
        str,
        typer.Option(metavar="FILE", help="findings that are known; only new ones fail", show_default=False),
    ] = "",
    write_baseline: Annotated[
        str, typer.Option(metavar="FILE", help="write what is found now as a baseline", show_default=False)
    ] = "",
    against: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="JSON of shardcalc plan, to show what changed since", show_default=False
        ),
    ] = "",
    explain: Annotated[
        str,
        typer.Option(
            metavar="RULE", help="tell about one rule, by id or name, or about all", show_default=False
        ),
    ] = "",
    today: Annotated[
        str,
        typer.Option(
            metavar="DAY",
            help="the day to check for, as 2027-01-15; today when not given",
            show_default=False,
        ),
    ] = "",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="write to a file, whole or not at all", show_default=False
        ),
    ] = None,
) -> None:
    """Hold profiles against the rules, as a linter does: for pull requests, hooks and CI.

    Exit codes: 0 nothing at or above --fail-on, 1 something, 2 a file or flag cannot be used.
    """
    if explain:
        write(_explained(explain, format, output), output)
        return
    if not paths:
        raise UsageError("nothing to check", ["give profiles or folders of them; see shardcalc check --help"])
    from shardcalc.sources.profiles.reading import ProfileErrors

    try:
        report, checked = _load(paths, fail_on, baseline, write_baseline, against, today)
    except ProfileErrors as error:
        raise _unusable(error, format, fail_on, today, output) from error
    write(_rendered(report, checked, format, output), output)
    raise typer.Exit(FOUND if report.failed and not exit_zero else DONE)


def _load(
    paths: list[str], fail_on: Level, baseline: str, new_baseline: str, against: str, today: str
) -> tuple[CheckReport, Checked]:
    from shardcalc.core.capacity.findings import Severity
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.lint.check import apply_baseline
    from shardcalc.core.lint.plan_diff import compare
    from shardcalc.report.check.check import CheckReport
    from shardcalc.sources.store.baselines import SavedError, near, read_baseline, read_plan
    from shardcalc.sources.store.baselines import write_baseline as baseline_text

    day = _day(today)
    hours: Fraction | None = None
    before: list[Standing] = []
    if against:
        try:
            hours, before = read_plan(against)
        except SavedError as error:
            raise UsageError(f"{against}: no plan, nothing was checked", [str(error)]) from error
    files, checked = _checked(paths, day, hours)
    found, gone = tuple(checked.found), 0
    if new_baseline:
        write(baseline_text(found, new_baseline), new_baseline)
    known = new_baseline or baseline
    if known:
        try:
            found, gone = apply_baseline(found, read_baseline(known), lambda file: near(file, known))
        except SavedError as error:
            raise UsageError(f"{known}: no baseline, nothing was checked", [str(error)]) from error
    comparison = None
    if hours is not None:
        comparison = compare(
            before,
            (seen.standing for seen in checked.seen if seen.standing is not None),
            against=against,
            hours=hours,
        )
    return CheckReport(
        found,
        files,
        len(checked.seen),
        day,
        Severity(fail_on.value),
        built_in_limits(),
        comparison,
        bool(known),
        gone,
    ), checked


def _checked(paths: list[str], day: date, hours: Fraction | None) -> tuple[int, Checked]:
    """Read and check all files, long lists of them on all processors."""
    from shardcalc.app.processors import in_parts
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.lint.check import Checked, check, check_policies
    from shardcalc.sources.profiles import reading as profile
    from shardcalc.sources.store.prices import price_book

    problems: list[profile.Problem] = []
    files = profile.files_of(paths, problems)
    policies = profile.policy_files(files, problems)

    prices, limits = price_book(), built_in_limits()

    def part(files: Sequence[str]) -> tuple[list[profile.Problem], Checked]:
        wrong: list[profile.Problem] = []
        streams = profile.load_files(files, {}, wrong)
        return wrong, check(streams, policies, limits, prices, day, hours)

    parts = in_parts(files, part, FILES_A_PROCESS)
    for wrong, _ in parts:
        problems += wrong
    seen = [each for _, checked in parts for each in checked.seen]
    problems += profile.standing_twice((each.region, each.name, each.file, each.place) for each in seen)
    if problems:
        raise profile.ProfileErrors(problems)
    found = [each for _, checked in parts for each in checked.found]
    return len(files), Checked([*found, *check_policies(policies, day)], seen)


def _day(today: str) -> date:
    from shardcalc.core.lint.policy import read_day
    from shardcalc.core.workload.workload import BadFields

    try:
        return read_day(today) if today else date.today()  # noqa: DTZ011  # the user's day is the one that a suppression ends on
    except ValueError as error:
        raise BadFields([("today", str(error))]) from error


def _rendered(report: CheckReport, checked: Checked | None, format: CheckFormat, output: str | None) -> str:
    match format:
        case CheckFormat.TABLE:
            from shardcalc.report.check import check

            return check.table(report, page(output), _lines(report.active))
        case CheckFormat.GITHUB:
            from shardcalc.report.check import github

            return github.text(report)
        case CheckFormat.SARIF:
            from shardcalc import __version__
            from shardcalc.report.check import sarif

            return sarif.text(report, __version__)
        case CheckFormat.JUNIT:
            from shardcalc.report.check import junit

            return junit.text(
                report, [(seen.file, seen.name) for seen in checked.seen] if checked is not None else []
            )
        case CheckFormat.JSON:
            from shardcalc.report.check import check

            return check.json_text(report)
        case CheckFormat.MARKDOWN:
            from shardcalc.report.check import check

            return check.markdown(report)
        case _:
            assert_never(format)


def _lines(found: tuple[Found, ...]) -> dict[tuple[str, int], str]:
    from shardcalc.sources.profiles.reading import lines_of

    wanted: dict[str, set[int]] = {}
    for each in found:
        if each.place is not None:
            wanted.setdefault(each.file, set()).add(each.place.line)
    return {
        (file, number): line
        for file, numbers in wanted.items()
        for number, line in lines_of(file, numbers).items()
    }


def _unusable(
    error: ProfileErrors, format: CheckFormat, fail_on: Level, today: str, output: str | None
) -> UsageError:
    """Tell other tools, in the format they read, what stderr tells people."""
    from shardcalc.core.capacity.findings import Severity
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.lint.check import Found
    from shardcalc.core.lint.rules import UNUSABLE
    from shardcalc.report.check.check import CheckReport

    files = list(dict.fromkeys(problem.file for problem in error.problems))
    if format is not CheckFormat.TABLE:
        found = tuple(
            Found(
                UNUSABLE,
                Severity.ERROR,
                problem.message,
                UNUSABLE.remedy,
                problem.file,
                problem.place,
                "",
                problem.path,
            )
            for problem in error.problems
        )
        report = CheckReport(
            found, len(files), 0, _day(today), Severity(fail_on.value), built_in_limits(), usable=False
        )
        write(_rendered(report, None, format, output), output)
    count = len(error.problems)
    where = files[0] if len(files) == 1 else f"{len(files)} files"
    return UsageError(
        f"{where}: {count} problem{'' if count == 1 else 's'}, nothing was checked",
        list(map(str, error.problems)),
        code=USAGE,
    )


def _explained(name: str, format: CheckFormat, output: str | None) -> str:
    from shardcalc.core.facts import built_in_limits
    from shardcalc.core.lint.rules import BY_NAME, RULES
    from shardcalc.core.units import shown
    from shardcalc.core.workload.workload import nearest
    from shardcalc.report.check import check

    rule = BY_NAME.get(name.lower())
    if rule is None and name.lower() != "all":
        raise UsageError(
            "nothing is explained",
            [f"{shown(name)} is no rule{nearest(name, BY_NAME)}; --explain all lists them"],
        )
    rules = (rule,) if rule is not None else RULES
    limits = built_in_limits()
    match format.value:
        case Format.TABLE.value:
            return check.rules_table(rules, limits, page(output))
        case Format.MARKDOWN.value:
            return check.rules_markdown(rules, limits)
        case Format.JSON.value:
            return check.rules_json(rules, limits)
        case other:
            raise UsageError(
                "nothing is explained", [f"a rule is explained as table, markdown or json, not as {other}"]
            )
