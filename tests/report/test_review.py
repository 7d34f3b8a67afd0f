"""The capacity review: its page in a real browser, and its Markdown."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from functools import cache

import pytest

from shardcalc.core.history.model import AccountQuota
from shardcalc.sources.store.histories import write_history_file
from tests import golden
from tests.command import run
from tests.synthetic import history, throttled_orders
from tests.terminal import in_terminal

TODAY = ("--today", "2026-11-21")
HOSTILE = "<script>alert(1)</script>"
NOTES = '<img src="https://example.org/x.png" onerror="document.title=1"> & "quoted" </details>'


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A history of the example stream orders in which 90 minutes throttled."""
    file = tmp_path_factory.mktemp("history") / "orders-history.json"
    write_history_file(throttled_orders(), str(file))
    return str(file)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    file = tmp_path_factory.mktemp("hostile") / "hostile.yaml"
    body = {
        "orders": {
            "size": 1,
            "rps": 10,
            "notes": NOTES,
            "owner": HOSTILE,
            "consumers": [{"name": HOSTILE, "type": "kcl"}],
            "growth": "9%/month",
        }
    }
    file.write_text(json.dumps({"version": 1, "streams": body}))
    return str(file)


# ── Markdown and bytes ───────────────────────────────────────────────────────────────────────────


def test_the_review_as_markdown():
    ran = run("report", "profiles", "--format", "markdown", *TODAY)
    assert (ran.code, ran.err) == (0, "")
    golden.check("report/profiles.md", ran.out)


def test_the_review_of_a_measured_stream_as_markdown(saved):
    ran = run("report", "profiles/orders.yaml", "--history", saved, "--format", "markdown", *TODAY)
    assert (ran.code, ran.err) == (0, "")
    golden.check("report/measured.md", ran.out)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_path_that_may_exceed_the_quota_is_told(form, tmp_path):
    profile, file = tmp_path / "orders.yaml", tmp_path / "history.json"
    # With the usual dead band, 12 shards where 10 are enough would be kept.
    policy = "policy: {over_provisioned_above: 5%, saving_above: 1 USD}\n"
    profile.write_text(f"version: 1\n{policy}streams: {{orders: {{size: 1000 B, rps: 5000}}}}\n")
    # 12 -> 10 may hold 20, beside 88 of others: one more than 107. Over 9 each call holds 18.
    write_history_file(history(account=AccountQuota(107, 100)), str(file))
    ran = run("report", str(profile), "--history", str(file), "--format", form, *TODAY)
    assert "Warning: AWS may refuse a call." in ran.out
    assert "Only a path that dips below 10 shards fits for sure: 12 -&gt; 9 -&gt; 10." in ran.out


def test_the_page_is_the_same_each_time(saved):
    arguments = ("report", "profiles", "--history", saved, *TODAY)
    assert run(*arguments).out == run(*arguments).out != run(*arguments[:-1], "2026-11-22").out


def test_all_from_a_profile_is_text_in_both_formats(hostile):
    assert HOSTILE not in run("report", hostile, *TODAY).out
    assert "<img" not in run("report", hostile, *TODAY).out
    assert HOSTILE not in run("report", hostile, *TODAY, "--format", "markdown").out


FLEET = (
    "consumers: [{name: billing, type: lambda, batch_duration: 400ms}], fan_out: 1, headroom: 20%, "
    "hottest_key: 3%, retention: 3d, growth: 4%/month"
)


def page_of_fleet(folder, streams):
    """The page of so many streams, written where stderr is no terminal."""
    file, page = folder / "fleet.yaml", folder / "fleet.html"
    rows = (
        f"  s{i}: {{size: {1 + i % 9}, rps: {300 + i * 17}, shards: {1 + i % 60}, {FLEET}}}\n"
        for i in range(streams)
    )
    file.write_text("version: 1\nstreams:\n" + "".join(rows))
    ran = run("report", str(file), *TODAY, "-o", str(page))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert page.read_text(encoding="utf-8").count('<details class="stream"') == streams
    return page


