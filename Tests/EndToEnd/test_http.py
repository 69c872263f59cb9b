"""HTTP between a client and Louver, and between Louver and its upstream: what a connection carries after what, and what is asked twice."""

from __future__ import annotations

import contextlib
import fcntl
import json
import resource
import socket
import struct
import termios
import threading
import time
from pathlib import Path

import pytest
from raw import META, Connection, Session, ask, base, call, legacy_call, modern, wait_until
from upstream import Turn, content


def fine(turn: Turn) -> None:
    turn.text("fine")


def posted(louver, token: str, method: str, **params: object):
    """A stateless request other than a call, on a connection of its own."""
    with Connection(louver.port) as connection:
        return connection.post("/scripted", {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}, modern(token, method))


# What follows what on a connection


DOCUMENT = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize("method, path", [("GET", DOCUMENT), ("HEAD", DOCUMENT), ("DELETE", "/scripted"), ("GET", "/scripted"), ("OPTIONS", "/scripted")])
def test_a_body_that_nobody_reads_is_not_taken_for_a_request(method, path, serve, front, identity):
    """Who puts a request into the body of another must not have it answered: a proxy before Louver would give the answer to somebody else."""
    upstream = serve({"fine": fine})
    louver = front(upstream)
    session = Session(louver.port, "/scripted", identity.token())
    hidden = f"GET {DOCUMENT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with Connection(louver.port) as connection:
        lines = session.headers if method == "DELETE" else base(identity.token())
        connection.get(path, {**lines, "Content-Length": str(len(hidden))}, method)
        connection.send(hidden)
        _, headers = connection.head()
        assert headers["connection"] == "close"
        connection.socket.settimeout(5)
        rest = connection.buffer
        while piece := connection.socket.recv(65536):
            rest += piece
    assert b"HTTP/1.1" not in rest


def test_head_tells_the_length_of_what_it_leaves_out(serve, front, identity):
    louver = front(serve({"fine": fine}))
    with Connection(louver.port) as connection:
        connection.get(DOCUMENT, {})
        document = connection.reply()
        connection.get(DOCUMENT, {}, "HEAD")
        assert connection.head()[1]["content-length"] == document.headers["content-length"] != "0"
        # The next answer begins right behind the head.
        for method in ("HEAD", "OPTIONS", "PUT", "PATCH"):
            connection.get("/scripted", base(identity.token()), method)
            status, headers = connection.head()
            assert (status, headers["allow"]) == (405, "POST")
            if method != "HEAD":
                connection.buffer = b""
        assert connection.post("/scripted", call("fine", {}), modern(identity.token(), "tools/call", "fine")).status == 200


def test_basic_credentials_are_told_where_to_go(serve, front):
    louver = front(serve({"fine": fine}))
    with Connection(louver.port) as connection:
        reply = connection.post("/scripted", call("fine", {}), {**modern(None, "tools/call", "fine"), "Authorization": "Basic YTpi"})
    assert reply.status == 401
    assert "Bearer" in reply.answer["error"]["message"]
    assert 'resource_metadata="' in reply.headers["www-authenticate"]


def test_a_body_that_is_too_large_is_not_asked_for(serve, front, identity):
    """100-continue (RFC 9110 section 10.1.1): refused by its head, the body never comes."""
    louver = front(serve({"fine": fine}))
    for refused, status in (({"Content-Length": "5000000"}, 413), ({"Authorization": None, "Content-Length": "10"}, 401)):
        with Connection(louver.port) as connection:
            lines = {**modern(identity.token(), "tools/call", "fine"), "Expect": "100-continue", **refused}
            connection.get("/scripted", lines, "POST")
            got, headers = connection.head()
            assert (got, headers["connection"]) == (status, "close")


