"""The shared store in every form it can have, half dead ones included."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from louver import BINARY, write_secret
from raw import Connection, ask, call, modern, wait_until
from redis_servers import LIMITS, Cluster, Sentinels, Server
from test_limit_kinds import Held
from test_limits import fine

ONE = "limits:\n  - { id: per-user, per: [principal], rate: 1/min, burst: 5 }\n"


def readiness(louver) -> str:
    return json.loads(louver.admin("/readyz"))["limit_store"]


def statuses(louver, token: str, count: int) -> list[int]:
    return [ask(louver.port, "/scripted", token, "fine", id=number).status for number in range(count)]


# How it is reached -------------------------------------------------------------------------------------------------------------------


def test_a_unix_socket(front, serve, identity, tmp_path):
    server = Server(tmp_path, "--unixsocket", str(tmp_path / "redis.sock")).start()
    louver = front(serve({"fine": fine}), limits=ONE, extra=LIMITS + f'redis: {{ url: "unix://{tmp_path}/redis.sock", timeout: 100ms }}\n')
    assert statuses(louver, identity.token(), 6) == [200] * 5 + [429]
    assert readiness(louver) == "up"
    server.stop()


def test_tls_and_a_user_of_its_own(front, serve, identity, tmp_path):
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=tmp_path)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")  # fmt: skip
    secret = "correct-" + "horse"
    tls = Server(tmp_path).port
    server = Server(
        tmp_path, "--tls-port", str(tls), "--tls-cert-file", str(tmp_path / "cert.pem"), "--tls-key-file", str(tmp_path / "key.pem"),
        "--tls-ca-cert-file", str(tmp_path / "cert.pem"), "--tls-auth-clients", "no", "--user", "louver", "on", f">{secret}", "~louver:*", "+@read", "+@write", "+@scripting", "+role", "+time",
    ).start()  # fmt: skip

    def prepare(louver) -> None:
        write_secret(louver.folder / "redis_password", secret)

    extra = LIMITS + (
        f'redis: {{ url: "rediss://louver@localhost:{tls}/0", password_file: redis_password, timeout: 100ms, tls: {{ ca: {tmp_path}/cert.pem }} }}\n'
    )
    louver = front(serve({"fine": fine}), limits=ONE, extra=extra, prepare=prepare)
    wait_until(lambda: readiness(louver) == "up")
    assert statuses(louver, identity.token(), 6) == [200] * 5 + [429], louver.log_file.read_text()
    assert secret not in louver.log_file.read_text()
    server.say("ACL", "SETUSER", "louver", "off")
    server.say("CLIENT", "KILL", "USER", "louver")
    wait_until(lambda: readiness(louver) == "lost")
    assert statuses(louver, identity.token(), 1) == [503]
    server.stop()


def test_a_replica_is_never_read(front, serve, identity, tmp_path):
    """A replica's numbers may be old. The call is decided as without a store, also when the primary becomes one while it is used."""
    server, other = Server(tmp_path).start(), Server(tmp_path).start()
    louver = front(serve({"fine": fine}), limits=ONE, extra=server.extra)
    assert statuses(louver, identity.token(), 1) == [200]
    server.say("REPLICAOF", "127.0.0.1", str(other.port))
    wait_until(lambda: readiness(louver) == "lost")
    assert statuses(louver, identity.token(), 1) == [503]
    server.say("REPLICAOF", "NO", "ONE")
    wait_until(lambda: statuses(louver, identity.token(), 1) == [200], 10)
    server.stop()
    other.stop()


# Half dead ---------------------------------------------------------------------------------------------------------------------------


class Impostor:
    """Something that takes connections where Redis should be, and answers in its own way."""

    def __init__(self, answer) -> None:
        self.answer, self.connections = answer, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while heard := connection.recv(65_536):
                for command in heard.split(b"*")[1:]:
                    said = self.answer(command)
                    if said:
                        connection.sendall(said)
        except OSError:
            pass

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


ROLE = b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"


def primary_that(answers: bytes, wait: float = 0):
    def answer(command: bytes) -> bytes:
        if b"ROLE" in command:
            return ROLE
        time.sleep(wait)
        return answers

    return answer


