"""Every command says the same of one stream: action, advised count, reserve; as of the day that is given.

The made-up history has 8,000 records/s of 1,000 B at its busiest, two shared consumers and one fan-out
consumer; the profiles say the same, unless a row says otherwise. Records decide: 8 shards, times the reserve.
"""

from __future__ import annotations

import json
import re

import pytest

from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.run_check import write
from tests.synthetic import changed, history

TODAY = ("--today", "2026-11-21")
"""The day on which the history ends."""

RIGHT = {
    "owner": "a",
    "size": "1000 B",
    "rps": {"mean": 2500, "peak": 8000, "dated": "2026-11-21"},
    "consumers": 2,
    "fan_out": 1,
}
THROTTLED = "WriteProvisionedThroughputExceeded"


class Said:
    """What each command says of the stream ``orders``."""

    def __init__(self, folder, made, fields, policy=None):
        profile = {"version": 1, "streams": {"orders": RIGHT | fields}}
        if policy is not None:
            profile["policy"] = policy
        self.file = write(folder, json.dumps(profile), "profile.yaml")
        self.folder = folder / "histories"
        self.folder.mkdir(exist_ok=True)
        self.history = str(self.folder / "orders.json")
        write_history_file(made, self.history)

    def suggest(self, *flags):
        ran = run("suggest", "--from", self.history, *(flags or ("--profiles", self.file)), *TODAY,
                  "--format", "json")  # fmt: skip
        assert ran.code == 0, ran.err
        return json.loads(ran.out)

    def fleet(self):
        ran = run("fleet", "--from", str(self.folder), "--profiles", self.file, *TODAY, "--format", "json")
        assert ran.code == 0, ran.err
        (stream,) = json.loads(ran.out)["streams"]
        return stream

    def report(self):
        ran = run("report", self.file, "--history", self.history, *TODAY, "--format", "markdown")
        assert ran.code == 0, ran.err
        said = dict(re.findall(r"^- \*\*(\w+)\*\* (.*)$", ran.out, re.MULTILINE))
        return said["verdict"], said.get("reserve", "no reserve")

    def check(self):
        ran = run("check", self.file, "--history", self.history, *TODAY, "--format", "json")
        assert ran.code in (0, 1), ran.err
        return {row["name"]: row for row in json.loads(ran.out)["findings"]}

    def plan(self):
        (stream,) = json.loads(run("plan", self.file, *TODAY, "--format", "json").out)["streams"]
        return stream["decision"]


