"""The shape of the package: every module, its room and its level; who may import whom; where each outside
package lives.

The table below is the picture of the house. A module imports only from lines above its own, so that nothing
is imported upwards, sideways or in a circle, also for types only. A new module needs a line.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT, TESTS

PACKAGE = ROOT / "shardcalc"

HOUSE = """
core.version
core.text
core.json_text
core.units
core.facts
core.facts.prices
core.workload.forms
core.workload.reading
core.workload.parts
core.workload.workload
core.workload.requirements
core.workload.declared
core.capacity.constraint
core.capacity.packing
core.capacity.polling
core.capacity.finding
core.capacity.streams
core.capacity.on_demand
core.capacity.hash_keys
core.capacity.salts
core.capacity.account
core.capacity.findings
core.capacity.planning
core.capacity.inverse
core.capacity.sensitivity
core.capacity.forecast
core.cost.bill
core.cost.mix
core.cost.comparison
core.cost.options
core.cost.break_even
core.history.metrics
core.history.error
core.history.model
core.history.demand
core.history.hot_shard
core.history.load
core.history.draft
core.resharding.path
core.advice.need
core.advice.decision
core.advice.trend
core.advice.backtest
core.advice.throttling
core.advice.caveats
core.advice.recommendation
core.advice.timeline
core.advice.fleet
core.advice.judged
core.lint.policy
core.lint.rule
core.lint.rules.cost
core.lint.rules.facts
core.lint.rules.keys
core.lint.rules.on_demand
core.lint.rules.profile
core.lint.rules.reading
core.lint.rules.records
core.lint.rules.retention
core.lint.rules.shards
core.lint.rules.suppressions
core.lint.rules
core.lint.plan_diff
core.lint.check
core.lint.baseline
sources.profiles.yaml_events
sources.profiles.documents
sources.profiles.policies
sources.profiles.folders
sources.profiles.reading
sources.store.files
sources.store.document
sources.store.models
sources.store.outputs
sources.store.history_document
sources.store.metric_data
sources.store.histories
sources.store.prices
sources.store.baselines
sources.store.plans
sources.price_list.offers
sources.price_list.download
sources.aws.errors
sources.aws.answers
sources.aws.session
sources.aws.streams
sources.aws.metrics
sources.aws.histories
sources.aws.price_list
sources.aws.permissions
app.refusal
app.output
app.processors
app.basis
app.streams
app.selection
app.suggest
app.histories
app.plan
app.cost
app.check
app.reading
app.observe
app.fleet
app.reshard
app.review
app.facts
app.iam
app.schema
report.kit.layout
report.kit.terminal
report.kit.markdown
report.kit.json
report.kit.flat
report.kit.html
report.kit.svg
report.words
report.rows
report.decisions
report.plan.words
report.plan.terminal
report.plan.markdown
report.plan.json
report.plan.concise
report.cost.words
report.cost.terminal
report.cost.markdown
report.cost.json
report.check.words
report.check.terminal
report.check.markdown
report.check.json
report.check.concise
report.check.github
report.check.sarif
report.check.junit
report.rules.terminal
report.rules.markdown
report.rules.json
report.reshard.words
report.reshard.commands
report.reshard.script
report.reshard.terminal
report.reshard.markdown
report.reshard.json
report.suggest.words
report.suggest.terminal
report.suggest.markdown
report.suggest.json
report.fleet.words
report.fleet.terminal
report.fleet.markdown
report.fleet.json
report.fleet.concise
report.observe.terminal
report.observe.profile
report.facts.words
report.facts.terminal
report.facts.markdown
report.facts.json
report.facts.template
report.review.words
report.review.markdown
report.review.html
cli.errors
cli.output
cli.progress
cli.flags
cli.once
cli.plan
cli.cost
cli.check
cli.suggest
cli.reshard
cli.observe
cli.fleet
cli.report
cli.iam
cli.facts
cli.schema
cli
__main__
""".split()  # noqa: SIM905  # one module a line, to be read from the ground up

ROOMS = {
    "core": {"core"},
    "sources": {"core", "sources"},
    "app": {"core", "sources", "app"},
    "report": {"core", "app", "report"},
    "cli": {"app", "report", "cli"},
    "__main__": {"cli"},
}
"""What each room may import; a package of sources imports no other one of sources."""

HOMES = {
    "typer": ("cli",),
    "rich": ("report.kit.terminal", "cli.progress"),
    "pydantic": ("sources.store", "sources.aws"),
    "pydantic_core": ("sources.store",),
    "typing_extensions": ("sources.store", "sources.aws"),
    "pathspec": ("sources.profiles.folders",),
    "yaml": ("sources.profiles", "report.kit.flat"),
    "boto3": ("sources.aws",),
    "botocore": ("sources.aws",),
    "platformdirs": ("sources.store",),
}
IO = {
    "os",
    "sys",
    "io",
    "pathlib",
    "time",
    "subprocess",
    "socket",
    "urllib",
    "random",
    "tempfile",
    "locale",
    "logging",
}
"""What the core may not touch; only the loader of the packaged facts opens files."""


def modules(package: Path) -> dict[str, Path]:
    """Every module by its name below the package; a package's face only if it holds more than a docstring."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        name = ".".join(file.relative_to(package).with_suffix("").parts).removesuffix(".__init__")
        body = ast.parse(file.read_text(encoding="utf-8")).body
        if file.name == "__init__.py" and (file.parent == package or len(body) <= 1):
            continue
        found[name] = file
    return found


