"""The rules for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from shardcalc.core.facts import Limits
from shardcalc.core.lint.rule import Rule, example
from shardcalc.report.kit.terminal import SEVERITY_STYLES, Page, Screen
from shardcalc.report.words import origin


def table(rules: Sequence[Rule], limits: Limits, page: Page) -> str:
    """What the rules are."""
    screen = Screen(page)
    for rule in rules:
        severity = (rule.severity.value, SEVERITY_STYLES[rule.severity])
        screen.line((f"{rule.id} {rule.name}", "bold"), "  ", severity)
        screen.line(rule.summary, indent=2)
        screen.gap()
        screen.line(rule.reason, indent=2)
        screen.line("-> ", rule.remedy, indent=2, hang=3)
        fact = rule.source(limits)
        source = origin(fact) if fact is not None else "a rule of shardcalc's own"
        screen.line((f"source: {source}", "dim"), indent=2)
        for title, text in (("triggers it", rule.bad), ("does not", rule.good)):
            screen.gap()
            screen.line((title, "bold"), indent=2)
            for line in example(text).splitlines():
                screen.unwrapped(line, indent=4)
        screen.gap()
    return screen.text()