@pytest.mark.parametrize(
    ("running", "fields", "policy", "action", "advised", "reserve"),
    [
        # Nobody says a reserve: 8 x 1.25 = 10, and 12 are not above 10 x 1.25.
        (12, {"shards": 12}, None, "keep", 12, "25% headroom"),
        (13, {"shards": 13}, None, "lower", 10, "25% headroom"),
        (12, {}, None, "keep", 12, "25% headroom"),
        # 8 x 1.1 = 8.8. 8 run, 4 declared: up; 12 run: down.
        (8, {"shards": 4, "headroom": "10%"}, None, "raise", 9, "10% headroom"),
        (12, {"shards": 4, "headroom": "10%"}, None, "lower", 9, "10% headroom"),
        (12, {"shards": 12, "headroom": "50%"}, None, "keep", 12, "50% headroom"),
        (11, {"shards": 12, "headroom": "50%"}, None, "raise", 12, "50% headroom"),
        # 12 are 50 % above 8: no reserve is a reserve that somebody said.
        (12, {"shards": 12, "headroom": "0%"}, None, "lower", 8, "no reserve"),
        # 8 / 0.7 = 11.4, said by the stream or by its policy.
        (10, {"shards": 10, "max_utilisation": "70%"}, None, "raise", 12, "at most 70% used"),
        (10, {"shards": 10}, {"max_utilisation": "70%"}, "raise", 12, "at most 70% used"),
        # 30 days on: 8,800 x 1.25 = 11. 60 days on: 1.1 x (1 + 0.1 x 30/31) x 8,000 x 1.25 = 12.06.
        (10, {"shards": 10, "growth": "10%/month"}, None, "raise", 11, "25% headroom"),
        (20, {"shards": 20, "growth": "10%/month"}, None, "lower", 13, "25% headroom"),
        # 2 days on: (1 + 0.1 x 2/30) x 10 = 10.07.
        (20, {"shards": 20, "growth": "10%/month"}, {"lead_time": "1d"}, "lower", 11, "25% headroom"),
        # 16 are 60 % above 10.
        (16, {"shards": 16}, {"over_provisioned_above": "60%"}, "keep", 16, "25% headroom"),
        # 4 x $10.95 x 2, with the fan-out consumer, is $87.60.
        (14, {"shards": 14}, {"saving_above": "90 USD"}, "keep", 14, "25% headroom"),
        (14, {"shards": 14}, {"saving_above": "80 USD"}, "lower", 10, "25% headroom"),
        # Catch-up is declared only: (6 + 2) / 2 = 4 x 15.26 MiB/s / 2 MiB/s x 1.25 = 38.1.
        (12, {"shards": 12, "catch_up": "outage=6h,within=2h"}, None, "raise", 39, "25% headroom"),
    ],
)
def test_all_commands_say_the_same_of_a_measured_stream(
    tmp_path, running, fields, policy, action, advised, reserve
):
    said = Said(tmp_path, history(open_shards=running), fields, policy)
    one = said.suggest()
    assert (one["verdict"], one["recommended_shards"]) == (action, advised)
    answer = one["answer"]
    assert answer.startswith({"keep": f"keep {advised}", "raise": f"raise to {advised}"}.get(action, "lower"))
    fleet = said.fleet()
    assert (fleet["answer"], fleet["recommended_shards"]) == (answer, advised)
    assert said.report() == (answer, reserve)
    found, declared = said.check(), fields.get("shards")
    short = found.keys() & {"under-provisioned", "over-utilised"}
    assert bool(short) == (
        declared is not None and declared < max(one["needed_shards"], one["measured_shards"])
    )
    for name in short:
        # Where one deployment does not get there from what runs, each count on the way.
        assert re.fullmatch(rf"raise shards to (\d+, then )*{advised}", found[name]["remedy"])
    if action == "lower" and declared is not None and declared > advised:
        assert f"lower shards to {advised}" in found["over-provisioned"]["remedy"]
    elif action == "keep":
        assert "over-provisioned" not in found
    assert ("not-applied" in found) == (declared is not None and declared != running)
    assert "profile-differs" not in found


def test_all_commands_follow_the_policy_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "version: 1\npolicy: {max_utilisation: 70%, lead_time: 60d}\n", ".shardcalc.yaml")
    said = Said(tmp_path, history(open_shards=10), {"shards": 10, "growth": "10%/month"})
    one = said.suggest()
    # 60 days on 9,651.6/s, 1.2065 times as many: 8 x 1.2065 / 0.7 = 13.8.
    assert (one["verdict"], one["recommended_shards"], one["needed_shards"]) == ("raise", 14, 12)
    assert said.fleet()["answer"] == one["answer"]
    assert said.report() == (one["answer"], "at most 70% used")
    assert said.plan()["advised_shards"] == 14
    assert said.check()["over-utilised"]["remedy"] == "raise shards to 14"


def test_all_commands_keep_what_throttled(tmp_path):
    made = changed(history(open_shards=16), THROTTLED, range(5000, 5001), 3)
    said = Said(tmp_path, made, {"shards": 16})
    one = said.suggest()
    assert (one["verdict"], one["recommended_shards"]) == ("keep", 16)
    assert one["not_fewer_because"] == ["the stream throttled: 3 records were rejected"]
    assert said.fleet()["answer"] == one["answer"] == said.report()[0]
    assert "over-provisioned" not in said.check()


