"""What lies between the parts: one verdict, which stays when it is followed, and one figure under one name.

Random profiles with every field. Where a limit is said to hold or to break, the oracle says so
(``tests/oracle.py``), which shares no code with the planner.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from html import unescape
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from shardcalc.app.basis import Basis
from shardcalc.app.check import check
from shardcalc.core.advice.decision import (
    ABOUT_SHARDS,
    NOTHING_RUNS,
    TERMS,
    Action,
    Decision,
    Measured,
    Running,
    decide,
)
from shardcalc.core.capacity.finding import Finding
from shardcalc.core.capacity.streams import Plan
from shardcalc.core.cost.break_even import Curves
from shardcalc.core.facts import built_in_limits
from shardcalc.core.history.model import History
from shardcalc.core.lint.check import Found
from shardcalc.core.units import USD, ByteRate, RecordRate
from shardcalc.core.workload.declared import DeclaredStream
from shardcalc.core.workload.parts import Mode
from shardcalc.core.workload.requirements import NO_REQUIREMENTS
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.fuzz import examples
from tests.oracle import Oracle
from tests.run_check import write
from tests.synthetic import END
from tests.workloads import TODAY, Case, workloads

LIMITS = built_in_limits()
MOST = 50_000
"""Shards; a profile takes no more than a million, and advice may be several times what is needed."""
A_SHARD = Fraction("10.95")
"""Dollars a month."""


# ── one stream that is decided on ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Situation:
    """A declared stream, what runs of it, and what was measured."""

    case: Case
    running: Running = NOTHING_RUNS
    measured: Measured | None = None

    @property
    def plan(self) -> Plan:
        return plan(Workload.of(**self.case.fields))

    def decided(self, today: date = TODAY) -> Decision:
        return decide(self.plan, LIMITS, today, running=self.running, measured=self.measured, saving=_saving)

    def followed(self, made: Decision) -> Situation:
        """As somebody leaves it who does what the decision says: declares the count, and has it run."""
        running = self.running
        if running.mode is not None or running.shards is not None:
            running = Running(made.advised, running.mode and "PROVISIONED")
        return replace(self, case=declaring(self.case, made.advised), running=running)


def _saving(now: int, then: int) -> USD:
    return USD((now - then) * A_SHARD)


def declaring(case: Case, shards: int) -> Case:
    """With this count."""
    return Case({**case.fields, "shards": shards}, replace(case.stream, declared=shards))


def dated(case: Case, day: date) -> Case:
    """With rates of this day, which grow from then on."""
    rps = case.fields["rps"]
    made = rps if isinstance(rps, dict) else {"mean": rps, "peak": rps}
    return Case({**case.fields, "rps": {**made, "dated": day.isoformat()}}, replace(case.stream, dated=day))


def growing(case: Case, share: Fraction) -> Case:
    """By this share a month."""
    return Case(
        {**case.fields, "growth": f"{100 * share}%/month"}, replace(case.stream, growth=share, months=1)
    )


GROWTHS = st.sampled_from([Fraction(n, 100) for n in (1, 2, 5, 10, 30, 100)])


@st.composite
def counts(draw: st.DrawFn, needed: int) -> int:
    """A count near what is needed, where verdicts turn, or far from it."""
    times = draw(st.sampled_from([Fraction(n, 8) for n in (2, 4, 7, 8, 8, 9, 10, 11, 12, 16, 24, 80)]))
    return max(1, int(needed * times) + draw(st.integers(-1, 1)))


@st.composite
def measured(draw: st.DrawFn, case: Case, needed: int) -> Measured:
    """What a history asks for."""
    return Measured(
        draw(counts(needed)),
        draw(st.sampled_from([(), (), (), ("it throttled",)])),
        RecordRate(case.stream.peak),
        ByteRate(case.stream.peak * case.stream.mean),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any workload, with counts near the needed one, often one that grows."""
    case = draw(workloads(without=("shards",)))
    if draw(st.booleans()):
        case = growing(case, draw(GROWTHS))
    needed = plan(Workload.of(**case.fields)).shards
    assume(needed <= MOST)
    if draw(st.integers(0, 4)):
        case = declaring(case, draw(counts(needed)))
    running, seen = NOTHING_RUNS, None
    if draw(st.booleans()):
        way = draw(st.sampled_from([None, "PROVISIONED", "ON_DEMAND"]))
        running = Running(draw(st.none() | counts(needed)), way)
    if draw(st.booleans()):
        seen = draw(measured(case, needed))
    return Situation(case, running, seen)


