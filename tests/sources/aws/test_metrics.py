"""Metrics as CloudWatch answers them, over HTTP: periods, packing, pages, gaps, order, and answers that are
not whole.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shardcalc.core.facts import built_in_limits
from shardcalc.sources.aws.errors import AwsError, Trouble
from shardcalc.sources.aws.metrics import (
    MARGIN,
    SETTLED,
    Query,
    Window,
    estimate,
    queries_per_call,
    read,
    windows,
)

LIMITS = built_in_limits()
HERE = "eu-west-1"
NOW = 1_795_000_000
DAY = 86_400


def query(name="IncomingBytes", stream="orders", statistic="Sum"):
    return Query(name, statistic, (("StreamName", stream),))


def of(account, queries, span, **more):
    return list(read(account, HERE, queries, span, LIMITS, **more))


def pages_of(points):
    """The limits, with pages of so few points."""
    cloudwatch = LIMITS.cloudwatch
    fewer = cloudwatch.metric_points_most._replace(value=points)
    return LIMITS._replace(cloudwatch=cloudwatch._replace(metric_points_most=fewer))


SPAN = Window(NOW - NOW % 3600, 60, 10)


# ── the windows ──


KEPT = {60: 15, 300: 63, 3600: 455}
"""CloudWatch's own words: 60 s to 15 days, 300 s to 63, 3,600 s to 455."""


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (1, [60]),
        (15, [60]),
        (16, [60, 300]),
        (29, [60, 300]),
        (63, [60, 300]),
        (64, [60, 300, 3600]),
        (455, [60, 300, 3600]),
    ],
)
def test_each_part_has_the_finest_period_that_is_still_kept(days, periods):
    spans = windows(days, NOW, LIMITS)
    assert [span.period for span in spans] == periods
    assert NOW - SETTLED - 60 < spans[0].end <= NOW - SETTLED
    # Never a point that is not kept, and no hour that was asked for without need of it.
    assert all(NOW - KEPT[span.period] * DAY + MARGIN <= span.start for span in spans)
    assert NOW - days * DAY <= spans[-1].start < NOW - days * DAY + MARGIN + periods[-1]
    # As fine for as long as it is kept, to an hour and the period that begins there.
    for span, older in pairwise(spans):
        assert span.start < NOW - KEPT[span.period] * DAY + MARGIN + older.period


@given(st.integers(1, 455), st.integers(1_700_000_000, 1_900_000_000))
def test_the_parts_follow_each_other_without_gap_or_overlap_on_whole_periods(days, now):
    spans = windows(days, now, LIMITS)
    assert all(span.start % span.period == span.end % span.period == 0 for span in spans)
    assert all(older.end == span.start for span, older in pairwise(spans))
    assert all(span.points >= 1 for span in spans)
    assert [span.period for span in spans] == sorted({span.period for span in spans})


def test_a_window_longer_than_anything_is_kept_is_refused():
    with pytest.raises(AwsError, match="455 d, not for 456 d"):
        windows(456, NOW, LIMITS)


# ── packing ──


@pytest.mark.parametrize(
    ("points", "size", "why"),
    [
        (20_160, 5, "14 days of minutes: 5 x 20,160 is one page exactly"),
        (21_600, 4, "15 days of minutes: a fifth series would need a second page, and bill all five twice"),
        (43_200, 2, "30 days of minutes: 2 x 43,200 fit a page"),
        (1_437, 70, "a day of minutes: 70 x 1,437 = 100,590"),
        (180, 500, "3 hours of minutes: a call has at most 500"),
        (100_801, 1, "longer than a page: calls of its own"),
    ],
)
def test_a_call_asks_for_as_many_series_as_fit_one_page(points, size, why):
    assert queries_per_call(points, LIMITS) == size, why


