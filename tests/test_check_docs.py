"""The examples of docs/check.md are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from shardcalc.core.lint.policy import Policy, policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.workload.reading import readers
from tests.run_check import check

ROOT = Path(__file__).parent.parent
POLICY_FIELDS = readers(policy_fields(NAMES))
TEXT = (ROOT / "docs" / "check.md").read_text()
PROFILE, POLICY, WORKFLOW, HOOK = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def test_the_profile_and_the_policy_can_be_used_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(PROFILE)
    Path(".shardcalc.yaml").write_text(POLICY)
    ran = check("orders.yaml", "--fail-on", "info")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "no findings in 1 stream in 1 file; 1 suppressed")


@pytest.mark.parametrize(
    "name", ["over_provisioned_above", "saving_above", "retention_share_above", "facts_older_than"]
)
def test_the_thresholds_shown_are_those_that_hold_when_none_are_given(name):
    written = yaml.load(POLICY, Loader=yaml.BaseLoader)["policy"][name]
    assert POLICY_FIELDS[name](written) == getattr(Policy(), name)


def test_every_field_of_a_policy_is_shown_and_described():
    assert set(yaml.safe_load(POLICY)["policy"]) == set(POLICY_FIELDS)


def test_workflow_and_hook_name_what_exists():
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    steps = yaml.safe_load(WORKFLOW)["jobs"]["capacity"]["steps"]
    assert set(steps[1]["with"]) <= set(inputs)
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert yaml.safe_load(HOOK)["repos"][0]["hooks"][0]["id"] in hooks
