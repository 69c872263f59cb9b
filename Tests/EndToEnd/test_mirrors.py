"""Arguments that the stateless wire mirrors in `Mcp-Param-*` headers: learned from tool lists, checked, and written anew upstream."""

from __future__ import annotations

import pytest
from raw import META, Connection, Session, call, modern, wait_until

DAG = {"type": "object", "properties": {"dag_id": {"type": "string", "x-mcp-header": "Dag"}, "try": {"type": "integer", "x-mcp-header": "Try"}}}


def list_tools(louver, token: str) -> list[str]:
    with Connection(louver.port) as connection:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
        return [tool["name"] for tool in connection.post("/scripted", body, modern(token, "tools/list")).answer["result"]["tools"]]


def ask(louver, token: str, arguments: dict, mirrors: dict, id: object = 1):
    with Connection(louver.port) as connection:
        return connection.post("/scripted", call("logs", arguments, id), {**modern(token, "tools/call", "logs"), **mirrors})


def mirrored(upstream) -> dict[str, str]:
    """What the last call upstream had in its headers."""
    return {name: value for name, value in upstream.calls()[-1].lines if name.lower().startswith("mcp-param-")}


@pytest.fixture
def annotated(serve, front):
    upstream = serve({"logs": lambda turn: turn.text("ok")}, schemas={"logs": DAG})
    return upstream, front(upstream, workers=2)


def test_mirrors_that_nobody_knows_go_on_as_they_came(annotated, identity):
    upstream, louver = annotated
    given = {"Mcp-Param-Dag": "=?base64?ZXRs?=", "mcp-param-other": "x"}
    assert ask(louver, identity.token(), {"dag_id": "another"}, given).status == 200
    assert mirrored(upstream) == given


def test_mirrors_are_written_from_the_arguments(annotated, identity):
    """Every worker knows what one of them has learned; a header that no list names goes on beside them."""
    upstream, louver = annotated
    token = identity.token()
    assert list_tools(louver, token) == ["logs"]
    for _ in range(8):
        given = {"mcp-param-dag": "=?base64?ZXRs?=", "Mcp-Param-Try": "2.0", "Mcp-Param-Other": "x"}
        assert ask(louver, token, {"dag_id": "etl", "try": 2}, given).status == 200
        assert mirrored(upstream) == {"Mcp-Param-Dag": "etl", "Mcp-Param-Try": "2", "Mcp-Param-Other": "x"}
    assert ask(louver, token, {"dag_id": "größe", "try": None}, {"Mcp-Param-Dag": "=?base64?Z3LDtsOfZQ==?="}).status == 200
    assert mirrored(upstream) == {"Mcp-Param-Dag": "=?base64?Z3LDtsOfZQ==?="}


@pytest.mark.parametrize(
    "arguments, mirrors",
    [
        ({"dag_id": "etl"}, {}),
        ({"dag_id": "etl"}, {"Mcp-Param-Dag": "finance"}),
        ({}, {"Mcp-Param-Dag": "etl"}),
        ({"dag_id": None}, {"Mcp-Param-Dag": "null"}),
        ({"dag_id": "etl", "try": 1}, {"Mcp-Param-Dag": "etl", "Mcp-Param-Try": "2"}),
    ],
    ids=["missing", "different", "superfluous", "null", "another number"],
)
def test_a_mirror_that_lies_ends_at_the_door(arguments, mirrors, annotated, identity):
    upstream, louver = annotated
    token = identity.token()
    list_tools(louver, token)
    reply = ask(louver, token, arguments, mirrors, id="mine")
    assert reply.status == 400
    assert reply.answer["id"] == "mine" and reply.answer["error"]["code"] == -32020
    assert upstream.calls() == []
    wait_until(lambda: louver.metric("louver_refusals_total", reason="param_header") == 1)


def test_what_a_rule_forces_is_what_is_mirrored(serve, front, identity):
    upstream = serve({"logs": lambda turn: turn.text("ok")}, schemas={"logs": DAG})
    rules = "  - { id: forced, allow: tools/call, tools: [logs], principals: [analysts], set: { dag_id: etl } }\n"
    louver = front(upstream, tools=["another"], rules=rules)
    token = identity.token()
    assert ask(louver, token, {"dag_id": "finance"}, {"Mcp-Param-Dag": "finance"}).status == 200
    assert mirrored(upstream) == {}
    list_tools(louver, token)
    assert ask(louver, token, {"dag_id": "finance"}, {"Mcp-Param-Dag": "finance"}).status == 200
    assert mirrored(upstream) == {"Mcp-Param-Dag": "etl"}


def test_the_newest_list_counts(annotated, identity):
    upstream, louver = annotated
    token = identity.token()
    list_tools(louver, token)
    upstream.schemas.clear()
    list_tools(louver, token)
    assert ask(louver, token, {"dag_id": "etl"}, {"Mcp-Param-Dag": "finance"}).status == 200
    assert mirrored(upstream) == {"Mcp-Param-Dag": "finance"}


def test_a_tool_with_wrong_annotations_is_not_offered(annotated, identity):
    upstream, louver = annotated
    upstream.schemas["logs"] = {"type": "object", "properties": {"dag_id": {"type": "number", "x-mcp-header": "Dag"}}}
    assert list_tools(louver, identity.token()) == []
    louver.expect(1, "louver_list_entries_refused_total")


def test_sessions_mirror_nothing(annotated, identity):
    upstream, louver = annotated
    token = identity.token()
    list_tools(louver, token)
    assert Session(louver.port, "/scripted", token).call("logs", {"dag_id": "etl"}, 1).status == 200
    assert mirrored(upstream) == {}
