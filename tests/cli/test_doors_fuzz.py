"""Hostile text through four doors (flags, profiles, policy files, suppressions), held to the invariant of
every door.

Longer, with the same inputs again: ``SHARDCALC_FUZZ=100 pytest -m "" --hypothesis-seed=1`` on this file.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shardcalc.app.streams import FLAGS
from shardcalc.core.lint.policy import policy_fields
from shardcalc.core.lint.rules import BY_NAME, RULES
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.parts import (
    AGGREGATION_FIELDS,
    CATCH_UP_FIELDS,
    CONSUMER_FIELDS,
    HOTTEST_KEY_FIELDS,
    RATES_FIELDS,
    SIZE_SHARE_FIELDS,
)
from shardcalc.core.workload.reading import readers
from shardcalc.core.workload.requirements import EXPECTATION_FIELDS, SUPPRESSION_FIELDS
from tests.doors import door, door_process
from tests.fuzz import examples

FUZZ = examples(400, suppress_health_check=list(HealthCheck), database=None)
FEWER = settings(FUZZ, max_examples=FUZZ.max_examples // 2)
"""Where an example takes longer to make up than to answer."""
SECRET = "hunter2"  # planted, and looked for
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")

NUMBERS = st.sampled_from(
    ["0", "1", "2", "7", "1.5", "-1", "1e-400", "1e400", "1e30", "9e30", "1e-30", "1e-9", "1e12", "1e999",
     "1/3", "1/0", "1/1e9", "0x10", "1_0", "1__0", "10000", "1000000", "9" * 31, "9" * 5000, "²", "٣",
     "½", "1²", "nan", "inf", "-0", "+1", ".5", "1.", "1e", "0.1", "0.999999999999999999", "99.99", "100"]
)  # fmt: skip
UNITS = st.sampled_from(
    ["", "", "%", "x", " KiB", "MiB", "TiB", " B", "s", "ms", "h", "d", "w", " years", " months", "/s",
     "k/min", "M/h", "G/s", "/day", " USD", "%/month", "%/year", "s²", " KiB\n", "\u202eB"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["", " ", "a", "on", "off", "null", "true", "provisioned", "on-demand", "on-demand-advantage",
     "ON_DEMAND", "kpl",
     "put-record", "put-records", "lambda", "fan-out", "sdk", "kcl", "flink", "firehose",
     "us-east-1", "eu-west-3",
     "cn-north-1", "mars-1", "ALL", "IncomingBytes", "SC001", "no-owner", "over-provisioned",
     "error", "info",
     "2026-11-21", "2000-01-01", "2199-12-31", "9999-12-31", "2999-01-01", "0001-01-01",
     "2027-W01-1", "2026-02-30",
     "²026-01-01", "::error::x", "##[error]x", "a\n::error::x", "\x1b]0;x\x07", "\u202e", "\udcff",
     "\u2028", "é 注文",
     "https://u:" + SECRET + "@host", "x" * 300, "y" * 20_000, "a.b", "0", "0.0", "a=b", "a=b,a=c",
     "=", ",", "+",
     "mean=1,peak=2", "mean=1,peak=1e12,dated=2000-01-01", "share=40%,key=\x1b", "outage=1h,within=1s",
     "outage=100y,within=1ms", "type=lambda,batch_size=1", "1KiB=50%,1MiB=50%", "target_size=1"]
)  # fmt: skip
TEXTS = st.one_of(
    st.tuples(NUMBERS, UNITS).map("".join),
    WORDS,
    WORDS,
    st.text(max_size=20),
    st.text("0123456789e./-% ²", max_size=9),
)

ARGUMENTS = TEXTS.filter(lambda text: "\0" not in text and not os.path.exists(text))
"""What a system can hand to a program; ``/`` would be every file of this machine."""


def flagged(names: list[str]) -> st.SearchStrategy[list[str]]:
    """Some of these flags, each with a hostile value."""
    row = st.tuples(st.sampled_from(names), ARGUMENTS)
    return st.lists(row, max_size=5, unique_by=lambda pair: pair[0]).map(
        lambda rows: [f"--{name.replace('_', '-')}={value}" for name, value in rows]
    )


BASIS = ["hours", "discount", "today", "prices", "currency", "owner", "where", "sort", "by", "detail"]
FORMATS = st.sampled_from(["table", "json", "markdown", "csv", "yaml", "concise"]).map(
    lambda name: f"--format={name}"
)
COMMANDS = {
    "plan": ([*(name for name, _, _ in FLAGS), "name", *BASIS], ["--size=1", "--rps=10"]),
    "cost": (
        [*(name for name, _, _ in FLAGS), "name", "advantage", "regions", *BASIS],
        ["--size=1", "--rps=10"],
    ),
    "reshard": (["from", "to", "region", "calls-used", "now", "hash-keys", "quota"], []),
    "facts": (["region", "prices", "today", "as-of"], []),
    "check": (
        ["baseline", "against", "explain", "fail-on", "history", *BASIS],
        ["profiles/orders.yaml"],
    ),
    "schema": (["document", "rule"], []),
    "iam": (["region", "account", "stream", "partition"], []),
}


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A command line of flags and words; none is ``/`` or ``..``, which hold whatever a machine holds."""
    command = draw(st.sampled_from([*COMMANDS, "plan", "plan", "plan", "cost"]))
    names, usual = COMMANDS[command]
    given_flags = draw(flagged(names))
    written = {each.partition("=")[0] for each in given_flags}
    more = [each for each in usual if each.partition("=")[0] not in written]
    words = (
        draw(st.lists(TEXTS.filter(lambda text: "\0" not in text and not os.path.isdir(text)), max_size=1))
        if draw(st.integers(0, 4)) == 0
        else []
    )
    form = [draw(FORMATS)] if command not in ("schema", "iam", "reshard") else []
    explain = ["--explain"] if command == "plan" and draw(st.booleans()) else []
    return [command, *more, *given_flags, *words, *form, *explain]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with our profiles and nothing above it: a word that is fuzzed may be the path ``..``."""
    folder = tmp_path_factory.mktemp("alone") / "of" / "all"
    shutil.copytree("profiles", folder / "profiles")
    return folder


@FUZZ
@given(lines())
def test_flags_of_every_kind_are_answered(alone, arguments):
    with contextlib.chdir(alone):
        door(*arguments, codes=(0, 1, 2), secrets=[SECRET])


# ── YAML ─────────────────────────────────────────────────────────────────────────────────────────

POLICY_FIELDS = list(readers(policy_fields({name: rule.id for name, rule in BY_NAME.items()})))
INNER = sorted(
    {
        *readers(
            (*AGGREGATION_FIELDS, *CATCH_UP_FIELDS, *CONSUMER_FIELDS, *HOTTEST_KEY_FIELDS, *RATES_FIELDS)
        ),
        *readers((*SIZE_SHARE_FIELDS, *EXPECTATION_FIELDS, *SUPPRESSION_FIELDS)),
        *(rule.name for rule in RULES[:5]),
    }
)
KEYS = st.one_of(st.sampled_from(INNER), WORDS, NUMBERS)


def quoted(value: object) -> str:
    """A value as YAML: JSON is YAML, if surrogates are none of it."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def values(depth: int) -> st.SearchStrategy[str]:
    """Hostile YAML: texts, plain or quoted, lists and mappings of them."""
    scalars = st.one_of(
        TEXTS.map(quoted), TEXTS.map(quoted), NUMBERS, st.sampled_from(["*a", "&a 1", "!!int 1", "~", "|"])
    )
    if not depth:
        return scalars
    inner = values(depth - 1)
    lists = st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    maps = st.lists(st.tuples(KEYS.map(quoted), inner), max_size=4).map(
        lambda rows: "{" + ", ".join(f"{key}: {value}" for key, value in rows) + "}"
    )
    return st.one_of(scalars, scalars, lists, maps)


