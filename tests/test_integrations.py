"""The hook and the action, run as their users run them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.places import ROOT
from tests.systems import posix

PROFILE = "version: 1\nstreams:\n  orders: {owner: a, size: 1 MiB, rps: {mean: 5, peak: 6}, shards: %d}\n"


def git(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=False, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.index
def test_the_hook_runs_in_a_scratch_repository(tmp_path):
    """pre-commit clones the hook's repository, builds its environment with pip, and runs it on the staged
    profiles.
    """
    hook, user = tmp_path / "shardcalc", tmp_path / "user"
    hook.mkdir()
    shutil.copytree(ROOT / "shardcalc", hook / "shardcalc", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, hook / name)
    git(hook, "init")
    git(hook, "add", ".")
    git(hook, "commit", "-m", "release")
    git(hook, "tag", "v1.0.0")
    (user / "profiles").mkdir(parents=True)
    config = {"repos": [{"repo": hook.as_uri(), "rev": "v1.0.0", "hooks": [{"id": "shardcalc-check"}]}]}
    (user / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (user / "profiles" / "orders.yaml").write_text(PROFILE % 2)
    (user / "profiles" / "notes.txt").write_text("not a profile")
    (user / "other.yaml").write_text("not: a profile\n")
    marker = hostile(user)
    # A tracked file that is named like an option, and which would swallow what is found.
    option = user / "--write-baseline=z" / "profiles" / "a.yaml"
    for folder in (option.parent, user / "z" / "profiles"):
        folder.mkdir(parents=True)
    option.write_text(PROFILE.replace("orders", "returns") % 2)
    git(user, "init")
    git(user, "add", ".")

    def hooked() -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PRE_COMMIT_HOME": str(tmp_path / "home"),
            "NO_COLOR": "1",
            "PIP_NO_COMPILE": "1",
        }
        command = [sys.executable, "-I", "-m", "pre_commit", "run", "--color", "never"]
        return subprocess.run(command, cwd=user, capture_output=True, text=True, check=False, env=environment)

    failed = hooked()
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "shardcalc check" in failed.stdout
    assert "- exit code: 1" in failed.stdout
    column = PROFILE.splitlines()[2].index("%d") + 1
    assert f"profiles/orders.yaml:3:{column}  error  SC001 under-provisioned  orders" in failed.stdout
    assert "other.yaml" not in failed.stdout
    assert "SC001 under-provisioned  returns" in failed.stdout
    assert list((user / "z" / "profiles").iterdir()) == []
    option.write_text(PROFILE.replace("orders", "returns") % 6)
    (user / "profiles" / "orders.yaml").write_text(PROFILE % 6)
    git(user, "add", ".")
    passed = hooked()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    (user / ".shardcalc.yaml").write_text("version: 1\npolicy: {budgets: 1 USD}\n")
    git(user, "add", ".")
    broken = hooked()
    assert "- exit code: 2" in broken.stdout
    assert ".shardcalc.yaml:2:10  policy.budgets: unknown field; did you mean budget?" in broken.stdout
    assert not marker.exists()


def test_the_hook_takes_every_name_for_a_file_and_imports_nothing_of_the_repository(tmp_path):
    """Its entry as pre-commit runs it: with the files behind."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    marker = hostile(workspace)
    for name in ("--write-baseline=z.yaml", "--exit-zero"):
        (workspace / name).write_text(PROFILE.replace("orders", name.strip("-")[:5]) % 2)
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert "args" not in hook
    python, *options = shlex.split(hook["entry"])
    assert python == "python"
    done = subprocess.run(
        [sys.executable, *options, "--write-baseline=z.yaml", "--exit-zero"],
        cwd=workspace,
        env={**os.environ, **VARIABLES},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("SC001 under-provisioned") == 2
    assert not (workspace / "z.yaml").exists()
    assert not marker.exists()


MODULES = ("pip", "yaml", "shardcalc", "typer", "venv", "ensurepip", "site", "re", "typing", "hatchling")
FILES = (
    "sitecustomize.py",
    "usercustomize.py",
    "setup.py",
    "conftest.py",
    "evil.pth",
    "python",
    "bin/python",
)
VARIABLES = {
    "PYTHONPATH": ".",
    "PYTHONSTARTUP": "sitecustomize.py",
    "PYTHONUSERBASE": ".",
    "PYTHONBREAKPOINT": "pip.run",
}


def hostile(workspace: Path) -> Path:
    """Fill a workspace with what Python could take for its own; whatever is executed writes the file that is
    given back.
    """
    marker = workspace.parent / "executed"
    python = f"import io; io.open({str(marker)!r}, 'a').write(__file__)\n"
    for name in MODULES:
        (workspace / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (workspace / name / file).write_text(python)
    (workspace / "bin").mkdir()
    for name in FILES:
        (workspace / name).write_text(f"#!/bin/sh\ntouch {marker}\n" if "." not in name else python)
        (workspace / name).chmod(0o755)
    (workspace / "pyvenv.cfg").write_text(f"home = {workspace}\n")
    (workspace / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "pip"\n')
    return marker


def action() -> dict[str, object]:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def script(name: str) -> str:
    """The text of one of the action's own scripts."""
    [found] = [each for each in action()["runs"]["steps"] if each.get("name") == name]
    return found["run"]


def bash(text: str, workspace: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the runner does: in the workspace."""
    file = workspace.parent / "step.sh"
    file.write_text(text)
    environment = {"PATH": os.environ["PATH"], "GITHUB_WORKSPACE": str(workspace)} | variables
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
    return subprocess.run(
        command, cwd=workspace, capture_output=True, encoding="utf-8", check=False, env=environment
    )


def step(tmp_path: Path, *, temp: Path | None = None, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's check with its inputs as variables; without the environment that the action installs
    it uses the one of the tests.
    """
    given = {name: row["default"] for name, row in action()["inputs"].items()} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    if temp is None:
        temp = tmp_path.parent / f"{tmp_path.name} temp"
        python = temp / "shardcalc" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
    return bash(
        script("check"),
        tmp_path,
        RUNNER_TEMP=str(temp),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        **VARIABLES,
        **{f"INPUT_{name.replace('-', '_').upper()}": value for name, value in given.items()},
    )


# Another that may come first on Windows is that of its Linux, which knows neither our files nor our Python.
OWN_BASH = posix("Bash of its own")


@OWN_BASH
@pytest.mark.parametrize(("shards", "code"), [(2, 1), (6, 0)])
def test_the_action_annotates_and_summarizes(shards, code, tmp_path):
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "orders.yaml").write_text(PROFILE % shards)
    done = step(tmp_path)
    assert done.returncode == code, done.stderr
    assert ("::error file=profiles/orders.yaml,line=3," in done.stdout) is bool(code)
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("# Capacity check\n")


@OWN_BASH
def test_an_input_of_the_action_is_never_a_command(tmp_path):
    done = step(tmp_path, paths='$(touch pwned)\n"; touch pwned; "\n-x', fail_on="error; touch pwned")
    assert done.returncode == 2
    assert not (tmp_path / "pwned").exists()


@OWN_BASH
def test_the_action_takes_several_paths_and_an_output(tmp_path):
    for name in ("a a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "orders.yaml").write_text(PROFILE.replace("orders", name.replace(" ", "-")) % 2)
    done = step(tmp_path, paths="a a\nb\n", format="sarif", output="out.sarif")
    assert (done.returncode, done.stdout) == (1, "")
    assert "a%20a/orders.yaml" in (tmp_path / "out.sarif").read_text(encoding="utf-8")


@OWN_BASH
@pytest.mark.parametrize("installed", [False, pytest.param(True, marks=pytest.mark.index)])
def test_the_action_executes_nothing_of_the_workspace(installed, tmp_path):
    workspace, temp = tmp_path / "workspace", tmp_path / "temp"
    (workspace / "profiles").mkdir(parents=True)
    temp.mkdir()
    marker = hostile(workspace)
    for name in ("--write-baseline=z.yaml", "$(touch executed).yaml", "a;touch executed.yaml", "`b`.yaml"):
        (workspace / "profiles" / name).write_text(PROFILE.replace("orders", f"s{len(name)}") % 2)
    if installed:
        done = bash(
            script("install shardcalc"),
            workspace,
            **VARIABLES,
            INTERPRETER=sys.executable,
            RUNNER_TEMP=str(temp),
            GITHUB_ACTION_PATH=str(ROOT),
            PIP_NO_COMPILE="1",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        )
        assert done.returncode == 0, done.stderr
    before = sorted(workspace.rglob("*"))
    done = step(workspace, temp=temp if installed else None)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("::error ") == 4
    assert sorted(workspace.rglob("*")) == sorted([*before, workspace / "summary.md"])
    assert not marker.exists()


@OWN_BASH
def test_the_output_of_the_action_stays_in_the_workspace(tmp_path):
    """A pull request can hold links, and the name of the output is known to its author."""
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    (workspace / "profiles").mkdir(parents=True)
    (workspace / "profiles" / "orders.yaml").write_text(PROFILE % 6)
    outside.mkdir()
    (outside / "trusted").write_text("kept")
    (workspace / "link.sarif").symlink_to(outside / "trusted")
    (workspace / "folder").symlink_to(outside)
    for name in ("link.sarif", "folder/trusted", "folder/new", "../outside/trusted", "none/x.sarif"):
        done = step(workspace, format="sarif", output=name)
        assert done.returncode == 74, name
        assert "::error::shardcalc check: the output is no file in a folder of the workspace" in done.stdout
    assert [(each.name, each.read_text()) for each in outside.iterdir()] == [("trusted", "kept")]


def test_every_action_is_pinned_by_its_commit():
    """A tag can be moved; our own stands in the docs by the tag that its owner will make."""
    places = [ROOT / "action.yml", *(ROOT / ".github").rglob("*.yml"), *(ROOT / "docs").glob("*.md")]
    used = [
        use for place in places for use in re.findall(r"\buses: (\S+)", place.read_text(encoding="utf-8"))
    ]
    assert len(used) > 10
    assert [use for use in used if not re.search(r"@[0-9a-f]{40}$|^OWNER/shardcalc@", use)] == []


def test_no_input_stands_in_a_script_of_the_action():
    for each in action()["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_every_input_of_the_action_is_used():
    made = action()
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert all(f"${{{{ inputs.{name} }}}}" in text for name in made["inputs"])