HALF_DEAD = {
    "silent": lambda command: b"",
    "silent after its role": primary_that(b""),
    "slow": primary_that(b"*3\r\n:1\r\n:5\r\n:5000000\r\n", 0.5),
    "loading": primary_that(b"-LOADING Redis is loading the dataset in memory\r\n"),
    "read only": primary_that(b"-READONLY You can't write against a read only replica.\r\n"),
    "out of memory": primary_that(b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
    "a replica": lambda command: b"*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:1\r\n$9\r\nconnected\r\n:0\r\n",
    "no Redis": lambda command: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "garbage": primary_that(b"\xff\xfe\x00garbage\r\n"),
    "another type": primary_that(b"+OK\r\n"),
    "too few": primary_that(b"*2\r\n:1\r\n:5\r\n"),
    "no numbers": primary_that(b"*3\r\n:1\r\n:5\r\n$3\r\nabc\r\n"),
    "more than full": primary_that(b"*3\r\n:1\r\n:5\r\n:9000000000000000000\r\n"),
    "far below empty": primary_that(b"*3\r\n:0\r\n:5\r\n:-9223372036854775808\r\n"),
    "more calls than asked": primary_that(b"*3\r\n:2\r\n:5\r\n:5000000\r\n"),
    "endless": primary_that(b"*1000000\r\n"),
    "huge": primary_that(b"$536870912\r\n"),
}


@pytest.mark.parametrize("kind", HALF_DEAD)
def test_a_store_that_is_half_dead_is_lost(kind, front, serve, identity):
    impostor = Impostor(HALF_DEAD[kind])
    louver = front(serve({"fine": fine}), limits=ONE, extra=LIMITS + f'redis: {{ url: "redis://127.0.0.1:{impostor.port}", timeout: 50ms }}\n')
    token = identity.token()
    for number in range(6):
        began = time.monotonic()
        reply = ask(louver.port, "/scripted", token, "fine", id=number)
        assert (reply.status, reply.answer["error"]["code"], reply.answer["id"]) == (503, 5030, number)
        assert time.monotonic() - began < 1, "no call waits longer than the store's deadline"
    louver.expect(6, "louver_store_lost_total")
    assert impostor.connections < 60, "it is not hammered"
    impostor.close()


def test_a_poisoned_key_costs_its_own_bucket_only(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    louver = front(serve({"fine": fine}), limits=ONE, extra=server.extra)
    assert statuses(louver, identity.token("alice"), 1) == [200]
    key = server.say("KEYS", "louver:*").split("\r\n")[2]
    server.say("DEL", key)
    server.say("LPUSH", key, "x")
    assert statuses(louver, identity.token("alice"), 2) == [503, 503]
    assert statuses(louver, identity.token("bob"), 2) == [200, 200], "everybody else goes on"
    assert readiness(louver) == "up"
    server.stop()


def test_coming_and_going_is_told_once(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    extra = server.extra + "audit: { file: audit.log }\n"
    louver = front(serve({"fine": fine}), limits=ONE, extra=extra)
    wait_until(lambda: readiness(louver) == "up")
    server.stop()
    wait_until(lambda: readiness(louver) == "lost")
    statuses(louver, identity.token(), 20)
    server.start()
    wait_until(lambda: readiness(louver) == "up", 10)
    wait_until(lambda: louver.log_file.read_text().count('"limit_store_up"') == 2)
    assert louver.log_file.read_text().count('"limit_store_lost"') == 1
    file = louver.folder / "audit.log"

    def events() -> list[tuple]:
        lines = map(json.loads, file.read_text().splitlines())
        return [(line["event"], line["address"], line["limit_store"], bool(line.get("reason"))) for line in lines if "event" in line]

    address = f"127.0.0.1:{server.port}"
    up, lost = ("limit_store_up", address, "up", False), ("limit_store_lost", address, "lost", True)
    wait_until(lambda: events() == [up, lost, up])
    # What reads the audit log knows these lines.
    def audit(*words: str) -> str:
        done = subprocess.run([str(BINARY), "audit", *words, str(file)], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    louver.stop()
    verified = audit("verify")
    assert "20 decisions" in verified and "3 times the store of limits was lost or found" in verified and "The chain holds" in verified
    counted = audit("stats")
    assert "20 decisions" in counted and "2  limit_store_up" in counted and "1  limit_store_lost" in counted
    assert f"limit_store_lost  {address}  lost" in audit("tail", "--lines", "100")
    assert "limit_store" not in audit("tail", "--decision", "limit")
    changed = file.read_text().replace('"limit_store_lost"', '"limit_store_up"')
    file.write_text(changed)
    assert subprocess.run([str(BINARY), "audit", "verify", str(file)], capture_output=True, timeout=20).returncode == 1
    server.stop()


def test_what_was_drawn_too_late_goes_back(front, serve, identity, tmp_path):
    """The store debits a call when nobody waits for it any longer: refused is refused, and costs nothing."""
    server = Server(tmp_path).start()
    louver = front(
        serve({"fine": fine}),
        limits="limits:\n  - { id: per-user, per: [principal], rate: 1/h, burst: 2 }\n  - { id: all, per: [global], rate: 1/h, burst: 9 }\n",
        extra=server.extra,
    )
    token = identity.token()
    assert statuses(louver, token, 1) == [200]
    server.process.send_signal(signal.SIGSTOP)
    try:
        assert statuses(louver, token, 1) == [503]
    finally:
        server.process.send_signal(signal.SIGCONT)
    # A refused call draws nothing, so asking again spoils nothing.
    wait_until(lambda: statuses(louver, token, 1) == [200], 10)
    assert statuses(louver, token, 1) == [429]
    levels = [server.bucket(key)[0] for key in server.say("KEYS", "louver:*").split("\r\n")[2::2]]
    assert sorted(int(level) // 3_600_000_000 for level in levels) == [0, 7], levels
    server.stop()


def test_keys_say_nothing_and_end(front, serve, identity, tmp_path):
    """A key is digits, a value is numbers, and every key goes by itself."""
    server = Server(tmp_path).start()
    held = Held()
    limits = """limits:
  - { id: rate, per: [principal, client, tool, dag], rate: 1/h, burst: 3 }
  - { id: places, per: [principal], concurrent: 5 }
  - { id: day, per: [group], budget: 100/day }
  - { id: bytes, per: [global], rate: 1KiB/min, burst: 1MiB }
"""
    louver = front(
        serve({"held": held, "fine": fine}), limits=limits, extra=server.extra
    )
    token = identity.token("alice-the-analyst")
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("held", {"dag_id": "a_private_name"}), modern(token, "tools/call", "held"))
        wait_until(lambda: held.running == 1)
        assert statuses(louver, token, 1) == [200]
        # What the reply cost is debited after it is sent.
        wait_until(lambda: len(server.say("KEYS", "*").split("\r\n")[2::2]) == 5)
        keys = server.say("KEYS", "*").split("\r\n")[2::2]
        assert all(re.fullmatch(r"louver:\{[0-9a-f]{16}\}:[0-9a-f]{16}:[0-9a-f]{16}", key) for key in keys), keys
        assert all(0 < int(server.say("PTTL", key)[1:]) <= 86_400_000 for key in keys)
        values = "".join(server.say("GET", key) + server.say("ZRANGE", key, "0", "-1") for key in keys)
        for planted in ("alice", "analyst", "private", "held", "fine", "tests", token, token.split(".")[2]):
            assert planted not in "".join(keys) + values.replace("WRONGTYPE Operation against a key holding the wrong kind of value", "")
        held.go.set()
        assert connection.reply().status == 200
    server.stop()


def test_a_script_that_was_flushed_is_sent_again(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    louver = front(serve({"fine": fine}), limits=ONE, extra=server.extra_within("500ms"))
    token = identity.token()
    assert statuses(louver, token, 2) == [200] * 2
    server.say("SCRIPT", "FLUSH")
    assert statuses(louver, token, 4) == [200] * 3 + [429]
    assert louver.metric("louver_store_lost_total") == 0
    server.stop()


def connections(server: Server) -> set[str]:
    """The connections that others hold to it."""
    lines = [line for line in server.say("CLIENT", "LIST").splitlines() if line.startswith("id=") and "cmd=client" not in line]
    return {line.split()[0] for line in lines}


def test_a_reload_keeps_the_connection(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    louver = front(serve({"fine": fine}), limits=ONE, extra=server.extra, workers=2)
    token = identity.token()
    wait_until(lambda: len(connections(server)) == 2)
    before = connections(server)

    def reload(number: int) -> None:
        louver.signal(signal.SIGHUP)
        wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == number, 10)

    reload(1)
    assert statuses(louver, token, 5) == [200] * 5
    assert connections(server) == before and readiness(louver) == "up"
    # Other options make another connection, and end the old ones.
    louver.configuration.write_text(louver.configuration.read_text().replace("timeout: 100ms", "timeout: 101ms"))
    reload(2)
    wait_until(lambda: len(connections(server)) == 2 and not connections(server) & before, 10)
    assert statuses(louver, token, 1) == [429]
    assert readiness(louver) == "up"
    server.stop()


def test_a_reload_with_other_options_refuses_nobody(front, serve, identity, tmp_path):
    """Where Redis is reached in another way, the old connection is used until the new one is up."""
    server = Server(tmp_path).start()
    louver = front(
        serve({"fine": fine}),
        limits="limits:\n  - { id: wide, per: [principal], rate: 1000000/min, burst: 1000000 }\n",
        extra=server.extra_within("500ms"),
        workers=2,
    )
    wait_until(lambda: readiness(louver) == "up")
    stop, seen = threading.Event(), []

    def caller(number: int) -> None:
        token = identity.token(f"person-{number}")
        with Connection(louver.port) as connection:
            while not stop.is_set():
                seen.append(connection.post("/scripted", call("fine", {}), modern(token, "tools/call", "fine")).status)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 7):
            louver.configuration.write_text(re.sub(r"timeout: 50\dms", f"timeout: 50{number}ms", louver.configuration.read_text()))
            louver.signal(signal.SIGHUP)
            wait_until(lambda number=number: louver.metric("louver_reloads_total", outcome="applied") >= number, 20)
            before = len(seen)
            wait_until(lambda before=before: len(seen) > before + 20, 20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(seen) == {200}
    assert louver.metric("louver_store_lost_total") == 0
    wait_until(lambda: len(connections(server)) == 2, 10)
    server.stop()


def test_a_cap_is_held_over_a_reload(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    held = Held()
    louver = front(
        serve({"held": held, "fine": fine}),
        limits="limits:\n  - { id: one, per: [principal], concurrent: 1 }\n",
        extra=server.extra,
    )
    token = identity.token()
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("held", {}), modern(token, "tools/call", "held"))
        wait_until(lambda: held.running == 1)
        louver.signal(signal.SIGHUP)
        wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1, 10)
        assert statuses(louver, token, 1) == [429]
        held.go.set()
        assert connection.reply().status == 200
    wait_until(lambda: statuses(louver, token, 1) == [200])
    assert louver.metric("louver_limit_settlements_lost_total") == 0
    server.stop()


@pytest.mark.parametrize("mode", ["allow", "local"])
def test_what_passes_without_the_store_is_marked(mode, front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    held = Held()
    limits = (
        f"limits:\n  - {{ id: per-user, per: [principal], rate: 1/h, burst: 3, when_store_is_down: {mode} }}\n"
        f"  - {{ id: places, per: [principal], concurrent: 5, when_store_is_down: {mode} }}\n"
    )
    extra = server.extra + "audit: { file: audit.log }\n"
    louver = front(serve({"held": held, "fine": fine}), limits=limits, extra=extra)
    token = identity.token()
    wait_until(lambda: readiness(louver) == "up")

    def lines(file) -> list[dict]:
        found = [json.loads(line) for line in file.read_text().splitlines()]
        return [line for line in found if line.get("object") in ("fine", "held")]

    with Connection(louver.port) as connection:
        connection.start("/scripted", call("held", {}), modern(token, "tools/call", "held"))
        wait_until(lambda: held.running == 1)
        server.stop()
        wait_until(lambda: readiness(louver) == "lost")
        assert statuses(louver, token, 4) == ([200] * 4 if mode == "allow" else [200] * 3 + [429])
        held.go.set()
        assert connection.reply().status == 200
    for file in (louver.access_file, louver.folder / "audit.log"):
        wait_until(lambda file=file: len(lines(file)) == 5, 10)
        assert [line.get("limit_store") for line in lines(file) if line["object"] == "fine"] == ["lost"] * 4
        assert [line.get("limit_store") for line in lines(file) if line["object"] == "held"] == [None], "it was admitted by the store"
    wait_until(lambda: louver.metric("louver_limit_settlements_lost_total") == 1)


# Sentinel and Cluster ------------------------------------------------------------------------------------------------------------------


def test_sentinel_names_the_next_primary(front, serve, identity, tmp_path):
    store = Sentinels(tmp_path)
    try:
        louver = front(serve({"fine": fine}), limits=ONE, extra=store.extra)
        token = identity.token()
        assert statuses(louver, token, 2) == [200] * 2
        store.primary.stop()
        assert statuses(louver, token, 1) == [503], "the rule says deny, and that holds meanwhile"
        wait_until(lambda: readiness(louver) == "up", 30)
        assert statuses(louver, token, 1) == [200]
        assert "master" in store.replica.say("ROLE")
        assert int(store.replica.say("DBSIZE")[1:]) == 1
    finally:
        store.stop()


SPREAD = """limits:
  - { id: per-user, per: [principal], rate: 1/min, burst: 5 }
  - { id: tool, per: [tool], rate: 1000/min, burst: 1000 }
  - { id: all, per: [global], rate: 1/min, burst: 30 }
"""


def test_a_cluster_holds_every_bucket(front, serve, identity, tmp_path):
    store = Cluster(tmp_path)
    try:
        one, two = (front(serve({"fine": fine}), limits=SPREAD, extra=store.extra) for _ in range(2))
        tokens = [identity.token(f"person-{number}") for number in range(8)]
        wait_until(lambda: readiness(one) == readiness(two) == "up", 10)
        passed = [[ask(louver.port, "/scripted", token, "fine").status for louver in (one, two)] for token in tokens]
        assert passed == [[200, 200]] * 8
        assert all(store.keys()), "callers spread over the nodes"
        first = [ask(louver.port, "/scripted", tokens[0], "fine").status for louver in (one, two, one, two)]
        assert first == [200, 200, 200, 429]
        # The refused call gave back what it had drawn from buckets in other slots.
        rest = [ask(one.port, "/scripted", token, "fine").status for token in tokens[1:] for _ in range(3)]
        assert rest.count(200) == 30 - 16 - 3, "what is left for everybody together"
        # Slots wander while they are used.
        store.move(2_000, store.nodes[0], store.nodes[1])
        store.move(2_000, store.nodes[2], store.nodes[0])
        others = [ask(louver.port, "/scripted", identity.token("person-0"), "fine").status for louver in (one, two)]
        assert others == [429, 429], "what was drawn stays drawn"
        assert one.metric("louver_store_lost_total") == 0
    finally:
        store.stop()


def test_one_deadline_holds_for_all_parts_of_a_call(front, serve, identity, tmp_path):
    """Its buckets lie on two nodes: one is slow, the other frozen. The call waits once, and gets back what the slow one gave."""
    timeout, slow = 1.0, 0.7
    store = Cluster(tmp_path)
    entries = """limits:
  - { id: mine, per: [principal], rate: 1/h, burst: 3 }
  - { id: all, per: [global], rate: 1/h, burst: 30 }
"""
    louver = front(serve({"fine": fine}), limits=entries, extra=store.extra.replace("100ms", f"{timeout:.0f}s"))
    wait_until(lambda: readiness(louver) == "up", 10)

    def where(keys: set[str]) -> dict[str, int]:
        return {key: at for at, node in enumerate(store.nodes) for key in node.say("KEYS", "louver:*").split("\r\n")[2::2] if key not in keys}

    token = identity.token("person-0")
    assert statuses(louver, token, 1) == [200]
    seen = where(set())
    assert len(seen) == 2
    # A caller whose bucket is elsewhere than the one that all share: whichever is asked first is the slow one.
    number = 0
    while len(set(seen.values())) == 1:
        number += 1
        token = identity.token(f"person-{number}")
        assert statuses(louver, token, 1) == [200]
        shared = next(key for key in seen if store.nodes[seen[key]].bucket(key)[0] // 3_600_000_000 > 3)
        seen = {shared: seen[shared]} | where({*seen})
    first, second = (store.nodes[at] for at in sorted(seen.values()))
    before = {key: store.nodes[at].bucket(key)[0] for key, at in seen.items()}
    first.say("CLIENT", "PAUSE", str(int(slow * 1_000)), "ALL")
    second.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert statuses(louver, token, 1) == [503]
        waited = time.monotonic() - began
    finally:
        second.process.send_signal(signal.SIGCONT)
    assert waited < timeout + slow, f"one deadline for all parts, not one for each: {waited:.2f} s"
    # A refused call draws nothing, so asking again spoils nothing; then one more is left.
    wait_until(lambda: statuses(louver, token, 1) == [200], 20)
    wait_until(lambda: readiness(louver) == "up", 20)
    after = {key: store.nodes[at].bucket(key)[0] for key, at in seen.items()}
    assert [round((before[key] - after[key]) / 3_600_000_000) for key in seen] == [1, 1], "only the call that passed is paid for"


# A cap whose holder dies -----------------------------------------------------------------------------------------------------------------


def test_a_cap_outlives_its_holder_by_its_lease_only(front, serve, identity, tmp_path):
    """A replica is killed while a call of it holds the only place: the others refuse as long as it might live, and not longer."""
    server = Server(tmp_path).start()
    held = Held()
    entry = "limits:\n  - { id: one, per: [principal], concurrent: 1 }\n"
    upstream = serve({"held": held, "fine": fine})
    one, two = (front(upstream, limits=entry, extra=server.extra) for _ in range(2))
    token = identity.token()
    connection = Connection(one.port)
    connection.start("/scripted", call("held", {}), modern(token, "tools/call", "held"))
    wait_until(lambda: held.running == 1)
    assert statuses(two, token, 1) == [429]
    one.process.kill()
    one.process.wait()
    key = server.say("KEYS", "louver:*").split("\r\n")[2]
    left = int(server.say("PTTL", key)[1:])
    assert 0 < left <= 30_000
    began = time.monotonic()
    assert statuses(two, token, 2) == [429, 429], "nobody says that it is free"
    wait_until(lambda: statuses(two, token, 1) == [200], 60)
    assert time.monotonic() - began > left / 1_000 - 2, "nor is it free before its time"
    held.go.set()


LEAVES = """
from redis_servers import Cluster, Server

def test_fails(tmp_path):
    server = Server(tmp_path).start()
    print("PID", server.process.pid)
    server.process.send_signal(19)
    assert False
"""


def test_a_test_that_fails_leaves_no_redis(tmp_path):
    (tmp_path / "test_leaves.py").write_text(LEAVES)
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=tmp_path).stdout
    found = re.search(r"PID (\d+)", told)
    assert found and "1 failed" in told and "error" not in told.lower().replace("assertionerror", ""), told
    assert not Path(f"/proc/{found[1]}").exists()


# Leases --------------------------------------------------------------------------------------------------------------------------------


def test_leases_admit_no_more_than_they_say(front, serve, identity, tmp_path):
    """Four replicas, eight callers of one bucket of 60 with leases of five: at most four leases more than burst and rate allow."""
    server = Server(tmp_path).start()
    extra = server.extra
    upstream = serve({"fine": fine})
    limits = "limits:\n  - { id: leased, per: [global], rate: 60/min, burst: 60, lease: 5 }\n"
    replicas = [front(upstream, limits=limits, extra=extra) for _ in range(4)]
    for louver in replicas:
        wait_until(lambda louver=louver: readiness(louver) == "up")
    server.say("CONFIG", "RESETSTAT")
    admitted: list[int] = []
    began = time.monotonic()

    def caller(number: int) -> None:
        token = identity.token(f"person-{number}")
        for _ in range(40):
            if ask(replicas[number % 4].port, "/scripted", token, "fine").status == 200:
                admitted.append(number)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    allowed = 60 + (time.monotonic() - began)
    assert allowed - 4 * 5 - 2 <= len(admitted) <= allowed + 4 * 5
    trips = sum(int(line.split("calls=")[1].split(",")[0]) for line in server.say("INFO", "commandstats").splitlines() if "evalsha" in line)
    assert trips < 320 / 2, "a refusal is remembered until the next token, and not every call makes a trip"
    server.stop()


def test_unused_tokens_of_a_lease_go_back(front, serve, identity, tmp_path):
    server = Server(tmp_path).start()
    extra = server.extra
    louver = front(serve({"fine": fine}), limits="limits:\n  - { id: leased, per: [principal], rate: 1/min, burst: 10, lease: 5 }\n", extra=extra)
    token = identity.token()
    for _ in range(10):
        assert ask(louver.port, "/scripted", token, "fine").status == 200
        time.sleep(0.25)
    assert ask(louver.port, "/scripted", token, "fine").status == 429
    server.stop()
