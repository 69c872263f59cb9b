"""Callers who come without an identity provider's JWT: with Louver's own tokens, API keys, certificates, or tokens only their issuer can read."""

from __future__ import annotations

import json
import re
import secrets
import signal
import ssl
import subprocess
import time

import jwt
import pytest
from certificates import Authority
from conftest import ROLES
from idp import Key
from louver import AUDIENCE, BINARY, free_port, write_secret
from raw import Connection, Session, ask, call, legacy_call, modern, wait_until
from upstream import Turn

AIRFLOW_SECRET = "only airflow and louver know this secret, long enough for HS512 as well 0123"


def fine(turn: Turn) -> None:
    turn.text("fine")


def with_lines(*lines: str):
    """Adds lines to the end of a configuration."""

    def change(louver) -> None:
        louver.configuration.write_text(louver.configuration.read_text() + "\n".join(lines) + "\n")

    return change


def token_verb(louver, *words: str, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([str(BINARY), "token", *words, "--config", str(louver.configuration)], input=stdin, capture_output=True, text=True)


def status(louver, token: str) -> int:
    return ask(louver.port, "/scripted", token, "fine").status


def reload(louver) -> None:
    before = louver.metric("louver_reloads_total", outcome="applied")
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == before + 1)


@pytest.fixture
def issuing(front, serve, tmp_path):
    """A Louver with tokens of its own, that trusts an Airflow too and mints for the upstream."""
    key = Key("clients-1", "EdDSA")

    def make(**more):
        upstream = serve({"fine": fine})
        write_secret(tmp_path / "clients.pem", key.pem)
        write_secret(tmp_path / "airflow", AIRFLOW_SECRET)
        (tmp_path / "revoked").write_text("# nobody yet\n")
        tokens = {"issuer": "https://louver.test", "key_file": str(tmp_path / "clients.pem"), "kid": "clients-1", **more}

        def prepare(louver) -> None:
            with_lines(f"client_tokens: {json.dumps(tokens)}", f"revoked_tokens_file: {tmp_path / 'revoked'}")(louver)
            text = louver.configuration.read_text()
            airflow = f"  - {{ issuer: airflow, kind: airflow, secret_file: {tmp_path / 'airflow'}, groups_claim: groups }}\n"
            louver.configuration.write_text(text.replace("issuers:\n", "issuers:\n" + airflow, 1))

        reissue = {"mode": "mint", "secret_file": str(tmp_path / "airflow"), **ROLES}
        return front(upstream, prepare=prepare, reissue=reissue), upstream, key

    return make


def own(key: Key, louver, *, left: int, life: int = 600, began: int | None = None, **changes) -> str:
    """One of Louver's own tokens at some point of its life."""
    now = int(time.time())
    claims = {
        "iss": "https://louver.test",
        "sub": "nightly",
        "aud": [louver.url("scripted")],
        "groups": ["analytics"],
        "scope": "",
        "jti": "the first",
        "chain": "the first",
        "auth_time": began or now - life + left,
        "iat": now - life + left,
        "exp": now + left,
        **changes,
    }
    return key.sign(claims, typ="at+jwt")


def handed(louver, token: str) -> str | None:
    return ask(louver.port, "/scripted", token, "fine").headers.get("refreshed-api-token")


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def test_the_operator_issues_a_token_for_a_machine(issuing):
    louver, upstream, key = issuing()
    done = token_verb(louver, "issue", "--subject", "nightly", "--group", "analytics,platform", "--client", "cron")
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    assert status(louver, token) == 200
    assert upstream.calls()[0].claims["sub"] == "nightly" and upstream.calls()[0].claims["role"] == "admin"
    assert claims_of(token)["jti"] in done.stderr and token not in done.stderr
    assert "refreshed-api-token" not in ask(louver.port, "/scripted", token, "fine").headers, "it is young"


def test_a_token_in_its_last_fifth_brings_the_next(issuing):
    louver, upstream, key = issuing(lifetime="10m", chain="1h")
    assert handed(louver, own(key, louver, left=121)) is None
    old = own(key, louver, left=119)
    new = handed(louver, old)
    claims, before = claims_of(new), claims_of(old)
    for name in ("iss", "sub", "aud", "groups", "chain", "auth_time"):
        assert claims[name] == before[name], name
    assert claims["jti"] != before["jti"] and claims["exp"] > before["exp"]
    assert status(louver, new) == 200
    assert {(call.claims["sub"], call.claims.get("iss")) for call in upstream.calls()} == {("nightly", None)}


def test_a_chain_ends(issuing):
    louver, upstream, key = issuing(lifetime="10m", chain="1h")
    now = int(time.time())
    almost = claims_of(handed(louver, own(key, louver, left=100, began=now - 3300)))
    assert almost["exp"] == almost["auth_time"] + 3600
    assert handed(louver, own(key, louver, left=100, began=now - 3500)) is None


