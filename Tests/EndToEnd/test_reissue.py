"""The credential that the upstream gets: never the client's, for the same person, with a role that the client cannot choose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from conftest import ROLES, mint
from leaks import survivors
from louver import AUDIENCE, ISSUER, PLENTY, Louver, b64
from raw import Connection, ask, base, call, modern, wait_until
from servers import policy
from upstream import Turn

SECRET = "not the secret of anybody, but long enough to be one: 0123456789"


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture
def minting(front, serve, tmp_path):
    """A Louver that mints for a scripted upstream, which keeps what it receives."""
    file = tmp_path / "jwt_secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    upstream = serve({"fine": fine})
    settings = {"reissue": {"mode": "mint", "secret_file": str(file), "algorithm": "HS512", **ROLES}}
    return front(upstream, **settings), upstream


def test_the_token_upstream_is_louvers_own(minting, identity):
    louver, upstream = minting
    token = identity.token("alice", role="admin", jti="the client's")
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    request = upstream.calls()[0]
    sent = request.headers["authorization"].removeprefix("Bearer ")
    head, body, signature = sent.split(".")
    expected = hmac.new(SECRET.encode(), f"{head}.{body}".encode(), hashlib.sha512).digest()
    assert signature == b64(expected), "Airflow takes HS512 with its own secret"
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "HS512"
    claims = request.claims
    assert (claims["sub"], claims["aud"], claims["role"]) == ("alice", "apache-airflow", "viewer"), "the client's own `role` counts for nothing"
    assert claims["jti"] != "the client's" and len(claims["jti"]) == 32
    assert claims["exp"] - claims["iat"] <= 3600 and claims["nbf"] <= claims["iat"]
    assert not {"groups", "scope", "client_id"} & set(claims), "only what Airflow needs"
    for other in upstream.requests:
        assert token not in json.dumps([other.lines, other.body.decode()])


def test_the_role_comes_from_verified_groups(minting, identity):
    louver, upstream = minting
    for groups, role in ((("analytics",), "viewer"), (("analytics", "platform"), "admin")):
        assert ask(louver.port, "/scripted", identity.token("carol", groups), "fine").status == 200
        assert upstream.calls()[-1].claims["role"] == role


def test_nobody_is_mapped_by_accident(front, serve, identity, tmp_path):
    file = tmp_path / "jwt_secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    upstream = serve({"fine": fine})
    only_platform = {"mode": "mint", "secret_file": str(file), "roles": [{"groups": ["platform"], "role": "viewer"}]}
    louver = front(upstream, reissue=only_platform)
    reply = ask(louver.port, "/scripted", identity.token("alice"), "fine")
    assert "error" in reply.answer or reply.answer["result"]["isError"]
    assert upstream.calls() == []


def test_one_person_is_minted_for_once(minting, identity):
    louver, upstream = minting
    token = identity.token()
    for _ in range(5):
        ask(louver.port, "/scripted", token, "fine")
    assert len({request.claims["jti"] for request in upstream.calls()}) == 1
    ask(louver.port, "/scripted", identity.token("bob"), "fine")
    assert upstream.calls()[-1].claims["sub"] == "bob"


def test_nothing_of_the_clients_head_goes_upstream(minting, identity):
    louver, upstream = minting
    noise = {"Cookie": "session=1", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Api-Key": "k", "User-Agent": "spy/1"}
    with Connection(louver.port) as connection:
        connection.post("/scripted", call("fine", {}), {**modern(identity.token(), "tools/call", "fine"), **noise})
    request = upstream.calls()[0]
    assert not {"cookie", "x-forwarded-host", "forwarded", "x-api-key"} & set(request.headers)
    assert request.headers["host"] == f"127.0.0.1:{upstream.port}"
    assert "spy" not in json.dumps(request.lines) and "evil" not in json.dumps(request.lines)
    names = [name.lower() for name, _ in request.lines]
    assert len(names) == len(set(names)), "no header twice"


def test_bad_tokens_reach_nobody(minting, identity):
    louver, upstream = minting
    good = identity.token()
    head, body, signature = good.split(".")
    none = b64(json.dumps({"alg": "none"}).encode())
    bad = {
        "expired": identity.token(lifetime=-3600),
        "for another audience": identity.token(aud="somebody else"),
        "of another issuer": identity.token(iss="https://evil.example"),
        "not yet valid": identity.token(nbf=4_000_000_000),
        "with another signature": f"{head}.{body}.{b64(b'x' * 32)}",
        "without a signature": f"{none}.{body}.",
        "without an algorithm it may have": f"{b64(json.dumps({'alg': 'HS512'}).encode())}.{body}.{signature}",
        "no token at all": "garbage",
    }
    answers = set()
    for name, token in bad.items():
        reply = ask(louver.port, "/scripted", token, "fine")
        assert reply.status == 401, name
        assert 'error="invalid_token"' in reply.headers["www-authenticate"], name
        assert f"{AUDIENCE}" not in reply.body.decode() and ISSUER not in reply.body.decode()
        answers.add((reply.headers["www-authenticate"], reply.body))
    assert len(answers) == 1, "the answer does not say which check failed"
    assert upstream.calls() == []
    wanted = {"expired", "audience_wrong", "issuer_unknown", "not_yet_valid", "signature_wrong", "signature_missing", "algorithm_refused", "not_compact"}

    def told() -> set[str]:
        events = [json.loads(line) for line in louver.log_file.read_text().splitlines() if '"token_refused"' in line]
        return {event["reason"] for event in events}

    wait_until(lambda: told() == wanted)
    log = louver.log_file.read_text() + louver.access_file.read_text()
    for name, token in bad.items():
        assert name == "no token at all" or not any(part and part in log for part in token.split(".")), name


@pytest.mark.parametrize("where", ["query", "form", "cookie", "another field"])
def test_a_token_counts_in_its_field_only(where, minting, identity):
    """RFC 6750 knows two other places, and MCP forbids them: they end up in logs and in histories."""
    louver, upstream = minting
    token = identity.token()
    path, lines, body = "/scripted", base(None), json.dumps(call("fine", {}))
    if where == "query":
        path += f"?access_token={token}"
    elif where == "form":
        lines["Content-Type"], body = "application/x-www-form-urlencoded", f"access_token={token}"
    elif where == "cookie":
        lines["Cookie"] = f"access_token={token}"
    else:
        lines["Proxy-Authorization"] = lines["X-Authorization"] = f"Bearer {token}"
    lines = {**lines, "Host": f"127.0.0.1:{louver.port}", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with Connection(louver.port) as connection:
        connection.send(f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
        status, fields = connection.head()
    assert status == 401 and "error=" not in fields["www-authenticate"], "none was shown that could be wrong (RFC 6750 section 3)"
    assert upstream.calls() == []
    wait_until(lambda: louver.access_file.read_text())
    assert token not in louver.access_file.read_text() + louver.log_file.read_text()


# The server inside Airflow ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plugin(stack, identity):
    upstream = {"url": stack["urls"]["plugin"], "reissue": mint(stack)}
    with Louver({"plugin": upstream}, policy(["list_connections", "list_variables", "list_dags", "get_variable"]), identity, extra=PLENTY) as louver:
        yield louver
        assert louver.stop() == 0


def played(clients, plugin, token: str, *steps: tuple[str, dict]) -> list[dict]:
    done = clients["official 2, auto"].play(plugin.url("plugin"), token, [{"call": tool, "with": arguments} for tool, arguments in steps])
    assert "failed" not in done, done
    return done["answers"]


def test_a_viewer_cannot_list_connections_through_the_plugin(plugin, clients, identity):
    """Louver's policy lets the call through here: it is Airflow that refuses, because it sees who is asking."""
    dags, connections, variables = played(clients, plugin, identity.token("alice"), ("list_dags", {}), ("list_connections", {}), ("list_variables", {}))
    assert "steady" in json.dumps(dags)
    for refused in (connections, variables):
        assert "403" in json.dumps(refused) and "warehouse" not in json.dumps(refused)


def test_an_admin_can_but_sees_no_secret(plugin, clients, identity):
    token = identity.token("root", ("analytics", "platform"))
    connections, variables, one = played(
        clients, plugin, token, ("list_connections", {}), ("list_variables", {}), ("get_variable", {"variable_key": "innocent_note"})
    )
    assert "warehouse" in json.dumps(connections) and "innocent_note" in json.dumps(variables)
    for answer in (connections, variables, one):
        assert "403" not in json.dumps(answer)
        assert survivors(answer) == []
    assert "REDACTED_" in json.dumps(connections) + json.dumps(variables)


def test_without_louver_an_admin_sees_the_secrets(stack, clients):
    """The other half of the proof."""
    import stack as real_stack

    steps = [{"call": "list_connections", "with": {}}, {"call": "list_variables", "with": {}}]
    done = clients["official 2, sessions"].play(stack["urls"]["plugin"], real_stack.admin_token(), steps)
    assert survivors(done["answers"])
