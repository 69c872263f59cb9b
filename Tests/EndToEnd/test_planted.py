"""Nothing that Louver writes tells a secret: in failures of everything it asks, and in every way a start can fail.

What clients and MCP servers plant is tried in test_audit.py. Here the ones at fault are the services around: each answers with all it was
sent, and with more. Then standard error, access lines, audit lines, metrics, readiness and every answer are searched.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from idp import NAME, trusting
from louver import AUDIENCE, BINARY, PLENTY, Identity, Louver, write_secret
from raw import Connection, ask, call, modern, wait_until
from servers import policy
from upstream import Turn

AUDIT = "audit: { file: audit.log, arguments: [dag_id] }\nlogs: { level: debug }\n"


def fine(turn: Turn) -> None:
    turn.text("fine")


class Plants:
    """Values that must never be seen again."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def new(self, length: int = 32) -> str:
        self.values.append("AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(length)))
        return self.values[-1]

    def key(self) -> str:
        """An access key: logs may show what a client says, and this only scrubbed."""
        return self.new(16)

    def found_in(self, text: str) -> list[str]:
        forms = {value: [value, base64.b64encode(value.encode()).decode().rstrip("="), value.encode().hex()] for value in self.values}
        return [value for value in self.values if any(form in text for form in forms[value])]


@pytest.fixture
def plants() -> Plants:
    return Plants()


def echo(plants: Plants, status: int):
    """Answers with all that it was sent, and a value of its own."""

    def answer(turn: Turn) -> None:
        told = {"error": plants.new(), "error_description": turn.request.body.decode(), "headers": dict(turn.request.headers)}
        turn.json(told, status, X_Token=plants.new(), WWW_Authenticate=f'Bearer error="{plants.new()}"')

    return answer


def everything(louver: Louver) -> str:
    told = louver.admin("/metrics") + louver.admin("/readyz")
    assert louver.stop() == 0
    return told + "".join((louver.folder / file).read_text() for file in ("louver.log", "access.log", "audit.log"))


def secret(plants: Plants, folder: Path, name: str) -> str:
    write_secret(folder / name, plants.new())
    return str(folder / name)


# The services around -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_token_endpoint_that_tells_all(status, front, serve, identity, plants, tmp_path):
    place = serve(instead=echo(plants, status))
    reissue = {
        "mode": "exchange",
        "token_url": f"http://127.0.0.1:{place.port}/token",
        "client_id": "louver",
        "client_secret_file": secret(plants, tmp_path, "client_secret"),
        "audience": "airflow",
    }
    louver = front(serve({"fine": fine}), reissue=reissue, extra=PLENTY + AUDIT)
    expect_silence(louver, identity.token(), plants)
    assert place.requests


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_login_that_tells_all(status, front, serve, identity, plants, tmp_path):
    place = serve(instead=echo(plants, status))
    accounts = [{"groups": ["analytics"], "username": "viewer", "password_file": secret(plants, tmp_path, "password")}]
    reissue = {"mode": "airflow-login", "token_url": f"http://127.0.0.1:{place.port}/auth/token", "accounts": accounts}
    louver = front(serve({"fine": fine}), reissue=reissue, extra=PLENTY + AUDIT)
    expect_silence(louver, identity.token(), plants)
    assert place.requests


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_server_that_refuses_the_credential_and_tells_it(status, front, serve, identity, plants, tmp_path):
    accounts = [{"groups": ["analytics"], "username": "viewer", "password_file": secret(plants, tmp_path, "password")}]
    upstream = serve(instead=echo(plants, status))
    louver = front(upstream, tools=["fine"], reissue={"mode": "basic", "accounts": accounts}, extra=PLENTY + AUDIT)
    plants.values.append(base64.b64encode(f"viewer:{plants.values[0]}".encode()).decode())
    expect_silence(louver, identity.token(), plants)
    assert upstream.requests


def test_an_issuer_that_tells_all_instead_of_its_keys(front, serve, identity, plants):
    place = serve(instead=echo(plants, 200))
    louver = front(serve({"fine": fine}), prepare=trusting(f"http://127.0.0.1:{place.port}/keys"), extra=PLENTY + AUDIT)
    now = json.loads(base64.urlsafe_b64decode(identity.token().split(".")[1] + "=="))
    head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": plants.new()}).encode()).decode().rstrip("=")
    body = base64.urlsafe_b64encode(json.dumps({**now, "iss": NAME, "jti": plants.new()}).encode()).decode().rstrip("=")
    forged = f"{head}.{body}.{secrets.token_urlsafe(256)}"
    plants.values.append(forged.split(".")[2])
    expect_silence(louver, forged, plants)


@pytest.mark.parametrize("status", [200, 401, 500])
def test_an_introspection_that_tells_all(status, front, serve, plants, tmp_path):
    place = serve(instead=echo(plants, status))
    settings = {"url": f"http://127.0.0.1:{place.port}/ask", "client_id": "louver", "client_secret_file": secret(plants, tmp_path, "client_secret")}

    def prepare(louver: Louver) -> None:
        line = f"issuers:\n  - {{ issuer: opaque, audiences: [{AUDIENCE}], introspection: {json.dumps(settings)} }}\n"
        louver.configuration.write_text(louver.configuration.read_text().replace("issuers:\n", line, 1))

    louver = front(serve({"fine": fine}), prepare=prepare, extra=PLENTY + AUDIT)
    expect_silence(louver, plants.new(), plants)
    assert place.requests


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_collector_that_tells_all(status, front, serve, identity, plants):
    place = serve(instead=echo(plants, status))
    tracing = f"tracing: {{ endpoint: http://127.0.0.1:{place.port}/v1/traces, sample_percent: 100 }}\n"
    louver = front(serve({"fine": fine}), extra=PLENTY + AUDIT + tracing)
    for _ in range(3):
        ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: place.requests)
    expect_silence(louver, identity.token(), plants)
    for request in place.requests:
        assert not plants.found_in(request.body.decode()), "a span told a value"


