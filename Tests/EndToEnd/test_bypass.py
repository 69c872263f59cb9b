"""Ways around a policy, each tried on both wires: whatever is sent, the upstream never sees a call that the policy does not allow.

The policy lets the analysts use `get_dag` for DAGs whose name begins with `own_`, and nothing else; `delete_dag` exists and would work.
"""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from raw import META, Connection, Session, base, modern
from servers import policy
from upstream import SESSION, Turn, Upstream

RULES = """rules:
  - id: own
    allow: tools/call
    tools: [get_dag]
    principals: [analysts]
    when: { dag_id: own_*, limit: { range: "1..10", type: integer } }
  - id: sized
    allow: tools/call
    tools: [get_dag]
    principals: [analysts]
    when: { dag_id: own_*, limit: { absent: true } }
  - { id: look, allow: prompts/get, prompts: [greet], principals: [analysts] }
  - { id: complete, allow: completion/complete, prompts: [greet], principals: [analysts] }
  - { id: read, allow: [resources/read, resources/subscribe], resources: ["airflow://version"], principals: [analysts] }
  - { id: listen, allow: subscriptions/listen, principals: [analysts] }
"""
POLICY = policy(["get_dag"], more="").split("rules:")[0] + RULES
SCHEMA = {"type": "object", "properties": {"dag_id": {"type": "string"}, "limit": {"type": "integer"}}}


def note(turn: Turn) -> None:
    turn.text("done")


@pytest.fixture(scope="module")
def house(identity):
    """One upstream and one Louver for all attempts."""
    from louver import PLENTY, Louver

    with Upstream({"get_dag": note, "delete_dag": note}) as upstream:
        upstream.schemas = {"get_dag": SCHEMA, "delete_dag": SCHEMA}
        with Louver({"scripted": {"url": upstream.url, "wire": "both"}}, POLICY, identity, extra=PLENTY, workers=1) as louver:
            yield upstream, louver
            assert louver.stop() == 0, louver.log_file.read_text()


META_KEYS = {"progressToken", "traceparent", "tracestate", "baggage"} | {
    "io.modelcontextprotocol/" + key for key in ("protocolVersion", "clientCapabilities", "clientInfo", "logLevel")
}


def is_allowed(request) -> bool:
    """Whether the upstream may have got this request under the policy."""
    message = request.message
    method, params = message.get("method"), message.get("params", {})
    match method:
        case "tools/call":
            arguments = params.get("arguments", {})
            # To a policy null is as good as absent, which `sized` allows.
            limit = 1 if arguments.get("limit") is None else arguments["limit"]
            # A list is judged by all of its elements: that is what a policy promises.
            ids = arguments.get("dag_id") if isinstance(arguments.get("dag_id"), list) else [arguments.get("dag_id")]
            return (
                params["name"] == "get_dag"
                and set(arguments) <= {"dag_id", "limit"}
                and ids != []
                and all(isinstance(one, str) and one.startswith("own_") for one in ids)
                and type(limit) is int
                and 1 <= limit <= 10
                and set(params) <= {"name", "arguments", "_meta"}
                and set(params.get("_meta", {})) <= META_KEYS
            )
        case "prompts/get":
            return params["name"] == "greet" and ".." not in json.dumps(params)
        case "completion/complete":
            return params["ref"] == {"type": "ref/prompt", "name": "greet"} and ".." not in json.dumps(params) and set(params["argument"]) == {"name", "value"}
        case "resources/read" | "resources/subscribe":
            return params["uri"] == "airflow://version"
        case "subscriptions/listen":
            return set(params["notifications"].get("resourceSubscriptions", [])) <= {"airflow://version"}
        case None:
            return request.method in ("GET", "DELETE")
        case _:
            return method in ("initialize", "server/discover", "tools/list", "ping", "notifications/initialized")


def envelope(params: str, method: str = "tools/call", before: str = "") -> str:
    return f'{{"jsonrpc":"2.0","id":1,{before}"method":"{method}","params":{params}}}'


