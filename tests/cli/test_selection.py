"""Many streams: a summary, filters, an order, totals by a field, one line each, and the exit code alone."""

from __future__ import annotations

import json

import pytest

from shardcalc.app.refusal import BadFields, Refused
from shardcalc.app.selection import Group, Selection
from shardcalc.app.streams import load
from shardcalc.core.units import USD
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import history

STREAMS = """\
version: 1
defaults: {size: 1 KiB, owner: payments}
streams:
  orders: {region: eu-west-1, rps: 1000, shards: 3, environment: prod}
  orders-old: {region: us-east-1, rps: 10, shards: 1}
  clicks: {owner: web, rps: 10, mode: on-demand}
  logs: {owner: web, rps: 9000, shards: 9, account: "012345678901"}
"""
NAMES = ["orders", "orders-old", "clicks", "logs"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "all.yaml"
    path.write_text(STREAMS)
    return str(path)


def planned(file: str, *flags: str) -> dict:
    ran = run("plan", file, *flags, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def named(file: str, *flags: str) -> list[str]:
    return [each["name"] for each in planned(file, *flags)["streams"]]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("--owner", "web"), ["clicks", "logs"]),
        (("--where", "region=eu-west-1"), ["orders"]),
        (("--where", "name=orders*"), ["orders", "orders-old"]),
        (("--where", "name=orders*", "--where", "environment=prod"), ["orders"]),
        (("--where", "name=orders,logs"), ["orders", "logs"]),
        (("--where", "mode=on-demand-standard"), ["clicks"]),
        (("--where", "account=012345678901"), ["logs"]),
        (("--where", "environment="), ["orders-old", "clicks", "logs"]),
        (("--owner", "web", "--where", "mode=provisioned"), ["logs"]),
        (("--sort", "name"), ["clicks", "logs", "orders", "orders-old"]),
        (("--sort", "shards"), ["logs", "orders", "orders-old", "clicks"]),
        # Full to 100 % at 9, 1,000 of 3,000, 10 of 1,000 twice.
        (("--sort", "used"), ["logs", "orders", "orders-old", "clicks"]),
        # 9 x 10.95; 12.41 and 43.36 for PUT payload units; 29.20 for the stream on demand; 10.95.
        (("--sort", "cost"), ["logs", "orders", "clicks", "orders-old"]),
        # What says nothing comes last.
        (("--sort", "environment"), ["orders", "orders-old", "clicks", "logs"]),
    ],
)
def test_streams_are_chosen_and_ordered(file, flags, names):
    assert named(file, *flags) == names
    rows = run("plan", file, *flags, "--format", "concise").out.splitlines()
    assert [row.split(" ")[0].split(":")[0] for row in rows] == names


def test_totals_hold_what_is_chosen(file):
    """logs needs 9 shards and clicks one; orders and orders-old one each."""
    total = planned(file, "--where", "region=eu-west-1")["total"]
    assert (total["streams"], total["shards"]) == (1, 1)
    by = planned(file, "--by", "owner")["totals_by"]
    assert [(each["owner"], each["streams"], each["shards"]) for each in by] == [
        ("web", 2, 10),
        ("payments", 2, 2),
    ]
    assert sum(each["streams"] for each in by) == 4


@pytest.mark.parametrize("by", ["owner", "region", "mode", "environment", "account"])
def test_totals_by_a_field_add_up_in_every_command_and_format(file, by):
    plan = planned(file, "--by", by)
    groups = plan["totals_by"]
    assert sum(round(float(each["cost_usd"]) * 100) for each in groups) == pytest.approx(
        float(plan["total"]["cost_usd"]) * 100, abs=len(groups)
    )
    assert json.loads(run("cost", file, "--by", by, "--format", "json").out)["totals_by"] == groups
    first = groups[0]
    said = f"{first[by] or 'none'} {first['streams']} {first['shards']} ${float(first['cost_usd']):,.2f}"
    for command in ("plan", "cost"):
        assert said in " ".join(run(command, file, "--by", by).out.split())
        markdown = " ".join(run(command, file, "--by", by, "--format", "markdown").out.split())
        assert f"| {said.replace(' ', ' | ')} |" in markdown
    for form in ("html", "markdown"):
        assert f"${float(first['cost_usd']):,.2f}" in run("report", file, "--by", by, "--format", form).out