def test_pipelined_requests_wait_for_their_turn_outside(serve, front, identity):
    """One at a time, in order, and no more read ahead than one read brings: the rest waits in the kernel, and then at the client."""
    release, running = threading.Event(), []

    def work(turn: Turn) -> None:
        running.append(turn.id)
        release.wait(10)
        turn.text("done")

    upstream = serve({"work": work})
    louver = front(upstream)
    lines = modern(identity.token(), "tools/call", "work")
    with Connection(louver.port) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        sender = threading.Thread(target=lambda: [connection.start("/scripted", call("work", {"fill": "x" * 100_000}, number), lines) for number in range(100)])
        sender.start()
        wait_until(lambda: running)
        before = louver.resident_bytes
        time.sleep(0.3)
        assert sender.is_alive(), "10 MB were taken while one call ran"
        assert running == [0] and louver.resident_bytes - before < 2_000_000
        release.set()
        assert [connection.reply().answer["id"] for _ in range(100)] == list(range(100))
        sender.join(5)


def queued(port: int, peer: int) -> int | None:
    """What the kernel has received for the end at `port` of a connection on this machine and the program has not read."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (int(local.split(":")[1], 16), int(remote.split(":")[1], 16)) == (port, peer):
            return int(queues.split(":")[1], 16)
    return None


def test_no_more_than_64_kib_are_read_ahead(serve, front, identity):
    """Counted by the kernel: what was sent, less what lies in its queues on both ends."""
    release, running = threading.Event(), threading.Event()

    def work(turn: Turn) -> None:
        running.set()
        release.wait(20)
        turn.text("done")

    louver = front(serve({"work": work}))
    with Connection(louver.port) as connection:
        peer = connection.socket.getsockname()[1]
        first = connection.start("/scripted", call("work", {}), modern(identity.token(), "tools/call", "work"))
        assert running.wait(10)
        rest = first * 20_000
        connection.socket.setblocking(False)
        sent = 0
        # Until both queues have been full for a while.
        stuck = 0
        while stuck < 30:
            try:
                sent += connection.socket.send(rest[sent : sent + 65536])
                stuck = 0
            except BlockingIOError:
                stuck += 1
                time.sleep(0.01)
        unsent = struct.unpack("i", fcntl.ioctl(connection.socket, termios.TIOCOUTQ, bytes(4)))[0]
        read_ahead = sent - unsent - queued(louver.port, peer)
        release.set()
    assert sent > 500_000 and 0 <= read_ahead <= 64 * 1024, (sent, unsent, read_ahead)


# What is asked twice


class Fickle:
    """A server that closes a connection under its second request, without a word."""

    def __init__(self, times: int = 1, after: bytes = b"") -> None:
        self.times, self.after, self.seen, self.first = times, after, [], set()

    def __call__(self, turn: Turn) -> None:
        method = turn.request.message.get("method")
        self.seen.append(method)
        if turn.connection in self.first and self.times:
            self.times -= 1
            turn.raw(self.after)
            return turn.hang_up()
        self.first.add(turn.connection)
        turn.upstream.respond(turn)


@pytest.mark.parametrize("method", ["tools/list", "server/discover"])
def test_a_list_is_asked_for_again_when_an_idle_connection_was_closed_under_it(method, serve, front, identity):
    fickle = Fickle()
    upstream = serve({"fine": fine}, instead=fickle)
    louver = front(upstream)
    token = identity.token()
    assert posted(louver, token, "tools/list").status == 200
    fickle.seen.clear()
    assert posted(louver, token, method).status == 200
    assert fickle.seen == [method, method]
    louver.expect(1, "louver_upstream_requests_total", connection="retried")


def test_a_call_is_never_sent_twice(serve, front, identity):
    fickle = Fickle()
    louver = front(serve({"fine": fine}, instead=fickle))
    token = identity.token()
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    reply = ask(louver.port, "/scripted", token, "fine", id="once")
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (502, "once", 5020)
    assert fickle.seen == ["tools/call", "tools/call"]
    assert louver.metric("louver_upstream_requests_total", connection="retried") == 0
    reasons = ("closed_without_reply", "reset")
    wait_until(lambda: sum(louver.metric("louver_upstream_failures_total", reason=reason) for reason in reasons) == 1)


def test_a_list_whose_reply_had_begun_is_not_asked_for_again(serve, front, identity):
    fickle = Fickle(after=b"HTTP/1.1 200 OK\r\n")
    louver = front(serve({"fine": fine}, instead=fickle))
    token = identity.token()
    assert posted(louver, token, "tools/list").status == 200
    assert posted(louver, token, "tools/list").status == 502
    assert len(fickle.seen) == 2


def test_a_list_is_asked_for_again_once_and_only_on_a_used_connection(serve, front, identity):
    seen = []

    def closing(turn: Turn) -> None:
        seen.append(turn.request.message["method"])
        if len(seen) > 1:
            return turn.hang_up()
        turn.upstream.respond(turn)

    louver = front(serve({"fine": fine}, instead=closing))
    token = identity.token()
    assert posted(louver, token, "tools/list").status == 200
    assert posted(louver, token, "tools/list").status == 502
    assert len(seen) == 3, "once on the used connection, once on a fresh one"
    assert posted(louver, token, "tools/list").status == 502
    assert len(seen) == 4, "a fresh connection that is closed says that the server is in trouble"


# Descriptors


def test_a_lack_of_descriptors_passes(serve, front, identity):
    louver = front(serve({"fine": fine}))
    token = identity.token()
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    pid = louver.process.pid
    allowed = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (louver.descriptors + 10, allowed[1]))
    with contextlib.ExitStack() as open_until_the_end:
        crowd = [open_until_the_end.enter_context(Connection(louver.port)) for _ in range(40)]
        wait_until(lambda: "accept_paused" in louver.log_file.read_text())
        # Who is inside goes on; a new connection upstream is more than there is, and is told so.
        inside = crowd[0].post("/scripted", call("fine", {}), modern(token, "tools/call", "fine"))
        assert inside.status in (200, 502)
        assert louver.is_running
    wait_until(lambda: louver.metric("louver_client_connections") == 0)
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    louver.expect_at_least(1, "louver_bound_hits_total", bound="descriptors")


# Streams


def test_what_is_silent_is_kept_alive(serve, front, identity):
    """Hops between a client and Louver give up silent connections after 60 seconds; a comment every 15 keeps them."""
    release = threading.Event()

    def slow(turn: Turn) -> None:
        release.wait(30)
        turn.text("at last")

    louver = front(serve({"slow": slow}))
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as calling, Connection(louver.port) as waiting, Connection(louver.port) as listening:
        calling.start("/scripted", call("slow", {}, "mine"), modern(identity.token(), "tools/call", "slow"))
        waiting.start("/scripted", legacy_call("slow", {}, "too"), session.headers)
        listening.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
        assert listening.head()[1]["content-type"] == "text/event-stream"
        assert listening.chunk().startswith(b":")
        for connection in (calling, waiting):
            status, headers = connection.head()
            assert (status, headers["content-type"], headers["x-accel-buffering"]) == (200, "text/event-stream", "no")
            assert "no-transform" in headers["cache-control"]
            assert connection.chunk().startswith(b":")
        release.set()
        assert calling.event()["id"] == "mine" and waiting.event()["id"] == "too"
        louver.expect_at_least(3, "louver_keep_alives_sent_total")


def test_what_fails_after_a_long_silence_is_told_in_the_stream(serve, front, identity):
    """The head is out by then: an error is an event, and nothing is answered twice."""

    def late(answer):
        def tool(turn: Turn) -> None:
            time.sleep(15.5)
            answer(turn)

        return tool

    def not_found(turn: Turn) -> None:
        turn.json({"jsonrpc": "2.0", "id": turn.id, "error": {"code": -32602, "message": "no such run"}}, 400)

    tools = {"refusing": late(not_found), "failing": late(lambda turn: turn.reply(500)), "late": lambda turn: turn.until_closed(30)}
    louver = front(serve(tools), timeout="16s")
    expected = {"refusing": -32602, "failing": 5020, "late": 5040}
    with contextlib.ExitStack() as open_until_the_end:
        calls = {name: open_until_the_end.enter_context(Connection(louver.port)) for name in tools}
        for name, connection in calls.items():
            connection.start("/scripted", call(name, {}, name), modern(identity.token(), "tools/call", name))
        for name, connection in calls.items():
            status, headers = connection.head()
            assert (status, headers["content-type"]) == (200, "text/event-stream")
            answer = connection.event()
            assert (answer["id"], answer["error"]["code"]) == (name, expected[name])
            assert connection.event() is None
    wait_until(lambda: louver.metric("louver_open_streams") == 0)


# Upstreams that only know the handshake


def test_a_probe_is_answered_by_louver_which_asks_once(serve, front, identity):
    """Each probe would open a session there that nobody ends; the one of Louver's own question is ended."""

    def old(turn: Turn) -> None:
        if turn.request.message.get("method") == "server/discover":
            error = {"code": -32600, "message": "Missing session ID"}
            return turn.json({"jsonrpc": "2.0", "id": "server-error", "error": error}, 400, Mcp_Session_Id="opened-by-a-probe")
        turn.upstream.respond(turn)

    upstream = serve({"fine": fine}, instead=old)
    louver = front(upstream, wire="auto")
    token = identity.token()
    for _ in range(3):
        reply = posted(louver, token, "server/discover")
        assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (400, 1, -32022)
        assert reply.answer["error"]["data"]["supported"] == ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
    reply = ask(louver.port, "/scripted", token, "fine")
    assert (reply.status, reply.answer["error"]["code"]) == (400, -32022)
    assert len(upstream.calls("server/discover")) == 1
    ended = [request.headers["mcp-session-id"] for request in upstream.requests if request.method == "DELETE"]
    assert ended == ["opened-by-a-probe"]
    assert Session(louver.port, "/scripted", token).call("fine", {}, 1).status == 200


