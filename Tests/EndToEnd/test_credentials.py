"""Credentials that are fetched: exchanged at an authorization server, given by Airflow's login, sent as Basic, or handed on; and what happens
when the upstream refuses one."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

import jwt
import pytest
from idp import Key
from louver import AUDIENCE, BINARY, free_port, write_secret
from raw import Session, ask, wait_until
from upstream import Turn

SECRET = "not the secret of anybody, but long enough to be one: 0123456789"


class Endpoint:
    """A token endpoint: what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.key = Key("as")
        self.lifetime = 600
        self.status = 200
        self.delay = 0.0
        self.asked: list = []
        self.claims: dict = {"act": {"sub": "louver"}}
        self.given: list[str] = []

    def answer(self, turn: Turn) -> None:
        self.asked.append(turn.request)
        time.sleep(self.delay)
        if self.status != 200:
            return turn.json({"error": "invalid_grant"}, self.status)
        now = int(time.time())
        token = self.key.sign({"iss": "as", "sub": self.subject(turn), "client_id": "louver", "iat": now, "exp": now + self.lifetime, **self.claims})
        self.given.append(token)
        turn.json({"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime, "issued_token_type": "urn:x"}, 200)

    def subject(self, turn: Turn) -> str:
        if turn.request.message:
            return turn.request.message["username"]
        part = self.form(turn.request)["subject_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=="))["sub"]

    @staticmethod
    def form(request) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(request.body.decode(), strict_parsing=True))


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


def fine(turn: Turn) -> None:
    turn.text("fine")


def secret_file(folder: Path, name: str, text: str) -> str:
    write_secret(folder / name, text)
    return str(folder / name)


@pytest.fixture
def exchanging(front, serve, endpoint, tmp_path):
    place = serve(instead=endpoint.answer)
    upstream = serve({"fine": fine})

    def make(**more):
        settings = {
            "mode": "exchange",
            "token_url": f"http://127.0.0.1:{place.port}/token",
            "client_id": "louver",
            "client_secret_file": secret_file(tmp_path, "client_secret", "the client's own"),
            "audience": "airflow",
            "scopes": ["dags:read"],
            **more,
        }
        return front(upstream, reissue={name: value for name, value in settings.items() if value is not None}), upstream

    return make


def is_refused(reply) -> bool:
    return reply.status != 200 or "error" in reply.answer or reply.answer["result"].get("isError", False)


def test_a_token_is_exchanged_for_the_callers(exchanging, endpoint, identity):
    louver, upstream = exchanging(require_actor=True)
    token = identity.token("alice")
    for _ in range(4):
        assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert len(endpoint.asked) == 1, "once for each caller"
    request = endpoint.asked[0]
    form = Endpoint.form(request)
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
    assert (form["subject_token"], form["audience"], form["scope"]) == (token, "airflow", "dags:read")
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"louver:the%20client%27s%20own"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert {call.headers["authorization"] for call in upstream.calls()} == {f"Bearer {endpoint.given[0]}"}
    for other in upstream.requests:
        assert token not in json.dumps([other.lines, other.body.decode()])
    assert ask(louver.port, "/scripted", identity.token("bob"), "fine").status == 200
    assert upstream.calls()[-1].claims["sub"] == "bob"
    louver.expect(2, "louver_credentials_total", source="issued")


def assertion(request) -> tuple[dict, str]:
    """What a request proves its client by: the assertion's header, and the assertion."""
    form = Endpoint.form(request)
    assert "authorization" not in request.headers and "client_secret" not in form and form["client_id"] == "louver"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return jwt.get_unverified_header(form["client_assertion"]), form["client_assertion"]


