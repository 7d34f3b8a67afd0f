"""A price list from a server: what it answers, and what stays in place."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from shardcalc.sources.price_list.download import may_follow
from shardcalc.sources.price_list.offers import confidence
from shardcalc.sources.store.prices import cache_file, read_file
from tests.command import run
from tests.pricelists import bulk, changed
from tests.publishing import PATH, refresh, serving


def test_prices_of_tests_are_kept_apart_from_those_of_this_machine(tmp_path_factory):
    """On every system: each has its own place for caches, and conftest.py must know how to move it."""
    assert Path(cache_file("eu-west-1")).is_relative_to(tmp_path_factory.getbasetemp())


def test_a_refreshed_sheet_is_used_and_named_by_later_commands():
    before = json.loads(
        run("plan", "--size", "1", "--rps", "1", "--region", "eu-west-1", "--format", "json").out
    )
    assert before["prices_from"] == {}
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
            assert "price list of 2026-11-12, " + path.replace("\\", "") in out
    assert "2026-11-12" in run("facts", "--region", "eu-west-1").out


def test_check_names_the_refreshed_prices_that_its_verdict_rests_on(tmp_path):
    file = tmp_path / "orders.yaml"
    # 730 x 0.017 = 12.41 and 0.04: below the budget by the prices of this release, above it by dearer ones.
    file.write_text(
        "version: 1\nstreams: {orders: {owner: a, size: 1, rps: 1, region: eu-west-1, budget: 12.5 USD}}\n"
    )
    before = json.loads(run("check", str(file), "--format", "json").out)
    assert (before["failed"], before["prices_from"]) == (False, {})
    dearer = json.dumps(bulk()).replace('"0.0170000000"', '"0.0180000000"')
    with serving(dearer.encode()) as url:
        refresh("--from", "bulk", "--bulk-url", url)
    origin = f"price list of 2026-11-12, {cache_file('eu-west-1')}"
    after = json.loads(run("check", str(file), "--format", "json").out)
    assert (after["failed"], after["prices_from"]) == (True, {"eu-west-1": origin})
    for form in ("table", "markdown"):
        page = " ".join(run("check", str(file), "--format", form).out.split()).replace("\\", "")
        assert f"rices of eu-west-1: {origin}".replace("\\", "") in page


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
    assert "refused" in ran.err


# ── what comes from outside ──────────────────────────────────────────────────────────────────────


def _kept(**changes):
    """What is kept of a list with other prices, by the command that refreshes."""

    def change(document):
        for sku, price in changes.items():
            [row] = document["terms"]["OnDemand"][sku].values()
            [tier] = row["priceDimensions"].values()
            tier["pricePerUnit"]["USD"] = price

    return json.dumps(changed(change, bulk("us-east-1", ""))).encode()


@pytest.mark.parametrize(
    ("sku", "price", "says"),
    [
        ("SKU000", "0.0000000000", "shard_hour: the price is zero, and this release has 0.015 USD"),
        # 0.015 x 5 = 0.075
        (
            "SKU000",
            "0.0750000001",
            "shard_hour: 0.0750000001 USD per ShardHour, and this release has 0.015 USD",
        ),
        ("SKU000", "0.0029999999", "more than 5 times apart"),
    ],
)
def test_a_price_far_from_the_known_one_is_kept_only_when_it_is_accepted(sku, price, says, tmp_path):
    file = tmp_path / "index.json"
    file.write_bytes(_kept(**{sku: price}))
    arguments = ("facts", "refresh", "--offer-file", str(file))
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert "--accept" in ran.err
    assert not Path(cache_file("us-east-1")).exists()
    assert run(*arguments, "--accept").code == 0
    assert Path(cache_file("us-east-1")).exists()


@pytest.mark.parametrize("price", ["0.0750000000", "0.0030000000"])
def test_a_price_five_times_apart_is_kept(price, tmp_path):
    file = tmp_path / "index.json"
    file.write_bytes(_kept(SKU000=price))
    assert run("facts", "refresh", "--offer-file", str(file)).code == 0


@pytest.mark.parametrize("version", ["\N{PILE OF POO}", 'a"b\\\x7f\n[prices]\x1b', "x" * 70_000, "\ud800"])
def test_what_is_kept_is_what_is_read_back(version, tmp_path):
    file = tmp_path / "index.json"
    file.write_text(json.dumps(changed(lambda document: document.update(version=version))))
    ran = run("facts", "refresh", "--region", "eu-west-1", "--offer-file", str(file))
    path = Path(cache_file("eu-west-1"))
    assert (ran.code, path.exists()) in ((0, True), (2, False))
    assert run("facts", "--region", "eu-west-1").code == 0


def test_the_address_that_was_really_read_is_kept_with_its_confidence():
    body = json.dumps(bulk()).encode()
    with serving(body) as there, _answering(302, f"{there}{PATH}?token=hunter2") as url:
        assert refresh("--from", "bulk", "--bulk-url", url).code == 0
    sheet = read_file(cache_file("eu-west-1"))
    assert sheet.shard_hour.source.url == f"{there}{PATH}"
    assert (sheet.shard_hour.confidence, sheet.shard_hour.verified) == ("U", False)


@pytest.mark.parametrize(
    ("address", "sure"),
    [
        ("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json", "A"),
        ("https://pricing.us-east-1.amazonaws.com:443/x", "A"),
        ("https://api.pricing.us-east-1.amazonaws.com", "A"),
        ("http://pricing.us-east-1.amazonaws.com/x", "U"),
        ("https://pricing.us-east-1.amazonaws.com:8443/x", "P"),
        ("https://pricing.s3.amazonaws.com/x", "P"),
        ("https://pricing.us-east-1.amazonaws.com.example.com/x", "P"),
        ("https://example.com/pricing.us-east-1.amazonaws.com", "P"),
        ("https://a@pricing.us-east-1.amazonaws.com/x", "P"),
        ("", "P"),
    ],
)
def test_only_awss_own_hosts_over_tls_are_awss_word(address, sure):
    assert confidence(address) == sure


@pytest.mark.parametrize(
    ("address", "to", "followed"),
    [
        ("https://a/", "https://b/", True),
        ("https://a/", "http://b/", False),
        ("https://a/", "ftp://b/", False),
        ("http://a/", "http://b/", True),
        ("http://a/", "https://b/", True),
        ("http://a/", "file:///etc/passwd", False),
    ],
)
def test_a_redirect_never_leads_away_from_tls(address, to, followed):
    assert may_follow(address, to) is followed


@pytest.mark.usefixtures("_prices_before")
def test_a_redirect_away_from_the_web_is_refused():
    with _answering(302, "ftp://127.0.0.1/hunter2?token=hunter3") as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert ran.code == 3
    assert "redirected away from TLS or from the web" in ran.err
    assert "hunter3" not in ran.err


@pytest.mark.usefixtures("_prices_before")
def test_a_server_that_drips_is_left_after_the_time_for_all_of_it(monkeypatch):
    monkeypatch.setattr("shardcalc.sources.price_list.download.WITHIN", 0.3)
    with _answering(200, drip=True) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert ran.code == 3
    assert "not read within 0.3 s" in ran.err


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize("length", ["\xb2", "9" * 5000, "-1"])
def test_a_length_that_is_no_number_is_refused(length):
    with serving(json.dumps(bulk()).encode(), length=length) as url:
        ran = refresh("--from", "bulk", "--bulk-url", url)
    assert ran.code == 3
    assert "Content-Length" in ran.err


@pytest.mark.usefixtures("_prices_before")
@pytest.mark.parametrize(
    "url", ["https://a:hunter2@127.0.0.1:1", "http://hunter2@127.0.0.1:1", "https://[hunter2", "file:///etc"]
)
def test_an_address_with_a_password_is_refused_and_not_printed(url):
    ran = refresh("--from", "bulk", "--bulk-url", url)
    assert ran.code == 3
    assert "hunter2" not in ran.out + ran.err


@contextmanager
def _answering(status, location="", *, drip=False):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if drip:
                with suppress(OSError):
                    for _ in range(20):
                        self.wfile.write(b"H")
                        time.sleep(0.05)
                return
            self.send_response(status)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
