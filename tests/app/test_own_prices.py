"""Price sheets of one's own: a file of one Region or several, a folder; in every command with money."""

from __future__ import annotations

import json
import os
from fractions import Fraction

import pytest

from shardcalc.app.basis import Basis
from shardcalc.app.refusal import FactsError
from shardcalc.app.review import review, sections
from shardcalc.core.facts.prices import built_in_prices, read_price_sheets
from shardcalc.core.units import USD
from shardcalc.core.workload.parts import Mode
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import history

ROW = 'unit = "ShardHour", source = "contract 17", date = 2026-10-01, confidence = "A"'
TWO = f"""\
currency = "USD"
[regions.us-east-1.prices]
shard_hour = {{price = "0.01", {ROW}}}
[regions.eu-west-1.prices]
shard_hour = {{price = "0.02", {ROW}}}
"""
STREAMS = """\
version: 1
defaults: {size: 1, rps: 1, owner: a, shards: 1}
streams:
  here: {region: us-east-1}
  there: {region: eu-west-1}
"""


def one(region: str, price: str) -> str:
    return f'region = "{region}"\ncurrency = "USD"\nprices.shard_hour = {{price = "{price}", {ROW}}}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/all.yaml").write_text(STREAMS)
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets/us-east-1.toml").write_text(one("us-east-1", "0.01"))
    (tmp_path / "sheets/eu-west-1.toml").write_text(one("eu-west-1", "0.02"))
    (tmp_path / "sheets/README.md").write_text("whatever else there is")
    (tmp_path / "two.toml").write_text(TWO)
    (tmp_path / "histories").mkdir()
    write_history_file(history([60] * 60, sale=False, region="us-east-1"), str(tmp_path / "histories/a.json"))
    return tmp_path


@pytest.mark.parametrize(
    "given", [["two.toml"], ["sheets"], ["sheets/us-east-1.toml", "sheets/eu-west-1.toml"]]
)
def test_sheets_of_several_regions_in_whatever_form(folder, given):
    basis = Basis.of(prices=given)
    hours = {region: basis.prices(region).shard_hour for region in ("us-east-1", "eu-west-1", "us-east-2")}
    assert hours["us-east-1"].amount == USD(Fraction("0.01"))
    assert hours["eu-west-1"].amount == USD(Fraction("0.02"))
    assert basis.prices("us-east-2") == built_in_prices("us-east-2")
    flags = [part for path in given for part in ("--prices", path)]
    told = json.loads(run("cost", "profiles", *flags, "--format", "json").out)
    shard_hours = {
        region["region"]: region["streams"][0]["bills"][0]["lines"][0]["cost_usd"]
        for region in told["regions"]
    }
    assert shard_hours == {"us-east-1": "7.30", "eu-west-1": "14.60"}  # 730 h at 0.01 and 0.02


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "profiles"],
        ["cost", "profiles"],
        ["check", "profiles"],
        ["report", "profiles"],
        ["suggest", "--from", "histories/a.json"],
        ["fleet", "--from", "histories"],
    ],
    ids=lambda command: command[0],
)
def test_a_sheet_for_a_region_that_no_stream_has_is_an_error(folder, command):
    (folder / "far.toml").write_text(one("ap-south-1", "0.01"))
    ran = run(*command, "--prices", "far.toml")
    assert ran.code == 2
    assert ran.err.startswith(
        "error: no stream is in the Region of a price sheet; nothing was done\n"
        "  far.toml: prices of ap-south-1; the streams are in "
    )
    assert ran.out == ""
    # A sheet with more Regions than the streams have is one for a company.
    assert run(*command, "--prices", "two.toml").code in (0, 1)