def test_louver_proves_who_it_is_with_a_key(exchanging, endpoint, identity, tmp_path):
    keys = {"client-1": Key("client-1"), "client-2": Key("client-2", "EdDSA")}
    for kid, key in keys.items():
        write_secret(tmp_path / f"{kid}.pem", key.pem)
    settings = {"key_file": str(tmp_path / "client-1.pem"), "kid": "client-1", "algorithm": "PS256"}
    louver, upstream = exchanging(client_secret_file=None, client_key=settings)
    for name in ("alice", "bob"):
        assert ask(louver.port, "/scripted", identity.token(name), "fine").status == 200
    ids = set()
    for request in endpoint.asked:
        header, signed = assertion(request)
        assert (header["kid"], header["alg"]) == ("client-1", "PS256")
        where = louver.configuration.read_text().split('"token_url": "')[1].split('"')[0]
        claims = jwt.decode(signed, keys["client-1"].private.public_key(), ["PS256"], audience=where, issuer="louver")
        assert claims["sub"] == "louver" and claims["exp"] - claims["iat"] == 60
        ids.add(claims["jti"])
    assert len(ids) == len(endpoint.asked) == 2
    assert all("client_assertion" not in str(request.lines) for request in upstream.calls())
    text = louver.configuration.read_text()
    louver.configuration.write_text(text.replace("client-1", "client-2").replace("PS256", "EdDSA"))
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
    assert ask(louver.port, "/scripted", identity.token("carol"), "fine").status == 200
    header, signed = assertion(endpoint.asked[-1])
    assert (header["kid"], header["alg"]) == ("client-2", "EdDSA"), "another key after a reload"
    assert signed not in louver.log_file.read_text() + louver.access_file.read_text()


