"""Reading AWS's price lists: from a file, from a real server on loopback, and everything that can be wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from shardcalc.core.facts import FactsError
from shardcalc.core.facts.prices import built_in_prices, read_prices, write_prices
from shardcalc.sources.price_list.offers import price_sheet, read_bulk, read_query
from shardcalc.sources.store.prices import cache_file, price_book
from tests.command import run
from tests.pricelists import PRODUCTS, bulk, changed, product, query_items, term

PATH = "/offers/v1.0/aws/AmazonKinesis/current/eu-west-1/index.json"


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, Any]

    def do_GET(self) -> None:
        answer = self.answers.get(self.path)
        if answer is None:
            self.send_error(404)
            return
        status, body, length = answer
        self.send_response(status)
        self.send_header("Content-Length", str(length if length is not None else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(body: bytes, *, status: int = 200, length: int | None = None) -> Iterator[str]:
    """A web server on loopback that publishes one price list."""
    handler = type("Handler", (_Handler,), {"answers": {PATH: (status, body, length)}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refresh(*arguments: str) -> Any:
    return run("facts", "refresh", "--region", "eu-west-1", *arguments)


def test_every_price_is_found_and_nothing_else():
    sheet = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    for name, price in sheet.dimensions():
        assert price.amount.amount == Fraction(PRODUCTS[name][4]), name
        assert (price.confidence, str(price.date)) == ("A", "2026-11-12")
        assert price.verified


@pytest.mark.parametrize("prefix", ["", "EU-", "APS3-", "USE1-"])
def test_any_prefix_of_a_usage_type_will_do(prefix):
    assert (
        price_sheet(
            read_bulk(json.dumps(bulk(prefix=prefix)).encode(), "list"), "eu-west-1", "list"
        ).shard_hour
        is not None
    )


def test_the_query_api_gives_the_same_prices():
    from_bulk = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    assert price_sheet(read_query(query_items(bulk()), "list"), "eu-west-1", "list") == from_bulk


def test_a_refreshed_sheet_is_used_and_named_by_later_commands():
    before = json.loads(
        run("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", "json").out
    )
    assert before["total"]["cost_usd"] is None
    with serving(json.dumps(bulk()).encode()) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    path = cache_file("eu-west-1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"eu-west-1: 20 prices of AWS's list of 2026-11-12, kept in {path}\n"
    after = json.loads(
        run("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", "json").out
    )
    # 730 x 0.017 = 12.41, and 2,628,000 x 0.0000000165 = 0.04
    assert after["total"] == {"streams": 1, "shards": 1, "cost_usd": "12.45", "cost_complete": True}
    assert after["prices_from"] == {"eu-west-1": f"price list of 2026-11-12, {path}"}
    for command in (("plan",), ("cost",)):
        for form in ("table", "markdown"):
            out = " ".join(
                run(
                    *command, "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", form
                ).out.split()
            ).replace("\\", "")
            assert f"price list of 2026-11-12, {path}" in out
    assert "2026-11-12" in run("facts", "--region", "eu-west-1").out


def _without(name: str) -> Any:
    def change(document: dict[str, Any]) -> None:
        del document["products"][f"SKU{list(PRODUCTS).index(name):03d}"]

    return change


def _twice(document: dict[str, Any]) -> None:
    document["products"]["AGAIN"] = product("AGAIN", "eu-west-1", "EU-", *PRODUCTS["fan_out_data"][:3])
    document["terms"]["OnDemand"]["AGAIN"] = term("AGAIN", "GB", "0.01")


def _terms(sku: str, **fields: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        [row] = document["terms"]["OnDemand"][sku].values()
        [tier] = row["priceDimensions"].values()
        tier.update(fields)

    return change


def _tiers(document: dict[str, Any]) -> None:
    [row] = document["terms"]["OnDemand"]["SKU000"].values()
    row["priceDimensions"]["second"] = {
        "unit": "ShardHour",
        "beginRange": "1000",
        "pricePerUnit": {"USD": "0.01"},
    }


FAULTS = {
    "lacks a price": (changed(_without("long_term_retrieval")), "long_term_retrieval: no price"),
    "two prices for one": (changed(_twice), "fan_out_data: 2 prices (SKU006, AGAIN)"),
    "no terms": (
        changed(lambda d: d["terms"]["OnDemand"].pop("SKU003")),
        "long_term_storage: 0 prices for SKU SKU003",
    ),
    "tiers": (changed(_tiers), "shard_hour: 2 prices for SKU SKU000"),
    "another unit": (
        changed(_terms("SKU000", unit="Hrs")),
        "shard_hour: unit 'Hrs' where ShardHour is expected",
    ),
    "another currency": (
        changed(_terms("SKU001", pricePerUnit={"CNY": "0.1"})),
        "put_payload_unit: currency CNY where USD is expected",
    ),
    "a number": (
        changed(_terms("SKU000", pricePerUnit={"USD": 0.015})),
        "shard_hour: the price is a number, not text",
    ),
    "a negative price": (
        changed(_terms("SKU000", pricePerUnit={"USD": "-1"})),
        "shard_hour: '-1' is not a price",
    ),
    "an absurd price": (
        changed(_terms("SKU000", pricePerUnit={"USD": "1e9"})),
        "shard_hour: a price of $1,000,000,000.00 cannot be one of these",
    ),
    "another service": (
        changed(lambda d: d.update(offerCode="AmazonEC2")),
        "it is the price list of AmazonEC2, not of AmazonKinesis",
    ),
    "another Region": (bulk("eu-west-3", "EUW3-"), "no product of eu-west-1"),
    "no products": (changed(lambda d: d.pop("products")), "not of the shape of an offer file"),
    "no publication": (
        changed(lambda d: d.update(publicationDate="soon")),
        "not of the shape of an offer file",
    ),
    "a list": ([1, 2], "not of the shape of an offer file"),
}
RAW = {
    "truncated": (json.dumps(bulk()).encode()[:2000], "not JSON, or cut off"),
    "not JSON": (b"<html>Sign in to the network</html>", "not JSON, or cut off"),
    "empty": (b"", "not JSON, or cut off"),
} | {name: (json.dumps(document).encode(), told) for name, (document, told) in FAULTS.items()}


@pytest.fixture
def _prices_before():
    path = Path(cache_file("eu-west-1"))
    path.parent.mkdir(parents=True)
    sheet = price_sheet(read_bulk(json.dumps(bulk()).encode(), "list"), "eu-west-1", "list")
    path.write_text(write_prices(sheet))
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["eu-west-1.toml"]


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize("name", RAW)
def test_a_list_with_a_fault_is_refused_and_the_prices_before_stay(name, tmp_path):
    body, told = RAW[name]
    with serving(body) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: the price list is refused; the prices from before stay in place\n")
    assert told in ran.err
    file = tmp_path / "index.json"
    file.write_bytes(body)
    ran = refresh("--offer-file", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize(
    ("status", "length", "told"),
    [
        (404, None, "HTTP 404"),
        (500, None, "HTTP 500"),
        (200, 10**6, "cut off after"),
        (403, None, "HTTP 403 Forbidden"),
    ],
)
def test_a_server_that_fails_leaves_the_prices_before(status, length, told):
    with serving(json.dumps(bulk()).encode(), status=status, length=length) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert told in ran.err


@pytest.mark.usefixtures("_prices_before")
def test_a_server_that_is_not_there_leaves_the_prices_before():
    with serving(b"") as url:
        pass
    ran = refresh("--from", "bulk", "--bulk-url", url)
    assert (ran.code, ran.out) == (3, "")
    assert "Connection refused" in ran.err


def test_a_file_that_is_missing_is_told():
    ran = refresh("--offer-file", "none.json")
    assert (ran.code, ran.err) == (
        2,
        "error: nothing was read; the prices from before stay in place\n  none.json: No such file or directory\n",
    )


def test_an_unknown_region_is_told_with_the_nearest():
    ran = run("facts", "refresh", "--region", "eu-west-11")
    assert ran.code == 2
    assert "did you mean eu-west-1?" in ran.err


def test_all_that_is_missing_is_told_at_once():
    with pytest.raises(FactsError) as caught:
        price_sheet(
            read_bulk(json.dumps(changed(lambda d: (_without("shard_hour")(d), _twice(d)))).encode(), "list"),
            "eu-west-1",
            "list",
        )
    assert "shard_hour: no price" in str(caught.value)
    assert "fan_out_data: 2 prices" in str(caught.value)


# ── price sheets of one's own ────────────────────────────────────────────────────────────────────

OWN = """\
region = "us-east-1"
currency = "USD"