@given(st.integers(1, 50_000), st.integers(1, 300_000))
def test_a_metric_is_asked_for_once_a_page_of_time_and_no_less_full_call_is_made(queries, points):
    seen = estimate(queries, points, LIMITS)
    pages = -(-points // 100_800)
    assert seen.metrics == queries * pages
    # No packing that bills so few metrics makes fewer calls: another series would need another page.
    each = min(500, 100_800 // points) if points <= 100_800 else 1
    assert seen.calls == -(-queries // each) * pages
    # Where whole series fill pages, the calls are nearly as few as pages of points.
    if 0.995 * 100_800 <= each * points <= 100_800 and queries % each == 0:
        assert seen.calls <= 1.01 * -(-queries * points // 100_800)


def test_five_thousand_streams_and_a_day_take_eight_metrics_each():
    seen = estimate(40_000, 1_437, LIMITS)
    # 40,000 / 70 = 571.4; 40,000 x 1,437 points are 570.2 pages
    assert (seen.metrics, seen.calls) == (40_000, 572)


def test_the_estimate_is_what_is_then_asked(aws, account):
    """Pages of 100 points instead of 100,800: 25 queries of 10 points are 3 pages."""
    small = pages_of(100)
    aws.page_points = 100
    queries = [query(stream=f"s{number}") for number in range(25)]
    seen = estimate(25, 10, small)
    assert (seen.calls, seen.metrics, str(seen.price)) == (3, 25, "$0.00")
    assert len(list(read(account, HERE, queries, SPAN, small))) == 25
    assert (account.calls["cloudwatch:GetMetricData"], account.metrics) == (3, 25)


def test_the_price_is_a_cent_for_a_thousand_metrics():
    # 4,000 series of 14 days: 800 calls of 5 queries, each one page: 4,000 metrics x $0.01 / 1,000.
    seen = estimate(4_000, 20_160, LIMITS)
    assert (seen.calls, seen.metrics, str(seen.price)) == (800, 4_000, "$0.04")


# ── reading ──


def test_gaps_stay_gaps(aws, account):
    aws.measure = lambda metric, dimensions, time: (
        None if time in (SPAN.start + 120, SPAN.start + 180) else float(time - SPAN.start)
    )
    (series,) = of(account, [query()], SPAN)
    assert series == [0, 60, None, None, 240, 300, 360, 420, 480, 540]


def test_a_metric_without_points_is_all_gaps(aws, account):
    aws.measure = lambda metric, dimensions, time: None
    assert of(account, [query()], SPAN) == [[None] * 10]


def test_whole_values_become_integers(aws, account):
    aws.measure = lambda metric, dimensions, time: 1.5e10 if time == SPAN.start else 0.5
    (series,) = of(account, [query()], SPAN)
    assert series[:2] == [15_000_000_000, 0.5]
    assert series[0].__class__ is int


def test_results_are_matched_by_id_and_not_by_order_or_label(aws, account):
    """The server turns the order round and gives every result the same label."""
    aws.measure = lambda metric, dimensions, time: float(dimensions["StreamName"][1:])

    def shuffle(answer):
        answer["MetricDataResults"].reverse()
        for result in answer["MetricDataResults"]:
            result["Label"] = "IncomingBytes"

    aws.fault("GetMetricData", change=shuffle)
    assert of(account, [query(stream=f"s{number}") for number in range(5)], SPAN) == [
        [number] * 10 for number in range(5)
    ]


def test_scan_by_is_set_and_the_order_does_not_matter(aws, account):
    aws.measure = lambda metric, dimensions, time: float(time)

    def backwards(answer):
        for result in answer["MetricDataResults"]:
            result["Timestamps"].reverse()
            result["Values"].reverse()

    aws.fault("GetMetricData", change=backwards)
    (series,) = of(account, [query()], SPAN)
    assert series == list(range(SPAN.start, SPAN.end, 60))
    assert {body["ScanBy"] for body in aws.asked("GetMetricData")} == {"TimestampAscending"}


def test_a_series_is_read_over_all_pages(aws, account):
    aws.page_points = 7
    aws.measure = lambda metric, dimensions, time: float(time)
    assert (
        of(account, [query(), query("IncomingRecords")], SPAN) == [list(range(SPAN.start, SPAN.end, 60))] * 2
    )
    assert len(aws.asked("GetMetricData")) == 4


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00"])
def test_times_written_as_text_are_understood(aws, account, form):
    aws.measure = lambda metric, dimensions, time: float(time)

    def text(answer):
        for result in answer["MetricDataResults"]:
            result["Timestamps"] = [
                datetime.fromtimestamp(time, UTC).strftime(form) for time in result["Timestamps"]
            ]

    aws.fault("GetMetricData", change=text)
    assert of(account, [query()], SPAN) == [list(range(SPAN.start, SPAN.end, 60))]


def test_points_outside_the_window_are_left_out(aws, account):
    """As moto has them: a point more, at the end."""
    aws.fault(
        "GetMetricData",
        change=lambda answer: (
            [(r["Timestamps"].append(SPAN.end), r["Values"].append(9.0)) for r in answer["MetricDataResults"]]
            and None
        ),
    )
    assert of(account, [query()], SPAN) == [[60] * 10]


def test_empty_pages_before_the_data_are_read_on(aws, account):
    empty = {"MetricDataResults": [], "NextToken": "0"}
    aws.fault("GetMetricData", change=lambda answer: empty, times=1)
    assert of(account, [query()], SPAN) == [[60] * 10]


# ── what is not whole ──


@pytest.mark.parametrize("page", ["token", "points", "empty"])
def test_a_page_that_repeats_ends_the_reading(aws, account, page):
    count = 0

    def change(answer):
        nonlocal count
        count += 1
        first = {"Id": "q0", "Timestamps": [SPAN.start], "Values": [1.0], "StatusCode": "PartialData"}
        return {
            "token": {"MetricDataResults": answer["MetricDataResults"], "NextToken": "1"},
            "points": {"MetricDataResults": [first], "NextToken": str(count)},
            "empty": {"MetricDataResults": [], "NextToken": str(count)},
        }[page]

    aws.fault("GetMetricData", change=change)
    (failed,) = of(account, [query()], SPAN)
    assert failed.trouble is Trouble.BROKEN
    assert "repeats a page" in failed.message
    assert count <= 25


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [
        ("PartialData", Trouble.PARTIAL, "answers PartialData for IncomingRecords (orders) in eu-west-1"),
        ("InternalError", Trouble.PARTIAL, "answers InternalError for IncomingRecords (orders)"),
        ("Forbidden", Trouble.DENIED, "cloudwatch:GetMetricData is missing on IncomingRecords (orders)"),
    ],
)
def test_a_series_that_is_not_complete_is_a_failure_and_its_neighbours_are_not(
    aws, account, status, trouble, words
):
    aws.fault("GetMetricData", change=lambda answer: answer["MetricDataResults"][1].update(StatusCode=status))
    first, failed, last = of(account, [query(), query("IncomingRecords"), query("GetRecords.Bytes")], SPAN)
    assert first == last == [60] * 10
    assert failed.trouble is trouble
    assert words in failed.message


def test_a_series_without_a_result_is_a_failure(aws, account):
    aws.fault("GetMetricData", change=lambda answer: answer["MetricDataResults"].pop(0) and None)
    failed, other = of(account, [query(), query("IncomingRecords")], SPAN)
    assert "does not answer for IncomingBytes" in failed.message
    assert other == [60] * 10


@pytest.mark.parametrize("value", [b"NaN", b"Infinity"])
def test_a_value_that_is_no_number_is_a_failure(aws, account, value):
    raw = (
        b'{"MetricDataResults": [{"Id": "q0", "StatusCode": "Complete", "Timestamps": [%d], "Values": [%s]}]}'
        % (SPAN.start, value)
    )
    aws.fault("GetMetricData", raw=raw)
    (failed,) = of(account, [query()], SPAN)
    assert failed.trouble is Trouble.BROKEN


def test_times_and_values_that_do_not_pair_are_a_failure(aws, account):
    aws.fault("GetMetricData", change=lambda answer: answer["MetricDataResults"][0]["Values"].pop() and None)
    (failed,) = of(account, [query()], SPAN)
    assert "10 times with 9 values" in failed.message


def test_a_connection_cut_in_the_middle_of_the_second_page(aws, account):
    aws.page_points = 5
    aws.fault("GetMetricData", cut=True, when=lambda body: "NextToken" in body)
    (failed,) = of(account, [query()], SPAN)
    assert failed.trouble is Trouble.BROKEN
    assert "cut in the middle" in failed.message


def test_a_page_that_is_cut_once_is_asked_again(aws, account):
    aws.fault("GetMetricData", cut=True, times=1)
    assert of(account, [query()], SPAN) == [[60] * 10]


def test_a_failing_call_fails_the_streams_that_fail_alone(aws, account):
    """Two queries a call, two of each stream: s1 and s2 share no call with s0, and s1 fails for good."""
    two = pages_of(30)
    aws.fault(
        "GetMetricData",
        status=400,
        code="InvalidParameterValue",
        when=lambda body: "s1" in str(body["MetricDataQueries"]),
    )
    queries = [query(name, f"s{n}") for n in range(5) for name in ("IncomingBytes", "IncomingRecords")]
    came = list(read(account, HERE, queries, SPAN, two))
    assert [isinstance(one, AwsError) for one in came] == [False] * 2 + [True] * 2 + [False] * 6
    # Three of ten a call: {s0 s0 s1} fails, then {s0 s0} and {s1}; s1 is not asked for again.
    sent = [
        [row["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for row in body["MetricDataQueries"]]
        for body in aws.asked("GetMetricData")
    ]
    assert sent == [["s0", "s0", "s1"], ["s0", "s0"], ["s1"], ["s2", "s2"], ["s3", "s3", "s4"], ["s4"]]


def test_throttling_that_goes_on_stops_the_reading(aws, account):
    two = pages_of(20)
    aws.fault("GetMetricData", status=400, code="Throttling")
    came = list(read(account, HERE, [query(stream=f"s{number}") for number in range(100)], SPAN, two))
    assert {one.trouble for one in came} == {Trouble.THROTTLED}
    # {s0 s1}, s0, s1, {s2 s3} and s2, each tried twice: then three streams in a row have failed.
    assert len(aws.asked("GetMetricData")) == 10
    assert "not asked, because 3 streams in a row failed: AWS throttles" in came[99].message


def test_what_stops_every_call_is_asked_once(aws, account):
    two = pages_of(20)
    aws.fault("GetMetricData", status=400, code="ExpiredTokenException")
    came = list(read(account, HERE, [query(stream=f"s{number}") for number in range(100)], SPAN, two))
    assert {one.trouble for one in came} == {Trouble.EXPIRED}
    assert len(aws.asked("GetMetricData")) == 1


def test_no_more_metrics_are_asked_for_than_allowed(aws, account):
    aws.page_points = 5  # more pages than the estimate has
    (first, second) = of(account, [query(), query("IncomingRecords")], SPAN, most=4)
    assert {first.trouble, second.trouble} == {Trouble.CAPPED}
    assert account.metrics == 4
    assert len(aws.asked("GetMetricData")) == 2
