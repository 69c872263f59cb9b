"""The wire itself, byte by byte, before real servers: who may have which session, and whose answer goes to whom."""

from __future__ import annotations

import concurrent.futures
import json

import pytest
from raw import META, Connection, Session, base, call, modern

ASK = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "fetch_dags", "arguments": {}, "_meta": META}}


def test_the_resource_describes_itself_to_everybody(louver):
    for path in ("/.well-known/oauth-protected-resource/msaa", "/.well-known/oauth-protected-resource"):
        with Connection(louver.port) as connection:
            connection.get(path, {})
            reply = connection.reply()
        assert reply.status == 200
        assert json.loads(reply.body)["authorization_servers"] == ["https://idp.test"]


def test_a_body_in_chunks_and_a_client_that_waits_for_100(louver, identity):
    raw = json.dumps(ASK).encode()
    lines = {
        **modern(identity.token(), "tools/call", "fetch_dags"),
        "Host": f"127.0.0.1:{louver.port}",
        "Transfer-Encoding": "chunked",
        "Expect": "100-continue",
    }
    with Connection(louver.port) as connection:
        connection.send(b"POST /msaa HTTP/1.1\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in lines.items()) + b"\r\n")
        assert connection.head()[0] == 100
        for at in range(0, len(raw), 50):
            piece = raw[at : at + 50]
            connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.send(b"0\r\n\r\n")
        reply = connection.reply()
    assert reply.status == 200 and "steady" in reply.body.decode()


def test_pipelined_requests_are_answered_in_order(louver, identity):
    with Connection(louver.port) as connection:
        for number in range(5):
            connection.start("/msaa", call("fetch_dags", {}, id=number), modern(identity.token(), "tools/call", "fetch_dags"))
        assert [connection.reply().answer["id"] for _ in range(5)] == list(range(5))


@pytest.mark.parametrize("ids", [(1, 1), (1, "1")], ids=["1 and 1", '1 and "1"'])
@pytest.mark.parametrize("sessions", [1, 2], ids=["one session", "two sessions"])
def test_concurrent_calls_with_one_id_get_their_own_answers(ids, sessions, louver, identity):
    """Without a proxy that renames ids, the second caller receives the first one's result and the first waits for ever."""
    opened = [Session(louver.port, "/astro", identity.token()) for _ in range(sessions)]
    calls = [("get_dag_details", {"dag_id": "steady"}), ("get_dag_details", {"dag_id": "leaky_log"})]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pending = [pool.submit(opened[at % sessions].call, tool, arguments, ids[at]) for at, (tool, arguments) in enumerate(calls)]
        replies = [future.result(timeout=30) for future in pending]
    for reply, (_, arguments), id in zip(replies, calls, ids):
        assert reply.status == 200
        assert reply.answer["id"] == id and type(reply.answer["id"]) is type(id)
        assert arguments["dag_id"] in json.dumps(reply.answer["result"]), "another caller's answer"
    assert replies[0].answer["result"] != replies[1].answer["result"]


def test_a_session_belongs_to_who_opened_it(louver, identity):
    mine = Session(louver.port, "/astro", identity.token("alice"))
    assert mine.call("list_dags", {}, 1).status == 200
    stolen = Session.__new__(Session)
    stolen.port, stolen.path = mine.port, mine.path
    stolen.headers = {**mine.headers, "Authorization": "Bearer " + identity.token("mallory")}
    assert stolen.call("list_dags", {}, 1).status == 404
    forged = Session.__new__(Session)
    forged.port, forged.path = mine.port, mine.path
    forged.headers = {**mine.headers, "Mcp-Session-Id": mine.id[:-4] + "AAAA"}
    assert forged.call("list_dags", {}, 1).status == 404
    again = Session.__new__(Session)
    again.port, again.path = mine.port, mine.path
    again.headers = {**mine.headers, "Authorization": "Bearer " + identity.token("alice", lifetime=1800)}
    assert again.call("list_dags", {}, 1).status == 200, "a renewed token of the same person keeps the session"


def test_a_session_ends_when_it_is_told_to(louver, identity):
    session = Session(louver.port, "/astro", identity.token())
    with Connection(louver.port) as connection:
        connection.get("/astro", session.headers, "DELETE")
        assert connection.reply().status == 200
    assert session.call("list_dags", {}, 1).status == 404


def test_a_stream_of_a_session_is_held_open_and_resumption_refused(louver, identity):
    session = Session(louver.port, "/astro", identity.token())
    lines = {**session.headers, "Accept": "text/event-stream"}
    with Connection(louver.port) as connection:
        connection.get("/astro", lines)
        status, headers = connection.head()
        assert (status, headers["content-type"]) == (200, "text/event-stream")
        assert headers["x-accel-buffering"] == "no"
    with Connection(louver.port) as connection:
        connection.get("/astro", {**lines, "Last-Event-ID": "1"})
        status, headers = connection.head()
        assert (status, headers["allow"]) == (405, "POST")


def test_the_old_two_endpoint_wire_is_refused(louver, identity):
    with Connection(louver.port) as connection:
        connection.get("/astro", {**base(identity.token()), "Accept": "text/event-stream"})
        status, headers = connection.head()
    assert (status, headers["allow"]) == (405, "POST")


def test_a_probe_is_never_forwarded_to_a_server_with_a_handshake(louver, identity):
    for _ in range(3):
        with Connection(louver.port) as connection:
            body = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": META}}
            reply = connection.post("/astro", body, modern(identity.token(), "server/discover"))
        assert reply.status == 400
        assert reply.answer["error"]["code"] == -32022
        assert reply.answer["error"]["data"]["supported"][-1] == "2025-11-25"
