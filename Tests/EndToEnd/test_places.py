"""A secret in every place of every kind of reply: none is left in what the client gets, body and headers, on either wire.

A place whose text may be changed is scrubbed; where it may not, the reply is withheld. Both are right here.
"""

from __future__ import annotations

import base64
import gzip
import json

import planted
import pytest
from leaks import survivors
from louver import PLENTY, Louver
from raw import HELLO, META, Connection, Reply, Session, base, modern
from servers import policy
from upstream import Turn, Upstream, content

PASSWORD = f"password={planted.SESSION}"
KEYED = {"password": planted.SESSION, "inner": {"api_key": planted.API_KEY}}
TEXT = f"first {planted.GITHUB} then {planted.DB_URL} {PASSWORD} aws_secret_access_key={planted.AWS_SECRET} last"
LINKS = [planted.DB_URL, f"https://h/x?{PASSWORD}", f"https://h/{planted.GITHUB}"]


def b64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def block(type: str = "text", **members: object) -> dict:
    return {"content": [{"type": type, **members}]}


def resource(**members: object) -> dict:
    return block("resource", resource={"uri": "a://b", **members})


def link(**members: object) -> dict:
    return block("resource_link", **{"uri": "a://b", "name": "n", **members})


SERVER_INFO = "io.modelcontextprotocol/serverInfo"
CALLS = {
    "text": block(text=TEXT),
    "text in Base64": block(text="x " + b64(TEXT)),
    "text that is an object": block(text=KEYED),
    "text that is a list": block(text=[TEXT]),
    "type": block(TEXT),
    "a type nobody knows": block("odd", odd=TEXT),
    "member of a block": block(text="x", odd=KEYED),
    "_meta of a block": block(text="x", _meta={"a": TEXT}),
    "annotation": block(text="x", annotations={"audience": ["user"], "note": TEXT, **KEYED}),
    "annotation, audience": block(text="x", annotations={"audience": [TEXT]}),
    "annotation, audience that is an object": block(text="x", annotations={"audience": KEYED}),
    "image": block("image", mimeType="image/png", data=b64(TEXT)),
    "image that is an object": block("image", mimeType="image/png", data=KEYED),
    "audio": block("audio", mimeType="audio/wav", data=b64(TEXT)),
    "blob": resource(mimeType="text/plain", blob=b64(TEXT)),
    "blob without a type": resource(blob=b64(TEXT)),
    "blob, other alphabet": resource(blob=base64.urlsafe_b64encode(TEXT.encode()).decode()),
    "blob in UTF-16": resource(blob=b64(TEXT.encode("utf-16"))),
    "blob, compressed": resource(blob=b64(gzip.compress(TEXT.encode()))),
    "text of a resource": resource(text=TEXT),
    "type of a resource": resource(text="x", mimeType=TEXT),
    "_meta of a resource": resource(text="x", _meta={"a": KEYED}),
    "uri that is an object": resource(uri=KEYED, text="x"),
    "words of a link": link(name=TEXT, title=TEXT, description=TEXT),
    "icon": link(icons=[{"src": f"https://h/{planted.GITHUB}"}]),
    "icon, odd member": link(icons=[{"src": "https://h", "note": TEXT, **KEYED}]),
    **{f"uri of a resource, {at}": resource(uri=uri, text="x") for at, uri in enumerate(LINKS)},
    **{f"uri of a link, {at}": link(uri=uri) for at, uri in enumerate(LINKS)},
    "content that is text": {"content": TEXT},
    "content that is an object": {"content": {"type": "text", "text": TEXT}},
    "content, twice in lists": {"content": [[{"type": "text", "text": TEXT}]]},
    "structured": {"content": [], "structuredContent": {"a": [TEXT, KEYED]}},
    "structured, a key": {"content": [], "structuredContent": {planted.GITHUB: 1, TEXT: {"a": 1}}},
    "structured, a text": {"content": [], "structuredContent": TEXT},
    "odd member": {"content": [], "odd": [TEXT, KEYED]},
    "odd key": {"content": [], TEXT: 1},
    "isError": {"content": [], "isError": TEXT},
    "isError that is an object": {"content": [], "isError": KEYED},
    "ttlMs": {"content": [], "ttlMs": KEYED},
    "cacheScope": {"content": [], "cacheScope": TEXT},
    "resultType": {"content": [], "resultType": TEXT},
    "requestState": {"content": [], "requestState": TEXT},
    "inputRequests": {"inputRequests": {"k": {"method": "elicitation/create", "params": {"message": TEXT, "requestedSchema": {}}}}},
    "task": {"task": {"taskId": TEXT, "statusMessage": TEXT}},
    "_meta": {"content": [], "_meta": {"note": TEXT, **KEYED}},
    "_meta, a key": {"content": [], "_meta": {TEXT: 1}},
    "_meta, server": {"content": [], "_meta": {SERVER_INFO: {"name": "n", "version": "1", "title": TEXT, "odd": KEYED}}},
    "_meta, version of the server": {"content": [], "_meta": {SERVER_INFO: {"name": "n", "version": planted.GITHUB}}},
    "_meta, task": {"content": [], "_meta": {"io.modelcontextprotocol/related-task": {"taskId": TEXT}}},
    "_meta, subscription": {"content": [], "_meta": {"io.modelcontextprotocol/subscriptionId": TEXT}},
    "_meta, what only Louver says": {"content": [], "_meta": {"io.louver/redactions": TEXT}},
}