def test_a_fleet_of_30_is_below_500_kb_and_says_nothing_where_stderr_is_no_terminal(tmp_path):
    assert page_of_fleet(tmp_path, 30).stat().st_size < 500_000


@pytest.mark.slow
def test_a_fleet_of_500_is_below_5_mb_and_says_nothing_where_stderr_is_no_terminal(tmp_path):
    assert page_of_fleet(tmp_path, 500).stat().st_size < 5_000_000


def test_a_bar_is_drawn_in_a_terminal_and_leaves_the_result_alone(tmp_path):
    file, page = tmp_path / "fleet.yaml", tmp_path / "fleet.html"
    file.write_text("version: 1\nstreams:\n" + "".join(f"  s{i}: {{size: 1, rps: 1}}\n" for i in range(30)))
    assert "30/30" in in_terminal(80, "report", str(file), *TODAY, "-o", str(page))
    assert page.read_text(encoding="utf-8") == run("report", str(file), *TODAY).out


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
in_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs Debian's chromium and chromium-driver: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    flags = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
        "disable-component-update disable-sync"
    )
    for flag in (
        *flags.split(),
        f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
        "window-size=1280,900",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page_of(tmp_path_factory):
    """The page of a review; more than one test looks at it, and it is written once."""

    @cache
    def written(*arguments):
        page = tmp_path_factory.mktemp("review") / "review.html"
        assert run("report", *arguments, *TODAY, "-o", str(page)).code == 0
        return page

    return written


def opened(browser, page):
    """Open a page in the browser; a console message or a request to anywhere is a failure."""
    browser.get_log("performance")
    browser.get(page.as_uri())
    return page


def quiet(browser, page):
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in sent
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert page.as_uri() in asked
    # The browser asks for pictures of its own buttons; no page may.
    assert {url for url in asked if not url.startswith(("data:", "chrome:"))} == {page.as_uri()}


def table_of(browser, selector):
    script = (
        "return Array.from(document.querySelectorAll(arguments[0] + ' > tbody > tr')).map(r => "
        "Array.from(r.cells).map(c => c.textContent))"
    )
    return browser.execute_script(script, selector)


def shown(browser):
    return browser.execute_script(
        "return Array.from(document.querySelectorAll('#decisions tbody tr')).filter(r => "
        "r.offsetHeight).map(r => r.cells[0].textContent)"
    )


def dollars(text):
    return re.sub(r"[$,]|at least ", "", text)


@in_chromium
def test_the_figures_on_the_page_are_those_of_the_json(browser, page_of, saved):
    page = opened(browser, page_of("profiles", "--history", saved))
    plans = {
        stream["name"]: stream
        for stream in json.loads(run("plan", "profiles", "--format", "json").out)["streams"]
    }
    costs = json.loads(run("cost", "profiles", "--format", "json").out)
    rows = table_of(browser, "#decisions")
    assert len(rows) == len(plans) == 7
    cheaper = {
        stream["name"]: stream["cheaper"] for region in costs["regions"] for stream in region["streams"]
    }
    for name, said, owner, now, needed, measured, _, used, cost, then, _, mode, _ in rows:
        stream, decision = plans[name], plans[name]["decision"]
        assert (owner, needed) == (stream["owner"], str(stream["shards"]))
        assert mode == (cheaper[name] or "unknown")
        if name == "orders":
            # Its history tells that 12 shards run.
            assert (now, measured, said) == ("12", "12", "raise to 20")
            continue
        assert (now, measured) == (str(decision["now_shards"]), "-")
        assert said.split(";")[0].replace(" to ", " ") == f"{decision['action']} {decision['advised_shards']}"
        assert float(used.rstrip("%")) == pytest.approx(stream["utilisation_now"] * 100, abs=0.06)
        assert dollars(cost) == (decision["now_usd"] or "unknown")
        assert dollars(then) == (decision["advised_usd"] or "unknown")
    on_page = {(region, mode): dollars(cost) for region, mode, cost, *_ in table_of(browser, "#regions")}
    in_json = {
        (region["region"], mode["mode"]): mode["total_usd"] or "unknown"
        for region in costs["regions"]
        for mode in region["modes"]
    }
    assert on_page == in_json
    sections = browser.execute_script(
        "return Array.from(document.querySelectorAll('.stream')).map(s => s.textContent)"
    )
    for region in costs["regions"]:
        for stream in region["streams"]:
            [section] = [text for text in sections if text.startswith(f"{stream['name']} ")]
            for bill in stream["bills"]:
                for line in bill["lines"]:
                    assert line["cost_usd"] is None or line["cost_usd"] in section.replace(",", "")
    quiet(browser, page)


@in_chromium
def test_sorting_and_filtering_work(browser, page_of):
    page = opened(browser, page_of("profiles"))
    names = shown(browser)

    def sort(column):
        browser.execute_script(f"document.querySelectorAll('#decisions th button')[{column}].click()")
        return [row[column] for row in table_of(browser, "#decisions")]

    assert sort(0) == sorted(names)
    assert sort(0) == sorted(names, reverse=True)
    assert sort(4) == ["2", "5", "10", "16", "20", "24", "28"]
    assert sort(4) == ["28", "24", "20", "16", "10", "5", "2"]
    browser.find_element("id", "find").send_keys("audit security")
    assert set(shown(browser)) == {"tenant-audit", "tenant-audit-eu"}
    assert browser.find_element("id", "shown").text == "2 of 7 shown"
    browser.execute_script(
        "const only = document.getElementById('only'); only.value = 'lower'; only.dispatchEvent(new "
        "Event('change'))"
    )
    assert shown(browser) == ["tenant-audit-eu"]
    assert (
        browser.execute_script(
            "return Array.from(document.querySelectorAll('.stream')).filter(s => s.offsetHeight).length"
        )
        == 1
    )
    browser.find_element("id", "open").click()
    assert browser.execute_script("return document.querySelectorAll('.stream[open]').length") == 1
    quiet(browser, page)


@in_chromium
def test_hostile_names_show_as_text(browser, page_of, hostile):
    page = opened(browser, page_of(hostile))
    assert table_of(browser, "#decisions")[0][:3:2] == ["orders", HOSTILE]
    assert browser.title == "Capacity review, 2026-11-21"
    text = browser.execute_script("return document.body.textContent")
    assert NOTES in text
    assert browser.execute_script("return [document.scripts.length, document.images.length]") == [1, 0]
    quiet(browser, page)


@in_chromium
def test_the_policy_holds_what_would_get_in(browser, page_of):
    opened(browser, page_of("profiles/orders.yaml"))
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.got = 1'; "
        "document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png'; "
        "document.body.append(i);"
    )
    assert browser.execute_script("return window.got") is None
    assert sum("Content Security Policy" in entry["message"] for entry in browser.get_log("browser")) == 2


