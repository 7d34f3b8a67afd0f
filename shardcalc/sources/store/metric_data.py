"""The output of ``aws cloudwatch get-metric-data``, read as a history. Pure: parsed JSON in, history out.

Results are told apart by the ``Id`` of their query, which the author of the queries chooses; these are known:

    incoming_bytes  incoming_records  write_throttled  read_throttled
    get_records_bytes  get_records_success  get_records_calls  iterator_age
    fan_out_bytes_CONSUMER  fan_out_lag_CONSUMER
    shard_incoming_bytes_000000000000  shard_incoming_records_000000000000  shard_outgoing_bytes_000000000000

Only when not one Id is known are results told apart by their label, which must then end in the metric's name.
Sums are expected, but for the ages and lags (Maximum) and get_records_calls (SampleCount of
GetRecords.Records).
Such output says nothing of the stream itself: its shard count, mode and retention are unknown in the history.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import gcd
from typing import Any, Final

from shardcalc.core.facts import built_in_limits
from shardcalc.core.history import metrics
from shardcalc.core.history import model as keys
from shardcalc.core.history.error import HistoryError
from shardcalc.core.history.model import History, whole
from shardcalc.core.text import BadFields, BadValue, read_count, shown
from shardcalc.sources.store.document import MOST_SHOWN

STREAM_IDS: Final[Mapping[str, str]] = {
    "incoming_bytes": metrics.INCOMING_BYTES,
    "incoming_records": metrics.INCOMING_RECORDS,
    "write_throttled": metrics.WRITE_THROTTLED,
    "read_throttled": metrics.READ_THROTTLED,
    "get_records_bytes": metrics.GET_BYTES,
    "get_records_success": metrics.GET_SUCCESS,
    "get_records_calls": metrics.GET_CALLS,
    "iterator_age": metrics.ITERATOR_AGE,
}
_CONSUMER_IDS: Final[Mapping[str, str]] = {
    "fan_out_bytes": metrics.FAN_OUT_BYTES,
    "fan_out_lag": metrics.FAN_OUT_LAG,
}
_SHARD_IDS: Final[Mapping[str, str]] = {
    "shard_incoming_bytes": metrics.INCOMING_BYTES,
    "shard_incoming_records": metrics.INCOMING_RECORDS,
    "shard_outgoing_bytes": metrics.OUTGOING_BYTES,
}
_OF_CONSUMER: Final = re.compile(rf"({'|'.join(_CONSUMER_IDS)})_(\w{{1,128}})", re.ASCII)
_OF_SHARD: Final = re.compile(rf"({'|'.join(_SHARD_IDS)})_(\d{{12}})", re.ASCII)

_MINUTE: Final = 60
"""The finest period at which CloudWatch keeps a metric of Kinesis, in seconds."""

MOST_EMPTY: Final = 2_000_000
"""Periods without a point that a history may hold, beside some for each point."""
MOST_A_POINT: Final = 20

SeriesKey = tuple[str, str, str]
"""Kind of series (stream, consumer or shard), whose, and its key."""


def is_metric_data(data: object) -> bool:
    """Whether this looks like the output of get-metric-data."""
    return isinstance(data, dict) and "MetricDataResults" in data


def refuse_statistics(data: object) -> None:
    """Refuse the output of get-metric-statistics, which has one metric of one stream and does not say which.

    Raises:
        HistoryError: it is that output.
    """
    if isinstance(data, dict) and "Datapoints" in data:
        raise HistoryError(
            [
                (
                    "",
                    "the output of aws cloudwatch get-metric-statistics, which holds a single metric; give "
                    "the output of aws cloudwatch get-metric-data, or a history saved by shardcalc observe",
                )
            ]
        )


def check_outlined(data: Mapping[str, Any], lists: int) -> None:
    """Check such output with lengths in the place of its long lists, or the beginning of it.

    Raises:
        HistoryError: a long list stands where no point does.
    """
    results = data["MetricDataResults"]
    rows = [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []
    found = [row.get(name) for row in rows for name in ("Timestamps", "Values")]
    # The last result of a beginning can lack its lists.
    if sum(each.__class__ is int for each in found) < lists - 2:
        raise HistoryError(
            [("MetricDataResults", "there are more long lists in the file than in the results")]
        )


def read_metric_data(data: Mapping[str, Any], period: int | None = None) -> tuple[History, tuple[str, ...]]:
    """Read the output of get-metric-data; also returns notes on what had to be taken on trust.

    Timestamps may be ISO 8601 or epoch seconds, in any order, and pages of one Id may follow each other. A
    missing timestamp is a gap.

    Args:
        data: the parsed JSON.
        period: seconds between points. The output does not say it; it is certain only where points lie a
            minute apart.

    Raises:
        HistoryError: listing everything that cannot be used.
    """
    problems: list[tuple[str, str]] = []
    if data.get("NextToken"):
        problems.append(("NextToken", "the output is cut: read all its pages"))
    results = data["MetricDataResults"]
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise HistoryError([*problems, ("MetricDataResults", "not a list of results")])
    by_id = any(_by_id(str(result.get("Id"))) for result in results)
    found: dict[SeriesKey, dict[int, int | float]] = {}
    status: dict[SeriesKey, tuple[str, str]] = {}
    labelled: dict[SeriesKey, str] = {}
    for index, result in enumerate(results):
        if len(problems) > MOST_SHOWN:
            break
        where = f"MetricDataResults.{index}"
        name = str(result.get("Id"))
        place = _by_id(name) if by_id else _by_label(str(result.get("Label")))
        if place is None:
            wanted = (
                f"known Ids: {', '.join(STREAM_IDS)}, ..."
                if by_id
                else "neither its Id nor its label names a metric"
            )
            problems.append((where, f"Id {shown(name)}: unknown; {wanted}"))
            continue
        if not by_id and labelled.setdefault(place, name) != name:
            problems.append(
                (
                    where,
                    f"label {shown(result.get('Label'))}: another result has it too; "
                    "give the queries Ids such as incoming_bytes",
                )
            )
            continue
        status[place] = (where, str(result.get("StatusCode", "Complete")))
        _points(result, where, found.setdefault(place, {}), problems)
    # Of several pages of one Id, the last tells whether it is whole.
    problems += [
        (where, f"StatusCode {shown(code)}: the data is not complete")
        for where, code in status.values()
        if code != "Complete"
    ]
    times = set().union(*found.values()) if found else set()
    if not times and not problems:
        problems.append(("MetricDataResults", "there is no point in it"))
    if problems:
        raise HistoryError(problems)
    start = min(times)
    step = 0
    for time in times:
        step = gcd(step, time - start)
    used = _period(step, period)
    points = (max(times) - start) // used + 1
    kept = built_in_limits().cloudwatch.metric_coarse_kept.value
    if points * used > kept.amount + used:
        days = points * used // 86_400
        long = f"its points lie {days:,} days apart, and CloudWatch keeps none for more than {kept}"
        raise HistoryError([("MetricDataResults", long)])
    given = sum(map(len, found.values()))
    if points * len(found) > MOST_EMPTY + MOST_A_POINT * given:
        much = f"its {given:,} points would be {points * len(found):,} periods"
        thin = f"{much}: give a shorter time, or fewer queries"
        raise HistoryError([("MetricDataResults", thin)])
    clock = range(start, start + points * used, used)
    groups: dict[str, dict[str, dict[str, Sequence[int | float | None]]]] = {
        "stream": {},
        "consumer": {},
        "shard": {},
    }
    for (kind, owner, key), values in found.items():
        groups[kind].setdefault(owner, {})[key] = whole(map(values.get, clock))
    notes = [
        "the file tells nothing of the stream itself: give --current, --region, --mode and --retention "
        "where you know them"
    ]
    if not by_id:
        notes.append(
            "no Id was known, so results were told apart by their labels: make sure that they are sums"
        )
    made = History(
        start=start,
        period=used,
        points=points,
        metrics=groups["stream"].get("", {}),
        consumers=groups["consumer"],
        shards=groups["shard"],
        registered=None,
    )
    return made, tuple(notes)


def _by_id(name: str) -> SeriesKey | None:
    if name in STREAM_IDS:
        return "stream", "", STREAM_IDS[name]
    if of_shard := _OF_SHARD.fullmatch(name):
        return "shard", f"shardId-{of_shard[2]}", _SHARD_IDS[of_shard[1]]
    if of_consumer := _OF_CONSUMER.fullmatch(name):
        return "consumer", of_consumer[2], _CONSUMER_IDS[of_consumer[1]]
    return None


def _by_label(label: str) -> SeriesKey | None:
    metric = label.split()[-1] if label.split() else ""
    return ("stream", "", metric) if metric in metrics.STREAM_METRICS else None


def _points(
    result: Mapping[str, Any], where: str, into: dict[int, int | float], problems: list[tuple[str, str]]
) -> None:
    times, values = result.get("Timestamps"), result.get("Values")
    if not isinstance(times, list) or not isinstance(values, list) or len(times) != len(values):
        problems.append((where, "Timestamps and Values are not two lists of one length"))
        return
    for time, value in zip(times, values, strict=True):
        second = _second(time)
        if second is None:
            problems.append(
                (where, f"{shown(time)} is not a time; ISO 8601 or epoch seconds, in whole minutes")
            )
            return
        if value.__class__ not in (int, float) or not 0 <= value <= keys.MOST // keys.MOST_POINTS:
            problems.append((where, f"{shown(value)} is not a value of a metric"))
            return
        if into.setdefault(second, value) != value:
            problems.append((where, f"{shown(time)} is given twice, with {into[second]} and {value}"))
            return


def _second(time: object) -> int | None:
    if isinstance(time, str):
        try:
            read = datetime.fromisoformat(time)
            # A time without an offset is UTC, as all of CloudWatch's are.
            time = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if time.__class__ not in (int, float) or not 0 <= time < keys.LATEST or time % _MINUTE:
        return None
    return int(time)


def read_period(text: object) -> int | None:
    """Read a number of seconds, whole minutes, from text; None stays None.

    Raises:
        BadFields: it is not one.
    """
    if text is None:
        return None
    try:
        seconds = read_count(text, "a period in seconds", least=_MINUTE, most=86_400)
        if seconds % _MINUTE:
            raise BadValue(f"{shown(text)} is not a period in seconds: whole minutes only")
    except BadValue as error:
        raise BadFields([("period", str(error))]) from error
    return seconds


def _period(step: int, period: int | None) -> int:
    """The seconds between points: as given, or a minute where points prove it."""
    if period is None:
        if step == _MINUTE:
            return _MINUTE
        apart = f"its points lie {step:,} s apart or more" if step else "it has one point"
        raise HistoryError(
            [
                (
                    "",
                    f"the file does not tell its period, and {apart}: "
                    "give --period with the seconds that were asked for",
                )
            ]
        )
    if step % period:
        raise HistoryError([("", f"a period of {period:,} s does not fit: points lie {step:,} s apart")])
    return period
