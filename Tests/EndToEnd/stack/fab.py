"""A second Airflow over a copy of the stack's database, with FabAuthManager and without a secret: it trusts a published key set.

Only the API server, with the MCP server inside: what DAGs and runs there are was made by the stack. Its users are FAB's own, so the `sub` of a
token is a number. Its own tokens are signed with a private key, because `trusted_jwks_url` replaces the secret also for them.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Self

import stack

MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


class FabAirflow:
    """Where it is, and its users' ids and passwords by name. It has a database from the beginning, and serves after `start`."""

    def __init__(self, private_key: Path, kid: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="louver-fab-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.log_file = self.folder / "api.log"
        self.passwords = {role: secrets.token_hex(12) for role in stack.ROLES}
        self.ids: dict[str, int] = {}
        self._process: subprocess.Popen | None = None
        database = self.folder / "airflow.db"
        settings = {
            "AIRFLOW_HOME": self.folder,
            # The key under which the copied connections and variables are encrypted stands there.
            "AIRFLOW_CONFIG": stack.HOME / "airflow" / "airflow.cfg",
            "AIRFLOW__CORE__AUTH_MANAGER": MANAGER,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": stack.HOME / "airflow" / "logs",
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__PORT": self.url.rpartition(":")[2],
            "AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH": private_key,
            "AIRFLOW__API_AUTH__JWT_KID": kid,
            "AIRFLOW_API_URL": self.url,
            # Made with the users: the server need not do it again.
            "AIRFLOW__FAB__UPDATE_FAB_PERMS": "False",
        }
        self.environment = {**stack.airflow_environment(), **{key: str(value) for key, value in settings.items()}}
        del self.environment["AIRFLOW__API_AUTH__JWT_SECRET"]
        with closing(sqlite3.connect(stack.HOME / "airflow" / "airflow.db")) as source, closing(sqlite3.connect(database)) as copy:
            source.backup(copy)
        self._make_users()

    @property
    def plugin_url(self) -> str:
        return self.url + "/mcp/v1/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_users(self) -> None:
        program = [str(stack.ENVIRONMENTS / "airflow/bin/python"), str(Path(__file__).with_name("fab_users.py"))]
        done = subprocess.run(program, input=json.dumps(self.passwords), capture_output=True, text=True, env=self.environment, timeout=180)
        if done.returncode != 0:
            raise RuntimeError(f"FAB's users could not be made:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
        self.ids = json.loads(done.stdout.splitlines()[-1])

    def start(self, jwks_url: str) -> None:
        """Starts the API server, which trusts the keys at that address: it asks for them when the first token comes."""
        self.environment["AIRFLOW__API_AUTH__TRUSTED_JWKS_URL"] = jwks_url
        airflow = str(stack.ENVIRONMENTS / "airflow/bin/airflow")
        command = [airflow, "api-server", "--host", "127.0.0.1", "--port", self.environment["AIRFLOW__API__PORT"]]
        with open(self.log_file, "w") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True
            )
        end = time.monotonic() + 180
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Airflow with FAB does not answer:\n{self.log_file.read_text()[-3000:]}")
            time.sleep(0.3)

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/api/v2/monitor/health")[0] == 200 and stack.speaks_mcp(self.plugin_url)
        except OSError:
            return False

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, object]:
        """One request to its API; the body of an error as text."""
        headers = {"accept": "application/json", "content-type": "application/json"}
        if token:
            headers["authorization"] = "Bearer " + token
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def login(self, role: str) -> str:
        """The token that Airflow itself gives the user of that role."""
        status, answer = self.ask("POST", "/auth/token", {"username": role, "password": self.passwords[role]})
        if status != 201:
            raise RuntimeError(f"Airflow gives no token: {status} {answer}")
        return answer["access_token"]