def test_a_404_of_a_balancer_is_no_answer_to_a_probe(serve, front, identity):
    """While replicas roll; what the server speaks is asked again, and not taken for settled."""
    rolls = threading.Event()

    def balanced(turn: Turn) -> None:
        turn.upstream.respond(turn) if rolls.is_set() else turn.reply(404, b"<html>no such page</html>", "text/html")

    louver = front(serve({"fine": fine}, instead=balanced), wire="auto")
    token = identity.token()
    reply = ask(louver.port, "/scripted", token, "fine", id="early")
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (502, "early", 5020)
    rolls.set()
    assert ask(louver.port, "/scripted", token, "fine").status == 200


@pytest.mark.parametrize("kind, status, code", [("dead", 502, 5020), ("silent", 504, 5040), ("confused", 502, 5020)])
def test_a_first_request_gets_its_id_back_when_the_upstream_cannot_be_asked(kind, status, code, serve, front, identity):
    upstream = serve({"fine": fine}, instead=lambda turn: turn.until_closed(10) if kind == "silent" else turn.reply(500))
    if kind == "dead":
        upstream.stop()
    louver = front(upstream, wire="auto", timeout="1s")
    began = time.monotonic()
    reply = ask(louver.port, "/scripted", identity.token(), "fine", id="first")
    assert time.monotonic() - began < 2
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (status, "first", code)