def test_a_session_survives_the_next_token_of_an_airflow_user(issuing):
    """The caller stays who he was: the seal of the session and the name upstream are the same under the new token."""
    louver, upstream, key = issuing(lifetime="10m")
    now = int(time.time())
    airflow = {"sub": "vera", "groups": ["analytics"], "jti": "1", "aud": "apache-airflow", "nbf": now - 500, "iat": now - 500, "exp": now + 100}
    old = jwt.encode(airflow, AIRFLOW_SECRET, "HS512")
    session = Session(louver.port, "/scripted", old)
    new = handed(louver, old)
    assert claims_of(new)["origin"] == "airflow" and claims_of(new)["sub"] == "vera"
    session.headers["Authorization"] = f"Bearer {new}"
    assert session.call("fine", {}, 9).answer["id"] == 9
    assert {call.claims["sub"] for call in upstream.calls()} == {"vera"}
    session.headers["Authorization"] = f"Bearer {own(key, louver, left=500)}"
    assert session.call("fine", {}, 10).status == 404, "somebody else's session is unknown"


def test_a_provider_s_token_is_not_handed_on(issuing, identity):
    louver, _, _ = issuing()
    assert handed(louver, identity.token(lifetime=5)) is None


def test_a_revoked_chain_is_refused(issuing, tmp_path):
    louver, _, key = issuing()
    first, later, other = own(key, louver, left=500), own(key, louver, left=500, jti="the second"), own(key, louver, left=500, jti="x", chain="x")
    assert [status(louver, token) for token in (first, later, other)] == [200, 200, 200]
    (tmp_path / "revoked").write_text("thefirst\n")
    reload(louver)
    assert status(louver, first) == 200, "another id"
    renamed = [own(key, louver, left=500, jti=jti, chain="thefirst") for jti in ("thefirst", "second")]
    assert [status(louver, token) for token in renamed] == [401, 401]
    assert status(louver, other) == 200


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://louver.test", "origin": "https://nobody.test"}, {"origin": 7}, {"jti": None}, {"aud": AUDIENCE}, {"iat": 0}],
    ids=["an unknown origin", "no origin at all", "no jti", "another audience", "ten years"],
)
def test_louvers_own_key_signs_no_nonsense(changes, issuing):
    louver, upstream, key = issuing()
    claims = claims_of(own(key, louver, left=500, **changes))
    token = key.sign({name: value for name, value in claims.items() if value is not None}, typ="at+jwt")
    assert status(louver, token) == 401
    plain = key.sign(claims_of(own(key, louver, left=500)), typ="JWT")
    assert status(louver, plain) == 401, "only access tokens"
    assert upstream.calls() == []


def test_keys_and_inspect_print_no_secret(issuing):
    louver, _, key = issuing()
    keys = token_verb(louver, "keys")
    assert [entry["kid"] for entry in json.loads(keys.stdout)["keys"]] == ["clients-1"] and '"d"' not in keys.stdout
    token = own(key, louver, left=500)
    good = token_verb(louver, "inspect", stdin=token + "\n")
    assert good.returncode == 0 and "taken: nightly of https://louver.test" in good.stdout and "role viewer" in good.stdout
    bad = token_verb(louver, "inspect", stdin=own(key, louver, left=-500))
    assert bad.returncode == 1 and "refused: expired" in bad.stdout and "ago)" in bad.stdout
    for done in (keys, good, bad):
        assert token.rsplit(".", 1)[1] not in done.stdout + done.stderr and token not in done.stdout + done.stderr


# API keys --------------------------------------------------------------------------------------------------------------------------


def test_api_keys_are_known_by_their_hash(front, serve, tmp_path, identity):
    upstream = serve({"fine": fine})
    made = subprocess.run([str(BINARY), "token", "issue", "--api-key", "--subject", "report", "--group", "analytics"], capture_output=True, text=True)
    key, lines = made.stdout.strip(), [line for line in made.stderr.splitlines() if line.startswith("  ")]
    assert len(key) > 40 and key not in made.stderr
    ended = ["  - id: old", f"    sha256: {__import__('hashlib').sha256(b'x' * 40).hexdigest()}", "    expires: 2020-01-01"]
    (tmp_path / "keys.yaml").write_text("\n".join(["keys:", *lines, *ended]) + "\n")
    louver = front(upstream, prepare=with_lines(f"api_keys_file: {tmp_path / 'keys.yaml'}"))
    assert status(louver, key) == 200
    for bad in (key[:-1], key + "x", "x" * 40, secrets.token_urlsafe(32)):
        assert status(louver, bad) == 401
    assert status(louver, identity.token()) == 200, "and JWTs as before"
    (tmp_path / "keys.yaml").write_text("keys: []\n")
    reload(louver)
    assert status(louver, key) == 401


