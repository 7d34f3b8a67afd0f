"""A stream as somebody declared it: its fields, where each came from, and where each can be found again.

What declares it is not known here: a YAML file, the flags of a command, infrastructure code. Each makes a
:class:`Document` that finds the places of its values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from shardcalc.core.text import BadValue, shown
from shardcalc.core.workload import forms
from shardcalc.core.workload.reading import Field, read_line, readers, text_of
from shardcalc.core.workload.requirements import NO_REQUIREMENTS, REQUIREMENT_FIELDS, Requirements
from shardcalc.core.workload.workload import FIELDS, Workload

FieldPath = tuple[str | int, ...]
"""The way to a value in a document: names of fields, numbers in lists."""


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Problem(NamedTuple):
    """One thing wrong in a file, and where."""

    file: str
    place: Place | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.place}" if self.place else self.file
        path = self.path if self.path.isprintable() else shown(self.path)
        return f"{where}  {path + ': ' if path else ''}{self.message}"


class ProfileErrors(Exception):
    """Profiles that cannot be used: every problem of every file."""

    def __init__(self, problems: Sequence[Problem], what: str = "nothing was planned") -> None:
        self.problems = tuple(problems)
        self.what = what
        """What was done in spite of them, or was not."""
        super().__init__("\n".join(map(str, problems)))


class Home(NamedTuple):
    """Where a stream is: what its quotas, its floors and its totals are counted for."""

    account: str
    """Its number; empty where nothing says it, and then all such streams are taken to be of one."""
    region: str

    def __str__(self) -> str:
        return f"{self.region} of account {self.account}" if self.account else self.region


class Identity(NamedTuple):
    """What tells a stream from all others."""

    account: str
    environment: str
    """Such as prod; empty where nothing says it."""
    region: str
    name: str

    def __str__(self) -> str:
        more = ", ".join(filter(None, (self.environment, self.account)))
        return f"{self.name} ({more})" if more else self.name


class Document(NamedTuple):
    """What streams are declared in: one document of a file, with the way to find any of its values again."""

    file: str
    policy: Mapping[str, Any]
    """The fields of its policy that are given."""
    locate: Callable[[Sequence[str | int]], Place | None]
    """Where the value at a path begins; the nearest place above it when it is not there."""
    shared: Document | None = None
    """The policy file that counts for it besides its own policy."""
    placed: Mapping[str, str] = {}
    """The account and the environment that the policy file gives to the folder of the file."""

    @property
    def layers(self) -> tuple[Mapping[str, Any], ...]:
        """The policies that count for it, the first winning."""
        shared = {} if self.shared is None else self.shared.policy
        return tuple(layer for layer in (self.policy, shared) if layer)


NO_DOCUMENT: Final = Document("", {}, lambda path: None)
"""What a stream is declared in that flags or a program describe."""


class DeclaredStream(NamedTuple):
    """One stream as it was declared."""

    name: str
    workload: Workload
    origins: Mapping[str, str]
    """For each field that was given: ``stream``, ``flag``, ``defaults`` or ``policy``; all others are
    assumed."""
    document: Document = NO_DOCUMENT
    owner: str = ""
    notes: str = ""
    requirements: Requirements = NO_REQUIREMENTS
    unused_flags: tuple[str, ...] = ()
    """Fields of the command line that the stream's own value kept out."""
    place: Place | None = None
    """Where its name is in the file."""
    account: str = ""
    environment: str = ""

    @property
    def identity(self) -> Identity:
        """What tells it from all others."""
        return Identity(self.account, self.environment, self.workload.region, self.name)

    @property
    def home(self) -> Home:
        """The account and the Region that it is in."""
        return Home(self.account, self.workload.region)

    @property
    def title(self) -> str:
        """How pages call it: its name, and where it says them its environment and account."""
        return str(self.identity)

    @property
    def file(self) -> str:
        """The file that declares it; empty when none does."""
        return self.document.file

    @property
    def where(self) -> str:
        """File, line and column of its name; empty when no file declares it."""
        return f"{self.file}:{self.place}" if self.place is not None else ""

    @property
    def by_origin(self) -> dict[str, list[str]]:
        """The fields that each origin gave."""
        found: dict[str, list[str]] = {}
        for field, origin in self.origins.items():
            if origin in found:
                found[origin].append(field)
            else:
                found[origin] = [field]
        return found

    def path_of(self, at: Sequence[str | int]) -> FieldPath:
        """The path of one of its fields in the document: its own, the defaults', or its name's where neither
        gives it.
        """
        if at:
            origin = self.origins.get(str(at[0]))
            if origin == "stream":
                return ("streams", self.name, *at)
            if origin == "defaults":
                return ("defaults", *at)
        return ("streams", self.name)

    def locate(self, at: Sequence[str | int]) -> Place | None:
        """Where one of its fields is in the file; the place of its name where no file gives the field."""
        path = self.path_of(at)
        return self.place if len(path) == 2 and path[0] == "streams" else self.document.locate(path)


_ACCOUNT: Final = re.compile("[0-9]{12}")
_ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def read_account(value: object) -> str:
    """The number of an AWS account."""
    text = text_of(value).strip()
    if not _ACCOUNT.fullmatch(text):
        raise BadValue(f"{shown(text)} is no account; write its 12 digits, with zeros in front")
    return text


def read_environment(value: object) -> str:
    """The name of an environment."""
    text = text_of(value).strip()
    if not _ENVIRONMENT.fullmatch(text):
        raise BadValue(f"{shown(text)} is not an environment: up to 64 letters, digits, and any of _ . -")
    return text


PLACE_FIELDS: Final = (
    Field(
        "environment",
        read_environment,
        "where it is one of several of its name, such as prod",
        {"type": "string", "pattern": f"^{_ENVIRONMENT.pattern}$", "examples": ["prod"]},
    ),
    Field(
        "account",
        read_account,
        "the AWS account, for quotas and totals; in quotes where it begins with 0",
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_ACCOUNT.pattern}$"},
                {"type": "integer", "minimum": 10**11, "maximum": 10**12 - 1},
            ],
            "examples": ["123456789012"],
        },
    ),
)
"""What tells a stream from another of its name; a policy can give them to the profiles of a folder."""

STREAM_FIELDS: Final = (
    *FIELDS,
    *PLACE_FIELDS,
    Field("owner", read_line, "who answers for the stream", forms.TEXT),
    Field("notes", read_line, "free text", forms.TEXT),
    *REQUIREMENT_FIELDS,
)
"""Every field of a stream, in the order in which people think of them."""

STREAM_READERS: Final = readers(STREAM_FIELDS)