def tool(**members: object) -> dict:
    return {"tools": [{"name": "t", "inputSchema": {"type": "object"}, **members}], "ttlMs": 0, "cacheScope": "public"}


def schema(**members: object) -> dict:
    return tool(inputSchema={"type": "object", **members})


TOOLS = {
    "description": tool(description=TEXT),
    "title": tool(title=TEXT),
    "_meta": tool(_meta={"a": KEYED}),
    "odd member": tool(odd=TEXT),
    "annotation": tool(annotations={"title": TEXT, "note": TEXT, **KEYED}),
    "execution": tool(execution={"taskSupport": "optional", "note": TEXT, **KEYED}),
    "icon": tool(icons=[{"src": "https://h", **KEYED}]),
    "description of an argument": schema(properties={"a": {"description": TEXT}}),
    "default of an argument": schema(properties={"a": {"default": TEXT}}),
    "default of an argument that keeps a secret": schema(properties={"password": {"default": planted.SESSION}}),
    "one value of an argument": schema(properties={"a": {"const": TEXT}}),
    "values of an argument": schema(properties={"a": {"enum": [TEXT]}}),
    "examples": schema(examples=[KEYED]),
    "a keyword nobody defined": schema(**{"x-note": TEXT, "example": KEYED}),
    "name of an argument": schema(properties={planted.GITHUB: {"type": "string"}}),
    "pattern of a name": schema(patternProperties={planted.GITHUB: {"type": "string"}}),
    "schema that is a text": tool(inputSchema=TEXT),
    "schema of answers": tool(outputSchema={"type": "object", "description": TEXT, "x-note": KEYED}),
    "member of the list": {"tools": [], "odd": TEXT, "_meta": KEYED},
    "list that is a text": {"tools": TEXT},
    "entry that is a text": {"tools": [TEXT]},
}


def entry(key: str, **members: object) -> dict:
    return {key: [{"name": "p", "uri": "a://b", "uriTemplate": "a://{b}", **members}]}


LISTS = {
    f"{method}, {place}": (method, {}, entry(key, **{place: value}))
    for method, key in {"resources/list": "resources", "resources/templates/list": "resourceTemplates", "prompts/list": "prompts"}.items()
    for place, value in {
        "description": TEXT, "title": TEXT, "odd": KEYED, "mimeType": TEXT, "uri": LINKS[0], "uriTemplate": LINKS[1], "_meta": KEYED,
        "annotations": {"note": TEXT, **KEYED}, "arguments": [{"name": "a", "description": TEXT, "odd": KEYED}], "icons": [{"src": "x", **KEYED}],
    }.items()
}