SITUATIONS = situations()


@st.composite
def growing_ones(draw: st.DrawFn) -> Situation:
    """A declared stream that grows from a day that is known; often with so many shards that some can go."""
    case = draw(workloads(without=("shards", "mode", "rps.dated")))
    case = growing(dated(case, TODAY - timedelta(draw(st.sampled_from([0, 0, 7, 200])))), draw(GROWTHS))
    # A year of dates that nobody reads takes most of the time.
    case = replace(case, fields={**case.fields, "horizon": "1 month"})
    made = Situation(case).decided()
    assume(made.enough <= MOST)
    shards = made.enough * draw(st.sampled_from([2, 2, 2, 4, 1])) + draw(st.sampled_from([0, 1, 5]))
    return Situation(declaring(case, shards), measured=draw(st.none() | measured(case, made.enough)))


GROWING = growing_ones()


def relieved(found: Finding) -> bool:
    """Whether another count would mend it."""
    return found.id in (*ABOUT_SHARDS, "not-applied") and "hottest key" not in found.remedy


# ── following the advice ─────────────────────────────────────────────────────────────────────────


@examples(300)
@given(SITUATIONS)
def test_advice_that_is_followed_is_kept_on_the_same_day(situation):
    """And nothing is wrong any more that another count would mend."""
    assume(situation.plan.workload.mode is Mode.PROVISIONED)
    made = situation.decided()
    assume(made.advised <= 1_000_000)
    again = situation.followed(made).decided()
    assert (again.action, again.advised, again.edits) == (Action.KEEP, made.advised, ())
    assert [found for found in again.findings if relieved(found)] == []


@examples(300)
@given(SITUATIONS)
def test_one_shard_fewer_than_advised_is_too_few(situation):
    """For the traffic as declared, for what was measured, or at the end of the lead time; twice that after
    lowering.
    """
    made = situation.decided()
    if made.action in (Action.KEEP, Action.ON_DEMAND) or made.advised == 1:
        return
    oracle = Oracle(situation.case.stream)
    days = (0, TERMS.lead, *((2 * TERMS.lead,) if made.action is Action.LOWER else ()))
    times = [Fraction(1), *(oracle.grown(TODAY, TODAY + timedelta(day)) for day in days)]
    fewer = made.advised - 1
    breaks = [x for x in times if oracle.ok(made.advised, x) and not oracle.ok(fewer, x)]
    assert breaks or (situation.measured is not None and fewer < situation.measured.shards)


@examples(150)
@given(GROWING, st.integers(1, 29))
def test_nothing_that_was_lowered_is_raised_within_29_days(situation, days):
    made = situation.decided()
    if made.action is Action.LOWER:
        later = situation.followed(made).decided(TODAY + timedelta(days))
        assert later.action is Action.KEEP


@examples(20)
@given(GROWING)
def test_who_follows_the_advice_each_day_for_90_days_never_lowers_what_is_raised_within_29(situation):
    planned, turned = situation.plan, []
    for day in range(90):
        made = decide(planned, LIMITS, TODAY + timedelta(day), measured=situation.measured, saving=_saving)
        if made.action in (Action.RAISE, Action.LOWER):
            turned.append((day, made.action))
            planned = planned._replace(workload=replace(planned.workload, shards=made.advised))
        else:
            assert made.action is Action.KEEP
    for (before, first), (after, then) in pairwise(turned):
        assert first is then or after - before > 29


# ── more traffic, more reserve ───────────────────────────────────────────────────────────────────


