"""What Louver costs: at rest, per idle stream, and for replies of any size."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

import planted
import pytest
from raw import META, Connection, Session, ask, call, legacy_call, modern, wait_until
from upstream import Turn, Upstream

MB = 1024 * 1024
SIZE = 64 * MB


def fine(turn: Turn) -> None:
    turn.text("fine")


def peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmHWM")


def forget_peak(pid: int) -> None:
    """Makes the kernel count the peak from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def test_at_rest(front, serve, identity):
    louver = front(serve({"fine": fine}), workers=2)
    for _ in range(50):
        assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    time.sleep(0.5)
    assert louver.resident_bytes <= 25 * MB, f"{louver.resident_bytes / MB:.1f} MB"


# Large replies ---------------------------------------------------------------------------------------------------------------------

LINE = "[2026-11-20T00:00:00+00:00] {task.py:1157} INFO - loaded partition 18231 of warehouse.sales_daily, 4711 rows in 4.2 s\\n"
BLOCK = (LINE * (MB // len(LINE))).encode()


def long_log(turn: Turn) -> None:
    """64 MB of log, `_meta` first and `id` last, a secret in each megabyte: as JSON or as one event."""
    as_events = turn.arguments["form"] == "events"
    begin = b'{"jsonrpc":"2.0","result":{"_meta":{"origin":"upstream"},"resultType":"complete","content":[{"type":"text","text":"'
    end = b'"}],"isError":false},"id":' + json.dumps(turn.id).encode() + b"}"
    if as_events:
        turn.events()
        begin, end = b"event: message\r\ndata: " + begin, end + b"\r\n\r\n"
    else:
        turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    turn.chunk(begin)
    for _ in range(SIZE // MB):
        turn.chunk(BLOCK + b"using " + planted.GITHUB.encode() + b"\\n")
    turn.chunk(end)
    turn.end()


class Tail:
    """Reads a reply of any size and keeps its end only; looks for a text on the way."""

    def __init__(self, needle: bytes) -> None:
        self.needle, self.count, self.found, self.placeholders = needle, 0, False, 0
        self.tail = b""

    def push(self, piece: bytes) -> None:
        window = self.tail[-64:] + piece
        self.found = self.found or self.needle in window
        self.placeholders += window.count(b"REDACTED_") - self.tail[-64:].count(b"REDACTED_")
        self.count += len(piece)
        self.tail = (self.tail + piece)[-4096:]


@pytest.mark.parametrize("wire", ["stateless", "session"])
@pytest.mark.parametrize("form", ["json", "events"])
def test_64_MB_pass_in_constant_memory(form, wire, front, serve, identity):
    louver = front(serve({"get_task_logs": long_log, "fine": fine}))
    token = identity.token()
    for _ in range(20):
        ask(louver.port, "/scripted", token, "fine")
    headers, body = modern(token, "tools/call", "get_task_logs"), call("get_task_logs", {"form": form}, id="the log")
    if wire == "session":
        headers, body = Session(louver.port, "/scripted", token).headers, legacy_call("get_task_logs", {"form": form}, id="the log")
    before = louver.resident_bytes
    forget_peak(louver.process.pid)
    tail = Tail(planted.GITHUB[8:].encode())
    with Connection(louver.port, 120) as connection:
        connection.start("/scripted", body, headers)
        status, got = connection.head()
        assert (status, got["content-type"], got.get("transfer-encoding")) == (200, "application/json", "chunked")
        while piece := connection.chunk():
            tail.push(piece)
    extra = peak(louver.process.pid) - before
    assert tail.count > SIZE * 0.99
    assert not tail.found and tail.placeholders >= SIZE // MB
    assert tail.tail.endswith(b'"id":"the log"}')
    assert b'"origin":"upstream"' in tail.tail and b"io.louver/redactions" in tail.tail, "`_meta` is the last member of the result"
    assert extra <= 4 * MB, f"{extra / MB:.1f} MB"


def test_a_slow_reader_holds_the_upstream_back(front, serve, identity):
    """The reply waits where it is: what a client does not read is not collected in memory."""
    finished: list[bool] = []

    def tool(turn: Turn) -> None:
        long_log(turn)
        finished.append(True)

    louver = front(serve({"get_task_logs": tool, "fine": fine}))
    ask(louver.port, "/scripted", identity.token(), "fine")
    before = louver.resident_bytes
    forget_peak(louver.process.pid)
    with Connection(louver.port, 60) as connection:
        connection.start("/scripted", call("get_task_logs", {"form": "json"}), modern(identity.token(), "tools/call", "get_task_logs"))
        connection.head()
        time.sleep(1)
        assert not finished, "it read on although nobody took it"
        assert peak(louver.process.pid) - before <= 4 * MB
    wait_until(lambda: louver.metric("louver_active_exchanges") == 0)


def test_a_large_answer_with_a_wrong_id_is_cut_off(front, serve, identity):
    """The id comes last, when most is sent: all that is left is to break off, so that nobody takes it for an answer."""

    def tool(turn: Turn) -> None:
        turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        turn.chunk(b'{"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"')
        for _ in range(4):
            turn.chunk(BLOCK)
        turn.chunk(b'"}]},"id":4711}')
        turn.end()

    louver = front(serve({"get_task_logs": tool}))
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("get_task_logs", {}), modern(identity.token(), "tools/call", "get_task_logs"))
        assert connection.head()[0] == 200
        with pytest.raises((ConnectionError, ValueError)):
            while connection.chunk():
                pass
    wait_until(lambda: louver.metric("louver_replies_total", outcome="aborted") == 1)


# Idle streams ----------------------------------------------------------------------------------------------------------------------

STREAMS = 1000


def allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


@pytest.mark.parametrize("wire", ["stateless", "session"])
def test_idle_streams_are_cheap(wire, front, serve, identity):
    """Plain HTTP on both legs: each stream holds one connection on either side."""
    allow_descriptors(6 * STREAMS)
    upstream: Upstream = serve({"fine": fine})
    rules = "  - id: listening\n    allow: subscriptions/listen\n    principals: [analysts]\n"
    louver = front(upstream, rules=rules, connections=2 * STREAMS, workers=2)
    token = identity.token()
    session = Session(louver.port, "/scripted", token)
    listen = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {"notifications": {"toolsListChanged": True}, "_meta": META}}

    def begin() -> Connection:
        connection = Connection(louver.port)
        if wire == "session":
            connection.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
        else:
            connection.start("/scripted", listen, modern(token, "subscriptions/listen"))
        status, headers = connection.head()
        assert (status, headers["content-type"]) == (200, "text/event-stream")
        return connection

    streams = [begin() for _ in range(50)]
    time.sleep(0.5)
    before = louver.resident_bytes
    streams += [begin() for _ in range(STREAMS)]
    wait_until(lambda: louver.metric("louver_open_streams") == STREAMS + 50)
    time.sleep(1)
    cost = louver.resident_bytes - before
    print(f"{STREAMS} idle streams, {wire}: {cost / MB:.1f} MB")
    for stream in streams:
        stream.close()
    wait_until(lambda: louver.metric("louver_active_exchanges") == 0)
    assert cost <= 10 * MB, f"{cost / MB:.1f} MB"
