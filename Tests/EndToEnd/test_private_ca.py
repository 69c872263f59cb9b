"""Issuers behind TLS with certificates of a private authority: their keys, their introspection, their token endpoint."""

from __future__ import annotations

import json
import ssl
import time
import urllib.parse

import pytest
from certificates import Authority
from idp import Key, Provider, trusting
from louver import AUDIENCE, write_secret
from raw import ask
from upstream import Turn, Upstream


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture(scope="module")
def authorities(tmp_path_factory) -> dict[str, Authority]:
    return {name: Authority(tmp_path_factory.mktemp(name), name) for name in ("authority", "stranger")}


@pytest.fixture
def secure(serve, authorities):
    """A server with a certificate for a name, which may want one of its client too."""

    def make(answer, name: str = "DNS:localhost", client: bool = False) -> Upstream:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authorities["authority"].issue("idp", names=name))
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(str(authorities["authority"].certificate))
        return serve(instead=answer, tls=context)

    return make


# What Louver is told of the authority, and whether it may then believe the server.
TRUST = [("its authority", "authority", "DNS:localhost", True), ("another", "stranger", "DNS:localhost", False), ("another name", "authority", "DNS:elsewhere", False)]
MARK = pytest.mark.parametrize("who, name, is_good", [case[1:] for case in TRUST], ids=[case[0] for case in TRUST])


@MARK
def test_keys_are_fetched_from_whom_the_authority_vouches_for(who, name, is_good, front, serve, secure, authorities):
    provider = Provider()
    place = secure(provider.answer, name)
    tls = f"tls: {{ ca: {authorities[who].certificate} }}"
    louver = front(serve({"fine": fine}), prepare=trusting(f"https://localhost:{place.port}/jwks.json", tls))
    assert ask(louver.port, "/scripted", provider.token(), "fine").status == (200 if is_good else 503)
    assert (provider.fetches > 0) == is_good


def asking(url: str, secret: str, tls: dict):
    """Lets Louver ask about opaque tokens there."""

    def change(louver) -> None:
        settings = {"url": url, "client_id": "louver", "client_secret_file": secret, "tls": tls}
        line = f"  - {{ issuer: opaque, audiences: [{AUDIENCE}], introspection: {json.dumps(settings)} }}\n"
        text = louver.configuration.read_text()
        louver.configuration.write_text(text.replace("issuers:\n", "issuers:\n" + line, 1))

    return change


@MARK
def test_tokens_are_shown_only_to_whom_the_authority_vouches_for(who, name, is_good, front, serve, secure, authorities, tmp_path):
    asked: list[str] = []

    def answer(turn: Turn) -> None:
        asked.append(dict(urllib.parse.parse_qsl(turn.request.body.decode()))["token"])
        turn.json({"active": True, "sub": "alice", "aud": AUDIENCE, "groups": ["analytics"], "exp": int(time.time()) + 300, "client_id": "ide"})

    place = secure(answer, name)
    write_secret(tmp_path / "secret", "louver's own at the issuer")
    prepare = asking(f"https://localhost:{place.port}/introspect", str(tmp_path / "secret"), {"ca": str(authorities[who].certificate)})
    louver = front(serve({"fine": fine}), prepare=prepare)
    assert ask(louver.port, "/scripted", "opaque-one", "fine").status == (200 if is_good else 503)
    assert asked == (["opaque-one"] if is_good else [])


def test_louver_shows_its_certificate_where_tokens_are_exchanged(front, serve, secure, authorities, identity):
    """Instead of a secret (RFC 8705 section 2)."""
    key = Key("as")

    def answer(turn: Turn) -> None:
        now = int(time.time())
        turn.json({"access_token": key.sign({"sub": "alice", "iat": now, "exp": now + 600}), "token_type": "Bearer", "expires_in": 600})

    place = secure(answer, client=True)
    certificate, private = authorities["authority"].issue("louver")
    tls = {"ca": str(authorities["authority"].certificate), "certificate": str(certificate), "key": str(private)}
    reissue = {"mode": "exchange", "token_url": f"https://localhost:{place.port}/token", "client_id": "louver", "audience": "airflow", "tls": tls}
    upstream = serve({"fine": fine})
    louver = front(upstream, reissue=reissue)
    assert ask(louver.port, "/scripted", identity.token("alice"), "fine").status == 200
    assert upstream.calls()[0].claims["sub"] == "alice"


def test_how_long_keys_are_fresh_is_the_issuers_to_say(front, serve):
    """Within bounds: `no-store` makes it a minute, not each moment."""
    provider = Provider()

    def answer(turn: Turn) -> None:
        provider.fetches += 1
        turn.reply(200, json.dumps({"keys": [provider.key.jwk]}).encode(), Cache_Control="no-store, max-age=0")

    place = serve(instead=answer)
    louver = front(serve({"fine": fine}), prepare=trusting(f"http://127.0.0.1:{place.port}/jwks.json"))
    for _ in range(3):
        assert ask(louver.port, "/scripted", provider.token(), "fine").status == 200
    assert provider.fetches == 1
