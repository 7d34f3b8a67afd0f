"""Thousands of generated profiles, valid and broken, through check: no traceback, exit 0, 1 or 2 only, every
message with file and line.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from shardcalc.core.lint.policy import policy_fields
from shardcalc.core.lint.rules import BY_NAME, RULES
from shardcalc.core.workload.declared import STREAM_READERS
from shardcalc.core.workload.parts import AGGREGATION_FIELDS, CATCH_UP_FIELDS, CONSUMER_FIELDS
from shardcalc.core.workload.reading import readers
from shardcalc.core.workload.requirements import EXPECTATION_FIELDS, SUPPRESSION_FIELDS
from tests.fuzz import examples
from tests.run_check import check

FUZZ = examples(400, suppress_health_check=list(HealthCheck), database=None)
# These are checked once in each of three formats.
FUZZ_FORMATS = examples(300, suppress_health_check=list(HealthCheck), database=None)

# What somebody might write for any scalar: right for one field and wrong for the others.
SCALARS = st.sampled_from(
    [
        "1", "2", "7", "21", "0", "-1", "1.5", "1e3", "1e-9", "1e999", "1/3", "1/0", "16.67", "1000000",
        "99999999999999999999", "0.2", "1 KiB", "1 MiB",
        "10 MiB", "11 MiB", "5 TiB", "512 B", "90k/min", "8/day", "1M", "1000k", "20%", "100%", "101%", "0%",
        "200 ms", "1s", "6h", "24h", "36h", "7d", "365d",
        "10y", "400 USD", "0 USD", "1 EUR", "2027-01-15", "2026-01-15", "2026-13-45", "kcl", "lambda",
        "firehose", "flink", "sdk", "fan-out", "provisioned",
        "on-demand", "on-demand-advantage", "eu-west-3", "eu-central-1", "us-east-1", "mars-1", "read-bytes",
        "write-bytes", "off", "on", "yes", "null", "~",
        "true", "error", "warning", "info", "''", '"::error::x%0A"', "'é 注文'", "*a",
        "&a 1", "!!int 3", "a b",
        "|", ">", "[", "{", "}", "- ", "@", "\t", "%",
        *(rule.name for rule in RULES[:6]), "SC001", "sc030", "no-rule",
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "orders",
        "clicks",
        '"::error::x%0A"',
        "'a b'",
        "é",
        "1",
        "on",
        "<<",
        '""',
        '" x"',
        '"a\\nb"',
        "x" * 300,
        "&n orders",
        "*n",
        "[a]",
        "?",
    ]
)


def mapping(
    fields: object, values: st.SearchStrategy[str] = SCALARS, most: int = 5
) -> st.SearchStrategy[str]:
    """A flow mapping of some of these fields, or of wrong ones."""
    names = st.sampled_from([*fields, *fields, *fields, "shard", "Size", "x"])  # type: ignore[misc]
    rows = st.lists(st.tuples(names, values), max_size=most)
    return rows.map(lambda pairs: "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}")


def listed(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(item, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")


NESTED = {
    "consumers": listed(mapping(readers(CONSUMER_FIELDS))),
    "catch_up": mapping(readers(CATCH_UP_FIELDS)),
    "aggregation": mapping(readers(AGGREGATION_FIELDS)),
    "rps": mapping(["mean", "peak"]),
    "expect": mapping(readers(EXPECTATION_FIELDS)),
    "ignore": listed(mapping(readers(SUPPRESSION_FIELDS))),
    "rules": mapping(BY_NAME),
}


@st.composite
def row(draw: st.DrawFn, fields: list[str]) -> tuple[str, str]:
    """A field with a value that is often of the right shape."""
    name = draw(st.sampled_from(fields))
    nested = NESTED.get(name)
    return name, draw(st.one_of(nested, nested, SCALARS) if nested is not None else SCALARS)


STREAM_FIELDS = [*STREAM_READERS, "unknown"]
POLICY_FIELDS = readers(policy_fields({name: rule.id for name, rule in BY_NAME.items()}))


@st.composite
def profiles(draw: st.DrawFn) -> str:
    """A profile, mostly of the right shape, with values of every kind."""
    lines = draw(
        st.sampled_from(
            [
                ["version: 1"],
                ["version: 1"],
                ["version: 1"],
                ["version: 1"],
                ["version: 2"],
                [],
                ["%YAML 1.1", "---", "version: 1"],
            ]
        )
    )
    lines = list(lines)
    for block, fields in (("policy", list(POLICY_FIELDS)), ("defaults", STREAM_FIELDS)):
        if draw(st.booleans()):
            rows = draw(st.lists(row(fields), max_size=3, unique_by=lambda pair: pair[0]))
            lines += [f"{block}:", *(f"  {name}: {value}" for name, value in rows)]
    lines.append("streams:")
    for _ in range(draw(st.integers(0, 3))):
        lines.append(f"  {draw(NAMES)}:")
        rows = draw(st.lists(row(STREAM_FIELDS), max_size=5, unique_by=lambda pair: pair[0]))
        given_fields = {name for name, _ in rows}
        rows += [
            pair
            for pair in (("size", "1 KiB"), ("rps", "10"))
            if pair[0] not in given_fields and draw(st.integers(0, 9))
        ]
        lines += [f"    {name}: {value}" for name, value in rows]
    return "\n".join(lines) + "\n"


VALUES = {
    "size": ["1", "1.5 KiB", "20 KiB", "1 MiB"],
    "max_size": ["2 MiB", "9 MiB", "11 MiB"],
    "max_record_size": ["2 MiB", "10 MiB", "12 MiB"],
    "rps": ["1", "5000", "90k/min", "{mean: 1, peak: 9000}", "7000k"],
    "consumers": [
        "0",
        "1",
        "7",
        "[{type: lambda, batch_size: 20000}, {name: a, type: sdk, poll_interval: 1 h}]",
    ],
    "fan_out": ["0", "1", "25"],
    "headroom": ["0", "20%", "300%"],
    "hottest_key": ["1%", "30%", "100%"],
    "skew": ["1", "3"],
    "retention": ["24h", "12h", "36h", "365d", "900d"],
    "catch_up": ["{outage: 30h, within: 1h}", "{outage: 1h, within: 30h}"],
    "aggregation": ["{target_size: 25 KiB}", "{target_size: 1 MiB}"],
    "long_term_reads": ["1 GiB"],
    "mode": ["provisioned", "on-demand", "on-demand-advantage"],
    "region": ["us-east-1", "eu-west-3", "cn-north-1"],
    "shards": ["1", "16", "9000", "20000"],
    "owner": ["a"],
    "budget": ["0", "100 USD"],
    "max_utilisation": ["1%", "80%", "100%"],
    "current_shards": ["1", "3", "100000"],
    "expect": ["{shards: 1}", "{binding: x}", "{monthly_cost_below: 0.01 USD}"],
    "ignore": [
        "[{rule: no-owner, reason: a}]",
        "[{rule: x, reason: b, until: 2020-01-01}]",
        "[{rule: SC001, reason: c, until: 2020-01-01}]",
    ],
}


@st.composite
def valid(draw: st.DrawFn) -> str:
    """A profile in which every value can be read, however unreasonable."""
    lines = ["version: 1"]
    if draw(st.booleans()):
        lines += [
            "policy:",
            f"  budget: {draw(st.sampled_from(['0', '1 USD', '1e9']))}",
            f"  rules: {{hot-key: {draw(st.sampled_from(['off', 'info']))}}}",
        ]
        lines.append(f"  ignore: {draw(st.sampled_from(VALUES['ignore']))}")
    lines.append("streams:")
    for index in range(draw(st.integers(1, 3))):
        lines += [
            f"  s{index}:",
            f"    size: {draw(st.sampled_from(VALUES['size']))}",
            f"    rps: {draw(st.sampled_from(VALUES['rps']))}",
        ]
        for name in draw(
            st.lists(
                st.sampled_from([name for name in VALUES if name not in ("size", "rps")]),
                max_size=7,
                unique=True,
            )
        ):
            lines.append(f"    {name}: {draw(st.sampled_from(VALUES[name]))}")
    return "\n".join(lines) + "\n"


PLACED = re.compile(r"  \S.*?:\d+:\d+  \S")


def judge(data: bytes, *, must_read: bool = False) -> None:
    """Check a file and hold the answer to its promises."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.yaml"
        file.write_bytes(data)
        ran = check(str(file), "--format", "json")
        assert ran.code in (0, 1, 2), ran.err
        assert "Traceback" not in ran.err
        assert "bug in shardcalc" not in ran.err
        found = json.loads(ran.out)["findings"]
        assert all(
            row["file"] == str(file) and row["line"] >= 1 and row["column"] >= 1 and row["message"]
            for row in found
        )
        if ran.code == 2:
            assert not must_read, ran.err
            first, *rest = ran.err.splitlines()
            assert first.startswith(f"error: {file}: ")
            assert rest
            assert all(PLACED.match(line) for line in rest), ran.err
            assert len(rest) == len(found)
        else:
            assert ran.err == ""
            lines = data.decode().splitlines()
            assert all(
                row["line"] <= len(lines) and row["column"] <= len(lines[row["line"] - 1]) for row in found
            )
        for format in ("table", "github"):
            again = check(str(file), "--format", format)
            assert again.code == ran.code
            assert format == "table" or len(again.out.splitlines()) == sum(
                row["state"] == "active" for row in found
            )


