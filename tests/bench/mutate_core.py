"""Whether the tests notice a core that is wrong: mutants of it, drawn by a seed, each held to the tests.

    pip install cosmic-ray
    python tests/bench/mutate_core.py --count 300 --seed 20261121

cosmic-ray makes the mutants: another operator, another constant, a comparison or a condition the other way. A
place in the code is drawn, then one of its mutants, so that a line with many operators counts no more than
one with few. Each mutant is written into a copy of what git knows, and the tests are run until the first
fails: those of the module's folder, those of the core, then quick ones of what stands on it. Before, they
pass without a mutant. What survives is printed as it was changed; ``--only N --all`` holds it to every test
but the slow ones.

What cannot change a result by its nature is not drawn, in no module:

- annotations, and what stands under ``if TYPE_CHECKING``: nothing runs them;
- ``@cache`` and ``@lru_cache``, taken away or of another size: the speed alone (``@cached_property`` is
  drawn: without it the attribute is a method);
- ``strict`` of ``zip()``: it is asked where the columns of one table are equally long;
- ``is`` and ``is not`` as anything but each other: an enum has one object a member, None and the booleans are
  one each, and whether an ordering of them differs is the chance of the alphabet;
- ``==`` and ``!=`` with a text as an ordering: the alphabet again;
- ``denominator == 1`` as ``<= 1``, and ``!= 1`` as ``> 1``: a denominator is never below one;
- statements marked ``# pragma: no cover``: each says why nothing gets there; and what is no Python at all.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import NamedTuple

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).parent.parent.parent
CORE = Path("shardcalc/core")
SECONDS = (200, 300, 1200)
"""What each stage may take: a mutant that never ends is noticed, too."""
QUICK = [
    *("tests/test_oracle.py", "tests/test_published.py", "tests/test_golden.py", "tests/app/test_check.py"),
    *(f"tests/report/test_{name}.py" for name in ("check", "reshard", "cost", "pages", "suggest")),
    *(
        "tests/cli/test_check.py",
        "tests/cli/test_reshard.py",
        "tests/cli/test_from.py",
        "tests/sources/store",
    ),
    *("tests/test_seams.py", "tests/cli/aws/test_suggest.py", "tests/cli/test_suggest.py"),
]
"""Tests of what stands on the core, without processes, browsers and fuzzers."""


NOT_DRAWN = re.compile("core/ReplaceComparisonOperator_(Is|IsNot)_(?!Is)")
CACHES = ("cache", "lru_cache")


class Mutant(NamedTuple):
    """A change of one module."""

    module: Path
    operator: str
    occurrence: int

    def code(self) -> str | None:
        """The changed module, or nothing where no result could change."""
        text = (ROOT / self.module).read_text(encoding="utf-8")
        changed = mutate_code(text, plugins.get_operator(self.operator)(), self.occurrence)
        return changed if changed is not None and _decides(changed) not in (None, _decides(text)) else None

    def diff(self) -> str:
        """What changes, as lines before and after."""
        before = (ROOT / self.module).read_text(encoding="utf-8").splitlines()
        changed = difflib.unified_diff(before, (self.code() or "").splitlines(), n=0, lineterm="")
        return "\n".join(line for line in changed if not line.startswith(("---", "+++")))


class Outcome(NamedTuple):
    """What the tests said of a mutant: the test that failed first, or nothing."""

    noticed: str
    seconds: float


def _decides(code: str) -> str | None:
    """What of a module decides its results, as text; nothing where it is no program that one would write."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    unreached = {number for number, line in enumerate(code.splitlines(), 1) if "# pragma: no cover" in line}
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(0))
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, [each for each in block if not _unread(each, unreached)])
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [each for each in node.decorator_list if _name(each) not in CACHES]
        elif isinstance(node, ast.Call) and _name(node) == "zip":
            node.keywords = []
        elif isinstance(node, ast.Compare):
            [operator, *_], [right, *_] = node.ops, node.comparators
            if isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)) and _text(right):
                return None
            if getattr(node.left, "attr", "") == "denominator" and ast.unparse(right) == "1":
                node.ops[0] = {ast.LtE: ast.Eq, ast.Gt: ast.NotEq}.get(type(operator), type(operator))()
    return ast.dump(tree)


def _unread(node: ast.stmt, unreached: set[int]) -> bool:
    """Whether nothing runs it, or what is under it."""
    return node.lineno in unreached or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))


