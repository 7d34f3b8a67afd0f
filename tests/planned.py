"""Plans of a few fields, for tests of single limits and findings."""

from __future__ import annotations

from shardcalc import Plan, Workload, plan


def planned(**fields: object) -> Plan:
    return plan(Workload.of(**fields))


def asks(made: Plan) -> dict[str, int]:
    return {constraint.name: constraint.shards for constraint in made.constraints}


def finding(made: Plan, name: str):
    found = [finding for finding in made.findings if finding.id == name]
    return found[0] if found else None
