"""Hostile files at the doors that read what was stored: histories, baselines, plans, prices and price lists.

Every example is a seed, and the same seed makes the same document out of a valid one. All doors in one long
run, 4,400 inputs times 114: ``SHARDCALC_FUZZ=114 pytest -m hypothesis -n auto tests/test_stored_doors.py
tests/cli/test_doors_fuzz.py tests/cli/aws/test_hostile_answers.py --hypothesis-seed=1``.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shardcalc.core.facts.prices import built_in_prices, write_prices
from shardcalc.core.history.draft import draft
from shardcalc.core.history.error import HistoryError
from shardcalc.report.observe import profile
from shardcalc.sources.store.histories import read_history_file, write_history_file
from shardcalc.sources.store.history_document import to_document
from shardcalc.sources.store.prices import cache_file
from tests.command import run
from tests.doors import door, door_process
from tests.fuzz import examples
from tests.histories import HISTORIES
from tests.mutants import HOSTILE, SECRET, damaged, hostile_gzip, hostile_json
from tests.pricelists import bulk
from tests.run_check import ORDERS, TODAY, planned, write
from tests.synthetic import history

# What is left of a shrunk seed says no more than the seed.
MANY = examples(
    400,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
FEW = settings(MANY, max_examples=MANY.max_examples // 4)
SEEDS = st.integers(0, 2**40)

SMALL = history([60, None, 120, 180, 60, 60], sale=False)
SAVED = to_document(SMALL)
SAVED["older"] = [
    {
        "start_epoch_seconds": SMALL.start - 7200,
        "period_seconds": 3600,
        "points": 2,
        "metrics": {"IncomingBytes": [1, 2]},
    }
]
SAVED["shards"] = {"shardId-000000000000": {"IncomingBytes": [1, 2, 3, None, 4, 5.5]}}
TIMES_OF = [SMALL.start + 60 * index for index in range(6)]
METRIC_DATA = {
    "MetricDataResults": [
        {
            "Id": name,
            "Label": name,
            "Timestamps": list(TIMES_OF),
            "Values": [6.0, 1, 2, 3, 4, 5],
            "StatusCode": "Complete",
        }
        for name in (
            "incoming_bytes",
            "incoming_records",
            "shard_incoming_bytes_000000000000",
            "fan_out_lag_billing",
        )
    ],
    "Messages": [],
}
METRIC_DATA["MetricDataResults"][0]["Timestamps"] = [
    f"2026-11-20T23:5{index + 4}:00+00:00" for index in range(6)
]
SHEET = write_prices(built_in_prices("us-east-1"))
SEVERAL = SHEET.replace("[prices.", "[regions.us-east-1.prices.").replace('region = "us-east-1"\n', "")
SEVERAL += """
[regions.eu-west-1.prices]
shard_hour = {price = "0.02", unit = "ShardHour", source = "mine", date = 2026-10-01, confidence = "A"}
"""


def _put(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("doors")


# ── fuzzers ──────────────────────────────────────────────────────────────────────────────────────


@MANY
@given(seed=SEEDS)
def test_hostile_histories(folder, seed):
    document = (SAVED, METRIC_DATA)[seed % 2]
    form = Random(seed).choice(("table", "json", "markdown"))
    if seed % 3:
        file = _put(folder, "orders.json", hostile_json(document, seed))
    else:
        file = _put(folder, "orders.json.gz", hostile_gzip(document, seed))
    period = ("--period", "60") if document is METRIC_DATA else ()
    door(
        "suggest",
        "--from",
        file,
        *period,
        "--today",
        TODAY,
        "--format",
        form,
        place=file,
        secrets=[SECRET + "@"],
    )


@MANY
@given(seed=SEEDS)
def test_hostile_histories_beside_profiles(folder, seed):
    file = _put(folder, "orders.json", hostile_json(SAVED, seed))
    profiles = write(folder, ORDERS)
    door("check", profiles, "--history", file, "--today", TODAY, place=str(folder))


@MANY
@given(seed=SEEDS)
def test_hostile_plans(folder, seed):
    if not PLAN:
        PLAN.update(json.loads(Path(planned(folder, ORDERS)).read_text(encoding="utf-8")))
    file = _put(folder, "plan.json", hostile_json(PLAN, seed))
    profiles = write(folder, ORDERS)
    door("check", profiles, "--against", file, "--today", TODAY, place=str(folder))


PLAN: dict[str, object] = {}
BASELINE: dict[str, object] = {}


@MANY
@given(seed=SEEDS)
def test_hostile_baselines(folder, seed):
    profiles = write(folder, ORDERS)
    if not BASELINE:
        made = folder / "made.json"
        run("check", profiles, "--write-baseline", str(made), "--today", TODAY)
        BASELINE.update(json.loads(made.read_text(encoding="utf-8")))
    file = _put(folder, "known.json", hostile_json(BASELINE, seed))
    door("check", profiles, "--baseline", file, "--today", TODAY, place=file)


def _sheet(seed: int, sheet: str = SHEET) -> bytes:
    random = Random(seed)
    if random.random() < 0.3:
        return damaged(sheet.encode(), random)
    lines = sheet.splitlines()
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(lines))
        name, equals, _ = lines[at].partition(" = ")
        value = random.choice(HOSTILE)
        text = (
            json.dumps(value, default=str).replace("null", "1979-05-27").encode("utf-8", "replace").decode()
        )
        lines[at] = random.choice(
            (f"{name}{equals}{text}", text, "", lines[at] * 2, f"{name} = 2999-01-01", f"[{name}]")
        )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@MANY
@given(seed=SEEDS)
def test_hostile_price_sheets(folder, seed):
    file = _put(folder, "prices.toml", _sheet(seed, (SHEET, SEVERAL)[seed % 2]))
    form = Random(seed).choice(("table", "json", "markdown"))
    door("cost", "--size", "1", "--rps", "1", "--prices", file, "--format", form, place=file)


@MANY
@given(seed=SEEDS)
def test_hostile_caches_of_prices(seed):
    path = Path(cache_file("us-east-1"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_sheet(seed))
    door("facts", "--format", Random(seed).choice(("table", "json", "markdown")), place=str(path))


OFFER = bulk()


@MANY
@given(seed=SEEDS)
def test_hostile_price_lists(folder, seed):
    file = _put(folder, "index.json", hostile_json(OFFER, seed))
    accept = ("--accept",) if seed % 2 else ()
    ran = door(
        "facts",
        "refresh",
        "--region",
        "eu-west-1",
        "--offer-file",
        file,
        *accept,
        place=file if not accept else "",
    )
    if ran.code == 0:
        # What was kept is read by every later command.
        door("facts", "--region", "eu-west-1", codes=(0,))
        os.unlink(cache_file("eu-west-1"))


# ── what is written is read ──────────────────────────────────────────────────────────────────────


@FEW
@given(made=HISTORIES)
def test_what_observe_writes_is_read(folder, made):
    for name in ("a.json", "a.json.gz"):
        file = str(folder / name)
        write_history_file(made, file)
        assert read_history_file(file)[0] == made
        door("suggest", "--from", file, place=file)
    try:
        text = profile.text(draft(made))
    except HistoryError:
        return
    door("plan", write(folder, text, "draft.yaml"), codes=(0,))


# ── the named cases ──────────────────────────────────────────────────────────────────────────────


def _metric_data(times: list[int], ids: list[str]) -> bytes:
    rows = [{"Id": name, "Timestamps": times, "Values": [60.0] * len(times)} for name in ids]
    return json.dumps({"MetricDataResults": rows}).encode()


FAR = [SMALL.start, SMALL.start + 60 * 9_999_999]
WIDE = [SMALL.start, SMALL.start + 455 * 86_400 - 60]
SHARDS = [f"shard_incoming_bytes_{index:012d}" for index in range(100)]
HEAD = b'{"kind": "shardcalc-history", "schema_version": 1, '
TOO_LARGE = {
    "years apart": ("a.json", _metric_data(FAR, ["incoming_bytes", "incoming_records"]), "6,944 days apart"),
    "a few points of many": (
        "a.json",
        _metric_data(WIDE, ["incoming_bytes", "incoming_records", *SHARDS]),
        "204 points",
    ),
    "spaces": ("a.json.gz", lambda: gzip.compress(b" " * 2**30, 1), "not a history"),
    "one long list": (
        "a.json.gz",
        lambda: gzip.compress(HEAD + b'"x": [' + b"0," * 2**28 + b"0]}", 1),
        "not a history",
    ),
    "long lists": (
        "a.json.gz",
        lambda: gzip.compress(HEAD + b'"x": [' + (b"[" + b"0," * 2**19 + b"0],") * 500 + b"0]}", 1),
        "x: unknown field",
    ),
    "empty lists": ("a.json", b"[" + b"[]," * 10_000_000 + b"0]", "not a history"),
    "empty objects": ("a.json", b"[" + b"{}," * 1_200_000 + b"0]", "too large"),
    "wrong names": (
        "a.json",
        HEAD + b'"metrics": {' + b",".join(b'"!%d":0' % index for index in range(300_000)) + b"}}",
        "is not a name that AWS allows",
    ),
    "unknown fields": (
        "a.json",
        HEAD + b",".join(b'"%d":0' % index for index in range(300_000)) + b"}",
        "unknown field",
    ),
    "empty parts": ("a.json", HEAD + b'"older": [' + b"{}," * 500_000 + b"{}]}", "older[0].points: missing"),
    "results": ("a.json", b'{"MetricDataResults": [' + b"{}," * 600_000 + b"{}]}", "unknown"),
    "members": ("a.json.gz", gzip.compress(b"") * 500_000, "goes on after its end"),
    "nesting": ("a.json", b"[" * 2_000_000, "nests too deeply"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
@pytest.mark.parametrize("case", TOO_LARGE)
def test_a_history_that_is_large_for_nothing_is_refused(case, tmp_path):
    name, data, says = TOO_LARGE[case]
    file = _put(tmp_path, name, data() if callable(data) else data)
    period = ("--period", "60") if b"MetricData" in (tmp_path / name).read_bytes() else ()
    ran = door_process("suggest", "--from", file, *period, codes=(2,), place=file)
    assert says in ran.err


def test_a_large_history_is_looked_at_and_read(tmp_path):
    """More than 4 MiB: its series are left out, looked at, and then read."""
    points = 20_160
    series = {"IncomingBytes": [12_345_678] * points, "IncomingRecords": [None, *[12_345] * (points - 1)]}
    large = history([1] * points, sale=False, shards={f"shardId-{index:012d}": series for index in range(40)})
    file = str(tmp_path / "large.json.gz")
    write_history_file(large, file)
    assert read_history_file(file)[0] == large
    document = to_document(large)
    document["shards"]["shardId-000000000007"] = {"IncomingBytes": [1] * (points - 1)}
    _put(tmp_path, "large.json", json.dumps(document).encode())
    with pytest.raises(
        HistoryError, match=r"000000000007\.IncomingBytes: 20,159 values where points says 20,160"
    ):
        read_history_file(str(tmp_path / "large.json"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_is_never_opened(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    Path("in").mkdir()
    file = "in/a.json"
    path = Path(cache_file("us-east-1"))
    path.parent.mkdir(parents=True, exist_ok=True)
    for where in (file, str(path)):
        if kind == "pipe":
            os.mkfifo(where)
        elif kind == "device":
            os.symlink("/dev/zero", where)
        elif where == file:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(where)
    profiles = write(tmp_path, ORDERS)
    for arguments in (
        ("suggest", "--from", file),
        ("fleet", "--from", "in"),
        ("check", profiles, "--baseline", file),
        ("check", profiles, "--against", file),
        ("check", profiles, "--history", file),
        ("cost", profiles, "--prices", file),
        ("facts", "refresh", "--offer-file", file),
    ):
        assert "not a regular file" in door(*arguments, codes=(2,)).err
    # In the cache it is passed over, and the prices are those of this release.
    assert "us-east-1" in door("facts", codes=(0,)).out


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": 1, "a": 2}', "key 'a' is given twice"),
        (b'[{"a": {"b": 1, "b": 1}}]', "key 'b' is given twice"),
        (b'["\\ud800"]', "half a character"),
        (b'["\xed\xa0\x80"]', "not text in UTF-8, at byte 3"),
        (b'["\xff"]', "not text in UTF-8, at byte 3"),
        (b"1" * 5000, "a number with too many digits"),
        (b"[" * 250 + b"]" * 250, "nests too deeply"),
        (b"{", "line 1, column 2"),
    ],
)
def test_json_is_read_strictly_at_every_door(data, says, tmp_path):
    file = _put(tmp_path, "a.json", data)
    profiles = write(tmp_path, ORDERS)
    for arguments in (
        ("suggest", "--from", file),
        ("check", profiles, "--baseline", file),
        ("check", profiles, "--against", file),
        ("check", profiles, "--history", file),
        ("facts", "refresh", "--offer-file", file),
    ):
        assert says in door(*arguments, codes=(2,), place=file).err


def test_json_in_the_encoding_of_powershell_is_read(tmp_path):
    file = _put(tmp_path, "a.json", json.dumps(SAVED).encode("utf-16"))
    assert read_history_file(file)[0].stream == "orders"


@pytest.mark.parametrize(
    ("line", "becomes", "says"),
    [
        ('price = "0.015"', 'price = "1/3"', "prices.shard_hour: a price has no more than 40 decimals"),
        ('price = "0.015"', 'price = ["0.015"]', "price must be text"),
        ('confidence = "A"', 'confidence = ["A"]', "source and confidence must be text"),
        ('currency = "USD"', f"currency = {'9' * 5000}", "a number with too many digits"),
        ('currency = "USD"', f"currency = {'[' * 5000}", "it nests too deeply"),
        ('currency = "USD"', f"a{'.a' * 16_000} = 1", "a key of more than 32 parts"),
        ("date = 20", "date = 29", "date must be a date such as"),
    ],
)
def test_a_price_sheet_with_a_fault_is_refused_with_its_place(line, becomes, says, tmp_path):
    assert line in SHEET
    file = _put(tmp_path, "prices.toml", SHEET.replace(line, becomes).encode())
    assert says in door("cost", "--size", "1", "--rps", "1", "--prices", file, codes=(2,), place=file).err
