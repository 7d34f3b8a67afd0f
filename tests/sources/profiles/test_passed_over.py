"""A folder with other YAML in it: manifests, compose files, charts. Only profiles are read, and it is
said what was passed over.
"""

from __future__ import annotations

import json
from time import process_time

import pytest

from shardcalc.sources.profiles.reading import files_of
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import history

PROFILE = "version: 1\nstreams: {orders: {size: 1, rps: 1, owner: a, shards: 1}}\n"
OTHERS = {
    "compose.yaml": 'version: "3.9"\nservices: {web: {image: nginx}}\n',
    "deployment.yml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  streams: 3\n",
    "chart.yaml": "{{- range .Values.streams }}\nname: {{ . }}\n{{- end }}\n",
    "empty.yaml": "",
    "latin.yaml": b"name: caf\xe9\n",
}
MEANT = {
    "broken.yaml": "streams:\n  orders: [\n",
    "flow.yaml": "{version: 1, streams: 5}\n",
    "misspelt.yaml": "version: 1\nstream: {a: {size: 1, rps: 1}}\n",
    "quoted.yaml": '"streams":\n  a: 1\n',
    "late.yaml": "# a comment\n\ndefaults: {region: us-east-1}\nstreams: x\n",
    "wide.yaml": "version: 1\nstreams: x\n".encode("utf-16"),
}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    for name, text in OTHERS.items():
        (tmp_path / "deep" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "orders.yaml").write_text(PROFILE)
    for folder in ("node_modules", ".venv", ".git"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text("streams: broken")
    return tmp_path


def test_other_yaml_is_passed_over_with_a_word(repository):
    told = json.loads(run("check", ".", "--format", "json").out)
    assert told["passed_over"] == sorted(f"./deep/{name}" for name in OTHERS)
    assert (told["usable"], told["files"], told["streams"]) == (True, 1, 1)
    ran = run("check", ".")
    assert ran.code == 0
    page = " ".join(ran.out.split())
    assert (
        "in 1 stream in 1 file; 5 files passed over that are no profiles passed over: ./deep/chart.yaml"
        in page
    )
    for command in ("plan", "cost", "report"):
        ran = run(command, ".")
        assert ran.code == 0
        assert ran.err == (
            "note: 5 files passed over that are no profiles: ./deep/chart.yaml, ./deep/compose.yaml, "
            "./deep/deployment.yml, ./deep/empty.yaml, ./deep/latin.yaml\n"
        )


def test_one_file_is_told_as_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.yaml").write_text(PROFILE)
    (tmp_path / "chart.yaml").write_text(OTHERS["chart.yaml"])
    assert "in 1 stream in 1 file; 1 file passed over that is no profile" in " ".join(
        run("check", ".").out.split()
    )
    assert run("plan", ".").err == "note: 1 file passed over that is no profile: ./chart.yaml\n"


def test_profiles_beside_a_measured_stream_tell_it_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.yaml").write_text(PROFILE)
    (tmp_path / "chart.yaml").write_text(OTHERS["chart.yaml"])
    (tmp_path / "histories").mkdir()
    write_history_file(history([60] * 60, sale=False), str(tmp_path / "histories" / "orders.json"))
    for command in (["suggest", "--from", "histories/orders.json"], ["fleet", "--from", "histories"]):
        ran = run(*command, "--profiles", ".")
        assert ran.code == 0
        assert "note: 1 file passed over that is no profile: ./chart.yaml\n" in ran.err


def test_a_file_that_is_named_is_meant(repository):
    ran = run("check", "deep/compose.yaml")
    assert ran.code == 2
    assert "deep/compose.yaml:2:1  services: unknown field" in ran.err


@pytest.mark.parametrize("name", MEANT)
def test_a_profile_that_cannot_be_used_is_told_and_not_passed_over(repository, name):
    text = MEANT[name]
    (repository / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = run("check", ".")
    assert ran.code == 2
    assert f"./{name}" in ran.err
    assert "in 1 stream in 1 file" in ran.out


@pytest.mark.parametrize("name", ["plan.yaml", "plan.json"])
def test_what_shardcalc_wrote_beside_profiles_is_passed_over(repository, name):
    written = str(repository / "deep" / name)
    assert run("plan", ".", "-o", written).code == 0
    if name.endswith(".json"):  # JSON is YAML; in one line, too
        text = (repository / "deep" / name).read_text()
        (repository / "deep" / "a.yaml").write_text(text)
        (repository / "deep" / "b.yaml").write_text(json.dumps(json.loads(text)))
    assert run("plan", ".", "-o", written).code == 0
    report = json.loads(run("check", ".", "--format", "json").out)
    more = {"./deep/plan.yaml"} if name == "plan.yaml" else {"./deep/a.yaml", "./deep/b.yaml"}
    assert {*report["passed_over"]} == {f"./deep/{other}" for other in OTHERS} | more
    assert report["usable"]


def test_a_folder_without_a_profile_is_told(repository):
    ran = run("plan", "deep")
    assert (ran.code, ran.out) == (2, "")
    assert "deep  no profile among the 5 YAML files below this folder" in ran.err


@pytest.mark.parametrize("line", ["\n", " ", "{", "{streams", "version:", '"streams" ', "version : \n"])
def test_to_look_at_a_file_takes_no_time(tmp_path, line):
    (tmp_path / "a.yaml").write_text(line * (2 * 1024**2 // len(line)))
    began = process_time()
    files_of([str(tmp_path)], [])
    assert process_time() - began < 1
