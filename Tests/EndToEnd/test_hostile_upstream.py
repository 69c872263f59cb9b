"""Upstreams that are dead, slow, lying or speak garbage: the client is told so in time, and nothing of theirs gets through."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
import zlib

import planted
import pytest
from leaks import survivors
from raw import HELLO, META, Connection, Session, ask, base, call, legacy_call, modern, wait_until
from upstream import Turn, content

MARK = "these words never reach a client"


def fine(turn: Turn) -> None:
    turn.text("fine")


def changed(**members: object):
    """The right answer with members replaced, or removed where None is said."""

    def tool(turn: Turn) -> None:
        message = {**turn.answer(content(MARK)), **members}
        turn.json({name: value for name, value in message.items() if value is not None})

    return tool


def encoded(encoding: str, body: bytes):
    return lambda turn: turn.reply(200, body, Content_Encoding=encoding)


def bomb() -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(
        [squeeze.compress(b'{"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"')]
        + [squeeze.compress(b" " * 1_000_000) for _ in range(200)]
        + [squeeze.flush()]
    )


def cut_short(turn: Turn) -> None:
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + json.dumps(turn.answer(content(MARK))).encode())
    turn.hang_up()


def cut_chunk(turn: Turn) -> None:
    turn.raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n" + json.dumps(turn.answer(content(MARK))).encode()
    )
    turn.hang_up()


def bad_chunk(turn: Turn) -> None:
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + MARK.encode() + b"\r\n0\r\n\r\n")
    turn.hang_up()


def events_without_an_answer(turn: Turn) -> None:
    turn.events()
    turn.chunk(b": nothing\r\n\r\n")
    turn.end()


def head_without_end(turn: Turn) -> None:
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Filler: " + b"a" * 200_000)
    turn.hang_up()


def two_lengths(turn: Turn) -> None:
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}   ")
    turn.hang_up()


def text_then_close(text: bytes):
    def tool(turn: Turn) -> None:
        turn.raw(text)
        turn.hang_up()

    return tool


def repeated_member(turn: Turn) -> None:
    turn.reply(200, json.dumps(turn.answer(content(MARK))).encode()[:-1] + b', "id": 4711}')


# Each lie, and the class of failures that clients, metrics and logs are told.
LIES = {
    "another id": ("reply_id", changed(id=4711)),
    "an id of another type": ("reply_id", lambda turn: turn.json({**turn.answer(content(MARK)), "id": str(turn.id) + "0"})),
    "no id": ("reply_id", changed(id=None)),
    "no result and no error": ("reply_shape", changed(result=None)),
    "result and error": ("reply_ambiguous", changed(error={"code": 1, "message": MARK})),
    "another JSON-RPC version": ("reply_version", changed(jsonrpc="1.0")),
    "a batch": ("reply_shape", lambda turn: turn.json([turn.answer(content(MARK))])),
    "a member twice": ("reply_json", repeated_member),
    "a string": ("reply_shape", lambda turn: turn.json(MARK)),
    "JSON that ends early": ("reply_truncated", lambda turn: turn.reply(200, json.dumps(turn.answer(content(MARK))).encode()[:-9])),
    "JSON with something after it": ("reply_json", lambda turn: turn.reply(200, json.dumps(turn.answer(content(MARK))).encode() + b"{}")),
    "nothing": ("foreign_content", lambda turn: turn.reply(200)),
    "garbage": ("reply_json", lambda turn: turn.reply(200, b"\x00\xff\xfe garbage " + MARK.encode())),
    "HTML": ("foreign_content", lambda turn: turn.reply(200, f"<html>{MARK}</html>".encode(), "text/html")),
    "a redirect": ("upstream_redirect", lambda turn: turn.reply(307, Location="http://evil.example/mcp")),
    "a redirect with a body": ("upstream_redirect", lambda turn: turn.json(turn.answer(content(MARK)), 302, Location="http://evil.example/mcp")),
    "401": ("upstream_unauthorized", lambda turn: turn.json({"detail": MARK}, 401, WWW_Authenticate='Bearer realm="inside"')),
    "403": ("upstream_unauthorized", lambda turn: turn.json({"detail": MARK}, 403)),
    "404 without JSON": ("upstream_status", lambda turn: turn.reply(404, MARK.encode(), "text/plain")),
    "404 with other JSON": ("upstream_status", lambda turn: turn.json({"detail": MARK}, 404)),
    "429": ("upstream_throttled", lambda turn: turn.json({"detail": MARK}, 429, Retry_After="100")),
    "500 with words": ("upstream_status", lambda turn: turn.reply(500, MARK.encode(), "text/plain")),
    "400 with a right answer": ("upstream_status", lambda turn: turn.json(turn.answer(content(MARK)), 400)),
    "404 with a right answer": ("upstream_status", lambda turn: turn.json(turn.answer(content(MARK)), 404)),
    "500 with a right answer": ("upstream_status", lambda turn: turn.json(turn.answer(content(MARK)), 500)),
    "503": ("upstream_status", lambda turn: turn.reply(503)),
    "an unasked 101": ("malformed_head", text_then_close(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")),
    "another protocol": ("malformed_head", text_then_close(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    "an end without a word": ("closed_without_reply", text_then_close(b"")),
    "half a head": ("truncated_head", text_then_close(b"HTTP/1.1 200 OK\r\nContent-Ty")),
    "a head without end": ("malformed_head", head_without_end),
    "interim answers without end": ("interim_responses", text_then_close(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)),
    "two lengths": ("malformed_framing", two_lengths),
    "a body cut short": ("truncated_body", cut_short),
    "a chunk cut short": ("truncated_body", cut_chunk),
    "a chunk that is none": ("malformed_body", bad_chunk),
    "events without an answer": ("ended_without_answer", events_without_an_answer),
    "gzip cut short": ("malformed_body", encoded("gzip", gzip.compress(MARK.encode() * 100)[:-12])),
    "gzip that is none": ("malformed_body", encoded("gzip", MARK.encode())),
    "an unknown encoding": ("unknown_encoding", encoded("br", b"\x0b\x02\x80")),
    "a gzip bomb": ("malformed_body", encoded("gzip", bomb())),
}


RULES = """  - { id: read, allow: [resources/read, resources/subscribe], resources: ["*"], principals: [analysts] }
  - { id: prompt, allow: [prompts/get, completion/complete], prompts: ["*"], principals: [analysts] }
  - { id: listen, allow: [logging/setLevel, subscriptions/listen], principals: [analysts] }
