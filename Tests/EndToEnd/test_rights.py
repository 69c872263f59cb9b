"""A caller through Louver can do exactly what that user can do in Airflow: roles by tools, beside the same tools called with Airflow's own
tokens."""

from __future__ import annotations

import json

import pytest
import stack as real_stack
from louver import PLENTY, Louver
from servers import policy

# Harmless even where they are allowed: what they change is changed back, or does not exist.
TOOLS = [
    ("list_dags", {}),
    ("get_dag_details", {"dag_id": "steady"}),
    ("get_dag_source", {"dag_id": "steady"}),
    ("list_dag_runs", {"dag_id": "steady"}),
    ("get_task_logs", {"dag_id": "leaky_log", "dag_run_id": real_stack.RUN_ID, "task_id": "prints"}),
    ("list_import_errors", {}),
    ("list_connections", {}),
    ("list_variables", {}),
    ("get_variable", {"variable_key": "innocent_note"}),
    ("list_pools", {}),
    ("get_airflow_config", {}),
    ("pause_dag", {"dag_id": "slow"}),
    ("unpause_dag", {"dag_id": "slow"}),
    ("trigger_dag", {"dag_id": "no_such_dag"}),
    ("delete_dag_run", {"dag_id": "steady", "dag_run_id": "no_such_run"}),
    ("clear_dag_run", {"dag_id": "steady", "dag_run_id": "no_such_run"}),
]


def outcome(answer: dict) -> str:
    """What Airflow said to the server inside it: the server wraps it in its own words."""
    text = json.dumps(answer)
    for word in ("403", "401", "404", "422", "500"):
        if f"{word} " in text or f"'{word}" in text:
            return word
    return "done"


def played(client, url: str, token: str) -> dict[str, str]:
    done = client.play(url, token, [{"call": tool, "with": arguments} for tool, arguments in TOOLS], timeout=180)
    assert "failed" not in done, done
    return {tool: outcome(answer) for (tool, _), answer in zip(TOOLS, done["answers"], strict=True)}


def airflow_token(user: str) -> str:
    password = json.loads((real_stack.HOME / "passwords.json").read_text())[user]
    status, answer = real_stack.call("POST", "/auth/token", {"username": user, "password": password})
    assert status == 201, answer
    return answer["access_token"]


@pytest.fixture(scope="module")
def everything(stack, identity):
    """A Louver whose policy lets everything through: what is refused then is refused by Airflow."""
    roles = [{"subjects": [role], "role": role} for role in real_stack.ROLES]
    upstream = {"url": stack["urls"]["plugin"], "reissue": {"mode": "mint", "secret_file": stack["jwt_secret"], "roles": roles}}
    with Louver({"plugin": upstream}, policy([tool for tool, _ in TOOLS]), identity, extra=PLENTY) as louver:
        yield louver
        assert louver.stop() == 0


@pytest.mark.parametrize("role", real_stack.ROLES)
def test_a_role_can_do_through_louver_what_it_can_do_in_airflow(role, everything, stack, clients, identity):
    client = clients["official 2, sessions"]
    directly = played(client, stack["urls"]["plugin"], airflow_token(role))
    through = played(client, everything.url("plugin"), identity.token(role))
    assert through == directly
    assert (directly["list_connections"] == "403") == (role in ("viewer", "user")), "the two would also agree if nothing was told apart"
    assert directly["list_dags"] == "done"
    assert (directly["pause_dag"] == "403") == (role == "viewer")