@st.composite
def rows(draw: st.DrawFn, names: list[str], least: tuple[str, ...] = (), most: int = 5) -> str:
    """A flow mapping of some fields with hostile values."""
    found = draw(
        st.lists(st.tuples(st.one_of(*[st.sampled_from(names)] * 4, KEYS), values(2)), max_size=most)
    )
    said = {name for name, _ in found}
    usual = [each for each in least if each.partition(":")[0] not in said]
    return "{" + ", ".join([*usual, *(f"{quoted(name)}: {value}" for name, value in found)]) + "}"


@st.composite
def profiles(draw: st.DrawFn) -> str:
    """A profile of a readable shape with hostile values."""
    parts = [draw(st.sampled_from(["version: 1"] * 8 + ["version: ²", "version: [1]", ""]))]
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"policy: {draw(rows(POLICY_FIELDS))}")
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"defaults: {draw(rows(list(STREAM_READERS)))}")
    parts.append("streams:")
    for index in range(draw(st.integers(1, 2))):
        name = quoted(draw(TEXTS)) if draw(st.integers(0, 5)) == 0 else f"s{index}"
        parts.append(f"  {name}: {draw(rows(list(STREAM_READERS), ('size: 1', 'rps: 10')))}")
    return "\n".join(parts) + "\n"


