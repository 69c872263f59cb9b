"""The audit log: a line for each decision, chained and signed, without a secret, whatever happens to its file."""

from __future__ import annotations

import json
import os
import resource
import secrets
import signal
import subprocess
import time
from pathlib import Path

import pytest
from louver import BINARY, PLENTY, Louver, write_secret
from raw import META, Connection, Session, ask, call, modern, wait_until
from servers import policy
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


def audit(*more: str, file: str = "audit.log") -> str:
    return PLENTY + "audit: { " + ", ".join([f"file: {file}", *more]) + " }\n"


def decisions(louver) -> list[dict]:
    return [line for line in map(json.loads, (louver.folder / "audit.log").read_text().splitlines()) if "decision" in line]


def verb(*arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([str(BINARY), "audit", *map(str, arguments)], capture_output=True, text=True, timeout=20)


def signing(louver) -> Path:
    """Gives a Louver that has not been started a key to sign with; the public half."""
    private, public = louver.folder / "audit.pem", louver.folder / "audit.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True, capture_output=True)
    private.chmod(0o600)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
    return public


def test_each_decision_leaves_one_line(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=audit("arguments: [dag_id, limit]"))
    token = identity.token()
    ask(louver.port, "/scripted", token, "fine", {"dag_id": "sales_daily", "limit": 5, "note": "private"})
    ask(louver.port, "/scripted", token, "fine", {"note": "private", "limit": 5, "dag_id": "sales_daily"})
    ask(louver.port, "/scripted", token, "forbidden")
    ask(louver.port, "/scripted", token[:-3] + "abc", "fine")
    with Connection(louver.port) as connection:
        assert connection.post("/scripted", b"{", modern(token, "tools/call", "fine")).status == 400
    Session(louver.port, "/scripted", token)
    wait_until(lambda: len(decisions(louver)) == 7)
    good, other, denied, stranger, broken, hello, note = decisions(louver)
    assert (good["decision"], good["outcome"], good["rule"], good["status"], good["upstream_status"]) == ("allow", "answered", "read-only", 200, 200)
    assert (good["subject"], good["client"], good["groups"], good["route"]) == ("alice", "tests", ["analytics"], "/scripted")
    assert (good["method"], good["kind"], good["object"], good["era"], good["reissue"]) == ("tools/call", "tool", "fine", "modern", "none")
    assert good["arguments"] == {"dag_id": "sales_daily", "limit": 5} and len(good["arguments_digest"]) == 32
    assert len(good["policy_hash"]) == 64 and louver.metric("louver_policy_info", hash=good["policy_hash"]) == 1
    assert other["arguments_digest"] != good["arguments_digest"]
    assert (denied["decision"], denied["rule"]) == ("deny", "default")
    assert (stranger["decision"], stranger["status"]) == ("refuse", 401) and "subject" not in stranger and "peer" in stranger
    assert (broken["decision"], broken["outcome"]) == ("refuse", "refused")
    assert (hello["decision"], hello["method"], hello["era"]) == ("allow", "initialize", "legacy")
    wait_until(lambda: louver.access_file.read_text().count("\n") == 7)
    lines = [json.loads(line) for line in louver.access_file.read_text().splitlines()]
    assert good["id"] in {line["id"] for line in lines}, "the access line of an exchange carries the same id"
    assert "private" not in (louver.folder / "audit.log").read_text()


def test_redactions_are_told_by_kind(front, serve, identity):
    value = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    louver = front(serve({"log": lambda turn: turn.text(f"key {value} and {value}")}), extra=audit())
    ask(louver.port, "/scripted", identity.token(), "log")
    wait_until(lambda: len(decisions(louver)) == 1)
    assert sum(decisions(louver)[0]["redactions"].values()) == 2
    assert value not in (louver.folder / "audit.log").read_text()


def test_limits_are_told_by_bucket(front, serve, identity):
    limits = "limits: [{ id: per-user, per: [principal], rate: 1/h, burst: 1 }]\n"
    louver = front(serve({"fine": fine}), limits=limits, extra=audit())
    for _ in range(2):
        ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: len(decisions(louver)) == 2)
    assert (decisions(louver)[1]["decision"], decisions(louver)[1]["bucket"]) == ("limit", "per-user")


def test_pseudonyms_are_the_same_under_one_key(front, serve, identity):
    def prepare(louver):
        write_secret(louver.folder / "audit.key", "k" * 40)

    seen = []
    for _ in range(2):
        louver = front(serve({"fine": fine}), extra=audit("pseudonyms: true", "hash_key_file: audit.key"), prepare=prepare)
        ask(louver.port, "/scripted", identity.token("alice"), "fine")
        ask(louver.port, "/scripted", identity.token("bob"), "fine")
        wait_until(lambda: len(decisions(louver)) == 2)
        text = (louver.folder / "audit.log").read_text()
        assert "alice" not in text and "bob" not in text
        seen.append([line["pseudonym"] for line in decisions(louver)])
    assert seen[0] == seen[1] and seen[0][0] != seen[0][1]


