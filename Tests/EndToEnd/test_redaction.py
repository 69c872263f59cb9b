"""What redaction does to replies as clients see them, with scripted upstreams that say what a test wants."""

from __future__ import annotations

import os
import random
import string
import subprocess

from louver import BINARY, PLENTY
from raw import ask
from upstream import Turn


def drawn(seed: str, count: int = 24) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=count))


SECRET = drawn("learned")


def connection(turn: Turn) -> None:
    turn.result({"content": [{"type": "text", "text": "ok"}], "structuredContent": {"password": SECRET, "host": "db"}})


def log(turn: Turn) -> None:
    turn.text(f"connected with {SECRET} at last")


def text_of(reply) -> str:
    return reply.answer["result"]["content"][0]["text"]


def test_a_learned_value_is_replaced_without_its_key_for_its_principal_only(front, serve, identity):
    louver = front(serve({"connection": connection, "log": log}))
    alice, bob = identity.token("alice"), identity.token("bob")
    assert SECRET in text_of(ask(louver.port, "/scripted", alice, "log")), "nobody knows yet what it is"
    assert SECRET not in ask(louver.port, "/scripted", alice, "connection").body.decode()
    assert text_of(ask(louver.port, "/scripted", alice, "log")).startswith("connected with REDACTED_password_")
    assert SECRET in text_of(ask(louver.port, "/scripted", bob, "log")), "what alice's replies taught is alice's"
    assert louver.metric("louver_secrets_learned_total") == 1


def test_nothing_is_learned_where_that_is_off(front, serve, identity):
    louver = front(serve({"connection": connection, "log": log}), extra=PLENTY + "redaction: { learned: { values: 0 } }\n")
    ask(louver.port, "/scripted", identity.token(), "connection")
    assert SECRET in text_of(ask(louver.port, "/scripted", identity.token(), "log"))


def test_known_values_are_replaced_in_clear_and_as_hashes(front, serve, identity, tmp_path):
    phrase, hashed = "two words & more of them", drawn("hashed")
    key, export, hashes = tmp_path / "tenant.key", tmp_path / "known.env", tmp_path / "enrolled.txt"
    key.write_bytes(os.urandom(32))
    export.write_text(f"PHRASE='{phrase}'\n")
    for secret in (key, export):
        secret.chmod(0o600)
    subprocess.run([str(BINARY), "redact", "enroll", "--tenant-key", str(key), "-o", str(hashes)], input=hashed + "\n", text=True, check=True)
    assert hashed not in hashes.read_text() and hashes.stat().st_mode & 0o077 == 0

    def say(turn: Turn) -> None:
        turn.text(f"x{phrase}y and ({hashed}) and a{hashed}")

    known = f"redaction: {{ tenant_key_file: {key}, known: {{ files: [{export}], enrolled: [{hashes}] }} }}\n"
    louver = front(serve({"say": say}), extra=PLENTY + known)
    said = text_of(ask(louver.port, "/scripted", identity.token(), "say"))
    assert phrase not in said and f"({hashed})" not in said
    assert said.startswith("xREDACTED_known-secret_") and said.endswith(f"and a{hashed}"), "a hash knows whole runs only"