def test_a_store_that_refuses_the_password_and_tells_it(front, serve, identity, plants, tmp_path):
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                connection.sendall(b"-WRONGPASS " + connection.recv(4096).replace(b"\r\n", b" ") + plants.new().encode() + b"\r\n")
                connection.close()
            except OSError:
                return

    threading.Thread(target=refuse, daemon=True).start()
    write_secret(tmp_path / "redis_password", plants.new())
    store = f'redis: {{ url: "redis://127.0.0.1:{listener.getsockname()[1]}", password_file: {tmp_path}/redis_password, timeout: 100ms }}\n'
    limits = "limits:\n  - { id: shared, per: [principal], rate: 100/min, burst: 100, when_store_is_down: deny }\n"
    louver = front(serve({"fine": fine}), limits=limits, extra=PLENTY + AUDIT + store)
    expect_silence(louver, identity.token(), plants)
    listener.close()


def expect_silence(louver: Louver, token: str, plants: Plants) -> None:
    """Calls, refused calls and calls with planted values; then nothing that was said holds one of them."""
    plants.values.append(token.split(".")[-1])
    told = ""
    for arguments in ({}, {"dag_id": plants.key()}, {"dag_id": plants.key(), "note": plants.new()}):
        for tool in ("fine", "unknown"):
            with Connection(louver.port) as connection:
                reply = connection.post("/scripted", call(tool, arguments), modern(token, "tools/call", tool))
                told += reply.body.decode(errors="replace") + json.dumps(dict(reply.headers))
    assert len(plants.values) > 4
    assert plants.found_in(told) == []
    assert plants.found_in(everything(louver)) == []


# A start that fails ----------------------------------------------------------------------------------------------------------------------------


