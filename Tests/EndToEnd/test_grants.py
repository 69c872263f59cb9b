"""The token endpoint: machines get Louver's own tokens for an API key or a certificate (RFC 6749 section 4.4, RFC 8705)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import urllib.parse

import jwt
import pytest
from certificates import Authority
from idp import Key
from louver import write_secret
from raw import Connection, Reply, ask, call, modern, wait_until
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture
def secret() -> str:
    return "louver_" + secrets.token_urlsafe(32)


@pytest.fixture
def granting(front, serve, tmp_path, secret):
    """A Louver whose token endpoint is at /token, and a machine with an API key, a group and two scopes."""

    def make(*, endpoint: str = "endpoint: /token", prepare=lambda louver: None, **settings):
        write_secret(tmp_path / "clients.pem", Key("clients-1", "EdDSA").pem)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        (tmp_path / "keys.yaml").write_text(f"keys:\n  - {{ id: report, sha256: {digest}, groups: [analytics], scopes: [read, logs] }}\n")

        def change(louver) -> None:
            issuer = f"issuer: http://127.0.0.1:{louver.port}, key_file: {tmp_path / 'clients.pem'}, kid: clients-1, lifetime: 10m"
            lines = f"client_tokens: {{ {issuer}, {endpoint} }}\napi_keys_file: {tmp_path / 'keys.yaml'}\n"
            louver.configuration.write_text(louver.configuration.read_text() + lines)
            prepare(louver)

        return front(serve({"fine": fine}), prepare=change, **settings)

    return make


def post(louver, form: dict | str, basic: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None, **headers: str) -> Reply:
    body = (form if isinstance(form, str) else urllib.parse.urlencode(form)).encode()
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    if basic:
        sent["Authorization"] = "Basic " + base64.b64encode(":".join(urllib.parse.quote(part, safe="") for part in basic).encode()).decode()
    with Connection(louver.port, tls=tls) as connection:
        return connection.post("/token", body, sent)


GRANT = {"grant_type": "client_credentials"}


def test_an_api_key_gets_a_token_that_works(granting, secret):
    louver = granting()
    for reply in (post(louver, GRANT, ("report", secret)), post(louver, {**GRANT, "client_id": "report", "client_secret": secret})):
        assert reply.status == 200 and reply.headers["cache-control"] == "no-store" and reply.headers["pragma"] == "no-cache"
        given = json.loads(reply.body)
        assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 600, "read logs")
        assert ask(louver.port, "/scripted", given["access_token"], "fine").status == 200
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"], claims["groups"]) == ("report", "report", ["analytics"])
    assert "chain" not in claims, "no chain: a machine can ask again"
    wait_until(lambda: claims["jti"] in louver.log_file.read_text())
    log = louver.log_file.read_text()
    assert given["access_token"] not in log and secret not in log
    narrow = json.loads(post(louver, {**GRANT, "scope": "logs"}, ("report", secret)).body)
    assert narrow["scope"] == "logs"
    here = jwt.decode(narrow["access_token"], options={"verify_signature": False})["aud"]
    only = post(louver, {**GRANT, "resource": here[0]}, ("report", secret))
    assert jwt.decode(json.loads(only.body)["access_token"], options={"verify_signature": False})["aud"] == here[:1]


def test_refusals_are_those_of_the_standard(granting, secret):
    louver = granting()
    good = ("report", secret)
    table = [
        ("no grant", {}, good, 400, "invalid_request"),
        ("another grant", {"grant_type": "password"}, good, 400, "unsupported_grant_type"),
        ("a grant that hands on", {"grant_type": "refresh_token"}, good, 400, "unsupported_grant_type"),
        ("nobody", GRANT, None, 401, "invalid_client"),
        ("a wrong secret", GRANT, ("report", secret[:-1] + "!"), 401, "invalid_client"),
        ("somebody else's name", GRANT, ("other", secret), 401, "invalid_client"),
        ("a secret without a name", {**GRANT, "client_secret": secret}, None, 400, "invalid_request"),
        ("both ways at once", {**GRANT, "client_id": "report", "client_secret": secret}, good, 400, "invalid_request"),
        ("two names", {**GRANT, "client_id": "other"}, good, 400, "invalid_request"),
        ("a scope too many", {**GRANT, "scope": "read admin"}, good, 400, "invalid_scope"),
        ("a foreign resource", {**GRANT, "resource": "https://elsewhere.example/mcp"}, good, 400, "invalid_target"),
        ("a field twice", "grant_type=client_credentials&grant_type=client_credentials", good, 400, "invalid_request"),
        ("a broken escape", "grant_type=client_credentials&scope=%zz", good, 400, "invalid_request"),
        ("too many fields", "&".join(f"f{at}=1" for at in range(100)), good, 400, "invalid_request"),
    ]
    for name, form, basic, status, error in table:
        reply = post(louver, form, basic)
        assert (reply.status, json.loads(reply.body)) == (status, {"error": error}), name
        assert reply.headers["cache-control"] == "no-store", name
        assert ("www-authenticate" in reply.headers) == (status == 401), name
    assert post(louver, GRANT, good, **{"Content-Type": "application/json"}).status == 400
    assert post(louver, "x=" + "a" * 20_000, good).status == 413
    bearer = {"Authorization": "Bearer " + json.loads(post(louver, GRANT, good).body)["access_token"]}
    assert post(louver, GRANT, **bearer).status == 401, "a token gets no token"
    with Connection(louver.port) as connection:
        connection.get("/token", {})
        reply = connection.reply()
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    wait_until(lambda: louver.metric("louver_refusals_total", reason="grant_invalid_client") == 4)


def test_guessing_is_slowed_down(granting, secret):
    louver = granting()
    seen = [post(louver, GRANT, ("report", "louver_" + secrets.token_urlsafe(32))).status for _ in range(60)]
    assert seen[0] == 401 and seen[-1] == 429
    limited = post(louver, GRANT, ("report", secret))
    assert limited.status == 429 and int(limited.headers["retry-after"]) >= 1
    assert json.loads(limited.body) == {"error": "temporarily_unavailable"}


def test_a_client_that_asks_too_often_waits(granting, secret):
    louver = granting(extra="limits: { admission: { rate: 1/h, burst: 3 } }\n")
    seen = [post(louver, GRANT, ("report", secret)).status for _ in range(5)]
    assert seen == [200, 200, 200, 429, 429]


def test_it_is_off_unless_it_is_written(granting, secret):
    louver = granting(endpoint="chain: 2h")
    assert post(louver, GRANT, ("report", secret)).status == 404


def test_a_certificate_gets_a_token_that_is_bound_to_it(granting, tmp_path):
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.issue("front")

    def prepare(louver) -> None:
        text = louver.configuration.read_text()
        address = f"  - address: 127.0.0.1:{louver.port}"
        tls = f"certificate: {certificate}, key: {key}, client_ca: {authority.certificate}, client_certificates: optional"
        louver.configuration.write_text(text.replace(address, f"{address}\n    tls: {{ {tls} }}") + "certificate_subject: uri\n")

    rule = "  - { id: machines, allow: tools/call, tools: [fine], principals: [anyone] }\n"
    louver = granting(prepare=prepare, rules=rule)

    def context(name: str | None) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(authority.certificate))
        if name:
            made.load_cert_chain(*authority.issue(name, names=f"URI:spiffe://corp/{name}"))
        return made

    robot = context("robot")
    given = json.loads(post(louver, {**GRANT, "client_id": "spiffe://corp/robot"}, tls=robot).body)
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert claims["sub"] == "spiffe://corp/robot" and set(claims["cnf"]) == {"x5t#S256"}
    assert post(louver, {**GRANT, "client_id": "spiffe://corp/other"}, tls=robot).status == 401
    assert post(louver, GRANT, tls=context(None)).status == 401

    def used(tls: ssl.SSLContext) -> int:
        with Connection(louver.port, tls=tls) as connection:
            return connection.post("/scripted", call("fine", {}), modern(given["access_token"], "tools/call", "fine")).status

    assert [used(robot), used(context("thief")), used(context(None))] == [200, 401, 401]
