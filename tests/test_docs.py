"""The README and the pages of docs/ are true: what they show runs, what they link to exists."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import yaml

from shardcalc.core.lint.policy import Policy, policy_fields
from shardcalc.core.lint.rules import NAMES
from shardcalc.core.version import __version__
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.reading import readers
from shardcalc.sources.store.histories import read_history_file
from tests import pages
from tests.command import run
from tests.places import ROOT
from tests.run_check import check
from tests.synthetic import history

# ── every page ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [name for name in pages.NAMES if pages.commands(name)])
def test_console_blocks_show_what_their_commands_print(name, monkeypatch):
    """SHARDCALC_GOLDEN=write writes the outputs anew, and the tables of fields below."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    pages.golden(name, pages.with_outputs(pages.text_of(name)))


def test_there_are_console_blocks_to_test():
    found = {name: len(pages.commands(name)) for name in pages.NAMES}
    assert sum(found.values()) >= 10, found
    # A block that the pattern does not find is never run.
    assert all(pages.text_of(name).count("```console") == count for name, count in found.items()), found


@pytest.mark.parametrize("name", [*pages.NAMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_and_anchors_lead_somewhere(name):
    assert list(pages.broken(name)) == []


@pytest.mark.parametrize("name", [name for name in pages.NAMES if pages.contents(name)])
def test_a_table_of_contents_names_every_section_in_order(name):
    contents = pages.contents(name)
    assert [anchor for depth, anchor in pages.headings(name) if depth == 2 or anchor in contents] == contents


@pytest.mark.parametrize("page", pages.PAGES[1:], ids=lambda page: page.name)
def test_every_page_is_in_the_index_and_on_the_front_page(page):
    if page.name != "README.md":
        assert f"]({page.name})" in pages.text_of("docs/README.md")
        assert f"](docs/{page.name})" in pages.text_of("README.md")


@pytest.mark.parametrize("name", pages.NAMES)
def test_prose_is_folded(name):
    if name == "docs/rules.md":
        pytest.skip("shardcalc writes it, one paragraph a line")
    prose = [line for line in pages.prose_of(name).splitlines() if not line.startswith("|")]
    assert [line for line in prose if len(line) > 130] == []


def test_the_owner_and_the_tag_to_come_are_in_one_marked_place():
    before, _, rest = pages.text_of("docs/check.md").partition("<!-- owner -->\n")
    inside, _, after = rest.partition("<!-- end owner -->\n")
    assert "The tag comes with the first release" in inside
    assert f"v{__version__}" in inside
    outside = [pages.text_of(name) for name in pages.NAMES if name != "docs/check.md"]
    for text in (before, after, *outside):
        assert not re.search(r"\bOWNER\b|\bv[0-9]+\.[0-9]+\.[0-9]+", text)
    assert set(re.findall(r"\bv[0-9]+\.[0-9]+\.[0-9]+", inside)) == {f"v{__version__}"}


# ── single pages ─────────────────────────────────────────────────────────────────────────────────


def test_the_tables_of_fields_are_those_of_the_code():
    page = "docs/profiles.md"
    pages.golden(page, pages.with_tables(pages.text_of(page)))
    assert all(f"\n| `{name}`" in pages.text_of(page) for name in STREAM_READERS)


def test_the_history_of_the_examples_is_the_one_with_the_known_answer():
    # To write it again: write_history_file(history(), "docs/examples/orders-history.json.gz")
    read, notes = read_history_file(str(pages.DOCS / "examples" / "orders-history.json.gz"))
    assert read == history()
    assert notes == ()


def test_the_examples_of_the_library_page_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / "library.md"), module_relative=False, encoding="utf-8"
    )
    assert tried > 30
    assert not failed


# ── docs/check.md ────────────────────────────────────────────────────────────────────────────────

POLICY_FIELDS = readers(policy_fields(NAMES))
PROFILE, POLICY, WORKFLOW, HOOK = re.findall(r"```yaml\n(.*?)```", pages.text_of("docs/check.md"), re.DOTALL)
(SHEET,) = re.findall(r"```toml\n(.*?)```", pages.text_of("docs/cost.md"), re.DOTALL)
(PRICES_POLICY,) = re.findall(r"```yaml\n(.*?)```", pages.text_of("docs/cost.md"), re.DOTALL)


def test_the_profile_and_the_policy_can_be_used_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("orders.yaml").write_text(PROFILE, encoding="utf-8")
    Path(".shardcalc.yaml").write_text(POLICY, encoding="utf-8")
    Path("contract").mkdir()
    # The saving that the profile declines is 2 x 730 h x 0.015 less 5%: above the policy's 20 USD.
    Path("contract/prices.toml").write_text(SHEET.replace("0.012", "0.015"), encoding="utf-8")
    ran = check("orders.yaml", "--fail-on", "info")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "no findings in 1 stream in 1 file; 1 suppressed")
    Path(".shardcalc.yaml").write_text(PRICES_POLICY, encoding="utf-8")
    ran = run("cost", "orders.yaml")
    assert "prices: contract/prices.toml, and built in for what it lacks" in ran.out
    assert "discount of 12%" in ran.out


@pytest.mark.parametrize("name", ["over_provisioned_above", "saving_above", "facts_older_than"])
def test_the_thresholds_shown_are_those_that_hold_when_none_are_given(name):
    written = yaml.load(POLICY, Loader=yaml.BaseLoader)["policy"][name]
    assert POLICY_FIELDS[name](written) == getattr(Policy(), name)


def test_every_field_of_a_policy_is_shown_and_described():
    assert set(yaml.safe_load(POLICY)["policy"]) == set(POLICY_FIELDS)


def test_workflow_and_hook_name_what_exists():
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    steps = yaml.safe_load(WORKFLOW)["jobs"]["capacity"]["steps"]
    assert set(steps[1]["with"]) <= set(inputs)
    hooks = {
        hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    }
    assert yaml.safe_load(HOOK)["repos"][0]["hooks"][0]["id"] in hooks