# Introspection ---------------------------------------------------------------------------------------------------------------------


class Introspector:
    def __init__(self) -> None:
        self.tokens: dict[str, dict] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.status = 200

    def answer(self, turn: Turn) -> None:
        import urllib.parse

        self.forms.append(dict(urllib.parse.parse_qsl(turn.request.body.decode())))
        token = self.forms[-1]["token"]
        self.asked.append(token)
        turn.json(self.tokens.get(token, {"active": False}), self.status)


@pytest.fixture
def asking(front, serve, tmp_path):
    place = Introspector()
    server = serve(instead=place.answer)
    upstream = serve({"fine": fine})
    write_secret(tmp_path / "secret", "louver's own at the issuer")
    settings = {"url": f"http://127.0.0.1:{server.port}/introspect", "client_id": "louver", "client_secret_file": str(tmp_path / "secret")}

    def prepare(louver) -> None:
        text = louver.configuration.read_text()
        line = f"  - {{ issuer: opaque, audiences: [{AUDIENCE}], introspection: {json.dumps(settings)} }}\n"
        louver.configuration.write_text(text.replace("issuers:\n", "issuers:\n" + line, 1))

    return front(upstream, prepare=prepare), place, upstream


def active(**changes) -> dict:
    return {"active": True, "sub": "alice", "aud": AUDIENCE, "groups": ["analytics"], "exp": int(time.time()) + 300, "client_id": "ide", **changes}


def test_an_opaque_token_is_asked_about_once(asking, identity):
    louver, place, upstream = asking
    place.tokens["opaque-one"] = active()
    for _ in range(3):
        assert status(louver, "opaque-one") == 200
    assert place.asked == ["opaque-one"]
    assert status(louver, identity.token()) == 200 and len(place.asked) == 1, "a JWT is not asked about"


@pytest.mark.parametrize(
    "answer",
    [{"active": False}, {"active": "true", "sub": "alice"}, {}, [], active(aud="other"), active(exp=1), active(iss="evil"), active(sub=7), active(aud=None)],
    ids=["inactive", "a word", "empty", "a list", "for others", "expired", "another issuer", "no subject", "no audience"],
)
def test_what_is_not_active_is_refused(answer, asking):
    louver, place, upstream = asking
    place.tokens["opaque-two"] = answer
    reply = ask(louver.port, "/scripted", "opaque-two", "fine")
    assert reply.status == 401 and 'error="invalid_token"' in reply.headers["www-authenticate"]
    assert upstream.calls() == []


def test_louver_asks_with_a_key(asking, tmp_path):
    louver, place, _ = asking
    key = Key("asks-1", "EdDSA")
    write_secret(tmp_path / "asks.pem", key.pem)
    text = louver.configuration.read_text()
    proof = {"key_file": str(tmp_path / "asks.pem"), "kid": "asks-1", "audience": "https://idp.test"}
    louver.configuration.write_text(re.sub(r'"client_secret_file": "[^"]*"', f'"client_key": {json.dumps(proof)}', text))
    reload(louver)
    place.tokens["opaque-five"] = active()
    assert status(louver, "opaque-five") == 200
    form = place.forms[-1]
    assert form["client_id"] == "louver" and "client_secret" not in form
    claims = jwt.decode(form["client_assertion"], key.private.public_key(), ["EdDSA"], audience="https://idp.test", issuer="louver")
    assert claims["sub"] == "louver" and jwt.get_unverified_header(form["client_assertion"])["kid"] == "asks-1"


def test_a_revoked_token_is_refused_whatever_its_issuer_says(asking, tmp_path):
    louver, place, upstream = asking
    place.tokens["opaque-four"] = active(jti="gone")
    assert status(louver, "opaque-four") == 200
    (tmp_path / "revoked").write_text("gone\n")
    with_lines(f"revoked_tokens_file: {tmp_path / 'revoked'}")(louver)
    reload(louver)
    assert status(louver, "opaque-four") == 401
    assert len(upstream.calls()) == 1


@pytest.mark.parametrize(("answer", "told"), [(200, None), (401, "does not let Louver ask (status 401)"), (500, "cannot be asked: status 500"), (None, "cannot be asked: connect")])
def test_check_says_whether_the_issuer_can_be_asked(answer, told, asking, serve):
    louver, place, _ = asking
    if answer:
        place.status = answer
    else:
        port = free_port()
        text = louver.configuration.read_text()
        louver.configuration.write_text(re.sub(r"http://127\.0\.0\.1:\d+/introspect", f"http://127.0.0.1:{port}/introspect", text))
    check = [str(BINARY), "check", "--config", str(louver.configuration)]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, "an issuer that is down now is no fault of the file"
    assert ("the introspection endpoint" in done.stdout) == bool(told) and (told or "") in done.stdout, done.stdout
    assert all("opaque" not in token for token in place.asked), "asked about a token of nobody"
    offline = subprocess.run([*check, "--offline"], capture_output=True, text=True)
    assert offline.returncode == 0 and "the introspection endpoint" not in offline.stdout


