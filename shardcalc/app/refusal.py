"""How a use case says that it did not do what was asked: what was not done, and each problem on its own line.

Fields that cannot be read are ``BadFields``, files of facts ``FactsError``, profiles ``ProfileErrors``; they
are handed on from here, so that the command line and a program catch all of them in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from shardcalc.core.facts import FactsError
from shardcalc.core.history.error import HistoryError
from shardcalc.core.text import BadFields, BadValue
from shardcalc.core.workload.declared import ProfileErrors

if TYPE_CHECKING:
    from shardcalc.sources.aws.errors import AwsError

__all__ = ["BadFields", "BadValue", "FactsError", "HistoryError", "ProfileErrors", "Reason", "Refused"]


class Reason(StrEnum):
    """Why it was not done."""

    INPUT = "input"
    """Wrong usage, or input that cannot be used."""
    AWS = "aws"
    """AWS could not be read."""
    OUTPUT = "output"
    """The result could not be written."""


class Refused(Exception):
    """Something that was not done: what, and why."""

    def __init__(self, what: str, problems: Sequence[str], *, reason: Reason = Reason.INPUT) -> None:
        super().__init__(what)
        self.what = what
        self.problems = tuple(problems)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        # How another process is sent it: an exception is made again from arguments without names.
        return partial(Refused, reason=self.reason), (self.what, self.problems)


def history_refused(what: str, error: HistoryError) -> Refused:
    """A history that cannot be used."""
    return Refused(what, list(history_problems(error)))


def history_problems(error: HistoryError) -> Iterable[str]:
    """Each problem of a history with its place."""
    return (f"{place}: {message}" if place else message for place, message in error.problems)


def unwritten(path: str, error: OSError, rest: str = "") -> Refused:
    """A file that could not be written; what was there before is untouched."""
    return Refused(f"{path}: not written{rest}: {error.strerror}", (), reason=Reason.OUTPUT)


def aws_refused(what: str, error: AwsError) -> Refused:
    """AWS that could not be read."""
    return Refused(
        what, [error.message, *([f"-> {error.remedy}"] if error.remedy else [])], reason=Reason.AWS
    )