THERE = modules(PACKAGE)


def imported(file: Path, known: set[str]) -> set[str]:
    """The modules of the package that a file imports anywhere in it, functions and type checking included."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: imports are absolute"
            name = str(node.module)
            below = {f"{name}.{alias.name}" for alias in node.names}
            modules = {each for each in below if each.removeprefix("shardcalc.") in known}
            found |= modules or {name}
    return found


def faults(package: Path, house: list[str]) -> list[str]:
    """Everything that is wrong with the shape of a package."""
    there = modules(package)
    level = {name: line for line, name in enumerate(house)}
    wrong = [f"{name} stands on no line" for name in there if name not in level]
    wrong += [f"{name} is on a line and not there" for name in level if name not in there]
    for name, file in there.items():
        room = name.split(".")[0]
        for each in sorted(imported(file, set(there))):
            if not each.startswith("shardcalc"):
                top = each.split(".")[0]
                homes = HOMES.get(top)
                if homes is not None and not any(
                    name == home or name.startswith(f"{home}.") for home in homes
                ):
                    wrong.append(f"{name} imports {top}")
                if room == "core" and top not in sys.stdlib_module_names:
                    wrong.append(f"{name} imports {top}")
                if room == "core" and top in IO and not (name.startswith("core.facts") and top == "os"):
                    wrong.append(f"{name} imports {top}")
                continue
            target = each.removeprefix("shardcalc").removeprefix(".")
            if not target:  # the package itself: its version
                continue
            if target.split(".")[0] not in ROOMS[room]:
                wrong.append(f"{name} imports {target}, which its room may not")
            elif room == "sources" == target.split(".")[0] and name.split(".")[1] != target.split(".")[1]:
                wrong.append(f"{name} imports {target}, another source")
            elif level.get(target, -1) >= level.get(name, len(house)):
                wrong.append(f"{name} imports {target}, which is not below it")
    return wrong


def test_the_house_is_as_drawn():
    assert faults(PACKAGE, HOUSE) == []


def test_every_command_is_about_a_dozen_lines_and_knows_no_kinesis():
    for name, file in THERE.items():
        if name.startswith("cli."):
            words = {
                node.value
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant)
            }
            assert not words & {"provisioned", "PROVISIONED", "ON_DEMAND"}, name


# Each fault once, in a small package of its own: a check that cannot fail checks nothing.
SMALL = {
    "core/a.py": "import re",
    "core/b.py": "from shardcalc.core.a import x",
    "sources/aws/c.py": "import boto3\nfrom shardcalc.core.b import y",
    "sources/store/d.py": "import pydantic",
    "app/e.py": "from shardcalc.sources.aws.c import z",
    "report/f.py": "from shardcalc.app.e import z",
    "cli/g.py": "import typer\nfrom shardcalc.report.f import z",
}
SMALL_HOUSE = ["core.a", "core.b", "sources.aws.c", "sources.store.d", "app.e", "report.f", "cli.g"]


def small(folder: Path, **changed: str) -> list[str]:
    for name, text in {
        **SMALL,
        **{key.replace("__", "/") + ".py": text for key, text in changed.items()},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return faults(folder, SMALL_HOUSE)


def test_a_small_house_is_in_order(tmp_path):
    assert small(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"core__new": "x = 1"}, "core.new stands on no line"),
        ({"core__a": "from shardcalc.app.e import z"}, "core.a imports app.e, which its room may not"),
        ({"core__a": "from shardcalc.core.b import y"}, "core.a imports core.b, which is not below it"),
        (
            {
                "core__a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
                "    from shardcalc.core.b import y"
            },
            "core.a imports core.b, which is not below it",
        ),
        (
            {"core__b": "def f():\n    from shardcalc.core.b import y"},
            "core.b imports core.b, which is not below it",
        ),
        (
            {"sources__store__d": "from shardcalc.sources.aws.c import z"},
            "sources.store.d imports sources.aws.c, another source",
        ),
        (
            {"report__f": "from shardcalc.sources.aws.c import z"},
            "report.f imports sources.aws.c, which its room may not",
        ),
        ({"cli__g": "from shardcalc.core.a import x"}, "cli.g imports core.a, which its room may not"),
        ({"app__e": "import boto3"}, "app.e imports boto3"),
        ({"report__f": "import typer"}, "report.f imports typer"),
        ({"app__e": "import rich.table"}, "app.e imports rich"),
        ({"sources__aws__c": "import yaml"}, "sources.aws.c imports yaml"),
        ({"cli__g": "import pydantic"}, "cli.g imports pydantic"),
        ({"core__a": "import os"}, "core.a imports os"),
        ({"core__a": "import numpy"}, "core.a imports numpy"),
    ],
)
def test_a_fault_in_the_shape_is_found(tmp_path, changed, fault):
    assert fault in small(tmp_path, **changed)


# Numbers of AWS's stand in facts/*.toml. What may stand in code: units, time, percent, percentiles, the year
# 2100, exits,
# how far a search looks, and sizes of our own.
OWN_NUMBERS = {
    60, 100, 120, 128, 168, 256, 300, 365, 672, 744, 1000, 1024, 3600, 4000, 4096, 10_000, 86400, 604800,
    100_000, 1_000_000, 160,
    50, 95, 99, 10_000_000, 4_102_444_800,
}  # fmt: skip
CALCULATING = [
    name
    for name in HOUSE
    if name.startswith("core.")
    and not name.startswith("core.facts")
    # What these hold is how text is read and shown, with examples of it.
    and name not in ("core.text", "core.json_text", "core.units", "core.workload.forms")
]


@pytest.mark.parametrize("name", CALCULATING)
def test_no_number_of_awss_stands_in_the_core(name):
    numbers = [
        node.value
        for node in ast.walk(ast.parse(THERE[name].read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    ]
    assert not {number for number in numbers if number > 31 and number not in OWN_NUMBERS}
    assert not [
        number for number in numbers if type(number) is float and number not in (0.6, 1.5, 16.67, 0.2)
    ]


def test_the_library_loads_no_outside_package():
    script = (
        "import sys; from shardcalc import Workload, plan; print(plan(Workload.of(size=1024, rps=6, "
        "consumers=7)).shards, *sys.modules)"
    )
    shards, *loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert shards == "21"
    assert not set(loaded) & {"typer", "rich", "pydantic", "yaml", "boto3"}


def test_importing_the_library_loads_nothing_of_it():
    script = (
        "import sys; import shardcalc; print(*[name for name in sys.modules if "
        "name.startswith('shardcalc.')])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_every_public_name_exists_and_is_seen_by_type_checkers():
    import shardcalc

    for name in shardcalc.__all__:
        assert getattr(shardcalc, name) is not None
    with pytest.raises(AttributeError):
        shardcalc.nothing  # noqa: B018
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    names = [alias for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    seen = {alias.asname for alias in names if alias.asname}
    assert seen == {*shardcalc.__all__, "__version__"}


def test_what_must_not_type_check_does_not():
    folder = TESTS / "typing"
    lines = (folder / "must_fail.py").read_text(encoding="utf-8").splitlines()
    expected = {number for number, line in enumerate(lines, 1) if "# error" in line}
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "must_fail.py"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = {int(number) for number in re.findall(r"^must_fail\.py:(\d+): error", ran.stdout, re.MULTILINE)}
    assert expected
    assert found == expected, ran.stdout