def test_the_report_is_of_the_streams_that_are_chosen(file):
    page = run("report", file, "--owner", "web", "--sort", "cost", "--format", "markdown").out
    assert page.index("## logs") < page.index("## clicks")
    assert "## orders" not in page


def test_several_streams_are_a_summary_and_one_is_shown_whole(file):
    page = run("plan", file).out
    assert "formula" not in page
    assert "--detail NAME shows the working of a stream, --all of each" in page
    owners = [line.replace(" (prod)", "").split()[1] for line in page.splitlines()[1:4]]
    assert owners == ["payments", "payments", "web"]
    assert run("plan", file, "--all").out.count("formula  ") == 4
    assert run("plan", file, "--explain").out.count("formula  ") == 4
    one = run("plan", file, "--detail", "logs").out
    assert one.count("formula  ") == 1
    assert "logs (012345678901): 9 shards" in one
    assert run("plan", file, "--where", "name=logs").out.count("formula  ") == 1
    markdown = run("plan", file, "--format", "markdown", "--detail", "logs", "--detail", "clicks").out
    assert markdown.count("Formula: ") == 2


def test_forty_streams_are_two_screens(tmp_path):
    """1,139 lines before."""
    path = tmp_path / "many.yaml"
    rows = "".join(f"  s{index}: {{}}\n" for index in range(40))
    path.write_text(f"version: 1\ndefaults: {{size: 1, rps: 10}}\nstreams:\n{rows}")
    assert len(run("plan", str(path)).out.splitlines()) < 55


def test_a_finding_is_one_line(file):
    """As editors follow it: file, line, column."""
    lines = run("check", file, "--format", "concise", "--today", "2026-11-22").out.splitlines()
    found = json.loads(run("check", file, "--format", "json", "--today", "2026-11-22").out)["findings"]
    assert len(lines) == len([each for each in found if each["state"] == "active"]) > 3
    first = found[0]
    assert lines[0] == (
        f"{first['file']}:{first['line']}:{first['column']}: {first['severity']} {first['rule']} "
        f"{first['name']}: {first['message']}"
    )


def test_only_the_exit_code_counts(file, tmp_path):
    for flags, code in ((("--fail-on", "info"), 1), (("--exit-zero",), 0)):
        ran = run("check", file, "-q", *flags)
        assert (ran.code, ran.out, ran.err) == (code, "", "")
    (tmp_path / "broken.yaml").write_text("version: 1\nstreams: 5\n")
    ran = run("check", str(tmp_path), "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert "broken.yaml:2:1" in ran.err


@pytest.fixture
def fleet(tmp_path):
    folder = tmp_path / "fleet"
    folder.mkdir()
    for name, records, shards in (("busy", 2000, 1), ("calm", 60, 1), ("wide", 60, 50)):
        made = history([records * 60] * 1440, sale=False, stream=name, region="us-east-1", open_shards=shards)
        write_history_file(made, str(folder / f"{name}.json"))
    return str(folder)


def test_a_fleet_is_chosen_ordered_and_added_up(fleet):
    told = json.loads(
        run("fleet", "--from", fleet, "--sort", "shards", "--by", "mode", "--format", "json").out
    )
    assert [each["name"] for each in told["streams"]] == ["wide", "busy", "calm"]
    (group,) = told["totals_by"]
    assert (group["mode"], group["streams"], group["shards"]) == ("provisioned", 3, 52)
    assert group["cost_usd"] == told["total"]["cost_usd_per_month"]
    some = json.loads(run("fleet", "--from", fleet, "--where", "name=w*,b*", "--format", "json").out)
    assert some["total"]["streams"] == 2
    lines = run("fleet", "--from", fleet, "--format", "concise", "--sort", "name").out.splitlines()
    assert [line.split(";")[0] for line in lines] == [
        "busy in us-east-1: short",
        "calm in us-east-1: troubled",
        "wide in us-east-1: fine",
    ]
    for form in ("table", "markdown"):
        page = run("fleet", "--from", fleet, "--by", "mode", "--format", form).out
        assert "provisioned" in page
        assert "52" in page


NO_CONDITION = "is no condition; write FIELD=VALUE, a field is one of"
WORDS = "owner, environment, account, region, mode"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"where": ["region"]}, [("where", f"'region' {NO_CONDITION} name, {WORDS}")]),
        ({"where": ["shards=3"]}, [("where", f"'shards=3' {NO_CONDITION} name, {WORDS}")]),
        (
            {"sort": "size", "by": "name"},
            [
                ("sort", f"'size' is no field; write one of name, {WORDS}, shards, used, cost"),
                ("by", f"'name' is no field; write one of {WORDS}"),
            ],
        ),
    ],
)
def test_what_is_no_selection_is_refused(flags, told):
    with pytest.raises(BadFields) as error:
        Selection.of(**flags)
    assert list(error.value.problems) == told


