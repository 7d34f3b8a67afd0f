"""Policy files: the nearest ``.shardcalc.yaml`` upwards of a profile."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from shardcalc.core.text import nearest, shown
from shardcalc.core.workload.declared import (
    Document,
    Place,
    Problem,
    ProfileErrors,
)
from shardcalc.sources.profiles.documents import (
    MAX_PROBLEMS,
    VERSION,
    by_place,
    document_of,
    find_duplicates,
    place_at,
    policy_of,
    read_version,
    roots_of,
)
from shardcalc.sources.profiles.yaml_events import (
    YamlMapping,
    place_of,
)

POLICY_FILE: Final = ".shardcalc.yaml"


def policy_files(files: Iterable[str], problems: list[Problem]) -> dict[str, Document | None]:
    """The policy file that counts for each profile: the nearest ``.shardcalc.yaml`` upwards, as far as the
    repository's root; None where it cannot be used.

    Without a repository the search ends at the working folder, or at the profile's own. What is wrong goes to
    ``problems``.
    """
    nearest_of: dict[str, str | None] = {}
    read: dict[str, Document | None] = {}
    found: dict[str, Document | None] = {}
    for file in files:
        folder = os.path.dirname(file)
        if folder not in nearest_of:
            nearest_of[folder] = _nearest_policy(os.path.realpath(folder or "."))
        policy_file = nearest_of[folder]
        if policy_file is None:
            continue
        if policy_file not in read:
            read[policy_file] = load_policy(near(policy_file), problems)
        found[file] = read[policy_file]
    return found


def _nearest_policy(folder: str) -> str | None:
    return next(
        (path for each in reach(folder) if os.path.isfile(path := os.path.join(each, POLICY_FILE))), None
    )


def reach(folder: str) -> list[str]:
    """A folder and those above it, as far up as their files count for it."""
    above = [folder]
    while (parent := os.path.dirname(above[-1])) != above[-1]:
        above.append(parent)
    roots = [index for index, each in enumerate(above) if os.path.exists(os.path.join(each, ".git"))]
    here = working_folder()
    top = roots[0] if roots else above.index(here) if here in above else 0
    return above[: top + 1]


def working_folder() -> str:
    """The working folder's real name; empty when it was removed."""
    try:
        return os.path.realpath(".")
    except FileNotFoundError:
        return ""


def near(file: str) -> str:
    """A file's name seen from the working folder if it is below it, and else its whole name."""
    try:
        seen = os.path.relpath(file)
    # On Windows no path leads from one drive to another; nor does one from a folder that was removed.
    except (ValueError, FileNotFoundError):
        return file
    return file if seen.startswith("..") else seen


def sheet_inside(policy: Document, path: str) -> str:
    """Where a path to a price sheet, or to a folder of them, leads, seen from the working folder.

    Args:
        policy: the policy file that names it.
        path: seen from the working folder.

    Raises:
        ProfileErrors: out of the folders for which such a policy file can count, to git's own files, or to no
            such sheet: a pull request must not choose what else is read.
    """
    top = reach(os.path.realpath(os.path.dirname(policy.file) or "."))[-1]
    real, why = Path(os.path.realpath(path)), ""
    if not real.is_relative_to(top) or ".git" in map(str.lower, real.relative_to(top).parts):
        why = "out of its repository, or to git's own files"
    elif real.suffix != ".toml" and not real.is_dir():
        why = "to no file (.toml) and no folder"
    if why:
        problem = f"{shown(path)} leads {why}"
        place = policy.locate(("policy", "prices"))
        raise ProfileErrors([Problem(policy.file, place, "policy.prices", problem)], "nothing was done")
    return near(str(real))


def load_policy(file: str, problems: list[Problem]) -> Document | None:
    """Read a policy file; what is wrong goes to ``problems``."""
    roots = roots_of(file, problems)
    if roots is None:
        return None
    root = roots[0][0] if len(roots) == 1 else None
    if not isinstance(root, YamlMapping):
        problems.append(
            Problem(
                file, Place(1, 1), "", f"not a policy: write version: {VERSION} and policy, in one document"
            )
        )
        return None
    found: list[Problem] = []
    find_duplicates(file, root, "", found)
    known = ("version", "policy")
    found += [
        Problem(file, place_at(root, (name,), key=True), name, f"unknown field{nearest(name, known)}")
        for name in islice(root, MAX_PROBLEMS)
        if name not in known
    ]
    read_version(file, root, found)
    if "policy" not in root:
        found.append(Problem(file, place_of(root.at), "policy", "missing"))
    policy = policy_of(file, root, found) if "policy" in root else {}
    if found:
        problems += sorted(found, key=by_place)
        return None
    if "ignore" in policy:
        policy["ignore"] = tuple(suppression._replace(file=file) for suppression in policy["ignore"])
    return document_of(file, root, policy)
