"""FabAuthManager, in an Airflow without a shared secret: its users are numbers, and it trusts the key set that Louver publishes.

It is started for these tests only (`stack/fab.py`). The matrix is that of `test_rights.py`.
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path

import jwt
import pytest
import stack as real_stack
from fab import FabAirflow
from idp import Key
from louver import ISSUER, PLENTY, Louver, write_secret
from raw import Connection, ask_in_session
from servers import LAX
from test_rights import TOOLS, played

WAYS = ("mapped", "claimed", "login")
EVERYTHING = f"""version: 1
name: everything
{LAX}rules:
  - {{ id: everything, allow: tools/call, tools: [{", ".join(tool for tool, _ in TOOLS)}], principals: [anyone] }}
"""


class Deployment:
    """The Airflow, the Louver before it, and the key with which that Airflow signs its own tokens."""

    def __init__(self, airflow: FabAirflow, louver: Louver, key: Key) -> None:
        self.airflow, self.louver, self.key = airflow, louver, key


@pytest.fixture(scope="module")
def deployment(stack, identity, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fab")
    keys = {"airflow": Key("airflow-1"), "mapped": Key("louver-1"), "claimed": Key("louver-2", "EdDSA")}
    for name, key in keys.items():
        write_secret(folder / f"{name}.pem", key.pem)
    (folder / "airflow.pub").write_text(keys["airflow"].public_pem)
    (folder / "airflow.jwks").write_text(json.dumps({"keys": [keys["airflow"].jwk]}))
    with FabAirflow(folder / "airflow.pem", keys["airflow"].kid) as airflow:
        upstreams = {way: {"url": airflow.plugin_url, "reissue": reissue} for way, reissue in ways(airflow, keys, folder).items()}
        louver = Louver(upstreams, EVERYTHING, identity, extra=PLENTY)
        text = louver.configuration.read_text()
        known = f"issuers:\n  - {{ issuer: airflow, kind: airflow, algorithms: [RS256], jwks_file: {folder / 'airflow.jwks'} }}\n"
        louver.configuration.write_text(text.replace("issuers:\n", known, 1))
        with louver:
            airflow.start(louver.url(".well-known/jwks.json"))
            yield Deployment(airflow, louver, keys["airflow"])
            assert louver.stop() == 0


def ways(airflow: FabAirflow, keys: dict[str, Key], folder: Path) -> dict[str, dict]:
    """How Louver comes to know who somebody is there: by a file, by a claim of the token, by an account that Airflow is asked about."""
    numbers = {role: str(number) for role, number in airflow.ids.items()}
    table = {ISSUER: {**numbers, "ghost": "999"}, "airflow": {number: number for number in numbers.values()}}
    (folder / "users.yaml").write_text(json.dumps(table))
    accounts = []
    for role, password in airflow.passwords.items():
        write_secret(folder / f"{role}.password", password)
        accounts.append({"subjects": [role], "issuer": ISSUER, "username": role, "password_file": str(folder / f"{role}.password")})

    def mint(way: str, **subject: str) -> dict:
        published = [{"public_key_file": str(folder / "airflow.pub"), "kid": keys["airflow"].kid}]
        return {"mode": "mint", "key_file": str(folder / f"{way}.pem"), "kid": keys[way].kid, "also_published": published, **subject}

    return {
        "mapped": mint("mapped", subject_file=str(folder / "users.yaml")),
        "claimed": mint("claimed", subject_claim="airflow.id"),
        "login": {"mode": "airflow-login", "token_url": airflow.url + "/auth/token", "accounts": accounts},
    }


def through(deployment, client, identity, way: str, role: str) -> dict[str, str]:
    token = identity.token(role, airflow={"id": deployment.airflow.ids[role]})
    return played(client, deployment.louver.url(way), token)


def is_refused(reply) -> bool:
    """Whether Louver did: Airflow's own refusals come inside of a result that is none."""
    return reply.status != 200 or "error" in reply.answer or reply.answer["result"].get("isError", False)


@pytest.mark.parametrize("role", real_stack.ROLES)
def test_a_user_can_do_through_louver_what_that_user_can_do_in_airflow(role, deployment, clients, identity):
    client = clients["official 2, sessions"]
    directly = played(client, deployment.airflow.plugin_url, deployment.airflow.login(role))
    assert through(deployment, client, identity, "mapped", role) == directly
    if role == "viewer":
        assert through(deployment, client, identity, "claimed", role) == directly
        assert through(deployment, client, identity, "login", role) == directly
    assert (directly["list_connections"] == "403") == (role in ("viewer", "user")), "the two would also agree if nothing was told apart"
    assert directly["list_dags"] == "done"
    assert (directly["pause_dag"] == "403") == (role == "viewer")


def test_nobody_else_is_let_in(deployment, identity):
    louver = deployment.louver
    unknown = ask_in_session(louver.port, "/mapped", identity.token("ghost"), "list_dags", timeout=60)
    assert "403" in json.dumps(unknown.answer) and "steady" not in json.dumps(unknown.answer), "Airflow knows no such number"
    for way in WAYS:
        assert is_refused(ask_in_session(louver.port, f"/{way}", identity.token("stranger"), "list_dags")), "who is not in the file, has no claim, no account"
    for wrong in (-1, 1.5, True, None, [1], {"id": 1}, "1\n"):
        assert is_refused(ask_in_session(louver.port, "/claimed", identity.token("viewer", airflow={"id": wrong}), "list_dags")), wrong


def test_tokens_that_airflow_takes_and_louver_must_not(deployment):
    """They are signed with the key with which Airflow signs its own, and are those of a viewer or an administrator."""
    airflow, louver = deployment.airflow, deployment.louver
    now = int(time.time())

    def token(user: str, **changes) -> str:
        body = {"sub": str(airflow.ids[user]), "jti": uuid.uuid4().hex, "aud": "apache-airflow", "nbf": now, "iat": now, "exp": now + 600, **changes}
        return deployment.key.sign({name: value for name, value in body.items() if value is not None})

    def outcome(token: str) -> str:
        reply = ask_in_session(louver.port, "/mapped", token, "list_connections", timeout=60)
        return str(reply.status) if reply.status != 200 else "403" if "403" in json.dumps(reply.answer) else "done"

    assert outcome(token("admin")) == "done", "a good one is known at the door"
    for name, changes in {"no jti": {"jti": None}, "ten years": {"exp": now + 315_360_000}}.items():
        assert airflow.ask("GET", "/api/v2/connections", token=token("admin", **changes))[0] == 200, name
        assert outcome(token("admin", **changes)) == "401", name
    claims_more = token("viewer", role="admin", groups=["Admin"])
    assert outcome(claims_more) == "403", "what a token says about roles counts for nothing here, and nothing there"


def test_airflow_trusts_what_louver_publishes(deployment):
    """Louver's two keys and Airflow's own, whose private half Louver does not have."""
    with Connection(deployment.louver.port) as connection:
        connection.get("/.well-known/jwks.json", {})
        keys = jwt.PyJWKSet.from_dict(json.loads(connection.reply().body)).keys
    assert {key.key_id: key.algorithm_name for key in keys} == {"louver-1": "RS256", "louver-2": "EdDSA", "airflow-1": "RS256"}
    own = deployment.airflow.login("viewer")
    assert jwt.get_unverified_header(own)["kid"] == "airflow-1"
    assert deployment.airflow.ask("GET", "/api/v2/dags", token=own)[0] == 200