def keys(louver: Louver, plants: Plants) -> None:
    issuer = f"  - {{ issuer: https://keys.test, audiences: [{AUDIENCE}], algorithms: [RS256], jwks_file: keys.json }}\n"
    text = louver.configuration.read_text()
    louver.configuration.write_text(text.replace("issuers:\n", "issuers:\n" + issuer, 1))


def a_key_set_with_a_private_key(louver: Louver, plants: Plants) -> None:
    keys(louver, plants)
    jwk = {"kty": "RSA", "kid": "a", "n": plants.new(), "e": "AQAB", "d": plants.new(), "p": plants.new()}
    write_secret(louver.folder / "keys.json", json.dumps({"keys": [jwk]}))


def a_key_set_that_is_no_json(louver: Louver, plants: Plants) -> None:
    keys(louver, plants)
    write_secret(louver.folder / "keys.json", f'{{"keys": [{{"k": "{plants.new()}", {plants.new()}')


def a_secret_that_is_too_short(louver: Louver, plants: Plants) -> None:
    plants.values.append(plants.new()[:20])
    write_secret(louver.folder / "identity_secret", plants.values[-1])


def a_secret_that_others_read(louver: Louver, plants: Plants) -> None:
    write_secret(louver.folder / "identity_secret", plants.new())
    (louver.folder / "identity_secret").chmod(0o644)


def a_signing_key_that_is_none(louver: Louver, plants: Plants) -> None:
    edge = "-----{} PRIVATE" + " KEY-----\n"
    write_secret(louver.folder / "audit.pem", edge.format("BEGIN") + plants.new() + "\n" + edge.format("END"))
    append(louver, "audit: { file: audit.log, signing_key_file: audit.pem }\n")


def api_keys_that_are_none(louver: Louver, plants: Plants) -> None:
    write_secret(louver.folder / "api_keys.yaml", f"keys:\n  - {{ id: report, key: {plants.new()}, sha256: {plants.new()} }}\n")
    append(louver, "api_keys_file: api_keys.yaml\n")


def a_secret_in_the_place_of_its_file(louver: Louver, plants: Plants) -> None:
    text = louver.configuration.read_text()
    louver.configuration.write_text(text.replace("secret_file: identity_secret", f"secret: {plants.new()}"))


def a_secret_in_a_url(louver: Louver, plants: Plants) -> None:
    append(louver, f'redis: {{ url: "redis://louver:{plants.new()}@127.0.0.1:1/0" }}\n')


def a_secret_in_the_url_of_a_server(louver: Louver, plants: Plants) -> None:
    text = louver.configuration.read_text()
    louver.configuration.write_text(text.replace("http://127.0.0.1:1/mcp", f"http://louver:{plants.new()}@127.0.0.1:1/mcp"))


def append(louver: Louver, text: str) -> None:
    louver.configuration.write_text(louver.configuration.read_text() + text)


@pytest.mark.parametrize(
    "fault",
    [
        a_key_set_with_a_private_key,
        a_key_set_that_is_no_json,
        a_secret_that_is_too_short,
        a_secret_that_others_read,
        a_signing_key_that_is_none,
        api_keys_that_are_none,
        a_secret_in_the_place_of_its_file,
        a_secret_in_a_url,
        a_secret_in_the_url_of_a_server,
    ],
    ids=lambda fault: fault.__name__,
)
def test_a_start_that_fails_tells_no_value(fault, identity: Identity, plants):
    louver = Louver({"scripted": {"url": "http://127.0.0.1:1/mcp"}}, policy(["fine"]), identity, extra=PLENTY)
    fault(louver, plants)
    try:
        for verb in ("check", "run"):
            done = subprocess.run([BINARY, verb, "--config", louver.configuration], capture_output=True, text=True, timeout=30)
            assert done.returncode != 0, f"{verb} took it: {done.stdout}{done.stderr}"
            assert plants.values and plants.found_in(done.stdout + done.stderr) == [], verb
    finally:
        louver.forget()
