"""JUnit XML: a suite a file, a case for each finding, and one for each stream without any.

A finding at or above the level that fails is a failure, one below it a case that passes with output, so that
the report and the exit code agree. Checked against the XSD of Jenkins' xUnit plugin, junit-10.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from shardcalc.app.check import CheckReport
from shardcalc.core.lint.check import Found
from shardcalc.report.check import words
from shardcalc.report.kit.terminal import clean


def text(report: CheckReport) -> str:
    """The whole report."""
    found: dict[str, list[Found]] = {}
    clean: dict[str, list[str]] = {}
    for each in report.active:
        found.setdefault(each.file, []).append(each)
    faulty = {(each.file, each.stream) for each in report.active}
    for file, name in report.streams:
        if (file, name) not in faulty:
            clean.setdefault(file, []).append(name)
    suites = [
        _suite(report, file, found.get(file, []), clean.get(file, []))
        for file in sorted(found.keys() | clean.keys())
    ]
    failures = sum(failed for _, failed, _ in suites)
    tests = sum(count for count, _, _ in suites)
    body = "".join(made for _, _, made in suites)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="shardcalc check" tests="{tests}" failures="{failures}" errors="0">\n'
        f"{body}</testsuites>\n"
    )


def _suite(report: CheckReport, file: str, found: list[Found], clean: list[str]) -> tuple[int, int, str]:
    cases = []
    failures = 0
    for each in found:
        fails = report.fails(each)
        failures += fails
        body = f"{words.where(each)}\n{each.message}\n-> {each.remedy}"
        if fails:
            said = f"message={_attribute(each.message)} type={_attribute(each.severity.value)}"
            inner = f"<failure {said}>{_content(body)}</failure>"
        else:
            inner = f"<system-out>{_content(f'{each.severity}: {body}')}</system-out>"
        name = words.named(each) + (f": {each.stream}" if each.stream else "")
        cases.append(
            f"    <testcase name={_attribute(name)} classname={_attribute(each.file)}>{inner}</testcase>\n"
        )
    cases += [f"    <testcase name={_attribute(name)} classname={_attribute(file)}/>\n" for name in clean]
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    head = f"  <testsuite name={_attribute(file)} {counts}>\n"
    return len(cases), failures, head + "".join(cases) + "  </testsuite>\n"


def _attribute(value: str) -> str:
    return quoteattr(clean(value))


def _content(value: str) -> str:
    return escape("\n".join(map(clean, value.split("\n"))))
