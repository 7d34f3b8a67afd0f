"""The YAML files of a folder, but for those that ``.gitignore``, a policy's ``exclude`` or a flag leave out.

What the patterns of gitignore mean is pathspec's to say; git's order holds: the last that matches wins, from
the repository's root down, and nothing is looked for in a folder that is left out.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from shardcalc.core.lint.policy import MAX_PATTERNS
from shardcalc.core.workload.declared import Document, Problem
from shardcalc.sources.profiles.documents import content
from shardcalc.sources.profiles.policies import POLICY_FILE, load_policy, near, reach, working_folder

SUFFIXES: Final = (".yaml", ".yml")
GITIGNORE: Final = ".gitignore"
_INSTALLED: Final = {"node_modules", "site-packages", "venv", "__pycache__", "__pypackages__"}
"""What others installed, or Python made; folders that begin with a dot are not looked into either."""


class Rules(NamedTuple):
    """Patterns, and the folder from which they count."""

    folder: str
    patterns: Sequence[tuple[re.Pattern[str], bool]]
    """Each with whether it leaves out what it matches, or takes it in again."""

    def of(self, path: str) -> bool | None:
        """Whether a path below the folder is left out, by the last pattern that matches; folders end in a
        slash.
        """
        inner = path.removeprefix(self.folder).replace(os.sep, "/").lstrip("/")
        return next((out for made, out in reversed(self.patterns) if made.fullmatch(inner)), None)


def yaml_files(top: str, exclude: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, bool]]:
    """Each YAML file below a folder, in order, and whether it is left out; a folder that is left out says so
    itself, and nothing of what is in it.

    Args:
        top: the folder.
        exclude: patterns besides those that are found, which win; from the working folder, or from this one
            where that is elsewhere.
        problems: takes what is wrong with patterns.
    """
    real = os.path.realpath(top)
    *above, _ = reversed(reach(real))
    stack = [rules for folder in above for rules in _rules_of(folder, problems)]
    here = working_folder()
    below = here and os.path.join(real, "").startswith(os.path.join(here, ""))
    last = _read(here if below else real, exclude, "--exclude", problems)
    known = {top: (real, stack)}
    for folder, folders, names in os.walk(top):
        place, outer = known.pop(folder)
        stack = [*outer, *_rules_of(place, problems)]
        looked: list[str] = []
        for name in sorted(name for name in folders if not name.startswith(".") and name not in _INSTALLED):
            path = os.path.join(folder, name)
            if _left_out(os.path.join(place, name, ""), [*stack, *last]):
                yield path, True
            else:
                looked.append(name)
                known[path] = os.path.join(place, name), stack
        folders[:] = looked
        for name in sorted(name for name in names if name.endswith(SUFFIXES) and not name.startswith(".")):
            # Opening a FIFO waits for ever: only files are read.
            if os.path.isfile(path := os.path.join(folder, name)):
                yield path, _left_out(os.path.join(place, name), [*stack, *last])


def _left_out(path: str, stack: Sequence[Rules]) -> bool:
    return next((out for rules in reversed(stack) if (out := rules.of(path)) is not None), False)


def _rules_of(folder: str, problems: list[Problem]) -> Iterator[Rules]:
    """What a folder's own files say of what is below it; a policy that cannot be used is told elsewhere."""
    file = os.path.join(folder, GITIGNORE)
    # As git does: a link is not followed.
    if os.path.isfile(file) and not os.path.islink(file):
        try:
            text = content(file, MAX_PATTERNS).decode("utf-8-sig", "surrogateescape")
        except OSError as error:
            problems.append(Problem(near(file), None, "", f"cannot be read: {error.strerror}"))
        else:
            yield from _read(folder, text.split("\n"), near(file), problems)
    file = os.path.join(folder, POLICY_FILE)
    if os.path.isfile(file):
        policy = load_policy(file, [])
        yield from _read(folder, policy.policy.get("exclude", ()) if policy else (), near(file), problems)


def _read(folder: str, lines: Sequence[str], file: str, problems: list[Problem]) -> Iterable[Rules]:
    if sum(len(line) + 1 for line in lines) > MAX_PATTERNS + 1:
        problems.append(Problem(file, None, "", f"patterns of more than {MAX_PATTERNS // 1024} KiB"))
        return ()
    return (Rules(folder, patterns(lines)),) if lines else ()


def placed(file: str, policy: Document) -> dict[str, str]:
    """What a policy file says of the folders that a file is in; of several that say the same, the last."""
    folder = os.path.realpath(os.path.dirname(policy.file) or ".")
    path = os.path.join(os.path.realpath(os.path.dirname(file) or "."), os.path.basename(file))
    parts = path.removeprefix(folder).replace(os.sep, "/").lstrip("/").split("/")
    inner = ["/".join(parts[:index]) + "/" for index in range(1, len(parts))] + ["/".join(parts)]
    found: dict[str, str] = {}
    for pattern, fields in policy.policy.get("folders", {}).items():
        if any(made.fullmatch(each) for made, _ in _known(pattern) for each in inner):
            found |= fields
    return found


@lru_cache(1024)
def _known(pattern: str) -> list[tuple[re.Pattern[str], bool]]:
    return patterns([pattern])


def patterns(lines: Iterable[str]) -> list[tuple[re.Pattern[str], bool]]:
    """The patterns of gitignore in some lines; as git does, one that means nothing is passed over."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # most walks meet no pattern

    made: list[tuple[re.Pattern[str], bool]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets like [[a], whose meaning Python may change
        for line in filter(lambda line: line.strip("!/ \r"), lines):  # slashes alone match nothing
            try:
                regex, out = GitIgnoreSpecPattern.pattern_to_regex(line)
                if regex is not None and out is not None:
                    made.append((re.compile(_whole(_linear(regex)), re.DOTALL), out))
            except (ValueError, re.error):
                continue
    return made


def _whole(regex: str) -> str:
    """An expression that matches a whole path and no path below it: of those the walk has decided before."""
    special = {".": ".+", "/": ".+/.+", "(?P<ps_d>/)": ".+/"}  # *, **/*/** and */
    return special.get(regex, f"{regex}.+" if regex.endswith("/") else regex)


_STAR: Final = r"\[\^/\]\*"
_STARS: Final = r"\(\?:/\.\+\)\?"
_LINEAR: Final = (
    (rf"(?:{_STAR})+", "[^/]*"),
    (rf"{_STAR}((?:\[\^/\](?!\*)|(?!{_STAR})[^/])*)(?={_STAR})", r"(?>[^/]*?\1)"),
    (rf"\^\(\?:\.\+/\)\?((?:(?!{_STARS}).)+)(?={_STARS})", r"^(?>(?:.+?/)??\1(?=/))"),
    (rf"{_STARS}((?:(?!{_STARS}).)+)(?={_STARS})", r"(?>(?:/.+?)??\1(?=/))"),
)


def _linear(regex: str) -> str:
    """The same expression without a search through all ways to share a name among its asterisks, which takes
    years for some: where another one follows, the first fit of an asterisk is as good as any.
    """
    for written, instead in _LINEAR:
        regex = re.sub(written, instead, regex)
    return regex
