"""The Price List Query API over HTTP: pages, faults, and what stays in place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shardcalc.core.facts.prices import read_prices
from shardcalc.sources.price_list.offers import price_sheet, read_bulk
from shardcalc.sources.store.prices import cache_file
from tests.command import run
from tests.pricelists import bulk, changed, query_items


class _PriceList(BaseHTTPRequestHandler):
    """Answers GetProducts in pages, as the API's JSON protocol does."""

    items: list[str]
    asked: list[dict[str, Any]]
    fault: dict[str, Any] | None
    endless: bool

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Target"] == "AWSPriceListService.GetProducts"
        self.asked.append(body)
        if self.fault is not None:
            self._reply(400, self.fault)
            return
        start = int(body.get("NextToken", 0))
        page: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": self.items[start : start + 7]}
        if self.endless:
            page["NextToken"] = "0"
        elif start + 7 < len(self.items):
            page["NextToken"] = str(start + 7)
        self._reply(200, page)

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(
    items: list[str], *, fault: dict[str, Any] | None = None, endless: bool = False
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    handler = type(
        "Handler", (_PriceList,), {"items": items, "asked": asked, "fault": fault, "endless": endless}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def refresh(*arguments: str) -> Any:
    return run("facts", "refresh", "--region", "eu-west-1", *arguments)


def test_all_pages_are_read_and_give_the_prices_of_the_bulk_file():
    with serving(query_items(bulk())) as (url, asked):
        ran = refresh("--endpoint-url", url)
    assert (ran.code, ran.err) == (0, "")
    assert [body.get("NextToken") for body in asked] == [None, "7", "14", "21"]
    assert asked[0]["Filters"] == [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"}]
    assert asked[0]["ServiceCode"] == "AmazonKinesis"
    kept = read_prices(Path(cache_file("eu-west-1")).read_text(encoding="utf-8"), "kept", origin="")
    wanted = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    assert [price.amount for _, price in kept.dimensions()] == [
        price.amount for _, price in wanted.dimensions()
    ]


def test_pages_that_do_not_end_are_given_up():
    with serving(query_items(bulk()), endless=True) as (url, asked):
        ran = refresh("--endpoint-url", url)
    assert ran.code == 3
    assert "its pages do not end" in ran.err
    assert len(asked) == 2
    assert not Path(cache_file("eu-west-1")).exists()


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (query_items(bulk())[1:], "shard_hour: no price"),
        (["{"], "a product is not JSON"),
        ([json.dumps({"serviceCode": "AmazonEC2"})], "a product of AmazonEC2"),
        ([json.dumps({"serviceCode": "AmazonKinesis"})], "not of the shape of a product"),
        ([], "no product"),
        (
            [*query_items(bulk()), *query_items(changed(lambda d: d.update(version="other")))[:1]],
            "products of 2 publications",
        ),
    ],
)
def test_an_answer_with_a_fault_is_refused(items, told):
    with serving(items) as (url, _):
        ran = refresh("--endpoint-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert told in ran.err
    assert not Path(cache_file("eu-west-1")).exists()


def test_access_denied_names_the_action():
    fault = {
        "__type": "AccessDeniedException",
        "message": "User is not authorized to perform: pricing:GetProducts",
    }
    with serving([], fault=fault) as (url, _):
        ran = refresh("--endpoint-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert "pricing:GetProducts" in ran.err


def test_without_credentials_the_public_file_is_read(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    from tests.publishing import serving as publishing

    with publishing(json.dumps(bulk()).encode()) as url:
        ran = refresh("--bulk-url", url)
    assert (ran.code, ran.err) == (0, "")
    ran = refresh("--from", "api")
    assert ran.code == 3
    assert "credentials" in ran.err