"""


@pytest.fixture(scope="module")
def lying(identity):
    """One Louver in front of one upstream that has all the lies as tools."""
    from louver import PLENTY, Louver
    from servers import policy
    from upstream import Upstream

    names = {f"lie_{number}": lie for number, (_, lie) in enumerate(LIES.values())}
    with Upstream({**names, "fine": fine}) as upstream:
        settings = {"url": upstream.url, "wire": "both", "timeout": "5s"}
        with Louver({"scripted": settings}, policy([*names, "fine"], rules=RULES), identity, extra=PLENTY, workers=1) as running:
            running.upstream = upstream
            yield running
            assert running.stop() == 0, running.log_file.read_text()


@pytest.mark.parametrize("wire", ["stateless", "session"])
@pytest.mark.parametrize("lie", LIES)
def test_a_lie_becomes_an_error_of_louver(lie, wire, lying, identity):
    tool = f"lie_{list(LIES).index(lie)}"
    reason, _ = LIES[lie]
    failures = lying.metric("louver_upstream_failures_total", reason=reason)
    session = Session(lying.port, "/scripted", identity.token()) if wire == "session" else None
    with Connection(lying.port) as connection:

        def send(name: str, id: object):
            if session:
                return connection.post("/scripted", legacy_call(name, {}, id), session.headers)
            return connection.post("/scripted", call(name, {}, id), modern(identity.token(), "tools/call", name))

        began = time.monotonic()
        reply = send(tool, "asked")
        took = time.monotonic() - began
        assert reply.status == 502, reply.body
        error = reply.answer["error"]
        assert (reply.answer["id"], error["code"], error["data"]["rule"]) == ("asked", 5020, reason)
        assert "try again" in error["message"], "the client is told what to do"
        assert MARK not in reply.body.decode() and "evil.example" not in reply.body.decode()
        assert not {"location", "www-authenticate"} & set(reply.headers)
        assert took < 2
        # The client's connection is as good as before.
        assert send("fine", 2).answer["result"]["content"][0]["text"] == "fine"
    lying.expect(failures + 1, "louver_upstream_failures_total", reason=reason)
    assert MARK not in lying.access_file.read_text() + lying.log_file.read_text()


# Every other request, with what it asks for.
OTHERS = {
    "tools/list": {},
    "prompts/list": {},
    "resources/list": {},
    "resources/templates/list": {},
    "resources/read": {"uri": "a://b"},
    "prompts/get": {"name": "p"},
    "completion/complete": {"ref": {"type": "ref/prompt", "name": "p"}, "argument": {"name": "a", "value": ""}},
    "server/discover": {},
    "subscriptions/listen": {"notifications": {}},
    "initialize": HELLO,
    "ping": {},
    "resources/subscribe": {"uri": "a://b"},
    "logging/setLevel": {"level": "info"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_anything_becomes_an_error_of_louver(lie, lying, identity):
    """The same on every lane of both wires."""
    session = Session(lying.port, "/scripted", identity.token())
    lying.upstream.instead = LIES[lie][1]
    try:
        for method, params in OTHERS.items():
            lines = {"initialize": base(identity.token())}.get(method, session.headers)
            body = {"jsonrpc": "2.0", "id": "asked", "method": method, "params": params}
            if method in list(OTHERS)[:9]:
                lines = modern(identity.token(), method, params.get("name") or params.get("uri"))
                body["params"] = {**params, "_meta": META}
            with Connection(lying.port) as connection:
                reply = connection.post("/scripted", body, lines)
            assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (502, "asked", 5020), (method, reply.body)
            assert MARK not in reply.body.decode(), method
    finally:
        lying.upstream.instead = None


def test_an_upstream_that_is_not_there(front, identity, serve):
    gone = serve({"fine": fine})
    gone.stop()
    louver = front(gone, connect_timeout="1s")
    began = time.monotonic()
    reply = ask(louver.port, "/scripted", identity.token(), "fine", id=9)
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (502, 9, 5020)
    assert time.monotonic() - began < 2


def silence(turn: Turn) -> None:
    turn.until_closed(10)


def drip(turn: Turn) -> None:
    """A byte now and then: each one in time, the whole never."""
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100):
        turn.raw(b" ")
        time.sleep(0.1)


def slow_head(turn: Turn) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
        turn.raw(bytes([byte]))
        time.sleep(0.1)


def endless_notifications(turn: Turn) -> None:
    """Busy all the time, but never with the answer."""
    turn.events()
    for _ in range(100):
        turn.chunk(b": still here\r\n\r\n")
        time.sleep(0.1)


def flood(turn: Turn) -> None:
    """As much as the wire takes, without a pause and without an answer."""
    turn.events()
    chunk = b": as fast as it goes\r\n\r\n" * 3000
    with contextlib.suppress(OSError):
        for _ in range(100_000):
            turn.chunk(chunk)


@pytest.mark.parametrize("tool", [silence, drip, slow_head, endless_notifications, flood], ids=lambda tool: tool.__name__)
def test_the_deadline_holds_whatever_the_upstream_does(tool, front, serve, identity):
    louver = front(serve({"slow": tool, "fine": fine}), timeout="1s")
    began = time.monotonic()
    reply = ask(louver.port, "/scripted", identity.token(), "slow", id="late")
    took = time.monotonic() - began
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (504, "late", 5040), reply.body
    assert reply.answer["error"]["data"]["rule"] == "upstream_timeout" and "again" in reply.answer["error"]["message"]
    assert 0.9 < took < 2
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    wait_until(lambda: louver.metric("louver_upstream_connections", state="busy") == 0)


def test_a_flood_from_one_upstream_does_not_hold_up_others(front, serve, identity):
    louver = front(serve({"flood": flood, "fine": fine}), timeout="3s")
    with Connection(louver.port) as flooded:
        flooded.start("/scripted", call("flood", {}), modern(identity.token(), "tools/call", "flood"))
        time.sleep(0.3)
        for _ in range(10):
            began = time.monotonic()
            assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
            assert time.monotonic() - began < 1
        assert flooded.reply().status == 504


def leaky() -> str:
    return f"first line\nconnecting to {planted.DB_URL}\ntoken {planted.GITHUB}\nlast line"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_reply_is_scrubbed_too(encoding, front, serve, identity):
    def tool(turn: Turn) -> None:
        body = json.dumps(turn.answer(content(leaky()))).encode()
        turn.reply(200, gzip.compress(body) if encoding == "gzip" else zlib.compress(body), Content_Encoding=encoding)

    upstream = serve({"logs": tool})
    louver = front(upstream)
    reply = ask(louver.port, "/scripted", identity.token(), "logs")
    assert reply.status == 200 and "content-encoding" not in reply.headers
    text = reply.answer["result"]["content"][0]["text"]
    assert text.startswith("first line") and text.endswith("last line") and "REDACTED_" in text
    assert survivors(reply.answer) == []
    assert upstream.calls()[0].headers["accept-encoding"] == "identity"


def test_a_secret_that_is_split_over_pieces_is_found(front, serve, identity):
    def tool(turn: Turn) -> None:
        turn.events()
        raw = b"event: message\r\ndata: " + json.dumps(turn.answer(content(leaky()))).encode() + b"\r\n\r\n"
        for at in range(0, len(raw), 7):
            turn.chunk(raw[at : at + 7])
        turn.end()

    louver = front(serve({"logs": tool}))
    reply = ask(louver.port, "/scripted", identity.token(), "logs")
    assert "REDACTED_" in json.dumps(reply.answer) and survivors(reply.answer) == []


def test_an_error_of_the_upstream_is_relayed_and_scrubbed(front, serve, identity):
    def tool(turn: Turn) -> None:
        turn.json({"jsonrpc": "2.0", "id": turn.id, "error": {"code": -32602, "message": "bad: " + leaky(), "data": {"dsn": planted.DB_URL}}}, 400)

    louver = front(serve({"logs": tool}))
    reply = ask(louver.port, "/scripted", identity.token(), "logs", id=3)
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (400, 3, -32602)
    assert "REDACTED_" in json.dumps(reply.answer) and survivors(reply.answer) == []


def progress(turn: Turn, number: int) -> dict:
    token = turn.request.message["params"]["_meta"]["progressToken"]
    return {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": number, "message": "using " + planted.GITHUB}}


def with_progress(body: dict) -> dict:
    body["params"]["_meta"] = {**body["params"].get("_meta", {}), "progressToken": "mine"}
    return body


@pytest.mark.parametrize("wire", ["stateless", "session"])
def test_notifications_come_before_the_answer_and_are_scrubbed(wire, front, serve, identity):
    def tool(turn: Turn) -> None:
        turn.events()
        for number in (1, 2, 3):
            turn.event(progress(turn, number))
        turn.event(turn.answer(content(leaky())))
        turn.end()

    louver = front(serve({"work": tool}))
    with Connection(louver.port) as connection:
        if wire == "session":
            session = Session(louver.port, "/scripted", identity.token())
            reply = connection.post("/scripted", with_progress(legacy_call("work", {}, 5)), session.headers)
        else:
            reply = connection.post("/scripted", with_progress(call("work", {}, 5)), modern(identity.token(), "tools/call", "work"))
    assert reply.headers["content-type"] == "text/event-stream"
    *notes, answer = reply.messages
    assert [note["params"]["progress"] for note in notes] == [1, 2, 3]
    assert {note["params"]["progressToken"] for note in notes} == {"mine"}
    assert answer["id"] == 5 and survivors(reply.messages) == []


def test_an_answer_that_is_too_large_for_an_event_goes_as_json(front, serve, identity):
    text = "x" * 1_500_000

    def tool(turn: Turn) -> None:
        turn.events()
        turn.event(turn.answer(content(text)))
        turn.end()

    louver = front(serve({"logs": tool}))
    reply = ask(louver.port, "/scripted", identity.token(), "logs")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.answer["result"]["content"][0]["text"] == text


def test_a_large_answer_after_a_notification_ends_with_an_error(front, serve, identity):
    def tool(turn: Turn) -> None:
        turn.events()
        turn.event(progress(turn, 1))
        turn.event(turn.answer(content(MARK * 50_000)))
        turn.end()

    louver = front(serve({"logs": tool}))
    with Connection(louver.port) as connection:
        reply = connection.post("/scripted", with_progress(call("logs", {}, 8)), modern(identity.token(), "tools/call", "logs"))
    note, answer = reply.messages
    assert note["method"] == "notifications/progress"
    assert (answer["id"], answer["error"]["code"]) == (8, 5021)
    assert MARK not in reply.body.decode()


def test_requests_of_the_server_are_answered_by_louver(front, serve, identity):
    """A ping gets its result, an elicitation an error; neither is shown to the client."""

    def tool(turn: Turn) -> None:
        turn.events()
        turn.event({"jsonrpc": "2.0", "id": "are you there", "method": "ping"})
        ask_for = {"message": "your password?", "requestedSchema": {"type": "object", "properties": {"password": {"type": "string"}}}}
        turn.event({"jsonrpc": "2.0", "id": 99, "method": "elicitation/create", "params": ask_for})
        wait_until(lambda: len([r for r in turn.upstream.requests if "method" not in r.message and "id" in r.message]) == 2)
        turn.event(turn.answer(content("fine")))
        turn.end()

    upstream = serve({"work": tool})
    louver = front(upstream)
    session = Session(louver.port, "/scripted", identity.token())
    reply = session.call("work", {}, 1)
    assert [message.get("id") for message in reply.messages] == [1]
    assert "password" not in reply.body.decode()
    answers = {request.message["id"]: request.message for request in upstream.requests if "method" not in request.message and "id" in request.message}
    assert answers["are you there"]["result"] == {}
    assert answers[99]["error"]["code"] == -32601


def test_two_calls_of_sessions_never_share_an_id_upstream(front, serve, identity):
    """All sessions of the scripted upstream are one: what would be a collision is none."""
    upstream = serve({"fine": fine})
    louver = front(upstream, workers=2)
    sessions = [Session(louver.port, "/scripted", identity.token(name)) for name in ("alice", "bob")]
    for number in range(20):
        assert sessions[number % 2].call("fine", {}, 1).answer["id"] == 1
    assert len({request.message["id"] for request in upstream.calls()}) == 20
