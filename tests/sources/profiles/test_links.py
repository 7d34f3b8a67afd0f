"""Links among profiles: what is told of a file repeats parts of it, so a repository must not choose it."""

from __future__ import annotations

import sys

import pytest

from tests.command import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")


@pytest.mark.parametrize("command", ["plan", "check", "report"])
@pytest.mark.parametrize("name", ["a.yaml", ".shardcalc.yaml"])
def test_a_link_of_the_repository_leads_to_no_file_outside_of_it(name, command, tmp_path):
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "profiles").mkdir()
    (repository / "profiles" / "b.yaml").write_text(
        "version: 1\nstreams: {b: {size: 1, rps: 1, shards: 1}}\n"
    )
    for outside in (tmp_path / "secret", repository / ".git" / "config"):
        outside.write_text("the-token: 1\n")
        link = repository / "profiles" / name
        link.symlink_to(outside)
        ran = run(command, str(repository / "profiles"))
        assert ran.code == 2
        assert f"{name}  a link out of its repository; give the file that it leads to" in ran.err
        assert "the-token" not in ran.out + ran.err
        link.unlink()


def test_a_link_within_the_repository_is_followed(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "b.yaml").write_text("version: 1\nstreams: {b: {size: 1, rps: 1}}\n")
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "b.yaml").symlink_to("../shared/b.yaml")
    assert run("plan", str(tmp_path / "profiles")).code == 0