def test_all_commands_switch_the_mode_first(tmp_path):
    said = Said(tmp_path, history(), {"mode": "on-demand"})
    one = said.suggest()
    assert one["verdict"] == "switch"
    assert one["answer"] == "switch to on-demand (12 run): provisioned, it would need 10 shards"
    # Nobody sets a count on demand.
    assert (one["profile"], one["path"]) == ({"headroom": "25%"}, None)
    assert said.report()[0] == said.fleet()["answer"] == one["answer"]
    assert (
        said.check()["not-applied"]["message"]
        == "on-demand-standard is declared and the stream runs provisioned"
    )
    # Nobody chose the open shards of an on-demand stream: the 4 declared ones become 10.
    said = Said(tmp_path, history(mode="ON_DEMAND"), {"mode": "provisioned", "shards": 4})
    one = said.suggest()
    assert (one["verdict"], one["recommended_shards"]) == ("switch", 10)
    assert one["answer"].startswith("switch to provisioned with 10 (4 declared): ")
    assert said.fleet()["standing"] == "troubled"
    assert said.report()[0] == said.fleet()["answer"] == one["answer"]
    assert said.check()["not-applied"]["message"] == "provisioned is declared and the stream runs on-demand"


# ── who follows the advice ───────────────────────────────────────────────────────────────────────


def test_suggest_prints_what_a_profile_must_say(tmp_path):
    said = Said(tmp_path, history(open_shards=16), {})
    assert "shards: 10, headroom: 25%\n" in run("suggest", "--from", said.history).out
    assert "shards: 10, headroom: 25%" in run("suggest", "--from", said.history, "--format", "markdown").out
    assert "shards: 10, headroom: 40%\n" not in run("suggest", "--from", said.history).out
    more = run("suggest", "--from", said.history, "--headroom", "40%").out
    assert "shards: 12, headroom: 40%\n" in more  # 8 x 1.4 = 11.2


@pytest.mark.parametrize("running", [4, 9, 10, 12, 16, 40])
@pytest.mark.parametrize("growth", [{}, {"growth": "10%/month"}])
def test_who_follows_the_advice_and_asks_again_is_told_to_keep(tmp_path, running, growth):
    first = Said(tmp_path, history(open_shards=running), growth)
    # Without a profile, growth is not known; so the second advice may be another, and the third is not.
    lines = first.suggest("--region", "us-east-1")["profile"]
    for _ in range(2):
        fields = growth | {"shards": int(lines["shards"]), "headroom": lines["headroom"]}
        after = Said(tmp_path, history(open_shards=fields["shards"]), fields)
        lines = after.suggest()["profile"]
        if not growth:
            break
    again = after.suggest()
    assert (again["verdict"], again["profile"]) == ("keep", lines)
    assert int(lines["shards"]) == fields["shards"]
    assert after.fleet()["answer"] == after.report()[0] == again["answer"]
    assert after.plan()["action"] == "keep"
    assert not set(after.check()) & {"under-provisioned", "over-provisioned", "runs-out", "not-applied",
                                     "profile-differs"}  # fmt: skip


def test_suggest_and_check_do_not_send_a_stream_up_and_down(tmp_path):
    """8,000/s of 500 B: check without a reserve says 8, suggest with 25 % says 10; together they say 10."""
    counts = [480_000] * (14 * 1440)
    said = Said(tmp_path, history(counts, sale=False, open_shards=10), {"size": "500 B", "shards": 10})
    assert said.suggest()["verdict"] == "keep"
    assert "over-provisioned" not in said.check()


# ── what is found beside a history ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("peak", "differs"),
    # 8,000/s were measured: 5/4 of it, and 4/5, are silent.
    [("10000", False), ("10001", True), ("6400", False), ("6399", True)],
)
def test_a_profile_that_is_wrong_is_told_with_its_history_only(tmp_path, peak, differs):
    said = Said(tmp_path, history(), {"rps": {"mean": 2500, "peak": peak}})
    assert ("profile-differs" in said.check()) == differs
    alone = run("check", said.file, *TODAY, "--format", "json")
    assert "profile-differs" not in alone.out


def test_a_count_that_nobody_applied_is_told_with_its_history_only(tmp_path):
    said = Said(tmp_path, history(), {"shards": 10, "headroom": "25%"})
    found = said.check()["not-applied"]
    assert (found["message"], found["severity"]) == ("10 shards are declared and 12 run", "warning")
    assert found["field"] == "streams.orders.shards"
    assert "not-applied" not in run("check", said.file, *TODAY, "--format", "json").out