def params(wire: str, name: str, arguments: str, more: str = "") -> str:
    meta = f',"_meta":{json.dumps(META)}' if wire == "modern" else ""
    return f'{{"name":{name},"arguments":{arguments}{more}{meta}}}'


OWN, OTHER = '{"dag_id":"own_a"}', '{"dag_id":"finance"}'
GET, DELETE = '"get_dag"', '"delete_dag"'

# What is sent as params of tools/call: name, arguments, and further members, as JSON text.
CALLS = {
    "another tool": (DELETE, OWN, ""),
    "another dag": (GET, OTHER, ""),
    "no argument": (GET, "{}", ""),
    "null argument": (GET, '{"dag_id":null}', ""),
    "duplicate argument": (GET, '{"dag_id":"own_a","dag_id":"finance"}', ""),
    "duplicate argument, escaped": (GET, '{"dag_id":"own_a","dag\\u005fid":"finance"}', ""),
    "duplicate argument, other case of the escape": (GET, '{"\\u0064ag_id":"finance","dag_id":"own_a"}', ""),
    "duplicate name": (GET, OWN, ',"name":"delete_dag"'),
    "duplicate name, escaped": (GET, OWN, ',"\\u006eame":"delete_dag"'),
    "duplicate arguments": (GET, OWN, ',"arguments":{"dag_id":"finance"}'),
    "duplicate arguments, escaped": (GET, OWN, ',"argument\\u0073":{"dag_id":"finance"}'),
    "case of the tool": ('"Get_Dag"', OTHER, ""),
    "case of the forbidden tool": ('"Delete_DAG"', OWN, ""),
    "case of the argument": (GET, '{"DAG_ID":"finance","dag_id":"own_a"}', ""),
    "camel case of the argument": (GET, '{"dagId":"finance","dag_id":"own_a"}', ""),
    "dashes in the argument": (GET, '{"dag-id":"finance","dag_id":"own_a"}', ""),
    "blank behind the argument": (GET, '{"dag_id ":"finance","dag_id":"own_a"}', ""),
    "nul in the argument": (GET, '{"dag_id\\u0000":"finance","dag_id":"own_a"}', ""),
    "name with a blank": ('"delete_dag "', OWN, ""),
    "name with a newline": ('"delete_dag\\n"', OWN, ""),
    "name with a nul": ('"delete_dag\\u0000"', OWN, ""),
    "allowed name with a nul and more": ('"get_dag\\u0000delete_dag"', OWN, ""),
    "escaped name": ('"\\u0064elete_dag"', OWN, ""),
    "percent in the name": ('"delete%5fdag"', OWN, ""),
    "full-width name": ('"\uff44elete_dag"', OWN, ""),
    "cyrillic look-alike": ('"d\u0435lete_dag"', OWN, ""),
    "combining mark": ('"delete_dag\u0301"', OWN, ""),
    "zero width": ('"delete_\u200bdag"', OWN, ""),
    "name as a list": ('["delete_dag"]', OWN, ""),
    "name as an object": ('{"name":"delete_dag"}', OWN, ""),
    "arguments as a list": (GET, '[{"dag_id":"own_a"}]', ""),
    "arguments as text": (GET, '"{\\"dag_id\\":\\"finance\\"}"', ""),
    "argument as a list": (GET, '{"dag_id":["own_a","finance"]}', ""),
    "argument in a list": (GET, '{"dag_id":["own_a"]}', ""),
    "argument as an object": (GET, '{"dag_id":{"glob":"own_a"}}', ""),
    "look-alike in the value": (GET, '{"dag_id":"\u043ewn_a"}', ""),
    "traversal": (GET, '{"dag_id":"own_/../finance"}', ""),
    "traversal, escaped": (GET, '{"dag_id":"own_\\u002f..\\u002ffinance"}', ""),
    "traversal, percent": (GET, '{"dag_id":"own_%2f..%2ffinance"}', ""),
    "traversal, twice percent": (GET, '{"dag_id":"own_%252f%2e%2e%252ffinance"}', ""),
    "traversal, backslash": (GET, '{"dag_id":"own_\\\\..\\\\finance"}', ""),
    "query": (GET, '{"dag_id":"own_a?dag_id=finance"}', ""),
    "fragment": (GET, '{"dag_id":"own_a#"}', ""),
    "full-width traversal": (GET, '{"dag_id":"own_\uff0f\uff0e\uff0e\uff0ffinance"}', ""),
    "newline in the value": (GET, '{"dag_id":"own_a\\nfinance"}', ""),
    "number as text": (GET, '{"dag_id":"own_a","limit":"5"}', ""),
    "number out of range": (GET, '{"dag_id":"own_a","limit":11}', ""),
    "number out of range, exponent": (GET, '{"dag_id":"own_a","limit":1e9}', ""),
    "number, huge": (GET, '{"dag_id":"own_a","limit":123456789012345678901234567890}', ""),
    "number, nearly one": (GET, '{"dag_id":"own_a","limit":10.00000000000000001}', ""),
    "number, true": (GET, '{"dag_id":"own_a","limit":true}', ""),
    "number in a list": (GET, '{"dag_id":"own_a","limit":[5]}', ""),
    "argument that the tool does not have": (GET, '{"dag_id":"own_a","force":true}', ""),
    "nested argument": (GET, '{"dag_id":"own_a","options":{"dag_id":"finance"}}', ""),
    "sibling of the arguments": (GET, OWN, ',"dag_id":"finance"'),
    "sibling tool": (GET, OWN, ',"tool":"delete_dag"'),
    "sibling in meta": (GET, OWN, ',"meta":{"name":"delete_dag"}'),
    "task": (GET, OTHER, ',"task":{"ttl":60000}'),
    "task of an allowed call": (GET, OWN, ',"task":{"ttl":60000}'),
    "input of a retry": (GET, OTHER, ',"inputResponses":{"q":{"action":"accept"}},"requestState":"s"'),
    "input of an allowed call": (GET, OWN, ',"inputResponses":{"q":{"action":"accept"}},"requestState":"s"'),
    "retry with another tool": (DELETE, OWN, ',"inputResponses":{},"requestState":"s"'),
    "look-alike of the allowed tool": ('"g\u0435t_dag"', OWN, ""),
    "encoded word": ('"=?base64?ZGVsZXRlX2RhZw==?="', OWN, ""),
    "name with a path": ('"get_dag/../delete_dag"', OWN, ""),
    "name with a namespace": ('"server.delete_dag"', OWN, ""),
    "name, percent twice": ('"delete%255fdag"', OWN, ""),
    "name from right to left": ('"\u202egad_eteled"', OWN, ""),
    "name with a soft hyphen": ('"delete\u00ad_dag"', OWN, ""),
    "name with a tab": ('"\\tdelete_dag"', OWN, ""),
    "name, mathematical letters": ('"\U0001d41d\U0001d41elete_dag"', OWN, ""),
    "name with a pattern": ('"*"', OWN, ""),
    "empty name": ('""', OWN, ""),
    "no name at all": ("null", OWN, ""),
    "key with a zero width": (GET, '{"dag_id\u200b":"finance","dag_id":"own_a"}', ""),
    "key, full width": (GET, '{"\uff44ag_id":"finance","dag_id":"own_a"}', ""),
    "key, cyrillic": (GET, '{"d\u0430g_id":"finance","dag_id":"own_a"}', ""),
    "key with a path": (GET, '{"dag_id":"own_a","dag_id.value":"finance"}', ""),
    "key with brackets": (GET, '{"dag_id":"own_a","dag_id[]":"finance"}', ""),
    "empty key": (GET, '{"dag_id":"own_a","":"finance"}', ""),
    "prototype": (GET, '{"dag_id":"own_a","__proto__":{"dag_id":"finance"}}', ""),
    "arguments in arguments": (GET, '{"dag_id":"own_a","arguments":{"dag_id":"finance"}}', ""),
    "value with a zero width": (GET, '{"dag_id":"own_\u200b../finance"}', ""),
    "value with a bidirectional mark": (GET, '{"dag_id":"own_\u202eecnanif"}', ""),
    "value with a nul": (GET, '{"dag_id":"own_a\\u0000finance"}', ""),
    "value with a semicolon": (GET, '{"dag_id":"own_a;/../finance"}', ""),
    "value with a pattern": (GET, '{"dag_id":"own_*/*"}', ""),
    "list of lists": (GET, '{"dag_id":[["own_a"],["finance"]]}', ""),
    "list with a null": (GET, '{"dag_id":["own_a",null]}', ""),
    "empty list": (GET, '{"dag_id":[]}', ""),
    "number, negative zero": (GET, '{"dag_id":"own_a","limit":-0}', ""),
    "number, leading zero": (GET, '{"dag_id":"own_a","limit":05}', ""),
    "number, plus": (GET, '{"dag_id":"own_a","limit":+5}', ""),
    "number, hexadecimal": (GET, '{"dag_id":"own_a","limit":0x5}', ""),
    "number as text, full width": (GET, '{"dag_id":"own_a","limit":"\uff15"}', ""),
    "number as text, blanks": (GET, '{"dag_id":"own_a","limit":" 5 "}', ""),
    "number, infinite": (GET, '{"dag_id":"own_a","limit":1e999}', ""),
    "number, null": (GET, '{"dag_id":"own_a","limit":null}', ""),
    "sibling uri": (GET, OWN, ',"uri":"airflow://config"'),
    "sibling ref": (GET, OWN, ',"ref":{"type":"ref/prompt","name":"other"}'),
    "sibling cursor": (GET, OWN, ',"cursor":"x"'),
    "sibling with an escape": (GET, OWN, ',"\\u0061rguments2":{"dag_id":"finance"}'),
    "task with a tool": (GET, OWN, ',"task":{"name":"delete_dag","arguments":{}}'),
    "two tasks": (GET, OWN, ',"task":{},"task":{"ttl":1}'),
    "too deep": (GET, '{"dag_id":"own_a","limit":' + "[" * 200 + "]" * 200 + "}", ""),
    "not a number": (GET, '{"dag_id":"own_a","limit":NaN}', ""),
    "comment": (GET, '{"dag_id":"own_a"/*,"dag_id":"finance"*/}', ""),
    "trailing comma": (GET, '{"dag_id":"own_a",}', ""),
    "lone surrogate": (GET, '{"dag_id":"own_\\ud800"}', ""),
}