READ = st.sampled_from(
    [("plan",), ("plan", "--explain"), ("plan", "--format=json"), ("plan", "--format=markdown"),
     ("plan", "--format=csv"), ("plan", "--format=yaml"), ("plan", "--today=2199-12-31"),
     ("cost",), ("cost", "--format=json"), ("cost", "--format=markdown"), ("cost", "--format=csv"),
     ("check",), ("check", "--format=json"), ("check", "--format=sarif"), ("check", "--format=junit"),
     ("check", "--format=markdown"), ("check", "--format=csv"), ("check", "--format=yaml"),
     ("report",), ("report", "--format=markdown"), ("report", "--today=2000-01-01")]
)  # fmt: skip


def read(text: str, arguments: tuple[str, ...], name: str = "p.yaml", policy: str = "") -> None:
    """Give a command a profile, and perhaps a policy file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8")
        if policy:
            (Path(folder) / ".shardcalc.yaml").write_text(policy, encoding="utf-8")
        # JSON repeats what a profile says, letter by letter; every page and message leaves the password out.
        secrets = [] if {"--format=json", "--format=sarif", "--format=yaml"} & {*arguments} else [SECRET]
        door(*arguments, str(file), codes=(0, 1, 2), secrets=secrets, place=folder)


@FEWER
@given(profiles(), READ)
def test_profiles_of_every_kind_are_answered(text, arguments):
    read(text, arguments)


PLAIN = "version: 1\nstreams:\n  a: {size: 1 MiB, rps: 10, shards: 90, growth: 5%/month}\n"


PATTERNS = st.one_of(
    WORDS,
    st.text("ab*?[]!^-\\/#. \n\0", max_size=30),
    st.sampled_from(
        ["p.yaml", "!p.yaml", "*", "**", "/", "!/", "[[:alpha:]]", "[z-a]", "*" * 5000, "**/a/" * 900]
    ),
)


@FEWER
@given(st.lists(PATTERNS, max_size=6), st.lists(PATTERNS, max_size=3), st.lists(PATTERNS, max_size=2), READ)
def test_patterns_of_every_kind_are_answered(ignored, excluded, flags, arguments):
    flags = [f"--exclude={flag}" for flag in flags if "\0" not in flag]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a" / "b").mkdir(parents=True)
        for name in ("p.yaml", "a/p.yaml", "a/b/p.yaml"):
            (Path(folder) / name).write_text(PLAIN.replace("a:", f"{name[0]}{len(name)}:"), encoding="utf-8")
        (Path(folder) / ".gitignore").write_bytes("\n".join(ignored).encode("utf-8", "surrogateescape"))
        policy = f"version: 1\npolicy: {{exclude: [{', '.join(map(quoted, excluded))}]}}\n"
        (Path(folder) / ".shardcalc.yaml").write_text(policy, encoding="utf-8")
        door(*arguments, *flags, folder, codes=(0, 1, 2), place=folder)


@FEWER
@given(
    rows(POLICY_FIELDS, most=4), st.sampled_from(["version: 1\npolicy: ", "policy: ", "version: 1\n"]), READ
)
def test_policy_files_of_every_kind_are_answered(text, head, arguments):
    read(PLAIN, arguments, policy=f"{head}{text}\n")


@FEWER
@given(
    st.lists(
        st.one_of(rows([*readers(SUPPRESSION_FIELDS)], ("rule: no-owner", "reason: x"), 2), values(1)),
        max_size=3,
    ),
    st.sampled_from(["policy", "defaults", "stream", "file"]),
    READ,
)
def test_suppressions_of_every_kind_are_answered(items, where, arguments):
    ignore = f"ignore: [{', '.join(items)}]"
    if where == "file":
        read(PLAIN, arguments, policy=f"version: 1\npolicy: {{{ignore}}}\n")
    elif where == "stream":
        read(PLAIN.replace("size:", f"{ignore}, size:"), arguments)
    else:
        read(f"{where}: {{{ignore}}}\n{PLAIN}", arguments)


@FUZZ
@given(
    st.one_of(st.binary(max_size=80), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))),
    READ,
)
def test_bytes_of_every_kind_are_answered(data, arguments):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "p.yaml").write_bytes(data)
        door(*arguments, f"{folder}/p.yaml", codes=(0, 1, 2), place=folder)


# ── what is too large, or never ends ─────────────────────────────────────────────────────────────

MANY = 100_001
LARGE = {
    "a list": ("streams: [" + "1," * 8_000_000 + "]", "100,000 entries"),
    "lists": ("streams: [" + ("[" + "1," * 90_000 + "],") * 80 + "]", "1,000,000 values"),
    "streams": (
        "streams: {" + ", ".join(f"s{i}: {{size: 1, rps: 1}}" for i in range(MANY)) + "}", "100,000 entries"
    ),
    "bytes": ("#" * (16 * 1024**2 + 1), "larger than 16 MiB"),
    "documents": ("--- a\n" * MANY, "10,000 documents"),
    "a key": ("? " + "k" * 10**7 + "\n: 1", "1,000 characters"),
    "an alias": ("a: *" + "k" * 10**7, "has no anchor"),
    "a text": ('streams: {a: {size: "' + "k" * 10**7 + '", rps: 1}}', "is not a size"),
    "depth": ("streams:\n- " + "- " * 10**6, "nested more than 40"),
    "fields": ("streams: {a: {" + ", ".join(f"x{i}: 1" for i in range(90_000)) + "}}", "at most 1,000"),
    "top": ("\n".join(f"x{i}: 1" for i in range(90_000)), "not looked at"),
    "rules": ("policy: {rules: {" + ", ".join(f"x{i}: off" for i in range(90_000)) + "}}", "at most 1,000"),
    "twice": ("streams: {a: {" + "size: 1, " * 90_000 + "}}", "not looked at"),
    "wrong": ("streams:\n" + "".join(f"  s{i}: {{rps: x}}\n" for i in range(50_000)), "not looked at"),
    "consumers": (
        "streams: {a: {size: 1, rps: 1, consumers: [" + "{type: x, y: 1}, " * 30_000 + "]}}", "at most 1,000"
    ),
    "names": (
        "streams: {a: {size: 1, rps: 1, catch_up: {outage: 1h, within: 1h, consumers: ["
        + ", ".join(f"c{i}" for i in range(90_000)) + "]}}}", "at most 1,000"
    ),
    "ignore": (
        "streams: {a: {size: 1, rps: 1, ignore: [" + "{rule: a}, " * 30_000 + "]}}", "at most 1,000"
    ),
    "anchors": (
        "x: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
            f"x{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)), "than is reasonable"
    ),
    "a shared text": (
        "x: &x '" + "y" * 10**6 + "'\nstreams: {a: {size: [" + "*x, " * 90_000 + "], rps: 1}}",
        "a list is not",
    ),
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what a process holds")
@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_refused_before_it_costs_anything(tmp_path, name):
    text, why = LARGE[name]
    file = tmp_path / "large.yaml"
    file.write_text(f"version: 1\n{text}" if name != "bytes" else text)
    ran = door_process("check", str(file), codes=(2,), place="large.yaml")
    assert why in ran.err


def test_streams_of_many_files_are_counted_together(tmp_path, monkeypatch):
    monkeypatch.setattr("shardcalc.sources.profiles.reading.MAX_ENTRIES", 3)
    for index in range(5):
        (tmp_path / f"{index}.yaml").write_text(f"version: 1\nstreams: {{s{index}: {{size: 1, rps: 1}}}}\n")
    for command in ("plan", "check"):
        ran = door(command, str(tmp_path), codes=(2,), place="3.yaml")
        assert "more than 3 streams" in ran.err


@posix
@pytest.mark.parametrize("command", ["plan", "check", "report"])
def test_a_fifo_a_socket_or_a_device_is_never_opened(command):
    # A socket's name is short, which pytest's folders are not.
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as opened:
        folder = Path(short)
        os.mkfifo(folder / "a.yaml")
        os.mkfifo(folder / ".shardcalc.yaml")
        os.mkfifo(folder / ".gitignore")
        opened.bind(str(folder / "b.yaml"))
        (folder / "c.yaml").symlink_to("/dev/zero")
        (folder / "d.yaml").symlink_to("d.yaml")
        refused = door_process(command, short, codes=(2,), place=short)
        assert "no YAML file" in refused.err
        (folder / "e.yaml").write_text("version: 1\nstreams: {e: {size: 1, rps: 1}}\n")
        door_process(command, short, codes=(0,))
        for name in "abcd":
            door_process(command, f"{short}/{name}.yaml", codes=(2,), place=f"{name}.yaml")


WRONG = {
    "streams: {a: {size: 1, rps: {²: 1}}}": "2:",
    "streams: {a: {size: 1, rps: 1, consumers: [{²: 1}]}}": "2:",
    "streams: {a: {size: 1, rps: 1, consumers: {²: 1}}}": "2:",
    "streams: {a: {size: 1, rps: 1, hottest_key: {²: 1}}}": "2:",
    "policy: {²: 1}\nstreams: {a: {size: 1, rps: 1}}": "2:",
    "policy: {ignore: [{²: 1}]}\nstreams: {a: {size: 1, rps: 1}}": "2:",
    f"streams: {{a: {{size: 1, rps: {{'{'9' * 900}': 1}}}}}}": "2:",
    f"streams: {{a: {{size: {'9' * 5000}, rps: 1}}}}": "2:",
    "streams: {a: {size: 1, rps: 1, catch_up: {outage: 1e-400s, within: 1e-400s}}}": "2:",
    "streams: {a: {size: 1, rps: {mean: 1, peak: 2, dated: 9999-12-31}, growth: 5%/month}}": "2:",
    "streams: {a: {size: 1, rps: {mean: 1, peak: 2, dated: 2999-12-31}, growth: 5%/month}}": "2:",
    "streams: {a: {size: 1, rps: 1, ignore: [{rule: a, reason: b, until: 9999-12-31}]}}": "2:",
    "streams: {a: {size: [1], rps: {mean: [1], peak: {a: b}}, owner: [x], mode: {}, region: [a]}}": "2:",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_value_is_refused_with_its_place(tmp_path, text):
    file = tmp_path / "p.yaml"
    file.write_text(f"version: 1\n{text}\n", encoding="utf-8")
    for command in ("plan", "check", "report"):
        door(command, str(file), codes=(2,), place=f"p.yaml:{WRONG[text]}")


@pytest.mark.parametrize("command", ["plan", "cost", "check", "report"])
@pytest.mark.parametrize("today", ["2000-01-01", "2199-12-31"])
def test_the_ends_of_time_are_answered(tmp_path, command, today):
    file = tmp_path / "p.yaml"
    rates = "rps: {mean: 1, peak: 1e12, dated: 2000-01-01}, growth: 1000%/month, horizon: 10 years"
    file.write_text(
        "version: 1\npolicy: {lead_time: 36500d, runs_out_within: 36500d, facts_older_than: 1e-30s}\n"
        f"streams: {{a: {{size: 1 MiB, {rates}, shards: 3}}, b: {{size: 1, rps: 1, growth: 0.01%/month}}}}\n"
    )
    door(command, str(file), f"--today={today}", codes=(0, 1))
    door(command, str(file), f"--today={today}", "--format=markdown", codes=(0, 1))