@pytest.mark.parametrize("command", ["check", "report"])
def test_a_history_of_no_stream_is_refused(tmp_path, command):
    said = Said(tmp_path, history(stream="clicks"), {})
    ran = run(command, said.file, "--history", said.history)
    assert (ran.code, ran.out) == (2, "")
    assert "it is of clicks in us-east-1, and the profiles declare no such stream" in ran.err


@pytest.mark.parametrize("command", ["check", "report"])
def test_a_profile_that_cannot_be_read_is_told_before_its_history(tmp_path, command):
    said = Said(tmp_path, history(), {"sise": "1000 B"})
    ran = run(command, said.file, "--history", said.history)
    assert ran.code == 2
    assert "sise: unknown field" in ran.err
    assert "declare no such stream" not in ran.err


def test_a_stream_that_no_profile_declares_is_suggested_as_without(tmp_path):
    said = Said(tmp_path, history(stream="clicks"), {"headroom": "50%"})
    assert said.suggest() == said.suggest("--region", "us-east-1")
    assert said.suggest()["needed_shards"] is None


def test_a_stream_that_is_declared_twice_is_not_suggested(tmp_path):
    """Once in each of two Regions; the history does not say its own."""
    two = {"east": RIGHT | {"region": "us-east-1"}, "west": RIGHT | {"region": "eu-west-1"}}
    for name, fields in two.items():
        write(tmp_path / "p", json.dumps({"version": 1, "streams": {"orders": fields}}), f"{name}.yaml")
    said = Said(tmp_path, history(region=None), {})
    ran = run("suggest", "--from", said.history, "--profiles", str(tmp_path / "p"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: nothing was suggested\n  the profiles declare orders 2 times\n"


# ── days ─────────────────────────────────────────────────────────────────────────────────────────

GROWING = {"shards": 11, "headroom": "25%", "growth": "10%/month"}
"""8,000/s x 1.25 on 2026-11-21 are 10 shards, 11 a month later: 11 are enough until the day after."""


@pytest.mark.parametrize(
    ("today", "level"),
    [
        # 30 days before 2026-12-22, and 31; a week before it, and a day more.
        ("2026-11-21", None),
        ("2026-11-22", "warning"),
        ("2026-12-14", "warning"),
        ("2026-12-15", "error"),
    ],
)
def test_check_tells_when_the_shards_run_out(tmp_path, today, level):
    file = write(tmp_path, json.dumps({"version": 1, "streams": {"orders": RIGHT | GROWING}}))
    ran = run("check", file, "--today", today, "--format", "json")
    rows = {row["name"]: row for row in json.loads(ran.out)["findings"]}
    assert (rows["runs-out"]["severity"] if "runs-out" in rows else None) == level
    if level is not None:
        assert "2026-12-22" in rows["runs-out"]["message"]
    assert ran.code == (level == "error")


@pytest.mark.parametrize(
    ("policy", "level"),
    # Asked on 2026-12-10, 12 days before.
    [
        ({}, "warning"),
        ({"lead_time": "11d"}, None),
        ({"lead_time": "12 d"}, "warning"),
        ({"runs_out_within": "12d"}, "error"),
    ],
)
def test_how_far_ahead_it_is_told_is_a_policys(tmp_path, policy, level):
    file = write(
        tmp_path, json.dumps({"version": 1, "policy": policy, "streams": {"orders": RIGHT | GROWING}})
    )
    ran = run("check", file, "--today", "2026-12-10", "--format", "json")
    rows = {row["name"]: row for row in json.loads(ran.out)["findings"]}
    assert (rows["runs-out"]["severity"] if "runs-out" in rows else None) == level


def test_every_command_takes_the_day(tmp_path):
    """11 are kept on the first day; 35 days later 8,000 x 1.1 x (1 + 0.1 x 5/31) x 1.25 = 11.2 are needed,
    and 12.3 a month after that.
    """
    said = Said(tmp_path, history(open_shards=11), GROWING)
    profiles, saved = ("--profiles", said.file), ("--from", said.history)
    for command, first, later in (
        (("plan", said.file), "keep 11", "raise to 13"),
        (("report", said.file, "--format", "markdown"), "keep 11", "raise to 13"),
        (("suggest", *saved, *profiles), "keep 11", "raise to 13"),
        (("fleet", "--from", str(said.folder), *profiles, "--format", "json"), "keep 11", "raise to 13"),
        (("check", said.file), "", "raise shards to 13"),
        (("cost", said.file), "", "13 shards"),
    ):
        outs = [run(*command, "--today", day).out for day in ("2026-11-21", "2026-12-26")]
        assert first in outs[0], command
        assert later not in outs[0], command
        assert later in outs[1], command
        ran = run(*command, "--today", "21.11.2026")
        assert (ran.code, ran.out) == (2, "")
        assert "--today: '21.11.2026' is not a day" in ran.err


def test_rates_without_a_date_are_todays(tmp_path):
    """So the day on which shards run out moves along; dated, it stays."""
    dated = {"version": 1, "streams": {"orders": RIGHT | GROWING}}
    undated = {"version": 1, "streams": {"orders": RIGHT | GROWING | {"rps": {"mean": 2500, "peak": 8000}}}}
    days = [
        [
            json.loads(run("plan", file, "--today", today, "--format", "json").out)["streams"][0]["decision"][
                "runs_out"
            ]
            for today in ("2026-11-21", "2026-11-25")
        ]
        for file in (
            write(tmp_path, json.dumps(dated), "dated.yaml"),
            write(tmp_path, json.dumps(undated), "undated.yaml"),
        )
    ]
    # 11 are full at 1.1 times: the month's end, a month from 2026-11-25 is 2026-12-25.
    assert days == [["2026-12-22", "2026-12-22"], ["2026-12-22", "2026-12-26"]]


# ── where a path begins ──────────────────────────────────────────────────────────────────────────


def test_the_path_of_a_report_begins_at_the_shards_that_run(tmp_path):
    """2 run, 16 are declared, 8 are needed: 2 to 4 to 8, and what is declared is 8 too."""
    fields = {"size": "100 B", "rps": {"mean": 2500, "peak": 8000}, "shards": 16, "current_shards": 2}
    file = write(tmp_path, json.dumps({"version": 1, "streams": {"orders": {"owner": "a"} | fields}}))
    out = run("report", file, "--format", "markdown").out
    assert "raise to 8 (2 run, 16 declared): 8 are needed for the declared peak" in out
    assert re.findall(r"--target-shard-count (\d+)", out) == ["4", "8"]


def test_a_headroom_that_the_profile_overrules_is_told(tmp_path):
    profile, saved = tmp_path / "orders.yaml", tmp_path / "history.json"
    profile.write_text("version: 1\nstreams: {orders: {size: 1000 B, rps: 8000, headroom: 10%}}\n")
    write_history_file(history(), str(saved))
    given = ("suggest", "--from", str(saved), "--profiles", str(profile))
    assert "--headroom has no effect" in run(*given, "--headroom", "40%").err
    assert run(*given, "--headroom", "10%").err == run(*given).err == ""


@pytest.mark.parametrize(("command", "done"), [("check", "checked"), ("report", "reported")])
def test_a_history_that_cannot_be_used_is_refused_in_the_words_of_the_command(command, done, tmp_path):
    profile, saved = tmp_path / "orders.yaml", tmp_path / "history.json"
    profile.write_text("version: 1\nstreams: {orders: {size: 1000 B, rps: 8000}}\n")
    saved.write_text("{}")
    faulty = run(command, str(profile), "--history", str(saved))
    assert (faulty.code, f"nothing was {done}" in faulty.err) == (2, True)
    write_history_file(history(stream="other"), str(saved))
    other = run(command, str(profile), "--history", str(saved))
    assert other.err.startswith(f"error: nothing was {done}\n")
    # Nothing of what was written is known.
    write_history_file(history(metrics={}), str(saved))
    empty = run(command, str(profile), "--history", str(saved))
    assert empty.err.startswith(f"error: {saved}: nothing was {done}\n")
