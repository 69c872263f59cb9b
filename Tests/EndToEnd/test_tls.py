"""TLS towards clients and towards the upstream, with certificates made for the test."""

from __future__ import annotations

import signal
import ssl
import threading

import pytest
from certificates import Authority
from louver import PLENTY
from raw import Connection, call, modern, wait_until
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.certificate))


def server_side(authority: Authority, name: str, **settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue(name, **settings))
    return context


def listening(louver, certificate, key, *more: str) -> None:
    """Puts TLS before the listener of a Louver that has not been started."""
    tls = ", ".join([f"certificate: {certificate}", f"key: {key}", *more])
    text = louver.configuration.read_text()
    address = f"  - address: 127.0.0.1:{louver.port}"
    louver.configuration.write_text(text.replace(address, f"{address}\n    tls: {{ {tls} }}"))


@pytest.fixture
def secure(front, serve, authority, identity):
    """A Louver with TLS towards its clients."""

    def make(*more: str, **settings):
        certificate, key = authority.issue("front")
        return front(serve({"fine": fine}), prepare=lambda louver: listening(louver, certificate, key, *more), **settings)

    return make


def ask(port: int, context: ssl.SSLContext, token: str, session: ssl.SSLSession | None = None):
    with Connection(port, tls=context, session=session) as connection:
        reply = connection.post("/scripted", call("fine", {}), modern(token, "tools/call", "fine"))
        return reply, connection.socket.session, connection.socket.session_reused, connection.socket.version()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_a_call_over_tls_and_its_resumption(version, secure, authority, identity):
    louver = secure()
    context = trusting(authority)
    context.minimum_version = context.maximum_version = version
    reply, session, reused, spoken = ask(louver.port, context, identity.token())
    assert reply.status == 200 and not reused and spoken == version.name.replace("_", ".")
    reply, _, reused, _ = ask(louver.port, context, identity.token(), session)
    assert reply.status == 200 and reused
    louver.expect(1, "louver_tls_handshakes_total", outcome="full")
    louver.expect(1, "louver_tls_handshakes_total", outcome="resumed")


def test_old_versions_and_plain_text_are_refused(secure, authority, identity):
    louver = secure()
    old = trusting(authority)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        Connection(louver.port, tls=old)
    with Connection(louver.port) as connection:
        connection.get("/scripted", {})
        assert connection.is_closed()
    wait_until(lambda: louver.metric("louver_tls_handshakes_total", outcome="failed") == 2)
    assert ask(louver.port, trusting(authority), identity.token())[0].status == 200


def test_http_1_1_is_agreed_on(secure, authority):
    louver = secure()
    context = trusting(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with Connection(louver.port, tls=context) as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"


def test_client_certificates_can_be_required(secure, authority, stranger, identity):
    louver = secure(f"client_ca: {authority.certificate}", "client_certificates: required")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(louver.port, trusting(authority), identity.token())
    for signer, is_let_in in ((authority, True), (stranger, False)):
        context = trusting(authority)
        context.load_cert_chain(*signer.issue("client"))
        if is_let_in:
            assert ask(louver.port, context, identity.token())[0].status == 200
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                ask(louver.port, context, identity.token())


def test_a_renewed_certificate_is_taken_up_by_a_reload(front, serve, authority, identity):
    certificate, key = authority.issue("renewed")
    louver = front(serve({"fine": fine}), prepare=lambda made: listening(made, certificate, key))

    def serial() -> str:
        with Connection(louver.port, tls=trusting(authority)) as connection:
            return connection.socket.getpeercert()["serialNumber"]

    first = serial()
    with Connection(louver.port, tls=trusting(authority)) as open_before:
        authority.issue("renewed")
        louver.signal(signal.SIGHUP)
        wait_until(lambda: serial() != first)
        reply = open_before.post("/scripted", call("fine", {}), modern(identity.token(), "tools/call", "fine"))
        assert reply.status == 200, "a connection that was open lives on"


# Towards the upstream --------------------------------------------------------------------------------------------------------------


def test_the_upstream_is_verified_and_its_sessions_resumed(front, serve, authority, identity):
    upstream = serve({"fine": fine}, tls=server_side(authority, "upstream"))
    louver = front(upstream, tls={"ca": str(authority.certificate)}, idle_timeout="200ms")
    from raw import ask as ask_plainly

    assert ask_plainly(louver.port, "/scripted", identity.token(), "fine").status == 200
    wait_until(lambda: louver.metric("louver_upstream_connections") == 0)
    assert ask_plainly(louver.port, "/scripted", identity.token(), "fine").status == 200
    assert upstream.resumed == 1


@pytest.mark.parametrize("fault", ["another authority", "another name", "expired", "no TLS at all"])
def test_an_upstream_that_cannot_be_verified_gets_nothing(fault, front, serve, authority, stranger, identity):
    from raw import ask as ask_plainly

    match fault:
        case "another authority":
            upstream = serve({"fine": fine}, tls=server_side(stranger, "upstream"))
        case "another name":
            upstream = serve({"fine": fine}, tls=server_side(authority, "elsewhere", names="DNS:elsewhere.test"))
        case "expired":
            upstream = serve({"fine": fine}, tls=server_side(authority, "expired", days=-1))
        case _:
            upstream = serve({"fine": fine}, greeting=b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    url = f"https://localhost:{upstream.port}/mcp"
    louver = front(url, tools=["fine"], tls={"ca": str(authority.certificate)}, timeout="5s", connect_timeout="2s")
    reply = ask_plainly(louver.port, "/scripted", identity.token(), "fine", id=4)
    assert (reply.status, reply.answer["id"], reply.answer["error"]["code"]) == (502, 4, 5020)
    assert upstream.requests == [], "not even a head was sent"


def test_louver_shows_a_certificate_where_the_upstream_asks_for_one(front, serve, authority, identity):
    from raw import ask as ask_plainly

    context = server_side(authority, "asking")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=str(authority.certificate))
    upstream = serve({"fine": fine}, tls=context)
    certificate, key = authority.issue("louver")
    mutual = {"ca": str(authority.certificate), "certificate": str(certificate), "key": str(key)}
    assert ask_plainly(front(upstream, tls=mutual).port, "/scripted", identity.token(), "fine").status == 200
    without = front(upstream, tls={"ca": str(authority.certificate)}, connect_timeout="2s", timeout="5s")
    assert ask_plainly(without.port, "/scripted", identity.token(), "fine").status == 502


def test_a_slow_handshake_does_not_hold_up_others(secure, authority, identity):
    louver = secure(extra=PLENTY.replace("{ admission", "{ head_timeout: 2s, admission"))
    with Connection(louver.port) as lazy:
        lazy.send(b"\x16\x03\x01")
        results: list[int] = []
        other = threading.Thread(target=lambda: results.append(ask(louver.port, trusting(authority), identity.token())[0].status))
        other.start()
        other.join(5)
        assert results == [200]
        assert lazy.is_closed(10), "a handshake has a deadline"