@in_chromium
def test_the_printed_page_has_the_decision_table_and_the_signature_line(browser, page_of, tmp_path):
    opened(browser, page_of("profiles"))
    printed = base64.b64decode(
        browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    )
    assert printed.startswith(b"%PDF")
    # 210 x 297 mm in points
    [(width, height)] = {
        (round(float(w)), round(float(h)))
        for w, h in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    }
    assert (width, height) in ((595, 842), (596, 842))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        seen = browser.execute_script("return document.body.innerText")
        assert not browser.find_element("id", "find").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    if shutil.which("pdftotext"):
        (tmp_path / "review.pdf").write_bytes(printed)
        seen = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "review.pdf", "-"], capture_output=True, text=True, check=True
        ).stdout
    for promised in ("tenant-audit", "lower to 2", "$528.90", "decided by", "decision"):
        assert promised in seen


@in_chromium
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(browser, page_of, saved, width, scheme):
    opened(browser, page_of("profiles/orders.yaml", "--history", saved))
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        dark = (
            browser.execute_script("return getComputedStyle(document.body).backgroundColor")
            != "rgb(255, 255, 255)"
        )
        assert dark == (scheme == "dark")
        pictures = browser.execute_script(
            "return Array.from(document.querySelectorAll('figure')).map(f => "
            "[!!f.querySelector('svg[aria-label]'), !!f.querySelector('table')])"
        )
        assert len(pictures) == 5
        assert all(picture == [True, True] for picture in pictures)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
