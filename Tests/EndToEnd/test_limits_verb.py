"""`louver limits show` and `louver limits reset`, over a real Redis and over a running process."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import urllib.error
import urllib.request

import pytest
from louver import AUDIENCE, BINARY, ISSUER, write_secret
from raw import Connection, ask, wait_until
from test_limits import PLENTY, fine, limits, redis  # noqa: F401

TOKEN = "admin: { address: 127.0.0.1:%d, token_file: admin_token }\n"


def verb(louver, *words: str) -> subprocess.CompletedProcess:
    command = [str(BINARY), "limits", *words, "--config", str(louver.configuration)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, "NO_COLOR": "1"})


def statuses(louver, token: str, count: int) -> list[int]:
    return [ask(louver.port, "/scripted", token, "fine", id=number).status for number in range(count)]


def with_token(louver) -> None:
    """Adds the operators' token to the configuration."""
    write_secret(louver.folder / "admin_token", secrets.token_hex(32))
    lines = louver.configuration.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("admin:"))
    lines[at] = (TOKEN % louver.admin_port).strip()
    louver.configuration.write_text("\n".join(lines) + "\n")


@pytest.fixture(params=["memory", "redis"])
def store(request) -> str:
    return request.getfixturevalue("redis").extra if request.param == "redis" else PLENTY


WHOM = ["--issuer", ISSUER, "--client", "tests", "--subject"]


def test_a_caller_is_shown_and_let_go_on(store, front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits(), extra=store, prepare=with_token)
    alice, bob = identity.token("alice"), identity.token("bob")
    assert statuses(louver, alice, 6) == [200] * 5 + [429]
    assert statuses(louver, bob, 2) == [200] * 2
    shown = verb(louver, "show", "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert [(entry["limit"], entry["per"], entry["in_use"], entry["empty"]) for entry in told["limits"]] == [("per-user", ["principal"], 2, 1)]
    assert [(entry["left"], entry["of"]) for entry in told["buckets"]] == [(0, 5), (3, 5)]
    assert 0 < told["buckets"][0]["retry_after_ms"] <= 60_000
    # The digits are those of the access log.
    wait_until(lambda: louver.access_file.read_text().count("\n") >= 8)
    logged = {json.loads(line)["principal"] for line in louver.access_file.read_text().splitlines()}
    assert any(name.startswith(told["buckets"][0]["principal"]) for name in logged)
    page = verb(louver, "show", *WHOM, "alice").stdout
    assert "per-user" in page and told["buckets"][0]["principal"] in page and told["buckets"][1]["bucket"] not in page
    reset = verb(louver, "reset", *WHOM, "alice", "--limit", "per-user")
    assert (reset.returncode, reset.stdout) == (0, "1 bucket is full again\n"), reset.stderr
    assert statuses(louver, alice, 6) == [200] * 5 + [429]
    assert json.loads(verb(louver, "show", "--json", *WHOM, "bob").stdout)["buckets"][0]["left"] == 3, "bob's is as it was"
    owner = next(name for name in logged if name.startswith(told["buckets"][0]["principal"]))
    assert verb(louver, "reset", "--principal", owner, "--json").stdout == '{"reset":1}\n'
    assert statuses(louver, alice, 1) == [200]
    assert verb(louver, "reset", "--all", "--json").stdout == '{"reset":2}\n'
    if store is PLENTY:
        wait_until(lambda: louver.log_file.read_text().count('"limits_reset"') == 3)


def test_the_command_line_is_checked(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits(), prepare=with_token)
    for words in (
        ["reset"], ["reset", "--all", "--limit", "per-user"], ["show", "--principal", "12"], ["show", "--subject", "alice"], ["show", "--most", "1000"],
        ["show", "--limit", "per-usr"], ["show", "--principal", "0" * 16, "--issuer", ISSUER], ["show", "--admin", "nowhere"],
    ):  # fmt: skip
        done = verb(louver, *words)
        assert done.returncode == 2 and done.stderr and not done.stdout, words
    assert "did you mean per-user?" in verb(louver, "show", "--limit", "per-usr").stderr
    assert verb(louver, "show", "--admin", "127.0.0.1:1").returncode == 1


def test_a_process_shows_limits_to_whoever_has_its_token(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits(), prepare=with_token)
    token = (louver.folder / "admin_token").read_text()

    def status(path: str, method: str = "GET", **headers: str) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{louver.admin_port}{path}", headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code

    right = {"Authorization": f"Bearer {token}"}
    assert status("/limits", **right) == 200
    assert [status("/limits"), status("/limits", Authorization=f"Bearer {token[:-1]}x"), status("/limits", Authorization="Basic eDp5")] == [401] * 3
    assert status("/limits/reset", "POST") == 401
    assert status("/limits/reset", **right) == 405, "a reset is no GET"
    assert status("/limits", "POST", **right) == 405
    assert status("/limits?limit=nothing", **right) == 404
    assert status("/limits?what=ever", **right) == 400
    assert status("/limits/reset", "POST", **right) == 200


def test_without_a_token_nobody_may(front, serve, identity):
    louver = front(serve({"fine": fine}), limits=limits())
    done = verb(louver, "show")
    assert done.returncode == 2 and "admin: { token_file: admin_token }" in done.stderr
    with Connection(louver.admin_port) as connection:
        connection.get("/limits/reset", {"Authorization": "Bearer x", "Content-Length": "0"}, "POST")
        assert connection.reply().status == 403


def test_a_redis_that_is_not_there_is_told(front, serve, identity, redis):  # noqa: F811
    louver = front(serve({"fine": fine}), limits=limits(), extra=redis.extra)
    redis.kill()
    done = verb(louver, "show")
    assert done.returncode == 1 and "Redis cannot be asked" in done.stderr and not done.stdout


def test_audiences_are_not_needed(front, serve, identity):
    """A caller is known by issuer, client and subject alone."""
    louver = front(serve({"fine": fine}), limits=limits(), prepare=with_token)
    assert statuses(louver, identity.token("alice", aud=[AUDIENCE, "other"]), 1) == [200]
    assert json.loads(verb(louver, "show", "--json", *WHOM, "alice").stdout)["limits"][0]["in_use"] == 1
