"""Which files of a folder are looked at: with ``.gitignore`` as git has it, held against git itself; then
what a policy and a flag leave out. No pattern makes it hang.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from shardcalc.sources.profiles.folders import patterns, yaml_files
from shardcalc.sources.profiles.reading import files_of
from tests.command import run
from tests.doors import door
from tests.fuzz import examples

PROFILE = "version: 1\nstreams: {orders: {size: 1, rps: 1, owner: a, shards: 1}}\n"
FILES = (
    "a.yaml", "b.yml", "bad name.yaml", "a/a.yaml", "a/b/a.yaml", "a/b/c/ab.yaml", "b/a/b.yaml",
    "b/ab/c.yaml", "build/a.yaml", "src/build/b.yaml", "drafts/a.yaml", "drafts/keep.yaml",
    "a/drafts/x/keep.yaml", "#x.yaml", "x[1].yaml", "!odd.yaml", "a/b/b/b/a.yaml",
)  # fmt: skip


def tree(folder: Path, ignore: dict[str, str], files: tuple[str, ...] = FILES) -> None:
    for name, text in {**dict.fromkeys(files, PROFILE), **ignore}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))


def found(folder: Path, *exclude: str) -> list[str]:
    problems: list[object] = []
    seen = yaml_files(str(folder), exclude, problems)  # type: ignore[arg-type]
    kept = sorted(
        os.path.relpath(file, folder).replace(os.sep, "/") for file, left_out in seen if not left_out
    )
    assert problems == []
    return kept


def by_git(folder: Path) -> list[str]:
    """What git would let be added."""
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    command = ["git", "-c", "core.excludesFile=", "ls-files", "-oz", "--exclude-standard"]
    listed = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    names = os.fsdecode(listed).split("\0")
    return sorted(name for name in names if name.endswith((".yaml", ".yml")))


git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to compare with")
IGNORED = [
    {".gitignore": "build/\n"},
    {".gitignore": "/build/\n"},
    {".gitignore": "drafts/*\n!drafts/keep.yaml\n"},
    {".gitignore": "drafts/\n!drafts/keep.yaml\n"},
    {".gitignore": "drafts/**\n!drafts/keep.yaml\n"},
    {".gitignore": "/*\n!/a\n!/b/\n"},
    {".gitignore": "*\n!*/\n!a*.yaml\n"},
    {".gitignore": "**/b/**/a.yaml\n"},
    {".gitignore": "a/**/a.yaml\n"},
    {".gitignore": "*.yaml\n!a.yaml\n", "a/.gitignore": "!*.yaml\n", "a/b/.gitignore": "c\n"},
    {".gitignore": "a.yaml\n", "b/.gitignore": "*\n", "drafts/.gitignore": "!a.yaml\n"},
    {".gitignore": "\\#x.yaml\n\\!odd.yaml\nx\\[1].yaml\nbad\\ name.yaml  \n"},
    {".gitignore": "\ufeff[!a].y?ml\r\n# a comment\n\n[z-a]\n[\nb\\\n"},
    {".gitignore": "[[a].yaml\n?.yml\n[a-b]b.yaml\n"},
    {".gitignore": "**\n!a/\n!a/b/\n!**/ab.yaml\n!c\n"},
    {".gitignore": "a/*/a.yaml\n*/ab\n**/drafts/*/\n"},
    {".gitignore": "a*b*.yaml\n*a*d*n*a*e*\n*?*?*.yml\n"},
    {".gitignore": "*/*/**/b/*.yaml\n/**/ab\n//\n/\n!\n!/\n"},
]  # fmt: skip


@git
@pytest.mark.parametrize("ignore", IGNORED)
def test_what_git_ignores_is_left_out(tmp_path, ignore):
    tree(tmp_path, ignore)
    assert found(tmp_path) == by_git(tmp_path)


PIECES = (
    "a",
    "b",
    "c",
    "ab",
    "*",
    "*",
    "**",
    "?",
    "[ab]",
    "a*",
    "*b",
    "*.yaml",
    "a*b*",
    "drafts",
    "build",
    "keep.yaml",
)


@git
def test_what_git_ignores_is_left_out_whatever_the_patterns(tmp_path):
    tree(tmp_path, {})
    draw = random.Random(1)
    for _ in range(examples(200).max_examples):
        for place in (".gitignore", "a/.gitignore", "b/.gitignore"):
            lines = []
            for _ in range(draw.randint(0, 4)):
                parts = [draw.choice(PIECES) for _ in range(draw.choice((1, 1, 2, 3)))]
                # pathspec takes a/**/ for a/, git for the folders in a.
                ends = draw.choice(("", "", "/")) if parts[-1] != "**" else ""
                lines.append(draw.choice(("", "", "!")) + draw.choice(("", "/")) + "/".join(parts) + ends)
            (tmp_path / place).write_text("\n".join(lines))
        assert found(tmp_path) == by_git(tmp_path), [
            (tmp_path / place).read_text() for place in (".gitignore", "a/.gitignore", "b/.gitignore")
        ]


def test_gitignore_counts_from_the_root_of_the_repository_and_no_further(tmp_path):
    tree(tmp_path / "r", {".gitignore": "/a/b/\nkeep.yaml\n", ".git/config": ""})
    tree(tmp_path, {".gitignore": "*\n"}, ())
    assert found(tmp_path / "r" / "a") == ["a.yaml"]
    # A folder that is named is looked into, as a file is read; what is ignored in it stays so.
    assert found(tmp_path / "r" / "a" / "b") == ["a.yaml", "b/b/a.yaml", "c/ab.yaml"]
    assert found(tmp_path / "r" / "drafts") == ["a.yaml"]


def test_what_others_installed_is_not_looked_into(tmp_path):
    places = [
        ".venv",
        "venv",
        "node_modules",
        "lib/site-packages",
        "__pycache__",
        ".git",
        ".hg",
        ".terraform",
    ]
    tree(tmp_path, {}, ("a.yaml", *(f"{place}/x.yaml" for place in places)))
    assert found(tmp_path) == ["a.yaml"]
    assert found(tmp_path / "venv") == ["x.yaml"]


def test_a_flag_leaves_out_and_takes_in_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, {".gitignore": "drafts/\n", ".git/config": ""})
    assert "drafts/keep.yaml" in found(tmp_path, "!drafts/")
    assert found(tmp_path, "*", "!/a/", "!/a/a.yaml") == ["a/a.yaml"]
    # A path is from the working folder; seen from elsewhere, from the folder that is looked into.
    assert found(tmp_path / "a", "/a/b/", "drafts") == ["a.yaml"]
    monkeypatch.chdir(tmp_path / "b")
    assert found(tmp_path / "a", "/b/", "drafts") == ["a.yaml"]


def test_a_policy_leaves_out_what_is_below_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    policy = "version: 1\npolicy: {{exclude: {}}}\n"
    tree(
        tmp_path,
        {
            ".git/config": "",
            ".gitignore": "drafts/\n",
            ".shardcalc.yaml": policy.format("[/a/b/, '!drafts/', build]"),
            "b/.shardcalc.yaml": policy.format("'*.yaml'"),
        },
    )
    kept = [name for name in FILES if not name.startswith(("a/b/", "b/", "build/", "src/"))]
    assert found(tmp_path) == sorted(kept)
    assert "b/a/b.yaml" in found(tmp_path, "!b.yaml")


def test_a_file_that_is_named_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, {".gitignore": "a.yaml\n", ".shardcalc.yaml": "version: 1\npolicy: {exclude: a.yaml}\n"})
    assert run("check", "a.yaml", "--exclude", "a.yaml").code == 0


def test_a_folder_of_which_all_is_left_out_says_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, {}, ("a/a.yaml", "b.yaml"))
    for arguments in (("a", "--exclude", "*"), (".", "--exclude", "a/", "--exclude", "b.yaml")):
        ran = run("plan", *arguments)
        assert ran.code == 2
        assert "no YAML file below this folder, but for what is excluded or in .gitignore" in ran.err
    assert run("plan", "a", "--exclude", "/a/").code == 0  # it is named


def test_only_a_policy_file_can_exclude(tmp_path):
    (tmp_path / "a.yaml").write_text(f"{PROFILE}policy: {{exclude: [x]}}\n")
    ran = run("plan", str(tmp_path))
    assert ran.code == 2
    assert "a.yaml:3:10  policy.exclude: only for .shardcalc.yaml" in ran.err


@pytest.mark.parametrize("command", ["plan", "cost", "check", "report"])
def test_every_command_of_profiles_can_exclude(tmp_path, command):
    tree(tmp_path, {"drafts/a.yaml": "streams: [\n"}, ("orders.yaml",))
    assert run(command, str(tmp_path)).code == 2
    assert run(command, str(tmp_path), "--exclude", "drafts/").code == 0


# ── hostile ──────────────────────────────────────────────────────────────────────────────────────

HOSTILE = {
    "asterisks": "*a" * 100 + "b",
    "asterisks alone": "*" * 30_000 + "b",
    "questions": "*?" * 10_000,
    "folders": "**/a/" * 5_000 + "b",
    "folders and asterisks": "**/*a*a*a/" * 2_000 + "b",
    "sets": "[!a-z]" * 5_000 + "[",
    "open sets": "[" * 30_000,
    "groups": "(?:(a+)+)+$" * 2_000,
    "backslashes": "\\" * 30_001,
    "many": "*a*b\n" * 6_000,
    "nothing": "\0\ufeff\udcff\n" * 3_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_pattern_takes_long(tmp_path, name):
    deep = "/".join(["a"] * 100)
    tree(tmp_path, {".git/config": ""}, (f"{deep}/{'a' * 250}.yaml",))
    (tmp_path / ".gitignore").write_bytes(HOSTILE[name].encode("utf-8", "surrogateescape"))
    began = process_time()
    door("plan", str(tmp_path), codes=(0, 2), place=str(tmp_path))
    assert process_time() - began < 2


def test_an_asterisk_takes_its_first_fit_and_finds_the_same():
    [(made, _)] = patterns(["x*a?b*[cd]*e"])
    for name in ("xa1bce", "xaaa1ba1bcde", "x-a-b-a-b-d-e"):
        assert made.fullmatch(name)
    for name in ("xabce", "xa1be", "xa1bc", "a1bce"):
        assert not made.fullmatch(name)


def test_patterns_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, {".gitignore": "a" * 10**6}, ("orders.yaml",))
    ran = door("plan", ".", codes=(2,))
    assert (
        ran.err
        == "error: .gitignore: 1 problem, nothing was planned\n  .gitignore  patterns of more than 32 KiB\n"
    )
    ran = door("check", ".", codes=(2,))
    assert "in 1 stream in 1 file" in ran.out
    many = ", ".join(["x" * 100] * 900)
    tree(tmp_path, {".gitignore": "", ".shardcalc.yaml": f"version: 1\npolicy: {{exclude: [{many}]}}\n"}, ())
    assert "policy.exclude: patterns of more than 32 KiB" in door("plan", ".", codes=(2,)).err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_gitignore_that_is_no_file_is_not_opened(tmp_path):
    tree(tmp_path, {}, ("orders.yaml",))
    os.mkfifo(tmp_path / ".gitignore")
    assert files_of([str(tmp_path)], []) == [str(tmp_path / "orders.yaml")]
    (tmp_path / ".gitignore").unlink()
    (tmp_path / "all").write_text("*")
    for target in ("/dev/zero", "all", "nowhere"):  # git follows no such link either
        (tmp_path / ".gitignore").symlink_to(target)
        assert files_of([str(tmp_path)], []) == [str(tmp_path / "orders.yaml")]
        (tmp_path / ".gitignore").unlink()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_gitignore_that_may_not_be_read_is_told(tmp_path):
    tree(tmp_path, {".gitignore": "x"}, ("orders.yaml",))
    (tmp_path / ".gitignore").chmod(0)
    assert ".gitignore  cannot be read: Permission denied" in run("plan", str(tmp_path)).err
