"""YAML documents of profiles and policies: their places, their version, their policy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shardcalc.core.lint.policy import read_policy
from shardcalc.core.text import BadFields, BadValue, shown
from shardcalc.core.workload.declared import (
    Document,
    Place,
    Problem,
)
from shardcalc.core.workload.requirements import (
    Suppression,
)
from shardcalc.sources.profiles.yaml_events import (
    MAX_BYTES,
    YamlError,
    YamlList,
    YamlMapping,
    decode,
    documents,
    place_of,
)

VERSION: Final = "1"
MAX_PROBLEMS: Final = 1_000
"""So many are told; what comes after them is not looked at."""


class Piped(str):
    """The name of a file that is not read from its place, as of what comes from stdin; and its bytes."""

    __slots__ = ("data",)
    data: bytes

    def __new__(cls, name: str, data: bytes) -> Piped:
        """A name with its bytes."""
        made = super().__new__(cls, name)
        made.data = data
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        # How another process is sent it.
        return Piped, (str(self), self.data)


def content(file: str, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, one more than the most where there are more.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(file, Piped):
        return file.data
    with open(file, "rb") as opened:
        return opened.read(most + 1)


def document_of(file: str, root: YamlMapping, policy: Mapping[str, Any]) -> Document:
    """A YAML document whose values can be found again; a list or mapping is found by its key."""

    def locate(path: Sequence[str | int]) -> Place:
        return place_at(root, path, key=isinstance(value_at(root, path), (YamlMapping, YamlList)))

    return Document(file, policy, locate)


def roots_of(file: str, problems: list[Problem]) -> list[tuple[Any, Any]] | None:
    """The roots of a file's YAML documents; None, and a problem, where it cannot be read."""
    if leaves_repository(file):
        # What is told of a file repeats parts of it: a pull request must not choose which file that is.
        problems.append(
            Problem(file, None, "", "a link out of its repository; give the file that it leads to")
        )
        return None
    try:
        if not isinstance(file, Piped) and os.path.getsize(file) > MAX_BYTES:
            raise YamlError(Place(1, 1), f"larger than {MAX_BYTES // 1024**2} MiB")
        return list(documents(decode(content(file))))
    except YamlError as error:
        problems.append(Problem(file, error.place, "", str(error)))
    except OSError as error:
        problems.append(Problem(file, None, "", f"cannot be read: {error.strerror}"))
    return None


def leaves_repository(link: str) -> bool:
    """Whether it is a link that leads out of the repository that it is in, or to git's own files there."""
    if isinstance(link, Piped) or not os.path.islink(link):
        return False
    folder, target = Path(link).parent.resolve(), Path(link).resolve()
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return not target.is_relative_to(above) or target.is_relative_to(above / ".git")
    return False


def read_version(file: str, root: YamlMapping, found: list[Problem]) -> None:
    """Check the version of a document; what is wrong goes to ``found``."""
    if "version" not in root:
        found.append(Problem(file, place_of(root.at), "version", f"missing; write version: {VERSION}"))
    elif root["version"] != VERSION:
        message = (
            f"{kind_of(root['version'])} is not a version of profiles known here; write version: {VERSION}"
        )
        found.append(Problem(file, place_at(root, ("version",)), "version", message))


def policy_of(file: str, root: YamlMapping, found: list[Problem]) -> dict[str, Any]:
    """Read the policy of a profile or a policy file; what is wrong goes to ``found``."""
    from shardcalc.core.lint.rules import NAMES  # most profiles have no policy

    try:
        policy = read_policy(root["policy"], NAMES)
    except BadFields as error:
        found += inner_problems(file, root, ("policy",), error)
        return {}
    except BadValue as error:
        found.append(Problem(file, place_at(root, ("policy",)), "policy", str(error)))
        return {}
    if "ignore" in policy:
        policy["ignore"] = with_paths(policy["ignore"], ("policy",))
    return policy


def inner_problems(
    file: str, root: YamlMapping, path: tuple[str | int, ...], error: BadFields
) -> Iterator[Problem]:
    """The problems of the fields below a path, each at its place."""
    for inner, message in error.problems:
        deeper = (*path, *(int(part) if _INDEX.fullmatch(part) else part for part in inner.split(".")))
        unknown = message.startswith("unknown ")
        yield Problem(file, place_at(root, deeper, key=unknown), ".".join([*map(str, path), inner]), message)


_INDEX: Final = re.compile("[0-9]{1,6}")


def by_place(problem: Problem) -> tuple[int, int]:
    """The order of problems in a file."""
    return (problem.place.line, problem.place.column) if problem.place else (0, 0)


def with_paths(ignore: Iterable[Suppression], path: tuple[str, ...]) -> tuple[Suppression, ...]:
    """Suppressions that know where they are in the file."""
    return tuple(
        suppression._replace(path=(*path, "ignore", index)) for index, suppression in enumerate(ignore)
    )


_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The line breaks of YAML 1.1, by which its marks count."""


def lines_of(file: str, numbers: Iterable[int]) -> dict[int, str]:
    """Some lines of a file, as far as it can still be read."""
    try:
        lines = _BREAK.split(decode(content(file)))
    except (OSError, YamlError):
        return {}
    return {number: lines[number - 1] for number in numbers if number <= len(lines)}


def kind_of(value: object) -> str:
    """What a value is, for a message."""
    return "a list" if isinstance(value, list) else "nothing" if value is None else shown(value)


def value_at(root: YamlMapping, path: Sequence[str | int]) -> Any:
    """The value at a path as it was written; None when it is not there."""
    node: Any = root
    for step in path:
        inside = (
            step in node
            if isinstance(node, YamlMapping)
            else isinstance(node, YamlList) and isinstance(step, int) and step < len(node)
        )
        if not inside:
            return None
        node = node[step]
    return node


def place_at(root: YamlMapping, path: Sequence[str | int], *, key: bool = False) -> Place:
    """Where the value at a path is in the file, or its key; the nearest place above when there is none."""
    at = root.at
    node: Any = root
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(node, YamlMapping) and isinstance(step, str) and step in node:
            # The value of a mapping begins on a later line; its key is where people look.
            inner = isinstance(node[step], (YamlMapping, YamlList)) and not last
            at = node.keys_at[step] if (key and last) or inner else node.values_at[step]
            node = node[step]
        elif isinstance(node, YamlList) and isinstance(step, int) and step < len(node):
            at = node.items_at[step]
            node = node[step]
        else:
            break
    return place_of(at)


def find_duplicates(file: str, node: Any, path: str, found: list[Problem]) -> None:
    """Every key that is given twice, anywhere below a node."""
    # Aliases put the same mapping in several places; each mapping is looked at once, since its weight is
    # bounded.
    pending: list[tuple[str, Any]] = [(path, node)]
    seen: set[int] = set()
    while pending and len(found) < MAX_PROBLEMS:
        path, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        prefix = f"{path}." if path else ""
        if isinstance(node, YamlMapping):
            for name, mark in node.duplicates[:MAX_PROBLEMS]:
                message = (
                    f"given twice; first at {place_of(node.keys_at[name])}"
                    if name in node.keys_at
                    else "given twice"
                )
                found.append(Problem(file, place_of(mark), f"{prefix}{name}", message))
            for name, value in node.items():
                if value.__class__ is not str and value is not None:
                    pending.append((f"{prefix}{name}", value))
        elif isinstance(node, YamlList):
            pending += [
                (f"{prefix}{index}", value) for index, value in enumerate(node) if not isinstance(value, str)
            ]