# Whole bodies.
BODIES = {
    "batch": lambda p: f"[{envelope(p(GET, OWN))},{envelope(p(DELETE, OWN))}]",
    "batch of one": lambda p: f"[{envelope(p(DELETE, OWN))}]",
    "two messages": lambda p: envelope(p(GET, OWN)) + "\n" + envelope(p(DELETE, OWN)),
    "duplicate method": lambda p: envelope(p(DELETE, OWN), "tools/list", '"method":"tools/call",'),
    "duplicate method, escaped": lambda p: envelope(p(DELETE, OWN), "tools/list", '"m\\u0065thod":"tools/call",'),
    "duplicate params": lambda p: envelope(p(GET, OWN), before=f'"params":{p(DELETE, OWN)},'),
    "case of the method": lambda p: envelope(p(DELETE, OWN), "Tools/Call"),
    "blank in the method": lambda p: envelope(p(DELETE, OWN), "tools/call "),
    "escaped method": lambda p: envelope(p(DELETE, OWN), "tools\\/call"),
    "list with a name": lambda p: envelope(p(DELETE, OWN), "tools/list"),
    "ping with a name": lambda p: envelope(p(DELETE, OWN), "ping"),
    "notification": lambda p: envelope(p(DELETE, OWN)).replace('"id":1,', ""),
    "response that is a call": lambda p: envelope(p(DELETE, OWN), before='"result":{},'),
    "params as a list": lambda p: envelope('["delete_dag",{"dag_id":"own_a"}]'),
    "byte order mark": lambda p: "\ufeff" + envelope(p(DELETE, OWN)),
    "utf-16": lambda p: envelope(p(DELETE, OWN)).encode("utf-16"),
    "overlong": lambda p: envelope(p(GET, '{"dag_id":"own_X"}')).encode().replace(b"X", b"\xc0\xaf..\xc0\xaffinance"),
    "tasks/get": lambda p: envelope('{"taskId":"1"}', "tasks/get"),
    "tasks/result": lambda p: envelope('{"taskId":"1"}', "tasks/result"),
    "tasks/cancel": lambda p: envelope('{"taskId":"1"}', "tasks/cancel"),
    "tasks/list": lambda p: envelope("{}", "tasks/list"),
    "prompt": lambda p: envelope('{"name":"other"}', "prompts/get"),
    "resource": lambda p: envelope('{"uri":"airflow://config"}', "resources/read"),
    "resource, case": lambda p: envelope('{"uri":"AIRFLOW://version"}', "resources/read"),
    "resource, traversal": lambda p: envelope('{"uri":"airflow://version/../config"}', "resources/read"),
    "resource, percent": lambda p: envelope('{"uri":"airflow://%76ersion"}', "resources/read"),
    "subscription": lambda p: envelope('{"uri":"airflow://config"}', "resources/subscribe"),
    "completion of another prompt": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"other"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion of a resource": lambda p: envelope(
        '{"ref":{"type":"ref/resource","uri":"greet"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion of both": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet","uri":"airflow://config"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion of a tool": lambda p: envelope('{"ref":{"type":"ref/tool","name":"delete_dag"},"argument":{"name":"a","value":"b"}}', "completion/complete"),
    "completion with a path": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"dag_id","value":"../connections/x"}}', "completion/complete"
    ),
    "completion with a path before it": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":""},"context":{"arguments":{"dag_id":"../x"}}}', "completion/complete"
    ),
    "completion with more": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"","uri":"airflow://config"}}', "completion/complete"
    ),
    "listen to a resource": lambda p: envelope(
        f'{{"notifications":{{"resourceSubscriptions":["airflow://config"]}},"_meta":{json.dumps(META)}}}', "subscriptions/listen"
    ),
    "listen to a path": lambda p: envelope(
        f'{{"notifications":{{"resourceSubscriptions":["airflow://version/../config"]}},"_meta":{json.dumps(META)}}}', "subscriptions/listen"
    ),
    "listen to one that is allowed and one that is not": lambda p: envelope(
        f'{{"notifications":{{"resourceSubscriptions":["airflow://version","airflow://config"]}},"_meta":{json.dumps(META)}}}', "subscriptions/listen"
    ),
    "listen to a resource, twice named": lambda p: envelope(
        '{"notifications":{"resourceSubscriptions":["airflow://version"],"resourceSubscription\\u0073":["airflow://config"]},'
        f'"_meta":{json.dumps(META)}}}',
        "subscriptions/listen",
    ),
    "listen to an object": lambda p: envelope(
        f'{{"notifications":{{"resourceSubscriptions":[{{"uri":"airflow://config"}}]}},"_meta":{json.dumps(META)}}}', "subscriptions/listen"
    ),
    "listen with a sibling": lambda p: envelope(
        f'{{"notifications":{{}},"resourceSubscriptions":["airflow://config"],"_meta":{json.dumps(META)}}}', "subscriptions/listen"
    ),
    "subscription, case": lambda p: envelope('{"uri":"Airflow://Config"}', "resources/subscribe"),
    "end of a subscription": lambda p: envelope('{"uri":"airflow://config"}', "resources/unsubscribe"),
    "resource, look-alike": lambda p: envelope('{"uri":"airfl\u043ew://config"}', "resources/read"),
    "resource with a fragment": lambda p: envelope('{"uri":"airflow://version#/../config"}', "resources/read"),
    "resource with a query": lambda p: envelope('{"uri":"airflow://version?x=../config"}', "resources/read"),
    "resource as a list": lambda p: envelope('{"uri":["airflow://config"]}', "resources/read"),
    "resource with a name": lambda p: envelope('{"uri":"airflow://version","name":"delete_dag"}', "resources/read"),
    "prompt, case": lambda p: envelope('{"name":"Greet"}', "prompts/get"),
    "prompt with a path": lambda p: envelope('{"name":"greet","arguments":{"dag_id":"../connections/x"}}', "prompts/get"),
    "prompt with an encoded path": lambda p: envelope('{"name":"greet","arguments":{"dagId":"x%2f..%2fy"}}', "prompts/get"),
    "prompt, look-alike": lambda p: envelope('{"name":"gr\u0435et"}', "prompts/get"),
    "prompt with a retry": lambda p: envelope('{"name":"other","inputResponses":{},"requestState":"s"}', "prompts/get"),
    "resource with a retry": lambda p: envelope('{"uri":"airflow://config","inputResponses":{},"requestState":"s"}', "resources/read"),
    "completion, twice named": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet","n\\u0061me":"other"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion, another type": lambda p: envelope(
        '{"ref":{"type":"ref/Prompt","name":"other"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion, look-alike": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"gr\u0435et"},"argument":{"name":"a","value":"b"}}', "completion/complete"
    ),
    "completion of a template": lambda p: envelope(
        '{"ref":{"type":"ref/resource","uri":"airflow://{path}"},"argument":{"name":"path","value":"config"}}', "completion/complete"
    ),
    "completion with a sibling": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"b"},"name":"delete_dag"}', "completion/complete"
    ),
    "completion with an escaped path": lambda p: envelope(
        '{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"dag-id","value":"..\\u002fconnections"}}', "completion/complete"
    ),
    "tasks/update": lambda p: envelope('{"taskId":"1","inputResponses":{}}', "tasks/update"),
    "task with a name": lambda p: envelope('{"taskId":"1","name":"delete_dag"}', "tasks/get"),
    "case of tasks": lambda p: envelope('{"taskId":"1"}', "Tasks/Get"),
    "level": lambda p: envelope('{"level":"debug"}', "logging/setLevel"),
    "roots": lambda p: envelope("{}", "roots/list"),
    "question": lambda p: envelope('{"message":"x","requestedSchema":{}}', "elicitation/create"),
    "escaped params": lambda p: envelope(p(GET, OWN), before=f'"par\\u0061ms":{p(DELETE, OWN)},'),
    "two ids": lambda p: envelope(p(DELETE, OWN), before='"id":2,'),
    "another protocol": lambda p: envelope(p(DELETE, OWN)).replace('"2.0"', '"1.0"'),
    "no protocol": lambda p: envelope(p(DELETE, OWN)).replace('"jsonrpc":"2.0",', ""),
    "method as a list": lambda p: envelope(p(DELETE, OWN)).replace('"tools/call"', '["tools/call"]'),
    "look-alike of the method": lambda p: envelope(p(DELETE, OWN), "t\u043eols/call"),
    "message in a message": lambda p: envelope(f'{{"message":{envelope(p(DELETE, OWN))}}}', "tools/list"),
    "cancellation with a call": lambda p: envelope(p(DELETE, OWN), "notifications/cancelled").replace('"id":1,', ""),
    "initialized with a call": lambda p: envelope(p(DELETE, OWN), "notifications/initialized").replace('"id":1,', ""),
    "sampling": lambda p: envelope('{"messages":[]}', "sampling/createMessage"),
    "unknown method": lambda p: envelope(p(DELETE, OWN), "tools/execute"),
}


