"""Clients that go away, on both wires: what is cancelled, what runs on, and that nothing is left behind."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from raw import Connection, Session, call, legacy_call, modern, wait_until
from upstream import Turn

CLOSED_WITHIN = 0.1


class Waiting:
    """A tool that never answers by itself, and notes when its caller hangs up."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.release = threading.Event()
        self.closed_at: float | None = None

    def __call__(self, turn: Turn) -> None:
        self.begun.set()
        self.closed_at = turn.until_closed(20)


def at_rest(louver) -> None:
    """Nothing is under way any more."""
    wait_until(lambda: louver.metric("louver_active_exchanges") == 0)
    wait_until(lambda: louver.metric("louver_upstream_connections", state="busy") == 0)
    louver.expect(0, "louver_orphans")


def test_a_stateless_call_ends_upstream_with_its_client(serve, front, identity):
    waiting = Waiting()
    louver = front(serve({"wait": waiting}))
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("wait", {}), modern(identity.token(), "tools/call", "wait"))
        assert waiting.begun.wait(5)
        left = time.monotonic()
    wait_until(lambda: waiting.closed_at is not None)
    assert waiting.closed_at - left < CLOSED_WITHIN
    at_rest(louver)
    louver.expect(1, "louver_exchanges_total", outcome="cancelled")


def test_a_stateless_stream_ends_upstream_with_its_client(serve, front, identity):
    """The same when the reply had begun: the client has seen a notification and leaves before the answer."""
    closed: list[float | None] = []

    def progress(turn: Turn) -> None:
        turn.events()
        token = turn.request.message["params"]["_meta"]["progressToken"]
        turn.event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": 1}})
        closed.append(turn.until_closed(20))

    louver = front(serve({"progress": progress}))
    asked = call("progress", {})
    asked["params"]["_meta"] = {**asked["params"]["_meta"], "progressToken": "p"}
    with Connection(louver.port) as connection:
        connection.start("/scripted", asked, modern(identity.token(), "tools/call", "progress"))
        assert connection.head()[1]["content-type"] == "text/event-stream"
        assert connection.event()["params"]["progressToken"] == "p"
        left = time.monotonic()
    wait_until(lambda: closed)
    assert closed[0] is not None and closed[0] - left < CLOSED_WITHIN
    at_rest(louver)


def test_a_session_call_runs_on_without_its_client(serve, front, identity):
    """On the older wires leaving is not cancelling: the work is finished, and its reply thrown away."""
    begun, finished = threading.Event(), threading.Event()

    def work(turn: Turn) -> None:
        begun.set()
        time.sleep(0.5)
        turn.text("done")
        finished.set()

    louver = front(serve({"work": work}), orphan_timeout="10s")
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as connection:
        connection.start("/scripted", legacy_call("work", {}), session.headers)
        assert begun.wait(5)
    assert finished.wait(5)
    at_rest(louver)
    louver.expect(1, "louver_orphans_discarded_total")


def test_a_session_call_without_its_client_is_ended_in_time(serve, front, identity):
    waiting = Waiting()
    louver = front(serve({"wait": waiting}), orphan_timeout="1s", timeout="60s")
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as connection:
        connection.start("/scripted", legacy_call("wait", {}), session.headers)
        assert waiting.begun.wait(5)
        left = time.monotonic()
    wait_until(lambda: waiting.closed_at is not None)
    assert 0.8 < waiting.closed_at - left < 2
    at_rest(louver)


def test_a_session_call_is_cancelled_by_its_notification(serve, front, identity):
    """The upstream hears of it under the id that it knows, not the client's."""
    waiting = Waiting()
    upstream = serve({"wait": waiting})
    louver = front(upstream, orphan_timeout="1s", workers=2)
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as connection:
        connection.start("/scripted", legacy_call("wait", {}, id="mine"), session.headers)
        assert waiting.begun.wait(5)
        assert session.notify("notifications/cancelled", {"requestId": "mine", "reason": "enough"}).status == 202
        wait_until(lambda: upstream.calls("notifications/cancelled"))
    asked, told = upstream.calls()[0].message["id"], upstream.calls("notifications/cancelled")[0].message["params"]["requestId"]
    assert told == asked != "mine"


def test_a_cancellation_of_somebody_else_goes_nowhere(serve, front, identity):
    waiting = Waiting()
    upstream = serve({"wait": waiting})
    louver = front(upstream, orphan_timeout="1s")
    mine, other = (Session(louver.port, "/scripted", identity.token(name)) for name in ("alice", "mallory"))
    with Connection(louver.port) as connection:
        connection.start("/scripted", legacy_call("wait", {}, id=7), mine.headers)
        assert waiting.begun.wait(5)
        assert other.notify("notifications/cancelled", {"requestId": 7}).status == 202
        time.sleep(0.2)
        assert upstream.calls("notifications/cancelled") == []


