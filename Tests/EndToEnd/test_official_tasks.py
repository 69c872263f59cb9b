"""Tasks between the official library's client and its own server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from louver import free_port
from raw import Connection, wait_until
from test_tasks import ALL, KEY


@pytest.fixture
def official(stack):
    """The official library's own server, on a port of its own."""
    port = free_port()
    program = Path(__file__).parent / "clients" / "tasks_server.py"
    with subprocess.Popen([stack["client1"], str(program), str(port)]) as process:
        wait_until(lambda: is_open(port), 60)
        yield f"http://127.0.0.1:{port}/mcp/"
        process.terminate()


def is_open(port: int) -> bool:
    try:
        Connection(port).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("rules", [ALL, ""])
def test_the_official_client_and_server_have_tasks_where_a_rule_allows_them(official, clients, front, identity, rules):
    louver = front(official, tools=["work"], rules=rules, wire="handshake")
    played = clients["official 1"].play(louver.url("scripted"), identity.token(), [{"task": "work"}, {"call": "work", "with": {}}])
    assert "failed" not in played, played
    task, plain = played["answers"]
    assert "at once" in json.dumps(plain) and KEY not in json.dumps(played)
    if not rules:
        assert "error" in task, "without the promise the call runs at once, which is no task"
        return
    id = task["made"]["task"]["taskId"]
    assert {state["taskId"] for state in task["states"]} == {id} and task["states"][-1]["status"] == "completed"
    assert "later with" in json.dumps(task["result"])
    assert [one["taskId"] for one in task["list"]["tasks"]] == [id]
