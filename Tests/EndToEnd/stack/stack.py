#!/usr/bin/env python3
"""A real Airflow 3 with real Airflow MCP servers, on this machine's loopback only.

    stack.py up [--servers astro,msaa] [--seed]   install what is missing, start, wait until everything answers
    stack.py down                                 end what `up` started, by process id
    stack.py env                                  print where everything is, as JSON

Everything lives in one folder: $LOUVER_STACK, or .louver/stack in the checkout. Only the standard library is used here; the
servers' packages are pinned in ../locks and live in environments of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
HOME = Path(os.environ.get("LOUVER_STACK", CHECKOUT / ".louver" / "stack")).resolve()
ENVIRONMENTS, RUN, LOGS = HOME / "environments", HOME / "run", HOME / "logs"
USUAL_PORTS = {"airflow": 18180, "astro": 18201, "aams": 18202, "msaa": 18203, "ams": 18204, "maa": 18205}
ROLES = ("admin", "op", "user", "viewer")
# What each server is called here, the lock file it is installed from, and whether it needs a newer Python.
SERVERS = {
    "astro": "astro-airflow-mcp",
    "aams": "apache-airflow-mcp-server",
    "msaa": "mcp-server-apache-airflow",
    "ams": "airflow-mcp-server",
    "maa": "mcp-airflow-api",
}
QUIET = {"FASTMCP_CHECK_FOR_UPDATES": "off", "FASTMCP_SHOW_SERVER_BANNER": "false", "AF_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# Places ----------------------------------------------------------------------------------------------------------------------------


def ports() -> dict[str, int]:
    """The ports of this stack: the ones it was started with, so that several checkouts on one machine keep out of each other's way."""
    try:
        return json.loads((HOME / "ports.json").read_text())
    except FileNotFoundError:
        return USUAL_PORTS


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose_ports() -> None:
    """The usual ports while they are free, others for those that are not. A stack that runs keeps what it has."""
    if any(alive(file.stem) for file in RUN.glob("*.pid")):
        return
    with contextlib.ExitStack() as held:
        chosen = dict(USUAL_PORTS)
        for name, port in chosen.items():
            if not is_free(port):
                probe = held.enter_context(socket.socket())
                probe.bind(("127.0.0.1", 0))
                chosen[name] = probe.getsockname()[1]
    (HOME / "ports.json").write_text(json.dumps(chosen))


def airflow_url() -> str:
    return f"http://127.0.0.1:{ports()['airflow']}"


def url(server: str) -> str:
    if server == "plugin":
        return airflow_url() + "/mcp/v1/"
    return f"http://127.0.0.1:{ports()[server]}/mcp" + ("/" if server == "ams" else "")


# Installing ------------------------------------------------------------------------------------------------------------------------


def python_for(server: str) -> str | None:
    """The interpreter for a server: this one, but 3.12 or newer for the one server that needs it."""
    if server != "maa":
        return sys.executable
    candidates = [f"python3.{minor}" for minor in (12, 13)]
    candidates += sorted(str(p) for p in Path.home().glob(".pyenv/versions/3.1[23]*/bin/python3"))
    for candidate in candidates:
        try:
            out = subprocess.run([candidate, "-c", "import sys; print(sys.version_info >= (3, 12))"], capture_output=True, text=True)
        except FileNotFoundError:
            continue
        if out.stdout.strip() == "True":
            return candidate
    return None


def installer() -> str:
    """uv, which installs in seconds what pip takes minutes for, in an environment of its own."""
    tool = ENVIRONMENTS / "uv" / "bin" / "uv"
    if not tool.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENTS / "uv")], check=True)
        subprocess.run([str(ENVIRONMENTS / "uv" / "bin" / "pip"), "install", "-q", "uv"], check=True)
    return str(tool)


