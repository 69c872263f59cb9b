"""Starting, reloading and draining, and the admin listener that tells of it."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
import urllib.request

import pytest
from louver import BINARY, free_port
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
from raw import Connection, Session, ask, call, modern, wait_until
from servers import policy
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


def also(turn: Turn) -> None:
    turn.text("also fine")


def readiness(louver) -> dict:
    return json.loads(louver.admin("/readyz"))


# Reloading -------------------------------------------------------------------------------------------------------------------------


def is_allowed(louver, token: str, tool: str) -> bool:
    return not ask(louver.port, "/scripted", token, tool).answer["result"].get("isError")


def test_a_good_file_takes_effect_without_a_restart(front, serve, identity):
    louver = front(serve({"fine": fine, "also": also}), tools=["fine"], workers=2)
    token = identity.token()
    assert not is_allowed(louver, token, "also")
    with Connection(louver.port) as open_before:
        assert open_before.post("/scripted", call("also", {}), modern(token, "tools/call", "also")).answer["result"]["isError"]
        (louver.folder / "policy.yaml").write_text(policy(["fine", "also"]))
        louver.signal(signal.SIGHUP)
        wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
        wait_until(lambda: all(is_allowed(louver, token, "also") for _ in range(8)))
        reply = open_before.post("/scripted", call("also", {}), modern(token, "tools/call", "also"))
        assert reply.answer["result"]["content"][0]["text"] == "also fine", "an open connection is asked under the new policy"
    assert readiness(louver) == {"status": "ready", "last_reload": "applied", "limit_store": "embedded"}


def test_a_bad_file_keeps_the_old_one_and_says_so(front, serve, identity):
    louver = front(serve({"fine": fine, "also": also}), tools=["fine"])
    token = identity.token()
    (louver.folder / "policy.yaml").write_text(policy(["fine", "also"]) + "  - id: broken\n    alow: tools/call\n")
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="refused") == 1)
    assert is_allowed(louver, token, "fine") and not is_allowed(louver, token, "also")
    told = readiness(louver)
    assert told["status"] == "ready" and told["last_reload"].startswith("refused")
    wait_until(lambda: "policy.yaml:" in louver.log_file.read_text() and "alow" in louver.log_file.read_text())
    (louver.folder / "policy.yaml").write_text(policy(["fine", "also"]))
    louver.signal(signal.SIGHUP)
    wait_until(lambda: readiness(louver)["last_reload"] == "applied")
    assert is_allowed(louver, token, "also")


def test_an_exchange_ends_under_the_rules_it_began_with(front, serve, identity):
    """A reload in the middle of a call neither cuts it nor changes its mind."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(turn: Turn) -> None:
        begun.set()
        assert go_on.wait(10)
        turn.text("slowly fine")

    louver = front(serve({"slow": slow, "fine": fine}))
    token = identity.token()
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("slow", {}), modern(token, "tools/call", "slow"))
        assert begun.wait(5)
        (louver.folder / "policy.yaml").write_text(policy(["fine"]))
        louver.signal(signal.SIGHUP)
        wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
        wait_until(lambda: not is_allowed(louver, token, "slow"))
        go_on.set()
        assert connection.reply().answer["result"]["content"][0]["text"] == "slowly fine"


def test_a_session_lives_through_a_reload(front, serve, identity):
    louver = front(serve({"fine": fine}))
    session = Session(louver.port, "/scripted", identity.token())
    louver.signal(signal.SIGHUP)
    wait_until(lambda: louver.metric("louver_reloads_total", outcome="applied") == 1)
    assert session.call("fine", {}, 1).status == 200


# Draining --------------------------------------------------------------------------------------------------------------------------


def test_a_drain_finishes_calls_and_ends_streams(front, serve, identity):
    begun, go_on = threading.Event(), threading.Event()

    def slow(turn: Turn) -> None:
        begun.set()
        assert go_on.wait(10)
        turn.text("finished")

    louver = front(serve({"slow": slow}), workers=2)
    token = identity.token()
    session = Session(louver.port, "/scripted", token)
    with Connection(louver.port) as working, Connection(louver.port) as listening, Connection(louver.port) as idle:
        listening.get("/scripted", {**session.headers, "Accept": "text/event-stream"})
        assert listening.head()[0] == 200
        working.start("/scripted", call("slow", {}), modern(token, "tools/call", "slow"))
        assert begun.wait(5)
        louver.signal(signal.SIGTERM)
        assert idle.is_closed(5), "idle connections are closed at once"
        assert listening.chunk() == b"", "a stream ends in order"
        with pytest.raises(OSError):
            Connection(louver.port).post("/scripted", call("slow", {}), modern(token, "tools/call", "slow"))
        assert louver.is_running
        go_on.set()
        reply = working.reply()
        assert reply.answer["result"]["content"][0]["text"] == "finished"
        assert reply.headers.get("connection") == "close"
    assert louver.process.wait(5) == 0


def test_a_drain_has_an_end(front, serve, identity):
    louver = front(serve({"slow": lambda turn: turn.until_closed(20)}), extra="limits: { drain_timeout: 1s }\n")
    with Connection(louver.port) as connection:
        connection.start("/scripted", call("slow", {}), modern(identity.token(), "tools/call", "slow"))
        wait_until(lambda: louver.metric("louver_active_exchanges") == 1)
        began = time.monotonic()
        louver.signal(signal.SIGTERM)
        assert louver.process.wait(10) == 0
        assert time.monotonic() - began < 3