def test_the_chain_is_verified_over_a_rotation_and_a_restart(front, serve, identity):
    keys = {}
    louver = front(
        serve({"fine": fine}), workers=2, extra=audit("signing_key_file: audit.pem"), prepare=lambda louver: keys.update(public=signing(louver))
    )
    token, log, old = identity.token(), louver.folder / "audit.log", louver.folder / "audit.log.1"
    for _ in range(5):
        ask(louver.port, "/scripted", token, "fine")
    wait_until(lambda: len(decisions(louver)) == 5)
    log.rename(old)
    louver.signal(signal.SIGHUP)
    wait_until(log.exists)
    for _ in range(5):
        ask(louver.port, "/scripted", token, "fine")
    wait_until(lambda: len(decisions(louver)) == 5)
    assert louver.stop() == 0
    louver.start()
    ask(louver.port, "/scripted", token, "forbidden")
    assert louver.stop() == 0
    done = verb("verify", "--key", keys["public"], old, log)
    assert done.returncode == 0 and "11 decisions" in done.stdout and "The chain holds" in done.stdout, done.stdout + done.stderr
    assert "2 runs" in done.stdout and " 0 decisions after" in done.stdout.replace(";", "; ").replace("  ", " ")

    shown = verb("tail", "--lines", "3", "--decision", "deny", log)
    assert shown.returncode == 0 and "alice" in shown.stdout and "forbidden" in shown.stdout and "fine" not in shown.stdout
    counted = verb("stats", old, log)
    assert counted.returncode == 0 and "11 decisions" in counted.stdout and "10  allow" in counted.stdout and "11  alice" in counted.stdout

    lines = log.read_text().splitlines()
    for change in (
        lambda lines: lines[2].replace("allow", "deny"),
        lambda lines: None,
    ):
        changed = [*lines]
        changed[2:3] = [line] if (line := change(lines)) else []
        (louver.folder / "changed.log").write_text("\n".join(changed) + "\n")
        done = verb("verify", "--key", keys["public"], old, louver.folder / "changed.log")
        assert done.returncode == 1 and "changed.log:3" in done.stderr, done.stdout + done.stderr


def test_a_rename_alone_is_noticed(front, serve, identity):
    louver = front(serve({"fine": fine}), extra=audit())
    log = louver.folder / "audit.log"
    ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: len(decisions(louver)) == 1)
    log.rename(louver.folder / "audit.log.1")
    time.sleep(1.1)
    ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(log.exists)
    wait_until(lambda: len(decisions(louver)) == 1)
    assert louver.stop() == 0
    assert verb("verify", louver.folder / "audit.log.1", log).returncode == 0


