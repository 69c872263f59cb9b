"""Placeholders that come back from a client: recognised wherever a request can carry them, in every disguise that redaction sees through."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from contextlib import closing
from urllib.parse import quote

import pytest
from raw import META, Connection, Reply, Session, ask, modern
from servers import LAX
from upstream import Turn

HELD = "hunter2-x9Kq"
RULES = """  - { id: read, allow: resources/read, resources: ["*"], principals: [analysts] }
  - { id: look, allow: [prompts/get, completion/complete], prompts: [greet], principals: [analysts] }
"""


def text_of(reply: Reply) -> str:
    return reply.answer["result"]["content"][0]["text"]


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


DISGUISES = {
    "as it stands": lambda p: p,
    "small": str.lower,
    "capitals": str.upper,
    "low lines behind backslashes": lambda p: p.replace("_", "\\_"),
    "zero width": lambda p: p[:4] + "\u200b" + p[4:],
    "soft hyphen": lambda p: p[:6] + "\u00ad" + p[6:],
    "full width": lambda p: "".join(chr(ord(c) + 0xFEE0) if "A" <= c <= "Z" else c for c in p[:8]) + p[8:],
    "terminal": lambda p: p[:3] + "\x1b[1m" + p[3:],
    "escaped": lambda p: "".join(f"\\u{ord(c):04x}" for c in p),
    "JSON in a string": lambda p: json.dumps({"password": p}),
    "JSON in JSON in a string": lambda p: json.dumps(json.dumps({"password": p})),
    "percent": percent,
    "percent, twice": lambda p: percent(percent(p)),
    "a connection": lambda p: f"postgresql://user:{quote(p)}@db/x",
    "base64": lambda p: b64(f"the password is {p} as before"),
    "base64, twice": lambda p: b64(b64(f"the password is {p} as before")),
    "hexadecimal": lambda p: binascii.hexlify(f"password={p}; and more".encode()).decode(),
    "base32": lambda p: base64.b32encode(f"password={p}; and more".encode()).decode(),
    "gzip": lambda p: b64(gzip.compress(f"password={p}; and more".encode())),
    "quoted-printable": lambda p: "".join(f"={byte:02X}" for byte in p.encode()),
}


def leak(turn: Turn) -> None:
    turn.result({"content": [{"type": "text", "text": "ok"}], "structuredContent": {"password": HELD}})


def answer_all(turn: Turn) -> None:
    match turn.request.message.get("method"):
        case "resources/read":
            turn.result({"contents": [], "ttlMs": 0, "cacheScope": "public"})
        case "prompts/get":
            turn.result({"messages": []})
        case "completion/complete":
            turn.result({"completion": {"values": []}})
        case _:
            turn.upstream.respond(turn)


def shown(louver, identity) -> str:
    """The placeholder that a reply showed."""
    return ask(louver.port, "/scripted", identity.token(), "leak").answer["result"]["structuredContent"]["password"]


@pytest.fixture
def upstream(serve):
    made = serve({"leak": leak, "echo": lambda turn: turn.text("got it")})
    made.instead = answer_all
    return made


@pytest.mark.parametrize("style", ["typed", "mask", "hash-only"])
def test_every_disguise_of_an_argument_is_refused_or_passes_as_the_policy_says(front, upstream, identity, style):
    strict = front(upstream, more=LAX + f"redaction: {{ style: {style} }}\n")
    placeholder = shown(strict, identity)
    assert placeholder.startswith("REDACTED_") and HELD not in placeholder
    seen = []
    for name, make in DISGUISES.items():
        for arguments in ({"value": make(placeholder)}, {"deep": [{"er": [make(placeholder)]}]}, {make(placeholder): 1}):
            reply = ask(strict.port, "/scripted", identity.token(), "echo", arguments)
            if "placeholder" not in text_of(reply) or not reply.answer["result"]["isError"]:
                seen.append(name)
    assert not seen and not [call for call in upstream.calls() if call.message["params"]["name"] == "echo"]
    strict.expect(3 * len(DISGUISES), "louver_refusals_total", reason="placeholder")
    assert text_of(ask(strict.port, "/scripted", identity.token(), "echo", {"value": "REDACTED by hand, redacted_customers"})) == "got it"
    lax = front(upstream, more=LAX + f"redaction: {{ style: {style}, returned_placeholders: pass }}\n")
    for make in DISGUISES.values():
        assert text_of(ask(lax.port, "/scripted", identity.token(), "echo", {"value": make(placeholder)})) == "got it"
    passed = [call.message["params"]["arguments"]["value"] for call in upstream.calls() if "value" in call.message["params"].get("arguments", {})]
    assert passed[1:] == [make(placeholder) for make in DISGUISES.values()], "as they came"


def test_what_is_encoded_too_often_to_be_looked_into_is_refused(front, upstream, identity):
    """A placeholder may be in it, or none: nobody can tell."""
    strict = front(upstream)
    held = shown(strict, identity)
    deep = {
        "base64": b64(b64(b64(b64(f"the password is {held} as before")))),
        "percent": percent(percent(percent(percent("a b")))),
        "percent in base64": b64(b64(b64(percent("nothing of ours, and more of it")))),
        "a bomb": b64(zlib.compress(b"a line like any other\n" * 100_000, 9)),
    }
    for name, value in deep.items():
        reply = ask(strict.port, "/scripted", identity.token(), "echo", {"value": value})
        assert reply.answer["result"]["isError"] and "encoded more often" in text_of(reply), (name, text_of(reply))
        assert reply.answer["result"]["_meta"]["io.louver/refusal"]["code"] == 4034, name
    assert not [call for call in upstream.calls() if call.message["params"]["name"] == "echo"]
    strict.expect(len(deep), "louver_refusals_total", reason="placeholder")
    assert text_of(ask(strict.port, "/scripted", identity.token(), "echo", {"value": b64(b64(b64("as deep as one looks")))})) == "got it"
    lax = front(upstream, more=LAX + "redaction: { returned_placeholders: pass }\n")
    for value in deep.values():
        assert text_of(ask(lax.port, "/scripted", identity.token(), "echo", {"value": value})) == "got it"


def test_placeholders_are_recognised_in_every_part_of_a_request(front, upstream, identity):
    strict = front(upstream, rules=RULES)
    lax = front(upstream, rules=RULES, more=LAX + "redaction: { returned_placeholders: pass }\n")
    held = shown(strict, identity)
    requests = [
        ("resources/read", f"airflow://logs/{held}", {"uri": f"airflow://logs/{held}"}),
        ("prompts/get", "greet", {"name": "greet", "arguments": {"name": held}}),
        ("tools/call", "echo", {"name": "echo", "arguments": {}, "_meta": {**META, "example.org/note": held}}),
        (
            "completion/complete",
            None,
            {"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "name", "value": held}},
        ),
    ]
    for louver, is_refused in ((strict, True), (lax, False)):
        before = len(upstream.requests)
        for method, name, params in requests:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META, **params}}
            with closing(Connection(louver.port)) as connection:
                reply = connection.post("/scripted", body, modern(identity.token(), method, name))
            assert reply.status == 200, (method, reply.body)
            assert ("placeholder" in reply.body.decode()) == is_refused, (method, reply.body)
        heard = [request.message.get("method") for request in upstream.requests[before:]]
        assert [method for method, _, _ in requests if method in heard] == ([] if is_refused else [method for method, _, _ in requests])
    strict.expect(len(requests), "louver_refusals_total", reason="placeholder")


def test_placeholders_are_recognised_in_sessions(front, upstream, identity):
    strict = front(upstream)
    held = shown(strict, identity)
    session = Session(strict.port, "/scripted", identity.token())
    assert "placeholder" in text_of(session.call("echo", {"value": percent(held)}, 1))
    assert text_of(session.call("echo", {"value": "fine"}, 2)) == "got it"
    # A notification has no answer in which a refusal could be told.
    assert session.notify("notifications/cancelled", {"requestId": 77, "reason": held}).status == 202