def _regimes(case: Case) -> list[object]:
    """Of the hottest key, at each traffic that a decision looks at."""
    oracle = Oracle(case.stream)
    return [
        oracle.regimes_at(oracle.grown(TODAY, TODAY + timedelta(days)))
        for days in (0, TERMS.lead, 2 * TERMS.lead)
    ] + [oracle.regimes]


def _unrelieved(made: Plan) -> set[tuple[str, str]]:
    return {(limit.title, limit.consumer) for limit in made.unrelieved}


@examples(200)
@given(SITUATIONS, st.fractions(1, 3, max_denominator=20))
def test_more_traffic_is_never_advised_fewer_shards_while_the_regimes_are_equal(situation, factor):
    more = replace(situation, case=situation.case.times(factor))
    assert _unrelieved(situation.plan) <= _unrelieved(more.plan)
    if _regimes(situation.case) == _regimes(more.case):
        assert situation.decided().advised <= more.decided().advised


@examples(200)
@given(SITUATIONS, st.fractions(0, 2, max_denominator=20))
def test_more_reserve_is_never_advised_fewer_shards_while_the_regimes_are_equal(situation, headroom):
    case = situation.case
    more = replace(situation, case=case.reserved(case.stream.headroom + headroom))
    if _regimes(case) == _regimes(more.case):
        assert situation.decided().advised <= more.decided().advised


# ── rules ────────────────────────────────────────────────────────────────────────────────────────

COUNTED = frozenset({"SC001", "SC002", "SC005", "SC016", "SC017", "SC041"})
"""The rules about a count: too few, too many, the key's, too full, out of reach, not for long."""
NUMBER = r"\d+(?:,\d{3})*"
BASIS = Basis.of(today=TODAY.isoformat())


@dataclass(frozen=True)
class Profile:
    """The fields of a stream, and what they are held to."""

    fields: dict[str, Any]
    current: int | None = None
    budget: str = ""

    def checked(self) -> dict[str, Found]:
        """What the rules find, by rule."""
        origins = dict.fromkeys(self.fields, "stream")
        kept = NO_REQUIREMENTS._replace(current_shards=self.current)
        stream = DeclaredStream("orders", Workload.of(**self.fields), origins, requirements=kept)
        return {found.rule.id: found for found in check(stream, basis=BASIS).found}

    def declaring(self, text: str) -> Profile:
        return replace(self, fields={**self.fields, "shards": int(text.replace(",", ""))})

    def deployed(self) -> Profile:
        """As it is when what is declared runs."""
        return replace(self, current=self.current and self.fields["shards"])


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    situation = draw(SITUATIONS)
    running = situation.running.shards
    assume(max(situation.decided().advised, running or 0) <= 10_000)  # no stream has more
    return Profile(situation.case.fields, running)


def followed(profile: Profile, found: Found) -> Profile | None:
    """The profile of somebody who does what a rule about a count says; None where it says no count."""
    said = re.match(rf"(?:raise|lower) shards to ({NUMBER})((?:, then {NUMBER})*)", found.remedy)
    if said is not None:
        steps = re.findall(NUMBER, f"{said[1]} {said[2]}")
    elif found.rule.id == "SC017" and found.remedy.startswith("deploy"):
        steps = re.findall(NUMBER, found.remedy.partition("times, ")[2].partition(";")[0])
    else:
        return None
    made = profile.declaring(steps[0])
    for step in steps[1:]:
        made = made.deployed().declaring(step)
    return made


@examples(150)
@given(profiles())
def test_what_a_rule_about_a_count_advises_breaks_no_other_such_rule(profile):
    before = profile.checked()
    for rule in sorted(COUNTED & set(before)):
        made = followed(profile, before[rule])
        if made is None:
            continue
        after = made.checked()
        broken = [after[name] for name in COUNTED & set(after) - (set(before) - {rule})]
        broken = [found for found in broken if "hottest key" not in found.remedy]
        assert not broken, (before[rule].remedy, [found.message for found in broken])