def test_an_issuer_that_cannot_be_asked_lets_nobody_in(asking):
    louver, place, upstream = asking
    place.status = 500
    assert status(louver, "opaque-three") == 503
    assert upstream.calls() == []


# Certificates ----------------------------------------------------------------------------------------------------------------------


def test_a_certificate_says_who_calls(front, serve, tmp_path, identity):
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.issue("front")
    upstream = serve({"fine": fine})

    def prepare(louver) -> None:
        text = louver.configuration.read_text()
        address = f"  - address: 127.0.0.1:{louver.port}"
        tls = f"certificate: {certificate}, key: {key}, client_ca: {authority.certificate}, client_certificates: optional"
        louver.configuration.write_text(text.replace(address, f"{address}\n    tls: {{ {tls} }}") + "certificate_subject: uri\n")
        policy = louver.folder / "policy.yaml"
        policy.write_text(policy.read_text().replace("analysts: { claims: { groups: { any: [analytics] } } }", "analysts: { subjects: [\"spiffe://corp/robot\"], issuers: [client-certificate] }"))

    louver = front(upstream, prepare=prepare)

    def asked(name: str | None, names: str = "") -> dict:
        context = ssl.create_default_context(cafile=str(authority.certificate))
        if name:
            context.load_cert_chain(*authority.issue(name, names=names))
        with Connection(louver.port, tls=context) as connection:
            reply = connection.post("/scripted", call("fine", {}), modern(None, "tools/call", "fine"))
            if reply.status == 200:
                again = connection.post("/scripted", call("fine", {}), modern(None, "tools/call", "fine"))
                assert again.answer["result"].get("isError") == reply.answer["result"].get("isError"), "the connection remembers its caller"
            return reply

    assert not asked("robot", "URI:spiffe://corp/robot").answer["result"].get("isError")
    assert asked("other", "URI:spiffe://corp/other").answer["result"]["isError"], "known, and not allowed"
    assert asked("nameless", "DNS:robot").status == 401
    assert asked(None).status == 401
    assert len(upstream.calls()) == 2


# Seals -----------------------------------------------------------------------------------------------------------------------------


def test_sessions_survive_a_new_key_and_end_with_the_last(front, serve, tmp_path, identity):
    for name in ("one", "two"):
        write_secret(tmp_path / name, secrets.token_hex(32))
    louver = front(serve({"fine": fine}), prepare=with_lines(f"sessions: {{ key_file: {tmp_path / 'one'} }}"))
    session = Session(louver.port, "/scripted", identity.token())
    assert session.call("fine", {}, 1).status == 200

    def turn(lines: str) -> None:
        text = louver.configuration.read_text()
        louver.configuration.write_text(text[: text.index("sessions:")] + lines + "\n")
        reload(louver)

    turn(f"sessions: {{ key_file: {tmp_path / 'two'}, previous_key_files: [{tmp_path / 'one'}] }}")
    assert session.call("fine", {}, 2).status == 200
    newer = Session(louver.port, "/scripted", identity.token())
    turn(f"sessions: {{ key_file: {tmp_path / 'two'} }}")
    assert session.call("fine", {}, 3).status == 404
    assert newer.call("fine", {}, 4).status == 200
    stolen = dict(newer.headers, Authorization=f"Bearer {identity.token('mallory')}")
    with Connection(louver.port) as connection:
        assert connection.post("/scripted", legacy_call("fine", {}, 5), stolen).status == 404, "somebody else's seal is as unknown as none"


def test_a_replica_with_the_same_key_goes_on_with_a_session(front, serve, tmp_path, identity):
    write_secret(tmp_path / "shared", secrets.token_hex(32))
    write_secret(tmp_path / "other", secrets.token_hex(32))
    upstream = serve({"fine": fine})
    first, second, stranger = (front(upstream, prepare=with_lines(f"sessions: {{ key_file: {tmp_path / key} }}")) for key in ("shared", "shared", "other"))
    session = Session(first.port, "/scripted", identity.token())
    thief = dict(session.headers, Authorization=f"Bearer {identity.token('mallory')}")

    def asked(louver, headers: dict) -> int:
        with Connection(louver.port) as connection:
            return connection.post("/scripted", legacy_call("fine", {}, 7), headers).status

    assert asked(second, session.headers) == 200, "on another replica"
    assert asked(second, thief) == 404, "bound to its caller there too"
    assert asked(stranger, session.headers) == 404, "a Louver with another key does not know it"