READS = {
    "text": {"uri": "a://b", "text": TEXT},
    "blob": {"uri": "a://b", "blob": b64(TEXT), "mimeType": "application/octet-stream"},
    "_meta": {"uri": "a://b", "text": "x", "_meta": KEYED},
    "odd member": {"uri": "a://b", "text": "x", "odd": TEXT},
    **{f"uri, {at}": {"uri": uri, "text": "x"} for at, uri in enumerate(LINKS)},
}

COMPLETION = {"ref": {"type": "ref/prompt", "name": "p"}, "argument": {"name": "a", "value": "b"}}
RESULTS = {
    **{f"tools/call, {name}": ("tools/call", {"name": "t", "arguments": {}}, result) for name, result in CALLS.items()},
    **{f"tools/list, {name}": ("tools/list", {}, result) for name, result in TOOLS.items()},
    **LISTS,
    **{f"resources/read, {name}": ("resources/read", {"uri": "a://b"}, {"contents": [one]}) for name, one in READS.items()},
    "prompts/get, description": ("prompts/get", {"name": "p"}, {"description": TEXT, "messages": []}),
    "prompts/get, message": ("prompts/get", {"name": "p"}, {"messages": [{"role": "user", "content": {"type": "text", "text": TEXT}}]}),
    "prompts/get, odd member": ("prompts/get", {"name": "p"}, {"messages": [{"role": "user", "content": {"type": "text", "text": "x"}, "odd": KEYED}]}),
    "prompts/get, message that is text": ("prompts/get", {"name": "p"}, {"messages": [{"role": "user", "content": TEXT}]}),
    "completion/complete, values": ("completion/complete", COMPLETION, {"completion": {"values": [TEXT]}}),
    "completion/complete, odd member": ("completion/complete", COMPLETION, {"completion": {"values": [], "odd": KEYED}}),
}

ERRORS = {
    "message": {"code": -32602, "message": TEXT},
    "data": {"code": -32602, "message": "x", "data": [TEXT, KEYED]},
    "odd member": {"code": -32602, "message": "x", "odd": KEYED},
    "code": {"code": TEXT, "message": "x"},
    "message that is an object": {"code": -32602, "message": KEYED},
    "a page to open": {"code": -32042, "message": "x", "data": {"elicitations": [{"mode": "url", "url": LINKS[1], "message": TEXT, "elicitationId": "1"}]}},
}


def note(method: str, **params: object) -> dict:
    return {"jsonrpc": "2.0", "method": "notifications/" + method, "params": params}


NOTES = {
    "data": note("message", level="info", logger="l", data=[TEXT, KEYED]),
    "logger": note("message", level="info", logger=TEXT, data="x"),
    "level that is an object": note("message", level=KEYED, data="x"),
    "odd member": note("message", level="info", data="x", odd=TEXT),
    "_meta": note("message", level="info", data="x", _meta=KEYED),
    "beside the parameters": {**note("message", level="info", data="x"), "odd": TEXT},
    "words of progress": note("progress", progressToken="TOKEN", progress=1, message=TEXT),
    "odd member of progress": note("progress", progressToken="TOKEN", progress=1, odd=KEYED),
    "progress that is an object": note("progress", progressToken="TOKEN", progress=KEYED),
    "a list that changed": note("tools/list_changed", odd=TEXT),
    "a resource that changed": note("resources/updated", uri=LINKS[1]),
    "a method nobody knows": note("odd", data=TEXT),
}

HANDSHAKES = {
    "instructions": {"instructions": TEXT},
    "server": {"serverInfo": {"name": "n", "version": "1", "title": TEXT, "websiteUrl": LINKS[1], "odd": KEYED, "icons": [{"src": "x", **KEYED}]}},
    "capabilities": {"capabilities": {"tools": KEYED, "experimental": {"a": TEXT}, "odd": KEYED}},
    "odd member": {"odd": TEXT},
    "_meta": {"_meta": KEYED},
}

HEADERS = {
    "WWW_Authenticate": f'Bearer error="{PASSWORD}"',
    "Location": LINKS[1],
    "Set_Cookie": f"session={planted.SESSION}",
    "Server": planted.GITHUB,
    "ETag": f'"{planted.GITHUB}"',
    "X_Request_Id": planted.GITHUB,
    "Mcp_Session_Id": planted.GITHUB,
}



