"""GitHub's workflow commands: each finding becomes an annotation on the pull request.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import posixpath
from typing import Final

from shardcalc.app.check import CheckReport
from shardcalc.core.capacity.finding import Severity
from shardcalc.core.lint.check import Found
from shardcalc.report.check import words
from shardcalc.report.kit.terminal import clean

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def text(report: CheckReport) -> str:
    """One command a line; nothing when nothing counts."""
    return "".join(f"{_command(found)}\n" for found in report.active)


def _command(found: Found) -> str:
    properties = {"file": path(found.file)}
    if found.place is not None:
        properties |= {"line": str(found.place.line), "col": str(found.place.column)}
    name = f" in {found.stream}" if found.stream else ""
    properties["title"] = f"{words.named(found)}{name}"
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = f"{clean(found.message)}\n{clean(found.remedy)}"
    return f"::{_COMMANDS[found.severity]} {given}::{_data(message)}"


def path(file: str) -> str:
    """A file's name as GitHub and code scanning write it: forward slashes, no leading ``./``."""
    return posixpath.normpath(file.replace("\\", "/"))


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return clean(_data(value).replace(":", "%3A").replace(",", "%2C"))
