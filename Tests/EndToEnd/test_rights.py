"""A caller through Louver can do exactly what that user can do in Airflow: roles by tools, beside the same tools called with Airflow's own
tokens."""

from __future__ import annotations

import json
import time
import uuid

import jwt
import pytest
import stack as real_stack
from louver import PLENTY, Louver
from raw import ask_in_session
from servers import LAX, policy

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


@pytest.fixture(scope="module")
def door(stack, identity):
    """A Louver that knows Airflow's own tokens at the door, and leaves all but the identity to Airflow."""
    roles = [{"subjects": [role], "issuer": "airflow", "role": role} for role in real_stack.ROLES]
    upstream = {"url": stack["urls"]["plugin"], "reissue": {"mode": "mint", "secret_file": stack["jwt_secret"], "roles": roles}}
    everybody = f"version: 1\nname: everybody\n{LAX}rules:\n  - {{ id: all, allow: tools/call, tools: [list_connections], principals: [anyone] }}\n"
    louver = Louver({"plugin": upstream}, everybody, identity, extra=PLENTY)
    text = louver.configuration.read_text()
    known = f"issuers:\n  - {{ issuer: airflow, kind: airflow, secret_file: {stack['jwt_secret']} }}\n"
    louver.configuration.write_text(text.replace("issuers:\n", known, 1))
    with louver:
        yield louver
        assert louver.stop() == 0


def test_tokens_that_airflow_takes_and_louver_must_not(door, stack):
    """Each opens what only an operator may see in Airflow itself; through Louver none does."""
    now = int(time.time())

    def token(subject: str, role: str, **changes) -> str:
        body = {"sub": subject, "role": role, "jti": uuid.uuid4().hex, "aud": "apache-airflow", "nbf": now, "iat": now, "exp": now + 600, **changes}
        return jwt.encode({name: value for name, value in body.items() if value is not None}, real_stack.secret("jwt_secret", str), "HS512")

    def is_let_in(token: str) -> bool:
        reply = ask_in_session(door.port, "/plugin", token, "list_connections", timeout=60)
        return reply.status == 200 and "warehouse" in json.dumps(reply.answer)

    assert is_let_in(token("admin", "admin")), "a good one is known at the door"
    hostile = {
        "a viewer says that he is an administrator": token("viewer", "admin"),
        "nobody's name": token("ghost", "admin"),
        "no jti, so that it could never be revoked": token("admin", "admin", jti=None),
        "ten years": token("admin", "admin", exp=now + 315_360_000),
    }
    for name, bad in hostile.items():
        assert real_stack.call("GET", "/api/v2/connections", token=bad)[0] == 200, name
        assert not is_let_in(bad), name
    assert not is_let_in(token("viewer", "viewer"))
