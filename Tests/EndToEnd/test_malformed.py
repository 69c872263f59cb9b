"""Every request that breaks the protocol or HTTP: its status, its JSON-RPC code, its own id, one metric, one line without payload, and
nothing upstream.

All of them are sent first, to one Louver in front of one scripted upstream; then each is looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from louver import PLENTY, Louver
from raw import META, Connection, Reply, Session, base, modern, wait_until
from servers import policy
from upstream import Turn, Upstream

PAYLOAD = "these words are the caller's"
ID = "its own"


@dataclass(frozen=True)
class Fault:
    """What is sent, and what must come of it. `reason` is how metrics and logs call it; `id` is what the answer must carry."""

    body: bytes
    status: int
    code: int
    reason: str
    changes: dict[str, str | None] = field(default_factory=dict)
    wire: str = "modern"
    id: object = ID
    method: str = "POST"


def message(method: str = "tools/call", id: object = ID, **params: object) -> dict:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def stateless(method: str = "tools/call", **params: object) -> dict:
    return message(method, **params, _meta=META)


CALL = stateless(name="fine", arguments={"note": PAYLOAD})
LEGACY = message(name="fine", arguments={"note": PAYLOAD})
TEXT, LEGACY_TEXT = json.dumps(CALL), json.dumps(LEGACY)


def raw(value: object) -> bytes:
    return json.dumps(value).encode()


def swap(old: str, new: str, text: str = TEXT) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


def meta(**changes: object) -> bytes:
    """The call with members of `_meta` replaced, or left out where None is said."""
    merged = {**META, **{"io.modelcontextprotocol/" + name: value for name, value in changes.items()}}
    return raw({**CALL, "params": {**CALL["params"], "_meta": {name: value for name, value in merged.items() if value is not None}}})


def header(**lines: str | None) -> dict[str, str | None]:
    return {name.replace("_", "-"): value for name, value in lines.items()}


VERSION = "MCP-Protocol-Version"
NOT_JSON = {"code": -32700, "status": 400, "reason": "body_json", "id": None}
NO_REQUEST = {"code": -32600, "status": 400}
MISMATCH = {"code": -32020, "status": 400}
PARAMS = {"code": -32602, "status": 400}

FAULTS: dict[str, Fault] = {
    # JSON
    "not JSON": Fault(b"{", **NOT_JSON),
    "nothing": Fault(b"", **NOT_JSON),
    "cut short": Fault(TEXT[:-3].encode(), **NOT_JSON),
    "a byte order mark": Fault(b"\xef\xbb\xbf" + TEXT.encode(), **NOT_JSON),
    "UTF-16": Fault(TEXT.encode("utf-16"), **NOT_JSON),
    "invalid UTF-8": Fault(TEXT.encode().replace(b"these", b"th\xff\xfe"), **NOT_JSON),
    "overlong UTF-8": Fault(TEXT.encode().replace(b"these", b"th\xc0\xafse"), **NOT_JSON),
    "NaN": Fault(swap(f'"{PAYLOAD}"', "NaN"), **NOT_JSON),
    "Infinity": Fault(swap(f'"{PAYLOAD}"', "-Infinity"), **NOT_JSON),
    "a lone surrogate": Fault(swap(PAYLOAD, "\\ud800"), **NOT_JSON),
    "a name twice": Fault(swap('"name": "fine"', '"name": "fine", "name": "other"'), **NOT_JSON),
    "a name twice, once escaped": Fault(swap('"name": "fine"', '"name": "fine", "n\\u0061me": "other"'), **NOT_JSON),
    "params twice": Fault(swap('"params"', '"params": {}, "params"'), **NOT_JSON),
    "a method twice": Fault(swap('"method"', '"method": "tools/list", "method"'), **NOT_JSON),
    "an id twice": Fault(swap('"id"', '"id": 1, "id"'), **NOT_JSON),
    "a key twice deep inside": Fault(swap(f'"{PAYLOAD}"', '{"a": {"b": 1, "b": 2}}'), **NOT_JSON),
    "two messages": Fault(TEXT.encode() * 2, **NOT_JSON),
    "a control character in a string": Fault(swap(PAYLOAD, PAYLOAD + "\x01"), **NOT_JSON),
    "deep nesting": Fault(swap(f'"{PAYLOAD}"', "[" * 100_000 + "]" * 100_000), **NOT_JSON),
    # The envelope
    "a batch": Fault(raw([CALL]), reason="batch", id=None, **NO_REQUEST),
    "an empty batch": Fault(b"[]", reason="batch", id=None, **NO_REQUEST),
    "a string": Fault(raw(PAYLOAD), reason="not_an_object", id=None, **NO_REQUEST),
    "an empty object": Fault(b"{}", reason="jsonrpc_version", id=None, **NO_REQUEST),
    "another JSON-RPC version": Fault(raw({**CALL, "jsonrpc": "1.0"}), reason="jsonrpc_version", **NO_REQUEST),
    "an id that is null": Fault(raw({**CALL, "id": None}), reason="id_kind", id=None, **NO_REQUEST),
    "an id that is a fraction": Fault(raw({**CALL, "id": 1.5}), reason="id_kind", id=None, **NO_REQUEST),
    "an id that is true": Fault(raw({**CALL, "id": True}), reason="id_kind", id=None, **NO_REQUEST),
    "an id that is an object": Fault(raw({**CALL, "id": {}}), reason="id_kind", id=None, **NO_REQUEST),
    "an id without end": Fault(raw({**CALL, "id": "1" * 5_000}), reason="id_kind", id=None, **NO_REQUEST),
    "a method that is a number": Fault(raw({**CALL, "method": 7}), reason="method_kind", **NO_REQUEST),
    "a result beside the method": Fault(raw({**CALL, "result": {}}), reason="request_and_response", **NO_REQUEST),
    "a member nobody defined": Fault(raw({**CALL, "Method": "tools/list"}), reason="unknown_member", **NO_REQUEST),
    "params that are a list": Fault(raw({**CALL, "params": [PAYLOAD]}), reason="params_kind", **PARAMS),
    "a request without an id": Fault(raw({**LEGACY, "id": 1}).replace(b'"id": 1, ', b""), reason="request_without_id", wire="session", id=None, **NO_REQUEST),
    "a notification with an id": Fault(raw(message("notifications/initialized")), reason="notification_with_id", wire="session", **NO_REQUEST),
    "a response without an id": Fault(b'{"jsonrpc":"2.0","result":{}}', reason="response_without_id", wire="session", id=None, **NO_REQUEST),
    "an answer to nothing": Fault(b'{"jsonrpc":"2.0","id":1,"result":{}}', reason="unsolicited_response", wire="session", id=None, **NO_REQUEST),
    "an answer on the stateless wire": Fault(b'{"jsonrpc":"2.0","id":1,"result":{}}', changes=header(Mcp_Method=None), reason="modern_response", id=None, **NO_REQUEST),
    # The stateless wire: what must be in the envelope, and headers that agree with it
    "no _meta": Fault(raw(message(name="fine")), reason="meta_missing", **PARAMS),
    "no params": Fault(b'{"jsonrpc":"2.0","id":"its own","method":"tools/call"}', reason="meta_missing", **PARAMS),
    "_meta that is a text": Fault(raw(message(name="fine", _meta=PAYLOAD)), reason="meta_missing", **PARAMS),
    "no capabilities": Fault(meta(clientCapabilities=None), reason="meta_missing", **PARAMS),
    "no version in the body": Fault(meta(protocolVersion=None), reason="meta_missing", **PARAMS),
    "a version that is a number": Fault(meta(protocolVersion=20260728), reason="meta_missing", **PARAMS),
    "client info that is a text": Fault(meta(clientInfo=PAYLOAD), reason="meta_kind", **PARAMS),
    "another version in the body": Fault(meta(protocolVersion="2025-11-25"), reason="version_mismatch", **MISMATCH),
    "no version in the header": Fault(TEXT.encode(), changes={VERSION: None}, reason="version_header_missing", **MISMATCH),
    "an older version in the header": Fault(TEXT.encode(), changes={VERSION: "2025-06-18"}, reason="version_mismatch", **MISMATCH),
    "an unknown version in the header": Fault(TEXT.encode(), changes={VERSION: "2031-01-01"}, reason="version_mismatch", **MISMATCH),
    "two versions in one header": Fault(TEXT.encode(), changes={VERSION: "2025-06-18, 2026-07-28"}, reason="version_mismatch", **MISMATCH),
    "an unknown version in both": Fault(
        meta(protocolVersion="2031-01-01"), 400, -32022, "version_unsupported", changes={VERSION: "2031-01-01"}
    ),
    "no method header": Fault(TEXT.encode(), changes=header(Mcp_Method=None), reason="method_header", **MISMATCH),
    "another method header": Fault(TEXT.encode(), changes=header(Mcp_Method="tools/list"), reason="method_header", **MISMATCH),
    "a method header in capitals": Fault(TEXT.encode(), changes=header(Mcp_Method="Tools/Call"), reason="method_header", **MISMATCH),
    "no name header": Fault(TEXT.encode(), changes=header(Mcp_Name=None), reason="name_header", **MISMATCH),
    "another name header": Fault(TEXT.encode(), changes=header(Mcp_Name=PAYLOAD), reason="name_header", **MISMATCH),
    "a name header that is no Base64": Fault(TEXT.encode(), changes=header(Mcp_Name="=?base64?Zmlu?=x"), reason="name_header", **MISMATCH),
    "a name header with bad padding": Fault(TEXT.encode(), changes=header(Mcp_Name="=?base64?ZmluZQ?="), reason="name_header", **MISMATCH),
    "a name header with loose bits": Fault(TEXT.encode(), changes=header(Mcp_Name="=?base64?ZmluZR==?="), reason="name_header", **MISMATCH),
    "a parameter header that is no Base64": Fault(TEXT.encode(), changes={"Mcp-Param-a": "=?base64?a?="}, reason="param_header_encoding", **MISMATCH),
    "a header for another URI": Fault(
        raw(stateless("resources/read", uri="airflow://a")), changes=header(Mcp_Method="resources/read", Mcp_Name="airflow://b"), reason="name_header", **MISMATCH
    ),
    "initialize on the stateless wire": Fault(
        raw(message("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={})),
        changes=header(Mcp_Method="initialize", Mcp_Name=None), reason="initialize_on_modern", **MISMATCH,
    ),
    "an unknown method": Fault(raw(stateless("tools/destroy")), 404, -32601, "unknown_method", changes=header(Mcp_Method="tools/destroy")),
    "a task method": Fault(raw(stateless("tasks/get", taskId="1")), 404, -32601, "unknown_method", changes=header(Mcp_Method="tasks/get")),
    "ping on the stateless wire": Fault(raw(stateless("ping")), 404, -32601, "unknown_method", changes=header(Mcp_Method="ping")),
    "a server's method": Fault(raw(stateless("roots/list")), 404, -32601, "unknown_method", changes=header(Mcp_Method="roots/list")),
    # Parameters
    "no tool": Fault(raw(stateless(arguments={})), reason="target_missing", changes=header(Mcp_Name=None), **PARAMS),
    "arguments that are a list": Fault(raw(stateless(name="fine", arguments=[PAYLOAD])), reason="arguments_kind", **PARAMS),
    "a parameter nobody defined": Fault(raw(stateless(name="fine", tool=PAYLOAD)), reason="unknown_param", **PARAMS),
    "a parameter in another case": Fault(raw(stateless(name="fine", Name=PAYLOAD)), reason="unknown_param", **PARAMS),
    "a state that is a number": Fault(raw(stateless(name="fine", requestState=7)), reason="request_state_kind", **PARAMS),
    "a cursor that is a number": Fault(
        raw(stateless("tools/list", cursor=7)), reason="cursor_kind", changes=header(Mcp_Method="tools/list", Mcp_Name=None), **PARAMS
    ),
    "listening to nothing": Fault(
        raw(stateless("subscriptions/listen")), reason="listen_shape", changes=header(Mcp_Method="subscriptions/listen", Mcp_Name=None), **PARAMS
    ),
    "a progress token that is a list": Fault(
        raw(message(name="fine", _meta={**META, "progressToken": [PAYLOAD]})), reason="progress_token", **PARAMS
    ),
    # Sessions
    "no session": Fault(LEGACY_TEXT.encode(), changes=header(Mcp_Session_Id=None), reason="no_session", wire="session", **NO_REQUEST),
    "an unknown session": Fault(LEGACY_TEXT.encode(), 404, -32600, "session_not_found", changes=header(Mcp_Session_Id="0123456789abcdef"), wire="session"),
    "an unknown session, ended": Fault(b"", 404, -32600, "session_not_found", changes=header(Mcp_Session_Id="0123456789abcdef"), wire="session", method="DELETE", id=None),
    "another version than the session's": Fault(LEGACY_TEXT.encode(), changes={VERSION: "2025-03-26"}, reason="session_version", wire="session", **MISMATCH),
    "a version that nobody knows": Fault(LEGACY_TEXT.encode(), 400, -32022, "version_unsupported", changes={VERSION: "banana"}, wire="session"),
    "an unknown method on a session": Fault(raw(message("tools/destroy")), 200, -32601, "unknown_method", wire="session"),
    "a stateless method on a session": Fault(raw(message("server/discover")), 200, -32601, "unknown_method", wire="session"),
    "an unknown notification": Fault(
        b'{"jsonrpc":"2.0","method":"notifications/nope"}', 400, -32601, "unknown_method", wire="session", id=None
    ),
    "a cancellation of nothing": Fault(
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}', reason="cancelled_id", wire="session", id=None, **PARAMS
    ),
    "another name in a header that sessions do not need": Fault(LEGACY_TEXT.encode(), changes=header(Mcp_Name="safe"), reason="name_header", wire="session", **MISMATCH),
    "initialize without client info": Fault(
        raw(message("initialize", protocolVersion="2025-11-25", capabilities={})), 200, -32602, "initialize_shape", changes={VERSION: None}, wire="session"
    ),
    # What the verbs ask
    "a stream without a session": Fault(b"", 405, -32600, "no_session", method="GET", id=None),
    "a stream that cannot be read": Fault(b"", 406, -32600, "accept", changes={"Accept": "application/json"}, wire="session", method="GET", id=None),
    "a stream that goes on": Fault(b"", 405, -32600, "resumption", changes=header(Accept="text/event-stream", Last_Event_ID="7"), wire="session", method="GET", id=None),
    "an end without a session": Fault(b"", 405, -32600, "no_session", method="DELETE", id=None),
    "PUT": Fault(TEXT.encode(), 405, -32600, "http_method", method="PUT", id=None),
    "HTTP methods nobody knows": Fault(TEXT.encode(), 405, -32600, "http_method", method="BREW", id=None),
    # Media
    "another content type": Fault(TEXT.encode(), 415, -32600, "content_type", changes={"Content-Type": "application/jsonx"}, id=None),
    "no content type": Fault(TEXT.encode(), 415, -32600, "content_type", changes={"Content-Type": None}, id=None),
    "another charset": Fault(TEXT.encode(), 415, -32600, "content_type", changes={"Content-Type": "application/json; charset=utf-16"}, id=None),
    "a compressed body": Fault(TEXT.encode(), 415, -32600, "content_encoding", changes={"Content-Encoding": "gzip"}, id=None),
    "no events wanted": Fault(TEXT.encode(), 406, -32600, "accept", changes={"Accept": "application/json"}),
    "no JSON wanted": Fault(TEXT.encode(), 406, -32600, "accept", changes={"Accept": "text/event-stream"}),
    "too long": Fault(b"", 413, -32600, "body_too_large", changes={"Content-Length": "4194305"}, id=None),
    # Where it goes, and who asks
    "another Host": Fault(TEXT.encode(), 421, -32600, "host", changes={"Host": "evil.example"}, id=None),
    "another Origin": Fault(TEXT.encode(), 403, -32600, "origin", changes={"Origin": "https://evil.example"}, id=None),
    "no token": Fault(TEXT.encode(), 401, -32600, "no_token", changes={"Authorization": None}, id=None),
    "Basic credentials": Fault(TEXT.encode(), 401, -32600, "basic_auth", changes={"Authorization": "Basic YTpi"}, id=None),
    "a token that is none": Fault(TEXT.encode(), 401, -32600, "invalid_token", changes={"Authorization": "Bearer " + PAYLOAD.split()[0]}, id=None),
}

# Heads and bodies that are no strict HTTP: the bytes behind the request line, the status, and the reason.
LINES: dict[str, tuple[str, int, str]] = {
    "two Hosts": ("Host: {h}\r\nHost: {h}\r\n\r\n", 400, "repeated_field"),
    "no Host": ("X: y\r\n\r\n", 400, "missing_host"),
    "a length and chunks": ("Host: {h}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "length_and_coding"),
    "two lengths": ("Host: {h}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}", 400, "bad_length"),
    "two equal lengths": ("Host: {h}\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}", 400, "bad_length"),
    "chunks that are not last": ("Host: {h}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, "bad_coding"),
    "another coding": ("Host: {h}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "unknown_coding"),
    "a folded line": ("Host: {h}\r\nX: y\r\n {p}\r\n\r\n", 400, "folded_line"),
    "a blank before the colon": ("Host : {h}\r\n\r\n", 400, "space_before_colon"),
    "a bare newline": ("Host: {h}\nX: {p}\r\n\r\n", 400, "bare_lf"),
    "a bare return": ("Host: {h}\r\nX: y\rZ: {p}\r\n\r\n", 400, "bare_cr"),
    "a NUL": ("Host: {h}\r\nX: \0{p}\r\n\r\n", 400, "control_in_value"),
    "two tokens": ("Host: {h}\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400, "repeated_field"),
    "two content types": ("Host: {h}\r\nContent-Type: a/b\r\nContent-Type: application/json\r\n\r\n", 400, "repeated_field"),
    "two Origins": ("Host: {h}\r\nOrigin: http://a\r\nOrigin: http://b\r\n\r\n", 400, "repeated_field"),
    "two versions": ("Host: {h}\r\nMCP-Protocol-Version: 2025-06-18\r\nMcp-Protocol-Version: 2026-07-28\r\n\r\n", 400, "duplicate_mcp_header"),
    "two method headers": ("Host: {h}\r\nMcp-Method: tools/list\r\nMcp-Method: tools/call\r\n\r\n", 400, "duplicate_mcp_header"),
    "two name headers": ("Host: {h}\r\nMcp-Name: a\r\nmcp-name: b\r\n\r\n", 400, "duplicate_mcp_header"),
    "two sessions": ("Host: {h}\r\nMcp-Session-Id: a\r\nMCP-Session-Id: b\r\n\r\n", 400, "duplicate_mcp_header"),
    "an expectation": ("Host: {h}\r\nExpect: {p}\r\n\r\n", 417, "unknown_expectation"),
    "a head without measure": ("Host: {h}\r\n" + "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 1100, 431, "head_too_large"),
    "lines without measure": ("Host: {h}\r\n" + "X: y\r\n" * 101 + "\r\n", 431, "too_many_fields"),
}
# Whole request lines.
STARTS: dict[str, tuple[str, int, str]] = {
    "another authority in the target": ("POST http://other/scripted HTTP/1.1\r\nHost: {h}\r\n\r\n", 400, "authority_mismatch"),
    "a climbing path": ("POST /scripted/../admin HTTP/1.1\r\nHost: {h}\r\n\r\n", 400, "dot_segment"),
    "a climbing path, encoded": ("POST /scripted/%2e%2e/admin HTTP/1.1\r\nHost: {h}\r\n\r\n", 400, "dot_segment"),
    "a hidden slash": ("POST /scripted%2fx HTTP/1.1\r\nHost: {h}\r\n\r\n", 400, "encoded_separator"),
    "a target that is a star": ("OPTIONS * HTTP/1.1\r\nHost: {h}\r\n\r\n", 400, "target_form"),
    "a target without end": ("POST /" + "a" * 9_000 + " HTTP/1.1\r\nHost: {h}\r\n\r\n", 414, "target_too_long"),
    "HTTP/2 by surprise": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
    "no HTTP at all": ("{p}\r\n\r\n", 400, "bad_request_line"),
    "an unknown path": ("POST /nothing HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0\r\n\r\n", 404, "unknown_path"),
}
# Bodies in chunks, behind a right head.
CHUNKS: dict[str, tuple[str, int, str]] = {
    "a chunk that is none": ("zz\r\n{p}\r\n0\r\n\r\n", 400, "bad_chunk_size"),
    "a chunk that does not end": ("5\r\n{p}\r\n0\r\n\r\n", 400, "bad_chunk_end"),
    "a size beyond numbers": ("fffffffffffffffff\r\n", 400, "bad_chunk_size"),
    "a newline behind the size": ("5\nhello\r\n0\r\n\r\n", 400, "bare_lf"),
    "an extension without measure": ("5;" + "a" * 5_000 + "\r\nhello\r\n0\r\n\r\n", 400, "chunk_extension_too_long"),
    "a request for a trailer": ("2\r\n{{}}\r\n0\r\nGET /scripted HTTP/1.1\r\n\r\n", 400, "bad_trailer"),
}


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture(scope="module")
def house(identity):
    """What was answered, counted and written when all of them had been sent."""
    replies: dict[str, Reply] = {}
    with Upstream({"fine": fine}) as upstream:
        with Louver({"scripted": {"url": upstream.url, "wire": "both"}}, policy(["fine"]), identity, extra=PLENTY, workers=1) as louver:
            token = identity.token()
            session = Session(louver.port, "/scripted", token)
            wait_until(lambda: len(louver.access_file.read_text().splitlines()) == 2)
            seen = len(upstream.requests)
            for name, fault in FAULTS.items():
                with Connection(louver.port) as connection:
                    lines = session.headers if fault.wire == "session" else modern(token, "tools/call", "fine")
                    length = {"Content-Length": str(len(fault.body))} if fault.body or fault.method == "POST" else {}
                    connection.get("/scripted", {**length, **lines, **fault.changes}, fault.method)
                    connection.send(fault.body)
                    replies[name] = connection.reply()
            authority = f"127.0.0.1:{louver.port}"
            lines = "".join(f"{name}: {value}\r\n" for name, value in modern(token, "tools/call", "fine").items())
            heads = [(LINES, "POST /scripted HTTP/1.1\r\n"), (STARTS, ""), (CHUNKS, f"POST /scripted HTTP/1.1\r\nHost: {authority}\r\n{lines}Transfer-Encoding: chunked\r\n\r\n")]
            for table, head in heads:
                for name, (text, _, _) in table.items():
                    with Connection(louver.port) as connection:
                        connection.send((head + text.format(h=authority, p=PAYLOAD)).encode())
                        replies[name] = connection.reply()
            wait_until(lambda: len(louver.access_file.read_text().splitlines()) >= 2 + len(replies))
            written = [json.loads(line) for line in louver.access_file.read_text().splitlines()[2:]]
            counted = Counter()
            for line in louver.admin("/metrics").splitlines():
                if line.startswith("louver_refusals_total{"):
                    counted[line.split('reason="')[1].split('"')[0]] += int(float(line.rpartition(" ")[2]))
            text = louver.access_file.read_text() + louver.log_file.read_text()
            yield SimpleNamespace(replies=replies, lines=dict(zip(replies, written)), written=written, counted=counted, text=text, upstream=upstream, seen=seen)
            assert louver.stop() == 0, louver.log_file.read_text()


@pytest.mark.parametrize("name", FAULTS)
def test_a_malformed_request_is_told_what_is_wrong(name, house):
    fault, reply, line = FAULTS[name], house.replies[name], house.lines[name]
    assert (reply.status, reply.answer["error"]["code"]) == (fault.status, fault.code), reply.body
    assert reply.answer["id"] == fault.id
    assert (line["reason"], line["status"]) == (fault.reason, fault.status)
    assert reply.headers["content-type"] == "application/json"
    if fault.status == 405:
        assert reply.headers["allow"] == "POST"
    if fault.status == 401:
        assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", [*LINES, *STARTS, *CHUNKS])
def test_what_is_no_strict_http_is_refused(name, house):
    _, status, reason = {**LINES, **STARTS, **CHUNKS}[name]
    reply, line = house.replies[name], house.lines[name]
    assert (reply.status, line["status"], line["reason"]) == (status, status, reason), (reply.body, line)
    assert reply.answer["error"]["code"] in (-32600, -32020)


def test_each_is_counted_once_and_leaves_one_line(house):
    expected = Counter(fault.reason for fault in FAULTS.values())
    expected += Counter(reason for table in (LINES, STARTS, CHUNKS) for _, _, reason in table.values())
    assert house.counted == expected
    assert len(house.written) == len(house.replies)


def test_nothing_of_them_is_written_or_answered(house):
    assert PAYLOAD not in house.text and "evil.example" not in house.text
    for name, reply in house.replies.items():
        assert PAYLOAD.encode() not in reply.body, name


def test_nothing_of_them_reaches_the_upstream(house):
    assert house.upstream.requests[house.seen :] == []