# Ids and cancellations


@pytest.mark.parametrize("ids", [(1, 1), (1, "1")], ids=["1 and 1", '1 and "1"'])
def test_stateless_calls_with_one_id_get_their_own_answers(ids, serve, front, identity):
    both = threading.Barrier(2, timeout=10)

    def echo(turn: Turn) -> None:
        both.wait()
        turn.text(turn.arguments["who"])

    louver = front(serve({"echo": echo}))
    with Connection(louver.port) as one, Connection(louver.port) as other:
        callers = [(one, "alice", ids[0]), (other, "bob", ids[1])]
        for connection, who, id in callers:
            connection.start("/scripted", call("echo", {"who": who}, id), modern(identity.token(who), "tools/call", "echo"))
        for connection, who, id in callers:
            answer = connection.reply().answer
            assert answer["result"]["content"][0]["text"] == who
            assert answer["id"] == id and type(answer["id"]) is type(id)


def test_progress_of_somebody_else_goes_nowhere(serve, front, identity):
    """Two callers chose one token; upstream they have different ones, and a notification under a token of another call is dropped."""
    tokens: list[str] = []
    both = threading.Barrier(2, timeout=10)

    def work(turn: Turn) -> None:
        tokens.append(turn.request.message["params"]["_meta"]["progressToken"])
        both.wait()
        turn.events()
        for token in tokens:
            turn.event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": 1, "message": turn.arguments["who"]}})
        turn.event(turn.answer(content(turn.arguments["who"])))
        turn.end()

    louver = front(serve({"work": work}))
    with Connection(louver.port) as one, Connection(louver.port) as other:
        for connection, who in ((one, "alice"), (other, "bob")):
            asked = call("work", {"who": who})
            asked["params"]["_meta"] = {**META, "progressToken": "same"}
            connection.start("/scripted", asked, modern(identity.token(who), "tools/call", "work"))
        for connection, who in ((one, "alice"), (other, "bob")):
            messages = connection.reply().messages
            assert [message.get("method", "answer") for message in messages] == ["notifications/progress", "answer"]
            assert messages[0]["params"] == {"progressToken": "same", "progress": 1, "message": who}
            assert messages[1]["result"]["content"][0]["text"] == who
    assert len(set(tokens)) == 2 and "same" not in tokens


