"""More than Louver can take: it says so early, counts it, and whoever watches is still answered."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack

from raw import Connection, Session, ask, call, modern, wait_until
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


def limits(words: str) -> str:
    return f"limits: {{ {words}, admission: {{ rate: 1000000/min, burst: 1000000 }} }}\n"


def test_connections_above_the_cap_are_told_to_come_back(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=limits("connections: 4"))
    headers = modern(identity.token(), "tools/call", "fine")
    with ExitStack() as stack:
        inside = [stack.enter_context(Connection(louver.port)) for _ in range(4)]
        for connection in inside:
            assert connection.post("/scripted", call("fine", {}), headers).status == 200
        for _ in range(3):
            with Connection(louver.port) as outside:
                reply = outside.post("/scripted", call("fine", {}), headers)
                assert (reply.status, reply.headers["retry-after"], reply.headers["connection"]) == (503, "1", "close")
        assert inside[0].post("/scripted", call("fine", {}), headers).status == 200, "who is in is served"
        louver.expect(3, "louver_connections_total", outcome="shed")
        louver.expect(4, "louver_client_connections")
    wait_until(lambda: louver.metric("louver_client_connections") == 0)
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200


def test_streams_have_a_cap(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=limits("streams: 2"))
    session = Session(louver.port, "/scripted", identity.token())
    headers = {**session.headers, "Accept": "text/event-stream"}
    with ExitStack() as stack:
        for _ in range(2):
            stream = stack.enter_context(Connection(louver.port))
            stream.get("/scripted", headers)
            assert stream.head()[0] == 200
        with Connection(louver.port) as one_more:
            one_more.get("/scripted", headers)
            reply = one_more.reply()
            assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        assert session.call("fine", {}, 5).status == 200, "calls go on"
    louver.expect(1, "louver_bound_hits_total", bound="streams")
    louver.expect(1, "louver_failures_total", reason="streams")


def test_bytes_in_flight_have_a_cap(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=limits("request_body: 1MiB, bytes_in_flight: 1MiB"))
    headers = modern(identity.token(), "tools/call", "fine")
    size = 600 * 1024
    with Connection(louver.port) as first, Connection(louver.port) as second:
        first.send(first._head("POST", "/scripted", {**headers, "Content-Length": str(size)}) + b"{")
        wait_until(lambda: louver.metric("louver_in_flight_bytes") == size)
        second.send(second._head("POST", "/scripted", {**headers, "Content-Length": str(size)}) + b"{")
        reply = second.reply()
        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        body = json.dumps(call("fine", {"note": "x" * (size - 1024)})).encode()
        first.send((body + b" " * (size - len(body)))[1:])
        assert first.reply().status == 200, "who came first is served"
    wait_until(lambda: louver.metric("louver_in_flight_bytes") == 0)
    louver.expect(1, "louver_bound_hits_total", bound="bytes_in_flight")


def test_memory_has_a_cap(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=limits("memory: 4MiB"))
    token = identity.token()
    wait_until(lambda: ask(louver.port, "/scripted", token, "fine").status == 503)
    reply = ask(louver.port, "/scripted", token, "fine")
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    louver.expect_at_least(2, "louver_bound_hits_total", bound="memory")
    wait_until(lambda: "memory_high" in louver.log_file.read_text())
    assert json.loads(louver.admin("/healthz")) == {"status": "alive"}


def test_a_flood_of_scrapes_holds_up_no_call(front, serve, identity):
    louver = front(serve({"fine": fine}))
    token = identity.token()
    stop = threading.Event()
    scraped = []

    def scrape() -> None:
        while not stop.is_set():
            try:
                scraped.append(len(louver.admin("/metrics")))
            except OSError:
                pass

    threads = [threading.Thread(target=scrape) for _ in range(16)]
    for thread in threads:
        thread.start()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(Connection(louver.admin_port))
        end = time.monotonic() + 2
        while time.monotonic() < end:
            assert ask(louver.port, "/scripted", token, "fine").status == 200
    stop.set()
    for thread in threads:
        thread.join()
    assert len(scraped) > 10
    louver.expect_at_least(1, "louver_bound_hits_total", bound="admin_connections")
