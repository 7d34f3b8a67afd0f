"""The pages of suggest in each format, as they were reviewed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from shardcalc.core.advice.recommendation import suggest
from shardcalc.core.history.error import HistoryError
from shardcalc.report.kit.terminal import Page
from shardcalc.report.suggest import json as as_json
from shardcalc.report.suggest import markdown as as_markdown
from shardcalc.report.suggest import terminal as as_table
from shardcalc.sources.store.histories import write_history_file
from tests import golden
from tests.command import run
from tests.golden import SUFFIX
from tests.histories import HISTORIES
from tests.synthetic import DAY, SALE_HOUR, changed, history, records, with_metric
from tests.terminal import in_terminal, plain


def throttled():
    """A sale at which a third more was asked for than was taken, a hot shard, a gap, a consumer that lags,
    and one without metrics.
    """
    made = changed(history(), "WriteProvisionedThroughputExceeded", SALE_HOUR, 160_000)
    made = changed(made, "IncomingBytes", range(2 * DAY, 2 * DAY + 90), None)
    made = changed(made, "IncomingRecords", range(2 * DAY, 2 * DAY + 90), None)
    made = changed(
        made, "GetRecords.IteratorAgeMilliseconds", range(SALE_HOUR[0], SALE_HOUR[0] + 1), 14 * 3_600_000
    )
    made = changed(made, "GetRecords.Success", range(SALE_HOUR[0], SALE_HOUR[-1]), 4_000)
    counts = made.metrics["IncomingRecords"]
    parts = {index: 7 if index == 3 else 3 for index in range(12)}
    shards = {
        f"shardId-{index:012d}": {
            "IncomingRecords": [None if count is None else count * part // 40 for count in counts]
        }
        for index, part in parts.items()
    }
    return replace(
        made, shards=shards, registered=("audit", "billing"), enhanced_metrics=("IncomingRecords",)
    )


CASES = {
    "plain": (history, ()),
    "throttled": (throttled, ("--shards", "16", "--explain")),
    "hold": (lambda: changed(history(), "ReadProvisionedThroughputExceeded", range(7, 8), 12),
        ("--allow", "0.5%", "--headroom", "30%")),
    "on-demand": (lambda: history(mode="ON_DEMAND", open_shards=16), ("--burst", "1.5")),
    "growing": (lambda: history(records(days=28, growth=0.2), sale=False, region="eu-central-1"), ()),
    "unknown": (
        lambda: replace(
            with_metric(with_metric(history(), "GetRecords.Bytes", None),
                "WriteProvisionedThroughputExceeded", None),
            region=None, mode=None, status=None, open_shards=None, retention_hours=None, registered=None,
            account=None, read_at=None, stream=None, consumers={},
        ),
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize("name", CASES)
def test_suggest(name, form, tmp_path):
    make, options = CASES[name]
    file = tmp_path / "history.json.gz"
    write_history_file(make(), str(file))
    ran = run("suggest", "--from", str(file), "--format", form, *options)
    assert (ran.code, ran.err) == (0, "")
    golden.check(f"suggest/{name}.{SUFFIX[form]}", ran.out)
    if form == "json":
        assert json.loads(ran.out)["schema_version"] == 1


@pytest.mark.parametrize("columns", [80, 120])
def test_the_page_fits_the_terminal(columns, tmp_path):
    file = tmp_path / "history.json"
    write_history_file(throttled(), str(file))
    drawn = plain(in_terminal(columns, "suggest", "--from", str(file)))
    golden.check(f"suggest/terminal-{columns}.txt", drawn)
    lines = [line for line in drawn.splitlines() if not line.startswith(("aws kinesis", "shardcalc reshard"))]
    assert max(map(len, lines)) <= columns
    assert "…" not in drawn


def test_it_says_the_same_from_the_file_as_from_memory(tmp_path):
    file = tmp_path / "history.json"
    write_history_file(throttled(), str(file))
    assert run("suggest", "--from", str(file), "--format", "json").out == as_json.text(suggest(throttled()))


@given(HISTORIES)
def test_whatever_is_known_there_is_a_page_or_a_reason(made):
    try:
        suggestion = suggest(made)
    except HistoryError:
        assert not all(
            any(value is not None for value in made.metrics.get(name, ()))
            for name in ("IncomingBytes", "IncomingRecords")
        )
        return
    assert as_table.table(suggestion, Page(), explain=True)
    assert json.loads(as_json.text(suggestion, explain=True))["recommended_shards"] >= 1
    assert as_markdown.text(suggestion, explain=True)