@examples(150)
@given(profiles(), st.sampled_from(["provisioned", "on-demand"]))
def test_the_other_mode_that_a_rule_advises_is_not_advised_away_again(profile, mode):
    profile = replace(profile, fields={**profile.fields, "mode": mode}, current=None)
    before = profile.checked()
    if "SC018" not in before:
        return
    said = re.fullmatch(rf"change the mode to (\S+)(?: with ({NUMBER}) shards?)?", before["SC018"].remedy)
    assert said is not None
    made = replace(profile, fields={**profile.fields, "mode": said[1]})
    if said[2] is not None:
        made = made.declaring(said[2])
    after = made.checked()
    broken = [after[name] for name in {*COUNTED, "SC018"} & set(after) if name not in before]
    broken = [found for found in broken if "hottest key" not in found.remedy]
    assert "SC018" not in after
    assert not broken, (before["SC018"].remedy, [found.message for found in broken])


@pytest.mark.parametrize(
    ("fields", "current", "remedies"),
    [
        # 16 MiB/s need 16, and one deployment at most doubles.
        ({"shards": 2}, 2, {"SC001": "raise shards to 4, then 8, then 16"}),
        # 16 x 1.1 for 30 days; what runs is too few for that, what is deployed next is not.
        ({"shards": 18, "growth": "10%/month"}, 16, {}),
        ({"shards": 16, "growth": "10%/month"}, 16, {"SC041": "raise shards to 18 before"}),
        # More are declared than run: what is declared costs money as soon as it is deployed.
        ({"shards": 32}, 16, {"SC002": "lower shards to 16, or declare the headroom that is wanted"}),
        # The key takes 0.95 of a shard today, and none of any count within the lead time.
        (
            {"hottest_key": "19/320", "shards": 304, "growth": "10%/month"},
            None,
            {"SC041": "spread the hottest key over several: from 2026-12-07 no count of shards holds it"},
        ),
    ],
)
def test_a_remedy_says_the_count_of_the_verdict_and_the_way_there(fields, current, remedies):
    made = Profile({"size": "1 MiB", "rps": {"mean": 16, "peak": 16}, **fields}, current).checked()
    assert {name: made[name].remedy for name in COUNTED & set(made) - {"SC005"}} == remedies


# ── figures and words ────────────────────────────────────────────────────────────────────────────

REGIMES = Curves.regimes
NAMED = ("orders", "clicks", "audit")
MONEY = re.compile(r"(now|needed|advised) ((?:at least )?\$[\d,.]+|unknown)")
ON = ("--today", TODAY.isoformat())


@st.composite
def fleets(draw: st.DrawFn) -> tuple[dict[str, dict[str, Any]], History]:
    """Three streams, and a history of the first."""
    cases = [draw(SITUATIONS).case for _ in NAMED]
    regions = st.sampled_from(["us-east-1", "us-east-1", "eu-central-1"])
    fields = {name: {**case.fields, "region": draw(regions)} for name, case in zip(NAMED, cases, strict=True)}
    loads = draw(st.lists(st.integers(0, 60_000), min_size=24, max_size=24))
    assume(any(loads))
    size = draw(st.sampled_from([100, 1000, 1024, 5000]))
    seen = History(
        start=END - 24 * 3600,
        period=3600,
        points=24,
        metrics={
            "IncomingRecords": [60 * load for load in loads],
            "IncomingBytes": [60 * load * size for load in loads],
            "GetRecords.Bytes": [120 * load * size for load in loads],
            "WriteProvisionedThroughputExceeded": [0] * 24,
        },
        stream="orders",
        region=fields["orders"]["region"],
        mode=draw(st.sampled_from(["PROVISIONED", "PROVISIONED", "ON_DEMAND"])),
        open_shards=draw(st.integers(1, 30)),
        retention_hours=24,
    )
    return fields, seen


def amount(text: object) -> Fraction:
    """Dollars of a JSON document."""
    return Fraction(str(text))


def said(*arguments: str) -> str:
    ran = run(*arguments)
    assert ran.code in (0, 1), ran.err
    return ran.out


