"""What the person on call sees: metrics that are fed, bounded and well formed, and access lines for whatever came."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from certificates import Authority
from louver import free_port
from raw import META, Connection, Session, ask, call, modern, wait_until
from test_tls import listening, trusting
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


def lines(louver) -> list[dict]:
    return [json.loads(line) for line in louver.access_file.read_text().splitlines()]


def list_tools(louver, token: str) -> None:
    with Connection(louver.port) as connection:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}
        assert connection.post("/scripted", body, modern(token, "tools/list")).status == 200


# Metrics ---------------------------------------------------------------------------------------------------------------------------


def test_calls_are_counted_by_route_tool_and_rule(front, serve, identity):
    louver = front(serve({"fine": fine}))
    token = identity.token()
    list_tools(louver, token)
    for _ in range(3):
        ask(louver.port, "/scripted", token, "fine")
    for number in range(40):
        ask(louver.port, "/scripted", token, f"made_up_{number}")
    louver.expect(3, "louver_tool_calls_total", route="/scripted", tool="fine", outcome="answered")
    louver.expect(40, "louver_tool_calls_total", tool="other", outcome="denied")
    louver.expect(40, "louver_exchanges_total", route="/scripted", method="call", outcome="denied")
    louver.expect_at_least(3, "louver_policy_permits_total", rule="read-only")
    louver.expect(40, "louver_policy_denials_total", rule="default")
    assert "made_up" not in louver.admin("/metrics")


def test_phases_and_loops_are_measured(front, serve, identity):
    louver = front(serve({"fine": fine}), workers=2)
    for _ in range(40):
        ask(louver.port, "/scripted", identity.token(), "fine")
    for phase in ("receive", "authenticate", "classify", "authorize", "throttle", "reissue", "forward", "scrub", "deliver"):
        louver.expect_at_least(2, "louver_phase_duration_seconds_count", phase=phase)
        louver.expect_some("louver_phase_duration_seconds_sum", phase=phase)
    louver.expect_at_least(41, "louver_loop_lag_seconds_count")
    assert sum(louver.metric("louver_loop_busy_seconds_total", loop=str(loop)) for loop in range(2)) > 0
    wait_until(lambda: len(lines(louver)) == 40)
    timed = [line for line in lines(louver) if "forward" in line["us"]]
    assert timed and all(0 < line["us"]["forward"] <= line["us"]["total"] for line in timed)


def test_bytes_of_a_request_are_those_that_were_sent(front, serve, identity):
    """Head and body come in one piece, as most do, on a connection that is used again; and two requests at once."""
    louver = front(serve({"fine": fine}))
    body = json.dumps(call("fine", {"text": "x" * 500})).encode()
    with Connection(louver.port) as connection:
        headers = {"Content-Length": str(len(body)), **modern(identity.token(), "tools/call", "fine")}
        sent = connection._head("POST", "/scripted", headers) + body
        for times in (1, 1, 2):
            connection.send(sent * times)
            for _ in range(times):
                assert connection.reply().status == 200
    told = lambda: [line["bytes_in"] for line in lines(louver) if line.get("object") == "fine"]
    wait_until(lambda: len(told()) == 4)
    assert told() == [len(sent)] * 4
    louver.expect_at_least(4 * len(sent), "louver_transferred_bytes_total", peer="client", direction="in")


def test_every_family_of_the_table_is_fed(front, serve, identity):
    """Sessions, tokens, credentials, mended text, durations and the facts about what is in force: each by what it counts."""
    broken = b'{"jsonrpc":"2.0","id":%s,"result":{"resultType":"complete","content":[{"type":"text","text":"\xff"}],"isError":false}}'

    def mended(turn: Turn) -> None:
        body = broken % json.dumps(turn.id).encode()
        turn.reply(200, body)

    def streamed(turn: Turn) -> None:
        turn.events()
        given = turn.request.message["params"]["_meta"]["progressToken"]
        turn.event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": given, "progress": 1}})
        turn.event({"jsonrpc": "2.0", "id": turn.id, "result": {"resultType": "complete", "content": [], "isError": False}})
        turn.end()

    louver = front(serve({"fine": fine, "mended": mended, "streamed": streamed}), workers=1)
    token = identity.token()
    session = Session(louver.port, "/scripted", token)
    assert session.call("fine", {}, 1).status == 200
    for _ in range(3):
        ask(louver.port, "/scripted", token, "fine")
    ask(louver.port, "/scripted", token, "mended")
    asked = call("streamed", {})
    asked["params"]["_meta"] = {**asked["params"]["_meta"], "progressToken": "p"}
    with Connection(louver.port) as connection:
        assert connection.post("/scripted", asked, modern(token, "tools/call", "streamed")).status == 200
    louver.expect_at_least(2, "louver_events_delivered_total")
    louver.expect(1, "louver_sessions_opened_total")
    louver.expect_at_least(1, "louver_tokens_total", source="verified")
    louver.expect_at_least(1, "louver_tokens_total", source="remembered")
    louver.expect_at_least(1, "louver_reply_repairs_total")
    for family in ("louver_exchange_duration_seconds", "louver_upstream_duration_seconds"):
        louver.expect_at_least(5, f"{family}_count")
        louver.expect_some(f"{family}_sum")
    louver.expect_some("louver_loop_turns_total")
    told = louver.admin("/metrics")
    for fact in ("louver_build_info", "louver_configuration_info", "louver_policy_info", "louver_detectors_info"):
        (line,) = (line for line in told.splitlines() if line.startswith(fact + "{"))
        assert line.endswith("} 1") and (fact == "louver_build_info" or len(line.split('hash="')[1].split('"')[0]) >= 16), line
    assert louver.metric("process_resident_memory_bytes") == pytest.approx(louver.resident_bytes, rel=0.5)
    assert 0 < louver.metric("process_open_fds") < louver.metric("process_max_fds")
    assert louver.metric("process_cpu_seconds_total") > 0 and abs(louver.metric("process_start_time_seconds") - time.time()) < 600


def test_no_family_is_without_a_test():
    """Each family of the table is named by a test other than this one, so that one that nothing feeds is seen."""
    folder = Path(__file__).parent
    tests = "".join(file.read_text() for file in folder.rglob("*.py"))
    families = re.findall(r"^\| `(\w+)` \|", (folder.parents[1] / "Deploy" / "METRICS.md").read_text(), re.MULTILINE)
    assert len(families) > 50
    assert [family for family in families if family not in tests] == []


def test_an_upstream_that_cannot_be_reached_is_told(front, serve, identity):
    for url, isUp in ((serve({"fine": fine}).url, 1), (f"http://127.0.0.1:{free_port()}/mcp", 0)):
        louver = front(url, tools=["fine"])
        ask(louver.port, "/scripted", identity.token(), "fine")
        louver.expect(isUp, "louver_upstream_up", upstream="scripted")


def test_promtool_finds_nothing_to_say(front, serve, identity):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.fail("promtool is missing: run Tests/EndToEnd/setup.sh")
    louver = front(serve({"fine": fine}))
    token = identity.token()
    list_tools(louver, token)
    ask(louver.port, "/scripted", token, "fine")
    ask(louver.port, "/scripted", token, "forbidden")
    ask(louver.port, "/nowhere", token, "fine")
    done = subprocess.run([promtool, "check", "metrics"], input=louver.admin("/metrics"), capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# Whatever never became an exchange ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw, status",
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: private-text\r\n\r\n", 400),
        (b"GET /private-text\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"private-text" * 4000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/3.7\r\nHost: a\r\n\r\n", 505),
    ],
)
def test_a_malformed_request_is_one_metric_and_one_line(raw, status, front, serve):
    louver = front(serve({"fine": fine}))
    with Connection(louver.port) as connection:
        connection.send(raw)
        assert connection.reply().status == status
    wait_until(lambda: len(lines(louver)) == 1)
    (line,) = lines(louver)
    assert (line["outcome"], line["status"]) == ("refused", status)
    assert line["peer"].startswith("127.0.0.1:")
    louver.expect(1, "louver_refusals_total", reason=line["reason"])
    louver.expect(1, "louver_exchanges_total", route="none", outcome="refused")
    assert "private-text" not in louver.access_file.read_text() + louver.log_file.read_text() + louver.admin("/metrics")


def test_a_head_that_never_ends_is_told(front, serve):
    louver = front(serve({"fine": fine}))
    with Connection(louver.port) as connection:
        connection.send(b"POST /scripted HTTP/1.1\r\nHost:")
    wait_until(lambda: louver.metric("louver_connection_failures_total") == 1)
    wait_until(lambda: len(lines(louver)) == 1)
    assert lines(louver)[0]["outcome"] == "cancelled"


def test_a_connection_without_a_byte_leaves_no_line(front, serve, identity):
    louver = front(serve({"fine": fine}))
    for _ in range(5):
        socket.create_connection(("127.0.0.1", louver.port)).close()
    ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: len(lines(louver)) == 1)
    assert lines(louver)[0]["outcome"] == "answered"


def test_a_failed_handshake_is_one_metric_and_one_line(front, serve, tmp_path_factory):
    authority, stranger = Authority(tmp_path_factory.mktemp("authority")), Authority(tmp_path_factory.mktemp("stranger"), "stranger")
    certificate, key = authority.issue("front")
    louver = front(serve({"fine": fine}), prepare=lambda louver: listening(louver, certificate, key))
    with pytest.raises(ssl.SSLError):
        Connection(louver.port, tls=trusting(stranger))
    with Connection(louver.port) as plain:
        plain.send(b"GET /private-text HTTP/1.1\r\n\r\n")
        assert plain.is_closed()
    wait_until(lambda: louver.metric("louver_tls_handshakes_total", outcome="failed") == 2)
    louver.expect(2, "louver_connection_failures_total")
    wait_until(lambda: len(lines(louver)) == 2)
    for line in lines(louver):
        assert line["outcome"] == "refused" and line["reason"].startswith("tls") and line["peer"].startswith("127.0.0.1:")
    assert "private-text" not in louver.access_file.read_text() + louver.log_file.read_text()


def test_strangers_are_told_by_their_address(front, serve, identity):
    louver = front(serve({"fine": fine}))
    with Connection(louver.port) as connection:
        assert connection.post("/scripted", call("fine", {}), modern(None, "tools/call", "fine")).status == 401
    ask(louver.port, "/scripted", identity.token(), "fine")
    wait_until(lambda: len(lines(louver)) == 2)
    stranger, known = lines(louver)
    assert stranger["peer"].startswith("127.0.0.1:") and "peer" not in known
