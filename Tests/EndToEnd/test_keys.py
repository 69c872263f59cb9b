"""Keys that an issuer publishes: fetched when they are needed and by nobody's request, kept through outages, followed through rotations."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
import subprocess
import threading
import time

import jwt
import pytest
from idp import Key, Provider, trusting
from louver import AUDIENCE, BINARY, b64, write_secret
from raw import Connection, ask, wait_until
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture
def provider() -> Provider:
    return Provider()


def address(server) -> str:
    return f"http://127.0.0.1:{server.port}/jwks.json"


@pytest.fixture
def trusted(front, serve, provider):
    """A Louver that trusts the provider, and the server that publishes its keys."""
    place = serve(instead=provider.answer)
    return front(serve({"fine": fine}), prepare=trusting(address(place)), workers=2), place


def status(louver, token: str, timeout: float = 30) -> int:
    return ask(louver.port, "/scripted", token, "fine", timeout=timeout).status


def test_keys_are_fetched_once_for_all_loops(trusted, provider):
    louver, _ = trusted
    for _ in range(20):
        assert status(louver, provider.token()) == 200
    assert provider.fetches == 1
    louver.expect(1, "louver_key_fetches_total", outcome="fetched")


def test_the_first_calls_wait_for_the_first_keys(trusted, front, serve):
    slow = Provider()
    slow.delay = 1.5
    place = serve(instead=slow.answer)
    louver = front(serve({"fine": fine}), prepare=trusting(address(place)))
    began = time.monotonic()
    assert status(louver, slow.token()) == 200
    assert time.monotonic() - began > 0.5 and slow.fetches == 1


def test_a_rotation_under_load_refuses_nobody(trusted, provider):
    louver, _ = trusted
    stop, refused, served = threading.Event(), [], []

    def call_on_and_on() -> None:
        while not stop.is_set():
            answer = status(louver, provider.token())
            (served if answer == 200 else refused).append(answer)

    callers = [threading.Thread(target=call_on_and_on) for _ in range(6)]
    for caller in callers:
        caller.start()
    time.sleep(0.5)
    provider.rotate("second")
    time.sleep(1)
    provider.rotate("third")
    time.sleep(7)
    stop.set()
    for caller in callers:
        caller.join()
    assert refused == [] and len(served) > 50
    assert provider.fetches <= 4


def test_a_withdrawn_key_is_no_longer_good(trusted, provider):
    louver, _ = trusted
    old = provider.token()
    assert status(louver, old) == 200
    provider.rotate("second", forget=True)
    assert status(louver, provider.token()) == 200, "the new one is fetched"
    assert status(louver, old) == 401


def test_strangers_cannot_make_louver_fetch_again_and_again(trusted, provider):
    louver, _ = trusted
    assert status(louver, provider.token()) == 200
    unknown = Key("nobody's")
    began = time.monotonic()
    for _ in range(2):
        assert status(louver, provider.token(key=unknown)) == 401
    elapsed = time.monotonic() - began
    assert provider.fetches <= 2 + elapsed / 5
    assert status(louver, provider.token()) == 200, "and those with a known key go on"


def test_an_outage_hurts_nobody_with_a_known_key(trusted, provider):
    louver, place = trusted
    assert status(louver, provider.token()) == 200
    place.stop()
    for name in ("alice", "bob", "carol"):
        assert status(louver, provider.token(name)) == 200, "tokens never seen before, signed with a known key"
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
    assert status(louver, provider.token("dora")) == 200, "a reload in the outage loses nothing"


@pytest.mark.parametrize("fault", [302, "no keys", "gone"])
def test_without_keys_it_says_try_again_and_never_lets_in(fault, front, serve):
    provider = Provider()
    place = serve(instead=provider.answer)
    url = address(place)
    if fault == "no keys":
        provider.published = []
    elif fault == "gone":
        place.stop()
    else:
        provider.status = fault
    upstream = serve({"fine": fine})
    louver = front(upstream, prepare=trusting(url))
    reply = ask(louver.port, "/scripted", provider.token(), "fine")
    assert reply.status == 503 and int(reply.headers["retry-after"]) > 0
    assert upstream.calls() == []
    louver.expect_at_least(1, "louver_key_fetches_total", outcome="failed")
    louver.expect(1, "louver_refusals_total", reason="issuer_keys_unavailable")


def test_its_algorithms_stay_pinned(trusted, provider):
    louver, _ = trusted
    head = {"alg": "HS256", "kid": provider.key.kid, "typ": "JWT"}
    claims = {"iss": provider.name, "aud": AUDIENCE, "sub": "alice", "iat": int(time.time()), "exp": int(time.time()) + 60}
    signed = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
    for public in (provider.key.jwk["n"], json.dumps(provider.key.jwk)):
        forged = signed + "." + b64(hmac.new(public.encode(), signed.encode(), hashlib.sha256).digest())
        assert status(louver, forged) == 401


def test_loops_publish_louvers_own_keys(front, serve, tmp_path, identity):
    """What Airflow's `trusted_jwks_url` is pointed at: the key that signs, and the one that will."""
    now, later = Key("louver-1"), Key("louver-2", "EdDSA")
    for key in (now, later):
        write_secret(tmp_path / f"{key.kid}.pem", key.pem)
    upstream = serve({"fine": fine})
    reissue = {
        "mode": "mint",
        "key_file": str(tmp_path / "louver-1.pem"),
        "kid": "louver-1",
        "also_published": [{"key_file": str(tmp_path / "louver-2.pem"), "kid": "louver-2"}],
        "roles": [{"groups": ["analytics"], "role": "viewer"}],
    }
    louver = front(upstream, reissue=reissue)
    with Connection(louver.port) as connection:
        connection.get("/.well-known/jwks.json", {})
        reply = connection.reply()
    assert reply.status == 200 and reply.headers["content-type"].startswith("application/json")
    keys = jwt.PyJWKSet.from_dict(json.loads(reply.body))
    assert {key.key_id: key.algorithm_name for key in keys.keys} == {"louver-1": "RS256", "louver-2": "EdDSA"}
    assert b'"d"' not in reply.body and b"PRIVATE" not in reply.body
    assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    sent = upstream.calls()[0].headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(sent)["kid"] == "louver-1"
    claims = jwt.decode(sent, keys["louver-1"].key, ["RS256"], audience="apache-airflow")
    assert (claims["sub"], claims["role"]) == ("alice", "viewer")