def send(louver, identity, wire: str, body: str | bytes, **headers: str | None) -> int:
    """Sends a body as it is; answers the status."""
    raw = body if isinstance(body, bytes) else body.encode()
    lines = modern(identity.token(), "tools/call", "get_dag") if wire == "modern" else Session(louver.port, "/scripted", identity.token()).headers
    if wire == "modern":
        # An honest mirror of what the body says, so that it is the policy that has to hold.
        try:
            message = json.loads(raw)
            lines["Mcp-Method"] = message["method"]
            name = message["params"].get("name") or message["params"].get("uri")
            lines["Mcp-Name"] = name if isinstance(name, str) and name.isascii() and name.isprintable() else None
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
    with closing(Connection(louver.port, timeout=10)) as connection:
        connection.start("/scripted", raw, {**lines, **headers})
        status, _ = connection.head()
        return status


def check(upstream: Upstream, seen: int) -> None:
    for request in upstream.requests[seen:]:
        assert is_allowed(request), request.message or request.body


@pytest.mark.parametrize("wire", ["modern", "session"])
@pytest.mark.parametrize("attempt", CALLS)
def test_no_call_goes_around_the_policy(house, identity, wire, attempt):
    upstream, louver = house
    seen = len(upstream.requests)
    name, arguments, more = CALLS[attempt]
    send(louver, identity, wire, envelope(params(wire, name, arguments, more)))
    check(upstream, seen)


