"""The hook and the action, run as their users run them."""

from __future__ import annotations

import os
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
    git(user, "init")
    git(user, "add", ".")

    def hooked() -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PRE_COMMIT_HOME": str(tmp_path / "home"),
            "NO_COLOR": "1",
            "PIP_NO_COMPILE": "1",
        }
        command = [sys.executable, "-m", "pre_commit", "run", "--color", "never"]
        return subprocess.run(command, cwd=user, capture_output=True, text=True, check=False, env=environment)

    failed = hooked()
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "shardcalc check" in failed.stdout
    assert "- exit code: 1" in failed.stdout
    column = PROFILE.splitlines()[2].index("%d") + 1
    assert f"profiles/orders.yaml:3:{column}  error  SC001 under-provisioned  orders" in failed.stdout
    assert "other.yaml" not in failed.stdout
    (user / "profiles" / "orders.yaml").write_text(PROFILE % 6)
    git(user, "add", ".")
    passed = hooked()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    (user / ".shardcalc.yaml").write_text("version: 1\npolicy: {budgets: 1 USD}\n")
    git(user, "add", ".")
    broken = hooked()
    assert "- exit code: 2" in broken.stdout
    assert ".shardcalc.yaml:2:10  policy.budgets: unknown field; did you mean budget?" in broken.stdout


def action() -> dict[str, object]:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def step(tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's own script as the runner does, with its inputs as variables."""
    made = action()
    script = tmp_path / "step.sh"
    script.write_text(made["runs"]["steps"][2]["run"])
    given = {name: row["default"] for name, row in made["inputs"].items()} | {
        name.replace("_", "-"): value for name, value in inputs.items()
    }
    environment = {f"INPUT_{name.replace('-', '_').upper()}": value for name, value in given.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment |= {"PATH": path, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, env=environment
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


def test_no_input_stands_in_a_script_of_the_action():
    for each in action()["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_every_input_of_the_action_is_used():
    made = action()
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert all(f"${{{{ inputs.{name} }}}}" in text for name in made["inputs"])
