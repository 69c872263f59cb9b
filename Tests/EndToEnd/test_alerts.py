"""The dashboard and the alerts: every query answered by a real Prometheus that scrapes a real Louver in trouble, every alert told apart from
its absence."""

from __future__ import annotations

import json
import math
import re
import secrets
import signal
import socket
import string
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import pytest
import yaml
from louver import CHECKOUT, Louver, free_port
from raw import ask, base, call, modern, wait_until
from servers import policy
from test_package import needs, run
from upstream import Turn

RULES = CHECKOUT / "Deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = CHECKOUT / "Deploy" / "prometheus" / "dashboard.json"
GUIDE = CHECKOUT / "Deploy" / "guides" / "troubleshooting.md"
JOB = 'job="louver",instance="a"'


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict]:
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


# What each alert fires on and what it keeps quiet about: series in promtool's notation, one value a minute for forty minutes.
def exchanges(**rates: int) -> dict[str, str]:
    return {f'louver_exchanges_total{{{JOB},outcome="{outcome}"}}': f"0+{rate}x40" for outcome, rate in rates.items()}


def counter(name: str, labels: str, step: int = 1) -> dict[str, str]:
    return {f"{name}{{{JOB},{labels}}}": f"0+{step}x40"}


def phase(le: dict[str, int]) -> dict[str, str]:
    return {f'louver_phase_duration_seconds_bucket{{{JOB},phase="throttle",le="{edge}"}}': f"0+{step}x40" for edge, step in le.items()}


def configurations(*hashes: str) -> dict[str, str]:
    return {f'louver_configuration_info{{job="louver",instance="{index}",hash="{text}"}}': "1x40" for index, text in enumerate(hashes)}


CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "LouverDown": ({f"up{{{JOB}}}": "0x40"}, {f"up{{{JOB}}}": "1x10 0 1x29", 'up{job="other"}': "0x40"}),
    "LouverRestarting": ({f"process_start_time_seconds{{{JOB}}}": "0+60x40"}, {f"process_start_time_seconds{{{JOB}}}": "0x20 5x20"}),
    "LouverUpstreamDown": ({f'louver_upstream_up{{{JOB},upstream="airflow"}}': "0x40"}, {f'louver_upstream_up{{{JOB},upstream="airflow"}}': "1x38 0"}),
    "LouverUpstreamFailing": (exchanges(answered=90, upstream_failed=10), exchanges(answered=990, upstream_failed=10, denied=500)),
    "LouverFailing": (counter("louver_failures_total", 'reason="x"'), counter("louver_failures_total", 'reason="x"', 0)),
    "LouverStoreLost": (counter("louver_store_lost_total", 'a="b"'), counter("louver_store_lost_total", 'a="b"', 0)),
    "LouverSlow": (phase({"0.001": 10, "1": 100, "+Inf": 100}), phase({"0.001": 100, "1": 100, "+Inf": 100})),
    "LouverLoopBusy": (counter("louver_loop_busy_seconds_total", 'loop="0"', 57), counter("louver_loop_busy_seconds_total", 'loop="0"', 30)),
    "LouverBoundHit": (counter("louver_bound_hits_total", 'bound="connections"'), counter("louver_bound_hits_total", 'bound="connections"', 0)),
    "LouverQueueing": ({f"louver_upstream_waiting{{{JOB}}}": "3x40"}, {f"louver_upstream_waiting{{{JOB}}}": "0x20 3 0x19"}),
    "LouverDescriptorsLow": (
        {f"process_open_fds{{{JOB}}}": "900x40", f"process_max_fds{{{JOB}}}": "1000x40"},
        {f"process_open_fds{{{JOB}}}": "700x40", f"process_max_fds{{{JOB}}}": "1000x40"},
    ),
    "LouverMemoryHigh": ({f"process_resident_memory_bytes{{{JOB}}}": "2e9x40"}, {f"process_resident_memory_bytes{{{JOB}}}": "2e8x40"}),
    "LouverReplyWithheld": (counter("louver_replies_total", 'outcome="withheld"'), counter("louver_replies_total", 'outcome="redacted"')),
    "LouverReplyCutOff": (counter("louver_replies_total", 'outcome="aborted"'), counter("louver_replies_total", 'outcome="redacted"')),
    "LouverReloadRefused": (counter("louver_reloads_total", 'outcome="refused"'), counter("louver_reloads_total", 'outcome="applied"')),
    "LouverReplicasDiffer": (configurations("one", "two"), configurations("one", "one")),
    "LouverStrangers": (exchanges(answered=60, unauthenticated=120), exchanges(answered=600, unauthenticated=120)),
    "LouverLimiting": (exchanges(answered=60, limited=60), exchanges(answered=600, limited=60)),
    "LouverLogLinesDropped": (counter("louver_log_lines_dropped_total", 'log="access"'), counter("louver_log_lines_dropped_total", 'log="access"', 0)),
}


def test_promtool_takes_the_rules():
    needs("promtool")
    run("promtool", "check", "rules", "--lint=all", "--lint-fatal", RULES)