def test_louvers_own_keys_are_exchanged_under_load_without_a_token_that_nobody_can_check(front, serve, tmp_path, identity):
    """The next key is published first, then it signs, then the last one goes: whoever read the set before the exchange is none the worse."""
    keys = {name: Key(name, "EdDSA") for name in ("louver-1", "louver-2")}
    for name, key in keys.items():
        write_secret(tmp_path / f"{name}.pem", key.pem)

    def reissue(signs: str, waits: str) -> dict:
        also = [{"key_file": str(tmp_path / f"{waits}.pem"), "kid": waits}]
        return {"mode": "mint", "key_file": str(tmp_path / f"{signs}.pem"), "kid": signs, "also_published": also, "roles": [{"groups": ["analytics"], "role": "viewer"}]}

    upstream = serve({"fine": fine})
    louver = front(upstream, reissue=reissue("louver-1", "louver-2"))
    with Connection(louver.port) as connection:
        connection.get("/.well-known/jwks.json", {})
        known = jwt.PyJWKSet.from_dict(json.loads(connection.reply().body))
    tokens = [identity.token(f"user-{number}") for number in range(4)]
    seen, stop = [], threading.Event()

    def call_on(token: str) -> None:
        while not stop.is_set():
            seen.append(status(louver, token))

    threads = [threading.Thread(target=call_on, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(seen) > 20)
        text = louver.configuration.read_text()
        before, after = json.dumps(reissue("louver-1", "louver-2")), json.dumps(reissue("louver-2", "louver-1"))
        assert before in text
        louver.configuration.write_text(text.replace(before, after))
        louver.signal(signal.SIGHUP)
        wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
        count = len(seen)
        wait_until(lambda: len(seen) > count + 40)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(seen) == {200}
    signed = [request.headers["authorization"].removeprefix("Bearer ") for request in upstream.calls()]
    kids = [jwt.get_unverified_header(token)["kid"] for token in signed]
    assert set(kids) == {"louver-1", "louver-2"} and kids[-1] == "louver-2"
    for token, kid in set(zip(signed, kids)):
        assert jwt.decode(token, known[kid].key, ["EdDSA"], audience="apache-airflow")["role"] == "viewer"


def test_documents_are_for_an_address_that_failed_too_often_as_well(trusted, provider):
    louver, _ = trusted
    wait_until(lambda: status(louver, provider.token() + "x") == 429)
    for path in ("/.well-known/oauth-protected-resource/scripted", "/.well-known/oauth-protected-resource"):
        for _ in range(20):
            with Connection(louver.port) as connection:
                connection.get(path, {})
                reply = connection.reply()
            assert reply.status == 200 and reply.headers["access-control-allow-origin"] == "*", path


def test_check_says_which_issuer_cannot_be_reached(trusted, provider):
    louver, place = trusted
    check = [str(BINARY), "check", "--config", str(louver.configuration)]
    before = subprocess.run(check, capture_output=True, text=True)
    assert before.returncode == 0 and "cannot be fetched" not in before.stdout
    place.stop()
    after = subprocess.run(check, capture_output=True, text=True)
    assert after.returncode == 0, "an issuer that is down now is no fault of the file"
    assert f"the keys of issuer `{provider.name}` at {address(place)} cannot be fetched" in after.stdout
    offline = subprocess.run([*check, "--offline"], capture_output=True, text=True)
    assert offline.returncode == 0 and "cannot be fetched" not in offline.stdout


def test_an_airflow_deployment_is_known_at_the_door(front, serve, tmp_path):
    """Its own tokens, without `iss`. What it would believe itself and must not count here is refused."""
    file = tmp_path / "jwt_secret"
    secret = "only airflow and louver know this secret, long enough for HS512 as well 0123"
    write_secret(file, secret)
    upstream = serve({"fine": fine})

    def airflow(louver) -> None:
        text = louver.configuration.read_text()
        louver.configuration.write_text(text.replace("issuers:\n", f"issuers:\n  - {{ issuer: airflow, kind: airflow, secret_file: {file} }}\n", 1))

    roles = [{"subjects": ["vera"], "issuer": "airflow", "role": "viewer"}, {"subjects": ["root"], "issuer": "airflow", "role": "admin"}]
    rule = "  - { id: everybody, allow: tools/call, tools: [fine], principals: [anyone] }\n"
    louver = front(upstream, prepare=airflow, rules=rule, reissue={"mode": "mint", "secret_file": str(file), "roles": roles})
    now = int(time.time())

    def token(**changes) -> str:
        claims = {"sub": "vera", "role": "viewer", "jti": "1", "aud": "apache-airflow", "nbf": now, "iat": now, "exp": now + 600, **changes}
        return jwt.encode({name: value for name, value in claims.items() if value is not None}, secret, "HS512", {"kid": "not-used"})

    assert status(louver, token()) == 200
    assert status(louver, token(sub="root", role="admin")) == 200
    assert [call.claims["role"] for call in upstream.calls()] == ["viewer", "admin"]
    for name, changes in {"no jti": {"jti": None}, "ten years": {"exp": now + 315_360_000}, "no iat": {"iat": None}, "other aud": {"aud": "x"}}.items():
        assert status(louver, token(**changes)) == 401, name
    for changes in ({"role": "admin"}, {"sub": "ghost", "role": "admin"}):
        refused = ask(louver.port, "/scripted", token(**changes), "fine").answer
        assert "error" in refused or refused["result"]["isError"]
    assert len(upstream.calls()) == 2
