"""``check``: profiles against the rules, with a baseline and another branch's plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import cast

from shardcalc.app.basis import Basis
from shardcalc.app.output import write_file
from shardcalc.app.processors import in_parts
from shardcalc.app.refusal import ProfileErrors, Refused
from shardcalc.app.streams import Streams, listed
from shardcalc.core.advice.judged import Judged, judge
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.facts import Limits
from shardcalc.core.lint.baseline import apply_baseline
from shardcalc.core.lint.check import (
    GRAVITY,
    Checked,
    Found,
    State,
    check_account,
    check_declared,
    check_policies,
    once_a_region,
)
from shardcalc.core.lint.plan_diff import Comparison, StreamSummary, compare
from shardcalc.core.lint.policy import nearest_rule
from shardcalc.core.lint.rule import Rule
from shardcalc.core.lint.rules import BY_NAME, NAMES, RULES, UNUSABLE
from shardcalc.core.text import shown
from shardcalc.core.workload.declared import NO_DOCUMENT, DeclaredStream, Identity, Problem
from shardcalc.core.workload.workload import Workload

FILES_A_PROCESS = 100
"""Files that make a process of their own worth its start."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that a check has to say."""

    found: tuple[Found, ...]
    files: int
    streams: tuple[tuple[str, str], ...]
    """File and title of each stream that was checked."""
    today: date
    fail_on: Severity
    limits: Limits
    comparison: Comparison | None = None
    baseline: bool = False
    """Whether a baseline was given."""
    gone: int = 0
    """Entries of the baseline that are no longer found."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where the prices of each Region came from, for Regions whose prices are not those of this release."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with files that cannot be used; the others were checked."""
    owners: Mapping[Identity, str] = field(default_factory=dict)
    """Who answers for each stream that has an owner."""
    passed_over: tuple[str, ...] = ()
    """YAML files in the folders that are no profiles."""

    @property
    def usable(self) -> bool:
        """Whether all files could be used."""
        return not self.problems

    @property
    def active(self) -> tuple[Found, ...]:
        """The findings that count."""
        return tuple(each for each in self.found if each.state is State.ACTIVE)

    @property
    def failed(self) -> bool:
        """Whether a finding that counts is at or above the level that fails."""
        return any(self.fails(each) for each in self.active)

    def fails(self, found: Found) -> bool:
        """Whether a finding is at or above the level that fails."""
        return GRAVITY[found.severity] >= GRAVITY[self.fail_on]

    def count(self, state: State) -> int:
        """How many findings are in a state."""
        return sum(each.state is state for each in self.found)


