"""The alerts about Louver itself, each raised by a real Louver that is slow, full, busy, short of something or started again and again."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import secrets
import threading
import time
from contextlib import ExitStack, suppress

import pytest
from louver import AUDIENCE, PLENTY, Louver, write_secret
from raw import Connection, Session, ask, call, modern, wait_until
from servers import policy
from test_alerts import PROVOKED, Prometheus, rules
from test_package import needs
from upstream import Turn, Upstream

STRAINED = {
    "LouverFailing", "LouverSlow", "LouverLoopBusy", "LouverQueueing", "LouverDescriptorsLow", "LouverMemoryHigh", "LouverReplicasDiffer",
    "LouverLogLinesDropped", "LouverRestarting",
}  # fmt: skip
# A megabyte that has to be looked at word by word, sent in a few kilobytes.
HEAVY = gzip.compress(
    json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "result": {"resultType": "complete", "isError": False, "content": [{"type": "text", "text": "password = hunter2 key=value " * 36_000}]},
        }
    ).encode()
)


def fine(turn: Turn) -> None:
    turn.text("fine")


def slow(turn: Turn) -> None:
    time.sleep(2)
    turn.text("slowly fine")


def heavy(turn: Turn) -> None:
    turn.reply(200, HEAVY, Content_Encoding="gzip")


def introspect(turn: Turn) -> None:
    time.sleep(0.2)
    turn.json({"active": True, "sub": "alice", "aud": AUDIENCE, "groups": ["analytics"], "exp": int(time.time()) + 300, "client_id": "tests"})


def adapt(expression: str) -> str:
    """Starts are counted over two minutes, and a test cannot fill a gigabyte: any Louver is above a megabyte."""
    return expression.replace("process_start_time_seconds{job=~\".*louver.*\"}[15m]", "process_start_time_seconds{job=~\".*louver.*\"}[120s]").replace(
        "> 1073741824", "> 1048576"
    )


class Pressure:
    """Threads that each do one thing again and again, until the end."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, count: int, act) -> None:
        def run() -> None:
            while not self._stop.is_set():
                with suppress(OSError, ValueError):
                    act()

        fresh = [threading.Thread(target=run) for _ in range(count)]
        self._threads += fresh
        for thread in fresh:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


@pytest.fixture(scope="module")
def strained(identity, tmp_path_factory):
    """Three Louvers: one that is full and slow, one that is busy, one that is started again and again; and a Prometheus that watches them."""
    needs("prometheus", "promtool")
    folder = tmp_path_factory.mktemp("strained")
    write_secret(folder / "secret", secrets.token_urlsafe(16))
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream({"fine": fine, "slow": slow, "heavy": heavy}))
        issuer = stack.enter_context(Upstream({}, instead=introspect))
        scripted = {"url": upstream.url, "wire": "both"}
        tools = policy([*upstream.tools])
        full = Louver(
            {"scripted": scripted, "narrow": {**scripted, "connections": 1}}, tools, identity,
            extra="logs: { access: /dev/full }\nlimits: { streams: 1, admission: { rate: 1000000/min, burst: 1000000 } }\n",
        )  # fmt: skip
        settings = {"url": f"http://127.0.0.1:{issuer.port}/introspect", "client_id": "louver", "client_secret_file": str(folder / "secret")}
        line = f"issuers:\n  - {{ issuer: opaque, audiences: [{AUDIENCE}], introspection: {json.dumps(settings)} }}\n"
        full.configuration.write_text(full.configuration.read_text().replace("issuers:\n", line, 1))
        busy = Louver({"scripted": scripted}, tools, identity, extra=PLENTY, workers=1)
        restless = Louver({"scripted": scripted}, tools, identity, extra=PLENTY, workers=1)
        for louver in (full, busy, restless):
            stack.callback(louver.forget)
            stack.enter_context(louver)
        prometheus = Prometheus(folder, {"louver": [full.admin_port, busy.admin_port], "restless-louver": [restless.admin_port]}, adapt)
        stack.callback(prometheus.stop)
        yield full, busy, restless, prometheus


def restart(louver: Louver, prometheus: Prometheus, times: int) -> None:
    """Starts it again so often, and each time waits until that has been scraped."""
    begun = 'changes(process_start_time_seconds{job="restless-louver"}[120s])'
    wait_until(lambda: prometheus.query('up{job="restless-louver"} == 1'), 60)
    for number in range(times):
        louver.stop()
        louver.start()
        wait_until(lambda number=number: any(float(one["value"][1]) > number for one in prometheus.query(begun)), 60)


def test_every_alert_is_raised_by_a_real_louver():
    """Here, or beside it in `test_alerts.py`."""
    assert {rule["alert"] for rule in rules()} == STRAINED | PROVOKED | {"LouverDown"}


def test_alerts_about_louver_itself_fire(strained, identity):
    full, busy, restless, prometheus = strained
    token = identity.token()
    numbers = itertools.count()
    session = Session(full.port, "/scripted", token)
    pressure = Pressure()

    def stream() -> None:
        with Connection(full.port) as connection:
            connection.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
            assert connection.head()[0] in (200, 503)
            time.sleep(0.3)

    def pull() -> None:
        with Connection(busy.port, timeout=60) as connection:
            for _ in range(20):
                connection.post("/scripted", call("heavy", {}), modern(token, "tools/call", "heavy"))

    pressure.add(3, stream)
    pressure.add(6, lambda: ask(full.port, "/scripted", f"opaque-{next(numbers)}", "fine"))
    pressure.add(6, lambda: ask(full.port, "/narrow", token, "slow"))
    pressure.add(3, pull)
    try:
        restart(restless, prometheus, 3)
        # A little above what it has open, so that a scrape still finds a place.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.prlimit(restless.process.pid, resource.RLIMIT_NOFILE, (restless.descriptors + 2, hard))
        with suppress(AssertionError):
            wait_until(lambda: prometheus.firing() >= STRAINED, 90)
        quiet = STRAINED - prometheus.firing()
    finally:
        pressure.stop()
    assert quiet == set()


def test_what_fires_is_what_is_the_matter(strained):
    """Nobody is woken for the wrong instance."""
    full, busy, restless, prometheus = strained
    firing = {(alert["labels"]["alertname"], alert["labels"].get("instance", "")) for alert in prometheus.get("/api/v1/alerts")["alerts"]}
    places = {"LouverLoopBusy": busy, "LouverRestarting": restless, "LouverDescriptorsLow": restless}
    for alert, louver in places.items():
        assert {instance for name, instance in firing if name == alert} <= {f"127.0.0.1:{louver.admin_port}"}, alert