@pytest.mark.parametrize("wire", ["modern", "session"])
@pytest.mark.parametrize("attempt", BODIES)
def test_no_message_goes_around_the_policy(house, identity, wire, attempt):
    upstream, louver = house
    seen = len(upstream.requests)
    send(louver, identity, wire, BODIES[attempt](lambda name, arguments: params(wire, name, arguments)))
    check(upstream, seen)


SPLITS = {
    "name of an allowed tool": {"Mcp-Name": "get_dag"},
    "name, encoded": {"Mcp-Name": "=?base64?Z2V0X2RhZw==?="},
    "name, padded": {"Mcp-Name": " get_dag "},
    "no name": {"Mcp-Name": None},
    "method of a list": {"Mcp-Method": "tools/list", "Mcp-Name": None},
    "no method": {"Mcp-Method": None},
    "older version": {"MCP-Protocol-Version": SESSION},
    "no version": {"MCP-Protocol-Version": None},
    "unknown version": {"MCP-Protocol-Version": "2099-01-01"},
    "method in another case": {"Mcp-Method": "Tools/Call"},
    "method with a blank": {"Mcp-Method": "tools/call "},
    "name, encoded in another case": {"Mcp-Name": "=?BASE64?Z2V0X2RhZw==?="},
    "name, quoted-printable": {"Mcp-Name": "=?utf-8?q?get=5Fdag?="},
    "name with an underscore": {"Mcp_Name": "get_dag"},
    "a session as well": {"Mcp-Session-Id": "0123456789abcdef"},
    "an original URL": {"X-Original-URL": "/other", "X-Rewrite-URL": "/other"},
    "an encoding": {"Content-Encoding": "gzip"},
    "another type": {"Content-Type": "application/x-www-form-urlencoded"},
    "another charset": {"Content-Type": "application/json; charset=utf-16"},
    "another method of HTTP": {"X-HTTP-Method-Override": "DELETE"},
    "mirrored argument": {"Mcp-Param-dag-id": "own_a"},
}


