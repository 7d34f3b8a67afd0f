"""Every page at every width: no line is wider than the terminal, and no value is lost, cut or broken.

A page is compared with the one that a pipe gets, whose tables are neither folded nor cut: each of its words,
and each number with its unit, must stand on the narrow page at least as often.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from shardcalc.core.advice.fleet import Failure, Member, Standing, fleet
from shardcalc.core.facts import built_in_limits
from shardcalc.core.units import USD
from shardcalc.report.fleet.terminal import table
from shardcalc.report.kit.layout import width_of
from shardcalc.report.kit.terminal import Page, Screen
from shardcalc.report.words import told_apart
from shardcalc.sources.store.histories import write_history_file
from tests.command import run
from tests.synthetic import END, history
from tests.terminal import in_terminal, plain

WIDTHS = (40, 60, 80, 120)
SEAMS = "orders-production-payments-authorisation-and-settlement-west"
NONE = "clickstreamwithoutanyseparatorinsixtycharactersofonelongname"
PROFILES = f"""\
version: 1
streams:
  {SEAMS}:
    size: 40 KiB
    rps: {{mean: 5000000, peak: 98765432}}
    consumers: 3
    fan_out: 2
    shards: 9876
    retention: 30d
    growth: 50%/year
    owner: a-team-with-a-long-name
  {NONE}:
    size: 300 B
    rps: {{mean: 123456, peak: 1234567}}
    consumers: 2
    shards: 2345
"""
ELSEWHERE = f"""\
version: 1
streams:
  {SEAMS}:
    size: 1 KiB
    rps: 1234567
    shards: 1500
    region: eu-central-1
"""
RATE = 9_876_543_210
"""Records in the busiest hour: 2,743,484 a second."""


def measured(name, region, shards, account):
    """Two weeks by the hour; every twelfth hour is the busiest."""
    counts = [RATE if hour % 12 == 0 else RATE // 4 for hour in range(336)]
    sizes = [count * 1000 for count in counts]
    return replace(
        history(),
        start=END - 336 * 3600,
        period=3600,
        points=336,
        metrics={
            "IncomingBytes": sizes,
            "IncomingRecords": counts,
            "WriteProvisionedThroughputExceeded": [7] * 336,
            "GetRecords.Bytes": sizes,
        },
        consumers={"billing": {"SubscribeToShardEvent.Bytes": sizes}},
        stream=name,
        region=region,
        open_shards=shards,
        arn=f"arn:aws:kinesis:{region}:{account}:stream/{name}",
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Profiles, a plan from before, and saved histories, all of long names and large numbers."""
    made = tmp_path_factory.mktemp("w")
    (made / "p.yaml").write_text(PROFILES)
    (made / "q.yaml").write_text(ELSEWHERE)
    (made / "old.yaml").write_text(
        PROFILES.replace("98765432", "8765432").replace(f"  {NONE}", f"  {NONE[:-4]}")
    )
    (made / "plan.json").write_text(run("plan", str(made / "old.yaml"), "--format", "json").out)
    (made / "old.yaml").unlink()
    (made / "saved").mkdir()
    for number, (region, name, shards) in enumerate(
        [("us-east-1", SEAMS, 1234), ("eu-central-1", SEAMS, 9876), ("us-east-1", NONE, 9999)]
    ):
        one = measured(name, region, shards, 123456789012 + number % 2)
        write_history_file(one, str(made / "saved" / f"{number}.json"))
    return {name: str(made / path) for name, path in (
        ("ALL", ""), ("ONE", "q.yaml"), ("TWO", "p.yaml"), ("BEFORE", "plan.json"), ("SAVED", "saved"),
        ("HISTORY", "saved/0.json"),
    )}  # fmt: skip


