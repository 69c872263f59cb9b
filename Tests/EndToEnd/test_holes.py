"""Holes of real servers, open without Louver and closed with it; and what official clients make of a refusal."""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest
import stack as real_stack
from louver import PLENTY, Louver, free_port
from servers import policy
from upstream import Turn

CLIENTS = ["official 2, auto", "official 2, sessions", "official 1", "fastmcp"]
CONNECTION = {"dag_id": "../connections/warehouse"}


def one(client, url: str, token: str | None, tool: str, arguments: dict) -> str:
    played = client.play(url, token, [{"call": tool, "with": arguments}])
    assert "failed" not in played, played
    return json.dumps(played["answers"][0])


# Identifiers that are paths


@pytest.mark.parametrize("name, tool", [("astro", "get_dag_details"), ("ams", "get_dag"), ("maa", "get_dag")])
def test_a_dag_that_is_a_connection(name, tool, stack, clients, identity):
    """An allow-list of tools alone is void: the id of a DAG reads a connection."""
    if name not in stack["urls"]:
        pytest.skip(f"NOT TESTED: {name} needs Python 3.12 or newer, which is not on this machine")
    client = clients["official 2, sessions"]
    assert "db.internal" in one(client, stack["urls"][name], None, tool, CONNECTION), "the hole is not there any more"
    with Louver({name: {"url": stack["urls"][name]}}, policy([tool], more=""), identity, extra=PLENTY) as louver:
        for dag_id in ("../connections/warehouse", "x/../../connections/warehouse", "..%2fconnections%2fwarehouse", "../connections/warehouse?x="):
            answer = one(client, louver.url(name), identity.token(), tool, {"dag_id": dag_id})
            assert "db.internal" not in answer and "4032" in answer, answer
        assert "steady" in one(client, louver.url(name), identity.token(), tool, {"dag_id": "steady"})


def test_a_run_that_is_a_variable(stack, clients, identity):
    """Deleting a run deletes a variable, until Louver looks at the id."""
    token = real_stack.admin_token()

    def variable(method: str, path: str = "/variables/louver_victim", body: dict | None = None) -> int:
        return real_stack.call(method, "/api/v2" + path, body, token)[0]

    client = clients["official 2, sessions"]
    arguments = {"dag_id": "steady", "dag_run_id": "../../../variables/louver_victim"}
    planted = {"key": "louver_victim", "value": "alive"}
    assert variable("POST", "/variables", planted) in (201, 409)
    one(client, stack["urls"]["astro"], None, "delete_dag_run", arguments)
    assert variable("GET") == 404, "the hole is not there any more"
    assert variable("POST", "/variables", planted) == 201
    with Louver({"astro": {"url": stack["urls"]["astro"]}}, policy(["delete_dag_run"], more=""), identity, extra=PLENTY) as louver:
        answer = one(client, louver.url("astro"), identity.token(), "delete_dag_run", arguments)
    assert "4032" in answer, answer
    assert variable("GET") == 200
    variable("DELETE")


# Tools that are not listed


@pytest.fixture(scope="module")
def navigating(stack):
    """airflow-mcp-server as it comes: it lists four tools to find one's way with, and runs every other too."""
    port = free_port()
    program = real_stack.ENVIRONMENTS / "ams" / "bin" / "airflow-mcp-server"
    environment = {**os.environ, **real_stack.QUIET, "AIRFLOW_BASE_URL": real_stack.airflow_url(), "AUTH_TOKEN": real_stack.admin_token()}
    process = subprocess.Popen([program, "--http", "--host", "127.0.0.1", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/mcp/"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                if real_stack.speaks_mcp(url):
                    break
            except OSError:
                assert time.monotonic() < end and process.poll() is None, "airflow-mcp-server did not start"
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def test_a_server_that_runs_more_than_it_lists(navigating, clients, identity):
    client = clients["official 2, sessions"]
    steps = [{"list": "tools"}, {"call": "get_dag", "with": {"dag_id": "steady"}}]
    listed, hidden = client.play(navigating, None, steps)["answers"]
    names = {tool["name"] for tool in listed["tools"]}
    assert len(names) <= 4 and "get_dag" not in names
    assert "steady" in json.dumps(hidden), "the hole is not there any more"

    everything = policy(['"*"'], more="")
    with Louver({"ams": {"url": navigating}}, everything, identity, extra=PLENTY) as louver:
        for tool in ("get_dag", "delete_dag"):
            assert "4032" in one(client, louver.url("ams"), identity.token(), tool, {"dag_id": "steady"}), tool
    profiled = policy(['"get_*"'], more="server: airflow-mcp-server\n")
    with Louver({"ams": {"url": navigating}}, profiled, identity, extra=PLENTY) as louver:
        assert "4031" in one(client, louver.url("ams"), identity.token(), "delete_dag", {"dag_id": "steady"})
        assert "steady" in one(client, louver.url("ams"), identity.token(), "get_dag", {"dag_id": "steady"}), "what the policy names it may run"


# Refusals and official clients

REFUSALS = """  - { id: by-error, deny: tools/call, tools: [strict], answer: error, say: Ask the platform team. }
  - { id: by-result, deny: tools/call, tools: [mild], say: Use the other tool. }
  - { id: by-scope, allow: tools/call, tools: [scoped], principals: [analysts], scopes: [airflow.write] }
"""
LIMIT = "limits:\n  - { id: slow, per: [principal], tools: [slow], rate: 1/h, burst: 1 }\n"


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("tool", ["mild", "strict", "unheard", "scoped", "slow"])
def test_no_client_hangs_loops_or_downgrades_over_a_refusal(front, serve, identity, clients, client, tool):
    """Each client gets its refusal soon, asks for it a few times at most, opens no second conversation, and goes on working."""
    upstream = serve({"fine": fine, "mild": fine, "strict": fine, "scoped": fine, "slow": fine})
    louver = front(upstream, tools=["fine", "mild", "strict", "slow"], rules=REFUSALS, limits=LIMIT)
    before = [{"call": "slow", "with": {}}] if tool == "slow" else []
    steps = [{"call": "fine", "with": {}}, *before, {"call": tool, "with": {}}, {"call": "fine", "with": {}}]
    # A client that hangs ends the test here.
    played = clients[client].play(louver.url("scripted"), identity.token(), steps, timeout=120)
    if "failed" in played:
        # The first generation of the official client takes any HTTP error for the end of its session.
        assert client == "official 1" and tool in ("scoped", "slow"), played
    else:
        first, *_, refused, last = played["answers"]
        assert "fine" in json.dumps(first)
        assert refused.get("isError") is True or "error" in refused, refused
        if tool != "scoped":
            assert "fine" in json.dumps(last), last
        if tool == "mild":
            assert "by-result" in json.dumps(refused) and "Use the other tool." in json.dumps(refused)

    lines = [json.loads(line) for line in louver.access_file.read_text().splitlines()]
    methods = [line["method"] for line in lines]
    assert methods.count("initialize") + methods.count("server/discover") <= 2, methods
    eras = {line["era"] for line in lines if line["method"] == "tools/call"}
    assert len(eras) == 1, "the wire changed"
    assert sum(line.get("object") == tool for line in lines) <= 3 + len(before), methods