def _name(node: ast.expr) -> str:
    """Of a decorator, or of what is called."""
    return _name(node.func) if isinstance(node, ast.Call) else getattr(node, "id", "")


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def places(modules: list[Path]) -> dict[tuple[Path, object], list[Mutant]]:
    """The mutants of all modules, by the place in the code that they change."""
    found: dict[tuple[Path, object], list[Mutant]] = {}
    for module in modules:
        nodes = list(ast_nodes(get_ast_from_path(ROOT / module)))
        for name in sorted(plugins.operator_names()):
            operator = plugins.get_operator(name)
            if operator.arguments() or NOT_DRAWN.match(name):
                continue
            spans = (span for node in nodes for span in operator().mutation_positions(node))
            for occurrence, span in enumerate(spans):
                found.setdefault((module, span), []).append(Mutant(module, name, occurrence))
    return found


def drawn(seed: int, count: int) -> Iterator[Mutant]:
    """So many mutants over all of the core, no two of one place."""
    random = Random(seed)
    known = places(sorted(each.relative_to(ROOT) for each in (ROOT / CORE).rglob("*.py")))
    keys = list(known)
    random.shuffle(keys)
    print(f"{len(keys):,} places, {sum(map(len, known.values())):,} mutants; seed {seed}, {count} of them")
    for key in keys:
        mutant = random.choice(known[key])
        if mutant.code() is not None:
            yield mutant
            count -= 1
        if not count:
            return


def copied(folder: Path) -> Path:
    """What git knows of the project, in a folder of its own."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in names.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    # Some tests ask git what belongs to the project.
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def judged(mutant: Mutant, copy: Path, every: bool) -> Outcome:
    """Run the tests on a mutant until one fails."""
    file, began = copy / mutant.module, time.monotonic()
    kept = file.read_text(encoding="utf-8")
    file.write_text(mutant.code() or "", encoding="utf-8")
    try:
        inner = mutant.module.relative_to(CORE)
        own = [Path("tests/core") / inner.parent / f"test_{inner.name}", Path("tests/core") / inner.parent]
        noticed = tested([str(each) for each in own if (copy / each).exists()], copy, every)
    finally:
        file.write_text(kept, encoding="utf-8")
    return Outcome(noticed, time.monotonic() - began)


def tested(near: list[str], copy: Path, every: bool) -> str:
    """The first test that fails, or nothing: those near to a change, those of the core, others."""
    others = [*QUICK, *(["tests", "--ignore=tests/core"] if every else [])]
    for paths, seconds in zip((near, ["tests/core"], others), SECONDS, strict=True):
        noticed = _tests(paths, copy, seconds) if paths else ""
        if noticed:
            return noticed
    return ""


def _tests(arguments: list[str], copy: Path, seconds: int) -> str:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
    # The same examples each time; the copy's code goes before that of an installed project.
    with subprocess.Popen(
        [*command, "--hypothesis-seed=1", *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "SHARDCALC_SHRINK": "no"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return f"more than {seconds} s"
    if not process.returncode:
        return ""
    told = [line for line in out.splitlines() if line.startswith(("FAILED", "ERROR"))] or out.splitlines()
    return told[0].removeprefix("FAILED ")[:110] if told else f"exit code {process.returncode}"


def main() -> None:
    """Draw, run, print."""
    parser = argparse.ArgumentParser(description="Mutants of the core, held to the tests.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", type=int, nargs="*", help="the numbers of those to run")
    parser.add_argument("--all", action="store_true", help="hold them to every test but the slow ones")
    asked = parser.parse_args()
    mutants = list(drawn(asked.seed, asked.count))
    chosen = asked.only or range(1, len(mutants) + 1)
    # Begun in the background, it may ignore these, and so would what the tests start.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    survived, began = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.workers) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for index in range(asked.workers):
            copies.put(copied(Path(folder) / str(index)))
        copy = copies.get()
        of_copy = ["-n", str(asked.workers), "tests/core", *(["tests"] if asked.all else QUICK)]
        if noticed := _tests(of_copy, copy, SECONDS[2]):
            sys.exit(f"without a mutant fails: {noticed}")
        copies.put(copy)
        print(f"without a mutant all pass, in {time.monotonic() - began:.0f} s", flush=True)

        def one(number: int) -> tuple[int, Outcome]:
            copy = copies.get()
            try:
                return number, judged(mutants[number - 1], copy, asked.all)
            finally:
                copies.put(copy)

        for number, outcome in pool.map(one, chosen):
            mutant = mutants[number - 1]
            print(
                f"{number:>4}  {mutant.module.relative_to(CORE)!s:32} {outcome.seconds:6.0f} s  "
                f"{outcome.noticed or 'SURVIVED'}",
                flush=True,
            )
            if not outcome.noticed:
                survived.append(number)
                print(f"{mutant.operator}\n{mutant.diff()}", flush=True)
    ran = len(chosen)
    print(
        f"{ran - len(survived)} of {ran} noticed ({(ran - len(survived)) / ran:.1%}) in "
        f"{time.monotonic() - began:,.0f} s; survived: {survived}"
    )


if __name__ == "__main__":
    main()