class Stalled(socket.socket):
    """A port that takes no connection: its queue is full, and the kernel answers nobody else."""

    def __init__(self) -> None:
        super().__init__()
        self.bind(("127.0.0.1", 0))
        self.listen(0)
        self.waiting = [socket.socket() for _ in range(4)]
        for waiting in self.waiting:
            waiting.setblocking(False)
            waiting.connect_ex(self.getsockname())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.getsockname()[1]}/mcp"


@pytest.mark.parametrize("place", ["pool", "connect", "handshake"])
def test_a_stateless_call_that_waits_for_its_upstream_ends_with_its_client(place, serve, front, identity):
    """It has no socket yet: it waits for its turn in the pool, for the connection, for TLS."""
    holding = Waiting()
    with contextlib.ExitStack() as open_until_the_end:
        if place == "pool":
            louver = front(serve({"wait": holding}), connections=1)
            first = open_until_the_end.enter_context(Connection(louver.port))
            first.start("/scripted", call("wait", {}), modern(identity.token(), "tools/call", "wait"))
            assert holding.begun.wait(5)
        elif place == "connect":
            louver = front(open_until_the_end.enter_context(Stalled()).url, tools=["wait"], connect_timeout="20s")
        else:
            mute = open_until_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))
            louver = front(f"https://localhost:{mute.getsockname()[1]}/mcp", tools=["wait"], connect_timeout="20s")
        busy = louver.metric("louver_active_exchanges")
        with Connection(louver.port) as connection:
            connection.start("/scripted", call("wait", {}), modern(identity.token(), "tools/call", "wait"))
            wait_until(lambda: louver.metric("louver_active_exchanges") == busy + 1)
            time.sleep(0.1)
        wait_until(lambda: louver.metric("louver_active_exchanges") == busy, seconds=2)
        louver.expect(1, "louver_exchanges_total", outcome="cancelled")
        louver.expect(0, "louver_upstream_waiting")
    at_rest(louver)


def test_a_session_call_that_waits_for_its_upstream_is_ended_in_time(serve, front, identity):
    """Leaving is not cancelling: the call keeps its place for `orphan_timeout`, and no longer."""
    holding = Waiting()
    upstream = serve({"wait": holding})
    louver = front(upstream, connections=1, orphan_timeout="1s", timeout="60s")
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as first:
        first.start("/scripted", legacy_call("wait", {}, 1), session.headers)
        assert holding.begun.wait(5)
        with Connection(louver.port) as second:
            second.start("/scripted", legacy_call("wait", {}, 2), session.headers)
            wait_until(lambda: louver.metric("louver_upstream_waiting") == 1)
        time.sleep(0.5)
        louver.expect(1, "louver_upstream_waiting")
        wait_until(lambda: louver.metric("louver_upstream_waiting") == 0, seconds=2)
    at_rest(louver)
    assert len(upstream.calls()) == 1


def test_waiting_calls_get_the_connection_in_their_order(serve, front, identity):
    """One that left in between loses its place, and nobody else's."""
    release = threading.Semaphore(0)

    def work(turn: Turn) -> None:
        release.acquire(timeout=10)
        turn.text("done")

    upstream = serve({"work": work})
    louver = front(upstream, connections=1)
    token = identity.token()
    with contextlib.ExitStack() as open_until_the_end:
        waiting = []
        for number in range(5):
            connection = open_until_the_end.enter_context(Connection(louver.port))
            connection.start("/scripted", call("work", {}, number), modern(token, "tools/call", "work"))
            waiting.append(connection)
            wait_until(lambda: louver.metric("louver_active_exchanges") == len(waiting))
        waiting.pop(2).close()
        wait_until(lambda: louver.metric("louver_active_exchanges") == 4)
        release.release(5)
        assert [connection.reply().answer["id"] for connection in waiting] == [0, 1, 3, 4]
    assert [request.message["id"] for request in upstream.calls()] == [0, 1, 3, 4]
    at_rest(louver)


def test_a_client_that_leaves_before_its_body_is_read(serve, front, identity):
    louver = front(serve({"wait": Waiting()}))
    for _ in range(20):
        with Connection(louver.port) as connection:
            lines = {**modern(identity.token(), "tools/call", "wait"), "Content-Length": "500"}
            connection.get("/scripted", lines, "POST")
            connection.send(b'{"jsonrpc"')
    at_rest(louver)
    wait_until(lambda: louver.metric("louver_client_connections") == 0)
