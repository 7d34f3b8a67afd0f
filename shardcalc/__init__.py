"""Capacity planning for Amazon Kinesis Data Streams: how many shards, why, what they cost, and how to get
there.

    >>> from shardcalc import Workload, plan
    >>> plan(Workload.of(size=1024, rps=6, consumers=7)).shards
    21

Whatever the command line does can be done from here: ``docs/library.md`` shows each use case. The package has
five rooms, and data goes one way through them:

- ``sources``: where things come from and are kept (YAML, AWS, price lists, saved files);
- ``core``: what is true, pure arithmetic on exact numbers;
- ``app``: the use cases, each of which puts sources and the core together;
- ``report``: one folder a noun, one module a format;
- ``cli``: flags and exit codes.

Importing the package loads nothing; a name is loaded when it is first used, so that the command line starts
fast.
"""

from __future__ import annotations

TYPE_CHECKING = False  # that of typing is this, and importing it takes ten times as long as all that is here
if TYPE_CHECKING:
    from typing import Any, Final

    from shardcalc.app.basis import Basis as Basis
    from shardcalc.app.check import check as check
    from shardcalc.app.check import explain as explain
    from shardcalc.app.cost import cost as cost
    from shardcalc.app.facts import facts as facts
    from shardcalc.app.facts import refresh as refresh
    from shardcalc.app.fleet import fleet as fleet
    from shardcalc.app.iam import iam as iam
    from shardcalc.app.observe import save as save
    from shardcalc.app.plan import carried as carried
    from shardcalc.app.plan import plan as plan
    from shardcalc.app.reading import Reading as Reading
    from shardcalc.app.reading import foresee as foresee
    from shardcalc.app.reading import observe as observe
    from shardcalc.app.refusal import BadFields as BadFields
    from shardcalc.app.refusal import BadValue as BadValue
    from shardcalc.app.refusal import FactsError as FactsError
    from shardcalc.app.refusal import HistoryError as HistoryError
    from shardcalc.app.refusal import ProfileErrors as ProfileErrors
    from shardcalc.app.refusal import Reason as Reason
    from shardcalc.app.refusal import Refused as Refused
    from shardcalc.app.reshard import reshard as reshard
    from shardcalc.app.review import review as review
    from shardcalc.app.review import sections as sections
    from shardcalc.app.schema import policy_schema as policy_schema
    from shardcalc.app.schema import profile_schema as profile_schema
    from shardcalc.app.streams import load as load
    from shardcalc.app.suggest import read_history as read_history
    from shardcalc.app.suggest import suggest as suggest
    from shardcalc.core.advice.decision import Action as Action
    from shardcalc.core.advice.decision import Decision as Decision
    from shardcalc.core.advice.recommendation import Options as Options
    from shardcalc.core.advice.recommendation import Suggestion as Suggestion
    from shardcalc.core.capacity.constraint import Constraint as Constraint
    from shardcalc.core.capacity.finding import Finding as Finding
    from shardcalc.core.capacity.finding import Severity as Severity
    from shardcalc.core.capacity.hash_keys import hash_key as hash_key
    from shardcalc.core.capacity.hash_keys import hash_key_ranges as hash_key_ranges
    from shardcalc.core.capacity.hash_keys import shard_index as shard_index
    from shardcalc.core.capacity.streams import Plan as Plan
    from shardcalc.core.facts import Limits as Limits
    from shardcalc.core.history.model import History as History
    from shardcalc.core.units import USD as USD
    from shardcalc.core.units import ByteRate as ByteRate
    from shardcalc.core.units import CallRate as CallRate
    from shardcalc.core.units import Duration as Duration
    from shardcalc.core.units import RecordRate as RecordRate
    from shardcalc.core.units import Size as Size
    from shardcalc.core.version import __version__ as __version__
    from shardcalc.core.workload.declared import DeclaredStream as DeclaredStream
    from shardcalc.core.workload.parts import Aggregation as Aggregation
    from shardcalc.core.workload.parts import CatchUp as CatchUp
    from shardcalc.core.workload.parts import Consumer as Consumer
    from shardcalc.core.workload.parts import ConsumerType as ConsumerType
    from shardcalc.core.workload.parts import HottestKey as HottestKey
    from shardcalc.core.workload.parts import Mode as Mode
    from shardcalc.core.workload.parts import Producer as Producer
    from shardcalc.core.workload.parts import Rates as Rates
    from shardcalc.core.workload.parts import SizeShare as SizeShare
    from shardcalc.core.workload.workload import Workload as Workload


_HOME: Final = {
    "app.basis": ("Basis",),
    "app.check": (
        "check",
        "explain",
    ),
    "app.cost": ("cost",),
    "app.facts": (
        "facts",
        "refresh",
    ),
    "app.fleet": ("fleet",),
    "app.iam": ("iam",),
    "app.observe": ("save",),
    "app.plan": (
        "carried",
        "plan",
    ),
    "app.reading": (
        "foresee",
        "observe",
        "Reading",
    ),
    "app.refusal": (
        "BadFields",
        "BadValue",
        "FactsError",
        "HistoryError",
        "ProfileErrors",
        "Reason",
        "Refused",
    ),
    "app.reshard": ("reshard",),
    "app.review": (
        "review",
        "sections",
    ),
    "app.schema": (
        "policy_schema",
        "profile_schema",
    ),
    "app.streams": ("load",),
    "app.suggest": (
        "read_history",
        "suggest",
    ),
    "core.advice.decision": (
        "Action",
        "Decision",
    ),
    "core.advice.recommendation": (
        "Options",
        "Suggestion",
    ),
    "core.capacity.constraint": ("Constraint",),
    "core.capacity.finding": (
        "Finding",
        "Severity",
    ),
    "core.capacity.hash_keys": (
        "hash_key",
        "hash_key_ranges",
        "shard_index",
    ),
    "core.capacity.streams": ("Plan",),
    "core.facts": ("Limits",),
    "core.history.model": ("History",),
    "core.version": ("__version__",),
    "core.units": (
        "USD",
        "ByteRate",
        "CallRate",
        "Duration",
        "RecordRate",
        "Size",
    ),
    "core.workload.declared": ("DeclaredStream",),
    "core.workload.parts": (
        "Aggregation",
        "CatchUp",
        "Consumer",
        "ConsumerType",
        "HottestKey",
        "Mode",
        "Producer",
        "Rates",
        "SizeShare",
    ),
    "core.workload.workload": ("Workload",),
}
"""Where each public name is; the imports above say the same to type checkers, and a test holds the two
together."""
_MODULE_OF: Final = {name: home for home, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF.keys() - {"__version__"})


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