COMMANDS = {
    "plan": ("plan", "ONE", "TWO", "--all"),
    "plan-by": ("plan", "ONE", "TWO", "--by", "owner"),
    "plan-explain": ("plan", "TWO", "--explain"),
    "carried": ("plan", "--size", "5", "--shards", "9876", "--hottest-key", "40%", "--consumers", "6"),
    "profiles": ("plan", "profiles"),
    "cost": ("cost", "ONE", "--break-even"),
    "cost-many": ("cost", "ONE", "TWO", "--break-even", "--discount", "12%"),
    "cost-regions": (
        *("cost", "TWO", "--currency", "EUR=0.92"),
        *("--regions", "us-east-1,eu-west-1,ap-southeast-2,cn-north-1"),
    ),
    "plan-throughput": ("plan", "--throughput", "mean=987654MB/s,peak=3x", "--currency", "JPY=149.87"),
    "check": ("check", "ONE", "TWO", "--exit-zero"),
    "check-history": ("check", "TWO", "--history", "HISTORY", "--exit-zero"),
    "check-against": ("check", "ONE", "TWO", "--against", "BEFORE", "--exit-zero"),
    "check-explain": ("check", "--explain", "SC001"),
    "suggest": ("suggest", "--from", "HISTORY"),
    "suggest-explain": ("suggest", "--from", "docs/examples/orders-history.json.gz", "--explain"),
    "fleet": ("fleet", "--from", "SAVED", "--profiles", "TWO"),
    "reshard": ("reshard", "3", "9876"),
    "facts": ("facts", "--region", "eu-central-1"),
    "iam": ("iam", "suggest", "--stream", SEAMS),
    "schema": ("schema",),
    "report": ("report", "TWO", "--history", "HISTORY", "--format", "markdown"),
}
"""Each page that a terminal shows, and what has no page and is the same everywhere."""
FOR_MACHINES = ("iam", "schema", "report")


def drawn(files, name, columns, monkeypatch, *, terminal):
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = run(*(files.get(part, part) for part in COMMANDS[name]), terminal=terminal)
    assert ran.code == 0, ran.err
    return plain(ran.out)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_page_is_too_wide_and_no_value_is_lost(files, monkeypatch, name, columns):
    page = drawn(files, name, columns, monkeypatch, terminal=True)
    piped = drawn(files, name, 80, monkeypatch, terminal=False)
    if name in FOR_MACHINES:
        assert page == piped
    else:
        assert too_wide(page, columns) == []
        assert lost(piped, page) == []
        assert "…" not in page


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (40, "plan"),
        (60, "cost"),
        (80, "check"),
        (40, "suggest"),
        (80, "fleet"),
        (60, "reshard"),
        (120, "facts"),
    ],
)
def test_a_real_terminal_shows_the_same(files, monkeypatch, columns, name):
    shown = in_terminal(columns, *(files.get(part, part) for part in COMMANDS[name]))
    page = drawn(files, name, columns, monkeypatch, terminal=True)
    assert page in plain(shown)


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_fleet_of_several_accounts_and_owners(columns):
    def member(name, region, account, standing):
        return Member(
            name=name, region=region, account=account, owner="a-team-with-a-long-name", mode="PROVISIONED",
            standing=standing, shards=9876, recommended=1234, used=None, cost=USD.parse("1234567.89"),
            saving=USD.parse("1234567.89"), answer="lower to 1,234", reasons=("1,234 shards are enough",),
        )  # fmt: skip

    members = [
        member(SEAMS, "eu-central-1", "123456789012", Standing.WASTEFUL),
        member(SEAMS, "us-gov-west-1", "123456789012", Standing.WASTEFUL),
        member(NONE, "us-east-1", "210987654321", Standing.FINE),
    ]
    failure = Failure(NONE, "us-east-1", "", "denied", "AccessDenied: no", "allow kinesis:ListShards")
    found = fleet(members, [failure], 14, built_in_limits())
    page = plain(table(found, Page(columns, terminal=True)))
    assert too_wide(page, columns) == []
    assert lost(table(found, Page()), page) == []