@FUZZ_FORMATS
@given(profiles())
def test_profiles_of_every_kind_are_answered(text):
    judge(text.encode())


@FUZZ_FORMATS
@given(valid())
def test_readable_profiles_are_checked(text):
    """Only what contradicts itself (a largest record below the mean, fields of one reader on another) is
    refused.
    """
    contradicts = "size: 1 MiB" in text and "max_size" in text
    judge(text.encode(), must_read=not contradicts)


@FUZZ
@given(
    valid(),
    st.lists(
        st.tuples(
            st.integers(0, 10**6), st.sampled_from(list("\t{}[]:,#&*!|>'\"%@`-?\n\r \0\x1b\x85é\ufeff"))
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_profiles_with_a_character_out_of_place_are_answered(text, changes):
    for at, character in changes:
        at %= len(text) + 1
        text = text[:at] + character + text[at:]
    judge_loosely(text.encode())


@FUZZ
@given(st.binary(max_size=60))
def test_bytes_are_answered(data):
    judge_loosely(data)


def judge_loosely(data: bytes) -> None:
    """The same promises, for text whose lines only a YAML parser can count."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.yaml"
        file.write_bytes(data)
        ran = check(str(file), "--format", "json")
        assert ran.code in (0, 1, 2), ran.err
        assert "bug in shardcalc" not in ran.err
        found = json.loads(ran.out)["findings"]
        assert all(row["file"] == str(file) and row["line"] >= 1 and row["message"] for row in found)
        assert (ran.code == 2) is any(row["rule"] == "SC000" for row in found)


@examples(300, database=None)
@given(
    mapping(POLICY_FIELDS), st.sampled_from(["version: 1\npolicy: ", "policy: ", "version: 1\npolicy: [", ""])
)
def test_policy_files_of_every_kind_are_answered(text, head):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()
        (Path(folder) / ".shardcalc.yaml").write_text(f"{head}{text}\n", encoding="utf-8")
        (Path(folder) / "a.yaml").write_text("version: 1\nstreams:\n  a: {size: 1, rps: 1}\n")
        ran = check(f"{folder}/a.yaml")
        assert ran.code in (0, 1, 2), ran.err
        assert "bug in shardcalc" not in ran.err
        if ran.code == 2:
            assert all(
                re.match(r"  \S.*\.shardcalc\.yaml:\d+:\d+  ", line) for line in ran.err.splitlines()[1:]
            )