def test_many_calls_of_one_caller_ask_once(exchanging, endpoint, identity):
    louver, upstream = exchanging()
    endpoint.delay = 0.5
    token = identity.token("alice")
    answers: list[int] = []
    callers = [threading.Thread(target=lambda: answers.append(ask(louver.port, "/scripted", token, "fine").status)) for _ in range(12)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [200] * 12 and len(endpoint.asked) == 1


def test_it_is_renewed_in_the_background(exchanging, endpoint, identity):
    """A life of 32 s has its last 30 s for renewal: the old one serves meanwhile, and nobody waits."""
    louver, upstream = exchanging()
    endpoint.lifetime = 32
    token = identity.token("alice")
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    time.sleep(2.2)
    endpoint.delay, endpoint.lifetime = 1.0, 600
    began = time.monotonic()
    for _ in range(5):
        assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert time.monotonic() - began < 1, "nobody waited for the new one"
    time.sleep(1.5)
    assert len(endpoint.asked) == 2
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert upstream.calls()[-1].headers["authorization"] == f"Bearer {endpoint.given[1]}"


def test_check_says_whether_the_token_endpoint_answers(exchanging, endpoint):
    louver, _ = exchanging()
    endpoint.status = 405
    check = [str(BINARY), "check", "--config", str(louver.configuration)]
    good = subprocess.run(check, capture_output=True, text=True)
    assert good.returncode == 0 and "token endpoint" not in good.stdout, good.stdout
    text = louver.configuration.read_text()
    louver.configuration.write_text(re.sub(r"http://127\.0\.0\.1:\d+/token", f"http://127.0.0.1:{free_port()}/token", text))
    bad = subprocess.run(check, capture_output=True, text=True)
    assert bad.returncode == 0 and "of upstream `scripted` cannot be reached: connect" in bad.stdout, bad.stdout
    assert "token endpoint" not in subprocess.run([*check, "--offline"], capture_output=True, text=True).stdout


def test_a_refusal_or_an_outage_sends_nothing(exchanging, endpoint, identity):
    louver, upstream = exchanging()
    endpoint.status = 400
    reply = ask(louver.port, "/scripted", identity.token("alice"), "fine")
    assert is_refused(reply) and b"invalid_grant" not in reply.body
    endpoint.status = 500
    time.sleep(1.1)
    assert ask(louver.port, "/scripted", identity.token("bob"), "fine").status == 502
    assert upstream.calls() == []
    endpoint.status = 200
    time.sleep(1.1)
    assert ask(louver.port, "/scripted", identity.token("bob"), "fine").status == 200


def test_who_acts_must_be_named_where_that_is_wanted(exchanging, endpoint, identity):
    louver, upstream = exchanging(require_actor=True)
    endpoint.claims = {}
    assert is_refused(ask(louver.port, "/scripted", identity.token("alice"), "fine"))
    assert upstream.calls() == []


def test_a_token_of_somebody_else_is_not_sent(exchanging, endpoint, identity):
    louver, upstream = exchanging()
    endpoint.lifetime = 20
    token = identity.token("alice")
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    endpoint.claims = {"sub": "root"}
    assert ask(louver.port, "/scripted", token, "fine").status == 200, "the one that is held; another is fetched"
    time.sleep(0.5)
    ask(louver.port, "/scripted", token, "fine")
    wait_until(lambda: "identity_changed" in louver.log_file.read_text())
    assert upstream.calls()[1].claims["sub"] == "alice"


def test_airflow_gives_a_token_for_the_account_that_stands_for_the_caller(front, serve, endpoint, identity, tmp_path):
    place = serve(instead=endpoint.answer)
    upstream = serve({"fine": fine})
    accounts = [
        {"groups": ["platform"], "username": "admin", "password_file": secret_file(tmp_path, "admin", "admin's")},
        {"groups": ["analytics"], "username": "viewer", "password_file": secret_file(tmp_path, "viewer", "viewer's")},
    ]
    louver = front(upstream, reissue={"mode": "airflow-login", "token_url": f"http://127.0.0.1:{place.port}/auth/token", "accounts": accounts})
    for name in ("alice", "bob"):
        assert ask(louver.port, "/scripted", identity.token(name), "fine").status == 200
    assert ask(louver.port, "/scripted", identity.token("root", ("analytics", "platform")), "fine").status == 200
    assert [request.message for request in endpoint.asked] == [
        {"username": "viewer", "password": "viewer's"},
        {"username": "admin", "password": "admin's"},
    ]
    assert [call.claims["sub"] for call in upstream.calls()] == ["viewer", "viewer", "admin"]


def test_basic_is_for_the_account_that_stands_for_the_caller(front, serve, identity, tmp_path):
    upstream = serve({"fine": fine})
    accounts = [{"subjects": ["alice"], "username": "analyst", "password_file": secret_file(tmp_path, "p", "p:w")}]
    louver = front(upstream, reissue={"mode": "basic", "accounts": accounts})
    assert ask(louver.port, "/scripted", identity.token("alice"), "fine").status == 200
    assert base64.b64decode(upstream.calls()[0].headers["authorization"].removeprefix("Basic ")) == b"analyst:p:w"
    assert is_refused(ask(louver.port, "/scripted", identity.token("bob"), "fine")), "no mapping, no call"
    assert len(upstream.calls()) == 1


def test_passthrough_is_warned_of_and_audited(front, serve, identity):
    upstream = serve({"fine": fine})
    louver = front(upstream, reissue={"mode": "passthrough", "hand_on_client_tokens": True})
    token = identity.token("alice")
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert upstream.calls()[0].headers["authorization"] == f"Bearer {token}"
    wait_until(lambda: "MCP forbids it" in louver.log_file.read_text())
    assert louver.stop() == 0
    lines = [json.loads(line) for line in louver.access_file.read_text().splitlines()]
    assert [line["reissue"] for line in lines if line["method"] == "tools/call"] == ["passthrough"]
    assert token not in louver.access_file.read_text() + louver.log_file.read_text()


# What the upstream refuses ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def minting(front, serve, tmp_path):
    def make(tools=None, **settings):
        upstream = serve(tools or {"fine": fine}, **settings)
        reissue = {"mode": "mint", "secret_file": secret_file(tmp_path, "jwt", SECRET), "roles": [{"groups": ["analytics"], "role": "viewer"}]}
        return front(upstream, reissue=reissue), upstream

    return make


class Expiring:
    """Answers 401 to each token until it has seen so many of them."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, turn: Turn) -> None:
        if self.left > 0:
            self.left -= 1
            return turn.json({"detail": "Token Expired"}, 401)
        turn.text("fine")


def test_a_call_is_repeated_once_with_another_token(minting, identity):
    louver, upstream = minting({"fine": Expiring(1)})
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    first, second = upstream.calls()
    assert first.claims["jti"] != second.claims["jti"] and first.claims["sub"] == second.claims["sub"]
    assert first.body == second.body
    louver.expect(1, "louver_credentials_rejected_total")


def test_a_session_goes_on_with_another_token(minting, identity):
    louver, upstream = minting({"fine": Expiring(1)})
    session = Session(louver.port, "/scripted", identity.token())
    assert session.call("fine", {}, 7).answer["id"] == 7
    assert len({(call.claims["sub"], call.claims.get("iss")) for call in upstream.calls()}) == 1


def test_it_is_not_repeated_again_and_again(minting, identity):
    louver, upstream = minting({"fine": Expiring(100)})
    reply = ask(louver.port, "/scripted", identity.token(), "fine")
    assert reply.status == 502 and "www-authenticate" not in reply.headers
    assert len(upstream.calls()) == 2


def profiled(louver) -> None:
    """Lets the policy name the server whose profile knows how it tells of an expired token."""
    policy = louver.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("name: end-to-end\n", "name: end-to-end\nserver: astro-airflow-mcp\n"))


@pytest.mark.parametrize("tool, calls", [("list_dags", 2), ("trigger_dag", 1)])
def test_an_expiry_inside_a_result_is_seen(tool, calls, front, serve, identity, tmp_path):
    """A tool that changes something is not called twice; the next call has another token all the same."""
    seen = []

    def wrapped(turn: Turn) -> None:
        seen.append(turn.request.claims["jti"])
        if len(seen) == 1:
            return turn.text(json.dumps({"error": "Client error '401 Unauthorized' for url 'http://127.0.0.1/api/v2/dags'"}))
        turn.text("fine")

    upstream = serve({tool: wrapped})
    reissue = {"mode": "mint", "secret_file": secret_file(tmp_path, "jwt", SECRET), "roles": [{"groups": ["analytics"], "role": "viewer"}]}
    louver = front(upstream, reissue=reissue, prepare=profiled)
    arguments = {"dag_id": "steady"} if tool == "trigger_dag" else {}
    token = identity.token()
    answer = ask(louver.port, "/scripted", token, tool, arguments).answer["result"]["content"][0]["text"]
    assert len(seen) == calls
    assert ("fine" in answer) == (calls == 2)
    ask(louver.port, "/scripted", token, tool, arguments)
    assert seen[-1] != seen[0]


def test_it_says_which_servers_ignore_the_callers_token(front, serve, identity, tmp_path):
    def server(name: str):
        def change(louver) -> None:
            policy = louver.folder / "policy.yaml"
            policy.write_text(policy.read_text().replace("name: end-to-end\n", f"name: end-to-end\nserver: {name}\n"))

        return change

    reissue = {"mode": "mint", "secret_file": secret_file(tmp_path, "jwt", SECRET), "roles": [{"groups": ["analytics"], "role": "viewer"}]}
    louver = front(serve({"fetch_dags": fine}), reissue=reissue, prepare=server("mcp-server-apache-airflow"))
    wait_until(lambda: "ignores the token it is sent and acts as its own user" in louver.log_file.read_text())
    louver = front(serve({"get_dags": fine}), reissue=reissue, prepare=server("airflow-mcp-plugin"))
    assert "acts as its own user" not in louver.log_file.read_text()