def question(method: str, **params: object) -> dict:
    return {"jsonrpc": "2.0", "id": "asked", "method": method, "params": params}


def form(**field: object) -> dict:
    return {"type": "object", "properties": {"team": {"type": "string", **field}}}


TALK = [{"role": "user", "content": {"type": "text", "text": TEXT}}]
USE = [{"type": "tool_use", "id": "1", "name": "n", "input": KEYED}, {"type": "tool_result", "toolUseId": "1", "content": [], "structuredContent": KEYED}]
QUESTIONS = {
    "words of a form": question("elicitation/create", message=TEXT, requestedSchema=form(title=TEXT, description=TEXT, default=TEXT)),
    "keyword of a form that nobody defined": question("elicitation/create", message="x", requestedSchema=form(**{"x-note": TEXT, "example": KEYED})),
    "odd member of a form": question("elicitation/create", message="x", requestedSchema=form(), odd=[TEXT, KEYED]),
    "page to open": question("elicitation/create", mode="url", url=LINKS[1], message=TEXT, elicitationId="1"),
    "messages of a model": question("sampling/createMessage", messages=TALK, systemPrompt=TEXT, metadata=KEYED, maxTokens=9),
    "tools of a model": question("sampling/createMessage", messages=[{"role": "assistant", "content": USE}], tools=TOOLS["description"]["tools"], maxTokens=9),
    "roots": question("roots/list", odd=TEXT, _meta=KEYED),
    "ping": question("ping", odd=TEXT),
    "an answer to nothing": {"jsonrpc": "2.0", "id": 7, "result": {"content": [{"type": "text", "text": TEXT}]}},
}

RULES = """  - { id: read, allow: [resources/read], resources: ["*"], principals: [analysts] }
  - { id: prompt, allow: [prompts/get, completion/complete], prompts: ["*"], principals: [analysts] }
  - { id: ask, allow: [elicitation/create, sampling/createMessage, roots/list], principals: [analysts] }
  - { id: listen, allow: subscriptions/listen, principals: [analysts] }
"""


class House:
    """One Louver in front of one upstream that answers what it is told to."""

    def __init__(self, upstream: Upstream, louver: Louver, token: str) -> None:
        self.upstream, self.louver, self.token = upstream, louver, token

    def ask(self, wire: str, method: str, params: dict, answer) -> Reply:
        """Asks once; the upstream answers that request, and no other, with `answer`."""

        def respond(turn: Turn) -> None:
            if turn.request.message.get("method") == method:
                return answer(turn)
            turn.upstream.respond(turn)

        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": {"progressToken": "mine"}}}
        if method == "initialize":
            lines = base(self.token)
            body["params"] = HELLO
        elif wire == "session":
            self.upstream.instead = None
            lines = Session(self.louver.port, "/scripted", self.token).headers
        else:
            lines = modern(self.token, method, params.get("name") or params.get("uri"))
            body["params"]["_meta"].update(META)
        self.upstream.instead = respond
        with Connection(self.louver.port) as connection:
            return connection.post("/scripted", body, lines)


@pytest.fixture(scope="module")
def house(identity):
    with Upstream({"t": lambda turn: turn.text("fine")}) as upstream:
        settings = {"scripted": {"url": upstream.url, "wire": "both"}}
        with Louver(settings, policy(["t"], rules=RULES), identity, extra=PLENTY, workers=1) as louver:
            yield House(upstream, louver, identity.token())
            upstream.instead = None
            assert louver.stop() == 0, louver.log_file.read_text()


def check(reply: Reply) -> None:
    headers = {name: value for name, value in reply.headers.items() if name != "mcp-session-id"}
    assert survivors(reply.body.decode() + json.dumps(headers)) == []
    # Whatever was done with it, the client has its answer.
    assert reply.answer["id"] == 1


CALL = ("tools/call", {"name": "t", "arguments": {}})
WIRES = pytest.mark.parametrize("wire", ["stateless", "session"])


