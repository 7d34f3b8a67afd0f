"""The decision against a second statement of its rules, which shares no code with it: ``tests/oracle.py``.

Where the oracle scales a mode and not shards it has no count; the planner's is then only shown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from shardcalc import Workload, plan
from shardcalc.core.advice.decision import Decision, Measured, Running, Terms, decide
from shardcalc.core.facts import built_in_limits
from shardcalc.core.units import USD, ByteRate, RecordRate
from tests.fuzz import examples
from tests.oracle import PROVISIONED, Band, Oracle, Stream, Verdict
from tests.workloads import TODAY, workloads

LIMITS = built_in_limits()
SHARD = Fraction("10.95")
MODES = {"PROVISIONED": PROVISIONED, "ON_DEMAND": "on-demand-standard", None: None}


def _saved(cost: Fraction | None):
    return lambda base, shards: None if cost is None else (base - shards) * cost


@st.composite
def situations(draw):
    """A workload that is declared, and what is known of the stream that runs: in the words of both."""
    case = draw(workloads())
    oracle = Oracle(case.stream)
    assume(oracle.needed < 10**5)
    near = st.integers(max(1, oracle.needed // 2), 3 * oracle.needed)
    declared = draw(st.none() | near)
    fields = {name: value for name, value in case.fields.items() if name != "shards"}
    if declared is not None:
        fields["shards"] = declared
    stream = replace(case.stream, declared=declared)
    asked = {
        "lead": draw(st.sampled_from([30, 30, 0, 7, 90])),
        "measured": draw(st.none() | near),
        "holds": draw(st.booleans()),
        "running": draw(st.none() | near),
        "running_mode": draw(st.sampled_from([None, "PROVISIONED", "PROVISIONED", "ON_DEMAND"])),
        "above": draw(st.sampled_from([Fraction(1, 4), Fraction(0), Fraction(1, 2)])),
        "saving_above": draw(st.sampled_from([20, 0, 1000])),
        "shard": draw(st.sampled_from([SHARD, SHARD, None])),
    }
    if asked["measured"] is None:
        asked["holds"] = False  # nothing else holds back than a history
    return fields, stream, asked


def by_the_oracle(stream: Stream, asked) -> Verdict:
    return Oracle(stream).decide(
        TODAY,
        lead=asked["lead"],
        measured=asked["measured"],
        holds=asked["holds"],
        running=asked["running"],
        running_mode=MODES[asked["running_mode"]],
        band=Band(asked["above"], Fraction(asked["saving_above"])),
        saving=_saved(asked["shard"]),
    )


def by_the_planner(fields, asked) -> Decision:
    measured, money = None, _saved(asked["shard"])
    if asked["measured"] is not None:
        held = ("a doubt",) if asked["holds"] else ()
        measured = Measured(asked["measured"], held, RecordRate(Fraction(1)), ByteRate(Fraction(1)))

    def saving(base: int, shards: int) -> USD | None:
        saved = money(base, shards)
        return None if saved is None else USD(saved)

    return decide(
        plan(Workload.of(**fields), LIMITS),
        LIMITS,
        TODAY,
        terms=Terms(asked["above"], USD(asked["saving_above"]), asked["lead"]),
        running=Running(asked["running"], asked["running_mode"]),
        measured=measured,
        saving=saving,
    )


@examples(300)
@given(situations())
def test_a_decision_is_that_of_the_oracle(situation):
    fields, stream, asked = situation
    verdict, made = by_the_oracle(stream, asked), by_the_planner(fields, asked)
    assert made.action.value == verdict.action.value
    assert made.needed == verdict.needed
    assert made.enough == verdict.stay
    assert {name: (now, then) for name, now, then in made.edits} == verdict.edits
    if verdict.advised is not None:
        assert made.advised == verdict.advised
        assert made.base == verdict.base
    else:
        assert made.on_demand


@examples(100)
@given(situations())
def test_a_count_runs_out_on_the_day_of_the_oracle(situation):
    fields, stream, asked = situation
    made = by_the_planner(fields, asked)
    assume(made.base is not None and not made.on_demand)
    last = TODAY + timedelta(asked["lead"])
    enough = max(made.needed, asked["measured"] or 0)

    def day(count: int):
        # Too few already is another finding.
        return Oracle(stream).runs_out(count, TODAY, last) if count >= enough else None

    assert (made.runs_out if made.runs_out is not None and made.runs_out <= last else None) == day(made.base)
    # What is found is of the count that is deployed next.
    deployed = made.base if made.declared is None else made.declared
    [found] = [found for found in made.findings if found.id == "runs-out"] or [None]
    assert (found is not None) == (day(deployed) is not None)
    if found is not None:
        soon = day(deployed) <= TODAY + timedelta(7)
        assert (found.severity, f"{day(deployed)}" in found.message) == ("error" if soon else "warning", True)


@examples(100)
@given(situations())
def test_who_follows_a_decision_and_asks_again_is_told_to_keep(situation):
    fields, _, asked = situation
    made = by_the_planner(fields, asked)
    assume(not made.on_demand and made.action in ("create", "raise", "lower"))
    assume(made.advised <= 10**6)  # more cannot be declared
    if asked["running"] is not None:
        asked |= {"running": made.advised}
    again = by_the_planner(fields | {"shards": made.advised}, asked)
    assert (again.action, again.advised, again.edits) == ("keep", made.advised, ())
    # What is advised runs out within the lead time only where by then the key forbids every count.
    if "runs-out" in {found.id for found in again.findings}:
        assert again.forecast.needed(TODAY + timedelta(asked["lead"])) is None