def test_each_alert_fires_when_it_should_and_only_then(tmp_path):
    needs("promtool")
    assert set(CASES) == {rule["alert"] for rule in rules()}
    tests = []
    for alert, situations in CASES.items():
        for series, firing in zip(situations, (True, False)):
            wanted = {"expr": f'count by (alertname) (ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": "39m"}
            wanted["exp_samples"] = [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if firing else []
            inputs = [{"series": name, "values": values} for name, values in series.items()]
            tests.append({"name": f"{alert} {firing}", "interval": "1m", "input_series": inputs, "promql_expr_test": [wanted]})
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    run("promtool", "test", "rules", tmp_path / "tests.yaml")


def test_each_alert_says_how_urgent_it_is_and_what_to_do():
    guide = GUIDE.read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
        assert f"`{rule['alert']}`" in guide, f"{rule['alert']} is not in {GUIDE.name}"


# A real Prometheus ------------------------------------------------------------------------------------------------------------------------


class Prometheus:
    """A server of the test's own that scrapes every second."""

    def __init__(self, folder: Path, targets: dict[str, list[int]], adapt=lambda expression: expression) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        quick = yaml.safe_load(RULES.read_text())
        for group in quick["groups"]:
            group["interval"] = "1s"
            for rule in group["rules"]:
                # Minutes become seconds: the same expressions, sooner.
                rule.pop("for", None)
                rule["expr"] = re.sub(r"\[(\d+)m\]", "[15s]", adapt(rule["expr"]))
        (folder / "rules.yaml").write_text(yaml.safe_dump(quick))
        scrape = [{"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]} for name, ports in targets.items()]
        every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        (folder / "prometheus.yaml").write_text(yaml.safe_dump({"global": every, "rule_files": ["rules.yaml"], "scrape_configs": scrape}))
        run("promtool", "check", "config", folder / "prometheus.yaml")
        self.log = open(folder / "prometheus.log", "w")
        command = ["prometheus", f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}"]
        self.process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log)
        wait_until(self.is_ready, 30)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, Path(self.log.name).read_text()[-2000:]
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as reply:
            return reply.status == 200
        return False

    def get(self, path: str, **parameters: str) -> dict:
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as reply:
            return json.load(reply)["data"]

    def query(self, expression: str) -> list[dict]:
        return self.get("/api/v1/query", query=expression)["result"]

    def firing(self) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.get("/api/v1/alerts")["alerts"] if alert["state"] == "firing"}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


TOKEN = "ghp_" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(36))
LIMITS = """limits:
  - { id: everybody, per: [principal], rate: 100000/min, burst: 100000, when_store_is_down: allow }
  - { id: seldom, per: [principal], tools: [limited], rate: 1/min, burst: 1, when_store_is_down: local, local_share_percent: 100 }
"""


def broken_off(turn: Turn) -> None:
    """More than Louver holds back, and then nothing: its head is out by then."""
    turn.keeps_alive = False
    turn.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    turn.chunk(b'{"jsonrpc":"2.0","id":' + json.dumps(turn.id).encode() + b',"result":{"content":[{"type":"text","text":"' + b"line " * 300_000)
    time.sleep(0.2)


TOOLS = {
    "leaky": lambda turn: turn.text(f"token is {TOKEN}"),
    "limited": lambda turn: turn.text("fine"),
    # A media type is protocol: nothing in it may be replaced.
    "typing": lambda turn: turn.result({"content": [{"type": "text", "text": "fine", "mimeType": TOKEN}], "isError": False}),
    "breaking": broken_off,
}


def stranger(port: int, number: int) -> None:
    """A request with a bad token, from an address of its own: one address would soon have to wait."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(f"127.0.{1 + number // 200}.{1 + number % 200}", 0))) as connection:
        body = json.dumps(call("leaky", {})).encode()
        head = {**base("not.a.token"), "Host": f"127.0.0.1:{port}", "Content-Length": str(len(body))}
        connection.sendall(b"POST /scripted HTTP/1.1\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in head.items()) + b"\r\n" + body)
        assert b" 401 " in connection.recv(65536).split(b"\r\n")[0]


class Trouble:
    """Everything that can go wrong, again and again, until it is told to stop."""

    def __init__(self, louver: Louver, token: str) -> None:
        self.louver, self.token = louver, token
        self.faults: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        try:
            while not self._stop.is_set():
                self._once(number)
                number += 1
                self._stop.wait(0.3)
        except Exception as error:  # shown by the test, which would else only see that nothing happens
            self.faults.append(f"{type(error).__name__}: {error}")

    def _once(self, number: int) -> None:
        port = self.louver.port
        for index in range(12):
            stranger(port, number * 12 + index)
        for _ in range(6):
            ask(port, "/scripted", self.token, "limited")
        for tool in ("leaky", "typing", "forbidden"):
            ask(port, "/scripted", self.token, tool)
        ask(port, "/dead", self.token, "leaky")
        with suppress(OSError, ValueError):
            ask(port, "/scripted", self.token, "breaking")
        held = []
        with suppress(OSError):
            held += [socket.create_connection(("127.0.0.1", port), timeout=1) for _ in range(40)]
        for connection in held:
            connection.close()
        if number % 5 == 0:
            self.louver.signal(signal.SIGHUP)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)


@pytest.fixture(scope="module")
def observed(identity, tmp_path_factory):
    """A Louver with a dead store and a dead upstream, and a Prometheus that watches it."""
    needs("prometheus", "promtool")
    from upstream import Upstream

    folder = tmp_path_factory.mktemp("prometheus")
    with Upstream(dict(TOOLS)) as upstream:
        upstreams = {"scripted": {"url": upstream.url, "wire": "both"}, "dead": {"url": f"http://127.0.0.1:{free_port()}/mcp", "wire": "both"}}
        extra = f"redis: {{ url: 'redis://127.0.0.1:{free_port()}/0' }}\nlimits: {{ connections: 24, admission: {{ rate: 1000000/min, burst: 1000000 }} }}\n"
        louver = Louver(upstreams, policy([*TOOLS], limits=LIMITS), identity, extra=extra)
        # Beside it one that has nothing to complain of.
        healthy = Louver({"scripted": {"url": upstream.url, "wire": "both"}}, policy(["leaky"]), identity)
        with louver, healthy:
            prometheus = Prometheus(folder, {"louver": [louver.admin_port], "healthy-louver": [healthy.admin_port]})
            try:
                yield louver, healthy, prometheus, identity.token()
            finally:
                prometheus.stop()


def test_a_healthy_louver_raises_no_alert(observed):
    _, healthy, prometheus, token = observed
    for _ in range(20):
        assert ask(healthy.port, "/scripted", token, "leaky").status == 200
        ask(healthy.port, "/scripted", token, "forbidden")
    wait_until(lambda: prometheus.query('sum(louver_exchanges_total{job="healthy-louver"}) >= 40'), 20)
    wait_until(lambda: prometheus.query('rate(louver_loop_turns_total{job="healthy-louver"}[10s])'), 20)
    loud = [alert for alert in prometheus.get("/api/v1/alerts")["alerts"] if alert["labels"].get("job", "").startswith("healthy")]
    assert loud == []


PROVOKED = {
    "LouverUpstreamDown", "LouverUpstreamFailing", "LouverStoreLost", "LouverBoundHit", "LouverReplyWithheld", "LouverReplyCutOff",
    "LouverReloadRefused", "LouverStrangers", "LouverLimiting",
}  # fmt: skip


def filled(expression: str) -> str:
    """A panel's query as Grafana sends it with everything selected."""
    for name, value in {"$__rate_interval": "15s", "$__range": "60s", "$job": "louver", "$instance": ".*"}.items():
        expression = expression.replace(name, value)
    assert "$" not in expression.replace("$1", ""), expression
    return expression


def test_alerts_fire_and_panels_show_something_in_trouble(observed):
    louver, _, prometheus, token = observed
    louver.configuration.write_text(louver.configuration.read_text() + "no_such_key: 1\n")
    trouble = Trouble(louver, token)
    try:
        with suppress(AssertionError):
            wait_until(lambda: trouble.faults or (prometheus.firing() >= PROVOKED and not show(prometheus)), 60)
        quiet, empty = PROVOKED - prometheus.firing(), show(prometheus)
    finally:
        trouble.stop()
    assert (trouble.faults, quiet, empty) == ([], set(), {})
    groups = prometheus.get("/api/v1/rules")["groups"]
    assert [rule["name"] for group in groups for rule in group["rules"] if rule["health"] != "ok"] == []


def show(prometheus: Prometheus) -> dict[str, str]:
    """Runs every panel's queries; answers those that show nothing, or whose legend names a label that is not there."""
    wrong = {}
    for panel in panels():
        for target in panel["targets"]:
            results = prometheus.query(filled(target["expr"]))
            if not any(math.isfinite(float(result["value"][1])) for result in results):
                wrong[f"{panel['title']} {target['refId']}"] = target["expr"]
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                if any(label not in result["metric"] for result in results):
                    wrong[f"{panel['title']} {target['refId']} {label}"] = target["expr"]
    return wrong


def test_a_louver_that_is_gone_raises_the_alarm(observed):
    louver, _, prometheus, _ = observed
    assert louver.stop() == 0
    wait_until(lambda: "LouverDown" in prometheus.firing(), 30)


def test_every_metric_that_is_used_is_one_of_ours(observed):
    """A renamed metric must not leave a panel empty for good: what Prometheus has seen is what is asked for."""
    _, _, prometheus, _ = observed
    known = set(prometheus.get("/api/v1/label/__name__/values"))
    used = set(re.findall(r"\b(?:louver|process)_\w+", RULES.read_text() + DASHBOARD.read_text()))
    # Families that count nothing until something happens, by name.
    assert used - known <= {"louver_failures_total"}


def test_the_dashboard_is_complete():
    dashboard = json.loads(DASHBOARD.read_text())
    assert [variable["name"] for variable in dashboard["templating"]["list"]] == ["datasource", "job", "instance"]
    assert len(panels()) >= 30
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
    for panel in panels():
        assert panel["title"] and all(target["datasource"]["uid"] == "$datasource" for target in panel["targets"])