def install(name: str, lock: str, python: str) -> None:
    """Makes the environment `name` from a lock file; does nothing when it was made from the same one before."""
    target = ENVIRONMENTS / name
    wanted = (HERE.parent / "locks" / f"{lock}.txt").read_text()
    done = target / ".made-from"
    if done.exists() and done.read_text() == wanted:
        return
    say(f"installing {lock} ...")
    quiet = {**os.environ, "UV_CACHE_DIR": str(HOME / "cache"), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    uv = installer()
    subprocess.run([uv, "venv", "-q", "--clear", "--python", python, str(target)], check=True, env=quiet)
    source = ["-r", str(HERE.parent / "locks" / f"{lock}.txt")]
    subprocess.run([uv, "pip", "install", "-q", "--no-deps", "--python", str(target / "bin" / "python"), *source], check=True, env=quiet)
    done.write_text(wanted)


def prepare(servers: list[str]) -> list[str]:
    """Installs everything and makes the database; answers the servers that can run here."""
    for folder in (ENVIRONMENTS, RUN, LOGS, HOME / "home"):
        folder.mkdir(parents=True, exist_ok=True)
    choose_ports()
    install("airflow", "airflow", sys.executable)
    install("client2", "client2", sys.executable)
    install("client1", "client1", sys.executable)
    able = []
    for server in servers:
        python = python_for(server)
        if python is None:
            say(f"LEFT OUT: {SERVERS[server]} needs Python 3.12 or newer, which is not on this machine")
            continue
        install(server, SERVERS[server], python)
        able.append(server)
    secret("jwt_secret", lambda: secrets.token_urlsafe(64))
    secret("passwords.json", lambda: json.dumps({role: secrets.token_hex(12) for role in ROLES}))
    with open(LOGS / "migrate.log", "w") as log:
        subprocess.run([str(ENVIRONMENTS / "airflow/bin/airflow"), "db", "migrate"], check=True, env=airflow_environment(), stdout=log, stderr=log)
    return able


def secret(name: str, make) -> str:
    """A secret of the stack, made once, readable by its owner only."""
    file = HOME / name
    if not file.exists():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(make())
    return file.read_text()


def airflow_environment() -> dict[str, str]:
    settings = {
        "AIRFLOW_HOME": HOME / "airflow",
        "AIRFLOW__CORE__DAGS_FOLDER": HERE / "dags",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{role}:{role}" for role in ROLES),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": HOME / "passwords.json",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": airflow_url() + "/execution/",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": ports()["airflow"],
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": airflow_url(),
        "AIRFLOW__API_AUTH__JWT_SECRET": (HOME / "jwt_secret").read_text(),
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW_API_URL": airflow_url(),  # where the server that runs inside the api-server finds it
        "HOME": HOME / "home",
        "PATH": f"{ENVIRONMENTS / 'airflow/bin'}:{os.environ['PATH']}",
    }
    return {**os.environ, **QUIET, **{key: str(value) for key, value in settings.items()}}


# Processes -------------------------------------------------------------------------------------------------------------------------


def born(pid: int) -> str | None:
    """When a process began, in the kernel's ticks: with the id it names a process for good. None for one that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def alive(name: str) -> bool:
    try:
        pid, began = (RUN / f"{name}.pid").read_text().split()
    except (OSError, ValueError):
        return False
    return born(int(pid)) == began


def start(name: str, command: list[str], environment: dict[str, str]) -> None:
    if alive(name):
        return
    with open(LOGS / f"{name}.log", "w") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True)
    (RUN / f"{name}.pid").write_text(f"{process.pid} {born(process.pid)}")


def down() -> None:
    names = sorted(file.stem for file in RUN.glob("*.pid")) if RUN.exists() else []
    pids = {name: int((RUN / f"{name}.pid").read_text().split()[0]) for name in names if alive(name)}
    for pid in pids.values():
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + 20
    while any(alive(name) for name in pids) and time.monotonic() < end:
        time.sleep(0.1)
    for name, pid in pids.items():
        # Each was started in a session of its own: what it left behind carries its id as process group.
        if alive(name):
            say(f"{name} had to be killed")
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for name in names:
        (RUN / f"{name}.pid").unlink()
    say(f"ended: {', '.join(pids) or 'nothing ran'}")


def wait(name: str, what: str, seconds: float, check) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
        except (OSError, ValueError, KeyError, urllib.error.URLError):
            pass
        tail = "".join((LOGS / f"{name}.log").read_text().splitlines(True)[-15:])
        if not alive(name):
            raise SystemExit(f"{name} has ended:\n{tail}")
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not answer within {seconds} s:\n{tail}")
        time.sleep(0.3)


# Starting --------------------------------------------------------------------------------------------------------------------------


def call(method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, object]:
    headers = {"accept": "application/json", "content-type": "application/json"}
    if token:
        headers["authorization"] = "Bearer " + token
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(airflow_url() + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            text = reply.read()
            return reply.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def healthy() -> bool:
    status, report = call("GET", "/api/v2/monitor/health")
    return status == 200 and all(report[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))


def admin_token() -> str:
    password = json.loads((HOME / "passwords.json").read_text())["admin"]
    status, answer = call("POST", "/auth/token", {"username": "admin", "password": password})
    if status != 201:
        raise SystemExit(f"Airflow gives no token: {status} {answer}")
    return answer["access_token"]


def speaks_mcp(url: str) -> bool:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "stack", "version": "1"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}).encode()
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5) as reply:
        return reply.status == 200


def command(server: str, token: str, password: str) -> tuple[list[str], dict[str, str]]:
    """How a server is started. Credentials go by the environment: a command line can be read by every user of the machine."""
    program, port = ENVIRONMENTS / server / "bin", str(ports()[server])
    host = ["--host", "127.0.0.1", "--port", port]
    match server:
        case "astro":
            run = [program / "astro-airflow-mcp", "--transport", "http", *host, "--airflow-url", airflow_url()]
            return run, {"AIRFLOW_USERNAME": "admin", "AIRFLOW_PASSWORD": password}
        case "aams":
            run = [program / "airflow-mcp", "--transport", "http", *host]
            return run, {"AIRFLOW_MCP_HOST": airflow_url(), "AIRFLOW_MCP_USERNAME": "admin", "AIRFLOW_MCP_PASSWORD": password}
        case "msaa":
            run = [program / "mcp-server-apache-airflow", "--transport", "http", "--mcp-host", "127.0.0.1", "--mcp-port", port]
            return run, {"AIRFLOW_HOST": airflow_url(), "AIRFLOW_API_VERSION": "v2", "AIRFLOW_JWT_TOKEN": token}
        case "ams":
            run = [program / "airflow-mcp-server", "--http", "--static-tools", *host]
            return run, {"AIRFLOW_BASE_URL": airflow_url(), "AUTH_TOKEN": token}
        case "maa":
            run = [program / "mcp-airflow-api", "--type", "streamable-http", *host]
            return run, {
                "AIRFLOW_API_BASE_URL": airflow_url() + "/api",
                "AIRFLOW_API_VERSION": "v2",
                "AIRFLOW_API_USERNAME": "admin",
                "AIRFLOW_API_PASSWORD": password,
            }
    raise SystemExit(f"there is no server `{server}`; there are {', '.join(SERVERS)}")


def up(servers: list[str], seeds: bool) -> None:
    began = time.monotonic()
    able = prepare(servers)
    environment = airflow_environment()
    airflow = str(ENVIRONMENTS / "airflow/bin/airflow")
    try:
        start("api", [airflow, "api-server", "--host", "127.0.0.1", "--port", str(ports()["airflow"])], environment)
        # Without --skip-serve-logs it would open a log server on every address of the machine.
        start("scheduler", [airflow, "scheduler", "--skip-serve-logs"], environment)
        start("dag-processor", [airflow, "dag-processor"], environment)
        say("waiting for Airflow ...")
        wait("api", "Airflow", 180, healthy)
        token = admin_token()
        password = json.loads((HOME / "passwords.json").read_text())["admin"]
        for server in able:
            run, extra = command(server, token, password)
            start(server, [str(part) for part in run], {**os.environ, **QUIET, "HOME": str(HOME / "home"), **extra})
        wait("api", "the MCP server inside Airflow", 30, lambda: speaks_mcp(airflow_url() + "/mcp/v1/"))
        for server in able:
            wait(server, SERVERS[server], 60, lambda at=url(server): speaks_mcp(at))
        if seeds:
            seed(token)
    except BaseException:
        down()
        raise
    say(f"the stack is up after {time.monotonic() - began:.0f} s")


# Seeding ---------------------------------------------------------------------------------------------------------------------------

RUNS = {"steady": "success", "leaky_log": "failed", "leaky_render": "success", "long_log": "success"}
RUN_ID = "manual_louver"


class Api:
    """Airflow's REST API as its administrator. What is there already is fine: seeding twice does nothing."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, method: str, path: str, body: object = None) -> object:
        status, answer = call(method, "/api/v2" + path, body, self.token)
        if status not in (200, 201, 409):
            raise SystemExit(f"{method} {path}: {status} {str(answer)[:300]}")
        return answer


def seed(token: str) -> None:
    """Variables, a connection, and one finished run of each DAG under a known run id. Does nothing twice."""
    say("seeding: variables, a connection and one run of each DAG ...")
    api = Api(token)
    plant(api)
    wait_for_dags(api, {*RUNS, "slow"})
    for dag in [*RUNS, "slow"]:
        api("PATCH", f"/dags/{dag}", {"is_paused": False})
    for dag in RUNS:
        conf = {"lines": 12_000, "width": 100} if dag == "long_log" else {}
        api("POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "dag_run_id": RUN_ID, "conf": conf})
    wait_for_runs(api)


def plant(api: Api) -> None:
    """Puts the fake credentials where Airflow keeps real ones, and where people put them by mistake."""
    sys.path.insert(0, str(HERE / "dags"))
    import planted

    variables = {
        "warehouse_api_key": planted.API_KEY,
        "innocent_note": "the dsn is " + planted.DB_URL,
        "etl_settings": json.dumps({"region": "eu-west-1", "password": planted.DB_PASSWORD}),
    }
    for key, value in variables.items():
        api("POST", "/variables", {"key": key, "value": value, "description": "planted"})
    connection = {"connection_id": "warehouse", "conn_type": "postgres", "host": "db.internal", "login": "warehouse", "port": 5432, "schema": "prod"}
    extra = {"sslmode": "require", "aws_secret_access_key": planted.AWS_SECRET, "note": planted.GITHUB}
    secrets_of_it = {"password": planted.DB_PASSWORD, "extra": json.dumps(extra), "description": "uses " + planted.DB_URL}
    api("POST", "/connections", {**connection, **secrets_of_it})


def wait_for_dags(api: Api, wanted: set[str]) -> None:
    end = time.monotonic() + 120
    while not wanted <= {dag["dag_id"] for dag in api("GET", "/dags?limit=100")["dags"]}:
        if time.monotonic() > end:
            raise SystemExit("the DAGs never appeared")
        time.sleep(1)


def wait_for_runs(api: Api) -> None:
    end = time.monotonic() + 300
    states: dict[str, str] = {}
    while time.monotonic() < end:
        states = {dag: api("GET", f"/dags/{dag}/dagRuns/{RUN_ID}")["state"] for dag in RUNS}
        if all(state in ("success", "failed") for state in states.values()):
            break
        time.sleep(1)
    if states != RUNS:
        raise SystemExit(f"the runs ended as {states}, not as {RUNS}")


def places() -> dict[str, object]:
    """Where everything is, for tests and the demonstration."""
    running = [server for server in SERVERS if alive(server)]
    return {
        "airflow": airflow_url(),
        "urls": {server: url(server) for server in [*running, "plugin"]},
        "run_id": RUN_ID,
        "jwt_secret": str(HOME / "jwt_secret"),
        "client1": str(ENVIRONMENTS / "client1/bin/python"),
        "client2": str(ENVIRONMENTS / "client2/bin/python"),
        "fastmcp": str(ENVIRONMENTS / "msaa/bin/python"),
        "home": str(HOME),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["up", "down", "env"])
    parser.add_argument("--servers", default=",".join(SERVERS), help="which servers besides the one inside Airflow, by comma")
    parser.add_argument("--seed", action="store_true", help="make variables, a connection and one run of each DAG")
    options = parser.parse_args()
    if options.verb == "up":
        up([name for name in options.servers.split(",") if name], options.seed)
    elif options.verb == "down":
        down()
    print(json.dumps(places(), indent=1)) if options.verb == "env" else None


if __name__ == "__main__":
    main()
