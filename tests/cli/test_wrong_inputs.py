"""Two hundred wrong inputs with what is said of them, as a golden file that is read like a page.

Each is refused, in the language of its door: flags in flags, YAML in YAML. ``SHARDCALC_GOLDEN=write`` renews
the file; look at the difference.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.command import run

GOLDEN = Path(__file__).parent.parent / "golden/wrong_inputs.txt"

FLAGS = """\
plan
plan --size 1
plan --rps 1
plan --size
plan --siez 1 --rps 1
plan --size 1 --rps 1 --conumers 2
plan --size 1 --rps 1 extra.yaml
plan --size 2kilo --rps 1
plan --size -1 --rps 1
plan --size 0 --rps 1
plan --size 1,5 --rps 1
plan --size '1 KiB 2' --rps 1
plan --size 1e40 --rps 1
plan --size 11MiB --rps 1 --max-size 1MiB
plan --size ² --rps 1
plan --size 1 --rps many
plan --size 1 --rps 0
plan --size 1 --rps -5
plan --size 1 --rps 90k/fortnight
plan --size 1 --rps 1/0
plan --size 1 --rps 1,00
plan --size 1 --rps mean=100
plan --size 1 --rps mean=100,peak=50
plan --size 1 --rps mean=100,peek=500
plan --size 1 --rps mean=100,peak=0.5x
plan --size 1 --rps mean=100,mean=200,peak=300
plan --size 1 --rps mean=100,peak=200,dated=yesterday
plan --size 1 --rps 1 --rps 2
plan --size 1 --throughput 5MB
plan --size 1 --throughput 5MB/s --rps 5
plan --throughput fast
plan --size 1 --rps 1 --consumers two
plan --size 1 --rps 1 --consumers 1.5
plan --size 1 --rps 1 --consumers -1
plan --size 1 --rps 1 --consumers 10001
plan --size 1 --rps 1 --consumers type=lamda
plan --size 1 --rps 1 --consumers lambda
plan --size 1 --rps 1 --consumers type=lambda,batch=5
plan --size 1 --rps 1 --consumers type=lambda,batch_size=0
plan --size 1 --rps 1 --fan-out x
plan --size 1 --rps 1 --headroom 20
plan --size 1 --rps 1 --headroom twenty
plan --size 1 --rps 1 --headroom -5%
plan --size 1 --rps 1 --max-utilisation 120%
plan --size 1 --rps 1 --hottest-key 130%
plan --size 1 --rps 1 --hottest-key share=10%,kee=a
plan --size 1 --rps 1 --skew 0.5
plan --size 1 --rps 1 --skew much
plan --size 1 --rps 1 --catch-up 6h
plan --size 1 --rps 1 --catch-up outage=6h
plan --size 1 --rps 1 --catch-up outage=6h,within=soon
plan --size 1 --rps 1 --catch-up outage=6h,within=2h,consumers=billing
plan --size 1 --rps 1 --producer kcl
plan --size 1 --rps 1 --aggregation no
plan --size 1 --rps 1 --producer put-record --aggregation 25KiB
plan --size 1 --rps 1 --retention week
plan --size 1 --rps 1 --retention 20y
plan --size 1 --rps 1 --mode ondemand
plan --size 1 --rps 1 --mode ON_DEMND
plan --size 1 --rps 1 --region eu-west
plan --size 1 --rps 1 --region us_east_1
plan --size 1 --rps 1 --region moon
plan --size 1 --rps 1 --shards 0
plan --size 1 --rps 1 --shards 2.5
plan --size 1 --rps 1 --shards a
plan --size 1 --rps 1 --growth 5%
plan --size 1 --rps 1 --growth 5%/week
plan --size 1 --rps 1 --horizon 6
plan --size 1 --rps 1 --horizon 20 years
plan --size 1 --rps 1 --enhanced-metrics IncomingByte
plan --sizes 1KiB=50%,2KiB=40% --rps 1
plan --sizes 1KiB=100% --size 1 --rps 1
plan --size 1 --rps 1 --name 'a b'
plan --size 1 --rps 1 --format xml
plan --size 1 --rps 1 -o plan.docx
plan --size 1 --rps 1 -o none/plan.json
plan --size 1 --rps 1 --hours 0
plan --size 1 --rps 1 --hours month
plan --size 1 --rps 1 --discount 12
plan --size 1 --rps 1 --discount 100%
plan --size 1 --rps 1 --today tomorrow
plan --size 1 --rps 1 --today 2026-02-30
plan --size 1 --rps 1 --currency EUR
plan --size 1 --rps 1 --currency eur=0.9
plan --size 1 --rps 1 --prices none.toml
plan --size 1 --rps 1 --prices broken.toml
plan --size 1 --rps 1 --prices far.toml
plan none.yaml
plan empty
plan notes.txt
plan --shards 5
plan --shards 5 --size 1 --headroom 5
plan --sizes 5 --rps 1
plan --size 1 --rps 1 --consumers 1 two
plan --shards 5 --size 1 --fan-out -1
cost
cost --size 1 --rps 1 --regions moon
cost --size 1 --rps 1 --regions us-east-1,,eu-west-1
cost --size 1 --rps 1 --regions us-east-1 --break-even
cost --size 1 --rps 1 --format html
check
check none.yaml
check good.yaml --fail-on fatal
check good.yaml --baseline none.json
check good.yaml --baseline broken.json
check good.yaml --against none.json
check good.yaml --against broken.json
check good.yaml --history none.json
check good.yaml --history broken.json
check good.yaml --explain
check --explain SC999
check --explain SC01
check --explain over-provisoned
check --explain all --format csv
check good.yaml --write-baseline none/b.json
check good.yaml --quite
report
report none.yaml
report good.yaml --format pdf
report good.yaml --format table
suggest
suggest --from none.json
suggest --from broken.json
suggest --from empty.json
suggest --from good.yaml
suggest 'a b'
suggest arn:aws:kinesis:eu-west-1:12345:stream/a
suggest arn:aws:sqs:eu-west-1:123456789012:queue
suggest orders --current 5
suggest --from broken.json --profile prod
suggest --from broken.json --allow lots
suggest --from broken.json --headroom 300
suggest --from broken.json --shards none
suggest orders --days 0
suggest orders --days many
suggest orders --timeout 0
fleet --from none
fleet --from empty
fleet --from empty --region a --region b
fleet --from . --profile prod
fleet --days -1
observe
observe 'a b'
reshard
reshard 4
reshard four 5
reshard 4 five
reshard 4 0
reshard 0 4
reshard 4 5 6
reshard 4 30 --quota 10
reshard 4 30 --quota many
reshard 4 30 --calls-used -1
reshard 4 30 --hash-keys none.json
iam everything
iam suggest --account 12
iam suggest --region moon
facts --region moon
facts refresh --region moon
facts refresh --region eu-west-1 --from ftp
facts refresh --region eu-west-1 --offer-file none.json
facts template --region moon
schema --document none
schema --format yaml
frobnicate
pln --size 1
--verison
"""

STREAMS = """\
size: 2 kilo, rps: 1
size: 1
rps: 1
size: 1, rps: [1]
size: [1], rps: 1
size: {a: 1}, rps: 1
size: yes, rps: 1
size: 1, rps: {mean: 5}
size: 1, rps: {mean: 5, peak: 2}
size: 1, rps: {mean: 5, peak: 10, date: 2026-01-01}
size: 1, rps: 1, rate: 5
size: 1, rps: 1, Consumers: 2
size: 1, rps: 1, consumer: 2
size: 1, rps: 1, consumers: lambda
size: 1, rps: 1, consumers: [lambda]
size: 1, rps: 1, consumers: {type: lambda}
size: 1, rps: 1, consumers: [{name: a}]
size: 1, rps: 1, consumers: [{type: lambda, batch: 5}]
size: 1, rps: 1, consumers: [{type: sqs}]
size: 1, rps: 1, ignore: SC001
size: 1, rps: 1, ignore: [SC001]
size: 1, rps: 1, ignore: [{rule: SC001}]
size: 1, rps: 1, ignore: [{rule: no-owner, reason: a, until: soon}]
size: 1, rps: 1, owner: [a, b]
size: 1, rps: 1, budget: 40 EUR
size: 1, rps: 1, budget: cheap
size: 1, rps: 1, shards: "4 shards"
size: 1, rps: 1, shards: 1e400
size: 1, rps: 1, headroom: 25
size: 1, rps: 1, retention: [7d]
size: 1, rps: 1, mode: on demand
size: 1, rps: 1, region: EU-WEST-1
size: 1, rps: 1, catch_up: 6h
size: 1, rps: 1, catch_up: {outage: 6h, within: 2h, consumers: [a]}
size: 1, rps: 1, hottest_key: {key: a}
size: 1, rps: 1, growth: {share: 5%}
size: 1, rps: 1, expect: 4
size: 1, rps: 1, throughput: 5 MB/s
"""

DOCUMENTS = {
    "an empty file": "",
    "a list": "- a\n- b\n",
    "no version": "streams: {a: {size: 1, rps: 1}}\n",
    "another version": "version: 2\nstreams: {a: {size: 1, rps: 1}}\n",
    "no streams": "version: 1\n",
    "a list of streams": "version: 1\nstreams:\n  - a\n",
    "a misspelt field": "version: 1\nstream: {a: {size: 1, rps: 1}}\n",
    "a name twice": "version: 1\nstreams:\n  a: {size: 1, rps: 1}\n  a: {size: 2, rps: 1}\n",
    "a bad name": "version: 1\nstreams:\n  a b: {size: 1, rps: 1}\n",
    "a tab": "version: 1\nstreams:\n\ta: {size: 1, rps: 1}\n",
    "an open bracket": "version: 1\nstreams: {a: {size: 1\n",
    "a bad default": "version: 1\ndefaults: {sizes: 1}\nstreams: {a: {rps: 1}}\n",
    "a policy of unknown fields": "version: 1\npolicy: {max_cost: 5}\nstreams: {a: {size: 1, rps: 1}}\n",
    "a rule that is none": (
        "version: 1\npolicy: {rules: {SC999: off}}\nstreams: {a: {size: 1, rps: 1}}\n"
    ),
    "a grade that is none": (
        "version: 1\npolicy: {rules: {no-owner: fatal}}\nstreams: {a: {size: 1, rps: 1}}\n"
    ),
    "two documents": "version: 1\nstreams: {a: {size: 1, rps: 1}}\n---\nversion: 1\n",
}  # fmt: skip


def inputs() -> dict[str, tuple[list[str], str]]:
    """Each wrong input: as it is called, its arguments, and the profile that they name."""
    found: dict[str, tuple[list[str], str]] = {}
    for line in FLAGS.splitlines():
        found[f"shardcalc {line}"] = (shlex.split(line), "")
    for line in STREAMS.splitlines():
        found[line] = (["check", "wrong.yaml"], f"version: 1\nstreams:\n  orders: {{{line}}}\n")
    for name, text in DOCUMENTS.items():
        found[name] = (["check", "wrong.yaml"], text)
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "good.yaml").write_text(
        "version: 1\nstreams: {a: {size: 1, rps: 1, owner: b, catch_up: {outage: 1h, within: 1h}}}\n"
    )
    (tmp_path / "notes.txt").write_text("size is 5, I think\n")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "empty.json").write_text("{}")
    (tmp_path / "broken.toml").write_text("region = us-east-1\n")
    (tmp_path / "far.toml").write_text(
        'region = "ap-south-1"\ncurrency = "USD"\n[prices.shard_hour]\nprice = "0.01"\nunit = "ShardHour"\n'
        'source = "a"\ndate = 2026-01-01\nconfidence = "A"\n'
    )
    return tmp_path


def test_what_is_said_of_two_hundred_wrong_inputs(folder, monkeypatch):
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    told = []
    for name, (arguments, text) in inputs().items():
        (folder / "wrong.yaml").write_text(text)
        ran = run(*arguments)
        told.append(f"{name}\n" + "".join(f"    {line}\n" for line in [f"{ran.code}", *ran.err.splitlines()]))
    page = "\n".join(told)
    assert len(told) >= 200
    if os.environ.get("SHARDCALC_GOLDEN") == "write":
        GOLDEN.write_text(page, encoding="utf-8")
    assert page == GOLDEN.read_text(encoding="utf-8")


def test_each_of_them_is_refused_in_one_style():
    for block in GOLDEN.read_text(encoding="utf-8").split("\n\n"):
        name, code, *lines = [line.removeprefix("    ") for line in block.splitlines()]
        assert code in ("2", "74"), name
        refusal = lines[next(index for index, line in enumerate(lines) if line.startswith("error: ")) :]
        assert len(refusal) > 1 or code == "74", name
        assert all(line.startswith("  ") for line in refusal[1:]), name
        # A rule's number is no word that can be misspelt.
        assert not re.search(r"did you mean SC\d", block), name