@pytest.mark.parametrize("split", SPLITS)
def test_header_and_body_cannot_be_told_apart(house, identity, split):
    upstream, louver = house
    seen = len(upstream.requests)
    for name, arguments in [(DELETE, OWN), (GET, OTHER)]:
        body = envelope(params("modern", name, arguments))
        send(louver, identity, "modern", body, **SPLITS[split])
    check(upstream, seen)
    assert [request for request in upstream.requests[seen:] if request.message.get("method") == "tools/call"] == []


# The same with everything open that a policy can open: questions, retries and tasks.
OPEN = """  - { id: ask, allow: [elicitation/create, sampling/createMessage, roots/list], principals: [analysts] }
  - { id: tasks, allow: [tasks/get, tasks/result, tasks/cancel, tasks/list], principals: [analysts] }
"""


@pytest.fixture(scope="module")
def open_house(identity):
    from louver import PLENTY, Louver

    with Upstream({"get_dag": note, "delete_dag": note}) as upstream:
        upstream.schemas = {"get_dag": SCHEMA, "delete_dag": SCHEMA}
        with Louver({"scripted": {"url": upstream.url, "wire": "both"}}, POLICY + OPEN, identity, extra=PLENTY, workers=1) as louver:
            yield upstream, louver
            assert louver.stop() == 0, louver.log_file.read_text()