def test_a_stateless_cancellation_ends_here(serve, front, identity):
    """Leaving is how that wire cancels; the notification has no meaning there and must not reach somebody else's call."""
    upstream = serve({"fine": fine})
    louver = front(upstream)
    with Connection(louver.port) as connection:
        body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1, "_meta": META}}
        reply = connection.post("/scripted", body, modern(identity.token(), "notifications/cancelled"))
    assert (reply.status, reply.body) == (202, b"")
    assert upstream.requests == []


@pytest.mark.parametrize("leaves", [False, True], ids=["in time", "orphaned"])
def test_a_session_call_that_is_given_up_is_cancelled_upstream(leaves, serve, front, identity):
    """On a session the server does not learn from a closed connection that nobody waits any more: it is told."""
    begun = threading.Event()

    def work(turn: Turn) -> None:
        begun.set()
        turn.until_closed(20)

    upstream = serve({"work": work})
    louver = front(upstream, timeout="30s" if leaves else "1s", orphan_timeout="500ms")
    session = Session(louver.port, "/scripted", identity.token())
    with Connection(louver.port) as connection:
        connection.start("/scripted", legacy_call("work", {}, "mine"), session.headers)
        assert begun.wait(5)
        if not leaves:
            assert connection.reply().status == 504
    wait_until(lambda: upstream.calls("notifications/cancelled"))
    told = upstream.calls("notifications/cancelled")[0]
    assert told.message["params"]["requestId"] == upstream.calls()[0].message["id"] != "mine"
    assert told.headers["mcp-session-id"] == "0123456789abcdef"
    wait_until(lambda: louver.metric("louver_upstream_connections", state="busy") == 0)


# Sessions


@pytest.mark.parametrize("says_so", [True, False], ids=["the server says so", "a replica that rolls"])
def test_a_session_is_lost_only_when_the_server_says_so(says_so, serve, front, identity):
    """A 404 makes a client drop its session; a balancer or a starting replica answers 404 too, and knows nothing of sessions."""
    lost = threading.Event()

    def forgetful(turn: Turn) -> None:
        if not lost.is_set():
            return turn.upstream.respond(turn)
        if says_so:
            return turn.json({"jsonrpc": "2.0", "id": "server-error", "error": {"code": -32600, "message": "Session not found"}}, 404)
        turn.reply(404, b"<html>no such page</html>", "text/html")

    louver = front(serve({"fine": fine}, instead=forgetful))
    session = Session(louver.port, "/scripted", identity.token())
    lost.set()
    expected = 404 if says_so else 502
    assert session.call("fine", {}, 1).status == expected
    assert session.notify("notifications/cancelled", {"requestId": 1}).status == 202, "of no call that is under way"
    assert session.notify("notifications/initialized", {}).status == expected
    for method in ("GET", "DELETE"):
        with Connection(louver.port) as connection:
            connection.get("/scripted", {**session.headers, "Accept": "text/event-stream"}, method)
            assert connection.reply().status == expected, method