def row(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--format", "json"))


def lines(page: str) -> dict[str, list[str]]:
    """What a page says of each stream under its labels, in a terminal, Markdown or HTML."""
    found: dict[str, list[str]] = {}
    for label, text in re.findall(r"^(?:- \*\*)?(verdict|money)\*{0,2} +(.+)$", page, re.MULTILINE):
        found.setdefault(label, []).append(text.replace("\\", "").replace("&lt;", "<"))
    for label, text in re.findall(r"<dt>(verdict|money)</dt><dd>(.*?)</dd>", page):
        found.setdefault(label, []).append(unescape(text))
    return found


def figures(decision: dict[str, Any]) -> dict[str, str | None]:
    """The money of a decision in JSON, in cents."""
    return {
        name: None if decision[f"{name}_usd"] is None else str(USD(Fraction(str(decision[f"{name}_usd"]))))
        for name in ("now", "needed", "advised")
    }


def told(money: str) -> dict[str, str]:
    """The money of a line."""
    return {name: amount.removeprefix("at least ") for name, amount in MONEY.findall(money)}


def same(decision: dict[str, Any], money: str) -> None:
    """Whether a line has the figures of the JSON, and none but these."""
    exact, found = figures(decision), told(money)
    for name, text in found.items():
        assert text == (exact[name] or "unknown"), (name, money, decision)
    assert "needed" in found
    assert ("now" in found) == (decision["now_usd"] is not None or "now unknown" in money)
    changed = decision["change_usd"]
    if changed is not None:
        more = amount(changed)
        word = "no change" if not more else f"{USD(abs(more))} {'more' if more > 0 else 'less'}"
        assert money.endswith(f": {word}"), (money, changed)


def cells(page: str, first: str) -> dict[str, dict[str, str]]:
    """The Markdown tables whose first column has this title: their rows by their first cell."""
    found = {}
    for block in page.split("\n\n"):
        if block.startswith(f"| {first} |"):
            split = [line.replace("\\", "").strip("|").split(" | ") for line in block.strip().splitlines()]
            head, _, *rows = [[cell.strip() for cell in row] for row in split]
            found |= {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    return found


@examples(7)
@given(fleets())
def test_figures_and_words_are_the_same_in_every_command_and_format(drawn):
    _compare(*drawn)


@pytest.mark.slow
@examples(40)
@given(fleets())
def test_figures_and_words_are_the_same_in_every_command_and_format_of_many_fleets(drawn):
    _compare(*drawn)


def _compare(fields: dict[str, dict[str, Any]], seen: History) -> None:
    # Break-even rates take nearly all of the time, and are not what is compared.
    near = patch.object(Curves, "regimes", lambda curves, steps: REGIMES(curves, min(steps, 20)))
    with TemporaryDirectory() as folder, patch.dict(os.environ, COLUMNS="2000"), near:
        _declared(Path(folder), fields)
        _measured(Path(folder), seen)


def _declared(folder: Path, fields: dict[str, dict[str, Any]]) -> None:
    """Of a declared stream, all commands have the same figures and the one sentence."""
    together = write(folder, json.dumps({"version": 1, "streams": fields}), "all.yaml")
    planned = {each["name"]: each for each in row("plan", together, *ON)["streams"]}
    costs = row("cost", together, *ON)
    costed = {each["name"]: each for region in costs["regions"] for each in region["streams"]}
    pages = {
        "plan": said("plan", together, *ON, "--all"),
        "plan in Markdown": said("plan", together, *ON, "--all", "--format", "markdown"),
        "report": said("report", together, *ON),
        "report in Markdown": said("report", together, *ON, "--format", "markdown"),
    }
    decisions = cells(pages["report in Markdown"], "stream")
    # A Region with one stream has no table of streams.
    billed = cells(said("cost", together, *ON, "--format", "markdown"), "stream")
    for region in costs["regions"]:
        _cheapest(region)
    for index, name in enumerate(fields):
        decision = planned[name]["decision"]
        assert costed[name]["decision"] == decision
        bills = {bill["mode"]: bill["total_usd"] for bill in costed[name]["bills"]}
        assert bills["provisioned"] == decision["needed_usd"]
        assert planned[name]["cost"]["total_usd"] == bills[planned[name]["mode"]]
        if decision["action"] != "on-demand":
            assert (decision["now_usd"] is None) == (decision["now_shards"] is None) or not bills[
                "provisioned"
            ]
        sentence = lines(pages["plan"])["verdict"][index]
        for page in pages.values():
            assert len(lines(page)["verdict"]) == len(fields)
            assert lines(page)["verdict"][index] == sentence
            same(decision, lines(page)["money"][index])
        alone = write(folder, json.dumps({"version": 1, "streams": {name: fields[name]}}), f"{name}.yaml")
        for page in (said("cost", alone, *ON), said("cost", alone, *ON, "--format", "markdown")):
            assert lines(page)["verdict"] == [sentence]
            same(decision, lines(page)["money"][0])
        exact = figures(decision)
        if name in billed:
            assert billed[name]["now"].removeprefix("at least ") in (exact["now"] or "new", "unknown")
            assert billed[name]["provisioned"].removeprefix("at least ") in (exact["needed"], "-", "unknown")
        of = decisions[name]
        assert of["cost now"].removeprefix("at least ") in (exact["now"] or "-", "unknown")
        assert of["as advised"].removeprefix("at least ") == (exact["advised"] or "unknown")


def _measured(folder: Path, seen: History) -> None:
    """Of a stream with a history too; ``suggest`` and ``fleet`` tell the money of the measured mean."""
    histories = folder / "histories"
    histories.mkdir()
    history, together = str(histories / "orders.json"), str(folder / "orders.yaml")
    write_history_file(seen, history)
    by = ("--profiles", together, *ON)
    suggested = row("suggest", "--from", history, *by)
    (of_fleet,) = row("fleet", "--from", str(histories), *by)["streams"]
    sentence = suggested["answer"]
    reported = said("report", together, "--history", history, *ON, "--format", "markdown")
    assert lines(reported)["verdict"][0] == sentence
    assert lines(said("report", together, "--history", history, *ON))["verdict"][0] == sentence
    assert f" {sentence}" in " ".join(said("suggest", "--from", history, *by).split())
    page = said("suggest", "--from", history, *by, "--format", "markdown").replace("\\", "")
    assert f"\n**{sentence}**" in page
    assert of_fleet["recommended_shards"] == suggested["recommended_shards"]
    if suggested["mode"] == "PROVISIONED":
        assert of_fleet["answer"] == sentence
        (now,) = [each for each in suggested["backtest"] if "now" in each["roles"]]
        assert of_fleet["cost_usd_per_month"] == now["month"]["total_usd"]


def _cheapest(region: dict[str, Any]) -> None:
    """The mode that is called the cheapest is, for all streams at what each mode needs."""
    able = {each["mode"]: each for each in region["modes"] if each["complete"] and not each["cannot_carry"]}
    totals = {mode: amount(each["total_usd"]) for mode, each in able.items()}
    lowest = min(totals, key=totals.__getitem__) if len(totals) > 1 else None
    assert region["lowest_at_these_sizes"] == lowest
    if region["cheapest"] is not None:
        assert region["cheapest"] == lowest
        most = Fraction(str(able[lowest]["total_at_most_usd"]))
        assert all(
            most <= Fraction(str(each["total_at_least_usd"]))
            for each in able.values()
            if each is not able[lowest]
        )
    if "provisioned" in totals:
        needed = sum(amount(each["decision"]["needed_usd"]) for each in region["streams"])
        # Each is in whole cents.
        assert abs(totals["provisioned"] - needed) <= Fraction(len(NAMED), 100)
    for each in region["streams"]:
        one, other = (
            Fraction(str(bill["total_usd"])) if bill["total_usd"] is not None else None
            for bill in each["bills"][:2]
        )
        if each["cheaper"] is not None:
            assert (one <= other) if each["cheaper"] == "provisioned" else (other <= one)