def test_a_long_list_of_streams_is_held_to_all_its_regions(folder):
    """It is planned in parts, and each part has streams of some Regions only."""
    streams = "\n".join(f"  s{index}: {{region: us-east-1}}" for index in range(600))
    (folder / "profiles/all.yaml").write_text(f"{STREAMS}{streams}\n")
    ran = run("plan", "profiles", "--prices", "sheets/eu-west-1.toml", "--format", "json")
    assert ran.code == 0
    assert len(json.loads(ran.out)["streams"]) == 602


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["sheets", "two.toml"], "sheets/us-east-1.toml and two.toml both have prices of us-east-1"),
        (["empty"], "empty: no price sheet (*.toml) in it"),
        (["pipe"], "pipe: not a regular file"),
        (["bad.toml"], "bad.toml: regions: write a table of prices for each, regions.eu-west-1.prices"),
        (["none.toml"], "none.toml: No such file or directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(folder, given, told):
    (folder / "empty").mkdir()
    os.mkfifo(folder / "empty/waits.toml")
    os.mkfifo(folder / "pipe")
    (folder / "bad.toml").write_text('currency = "USD"\nregions = ["eu-west-1"]\n')
    with pytest.raises(FactsError) as refused:
        Basis.of(prices=given)
    assert told in str(refused.value)


def test_every_fault_of_every_region_is_told():
    text = TWO.replace('"0.02"', '"1/3"').replace("us-east-1.prices", "moon.prices") + "note = 1\n"
    with pytest.raises(FactsError) as refused:
        read_price_sheets(f"x = 1\n{text}[regions.eu-west-2]\nprice = 1\n", "two.toml", origin="two.toml")
    told = str(refused.value)
    for problem in (
        "two.toml: regions.eu-west-2.price: unknown",
        "x: unknown",
        "region: 'moon' is not a Region",
        "regions.eu-west-1.prices.shard_hour: ",
        "40 decimals, and no fraction",
        "regions.eu-west-1.prices.note: unknown dimension",
        "regions.eu-west-2.prices: missing",
    ):
        assert problem in told


# ── from the policy ──────────────────────────────────────────────────────────────────────────────

SHEET = 'currency = "USD"\n' + "".join(
    f"[regions.{region}.prices]\n"
    f'shard_hour = {{price = "{price}", {ROW}}}\n'
    f'put_payload_unit = {{price = "0", {ROW.replace("ShardHour", "PutRequest")}}}\n'
    for region, price in (("us-east-1", "0.01"), ("eu-west-1", "0.02"), ("ap-south-1", "0.03"))
)
"""Only shard-hours cost anything; no stream is in the last Region."""
COMMANDS = {
    "plan": ["plan", "profiles"],
    "cost": ["cost", "profiles"],
    "check": ["check", "profiles"],
    "report": ["report", "profiles", "--format", "markdown"],
    "suggest": ["suggest", "--from", "histories/a.json"],
    "fleet": ["fleet", "--from", "histories"],
    "suggest --profiles": ["suggest", "--from", "histories/a.json", "--profiles", "profiles"],
    "fleet --profiles": ["fleet", "--from", "histories", "--profiles", "profiles"],
}


def policy(path, text):
    path.mkdir(parents=True, exist_ok=True)
    (path / ".shardcalc.yaml").write_text(f"version: 1\npolicy: {{{text}}}\n")


@pytest.fixture
def repository(folder):
    """Profiles of two Regions, a history with one shard, and a sheet, in a repository."""
    (folder / ".git").mkdir()
    (folder / "sheet.toml").write_text(SHEET)
    (folder / "profiles/all.yaml").write_text(STREAMS.replace("owner: a", "owner: a, budget: 1 USD"))
    alone = {"open_shards": 1, "registered": (), "consumers": {}}
    write_history_file(
        history([60] * 60, sale=False, region="us-east-1", **alone), str(folder / "histories/a.json")
    )
    return folder


# 730 h at 0.01 less 10% are 6.57, at 0.02 are 13.14; a budget of 1 USD is passed by 5.57 and 12.14. On
# demand a section of the report has 730 h at 0.04, and 2.506 GB at 0.08 and at 0.04: 29.50, less 10% 26.55.
MONEY = {
    "plan": ["$6.57", "$13.14", "$19.71", "prices of eu-west-1: sheet.toml, and built in"],
    "cost": ["$6.57", "$13.14", "discount of 10%", "prices: sheet.toml, and built in"],
    "check": ["$6.57 a month", "$13.14 a month", "by $5.57", "prices of eu-west-1: sheet.toml"],
    "report": ["| $6.57 | $6.57 |", "| $13.14 | $13.14 |", "| $19.71 | $19.71 |", "| total |  |  | $26.55 |"],
    "suggest": ["0.1%        1    $6.57", "prices: sheet.toml"],
    "fleet": ["$6.57"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "given", [["--prices", "sheet.toml", "--discount", "10%"], ["--prices", "sheet.toml"], []]
)
def test_the_same_money_by_flags_and_by_the_policy(command, given, repository):
    """Each in its own way, or one by the flag and one by the policy."""
    said = ["prices: sheet.toml", "discount: 10%"][len(given) // 2 :]
    if said:
        policy(repository, ", ".join(said))
    ran = run(*COMMANDS[command], *given)
    assert ran.code == (1 if command == "check" else 0), ran.err
    text = " ".join(ran.out.split()) if command == "check" else ran.out
    for figure in MONEY[command.split()[0]]:
        assert figure in text


@pytest.mark.parametrize("command", COMMANDS)
def test_the_whole_page_is_the_same_by_flags_and_by_the_policy(command, repository):
    (repository / "profiles/all.yaml").write_text(STREAMS.replace("owner: a", "owner: a, consumers: 3"))
    by_flags = run(*COMMANDS[command], "--prices", "sheet.toml", "--discount", "10%")
    policy(repository, "prices: sheet.toml, discount: 10%")
    assert run(*COMMANDS[command]) == by_flags
    assert "sheet.toml" in by_flags.out or "fleet" in command


def test_a_section_of_the_review_rests_on_the_policy_too(repository):
    policy(repository, "prices: sheet.toml, discount: 10%")
    section = next(sections(review("profiles")))
    assert section.detail.alone.cost.total(Mode.PROVISIONED) == USD(Fraction("6.57"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_flag_wins_over_the_policy(command, repository):
    # 730 h at 0.01 and 0.02 are 7.30 and 14.60, without the discount.
    policy(repository, "prices: [nowhere.toml], discount: 50%")
    ran = run(*COMMANDS[command], "--prices", "sheet.toml", "--discount", "0%")
    assert "$7.30" in ran.out
    assert "discount of" not in ran.out


def test_of_the_policys_sheets_none_counts_beside_the_flags(repository):
    """us-east-1 at 0.01 by the flag; eu-west-1 as shipped, 0.017, and not as the policy has it."""
    policy(repository, "prices: sheet.toml")
    ran = run("cost", "profiles", "--prices", "sheets/us-east-1.toml", "--format", "json")
    told = json.loads(ran.out)["regions"]
    hours = [each["streams"][0]["bills"][0]["lines"][0]["cost_usd"] for each in told]
    assert hours == ["7.30", "12.41"]  # 730 h at 0.01 and 0.017


@pytest.mark.parametrize(
    "prices", ["sheets", "[sheets]", "[../sheets/us-east-1.toml, ../sheets/eu-west-1.toml]"]
)
def test_paths_of_a_policy_are_seen_from_its_folder(prices, repository, monkeypatch):
    where = repository / "profiles" if ".." in prices else repository
    policy(where, f"prices: {prices}")
    monkeypatch.chdir(repository / "histories")
    ran = run("plan", "../profiles", "--format", "json")
    assert ran.code == 0
    # The sheet is not below the working folder, so that its whole name is told.
    assert f"{repository}/sheets/us-east-1.toml, and built in" in ran.out
    # 730 h at 0.01 and 0.02, and 2,628,000 PUT payload units at their usual prices.
    assert '"cost_usd": "7.30"' in ran.out
    assert '"cost_usd": "14.60"' in ran.out


PROFILE = "version: 1\nstreams: {NAME: {size: 1, rps: 1, shards: 1}}\n"


@pytest.fixture
def two(repository):
    """Profiles in the folders a and b."""
    (repository / "profiles/all.yaml").unlink()
    for name in "ab":
        (repository / "profiles" / name).mkdir()
        (repository / "profiles" / name / "x.yaml").write_text(PROFILE.replace("NAME", name))
    return repository / "profiles"


@pytest.mark.parametrize("command", [each for each in COMMANDS if "profiles" in COMMANDS[each]])
@pytest.mark.parametrize(
    ("a", "b", "told", "flags"),
    [
        ("discount: 10%", "discount: 20%",
         "discount: 10% in profiles/a/.shardcalc.yaml, 20% in profiles/b/.shardcalc.yaml; give --discount",
         ["--discount", "5%"]),
        ("discount: 10%", "budget: 100 USD",
         "discount: 10% in profiles/a/.shardcalc.yaml, none in profiles/b/.shardcalc.yaml; give --discount",
         ["--discount", "0%"]),
        ("discount: 10%", "",
         "discount: 10% in profiles/a/.shardcalc.yaml, none in profiles/b/x.yaml; give --discount",
         ["--discount", "0%"]),
        ("prices: ../../sheet.toml", "prices: ../../sheets",
         "prices: sheet.toml in profiles/a/.shardcalc.yaml, sheets in profiles/b/.shardcalc.yaml; "
         "give --prices", ["--prices", "sheet.toml"]),
        ("", "prices: [../../sheets]",
         "prices: none in profiles/a/x.yaml, sheets in profiles/b/.shardcalc.yaml; give --prices",
         ["--prices", "sheet.toml"]),
    ],
)  # fmt: skip
def test_policies_that_disagree_are_refused(command, a, b, told, flags, two):
    for name, text in (("a", a), ("b", b)):
        if text:
            policy(two / name, text)
    ran = run(*COMMANDS[command])
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err == f"error: the policy files of the streams disagree; nothing was done\n  {told}\n"
    assert run(*COMMANDS[command], *flags).code == 0


def test_policies_that_say_the_same_agree(two):
    """In other words: another path to the same sheet, another order, a discount of nothing."""
    policy(two / "a", "prices: [../../sheets/us-east-1.toml, ../../sheets/eu-west-1.toml], discount: 0")
    policy(two / "b", "prices: [../b/../../sheets/eu-west-1.toml, ../../sheets/us-east-1.toml]")
    for command in ("plan", "cost", "check", "report"):
        assert run(command, "profiles").code == 0


def test_what_is_not_checked_disagrees_with_nothing(two):
    """A policy file that is given by name is only read, and one that cannot be used is told itself."""
    policy(two / "a", "discount: 10%")
    policy(two / "b", "discount: 20%")
    assert run("check", "profiles/a", "profiles/b/.shardcalc.yaml").code == 0
    policy(two / "b", "discount: 100%")
    ran = run("check", "profiles")
    assert ran.code == 2
    assert "policy.discount: '100%' leaves nothing to pay" in ran.err
    assert "disagree" not in ran.err


def test_a_suggestion_needs_only_the_policy_of_its_stream(two):
    policy(two / "a", "discount: 10%, prices: ../../sheet.toml")
    policy(two / "b", "discount: 20%")
    (two / "a/x.yaml").write_text(PROFILE.replace("NAME", "orders"))
    ran = run("suggest", "--from", "histories/a.json", "--profiles", "profiles")
    assert "$6.57" in ran.out


def test_a_long_list_has_one_basis(two, monkeypatch):
    """It is planned and checked in parts, and each part has one of the policies only."""
    monkeypatch.setattr("shardcalc.app.processors._processors", lambda: 2)

    def rows(name, count):
        return ", ".join(f"{name}{index}: {{size: 1, rps: 1, shards: 1}}" for index in range(count))

    (two / "a/x.yaml").write_text(f"version: 1\nstreams: {{{rows('a', 1125)}}}\n")
    (two / "b/x.yaml").write_text(f"version: 1\nstreams: {{{rows('x', 875)}}}\n")
    for index in range(250):
        (two / f"b/{index}.yaml").write_text(PROFILE.replace("NAME", f"b{index}"))
    policy(two / "a", "discount: 10%, prices: ../../sheet.toml")
    for command in (["plan", "profiles", "--format", "json"], ["check", "profiles"]):
        ran = run(*command)
        assert ran.code == 2
        assert "10% in profiles/a/.shardcalc.yaml, none in profiles/b/" in ran.err
    policy(two, "discount: 10%, prices: ../sheet.toml, budget: 1 USD")
    (two / "a/.shardcalc.yaml").unlink()
    ran = run("plan", "profiles", "--format", "json")
    assert {row["cost"]["total_usd"] for row in json.loads(ran.out)["streams"]} == {"6.57"}
    ran = run("check", "profiles", "--format", "json")
    assert sum("$6.57 a month" in each["message"] for each in json.loads(ran.out)["findings"]) == 2250


def test_a_stream_without_metrics_costs_what_the_policy_says(repository):
    """Its shards only, before any discount: 730 h at 0.01."""
    policy(repository, "prices: sheet.toml")
    bare = history([None] * 60, sale=False, region="us-east-1", metrics={}, consumers={}, open_shards=1)
    write_history_file(bare, str(repository / "histories/a.json"))
    told = json.loads(run("fleet", "--from", "histories", "--format", "json").out)
    assert told["streams"][0]["standing"] == "unmeasured"
    assert told["streams"][0]["cost_usd_per_month"] == "7.30"


# ── of a stranger's repository ───────────────────────────────────────────────────────────────────

SECRET = "the-token"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ("/etc/passwd", "'/etc/passwd' is not a path seen from the folder of this file"),
        ("'C:\\secret.toml'", "is not a path seen from the folder of this file"),
        ('"a\\0.toml"', "is not a path seen from the folder of this file"),
        ("''", "'' is not a path seen from the folder of this file"),
        ("{a: b}", "a mapping is not one value"),
        ("../outside.toml", "'../outside.toml' leads out of its repository, or to git's own files"),
        ("../nowhere.toml", "'../nowhere.toml' leads out of its repository, or to git's own files"),
        ("..", "'..' leads out of its repository"),
        ("link.toml", "'link.toml' leads out of its repository"),
        ("linked/outside.toml", "'linked/outside.toml' leads out of its repository"),
        ("links", "'links/a.toml' leads out of its repository"),
        (".git/config.toml", "'.git/config.toml' leads out of its repository, or to git's own files"),
        ("git.toml", "'git.toml' leads out of its repository, or to git's own files"),
        ("loop.toml", "loop.toml: Too many levels of symbolic links"),
        (".env", "'.env' leads to no file (.toml) and no folder"),
        ("env.toml", "'env.toml' leads to no file (.toml) and no folder"),
        ("pipe.toml", "pipe.toml: not a regular file"),
        ("pipes", "pipes: no price sheet (*.toml) in it"),
        ("zero.toml", "'zero.toml' leads out of its repository"),
        ("nowhere.toml", "nowhere.toml: No such file or directory"),
        ("large.toml", "large.toml: too large: more than 256 KiB"),
        ("keys.toml", "keys.toml: no price sheet that can be used; --prices with it says why"),
        ("twice.toml", "twice.toml: no price sheet that can be used"),
        ("broken.toml", "broken.toml: no price sheet that can be used"),
        ("bytes.toml", "bytes.toml: not UTF-8 text"),
        ("[sheets, two.toml]", "both have prices of"),
    ],
)  # fmt: skip
def test_a_policy_opens_nothing_but_price_sheets_of_its_repository(prices, told, command, folder):
    repository = folder / "repository"
    for name in (".git", "profiles", "links", "pipes"):
        (repository / name).mkdir(parents=True)
    for name in ("histories", "sheets", "two.toml"):
        (folder / name).rename(repository / name)
    os.chdir(repository)
    (repository / "profiles/all.yaml").write_text(STREAMS)
    for outside in (folder / "outside.toml", repository / ".git/config.toml", repository / ".env"):
        outside.write_text(f'{SECRET} = "{SECRET}"\n')
    (repository / "link.toml").symlink_to(folder / "outside.toml")
    (repository / "links/a.toml").symlink_to(folder / "outside.toml")
    (repository / "linked").symlink_to(folder)
    (repository / "git.toml").symlink_to(".git/config.toml")
    (repository / "env.toml").symlink_to(".env")
    (repository / "loop.toml").symlink_to("loop.toml")
    (repository / "zero.toml").symlink_to("/dev/zero")
    os.mkfifo(repository / "pipe.toml")
    os.mkfifo(repository / "pipes/a.toml")
    (repository / "large.toml").write_text("#" * (256 * 1024 + 1))
    (repository / "keys.toml").write_text(f'{SECRET} = 1\ncurrency = "{SECRET}"\nregion = "{SECRET}"\n')
    (repository / "twice.toml").write_text(f"[{SECRET}]\n[{SECRET}]\n")
    (repository / "broken.toml").write_text(SECRET)
    (repository / "bytes.toml").write_bytes(b"\xff" + SECRET.encode())
    policy(repository, f"prices: {prices}")
    ran = run(*COMMANDS[command])
    assert ran.code == 2
    assert told in ran.err
    assert ".shardcalc.yaml" in ran.err
    assert SECRET not in ran.out + ran.err
    assert ran.out == ""


def test_without_a_repository_a_policy_reads_below_the_working_folder(folder):
    policy(folder / "profiles", "prices: ../sheets")
    assert run("plan", "profiles").code == 0
    os.chdir(folder / "profiles")
    ran = run("plan", ".")
    assert ran.code == 2
    assert "'../sheets' leads out of its repository" in ran.err


def test_a_profile_has_no_prices_and_no_discount(folder):
    (folder / "profiles/all.yaml").write_text(f"{STREAMS}policy: {{prices: sheets, discount: 10%}}\n")
    ran = run("plan", "profiles")
    assert ran.code == 2
    assert "policy.prices: only for .shardcalc.yaml" in ran.err
    assert "policy.discount: only for .shardcalc.yaml" in ran.err