[prices.shard_hour]
price = "0.012"
unit = "ShardHour"
source = "contract 17"
date = 2026-10-01
confidence = "A"
"""


def test_negotiated_prices_go_before_all_others(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    cost = json.loads(
        run("cost", "--size", "1", "--rps", "1", "--prices", str(file), "--format", "json").out
    )["regions"][0]
    lines = {line["name"]: line for line in cost["streams"][0]["bills"][0]["lines"]}
    assert (lines["shard-hours"]["cost_usd"], lines["shard-hours"]["price_source"]) == ("8.76", "contract 17")
    assert lines["put-payload-units"]["price_usd"] == "0.000000014"
    assert cost["prices_from"] == f"{file}, and built in for what it lacks"
    assert price_book(str(file))("us-east-2") == built_in_prices("us-east-2")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('unit = "ShardHour"\n', ""), "prices.shard_hour: missing unit"),
        (
            ('unit = "ShardHour"', 'unit = "Hour"'),
            "prices.shard_hour: unit is 'Hour', this dimension is billed per ShardHour",
        ),
        (('"0.012"', '"-0.012"'), "'-0.012' is not a price"),
        (('"0.012"', "0.012"), "price must be text"),
        (('"0.012"', '"free"'), "'free' is not a price"),
        (("shard_hour", "shard_hours"), "unknown dimension; did you mean shard_hour?"),
        (('"USD"', '"EUR"'), "currency: 'EUR' is not USD"),
        (('"us-east-1"', '"moon"'), "region: 'moon' is not a Region"),
        (("2026-10-01", '"autumn"'), "date must be a date"),
        (('confidence = "A"', 'confidence = "B"'), "confidence must be one of"),
        (("[prices", "[["), "not TOML"),
        (
            ("date = 2026-10-01", "date = 2026-10-01\nper = 3"),
            "per must be 1, 1000, 1000000 or another power of ten",
        ),
    ],
)
def test_a_price_file_with_a_fault_is_refused(tmp_path, change, told):
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace(*change))
    ran = run("cost", "--size", "1", "--rps", "1", "--prices", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_price_file_that_is_missing_is_told():
    assert run("cost", "--size", "1", "--rps", "1", "--prices", "none.toml").code == 2


@pytest.mark.parametrize("region", ["us-east-1", "us-east-2", "eu-central-1", "ap-northeast-1"])
def test_a_written_sheet_reads_back_the_same(region):
    sheet = built_in_prices(region)
    again = read_prices(write_prices(sheet), "again", origin="built in")
    for (name, before), (_, after) in zip(sheet.dimensions(), again.dimensions(), strict=True):
        assert (before is None) == (after is None), name
        if before is not None:
            assert (before.amount, before.date, before.confidence, before.note, before.source) == (
                after.amount,
                after.date,
                after.confidence,
                after.note,
                after.source,
            )