@WIRES
@pytest.mark.parametrize("place", RESULTS)
def test_no_result_holds_a_secret(place, wire, house):
    method, params, result = RESULTS[place]
    check(house.ask(wire, method, params, lambda turn: turn.result(result)))


@WIRES
@pytest.mark.parametrize("status", [200, 400, 404])
@pytest.mark.parametrize("place", ERRORS)
def test_no_error_holds_a_secret(place, status, wire, house):
    for method, params in (CALL, ("tools/list", {})):
        check(house.ask(wire, method, params, lambda turn: turn.json({"jsonrpc": "2.0", "id": turn.id, "error": ERRORS[place]}, status)))


@WIRES
@pytest.mark.parametrize("place", NOTES)
def test_no_notification_holds_a_secret(place, wire, house):
    def answer(turn: Turn) -> None:
        token = turn.request.message["params"]["_meta"]["progressToken"]
        turn.events()
        turn.event(json.loads(json.dumps(NOTES[place]).replace('"TOKEN"', json.dumps(token))))
        turn.event(turn.answer(content("fine")))
        turn.end()

    check(house.ask(wire, *CALL, answer))


@pytest.mark.parametrize("stream", ["call", "session", "listen"])
@pytest.mark.parametrize("place", {**NOTES, **QUESTIONS})
def test_no_stream_holds_a_secret(place, stream, house):
    """What comes by itself: on the stream of a call, of a session and of a subscription, with comments, ids and other events around it."""
    said = {**NOTES, **QUESTIONS}[place]

    def answer(turn: Turn) -> None:
        if turn.request.method != "GET" and "method" not in turn.request.message:
            return turn.reply(202)
        if turn.request.method != "GET" and turn.request.message["method"] not in ("tools/call", "subscriptions/listen"):
            return turn.upstream.respond(turn)
        turn.events()
        meta = {"_meta": {"io.modelcontextprotocol/subscriptionId": turn.id}} if stream == "listen" else {}
        if stream == "listen":
            turn.event(note("subscriptions/acknowledged", notifications={"toolsListChanged": True, "odd": TEXT}, **meta))
        message = {**said, "params": {**said.get("params", {}), **meta}} if "method" in said else said
        turn.chunk(f": {TEXT}\r\nid: {planted.GITHUB}\r\ndata: {json.dumps(message)}\r\n\r\nevent: {planted.GITHUB}\r\ndata: {TEXT}\r\n\r\n".encode())
        if stream == "call":
            turn.event(turn.answer(content("fine")))
        turn.end()

    house.upstream.instead = None
    session = Session(house.louver.port, "/scripted", house.token)
    house.upstream.instead = answer
    with Connection(house.louver.port) as connection:
        if stream == "session":
            connection.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
            received = connection.reply().body
        elif stream == "call":
            received = connection.post("/scripted", {"jsonrpc": "2.0", "id": 1, "method": CALL[0], "params": CALL[1]}, session.headers).body
        else:
            body = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {"notifications": {"toolsListChanged": True}, "_meta": META}}
            received = connection.post("/scripted", body, modern(house.token, "subscriptions/listen")).body
    assert survivors(received.decode()) == []


@pytest.mark.parametrize("method", ["initialize", "server/discover"])
@pytest.mark.parametrize("place", HANDSHAKES)
def test_no_handshake_holds_a_secret(place, method, house):
    said = {"protocolVersion": "2025-11-25", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "serverInfo": {"name": "n", "version": "1"}}
    check(house.ask("stateless", method, {}, lambda turn: turn.result({**said, **HANDSHAKES[place]}, Mcp_Session_Id="0123456789abcdef")))


@WIRES
@pytest.mark.parametrize("status", [200, 201, 204, 301, 307, 400, 401, 403, 404, 405, 409, 429, 500, 503])
def test_no_header_and_no_words_of_http_hold_a_secret(status, wire, house):
    for method, params in (CALL, ("tools/list", {})):
        check(house.ask(wire, method, params, lambda turn: turn.reply(status, TEXT.encode(), "text/plain", **HEADERS)))
    check(house.ask(wire, *CALL, lambda turn: turn.json(turn.answer(content("fine")), status, **HEADERS)))