def check(
    profiles: Streams | Sequence[str] | str,
    *,
    basis: Basis | None = None,
    fail_on: str = "error",
    baseline: str = "",
    write_baseline: str = "",
    against: str = "",
    histories: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> CheckReport:
    """Check every stream of some profiles, with the policy files that count for them, or streams that a
    program made.

    Args:
        profiles: files and folders; or streams, for which no policy file counts.
        basis: prices, discount, and the day on which suppressions expire and facts grow old.
        fail_on: the least severity that fails.
        baseline: a file with findings that are known; only new ones fail.
        write_baseline: a file for what is found now, as a baseline.
        against: the JSON of ``plan`` of another branch, to compare with.
        histories: files of saved histories, each of one of the streams.
        exclude: what is left out of folders, as patterns of gitignore.

    Raises:
        ProfileErrors: a baseline should be written, and a file cannot be used.
        Refused: the baseline or the other plan cannot be used, or the new baseline cannot be written.
    """
    from shardcalc.sources.store import baselines, plans
    from shardcalc.sources.store.document import StoredError

    basis = basis or Basis.of()
    hours: Fraction | None = None
    before: list[StreamSummary] = []
    if against:
        try:
            hours, before = plans.read_plan(against)
        except StoredError as error:
            raise Refused(f"{against}: no plan, nothing was checked", error.problems) from error
    passed_over: list[str] = []
    looked_at, checked, problems, basis = _checked(profiles, basis, hours, histories, exclude, passed_over)
    if not problems:
        basis.used_in(seen.identity.region for seen in checked.seen)
    found = *once_a_region(checked.found), *check_account(checked.seen, basis.limits, basis.today)
    gone = 0
    if write_baseline:
        if problems:
            raise ProfileErrors(problems, "no baseline was written")
        write_file(write_baseline, (baselines.baseline_text(found, write_baseline),))
    if known := write_baseline or baseline:
        try:
            entries = baselines.read_baseline(known)
        except StoredError as error:
            raise Refused(f"{known}: no baseline, nothing was checked", error.problems) from error
        found, gone = apply_baseline(found, entries, lambda file: baselines.near(file, known))
    comparison = None
    # Of a file that cannot be used, nobody knows what changed, or what is no longer found.
    if problems:
        found, gone = (*found, *map(_unusable, problems)), 0
    elif hours is not None:
        after = (seen.summary for seen in checked.seen if seen.summary is not None)
        comparison = compare(before, after, against=against, hours=hours)
    streams = tuple((seen.file, str(seen.identity)) for seen in checked.seen)
    return CheckReport(
        found,
        looked_at,
        streams,
        basis.today,
        Severity(fail_on),
        basis.limits,
        comparison,
        bool(known),
        gone,
        basis.origins(seen.identity.region for seen in checked.seen),
        problems,
        {seen.identity: seen.owner for seen in checked.seen if seen.owner},
        tuple(passed_over),
    )


def _checked(
    profiles: Streams | Sequence[str] | str,
    basis: Basis,
    hours: Fraction | None,
    histories: Sequence[str],
    exclude: Sequence[str],
    passed_over: list[str],
) -> tuple[int, Checked, tuple[Problem, ...], Basis]:
    """Check streams as they are, or all streams of some files; also how many files that were, what is wrong
    with others, and the basis with what policy files say of it.
    """
    if isinstance(profiles, str):
        profiles = [profiles]
    paths = (
        []
        if isinstance(profiles, (Workload, DeclaredStream))
        else [p for p in profiles if isinstance(p, str)]
    )
    if paths:
        return _checked_files(paths, basis, hours, histories, exclude, passed_over)
    streams = listed(cast("Streams", profiles))
    basis = basis.by_policy(stream.document for stream in streams)
    judges = _judge(basis, streams, histories)
    checked = check_declared(streams, judges, basis.limits, basis.prices, basis.today, hours)
    return len({stream.file for stream in streams}), checked, (), basis


def _judge(
    basis: Basis, streams: Sequence[DeclaredStream], histories: Sequence[str]
) -> Callable[[DeclaredStream], Judged]:
    """How each of some streams is judged: with its history, where there is one."""
    if not histories:
        return lambda stream: judge(stream, basis.ground(stream))
    from shardcalc.app.histories import histories_of, judged  # few checks have one

    of = histories_of(histories, streams, "checked")
    files = {id(streams[index]): saved for index, saved in of.items()}
    return lambda stream: judged(stream, basis, files.get(id(stream)))


def _checked_files(
    paths: Sequence[str],
    basis: Basis,
    hours: Fraction | None,
    histories: Sequence[str],
    exclude: Sequence[str],
    passed_over: list[str],
) -> tuple[int, Checked, tuple[Problem, ...], Basis]:
    """Read and check all files, long lists of them on all processors."""
    from shardcalc.sources.profiles import policies, reading

    problems: list[Problem] = []
    files = reading.files_of(paths, problems, passed_over, exclude)
    found_policies = policies.policy_files(files, problems)
    # Without its policy a file would be held against other rules than its own.
    without_policy = {file for file, policy in found_policies.items() if policy is None}
    basis = basis.by_policy(
        found_policies.get(file) or NO_DOCUMENT._replace(file=file)
        for file in files
        if file not in without_policy and os.path.basename(file) != policies.POLICY_FILE
    )

    def part(files: Sequence[str]) -> tuple[list[Problem], Checked]:
        wrong: list[Problem] = []
        streams = reading.load_files(files, {}, wrong, found_policies)
        if histories and wrong:
            # A history may be of a stream that cannot be read: what is wrong with its file comes first.
            return wrong, Checked([], [])
        if unusable := {problem.file for problem in wrong} | without_policy:
            streams = [stream for stream in streams if stream.file not in unusable]
        judges = _judge(basis, streams, histories)
        checked = check_declared(streams, judges, basis.limits, basis.prices, basis.today, hours)
        return wrong, checked

    # A history is looked for among all streams, so they stay together where one is given.
    parts = [part(files)] if histories else in_parts(files, part, FILES_A_PROCESS)
    for wrong, _ in parts:
        problems += wrong
    seen = [each for _, checked in parts for each in checked.seen]
    problems += reading.declared_twice((each.identity, each.file, each.place) for each in seen)
    problems += reading.too_many(seen[-1].file if seen else "", len(seen))
    found = [each for _, checked in parts for each in checked.found]
    found += check_policies(filter(None, found_policies.values()), basis.today)
    looked_at = len({each.file for each in seen}) if problems else len(files)
    return looked_at, Checked(found, seen), tuple(problems), basis


def _unusable(problem: Problem) -> Found:
    where = problem.file, problem.place, "", problem.path
    return Found(UNUSABLE, Severity.ERROR, problem.message, UNUSABLE.remedy, *where)


def excerpts(report: CheckReport) -> Mapping[tuple[str, int], str]:
    """The lines that findings are about, by file and number, as far as they can still be read."""
    from shardcalc.sources.profiles.documents import lines_of

    wanted: dict[str, set[int]] = {}
    for each in report.active:
        if each.place is not None:
            wanted.setdefault(each.file, set()).add(each.place.line)
    return {
        (file, number): line
        for file, numbers in wanted.items()
        for number, line in lines_of(file, numbers).items()
    }


def explain(name: str) -> tuple[Rule, ...]:
    """One rule by id or name, or ``all`` of them.

    Raises:
        Refused: there is no such rule.
    """
    if name.lower() == "all":
        return RULES
    rule = BY_NAME.get(name.lower())
    if rule is None:
        known = f"{shown(name)} is no rule{nearest_rule(name, NAMES) or ';'} --explain all lists them"
        raise Refused("nothing was explained", [known])
    return (rule,)