def test_clients_that_listen_leave_places_for_those_that_call(serve, front, identity):
    """Each client of a session keeps a stream open; they are no part of the bound that calls wait for."""
    louver = front(serve({"fine": fine}), connections=1)
    with contextlib.ExitStack() as open_until_the_end:
        for _ in range(5):
            session = Session(louver.port, "/scripted", identity.token())
            listening = open_until_the_end.enter_context(Connection(louver.port))
            listening.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
            assert listening.head()[0] == 200
        louver.expect(5, "louver_upstream_connections", state="busy")
        assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    wait_until(lambda: louver.metric("louver_upstream_connections", state="busy") == 0)


def test_events_that_only_say_where_to_resume_are_passed_over(serve, front, identity):
    """2025-11-25 servers begin every stream with one, the one of `initialize` too."""

    def priming(turn: Turn) -> None:
        method = turn.request.message.get("method")
        if method == "initialize":
            turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: 0123456789abcdef\r\nTransfer-Encoding: chunked\r\n\r\n")
            turn.chunk(b"id: 1\r\ndata: \r\n\r\n")
            turn.event(turn.answer({"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}}))
            return turn.end()
        if method == "tools/call":
            turn.events()
            turn.chunk(b"id: 2\r\ndata:\r\n\r\nretry: 500\r\n\r\n")
            turn.event(turn.answer(content("fine")))
            return turn.end()
        turn.upstream.respond(turn)

    louver = front(serve({"fine": fine}, instead=priming))
    session = Session(louver.port, "/scripted", identity.token())
    reply = session.call("fine", {}, 1)
    assert reply.answer["result"]["content"][0]["text"] == "fine"
    assert b"id: " not in reply.body and b"retry" not in reply.body


# Tasks


def test_tasks_are_neither_offered_nor_taken(serve, front, identity):
    def tasked(turn: Turn) -> None:
        if turn.request.message.get("method") == "initialize":
            capabilities = {"tools": {}, "tasks": {"list": {}, "cancel": {}}, "extensions": {"io.modelcontextprotocol/tasks": {}}}
            result = {"protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": {"name": "s", "version": "1"}}
            return turn.result(result, Mcp_Session_Id="0123456789abcdef")
        turn.upstream.respond(turn)

    upstream = serve({"fine": fine}, instead=tasked)
    louver = front(upstream)
    with Connection(louver.port) as connection:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {"tasks": {}, "roots": {}}, "clientInfo": {"name": "raw", "version": "1"}}
        reply = connection.post("/scripted", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}, base(identity.token()))
        assert reply.answer["result"]["capabilities"] == {"tools": {}}
        assert "tasks" not in upstream.calls("initialize")[0].message["params"]["capabilities"]
        session = Session(louver.port, "/scripted", identity.token())
        for method, params in (("tasks/get", {"taskId": "t"}), ("tasks/list", {}), ("tasks/result", {"taskId": "t"}), ("tasks/cancel", {"taskId": "t"})):
            body = {"jsonrpc": "2.0", "id": 5, "method": method, "params": params}
            reply = connection.post("/scripted", body, session.headers)
            assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (200, 5, -32601)
        asked = legacy_call("fine", {}, 6)
        asked["params"]["task"] = {"ttl": 60_000}
        assert connection.post("/scripted", asked, session.headers).status == 200
    assert "task" not in upstream.calls()[0].message["params"]
    assert not [request for request in upstream.requests if str(request.message.get("method")).startswith("tasks/")]