TASKS = {
    f"{method} of {name}": (method, f'{{"taskId":{id}}}')
    for method in ("tasks/get", "tasks/result", "tasks/cancel")
    for name, id in {
        "the server's id": '"1"', "a path": '"../1"', "a list": '["1"]', "a number": "1", "nothing": "null", "an empty id": '""',
        "a forged id": '"' + "A" * 80 + '"', "two ids": '"1","taskId":"2"', "two ids, one escaped": '"1","t\\u0061skId":"2"',
        "an id with a name": '"1","name":"delete_dag"', "an id with arguments": '"1","arguments":{}',
    }.items()
}


@pytest.mark.parametrize("wire", ["modern", "session"])
def test_open_side_doors_lead_nowhere_else(open_house, identity, wire):
    """Whoever may ask and keep tasks may do no more with them than without."""
    upstream, louver = open_house
    seen = len(upstream.requests)
    for name, arguments, more in CALLS.values():
        send(louver, identity, wire, envelope(params(wire, name, arguments, more)))
    for body in BODIES.values():
        send(louver, identity, wire, body(lambda name, arguments: params(wire, name, arguments)))
    for method, given in TASKS.values():
        send(louver, identity, wire, envelope(given, method))
    for request in upstream.requests[seen:]:
        message = request.message
        if message.get("method") == "tools/call" and "task" in message["params"]:
            # A task of a call that is allowed: nothing but its life goes with it.
            assert wire == "session" and set(message["params"].pop("task")) <= {"ttl"}, message
        assert message.get("method") == "tasks/list" or is_allowed(request), message or request.body
    assert [r for r in upstream.requests[seen:] if str(r.message.get("method")).startswith("tasks/") and r.message["method"] != "tasks/list"] == []


def test_what_is_allowed_passes(house, identity):
    """The other half of the proof: the same bodies with nothing wrong arrive."""
    upstream, louver = house
    for wire in ("modern", "session"):
        seen = len(upstream.requests)
        for arguments in (OWN, '{"dag_id":"own_a","limit":5}', '{"limit":1e1,"dag_id":"own_\\u0061"}'):
            assert send(louver, identity, wire, envelope(params(wire, GET, arguments))) == 200
        calls = [request for request in upstream.requests[seen:] if request.message.get("method") == "tools/call"]
        assert len(calls) == 3, wire


def test_lists_agree_with_calls(house, identity):
    """One tool is shown of two, and the hidden one is refused."""
    upstream, louver = house
    with closing(Connection(louver.port)) as connection:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
        reply = connection.post("/scripted", message, modern(identity.token(), "tools/list"))
    assert [tool["name"] for tool in reply.answer["result"]["tools"]] == ["get_dag"]
    with closing(Connection(louver.port)) as connection:
        reply = connection.post("/scripted", message, {**base(identity.token(groups=("visitors",))), "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"})
    assert "delete_dag" not in reply.body.decode() and "get_dag" not in reply.body.decode()
