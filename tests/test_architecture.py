"""The shape of the package: who may import whom, and where each outside package lives."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "shardcalc"
MODULES = {
    str(file.relative_to(PACKAGE.parent).with_suffix("")).replace("/", ".").removesuffix(".__init__"): file
    for file in PACKAGE.rglob("*.py")
}

CORE = sorted(module.removeprefix("shardcalc.") for module in MODULES if module.startswith("shardcalc.core"))
HOMES = {
    "typer": ("shardcalc.cli",),
    "rich": ("shardcalc.report.kit.terminal", "shardcalc.cli"),
    "pydantic": ("shardcalc.app.schema",),
    "typing_extensions": ("shardcalc.app.schema",),
    "yaml": ("shardcalc.sources.profiles.yaml_events",),
    "boto3": ("shardcalc.sources.aws",),
    "botocore": ("shardcalc.sources.aws",),
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


def imports(file: Path, module: str) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    found = set()
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            name = (
                f"{base}.{node.module}"
                if node.level and node.module
                else base
                if node.level
                else str(node.module)
            )
            found |= {name} | {
                f"{name}.{alias.name}" for alias in node.names if f"{name}.{alias.name}" in MODULES
            }
    return found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_each_outside_package_has_one_home(module):
    for imported in imports(MODULES[module], module):
        for package, homes in HOMES.items():
            if imported.split(".")[0] == package:
                assert module.startswith(homes), f"{module} imports {package}"


@pytest.mark.parametrize("name", [name for name in CORE if not name.startswith("core.facts")])
def test_the_core_reads_nothing_and_knows_no_door(name):
    module = f"shardcalc.{name}"
    for imported in imports(MODULES[module], module):
        top = imported.split(".")[0]
        assert top in sys.stdlib_module_names | {"shardcalc"}, f"{module} imports {imported}"
        assert top not in IO, f"{module} imports {imported}"
        if top == "shardcalc" and imported != "shardcalc":
            assert imported.split(".")[1] == "core", f"{module} imports {imported}"


def test_renderers_know_no_door_in():
    for module, file in MODULES.items():
        if module.startswith("shardcalc.report"):
            assert not {
                name
                for name in imports(file, module)
                if name.startswith(("shardcalc.cli", "shardcalc.profile", "shardcalc.sources.aws"))
            }, module


# Numbers of AWS's stand in facts/*.toml. What may stand in code: units, time, percent, percentiles, the year 2100, exits, and sizes of our own.
OWN_NUMBERS = {
    60, 100, 120, 128, 256, 300, 365, 672, 744, 1000, 1024, 3600, 4096, 10_000, 86400, 604800, 100_000, 1_000_000, 160,
    50, 95, 99, 10_000_000, 4_102_444_800,
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [name for name in CORE if name not in ("core.units", "core.facts", "core.facts.prices")]
)
def test_no_number_of_awss_stands_in_the_core(name):
    suspicious = {
        node.value
        for node in ast.walk(ast.parse(MODULES[f"shardcalc.{name}"].read_text()))
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and node.value > 31
        and node.value not in OWN_NUMBERS
    }
    assert not suspicious
    assert not [
        node
        for node in ast.walk(ast.parse(MODULES[f"shardcalc.{name}"].read_text()))
        if isinstance(node, ast.Constant) and type(node.value) is float and node.value != 0.6
    ]


def test_the_library_loads_no_outside_package():
    script = "import sys; from shardcalc import Workload, plan; print(plan(Workload.of(size=1024, rps=6, consumers=7)).shards, *sys.modules)"
    shards, *modules = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert shards == "21"
    assert not set(modules) & {"typer", "rich", "pydantic", "yaml", "boto3"}


def test_every_public_name_exists_and_every_command_is_documented():
    import shardcalc

    for name in shardcalc.__all__:
        assert getattr(shardcalc, name) is not None
    with pytest.raises(AttributeError):
        shardcalc.nothing  # noqa: B018


def test_what_must_not_type_check_does_not():
    folder = Path(__file__).parent / "typing"
    expected = {
        number
        for number, line in enumerate((folder / "must_fail.py").read_text().splitlines(), 1)
        if "# error" in line
    }
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "must_fail.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {int(number) for number in re.findall(r"^must_fail\.py:(\d+): error", ran.stdout, re.MULTILINE)}
    assert expected
    assert found == expected, ran.stdout