# Starting --------------------------------------------------------------------------------------------------------------------------


def run(*arguments: str, timeout: float = 10) -> subprocess.CompletedProcess:
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=timeout)


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    file = tmp_path / "louver.yaml"
    file.write_text("version: 1\nlisen: []\nworkers: many\nupstreams: { a: { url: ftp://x, reissue: { mode: mnt } } }\n")
    for verb in (["check"], ["run"]):
        done = run(*verb, "--config", str(file))
        assert done.returncode == 2
        told = done.stdout + done.stderr
        for place in (f"{file}:2:1", f"{file}:3:", f"{file}:4:"):
            assert place in told, told
        assert "listen" in told and "mint" in told, "a near miss is named"


def test_a_good_file_passes_the_check(front, serve):
    louver = front(serve({"fine": fine}))
    done = run("check", "--config", str(louver.configuration))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_port_that_is_taken_fails_the_start(front, serve):
    louver = front(serve({"fine": fine}))
    text = louver.configuration.read_text().replace(f"127.0.0.1:{louver.port}", f"127.0.0.1:{louver.admin_port}")
    (louver.folder / "second.yaml").write_text(
        text.replace(f"admin: {{ address: 127.0.0.1:{louver.admin_port} }}", f"admin: {{ address: 127.0.0.1:{free_port()} }}")
    )
    done = run("run", "--config", str(louver.folder / "second.yaml"))
    assert done.returncode == 1 and str(louver.admin_port) in done.stderr


@pytest.mark.parametrize(
    "words, status", [(["--help"], 0), (["run", "--help"], 0), (["check", "--help"], 0), (["version"], 0), ([], 2), (["fly"], 2), (["run"], 2)]
)
def test_the_command_line_says_what_it_can_do(words, status):
    done = run(*words)
    assert done.returncode == status, done.stdout + done.stderr
    told = done.stdout if status == 0 else done.stderr
    assert "louver" in told


# The admin listener ----------------------------------------------------------------------------------------------------------------


def scrape(louver, accept: str) -> tuple[str, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{louver.admin_port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return reply.headers["Content-Type"], reply.read().decode()


def test_metrics_are_what_scrapers_read(front, serve, identity):
    louver = front(serve({"fine": fine}))
    for number in range(20):
        ask(louver.port, "/scripted", identity.token(), "fine" if number % 2 else "forbidden")
    louver.expect(20, "louver_exchanges_total")
    for accept, parse, kind in (
        ("application/openmetrics-text; version=1.0.0", open_metrics, "application/openmetrics-text"),
        ("text/plain", prometheus, "text/plain"),
    ):
        content_type, text = scrape(louver, accept)
        assert content_type.startswith(kind)
        families = {family.name: family for family in parse(text)}
        assert len(families) > 20
        for family in families.values():
            assert family.documentation and family.type != "unknown", family.name
            for sample in family.samples:
                for label, value in sample.labels.items():
                    assert len(value) < 100, (sample.name, label)
        answered = [s.value for f in families.values() for s in f.samples if s.name == "louver_exchanges_total" and s.labels.get("outcome") == "answered"]
        denied = [s.value for f in families.values() for s in f.samples if s.name == "louver_exchanges_total" and s.labels.get("outcome") == "denied"]
        assert (sum(answered), sum(denied)) == (10, 10)
    assert text.count("\n") < 2000


def test_nothing_of_a_caller_becomes_a_label(front, serve, identity):
    """The number of series is bounded, whatever clients send."""
    louver = front(serve({"fine": fine}))
    ask(louver.port, "/scripted", identity.token(), "fine")
    ask(louver.port, "/scripted", identity.token(), "forbidden")
    louver.expect(2, "louver_exchanges_total")
    before = louver.admin("/metrics").count("\n")
    for number in range(50):
        ask(louver.port, "/scripted", identity.token(f"person-{number}"), f"tool_{number}")
    louver.expect(52, "louver_exchanges_total")
    text = louver.admin("/metrics")
    assert "person-" not in text and "tool_4" not in text
    assert text.count("\n") <= before + 2


def test_health_and_unknown_paths(front, serve):
    louver = front(serve({"fine": fine}))
    assert json.loads(louver.admin("/healthz")) == {"status": "alive"}
    with Connection(louver.admin_port) as connection:
        connection.get("/secrets", {})
        assert connection.reply().status == 404
        connection.start("/metrics", b"", {})
        reply = connection.reply()
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_each_exchange_leaves_one_access_line_without_payload(front, serve, identity):
    louver = front(serve({"fine": lambda turn: turn.text("very private")}))
    token = identity.token()
    ask(louver.port, "/scripted", token, "fine", {"note": "a secret argument"})
    ask(louver.port, "/scripted", token, "forbidden", {"note": "a secret argument"})
    ask(louver.port, "/scripted", token[:-3] + "abc", "fine")
    wait_until(lambda: len(louver.access_file.read_text().splitlines()) == 3)
    text = louver.access_file.read_text()
    good, denied, stranger = (json.loads(line) for line in text.splitlines())
    assert (good["outcome"], good["object"], good["method"], good["status"]) == ("answered", "fine", "tools/call", 200)
    assert good["rule"] == "read-only" and good["principal"] == denied["principal"]
    assert (denied["outcome"], denied["rule"], stranger["outcome"], stranger["status"]) == ("denied", "default", "unauthenticated", 401)
    everything = text + louver.log_file.read_text()
    for private in ("very private", "a secret argument", token, token.split(".")[2]):
        assert private not in everything