def test_a_name_that_two_streams_share_stands_with_its_region(files, monkeypatch):
    for name in ("plan", "check-against"):
        page = drawn(files, name, 120, monkeypatch, terminal=True)
        assert f"{SEAMS} in us-east-1" in page
        assert f"{SEAMS} in eu-central-1" in page
        assert f"{NONE} in " not in page


def test_what_tells_streams_apart_is_no_more_than_is_needed():
    streams = [
        ("a", "r1", "1"),
        ("b", "r1", "1"),
        ("b", "r2", "1"),
        ("c", "r1", "1"),
        ("c", "r1", "2"),
        ("c", "r1", ""),
    ]
    assert told_apart(streams) == ["a", "b in r1", "b in r2", "c in r1, 1", "c in r1, 2", "c in r1"]


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("name", ["plan", "cost-many", "suggest", "fleet", "check-against"])
def test_a_page_explains_each_of_its_columns_once(files, monkeypatch, name, terminal):
    page = " ".join(drawn(files, name, 80, monkeypatch, terminal=terminal).split())
    explained = {
        "plan": ("now: ", "bound by: ", "alone: ", "used: ", "price: "),
        "cost-many": ("now: ", "best mix: ", "price: ", "source: "),
        "suggest": ("alone: ", "used: ", "over: ", "by: ", "p50: ", "shard-h: "),
        "fleet": ("to: ", "used: ", "a month: ", "saves: "),
        "check-against": ("used: ",),
    }[name]
    assert [page.count(f" {title}") for title in explained] == [1] * len(explained)


def test_what_is_not_drawn_is_not_explained(monkeypatch):
    page = run("cost", "--size", "1", "--rps", "1").out
    assert "source: " in page
    assert "best mix: " not in page


def test_a_chart_that_has_no_room_says_so():
    def page(width):
        screen = Screen(Page(width))
        screen.chart([1.0, 1e9], [("p", [1.0, 1e9])], lambda rate: f"{rate:,.0f}", "records/s", mark=2.0)
        return screen.text()

    assert page(40) == "the chart is left out: it takes\n49 columns\n"
    assert "1,000,000,000 records/s" in page(49)


def test_prose_is_at_most_100_columns_wide_in_a_terminal(files, monkeypatch):
    page = drawn(files, "check", 300, monkeypatch, terminal=True)
    assert max(width_of(line) for line in page.splitlines() if "/" not in line) in range(90, 101)


# ── how pages are compared ───────────────────────────────────────────────────────────────────────

_CHART = re.compile(r"^.*│(?s:.)*?curves meet$|^the chart is left out.*$", re.MULTILINE)
_EXCERPT = re.compile(r" +\d* \| ")
_AMOUNT = re.compile(r"(?<!\S)[-+(]*\$?[\d.,]*\d (?=[A-Za-z])\S+")


def too_wide(page, columns):
    """The lines that are wider than the page, but for commands, and for words that are a place or a URL."""
    return [
        line
        for line in page.splitlines()
        if width_of(line) > columns
        and not line.startswith(("aws ", "shardcalc reshard ", "# "))
        and ("/" not in line or " " in line.strip())
    ]


def lost(piped, page):
    """What stands more often on the one page than on the other: words, and numbers with their units."""
    wanted, there = (Counter(_values(text)) for text in (piped, page))
    return [word for word in wanted - there if not _folded(word, page, wanted[word])]


def _values(text):
    for line in _CHART.sub("", text).splitlines():
        if not _EXCERPT.match(line):
            yield from _AMOUNT.findall(line)
            yield from (word for word in line.split() if not re.fullmatch(r"[─█▏▎▍▌▋▊▉·]+", word))


def _folded(word, page, times):
    """Whether a long word stands there as often, on lines one below the other."""
    between = r"(?:(?: [^\n]*)?\n *)?"
    return (
        len(word) > 16
        and " " not in word
        and len(re.findall(between.join(map(re.escape, word)), page)) >= times
    )
