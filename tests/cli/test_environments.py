"""The same stream in several accounts and environments: ``environment`` and ``account`` make it several."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from shardcalc import load
from shardcalc.core.workload.declared import Home, Identity
from shardcalc.sources.store.histories import write_history_file
from tests.command import Ran, run
from tests.synthetic import history

PROD, STAGING = "012345678901", "210987654321"
BOTH = f"""\
version: 1
defaults: {{environment: prod, account: {PROD}, region: eu-central-1, size: 1 KiB, rps: 600k}}
streams: {{orders: {{owner: a}}}}
---
version: 1
defaults: {{environment: staging, account: "{STAGING}", region: eu-central-1, size: 1 KiB, rps: 600k}}
streams: {{orders: {{owner: a}}}}
"""
ONE = "version: 1\nstreams: {orders: {size: 1 KiB, rps: 600k, region: eu-central-1, owner: a}}\n"
FOLDERS = f"""\
version: 1
policy:
  folders:
    prod/: {{environment: prod, account: "{PROD}"}}
    /team/*: {{account: {STAGING}}}
    last.yaml: {{environment: last}}
"""


@pytest.fixture
def both(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "both.yaml").write_text(BOTH)
    return "both.yaml"


def told(*arguments: str) -> dict[str, object]:
    ran = run(*arguments, "--format", "json")
    assert ran.code in (0, 1), ran.err
    return json.loads(ran.out)


# ── where they are said ──────────────────────────────────────────────────────────────────────────


def test_a_stream_says_them_before_defaults_and_defaults_before_the_policy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod").mkdir()
    (tmp_path / ".shardcalc.yaml").write_text(FOLDERS)
    (tmp_path / "prod" / "a.yaml").write_text(
        f"version: 1\ndefaults: {{size: 1, rps: 1, environment: blue}}\n"
        f"streams: {{a: {{}}, b: {{environment: green, account: '{STAGING}'}}}}\n"
    )
    a, b = load("prod")
    assert a.identity == Identity(PROD, "blue", "us-east-1", "a")
    assert b.identity == Identity(STAGING, "green", "us-east-1", "b")
    assert (a.home, a.title) == (Home(PROD, "us-east-1"), f"a (blue, {PROD})")
    assert a.by_origin["policy"] == ["account"]
    assert "from     defaults: size, rps, environment; policy: account" in run("plan", "prod", "--all").out


@pytest.mark.parametrize(
    ("name", "environment", "account"),
    [
        ("a.yaml", "", ""),
        ("prod/a.yaml", "prod", PROD),
        ("x/prod/y/a.yaml", "prod", PROD),
        ("prod.yaml", "", ""),
        ("team/blue/a.yaml", "", STAGING),
        ("team/a.yaml", "", STAGING),
        ("x/team/blue/a.yaml", "", ""),
        # of several that match, the last that says it
        ("team/prod/last.yaml", "last", STAGING),
    ],
)
def test_a_policy_says_them_of_folders(tmp_path, monkeypatch, name, environment, account):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".shardcalc.yaml").write_text(FOLDERS)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(ONE)
    monkeypatch.chdir((tmp_path / name).parent)
    for path in (str(tmp_path / name), Path(name).name, "."):
        [stream] = load(path)
        assert (stream.environment, stream.account) == (environment, account)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("account: 12345678901", "account: '12345678901' is no account; write its 12 digits, with zeros"),
        ("account: 1234-5678-9012", "account: '1234-5678-9012' is no account; "),
        ("account: ١٢٣٤٥٦٧٨٩٠١٢", "is no account; "),
        ("account: [1]", "account: a list is not one value"),
        ("account: ~", "account: 'None' is not one value"),
        ("environment: a b", "'a b' is not an environment: up to 64 letters, digits, and any of _ . -"),
        (f"environment: {'x' * 65}", "is not an environment: "),
        ('environment: "\\e[1m"', "is not an environment: "),
    ],
)  # fmt: skip
def test_what_they_cannot_be_is_told_with_its_place(tmp_path, written, problem):
    for text, where in (
        (f"version: 1\nstreams:\n  a: {{size: 1, rps: 1, {written}}}\n", "3:"),
        (f"version: 1\ndefaults: {{{written}}}\nstreams:\n  a: {{size: 1, rps: 1}}\n", "2:"),
    ):
        (tmp_path / "a.yaml").write_text(text)
        ran = run("plan", str(tmp_path))
        assert ran.code == 2
        assert f"a.yaml:{where}" in ran.err
        assert problem in ran.err


@pytest.mark.parametrize(
    ("folders", "problem"),
    [
        ("[prod]", "policy.folders: write a mapping of folders to environment and account"),
        ("{prod: x}", "policy.folders.prod: write a folder, and a mapping of environment and account"),
        ("{'!prod': {environment: x}}", "policy.folders.!prod: write a folder, and "),
        ("{prod: {acount: 1}}", "policy.folders.prod.acount: unknown field; did you mean account?"),
        ("{prod: {account: 1}}", "policy.folders.prod.account: '1' is no account; "),
        ("{" + "x" * 900 + "%: {}, ", "patterns of more than 32 KiB"),
    ],
)
def test_folders_that_a_policy_cannot_say_are_told(tmp_path, folders, problem):
    if "%" in folders:
        folders = "{" + ", ".join(f"{'x' * 900}{index}: {{}}" for index in range(40)) + "}"
    (tmp_path / ".shardcalc.yaml").write_text(f"version: 1\npolicy:\n  folders: {folders}\n")
    (tmp_path / "a.yaml").write_text(ONE)
    ran = run("check", str(tmp_path))
    assert ran.code == 2
    assert problem in ran.err


# ── what they tell apart ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("environment: prod", "environment: prod", True),
        ("environment: prod", "environment: staging", False),
        ("environment: prod", "", False),
        (f"account: {PROD}", f"account: {STAGING}", False),
        (f"account: {PROD}, environment: a", f"account: {PROD}, environment: b", False),
        (f"account: {PROD}, environment: a", f"account: {PROD}, environment: a", True),
        ("", "", True),
    ],
)
@pytest.mark.parametrize("command", ["plan", "check"])
def test_a_stream_is_declared_twice_where_all_is_the_same(tmp_path, command, first, second, same):
    for name, more in (("a", first), ("b", second)):
        comma = ", " if more else ""
        (tmp_path / f"{name}.yaml").write_text(
            f"version: 1\nstreams: {{s: {{size: 1, rps: 1{comma}{more}}}}}\n"
        )
    ran = run(command, str(tmp_path))
    assert (ran.code == 2) is same
    assert ("the stream is declared twice" in ran.err) is same


def test_quotas_are_those_of_an_account(both, tmp_path):
    # 600 shards in each account of eu-central-1, whose quota is 1,000 or 6,000
    assert told("plan", both)["account_findings"] == []
    assert "SC011" not in run("check", both).out
    (tmp_path / both).write_text(BOTH.replace(STAGING, PROD))
    [found] = told("plan", both)["account_findings"]
    assert (found["region"], found["account"], found["id"]) == ("eu-central-1", PROD, "shard-quota")
    assert found["message"].startswith(
        f"2 provisioned streams in eu-central-1 of account {PROD} have 1,200 shards together"
    )
    [found] = [row for row in told("check", both)["findings"] if row["rule"] == "SC011"]
    assert (found["stream"], found["account"], found["environment"]) == ("orders", PROD, "prod")
    # Without accounts they are of one, in whatever environment.
    (tmp_path / both).write_text(
        BOTH.replace(f"account: {PROD}, ", "").replace(f'account: "{STAGING}", ', "")
    )
    [found] = told("plan", both)["account_findings"]
    assert (found["account"], "of account" in found["message"]) == (None, False)


def test_on_demand_modes_are_those_of_an_account(both, tmp_path):
    modes = BOTH.replace("600k}", "6, mode: on-demand-standard}", 1).replace(
        "600k}", "6, mode: on-demand-advantage}"
    )
    (tmp_path / both).write_text(modes)
    assert told("plan", both)["account_findings"] == []
    (tmp_path / both).write_text(modes.replace(STAGING, PROD))
    [found] = told("plan", both)["account_findings"]
    assert found["message"].startswith(f"streams in eu-central-1 of account {PROD} are declared in")


def test_totals_and_floors_are_those_of_an_account(both):
    regions = told("cost", both)["regions"]
    assert [(row["region"], row["account"]) for row in regions] == [
        ("eu-central-1", PROD), ("eu-central-1", STAGING)
    ]  # fmt: skip
    assert [[stream["environment"] for stream in row["streams"]] for row in regions] == [
        ["prod"],
        ["staging"],
    ]
    for page in (run("cost", both).out, run("cost", both, "--format", "markdown").out):
        assert f"orders (staging, {STAGING}): cost in eu-central-1 of account {STAGING}" in page


def test_pages_show_them_where_a_stream_has_them(both, tmp_path):
    (tmp_path / "one.yaml").write_text(ONE)
    for arguments in (("plan",), ("plan", "--format=markdown"), ("check", "--exit-zero"), ("report",),
                      ("report", "--format=markdown"), ("cost",), ("check", "--format=junit"),
                      ("check", "--format=github"), ("check", "--format=markdown")):  # fmt: skip
        page = run(*arguments, both).out.replace("%2C", ",")
        assert f"orders (prod, {PROD})" in page, arguments
        assert f"orders (staging, {STAGING})" in page, arguments
        alone = run(*arguments, "one.yaml").out
        assert "orders" in alone
        assert "orders (" not in alone
        assert "of account" not in alone


def test_each_finding_of_a_review_is_at_its_stream(both, tmp_path):
    """Two documents of a file have a stream of one name; only one of them has no owner."""
    (tmp_path / both).write_text(BOTH.replace("{owner: a}", "{ignore: [{rule: no-owner, reason: x}]}", 1)
                                 .replace("{owner: a}", "{}"))  # fmt: skip
    page = run("report", both, "--format", "markdown").out
    prod, staging = (page.index(f"## orders ({name}") for name in ("prod", "staging"))
    assert "no-owner" not in page[prod:staging]
    assert "no-owner" in page[staging:]


def test_a_suppression_is_at_its_stream(both, tmp_path):
    unused = "{ignore: [{rule: SC004, reason: x}], owner: a}"
    (tmp_path / both).write_text(
        BOTH.replace("{owner: a}", "{owner: a} ", 1).replace("{owner: a}}\n", unused + "}\n")
    )
    rows = [row for row in told("check", both)["findings"] if row["rule"] == "SC030"]
    assert [(row["stream"], row["environment"]) for row in rows] == [("orders", "staging")]


def test_plans_are_compared_stream_by_stream(both, tmp_path):
    run("plan", both, "-o", "plan.json")
    (tmp_path / both).write_text(BOTH.replace("600k", "500k", 1))
    [change] = told("check", both, "--against", "plan.json")["comparison"]["changes"]
    assert (change["name"], change["account"], change["environment"]) == ("orders", PROD, "prod")
    assert (change["before"]["shards"], change["after"]["shards"]) == (600, 500)
    assert f"orders (prod, {PROD})" in run("check", both, "--against", "plan.json").out


def test_a_plan_from_before_there_were_accounts_is_compared(tmp_path):
    (tmp_path / "one.yaml").write_text(ONE)
    saved = told("plan", str(tmp_path / "one.yaml"))
    for stream in saved["streams"]:
        assert (stream.pop("account"), stream.pop("environment")) == (None, None)
    (tmp_path / "plan.json").write_text(json.dumps(saved))
    compared = told("check", str(tmp_path / "one.yaml"), "--against", str(tmp_path / "plan.json"))[
        "comparison"
    ]
    assert (compared["unchanged"], compared["changes"]) == (1, [])


def keys(file: str, folder: Path) -> tuple[list[dict[str, object]], list[str]]:
    """What a baseline knows findings by, and code scanning."""
    run("check", file, "--write-baseline", str(folder / "known.json"))
    baseline = json.loads((folder / "known.json").read_text())["findings"]
    results = json.loads(run("check", file, "--format", "sarif").out)["runs"][0]["results"]
    return baseline, [row["partialFingerprints"]["shardcalc/v1"] for row in results]


def test_findings_keep_their_keys_without_them_and_have_others_with_them(both, tmp_path, monkeypatch):
    (tmp_path / "one.yaml").write_text(ONE.replace(", owner: a", ""))
    baseline, prints = keys("one.yaml", tmp_path)
    assert {row["stream"] for row in baseline} == {"", "orders"}
    # As they were before there were accounts: the rule, the file, the stream and the field.
    assert sha256(b"SC023\0one.yaml\0orders\0streams.orders").hexdigest() in prints
    (tmp_path / both).write_text(BOTH.replace("{owner: a}", "{}"))
    baseline, prints = keys(both, tmp_path)
    titles = {f"orders (prod, {PROD})", f"orders (staging, {STAGING})"}
    assert {row["stream"] for row in baseline} == {"", *titles}
    for title in titles:
        assert sha256(f"SC023\0both.yaml\0{title}\0streams.orders".encode()).hexdigest() in prints


# ── measured streams ─────────────────────────────────────────────────────────────────────────────


def measured(folder: Path, account: str) -> str:
    arn = f"arn:aws:kinesis:us-east-1:{account}:stream/orders" if account else None
    write_history_file(history(arn=arn), str(folder / "history.json"))
    return str(folder / "history.json")


def declared(folder: Path, *said: str) -> str:
    documents = [
        f"version: 1\nstreams: {{orders: {{size: 1, rps: 1, region: us-east-1, {more}}}}}\n" for more in said
    ]
    (folder / "declared.yaml").write_text("---\n".join(documents))
    return str(folder / "declared.yaml")


def both_declared(folder: Path) -> str:
    return declared(
        folder, f"account: {PROD}, environment: prod", f"account: {STAGING}, environment: staging"
    )


def test_a_history_is_of_the_stream_in_its_account(tmp_path):
    profiles = both_declared(tmp_path)
    for account, environment in ((PROD, "prod"), (STAGING, "staging")):
        found = told("suggest", "--from", measured(tmp_path, account), "--profiles", profiles)
        assert (found["account"], found["environment"]) == (account, environment)
        rows = told("check", profiles, "--history", measured(tmp_path, account))["findings"]
        differs = {row["environment"] for row in rows if row["name"] == "profile-differs"}
        assert differs == {environment}
        page = run("suggest", "--from", measured(tmp_path, account), "--profiles", profiles).out
        assert page.startswith(f"orders ({environment}, {account})")


def test_a_history_of_an_account_that_no_profile_names_is_of_no_stream(tmp_path):
    profiles, file = both_declared(tmp_path), measured(tmp_path, "111111111111")
    ran: Ran = run("check", profiles, "--history", file)
    assert ran.code == 2
    assert "it is of orders in us-east-1, and the profiles declare no such stream" in ran.err
    found = told("suggest", "--from", file, "--profiles", profiles)
    assert (found["account"], found["environment"]) == ("111111111111", None)


def test_a_history_without_an_account_can_be_of_any(tmp_path):
    profiles, file = both_declared(tmp_path), measured(tmp_path, "")
    assert "the profiles declare it twice" in run("check", profiles, "--history", file).err
    found = told("suggest", "--from", file, "--profiles", declared(tmp_path, f"account: {PROD}"))
    assert (found["account"], found["environment"]) == (PROD, None)
    assert (told("suggest", "--from", file)["account"]) is None


def test_a_fleet_has_the_environment_of_its_profiles(tmp_path):
    profiles, folder = both_declared(tmp_path), tmp_path / "histories"
    folder.mkdir()
    for account in (PROD, STAGING):
        Path(measured(tmp_path, account)).rename(folder / f"{account}.json")
    rows = told("fleet", "--from", str(folder), "--profiles", profiles)["streams"]
    assert {(row["account"], row["environment"]) for row in rows} == {(PROD, "prod"), (STAGING, "staging")}
    assert "orders (prod)" in run("fleet", "--from", str(folder), "--profiles", profiles).out
    assert "orders (" not in run("fleet", "--from", str(folder)).out
