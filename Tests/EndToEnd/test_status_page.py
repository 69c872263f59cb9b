"""The status page of the admin listener, in a real browser."""

from __future__ import annotations

import secrets
import shutil

import pytest
from raw import Connection, ask
from upstream import Turn

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="THE STATUS PAGE WAS NOT TESTED: Debian's chromium could not be installed here")


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture
def busy(front, serve, identity):
    """A Louver that has answered, denied, limited and redacted."""
    value = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    limits = "limits: [{ id: three-an-hour, per: [principal], rate: 3/h, burst: 3, tools: [scarce] }]\n"
    louver = front(serve({"fine": fine, "log": lambda turn: turn.text(value), "scarce": fine}), limits=limits, workers=2)
    token = identity.token()

    def traffic() -> None:
        for tool in ("fine", "fine", "log", "forbidden", "scarce"):
            ask(louver.port, "/scripted", token, tool)

    for _ in range(5):
        traffic()
    louver.traffic = traffic
    return louver


@pytest.fixture
def browser():
    from browser import Browser

    with Browser() as running:
        yield running


def page(louver) -> str:
    return f"http://127.0.0.1:{louver.admin_port}/"


def test_it_shows_what_goes_on(busy, browser):
    browser.open(page(busy))
    browser.wait_for("document.getElementById('state').textContent === 'ready'")
    browser.wait_for("document.querySelectorAll('#denials td').length > 0")
    text = browser.value("document.body.innerText")
    for told in ("default", "policy", "three-an-hour", "aws", "scripted", "up", "Nothing.", "policy end-to-end"):
        assert told in text, (told, text)
    rate = "Number(document.querySelector('#figures b').textContent)"
    for _ in range(40):
        busy.traffic()
        if browser.value(rate) > 0:
            break
    browser.wait_for("document.querySelectorAll('#traffic polygon').length > 0")
    browser.wait_for("document.querySelectorAll('#loops polyline').length === 2")
    assert browser.value("document.querySelector('#traffic svg').getAttribute('aria-label')").startswith("Exchanges per second by outcome.")

    asked = {event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if url.startswith("http")} == {page(busy), page(busy) + "metrics", page(busy) + "readyz"}, "no outside request"
    complaints = [event["params"]["entry"] for event in browser.events if event["method"] == "Log.entryAdded"]
    assert complaints == [], "the browser holds the page to its own policy and finds nothing against it"
    assert [event for event in browser.events if event["method"] == "Runtime.exceptionThrown"] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_it_never_scrolls_sideways(width, busy, browser):
    browser.size(width)
    browser.open(page(busy))
    browser.wait_for("document.querySelectorAll('#denials td').length > 0")
    assert browser.value("document.documentElement.scrollWidth") <= width
    outside = f"[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > {width} + 0.5).map(e => e.tagName + e.textContent.slice(0, 40))"
    assert browser.value(outside) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_in_light_and_dark(scheme, busy, browser):
    browser.colours(scheme)
    browser.open(page(busy))
    browser.wait_for("document.querySelectorAll('#denials td').length > 0")
    contrast = """(() => {
      const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c; } return 'rgb(255,255,255)'; };
      return Math.min(...[...document.querySelectorAll('h1, h2, td, th, p, button, select, footer, #state, .figures b, .figures span')].filter(e => e.textContent.trim())
        .map(e => { const a = light(getComputedStyle(e).color), b = light(ground(e)); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));
    })()"""
    assert browser.value(contrast) >= 4.5, "WCAG AA"
    is_dark = browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 27)"
    assert is_dark == (scheme == "dark")
    browser.value("(() => { const s = document.getElementById('theme'); s.value = 'dark'; s.dispatchEvent(new Event('change')); })()")
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 27)", "the reader's choice stands above the system's"


def test_it_can_be_used_with_the_keyboard(busy, browser):
    browser.open(page(busy))
    browser.wait_for("document.querySelectorAll('#loops polyline').length > 0")
    seen = []
    for _ in range(8):
        browser.press("Tab")
        seen.append(browser.value("document.activeElement.id || document.activeElement.parentElement.id || document.activeElement.className"))
        assert browser.value("getComputedStyle(document.activeElement).outlineStyle") != "none", seen
    assert seen[:3] == ["skip", "pause", "theme"] and {"traffic", "latency", "loops", "memory"} <= set(seen)
    browser.value("document.getElementById('pause').focus()")
    browser.press(" ")
    assert browser.value("document.getElementById('pause').getAttribute('aria-pressed')") == "true"
    browser.value("document.querySelector('#memory svg').focus()")
    browser.press("ArrowLeft")
    assert not browser.value("document.querySelector('#memory .reading').textContent").startswith("now")


def test_the_page_and_its_policy(busy):
    with Connection(busy.admin_port) as connection:
        connection.get("/", {})
        reply = connection.reply()
    assert reply.status == 200 and reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "'none'" in policy and policy.count("sha256-") == 2
    body = reply.body.decode()
    assert "http://" not in body.replace("http://www.w3.org/2000/svg", "") and "https://" not in body and "innerHTML" not in body


def test_a_lost_server_is_told(busy, browser):
    browser.open(page(busy))
    browser.wait_for("document.getElementById('state').textContent === 'ready'")
    assert busy.stop() == 0
    browser.wait_for("document.getElementById('state').textContent === 'not reached'")
