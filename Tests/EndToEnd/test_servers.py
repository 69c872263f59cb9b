"""Every Airflow MCP server behind Louver, with every client: list, an allowed call, a refused one, logs and rendered templates."""

from __future__ import annotations

import json

import pytest
from leaks import survivors
from servers import SERVERS

CLIENTS = ["official 2, auto", "official 2, sessions", "official 1", "fastmcp"]


@pytest.fixture(params=list(SERVERS))
def server(request, stack):
    if request.param not in stack["urls"]:
        pytest.skip(f"NOT TESTED: {request.param} needs Python 3.12 or newer, which is not on this machine")
    return SERVERS[request.param]


def text_of(answer: dict) -> str:
    return "".join(block.get("text", "") for block in answer.get("content", []))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_session_of_a_reader(server, client, clients, louver, identity):
    leaking = [{"call": tool, "with": arguments} for tool, arguments in server.leaking]
    allowed, refused = server.allowed, server.refused
    steps = [{"list": "tools"}, {"call": allowed[0], "with": allowed[1]}, {"call": refused[0], "with": refused[1]}, *leaking]
    played = clients[client].play(louver.url(server.name), identity.token(), steps)
    assert "failed" not in played, played["failed"]
    listed, allowed_answer, refused_answer, *leaked = played["answers"]

    names = {tool["name"] for tool in listed["tools"]}
    assert allowed[0] in names
    assert refused[0] not in names, "a tool that is refused is not listed"

    assert not allowed_answer.get("isError"), allowed_answer
    assert "steady" in json.dumps(allowed_answer)

    assert refused_answer.get("isError") is True, refused_answer
    assert refused[0] in text_of(refused_answer) and "policy" in text_of(refused_answer)

    for step, answer in zip(leaking, leaked):
        assert not answer.get("isError"), (step, answer)
        assert "error" not in answer, (step, answer)
        assert survivors(answer) == [], step
        assert "REDACTED_" in json.dumps(answer), f"{step}: the planted values never came"
        assert answer["_meta"]["io.louver/redactions"], "the reply tells what was removed"


def test_without_louver_the_same_calls_leak(server, stack, clients):
    """The other half of the proof: the planted values are there."""
    if server.name == "plugin":
        pytest.skip("the plugin needs a token of Airflow's own; the standalone server shows the same data")
    steps = [{"call": tool, "with": arguments} for tool, arguments in server.leaking]
    played = clients["official 2, sessions"].play(stack["urls"][server.name], None, steps)
    assert len(survivors(played["answers"])) >= 3


def test_a_client_pinned_to_the_stateless_wire(server, clients, louver, identity):
    steps = [{"list": "tools"}, {"call": server.allowed[0], "with": server.allowed[1]}, {"call": server.refused[0], "with": server.refused[1]}]
    played = clients["official 2, 2026-07-28"].play(louver.url(server.name), identity.token(), steps)
    if not server.modern:
        failed = played.get("failed") or played["answers"][0]["error"]
        assert failed["code"] == -32022, played
        assert "2025-11-25" in json.dumps(failed)
        return
    assert "failed" not in played, played["failed"]
    assert played["version"] == "2026-07-28"
    listed, allowed_answer, refused_answer = played["answers"]
    assert server.allowed[0] in {tool["name"] for tool in listed["tools"]}
    assert listed["cacheScope"] == "private"
    assert "steady" in json.dumps(allowed_answer)
    assert refused_answer.get("isError") is True


def test_nobody_gets_in_without_a_token(server, louver, clients):
    played = clients["official 2, sessions"].play(louver.url(server.name), None, [{"list": "tools"}])
    assert "failed" in played or "error" in played["answers"][0]


def test_a_stranger_to_the_policy_sees_nothing(server, louver, clients, identity):
    steps = [{"list": "tools"}, {"call": server.allowed[0], "with": server.allowed[1]}]
    played = clients["official 2, sessions"].play(louver.url(server.name), identity.token(groups=("visitors",)), steps)
    if "failed" not in played:
        listed, answer = played["answers"]
        assert "error" in listed or listed["tools"] == []
        assert answer.get("isError") is True or "error" in answer
