"""What the commands write as JSON, described for those who read it: the schemas in docs/schemas.

A document may get new keys within a ``schema_version``, so objects are open; what is here stays as it is. The
shapes are tables with as many keys on a line as it holds: one key a line would make them four times as long.
"""

# fmt: off
# ruff: noqa: UP013 - a class has one key a line

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from shardcalc.core.advice.decision import Action
from shardcalc.core.advice.fleet import Standing
from shardcalc.core.advice.throttling import Cause
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.lint.check import State
from shardcalc.core.workload.parts import Mode
from shardcalc.sources.store.models import HistoryDocument, Number, StreamHead

Text = str | None
Maybe = Number | None
Version = Literal[1]
Whole = Annotated[int, Field(ge=0)]
Shards = Annotated[int, Field(ge=1)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Dollars = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="US dollars")] | None

# ── rows of several documents ────────────────────────────────────────────────────────────────────

ConvertedTotal = TypedDict("ConvertedTotal", {
    "of": str, "total": Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$")] | None, "complete": bool})
Converted = TypedDict("Converted", {
    "currency": str, "per_usd": Number, "totals": list[ConvertedTotal]})
TotalBy = TypedDict("TotalBy", {
    "owner": NotRequired[Text], "environment": NotRequired[Text], "account": NotRequired[Text],
    "region": NotRequired[Text], "mode": NotRequired[Text], "streams": Whole, "shards": Whole,
    "cost_usd": Dollars, "cost_complete": bool})
Fact = TypedDict("Fact", {"fact": str, "title": str, "url": str, "date": Day, "confidence": str})
Finding = TypedDict("Finding", {
    "id": str, "severity": Severity, "message": str, "remedy": Text, "source_url": Text})
Limit = TypedDict("Limit", {
    "name": str, "consumer": NotRequired[str],
    "demand_bytes_per_second": NotRequired[Number], "demand_records_per_second": NotRequired[Number],
    "limit_per_shard_bytes_per_second": NotRequired[Number],
    "limit_per_shard_records_per_second": NotRequired[Number],
    "working": NotRequired[str], "source": NotRequired[Fact | None]})
BillLine = TypedDict("BillLine", {
    "name": str, "quantity": Number, "unit": str, "price_usd": Dollars, "cost_usd": Dollars,
    "quantity_at_least": NotRequired[Number], "quantity_at_most": NotRequired[Number],
    "price_source": NotRequired[str], "price_date": NotRequired[Day], "price_confidence": NotRequired[str]})
Bill = TypedDict("Bill", {"mode": Mode, "total_usd": Dollars, "complete": bool, "lines": list[BillLine]})

# ── plan ─────────────────────────────────────────────────────────────────────────────────────────

Formula = TypedDict("Formula", {
    "write_kib_per_second": Number, "read_kib_per_second": Number, "shards": Shards, "guide_shards": Shards,
    "guide_differs": Text})
Capacity = TypedDict("Capacity", {"write_bytes_per_second": Number, "read_bytes_per_second": Number})
PlanTotal = TypedDict("PlanTotal", {
    "streams": Whole, "shards": Whole, "cost_usd": Dollars, "cost_complete": bool,
    "converted": NotRequired[Converted]})


class PlanLimit(Limit):
    """A limit, what is asked of it, and the shards that it needs alone: null where no count helps."""

    shards: Shards | None
    utilisation: Number


class Decision(TypedDict):
    """The one verdict: what to do with the shards, by what is declared, runs and was measured; its money.

    `now_shards` are those that run, else those declared. The amounts are of a month: with the shards of now,
    as provisioned with the needed ones, and as advised; `change_usd` is below zero where the advice saves.
    """

    action: Action
    advised_shards: Shards
    needed_shards: Shards | None
    measured_shards: Shards | None
    declared_shards: Whole | None
    running_shards: Whole | None
    now_shards: Whole | None
    why: str
    not_fewer_because: list[str]
    runs_out: Day | None
    hottest_key_outgrows: Day | None
    now_usd: Dollars
    needed_usd: Dollars
    advised_usd: Dollars
    change_usd: Dollars


class PlanStream(StreamHead):
    """One stream: `workload` has its profile's fields in exact numbers, `origins` where each came from."""

    account: Text
    environment: Text
    source: Text
    mode: Mode
    binding: list[str]
    nearest: str
    utilisation_now: Number
    decision: Decision
    formula: Formula
    constraints: list[PlanLimit]
    capacity: Capacity
    findings: list[Finding]
    cost: Bill
    workload: dict[str, Any]
    origins: dict[str, list[str]]
    owner: Text
    at_least: NotRequired[bool]
    notes: NotRequired[str]


class AccountFinding(Finding):
    """A finding about all streams of an account and Region together."""

    region: str
    account: Text


Plan = TypedDict("Plan", {
    "schema_version": Version, "command": Literal["plan"], "hours": Number, "facts_oldest_date": Day,
    "prices_from": dict[str, str], "total": PlanTotal, "totals_by": NotRequired[list[TotalBy]],
    "account_findings": list[AccountFinding],
    "streams": list[PlanStream]})
CarriedLimit = TypedDict("CarriedLimit", {"name": str, "consumer": Text, "records_per_second": Number})
Carried = TypedDict("Carried", {
    "schema_version": Version, "command": Literal["plan"], "question": Literal["carried"], "shards": Shards,
    "records_per_second": Number, "records_per_minute": Number, "records_per_day": Number,
    "write_bytes_per_second": Number, "binding": list[str], "limits": list[CarriedLimit],
    "hottest_key_records_per_second": Maybe, "workload": dict[str, Any]})

# ── check ────────────────────────────────────────────────────────────────────────────────────────

Counts = TypedDict("Counts", {
    "error": Whole, "warning": Whole, "info": Whole, "suppressed": Whole, "baseline": Whole,
    "baseline_gone": Whole})
Found = TypedDict("Found", {
    "rule": str, "name": str, "severity": Severity, "state": State, "reason": Text, "stream": Text,
    "account": Text, "environment": Text, "owner": Text, "field": Text, "file": str, "line": Shards | None,
    "column": Shards | None, "message": str, "remedy": str, "source": Fact | None})
Summary = TypedDict("Summary", {
    "shards": Shards, "declared_shards": Shards | None, "utilisation": Number, "cost_usd": Dollars,
    "cost_complete": bool, "findings": list[str]})
Change = TypedDict("Change", {
    "name": str, "region": str, "account": Text, "environment": Text, "before": Summary | None,
    "after": Summary | None, "new_findings": list[str], "gone_findings": list[str]})
BothShards = TypedDict("BothShards", {"before": Whole, "after": Whole})
BothCosts = TypedDict("BothCosts", {"before": Dollars, "after": Dollars})
BothComplete = TypedDict("BothComplete", {"before": bool, "after": bool})
Comparison = TypedDict("Comparison", {
    "against": str, "hours": Number, "unchanged": Whole, "total_shards": BothShards,
    "total_cost_usd": BothCosts, "total_cost_complete": BothComplete, "changes": list[Change]})
Check = TypedDict("Check", {
    "schema_version": Version, "command": Literal["check"], "today": Day, "fail_on": Severity, "usable": bool,
    "failed": bool, "files": Whole, "streams": Whole, "passed_over": list[str],
    "counts": Counts, "prices_from": dict[str, str],
    "findings": list[Found],
    "comparison": NotRequired[Comparison]})

# ── suggest ──────────────────────────────────────────────────────────────────────────────────────

Window = TypedDict("Window", {
    "start_epoch_seconds": Whole, "end_epoch_seconds": Whole, "period_seconds": Whole, "periods": Whole,
    "known_periods": Whole, "quiet_periods": Whole, "read_at": Text})
Older = TypedDict("Older", {
    "start_epoch_seconds": Whole, "period_seconds": Whole, "periods": Whole, "calculated_shards": Shards})
ThrottledWrites = TypedDict("ThrottledWrites", {
    "rejected_records": Whole, "periods": Whole, "days": Whole, "first_epoch_seconds": Whole,
    "last_epoch_seconds": Whole, "worst_epoch_seconds": Whole, "worst_rejected_records": Whole,
    "worst_share": Number, "likelier_cause": Cause | None})
Options = TypedDict("Options", {
    "headroom": Number, "burst": Number, "allowed_periods": Whole, "days": Whole | None})
BusiestDay = TypedDict("BusiestDay", {"date": Day, "shards": Shards})
Flow = TypedDict("Flow", {
    "name": str, "unit": str, "mean": Number, "busiest": Number, "busiest_at_epoch_seconds": Whole})
Calls = TypedDict("Calls", {
    "busiest_calls_per_second_per_shard": Number, "allowed_calls_per_second_per_shard": Number,
    "busiest_at_epoch_seconds": Whole, "periods_over": Whole})
Lag = TypedDict("Lag", {
    "consumer": Text, "worst_seconds": Number, "worst_at_epoch_seconds": Whole,
    "last_day_worst_seconds": Maybe})
Growth = TypedDict("Growth", {
    "weekly_median_full_shards": list[Maybe], "per_week": Maybe, "enough_until": Day | None, "text": str})
Utilisation = TypedDict("Utilisation", {"p50": Number, "p95": Number, "p99": Number, "max": Number})
Replay = TypedDict("Replay", {
    "shards": Shards, "roles": list[str], "periods_over": Whole, "older_periods_over": Whole,
    "worst_excess": Number, "utilisation": Utilisation, "shard_hours": Number, "month": Bill})
DoneWhen = TypedDict("DoneWhen", {"status": str, "open_shards": Shards})
Step = TypedDict("Step", {
    "call": Shards, "shards_before": Shards, "shards_after": Shards, "open_shards_at_most": Shards,
    "multiple_of_25_percent": bool, "not_before_hours": Maybe, "not_before_after_call": Shards | None,
    "command": str, "done_when": DoneWhen})
Path = TypedDict("Path", {
    "current_shards": Shards, "target_shards": Shards, "calls": Whole, "open_shards_at_most": Shards,
    "other_streams_open_shards": Whole | None, "account_shard_quota": Whole | None,
    "fits_quota": bool | None, "fits_below_both": list[Shards] | None, "calls_used": Whole,
    "notes": list[str], "steps": list[Step], "status_command": str})
NoPath = TypedDict("NoPath", {"message": str, "remedy": Text})


class Need(Limit):
    """A limit, what was asked of it in its deciding period, and the shards that it needs alone."""

    shards: Shards
    utilisation_without_headroom: Number
    at_epoch_seconds: Whole
    known_periods: Whole
    busiest: Number
    busiest_at_epoch_seconds: Whole


class Choice(Bill):
    """One way to have the capacity, with its bill of a month."""

    title: str
    shards: Shards | None


Suggest = TypedDict("Suggest", {
    "schema_version": Version, "command": Literal["suggest"], "stream": Text, "region": Text,
    "account": Text, "environment": Text,
    "mode": Literal["PROVISIONED", "ON_DEMAND"] | None, "verdict": Action, "answer": str,
    "current_shards": Shards | None, "recommended_shards": Shards, "measured_shards": Shards,
    "needed_shards": Shards | None, "not_fewer_because": list[str],
    "saving_usd_per_month": Dollars, "profile": dict[str, str],
    "window": Window, "older": list[Older], "idle": bool, "throttled_writes": ThrottledWrites | None,
    "options": Options,
    "calculated_shards": Shards, "busiest_recent_day": BusiestDay, "binding": list[str],
    "measured": list[Flow], "limits": list[Need], "get_records_calls": Calls | None, "lag": list[Lag],
    "growth": Growth, "unknown": list[str], "facts_oldest_date": Day, "prices_origin": str,
    "findings": list[Finding], "backtest": list[Replay], "choices": list[Choice],
    "converted": NotRequired[Converted], "cheapest": Mode | None, "path": Path | None,
    "no_path": NoPath | None})

# ── fleet ────────────────────────────────────────────────────────────────────────────────────────

FleetTotal = TypedDict("FleetTotal", {
    "streams": Whole, "failed": Whole, "short": Whole, "troubled": Whole, "wasteful": Whole, "idle": Whole,
    "unmeasured": Whole, "fine": Whole, "cost_usd_per_month": Dollars, "cost_complete": bool,
    "saving_usd_per_month": Dollars, "saving_complete": bool, "more_usd_per_month": Dollars,
    "more_complete": bool, "idle_saving_usd_per_month": Dollars, "idle_saving_complete": bool,
    "idle_cost_usd_per_month": Dollars, "idle_cost_complete": bool,
    "converted": NotRequired[Converted]})
Failure = TypedDict("Failure", {
    "stream": Text, "region": str, "account": Text, "profile": Text, "reason": str, "message": str,
    "remedy": Text})
FleetStream = TypedDict("FleetStream", {
    "name": str, "region": Text, "account": Text, "environment": Text, "owner": Text, "mode": Text,
    "standing": Standing, "shards": Shards | None, "recommended_shards": Shards | None,
    "worst_utilisation": Maybe, "cost_usd_per_month": Dollars, "saving_usd_per_month": Dollars, "answer": str,
    "reasons": list[str], "findings": list[str]})
BestMix = TypedDict("BestMix", {
    "account": Text, "region": str, "modes": dict[str, Mode], "exact": bool, "now_usd_per_month": Dollars,
    "mix_usd_per_month": Dollars})
Fleet = TypedDict("Fleet", {
    "schema_version": Version, "command": Literal["fleet"], "days": Whole | None, "facts_oldest_date": Day,
    "total": FleetTotal, "totals_by": NotRequired[list[TotalBy]],
    "best_mixes": list[BestMix], "failures": list[Failure],
    "streams": list[FleetStream]})

# ── as JSON Schema ───────────────────────────────────────────────────────────────────────────────

DOCUMENTS: Final[dict[str, Any]] = {
    "history": HistoryDocument, "plan": Plan | Carried, "check": Check, "suggest": Suggest, "fleet": Fleet}
"""Every document with a published schema."""


class _Untitled(GenerateJsonSchema):
    """JSON Schema in which no key has its own name a second time, as a title."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document."""
    return TypeAdapter(DOCUMENTS[name]).json_schema(schema_generator=_Untitled)
