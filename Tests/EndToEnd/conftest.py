"""The running stack with one Louver in front of all of its servers, and scripted upstreams with Louvers of their own."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "stack"), str(HERE / "stack" / "dags")]

import stack as real_stack
import redis_servers
from louver import PLENTY, Identity, Louver
from servers import LAX, SERVERS, policy
from upstream import Tool, Upstream

ROLES = {"roles": [{"groups": ["platform"], "role": "admin"}, {"groups": ["analytics"], "role": "viewer"}]}


@pytest.fixture(scope="session")
def stack() -> dict:
    """Where the servers are. `make e2e` starts them; a test run by hand needs `stack.py up --seed` first."""
    if not real_stack.alive("api"):
        pytest.exit("the stack is not up: run `python3 Tests/EndToEnd/stack/stack.py up --seed`", returncode=1)
    return real_stack.places()


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity()


def mint(stack: dict) -> dict:
    """How Louver makes a token that Airflow takes: signed with Airflow's own secret, the role from verified groups."""
    return {"mode": "mint", "secret_file": stack["jwt_secret"], "algorithm": "HS512", **ROLES}


@pytest.fixture(scope="session")
def louver(stack: dict, identity: Identity):
    upstreams = {name: {"url": url, "reissue": mint(stack) if name == "plugin" else {"mode": "none"}} for name, url in stack["urls"].items()}
    every = sorted({tool for name in upstreams for tool in SERVERS[name].permitted})
    with Louver(upstreams, policy(every, more=""), identity, extra=PLENTY) as running:
        yield running
        assert running.stop() == 0, running.log_file.read_text()


@pytest.fixture(autouse=True)
def no_redis_outlives_its_test():
    """Whatever a test started is ended, also where it failed before it could do so itself."""
    yield
    redis_servers.end_all()


@pytest.fixture
def serve():
    """Makes scripted upstreams that end with the test."""
    with contextlib.ExitStack() as open_until_the_end:

        def make(tools: dict[str, Tool] | None = None, **settings) -> Upstream:
            return open_until_the_end.enter_context(Upstream(tools or {}, **settings))

        yield make


@pytest.fixture
def front(identity: Identity):
    """Starts a Louver in front of one scripted upstream, at /scripted; it must end with status 0."""
    started: list[Louver] = []

    def make(
        upstream: Upstream | str,
        *,
        tools: list[str] | None = None,
        limits: str = "",
        rules: str = "",
        more: str = LAX,
        extra: str = PLENTY,
        workers: int = 1,
        prepare=None,
        **settings,
    ) -> Louver:
        url = upstream if isinstance(upstream, str) else upstream.url
        names = tools or list(upstream.tools)
        louver = Louver(
            {"scripted": {"url": url, "wire": "both", **settings}},
            policy(names, limits=limits, rules=rules, more=more),
            identity,
            extra=extra,
            workers=workers,
        )
        if prepare:
            prepare(louver)
        started.append(louver)
        return louver.start()

    yield make
    failed: list[str] = []
    for louver in started:
        was_killed = louver.process is not None and louver.process.poll() == -signal.SIGKILL
        try:
            if louver.stop() not in (0, -signal.SIGKILL if was_killed else 0):
                failed.append(louver.log_file.read_text())
        except subprocess.TimeoutExpired:
            failed.append(f"it did not end:\n{louver.log_file.read_text()}")
        louver.forget()
    assert not failed, "\n".join(failed)


class Client:
    """Runs one of the client programs in the environment that holds its library."""

    def __init__(self, stack: dict, name: str, mode: str = "") -> None:
        places = {"official2": stack["client2"], "official1": stack["client1"], "fast": stack["fastmcp"]}
        self.command = [places[name], str(HERE / "clients" / f"{name}.py")]
        self.mode = mode

    def play(self, url: str, token: str | None, steps: list[dict], timeout: float = 90) -> dict:
        wanted = json.dumps({"url": url, "token": token, "mode": self.mode or "auto", "steps": steps})
        done = subprocess.run(self.command, input=wanted, capture_output=True, text=True, timeout=timeout)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)


@pytest.fixture(scope="session")
def clients(stack: dict) -> dict[str, Client]:
    return {
        "official 2, auto": Client(stack, "official2", "auto"),
        "official 2, sessions": Client(stack, "official2", "legacy"),
        "official 2, 2026-07-28": Client(stack, "official2", "2026-07-28"),
        "official 1": Client(stack, "official1"),
        "fastmcp": Client(stack, "fast"),
    }