def test_a_selection_of_nothing_is_refused_and_says_what_was_asked(file):
    with pytest.raises(Refused) as error:
        Selection.of(owner="nobody", where=["mode=provisioned,on-demand-standard"]).kept(load([file]))
    (told,) = error.value.problems
    assert told == "no stream of 4 has owner=nobody and mode=provisioned,on-demand-standard"
    assert Selection.of(owner="nobody").kept([]) == []
    ran = run("plan", file, "--detail", "log")
    assert (ran.code, ran.err) == (
        2, "error: nothing was computed\n  --detail: no stream is called 'log'; did you mean logs?\n"
    )  # fmt: skip


def test_a_group_without_a_known_price_has_no_cost(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "version: 1\ndefaults: {size: 1, rps: 1, owner: a}\n"
        "streams: {a: {region: cn-north-1}, b: {region: us-east-1}, c: {region: cn-north-1, owner: b}}\n"
    )
    by = planned(str(path), "--by", "owner")["totals_by"]
    # 730 h at 0.015, and 2,628,000 units at 0.014 a million.
    assert [(each["owner"], each["cost_usd"], each["cost_complete"]) for each in by] == [
        ("a", "10.99", False),
        ("b", None, False),
    ]
    assert "b 1 1 unknown" in " ".join(run("plan", str(path), "--by", "owner").out.split())


def test_groups_are_ordered_by_what_they_cost_and_then_by_name():
    assert Selection().groups([]) == ()
    assert Group("a", 1, 2, USD(3), True).value == "a"


def test_the_owner_is_in_every_list_of_streams_and_its_json(file, fleet, tmp_path):
    for command in ("plan", "cost", "report"):
        forms = ("markdown", "html") if command == "report" else ("table", "markdown")
        for form in forms:
            assert "payments" in run(command, file, "--format", form).out
    cost = json.loads(run("cost", file, "--format", "json").out)
    assert {each["name"]: each["owner"] for region in cost["regions"] for each in region["streams"]} == {
        "orders": "payments", "orders-old": "payments", "clicks": "web", "logs": "web"
    }  # fmt: skip
    assert {each["owner"] for each in planned(file)["streams"]} == {"payments", "web"}
    found = json.loads(run("check", file, "--format", "json").out)["findings"]
    assert {each["owner"] for each in found if each["stream"] == "logs"} == {"web"}
    profile = tmp_path / "busy.yaml"
    profile.write_text("version: 1\nstreams: {busy: {size: 1, rps: 1, owner: rail}}\n")
    told = json.loads(run("fleet", "--from", fleet, "--profiles", str(profile), "--format", "json").out)
    assert {each["name"]: each["owner"] for each in told["streams"]} == {
        "busy": "rail", "calm": None, "wide": None
    }  # fmt: skip