@pytest.fixture
def full_disk(front, serve, identity):
    """A Louver whose files may not grow beyond a size, as on a full disk, and what makes room again."""

    def make(*more: str):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        louver = front(serve({"fine": fine}), extra=audit(*more))
        limit = (louver.folder / "audit.log").stat().st_size + 1500
        resource.prlimit(louver.process.pid, resource.RLIMIT_FSIZE, (limit, hard))
        return louver, lambda: resource.prlimit(louver.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    return make


def test_a_full_disk_drops_lines_and_counts_them(full_disk, identity):
    louver, make_room = full_disk()
    token = identity.token()
    for _ in range(20):
        assert ask(louver.port, "/scripted", token, "fine").status == 200
    wait_until(lambda: louver.metric("louver_log_lines_dropped_total", log="audit") > 0)
    make_room()
    assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert louver.stop() == 0
    done = verb("verify", louver.folder / "audit.log")
    assert done.returncode == 0 and "were not written because there was no room" in done.stdout, done.stdout + done.stderr
    assert "audit_write_failed" in louver.log_file.read_text()


def test_a_full_disk_refuses_calls_where_the_operator_wants_no_call_without_its_line(full_disk, identity):
    louver, make_room = full_disk("on_full: deny")
    token = identity.token()
    answered = 0

    def is_refused() -> bool:
        nonlocal answered
        reply = ask(louver.port, "/scripted", token, "fine")
        answered += reply.status == 200
        assert reply.status in (200, 503)
        return reply.status == 503 and reply.headers["retry-after"] == "1"

    wait_until(is_refused)
    louver.expect_at_least(1, "louver_failures_total", reason="audit_full")
    make_room()
    wait_until(lambda: not is_refused())
    assert louver.stop() == 0
    done = verb("verify", louver.folder / "audit.log")
    assert done.returncode == 0 and f"{answered} decisions" in done.stdout, done.stdout + done.stderr


def start_fails(identity, told: str, extra: str, prepare=lambda louver: None) -> None:
    louver = Louver({"scripted": {"url": "http://127.0.0.1:1/mcp"}}, policy(["fine"]), identity, extra=extra)
    prepare(louver)
    with pytest.raises(RuntimeError, match=told):
        louver.start()
    louver.forget()


def test_a_file_that_cannot_be_written_fails_the_start(identity):
    start_fails(identity, "cannot open the audit log .*No such file", audit(file="missing/audit.log"))
    start_fails(identity, "cannot write to the audit log /dev/full: No space left", audit(file="/dev/full"))


def test_a_file_that_everybody_can_change_fails_the_start(identity):
    def prepare(louver):
        (louver.folder / "audit.log").touch()
        (louver.folder / "audit.log").chmod(0o666)

    start_fails(identity, "every user can change the audit log", audit(), prepare)


def test_a_key_that_others_read_is_a_fault(identity):
    def prepare(louver):
        signing(louver)
        (louver.folder / "audit.pem").chmod(0o644)

    start_fails(identity, "audit.signing_key_file", audit("signing_key_file: audit.pem"), prepare)


# Never a secret --------------------------------------------------------------------------------------------------------------------


def test_nothing_that_louver_writes_holds_a_planted_value(front, serve, identity):
    """Values are planted wherever a client or an upstream can put them, in calls that succeed and in every way to fail; then everything that
    Louver wrote is searched: standard error, access lines, audit lines, metrics, readiness and the refusals themselves."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    def planted() -> str:
        value = "AKIA" + "".join(secrets.choice(alphabet) for _ in range(16))
        values.append(value)
        return value

    values: list[str] = []
    tools = {
        "fine": fine,
        "leak": lambda turn: turn.text(planted()),
        "break": lambda turn: turn.raw(b"HTTP/1.1 200 OK\r\nX-" + planted().encode() + b"\r\n\r\n"),
        "fail": lambda turn: turn.json({"jsonrpc": "2.0", "id": turn.id, "error": {"code": -32000, "message": planted()}}),
        "status": lambda turn: turn.raw(f"HTTP/1.1 500 {planted()}\r\nContent-Length: 20\r\n\r\n{planted()}".encode()),
        "redirect": lambda turn: turn.raw(f"HTTP/1.1 302 Found\r\nLocation: http://x/{planted()}\r\nContent-Length: 0\r\n\r\n".encode()),
        "garbage": lambda turn: turn.raw(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{planted()}".encode()),
    }
    louver = front(serve(tools), extra=audit("arguments: [dag_id, note]") + "logs: { level: debug }\n", tools=[*tools])
    token = identity.token()
    values.append(token.split(".")[2])
    for tool in tools:
        reply = ask(louver.port, "/scripted", token, tool, {"dag_id": planted(), "note": f"see {planted()}", "other": planted()})
        assert not any(value.encode() in reply.body for value in values), tool
    bodies = [
        call(planted(), {}),
        {**call("fine", {}), "method": planted()},
        {"jsonrpc": "2.0", "id": planted(), "method": "resources/read", "params": {"uri": f"airflow://logs?token={planted()}", "_meta": META}},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": planted(), "_meta": META}},
        f'{{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {{"name": "fine", "{planted()}'.encode(),
    ]
    for body in bodies:
        with Connection(louver.port) as connection:
            method, name = ("tools/call", None) if isinstance(body, bytes) else (body["method"], body["params"].get("name") or body["params"].get("uri"))
            connection.post("/scripted", body, modern(token, method, name))
    for headers in (
        {"Authorization": f"Bearer {planted()}"},
        {"Authorization": f"Basic {planted()}"},
        {"Cookie": planted(), "X-Api-Key": planted()},
        {"Origin": f"https://{planted()}"},
        {"Host": planted()},
        {"Mcp-Session-Id": planted(), "MCP-Protocol-Version": "2025-11-25"},
        {"MCP-Protocol-Version": planted()},
        {"traceparent": planted(), "tracestate": f"a={planted()}"},
    ):
        with Connection(louver.port) as connection:
            connection.post("/scripted", call("fine", {}), {**modern(token, "tools/call", "fine"), **headers})
    for raw in (f"GET /{planted()} HTTP/1.1\r\nHost: a\r\n\r\n", f"GET / HTTP/1.1\r\nHost: a\r\nBad Name: {planted()}\r\n\r\n", f"{planted()} / HTTP/1.1\r\n\r\n"):
        with Connection(louver.port) as connection:
            connection.send(raw.encode())
            connection.reply()
    (louver.folder / "policy.yaml").write_text(policy([*tools]) + f"# {planted()}\nbroken: {planted()}\n")
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="refused") == 1)
    told = louver.admin("/metrics") + louver.admin("/readyz")
    assert louver.stop() == 0
    told += "".join((louver.folder / file).read_text() for file in ("louver.log", "access.log", "audit.log"))
    assert len(values) > 30 and len(decisions(louver)) > 15
    assert [value for value in values if value in told] == []
    assert verb("verify", louver.folder / "audit.log").returncode == 0
    assert os.stat(louver.folder / "audit.log").st_mode & 0o777 == 0o640
