"""What is wrong around Louver: paths, disks, modes and ports. It says so at the start or counts it in service, and no exchange gets stuck."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import time

import pytest
from certificates import Authority, openssl
from louver import BINARY, PLENTY, Louver, write_secret
from raw import ask, wait_until
from servers import policy
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


@pytest.fixture
def written(identity):
    """Louvers that are only written down."""
    made = []

    def make(extra: str = PLENTY, **settings) -> Louver:
        louver = Louver({"scripted": {"url": "http://127.0.0.1:1/mcp", **settings}}, policy(["fine"]), identity, extra=extra)
        made.append(louver)
        return louver

    yield make
    for louver in made:
        louver.forget()


def refuses(louver: Louver, *told: str) -> None:
    """It ends by itself, soon, and says why."""
    done = subprocess.run([str(BINARY), "run", "--config", str(louver.configuration)], capture_output=True, text=True, timeout=30)
    assert done.returncode in (1, 2), done.stderr
    for words in told:
        assert words in done.stderr, done.stderr


# Where logs go ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", ["access", "events"])
@pytest.mark.parametrize("path, why", [("missing/louver.log", "No such file or directory"), (".", "Is a directory")])
def test_a_log_that_cannot_be_opened_fails_the_start(log, path, why, written):
    louver = written(PLENTY + f"logs: {{ {log}: {path} }}\n")
    refuses(louver, "cannot open the log", why)


def test_events_go_where_they_are_wanted(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=PLENTY + "logs: { events: events.log }\n")
    events = louver.folder / "events.log"
    ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: events.exists() and "listening" in events.read_text())
    assert all(json.loads(line)["event"] for line in events.read_text().splitlines())
    assert louver.log_file.read_text() == ""


def test_a_full_disk_loses_access_lines_and_counts_them(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=PLENTY + "logs: { access: /dev/full }\n")
    for _ in range(5):
        assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
    louver.expect(5, "louver_log_lines_dropped_total", log="access")


def test_a_reader_that_reads_nothing_holds_up_neither_calls_nor_the_end(serve, identity, written):
    """Standard output is a pipe as under a container engine that hangs: it takes 4 KiB, then the writer waits for ever."""
    upstream = serve({"fine": fine})
    louver = written(url=upstream.url, wire="both")
    reading, writing = os.pipe()
    with open(louver.log_file, "w") as log:
        louver.process = subprocess.Popen([str(BINARY), "run", "--config", str(louver.configuration)], stdout=writing, stderr=log)
    os.close(writing)
    try:
        fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, 4096)
        wait_until(lambda: is_ready(louver), 20)
        for _ in range(100):
            assert ask(louver.port, "/scripted", identity.token(), "fine").status == 200
        began = time.monotonic()
        assert louver.stop() == 0 and time.monotonic() - began < 30
    finally:
        os.close(reading)
        louver.process.kill()


def is_ready(louver: Louver) -> bool:
    try:
        return json.loads(louver.admin("/readyz"))["status"] == "ready"
    except OSError:
        return False


# Files that hold secrets --------------------------------------------------------------------------------------------------------------


def mint(**more: str) -> dict:
    return {"reissue": {"mode": "mint", **more, "roles": [{"groups": ["analytics"], "role": "viewer"}]}}


def exchange(**more) -> dict:
    settings = {"mode": "exchange", "token_url": "http://127.0.0.1:9/token", "client_id": "louver", "client_secret_file": "the.key", **more}
    return {"reissue": {name: value for name, value in settings.items() if value is not None}}


ACCOUNT = {"groups": ["analytics"], "username": "readers", "password_file": "the.key"}
MINT = {"algorithm": "HS512", "secret_file": "the.key"}
SECRETS = {
    "sessions.key_file": ("sessions: { key_file: the.key }", {}),
    "sessions.previous_key_files[0]": ("sessions: { key_file: good.key, previous_key_files: [the.key] }", {}),
    "redaction.tenant_key_file": ("redaction: { tenant_key_file: the.key }", {}),
    "audit.hash_key_file": ("audit: { file: audit.log, hash_key_file: the.key }", {}),
    "audit.signing_key_file": ("audit: { file: audit.log, signing_key_file: the.key }", {}),
    "redis.password_file": ("redis: { url: 'redis://127.0.0.1:6379/0', password_file: the.key }", {}),
    "upstreams.scripted.reissue.secret_file": ("", mint(**MINT)),
    "upstreams.scripted.reissue.key_file": ("", mint(key_file="the.key", kid="k", algorithm="EdDSA")),
    "upstreams.scripted.reissue.token_file": ("", {"reissue": {"mode": "static", "token_file": "the.key"}}),
    "client_tokens.key_file": ("client_tokens: { issuer: 'https://louver.example', key_file: the.key, kid: c }", {}),
    "upstreams.scripted.reissue.client_secret_file": ("", exchange()),
    "upstreams.scripted.reissue.client_key.key_file": ("", exchange(client_secret_file=None, client_key={"key_file": "the.key"})),
    "upstreams.scripted.reissue.actor_token_file": ("", exchange(client_secret_file="good.key", actor_token_file="the.key")),
    "upstreams.scripted.reissue.accounts[0].password_file": ("", {"reissue": {"mode": "basic", "accounts": [ACCOUNT]}}),
    "upstreams.scripted.reissue.accounts[0].password_file of a login": (
        "",
        {"reissue": {"mode": "airflow-login", "token_url": "http://127.0.0.1:9/auth/token", "accounts": [ACCOUNT]}},
    ),
    "redis.sentinel_password_file": ("redis: { url: 'redis-sentinel://127.0.0.1:26379/0#primary', sentinel_password_file: the.key }", {}),
    "admin.token_file": ("admin", {}),
    "listen[0].tls.key": ("tls", {}),
    "issuers[0].previous_secret_files[0]": ("previous", {}),
    "issuers[1].introspection.client_secret_file": ("introspection", {}),
    "issuers[0].secret_file": ("issuer", {}),
}


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o660], ids=oct)
@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_that_others_can_read_or_change_is_a_fault(key, mode, written, tmp_path):
    extra, settings = SECRETS[key]
    louver = written(PLENTY + (extra + "\n" if ":" in extra else ""), **settings)
    file = louver.folder / "the.key"
    write_secret(louver.folder / "good.key", "g" * 64)
    if "signing" in key or key.endswith("tls.key") or key.endswith("key_file") and ("reissue" in key or "client_tokens" in key):
        openssl("genpkey", "-algorithm", "ed25519", "-out", str(file))
    else:
        write_secret(file, "k" * 64)
    text = louver.configuration.read_text()
    if extra == "tls":
        certificate, private = Authority(tmp_path / "authority").issue("front")
        file.write_bytes(private.read_bytes())
        address = f"  - address: 127.0.0.1:{louver.port}\n"
        text = text.replace(address, f"{address}    tls: {{ certificate: {certificate}, key: the.key }}\n", 1)
    if extra == "issuer":
        text = text.replace("secret_file: identity_secret", "secret_file: the.key", 1)
    if extra == "previous":
        text = text.replace("secret_file: identity_secret", "secret_file: identity_secret\n    previous_secret_files: [the.key]", 1)
    if extra == "admin":
        text = text.replace(f"admin: {{ address: 127.0.0.1:{louver.admin_port} }}", f"admin: {{ address: 127.0.0.1:{louver.admin_port}, token_file: the.key }}", 1)
    if extra == "introspection":
        asked = "{ url: 'http://127.0.0.1:9/ask', client_id: louver, client_secret_file: the.key }"
        text = text.replace("\nroutes:", f"\n  - {{ issuer: opaque, audiences: [louver], introspection: {asked} }}\nroutes:", 1)
    louver.configuration.write_text(text)

    def check() -> subprocess.CompletedProcess:
        return subprocess.run([str(BINARY), "check", "--config", str(louver.configuration)], capture_output=True, text=True, timeout=30)

    file.chmod(mode)
    done = check()
    assert done.returncode == 2 and f"(mode {mode:o})" in done.stdout + done.stderr and "chmod 600" in done.stdout + done.stderr, done.stdout + done.stderr
    file.chmod(0o600)
    done = check()
    assert done.returncode == 0, done.stdout + done.stderr


# Ports ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["port", "admin_port"])
def test_a_port_in_use_fails_the_start_and_is_named(which, written):
    louver = written()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(louver, which)))
        taken.listen()
        refuses(louver, str(getattr(louver, which)), "in use")
